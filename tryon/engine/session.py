"""One stream of frames: the loop source → detect → fit → smooth → place → render → composite."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from time import perf_counter
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from tryon.core.camera import PinholeCamera
from tryon.core.frame import Frame
from tryon.core.landmarks import FaceLandmarks
from tryon.core.result import Person, TryonResult
from tryon.core.scene import Draw, Layer, Role
from tryon.engine.dresser import Dresser, Garb
from tryon.stages.composite import composite
from tryon.stages.detect import FaceDetector
from tryon.stages.fit_face import FaceFitter
from tryon.stages.light import LightTracker
from tryon.stages.render import Renderer
from tryon.stages.smooth import PoseSmoother
from tryon.wardrobe.head import HeadModel

Box = tuple[int, int, int, int]


class Session:
    """People in one stream, dressed frame by frame. Close it, or use it as a context manager.

    A result is always drawn on the very frame that it was computed from. `step` is one frame in, one
    result out; `run` looks for faces in the next frame while this one is drawn.
    """

    def __init__(
        self,
        open_detector: Callable[[], FaceDetector],
        renderer: Renderer,
        head_model: HeadModel,
        outfit: Sequence[Garb],
        *,
        supersample: float,
    ) -> None:
        self._renderer = renderer
        self._head_model = head_model
        self._supersample = supersample
        self._detecting = ThreadPoolExecutor(1, thread_name_prefix="tryon-detect")
        self._detector = self._detecting.submit(open_detector).result()
        self._fitter = FaceFitter(head_model)
        self._smoother = PoseSmoother()
        self._light = LightTracker()
        self.wear(outfit)

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def wear(self, outfit: Sequence[Garb]) -> None:
        """Change what everybody wears from the next frame on; who is where is kept."""
        self._dresser = Dresser(self._head_model, outfit)

    def forget(self) -> None:
        """Start anew as if nobody had been seen: after a cut, or for the next photo."""
        self._detecting.submit(self._detector.reset).result()
        self._fitter.reset()
        self._smoother.reset()
        self._light.reset()
        self._dresser.reset()

    def step(self, frame: Frame, *, layers: bool = False) -> TryonResult:
        """Dress the people of one frame. With `layers`, each item's visible coverage comes along."""
        return self._finish(frame, self._detecting.submit(self._detect, frame), layers=layers)

    def run(self, frames: Iterable[Frame], *, measure: bool = False) -> Iterator[TryonResult]:
        """Dress every frame in order; with `measure`, boxes of the visible items come along.

        Faces of the following frame are looked for on the second core while this one is drawn.
        """
        waiting: tuple[Frame, Future[tuple[tuple[FaceLandmarks, ...], float]]] | None = None
        for frame in frames:
            seen = self._detecting.submit(self._detect, frame)
            if waiting is not None:
                yield self._finish(*waiting, measure=measure)
            waiting = (frame, seen)
        if waiting is not None:
            yield self._finish(*waiting, measure=measure)

    def close(self) -> None:
        """Let go of the detector; the session cannot be used afterwards."""
        self._detecting.submit(self._detector.close).result()
        self._detecting.shutdown()

    def _detect(self, frame: Frame) -> tuple[tuple[FaceLandmarks, ...], float]:
        start = perf_counter()
        return self._detector.detect(frame), 1000 * (perf_counter() - start)

    def _finish(
        self,
        frame: Frame,
        seen: Future[tuple[tuple[FaceLandmarks, ...], float]],
        *,
        layers: bool = False,
        measure: bool = False,
    ) -> TryonResult:
        laps = _Laps()
        faces, detect_ms = seen.result()
        laps.lap("wait")
        fits = self._fitter.fit(faces, frame.camera)
        laps.lap("fit")
        fits = self._smoother.smooth(fits, frame.t_ns)
        laps.lap("smooth")
        draws = self._dresser.draws(fits)
        laps.lap("place")
        light = self._light.estimate(frame, fits)
        laps.lap("light")
        layer = self._renderer.draw(frame.camera, draws, light, supersample=self._supersample)
        laps.lap("render")
        image = frame.rgb if layer is None else composite(frame.rgb, layer)
        laps.lap("composite")
        masks = self._coverage(frame.camera, draws, layer) if layers or measure else {}
        return TryonResult(
            image=image,
            people=tuple(Person(fit.track, fit) for fit in fits),
            items=self._dresser.placed(draws, _boxes(masks), frame.camera),
            camera=frame.camera,
            t_ns=frame.t_ns,
            index=frame.index,
            layers=_by_item(masks, draws, frame.size_wh) if layers else {},
            stages_ms={"detect": detect_ms, **laps.ms},
        )

    def _coverage(
        self, camera: PinholeCamera, draws: Sequence[Draw], layer: Layer | None
    ) -> _Masks:
        return {} if layer is None else self._renderer.coverage(camera, draws)


_Masks = Mapping[tuple[str, int], tuple[NDArray[np.uint8], tuple[int, int]]]
"""(item, person) → visible coverage and the picture's pixel where its top left corner lies."""


class _Laps:
    """Wall time by stage, for the timings that a result carries; the engine never acts on it."""

    def __init__(self) -> None:
        self.ms: dict[str, float] = {}
        self._last = perf_counter()

    def lap(self, stage: str) -> None:
        now = perf_counter()
        self.ms[stage] = 1000 * (now - self._last)
        self._last = now


def _boxes(masks: _Masks) -> dict[tuple[str, int], Box | None]:
    boxes: dict[tuple[str, int], Box | None] = {}
    for key, (mask, (x, y)) in masks.items():
        columns, rows = np.flatnonzero(mask.any(0)), np.flatnonzero(mask.any(1))
        boxes[key] = (
            (
                x + int(columns[0]),
                y + int(rows[0]),
                x + int(columns[-1]) + 1,
                y + int(rows[-1]) + 1,
            )
            if len(columns)
            else None
        )
    return boxes


def _by_item(
    masks: _Masks, draws: Sequence[Draw], size_wh: tuple[int, int]
) -> dict[str, NDArray[np.uint8]]:
    width, height = size_wh
    layers = {
        draw.owner: np.zeros((height, width), np.uint8)
        for draw in draws
        if draw.owner and draw.role is Role.VISIBLE
    }
    for (owner, _), (mask, (x, y)) in masks.items():
        part = layers[owner][y : y + mask.shape[0], x : x + mask.shape[1]]
        np.maximum(part, mask, out=part)
    return layers
