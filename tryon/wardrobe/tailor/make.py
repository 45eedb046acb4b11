"""From a draft to a baked garment: drape, bind, cut into levels, trim, shade."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tryon.core.mesh import Mesh, smooth_normals
from tryon.core.spaces import Floats
from tryon.wardrobe.occlusion import bake_openness
from tryon.wardrobe.skinning import top_weights
from tryon.wardrobe.tailor.cloth import Cloth, cut
from tryon.wardrobe.tailor.cover import covered, welded
from tryon.wardrobe.tailor.drape import JERSEY, Fabric, Schedule, drape
from tryon.wardrobe.tailor.form import Form
from tryon.wardrobe.tailor.levels import Lookup, spacing_for
from tryon.wardrobe.tailor.pattern import Pattern
from tryon.wardrobe.tailor.trims import Draped, Sheet, Trim, merged
from tryon.wardrobe.tailor.weights import cloth_weights

Progress = Callable[[float], None]

DRAPED_TRIANGLES = 12000
LEVEL_TRIANGLES = (4600, 1500)
"""Triangles of the cloth in each level, without trims."""
SKIN_GAP_M = 0.0015
"""After cutting into levels no vertex is nearer to the skin."""
SEAM_TILT = 0.16
"""At a seam normals lean into it by this much, which shows as a fine groove."""
TRIM_RISE_M = 0.005
DARKEST = 0.4
"""Ambient occlusion of a place that sees nothing."""
SEED = 20


@dataclass(frozen=True)
class Measure:
    """A finished measure: the length of straight lines drawn on panels.

    lines: (panel, start, end) in the panel's metres; wanted_m: what the recipe asks for.
    """

    name: str
    lines: tuple[tuple[str, tuple[float, float], tuple[float, float]], ...]
    wanted_m: float


@dataclass(frozen=True, eq=False)
class Draft:
    """Everything that a recipe says of one garment.

    parts: material of panels that are not of `cloth`; trims: what lies on it; measures: what is checked
    when it is done; level_triangles, draped_triangles: of the cloth in each level and while it drapes;
    floor_m: height of the floor that it may lie on.
    """

    pattern: Pattern
    layer: int
    fabric: Fabric = JERSEY
    schedule: Schedule = field(default_factory=Schedule)
    parts: Mapping[str, str] = field(default_factory=dict)
    trims: tuple[Trim, ...] = ()
    measures: tuple[Measure, ...] = ()
    level_triangles: tuple[int, ...] = LEVEL_TRIANGLES
    draped_triangles: int = DRAPED_TRIANGLES
    floor_m: float = -np.inf


@dataclass(frozen=True, eq=False)
class BakedPart:
    """Geometry of one material: vertices, normals (V, 3) float32; faces (F, 3) int32; uv_cm: (V, 2)
    pattern centimetres; occlusion (V,); bones, weights (V, 4)."""

    name: str
    trim: bool
    vertices: NDArray[np.float32]
    normals: NDArray[np.float32]
    faces: NDArray[np.int32]
    uv_cm: NDArray[np.float32]
    occlusion: NDArray[np.float32]
    bones: NDArray[np.uint8]
    weights: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class BakedGarment:
    """levels: parts, finest first; hides_body: (B,) bool; finished: measures in metres."""

    levels: tuple[tuple[BakedPart, ...], ...]
    layer: int
    hides_body: NDArray[np.bool_]
    finished: Mapping[str, float]


def make(draft: Draft, form: Form, *, progress: Progress | None = None) -> BakedGarment:
    """Drape a draft on the form and finish it. Deterministic; a few seconds."""
    rng = np.random.default_rng(SEED)
    cloth = cut(draft.pattern, spacing_for(draft.pattern, draft.draped_triangles))
    points = drape(
        cloth,
        form.field,
        fabric=draft.fabric,
        schedule=draft.schedule,
        rng=rng,
        floor_m=draft.floor_m,
        progress=progress,
    )
    points = form.field.pushed_out(points, SKIN_GAP_M)
    normals = _normals(points, cloth)
    fine = Draped(cloth, points, normals, cloth_weights(cloth, points, form), Lookup(cloth))
    levels = tuple(
        _level(draft, form, fine, triangles, number)
        for number, triangles in enumerate(draft.level_triangles)
    )
    return BakedGarment(levels, draft.layer, hidden_skin(form, levels[0]), finished(draft, fine))


def hidden_skin(form: Form, parts: tuple[BakedPart, ...]) -> NDArray[np.bool_]:
    """(B,) which of the form's vertices the parts of a garment cover."""
    shells = [welded(part.vertices, part.faces) for part in parts if not part.trim]
    normals = smooth_normals(form.figure.vertices, form.body.faces).astype(np.float64)
    return covered(form.points, normals, shells)


