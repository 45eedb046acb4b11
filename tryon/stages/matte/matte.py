"""What lies in front of worn things, followed through a stream."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.core.body_fit import BodyFit
from tryon.core.fits import FaceFit
from tryon.core.frame import Frame, Picture
from tryon.core.landmarks import PersonMask, PoseLandmarks
from tryon.core.scene import Layer
from tryon.stages.matte.clothes import lower_colours, upper_colours
from tryon.stages.matte.colours import Colours, Share
from tryon.stages.matte.erase import OldClothes, OldPart, over_everybody, skin_tone
from tryon.stages.matte.hair import (
    HairColours,
    HeadInPicture,
    find_hair,
    lower_face,
    sample_colours,
    skin_colours,
)
from tryon.stages.matte.hands import SIDES, HandInPicture, find_hand
from tryon.stages.matte.hats import hair_beside_hat, nearest_to
from tryon.stages.matte.old_clothes import Dressed, Looks, find_old_clothes
from tryon.stages.matte.window import Window
from tryon.stages.matte.worn_zones import BodyInPicture

HEAD_PX = {True: 64.0, False: 36.0}
"""Pixels for 15 cm of a head or hand where one looks, for photos and for streams."""
BODY_PX = {True: 1200.0, False: 360.0}
"""Pixels for the longer side of a body."""
COLOUR_PERIOD_S = 0.5
"""Colours of hair and clothes are sampled anew so often; light does not change faster."""
COLOUR_SHARE = 0.35
STEADY_S = 0.08
"""Time constant of the hair's outline."""
CURLS_M = 0.012
"""Single hairs stand off the mask by so much."""
UNDER_CHIN_M = 0.03
"""Things worn on the face end there; hair lies over what is below the chin and fades in above it."""


@dataclass(frozen=True, eq=False)
class _Known:
    """A person's colours, and their hair as it was last seen, in a window about their head.

    sampled_ns, seen_ns: when the colours were sampled, and when the hair was looked at.
    """

    sampled_ns: int
    seen_ns: int
    hair: HairColours | None
    skin: Colours | None
    tone: tuple[int, int, int] | None
    clothes: tuple[Colours, ...]
    share: Share | None


@dataclass(frozen=True, eq=False)
class InFront:
    """What of one frame must stay in front of garments.

    parts: window and (h, w) share of each; hands: (person, side "l" or "r") of the hands among them;
    tones: sRGB colour of each person's skin in this light.
    """

    parts: tuple[tuple[Window, Share], ...] = ()
    hands: frozenset[tuple[int, str]] = frozenset()
    tones: Mapping[int, tuple[int, int, int]] = field(default_factory=dict)

    def veiled(self, layer: Layer) -> Layer:
        """The layer without what lies behind."""
        keep = self.share(layer.corner_xy, layer.rgba.shape[:2])
        if keep is None:
            return layer
        left = np.rint(layer.rgba * (1 - keep)[..., None]).astype(np.uint8)
        return replace(layer, rgba=left)

    def uncovered(self, mask: NDArray[np.uint8], corner_xy: tuple[int, int]) -> NDArray[np.uint8]:
        """An item's visible coverage without what lies behind."""
        keep = self.share(corner_xy, mask.shape)
        return mask if keep is None else np.rint(mask * (1 - keep)).astype(np.uint8)

    def share(self, corner_xy: tuple[int, int], shape: Sequence[int]) -> Share | None:
        """(h, w) how much of each pixel of a rectangle is in front, or None when nothing is."""
        (x, y), (h, w) = corner_xy, shape[:2]
        out: Share | None = None
        for window, share in self.parts:
            (left, top), (width, height) = window.corner_xy, window.size_wh
            x0, y0 = max(left, x), max(top, y)
            x1, y1 = min(left + width, x + w), min(top + height, y + h)
            if x1 <= x0 or y1 <= y0 or not share.any():
                continue
            out = np.zeros((h, w), np.float32) if out is None else out
            part = window.enlarged(share)[y0 - top : y1 - top, x0 - left : x1 - left]
            mine = out[y0 - y : y1 - y, x0 - x : x1 - x]
            np.maximum(mine, part, out=mine)
        return out


