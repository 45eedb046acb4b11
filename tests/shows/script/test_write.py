"""Scripts are written so that reading gives the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from shows.script import read_script
from shows.script.expand import expanded
from shows.script.read import bundled_scripts
from shows.script.write import retimed, script_text
from tests.shows.programmes import script_of


@pytest.mark.parametrize("name", sorted(bundled_scripts()))
def test_a_written_script_reads_as_the_same(tmp_path: Path, name: str) -> None:
    script = read_script(name).script
    path = tmp_path / f"{name}.yaml"
    path.write_text(script_text(script), encoding="utf-8")
    assert read_script(path).script == script


def test_a_cue_of_the_run_of_show_that_is_moved_becomes_one_of_the_script(tmp_path: Path) -> None:
    script = script_of(tmp_path, "run_of_show:\n  - {look: gala, model: ada}\n").script
    moved = retimed(script, expanded(script), {"gala-card": (12.5, 3.0), "of-nobody": (1.0, None)})
    (card,) = moved.cues
    assert (card.id, str(card.at), str(card.duration)) == ("gala-card", "12.5", "3.0 s")
    assert len(expanded(moved)) == len(expanded(script))
