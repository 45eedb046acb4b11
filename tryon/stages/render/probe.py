"""`python -m tryon.stages.render.probe`: make an OpenGL context, print what draws as JSON, end.

A driver that crashes takes only this process with it; `tryon doctor` reads the answer.
"""

from __future__ import annotations

import json
import os


def graphics_answer() -> dict[str, str]:
    """Renderer and version of an OpenGL context made just for the question."""
    os.environ.setdefault("PYOPENGL_PLATFORM", "egl")
    from OpenGL.GL import GL_RENDERER, GL_VERSION, glGetString  # noqa: PLC0415 - after the platform
    from pyrender.platforms.egl import EGLPlatform  # noqa: PLC0415 - after the platform

    context = EGLPlatform(16, 16)
    context.init_context()
    context.make_current()
    answers = {"renderer": glGetString(GL_RENDERER), "version": glGetString(GL_VERSION)}
    return {name: answer.decode() for name, answer in answers.items()}


if __name__ == "__main__":
    print(json.dumps(graphics_answer()))
