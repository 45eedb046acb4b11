"""The fedora: a teardrop crown with a front pinch, a snap brim, and a ribbon with a flat bow.

Angles run from the front (+z) over the wearer's left (+x) to the back; the band's plane is y = 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from tryon.core.mesh import Material, Mesh
from tryon.core.spaces import Floats
from tryon.wardrobe.asset import Asset, HatBand
from tryon.wardrobe.atelier import cloth_textures, curves, solids
from tryon.wardrobe.atelier.palette import linear, mixed
from tryon.wardrobe.atelier.ribbon import RibbonCourse, flat_bow, ribbon_round
from tryon.wardrobe.atelier.solids import Solid

Color = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
COLUMNS = 72
MM = 0.001

_BLOCK = np.array(
    [
        # breadth, length, height: shares of the band's half axes and of the crown's height
        [1.000, 1.000, 0.00],
        [0.997, 0.997, 0.12],
        [0.988, 0.988, 0.32],
        [0.966, 0.968, 0.56],
        [0.936, 0.940, 0.76],
        [0.892, 0.902, 0.90],
        [0.822, 0.856, 0.978],
        [0.720, 0.796, 1.00],
        [0.600, 0.726, 0.980],
        [0.470, 0.664, 0.938],
        [0.320, 0.610, 0.892],
        [0.150, 0.570, 0.864],
        [0.000, 0.545, 0.855],
    ]
)
"""Section of the hat block from the brim over the ridge into the crease, which is a line, not a point."""
_RIDGE_ROW = 7
FRONT_LEAN = 0.12
"""How much narrower the crown is at the front of its ridge than at the band, over all round."""


class FedoraParameters(BaseModel):
    """Sizes of a fedora in millimetres (the head in centimetres, as hats are sold) and its cloth.

    crown_front_mm, crown_back_mm: ridge over the band; dent_share is set by the block; pinch_mm: depth
    of the two dents beside the front; brim: from crown to edge.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    head_size_cm: float = Field(58.0, ge=50, le=66)
    length_by_width: float = Field(1.27, ge=1.0, le=1.5)
    crown_front_mm: float = Field(118.0, ge=90, le=150)
    crown_back_mm: float = Field(107.0, ge=85, le=150)
    pinch_mm: float = Field(14.5, ge=0, le=25)
    brim_front_mm: float = Field(62.0, ge=30, le=120)
    brim_back_mm: float = Field(55.0, ge=30, le=120)
    brim_drop_mm: float = Field(13.0, ge=-20, le=30)
    brim_side_rise_mm: float = Field(10.0, ge=-10, le=40)
    brim_back_rise_mm: float = Field(24.0, ge=-10, le=50)
    thickness_mm: float = Field(2.2, ge=1, le=4)
    ribbon_mm: float = Field(38.0, ge=10, le=55)
    cloth: Literal["felt", "straw"] = "felt"
    color: Color = "#16161a"
    ribbon_color: Color = "#08080a"
    lining_color: Color = "#2a2024"
    leather_color: Color = "#4a2c1c"


