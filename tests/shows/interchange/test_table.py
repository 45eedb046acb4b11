"""The run of show goes through a spreadsheet and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from shows.interchange.table import COLUMNS, read_table, write_table
from shows.script import read_script
from tests.shows.programmes import script_of
from tryon import InputError

RUN = (
    "run_of_show:\n"
    "  - {look: gala, model: ada, at: 4:1, hold: 6 beats, notes: 'Slow, \"very\" slow; 慢'}\n"
    "  - {look: riviera, model: bo, id: sea, segment: drop, pose: bow}\n"
)


def test_a_table_gives_back_the_run_of_show(tmp_path: Path) -> None:
    for script in (script_of(tmp_path, RUN).script, read_script("maison").script):
        text = write_table(script)
        assert text.startswith("\ufefforder,id,")
        assert read_table(text, script) == script
        assert read_table(text.replace("\r\n", "\n"), script) == script


def test_rows_are_taken_in_their_order_and_new_models_with_their_casting(tmp_path: Path) -> None:
    script = script_of(tmp_path, RUN).script
    table = "look,model,casting,notes\nriviera,bo,gold,\n,,,\ngala,eve,ivory,new\n"
    again = read_table(table, script)
    assert [(e.look, e.model) for e in again.run_of_show] == [("riviera", "bo"), ("gala", "eve")]
    assert again.models["eve"].casting == "ivory"
    assert again.models["ada"] == script.models["ada"]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("look,casting\ngala,gold\n", "run.csv:1: the column model is missing"),
        ("look,model\nGala Dress,ada\n", "run.csv:2: column look: expected lower-case .* found Gala Dress"),
        ("look,model,at\ngala,ada,\ngala,ada,later!\n", r"run.csv:3: column at: expected seconds \(12.5\)"),
        ("look,model\ngala,eve\n", "run.csv:2: the model eve is new and has no casting"),
        ("look,model\ngala,\n", "run.csv:2: column model: expected .* found nothing"),
        (",".join(COLUMNS) + "\n", "run.csv holds no looks"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_told_by_line_and_column(tmp_path: Path, table: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read_table(table, script_of(tmp_path, RUN).script, name="run.csv")
    assert caught.value.remedy
