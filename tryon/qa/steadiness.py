"""How still an anchor stands on a still face, and how far it trails behind a moving one.

One real portrait, moved by a known amount and covered with fresh sensor noise in every frame, goes
through the real detector, fit and smoother. Jitter is what moves faster than people do (above 3 Hz);
lag is the shift in time at which anchor and portrait agree best.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
from rich.table import Table

from tryon.core.camera import PinholeCamera
from tryon.core.errors import SuppliesError
from tryon.core.filters import NS_PER_S
from tryon.core.fits import FaceFit, HeadAnchor
from tryon.core.frame import Frame, Picture
from tryon.core.landmarks import FaceLandmarks, FaceMark
from tryon.core.spaces import Floats
from tryon.core.transforms import apply
from tryon.stages.detect import FaceDetector
from tryon.stages.fit_face import FaceFitter
from tryon.stages.smooth import TUNING, PoseSmoother, Tuning
from tryon.supplies import supply_path

PICTURE_WH = (640, 480)
FPS = 30
SECONDS = 6.0
SETTLED_S = 1.0
"""What the first second does is not judged: shapes settle."""
NOISE_SD = 10.0
"""Of 255, each pixel and channel apart: a webcam in a dim room."""
JITTER_ABOVE_HZ = 3.0
CURVE = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0)
"""Factors of all cutoffs along the curve of jitter against lag."""
IN_USE = (("smoothed", TUNING),)
SWAY = ((42.0, 0.5, 0.0), (14.0, 1.1, 1.0))
"""Pixels, hertz and phase of the sines that a swaying head follows."""
ZOOM, MIDDLE = 1.75, (222.0, 140.0)
"""How much the portrait is enlarged, and which of its pixels comes into the picture's middle: so
near, MediaPipe sees the whole picture and its matrix can be projected."""
MEDIAPIPE_FOV_DEG = 63.0
LONGEST_LAG_S = 0.2


@dataclass(frozen=True, eq=False)
class Take:
    """One clip seen: (n,) seconds, (n,) true shift in pixels, faces, and heads before smoothing."""

    at_s: Floats
    shift_px: Floats
    faces: tuple[FaceLandmarks, ...]
    fits: tuple[FaceFit, ...]
    camera: PinholeCamera


@dataclass(frozen=True)
class Steadiness:
    """Of one way to place an anchor: jitter on a still and on a swaying face, and lag."""

    name: str
    still_px: float
    moving_px: float
    lag_ms: float


def demonstration_portrait() -> Picture:
    """(512, 512, 3) the astronaut of the demonstration. Raises SuppliesError when it is missing."""
    bgr = cv2.imread(str(supply_path("astronaut.png")), cv2.IMREAD_COLOR)
    if bgr is None:
        raise SuppliesError(
            "astronaut.png cannot be read.", remedy="Run `tryon setup` to fetch it again."
        )
    return np.ascontiguousarray(bgr[..., ::-1], np.uint8)


def record(
    portrait: Picture,
    fitter: FaceFitter,
    *,
    moving: bool,
    seconds: float = SECONDS,
    seed: int = 0,
) -> Take:
    """Film a portrait and fit every frame.

    Raises ValueError when the face is not found in every frame: such a portrait measures nothing.
    """
    camera = PinholeCamera.default(PICTURE_WH, webcam=True)
    at_s = np.arange(round(seconds * FPS)) / FPS
    shift = sway(at_s) if moving else np.zeros_like(at_s)
    rng = np.random.default_rng(seed)
    fitter.reset()
    faces, fits = [], []
    with FaceDetector(max_faces=1, mode="stream") as detector:
        for index, (now_s, dx) in enumerate(zip(at_s, shift, strict=True)):
            picture = film(portrait, float(dx), rng)
            found = detector.detect(Frame(picture, round(now_s * NS_PER_S), index, camera))
            fitted = fitter.fit(found, camera)
            if len(fitted) != 1 or found[0].age_s > 0:
                raise ValueError(f"the portrait's face was not found in frame {index}")
            faces.append(found[0])
            fits.append(fitted[0])
    return Take(at_s, shift, tuple(faces), tuple(fits), camera)


def film(portrait: Picture, shift_px: float, rng: np.random.Generator) -> Picture:
    """(H, W, 3) one frame: the portrait moved right by a fraction of a pixel, under fresh noise."""
    width, height = PICTURE_WH
    place = np.array(
        [
            [ZOOM, 0.0, width / 2 - ZOOM * MIDDLE[0] + shift_px],
            [0.0, ZOOM, height / 2 - ZOOM * MIDDLE[1]],
        ]
    )
    still = cv2.warpAffine(
        portrait, place, PICTURE_WH, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    noisy = still + rng.normal(0.0, NOISE_SD, still.shape)
    return np.asarray(np.clip(noisy, 0, 255), np.uint8)


def sway(at_s: Floats) -> Floats:
    """(n,) pixels to the right at each time."""
    return np.asarray(sum(a * np.sin(2 * np.pi * f * at_s + p) for a, f, p in SWAY))


def measure(
    still: Take, moving: Take, tunings: Iterable[tuple[str, Tuning]] = IN_USE
) -> list[Steadiness]:
    """The landmark between the eyes, the same by MediaPipe's matrix, our fit's bridge, and that bridge
    smoothed in several ways."""
    ways: list[tuple[str, Callable[[Take], Floats]]] = [
        (
            "raw landmark",
            lambda take: np.array([f.px[FaceMark.BETWEEN_EYES, :2] for f in take.faces]),
        ),
        ("MediaPipe's matrix", matrix_path),
        ("fit", lambda take: anchor_path(take, take.fits)),
    ]
    ways += [(name, partial(_smoothed_path, tuning=tuning)) for name, tuning in tunings]
    return [_judge(name, path(still), path(moving), moving) for name, path in ways]


def smoothed(take: Take, tuning: Tuning) -> tuple[FaceFit, ...]:
    """The heads of a take through a fresh smoother."""
    smoother = PoseSmoother(tuning)
    return tuple(
        smoother.smooth((fit,), round(seconds * NS_PER_S))[0]
        for fit, seconds in zip(take.fits, take.at_s, strict=True)
    )


def _smoothed_path(take: Take, *, tuning: Tuning) -> Floats:
    return anchor_path(take, smoothed(take, tuning))


def anchor_path(take: Take, fits: Sequence[FaceFit], anchor: HeadAnchor = "bridge") -> Floats:
    """(n, 2) pixels."""
    return take.camera.project(np.array([fit.anchor_in_cam(anchor) for fit in fits]))


def matrix_path(take: Take) -> Floats:
    """(n, 2) pixels of the point between the eyes by MediaPipe's own matrix and its own camera."""
    camera = PinholeCamera.from_vertical_fov(MEDIAPIPE_FOV_DEG, PICTURE_WH)
    nasion_cm = np.array([0.0, 3.27, 5.24])
    matrices = [f.mediapipe_matrix for f in take.faces if f.mediapipe_matrix is not None]
    return camera.project(np.array([apply(matrix, nasion_cm) for matrix in matrices]))


