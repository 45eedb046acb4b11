"""Frozen dataclasses of arrays to bytes and back, every number exact.

A tree of dataclasses, tuples, mappings and arrays becomes two things: its shape as JSON, in which
floats are written so that they read back to the same bits, and the arrays' bytes, one run for each
dtype. Of an array only its place in that run is in the JSON.

File (a zip): `tree.json` = {"schema": "tryon.exact.1", "tree": …}; `<dtype>.planes` = all arrays of one
dtype (numpy's name, little-endian), C order, one after the other, then cut into byte planes: first
every number's byte 0, then every byte 1 …, which compresses far better. An array stands in the tree
as {"array": [dtype, first element, shape]}, a dataclass as {"is": name, field: value, …}, a tuple as a
list, a mapping as {"map": [[key, value], …]}.
"""

from __future__ import annotations

import dataclasses
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from tryon.core.errors import InputError

SCHEMA = "tryon.exact.1"
TREE = "tree.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The date of every member: the same numbers give the same bytes."""

T = TypeVar("T")
Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
Array = NDArray[np.generic]


def pack(value: object) -> bytes:
    """The bytes of a tree of dataclasses, tuples, mappings, arrays and plain values."""
    writer = _Writer()
    tree = writer.tree(value)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        head = json.dumps({"schema": SCHEMA, "tree": tree}, separators=(",", ":"))
        _add(archive, TREE, head.encode())
        for name, parts in sorted(writer.runs.items()):
            run = np.concatenate(parts)
            planes = run.view(np.uint8).reshape(len(run), run.itemsize).T
            _add(archive, f"{name}.planes", np.ascontiguousarray(planes).tobytes())
    return out.getvalue()


def unpack(content: bytes, kind: type[T], *, known: Iterable[type], where: str) -> T:
    """The value that `pack` was given, an instance of `kind`.

    known: the dataclasses that may stand in it; a field that a class has gained since takes its
    default. Raises InputError, which names `where`, for bytes that are not such a file.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            head = json.loads(archive.read(TREE))
            if head["schema"] != SCHEMA:
                raise ValueError(f"its schema is {head['schema']!r}, not {SCHEMA!r}")
            runs = {
                name.removesuffix(".planes"): _run(
                    archive.read(name), np.dtype(name.removesuffix(".planes"))
                )
                for name in archive.namelist()
                if name != TREE
            }
        value = _Reader(runs, {each.__name__: each for each in known}).value(head["tree"])
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, EOFError) as error:
        raise InputError(
            f"{where} does not hold the numbers that it should: {error}.",
            remedy="Record it again, or fetch a whole copy.",
        ) from error
    if not isinstance(value, kind):
        raise InputError(
            f"{where} holds {type(value).__name__}, not {kind.__name__}.",
            remedy="Record it again, or fetch a whole copy.",
        )
    return value


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    member = zipfile.ZipInfo(name, _EPOCH)
    member.compress_type = zipfile.ZIP_LZMA
    member.external_attr = 0o644 << 16
    archive.writestr(member, content)


def _run(content: bytes, dtype: np.dtype[np.generic]) -> Array:
    planes = np.frombuffer(content, np.uint8).reshape(dtype.itemsize, -1)
    return np.ascontiguousarray(planes.T).reshape(-1).view(dtype)


class _Writer:
    """Builds the tree and gathers the arrays."""

    def __init__(self) -> None:
        self.runs: dict[str, list[Array]] = {}
        self._lengths: dict[str, int] = {}

    def tree(self, value: object) -> Json:
        if isinstance(value, np.ndarray):
            return {"array": self._array(value)}
        if isinstance(value, np.generic):
            return self.tree(value.item())
        if value is None or isinstance(value, (bool, int, float, str)):
            return value
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields: dict[str, Json] = {"is": type(value).__name__}
            for field in dataclasses.fields(value):
                fields[field.name] = self.tree(getattr(value, field.name))
            return fields
        if isinstance(value, Mapping):
            return {"map": [[self.tree(key), self.tree(each)] for key, each in value.items()]}
        if isinstance(value, Sequence):
            return [self.tree(each) for each in value]
        raise TypeError(f"{type(value).__name__} cannot be packed")

    def _array(self, array: Array) -> list[Json]:
        plain = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        name = plain.dtype.name
        start = self._lengths.get(name, 0)
        self._lengths[name] = start + plain.size
        self.runs.setdefault(name, []).append(plain.reshape(-1))
        shape: list[Json] = [int(side) for side in array.shape]
        return [name, start, shape]


class _Reader:
    """Builds values from a tree and its runs of arrays."""

    def __init__(self, runs: Mapping[str, Array], known: Mapping[str, type]) -> None:
        self._runs = runs
        self._known = known

    def value(self, tree: Json) -> object:
        if isinstance(tree, list):
            return tuple(self.value(each) for each in tree)
        if not isinstance(tree, dict):
            return tree
        # A dataclass first: its fields may be called anything.
        if "is" in tree:
            kind = self._known[str(tree["is"])]
            return kind(**{name: self.value(each) for name, each in tree.items() if name != "is"})
        if "array" in tree:
            return self._array(tree["array"])
        pairs = cast("list[list[Json]]", tree["map"])
        return {self.value(key): self.value(each) for key, each in pairs}

    def _array(self, place: Json) -> Array:
        dtype, start, shape = cast("tuple[str, int, list[int]]", place)
        size = int(np.prod(shape, dtype=np.int64))
        part = self._runs[dtype][start : start + size]
        if len(part) != size:
            raise ValueError(f"{dtype}.planes ends too early")
        return part.reshape(shape)
