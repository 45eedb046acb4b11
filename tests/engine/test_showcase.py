"""Items are photographed so that one can see them: folds in black cloth, edges on white."""

from __future__ import annotations

import numpy as np
import pytest

from tryon.engine.showcase import studio_backdrop
from tryon.engine.showroom import Showroom
from tryon.wardrobe.catalogue import Catalogue, bundled_folder

WEIGHTS = np.array([0.2126, 0.7152, 0.0722])


def seen(name: str, variant: str) -> np.ndarray:
    """(N,) luma, 0 to 255, of all that is solid of an item's picture."""
    item = Catalogue.load([bundled_folder()]).item(name)
    with Showroom() as room:
        rgba = room.cutout(item, (240, 240), variant=variant)
    return np.asarray(rgba[rgba[..., 3] > 250][:, :3] @ WEIGHTS)


@pytest.mark.parametrize("name", ["aurelle-biker", "aurelle-tuxedo", "aurelle-coat"])
def test_dark_cloth_shows_its_folds(name: str) -> None:
    item = Catalogue.load([bundled_folder()]).item(name)
    darkest = "charcoal" if name == "aurelle-coat" else "black"
    assert item.variant(darkest) is not None
    luma = seen(name, darkest)
    assert np.quantile(luma, 0.9) > 45
    assert np.quantile(luma, 0.9) - np.quantile(luma, 0.1) > 14


def test_white_cloth_is_not_burnt_out() -> None:
    luma = seen("aurelle-oxford", "white")
    assert np.mean(luma > 252) < 0.15
    assert np.median(luma) > 180


def test_the_backdrop_is_brighter_than_black_cloth_and_darker_than_white() -> None:
    luma = studio_backdrop((240, 240)) @ WEIGHTS
    assert np.median(seen("aurelle-tuxedo", "black")) < luma.min() < luma.max() < 180