def jitter_px(path: Floats) -> float:
    """Root mean square of what an (n, 2) path at FPS does above 3 Hz, after it has settled."""
    path = path[round(SETTLED_S * FPS) :]
    ramp = np.linspace(-1.0, 1.0, len(path))[:, None]
    path = path - path.mean(0)
    path = path - ramp * (ramp * path).sum(0) / (ramp**2).sum()
    window = np.hanning(len(path))[:, None]
    spectrum = np.fft.rfft(path * window, axis=0)
    spectrum[np.fft.rfftfreq(len(path), 1 / FPS) < JITTER_ABOVE_HZ] = 0.0
    fast = np.fft.irfft(spectrum, len(path), axis=0)
    return float(np.sqrt((fast**2).sum() / (window**2).sum()))


def lag_ms(path: Floats, truth: Floats) -> float:
    """How late an (n,) path at FPS follows the (n,) truth: the shift of best correlation, by halves
    of a millisecond."""
    start = round(SETTLED_S * FPS)
    frames = np.arange(len(path), dtype=float)
    judged = frames[start:-start]
    lags_s = np.arange(-LONGEST_LAG_S, LONGEST_LAG_S, 0.0005)
    scores = [
        np.corrcoef(np.interp(judged + lag * FPS, frames, path), truth[start:-start])[0, 1]
        for lag in lags_s
    ]
    return float(1000.0 * lags_s[int(np.argmax(scores))])


def curve() -> tuple[tuple[str, Tuning], ...]:
    """Calmer and prompter tunings than the one in use."""
    return tuple((f"smoothed, cutoffs × {factor:g}", TUNING.scaled(factor)) for factor in CURVE)


def table(rows: Sequence[Steadiness]) -> Table:
    """The ways as a terminal table."""
    out = Table("bridge at 640×480", "jitter, still, px", "jitter, moving, px", "lag, ms")
    for row in rows:
        out.add_row(row.name, f"{row.still_px:.4f}", f"{row.moving_px:.3f}", f"{row.lag_ms:.1f}")
    return out


def _judge(name: str, still: Floats, moving: Floats, take: Take) -> Steadiness:
    off = moving - np.stack([take.shift_px, np.zeros_like(take.shift_px)], axis=1)
    return Steadiness(name, jitter_px(still), jitter_px(off), lag_ms(moving[:, 0], take.shift_px))
