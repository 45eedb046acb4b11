"""Spectacles and sunglasses: acetate or metal, sized by the boxing system of ISO 8624.

The asset's origin is the point of the nose's skin between the pads. The lenses' box centre lies a few
millimetres below the pupils, the back of the lenses 12 mm before the cornea of a mean face.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from tryon.core.mesh import Material, Mesh
from tryon.core.spaces import Floats
from tryon.wardrobe.asset import Asset, Temples
from tryon.wardrobe.atelier import eyewear_temples, solids
from tryon.wardrobe.atelier.acetate import TILE_CM, Pattern, acetate
from tryon.wardrobe.atelier.eyewear_acetate import AcetatePattern, acetate_front, acetate_pads
from tryon.wardrobe.atelier.eyewear_temples import TempleLine
from tryon.wardrobe.atelier.eyewear_wire import WirePattern, nose_pads, wire_front
from tryon.wardrobe.atelier.lenses import Coat, Lens, lens_mesh
from tryon.wardrobe.atelier.palette import Metal, polished
from tryon.wardrobe.atelier.rims import FrontSurface, RimShape, rim_outline
from tryon.wardrobe.atelier.solids import Solid

Color = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
MM = 0.001
REFRACTION = 0.530
"""Radius in metres of a front curve of one dioptre (n = 1.530, as base curves are quoted)."""
MIRROR = np.array([-1.0, 1.0, 1.0])


class EyewearParameters(BaseModel):
    """Sizes in millimetres and looks of a frame.

    a_mm, b_mm: boxed lens; dbl_mm: between the lenses; temple_mm: hinge to tip (ISO 8624:2020);
    front_mm: whole width of the front; rim: a family, or with rim_points (x, y, x, y, …) the control
    points of a closed B-spline that fills the box, x towards the temple; drop_mm: box centre below the
    origin; front, temples: what they are made of; rim_mm, depth_mm: breadth and depth of the rim;
    bridge: saddle or keyhole of acetate, single or double bar of metal; bridge_y_mm, hinge_y_mm: heights
    over the box's centre; base_curve: of the lens in dioptres; wrap_deg: each lens's turn to the side;
    tilt_deg: pantoscopic; pattern: sheet of acetate, color: of plain and crystal ones; metal: of wire,
    hinges and pins; lens…: see `Lens`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    a_mm: float = Field(49, ge=30, le=75)
    b_mm: float = Field(42, ge=18, le=70)
    dbl_mm: float = Field(21, ge=10, le=30)
    temple_mm: float = Field(145, ge=110, le=165)
    front_mm: float = Field(141, ge=110, le=165)
    rim: RimShape = "panto"
    rim_points: tuple[float, ...] = ()
    drop_mm: float = Field(1.0, ge=-6, le=10)
    front: Literal["acetate", "metal"] = "acetate"
    temples: Literal["acetate", "metal"] | None = None
    rim_mm: float = Field(4.2, ge=0.6, le=9)
    depth_mm: float = Field(4.4, ge=1, le=7)
    bevel_mm: float = Field(1.3, ge=0, le=3)
    bridge: Literal["saddle", "keyhole", "single", "double"] = "saddle"
    bridge_y_mm: float = Field(8.0, ge=-5, le=20)
    hinge_y_mm: float = Field(10.5, ge=-5, le=25)
    temple_high_mm: float = Field(11.0, ge=1.5, le=30)
    base_curve: float = Field(4.0, ge=0, le=9)
    wrap_deg: float = Field(5.0, ge=0, le=20)
    tilt_deg: float = Field(8.0, ge=0, le=15)
    pattern: Pattern = "plain"
    color: Color = "#0b0b0d"
    metal: Metal = "gold"
    rivets: bool = True
    lens: Coat = "clear"
    lens_color: Color = "#2a2420"
    lens_low_color: Color | None = None
    lens_top_alpha: float = Field(0.86, ge=0, le=1)
    lens_bottom_alpha: float = Field(0.26, ge=0, le=1)
    lens_reflex: Color = "#7fd8a8"


