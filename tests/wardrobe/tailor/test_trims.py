"""Hems, patches and buttons lie on the cloth, look outward and meet at seams."""

from __future__ import annotations

import numpy as np
import pytest

from tryon.core.spaces import Floats
from tryon.wardrobe.tailor.cloth import cut
from tryon.wardrobe.tailor.levels import Lookup
from tryon.wardrobe.tailor.pattern import Panel, Pattern, Seam, curve
from tryon.wardrobe.tailor.trims import Band, Button, Draped, Patch, raised

RADIUS = 0.2


def _bent(angle: float):  # type: ignore[no-untyped-def]
    def place(flat: Floats) -> Floats:
        a = flat[:, 0] / RADIUS + angle
        return np.stack([RADIUS * np.sin(a), flat[:, 1], RADIUS * np.cos(a)], axis=1)

    return place


def _panel(name: str, angle: float) -> Panel:
    half = 0.25 * np.pi * RADIUS
    corners = [(-half, 0.0), (half, 0.0), (half, 0.3), (-half, 0.3)]
    names = ("hem", "right", "top", "left")
    edges = tuple(curve(n, corners[k], corners[(k + 1) % 4]) for k, n in enumerate(names))
    return Panel(name, edges, _bent(angle), "trunk", lambda flat: np.zeros(len(flat)))


@pytest.fixture(scope="module")
def half_pipe() -> Draped:
    """Two panels around half a cylinder about the y axis, sewn in the middle."""
    pattern = Pattern(
        (_panel("one", -np.pi / 4), _panel("other", np.pi / 4)),
        (Seam(("one", "right"), ("other", "left")),),
    )
    cloth = cut(pattern, 0.02)
    points = np.zeros((len(cloth.flat), 3))
    for panel in pattern.panels:
        here = cloth.in_panel(panel.name)
        points[here] = panel.place(cloth.flat[here])
    places = cloth.by_particle(points)
    normals = places * (1, 0, 1) / RADIUS
    return Draped(cloth, places, normals, np.ones((cloth.count, 1)), Lookup(cloth))


def _radius(points: Floats) -> Floats:
    return np.hypot(points[:, 0], points[:, 2])


def test_a_patch_floats_at_its_height_and_looks_outward(half_pipe: Draped) -> None:
    outline = np.array([[-0.03, 0.1], [0.03, 0.1], [0.03, 0.2], [-0.03, 0.2]])
    (sheet,) = Patch("trim", "one", outline, raised(0.003)).sheets(half_pipe, spacing_m=0.02)
    radius = _radius(sheet.points)
    assert radius.max() == pytest.approx(RADIUS + 0.003, abs=5e-4)
    assert radius.min() > RADIUS - 0.0015, "its rim goes down to the cloth"
    top = radius > RADIUS + 0.002
    outward = np.einsum("ij,ij->i", sheet.normals, sheet.points * (1, 0, 1) / RADIUS)
    assert (outward[top] > -1e-6).all()
    assert np.median(outward[top]) > 0.6


def test_bands_of_sewn_panels_meet(half_pipe: Draped) -> None:
    band = Band("hem", (("one", "hem"), ("other", "hem")))
    one, other = band.sheets(half_pipe, spacing_m=0.02)
    ends = [sheet.points[np.abs(sheet.points[:, 0]) < 1e-3] for sheet in (one, other)]
    assert len(ends[0]) >= len(band.rows)
    for point in ends[0]:
        assert np.linalg.norm(ends[1] - point, axis=1).min() < 2e-4
    inside = np.einsum("ij,ij->i", one.normals, one.points * (1, 0, 1) / RADIUS)
    assert inside[one.points[:, 1] > 0.008].max() < -0.8, "the turned-in edge looks inward"


def test_a_button_is_round_and_lies_flat(half_pipe: Draped) -> None:
    button = Button("button", "other", (0.0, 0.15), radius_m=0.01, height_m=0.004, base_m=0.001)
    (sheet,) = button.sheets(half_pipe, spacing_m=0.02)
    axis = np.array([np.sin(np.pi / 4), 0, np.cos(np.pi / 4)])
    height = sheet.points @ axis - RADIUS
    assert height.min() == pytest.approx(0.001, abs=1e-3)
    assert np.ptp(height) == pytest.approx(0.004, abs=3e-4)
    flat = sheet.points - np.outer(sheet.points @ axis, axis) - (0, 0.15, 0)
    assert np.linalg.norm(flat, axis=1).max() == pytest.approx(0.01, rel=0.02)
    assert (sheet.normals @ axis).max() > 0.8
