"""Fingerprints of what comes out of a stage: equal for equal bits, whatever holds them."""

from __future__ import annotations

import dataclasses
import hashlib
import struct
import weakref
from collections.abc import Mapping, Sequence, Set
from enum import Enum

import numpy as np

from tryon.core.mesh import Mesh

DIGEST_BYTES = 12


class Digester:
    """Hashes values; a mesh is hashed once for as long as it lives."""

    def __init__(self) -> None:
        self._meshes: weakref.WeakKeyDictionary[Mesh, bytes] = weakref.WeakKeyDictionary()

    def digest(self, value: object) -> str:
        """Hexadecimal BLAKE2b of every number, text and array in a tree of values."""
        hasher = hashlib.blake2b(digest_size=DIGEST_BYTES)
        self._feed(hasher, value)
        return hasher.hexdigest()

    def _feed(self, hasher: hashlib.blake2b, value: object) -> None:
        if isinstance(value, Mesh):
            hasher.update(self._mesh(value))
        elif isinstance(value, np.ndarray):
            hasher.update(f"a{value.dtype.str}{value.shape}".encode())
            hasher.update(np.ascontiguousarray(value).data)
        elif isinstance(value, Enum):
            self._feed(hasher, value.value)
        elif value is None or isinstance(value, (bool, int, str, np.integer)):
            hasher.update(f"{type(value).__name__[0]}{value};".encode())
        elif isinstance(value, (float, np.floating)):
            hasher.update(struct.pack("<d", float(value)))
        elif dataclasses.is_dataclass(value):
            self._fields(hasher, value)
        elif isinstance(value, Mapping):
            for key in sorted(value, key=str):
                self._feed(hasher, key)
                self._feed(hasher, value[key])
        elif isinstance(value, Set):
            self._feed(hasher, sorted(value, key=str))
        elif isinstance(value, Sequence):
            hasher.update(f"({len(value)}".encode())
            for each in value:
                self._feed(hasher, each)
        else:
            raise TypeError(f"{type(value).__name__} has no digest")

    def _fields(self, hasher: hashlib.blake2b, value: object) -> None:
        hasher.update(type(value).__name__.encode())
        for field in dataclasses.fields(value):  # type: ignore[arg-type]  # the caller asked
            self._feed(hasher, getattr(value, field.name))

    def _mesh(self, mesh: Mesh) -> bytes:
        known = self._meshes.get(mesh)
        if known is None:
            hasher = hashlib.blake2b(digest_size=DIGEST_BYTES)
            self._fields(hasher, mesh)
            known = self._meshes[mesh] = hasher.digest()
        return known
