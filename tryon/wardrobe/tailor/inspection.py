"""What a finished garment is held to before it is sold: measures, seams, binding, and the skin in poses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from tryon.core.spaces import Floats
from tryon.wardrobe.body_girth import dense_of
from tryon.wardrobe.tailor.cover import welded
from tryon.wardrobe.tailor.form import Form
from tryon.wardrobe.tailor.make import BakedGarment, BakedPart, Draft
from tryon.wardrobe.tailor.trial import Trial

MEASURE_M, DEPTH_M, WEIGHT = 0.005, 0.002, 1e-5
"""Most that a measure may be off its recipe, cloth may dip into skin, and weights may miss 1 by."""


@dataclass(frozen=True)
class Findings:
    """measures: name → metres found and, where the recipe names them, wanted; depths: by test pose, the
    most that cloth dips into the skin that is seen, metres; openings: rims of the cloth; is_closed: no
    side has three triangles; weights_off: by how much a vertex's weights miss 1 at most."""

    measures: Mapping[str, tuple[float, float | None]]
    depths: Mapping[str, float]
    openings: int
    is_closed: bool
    weights_off: float

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong with it, in words; empty for a garment that can be sold."""
        out = [
            f"{name} is {1000 * (found - wanted):+.1f} mm off its recipe"
            for name, (found, wanted) in self.measures.items()
            if wanted is not None and abs(found - wanted) > MEASURE_M
        ]
        out += [
            f"dips {1000 * depth:.1f} mm into the skin when {pose}"
            for pose, depth in self.depths.items()
            if depth > DEPTH_M
        ]
        if not self.is_closed:
            out.append("its seams do not meet")
        if self.weights_off > WEIGHT:
            out.append(f"its weights miss 1 by {self.weights_off:.6f}")
        return tuple(out)


def inspected(garment: BakedGarment, draft: Draft | BakedGarment, form: Form) -> Findings:
    """Findings on a garment that was made from a draft for a form."""
    wanted = {}
    if isinstance(draft, Draft):
        wanted = {measure.name: float(measure.wanted_m) for measure in draft.measures}
    cloth = [part for part in garment.levels[0] if not part.trim]
    points, dense = bound_points(cloth, len(form.body.names))
    openings, is_closed = _rims(cloth)
    off = max(
        float(np.abs(part.weights.sum(1) - 1).max()) for level in garment.levels for part in level
    )
    return Findings(
        {name: (found, wanted.get(name)) for name, found in garment.finished.items()},
        Trial.of(form).depths(points, dense, hidden=garment.hides_body),
        openings,
        is_closed,
        off,
    )


def bound_points(parts: Sequence[BakedPart], joints: int) -> tuple[Floats, Floats]:
    """(N, 3) the vertices of some parts and (N, joints) their shares of the joints."""
    points = np.concatenate([part.vertices for part in parts]).astype(np.float64)
    dense = np.concatenate([dense_of(part.bones, part.weights, joints) for part in parts])
    return points, dense.astype(np.float64)


def _rims(cloth: Sequence[BakedPart]) -> tuple[int, bool]:
    """How many closed lines of open sides there are, and whether no side has more than two triangles."""
    starts = np.cumsum([0] + [len(part.vertices) for part in cloth[:-1]])
    _, faces = welded(
        np.concatenate([part.vertices for part in cloth]),
        np.concatenate([part.faces + k for part, k in zip(cloth, starts, strict=True)]),
    )
    faces = faces[(faces != np.roll(faces, 1, axis=1)).all(1)]
    sides = np.sort(np.concatenate([faces[:, [k, (k + 1) % 3]] for k in range(3)]), axis=1)
    pairs, times = np.unique(sides, axis=0, return_counts=True)
    return _pieces(pairs[times == 1]), bool(times.max() <= 2)


def _pieces(pairs: NDArray[np.integer]) -> int:
    """How many connected pieces (E, 2) sides form."""
    used, number = np.unique(pairs, return_inverse=True)
    number = number.reshape(pairs.shape)
    graph = coo_matrix((np.ones(len(number)), number.T), (len(used), len(used)))
    return int(connected_components(graph, directed=False)[0])
