"""A person's hair, as far as it can be told from clothes and skin by its colours.

There is no model for hair here. What lies on the skull above the face is hair; what else of the person
is near, of the same colours, unlike the clothes and the skin, and grown together with it, is hair as
well. Where hair and clothes have the same colours nothing is claimed.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.core.camera import PinholeCamera
from tryon.core.fits import FaceFit
from tryon.core.frame import Picture
from tryon.core.landmarks import FaceMark
from tryon.stages.matte.colours import Colours, Share, cells_of, grown_from
from tryon.stages.matte.window import Window

FACE_MESH = 468
ABOVE_M, BELOW_M, BESIDE_M = 0.20, 0.50, 0.24
"""The window reaches so far from between the eyes."""
SURE = 0.8
UNKNOWN = 5e-5
"""Density of colours that are neither hair nor cloth nor skin."""
MOST_ALIKE = 0.75
"""Hair and clothes whose histograms overlap by more than this cannot be told apart."""
LEAST_KEPT = 0.5
SURE_HAIR = 0.7
ROUNDS = 4
LEAST_FALL_M2 = 0.0007
"""Hair that falls past a cheek shows at least this area there."""
COLLAR_M = 0.12
"""Clothes are less likely the nearer to the chin; so far below it they are as likely as hair."""
LEAST_CLOTHES = 0.15
FADE_M = (0.30, 0.46)
"""Below the eyes, hair is less and less likely from the first to the second."""
ASIDE_M = (0.14, 0.20)
"""The same to the sides."""
EDGE_M = 0.012
EDGE_EPSILON = (0.03 * 255) ** 2


@dataclass(frozen=True, eq=False)
class HeadInPicture:
    """A head's place in one window: metres to the right and up from the eyes.

    window; right_m, up_m: (h, w) float32 of each of its pixels; face: (h, w) bool inside the outline of the
    face's landmarks; chin_m, hairline_m: their heights; px_per_m: of the window; middle:
    (x, y) between the eyes in it.
    """

    window: Window
    right_m: Share
    up_m: Share
    face: NDArray[np.bool_]
    chin_m: float
    hairline_m: float
    px_per_m: float
    middle: tuple[float, float]

    @classmethod
    def of(cls, fit: FaceFit, camera: PinholeCamera, *, head_px: float) -> HeadInPicture | None:
        """None when the head is outside the picture. head_px: pixels of the window for 15 cm."""
        origin = fit.cam_from_head[:3, 3]
        scale = camera.focal_px[0] / -origin[2]
        centre = camera.project(origin)
        up = fit.cam_from_head[:2, 1] * np.array([1.0, -1.0])
        up = up / max(float(np.linalg.norm(up)), 1e-6)
        reach = np.array([BESIDE_M, ABOVE_M]) * scale
        window = Window.about(
            centre - reach,
            centre + np.array([BESIDE_M, BELOW_M]) * scale,
            camera.size_wh,
            scale=head_px / (0.15 * scale),
        )
        if window is None:
            return None
        w, h = window.small_wh
        px_per_m = float(scale * w / window.size_wh[0])
        eyes = window.from_px(centre)
        x_m = ((np.arange(w) + 0.5 - eyes[0]) / px_per_m).astype(np.float32)
        y_m = ((np.arange(h) + 0.5 - eyes[1]) / px_per_m).astype(np.float32)[:, None]
        up_x, up_y = np.float32(up[0]), np.float32(up[1])
        points = fit.landmarks_in_head[:FACE_MESH] @ fit.cam_from_head[:3, :3].T + origin
        px = window.from_px(camera.project(points))
        hull = cv2.convexHull(px.astype(np.float32)).astype(np.int32)
        face = cv2.fillConvexPoly(np.zeros((h, w), np.uint8), hull, 1).astype(bool)
        heights = ((px - eyes) @ up) / px_per_m
        return cls(
            window,
            y_m * up_x - x_m * up_y,
            x_m * up_x + y_m * up_y,
            face,
            float(heights[FaceMark.CHIN]),
            float(heights[FaceMark.FOREHEAD_TOP]),
            px_per_m,
            (float(eyes[0]), float(eyes[1])),
        )


@dataclass(frozen=True, eq=False)
class HairColours:
    """What a person's hair, skin and clothes look like."""

    hair: Colours
    skin: Colours | None
    clothes: Colours | None


def sample_colours(
    rgb: Picture, head: HeadInPicture, person: Share, clothes: Colours | None
) -> HairColours | None:
    """Colours of the person's hair and face, or None when no hair is seen.

    The hair that is found first leads to more: its ends are lighter than its roots. rgb: (h, w, 3) the
    window's pixels; person: (h, w) share.
    """
    cells = cells_of(rgb)
    skin = skin_colours(rgb, head)
    seeds = hair_seeds(head, person)
    hair = Colours.of(cells, seeds | _beside_the_cheeks(cells, head, person, skin))
    for _ in range(ROUNDS):
        if hair is None:
            return None
        found = _likely(cells, head, person, HairColours(hair, skin, clothes)) > SURE_HAIR
        more = Colours.of(cells, (grown_from(seeds, found) > 0) & (head.up_m < head.hairline_m))
        hair = hair if more is None else hair.mixed(more, 0.5)
    return None if hair is None else HairColours(hair, skin, clothes)


