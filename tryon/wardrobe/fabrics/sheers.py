"""Cloth that one sees through: lace with holes and tulle."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tryon.core.mesh import Texture
from tryon.core.spaces import Floats
from tryon.wardrobe.fabrics.fields import (
    grain,
    grey,
    noise,
    normals,
    places,
    plain_bytes,
    ridge,
    step,
)
from tryon.wardrobe.fabrics.swatch import Swatch, Yarns

LACE_CM, SIDE_PX = 8.0, 512


def tulle(yarns: Yarns) -> Swatch:
    """Hexagonal net of fine thread, meshes of 1.6 millimetres."""
    side, columns = 320, 10
    x, y = places(side)
    # Twelve rows to ten columns is within 4 % of regular hexagons in a square tile.
    thread = step(-0.93, -1.12, _net(columns * x, 12 * y))
    return Swatch(_veil(np.ones_like(thread), thread), normals(thread, 0.25), (1.6, 1.6))


def lace(yarns: Yarns) -> Swatch:
    """Chantilly: flowers and leaves on a hexagonal ground of 2.7 millimetres, outlined by a cord."""
    rng = np.random.default_rng(602)
    x, y = places(SIDE_PX)
    ground = step(-0.55, -0.92, _net(30 * x, 36 * y))
    solid, cord = _motifs()
    threads = noise(rng, SIDE_PX, grain(120, 40)).astype(np.float32)
    alpha = np.maximum.reduce([ground, solid, cord])
    height = np.maximum.reduce([0.5 * ground, (0.7 + 0.08 * threads) * solid, 1.3 * cord])
    level = 0.62 + 0.25 * np.minimum(height, 1.2) + 0.03 * threads * solid
    return Swatch(_veil(level, alpha), normals(height, 0.4), (LACE_CM, LACE_CM))


def _veil(level: Floats, alpha: Floats) -> Texture:
    """(S, S, 4) grey thread; the holes are as light, so that no edge darkens when the cloth is small."""
    return np.concatenate([grey(level), plain_bytes(alpha)], axis=2)


def _net(column: Floats, row: Floats) -> Floats:
    """3 in the middle of the meshes of a hexagonal net to −1 and −1.5 on its threads and knots; a mesh is
    one column wide and one row high, every other row half a mesh aside."""
    out: Floats = (
        np.cos(2 * np.pi * (column - row / 2))
        + np.cos(2 * np.pi * (column + row / 2))
        + np.cos(2 * np.pi * row)
    )
    return out


@dataclass(frozen=True)
class _Flower:
    """Middle and radius in centimetres, number of petals, turn in radians."""

    x: float
    y: float
    radius: float
    petals: int
    turn: float

    def worked(self, dx: Floats, dy: Floats) -> tuple[Floats, Floats]:
        """0 to 1: cloth and cord at places relative to its middle."""
        far, angle = np.hypot(dx, dy), np.arctan2(dy, dx) + self.turn
        wave = np.abs(np.cos(self.petals * angle / 2))
        edge = self.radius * (0.62 + 0.38 * wave**0.7) - far
        vein = np.abs(np.sin(self.petals * angle / 2)) * far
        eye = np.abs(far - 0.30 * self.radius)
        cloth = step(0.0, 0.03, edge) * step(0.05, 0.09, eye) * step(0.03, 0.07, vein)
        return cloth, np.maximum(ridge(edge, 0.065), ridge(eye, 0.045))


@dataclass(frozen=True)
class _Leaf:
    """Foot in centimetres, direction in degrees, length."""

    x: float
    y: float
    angle_deg: float
    radius: float

    def worked(self, dx: Floats, dy: Floats) -> tuple[Floats, Floats]:
        """0 to 1: cloth and cord at places relative to its foot."""
        cosine, sine = np.cos(np.radians(self.angle_deg)), np.sin(np.radians(self.angle_deg))
        share, across = (dx * cosine + dy * sine) / self.radius, dy * cosine - dx * sine
        inside = np.clip(share, 0, 1)
        half = 0.72 * self.radius * np.sqrt(inside) * (1 - inside)
        edge = np.where((share > 0) & (share < 1), half - np.abs(across), -1.0)
        return step(0, 0.03, edge) * step(0.02, 0.05, np.abs(across)), ridge(edge, 0.055)


_MOTIFS = (
    _Flower(2.0, 2.1, 1.75, 7, 0.2), _Flower(6.0, 6.1, 1.75, 7, 0.5),
    _Flower(6.1, 1.7, 0.85, 5, 0.0), _Flower(2.0, 5.9, 0.85, 5, 0.6),
    _Leaf(3.4, 3.5, 20, 1.5), _Leaf(3.5, 3.4, 70, 1.5), _Leaf(7.4, 7.4, 20, 1.5),
    _Leaf(7.4, 7.4, 70, 1.5), _Leaf(4.2, 0.6, 200, 1.3), _Leaf(4.2, 0.4, 300, 1.3),
    _Leaf(0.3, 4.6, 200, 1.3), _Leaf(0.3, 4.4, 300, 1.3), _Leaf(4.3, 7.3, 130, 1.3),
    _Leaf(0.3, 3.4, 120, 1.3), _Leaf(4.0, 4.6, 110, 1.2), _Leaf(0.1, 0.5, 110, 1.2),
)  # fmt: skip


def _motifs() -> tuple[Floats, Floats]:
    """(S, S) 0 to 1: the worked cloth of the motifs, and the cord round them."""
    solid, cord = np.zeros((SIDE_PX, SIDE_PX)), np.zeros((SIDE_PX, SIDE_PX))
    px_per_cm = SIDE_PX / LACE_CM
    for motif in _MOTIFS:
        reach = int(np.ceil((motif.radius + 0.15) * px_per_cm))
        column, row = round(motif.x * px_per_cm), round((LACE_CM - motif.y) * px_per_cm)
        offset = (np.arange(-reach, reach + 1) + 0.0) / px_per_cm
        dx, dy = np.meshgrid(offset, -offset)
        cloth, cords = motif.worked(dx, dy)
        window = np.ix_(*((np.arange(-reach, reach + 1) + at) % SIDE_PX for at in (row, column)))
        solid[window] = np.maximum(solid[window], cloth)
        cord[window] = np.maximum(cord[window], cords)
    return solid, cord
