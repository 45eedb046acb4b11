"""How different two pictures look: CIEDE2000 colour difference, SSIM, overlap of silhouettes."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.core.frame import Picture
from tryon.core.spaces import Floats
from tryon.core.srgb import light_of_code

_XYZ_FROM_RGB = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)  # fmt: skip
_WHITE = _XYZ_FROM_RGB.sum(1)
SSIM_SIGMA_PX = 1.5
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def lab_from_srgb(rgb: NDArray[np.uint8]) -> Floats:
    """(…, 3) CIELAB of (…, 3) sRGB codes, white D65 (IEC 61966-2-1, CIE 15:2004)."""
    xyz = light_of_code()[rgb] @ _XYZ_FROM_RGB.T / _WHITE
    knee = (6 / 29) ** 3
    f = np.where(xyz > knee, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = np.moveaxis(f, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def ciede2000(first: Floats, second: Floats) -> Floats:
    """(…,) colour difference of (…, 3) CIELAB colours, kL = kC = kH = 1.

    After Sharma, Wu and Dalal, "The CIEDE2000 Color-Difference Formula: Implementation Notes,
    Supplementary Test Data, and Mathematical Observations", Color Res. Appl. 30 (2005).
    """
    (l1, a1, b1), (l2, a2, b2) = (np.moveaxis(lab, -1, 0) for lab in (first, second))
    c7 = ((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2) ** 7
    stretch = 1 + 0.5 * (1 - np.sqrt(c7 / (c7 + 25.0**7)))
    c1, c2 = np.hypot(stretch * a1, b1), np.hypot(stretch * a2, b2)
    h1, h2 = (np.degrees(np.arctan2(b, stretch * a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    grey = c1 * c2 == 0
    turn = h2 - h1
    turn = np.where(turn > 180, turn - 360, np.where(turn < -180, turn + 360, turn))
    turn = np.where(grey, 0.0, turn)
    dl, dc = l2 - l1, c2 - c1
    dh = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn) / 2)
    lightness, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    total = h1 + h2
    far = np.abs(h1 - h2) > 180
    hue = np.where(far, np.where(total < 360, total + 360, total - 360), total) / 2
    hue = np.where(grey, total, hue)
    weight = (
        1
        - 0.17 * np.cos(np.radians(hue - 30))
        + 0.24 * np.cos(np.radians(2 * hue))
        + 0.32 * np.cos(np.radians(3 * hue + 6))
        - 0.20 * np.cos(np.radians(4 * hue - 63))
    )
    sl = 1 + 0.015 * (lightness - 50) ** 2 / np.sqrt(20 + (lightness - 50) ** 2)
    sc, sh = 1 + 0.045 * chroma, 1 + 0.015 * chroma * weight
    swing = np.sin(np.radians(60 * np.exp(-(((hue - 275) / 25) ** 2))))
    rotation = -2 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7)) * swing
    light, c, h = dl / sl, dc / sc, dh / sh
    return np.asarray(np.sqrt(np.maximum(light**2 + c**2 + h**2 + rotation * c * h, 0)))


def ssim_map(first: Picture, second: Picture) -> Floats:
    """(H, W) structural similarity of the luma of two (H, W, 3) pictures, 1 where they are the same.

    Gaussian window of 1.5 px, K = (0.01, 0.03): Wang, Bovik, Sheikh and Simoncelli, IEEE TIP 13 (2004).
    """
    x, y = (_luma(picture) for picture in (first, second))
    mx, my = _blurred(x), _blurred(y)
    vx, vy = _blurred(x * x) - mx * mx, _blurred(y * y) - my * my
    vxy = _blurred(x * y) - mx * my
    luminance = (2 * mx * my + _C1) / (mx * mx + my * my + _C1)
    return np.asarray(luminance * (2 * vxy + _C2) / (vx + vy + _C2))


def overlap(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> float:
    """Intersection over union of two masks of 0 to 255; 1 when both are empty.

    Shares of pixels count as such, so that a rim of one pixel that moves by a tenth of it loses a fifth
    and not, by chance, nothing or all.
    """
    union = int(np.maximum(first, second).sum(dtype=np.int64))
    common = int(np.minimum(first, second).sum(dtype=np.int64))
    return 1.0 if union == 0 else common / union


def _luma(rgb: Picture) -> Floats:
    return np.asarray(rgb.astype(np.float64) @ np.array([0.299, 0.587, 0.114]))


def _blurred(plane: Floats) -> Floats:
    blurred = cv2.GaussianBlur(plane, (11, 11), SSIM_SIGMA_PX, borderType=cv2.BORDER_REFLECT_101)
    return np.asarray(blurred, np.float64)
