"""Woven cloth: shirtings, suitings, denim, satin, and checks and dots that come from the threads."""

from __future__ import annotations

import numpy as np

from tryon.core.spaces import Floats
from tryon.wardrobe.atelier.cloth_textures import grosgrain as atelier_grosgrain
from tryon.wardrobe.fabrics.fields import grain, grey, noise, normals
from tryon.wardrobe.fabrics.loom import (
    Structure,
    Yarn,
    herringbone,
    plain,
    satin,
    threads,
    twill,
    woven,
)
from tryon.wardrobe.fabrics.swatch import Swatch, Yarns

WORSTED = Yarn(uneven=0.02, slub=0.05, fuzz=0.05, shade=0.35)


def poplin(yarns: Yarns) -> Swatch:
    """Fine cotton for shirts, 40 threads a centimetre."""
    yarn = Yarn(uneven=0.015, slub=0.012, fuzz=0.01, wobble=0.04, shade=0.3)
    return _piece(plain(), np.random.default_rng(401), laid=(64, 6, 40), tilt=0.16, yarn=yarn)


def linen(yarns: Yarns) -> Swatch:
    """Loose plain weave with slubs, 16 threads a centimetre."""
    # Threads that differ more than this draw a check on the cloth, from one repeat to the next.
    yarn = Yarn(
        uneven=0.028, weft_uneven=0.028, slub=0.05, fuzz=0.03, wobble=0.14, cover=0.98, shade=0.42
    )
    return _piece(plain(), np.random.default_rng(402), laid=(96, 5, 16), tilt=0.3, yarn=yarn)


def gabardine(yarns: Yarns) -> Swatch:
    """A steep, dense twill, 28 threads a centimetre: chinos, trench coats."""
    return _piece(
        twill(2, 1),
        np.random.default_rng(403),
        laid=(60, 8, 28),
        tilt=0.2,
        yarn=Yarn(uneven=0.02, slub=0.02, shade=0.35),
    )


def silk_satin(yarns: Yarns) -> Swatch:
    """Eight-end satin: long floats of silk, hardly a relief but along the threads."""
    yarn = Yarn(uneven=0.012, slub=0.01, fuzz=0.0, cover=1.3, shade=0.10)
    return _piece(satin(8, 3), np.random.default_rng(404), laid=(64, 8, 50), tilt=0.055, yarn=yarn)


def grosgrain(yarns: Yarns) -> Swatch:
    """Corded silk with eleven ribs a centimetre along the first axis: bands, facings, hat ribbons."""
    made = atelier_grosgrain()
    return Swatch(made.tone, made.normal, made.tile_cm)


def crepe(yarns: Yarns) -> Swatch:
    """A dull, pebbled surface of twisted yarns."""
    rng = np.random.default_rng(405)
    pebbles = noise(rng, 384, grain(64, 22))
    return Swatch(grey(0.93 + 0.035 * pebbles), normals(pebbles, 0.2), (2.4, 2.4))


def denim(yarns: Yarns) -> Swatch:
    """Three over one twill, indigo warp over ecru weft, 24 threads a centimetre, ring-spun slubs."""
    indigo, ecru = _solid(yarns[0], 96), _solid(yarns[1], 96)
    yarn = Yarn(uneven=0.16, slub=0.20, fuzz=0.06, wobble=0.08, cover=1.0, shade=0.5)
    rng = np.random.default_rng(406)
    return woven(twill(3, 1), indigo, ecru, cell_px=5, per_cm=24, tilt=0.3, rng=rng, yarn=yarn)


def pinstripe(yarns: Yarns) -> Swatch:
    """Worsted twill, 32 threads a centimetre, with a single bright end every 1.5 centimetres."""
    colors = np.array(yarns)
    warp = threads(colors, ((0, 24), (1, 1), (0, 23)), 48)
    rng = np.random.default_rng(407)
    return woven(
        twill(2, 2), warp, _solid(yarns[0], 48), cell_px=8, per_cm=32, tilt=0.14, rng=rng,
        yarn=WORSTED,
    )  # fmt: skip


