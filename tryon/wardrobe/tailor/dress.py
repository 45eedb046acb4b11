"""Baked geometry in the cloths of a variant: the garment that is worn, and the asset that is shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from tryon.core.mesh import Material, Mesh
from tryon.core.spaces import Floats
from tryon.wardrobe.asset import Asset
from tryon.wardrobe.atelier.palette import linear
from tryon.wardrobe.body import Body
from tryon.wardrobe.fabrics import FABRICS, bolt
from tryon.wardrobe.fabrics.prints import Print, Stripe
from tryon.wardrobe.garment import Garment, GarmentPart
from tryon.wardrobe.heels import on_heels
from tryon.wardrobe.skinning import Skinning
from tryon.wardrobe.tailor.make import BakedGarment, BakedPart, Progress
from tryon.wardrobe.tailor.wardrobe import CUTS, baked_garment

Size = Literal["XS", "S", "M", "L", "XL", "XXL"]
"""Letters of `wardrobe.sizes.WOMEN`."""
HEEL = "heel"
"""The finished measure of shoes that turn the foot down."""
SAMPLE_SIZE: Size = "S"
"""What the neutral figure would buy: its bust lies in the range of this letter."""
Color = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]


class GarmentParameters(BaseModel):
    """What a catalogue file says of a garment by recipe.

    cut: name of the pattern; cloth, color: fabric and colour of the body of it; accent, second_accent:
    of a patterned fabric's further yarns; cloth_scale: magnifies its pattern; stripe: colour of stripes,
    with stripe_cm: their width and repeat; print: picture file that is printed all over, print_cm wide;
    rib, rib_color: of ribs and bands; trim, trim_color: of collars, pockets and soles; button_color,
    thread_color, sole_color. size: of the body that it is cut for, None for the neutral figure.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    cut: str
    cloth: str = "jersey"
    color: Color = "#202326"
    accent: Color | None = None
    second_accent: Color | None = None
    cloth_scale: float = Field(1.0, ge=0.1, le=10)
    stripe: Color | None = None
    stripe_cm: tuple[float, float] = (0.9, 2.4)
    print: str | None = Field(None, min_length=1, max_length=4096)
    print_cm: float = Field(30.0, ge=1, le=300)
    rib: str | None = None
    rib_color: Color | None = None
    trim: str | None = None
    trim_color: Color | None = None
    button_color: Color = "#2a2622"
    thread_color: Color = "#c08a4a"
    sole_color: Color = "#1c1a19"
    size: Size | None = None

    def model_post_init(self, context: object, /) -> None:
        """Refuses cuts and cloths that there are not."""
        if self.cut not in CUTS:
            raise ValueError(f"there is no cut {self.cut!r}; there are {', '.join(CUTS)}")
        for name in (self.cloth, self.rib, self.trim):
            if name is not None and name not in FABRICS:
                raise ValueError(f"there is no cloth {name!r}; there are {', '.join(FABRICS)}")


def garment(
    parameters: GarmentParameters,
    *,
    item_id: str,
    variant: str,
    progress: Progress | None = None,
) -> Garment:
    """The garment of the neutral figure, baked now if it never was."""
    baked = baked_garment(parameters.cut, size=parameters.size, progress=progress)
    levels = tuple(
        tuple(
            GarmentPart(_mesh(part, parameters), part.bones, part.weights, trim=part.trim)
            for part in parts
        )
        for parts in baked.levels
    )
    return Garment(
        item_id,
        variant,
        levels,
        baked.layer,
        baked.hides_body,
        parameters.size or SAMPLE_SIZE,
        heel_m=baked.finished.get(HEEL, 0.0),
    )


def make_garment_asset(parameters: GarmentParameters, /, *, item_id: str, variant: str) -> Asset:
    """The finest level at rest, in `body` space, for pictures of the item alone. High heels stand."""
    baked: BakedGarment = baked_garment(parameters.cut, size=parameters.size)
    meshes = tuple(_mesh(part, parameters) for part in baked.levels[0])
    heel_m = baked.finished.get(HEEL, 0.0)
    if heel_m:
        body = Body.load()
        motion = on_heels(body, body.figure, heel_m)
        meshes = tuple(
            _moved(mesh, part, motion) for mesh, part in zip(meshes, baked.levels[0], strict=True)
        )
    return Asset(item_id, variant, meshes)


def _moved(mesh: Mesh, part: BakedPart, motion: Floats) -> Mesh:
    bound = Skinning(mesh.vertices, part.bones, part.weights, normals=mesh.normals)
    return replace(mesh, vertices=bound.posed(motion), normals=bound.posed_normals(motion))


def _mesh(part: BakedPart, parameters: GarmentParameters) -> Mesh:
    material, tile = _material(part.name, parameters)
    return Mesh(
        part.name,
        part.vertices,
        part.faces,
        part.normals,
        part.uv_cm / tile,
        occlusion=part.occlusion,
        material=material,
    )


def _material(name: str, p: GarmentParameters) -> tuple[Material, tuple[float, float]]:
    """Material of a part, and the size of one repeat of its textures in centimetres."""
    if name == "rib":
        finish, color = p.rib or "rib", p.rib_color or p.color
    elif name == "trim":
        finish, color = p.trim or p.cloth, p.trim_color or p.color
    elif name == "button":
        return Material("button", (*linear(p.button_color), 1.0), roughness=0.35), (1.0, 1.0)
    elif name == "thread":
        return Material("thread", (*linear(p.thread_color), 1.0), roughness=0.8), (1.0, 1.0)
    elif name == "sole":
        return Material("sole", (*linear(p.sole_color), 1.0), roughness=0.6), (1.0, 1.0)
    else:
        made = bolt(
            p.cloth,
            p.color,
            accents=_accents(p),
            scale=p.cloth_scale,
            stripe=None if p.stripe is None else Stripe(p.stripe, *p.stripe_cm),
            picture=None if p.print is None else Print(Path(p.print), p.print_cm),
        )
        return made.material, made.tile_cm
    plain = bolt(finish, color)
    return plain.material, plain.tile_cm


def _accents(p: GarmentParameters) -> tuple[str, ...]:
    """As many as are given; the fabric's own usual ones stand for those before the last."""
    if p.second_accent is None:
        return () if p.accent is None else (p.accent,)
    usual = FABRICS[p.cloth].accents
    return (p.accent or (usual[0] if usual else p.color), p.second_accent)