def make_eyewear(parameters: EyewearParameters, *, item_id: str, variant: str) -> Asset:
    """The frame in `asset` space, its lenses apart from it, its temples open and parallel.

    Raises ValueError for sizes that do not make a frame.
    """
    frame = _Frame.of(parameters)
    front = _acetate_parts(frame) if parameters.front == "acetate" else _wire_parts(frame)
    lens = _lens(parameters)
    left = lens_mesh("left_lens", frame.outline, frame.surface, lens)
    temples = _temple_parts(frame)
    return Asset(
        item_id,
        variant,
        (
            *front,
            *temples,
            *(_right(mesh) for mesh in temples),
            left,
            _right(left),
        ),
        temples=Temples(frame.line.hinge, frame.line.hinge * MIRROR, frame.line.to_bend),
    )


@dataclass(frozen=True)
class _Frame:
    """What all parts of one frame agree on, in metres."""

    p: EyewearParameters
    outline: Floats
    surface: FrontSurface
    centre: tuple[float, float]
    half_width: float
    end_y: float
    line: TempleLine

    @classmethod
    def of(cls, p: EyewearParameters) -> _Frame:
        if len(p.rim_points) % 2 or 0 < len(p.rim_points) < 8:
            raise ValueError("rim_points needs at least four pairs of x and y")
        control = np.reshape(p.rim_points, (-1, 2)) if p.rim_points else p.rim
        outline = rim_outline(control, a_m=p.a_mm * MM, b_m=p.b_mm * MM)
        centre = ((p.a_mm + p.dbl_mm) / 2 * MM, -p.drop_mm * MM)
        half_width = p.front_mm / 2 * MM
        if half_width < centre[0] + p.a_mm / 2 * MM + 0.001:
            raise ValueError(
                f"front_mm {p.front_mm:g} is too narrow for two lenses of {p.a_mm:g} mm and "
                f"{p.dbl_mm:g} mm between them; it must be {2 * p.a_mm + p.dbl_mm + 2:g} or more"
            )
        surface = FrontSurface(
            centre_m=centre,
            nasal_x_m=p.dbl_mm / 2 * MM,
            depth_m=0.0042 if p.front == "acetate" else 0.0040,
            radius_m=REFRACTION / max(p.base_curve, 0.5),
            wrap_rad=float(np.radians(p.wrap_deg)),
            tilt_rad=float(np.radians(p.tilt_deg)),
        )
        end_y = centre[1] + p.hinge_y_mm * MM
        inset = 0.5 * _thick(p)
        corner = surface.place(np.array([half_width - inset, end_y, -0.5 * p.depth_mm * MM]))
        behind = 0.0 if p.front == "acetate" else 0.0075
        hinge = np.array([half_width - inset, corner[1], corner[2] - behind])
        return cls(
            p, outline, surface, centre, half_width, end_y, TempleLine(hinge, p.temple_mm * MM)
        )

    @property
    def temples_of(self) -> Literal["acetate", "metal"]:
        return self.p.temples or self.p.front


def _thick(p: EyewearParameters) -> float:
    """Thickness of a temple where it begins."""
    return 0.0038 if (p.temples or p.front) == "acetate" else 0.0011


def _lens(p: EyewearParameters) -> Lens:
    return Lens(
        coat=p.lens,
        color=p.lens_color,
        low_color=p.lens_low_color,
        top_alpha=p.lens_top_alpha,
        bottom_alpha=p.lens_bottom_alpha,
        reflex=p.lens_reflex,
    )


def _acetate_parts(frame: _Frame) -> list[Mesh]:
    p = frame.p
    rim = p.rim_mm * MM
    pattern = AcetatePattern(
        outline=frame.outline,
        centre=frame.centre,
        rim_nasal=0.92 * rim,
        rim_top=1.12 * rim,
        rim_temporal=rim,
        rim_bottom=0.84 * rim,
        bridge_y=frame.centre[1] + p.bridge_y_mm * MM,
        bridge_high=0.0078,
        keyhole=0.0034 if p.bridge == "keyhole" else 0.0,
        end_y=frame.end_y,
        end_high=max(p.temple_high_mm * MM + 0.001, 0.006),
        half_width=frame.half_width,
        depth=p.depth_mm * MM,
        bevel=p.bevel_mm * MM,
    )
    material = acetate(p.pattern, p.color)
    metal = polished(p.metal)
    front = acetate_front(pattern, frame.surface)
    parts = [
        front.mesh("front", material, crease_deg=34, tile_cm=TILE_CM),
        acetate_pads(pattern, frame.surface).mesh("pads", material, tile_cm=TILE_CM),
        _both(eyewear_temples.hinge(_hinge_at(frame), high=0.0058, leaf=0.005), "hinges", metal),
    ]
    if p.rivets:
        parts.append(_both(_front_pin(frame), "rivets", metal))
    return parts


