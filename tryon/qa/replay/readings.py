"""What a replay measures of every frame: fingerprints by stage, places of items, and what is seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tryon.core.body_fit import BODY_JOINTS, BodyFit
from tryon.core.camera import PinholeCamera
from tryon.core.fits import FaceFit
from tryon.core.frame import Frame
from tryon.core.landmarks import Detections, FaceMark
from tryon.core.result import TryonResult
from tryon.core.scene import Draw, Layer, Lighting, Role
from tryon.core.spaces import Floats
from tryon.core.transforms import align
from tryon.qa.replay.cutouts import Cutout, cutout
from tryon.qa.replay.digest import Digester

STAGES = (
    "detect", "fit", "smooth", "fit_body", "matte", "place", "light", "render", "under", "composite",
)  # fmt: skip
"""In the order in which a change travels: the first that differs is where it began."""
SHOULDERS = (11, 12)
MOST_ALIGNED = 400
"""So many vertices tell the pose of a skinned mesh."""


@dataclass(frozen=True, eq=False)
class Spot:
    """Where one mesh of one item is: (3,) metres in `cam`, (2,) pixels, (3, 3) turn in `cam`."""

    in_cam: Floats
    px: Floats
    turn: Floats


@dataclass(frozen=True, eq=False)
class Head:
    """One face in one frame: (2,) raw pixel between the eyes, age_s of a held dropout, (4, 4)
    `cam_from_head` as fitted and as smoothed; anchors: name → (3,) in `cam`, smoothed; opacity as
    drawn."""

    track: int
    raw_px: Floats
    age_s: float
    fitted: Floats
    smoothed: Floats
    anchors: Mapping[str, Floats]
    opacity: float


@dataclass(frozen=True, eq=False)
class Trunk:
    """One body in one frame: (2,) raw pixel between the shoulders, (J, 3) joints in `cam`, metres,
    in the order of `BODY_JOINTS`."""

    track: int
    raw_px: Floats
    age_s: float
    joints: Floats

    @property
    def joint_names(self) -> tuple[str, ...]:
        return BODY_JOINTS


@dataclass(frozen=True, eq=False)
class FrameReading:
    """One frame of a replay.

    hashes: stage → fingerprint; spots: item → person → its meshes in order; coverage: item → where it
    is seen on anybody; picture: what differs from the input, None where nothing does or it was not
    kept; spilled: bytes that differ outside of what was drawn (must be 0); ambient: (4, 3) light.
    """

    index: int
    t_ns: int
    hashes: Mapping[str, str]
    heads: tuple[Head, ...]
    trunks: tuple[Trunk, ...]
    spots: Mapping[str, Mapping[int, tuple[Spot, ...]]]
    coverage: Mapping[str, Cutout]
    ambient: Floats
    spilled: int
    picture: Cutout | None
    stages_ms: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Replay:
    """All frames of one replay; memory_mb: peak of the process, growth_mb: from its first quarter on."""

    frames: tuple[FrameReading, ...]
    memory_mb: float = 0.0
    growth_mb: float = 0.0

    @property
    def at_s(self) -> Floats:
        """(n,) seconds since the first frame."""
        t_ns = np.array([frame.t_ns for frame in self.frames], np.int64)
        return np.asarray((t_ns - t_ns[:1]) / 1e9, np.float64)


READINGS = (Replay, FrameReading, Head, Trunk, Spot, Cutout)
"""The classes that stand in a golden."""


def items_of(replay: Replay) -> tuple[str, ...]:
    """Every item that is placed in any frame."""
    return tuple(sorted({item for frame in replay.frames for item in frame.spots}))


class Reader:
    """Listens to a session's stages and turns every result into its reading."""

    def __init__(self) -> None:
        self._digester = Digester()
        self._told: dict[int, dict[str, object]] = {}
        self._hashes: dict[int, dict[str, str]] = {}

    def probe(self, frame: Frame, stage: str, outcome: object) -> None:
        """Takes note of one stage of one frame (a `Probe` of the session)."""
        self._told.setdefault(frame.index, {})[stage] = outcome
        self._hashes.setdefault(frame.index, {})[stage] = self._digester.digest(outcome)

    def read(self, frame: Frame, result: TryonResult, *, picture: bool) -> FrameReading:
        """The reading of a frame whose stages have all been told."""
        told, hashes = self._told.pop(frame.index), self._hashes.pop(frame.index)
        seen, draws, light = told["detect"], told["place"], told["light"]
        layer = told.get("render")
        assert isinstance(seen, Detections)
        assert isinstance(draws, tuple)
        assert isinstance(light, Lighting)
        assert layer is None or isinstance(layer, Layer)
        changed = (result.image != frame.rgb).any(-1)
        # What garments leave in view of one's own clothes may be painted over before they are drawn.
        under = told.get("under", frame.rgb)
        assert isinstance(under, np.ndarray)
        spilled = _spilled((result.image != under).any(-1), layer)
        return FrameReading(
            index=frame.index,
            t_ns=frame.t_ns,
            hashes=hashes,
            heads=_heads(seen, _faces(told["fit"]), _faces(told["smooth"])),
            trunks=_trunks(seen, _bodies(told.get("fit_body", ()))),
            spots=_spots(draws, frame.camera),
            coverage={
                name: part
                for name, mask in result.layers.items()
                if (part := cutout(mask, mask > 0)) is not None
            },
            ambient=light.ambient,
            spilled=spilled,
            picture=cutout(result.image, changed) if picture else None,
            stages_ms=dict(result.stages_ms),
        )


