"""Exact truth for the body fit: the body itself, drawn in known poses, through the real detectors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import product
from types import TracebackType

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.core.body_fit import BodyFit
from tryon.core.camera import PinholeCamera
from tryon.core.frame import Frame, Picture
from tryon.core.mesh import Material, Mesh, smooth_normals
from tryon.core.scene import Draw, Layer, Lighting
from tryon.core.spaces import Floats
from tryon.core.srgb import light_of
from tryon.qa.body_poses import STANCES, Stance, cam_from_stance, rest_from_stance
from tryon.qa.portrait_paint import hairline_distance
from tryon.stages.composite import composite
from tryon.stages.detect import BodyDetector, FaceDetector
from tryon.stages.fit_body import BodyFitter
from tryon.stages.fit_face import FaceFitter
from tryon.stages.render import Renderer
from tryon.wardrobe.body import Body, Figure
from tryon.wardrobe.body_parts import ARMS, FEET, HANDS, LEGS, Part
from tryon.wardrobe.head import HeadModel
from tryon.wardrobe.head_anatomy import Points, landmark_points

JOINTS = ("upperarm", "lowerarm", "hand", "thigh", "calf", "foot")
BONES = (("upperarm", "lowerarm"), ("lowerarm", "hand"), ("thigh", "calf"), ("calf", "foot"))
SIDES = ("l", "r")
SIZE_WH = (720, 960)
DISTANCE_M = 4.2
TURNS = ((0.0, STANCES), (-35.0, STANCES), (90.0, STANCES[:2]), (180.0, STANCES[:1]))
LEAST_SIDE_PX_BY_TORSO = 0.2
"""Left and right of a joint can be told apart where they are this far from each other."""


@dataclass(frozen=True)
class Model:
    """Somebody to draw: shape directions and sRGB colours (0 to 1) of skin, hair, top, trousers, shoes."""

    name: str
    shape: Mapping[str, float]
    colors: tuple[str, str, str, str, str]


MODELS = (
    Model("woman", {"male": -1.0}, ("e2b696", "3a2417", "b5483f", "2f3f66", "20201f")),
    Model("man", {"male": 1.0, "height": 0.4}, ("8d5b3e", "15100d", "d8d4c8", "43484f", "5c3a22")),
    Model(
        "broad",
        {"male": 0.5, "weight": 0.9, "height": -0.2},
        ("d8a47f", "6b5035", "3f6f5a", "8a7a5c", "e8e6e0"),
    ),
)


@dataclass(frozen=True)
class Trial:
    """One picture. joint_error: for each of `JOINTS` × sides, pixels / length of the trunk; depth_m:
    3D error of the same after their common offset is taken away; bone_deg: for each of `BONES` ×
    sides, the angle between true and fitted; swapped: whether any joint pair lies nearer to the
    other side's truth. None where nobody was found."""

    model: str
    stance: str
    yaw_deg: float
    joint_error: dict[str, float] | None = None
    joint_error_m: dict[str, float] | None = None
    bone_deg: dict[str, float] | None = None
    trunk_deg: float | None = None
    swapped: bool = False
    found: int = field(default=0)


Watch = Callable[[Trial, Picture, BodyFit | None], None]


