"""Rendering: pyrender's meshes on the process's one OpenGL thread."""

from tryon.stages.render.renderer import Renderer

__all__ = ["Renderer"]
