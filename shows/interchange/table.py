"""The run of show as a table for spreadsheets (CSV, RFC 4180), out and in."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from pydantic import ValidationError

from shows.script.schema import Entry, Script
from tryon import InputError

COLUMNS = (
    "order",
    "id",
    "act",
    "look",
    "model",
    "casting",
    "segment",
    "at",
    "pose",
    "hold",
    "notes",
)
_NEEDED = ("look", "model")


def write_table(script: Script) -> str:
    """One line for each look. With a byte order mark, or spreadsheets take Chinese for Latin."""
    out = io.StringIO()
    table = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    table.writeheader()
    for number, entry in enumerate(script.run_of_show, start=1):
        fields = entry.model_dump(mode="json", exclude_unset=True, exclude_none=True)
        casting = script.models[entry.model].casting
        table.writerow({**fields, "order": number, "casting": casting})
    return "\ufeff" + out.getvalue()


def read_table(text: str, script: Script, *, name: str = "the table") -> Script:
    """The script with the run of show of a table, in the table's order.

    A new model is added with its casting. Raises InputError with line and column, what was expected and
    the remedy.
    """
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), restkey="…")
    header = [field.strip().lower() for field in rows.fieldnames or ()]
    rows.fieldnames = header
    for column in _NEEDED:
        if column not in header:
            raise InputError(
                f"{name}:1: the column {column} is missing.",
                remedy=f"Keep the first line: {', '.join(COLUMNS)}.",
            )
    models = {key: part.model_dump(exclude_unset=True) for key, part in script.models.items()}
    entries = []
    for row in rows:
        where = f"{name}:{rows.line_num}"
        cells = {key: value.strip() for key, value in row.items() if isinstance(value, str)}
        if any(cells.values()):
            entries.append(_entry(cells, where))
            _cast(models, entries[-1].model, cells.get("casting", ""), where)
    if not entries:
        raise InputError(f"{name} holds no looks.", remedy="Write one line for each look.")
    document = script.model_dump(by_alias=True, exclude_unset=True)
    document |= {
        "models": models,
        "run_of_show": [e.model_dump(exclude_unset=True) for e in entries],
    }
    return Script.model_validate(document)


def _entry(cells: Mapping[str, str], where: str) -> Entry:
    fields = {key: value for key, value in cells.items() if key in Entry.model_fields and value}
    try:
        return Entry.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        column = str(first["loc"][0])
        found = cells.get(column) or "nothing"
        expected = first["msg"].removeprefix("Value error, ")
        if first["type"] == "string_pattern_mismatch":
            expected = "lower-case words joined by hyphens, as left-bank"
        raise InputError(
            f"{where}: column {column}: expected {expected}, found {found}.",
            remedy=f"Correct the cell {column} in this line.",
        ) from error


def _cast(models: dict[str, dict[str, object]], model: str, casting: str, where: str) -> None:
    if casting:
        models.setdefault(model, {})["casting"] = casting
    elif model not in models:
        raise InputError(
            f"{where}: the model {model} is new and has no casting.",
            remedy="Fill in the column casting, or name a model of the script.",
        )
