"""Draws lists of pyrender meshes into the device's framebuffer. For the GL thread only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyrender
from numpy.typing import NDArray
from OpenGL import GL

from tryon.core.camera import PinholeCamera
from tryon.core.scene import Draw, Lighting, Role
from tryon.stages.render.device import Device
from tryon.stages.render.gpu_mesh import GpuPrimitive, MeshStore
from tryon.stages.render.programs import Pass
from tryon.stages.render.region import clip_from_cam
from tryon.stages.render.uniforms import PER_DRAW_FLOATS, per_draw, per_frame

HOLE_BELOW = 0.01
"""Alpha of a transparent surface below which its pixel does not count as covered (holes of lace)."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """A draw that is in GPU memory."""

    draw: Draw
    model: pyrender.Mesh
    is_mirrored: bool

    @property
    def is_solid(self) -> bool:
        """Whether it is VISIBLE and hides what is behind it."""
        return self.draw.role is Role.VISIBLE and self.draw.mesh.material.alpha_mode != "BLEND"

    @property
    def is_clear(self) -> bool:
        """Whether it is VISIBLE and blended over what is behind it."""
        return self.draw.role is Role.VISIBLE and self.draw.mesh.material.alpha_mode == "BLEND"


class Painter:
    """One renderer's meshes on the process's device."""

    def __init__(self, device: Device, *, capacity_bytes: int) -> None:
        self._device = device
        self._store = MeshStore(capacity_bytes)
        align = device.uniform_align
        self._stride_bytes = -(-4 * PER_DRAW_FLOATS // align) * align

    @property
    def nbytes(self) -> int:
        """GPU memory that the meshes take."""
        return self._store.nbytes

    def prepare(self, draws: Sequence[Draw]) -> tuple[Prepared, ...]:
        """Upload what is not there yet: hiders first, then solid ones, then clear ones from far to near.

        Within a frame, draws of one mesh share its copy in GPU memory unless their vertices differ.
        """
        seen: dict[int, list[tuple[object, object, object]]] = {}
        prepared = []
        for draw in sorted(draws, key=_painting_order):
            shapes = seen.setdefault(id(draw.mesh), [])
            shape = (draw.vertices, draw.normals, draw.occlusion)
            copy = next((k for k, known in enumerate(shapes) if _same(known, shape)), len(shapes))
            if copy == len(shapes):
                shapes.append(shape)
            mirrored = bool(np.linalg.det(draw.cam_from_mesh[:3, :3]) < 0)
            prepared.append(Prepared(draw, self._store.model(draw, copy=copy), mirrored))
        self._store.trim(keep=sum(len(shapes) for shapes in seen.values()))
        return tuple(prepared)

    def paint(self, camera: PinholeCamera, prepared: Sequence[Prepared], light: Lighting) -> None:
        """Draw the picture that `camera` sees, premultiplied, into the device's framebuffer."""
        self._begin(camera, prepared, light, _shadows(prepared))
        GL.glDisable(GL.GL_BLEND)
        for index, item in enumerate(prepared):
            if item.draw.role is not Role.VISIBLE:
                self._draw(index, item, "hide", cull=not item.draw.mesh.material.double_sided)
            elif item.is_solid:
                self._draw(index, item, "mesh", cull=not item.draw.mesh.material.double_sided)
        GL.glEnable(GL.GL_BLEND)
        GL.glBlendEquation(GL.GL_FUNC_ADD)
        GL.glBlendFunc(GL.GL_ONE, GL.GL_ONE_MINUS_SRC_ALPHA)
        GL.glDepthMask(GL.GL_FALSE)
        for index, item in enumerate(prepared):
            if item.is_clear:
                if item.draw.mesh.material.double_sided:
                    self._draw(index, item, "mesh", cull=True, back=True)
                self._draw(index, item, "mesh", cull=True)
        self._end("painting")

    def mark(
        self, camera: PinholeCamera, prepared: Sequence[Prepared], channels: NDArray[np.float32]
    ) -> None:
        """Draw each item's visible surface into its channel of the device's framebuffer.

        channels: (N, 4) 1 in the channel of each draw's owner, or nowhere.
        """
        self._begin(camera, prepared, Lighting.studio(), channels, clear_below=HOLE_BELOW)
        GL.glDisable(GL.GL_BLEND)
        for index, item in enumerate(prepared):
            if item.draw.role is not Role.VISIBLE:
                self._draw(index, item, "hide", cull=not item.draw.mesh.material.double_sided)
            elif item.is_solid:
                self._draw(index, item, "coverage", cull=not item.draw.mesh.material.double_sided)
        GL.glEnable(GL.GL_BLEND)
        GL.glBlendEquation(GL.GL_MAX)
        GL.glDepthMask(GL.GL_FALSE)
        for index, item in enumerate(prepared):
            if item.is_clear:
                self._draw(index, item, "coverage", cull=not item.draw.mesh.material.double_sided)
        self._end("marking")

    def color(self, size_wh: tuple[int, int]) -> NDArray[np.uint8]:
        """(h, w, 4) what was drawn, top row first."""
        out = np.zeros((size_wh[1], size_wh[0], 4), np.uint8)
        self._device.read_color(out)
        return out

    def depth(self, size_wh: tuple[int, int]) -> NDArray[np.float32]:
        """(h, w) the depth buffer, 0 near to 1 far, top row first."""
        out = np.ones((size_wh[1], size_wh[0]), np.float32)
        self._device.read_depth(out)
        return out

    def clear(self) -> None:
        """Free the meshes."""
        self._store.clear()

    def _begin(
        self,
        camera: PinholeCamera,
        prepared: Sequence[Prepared],
        light: Lighting,
        channels: NDArray[np.float32],
        *,
        clear_below: float = 0.0,
    ) -> None:
        self._device.bind(camera.size_wh)
        GL.glEnable(GL.GL_DEPTH_TEST)
        GL.glDepthFunc(GL.GL_LESS)
        frame = per_frame(clip_from_cam(camera), light)
        rows = per_draw(
            [p.draw for p in prepared],
            channels,
            stride=self._stride_bytes // 4,
            clear_below=clear_below,
        )
        for buffer, block in zip(self._device.uniforms, (frame, rows), strict=True):
            GL.glBindBuffer(GL.GL_UNIFORM_BUFFER, buffer)
            GL.glBufferData(GL.GL_UNIFORM_BUFFER, block.nbytes, block, GL.GL_STREAM_DRAW)
        GL.glBindBufferBase(GL.GL_UNIFORM_BUFFER, 0, self._device.uniforms[0])

    def _draw(
        self, index: int, item: Prepared, fragment: Pass, *, cull: bool, back: bool = False
    ) -> None:
        GL.glBindBufferRange(
            GL.GL_UNIFORM_BUFFER,
            1,
            self._device.uniforms[1],
            index * self._stride_bytes,
            4 * PER_DRAW_FLOATS,
        )
        # The projection turns the picture over, a mirrored mesh turns it once more.
        GL.glFrontFace(GL.GL_CCW if item.is_mirrored else GL.GL_CW)
        if cull:
            GL.glEnable(GL.GL_CULL_FACE)
            GL.glCullFace(GL.GL_FRONT if back else GL.GL_BACK)
        else:
            GL.glDisable(GL.GL_CULL_FACE)
        for primitive in item.model.primitives:
            self._device.programs.get(fragment, _defines(primitive, fragment))._bind()
            if fragment != "hide":
                for unit, texture in primitive.material.maps.items():
                    GL.glActiveTexture(GL.GL_TEXTURE0 + unit)
                    texture._bind()
            primitive.draw()

    def _end(self, what: str) -> None:
        GL.glDisable(GL.GL_BLEND)
        GL.glDepthMask(GL.GL_TRUE)
        GL.glBindVertexArray(0)
        self._device.check(what)


