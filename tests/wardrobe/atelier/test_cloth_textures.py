"""Textures repeat without a seam and come out the same every time."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from tryon.core.mesh import Material
from tryon.wardrobe.atelier import cloth_textures
from tryon.wardrobe.atelier.acetate import SHEETS, Pattern, acetate, sheet
from tryon.wardrobe.atelier.cloth_textures import Weave
from tryon.wardrobe.atelier.palette import METALS, linear, mixed, polished

WEAVES: dict[str, Callable[[], Weave]] = {
    "felt": cloth_textures.felt,
    "grosgrain": cloth_textures.grosgrain,
    "straw": cloth_textures.straw,
    "knit": cloth_textures.knit,
    "leather": cloth_textures.leather,
}
PATTERNS: tuple[Pattern, ...] = tuple(SHEETS)


def step_at_the_seam(picture: NDArray[np.uint8], axis: int) -> tuple[float, float]:
    """Mean change from the last line to the first, and the largest one between two lines inside."""
    lines = np.moveaxis(picture.astype(float), axis, 0)
    inside = np.abs(np.diff(lines, axis=0)).mean(axis=(1, 2))
    return float(np.abs(lines[0] - lines[-1]).mean()), float(inside.max())


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("name", sorted(WEAVES))
def test_a_cloth_repeats_without_a_seam(name: str, axis: int) -> None:
    weave = WEAVES[name]()
    for picture in (weave.tone, weave.normal):
        seam, inside = step_at_the_seam(picture, axis)
        assert seam <= 1.15 * inside


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_sheet_of_acetate_repeats_without_a_seam(pattern: Pattern, axis: int) -> None:
    seam, inside = step_at_the_seam(sheet(pattern), axis)
    assert seam <= 1.15 * inside


@pytest.mark.parametrize("name", sorted(WEAVES))
def test_a_cloth_is_the_same_every_time(name: str) -> None:
    first = WEAVES[name]()
    again = WEAVES[name].__wrapped__()  # type: ignore[attr-defined]  # past functools.cache
    assert first.tone.tobytes() == again.tone.tobytes()
    assert first.normal.tobytes() == again.normal.tobytes()


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_sheet_is_the_same_every_time(pattern: Pattern) -> None:
    assert sheet(pattern).tobytes() == sheet.__wrapped__(pattern).tobytes()


@pytest.mark.parametrize("name", sorted(WEAVES))
def test_normal_maps_hold_unit_normals_that_point_out_of_the_cloth(name: str) -> None:
    normal = WEAVES[name]().normal / 127.5 - 1
    np.testing.assert_allclose(np.linalg.norm(normal, axis=2), 1, atol=0.02)
    assert normal[..., 2].min() > 0
    np.testing.assert_allclose(normal[..., :2].mean(axis=(0, 1)), 0, atol=0.02)


def test_dyeing_keeps_the_material_and_takes_the_color() -> None:
    dyed = cloth_textures.felt().dyed(Material("cloth", roughness=0.9), linear("#804020"))
    assert dyed.name == "cloth"
    assert dyed.roughness == 0.9
    assert dyed.base_color[:3] == linear("#804020")
    assert dyed.base_color_texture is not None


def test_havana_is_darker_than_honey_and_both_are_warm() -> None:
    havana, honey = (sheet(p).astype(float).mean(axis=(0, 1)) for p in ("havana", "honey"))
    assert havana.sum() < honey.sum()
    for color in (havana, honey):
        assert color[0] > color[1] > color[2]


def test_crystal_is_see_through_and_plain_is_not() -> None:
    assert acetate("crystal", "#c9a884").alpha_mode == "BLEND"
    assert acetate("crystal", "#c9a884").base_color[3] < 0.5
    assert acetate("plain", "#0b0b0d").alpha_mode == "OPAQUE"


@pytest.mark.parametrize("metal", sorted(METALS))
def test_polished_metal_is_metal(metal: str) -> None:
    material = polished(metal)  # type: ignore[arg-type]  # names of METALS
    assert material.metallic == 1
    assert material.roughness < 0.25


def test_web_colors_become_linear() -> None:
    assert linear("#000000") == (0, 0, 0)
    assert linear("#ffffff") == pytest.approx((1, 1, 1))
    assert linear("#bcbcbc")[0] == pytest.approx(0.5029, abs=1e-3)
    assert mixed((0, 0, 0), (1, 1, 1), 0.25) == (0.25, 0.25, 0.25)
    with pytest.raises(ValueError, match="#rrggbb"):
        linear("red")
