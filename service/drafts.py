"""Models that brands have uploaded: drafts until they are published into the catalogue."""

from __future__ import annotations

import json
import re
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tryon
from service.sandbox import ImportLimits, import_apart

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MOST_DRAFTS = 20
REPORT = "report.json"


@dataclass(frozen=True)
class Draft:
    """One upload of a brand. report: found, assumed and lost, as the import told it."""

    item: tryon.Item
    path: Path
    report: dict[str, list[str]]


class Drafts:
    """Each brand has a folder of its own beside the catalogue; ids are checked before they name a file."""

    def __init__(self, catalogue_dir: Path, limits: ImportLimits) -> None:
        self._catalogue_dir = catalogue_dir
        self._limits = limits

    def of(self, brand: str) -> list[Draft]:
        """All drafts of a brand, by id."""
        folder = self._folder(brand)
        return [self._read(path) for path in sorted(folder.glob("*/*.yaml"))]

    def one(self, brand: str, item_id: str) -> Draft | None:
        """One draft, or None."""
        if not _ID.fullmatch(item_id) or len(item_id) > 64:
            return None
        path = self._folder(brand) / item_id / f"{item_id}.yaml"
        return self._read(path) if path.is_file() else None

    def add(
        self, brand: str, model: bytes, wishes: Mapping[str, Any], *, taken: Mapping[str, object]
    ) -> Draft:
        """Import an upload in a process apart. Raises ImportError3D, and CatalogueError for an id that is
        taken or none, or when the brand has too many drafts."""
        item_id = str(wishes["item_id"])
        if not _ID.fullmatch(item_id) or len(item_id) > 64:
            raise tryon.CatalogueError(
                f"{item_id[:80]!r} cannot be an id.",
                remedy="Use lower-case words joined by hyphens, for example my-hat.",
            )
        folder = self._folder(brand) / item_id
        if item_id in taken or folder.exists():
            raise tryon.CatalogueError(
                f"There is an item {item_id} already.", remedy="Choose another id."
            )
        if len(self.of(brand)) >= MOST_DRAFTS:
            raise tryon.CatalogueError(
                f"There are {MOST_DRAFTS} drafts already.", remedy="Publish or delete some."
            )
        work = self._folder(brand) / f".{secrets.token_hex(8)}"
        work.mkdir(parents=True)
        try:
            upload = work / "upload.glb"
            upload.write_bytes(model)
            report = import_apart(upload, work, {**wishes, "brand": brand}, self._limits)
            upload.unlink()
            (work / REPORT).write_text(json.dumps(report), "utf-8")
            work.rename(folder)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        return self._read(folder / f"{item_id}.yaml")

    def adjust(self, draft: Draft, changes: Mapping[str, object]) -> Draft:
        """Change its fit or its words. Raises CatalogueError."""
        if "brand" in changes:
            raise tryon.CatalogueError("The brand is the token's.", remedy="Leave brand out.")
        tryon.adjust_item(draft.path, changes)
        return self._read(draft.path)

    def publish(self, draft: Draft) -> None:
        """Move it into the catalogue, the model first, so that no worker reads half an item."""
        model = draft.item.model_path
        assert model is not None
        self._catalogue_dir.mkdir(parents=True, exist_ok=True)
        for path in (model, draft.path):
            shutil.copy2(path, self._catalogue_dir / f".{path.name}")
            (self._catalogue_dir / f".{path.name}").rename(self._catalogue_dir / path.name)
        self.delete(draft)

    def delete(self, draft: Draft) -> None:
        """Throw it away."""
        shutil.rmtree(draft.path.parent, ignore_errors=True)

    def published(self, brand: str) -> list[tryon.Item]:
        """What of the brand is in the catalogue."""
        if not self._catalogue_dir.is_dir():
            return []
        items = tryon.Catalogue.load([self._catalogue_dir]).items.values()
        return [item for item in items if item.brand == brand]

    def withdraw(self, item: tryon.Item) -> None:
        """Take a published item out of the catalogue."""
        (self._catalogue_dir / f"{item.id}.yaml").unlink(missing_ok=True)
        (self._catalogue_dir / f"{item.id}.glb").unlink(missing_ok=True)

    def _folder(self, brand: str) -> Path:
        # A brand's name is the operator's word, but it becomes a folder: letters and digits only.
        return self._catalogue_dir / ".drafts" / re.sub(r"[^A-Za-z0-9]+", "-", brand)

    def _read(self, path: Path) -> Draft:
        item = tryon.Catalogue.load([path.parent]).item(path.stem)
        return Draft(item, path, json.loads((path.parent / REPORT).read_text("utf-8")))
