"""Exact truth for the face fit: known heads in known poses through the real detector and fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from tryon.core.camera import PinholeCamera
from tryon.core.fits import FaceFit, HeadAnchor
from tryon.core.frame import Frame, Picture
from tryon.core.landmarks import FaceLandmarks
from tryon.core.scene import Draw, Lighting
from tryon.core.spaces import Floats
from tryon.core.transforms import apply, log_so3, rigid, rotation_from_angles
from tryon.qa.portrait import SITTERS, Portrait, Sitter, Studio
from tryon.stages.composite import composite
from tryon.stages.detect import FaceDetector
from tryon.stages.fit_face import FaceFitter
from tryon.stages.render import Renderer
from tryon.wardrobe.head import HeadModel

MEASURED: tuple[HeadAnchor, ...] = (
    "bridge", "left_ear", "right_ear", "left_lobe", "right_lobe", "forehead", "crown", "chin",
)  # fmt: skip
PAIRS: tuple[tuple[HeadAnchor, HeadAnchor], ...] = (
    ("left_ear", "right_ear"),
    ("left_lobe", "right_lobe"),
)
PICTURE_WH = (640, 480)


@dataclass(frozen=True)
class HeadPose:
    """Degrees as in `rotation_from_angles`; the head's distance in metres; the camera's vertical
    field of view in degrees; where in the picture the head is, as shares of its half size."""

    yaw_deg: float = 0.0
    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    distance_m: float = 0.7
    fov_deg: float = 42.0
    off_centre: tuple[float, float] = (0.0, 0.0)

    def camera(self) -> PinholeCamera:
        return PinholeCamera.from_vertical_fov(self.fov_deg, PICTURE_WH)

    def cam_from_head(self) -> Floats:
        """(4, 4) rigid, metres."""
        rotation = rotation_from_angles(*np.radians([self.yaw_deg, self.pitch_deg, self.roll_deg]))
        half = np.tan(np.radians(self.fov_deg) / 2) * self.distance_m
        x = self.off_centre[0] * half * PICTURE_WH[0] / PICTURE_WH[1]
        y = self.off_centre[1] * half + 0.02
        return rigid(rotation, np.array([x, y, -self.distance_m]))


@dataclass(frozen=True)
class AnchorError:
    """Of one anchor in one picture: in the picture, across the line of sight, and in space."""

    px: float
    lateral_mm: float
    full_mm: float


@dataclass(frozen=True)
class Trial:
    """One picture of one sitter. What was measured is None when no face was found.

    rotation_deg: angle between true and fitted head; angles_deg: signed yaw, pitch and roll of the
    error about the head's own axes; scale: fitted / true size of the face; swapped: left came out on
    the right.
    """

    sitter: str
    pose: HeadPose
    rotation_deg: float | None = None
    angles_deg: tuple[float, float, float] | None = None
    scale: float | None = None
    swapped: bool = False
    anchors: dict[HeadAnchor, AnchorError] | None = None

    @property
    def found(self) -> bool:
        return self.rotation_deg is not None


def pose_grid() -> tuple[HeadPose, ...]:
    """The poses of a full run: each axis alone, corners of the box, then distance and lens."""
    turns = [HeadPose(yaw_deg=y) for y in (0, -15, 15, -30, 30, -45, 45, -60, 60)]
    nods = [HeadPose(pitch_deg=p) for p in (-30, -15, 15, 30)]
    tilts = [HeadPose(roll_deg=r) for r in (-30, -15, 15, 30)]
    mixed = [
        HeadPose(yaw, pitch, roll)
        for yaw, pitch, roll in (
            (30, 15, 10), (-30, 15, -10), (30, -15, -10), (-30, -15, 10),
            (45, 20, 15), (-45, -20, 15), (20, 25, -20), (-20, 25, 20),
        )
    ]  # fmt: skip
    lenses = [
        HeadPose(20, 5, 5, 0.45, 63.0), HeadPose(-20, 5, -5, 0.45, 63.0),
        HeadPose(20, 5, 5, 1.6, 42.0), HeadPose(-20, 5, -5, 1.6, 42.0),
        HeadPose(15, 0, 0, 2.4, 20.0), HeadPose(-15, 0, 0, 2.4, 20.0),
        HeadPose(10, 5, 0, 0.7, 55.0, (0.5, 0.2)), HeadPose(-10, 5, 0, 0.7, 55.0, (-0.5, 0.2)),
    ]  # fmt: skip
    return (*turns, *nods, *tilts, *mixed, *lenses)


class HeadTruth:
    """Draws sitters and measures the face fit on them. A context manager; owns detector and renderer.

    Raises SuppliesError when models or base body are missing, GraphicsError without OpenGL.
    """

    def __init__(self) -> None:
        self.studio = Studio()
        self._renderer = Renderer()
        self._detector = FaceDetector(max_faces=1, mode="photo")
        self.head_model = HeadModel.load()
        self._fitter = FaceFitter(self.head_model)
        self._portraits: dict[str, Portrait] = {}

    def __enter__(self) -> HeadTruth:
        return self

    def __exit__(self, *_: object) -> None:
        self._detector.close()
        self._renderer.close()

    def trial(self, sitter: Sitter, pose: HeadPose) -> tuple[Trial, Picture, FaceFit | None]:
        """Photograph a sitter and fit the face: the errors, the picture, the fit."""
        portrait = self.portrait(sitter)
        picture = self.photograph(portrait, pose, seed=len(sitter.name))
        frame = Frame(picture, 0, 0, pose.camera())
        self._fitter.reset()
        fits = self._fitter.fit(self.detect(frame), frame.camera)
        fit = fits[0] if fits else None
        return judge(sitter.name, pose, portrait, fit), picture, fit

    def detect(self, frame: Frame) -> tuple[FaceLandmarks, ...]:
        """What the detector sees in one picture, as if it had seen none before."""
        self._detector.reset()
        return self._detector.detect(frame)

    def portrait(self, sitter: Sitter) -> Portrait:
        """The sitter's portrait, made once."""
        if sitter.name not in self._portraits:
            self._portraits[sitter.name] = self.studio.portrait(sitter)
        return self._portraits[sitter.name]

    def photograph(self, portrait: Portrait, pose: HeadPose, *, seed: int = 0) -> Picture:
        """(H, W, 3) sRGB picture of a sitter in front of a blurred, grainy wall."""
        camera, cam_from_head = pose.camera(), pose.cam_from_head()
        draws = [Draw(mesh, cam_from_head) for mesh in portrait.meshes]
        layer = self._renderer.draw(camera, draws, KEY_LIGHT, supersample=2.0)
        wall = backdrop(camera.size_wh, np.random.default_rng(seed))
        return wall if layer is None else composite(wall, layer)


