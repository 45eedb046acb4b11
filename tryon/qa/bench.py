"""What the whole try-on costs beside its detectors alone, measured in one run.

Wall and CPU time come from alternating blocks of the same frames, so that a machine whose speed
drifts treats both alike. CPU time is that of the whole process, every thread of it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median
from time import perf_counter, process_time

import cv2
import numpy as np

from tryon.core.camera import PinholeCamera
from tryon.core.frame import Frame, Picture
from tryon.engine import Engine, Session
from tryon.engine.observer import Observer
from tryon.engine.session import AHEAD
from tryon.qa.bodies import DISTANCE_M, MODELS, SIZE_WH, BodyTruth
from tryon.qa.body_poses import STANCES, cam_from_stance, rest_from_stance
from tryon.stages.detect import BodyDetector, FaceDetector
from tryon.stages.source import open_source
from tryon.supplies import supply_path

SIZES_WH = ((640, 480), (1280, 720))
BLOCK_FRAMES = 45
BLOCKS = 4
FRAME_NS = 1_000_000_000 // 30


@dataclass(frozen=True)
class Scene:
    """What is worn in one row of the table; `bodies`: whether it needs the body's detector too."""

    name: str
    wear: tuple[str, ...]
    bodies: bool = False


SCENES = (
    Scene("glasses", ("aurelle-windsor",)),
    Scene("sunglasses, hat, earrings", ("aurelle-soleil", "aurelle-fedora", "aurelle-hoops")),
    Scene(
        "full look",
        ("aurelle-coat", "aurelle-tee", "aurelle-trousers", "aurelle-loafers", "aurelle-fedora",
         "aurelle-windsor"),
        bodies=True,
    ),
)  # fmt: skip


def sitter(scene: Scene) -> Picture:
    """(H, W, 3) who wears the scene: a real portrait, or for clothes the base body, head to toe."""
    if not scene.bodies:
        with open_source(supply_path("astronaut.png")) as source:
            return next(iter(source)).rgb
    with BodyTruth() as truth:
        model, stance = MODELS[0], STANCES[0]
        figure = truth.body.shaped(model.shape)
        height_m = float(np.ptp(figure.vertices[:, 1]))
        motion = cam_from_stance(-20.0, height_m=height_m, distance_m=DISTANCE_M) @ (
            rest_from_stance(truth.body, figure, stance)
        )
        return truth.draw(figure, model, motion, PinholeCamera.default(SIZE_WH), seed=1)


@dataclass(frozen=True)
class BenchRow:
    """One scene at one size: medians over the blocks.

    fps, cpu_ms: frames a second and CPU milliseconds a frame of the whole try-on; detector_*: of the
    detector alone on the same frames; ratio_fps, ratio_cpu: the former by the latter, block by block;
    stages_ms: median wall milliseconds a frame by stage.
    """

    scene: str
    size_wh: tuple[int, int]
    fps: float
    cpu_ms: float
    detector_fps: float
    detector_cpu_ms: float
    ratio_fps: float
    ratio_cpu: float
    stages_ms: dict[str, float]


def measure(engine: Engine, scene: Scene, portrait: Picture, size_wh: tuple[int, int]) -> BenchRow:
    """Time one scene on a portrait (H, W, 3) that moves about in frames of `size_wh`."""
    clock = _Clock()
    stages: list[Mapping[str, float]] = []
    alone: list[_Cost] = []
    whole: list[_Cost] = []
    observer = Observer(partial(FaceDetector, mode="stream"), partial(BodyDetector, mode="stream"))
    try:
        with engine.session(scene.wear) as session:
            frames = _moving_portrait(portrait, size_wh, clock, count=BLOCK_FRAMES)
            _watch(observer, frames, bodies=scene.bodies)
            list(session.run(frames))
            for _ in range(BLOCKS):
                frames = _moving_portrait(portrait, size_wh, clock, count=BLOCK_FRAMES)
                alone.append(_cost(partial(_watch, observer, frames, bodies=scene.bodies)))
                whole.append(_cost(partial(_run_session, session, frames, stages)))
    finally:
        observer.close()
    return BenchRow(
        scene=scene.name,
        size_wh=size_wh,
        fps=round(1 / median(c.wall_s for c in whole), 2),
        cpu_ms=round(1000 * median(c.cpu_s for c in whole), 2),
        detector_fps=round(1 / median(c.wall_s for c in alone), 2),
        detector_cpu_ms=round(1000 * median(c.cpu_s for c in alone), 2),
        ratio_fps=round(median(a.wall_s / w.wall_s for a, w in zip(alone, whole, strict=True)), 3),
        ratio_cpu=round(median(w.cpu_s / a.cpu_s for a, w in zip(alone, whole, strict=True)), 3),
        stages_ms={name: round(median(s[name] for s in stages), 3) for name in stages[-1]},
    )


@dataclass(frozen=True)
class _Cost:
    """Seconds a frame."""

    wall_s: float
    cpu_s: float


class _Clock:
    """Frame numbers that go on from one block to the next, as a stream's do."""

    def __init__(self) -> None:
        self._index = 0

    def tick(self) -> int:
        self._index += 1
        return self._index


def _cost(work: Callable[[], object]) -> _Cost:
    wall, cpu = perf_counter(), process_time()
    work()
    return _Cost((perf_counter() - wall) / BLOCK_FRAMES, (process_time() - cpu) / BLOCK_FRAMES)


def _watch(observer: Observer, frames: Sequence[Frame], *, bodies: bool) -> None:
    """The detectors alone, as far ahead of each other as in a stream."""
    waiting = deque(observer.watch(frame, bodies=bodies) for frame in frames[:AHEAD])
    for frame in frames[AHEAD:]:
        waiting.append(observer.watch(frame, bodies=bodies))
        waiting.popleft().result()
    while waiting:
        waiting.popleft().result()


def _run_session(
    session: Session, frames: Sequence[Frame], stages: list[Mapping[str, float]]
) -> None:
    stages.extend(result.stages_ms for result in session.run(frames))


def _moving_portrait(
    portrait: Picture, size_wh: tuple[int, int], clock: _Clock, *, count: int
) -> list[Frame]:
    """Frames in which the portrait sways, nods closer and leans, with a sensor's noise."""
    return list(_sway(portrait, size_wh, clock, count))


def _sway(
    portrait: Picture, size_wh: tuple[int, int], clock: _Clock, count: int
) -> Iterator[Frame]:
    width, height = size_wh
    rows, columns = portrait.shape[:2]
    fill = 1.15 * height / rows
    camera = PinholeCamera.default(size_wh, webcam=True)
    for _ in range(count):
        index = clock.tick()
        phase = 2 * np.pi * index / 90
        scale = fill * (1 + 0.06 * np.sin(phase))
        turn = np.radians(6 * np.sin(2 * phase))
        cos, sin = scale * np.cos(turn), scale * np.sin(turn)
        matrix = np.array([[cos, -sin, 0.0], [sin, cos, 0.0]])
        middle = np.array([width / 2 + 0.06 * width * np.cos(phase), height / 2])
        matrix[:, 2] = middle - matrix[:, :2] @ np.array([columns / 2, 0.52 * rows])
        rgb = cv2.warpAffine(portrait, matrix, size_wh, borderMode=cv2.BORDER_REPLICATE)
        noise = np.random.default_rng(index).normal(0, 2, (height, width, 1))
        noisy = np.clip(rgb + noise, 0, 255).astype(np.uint8)
        yield Frame(noisy, index * FRAME_NS, index, camera)
