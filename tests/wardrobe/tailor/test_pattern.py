"""Panels keep their outline, their area and their seams when they are cut into triangles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tryon.core.spaces import Floats
from tryon.wardrobe.tailor.cloth import Cloth, cut
from tryon.wardrobe.tailor.levels import Lookup, spacing_for
from tryon.wardrobe.tailor.pattern import Panel, Pattern, Seam, curve


def _flat(points: Floats) -> Floats:
    return np.concatenate([points, np.zeros((len(points), 1))], axis=1)


def _gap(points: Floats) -> Floats:
    return np.full(len(points), 0.003)


def _panel(name: str, width: float, belly: float) -> Panel:
    """A sheet with a curved left side."""
    return Panel(
        name,
        (
            curve("hem", (0, 0), (width, 0)),
            curve("right", (width, 0), (width, 0.5)),
            curve("top", (width, 0.5), (0, 0.5)),
            curve("left", (0, 0.5), (-belly, 0.3), (-belly, 0.1), (0, 0)),
        ),
        _flat,
        "trunk",
        _gap,
    )


def _pair(belly: float) -> Pattern:
    return Pattern(
        (_panel("one", 0.3, belly), _panel("other", 0.25, 0.0)),
        (Seam(("one", "left"), ("other", "right")),),
    )


def _area(cloth: Cloth, panel: int) -> float:
    corner = cloth.flat[cloth.faces[cloth.panel[cloth.faces[:, 0]] == panel]]
    u, v = corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]
    areas = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
    assert (areas > 0).all(), "counter-clockwise from outside"
    return float(areas.sum() / 2)


@settings(max_examples=15, deadline=None)
@given(st.floats(-0.05, 0.12), st.floats(0.014, 0.05))
def test_triangles_fill_the_panel_without_gaps_and_overlaps(belly: float, spacing: float) -> None:
    cloth = cut(_pair(belly), spacing)
    for number, panel in enumerate(cloth.pattern.panels):
        keys = [(panel.name, edge.name) for edge in panel.edges]
        outline = cloth.flat[np.concatenate([cloth.edges[key][:-1] for key in keys])]
        x, y = outline.T
        polygon = 0.5 * float(x @ np.roll(y, -1) - y @ np.roll(x, -1))
        assert _area(cloth, number) == pytest.approx(polygon, rel=1e-9)


def test_sewn_edges_share_their_particles_end_against_start() -> None:
    cloth = cut(_pair(0.08), 0.02)
    one, other = cloth.edges["one", "left"], cloth.edges["other", "right"]
    assert len(one) == len(other)
    np.testing.assert_array_equal(cloth.particle[one], cloth.particle[other][::-1])
    assert cloth.count == len(cloth.flat) - len(one)
    # What is left open is one loop around both panels.
    starts, counts = np.unique(cloth.boundary, return_counts=True)
    assert (counts == 2).all()
    assert len(starts) == len(cloth.boundary)


def test_an_outline_with_a_gap_is_refused() -> None:
    with pytest.raises(ValueError, match=r"10\.0 mm"):
        Panel(
            "torn",
            (curve("a", (0, 0), (1, 0)), curve("b", (1, 0.01), (0, 0))),
            _flat,
            "trunk",
            _gap,
        )


def test_a_coarser_cut_reads_the_same_shape() -> None:
    pattern = _pair(0.06)
    fine, coarse = cut(pattern, 0.012), cut(pattern, spacing_for(pattern, 200))
    assert len(coarse.faces) == pytest.approx(200, rel=0.25)
    shape = fine.by_particle(fine.flat @ np.array([[2.0, 0, 1], [0, 3, 1]]) + (1, 2, 3))
    one = fine.by_particle(np.ones((len(fine.flat), 1)))
    read = Lookup(fine).onto(coarse, shape)
    # Linear values are read exactly inside panels; the seam is the mean of both sides.
    inner = np.setdiff1d(np.arange(coarse.count), coarse.particle[coarse.edges["one", "left"]])
    wanted = coarse.by_particle(coarse.flat @ np.array([[2.0, 0, 1], [0, 3, 1]]) + (1, 2, 3))
    near_seam = np.abs(wanted[inner, 0] - 1) < 0.14
    np.testing.assert_allclose(read[inner][~near_seam], wanted[inner][~near_seam], atol=5e-3)
    np.testing.assert_allclose(Lookup(fine).onto(coarse, one), 1, atol=1e-12)
