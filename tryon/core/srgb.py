"""Between sRGB codes and linear light (IEC 61966-2-1)."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from tryon.core.spaces import Floats

ROOT_STEPS = 4096
"""Length of `code_of_root`: so fine that every code comes out."""


def light_of(code: Floats) -> Floats:
    """Linear light, 0 to 1, of sRGB codes as shares, 0 to 1; any shape."""
    return np.asarray(np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4))


def code_of(light: Floats) -> Floats:
    """sRGB codes as shares, 0 to 1, of linear light, 0 to 1; any shape."""
    return np.asarray(
        np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    )


@cache
def light_of_code() -> Floats:
    """(256,) linear light of each 8-bit code, not to be written to."""
    table = light_of(np.arange(256) / 255)
    table.flags.writeable = False
    return table


@cache
def code_of_root() -> NDArray[np.uint8]:
    """(ROOT_STEPS,) 8-bit code by the square root of linear light, not to be written to."""
    code = code_of((np.arange(ROOT_STEPS) / (ROOT_STEPS - 1)) ** 2)
    table = np.rint(255 * code).astype(np.uint8)
    table.flags.writeable = False
    return table
