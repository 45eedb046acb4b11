"""A loom: threads that go over and under each other, each with its colour, seen from above."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tryon.core.spaces import Floats
from tryon.wardrobe.fabrics.fields import (
    clouds,
    coded,
    noise,
    normals,
    places,
    ridge,
    streaks,
)
from tryon.wardrobe.fabrics.swatch import Swatch

Structure = NDArray[np.bool_]
"""(rows, columns) whether the warp lies on top; row 0 lies lowest."""


@dataclass(frozen=True)
class Yarn:
    """How even the threads are.

    uneven: deviation of brightness from warp to warp; weft_uneven: from weft to weft; slub: along each
    thread; fuzz: of single fibres; wobble: shift from the straight line, in threads; cover: width of a
    thread in its place, beyond 1 it hides the gap; shade: how much darker a thread is where it dips.
    """

    uneven: float = 0.03
    weft_uneven: float = 0.03
    slub: float = 0.02
    fuzz: float = 0.02
    wobble: float = 0.0
    cover: float = 1.05
    shade: float = 0.45


EVEN = Yarn()


def plain() -> Structure:
    """Over one, under one."""
    return _turned(2, 1)


def twill(over: int, under: int) -> Structure:
    """Over some, under others, one step to the right a row: diagonals that rise to the right."""
    return _turned(over + under, over)


def satin(ends: int, move: int) -> Structure:
    """Each warp goes under one weft in `ends`, the places scattered by `move`."""
    row, column = np.indices((ends, ends))
    return np.asarray((column - move * row) % ends != 0)


def herringbone(over: int, under: int, width: int) -> Structure:
    """A twill that turns round after every `width` columns."""
    count = over + under
    row, column = np.indices((count, 2 * width))
    climb = np.where(column < width, column, 2 * width - 1 - column)
    return np.asarray((climb - row) % count < over)


def woven(
    structure: Structure,
    warp: Floats,
    weft: Floats,
    *,
    cell_px: int,
    per_cm: float,
    tilt: float,
    rng: np.random.Generator,
    yarn: Yarn = EVEN,
) -> Swatch:
    """Weave one repeat.

    warp, weft: (N, 3) linear colours of the threads in order, as many of one as of the other and whole
    repeats of the structure; cell_px: pixels of a thread; per_cm: threads a centimetre; tilt: root mean
    square slope of the relief.
    """
    count = len(warp)
    if len(weft) != count or count % structure.shape[0] or count % structure.shape[1]:
        raise ValueError(f"{count} warps and {len(weft)} wefts do not repeat {structure.shape}")
    side = count * cell_px
    up = np.tile(structure, (count // structure.shape[0], count // structure.shape[1]))
    across, along = (axis * count for axis in places(side))
    if yarn.wobble:
        across = across + yarn.wobble * noise(rng, side, clouds(count / 6))
        along = along + yarn.wobble * noise(rng, side, clouds(count / 6))
    i, j = _whole(across, count), _whole(along, count)
    half = 0.5 * yarn.cover
    high_warp = ridge(across % 1 - 0.5, half) * (0.35 + 0.65 * _lifted(up, i, along, axis=0))
    high_weft = ridge(along % 1 - 0.5, half) * (0.35 + 0.65 * _lifted(~up, j, across, axis=1))
    on_top = high_warp > high_weft
    height = np.maximum(high_warp, high_weft)
    gain = (1 - yarn.shade * (1 - height)) * np.where(
        on_top,
        _evenness(rng, yarn, yarn.uneven * rng.standard_normal(count), i, angle_deg=90),
        _evenness(rng, yarn, yarn.weft_uneven * rng.standard_normal(count), j, angle_deg=0),
    )
    if yarn.fuzz:
        gain = gain + yarn.fuzz * noise(rng, side, clouds(side / 5))
    color = np.where(on_top[..., None], warp[i], weft[j]) * gain[..., None]
    tile = count / per_cm
    return Swatch(coded(color), normals(height, tilt), (tile, tile))


def threads(colors: Floats, counts: tuple[tuple[int, int], ...], total: int) -> Floats:
    """(total, 3) colours of threads laid (which, how many) after (which, how many), over and over."""
    order = np.concatenate([np.full(many, which) for which, many in counts])
    return np.asarray(colors[np.resize(order, total)])


def _turned(count: int, over: int) -> Structure:
    row, column = np.indices((count, count))
    return np.asarray((column - row) % count < over)


def _whole(at: Floats, count: int) -> NDArray[np.int64]:
    return np.floor(at).astype(np.int64) % count


def _lifted(on_top: Structure, thread: NDArray[np.int64], at: Floats, *, axis: int) -> Floats:
    """(S, S) 0 to 1, how high a thread runs, smooth between the crossings before and behind."""
    count = on_top.shape[axis]
    before = np.floor(at - 0.5)
    share = at - 0.5 - before
    share = share * share * (3 - 2 * share)
    first = before.astype(np.int64) % count
    second = (first + 1) % count
    level = on_top.astype(np.float64)
    if axis == 0:
        return np.asarray((1 - share) * level[first, thread] + share * level[second, thread])
    return np.asarray((1 - share) * level[thread, first] + share * level[thread, second])


def _evenness(
    rng: np.random.Generator,
    yarn: Yarn,
    of_thread: Floats,
    thread: NDArray[np.int64],
    *,
    angle_deg: float,
) -> Floats:
    """(S, S) brightness about 1: of each thread, and along it."""
    gain = 1 + of_thread[thread]
    if yarn.slub:
        along = streaks(len(of_thread) / 3, 5, angle_deg=angle_deg)
        gain = gain + yarn.slub * noise(rng, len(thread), along)
    return np.asarray(gain)
