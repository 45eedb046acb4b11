"""Reads MakeHuman clothes: `.mhclo` with its `.obj` and `.mhmat` beside it.

The format is described in MakeHuman's documentation ("mhclo file format"); numbers of the base mesh
are those of `hm08`, lengths are decimetres.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tryon.core.errors import ImportError3D
from tryon.core.spaces import Floats
from tryon.wardrobe.alterations.beside import inside, numbered_lines
from tryon.wardrobe.alterations.mhmat import read_mhmat
from tryon.wardrobe.alterations.proxy import Proxy, Scale

BASE_VERTICES = 19158
AXES = ("x_scale", "y_scale", "z_scale")


@dataclass
class _Clothes:
    """What an .mhclo file says, line by line."""

    words: dict[str, str] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    rows: list[list[float]] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    scales: dict[str, Scale] = field(default_factory=dict)


def read_mhclo(path: Path) -> Proxy:
    """The garment of an .mhclo file.

    Raises ImportError3D, naming file and line, for a file that is broken or lacks its .obj; a missing
    material or texture is told in `lost`.
    """
    clothes = _parse(path)
    rows = np.zeros((len(clothes.rows), 9))
    for number, row in enumerate(clothes.rows):
        rows[number, : len(row)] = row
    obj = _beside(path, clothes.words.get("obj_file", f"{path.stem}.obj"))
    count, uv, faces, uv_faces = _read_obj(obj)
    if len(rows) != count:
        raise ImportError3D(
            f"{path} binds {len(rows)} vertices, but {obj.name} has {count}.",
            remedy="Take both files from the same package.",
        )
    lost: list[str] = []
    material = read_mhmat(path, clothes.words.get("material"), lost)
    x, y, z = (clothes.scales.get(axis) for axis in AXES)
    return Proxy(
        clothes.words.get("name", path.stem),
        rows[:, :3].astype(np.int64),
        rows[:, 3:6],
        rows[:, 6:],
        (x, y, z),
        np.array(sorted(set(clothes.hidden)), np.int64),
        uv,
        faces,
        uv_faces,
        material,
        _credit(clothes),
        tuple(clothes.tags),
        tuple(lost),
    )


def _credit(clothes: _Clothes) -> dict[str, str]:
    words = clothes.words
    pairs = {
        "title": words.get("name", ""),
        "author": words.get("author", ""),
        "license": words.get("license", ""),
        "source": words.get("homepage", ""),
    }
    return {name: word for name, word in pairs.items() if word}


def _parse(path: Path) -> _Clothes:
    out = _Clothes()
    section = ""
    for number, line in numbered_lines(path):
        words = line.split()
        if words[0] == "#":
            words = words[1:]
            # Licence and author stand in comments as often as in fields.
            if not words or words[0] not in ("license", "author", "homepage"):
                continue
        key = words[0].rstrip(":").lower()
        try:
            if key == "verts":
                section = "verts"
            elif key == "delete_verts":
                section = "delete"
            elif key[0].isalpha():
                section = ""
                _field(out, key, words[1:])
            elif section == "verts":
                out.rows.append(_binding(words))
            elif section == "delete":
                out.hidden += _numbers(words)
        except (ValueError, IndexError) as error:
            raise ImportError3D(
                f"{path}:{number}: expected {_expected(section, key)}, found {line[:60]!r}.",
                remedy="Export the clothes again from MakeClothes.",
            ) from error
    if not out.rows:
        raise ImportError3D(
            f"{path} binds no vertices: it has no `verts` section.",
            remedy="Export the clothes again from MakeClothes.",
        )
    return out


def _expected(section: str, key: str) -> str:
    if section == "verts":
        return (
            f"one vertex of the base mesh (below {BASE_VERTICES}), or three with shares and offsets"
        )
    if section == "delete":
        return "numbers of vertices such as 12 - 34"
    return f"two vertices and a distance after {key}"


def _field(out: _Clothes, key: str, words: list[str]) -> None:
    if key in AXES:
        start, end, made = _vertex(words[0]), _vertex(words[1]), float(words[2])
        if not np.isfinite(made) or made <= 1e-6:
            raise ValueError(words[2])
        out.scales[key] = Scale(start, end, made)
    elif key == "tag":
        out.tags.append(" ".join(words).lower())
    elif key == "basemesh" and words and words[0].lower() != "hm08":
        raise ValueError(words[0])
    elif words:
        out.words.setdefault(key, " ".join(words))


def _binding(words: list[str]) -> list[float]:
    """Three vertices, three shares, three offsets; one vertex alone is that vertex itself."""
    if len(words) == 1:
        return [_vertex(words[0]), 0, 0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    if len(words) not in (6, 9):
        raise ValueError(words)
    numbers = [float(word) for word in words[3:]]
    if not np.isfinite(numbers).all():
        raise ValueError(words)
    return [*(float(_vertex(word)) for word in words[:3]), *numbers]


def _numbers(words: list[str]) -> list[int]:
    """`1 3 - 5` as 1, 3, 4, 5."""
    out: list[int] = []
    is_range = False
    for word in words:
        if word == "-":
            is_range = True
            continue
        number = _vertex(word)
        out += range(out[-1] + 1, number + 1) if is_range else [number]
        is_range = False
    return out


def _vertex(word: str) -> int:
    number = int(word)
    if not 0 <= number < BASE_VERTICES:
        raise ValueError(word)
    return number


def _read_obj(
    path: Path,
) -> tuple[int, Floats, NDArray[np.int64], NDArray[np.int64]]:
    """Count of vertices, (T, 2) texture coordinates, (F, 3) corners in both. Vertices stay as they are
    numbered: the binding counts on that."""
    count, uv = 0, []
    faces: list[list[int]] = []
    uv_faces: list[list[int]] = []
    for number, line in numbered_lines(path):
        kind, *words = line.split()
        try:
            if kind == "v":
                count += 1
            elif kind == "vt":
                uv.append([float(words[0]), float(words[1])])
            elif kind == "f":
                corners = [word.split("/") for word in words]
                at = [_index(c[0], count) for c in corners]
                texture = [_index(c[1], len(uv)) if len(c) > 1 and c[1] else 0 for c in corners]
                for k in range(1, len(at) - 1):
                    faces.append([at[0], at[k], at[k + 1]])
                    uv_faces.append([texture[0], texture[k], texture[k + 1]])
        except (ValueError, IndexError) as error:
            raise ImportError3D(
                f"{path}:{number}: found {line[:60]!r}, which is no line of an OBJ file.",
                remedy="Export it again.",
            ) from error
    if not faces:
        raise ImportError3D(f"{path} has no faces.", remedy="Export the clothes again.")
    return (
        count,
        np.array(uv or [[0.0, 0.0]]),
        np.array(faces, np.int64),
        np.array(uv_faces, np.int64),
    )


def _index(word: str, count: int) -> int:
    """OBJ counts from 1, or backwards from −1."""
    number = int(word)
    number = number - 1 if number > 0 else count + number
    if not 0 <= number < count:
        raise ValueError(word)
    return number


def _beside(path: Path, name: str) -> Path:
    found = inside(path, name)
    if found is None or not found.is_file():
        raise ImportError3D(
            f"{path} needs {name}, which is not beside it.",
            remedy="Keep the .mhclo, .obj, .mhmat and textures of one garment in one folder.",
        )
    return found
