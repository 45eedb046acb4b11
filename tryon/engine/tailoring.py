"""The clothes of everybody in one stream, put on their fitted bodies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace

import numpy as np

from tryon.core.body_fit import BodyFit
from tryon.core.camera import PinholeCamera
from tryon.core.mesh import Material, Mesh
from tryon.core.result import PlacedItem
from tryon.core.scene import Draw, Lighting, Role
from tryon.engine.outfit import Clothing
from tryon.stages.matte import Dressed
from tryon.stages.sway import Sway
from tryon.stages.wear import LookOnBodies, Wearer
from tryon.wardrobe.body import Body

ANCHORS = {"body": ("neck_01",), "waist": ("spine_01",), "feet": ("foot_l", "foot_r")}
"""Anchor name → joints whose middle it is."""
DRESSES_UPPER = frozenset({"tshirt", "top", "shirt", "knitwear", "dress", "gown"})
DRESSES_LOWER = frozenset({"trousers", "jeans", "shorts", "skirt", "dress", "gown"})
"""Categories under which nothing else is meant to be seen of what somebody wears there. Jackets and
coats are worn over one's own."""
SKIN = "skin"
TONE_STEP = 4
"""Tones are told apart in steps of so many codes, so that meshes are not made anew every frame."""


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

        self._skins: dict[tuple[int, tuple[float, ...]], Mesh] = {}
        worn = {piece.worn.item.category for piece in clothes}
        self.dressed = Dressed(bool(worn & DRESSES_UPPER), bool(worn & DRESSES_LOWER))

    def reset(self) -> None:
        """Forget everybody."""
        self._wearers.clear()
        self._skins.clear()

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

    def skin(
        self,
        clothes: Sequence[Draw],
        tones: Mapping[int, tuple[int, int, int]],
        light: Lighting,
    ) -> tuple[Draw, ...]:
        """The bare parts of these bodies, visible, in each person's own sRGB tone under this light."""
        facing = np.maximum(light.ambient[0] + light.ambient[3], 0.05)
        draws = []
        for draw in clothes:
            if draw.role is not Role.CATCHER or draw.person not in tones:
                continue
            steps = np.round(np.array(tones[draw.person]) / TONE_STEP) * TONE_STEP / 255
            albedo = np.clip(steps**2.2 / facing, 0, 1)
            red, green, blue = (float(value) for value in np.round(albedo, 2))
            color = (red, green, blue, 1.0)
            mesh = self._skins.get((id(draw.mesh), color))
            if mesh is None:
                material = Material(SKIN, color, roughness=0.6, reflectance=0.028)
                # The garments' layer brings the contact shadow.
                mesh = replace(draw.mesh, material=material, occlusion=None)
                self._skins[id(draw.mesh), color] = mesh
            draws.append(replace(draw, mesh=mesh, role=Role.VISIBLE, owner=SKIN))
        return tuple(draws)

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
