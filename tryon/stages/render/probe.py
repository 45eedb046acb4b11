"""`python -m tryon.stages.render.probe`: open the renderer's context, print what draws, end.

A driver that crashes takes only this process with it; `tryon doctor` reads the answer.
"""

from __future__ import annotations

import sys

from tryon.core.errors import GraphicsError
from tryon.stages.render.gl_thread import device, on_gl_thread


def renderer_name() -> str:
    """What the driver calls itself. Raises GraphicsError when there is no usable OpenGL."""
    return on_gl_thread(device).result().name


if __name__ == "__main__":
    try:
        print(renderer_name())
    except GraphicsError as error:
        sys.exit(error.message)