KEY_LIGHT = Lighting(
    np.array([[0.62] * 3, [0.16, 0.16, 0.17], [0.26, 0.26, 0.25], [0.30, 0.30, 0.30]]),
    (0.5, 0.5, 0.5),
)


def backdrop(size_wh: tuple[int, int], rng: np.random.Generator) -> Picture:
    """(H, W, 3) sRGB out-of-focus room: blobs of colour under camera noise."""
    width, height = size_wh
    blobs = rng.uniform(60, 200, (6, 8, 1)) + rng.uniform(-25, 25, (6, 8, 3))
    wall = cv2.resize(blobs.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    noisy = wall + rng.normal(0, 2.5, wall.shape)
    return np.asarray(np.clip(noisy, 0, 255), np.uint8)


def judge(name: str, pose: HeadPose, portrait: Portrait, fit: FaceFit | None) -> Trial:
    """Compare a fit with the truth."""
    if fit is None:
        return Trial(name, pose)
    truth = pose.cam_from_head()
    error = np.degrees(log_so3(truth[:3, :3].T @ fit.cam_from_head[:3, :3]))
    camera = pose.camera()
    anchors = {
        anchor: _anchor_error(camera, apply(truth, portrait.anchors[anchor]), fit, anchor)
        for anchor in MEASURED
    }
    return Trial(
        name,
        pose,
        rotation_deg=float(np.linalg.norm(error)),
        angles_deg=(float(error[1]), float(error[0]), float(error[2])),
        scale=_size(fit.landmarks_in_head) / _size(portrait.landmarks),
        swapped=any(_swapped(truth, portrait, fit, pair) for pair in PAIRS),
        anchors=anchors,
    )


def run(
    truth: HeadTruth,
    sitters: Sequence[Sitter] = SITTERS,
    poses: Sequence[HeadPose] | None = None,
    *,
    watch: Callable[[Trial, Picture, FaceFit | None], None] | None = None,
) -> Iterator[Trial]:
    """Every sitter in every pose, one trial at a time; `watch` also sees each picture."""
    for sitter in sitters:
        for pose in pose_grid() if poses is None else poses:
            trial, picture, fit = truth.trial(sitter, pose)
            if watch is not None:
                watch(trial, picture, fit)
            yield trial


def _anchor_error(
    camera: PinholeCamera, true_in_cam: Floats, fit: FaceFit, anchor: HeadAnchor
) -> AnchorError:
    found = fit.anchor_in_cam(anchor)
    px = float(np.linalg.norm(camera.project(found) - camera.project(true_in_cam)))
    # Across the line of sight at the true depth: what a viewer sees, whatever the size of the head.
    lateral = px * -true_in_cam[2] / camera.focal_px[0]
    return AnchorError(px, 1000 * lateral, 1000 * float(np.linalg.norm(found - true_in_cam)))


def _size(landmarks: Floats) -> float:
    face = landmarks[:468]
    return float(np.sqrt(((face - face.mean(0)) ** 2).sum(1).mean()))


def _swapped(
    truth: Floats, portrait: Portrait, fit: FaceFit, pair: tuple[HeadAnchor, HeadAnchor]
) -> bool:
    left, right = (apply(truth, portrait.anchors[side]) for side in pair)
    found_left, found_right = (fit.anchor_in_cam(side) for side in pair)
    return bool((left - right) @ (found_left - found_right) <= 0)
