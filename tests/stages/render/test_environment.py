"""The studio that shiny things reflect."""

from __future__ import annotations

import numpy as np

from tryon.stages.render.environment import LEVELS, SIZE_WH, studio_levels


def test_each_level_is_half_as_large_and_all_have_the_same_mean_light() -> None:
    levels = studio_levels()
    assert len(levels) == LEVELS
    means = []
    for number, level in enumerate(levels):
        height, width = level.shape[:2]
        assert (width, height) == (SIZE_WH[0] >> number, SIZE_WH[1] >> number)
        assert level.dtype == np.float32
        assert level.min() > 0
        area = np.sin((np.arange(height) + 0.5) / height * np.pi)
        means.append(float(np.average(level.mean((1, 2)), weights=area)))
    np.testing.assert_allclose(means, means[0], rtol=0.05)


def test_rougher_surfaces_reflect_a_softer_studio() -> None:
    contrast = [float(level.max() / level.min()) for level in studio_levels()]
    assert contrast == sorted(contrast, reverse=True)
    assert contrast[0] > 3 * contrast[-1]


def test_key_light_stands_upper_left_behind_the_camera() -> None:
    sharp = studio_levels()[0]
    row, column = np.unravel_index(int(sharp[..., 0].argmax()), sharp.shape[:2])
    longitude_deg = (column + 0.5) / SIZE_WH[0] * 360 - 180
    latitude_deg = 90 - (row + 0.5) / SIZE_WH[1] * 180
    assert -70 < longitude_deg < -20
    assert 20 < latitude_deg < 60