def _faces(told: object) -> tuple[FaceFit, ...]:
    assert isinstance(told, tuple)
    return told


def _bodies(told: object) -> tuple[BodyFit, ...]:
    assert isinstance(told, tuple)
    return told


def _heads(
    seen: Detections, fitted: Iterable[FaceFit], smoothed: Iterable[FaceFit]
) -> tuple[Head, ...]:
    raw = {face.track: face for face in seen.faces}
    return tuple(
        Head(
            fit.track,
            raw[fit.track].px[FaceMark.BETWEEN_EYES, :2].copy(),
            raw[fit.track].age_s,
            fit.cam_from_head,
            smooth.cam_from_head,
            {name: smooth.anchor_in_cam(name) for name in smooth.anchors_in_head},
            smooth.opacity,
        )
        for fit, smooth in zip(fitted, smoothed, strict=True)
    )


def _trunks(seen: Detections, bodies: Iterable[BodyFit]) -> tuple[Trunk, ...]:
    raw = {pose.track: pose for pose in seen.poses}
    return tuple(
        Trunk(
            fit.track,
            np.asarray(raw[fit.track].px[list(SHOULDERS)].mean(0)),
            raw[fit.track].age_s,
            fit.joints_cam_m,
        )
        for fit in bodies
        if fit.track in raw
    )


def _spots(draws: Sequence[Draw], camera: PinholeCamera) -> dict[str, dict[int, tuple[Spot, ...]]]:
    out: dict[str, dict[int, tuple[Spot, ...]]] = {}
    for draw in draws:
        if draw.owner and draw.role is Role.VISIBLE:
            people = out.setdefault(draw.owner, {})
            people[draw.person] = (*people.get(draw.person, ()), spot(draw, camera))
    return out


def spot(draw: Draw, camera: PinholeCamera) -> Spot:
    """Where a mesh is: a rigid one by its matrix, a skinned one by its middle and mean turn."""
    skinned = draw.vertices is not None and len(draw.vertices) == len(draw.mesh.vertices)
    middle = draw.cam_from_mesh[:3, 3]
    turn = draw.cam_from_mesh[:3, :3]
    if skinned:
        step = max(len(draw.mesh.vertices) // MOST_ALIGNED, 1)
        posed = np.asarray(draw.vertices_in_cam()[::step], np.float64)
        rest = np.asarray(draw.mesh.vertices[::step], np.float64)
        turn = align(rest, posed, np.ones(len(rest)), scaled=False)[:3, :3]
        middle = posed.mean(0)
    size = np.linalg.norm(turn, axis=0)
    turn = turn / np.maximum(size, 1e-12)
    in_front = middle if middle[2] < -1e-3 else np.array([middle[0], middle[1], -1e-3])
    return Spot(np.asarray(middle), camera.project(in_front), np.asarray(turn))


def _spilled(changed: NDArray[np.bool_], layer: Layer | None) -> int:
    outside = np.ones(changed.shape, bool)
    if layer is not None:
        (x, y), (h, w) = layer.corner_xy, layer.rgba.shape[:2]
        outside[y : y + h, x : x + w] = layer.rgba[..., 3] == 0
    return int((changed & outside).sum())
