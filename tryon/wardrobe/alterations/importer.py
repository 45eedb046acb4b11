"""Brings a stranger's garment in: read, stand it on our body, bind it to our joints, finish it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tryon.core.errors import ImportError3D
from tryon.wardrobe.alterations.fitted import BoundPart, Fitted, dress_form, fitted, spread
from tryon.wardrobe.alterations.hanging import SKIRTS, hung
from tryon.wardrobe.alterations.mhclo import read_mhclo
from tryon.wardrobe.alterations.proxy import Proxy
from tryon.wardrobe.alterations.skinned import reposed
from tryon.wardrobe.alterations.standing import StandingWishes, dressed
from tryon.wardrobe.asset import Asset
from tryon.wardrobe.basebody import BaseBody
from tryon.wardrobe.gltf_surfaces import LOST_SKELETON, RawModel, read_gltf
from tryon.wardrobe.importer import Imported
from tryon.wardrobe.importer_axes import Direction
from tryon.wardrobe.importer_cut import joined
from tryon.wardrobe.importer_repair import mended, repaired
from tryon.wardrobe.importer_report import ImportReport
from tryon.wardrobe.item import Category
from tryon.wardrobe.obj_file import read_obj

LAYERS: dict[Category, int] = {
    "trousers": 0, "jeans": 0, "shorts": 0, "skirt": 0, "shoes": 0,
    "tshirt": 1, "top": 1, "shirt": 1, "knitwear": 1, "dress": 1, "gown": 1, "suit": 1,
    "jacket": 2, "coat": 3,
}  # fmt: skip
"""Order in which clothes lie over each other, 0 next to the skin."""
MOST_TRIANGLES = 200_000
"""More would take minutes to thin out; nobody sees them on a dressed person."""
GAP_M = {0: 0.0025, 1: 0.004, 2: 0.008, 3: 0.012}
"""Cloth of each layer keeps so far from the skin."""
PROXY_GAP_M = 0.0015
"""Clothes that were made on this very body are only kept from going through the skin."""
SMOOTHING = 6
"""Passes that even out weights where a garment's references jump from one part of the body to another."""


@dataclass(frozen=True)
class GarmentWishes:
    """What the owner says of a garment; None leaves it to the file. height_mm: from its lowest to its
    highest point; front, up: directions in the file; layer: 0 next to the skin."""

    height_mm: float | None = None
    front: Direction | None = None
    up: Direction | None = None
    layer: int | None = None


@dataclass(frozen=True, eq=False)
class ImportedGarment:
    """A garment as an item is written from it. imported: what all items have; fitted: its binding."""

    imported: Imported
    fitted: Fitted
    layer: int


def import_garment(
    path: Path, category: Category, *, item_id: str, wishes: GarmentWishes | None = None
) -> ImportedGarment:
    """Read a GLB, glTF, OBJ or MHCLO file and bind it to the body.

    Raises ImportError3D for a file that cannot be read or worn, SuppliesError without the base body.
    """
    told = wishes or GarmentWishes()
    if category not in LAYERS:
        raise ImportError3D(
            f"{category} is not worn on the body.", remedy=f"What is: {', '.join(LAYERS)}."
        )
    if told.front is not None and told.up is not None and told.front[1] == told.up[1]:
        raise ImportError3D(
            f"Front {told.front} and up {told.up} lie on one line.",
            remedy="Give two different axes.",
        )
    if not path.is_file():
        raise ImportError3D(f"There is no file {path}.", remedy="Correct the path.")
    suffix = path.suffix.lower()
    if suffix == ".mhclo":
        return import_proxy(
            read_mhclo(path), category, item_id=item_id, path=path, layer=told.layer
        )
    if suffix in (".glb", ".gltf"):
        raw = read_gltf(path)
    elif suffix == ".obj":
        raw = read_obj(path)
    else:
        raise ImportError3D(
            f"{path} is not a kind of garment that is read.",
            remedy="Give a .glb, .gltf, .obj or .mhclo file.",
        )
    _refuse_many(raw, path)
    report = ImportReport(
        lost=[line for line in (*raw.lost, *raw.approximated) if line != LOST_SKELETON]
    )
    parts = _bound(raw, path, category, report, told=told)
    layer = _layer(category, told.layer, report)
    return _finished(
        parts,
        report,
        raw.credit,
        item_id=item_id,
        path=path,
        layer=layer,
        gap_m=GAP_M[min(layer, 3)],
    )