class Matte:
    """Follows hair and hands of the people of one stream. The same frames give the same shares.

    fine: look closely, as for a photo, else quickly.
    """

    def __init__(self, *, fine: bool) -> None:
        self._head_px, self._body_px = HEAD_PX[fine], BODY_PX[fine]
        self._known: dict[int, _Known] = {}

    def reset(self) -> None:
        """Forget everybody."""
        self._known.clear()

    def look(
        self,
        frame: Frame,
        faces: Sequence[FaceFit],
        bodies: Sequence[BodyFit],
        poses: Sequence[PoseLandmarks],
    ) -> InFront:
        """Hair and hands that lie in front of the clothes of these people."""
        pose_of = {pose.track: pose for pose in poses}
        body_of = {body.track: body for body in bodies}
        parts: list[tuple[Window, Share]] = []
        hands: set[tuple[int, str]] = set()
        known: dict[int, _Known] = {}
        for face in faces:
            pose, body = pose_of.get(face.track), body_of.get(face.track)
            head = HeadInPicture.of(face, frame.camera, head_px=self._head_px)
            if pose is None or body is None or head is None or pose.mask is None or pose.age_s:
                continue
            person = self._person(frame, head, pose, self._known.get(face.track))
            known[face.track] = person
            below = np.clip((head.chin_m + UNDER_CHIN_M - head.up_m) / UNDER_CHIN_M, 0, 1)
            if person.share is not None:
                parts.append((head.window, np.asarray(person.share * below, np.float32)))
            for side, hand in self._hands(frame, body, pose, person).items():
                parts.append((hand.window, _clear_of_face(hand, head)))
                hands.add((face.track, side))
        self._known = known
        tones = {track: person.tone for track, person in known.items() if person.tone is not None}
        return InFront(tuple(parts), frozenset(hands), tones)

    def old_clothes(
        self,
        frame: Frame,
        bodies: Sequence[BodyFit],
        poses: Sequence[PoseLandmarks],
        layer: Layer,
        in_front: InFront,
        *,
        bare: Layer | None,
        dressed: Dressed,
    ) -> OldClothes:
        """What these people really wear where the veiled layer of garments leaves it in view.

        bare: a layer of the bare skin of their fitted bodies. Call `look` for the same frame first.
        """
        pose_of = {pose.track: pose for pose in poses}
        parts = []
        for body in bodies:
            pose, person = pose_of.get(body.track), self._known.get(body.track)
            if pose is None or pose.mask is None or pose.age_s or person is None:
                continue
            zones = BodyInPicture.of(body, frame.camera, body_px=self._body_px)
            if zones is None:
                continue
            window = zones.window
            masks = [(o, window.person(o.mask)) for o in poses if o.mask is not None]
            others = over_everybody(window, [mask for o, mask in masks if o is not pose])
            alone = np.minimum(window.person(pose.mask), 1 - others)
            looks = Looks(
                window.shrunk(frame.rgb),
                alone,
                garments=_seen_in(window, layer),
                bare=_seen_in(window, bare),
                kept=_shared_in(window, in_front),
                skin=person.skin,
                hair=person.hair.hair if person.hair is not None else None,
            )
            old, painted = find_old_clothes(looks, zones, dressed=dressed)
            parts.append(
                OldPart.of(
                    window,
                    old,
                    painted=painted,
                    person=alone,
                    anybody=np.maximum(alone, others),
                    covered=looks.garments > 0.5,
                )
            )
        return OldClothes(tuple(parts))

    def hair_outside_hats(
        self,
        frame: Frame,
        faces: Sequence[FaceFit],
        people: Callable[[Picture, tuple[int, int], tuple[int, int]], PersonMask],
        layer: Layer,
    ) -> OldClothes:
        """Hair that stands out beside the hats of a layer, to be taken out of the frame.

        people: who is in a rectangle of the picture, hair included.
        """
        heads = [
            head
            for face in faces
            if face.opacity > 0
            and (head := HeadInPicture.of(face, frame.camera, head_px=2 * self._head_px))
        ]
        parts = []
        for head in heads:
            window = head.window
            (x, y), (w, h) = window.corner_xy, window.size_wh
            person = window.person(people(frame.rgb, (x, y), (x + w, y + h)))
            worn = _seen_in(window, layer)
            stray = hair_beside_hat(head, person, worn)
            stray &= nearest_to(head, [other for other in heads if other is not head])
            if stray.any():
                parts.append(
                    OldPart.of(
                        window,
                        stray,
                        painted=np.zeros_like(stray),
                        person=np.where(stray, 0.4, person).astype(np.float32),
                        anybody=person,
                        covered=worn > 0.5,
                        rim_px=max(round(CURLS_M * head.px_per_m), 2),
                    )
                )
        return OldClothes(tuple(parts))

    def _person(
        self, frame: Frame, head: HeadInPicture, pose: PoseLandmarks, before: _Known | None
    ) -> _Known:
        assert pose.mask is not None
        rgb, mask = head.window.shrunk(frame.rgb), head.window.person(pose.mask)
        if before is None or frame.t_ns - before.sampled_ns > COLOUR_PERIOD_S * 1e9:
            upper = upper_colours(frame.rgb, pose.px, pose.mask)
            lower = lower_colours(frame.rgb, pose.px, pose.mask)
            hair = sample_colours(rgb, head, mask, upper)
            seen = _Known(
                frame.t_ns,
                before.seen_ns if before is not None else frame.t_ns,
                hair,
                skin_colours(rgb, head),
                skin_tone(rgb, lower_face(head)),
                tuple(c for c in (upper, lower) if c is not None),
                before.share if before is not None else None,
            )
            before = seen if before is None else _mixed(before, seen)
        if before.hair is None:
            return replace(before, share=None)
        share = find_hair(rgb, head, mask, before.hair)
        if before.share is not None:
            last = cv2.resize(before.share, head.window.small_wh, interpolation=cv2.INTER_LINEAR)
            old = float(np.exp(-max(frame.t_ns - before.seen_ns, 0) / (STEADY_S * 1e9)))
            share = np.asarray((1 - old) * share + old * last, np.float32)
        return replace(before, share=share, seen_ns=frame.t_ns)

    def _hands(
        self, frame: Frame, body: BodyFit, pose: PoseLandmarks, person: _Known
    ) -> dict[str, HandInPicture]:
        if person.skin is None:
            return {}
        found = {
            side: find_hand(
                frame.rgb,
                frame.camera,
                body,
                pose,
                side=side,
                skin=person.skin,
                clothes=person.clothes,
                hand_px=self._head_px,
            )
            for side in SIDES
        }
        return {side: hand for side, hand in found.items() if hand is not None}


