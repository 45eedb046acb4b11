"""Reads one catalogue file: YAML with line numbers in, an `Item` or an error that says where, out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from tryon.wardrobe.item import ANCHORS, EYEWEAR, ISO_8624, Item
from tryon.wardrobe.recipes import RECIPES, craft, written_parameters
from tryon.wardrobe.yaml_document import Location, Problem, YamlDocument, field_path


def read_item(path: Path, *, thorough: bool = True) -> Item:
    """The item that a file describes, checked as far as it can be without making its geometry.

    thorough: also hold its parameters to its recipe, which must be loaded for that.
    Raises CatalogueError with file, line, field, what was expected, what was found and the remedy.
    """
    document = YamlDocument.read(path)
    try:
        item = Item.model_validate(document.content, context={"folder": path.parent})
    except ValidationError as error:
        raise document.error(told_problems(error)) from error
    problems = [*_file_problems(item, path), *_source_problems(item), *_variant_problems(item)]
    if thorough:
        problems = problems or list(_recipe_problems(item))
    if problems:
        raise document.error(problems)
    return item


def told_problems(error: ValidationError) -> list[Problem]:
    """What does not follow a schema, one problem a field, in a catalogue writer's words."""
    return [_told(each, ()) for each in _deepest(error.errors())]


def _deepest(errors: Sequence[ErrorDetails]) -> list[ErrorDetails]:
    """One error a field: of a union, pydantic reports every member that did not fit."""
    chosen: dict[Location, ErrorDetails] = {}
    for error in errors:
        location = _plain(error["loc"])
        chosen.setdefault(location, {**error, "loc": location})
    return list(chosen.values())


_UNION_TAGS = ("str", "bool", "int", "float", "tuple[float, ...]", "[key]")


def _plain(location: Location) -> Location:
    """A pydantic location without the names of union members."""
    while location and location[-1] in _UNION_TAGS:
        location = location[:-1]
    return location


def _told(error: ErrorDetails, prefix: Location) -> Problem:
    """What pydantic found, in a catalogue writer's words."""
    location = prefix + _plain(error["loc"])
    kind, value = error["type"], error["input"]
    name = str(location[-1]) if location else "the file"
    if kind == "missing":
        return Problem(location, f"a field {name}", "none", f"Add the field {name}.")
    if kind == "extra_forbidden":
        return Problem(
            location,
            "only fields of the schema",
            f"the unknown field {name}",
            f"Correct its spelling or remove {name}; `tryon catalogue --schema` lists the fields.",
        )
    if value is None:
        return Problem(
            location,
            _expectation(error),
            "nothing",
            "Write a value; one that starts with # needs quotes, or YAML takes it for a comment.",
        )
    remedy = f"Correct {field_path(location)}."
    if isinstance(value, bool):
        remedy = (
            "Quote the word if it is meant as text: YAML reads yes, no, on, off as truth values."
        )
    return Problem(location, _expectation(error), _shown(value), remedy)


def _expectation(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    match error["type"]:
        case "string_pattern_mismatch":
            return _PATTERNS.get(context["pattern"], f"text like {context['pattern']}")
        case "literal_error":
            return str(context["expected"])
        case "model_type" | "dict_type" | "mapping_type":
            return "fields with names"
        case "tuple_type":
            return "a list"
    message = error["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    return message[:1].lower() + message[1:]


_PATTERNS = {
    r"^[a-z0-9]+(-[a-z0-9]+)*$": "lower-case words joined by hyphens",
    r"^#[0-9a-fA-F]{6}$": 'a colour like "#1a2b3c"',
    r"^[a-z][a-z0-9_]*_mm$": "a size name that ends in _mm",
    r"^[A-Z]{3}$": "three capital letters of ISO 4217, like EUR",
    r"^https?://[^\s]+$": "a web address that starts with https://",
    r"^[A-Za-z0-9_][A-Za-z0-9_. -]*\.glb$": "the name of a .glb file in the same folder",
    r"^[^\x00-\x1f]*[^\s\x00-\x1f]$": "text on one line that does not end in a blank",
}


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _file_problems(item: Item, path: Path) -> Iterator[Problem]:
    if item.id != path.stem:
        yield Problem(
            ("id",),
            f"the file's name, {path.stem}",
            item.id,
            f"Rename the file to {item.id}.yaml or correct the id.",
        )
    if item.model_path is not None and not item.model_path.is_file():
        yield Problem(
            ("model", "file"),
            f"a file in {path.parent}",
            f"no {item.model_path.name}",
            "Put the model beside the catalogue file, or import it again with `tryon import`.",
        )
    anchors = ANCHORS.get(item.category, ("body",))
    if item.anchor not in anchors:
        yield Problem(
            ("anchor",),
            f"{' or '.join(anchors)} for {item.category}",
            item.anchor,
            "Correct the anchor or leave it out.",
        )
    missing = [size for size in ISO_8624 if size not in item.sizes]
    if item.category in EYEWEAR and item.recipe is not None and missing:
        yield Problem(
            ("sizes",),
            "the frame marking of ISO 8624: " + ", ".join(ISO_8624),
            f"no {' and no '.join(missing)}",
            "Add the sizes in millimetres.",
        )


def _source_problems(item: Item) -> Iterator[Problem]:
    if (item.recipe is None) == (item.model is None):
        yield Problem(
            ("recipe",) if item.recipe else (),
            "either recipe or model",
            "both" if item.recipe else "neither",
            "Say where the geometry comes from: a recipe, or a model file of `tryon import`.",
        )
    elif item.recipe is not None and item.recipe.name not in RECIPES:
        yield Problem(
            ("recipe", "name"),
            f"one of {', '.join(RECIPES)}",
            item.recipe.name,
            "Correct the recipe's name.",
        )


def _variant_problems(item: Item) -> Iterator[Problem]:
    names = [variant.name for variant in item.variants]
    for index, variant in enumerate(item.variants):
        where: Location = ("variants", index)
        if variant.name in names[:index]:
            yield Problem(
                (*where, "name"), "a name of its own", variant.name, "Name each variant once."
            )
        if variant.parameters and item.recipe is None:
            yield Problem(
                (*where, "parameters"), "finishes for a model", "parameters", "Use finishes."
            )
        if variant.finishes and item.model is None:
            yield Problem(
                (*where, "finishes"), "parameters for a recipe", "finishes", "Use parameters."
            )


def _recipe_problems(item: Item) -> Iterator[Problem]:
    """What the recipe itself says to the parameters of every variant."""
    if item.recipe is None:
        return
    schema = craft(item.recipe.name).parameters
    seen: set[Location] = set()
    for index, variant in enumerate(item.variants):
        written = written_parameters(item, variant.name)
        try:
            schema.model_validate(dict(written))
        except ValidationError as error:
            for problem in _deepest(error.errors()):
                prefix = _home(item, variant.parameters, index, problem["loc"])
                told = _told(problem, prefix)
                if told.location not in seen:
                    seen.add(told.location)
                    yield told


def _home(item: Item, own: Mapping[str, object], index: int, location: Location) -> Location:
    """Where a recipe's parameter is written: at the variant, at the recipe, or among the sizes."""
    assert item.recipe is not None
    name = location[0] if location else ""
    if name in own:
        return ("variants", index, "parameters")
    if name in item.sizes and name not in item.recipe.parameters:
        return ("sizes",)
    return ("recipe", "parameters")
