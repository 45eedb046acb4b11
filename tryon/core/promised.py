"""Packages that others import and never need here, put off until somebody does need them.

MediaPipe imports matplotlib, for a drawing of landmarks, and sounddevice, which looks for microphones:
three quarters of the time that it takes to load.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any


@contextmanager
def put_off(*names: str) -> Iterator[None]:
    """While the block imports, these modules are only promised; who uses one later gets the real one.

    names: parents before their children. What was loaded before is left as it is. Imports outside of
    the block find the real modules.
    """
    promised = {name: _Promised(name) for name in names if name not in sys.modules}
    for name, module in promised.items():
        parent, _, child = name.rpartition(".")
        if parent in promised:
            setattr(promised[parent], child, module)
    sys.modules.update(promised)
    try:
        yield
    finally:
        for name in promised:
            del sys.modules[name]


class _Promised(ModuleType):
    """Loads the module of its name when something in it is asked for."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        # A package, as far as the import of its children goes.
        self.__path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(import_module(self.__name__), name)
