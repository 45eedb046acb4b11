"""The surfaces of a glTF file as meshes in the file's own space, and what was lost on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pygltflib
from numpy.typing import NDArray

from tryon.core.errors import ImportError3D
from tryon.core.mesh import Material, Mesh, Texture, smooth_normals
from tryon.core.spaces import Floats
from tryon.core.transforms import apply, rigid, scaling
from tryon.wardrobe.gltf_file import EXPORT_REMEDY, GltfFile

MOST_NODES = 20_000
MOST_DEPTH = 64
LEAST_GLASS_ALPHA = 0.06
"""So much of the clearest glass still shows."""

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


@dataclass(frozen=True, eq=False)
class RawModel:
    """A stranger's model as it was read: meshes in the file's own space and units.

    lost: what could not be kept; approximated: what was kept in another form; credit: title, author,
    licence and source, as far as the file says.
    """

    meshes: tuple[Mesh, ...]
    lost: tuple[str, ...] = ()
    approximated: tuple[str, ...] = ()
    credit: dict[str, str] = field(default_factory=dict)


def read_gltf(path: Path) -> RawModel:
    """Every triangle of the file's scene with its material, node transforms applied.

    Normals that are missing or broken come out smooth. Raises ImportError3D.
    """
    return _Reader(GltfFile.open(path)).model()


class _Reader:
    def __init__(self, file: GltfFile) -> None:
        self._file = file
        self._gltf = file.gltf
        self._materials: dict[int | None, Material] = {}
        self._textures: dict[int, Texture | None] = {}
        # Dictionaries as ordered sets: each loss is told once.
        self._lost: dict[str, None] = {}
        self._approximated: dict[str, None] = {}

    def model(self) -> RawModel:
        for extension in self._gltf.extensionsUsed or []:
            if extension in _LOST:
                self._lost[f"{_LOST[extension]} ({extension})"] = None
            elif extension not in _HANDLED:
                self._lost[f"whatever {extension} says"] = None
        if self._gltf.animations:
            self._lost[f"{len(self._gltf.animations)} animation(s); the rest pose is kept"] = None
        meshes = []
        for node, world_from_node in self._nodes():
            if node.mesh is None:
                continue
            mesh = self._file.entry(self._gltf.meshes, node.mesh, "mesh")
            if node.skin is not None:
                self._lost["the skeleton; the shape it was bound in is kept"] = None
                world_from_node = np.eye(4)  # noqa: PLW2901  # glTF: a skinned mesh ignores its node
            for number, primitive in enumerate(mesh.primitives):
                name = node.name or mesh.name or f"mesh {node.mesh}"
                surface = self._surface(f"{name}/{number}", primitive, world_from_node)
                if surface is not None:
                    meshes.append(surface)
        return RawModel(tuple(meshes), tuple(self._lost), tuple(self._approximated), self._credit())

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
            world = parent @ _local(node)
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
        material, texcoord = self._material(primitive.material)
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
            uv @ self._uv_transform(material_index)[:2, :2].T
            + self._uv_transform(material_index)[:2, 2]
        )
        # glTF counts v from the top; ours is up.
        return np.asarray(np.stack([uv[:, 0], 1 - uv[:, 1]], axis=1), np.float32)

    def _uv_transform(self, material_index: int | None) -> Floats:
        """(3, 3) of KHR_texture_transform on the base colour; the other maps are taken to share it."""
        if material_index is None:
            return np.eye(3)
        pbr = self._gltf.materials[material_index].pbrMetallicRoughness
        texture = pbr.baseColorTexture if pbr is not None else None
        given = _extension(texture, "KHR_texture_transform")
        offset, angle = given.get("offset", (0, 0)), float(given.get("rotation", 0))
        scale = given.get("scale", (1, 1))
        cosine, sine = np.cos(angle), np.sin(angle)
        turn = np.array([[cosine, sine, 0], [-sine, cosine, 0], [0, 0, 1.0]])
        move = np.array([[1, 0, offset[0]], [0, 1, offset[1]], [0, 0, 1.0]])
        out: Floats = move @ turn @ np.diag([scale[0], scale[1], 1.0])
        return out

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

    def _material(self, index: int | None) -> tuple[Material, int]:
        """The material, and which set of texture coordinates it reads."""
        if index is None:
            return Material("default", (1.0, 1.0, 1.0, 1.0), roughness=0.6), 0
        given = self._file.entry(self._gltf.materials, index, "material")
        pbr = given.pbrMetallicRoughness or pygltflib.PbrMetallicRoughness()
        texcoord = (pbr.baseColorTexture.texCoord or 0) if pbr.baseColorTexture else 0
        if index not in self._materials:
            self._materials[index] = self._extended(given, self._plain_material(index, given, pbr))
        return self._materials[index], texcoord

    def _plain_material(
        self, index: int, given: pygltflib.Material, pbr: pygltflib.PbrMetallicRoughness
    ) -> Material:
        name = given.name or f"material {index}"
        mode: Literal["OPAQUE", "MASK", "BLEND"] = given.alphaMode or "OPAQUE"
        if mode not in ("OPAQUE", "MASK", "BLEND"):
            mode = "OPAQUE"
        if mode == "MASK" and abs((given.alphaCutoff or 0.5) - 0.5) > 0.01:
            self._approximated[f"the alpha cut-off of {name} is taken as 0.5"] = None
        if given.occlusionTexture is not None:
            self._approximated["occlusion maps are baked anew per vertex"] = None
        if given.emissiveTexture is not None:
            self._lost[f"the glow map of {name}"] = None
        base = self._texture(pbr.baseColorTexture)
        if base is not None and mode == "OPAQUE":
            base = np.ascontiguousarray(base[..., :3])
        factor = pbr.baseColorFactor or (1.0, 1.0, 1.0, 1.0)
        r, g, b, a = (float(np.clip(c, 0, 1)) for c in factor)
        e = tuple(float(np.clip(c, 0, 1)) for c in (given.emissiveFactor or (0, 0, 0)))
        if given.emissiveTexture is not None:
            e = (0.0, 0.0, 0.0)
        return Material(
            name,
            (r, g, b, a if mode != "OPAQUE" else 1.0),
            # glTF's default for both is 1; "missing" arrives as None.
            metallic=1.0 if pbr.metallicFactor is None else float(pbr.metallicFactor),
            roughness=1.0 if pbr.roughnessFactor is None else float(pbr.roughnessFactor),
            emissive=(e[0], e[1], e[2]),
            base_color_texture=base,
            normal_texture=self._normal_map(given.normalTexture),
            roughness_metal_texture=_three(self._texture(pbr.metallicRoughnessTexture)),
            alpha_mode=mode,
            double_sided=bool(given.doubleSided),
        )

    def _extended(self, given: pygltflib.Material, material: Material) -> Material:
        """What the extensions add, as far as our material knows it."""
        transmission = float(
            _extension(given, "KHR_materials_transmission").get("transmissionFactor", 0)
        )
        if transmission > 0:
            material = _see_through(material, transmission)
            self._approximated[
                f"transmission of {material.name} shows as transparency, without refraction"
            ] = None
        sheen = _extension(given, "KHR_materials_sheen").get("sheenColorFactor")
        if sheen is not None:
            red, green, blue = (float(c) for c in sheen)
            material = replace(material, sheen=(red, green, blue))
        ior = _extension(given, "KHR_materials_ior").get("ior")
        if ior is not None and ior > 0:
            # Fresnel at normal incidence.
            material = replace(material, reflectance=float(((ior - 1) / (ior + 1)) ** 2))
        gloss = _extension(given, "KHR_materials_pbrSpecularGlossiness")
        if gloss:
            material = self._from_gloss(gloss, material)
        return material

    def _from_gloss(self, gloss: dict[str, Any], material: Material) -> Material:
        self._approximated[f"specular gloss of {material.name} as metal and roughness"] = None
        r, g, b, a = (float(c) for c in gloss.get("diffuseFactor", (1, 1, 1, 1)))
        texture = gloss.get("diffuseTexture")
        picture = None if texture is None else self._texture(pygltflib.TextureInfo(**texture))
        return replace(
            material,
            base_color=(r, g, b, a if material.alpha_mode != "OPAQUE" else 1.0),
            metallic=0.0,
            roughness=1 - float(gloss.get("glossinessFactor", 1)),
            base_color_texture=picture,
        )

    def _texture(self, given: Any) -> Texture | None:
        if given is None or given.index is None:
            return None
        texture = self._file.entry(self._gltf.textures, given.index, "texture")
        webp = _extension(texture, "EXT_texture_webp").get("source")
        source = webp if webp is not None else texture.source
        if source is None:
            self._lost["a texture in a format that is not read"] = None
            return None
        if source not in self._textures:
            self._textures[source], remark = self._file.picture(source)
            if remark:
                notes = self._lost if self._textures[source] is None else self._approximated
                notes[remark] = None
        return self._textures[source]

    def _normal_map(self, given: Any) -> Texture | None:
        """The normal map with its scale worked in."""
        picture = _three(self._texture(given))
        scale = 1.0 if given is None or given.scale is None else float(given.scale)
        if picture is None or scale == 1.0:
            return picture
        normal = picture.astype(np.float64) / 127.5 - 1
        normal[..., :2] *= scale
        normal /= np.maximum(np.linalg.norm(normal, axis=2, keepdims=True), 1e-9)
        return np.asarray(np.round((normal + 1) * 127.5), np.uint8)


def _see_through(material: Material, transmission: float) -> Material:
    """Glass as a blended layer: what passes is tinted by the base colour, what does not scatters it.

    Blending takes from every channel alike, so the layer dims to the darkest channel of the tint and
    gives the others back as they would look before a mid-grey.
    """
    tint = np.array(material.base_color[:3])
    coverage = material.base_color[3] if material.alpha_mode == "BLEND" else 1.0
    darkest = float(tint.min())
    dimming = max(1 - transmission * darkest, 1e-3)
    scattered = (1 - transmission) * tint + 0.5 * transmission * (tint - darkest)
    r, g, b = (float(c) for c in np.clip(scattered / dimming, 0, 1))
    alpha = max(coverage * dimming, LEAST_GLASS_ALPHA)
    return replace(material, base_color=(r, g, b, alpha), metallic=0.0, alpha_mode="BLEND")


def _local(node: pygltflib.Node) -> Floats:
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


def _extension(owner: Any, name: str) -> dict[str, Any]:
    """One extension of a glTF object, empty when it has none."""
    extensions = getattr(owner, "extensions", None) or {}
    found = extensions.get(name)
    return found if isinstance(found, dict) else {}


def _three(picture: Texture | None) -> Texture | None:
    return None if picture is None else np.ascontiguousarray(picture[..., :3])
