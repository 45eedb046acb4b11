"""The geometry of an item whose catalogue file names a model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tryon.core.errors import CatalogueError
from tryon.core.mesh import Material
from tryon.core.spaces import Floats
from tryon.core.transforms import apply, exp_so3, rigid, scaling
from tryon.wardrobe.asset import Asset, HatBand, Temples
from tryon.wardrobe.atelier.palette import linear
from tryon.wardrobe.gltf_surfaces import read_gltf
from tryon.wardrobe.importer_cut import moved
from tryon.wardrobe.importer_repair import repaired
from tryon.wardrobe.importer_report import ImportReport
from tryon.wardrobe.item import Finish, Item, Model

MM = 0.001


def model_asset(item: Item, variant: str) -> Asset:
    """Read the item's GLB, set it right as the catalogue says, and finish it as the variant says.

    Raises ImportError3D for a file that cannot be read, CatalogueError for a finish of a material that
    it does not have.
    """
    assert item.model is not None
    assert item.model_path is not None
    meshes = repaired(read_gltf(item.model_path).meshes, ImportReport(), path=item.model_path)
    chosen = item.variant(variant)
    finishes = dict(chosen.finishes) if chosen else {}
    names = {mesh.material.name for mesh in meshes}
    unknown = sorted(set(finishes) - names)
    if unknown:
        raise CatalogueError(
            f"{item.id} in {variant} changes the material {unknown[0]}, which "
            f"{item.model_path.name} does not have.",
            remedy=f"Its materials are {', '.join(sorted(names))}.",
        )
    finished = {mesh.material.name: mesh.material for mesh in meshes}
    finished |= {name: _finished(finished[name], finish) for name, finish in finishes.items()}
    asset_from_file = _asset_from_file(item.model)
    # A node's name and the number of its surface: only the part's name matters from here.
    parts = tuple(
        replace(
            moved(mesh, asset_from_file),
            name=mesh.name.rpartition("/")[0],
            material=finished[mesh.material.name],
        )
        for mesh in meshes
    )
    scale = item.model.scale * MM
    temples, band = None, None
    if item.model.hinges is not None:
        hinges = item.model.hinges
        left, right = (
            apply(asset_from_file, MM * np.array(p)) for p in (hinges.left_mm, hinges.right_mm)
        )
        temples = Temples(left, right, hinges.length_mm * scale)
    if item.model.band is not None:
        ellipse = item.model.band
        band = HatBand(ellipse.half_width_mm * scale, ellipse.half_depth_mm * scale)
    return Asset(item.id, variant, parts, temples, band)


def _asset_from_file(model: Model) -> Floats:
    """(4, 4) of the corrections by hand: scaled, turned about x, y, z, then moved."""
    turn = np.eye(3)
    for axis, degrees in enumerate(model.turn_deg):
        turn = exp_so3(np.eye(3)[axis] * np.radians(degrees)) @ turn
    out: Floats = rigid(turn, MM * np.array(model.offset_mm)) @ scaling(model.scale)
    return out


def _finished(material: Material, finish: Finish) -> Material:
    r, g, b, alpha = material.base_color
    if finish.color is not None:
        r, g, b = linear(finish.color)
    if finish.opacity is not None:
        alpha = finish.opacity
    mode = material.alpha_mode
    if finish.opacity is not None and mode != "MASK":
        mode = "BLEND" if finish.opacity < 1 else "OPAQUE"
    return replace(
        material,
        base_color=(r, g, b, alpha),
        metallic=material.metallic if finish.metallic is None else finish.metallic,
        roughness=material.roughness if finish.roughness is None else finish.roughness,
        alpha_mode=mode,
    )
