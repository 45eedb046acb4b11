"""Seamless fields: everything here wraps round at the edges, so that pictures made of it repeat.

Rows run downwards as in a picture, y upwards. Levels and colours are linear light until they are coded.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from tryon.core.mesh import Texture
from tryon.core.spaces import Floats
from tryon.core.srgb import code_of

Spectrum = Callable[[Floats, Floats], Floats]
"""Amplitude by frequency (fx, fy) in periods a repeat."""

_CODES = 4096


def _code_table() -> NDArray[np.uint8]:
    level = np.arange(_CODES + 1) / _CODES
    return np.round(255 * code_of(level)).astype(np.uint8)


_SRGB = _code_table()


def places(side_px: int) -> tuple[Floats, Floats]:
    """(S, S) x and y of the pixels' centres, 0 to 1, y upwards."""
    at = (np.arange(side_px) + 0.5) / side_px
    x, y = np.meshgrid(at, at[::-1])
    return x, y


def noise(rng: np.random.Generator, side_px: int, spectrum: Spectrum) -> Floats:
    """(S, S) noise of zero mean and unit deviation whose amplitude follows the spectrum."""
    fx, fy = np.meshgrid(np.arange(side_px // 2 + 1.0), np.fft.fftfreq(side_px, 1 / side_px))
    white = fft.rfft2(rng.standard_normal((side_px, side_px), np.float32))
    shaped = fft.irfft2(white * spectrum(fx, fy).astype(np.float32), s=(side_px, side_px))
    shaped -= shaped.mean()
    return np.asarray(shaped / shaped.std())


def clouds(cut: float) -> Spectrum:
    """Soft patches, about `cut` of them a repeat."""
    return lambda fx, fy: np.exp(-((np.hypot(fx, fy) / cut) ** 2))


def grain(centre: float, width: float) -> Spectrum:
    """Grains of one size, `centre` of them a repeat."""
    return lambda fx, fy: np.exp(-(((np.hypot(fx, fy) - centre) / width) ** 2))


def streaks(across: float, along: float, *, angle_deg: float = 90.0) -> Spectrum:
    """Fibres that lie along one direction (90: upwards): thin across it, long along it."""
    cosine, sine = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))

    def spectrum(fx: Floats, fy: Floats) -> Floats:
        # Rows run down, so the second axis turns round.
        a, b = fx * cosine - fy * sine, fx * sine + fy * cosine
        out: Floats = np.exp(-((a / along) ** 2) - ((np.abs(b) - across) / (0.6 * across)) ** 2)
        return out

    return spectrum


def step(edge0: float, edge1: float, value: Floats) -> Floats:
    """0 below the first edge, 1 above the second, smooth between."""
    t = np.clip((value - edge0) / (edge1 - edge0), 0, 1)
    return np.asarray(t * t * (3 - 2 * t))


def ridge(across: Floats, half: float) -> Floats:
    """A round thread in section: 1 on its middle line, 0 beyond `half` of it."""
    return np.sqrt(np.clip(1 - (across / half) ** 2, 0, 1))


def cells(
    rng: np.random.Generator, side_px: int, count: int, *, jitter: float = 0.9
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Cells round `count` × `count` shaken points (Worley 1996): distance to the nearest point and to
    the next one, both in spacings, and the number of the nearest, all (S, S)."""
    x, y = (axis * count for axis in places(side_px))
    column, row = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    shake = 0.5 + jitter * (rng.random((2, count, count)) - 0.5)
    nearest = np.full(x.shape, np.inf)
    second = np.full(x.shape, np.inf)
    number = np.zeros(x.shape, np.int64)
    for dj in (-1, 0, 1):
        for di in (-1, 0, 1):
            i, j = (column + di) % count, (row + dj) % count
            key = j * count + i
            dx = column + di - x + shake[0].ravel()[key]
            dy = row + dj - y + shake[1].ravel()[key]
            far = dx * dx + dy * dy
            closer = far < nearest
            second = np.where(closer, nearest, np.minimum(second, far))
            number = np.where(closer, key, number)
            nearest = np.where(closer, far, nearest)
    return np.sqrt(nearest), np.sqrt(second), number


def coded(linear: Floats) -> Texture:
    """Linear levels 0 to 1 of any shape as sRGB bytes (IEC 61966-2-1)."""
    return np.asarray(_SRGB[(np.clip(linear, 0, 1) * _CODES + 0.5).astype(np.int64)])


def grey(level: Floats) -> Texture:
    """(S, S, 3) sRGB of (S, S) linear levels."""
    return np.repeat(coded(level)[..., None], 3, axis=2)


def plain_bytes(*channels: Floats) -> Texture:
    """(S, S, C) bytes of levels 0 to 1 that are no colours."""
    return np.asarray(np.round(255 * np.clip(np.stack(channels, axis=-1), 0, 1)), np.uint8)


def normals(height: Floats, tilt: float) -> Texture:
    """(S, S, 3) normals, +y up, of a height; `tilt` is the root mean square slope it is scaled to."""
    du, dv = slopes(height)
    scale = tilt / max(float(np.sqrt((du**2 + dv**2).mean())), 1e-12)
    return normals_of(du * scale, dv * scale)


def slopes(height: Floats) -> tuple[Floats, Floats]:
    """Rise of the height to the right and upwards, a pixel."""
    du = (np.roll(height, -1, axis=1) - np.roll(height, 1, axis=1)) / 2
    dv = (np.roll(height, 1, axis=0) - np.roll(height, -1, axis=0)) / 2
    return du, dv


def normals_of(du: Floats, dv: Floats) -> Texture:
    """(S, S, 3) normals of slopes to the right and upwards."""
    length = np.sqrt(du**2 + dv**2 + 1)
    return plain_bytes(0.5 - 0.5 * du / length, 0.5 - 0.5 * dv / length, 0.5 + 0.5 / length)
