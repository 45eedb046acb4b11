"""Meshes and textures in GPU memory, uploaded once and forgotten when unused for long."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
import pyrender
from numpy.typing import NDArray
from OpenGL import GL
from pyrender.constants import BufFlags

from tryon.core.mesh import Material, Mesh, Texture
from tryon.core.scene import Draw


class FashionMaterial(pyrender.MetallicRoughnessMaterial):  # type: ignore[misc]  # untyped
    """pyrender's material with what our shaders know beyond it.

    core: the material it was made from; maps: its textures by texture unit.
    """

    def __init__(self, core: Material, maps: dict[int, GpuTexture]) -> None:
        super().__init__(
            name=core.name,
            baseColorFactor=np.clip(core.base_color, 0, 1),
            metallicFactor=core.metallic,
            roughnessFactor=core.roughness,
            alphaMode=core.alpha_mode,
            doubleSided=core.double_sided,
        )
        self.core = core
        self.maps = maps


class GpuTexture(pyrender.Texture):  # type: ignore[misc]  # untyped
    """A texture of four channels with mipmaps; `coded` ones are decoded from sRGB as they are read.

    pyrender's own has neither, and tears three-channel pictures whose width is odd.
    """

    def __init__(self, source: Texture, *, coded: bool) -> None:
        height, width, channels = source.shape
        rgba = np.full((height, width, 4), 255, np.uint8)
        rgba[..., :channels] = source
        super().__init__(source=rgba, source_channels="RGBA")
        self.coded = coded
        self._add_to_context()
        self.source: Texture | None = None  # the GPU has it

    @staticmethod
    def bytes_of(source: Texture) -> int:
        """Memory that a texture takes with its mipmaps."""
        return int(source.shape[0] * source.shape[1] * 4 * 4 // 3)

    def _add_to_context(self) -> None:
        self._texid = GL.glGenTextures(1)
        GL.glBindTexture(GL.GL_TEXTURE_2D, self._texid)
        assert self.source is not None
        bottom_up = np.ascontiguousarray(self.source[::-1])
        height, width = bottom_up.shape[:2]
        GL.glTexImage2D(
            GL.GL_TEXTURE_2D,
            0,
            GL.GL_SRGB8_ALPHA8 if self.coded else GL.GL_RGBA8,
            width,
            height,
            0,
            GL.GL_RGBA,
            GL.GL_UNSIGNED_BYTE,
            bottom_up,
        )
        GL.glGenerateMipmap(GL.GL_TEXTURE_2D)
        for name, value in (
            (GL.GL_TEXTURE_MIN_FILTER, GL.GL_LINEAR_MIPMAP_LINEAR),
            (GL.GL_TEXTURE_MAG_FILTER, GL.GL_LINEAR),
            (GL.GL_TEXTURE_WRAP_S, GL.GL_REPEAT),
            (GL.GL_TEXTURE_WRAP_T, GL.GL_REPEAT),
        ):
            GL.glTexParameteri(GL.GL_TEXTURE_2D, name, value)


class GpuPrimitive(pyrender.Primitive):  # type: ignore[misc]  # untyped
    """A primitive whose positions and normals can change without being made anew.

    The length of a normal carries the vertex's openness to the shader: half shut, one open.
    """

    def __init__(self, mesh: Mesh, material: FashionMaterial) -> None:
        self._occlusion = mesh.occlusion
        super().__init__(
            positions=mesh.vertices,
            normals=_with_openness(mesh.normals, mesh.occlusion),
            texcoord_0=mesh.uv if material.maps else None,
            indices=mesh.faces,
            material=material,
        )
        if mesh.color is not None:
            # Past pyrender's own setter, which takes any float above 1 for a byte.
            self._color_0 = np.ascontiguousarray(mesh.color, np.float32)
        self._add_to_context()
        extra = [a for a in (self.texcoord_0, self.color_0) if a is not None]
        self._packed = np.hstack([self.positions, self.normals, *extra]).astype(np.float32)
        self._shown: tuple[object, object, object] = (None, None, None)
        self._rest = (mesh.vertices, mesh.normals)
        self.index_count = int(mesh.faces.size)
        self.defines = self._defines()

    @property
    def nbytes(self) -> int:
        """Memory of its buffers on the GPU."""
        return int(self._packed.nbytes + 4 * self.index_count)

    def show(self, draw: Draw) -> None:
        """Upload the draw's own vertices, normals and openness where they differ from the last ones.

        Arrays are told apart by identity: one that was handed in must not be written to afterwards.
        """
        wanted = (draw.vertices, draw.normals, draw.occlusion)
        if all(new is old for new, old in zip(wanted, self._shown, strict=True)):
            return
        vertices = self._rest[0] if draw.vertices is None else draw.vertices
        normals = self._rest[1] if draw.normals is None else draw.normals
        occlusion = self._occlusion if draw.occlusion is None else draw.occlusion
        self._packed[:, :3] = vertices
        self._packed[:, 3:6] = _with_openness(normals, occlusion)
        GL.glBindBuffer(GL.GL_ARRAY_BUFFER, self._buffers[0])
        GL.glBufferSubData(GL.GL_ARRAY_BUFFER, 0, self._packed.nbytes, self._packed)
        self._shown = wanted

    def draw(self) -> None:
        """Send the triangles to the bound program."""
        GL.glBindVertexArray(self._vaid)
        GL.glDrawElements(GL.GL_TRIANGLES, self.index_count, GL.GL_UNSIGNED_INT, None)

    def _defines(self) -> dict[str, int]:
        """Attribute slots as pyrender packs them, and the maps that the material has."""
        defines: dict[str, int] = {}
        slot = 2
        for flag, name in ((BufFlags.TEXCOORD_0, "UV_SLOT"), (BufFlags.COLOR_0, "TINT_SLOT")):
            if self.buf_flags & flag:
                defines[name] = slot
                slot += 1
        for unit in sorted(self.material.maps):
            defines[("BASE_MAP", "NORMAL_MAP", "ROUGHNESS_MAP")[unit]] = 1
        return defines


def _with_openness(
    normals: NDArray[np.float32], occlusion: NDArray[np.float32] | None
) -> NDArray[np.float32]:
    if occlusion is None:
        return normals
    scaled: NDArray[np.float32] = normals * (0.5 + 0.5 * np.clip(occlusion, 0, 1))[:, None]
    return scaled


@dataclass(eq=False)
class _Entry:
    mesh: Mesh  # kept, so that its id is not given to another
    model: pyrender.Mesh
    primitive: GpuPrimitive
    nbytes: int


class MeshStore:
    """What one renderer keeps on the GPU, the least recently drawn first to go.

    A mesh is uploaded once, by identity; with vertices of its own, once a person that wears it.
    capacity_bytes: bound on buffers and textures together; what one frame draws may exceed it.
    """

    def __init__(self, capacity_bytes: int) -> None:
        self._capacity = capacity_bytes
        self._entries: OrderedDict[tuple[int, int], _Entry] = OrderedDict()
        self._textures: dict[tuple[int, bool], tuple[Texture, GpuTexture, int]] = {}

    @property
    def nbytes(self) -> int:
        """GPU memory in use."""
        textures = sum(GpuTexture.bytes_of(source) for source, _, _ in self._textures.values())
        return textures + sum(entry.nbytes for entry in self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def model(self, draw: Draw, *, copy: int) -> pyrender.Mesh:
        """The pyrender mesh of a draw, with the draw's vertices in it.

        copy: 0, or a number that keeps draws of one mesh with different vertices apart.
        """
        key = (id(draw.mesh), copy)
        entry = self._entries.get(key)
        if entry is None:
            entry = self._entries[key] = self._upload(draw.mesh)
        self._entries.move_to_end(key)
        entry.primitive.show(draw)
        return entry.model

    def trim(self, *, keep: int) -> None:
        """Forget the least recently drawn beyond the capacity, but not the last `keep` ones."""
        used = self.nbytes
        while used > self._capacity and len(self._entries) > keep:
            _, entry = self._entries.popitem(last=False)
            self._delete(entry)
            used = self.nbytes

    def clear(self) -> None:
        """Free everything."""
        while self._entries:
            self._delete(self._entries.popitem()[1])

    def _upload(self, mesh: Mesh) -> _Entry:
        core = mesh.material
        maps: dict[int, GpuTexture] = {}
        if mesh.uv is not None:
            for unit, source in enumerate(_sources(core)):
                if source is not None:
                    maps[unit] = self._texture(source, coded=unit == 0)
        primitive = GpuPrimitive(mesh, FashionMaterial(core, maps))
        model = pyrender.Mesh([primitive], name=mesh.name)
        return _Entry(mesh, model, primitive, primitive.nbytes)

    def _texture(self, source: Texture, *, coded: bool) -> GpuTexture:
        key = (id(source), coded)
        _, texture, users = self._textures.get(key, (None, None, 0))
        if texture is None:
            texture = GpuTexture(source, coded=coded)
        self._textures[key] = (source, texture, users + 1)
        return texture

    def _delete(self, entry: _Entry) -> None:
        entry.primitive.delete()
        if entry.mesh.uv is None:
            return
        for unit, source in enumerate(_sources(entry.mesh.material)):
            if source is None:
                continue
            key = (id(source), unit == 0)
            _, texture, users = self._textures.pop(key)
            if users > 1:
                self._textures[key] = (source, texture, users - 1)
            else:
                texture.delete()


def _sources(material: Material) -> tuple[Texture | None, ...]:
    """The material's textures in the order of their units."""
    return (material.base_color_texture, material.normal_texture, material.roughness_metal_texture)
