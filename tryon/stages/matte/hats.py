"""Hair that would stand out beside a hat: a hat is worn over pressed hair."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tryon.stages.matte.colours import Share
from tryon.stages.matte.hair import HeadInPicture

BIN_M = 0.003
WIDEST_M = 0.24
ABOVE_EYES_M = 0.025
"""What is worn below this height over the eyes is no hat."""
LEAST_PERSON = 0.1
BEYOND_BRIM_M = 0.04
"""Hair that is wider than the hat is pressed down so far beside its brim."""
MIDDLE_M = 0.03
"""The middle of a head is so far above its eyes."""


def hair_beside_hat(head: HeadInPicture, person: Share, worn: Share) -> NDArray[np.bool_]:
    """(h, w) bool: what of the person is above the hat's lower edge and outside of the hat.

    person: their mask; worn: coverage of what is worn on the head; both in the head's window.
    """
    hat = (worn > 0.5) & (head.up_m > ABOVE_EYES_M)
    place = np.floor((head.right_m + WIDEST_M) / BIN_M).astype(np.int64)
    count = int(2 * WIDEST_M / BIN_M)
    inside = (place >= 0) & (place < count)
    lowest = np.full(count, np.inf, np.float32)
    chosen = hat & inside
    np.minimum.at(lowest, place[chosen], head.up_m[chosen])
    found = np.flatnonzero(np.isfinite(lowest))
    if not len(found):
        return np.zeros(person.shape, bool)
    beyond = round(BEYOND_BRIM_M / BIN_M)
    lowest[max(found[0] - beyond, 0) : found[0]] = lowest[found[0]]
    lowest[found[-1] + 1 : found[-1] + 1 + beyond] = lowest[found[-1]]
    edge = lowest[np.clip(place, 0, count - 1)]
    out = inside & (head.up_m > edge) & (person > LEAST_PERSON) & (worn < 0.5) & ~head.face
    return np.asarray(out)


def nearest_to(head: HeadInPicture, others: Sequence[HeadInPicture]) -> NDArray[np.bool_]:
    """(h, w) bool: nearer to this head's middle than to any other's."""
    w, h = head.window.small_wh
    if not others:
        return np.ones((h, w), bool)
    step = np.array(head.window.size_wh) / np.array(head.window.small_wh)
    grid = np.stack(np.meshgrid(np.arange(w) + 0.5, np.arange(h) + 0.5), -1) * step
    px = grid + np.array(head.window.corner_xy)
    own = np.hypot(head.right_m, head.up_m - MIDDLE_M)
    mine = np.ones((h, w), bool)
    for other in others:
        small = other.window.from_px(px)
        far = np.hypot(*np.moveaxis(small - np.array(other.middle), -1, 0)) / other.px_per_m
        mine &= own < far
    return mine
