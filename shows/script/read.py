"""Reads a script: YAML with line numbers in, a `Script` or an error that says where, out."""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from shows.script.errors import ScriptError
from shows.script.schema import Script, Slug
from tryon import CatalogueError, Problem, YamlDocument

SCHEMA_HINT = "`tryon show schema` lists the fields"
_CLOCK_LIKE = re.compile(r"\d+:\d+(?:\.\d+)?")
_PATTERNS = {
    "^[a-z][a-z0-9]*(-[a-z0-9]+)*$": "lower-case words joined by hyphens, as gala-walk",
    "^#[0-9a-fA-F]{6}$": 'a colour like "#1a2b3c"',
}
Location = tuple[str | int, ...]


@dataclass(frozen=True)
class ScriptFile:
    """A script and the file it came from, for errors that name a line."""

    script: Script
    path: Path
    document: YamlDocument

    @property
    def folder(self) -> Path:
        return self.path.parent

    def line_of(self, name: str) -> int:
        """The line of a cue (of the run of show, for those that it brings), an act, a segment or a model."""
        return int(self.document.line(self._location(name)))

    def _location(self, name: str) -> Location:
        for index, cue in enumerate(self.script.cues):
            if (cue.id or f"{cue.cue}-{index + 1}") == name:
                return ("cues", index)
        for index, entry in enumerate(self.script.run_of_show):
            if name.startswith(f"{entry.id or entry.look}-"):
                return ("run_of_show", index)
        for index, act in enumerate(self.script.acts):
            if act.id == name:
                return ("acts", index)
        if name in self.script.music.segments:
            return ("music", "segments", name)
        if name in self.script.models:
            return ("models", name)
        return (name.partition("-")[0],)


def bundled_scripts() -> dict[str, Path]:
    """The scripts that come with the project, by name."""
    folder = Path(__file__).parent.parent / "scripts"
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def read_script(path: Path | str) -> ScriptFile:
    """Read a script file, or a bundled one by its name.

    Raises ScriptError with file, line, field, what was expected, what was found and the remedy.
    """
    known = bundled_scripts()
    file = known.get(str(path), Path(path))
    if not file.is_file():
        raise ScriptError(
            f"There is no script {path}.",
            remedy=f"Correct the path, or name a bundled show: {', '.join(known)}.",
        )
    try:
        document = YamlDocument.read(file)
    except CatalogueError as error:
        raise ScriptError(error.message, remedy=error.remedy) from error
    try:
        script = Script.model_validate(_as_written(document.root, document.content))
    except ValidationError as error:
        raise _error(document, _told(document, error)) from error
    problems = list(_problems(script, file))
    if problems:
        raise _error(document, problems)
    return ScriptFile(script, file, document)


def _error(document: YamlDocument, problems: Sequence[Problem]) -> ScriptError:
    error = document.error(problems)
    return ScriptError(error.message, remedy=error.remedy)


def _as_written(node: yaml.Node | None, content: object) -> object:
    """The content with bar:beat as text: YAML 1.1 takes 4:1 for 241 (sixties)."""
    if isinstance(node, yaml.MappingNode) and isinstance(content, dict):
        children = {key.value: value for key, value in node.value}
        return {key: _as_written(children.get(str(key)), each) for key, each in content.items()}
    if isinstance(node, yaml.SequenceNode) and isinstance(content, list):
        return [_as_written(child, each) for child, each in zip(node.value, content, strict=True)]
    if isinstance(node, yaml.ScalarNode) and _CLOCK_LIKE.fullmatch(node.value):
        return node.value
    return content


def _told(document: YamlDocument, error: ValidationError) -> list[Problem]:
    """What does not follow the schema, one problem a field, in words of the costume room."""
    told: dict[Location, Problem] = {}
    for each in error.errors():
        location = _written_place(each["loc"])
        told.setdefault(location, _problem(location, each))
    return list(told.values())


def _written_place(location: Location) -> Location:
    """A pydantic location without the name of the kind of cue and of mapping keys."""
    if len(location) > 2 and location[0] == "cues":
        location = location[:2] + location[3:]
    return location[:-1] if location and location[-1] == "[key]" else location