class BodyTruth:
    """Detectors, fitters and the renderer that trials go through. A context manager."""

    def __init__(self) -> None:
        self.body = Body.load()
        self._stack = ExitStack()
        self._renderer = self._stack.enter_context(Renderer())
        self._faces = self._stack.enter_context(FaceDetector(mode="photo"))
        self._bodies = self._stack.enter_context(BodyDetector(mode="photo"))
        self._face_fitter = FaceFitter(HeadModel.load())
        self._fitter = BodyFitter(self.body)

    def __enter__(self) -> BodyTruth:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def draw(
        self, figure: Figure, model: Model, motion: Floats, camera: PinholeCamera, *, seed: int
    ) -> Picture:
        """(H, W, 3) the posed body in plain clothes before a procedural wall and floor.

        motion: (J, 4, 4) of the figure's bones from rest into `cam`.
        """
        wall = backdrop(camera.size_wh, np.random.default_rng(seed))
        layer = self._layer(figure, model, motion, camera)
        return wall if layer is None else composite(wall, layer, grain=2.0)

    def layer(
        self, figure: Figure, model: Model, motion: Floats, camera: PinholeCamera
    ) -> NDArray[np.uint8]:
        """(h, w, 4) the posed body alone, premultiplied sRGB, cut to its outline."""
        drawn = self._layer(figure, model, motion, camera)
        if drawn is None:
            return np.zeros((0, 0, 4), np.uint8)
        rows, columns = (np.flatnonzero(drawn.rgba[..., 3].any(axis)) for axis in (1, 0))
        return drawn.rgba[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]

    def _layer(
        self, figure: Figure, model: Model, motion: Floats, camera: PinholeCamera
    ) -> Layer | None:
        source = self.body.levels[0].source
        rest = self.body.mesh(0, figure)
        vertices = self.body.skinning(0, figure).posed(motion)
        dressed = Mesh(
            model.name,
            vertices,
            rest.faces,
            smooth_normals(vertices, rest.faces),
            color=painted(self.body, figure, model)[source],
            material=Material("cloth", base_color=(1, 1, 1, 1), roughness=0.8, double_sided=True),
        )
        draws = [Draw(dressed, np.eye(4))]
        return self._renderer.draw(camera, draws, Lighting.studio(), supersample=2.0)

    def trial(
        self, model: Model, stance: Stance, yaw_deg: float, *, watch: Watch | None = None
    ) -> Trial:
        """Draw one body, find it, fit it, compare."""
        figure = self.body.shaped(model.shape)
        camera = PinholeCamera.default(SIZE_WH)
        height = float(np.ptp(figure.vertices[:, 1]))
        truth = cam_from_stance(yaw_deg, height_m=height, distance_m=DISTANCE_M) @ (
            rest_from_stance(self.body, figure, stance)
        )
        picture = self.draw(figure, model, truth, camera, seed=len(stance.name) + len(model.name))
        frame = Frame(picture, 0, 0, camera)
        self._fitter.reset()
        self._face_fitter.reset()
        faces = self._faces.detect(frame)
        poses = self._bodies.detect(frame, faces)
        fits = self._fitter.fit(poses, self._face_fitter.fit(faces, camera), camera, 0)
        trial = Trial(model.name, stance.name, yaw_deg, found=len(fits))
        fit = fits[0] if fits else None
        if fit is not None:
            trial = compare(self.body, figure, truth, fit, trial=trial, camera=camera)
        if watch is not None:
            watch(trial, picture, fit)
        return trial


def run(truth: BodyTruth, models: Iterable[Model] = MODELS, *, watch: Watch | None = None
) -> Iterator[Trial]:  # fmt: skip
    """Every model in every stance and turn, one after the other."""
    for model, (yaw, stances) in product(models, TURNS):
        for stance in stances:
            yield truth.trial(model, stance, yaw, watch=watch)


def trial_count(models: int) -> int:
    """How many trials `run` makes of so many models."""
    return models * sum(len(stances) for _, stances in TURNS)


def compare(
    body: Body, figure: Figure, truth: Floats, fit: BodyFit, *, trial: Trial, camera: PinholeCamera
) -> Trial:
    """The trial with its errors. truth: (J, 4, 4) true motion of the figure's bones into `cam`."""
    names = [f"{joint}_{side}" for joint in JOINTS for side in SIDES]
    ids = [body.bone(name) for name in names]
    true = np.einsum("jab,jb->ja", truth[ids, :3, :3], figure.heads[ids]) + truth[ids, :3, 3]
    fitted, fitted_px = fit.joints_cam_m[ids], fit.joints_px[ids]
    true_px = camera.project(true)
    torso = float(np.linalg.norm(true_px[[0, 1]].mean(0) - true_px[[6, 7]].mean(0)))
    error = np.linalg.norm(fitted_px - true_px, axis=1) / torso
    # One camera cannot tell a small person from a far one: compared in size and place of the truth.
    size = _trunk(true) / _trunk(fitted)
    spatial = size * (fitted - fitted.mean(0)) - (true - true.mean(0))
    crossed = np.linalg.norm(fitted_px - true_px[_mirrored(len(ids))], axis=1) / torso
    apart = np.linalg.norm(true_px - true_px[_mirrored(len(ids))], axis=1) / torso
    pairs = ((error > crossed) & (apart > LEAST_SIDE_PX_BY_TORSO)).reshape(-1, 2)
    angles = {}
    for (upper, lower), side in product(BONES, SIDES):
        a, b = names.index(f"{upper}_{side}"), names.index(f"{lower}_{side}")
        angles[f"{upper}_{side}"] = _angle(true[b] - true[a], fitted[b] - fitted[a])
    return replace(
        trial,
        joint_error=dict(zip(names, error.tolist(), strict=True)),
        joint_error_m=dict(zip(names, np.linalg.norm(spatial, axis=1).tolist(), strict=True)),
        bone_deg=angles,
        trunk_deg=_angle(
            true[[0, 1]].mean(0) - true[[6, 7]].mean(0),
            fitted[[0, 1]].mean(0) - fitted[[6, 7]].mean(0),
        ),
        swapped=bool(pairs.all(1).any()),
    )


