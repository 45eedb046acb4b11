"""One stream of frames: the loop source → detect → fit → smooth → place → render → composite."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import cached_property
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, Literal

from tryon.core.body_fit import BodyFit
from tryon.core.fits import FaceFit
from tryon.core.frame import Frame, Picture
from tryon.core.landmarks import PoseLandmarks
from tryon.core.mesh import Mesh
from tryon.core.result import Person, TryonResult
from tryon.core.scene import Draw, Layer, Lighting
from tryon.engine.coverage import Mask, by_item, item_boxes, union
from tryon.engine.dresser import Dresser
from tryon.engine.observer import Observation, Watcher
from tryon.engine.outfit import Outfit
from tryon.stages.composite import composite
from tryon.stages.detect.segment import PersonSegmenter
from tryon.stages.fit_face import FaceFitter
from tryon.stages.light import LightTracker
from tryon.stages.matte import InFront, Matte
from tryon.stages.render import Renderer
from tryon.stages.smooth import PoseSmoother
from tryon.wardrobe.head import HeadModel

if TYPE_CHECKING:
    from tryon.engine.tailoring import Tailoring
    from tryon.stages.fit_body import BodyFitter

Under = Literal["keep", "erase"]
"""What becomes of the clothes that people really wear where virtual ones leave them in view."""
SKULL_SHARE = 0.9
"""What of the head moves less with the skull than this is neck."""
BODY_LAYER = "body"
"""Name of the layer that holds the outline of the fitted, dressed body."""
STREAM_MOST_PX = 120_000
"""Streams draw larger for smooth edges as long as a frame's region of interest stays within this."""
AHEAD = 2
"""Frames that are looked at before the one that is drawn: one for each detector."""

Probe = Callable[[Frame, str, object], None]
"""Is told, frame by frame and in the order of the stages, the name of a stage and what came out of it."""


