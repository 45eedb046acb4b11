"""Finished measures of every cut in every size: a shipped table, as grading all of them takes long."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tryon.supplies import assets_dir
from tryon.wardrobe.sizes import WOMEN
from tryon.wardrobe.tailor.wardrobe import CUTS, baked_garment, digest_of

Sizes = Mapping[str, Mapping[str, float]]
"""Size → measure → millimetres."""


def chart_path() -> Path:
    """Where the table that comes with the project lies."""
    return assets_dir() / "garments" / "sizes.json"


def finished_sizes(cut: str) -> Sizes:
    """Finished measures of a cut by size, smallest first; empty when its recipe was changed since they
    were taken (`tryon tailor sizes --write`). Raises KeyError for an unknown cut."""
    CUTS[cut]
    digest, sizes = _chart().get(cut, ("", {}))
    return sizes if digest == digest_of(cut) else {}


def measured_sizes(cut: str) -> Sizes:
    """The same, from garments that are baked now where they never were: half a minute."""
    return {
        size: {
            name: round(1000 * metres, 1)
            for name, metres in baked_garment(cut, size=size).finished.items()
        }
        for size in WOMEN
    }


def write_chart(found: Mapping[str, Sizes]) -> Path:
    """Put these cuts' measures into the table, keeping the others'; returns where it lies."""
    kept = {cut: entry for cut, entry in _chart().items() if cut in CUTS}
    new = {cut: (digest_of(cut), sizes) for cut, sizes in found.items()}
    document = {
        cut: {"recipe": digest, "sizes_mm": sizes}
        for cut, (digest, sizes) in sorted({**kept, **new}.items())
    }
    path = chart_path()
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    _chart.cache_clear()
    return path


@cache
def _chart() -> Mapping[str, tuple[str, Sizes]]:
    """Cut → digest of the recipe that was measured, and its sizes."""
    try:
        document = json.loads(chart_path().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {cut: (str(entry["recipe"]), entry["sizes_mm"]) for cut, entry in document.items()}
