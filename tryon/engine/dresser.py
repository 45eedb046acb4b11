"""What the people of one stream wear on their heads: each fitted head, and where each item sits on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tryon.core.camera import PinholeCamera
from tryon.core.fits import FaceFit
from tryon.core.result import PlacedItem
from tryon.core.scene import Draw
from tryon.core.spaces import Floats
from tryon.engine.outfit import Accessory
from tryon.stages.place import (
    Placement,
    contact_shadow,
    draw_head,
    draw_worn,
    joined,
    place_on_head,
)
from tryon.wardrobe.head import FittedHead, HeadModel

SHAPE_CHANGE_M = 2e-4
"""A head is fitted anew when its landmarks moved by this much (root mean square) in `head` space."""
FINE_FROM_PX_PER_M = 1800.0
"""Eyewear that is more than about 250 pixels wide is drawn with all its triangles …"""
STAYS_FINE_SHARE = 0.9
"""… until it is smaller than this share of that, so that it does not change to and fro."""


@dataclass(frozen=True, eq=False)
class _DressedHead:
    landmarks_in_head: Floats
    head: FittedHead
    placements: tuple[Placement, ...]
    coarse: tuple[Placement, ...]
    occlusion: NDArray[np.float32]


class Dresser:
    """Turns face fits into draws; remembers each person's fitted head while its shape stays.

    fine: draw everything with all its triangles, however small.
    """

    def __init__(
        self, model: HeadModel, outfit: Sequence[Accessory], *, fine: bool = False
    ) -> None:
        self._model = model
        self._outfit = tuple(outfit)
        self._fine = fine
        self._dressed: dict[int, _DressedHead] = {}
        self._near: set[int] = set()

    def reset(self) -> None:
        """Forget everybody."""
        self._dressed.clear()
        self._near.clear()

    def draws(self, fits: Sequence[FaceFit], camera: PinholeCamera) -> tuple[Draw, ...]:
        """Everything to draw: each person's head first, then what they wear."""
        self._dressed = {fit.track: self._dress(fit, self._dressed.get(fit.track)) for fit in fits}
        px_per_m = {
            fit.track: camera.focal_px[0] / max(-float(fit.cam_from_head[2, 3]), 1e-3)
            for fit in fits
        }
        self._near = {track for track in px_per_m if self._is_near(track, px_per_m[track])}
        heads, items = [], []
        for fit in fits:
            dressed = self._dressed[fit.track]
            heads.append(
                draw_head(
                    self._model,
                    dressed.head,
                    dressed.occlusion,
                    fit,
                    person=fit.track,
                    px_per_m=px_per_m[fit.track],
                    with_shoulders=any(p.follows == "shoulders" for p in dressed.placements),
                )
            )
            worn = dressed.placements if fit.track in self._near else dressed.coarse
            items += [draw_worn(p, fit, person=fit.track) for p in worn]
        return (*heads, *items)

    def placed(
        self,
        draws: Sequence[Draw],
        boxes: dict[tuple[str, int], tuple[int, int, int, int] | None],
        camera: PinholeCamera,
    ) -> tuple[PlacedItem, ...]:
        """What `draws` put where: one entry an item and person."""
        variants = {piece.worn.item.id: piece.worn.variant for piece in self._outfit}
        anchors = {
            (p.owner, track): p.anchor
            for track, dressed in self._dressed.items()
            for p in reversed(dressed.placements)
        }
        entries: dict[tuple[str, int], PlacedItem] = {}
        for draw in draws:
            key = (draw.owner, draw.person)
            if not draw.owner or key in entries:
                continue
            x, y = camera.project(draw.cam_from_mesh[:3, 3])
            entries[key] = PlacedItem(
                draw.owner,
                variants[draw.owner],
                draw.person,
                anchors[key],
                (float(x), float(y)),
                boxes.get(key),
            )
        return tuple(entries.values())

    def _is_near(self, track: int, px_per_m: float) -> bool:
        """Whether this person's items are large enough in the picture to want all their triangles."""
        stays = STAYS_FINE_SHARE if track in self._near else 1.0
        return self._fine or px_per_m > stays * FINE_FROM_PX_PER_M

    def _dress(self, fit: FaceFit, known: _DressedHead | None) -> _DressedHead:
        if known is not None:
            moved = fit.landmarks_in_head - known.landmarks_in_head
            if float(np.sqrt((moved**2).sum(1).mean())) < SHAPE_CHANGE_M:
                return known
        head = self._model.fitted(fit.landmarks_in_head)
        placed = [
            placement
            for piece in self._outfit
            for placement in place_on_head(piece.asset, piece.worn.item.category, head)
        ]
        coarse = {
            id(mesh): few
            for piece in self._outfit
            for mesh, few in zip(piece.asset.parts, piece.asset.coarse, strict=False)
        }
        placements = joined(placed)
        return _DressedHead(
            fit.landmarks_in_head,
            head,
            placements,
            joined([replace(p, mesh=coarse.get(id(p.mesh), p.mesh)) for p in placed]),
            contact_shadow(head, placements),
        )