@dataclass(frozen=True, eq=False)
class _Block:
    """The shaped crown: where its outer surface lies over the band."""

    half_axes: Floats
    front_m: float
    back_m: float
    pinch_m: float

    def height(self, angle: Floats) -> Floats:
        """Ridge height over the band at these angles."""
        out: Floats = (
            self.front_m + self.back_m + (self.front_m - self.back_m) * np.cos(angle)
        ) / 2
        return out

    def points(self, angle: Floats, section: Floats) -> Floats:
        """(…, 3) outer surface at (…) angles and (…, 3) rows of the block's section."""
        breadth, length, share = section[..., 0], section[..., 1], section[..., 2]
        # The crease is nearly level, however much the ridge slopes.
        slope = np.where(breadth < _BLOCK[_RIDGE_ROW, 0], breadth / _BLOCK[_RIDGE_ROW, 0], 1.0)
        level = 0.5 * (self.front_m + self.back_m)
        height = share * (level + (self.height(angle) - level) * (0.5 + 0.5 * slope))
        dent = self._pinch(angle, share, breadth)
        # Walls lean in, more towards the front: seen from above the top is a teardrop.
        lean = np.clip(share, 0, 1) ** 1.5
        slim = 1 - lean * (0.055 + FRONT_LEAN * (1 + np.cos(angle)) / 2)
        x = self.half_axes[0] * breadth * slim * np.sin(angle) - dent * np.sign(np.sin(angle))
        z = self.half_axes[1] * length * np.cos(angle) - 0.55 * dent
        # The prow leans back a little, as steam and hand leave it.
        z = z - 0.05 * height * (1 + np.cos(angle)) / 2
        return np.stack([x, height, z], axis=-1)

    def _pinch(self, angle: Floats, share: Floats, breadth: Floats) -> Floats:
        """Metres that the two thumbs pressed in beside the front, most just under the ridge."""
        away = np.abs(np.arctan2(np.sin(angle), np.cos(angle)))
        beside = np.exp(-(((away - np.radians(40)) / np.radians(19)) ** 2))
        rise = np.clip((share - 0.36) / 0.5, 0, 1)
        rise = rise * rise * (3 - 2 * rise)
        inside = np.clip(breadth / 0.6, 0, 1)
        out: Floats = self.pinch_m * beside * rise * inside * np.abs(np.sin(angle)) ** 0.3
        return out

    def wall(self, angle: Floats, height: Floats) -> Floats:
        """(…, 3) outer surface at these angles and heights below the ridge."""
        share = height / self.height(angle)
        rows = _BLOCK[: _RIDGE_ROW + 1]
        section = np.stack(
            [curves.smooth_values(share, rows[:, 2], rows[:, k]) for k in range(2)] + [share],
            axis=-1,
        )
        return self.points(angle, section)


def make_fedora(parameters: FedoraParameters, *, item_id: str, variant: str) -> Asset:
    """A fedora in `asset` space: origin the centre of the inner band, y up through the crown."""
    p = parameters
    inner = band_half_axes(p.head_size_cm * 0.01, p.length_by_width)
    block = _Block(
        inner + p.thickness_mm * MM, p.crown_front_mm * MM, p.crown_back_mm * MM, p.pinch_mm * MM
    )
    angle = np.linspace(0, 2 * np.pi, COLUMNS, endpoint=False)
    crown = _crown(block, angle)
    ribbon = RibbonCourse(block.wall, 0.0015, p.ribbon_mm * MM)
    bow = flat_bow(ribbon, centre_angle=np.pi / 2)
    felt, tile_cm = _cloth(p)
    silk = cloth_textures.grosgrain().dyed(
        Material(
            "grosgrain",
            roughness=0.58,
            reflectance=0.03,
            sheen=mixed((0, 0, 0), linear(p.ribbon_color), 0.5),
        ),
        linear(p.ribbon_color),
    )
    parts = (
        solids.merge([_wall_and_top(crown), _brim(p, block, angle)]).mesh(
            "felt", felt, crease_deg=50, tile_cm=tile_cm
        ),
        solids.merge([ribbon_round(ribbon, angle), bow]).mesh("ribbon", silk, crease_deg=48),
        _sweatband(block, p),
        _lining(crown, p),
    )
    return Asset(item_id, variant, parts, band=HatBand(float(inner[0]), float(inner[1])))


def band_half_axes(circumference_m: float, length_by_width: float) -> Floats:
    """(2,) half width and half length of an ellipse of this circumference (Ramanujan, 1914)."""
    k = length_by_width
    unit = np.pi * (3 * (1 + k) - np.sqrt((3 + k) * (1 + 3 * k)))
    return np.asarray(circumference_m / unit * np.array([1.0, k]))


def _crown(block: _Block, angle: Floats) -> Floats:
    """(R, C, 3) outer surface from the brim into the crease."""
    section = curves.catmull_rom(_BLOCK, 27)
    return block.points(angle[None, :], section[:, None, :])


def _wall_and_top(crown: Floats) -> Solid:
    """The crown with its wall unrolled and its top laid flat on the cloth."""
    return solids.grid(crown, closed_columns=True)