def _hinge_at(frame: _Frame) -> Floats:
    return np.asarray(frame.line.hinge + np.array([-0.5 * _thick(frame.p) - 0.0004, 0.0, -0.0006]))


def _front_pin(frame: _Frame) -> Solid:
    """One rivet on the end piece, in line with the hinge behind it."""
    rim_x = frame.centre[0] + frame.p.a_mm / 2 * MM
    x = 0.36 * rim_x + 0.64 * frame.half_width
    rise = frame.p.depth_mm / 2 * MM
    at = frame.surface.place(np.array([x, frame.end_y, rise]))
    side = frame.surface.place(np.array([x + 1e-3, frame.end_y, rise])) - at
    up = frame.surface.place(np.array([x, frame.end_y + 1e-3, rise])) - at
    return eyewear_temples.pin(at, np.cross(side, up))


def _wire_parts(frame: _Frame) -> list[Mesh]:
    p = frame.p
    pattern = WirePattern(
        outline=frame.outline,
        centre=frame.centre,
        broad=p.rim_mm * MM,
        deep=p.depth_mm * MM,
        bridge_y=frame.centre[1] + p.bridge_y_mm * MM,
        bars=2 if p.bridge == "double" else 1,
        arch=0.0016 if p.bridge == "double" else 0.0030,
        bar_rise=0.0085,
        end_y=frame.end_y,
        half_width=frame.half_width - 0.5 * _thick(p),
    )
    metal = polished(p.metal)
    pads, arms = nose_pads(pattern, frame.surface)
    silicone = Material(
        "silicone", (0.86, 0.84, 0.80, 0.42), roughness=0.22, reflectance=0.04, alpha_mode="BLEND"
    )
    return [
        wire_front(pattern, frame.surface, frame.line.hinge).mesh("front", metal, crease_deg=50),
        arms.mesh("pad_arms", metal, crease_deg=80),
        pads.mesh("pads", silicone, crease_deg=180),
        _both(
            eyewear_temples.hinge(frame.line.hinge - [0.0010, 0, 0], high=0.0036, leaf=0.003),
            "hinges",
            metal,
        ),
    ]


def _temple_parts(frame: _Frame) -> list[Mesh]:
    """The left temple's meshes; their names begin with left_temple."""
    p, line = frame.p, frame.line
    metal = polished(p.metal)
    # A temple is seen along its side, where a studio's rim light would wash its colour out.
    sheet = replace(acetate(p.pattern, p.color), roughness=0.26, reflectance=0.016)
    if frame.temples_of == "metal":
        return [
            eyewear_temples.wire_temple(line, high=min(p.temple_high_mm * MM, 0.004)).mesh(
                "left_temple", metal, crease_deg=50
            ),
            eyewear_temples.wire_tip(line).mesh(
                "left_temple_tip", sheet, crease_deg=70, tile_cm=TILE_CM
            ),
        ]
    parts = [
        eyewear_temples.acetate_temple(line, high=p.temple_high_mm * MM, thick=_thick(p)).mesh(
            "left_temple", sheet, crease_deg=34, tile_cm=TILE_CM
        )
    ]
    if sheet.alpha_mode == "BLEND":
        parts.append(eyewear_temples.temple_core(line).mesh("left_temple_core", metal))
    if p.rivets:
        at = line.path(2, end=0.075)[1] + [0.5 * _thick(p), 0.0, 0.0]
        parts.append(
            eyewear_temples.pin(at, np.array([1.0, 0.0, 0.0])).mesh("left_temple_pin", metal)
        )
    return parts


def _both(left: Solid, name: str, material: Material) -> Mesh:
    mirror = np.diag([*MIRROR, 1.0])
    return solids.merge([left, left.moved(mirror)]).mesh(name, material, crease_deg=50)


def _right(mesh: Mesh) -> Mesh:
    """The right part that mirrors a left one."""
    flip = MIRROR.astype(np.float32)
    return replace(
        mesh,
        name=mesh.name.replace("left_", "right_", 1),
        vertices=mesh.vertices * flip,
        normals=mesh.normals * flip,
        faces=np.ascontiguousarray(mesh.faces[:, ::-1]),
    )
