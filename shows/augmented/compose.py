"""Lays models into a real picture: their shadow, themselves, and people in front of them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from shows.augmented.figures import Figures
from shows.augmented.ground import Floats, Share
from shows.augmented.plinth import LaidPlinth
from tryon import code_of_root, light_of_code

Picture = NDArray[np.uint8]


def composed(
    rgb: Picture,
    figures: Figures,
    *,
    shade: Share,
    hidden: Share,
    gain: Floats,
    plinth: LaidPlinth | None = None,
) -> Picture:
    """A new (H, W, 3) picture, mixed in linear light.

    shade: (H, W) light that the models take from the floor; hidden: (H, W) how much of models and plinth
    is behind somebody, whom shadows do not fall on either; gain: (3,) of the light on what is drawn;
    plinth: what is laid over the floor.
    """
    touched = (figures.rgba[..., 3] > 0) | (shade > 0.004)
    if plinth is not None:
        touched |= (plinth.cover > 0) | (plinth.shadow > 0.004)
    if not touched.any():
        return rgb.copy()
    rows, columns = np.flatnonzero(touched.any(1)), np.flatnonzero(touched.any(0))
    box = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    shown = (1.0 - hidden[box])[..., None]
    lit, codes = light_of_code().astype(np.float32), code_of_root()
    light = gain.astype(np.float32)
    mixed: NDArray[np.floating] = lit[rgb[box]]
    if plinth is not None:
        mixed = mixed * (1.0 - plinth.shadow[box][..., None] * shown)
        mixed = mixed * (1.0 - plinth.cover[box][..., None] * shown)
        mixed = mixed + plinth.rgb[box] * light * shown
    mixed = mixed * (1.0 - shade[box][..., None] * shown)
    alpha = figures.rgba[box][..., 3:].astype(np.float32) / 255
    straight = figures.rgba[box][..., :3] / np.maximum(alpha, 1 / 255)
    models = lit[np.minimum(straight, 255.0).astype(np.uint8)] * light
    mixed = mixed * (1.0 - alpha * shown) + models * alpha * shown
    out = rgb.copy()
    index = np.sqrt(np.clip(mixed, 0.0, 1.0)) * (len(codes) - 1) + 0.5
    out[box] = codes[index.astype(np.int32)]
    return out


def softened(figures: Figures, sigma_px: float) -> Figures:
    """Figures as soft as the camera's picture: what is sharper than everything around it looks cut out."""
    if sigma_px <= 0.2:
        return figures
    soft = np.asarray(cv2.GaussianBlur(figures.rgba, (0, 0), sigma_px), np.uint8)
    return Figures(soft, figures.depth_m, figures.points_m)