def _cloth(p: FedoraParameters) -> tuple[Material, tuple[float, float]]:
    color = linear(p.color)
    if p.cloth == "straw":
        weave = cloth_textures.straw()
        return weave.dyed(Material("straw", roughness=0.62), color), weave.tile_cm
    weave = cloth_textures.felt()
    sheen = mixed((0.018, 0.018, 0.018), color, 0.35)
    return weave.dyed(
        Material("felt", roughness=0.93, reflectance=0.025, sheen=sheen), color
    ), weave.tile_cm


def _brim(p: FedoraParameters, block: _Block, angle: Floats) -> Solid:
    """From the band outwards underneath, round the edge, and back to the crown on top."""
    thick = p.thickness_mm * MM
    out = np.linspace(0, 1, 8) ** 0.9
    under = [(share, -thick) for share in out]
    edge = [(1.004, -0.5 * thick)]
    top = [(share, 0.0) for share in out[::-1]]
    rows = [_brim_row(p, block, angle, share, lift) for share, lift in (*under, *edge, *top)]
    half = block.half_axes - thick
    inner = np.stack(
        [half[0] * np.sin(angle), np.full_like(angle, -thick), half[1] * np.cos(angle)], 1
    )
    return _planar(solids.grid(np.array([inner, *rows]), closed_columns=True))


def _brim_row(
    p: FedoraParameters, block: _Block, angle: Floats, share: float, lift: float
) -> Floats:
    """(C, 3) points at a share of the brim's breadth: front snapped down, back turned up."""
    a, b = block.half_axes
    base = np.stack([a * np.sin(angle), np.zeros_like(angle), b * np.cos(angle)], axis=1)
    normal = np.stack([b * np.sin(angle), np.zeros_like(angle), a * np.cos(angle)], axis=1)
    normal /= np.linalg.norm(normal, axis=1, keepdims=True)
    front, side, back = -p.brim_drop_mm * MM, p.brim_side_rise_mm * MM, p.brim_back_rise_mm * MM
    cosine = np.cos(angle)
    rise = side + (front - back) / 2 * cosine + ((front + back) / 2 - side) * cosine**2
    breadth = MM * (
        (p.brim_front_mm + p.brim_back_mm) / 2 + (p.brim_front_mm - p.brim_back_mm) / 2 * cosine
    )
    # What rises takes its length from the breadth.
    level = np.sqrt(np.maximum(breadth**2 - rise**2, (0.5 * breadth) ** 2))
    points = base + share * level[:, None] * normal
    points[:, 1] = rise * share**1.8 + lift
    return np.asarray(points)


def _planar(solid: Solid) -> Solid:
    """Texture laid on from above: right for what is nearly flat."""
    return Solid(solid.points, solid.faces, solid.points[:, [0, 2]] * [100.0, -100.0])


def _sweatband(block: _Block, p: FedoraParameters) -> Mesh:
    """The leather inside the band, which lies on the forehead."""
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    heights = np.array([0.034, 0.028, 0.012, 0.002, -p.thickness_mm * MM])
    inset = np.array([1.4, 2.2, 2.3, 2.2, 1.6]) * MM
    rows = block.wall(angle[None, :], np.maximum(heights, 0)[:, None] + 0 * angle)
    rows[..., 1] = heights[:, None]
    scale = 1 - inset[:, None] / np.hypot(rows[..., 0], rows[..., 2])
    rows[..., 0] *= scale
    rows[..., 2] *= scale
    weave = cloth_textures.leather()
    leather = weave.dyed(
        Material("leather", roughness=0.75, reflectance=0.02), linear(p.leather_color)
    )
    return solids.grid(rows, closed_columns=True).mesh("sweatband", leather, tile_cm=weave.tile_cm)


def _lining(crown: Floats, p: FedoraParameters) -> Mesh:
    """Satin inside the crown, 2.5 mm behind the felt."""
    inside = crown - 0.0025 * solids.grid_normals(crown, closed_columns=True)
    inside[-1] = crown[-1] - [0, 0.0025, 0]
    coarse = np.concatenate([inside[3:-1:2], inside[-1:]])[:, ::2]
    satin = Material("satin", (*linear(p.lining_color), 1.0), roughness=0.6, reflectance=0.02)
    return solids.grid(coarse, closed_columns=True).flipped().mesh("lining", satin)