class Session:
    """People in one stream, dressed frame by frame. Close it, or use it as a context manager.

    A result is always drawn on the very frame that it was computed from. `step` is one frame in, one
    result out; `run` looks for people in the next frames while this one is drawn. `under` may be
    changed between frames.
    """

    def __init__(
        self,
        observer: Watcher,
        renderer: Renderer,
        head_model: HeadModel,
        outfit: Outfit,
        *,
        supersample: float,
        fine: bool = False,
        cloth: bool = True,
    ) -> None:
        self._renderer = renderer
        self._head_model = head_model
        self._supersample = supersample
        self._fine = fine
        self._most_px = None if fine else STREAM_MOST_PX
        self._observer = observer
        self._fitter = FaceFitter(head_model)
        self._smoother = PoseSmoother()
        self._body_fitter: BodyFitter | None = None
        self._light = LightTracker()
        self._matte = Matte(fine=fine)
        self._segmenter: PersonSegmenter | None = None
        self._cloth = cloth
        self.under: Under = "keep"
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

    def wear(self, outfit: Outfit) -> None:
        """Change what everybody wears from the next frame on; who is where is kept."""
        self._wears_hat = any(p.worn.item.category == "hat" for p in outfit.accessories)
        self._dresser = Dresser(self._head_model, outfit.accessories, fine=self._fine)
        self._tailoring: Tailoring | None = None
        if outfit.clothes:
            # The wardrobe of clothes takes long to load, and glasses need none of it.
            from tryon.engine.tailoring import Tailoring  # noqa: PLC0415
            from tryon.stages.fit_body import BodyFitter  # noqa: PLC0415
            from tryon.wardrobe.body import Body  # noqa: PLC0415
            from tryon.wardrobe.ease import ease_m  # noqa: PLC0415

            body = Body.load()
            self._body_fitter = self._body_fitter or BodyFitter(body)
            self._body_fitter.wearing(ease_m(body, [piece.garment for piece in outfit.clothes]))
            self._tailoring = Tailoring(body, outfit.clothes, cloth=self._cloth)

    def forget(self) -> None:
        """Start anew as if nobody had been seen: after a cut, or for the next photo."""
        self._observer.reset()
        self._fitter.reset()
        self._smoother.reset()
        self._light.reset()
        self._matte.reset()
        self._dresser.reset()
        if self._body_fitter is not None:
            self._body_fitter.reset()
        if self._tailoring is not None:
            self._tailoring.reset()

    def step(
        self, frame: Frame, *, layers: bool = False, probe: Probe | None = None
    ) -> TryonResult:
        """Dress the people of one frame. With `layers`, each item's visible coverage comes along.
        `probe` sees what comes out of every stage."""
        return self._finish(frame, self._watch(frame), layers=layers, probe=probe)

    def run(
        self,
        frames: Iterable[Frame],
        *,
        measure: bool = False,
        layers: bool = False,
        probe: Probe | None = None,
    ) -> Iterator[TryonResult]:
        """Dress every frame in order; with `measure`, boxes of the visible items come along, with
        `layers` also their coverage. `probe` sees what comes out of every stage.

        People in the following frames are looked for on the other core while one is drawn.
        """
        waiting: deque[tuple[Frame, Future[Observation]]] = deque()
        for frame in frames:
            waiting.append((frame, self._watch(frame)))
            if len(waiting) > (AHEAD if self._tailoring is not None else 1):
                yield self._finish(*waiting.popleft(), layers=layers, measure=measure, probe=probe)
        while waiting:
            yield self._finish(*waiting.popleft(), layers=layers, measure=measure, probe=probe)

    def close(self) -> None:
        """Let go of the detectors; the session cannot be used afterwards."""
        self._observer.close()
        if self._segmenter is not None:
            self._segmenter.close()

    def _watch(self, frame: Frame) -> Future[Observation]:
        return self._observer.watch(frame, bodies=self._tailoring is not None)

    def _finish(
        self,
        frame: Frame,
        watched: Future[Observation],
        *,
        layers: bool = False,
        measure: bool = False,
        probe: Probe | None = None,
    ) -> TryonResult:
        laps = _Laps(frame, probe)
        observed = watched.result()
        laps.lap("wait")
        laps.tell("detect", observed.seen)
        faces = self._fitter.fit(observed.seen.faces, frame.camera)
        laps.lap("fit", faces)
        faces = self._smoother.smooth(faces, frame.t_ns)
        laps.lap("smooth", faces)
        bodies: tuple[BodyFit, ...] = ()
        clothes: tuple[Draw, ...] = ()
        in_front = InFront()
        if self._tailoring is not None and self._body_fitter is not None:
            bodies = self._body_fitter.fit(observed.seen.poses, faces, frame.camera, frame.t_ns)
            laps.lap("fit_body", bodies)
            in_front = self._matte.look(frame, faces, bodies, observed.seen.poses)
            laps.lap("matte", in_front)
            clothes = self._tailoring.draws(bodies, frame.t_ns, shown_hands=in_front.hands)
        worn_on_heads = self._dresser.draws(faces, frame.camera)
        if clothes:
            worn_on_heads = tuple(map(self._without_bust, worn_on_heads))
        draws = (*clothes, *worn_on_heads)
        laps.lap("place", draws)
        light = self._light.estimate(frame, faces)
        laps.lap("light", light)
        layer = self._renderer.draw(
            frame.camera, draws, light, supersample=self._supersample, most_px=self._most_px
        )
        laps.lap("render", layer)
        plate = frame.rgb
        if layer is not None and (clothes or self._wears_hat):
            layer = in_front.veiled(layer)
            worn = _Worn(bodies, observed.seen.poses, clothes, in_front)
            plate = self._bared(frame, layer, worn=worn, light=light)
            plate = self._hatted(frame, faces, layer, plate)
            laps.lap("under", plate)
        image = frame.rgb if layer is None else composite(plate, layer)
        laps.lap("composite", image)
        wanted = (layers or measure) and layer is not None
        masks = self._renderer.coverage(frame.camera, draws) if wanted else {}
        masks = {key: (in_front.uncovered(m, at), at) for key, (m, at) in masks.items()}
        boxes = item_boxes(masks)
        placed = self._dresser.placed(worn_on_heads, boxes, frame.camera)
        if self._tailoring is not None:
            placed = (*self._tailoring.placed(bodies, boxes, frame.camera), *placed)
        timings = {"detect": observed.detect_ms, **laps.ms}
        if observed.pose_ms is not None:
            timings["detect_body"] = observed.pose_ms
        return TryonResult(
            image=image,
            people=_people(faces, bodies),
            items=placed,
            camera=frame.camera,
            t_ns=frame.t_ns,
            index=frame.index,
            layers={**by_item(masks, draws, frame.size_wh), **self._outline(frame, clothes)}
            if layers
            else {},
            stages_ms=timings,
        )

    def _without_bust(self, draw: Draw) -> Draw:
        """The body has a neck and shoulders of its own; those of the head would cut into collars."""
        bustless = self._bustless.get(id(draw.mesh))
        return draw if bustless is None else replace(draw, mesh=bustless)

    @cached_property
    def _bustless(self) -> dict[int, Mesh]:
        """Each level of the head → the same without its bust."""
        share = self._head_model.head_share
        return {
            id(mesh): replace(mesh, faces=mesh.faces[share[mesh.faces].min(1) > SKULL_SHARE])
            for mesh in (self._head_model.mesh, self._head_model.coarse)
        }

    def _hatted(
        self, frame: Frame, faces: Sequence[FaceFit], layer: Layer, plate: Picture
    ) -> Picture:
        """The plate without hair that stands out beside hats, above their brims."""
        if not (faces and self._wears_hat):
            return plate
        if self._segmenter is None:
            self._segmenter = PersonSegmenter()
        segmenter = self._segmenter
        stray = self._matte.hair_outside_hats(
            frame, faces, lambda rgb, low, high: segmenter.look(rgb, low=low, high=high), layer
        )
        return stray.taken_out(plate)

    def _bared(
        self,
        frame: Frame,
        layer: Layer,
        *,
        worn: _Worn,
        light: Lighting,
    ) -> Picture:
        """The frame without what sticks out from under the garments of this veiled layer."""
        if self._tailoring is None or self.under == "keep" or not worn.clothes:
            return frame.rgb
        skin = self._tailoring.skin(worn.clothes, worn.in_front.tones, light)
        bare = self._renderer.draw(frame.camera, skin, light, supersample=self._supersample)
        old = self._matte.old_clothes(
            frame,
            worn.bodies,
            worn.poses,
            layer,
            worn.in_front,
            bare=bare,
            dressed=self._tailoring.dressed,
        )
        plate = old.taken_out(frame.rgb)
        return plate if bare is None else composite(plate, old.bared(bare))

    def _outline(self, frame: Frame, clothes: Sequence[Draw]) -> dict[str, Mask]:
        """The silhouette of the fitted, dressed bodies, if any are worn on."""
        if not clothes:
            return {}
        from tryon.stages.wear import as_silhouette  # noqa: PLC0415  # as in `wear`

        masks = self._renderer.coverage(frame.camera, as_silhouette(clothes, BODY_LAYER))
        return {BODY_LAYER: union(masks, frame.size_wh)}