def finished(draft: Draft, draped: Draped) -> dict[str, float]:
    """Metres of each measure on the draped cloth."""
    names = [panel.name for panel in draft.pattern.panels]
    out = {}
    for measure in draft.measures:
        total = 0.0
        for panel, start, end in measure.lines:
            flat = np.linspace(start, end, 80)
            places = draped.lookup.read(draped.points, names.index(panel), flat)
            total += float(np.linalg.norm(np.diff(places, axis=0), axis=1).sum())
        out[measure.name] = total
    return out


def _level(
    draft: Draft, form: Form, fine: Draped, triangles: int, number: int
) -> tuple[BakedPart, ...]:
    spacing = spacing_for(draft.pattern, triangles)
    cloth = cut(draft.pattern, spacing)
    points = form.field.pushed_out(fine.lookup.onto(cloth, fine.points), SKIN_GAP_M)
    points[:, 1] = np.maximum(points[:, 1], draft.floor_m)
    normals = fine.lookup.onto(cloth, fine.normals)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    dense = fine.lookup.onto(cloth, fine.dense)
    draped = Draped(cloth, points, normals, dense, Lookup(cloth))
    sheets: dict[tuple[str, bool], list[Sheet]] = {}
    for name, sheet in _cloth_sheets(draft, draped):
        sheets.setdefault((name, False), []).append(sheet)
    for trim in draft.trims:
        sheets.setdefault((trim.part, True), []).extend(trim.sheets(draped, spacing_m=spacing))
    # A band of the cloth's own material is one with it.
    return bound(form, {key: merged(group) for key, group in sheets.items()})


def _cloth_sheets(draft: Draft, draped: Draped) -> list[tuple[str, Sheet]]:
    cloth = draped.cloth
    normals = _seam_normals(draped)
    out = []
    for number, panel in enumerate(cloth.pattern.panels):
        here = np.flatnonzero(cloth.panel == number)
        faces = cloth.faces[cloth.panel[cloth.faces[:, 0]] == number]
        particle = cloth.particle[here]
        out.append(
            (
                draft.parts.get(panel.name, "cloth"),
                Sheet(
                    draped.points[particle],
                    normals[here],
                    np.searchsorted(here, faces),
                    cloth.flat[here] * 100,
                    draped.dense[particle],
                ),
            )
        )
    return out


def _seam_normals(draped: Draped) -> Floats:
    """(P, 3) normals of the cloth's points; along seams each side leans towards the other."""
    cloth = draped.cloth
    normals = draped.normals[cloth.particle]
    for seam in cloth.pattern.seams:
        for panel, edge in (seam.one, seam.other):
            on = cloth.edges[panel, edge]
            number = int(cloth.panel[on[0]])
            line = cloth.flat[on]
            along = np.gradient(line, axis=0)
            along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-12)
            outward = np.stack([along[:, 1], -along[:, 0]], axis=1)
            inside = draped.lookup.read(draped.points, number, line - 0.004 * outward)
            lean = draped.points[cloth.particle[on]] - inside
            lean /= np.maximum(np.linalg.norm(lean, axis=1, keepdims=True), 1e-12)
            normals[on] += SEAM_TILT * lean
    return np.asarray(normals / np.linalg.norm(normals, axis=1, keepdims=True))


def bound(form: Form, sheets: Mapping[tuple[str, bool], Sheet]) -> tuple[BakedPart, ...]:
    """The parts of a level out of their sheets by (name, trim): four joints each, and shaded."""
    meshes = [
        Mesh(
            name,
            s.points.astype(np.float32),
            s.faces.astype(np.int32),
            s.normals.astype(np.float32),
        )
        for (name, _), s in sheets.items()
    ]
    body = Mesh("form", form.figure.vertices, form.body.faces, form.figure.vertices)
    # Trims do not shade the cloth: its vertices are too far apart to draw their outline.
    cloth = [mesh for (_, trim), mesh in zip(sheets, meshes, strict=True) if not trim]
    parts = []
    for ((name, trim), sheet), mesh in zip(sheets.items(), meshes, strict=True):
        bones, weights = top_weights(sheet.dense)
        blockers = [body, *(meshes if trim else cloth)]
        parts.append(
            BakedPart(
                name,
                trim,
                mesh.vertices,
                mesh.normals,
                mesh.faces,
                sheet.uv.astype(np.float32),
                _openness(mesh, blockers, trim=trim),
                bones,
                weights,
            )
        )
    return tuple(parts)


def _openness(mesh: Mesh, blockers: list[Mesh], *, trim: bool) -> NDArray[np.float32]:
    """(V,) how open each vertex is. Trims dip into the cloth that they lie on: seen from above it."""
    above = mesh.vertices + np.float32(TRIM_RISE_M if trim else 0.001) * mesh.normals
    open_share = bake_openness(above, mesh.normals, blockers)
    # What is shut at rest opens when the person moves, so nothing is ever black.
    return np.asarray(DARKEST + (1 - DARKEST) * open_share, np.float32)


def _normals(points: Floats, cloth: Cloth) -> Floats:
    return smooth_normals(points.astype(np.float32), cloth.welded_faces.astype(np.int32)).astype(
        np.float64
    )
