"""The surfaces of a glTF file as meshes in the file's own space, and what was lost on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pygltflib
from numpy.typing import NDArray

from tryon.core.errors import ImportError3D
from tryon.core.mesh import Mesh, smooth_normals
from tryon.core.spaces import Floats
from tryon.core.transforms import apply, rigid, scaling
from tryon.wardrobe.gltf_file import EXPORT_REMEDY, GltfFile
from tryon.wardrobe.gltf_materials import MaterialReader

MOST_NODES = 20_000
MOST_DEPTH = 64
_LOST = {
    "KHR_materials_clearcoat": "the clear coat",
    "KHR_materials_iridescence": "iridescence",
    "KHR_materials_anisotropy": "anisotropic gloss",
    "KHR_materials_specular": "specular tint",
    "KHR_materials_dispersion": "dispersion",
    "KHR_materials_unlit": "the unlit look (it will be lit)",
    "KHR_materials_emissive_strength": "the strength of glow",
    "KHR_materials_variants": "material variants (the default is kept)",
    "KHR_lights_punctual": "lights",
    "KHR_texture_basisu": "KTX2 textures",
}
_HANDLED = {
    "KHR_materials_transmission",
    "KHR_materials_volume",
    "KHR_materials_sheen",
    "KHR_materials_ior",
    "KHR_materials_pbrSpecularGlossiness",
    "KHR_mesh_quantization",
    "KHR_texture_transform",
    "EXT_texture_webp",
}


LOST_SKELETON = "the skeleton; the shape it was bound in is kept"


@dataclass(frozen=True)
class Origin:
    """Which numbers of a glTF file's meshes, primitives and skins (None: unskinned) make a surface."""

    mesh: int
    primitive: int
    skin: int | None


@dataclass(frozen=True, eq=False)
class RawModel:
    """A stranger's model as it was read: meshes in the file's own space and units.

    lost: what could not be kept; approximated: what was kept in another form; credit: title, author,
    licence and source, as far as the file says; origins: where in a glTF file each mesh stands.
    """

    meshes: tuple[Mesh, ...]
    lost: tuple[str, ...] = ()
    approximated: tuple[str, ...] = ()
    credit: dict[str, str] = field(default_factory=dict)
    origins: tuple[Origin, ...] = ()


def read_gltf(path: Path) -> RawModel:
    """Every triangle of the file's scene with its material, node transforms applied.

    Normals that are missing or broken come out smooth. Raises ImportError3D.
    """
    file = GltfFile.open(path)
    try:
        # What is no number stays none, and is dropped and told when the triangles are mended.
        with np.errstate(all="ignore"):
            return _Reader(file).model()
    # A field of the wrong kind shows where it is used, as one of these.
    except (TypeError, ValueError, AttributeError, IndexError, KeyError, ArithmeticError) as error:
        raise ImportError3D(
            f"{path} is not valid glTF ({type(error).__name__}: {str(error)[:80]}).",
            remedy=EXPORT_REMEDY,
        ) from error