@dataclass(frozen=True)
class _Worn:
    """Clothed people of one frame."""

    bodies: Sequence[BodyFit]
    poses: Sequence[PoseLandmarks]
    clothes: Sequence[Draw]
    in_front: InFront


class _Laps:
    """Wall time by stage, for the timings that a result carries; the engine never acts on it. What a
    probe takes is not counted."""

    def __init__(self, frame: Frame, probe: Probe | None) -> None:
        self.ms: dict[str, float] = {}
        self._frame = frame
        self._probe = probe
        self._last = perf_counter()

    def lap(self, stage: str, outcome: object = None) -> None:
        self.ms[stage] = 1000 * (perf_counter() - self._last)
        if outcome is not None:
            self.tell(stage, outcome)
        self._last = perf_counter()

    def tell(self, stage: str, outcome: object) -> None:
        if self._probe is not None:
            self._probe(self._frame, stage, outcome)
            self._last = perf_counter()


def _people(faces: Sequence[FaceFit], bodies: Sequence[BodyFit]) -> tuple[Person, ...]:
    """Everybody with a face or a body, faces first; a face and a body of one track are one person."""
    by_track = {body.track: body for body in bodies}
    seen = [Person(face.track, face, by_track.pop(face.track, None)) for face in faces]
    return (*seen, *(Person(track, None, body) for track, body in by_track.items()))
