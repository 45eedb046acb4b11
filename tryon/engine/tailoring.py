"""The clothes of everybody in one stream, put on their fitted bodies."""

from __future__ import annotations

from collections.abc import Sequence, Set

from tryon.core.body_fit import BodyFit
from tryon.core.camera import PinholeCamera
from tryon.core.result import PlacedItem
from tryon.core.scene import Draw
from tryon.engine.outfit import Clothing
from tryon.stages.sway import Sway
from tryon.stages.wear import LookOnBodies, Wearer
from tryon.wardrobe.body import Body

ANCHORS = {"body": ("neck_01",), "waist": ("spine_01",), "feet": ("foot_l", "foot_r")}
"""Anchor name → joints whose middle it is."""


class Tailoring:
    """Turns body fits into draws; remembers each person's alterations, and how their clothes hang.

    cloth: whether loose cloth swings; else all of it follows the skin.
    """

    def __init__(self, body: Body, clothes: Sequence[Clothing], *, cloth: bool = True) -> None:
        self._body = body
        self._clothes = tuple(clothes)
        self._look = LookOnBodies(body, [piece.garment for piece in clothes])
        self._loosen = Sway if cloth else None
        self._wearers: dict[int, Wearer] = {}

    def reset(self) -> None:
        """Forget everybody."""
        self._wearers.clear()

    def draws(
        self,
        fits: Sequence[BodyFit],
        t_ns: int,
        *,
        shown_hands: Set[tuple[int, str]] = frozenset(),
    ) -> tuple[Draw, ...]:
        """The bodies that hide, and what they wear at the time of a frame.

        shown_hands: (person, side) of hands whose real outline is known, so that no palm needs to hide.
        """
        known = self._wearers
        self._wearers = {
            fit.track: known.get(fit.track) or Wearer(self._look, self._loosen) for fit in fits
        }
        return tuple(
            draw
            for fit in fits
            for draw in self._wearers[fit.track].draws(
                fit,
                t_ns,
                without_palms=[side for track, side in shown_hands if track == fit.track],
            )
        )

    def placed(
        self,
        fits: Sequence[BodyFit],
        boxes: dict[tuple[str, int], tuple[int, int, int, int] | None],
        camera: PinholeCamera,
    ) -> tuple[PlacedItem, ...]:
        """Where each garment is on each person."""
        entries = []
        for fit in fits:
            for piece in self._clothes:
                item = piece.worn.item
                joints = [self._body.bone(name) for name in ANCHORS.get(item.anchor, ("neck_01",))]
                x, y = camera.project(fit.joints_cam_m[joints].mean(0))
                entries.append(
                    PlacedItem(
                        item.id,
                        piece.worn.variant,
                        fit.track,
                        item.anchor,
                        (float(x), float(y)),
                        boxes.get((item.id, fit.track)),
                    )
                )
        return tuple(entries)
