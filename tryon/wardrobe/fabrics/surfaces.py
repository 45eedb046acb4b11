"""Skins and shine: leather, suede, patent leather and sequins."""

from __future__ import annotations

import numpy as np

from tryon.wardrobe.fabrics.fields import (
    cells,
    clouds,
    grain,
    grey,
    noise,
    normals,
    normals_of,
    places,
    plain_bytes,
    step,
)
from tryon.wardrobe.fabrics.swatch import Swatch, Yarns


def leather(yarns: Yarns) -> Swatch:
    """Calf: pebbles of about a millimetre between fine creases, each creased again."""
    rng = np.random.default_rng(701)
    side = 384
    near, next_, _ = cells(rng, side, 34)
    fine, fine_next, _ = cells(rng, side, 80)
    patches = noise(rng, side, clouds(5))
    pebble = step(0.0, 0.42, next_ - near)
    small = step(0.0, 0.5, fine_next - fine)
    height = pebble + 0.22 * small * pebble + 0.12 * patches
    level = 0.80 + 0.13 * pebble + 0.03 * small + 0.02 * patches
    rough = 0.98 - 0.22 * pebble
    return Swatch(
        grey(level), normals(height, 0.17), (4.0, 4.0),
        roughness_metal=plain_bytes(np.ones_like(rough), rough, np.ones_like(rough)),
    )  # fmt: skip


def suede(yarns: Yarns) -> Swatch:
    """The flesh side, brushed to a short nap that shows where a hand went."""
    rng = np.random.default_rng(702)
    side = 512
    nap = noise(rng, side, grain(130, 60))
    hand = noise(rng, side, clouds(6))
    return Swatch(grey(0.84 + 0.05 * nap + 0.05 * hand), normals(nap + hand, 0.12), (6.0, 6.0))


def patent(yarns: Yarns) -> Swatch:
    """Lacquer that flows over the grain: a mirror with the faintest waves."""
    rng = np.random.default_rng(703)
    waves = noise(rng, 256, clouds(7))
    return Swatch(grey(np.ones((256, 256))), normals(waves, 0.012), (6.0, 6.0))


def sequins(yarns: Yarns) -> Swatch:
    """Cupped discs of 6 millimetres sewn in overlapping rows, no two tilted alike."""
    rng = np.random.default_rng(704)
    side, columns, rows, tile = 512, 18, 30, 9.0
    x, y = places(side)
    x, y = x * columns, y * rows
    # Neighbours lean alike, as the cloth does, so that from afar whole patches flash.
    patch = np.stack([noise(rng, rows, clouds(4))[:, :columns] for _ in range(2)])
    lean = 0.08 * patch + 0.11 * rng.standard_normal((2, rows, columns))
    bright = 1 + 0.06 * rng.standard_normal((rows, columns))
    du, dv, disc = np.zeros(x.shape), np.zeros(x.shape), np.zeros(x.shape)
    level = np.full(x.shape, 0.10)
    base = np.floor(y).astype(np.int64)
    # Each row lies over the one below it, so it is drawn later.
    for j in (base - 1, base, base + 1):
        shift = 0.5 * (j % 2)
        i = np.floor(x - shift).astype(np.int64)
        dx, dy = (x - shift - i - 0.5) / 0.54, (y - j - 0.5) / 0.54 * columns / rows
        far = np.hypot(dx, dy)
        inside, at = far < 1, (j % rows, i % columns)
        hole = step(0.10, 0.15, np.hypot(dx, dy - 0.5))
        rim = step(1.0, 0.92, far)
        du = np.where(inside, lean[0][at] - 0.15 * dx * far, du)
        dv = np.where(inside, lean[1][at] - 0.15 * dy * far - 0.08, dv)
        level = np.where(inside, bright[at] * (0.25 + 0.60 * rim) * (0.2 + 0.8 * hole), level)
        disc = np.where(inside, hole, disc)
    du, dv = du - du.mean(), dv - dv.mean()
    return Swatch(
        grey(level), normals_of(du, dv), (tile, tile),
        roughness_metal=plain_bytes(np.ones_like(disc), 1 - 0.75 * disc, disc),
    )  # fmt: skip
