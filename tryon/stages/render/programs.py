"""Our shaders as pyrender programs, compiled once by variant."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from OpenGL import GL
from pyrender.shader_program import ShaderProgram

SHADERS = Path(__file__).parent / "shaders"
BLOCKS = ("PerFrame", "PerDraw")
"""Uniform blocks, in the order of their binding points."""
SAMPLERS = ("base_map", "normal_map", "roughness_map", "studio")
"""Samplers, in the order of their texture units."""

Pass = Literal["mesh", "hide", "coverage"]


class Program(ShaderProgram):  # type: ignore[misc]  # pyrender has no types
    """A program whose blocks and samplers are wired once, so that a draw sets nothing by name.

    pyrender's own looks a uniform up by name on every set, and hides the name that is missing.
    """

    def __init__(self, fragment: Pass, defines: Mapping[str, int]) -> None:
        super().__init__(
            str(SHADERS / "mesh.vert"), str(SHADERS / f"{fragment}.frag"), defines=dict(defines)
        )
        self._add_to_context()
        self._bind()
        for point, block in enumerate(BLOCKS):
            index = GL.glGetUniformBlockIndex(self._program_id, block)
            if index != GL.GL_INVALID_INDEX:
                GL.glUniformBlockBinding(self._program_id, index, point)
        for unit, sampler in enumerate(SAMPLERS):
            location = GL.glGetUniformLocation(self._program_id, sampler)
            if location >= 0:
                GL.glUniform1i(location, unit)

    def _load(self, shader_filename: str) -> str:
        """Read a shader, resolve its includes and put the defines under its version line.

        pyrender's own replaces a define's name wherever the text has it.
        """
        text = re.sub(
            r"^#include (\S+)$",
            lambda found: (SHADERS / found[1]).read_text(encoding="utf-8"),
            Path(shader_filename).read_text(encoding="utf-8"),
            flags=re.MULTILINE,
        )
        version, rest = text.split("\n", 1)
        lines = [f"#define {name} {value}" for name, value in self.defines.items()]
        return "\n".join([version, *lines, rest])


class ProgramCache:
    """Every variant that was asked for, by fragment shader and defines."""

    def __init__(self) -> None:
        self._programs: dict[tuple[Pass, tuple[tuple[str, int], ...]], Program] = {}

    def get(self, fragment: Pass, defines: Mapping[str, int]) -> Program:
        """The program of this variant, compiled when it is new."""
        key = (fragment, tuple(defines.items()))
        if key not in self._programs:
            self._programs[key] = Program(fragment, defines)
        return self._programs[key]