def import_proxy(
    proxy: Proxy,
    category: Category,
    *,
    item_id: str,
    path: Path,
    layer: int | None = None,
) -> ImportedGarment:
    """A garment that hangs on the base mesh's own vertices. Raises as `import_garment`."""
    report = ImportReport(lost=list(proxy.lost))
    base = BaseBody.load()
    points = proxy.points(base.shape())
    mesh, source = proxy.mesh(points)
    dense = proxy.dense_weights(base)[source]
    report.found.append(
        f"its {len(points):,} vertices hang on the base body; shape and weights follow from there"
    )
    if category in SKIRTS:
        points = mesh.vertices.astype(np.float64)
        dense = hung(points, dense, dress_form(), category=category)
        report.assumed.append("below the waist it hangs around both legs, as skirts do")
    done = mended([mesh], report, path=path)
    parts = [BoundPart(each.mesh, spread(each.mesh, dense[each.kept], SMOOTHING)) for each in done]
    hidden: NDArray[np.bool_] = np.zeros(len(dress_form().points), bool)
    on_body = proxy.hidden[proxy.hidden < len(hidden)]
    hidden[on_body] = True
    if len(on_body):
        report.found.append(f"it hides {len(on_body):,} vertices of the body")
    number = _layer(category, layer, report)
    return _finished(
        parts, report, proxy.credit, item_id=item_id, path=path, layer=number, gap_m=PROXY_GAP_M,
        hidden=hidden,
    )  # fmt: skip


def _bound(
    raw: RawModel,
    path: Path,
    category: Category,
    report: ImportReport,
    *,
    told: GarmentWishes,
) -> Sequence[BoundPart]:
    """The surfaces on our body at rest: by their own skin where they have one, else by their shape."""
    done = mended(raw.meshes, report, path=path)
    if any(raw.origins[each.number].skin is not None for each in done if raw.origins):
        bound = reposed(path, done, raw.origins, report)
        if bound is not None:
            if told.height_mm is not None or told.front is not None or told.up is not None:
                report.assumed.append(
                    "its joints tell size, front and up; --height-mm, --front and --up are not used"
                )
            return bound
    return dressed(
        [each.mesh for each in done],
        category,
        report,
        wishes=StandingWishes(told.height_mm, told.front, told.up),
        path=path,
    )


def _finished(
    parts: Sequence[BoundPart],
    report: ImportReport,
    credit: dict[str, str],
    *,
    item_id: str,
    path: Path,
    layer: int,
    gap_m: float,
    hidden: NDArray[np.bool_] | None = None,
) -> ImportedGarment:
    garment = fitted(_joined(parts), gap_m=gap_m, hidden=hidden)
    if garment.let_out_m > 0.005:
        report.assumed.append(
            f"it was let out by up to {1000 * garment.let_out_m:.0f} mm, so that the body fits in"
        )
    before = sum(len(part.mesh.faces) for part in parts)
    after = sum(len(part.mesh.faces) for part in garment.parts)
    if after < before:
        report.lost.append(
            f"{before - after:,} of {before:,} triangles: cloth under its own cloth, and detail"
        )
    if not garment.hides_body.any():
        report.assumed.append("it covers nothing of the body for certain")
    # What is written must come back vertex for vertex.
    meshes = repaired([part.mesh for part in garment.parts], ImportReport(), path=path)
    if [len(m.vertices) for m in meshes] != [len(p.mesh.vertices) for p in garment.parts]:
        raise ImportError3D(
            f"{path} falls apart when it is fitted to the body.",
            remedy="Check its size and its joints; export it in the pose it was bound in.",
        )
    whole = np.concatenate([part.mesh.vertices for part in garment.parts])
    sizes = {"length_mm": round(1000 * float(np.ptp(whole[:, 1])), 1)}
    return ImportedGarment(
        Imported(Asset(item_id, "standard", meshes), sizes, report, credit), garment, layer
    )


def _joined(parts: Sequence[BoundPart]) -> list[BoundPart]:
    """Surfaces of one material as one, with names that can be file names of nothing else."""
    groups: dict[int, list[BoundPart]] = {}
    for part in parts:
        key = id(part.mesh.material) if part.mesh.color is None else id(part)
        groups.setdefault(key, []).append(part)
    out = []
    for number, group in enumerate(groups.values()):
        name = f"{group[0].mesh.name.rpartition('/')[0] or group[0].mesh.name}-{number}"
        meshes = [replace(part.mesh, name=name) for part in group]
        out.append(BoundPart(joined(meshes)[0], np.concatenate([part.dense for part in group])))
    return out


def _refuse_many(raw: RawModel, path: Path) -> None:
    count = sum(len(mesh.faces) for mesh in raw.meshes)
    if count > MOST_TRIANGLES:
        raise ImportError3D(
            f"{path} has {count:,} triangles; a garment may have {MOST_TRIANGLES:,}.",
            remedy="Decimate it first, best below 40,000 (Blender: the Decimate modifier).",
        )


def _layer(category: Category, wanted: int | None, report: ImportReport) -> int:
    if wanted is not None:
        return wanted
    layer = LAYERS[category]
    report.assumed.append(f"as {category} it lies in layer {layer} from the skin (--layer)")
    return layer