def painted(body: Body, figure: Figure, model: Model) -> NDArray[np.float32]:
    """(V, 4) linear colours: skin, hair, a short-sleeved top, long trousers, shoes."""
    skin, hair, top, trousers, shoes = (_linear(color) for color in model.colors)
    parts, vertices = body.parts, figure.vertices.astype(np.float64)
    out = np.tile(skin, (len(vertices), 1))
    waist = figure.heads[body.bone("spine_01"), 1]
    upper = np.isin(parts, (Part.TORSO, *ARMS[:2]))
    out[upper] = top
    out[np.isin(parts, LEGS) | (upper & (vertices[:, 1] < waist))] = trousers
    out[np.isin(parts, FEET)] = shoes
    out[np.isin(parts, HANDS)] = skin
    points = landmark_points()
    eyes = Points(points.vertices[[133, 362]], points.weights[[133, 362]]).on(vertices).mean(0)
    local = vertices - eyes
    head = parts == Part.HEAD
    out[head & (hairline_distance(local, centre_z=-0.08) > 0)] = hair
    for brow in (70, 63, 105, 66, 107, 300, 293, 334, 296, 336):
        near = Points(points.vertices[[brow]], points.weights[[brow]]).on(vertices)[0]
        out[head & (np.linalg.norm(vertices - near, axis=1) < 0.006)] = hair
    for lip in (13, 14, 61, 291, 37, 267, 84, 314):
        near = Points(points.vertices[[lip]], points.weights[[lip]]).on(vertices)[0]
        out[head & (np.linalg.norm(vertices - near, axis=1) < 0.008)] = skin * [0.75, 0.4, 0.4]
    return np.concatenate([out, np.ones((len(out), 1))], axis=1).astype(np.float32)


def backdrop(size_wh: tuple[int, int], rng: np.random.Generator) -> Picture:
    """(H, W, 3) a softly lit wall with blotches over a darker floor."""
    w, h = size_wh
    coarse = rng.uniform(0.55, 0.8, (6, 5, 3)) + rng.uniform(-0.08, 0.08, 3)
    wall = np.asarray(cv2.resize(coarse, (w, h), interpolation=cv2.INTER_CUBIC), np.float64)
    floor = np.clip((np.arange(h) - 0.86 * h) / 6, 0, 1)[:, None, None]
    wall = wall * (1 - 0.4 * floor) + rng.normal(0, 0.01, (h, w, 1))
    return np.asarray(np.clip(wall * 255, 0, 255), np.uint8)


def _linear(color: str) -> Floats:
    return light_of(np.frombuffer(bytes.fromhex(color), np.uint8) / 255.0)


def _mirrored(count: int) -> NDArray[np.int64]:
    return np.arange(count) ^ 1


def _trunk(joints: Floats) -> float:
    return float(np.linalg.norm(joints[[0, 1]].mean(0) - joints[[6, 7]].mean(0)))


def _angle(a: Floats, b: Floats) -> float:
    return float(np.degrees(np.arctan2(np.linalg.norm(np.cross(a, b)), a @ b)))
