"""Fabrics against the rule: seamless, in their stated scale, made anew the same, and still from afar."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tryon.core.camera import PinholeCamera
from tryon.core.mesh import Material, Mesh
from tryon.core.scene import Draw, Lighting
from tryon.core.transforms import rigid
from tryon.stages.render import Renderer
from tryon.wardrobe.atelier.palette import linear
from tryon.wardrobe.fabrics import FABRICS, MOST_KEPT, bolt, swatch_of
from tryon.wardrobe.fabrics import _swatch as remembered_swatch
from tryon.wardrobe.fabrics.swatch import Swatch

ACROSS_CM = {
    "jersey": 1 / 10,
    "rib": 0.3,
    "knit": 0.4,
    "cable": 9.0,
    "pinstripe": 1.5,
    "tweed": 64 / 9,
    "houndstooth": 0.8,
    "gingham": 2.0,
    "tartan": 96 / 14,
    "corduroy": 2.54 / 8,
    "tulle": 0.16,
    "lace": 8.0,
}
"""Distance across from one figure of the cloth to the next of its kind."""

WANDERING = ("knit",)
"""Stitches by hand are not all alike."""


def textures(swatch: Swatch) -> list[NDArray[np.uint8]]:
    maps = (swatch.color, swatch.normal, swatch.roughness_metal)
    return [texture for texture in maps if texture is not None]


def lightness(swatch: Swatch) -> NDArray[np.float64]:
    """(S, S) what is seen of the cloth before a black table."""
    color = swatch.color.astype(np.float64)
    return color[..., :3].sum(2) * (color[..., 3] / 255 if color.shape[2] == 4 else 1)


def period_px(picture: NDArray[np.float64], alike: float) -> int:
    """The first shift across at which a seamless picture looks like itself as much as `alike`."""
    rows = np.tile(picture - picture.mean(), 2)
    likeness = np.fft.irfft((np.abs(np.fft.rfft(rows, axis=1)) ** 2).mean(0))
    likeness = likeness / likeness[0]
    apart = int(np.argmax(likeness < 0.5 * (likeness.max() + likeness.min())))
    half = len(likeness) // 2
    rest = likeness[apart : half + 1]
    first = np.flatnonzero(rest > alike)[0]
    while first + 1 < len(rest) and rest[first + 1] > rest[first]:
        first += 1
    return apart + int(first)


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    with Renderer() as opened:
        yield opened


def photographed(
    renderer: Renderer, name: str, *, px_per_cm: float, size_px: int = 64
) -> NDArray[np.float64]:
    """(S, S, 4) premultiplied picture of a flat piece of the cloth before nothing."""
    made = bolt(name)
    half_cm = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * size_px / px_per_cm
    sheet = Mesh(
        "sheet",
        np.concatenate([half_cm / 100, np.zeros((4, 1))], axis=1).astype(np.float32),
        np.array([[0, 1, 2], [0, 2, 3]], np.int32),
        np.tile(np.array([0, 0, 1], np.float32), (4, 1)),
        uv=(half_cm / made.tile_cm + 0.37).astype(np.float32),
        material=made.material,
    )
    camera = PinholeCamera.from_focal(100 * px_per_cm, (size_px, size_px), origin="test")
    layer = renderer.draw(
        camera, [Draw(sheet, rigid(None, np.array([0, 0, -1.0])))], Lighting.studio()
    )
    out = np.zeros((size_px, size_px, 4))
    if layer is not None:
        (x, y), (height, width) = layer.corner_xy, layer.rgba.shape[:2]
        out[y : y + height, x : x + width] = layer.rgba
    return out


@pytest.mark.parametrize("name", FABRICS)
def test_fabric_repeats_without_a_seam(name: str) -> None:
    for texture in textures(swatch_of(name)):
        assert texture.shape[0] == texture.shape[1] <= 512
        picture = texture.astype(np.float64)
        for axis in (0, 1):
            inside = np.abs(np.diff(picture, axis=axis)).mean(axis=(1 - axis, 2)).max()
            seam = np.abs(picture.take(0, axis) - picture.take(-1, axis)).mean()
            assert seam <= 1.3 * inside + 1


@pytest.mark.parametrize("name", ACROSS_CM)
def test_fabric_has_its_scale_in_centimetres(name: str) -> None:
    swatch = swatch_of(name)
    px = period_px(lightness(swatch), 0.5 if name in WANDERING else 0.85)
    assert px * swatch.tile_cm[0] / swatch.color.shape[1] == pytest.approx(
        ACROSS_CM[name], rel=0.04
    )


def test_scale_magnifies_the_cloth() -> None:
    plain, large = bolt("gingham"), bolt("gingham", scale=2.5)
    assert large.tile_cm == tuple(2.5 * size for size in plain.tile_cm)
    assert large.material.base_color_texture is plain.material.base_color_texture


@pytest.mark.parametrize("name", FABRICS)
def test_fabric_is_made_anew_the_same(name: str) -> None:
    fabric = FABRICS[name]
    yarns = tuple(linear(c) for c in (fabric.color, *fabric.accents)) if fabric.accents else ()
    for one, other in zip(textures(fabric.maker(yarns)), textures(swatch_of(name)), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", FABRICS)
def test_normals_are_unit_and_lean_nowhere_on_the_whole(name: str) -> None:
    normal = swatch_of(name).normal / 127.5 - 1
    np.testing.assert_allclose(np.linalg.norm(normal, axis=2), 1, atol=0.012)
    mean = normal.mean((0, 1))
    assert np.abs(mean[:2]).max() < 0.02
    assert mean[2] > 0.75
    assert normal[..., 2].min() > 0


@pytest.mark.parametrize("name", FABRICS)
def test_fabric_builds_a_material_for_clothes(name: str) -> None:
    made = bolt(name)
    material = made.material
    assert isinstance(material, Material)
    assert material.name == name
    assert material.double_sided
    assert 0 < material.roughness <= 1
    assert 0 <= material.metallic <= 1
    assert min(material.sheen) >= 0
    assert all(0 <= channel <= 1 for channel in material.base_color)
    assert min(made.tile_cm) > 0.5
    color = material.base_color_texture
    assert color is not None
    assert (material.alpha_mode == "OPAQUE") == (color.shape[2] == 3)


def test_holes_of_lace_are_holes(renderer: Renderer) -> None:
    alpha = photographed(renderer, "lace", px_per_cm=40, size_px=160)[..., 3]
    assert set(np.unique(alpha)) == {0.0, 255.0}
    assert 0.2 < (alpha == 0).mean() < 0.7
    # Worked flowers are whole: somewhere a square of 6 millimetres has no hole.
    opaque = np.cumsum(np.cumsum(alpha == 255, 0), 1)
    filled = opaque[24:, 24:] - opaque[:-24, 24:] - opaque[24:, :-24] + opaque[:-24, :-24]
    assert filled.max() == 24 * 24


def test_tulle_is_a_net_near_by_and_a_veil_from_afar(renderer: Renderer) -> None:
    near = photographed(renderer, "tulle", px_per_cm=150, size_px=96)[..., 3]
    afar = photographed(renderer, "tulle", px_per_cm=2)[..., 3]
    assert (near < 15).mean() > 0.5
    assert near.max() > 240
    assert 30 < afar.min() <= afar.max() < 130
    assert afar.mean() == pytest.approx(near.mean(), rel=0.2)


@pytest.mark.parametrize(
    "name", ["jersey", "rib", "knit", "poplin", "twill", "denim", "corduroy", "tulle", "crepe"]
)
def test_weave_fades_from_afar_and_does_not_beat(renderer: Renderer, name: str) -> None:
    # 1.7 pixels a centimetre: a dress of 200 pixels. Odd, so that no repeat is whole pixels.
    picture = photographed(renderer, name, px_per_cm=1.7)
    assert picture[..., :3].max() > 0
    # Against its surroundings: glare may rise slowly across the sheet.
    assert np.abs(picture - cv2.blur(picture, (9, 9)))[5:-5, 5:-5].max() <= 4


def test_checks_are_still_seen_at_the_size_of_a_garment(renderer: Renderer) -> None:
    picture = photographed(renderer, "gingham", px_per_cm=3)
    assert picture[..., 0].std() > 20


def test_a_dye_shares_the_cloths_textures() -> None:
    red, blue = bolt("velvet", "#aa1122").material, bolt("velvet", "#1122aa").material
    assert red.base_color_texture is blue.base_color_texture
    assert red.base_color[0] > red.base_color[2]
    assert red.sheen[0] > red.sheen[2]


def test_yarns_have_the_colours_that_are_asked_for() -> None:
    swatch = swatch_of("gingham", "#c01818", accents=("#f8f8f8",))
    half = swatch.color.shape[0] // 4
    corner = swatch.color[-half:, :half].mean((0, 1))
    white = swatch.color[:half, -half:].mean((0, 1))
    assert corner[0] > 3 * corner[1]
    assert white.min() > 180


def test_missing_accents_are_the_usual_ones() -> None:
    ours = swatch_of("tweed", "#4f4233", accents=("#b5a583",))
    np.testing.assert_array_equal(ours.color, swatch_of("tweed").color)


def test_remembered_swatches_are_bounded() -> None:
    for level in range(MOST_KEPT + 4):
        swatch_of("pinstripe", f"#{level:02x}2030")
    assert remembered_swatch.cache_info().currsize <= MOST_KEPT


def test_unknown_fabric_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="tinfoil"):
        bolt("tinfoil")
