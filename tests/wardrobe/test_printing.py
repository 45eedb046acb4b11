"""A shopper's picture on a catalogue's garment, from the catalogue file and from the command line."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from tryon.core.errors import CatalogueError, InputError, UnknownItemError
from tryon.wardrobe.catalogue import Catalogue
from tryon.wardrobe.fabrics.prints import Print
from tryon.wardrobe.load_garment import load_garment
from tryon.wardrobe.printing import with_prints

TEE = """
schema: item.1
id: test-tee
title: {en: Tee, zh: 上衣}
brand: Test
category: tshirt
recipe:
  name: garment
  parameters: {cut: tee, cloth: poplin, print: roses.png, print_cm: 12}
variants:
  - {name: roses, title: {en: Roses, zh: 玫瑰}}
  - {name: plain, title: {en: Lines, zh: 线}, parameters: {print: lines.png}}
licence: CC0-1.0
attribution: nobody
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "test-tee.yaml").write_text(TEE, encoding="utf-8")
    for name, level in (("roses.png", 200), ("lines.png", 60), ("own.png", 20)):
        cv2.imwrite(str(tmp_path / name), np.full((50, 100, 3), level, np.uint8))
    return tmp_path


def shade(catalogue: Catalogue, variant: str) -> float:
    """Mean level of what the tee is made of."""
    for part in load_garment(catalogue.item("test-tee"), variant).parts:
        if part.mesh.name == "cloth":
            assert part.mesh.material.base_color_texture is not None
            return float(part.mesh.material.base_color_texture.mean())
    raise AssertionError("there is no cloth")


def test_print_lies_beside_its_catalogue_file(folder: Path) -> None:
    catalogue = Catalogue.load([folder])
    assert shade(catalogue, "roses") == pytest.approx(190, abs=15)
    assert shade(catalogue, "plain") == pytest.approx(57, abs=6)


def test_levels_of_detail_share_one_print(folder: Path) -> None:
    garment = load_garment(Catalogue.load([folder]).item("test-tee"), "roses")
    seen = {
        id(part.mesh.material.base_color_texture)
        for level in garment.levels
        for part in level
        if part.mesh.name == "cloth"
    }
    assert len(garment.levels) > 1
    assert len(seen) == 1


def test_missing_print_is_named(folder: Path) -> None:
    (folder / "roses.png").unlink()
    with pytest.raises(InputError, match=r"roses\.png"):
        load_garment(Catalogue.load([folder]).item("test-tee"), "roses")


def test_shopper_s_print_goes_on_every_variant(folder: Path) -> None:
    catalogue = Catalogue.load([folder])
    printed = with_prints(catalogue, {"test-tee": Print(folder / "own.png", 40.0)})
    assert shade(printed, "roses") == shade(printed, "plain") < 30
    assert shade(catalogue, "plain") > 40


def test_without_prints_the_catalogue_is_as_it_was(folder: Path) -> None:
    catalogue = Catalogue.load([folder])
    assert dict(with_prints(catalogue, {}).items) == dict(catalogue.items)


def test_only_garments_by_recipe_can_be_printed(folder: Path) -> None:
    with pytest.raises(CatalogueError, match="aurelle-fedora"):
        with_prints(Catalogue.load(), {"aurelle-fedora": Print(folder / "own.png")})
    with pytest.raises(UnknownItemError, match="toga"):
        with_prints(Catalogue.load(), {"toga": Print(folder / "own.png")})