def _problem(location: Location, error: ErrorDetails) -> Problem:
    kind, value = error["type"], error["input"]
    context = error.get("ctx", {})
    name = str(location[-1]) if location else "the file"
    if kind == "missing":
        return Problem(location, f"a field {name}", "none", f"Add the field {name}.")
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(name, _FIELDS, n=1)
        hint = f"Did you mean {near[0]}?" if near else f"Remove {name}; {SCHEMA_HINT}."
        return Problem(location, "only fields of a script", f"the unknown field {name}", hint)
    if kind == "union_tag_not_found":
        return Problem(
            (*location, "cue"), "the kind of cue", "none", "Add the field cue, as cue: light."
        )
    if kind == "union_tag_invalid":
        kinds = str(context["expected_tags"]).replace("'", "").split(", ")
        near = difflib.get_close_matches(str(context["tag"]), kinds, n=1)
        hint = f"Did you mean {near[0]}?" if near else "Choose one of these."
        return Problem((*location, "cue"), f"one of {', '.join(kinds)}", str(context["tag"]), hint)
    return Problem(location, _expectation(error), _shown(value), f"Correct {name}.")


def _expectation(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    match error["type"]:
        case "string_pattern_mismatch":
            return _PATTERNS[str(context["pattern"])]
        case "literal_error":
            return str(context["expected"]).replace("'", "")
        case "model_type" | "dict_type" | "mapping_type" | "model_attributes_type":
            return "fields with names"
        case "tuple_type":
            return "a list"
    message = error["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


def _shown(value: object) -> str:
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _fields() -> list[str]:
    names: set[str] = set()
    for part in Script.model_json_schema()["$defs"].values():
        names |= set(part.get("properties", ()))
    return sorted(names | set(Script.model_fields))


_FIELDS = _fields()


def _problems(script: Script, path: Path) -> Iterator[Problem]:
    if script.id != path.stem:
        yield Problem(
            ("id",),
            f"the file's name, {path.stem}",
            script.id,
            "Rename the file or correct the id.",
        )
    if (script.music.name is None) == (script.music.file is None):
        found = "both" if script.music.name else "neither"
        yield Problem(
            ("music",), "either name or file", found, "Name a bundled music, or a file of yours."
        )
    if script.stage.name is not None and script.stage.file is not None:
        yield Problem(("stage",), "either name or file", "both", "Keep one of the two.")
    for part, where in ((script.music, "music"), (script.stage, "stage")):
        if part.file is not None and not (path.parent / part.file).is_file():
            yield Problem(
                (where, "file"), f"a file in {path.parent}", f"no {part.file}",
                "Put the file beside the script, or correct its name.",
            )  # fmt: skip
    yield from _name_problems(script)


def _name_problems(script: Script) -> Iterator[Problem]:
    counted = Counter(cue.id for cue in script.cues if cue.id)
    for index, cue in enumerate(script.cues):
        if cue.id and counted[cue.id] > 1:
            yield Problem(("cues", index, "id"), "a name of its own", cue.id, "Name each cue once.")
        model: Slug | None = getattr(cue, "model", None)
        if model is not None and model not in script.models:
            yield _no_model(("cues", index, "model"), model, script)
    entries = Counter(entry.id or entry.look for entry in script.run_of_show)
    acts = {act.id for act in script.acts}
    for index, entry in enumerate(script.run_of_show):
        where: Location = ("run_of_show", index)
        if entries[entry.id or entry.look] > 1:
            yield Problem(
                (*where, "look"), "each look once", entry.look,
                "Give the second one an id of its own, as id: gala-again.",
            )  # fmt: skip
        if entry.model not in script.models:
            yield _no_model((*where, "model"), entry.model, script)
        if entry.act is not None and entry.act not in acts:
            yield Problem(
                (*where, "act"), f"one of {', '.join(sorted(acts)) or 'no acts'}", entry.act,
                "Correct the act, or add it to acts.",
            )  # fmt: skip


def _no_model(where: Location, model: str, script: Script) -> Problem:
    return Problem(
        where, f"one of {', '.join(script.models)}", model,
        "Correct the name, or add the model to models.",
    )  # fmt: skip