class _Reader:
    def __init__(self, file: GltfFile) -> None:
        self._file = file
        self._gltf = file.gltf
        # Dictionaries as ordered sets: each loss is told once.
        self._lost: dict[str, None] = {}
        self._approximated: dict[str, None] = {}
        self._materials = MaterialReader(file, self._lost, self._approximated)

    def model(self) -> RawModel:
        for extension in self._gltf.extensionsUsed or []:
            if extension in _LOST:
                self._lost[f"{_LOST[extension]} ({extension})"] = None
            elif extension not in _HANDLED:
                self._lost[f"whatever {extension} says"] = None
        if self._gltf.animations:
            self._lost[f"{len(self._gltf.animations)} animation(s); the rest pose is kept"] = None
        meshes, origins = [], []
        for node, world_from_node in self._nodes():
            if node.mesh is None:
                continue
            mesh = self._file.entry(self._gltf.meshes, node.mesh, "mesh")
            if node.skin is not None:
                self._lost[LOST_SKELETON] = None
                world_from_node = np.eye(4)  # noqa: PLW2901  # glTF: a skinned mesh ignores its node
            for number, primitive in enumerate(mesh.primitives):
                name = node.name or mesh.name or f"mesh {node.mesh}"
                surface = self._surface(f"{name}/{number}", primitive, world_from_node)
                if surface is not None:
                    meshes.append(surface)
                    origins.append(Origin(node.mesh, number, node.skin))
        return RawModel(
            tuple(meshes),
            tuple(self._lost),
            tuple(self._approximated),
            self._credit(),
            tuple(origins),
        )

    def _credit(self) -> dict[str, str]:
        asset = self._gltf.asset
        extras = asset.extras if isinstance(asset.extras, dict) else {}
        known = {
            k: str(extras[k]) for k in ("title", "author", "license", "source") if extras.get(k)
        }
        if asset.copyright:
            known.setdefault("author", str(asset.copyright))
        return known

    def _nodes(self) -> Iterator[tuple[pygltflib.Node, Floats]]:
        """Every node of the default scene with its transform."""
        scenes = self._gltf.scenes or []
        if scenes:
            chosen = self._gltf.scene if self._gltf.scene is not None else 0
            roots = list(self._file.entry(scenes, chosen, "scene").nodes or [])
        else:
            children = {c for node in self._gltf.nodes or [] for c in node.children or []}
            roots = [k for k in range(len(self._gltf.nodes or [])) if k not in children]
        stack = [(index, np.eye(4), 0) for index in reversed(roots)]
        visited = 0
        while stack:
            index, parent, depth = stack.pop()
            node = self._file.entry(self._gltf.nodes, index, "node")
            visited += 1
            if visited > MOST_NODES or depth > MOST_DEPTH:
                raise ImportError3D(
                    f"{self._file.path} has too many nodes, or nodes that contain themselves.",
                    remedy=EXPORT_REMEDY,
                )
            world = parent @ local_transform(node)
            yield node, world
            stack += [(child, world, depth + 1) for child in reversed(node.children or [])]

    def _surface(
        self, name: str, primitive: pygltflib.Primitive, world_from_node: Floats
    ) -> Mesh | None:
        if primitive.targets:
            self._lost["morph targets; the base shape is kept"] = None
        attributes = primitive.attributes
        if isinstance(attributes, dict):
            attributes = pygltflib.Attributes(**attributes)
        mode = 4 if primitive.mode is None else primitive.mode
        if mode not in (4, 5, 6) or attributes.POSITION is None:
            self._lost["points and lines"] = None
            return None
        points = self._file.accessor(attributes.POSITION).astype(np.float64)
        index = (
            np.arange(len(points))
            if primitive.indices is None
            else self._file.accessor(primitive.indices)[:, 0].astype(np.int64)
        )
        if len(index) and index.max() >= len(points):
            raise ImportError3D(
                f"{self._file.path}: the triangles of {name} point beyond its vertices.",
                remedy=EXPORT_REMEDY,
            )
        faces = _triangles(index, mode)
        if np.linalg.det(world_from_node[:3, :3]) < 0:
            faces = np.ascontiguousarray(faces[:, ::-1])
        material, texcoord = self._materials.material(primitive.material)
        vertices = apply(world_from_node, points).astype(np.float32)
        return Mesh(
            name,
            vertices,
            faces,
            self._normals(attributes, world_from_node, vertices, faces),
            self._uv(attributes, texcoord, primitive.material),
            self._colors(attributes, len(points)),
            material=material,
        )

    def _normals(
        self,
        attributes: Any,
        world_from_node: Floats,
        vertices: NDArray[np.float32],
        faces: NDArray[np.int32],
    ) -> NDArray[np.float32]:
        """(V, 3) unit normals; rows that are missing or no direction are zero, to be mended later."""
        if attributes.NORMAL is None:
            self._approximated["normals were missing and are made smooth"] = None
            return smooth_normals(np.nan_to_num(vertices), faces)
        normals = self._file.accessor(attributes.NORMAL).astype(np.float64)
        if len(normals) != len(vertices):
            raise ImportError3D(
                f"{self._file.path} has {len(normals)} normals for {len(vertices)} vertices.",
                remedy=EXPORT_REMEDY,
            )
        linear = world_from_node[:3, :3]
        # The cofactor matrix carries normals, also where a scale is zero.
        cofactor = np.stack(
            [np.cross(linear[:, 1], linear[:, 2]), np.cross(linear[:, 2], linear[:, 0]),
             np.cross(linear[:, 0], linear[:, 1])], axis=1
        )  # fmt: skip
        sign = -1.0 if np.linalg.det(linear) < 0 else 1.0
        turned = sign * normals @ cofactor.T
        length = np.linalg.norm(turned, axis=1, keepdims=True)
        good = np.isfinite(length) & (length > 1e-20)
        unit = np.where(good, turned / np.where(good, length, 1.0), 0.0)
        return np.asarray(unit, np.float32)

    def _uv(
        self, attributes: Any, texcoord: int, material_index: int | None
    ) -> NDArray[np.float32] | None:
        index = getattr(attributes, f"TEXCOORD_{texcoord}", None)
        if index is None:
            return None
        uv = self._file.accessor(index).astype(np.float64)[:, :2]
        uv = (
            uv @ self._materials.uv_transform(material_index)[:2, :2].T
            + self._materials.uv_transform(material_index)[:2, 2]
        )
        # glTF counts v from the top; ours is up.
        return np.asarray(np.stack([uv[:, 0], 1 - uv[:, 1]], axis=1), np.float32)

    def _colors(self, attributes: Any, count: int) -> NDArray[np.float32] | None:
        if attributes.COLOR_0 is None:
            return None
        colors = self._file.accessor(attributes.COLOR_0).astype(np.float32)
        if len(colors) != count or colors.shape[1] not in (3, 4):
            self._lost["vertex colours that fit no vertex"] = None
            return None
        out = np.ones((count, 4), np.float32)
        out[:, : colors.shape[1]] = np.clip(np.nan_to_num(colors, nan=1.0), 0, 1)
        return out


def local_transform(node: pygltflib.Node) -> Floats:
    """(4, 4) transform of a node to its parent."""
    if node.matrix is not None:
        return np.array(node.matrix, np.float64).reshape(4, 4).T
    x, y, z, w = np.array(node.rotation or (0, 0, 0, 1), np.float64) / max(
        float(np.linalg.norm(node.rotation or (0, 0, 0, 1))), 1e-12
    )
    rotation = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
    translation = np.array(node.translation or (0, 0, 0), np.float64)
    out: Floats = rigid(rotation, translation) @ scaling(
        np.array(node.scale or (1, 1, 1), np.float64)
    )
    return out


def _triangles(index: NDArray[np.int64], mode: int) -> NDArray[np.int32]:
    """(F, 3) faces of a list (4), a strip (5) or a fan (6)."""
    if mode == 4:
        faces = index[: len(index) // 3 * 3].reshape(-1, 3)
    elif mode == 5:
        faces = np.stack([index[:-2], index[1:-1], index[2:]], axis=1)
        faces[1::2] = faces[1::2][:, [1, 0, 2]]
    else:
        faces = np.stack([np.full(max(len(index) - 2, 0), index[0]), index[1:-1], index[2:]], 1)
    return np.ascontiguousarray(faces, np.int32)