def tweed(yarns: Yarns) -> Swatch:
    """Herringbone of 9 woollen threads a centimetre under a fine overcheck."""
    colors = np.array(yarns)
    rng = np.random.default_rng(408)
    # Woollen yarn is spun of fibres in several colours.
    heather = 1 + 0.10 * rng.standard_normal((2, 64, 3))
    warp = threads(colors, ((0, 16), (2, 1), (0, 15)), 64) * heather[0]
    weft = threads(colors, ((1, 16), (2, 1), (1, 15)), 64) * heather[1]
    yarn = Yarn(
        uneven=0.10, weft_uneven=0.10, slub=0.10, fuzz=0.10, wobble=0.18, cover=1.15, shade=0.55
    )
    return woven(
        herringbone(2, 2, 8), warp, weft, cell_px=7, per_cm=9, tilt=0.4, rng=rng, yarn=yarn
    )


def houndstooth(yarns: Yarns) -> Swatch:
    """Four dark and four light threads both ways in a two by two twill, ten a centimetre."""
    rows = threads(np.array(yarns), ((0, 4), (1, 4)), 48)
    rng = np.random.default_rng(409)
    yarn = Yarn(uneven=0.03, slub=0.05, fuzz=0.06, wobble=0.08, cover=1.1, shade=0.45)
    return woven(twill(2, 2), rows, rows, cell_px=8, per_cm=10, tilt=0.3, rng=rng, yarn=yarn)


def glen_check(yarns: Yarns) -> Swatch:
    """Prince of Wales: fields of fours and of twos in a twill, 16 threads a centimetre, windowpane over."""
    order = (
        ((0, 4), (1, 4)) * 6 + ((0, 2), (1, 2)) * 6 + ((2, 2),) + ((1, 2), (0, 2)) * 5 + ((1, 2),)
    )
    rows = threads(np.array(yarns), order, 96)
    rng = np.random.default_rng(410)
    return woven(twill(2, 2), rows, rows, cell_px=5, per_cm=16, tilt=0.18, rng=rng, yarn=WORSTED)


def gingham(yarns: Yarns) -> Swatch:
    """Even checks of one centimetre, 24 threads each, in plain weave."""
    rows = threads(np.array(yarns), ((0, 24), (1, 24)), 48)
    rng = np.random.default_rng(411)
    yarn = Yarn(uneven=0.02, slub=0.02, fuzz=0.02, wobble=0.05, shade=0.3)
    return woven(plain(), rows, rows, cell_px=8, per_cm=24, tilt=0.18, rng=rng, yarn=yarn)


def tartan(yarns: Yarns) -> Swatch:
    """A sett of 96 threads in a two by two twill, 14 a centimetre: ground, band, fine line."""
    order = ((0, 22), (1, 12), (0, 3), (2, 2), (0, 3), (1, 12), (0, 22), (1, 4), (0, 4), (2, 3))
    rows = threads(np.array(yarns), (*order, (0, 5), (1, 4)), 96)
    rng = np.random.default_rng(412)
    yarn = Yarn(uneven=0.03, slub=0.05, fuzz=0.05, wobble=0.05, shade=0.4)
    return woven(twill(2, 2), rows, rows, cell_px=5, per_cm=14, tilt=0.25, rng=rng, yarn=yarn)


def dots(yarns: Yarns) -> Swatch:
    """Half-centimetre dots of weft floats on warp floats, in quincunx 1.7 centimetres apart."""
    count, per_cm, radius_cm = 64, 26.0, 0.26
    place = np.arange(count) + 0.5
    structure = np.ones((count, count), bool)
    for centre in (count / 4, 3 * count / 4):
        far = np.hypot(place[:, None] - centre, place[None, :] - centre)
        structure &= far > radius_cm * per_cm
    rng = np.random.default_rng(413)
    yarn = Yarn(uneven=0.015, slub=0.015, fuzz=0.01, cover=1.2, shade=0.22)
    return woven(
        structure, _solid(yarns[0], count), _solid(yarns[1], count), cell_px=8, per_cm=per_cm,
        tilt=0.12, rng=rng, yarn=yarn,
    )  # fmt: skip


def _piece(
    structure: Structure,
    rng: np.random.Generator,
    *,
    laid: tuple[int, int, float],
    tilt: float,
    yarn: Yarn,
) -> Swatch:
    """Undyed cloth, as light as its colour allows. laid: how many threads, pixels of each, how many a cm."""
    count, cell_px, per_cm = laid
    white = _solid((1.0, 1.0, 1.0), count)
    return woven(
        structure, white, white, cell_px=cell_px, per_cm=per_cm, tilt=tilt, rng=rng, yarn=yarn
    )


def _solid(color: tuple[float, float, float], count: int) -> Floats:
    return np.tile(np.array(color), (count, 1))