def _painting_order(draw: Draw) -> tuple[int, float]:
    if draw.role is not Role.VISIBLE:
        return 0, 0.0
    if draw.mesh.material.alpha_mode != "BLEND":
        return 1, 0.0
    vertices = draw.mesh.vertices if draw.vertices is None else draw.vertices
    return 2, float(draw.cam_from_mesh[2, :3] @ vertices.mean(0) + draw.cam_from_mesh[2, 3])


def _same(a: tuple[object, ...], b: tuple[object, ...]) -> bool:
    return all(one is other for one, other in zip(a, b, strict=True))


def _shadows(prepared: Sequence[Prepared]) -> NDArray[np.float32]:
    """(N, 4) what `hide.frag` is told: how strongly a catcher shows its shadow, in the last."""
    shadows = np.zeros((len(prepared), 4), np.float32)
    shadows[:, 3] = [p.draw.role is Role.CATCHER for p in prepared]
    return shadows


def _defines(primitive: GpuPrimitive, fragment: Pass) -> dict[str, int]:
    """The variant of a shader; passes that do not shade need fewer."""
    if fragment == "hide":
        return {}
    mode = primitive.material.core.alpha_mode
    defines: dict[str, int] = dict(primitive.defines)
    if fragment == "coverage":
        defines.pop("NORMAL_MAP", None)
        defines.pop("ROUGHNESS_MAP", None)
        if mode == "OPAQUE":
            defines.pop("BASE_MAP", None)
    elif mode == "BLEND":
        defines["SEE_THROUGH"] = 1
    if mode == "MASK" or (mode == "BLEND" and fragment == "coverage"):
        defines["HOLES"] = 1
    return defines
