"""What a person really wears where the virtual garments leave it in view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.core.frame import Picture
from tryon.stages.matte.colours import Colours, Share, cells_of, grown_from
from tryon.stages.matte.worn_zones import BodyInPicture

UNKNOWN = 3e-5
SURE = 0.8
LIKELY = 0.5
MOSTLY = 0.35
"""Where so much of the limbs is old cloth, the rest of them that is no skin is as well."""
SKIN_WEIGHT = 1.5
"""Skin is spared rather than taken for cloth."""
MOST_ALIKE = 0.45
BETWEEN_M2 = 0.002
CLOSE_M = 0.025
RIM_M = 0.02
"""What of the person is so near to a garment's edge and is no skin is its old rim, of whatever colour."""


@dataclass(frozen=True)
class Dressed:
    """Which parts an outfit dresses, and which of them it leaves bare."""

    upper: bool
    lower: bool


@dataclass(frozen=True, eq=False)
class Looks:
    """One person in the window of their body.

    rgb; person: their mask, without others; garments: coverage of what they wear virtually; bare:
    of the fitted body's bare skin; kept: what is known to be hair or hand; skin, hair: colours.
    """

    rgb: Picture
    person: Share
    garments: Share
    bare: Share
    kept: Share
    skin: Colours | None
    hair: Colours | None


def find_old_clothes(
    looks: Looks, body: BodyInPicture, *, dressed: Dressed
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(h, w) bool: old cloth that sticks out, and the part of it under which there is bare skin."""
    cells = cells_of(looks.rgb)
    inside, covered = looks.person > LIKELY, looks.garments > LIKELY
    seen = inside & ~covered & ~body.spared & (looks.kept < LIKELY)
    skin = _skin(cells, looks.skin)
    limb = looks.bare > LIKELY
    old = np.zeros(inside.shape, bool)
    zones = ((dressed.upper, body.upper, body.lower), (dressed.lower, body.lower, body.upper))
    for worn, zone, other in zones:
        if not worn:
            continue
        under = (looks.person > SURE) & covered & zone & (looks.kept < LIKELY)
        own = Colours.of(cells, under & ~skin)
        if own is None:
            continue
        bare = skin & (own.at(cells) < _density(cells, looks.skin))
        rivals = [looks.hair] if looks.hair is not None else []
        if not (dressed.upper and dressed.lower):
            left = Colours.of(cells, (looks.person > SURE) & other & seen & ~skin)
            rivals += [left] if left is not None else []
        likely = _likely(cells, own, looks.skin, rivals)
        grown = grown_from(under, (likely > LIKELY) & inside & zone & ~body.spared) > 0
        found = grown & seen & zone
        whole = _closed(found, CLOSE_M * body.px_per_m) & seen & zone
        found = whole & ~bare
        if zone is body.lower:
            bared = _bares_legs(cells, found, body, looks.person, limb)
            # A print may hold colours of skin.
            found = found | whole & limb if bared else found & ~limb
        expected = limb & zone & seen & ~bare
        if int((found & expected).sum()) > MOSTLY * int(expected.sum()):
            found |= expected
        old |= found
        old |= (
            seen
            & zone
            & _near(covered, RIM_M * body.px_per_m)
            & ~bare
            & ~(zone & body.lower & limb)
        )
    return old, old & limb


def _bares_legs(
    cells: NDArray[np.int32],
    old: NDArray[np.bool_],
    body: BodyInPicture,
    person: Share,
    limb: NDArray[np.bool_],
) -> bool:
    """Whether legs under this old cloth are to be painted.

    A skirt hangs from leg to leg, and most trousers differ from the shoes; leggings and tights that go
    over into boots stay, as they would under any dress.
    """
    if _hangs_between(limb & body.lower, old, least_px=BETWEEN_M2 * body.px_per_m**2):
        return True
    cloth = Colours.of(cells, old)
    shoes = Colours.of(cells, (person > SURE) & body.shoes)
    if cloth is None or shoes is None:
        return False
    return cloth.overlap(shoes) < MOST_ALIKE


def _hangs_between(legs: NDArray[np.bool_], old: NDArray[np.bool_], *, least_px: float) -> bool:
    rows = np.any(old & ~legs, axis=1, keepdims=True) & np.any(legs, axis=1, keepdims=True)
    right_of = np.maximum.accumulate(legs, 1)
    left_of = np.maximum.accumulate(legs[:, ::-1], 1)[:, ::-1]
    gap: NDArray[np.bool_] = np.asarray(right_of & left_of & ~legs & rows)
    area, hanging = np.count_nonzero(gap), np.count_nonzero(gap & old)
    return bool(area > least_px and hanging > 0.6 * area)


def _closed(found: NDArray[np.bool_], reach_px: float) -> NDArray[np.bool_]:
    """Without small holes and gaps."""
    side = 2 * max(round(reach_px), 1) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return np.asarray(cv2.morphologyEx(found.astype(np.uint8), cv2.MORPH_CLOSE, kernel) > 0)


def _skin(cells: NDArray[np.int32], skin: Colours | None) -> NDArray[np.bool_]:
    """(h, w) bool: of the colours of the face."""
    return np.asarray(cv2.blur(_density(cells, skin), (3, 3)) > 3 * UNKNOWN)


def _density(cells: NDArray[np.int32], colours: Colours | None) -> NDArray[np.float32]:
    return np.zeros(cells.shape, np.float32) if colours is None else colours.at(cells)


def _likely(
    cells: NDArray[np.int32], own: Colours, skin: Colours | None, rivals: Sequence[Colours]
) -> Share:
    mine = own.at(cells)
    rest = np.full(cells.shape, UNKNOWN, np.float32)
    if skin is not None:
        rest += SKIN_WEIGHT * skin.at(cells)
    for rival in rivals:
        rest += rival.at(cells)
    return np.asarray(cv2.blur(mine / (mine + rest), (5, 5)), np.float32)


def _near(covered: NDArray[np.bool_], reach_px: float) -> NDArray[np.bool_]:
    side = 2 * max(round(reach_px), 1) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return np.asarray(cv2.dilate(covered.astype(np.uint8), kernel) > 0)
