"""A YAML file with the line of every field, and the errors that name them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tryon.core.errors import CatalogueError

MOST_BYTES = 256 * 1024
"""A catalogue file longer than this is something else."""
MOST_PROBLEMS = 6
"""So many problems of one file are told at once."""

Location = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in a file: where (field path), what was expected, what was found."""

    location: Location
    expected: str
    found: str
    remedy: str = ""


class _UniqueKeyLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the same in C
    """Refuses a key that is written twice (YAML would silently take the last)."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"the field {key.value} is written twice",
                    problem_mark=key.start_mark,
                )
            seen.add(key.value)
        made: dict[Any, Any] = super().construct_mapping(node, deep)
        return made


@dataclass(frozen=True)
class YamlDocument:
    """One file as it was written.

    root: its node tree with positions; content: the plain values, None for an empty file.
    """

    path: Path
    root: yaml.Node | None
    content: object

    @classmethod
    def read(cls, path: Path) -> YamlDocument:
        """Read and parse a file. Raises CatalogueError with file, line and remedy."""
        try:
            raw = path.read_bytes()
        except OSError as error:
            raise CatalogueError(
                f"Cannot read {path}: {error.strerror}.", remedy="Check the file's permissions."
            ) from error
        if len(raw) > MOST_BYTES:
            raise CatalogueError(
                f"{path} is {len(raw) // 1024} kB long; a catalogue file has at most "
                f"{MOST_BYTES // 1024}.",
                remedy="Describe one item a file.",
            )
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            raise CatalogueError(
                f"{path}:{line}: expected UTF-8, found the byte {raw[error.start]:#04x}.",
                remedy="Save the file as UTF-8.",
            ) from error
        return cls._parse(path, text)

    @classmethod
    def _parse(cls, path: Path, text: str) -> YamlDocument:
        loader = _UniqueKeyLoader(text)
        try:
            _refuse_aliases(text)
            root = loader.get_single_node()
            content = None if root is None else loader.construct_document(root)
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            raise _broken(path, error) from error
        finally:
            loader.dispose()
        return cls(path, root, content)

    def error(self, problems: Sequence[Problem]) -> CatalogueError:
        """All problems of the file as one error; the first one's remedy leads."""
        lines = [
            f"{self.path}:{self.line(p.location)}: {field_path(p.location)}: "
            f"expected {p.expected}, found {p.found}."
            for p in problems[:MOST_PROBLEMS]
        ]
        if len(problems) > MOST_PROBLEMS:
            lines.append(f"… and {len(problems) - MOST_PROBLEMS} more.")
        remedies = [p.remedy for p in problems[:MOST_PROBLEMS] if p.remedy]
        remedy = remedies[0] if remedies else "Correct the file."
        return CatalogueError("\n".join(lines), remedy=remedy)

    def line(self, location: Location) -> int:
        """The line of a field, or of the innermost one around it that is written."""
        node = self.root
        if node is None:
            return 1
        line = node.start_mark.line
        for step in location:
            found = _child(node, step)
            if found is None:
                break
            key, node = found
            line = key.start_mark.line
        return int(line) + 1


def _refuse_aliases(text: str) -> None:
    """A few of them in each other can stand for billions of values."""
    for event in yaml.parse(text, _UniqueKeyLoader):
        if isinstance(event, yaml.AliasEvent):
            raise yaml.MarkedYAMLError(
                problem="aliases are not used in catalogue files",
                problem_mark=event.start_mark,  # type: ignore[arg-type]  # like the one in Python
            )


def _child(node: yaml.Node, step: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """The node where a field's name stands, and the node of its value."""
    if isinstance(node, yaml.MappingNode):
        return next(((k, v) for k, v in node.value if k.value == str(step)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    return None


def _broken(path: Path, error: Exception) -> CatalogueError:
    mark = getattr(error, "problem_mark", None)
    where = f"{path}:{mark.line + 1}" if mark is not None else f"{path}:1"
    what = getattr(error, "problem", None) or str(error).partition("\n")[0] or type(error).__name__
    return CatalogueError(
        f"{where}: expected YAML, but {what}.",
        remedy="Mind indentation, quotes and colons; every field stands once.",
    )


def field_path(location: Location) -> str:
    """`variants[1].title.en`, or the whole file."""
    if not location:
        return "the file"
    words = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in location]
    return "".join(words).removeprefix(".")
