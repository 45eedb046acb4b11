"""Layers over pictures: exact outside, linear at edges, with the picture's own grain."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tryon.core.frame import Picture
from tryon.core.scene import Layer
from tryon.stages.composite import composite, grain_level


def noisy(deviation: float, *, seed: int = 0, level: float = 120.0) -> Picture:
    """(240, 320, 3) grey picture with the same noise in all channels."""
    noise = np.random.default_rng(seed).normal(0, deviation, (240, 320, 1))
    return np.rint(np.clip(level + np.repeat(noise, 3, axis=2), 0, 255)).astype(np.uint8)


def plain(code: int, alpha: int, *, size_hw: tuple[int, int] = (80, 100)) -> Layer:
    """A layer of one straight colour and one alpha, with its corner at (60, 50)."""
    rgba = np.full((*size_hw, 4), round(code * alpha / 255), np.uint8)
    rgba[..., 3] = alpha
    return Layer(rgba, (60, 50))


def inside(picture: Picture) -> NDArray[np.uint8]:
    return picture[50:130, 60:160]


def decoded(code: float) -> float:
    share = code / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


def test_clear_layer_changes_no_byte() -> None:
    picture = np.arange(240 * 320 * 3, dtype=np.uint32).reshape(240, 320, 3).astype(np.uint8)
    np.testing.assert_array_equal(composite(picture, plain(0, 0)), picture)


def test_opaque_layer_replaces_every_code_exactly() -> None:
    codes = np.arange(256, dtype=np.uint8).reshape(16, 16)
    rgba = np.dstack([codes, codes.T, codes[::-1], np.full_like(codes, 255)])
    out = composite(noisy(5), Layer(rgba, (60, 50)), grain=0.0)
    np.testing.assert_array_equal(out[50:66, 60:76], rgba[..., :3])


def test_picture_outside_the_layer_is_equal_to_the_byte() -> None:
    picture = noisy(4)
    out = composite(picture, plain(200, 130))
    outside = np.ones(picture.shape[:2], bool)
    outside[50:130, 60:160] = False
    np.testing.assert_array_equal(out[outside], picture[outside])
    assert (inside(out) != inside(picture)).mean() > 0.9


def test_argument_is_not_written_to() -> None:
    picture = noisy(4)
    picture.setflags(write=False)
    layer = plain(200, 130)
    layer.rgba.setflags(write=False)
    out = composite(picture, layer)
    assert out.flags.writeable
    assert not np.shares_memory(out, picture)


def test_half_white_on_black_is_half_the_light_not_half_the_code() -> None:
    black = np.zeros((240, 320, 3), np.uint8)
    out = inside(composite(black, plain(255, 128), grain=0.0))
    # 0.502 of the light is code 188; codes mixed by alpha would give 128.
    assert out.min() == out.max() == 188


@given(front=st.integers(0, 255), back=st.integers(0, 255), alpha=st.integers(0, 255))
def test_light_adds_up(front: int, back: int, alpha: int) -> None:
    picture = np.full((240, 320, 3), back, np.uint8)
    layer = plain(front, alpha, size_hw=(4, 4))
    straight = min(layer.rgba[0, 0, 0] / max(alpha, 1) * 255, 255)
    share = alpha / 255
    light = share * decoded(straight) + (1 - share) * decoded(back)
    out = int(composite(picture, layer, grain=0.0)[51, 61, 0])
    # Half a code of rounding in the straight colour, half in the result.
    assert decoded(out - 1.1) <= light <= decoded(out + 1.1)


def test_contact_shadow_takes_its_share_of_the_light() -> None:
    picture = np.full((240, 320, 3), 180, np.uint8)
    out = inside(composite(picture, plain(0, 102), grain=0.0))
    assert decoded(float(out[5, 5, 0])) == pytest.approx(0.6 * decoded(180), rel=0.02)


def test_soft_edge_over_its_own_colour_leaves_no_line() -> None:
    for code in (20, 90, 180, 250):
        picture = np.full((240, 320, 3), code, np.uint8)
        alpha = np.tile(np.arange(0, 256, 3, dtype=np.uint8), (20, 1))
        color = np.rint(alpha / 255 * code).astype(np.uint8)
        layer = Layer(np.dstack([color, color, color, alpha]), (60, 50))
        out = composite(picture, layer, grain=0.0).astype(int)
        assert np.abs(out - code).max() <= 1


def test_edge_between_two_colours_never_leaves_their_range() -> None:
    picture = np.full((240, 320, 3), 200, np.uint8)
    alpha = np.tile(np.arange(256, dtype=np.uint8), (4, 1))
    color = np.rint(alpha / 255 * 40).astype(np.uint8)
    layer = Layer(np.dstack([color, color, color, alpha]), (30, 50))
    edge = composite(picture, layer, grain=0.0)[50, 30:286, 0].astype(int)
    assert edge[0] == 200
    assert edge[-1] == 40
    # One code up is the rounding of a faint colour to whole codes.
    assert (np.diff(edge) <= 1).all()


@pytest.mark.parametrize("deviation", [1.0, 2.5, 6.0])
def test_grain_of_the_picture_is_measured_within_a_quarter(deviation: float) -> None:
    assert grain_level(noisy(deviation)[..., 0]) == pytest.approx(deviation, rel=0.25)


@pytest.mark.parametrize("deviation", [1.5, 3.0, 6.0])
def test_what_is_drawn_gets_the_picture_s_grain(deviation: float) -> None:
    drawn = inside(composite(noisy(deviation), plain(140, 255))).astype(float)
    assert drawn[..., 1].std() == pytest.approx(deviation, rel=0.25)
    assert drawn.mean() == pytest.approx(140, abs=0.5)


def test_texture_is_not_taken_for_grain() -> None:
    tweed = np.random.default_rng(5).normal(0, 20, (240, 180, 1))
    picture = noisy(2).astype(float)
    picture[:, :180] += tweed  # more than half of the surroundings
    grey = picture.clip(0, 255).astype(np.uint8)[..., 0]
    assert grain_level(grey[:, :180]) > 6
    assert grain_level(grey) == pytest.approx(2, rel=0.25)


def test_clean_picture_stays_clean() -> None:
    slope = np.tile(np.linspace(20, 230, 320)[None, :, None], (240, 1, 3))
    picture = np.rint(slope).astype(np.uint8)
    drawn = inside(composite(picture, plain(140, 255))).astype(float)
    assert drawn.std() < 0.5


def test_black_and_white_surroundings_do_not_hide_the_grain() -> None:
    picture = noisy(3)
    picture[:120] = 255
    assert grain_level(picture[..., 0]) == pytest.approx(3, rel=0.25)


def test_grain_follows_alpha() -> None:
    black = np.zeros((240, 320, 3), np.uint8)
    full, half = (
        inside(composite(black, plain(140, alpha), grain=4.0)).astype(float).std()
        for alpha in (250, 125)
    )
    assert half == pytest.approx(full / 2, rel=0.15)


def test_grain_is_fixed_by_the_picture() -> None:
    layer = plain(140, 255)
    first, again = (composite(noisy(3, seed=1), layer) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    # The next frame's grain is another one, or it would stick to the item like dust.
    following = composite(noisy(3, seed=2), layer)
    a, b = (inside(p)[..., 0].astype(float).ravel() - 140 for p in (first, following))
    assert abs(np.corrcoef(a, b)[0, 1]) < 0.1


def test_layer_larger_than_the_grain_s_tile() -> None:
    picture = np.full((700, 1300, 3), 90, np.uint8)
    rgba = np.full((700, 1300, 4), 140, np.uint8)
    rgba[..., 3] = 255
    out = composite(picture, Layer(rgba, (0, 0)), grain=3.0).astype(float)
    assert out.shape == picture.shape
    assert out[650:, 1250:].std() == pytest.approx(3, rel=0.2)


@pytest.mark.parametrize("size", [(1, 1), (5, 40), (17, 17)])
def test_pictures_too_small_to_measure_have_no_grain(size: tuple[int, int]) -> None:
    picture = np.random.default_rng(0).integers(0, 255, (*size, 3), dtype=np.uint8)
    out = composite(picture, Layer(np.full((*size, 4), 255, np.uint8), (0, 0)))
    assert (out == 255).all()