def skin_colours(rgb: Picture, head: HeadInPicture) -> Colours | None:
    """Colours of cheeks, nose and mouth, or None when they are too small."""
    return Colours.of(cells_of(rgb), lower_face(head))


def lower_face(head: HeadInPicture) -> NDArray[np.bool_]:
    """(h, w) bool: cheeks, nose and mouth."""
    return np.asarray(head.face & (head.up_m < -0.008) & (head.up_m > head.chin_m * 0.8))


def hair_seeds(head: HeadInPicture, person: Share) -> NDArray[np.bool_]:
    """(h, w) where hair surely is: over the forehead and around the upper skull."""
    near = (np.abs(head.right_m) < 0.105) & (head.up_m < head.hairline_m + 0.075)
    return np.asarray((person > SURE) & near & (head.up_m > 0.005) & ~_face_and_rim(head))


def _beside_the_cheeks(
    cells: NDArray[np.int32], head: HeadInPicture, person: Share, skin: Colours | None
) -> NDArray[np.bool_]:
    """(h, w) what hangs beside the face and is no skin."""
    beside = (np.abs(head.right_m) < 0.11) & (head.up_m < 0) & (head.up_m > 0.8 * head.chin_m)
    beside &= (person > SURE) & ~_face_and_rim(head)
    if skin is not None:
        beside &= skin.at(cells) < UNKNOWN
    return np.asarray(beside)


def _face_and_rim(head: HeadInPicture) -> NDArray[np.bool_]:
    margin = max(round(0.006 * head.px_per_m), 1)
    kernel = np.ones((2 * margin + 1, 2 * margin + 1), np.uint8)
    return np.asarray(cv2.dilate(head.face.astype(np.uint8), kernel)).astype(bool)


def find_hair(rgb: Picture, head: HeadInPicture, person: Share, colours: HairColours) -> Share:
    """(h, w) share of hair, 0 where unsure; arguments as for `sample_colours`."""
    if colours.clothes is not None and colours.hair.overlap(colours.clothes) > MOST_ALIKE:
        return np.zeros(person.shape, np.float32)
    likely = _likely(cells_of(rgb), head, person, colours)
    seeds = hair_seeds(head, person) | (likely > SURE_HAIR) & (head.up_m > 0.4 * head.chin_m)
    grown = grown_from(seeds, likely > LEAST_KEPT)
    grown *= _hanging(head, likely)
    reach = max(round(EDGE_M * head.px_per_m), 2)
    soft = cv2.ximgproc.guidedFilter(rgb, likely * grown, reach, EDGE_EPSILON)
    return np.asarray(np.clip((soft - 0.25) / 0.5, 0, 1), np.float32)


def _hanging(head: HeadInPicture, likely: Share) -> NDArray[np.float32]:
    """(h, w) 0 below the chin on a side of the face where no hair falls past the cheek, else 1.

    Short hair has no business on the chest, however dark the collar.
    """
    cheek = (head.up_m < 0.3 * head.chin_m) & (head.up_m > head.chin_m) & ~head.face
    allowed = np.ones(likely.shape, np.float32)
    for side in (-1, 1):
        beside = cheek & (side * head.right_m > 0.02) & (side * head.right_m < 0.15)
        area_m2 = float((likely[beside] > SURE_HAIR).sum()) / head.px_per_m**2
        if area_m2 < LEAST_FALL_M2:
            allowed[(side * head.right_m > 0) & (head.up_m < head.chin_m)] = 0
    return allowed


def _likely(
    cells: NDArray[np.int32], head: HeadInPicture, person: Share, colours: HairColours
) -> Share:
    """(h, w) how likely each pixel is hair by its colour and place."""
    rival = np.full(person.shape, UNKNOWN, np.float32)
    if colours.skin is not None:
        rival += colours.skin.at(cells)
    if colours.clothes is not None:
        below = np.clip((head.chin_m + 0.02 - head.up_m) / COLLAR_M, LEAST_CLOTHES, 1)
        rival += below * colours.clothes.at(cells)
    fade = np.clip((FADE_M[1] + head.up_m) / (FADE_M[1] - FADE_M[0]), 0, 1)
    fade = fade * np.clip((ASIDE_M[1] - np.abs(head.right_m)) / (ASIDE_M[1] - ASIDE_M[0]), 0, 1)
    own = colours.hair.at(cells) * fade
    share = own / (own + rival) * np.clip(person * 2 - 0.6, 0, 1)
    share[head.face & (head.up_m < head.hairline_m - 0.01)] = 0
    return np.asarray(cv2.blur(share, (3, 3)), np.float32)