def _seen_in(window: Window, layer: Layer | None) -> Share:
    """(h, w) of a window: coverage of a layer."""
    if layer is None:
        return np.zeros(window.small_wh[::-1], np.float32)
    (x, y), (h, w) = layer.corner_xy, layer.rgba.shape[:2]
    (left, top), (width, height) = window.corner_xy, window.size_wh
    whole = np.zeros((height, width), np.uint8)
    x0, y0 = max(left, x), max(top, y)
    x1, y1 = min(left + width, x + w), min(top + height, y + h)
    if x1 > x0 and y1 > y0:
        whole[y0 - top : y1 - top, x0 - left : x1 - left] = layer.rgba[
            y0 - y : y1 - y, x0 - x : x1 - x, 3
        ]
    small = cv2.resize(whole, window.small_wh, interpolation=cv2.INTER_AREA)
    return np.asarray(small * np.float32(1 / 255), np.float32)


def _shared_in(window: Window, in_front: InFront) -> Share:
    """(h, w) of a window: what is in front."""
    w, h = window.size_wh
    share = in_front.share(window.corner_xy, (h, w))
    if share is None:
        return np.zeros(window.small_wh[::-1], np.float32)
    return np.asarray(cv2.resize(share, window.small_wh, interpolation=cv2.INTER_AREA), np.float32)


def _mixed(before: _Known, seen: _Known) -> _Known:
    """The colours of before, moved a little towards those that are seen now."""
    if before.hair is None or seen.hair is None:
        return seen
    hair = HairColours(
        before.hair.hair.mixed(seen.hair.hair, COLOUR_SHARE),
        seen.hair.skin,
        seen.hair.clothes,
    )
    return replace(seen, hair=hair)


def _clear_of_face(hand: HandInPicture, head: HeadInPicture) -> Share:
    """(h, w) the hand's share without what is beside or above the chin, where it may be the face."""
    window, other = hand.window, head.window
    w, h = window.small_wh
    step = np.array(window.size_wh) / np.array(window.small_wh)
    px = np.stack(np.meshgrid(np.arange(w) + 0.5, np.arange(h) + 0.5), -1) * step
    at = np.floor(other.from_px(px + np.array(window.corner_xy))).astype(np.int64)
    inside = ((at >= 0) & (at < np.array(other.small_wh))).all(-1)
    up = head.up_m[np.where(inside, at[..., 1], 0), np.where(inside, at[..., 0], 0)]
    return np.where(inside & (up > head.chin_m), 0, hand.share).astype(np.float32)
