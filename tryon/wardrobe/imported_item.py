"""Writes an imported model as an item of the user's catalogue: a YAML file and a GLB beside it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from tryon.core.errors import CatalogueError
from tryon.core.spaces import Floats
from tryon.media.drafts import write_whole
from tryon.wardrobe.glb_writer import glb_bytes
from tryon.wardrobe.importer import Imported
from tryon.wardrobe.item import Category, Item, Title
from tryon.wardrobe.item_file import read_item

UNKNOWN_LICENCE = "unknown"
_ZH: dict[Category, str] = {
    "eyeglasses": "光学眼镜",
    "sunglasses": "太阳镜",
    "hat": "帽子",
    "headwear": "头饰",
    "earrings": "耳环",
    "necklace": "项链",
    "mask": "面具",
    "tshirt": "T恤",
    "top": "上衣",
    "shirt": "衬衫",
    "knitwear": "针织衫",
    "jacket": "夹克",
    "coat": "大衣",
    "trousers": "长裤",
    "jeans": "牛仔裤",
    "shorts": "短裤",
    "skirt": "半身裙",
    "dress": "连衣裙",
    "gown": "礼服",
    "suit": "套装",
    "shoes": "鞋",
}


@dataclass(frozen=True)
class Label:
    """What the owner says of the item; what is None comes from the file, or is a plain word."""

    title: str | None = None
    title_zh: str | None = None
    brand: str | None = None
    licence: str | None = None
    attribution: str | None = None


def proposed_id(path: Path, title: str | None) -> str:
    """A kebab-case id from a title or a file name; a file called scene or model takes its folder's."""
    stem = path.stem
    if title is None and stem.lower() in ("scene", "model", "untitled", "source"):
        stem = path.resolve().parent.name
    words = re.findall(r"[a-z0-9]+", (title or stem).lower())
    return "-".join(words)[:64].strip("-") or "imported"


def write_item(
    imported: Imported, category: Category, folder: Path, *, label: Label, force: bool = False
) -> tuple[Item, Path]:
    """Write `<id>.yaml` and `<id>.glb` into a folder; the item as it reads from there, and its file.

    Raises CatalogueError when an item of that id is there and `force` does not replace it, OutputError
    when the folder cannot be written to.
    """
    item_id = imported.asset.item_id
    refuse_taken(item_id, folder, force=force)
    path, model = folder / f"{item_id}.yaml", folder / f"{item_id}.glb"
    licence, attribution = _rights(imported, label)
    write_whole(model, glb_bytes(imported.asset.parts, credit=attribution))
    lines = _lines(imported, category, label, licence=licence, attribution=attribution)
    write_whole(path, ("\n".join(lines) + "\n").encode())
    return read_item(path), path


def refuse_taken(item_id: str, folder: Path, *, force: bool) -> None:
    """Raises CatalogueError when a folder has an item of that id and `force` does not replace it."""
    path, model = folder / f"{item_id}.yaml", folder / f"{item_id}.glb"
    if not force and (path.exists() or model.exists()):
        raise CatalogueError(
            f"{path if path.exists() else model} is there already.",
            remedy="Choose another --id, or replace it with --force.",
        )


def _lines(
    imported: Imported, category: Category, label: Label, *, licence: str, attribution: str
) -> list[str]:
    title = titled(imported, category, label)
    asset = imported.asset
    lines = [
        "schema: item.1",
        f"id: {_quoted(asset.item_id)}",
        f"title: {{en: {_quoted(title.en)}, zh: {_quoted(title.zh)}}}",
        f"brand: {_quoted(label.brand or imported.credit.get('author', 'Unknown').partition(' (')[0])}",
        f"category: {category}",
        "sizes:",
        *(f"  {name}: {mm:g}" for name, mm in imported.sizes.items()),
        "model:",
        f"  file: {_quoted(asset.item_id + '.glb')}",
    ]
    if asset.temples is not None:
        lines += [
            "  hinges:",
            f"    left_mm: {_millimetres(asset.temples.left_hinge)}",
            f"    right_mm: {_millimetres(asset.temples.right_hinge)}",
            f"    length_mm: {1000 * asset.temples.length_m:.1f}",
        ]
    if asset.band is not None:
        lines += [
            "  band:",
            f"    half_width_mm: {1000 * asset.band.half_width_m:.2f}",
            f"    half_depth_mm: {1000 * asset.band.half_depth_m:.2f}",
        ]
    source = imported.credit.get("source", "")
    if re.fullmatch(r"https?://\S+", source):
        lines.append(f"link: {_quoted(source)}")
    return [*lines, f"licence: {_quoted(licence)}", f"attribution: {_quoted(attribution)}"]


def titled(imported: Imported, category: Category, label: Label) -> Title:
    """The item's name: as the owner says, as the file says, or by its id."""
    words = imported.asset.item_id.replace("-", " ").capitalize()
    english = label.title or imported.credit.get("title") or words
    return Title(en=_one_line(english), zh=_one_line(label.title_zh or _ZH[category]))


def _rights(imported: Imported, label: Label) -> tuple[str, str]:
    """Licence and attribution; what is unknown is put on the report."""
    credit = imported.credit
    licence = label.licence or credit.get("license", "").partition(" (")[0]
    if not licence:
        licence = UNKNOWN_LICENCE
        imported.report.assumed.append("its licence is unknown; ask its maker (--licence)")
    made_by = credit.get("author", "").partition(" (")[0]
    named = f"“{credit['title']}”" if credit.get("title") else "A model"
    from_where = f" ({credit['source']})" if credit.get("source") else ""
    if label.attribution:
        attribution = label.attribution
    elif made_by:
        attribution = f"{named}{from_where} by {made_by}, {licence}, fitted for try-on"
    else:
        attribution = f"{named}{from_where}, maker unknown"
        imported.report.assumed.append("its maker is unknown (--attribution)")
    return _one_line(licence), _one_line(attribution)


def _one_line(text: str) -> str:
    """At most 200 characters without control characters, as the schema wants it."""
    return " ".join(re.sub(r"[\x00-\x1f]+", " ", text).split())[:200].strip() or "Untitled"


def _quoted(text: str) -> str:
    # A JSON string is a YAML string too, whatever is in it.
    return json.dumps(_one_line(text), ensure_ascii=False)


def _millimetres(point: Floats) -> str:
    return "[" + ", ".join(f"{1000 * float(value):.2f}" for value in point) + "]"
