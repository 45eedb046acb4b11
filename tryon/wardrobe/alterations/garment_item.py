"""An imported garment as an item of a catalogue: written, and worn again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tryon.core.errors import CatalogueError
from tryon.wardrobe.alterations.binding_file import Binding, binding_path, write_binding
from tryon.wardrobe.alterations.importer import ImportedGarment
from tryon.wardrobe.garment import Garment, GarmentPart
from tryon.wardrobe.imported_item import Label, refuse_taken, write_item
from tryon.wardrobe.importer_repair import used_only
from tryon.wardrobe.item import Category, Item
from tryon.wardrobe.model_asset import model_asset


def write_garment(
    garment: ImportedGarment,
    category: Category,
    folder: Path,
    *,
    label: Label,
    force: bool = False,
) -> tuple[Item, Path]:
    """Write `<id>.yaml`, `<id>.glb` and `<id>.garment.npz`; the item as it reads from there.

    Raises CatalogueError when an item of that id is there and `force` does not replace it, OutputError
    when the folder cannot be written to.
    """
    item_id = garment.imported.asset.item_id
    refuse_taken(item_id, folder, force=force)
    # The catalogue file comes last: what it names is there when it appears.
    write_binding(binding_path(folder / f"{item_id}.glb"), garment.fitted, layer=garment.layer)
    return write_item(garment.imported, category, folder, label=label, force=force)


def imported_garment(item: Item, variant: str) -> Garment:
    """The garment of an item whose catalogue file names a model.

    Raises ImportError3D for files that are missing, broken or do not belong together, CatalogueError
    for a finish that the model does not have.
    """
    if item.model_path is None:
        raise CatalogueError(
            f"{item.id} has no model.", remedy="Import it with `tryon import FILE --as …`."
        )
    path = binding_path(item.model_path)
    if not path.is_file():
        raise CatalogueError(
            f"{item.id} is worn on the body, but {path.name} is not beside its catalogue file.",
            remedy=f"Import it again: tryon import FILE --as {item.category} --id {item.id} --force.",
        )
    binding = Binding(path)
    asset = model_asset(item, variant)
    if len(asset.parts) != binding.parts:
        raise binding.broken(f"it binds {binding.parts} parts, the model has {len(asset.parts)}")
    levels = []
    for level in range(binding.levels):
        parts = []
        for number, mesh in enumerate(asset.parts):
            bones, weights, occlusion = binding.skin(number)
            if len(bones) != len(mesh.vertices):
                raise binding.broken(
                    f"part {number} has {len(mesh.vertices)} vertices in the model"
                )
            faces = binding.faces(number, level)
            if len(faces) and int(faces.max()) >= len(mesh.vertices):
                raise binding.broken(f"level {level} points beyond the model's vertices")
            whole = replace(mesh, faces=faces, occlusion=occlusion)
            used = sorted(set(faces.ravel().tolist()))
            parts.append(GarmentPart(used_only(whole), bones[used], weights[used]))
        levels.append(tuple(parts))
    return Garment(item.id, variant, tuple(levels), binding.layer, binding.hides_body)
