"""The materials of a glTF file: what the core and its extensions say, as far as ours can hold it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pygltflib

from tryon.core.mesh import Material, Texture
from tryon.core.spaces import Floats
from tryon.wardrobe.gltf_file import GltfFile

LEAST_GLASS_ALPHA = 0.06
"""So much of the clearest glass still shows."""


class MaterialReader:
    """Reads the materials and textures of one file, each once.

    lost, approximated: grow by what could not be kept, or was kept in another form (ordered sets).
    """

    def __init__(
        self, file: GltfFile, lost: dict[str, None], approximated: dict[str, None]
    ) -> None:
        self._file = file
        self._gltf = file.gltf
        self._lost = lost
        self._approximated = approximated
        self._materials: dict[int | None, Material] = {}
        self._textures: dict[int, Texture | None] = {}

    def uv_transform(self, material_index: int | None) -> Floats:
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

    def material(self, index: int | None) -> tuple[Material, int]:
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
            material = see_through_glass(material, transmission)
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


def see_through_glass(material: Material, transmission: float) -> Material:
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


def _extension(owner: Any, name: str) -> dict[str, Any]:
    """One extension of a glTF object, empty when it has none."""
    extensions = getattr(owner, "extensions", None) or {}
    found = extensions.get(name)
    return found if isinstance(found, dict) else {}


def _three(picture: Texture | None) -> Texture | None:
    return None if picture is None else np.ascontiguousarray(picture[..., :3])
