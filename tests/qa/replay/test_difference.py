"""Colour difference, structural similarity, overlap: against published and closed-form values."""

from __future__ import annotations

import numpy as np
import pytest

from tryon.qa.replay.difference import ciede2000, lab_from_srgb, overlap, ssim_map

SHARMA = (
    ((50.0000, 2.6772, -79.7751), (50.0000, 0.0000, -82.7485), 2.0425),
    ((50.0000, 3.1571, -77.2803), (50.0000, 0.0000, -82.7485), 2.8615),
    ((50.0000, 2.8361, -74.0200), (50.0000, 0.0000, -82.7485), 3.4412),
    ((50.0000, -1.3802, -84.2814), (50.0000, 0.0000, -82.7485), 1.0000),
    ((50.0000, -1.1848, -84.8006), (50.0000, 0.0000, -82.7485), 1.0000),
    ((50.0000, -0.9009, -85.5211), (50.0000, 0.0000, -82.7485), 1.0000),
    ((50.0000, 0.0000, 0.0000), (50.0000, -1.0000, 2.0000), 2.3669),
    ((50.0000, -1.0000, 2.0000), (50.0000, 0.0000, 0.0000), 2.3669),
    ((50.0000, 2.4900, -0.0010), (50.0000, -2.4900, 0.0009), 7.1792),
    ((50.0000, 2.4900, -0.0010), (50.0000, -2.4900, 0.0010), 7.1792),
    ((50.0000, 2.4900, -0.0010), (50.0000, -2.4900, 0.0011), 7.2195),
    ((50.0000, 2.4900, -0.0010), (50.0000, -2.4900, 0.0012), 7.2195),
    ((50.0000, -0.0010, 2.4900), (50.0000, 0.0009, -2.4900), 4.8045),
    ((50.0000, -0.0010, 2.4900), (50.0000, 0.0010, -2.4900), 4.8045),
    ((50.0000, -0.0010, 2.4900), (50.0000, 0.0011, -2.4900), 4.7461),
    ((50.0000, 2.5000, 0.0000), (50.0000, 0.0000, -2.5000), 4.3065),
    ((50.0000, 2.5000, 0.0000), (73.0000, 25.0000, -18.0000), 27.1492),
    ((50.0000, 2.5000, 0.0000), (61.0000, -5.0000, 29.0000), 22.8977),
    ((50.0000, 2.5000, 0.0000), (56.0000, -27.0000, -3.0000), 31.9030),
    ((50.0000, 2.5000, 0.0000), (58.0000, 24.0000, 15.0000), 19.4535),
    ((50.0000, 2.5000, 0.0000), (50.0000, 3.1736, 0.5854), 1.0000),
    ((50.0000, 2.5000, 0.0000), (50.0000, 3.2972, 0.0000), 1.0000),
    ((50.0000, 2.5000, 0.0000), (50.0000, 1.8634, 0.5757), 1.0000),
    ((50.0000, 2.5000, 0.0000), (50.0000, 3.2592, 0.3350), 1.0000),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((63.0109, -31.0961, -5.8663), (62.8187, -29.7946, -4.0864), 1.2630),
    ((61.2901, 3.7196, -5.3901), (61.4292, 2.2480, -4.9620), 1.8731),
    ((35.0831, -44.1164, 3.7933), (35.0232, -40.0716, 1.5901), 1.8645),
    ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
    ((36.4612, 47.8580, 18.3852), (36.2715, 50.5065, 21.2231), 1.4146),
    ((90.8027, -2.0831, 1.4410), (91.1528, -1.6435, 0.0447), 1.4441),
    ((90.9257, -0.5406, -0.9208), (88.6381, -0.8985, -0.7239), 1.5381),
    ((6.7747, -0.2908, -2.4247), (5.8714, -0.0985, -2.2286), 0.6377),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
)
"""All 34 pairs of Sharma, Wu and Dalal 2005, table 1: L, a, b twice, and the difference."""


def test_colour_difference_is_as_published() -> None:
    first, second, expected = (np.array([row[k] for row in SHARMA]) for k in range(3))
    assert np.abs(ciede2000(first, second) - expected).max() < 5e-5
    assert np.abs(ciede2000(second, first) - expected).max() < 5e-5


@pytest.mark.parametrize(
    ("rgb", "lab"),
    [
        ((255, 255, 255), (100.0, 0.0, 0.0)),
        ((0, 0, 0), (0.0, 0.0, 0.0)),
        ((255, 0, 0), (53.24, 80.09, 67.20)),
        ((0, 0, 255), (32.30, 79.19, -107.86)),
    ],
)
def test_primaries_have_their_known_lab(
    rgb: tuple[int, int, int], lab: tuple[float, float, float]
) -> None:
    assert lab_from_srgb(np.array(rgb, np.uint8)) == pytest.approx(lab, abs=0.02)


def test_equal_pictures_are_wholly_similar_and_shuffled_ones_are_not() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (40, 50, 3), np.uint8)
    assert ssim_map(picture, picture) == pytest.approx(1.0)
    assert ssim_map(picture, picture[::-1].copy()).mean() < 0.2


def test_similarity_of_flat_pictures_is_that_of_their_means() -> None:
    """Without structure, SSIM is (2ab + C1) / (a² + b² + C1)."""
    a, b, c1 = 100.0, 150.0, (0.01 * 255) ** 2
    flat = [np.full((30, 30, 3), value, np.uint8) for value in (a, b)]
    assert ssim_map(*flat) == pytest.approx((2 * a * b + c1) / (a * a + b * b + c1))


def test_overlap_of_shifted_squares() -> None:
    first, second = np.zeros((10, 10), np.uint8), np.zeros((10, 10), np.uint8)
    first[2:6, 2:6] = second[2:6, 4:8] = 255
    assert overlap(first, second) == pytest.approx(8 / 24)
    assert overlap(first * 0, second * 0) == 1.0


def test_overlap_counts_shares_of_pixels() -> None:
    full, half = np.full((4, 4), 200, np.uint8), np.full((4, 4), 100, np.uint8)
    assert overlap(full, half) == 0.5
