"""The process's OpenGL context with what all renderers share: programs, framebuffer, studio light."""

from __future__ import annotations

import os

import numpy as np
import OpenGL
from numpy.typing import NDArray

# One check a frame instead of one a call: a third of the time of a small scene.
# Any module of OpenGL that is imported before this line would freeze the setting.
OpenGL.ERROR_CHECKING = False

import OpenGL.error  # noqa: E402
from OpenGL import GL  # noqa: E402
from OpenGL.raw.EGL import _errors as egl_errors  # noqa: E402

if not hasattr(egl_errors, "_error_checker"):
    # PyOpenGL 3.1.10 names it only while errors are checked, and asks for it either way.
    egl_errors._error_checker = None

from tryon.core.promised import put_off  # noqa: E402

# For letters, scenes and meshes of theirs; nothing here is made of any.
with put_off("freetype", "networkx", "trimesh", "trimesh.transformations"):
    from pyrender.platforms import egl

from tryon.core.errors import GraphicsError  # noqa: E402
from tryon.stages.render.environment import studio_levels  # noqa: E402
from tryon.stages.render.gl_thread import unusable  # noqa: E402
from tryon.stages.render.programs import ProgramCache  # noqa: E402

STUDIO_UNIT = 3
"""Texture unit of the environment; the material's own maps take 0 to 2."""


class Device:
    """An open context. One a process, made and used on the GL thread, never closed.

    name: what the driver calls itself. Raises GraphicsError when there is no usable OpenGL.
    """

    def __init__(self) -> None:
        self._platform = _open_context()
        version = GL.glGetString(GL.GL_VERSION)
        if not version:
            raise unusable(RuntimeError("the context cannot be made current"))
        self.name = f"{GL.glGetString(GL.GL_RENDERER).decode()}, OpenGL {version.decode()}"
        self.programs = ProgramCache()
        self.uniform_align = int(GL.glGetIntegerv(GL.GL_UNIFORM_BUFFER_OFFSET_ALIGNMENT))
        self._size_wh = (0, 0)
        self._framebuffer = GL.glGenFramebuffers(1)
        self._color, self._depth = GL.glGenRenderbuffers(2)
        self._studio = _upload_studio(studio_levels())
        self.uniforms = GL.glGenBuffers(2)
        GL.glPixelStorei(GL.GL_UNPACK_ALIGNMENT, 1)
        GL.glPixelStorei(GL.GL_PACK_ALIGNMENT, 1)
        self.check("set-up")

    def bind(self, size_wh: tuple[int, int]) -> None:
        """Make a cleared, transparent rectangle of this size the target of what follows."""
        if size_wh[0] > self._size_wh[0] or size_wh[1] > self._size_wh[1]:
            self._grow(size_wh)
        GL.glBindFramebuffer(GL.GL_FRAMEBUFFER, self._framebuffer)
        GL.glViewport(0, 0, *size_wh)
        GL.glEnable(GL.GL_SCISSOR_TEST)
        GL.glScissor(0, 0, *size_wh)
        GL.glActiveTexture(GL.GL_TEXTURE0 + STUDIO_UNIT)
        GL.glBindTexture(GL.GL_TEXTURE_2D, self._studio)
        GL.glDepthMask(GL.GL_TRUE)
        GL.glColorMask(GL.GL_TRUE, GL.GL_TRUE, GL.GL_TRUE, GL.GL_TRUE)
        GL.glClearColor(0.0, 0.0, 0.0, 0.0)
        GL.glClear(GL.GL_COLOR_BUFFER_BIT | GL.GL_DEPTH_BUFFER_BIT)

    def read_color(self, out: NDArray[np.uint8]) -> None:
        """Copy the (h, w, 4) corner of the target into `out`, top row first."""
        height, width = out.shape[:2]
        GL.glReadPixels(0, 0, width, height, GL.GL_RGBA, GL.GL_UNSIGNED_BYTE, out)

    def read_depth(self, out: NDArray[np.float32]) -> None:
        """Copy the (h, w) corner of the depth buffer, 0 near to 1 far, into `out`."""
        height, width = out.shape
        GL.glReadPixels(0, 0, width, height, GL.GL_DEPTH_COMPONENT, GL.GL_FLOAT, out)

    def check(self, what: str) -> None:
        """Raise GraphicsError if OpenGL has complained since the last check."""
        code = GL.glGetError()
        if code != GL.GL_NO_ERROR:
            raise GraphicsError(
                f"OpenGL reports error {code:#x} after {what} on {self.name}.",
                remedy="Update Mesa, and report the error with the output of `tryon doctor`.",
            )

    def _grow(self, size_wh: tuple[int, int]) -> None:
        width, height = (
            -(-max(new, old) // 256) * 256 for new, old in zip(size_wh, self._size_wh, strict=True)
        )
        GL.glBindFramebuffer(GL.GL_FRAMEBUFFER, self._framebuffer)
        for buffer, kind, point in (
            (self._color, GL.GL_RGBA8, GL.GL_COLOR_ATTACHMENT0),
            (self._depth, GL.GL_DEPTH_COMPONENT24, GL.GL_DEPTH_ATTACHMENT),
        ):
            GL.glBindRenderbuffer(GL.GL_RENDERBUFFER, buffer)
            GL.glRenderbufferStorage(GL.GL_RENDERBUFFER, kind, width, height)
            GL.glFramebufferRenderbuffer(GL.GL_FRAMEBUFFER, point, GL.GL_RENDERBUFFER, buffer)
        if GL.glCheckFramebufferStatus(GL.GL_FRAMEBUFFER) != GL.GL_FRAMEBUFFER_COMPLETE:
            raise GraphicsError(
                f"OpenGL has no room for a picture of {width}×{height} on {self.name}.",
                remedy="Give the process more memory, or a smaller picture.",
            )
        self._size_wh = (width, height)


def _open_context() -> egl.EGLPlatform:
    """pyrender's platform with its context current on this thread."""
    # The size is that of a window surface, which framebuffer objects make irrelevant.
    try:
        number = int(os.environ.get("EGL_DEVICE_ID", "0"))
        platform = egl.EGLPlatform(1, 1, device=egl.get_device_by_index(number))
        platform.init_context()
        platform.make_current()
    except (
        OpenGL.error.Error,
        AssertionError,  # pyrender's answer to a failed EGL call
        AttributeError,
        ImportError,
        IndexError,
        OSError,
        RuntimeError,
        TypeError,
        ValueError,
    ) as problem:
        raise unusable(problem) from problem
    return platform


def _upload_studio(levels: list[NDArray[np.float32]]) -> int:
    texture = int(GL.glGenTextures(1))
    GL.glBindTexture(GL.GL_TEXTURE_2D, texture)
    for level, picture in enumerate(levels):
        height, width = picture.shape[:2]
        GL.glTexImage2D(
            GL.GL_TEXTURE_2D, level, GL.GL_RGB32F, width, height, 0, GL.GL_RGB, GL.GL_FLOAT, picture
        )
    for name, value in (
        (GL.GL_TEXTURE_MAX_LEVEL, len(levels) - 1),
        (GL.GL_TEXTURE_MIN_FILTER, GL.GL_LINEAR_MIPMAP_LINEAR),
        (GL.GL_TEXTURE_MAG_FILTER, GL.GL_LINEAR),
        (GL.GL_TEXTURE_WRAP_S, GL.GL_REPEAT),
        (GL.GL_TEXTURE_WRAP_T, GL.GL_CLAMP_TO_EDGE),
    ):
        GL.glTexParameteri(GL.GL_TEXTURE_2D, name, value)
    return texture
