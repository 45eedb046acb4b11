"""Portrait sitters made of the base body, whose every point is known: exact truth for the face fit.

They need not pass for photographs; they must look enough like people that a landmark model reads
them as it reads people.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from tryon.core.fits import HeadAnchor
from tryon.core.mesh import Mesh
from tryon.core.spaces import Floats
from tryon.core.transforms import align, apply, rigid
from tryon.qa.portrait_paint import Complexion
from tryon.qa.portrait_parts import PortraitParts
from tryon.wardrobe.basebody import BaseBody
from tryon.wardrobe.head_anatomy import anchor_points, landmark_points
from tryon.wardrobe.head_bake import FACE_MESH, head_faces, head_origin, mean_head


@dataclass(frozen=True)
class Sitter:
    """One person: body shape and colouring (sRGB, 0 to 1).

    male: 0 to 1; ancestry: shares by the base mesh's own names, empty for an even mix.
    """

    name: str
    male: float = 0.5
    ancestry: dict[str, float] = field(default_factory=dict)
    complexion: Complexion = field(default_factory=lambda: Complexion("d9a680", "211712", "4d331a"))


SITTERS = (
    Sitter("mean"),
    Sitter("anna", 0.0, {"caucasian": 1.0}, Complexion("f0ccb3", "59381f", "405980")),
    Sitter("ben", 1.0, {"african": 1.0}, Complexion("633d29", "0d0a0a", "331f12")),
    Sitter("carl", 1.0, {"caucasian": 1.0}, Complexion("deae8f", "735433", "596659")),
    Sitter("dan", 1.0, {"asian": 1.0}, Complexion("d9ad87", "0d0d0f", "2e1a0f")),
    Sitter("eve", 0.0, {"asian": 1.0}, Complexion("e8c4a3", "140f0f", "331f12")),
    Sitter("fay", 0.0, {"african": 1.0}, Complexion("85573d", "120d0a", "382114")),
)


@dataclass(frozen=True, eq=False)
class Portrait:
    """A sitter ready to be drawn, in their own `head` space, metres.

    meshes: what to draw; shape: (B, 3) the whole base mesh; landmarks: (478, 3) and anchors: where
    they truly are.
    """

    meshes: tuple[Mesh, ...]
    shape: Floats
    landmarks: Floats
    anchors: dict[HeadAnchor, Floats]


class Studio:
    """Makes portraits; what does not depend on the sitter is prepared once.

    Raises SuppliesError when the base body is missing.
    """

    def __init__(self) -> None:
        self.body = BaseBody.load()
        self.mean = mean_head(self.body)
        self.marks = landmark_points()
        skin = np.unique(head_faces(self.body, self.mean))
        self._anchors = anchor_points(self.mean, skin, self.marks)
        self._parts = PortraitParts(self.body, self.mean)
        self.skin_faces = self._parts.skin_faces

    def portrait(self, sitter: Sitter, *, seed: int = 0) -> Portrait:
        """Sit somebody down. The same sitter and seed give the same picture."""
        rng = np.random.default_rng(seed)
        shape = self._in_head_space(
            self.body.shape(male=sitter.male, ancestry=sitter.ancestry or None)
        )
        return Portrait(
            self._parts.dressed(shape, sitter.complexion, rng),
            shape,
            self.marks.on(shape),
            {name: weights @ shape[ids] for name, (ids, weights) in self._anchors.items()},
        )

    def _in_head_space(self, shape: Floats) -> Floats:
        """The shape turned and moved as its own landmarks lie best on the mean head's; not scaled."""
        own, mean = self.marks.on(shape)[:FACE_MESH], self.marks.on(self.mean)[:FACE_MESH]
        turn = align(own, mean, np.ones(FACE_MESH), scaled=False)[:3, :3]
        turned = apply(rigid(turn), shape)
        return turned - head_origin(turned)
