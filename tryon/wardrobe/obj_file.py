"""Wavefront OBJ files, read by trimesh."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import trimesh
from trimesh.resolvers import Resolver

from tryon.core.errors import ImportError3D
from tryon.core.mesh import Material, Mesh, smooth_normals
from tryon.wardrobe.gltf_file import MOST_BYTES, MOST_PICTURE_PIXELS, decoded_picture
from tryon.wardrobe.gltf_surfaces import RawModel


def read_obj(path: Path) -> RawModel:
    """Every triangle of an OBJ file, with the materials and colour textures of its MTL files.

    Normals are taken from the file or made smooth. Raises ImportError3D.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ImportError3D(
                f"{path} is larger than {MOST_BYTES // 1024**2} MB.", remedy="Reduce its triangles."
            )
        text = path.read_text("utf-8", errors="replace")
    except OSError as error:
        raise ImportError3D(
            f"Cannot read {path}: {error.strerror}.", remedy="Check the path and permissions."
        ) from error
    beside = _Beside(path.parent.resolve())
    try:
        # Merging vertices would tear texture seams; hence process=False.
        scene = trimesh.load_scene(
            io.StringIO(text), file_type="obj", resolver=beside, process=False
        )
        meshes = tuple(
            _surface(name, geometry, beside)
            for name, geometry in scene.geometry.items()
            if isinstance(geometry, trimesh.Trimesh) and len(geometry.faces)
        )
    # trimesh has no errors of its own: a broken file shows as one of these.
    except (ValueError, IndexError, KeyError, TypeError, AttributeError) as error:
        raise ImportError3D(
            f"{path} is not a valid OBJ file ({type(error).__name__}: {str(error)[:80]}).",
            remedy="Export it again.",
        ) from error
    return RawModel(
        meshes, tuple(beside.lost), ("the materials of an OBJ file, as metal and roughness",)
    )


class _Beside(Resolver):
    """Gives trimesh the files of one folder and nothing else; remembers what it could not give."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.lost: dict[str, None] = {}

    def get(self, name: str) -> bytes:
        target = (self._folder / name.strip().replace("\\", "/")).resolve()
        if not target.is_relative_to(self._folder):
            self.lost[f"{name}, which lies outside the model's own folder"] = None
        elif not target.is_file() or target.stat().st_size > MOST_BYTES:
            self.lost[f"{name}, which is missing"] = None
        else:
            return target.read_bytes()
        raise FileNotFoundError(name)

    def keys(self) -> list[str]:
        return [path.name for path in self._folder.iterdir()]

    def write(self, name: str, data: bytes) -> None:
        """Reading never writes."""
        raise PermissionError(name)

    def namespaced(self, namespace: str) -> _Beside:
        return _Beside((self._folder / namespace).resolve())


def _surface(name: str, geometry: Any, beside: _Beside) -> Mesh:
    vertices = np.asarray(geometry.vertices, np.float64).astype(np.float32)
    faces = np.asarray(geometry.faces, np.int32)
    uv = getattr(geometry.visual, "uv", None)
    given = geometry._cache.cache.get("vertex_normals")
    normals = smooth_normals(np.nan_to_num(vertices), faces) if given is None else given
    return Mesh(
        name,
        vertices,
        faces,
        np.asarray(normals, np.float32),
        None if uv is None else np.asarray(uv, np.float32)[:, :2],
        material=_material(getattr(geometry.visual, "material", None), beside),
    )


def _material(given: Any, beside: _Beside) -> Material:
    """Phong as metal and roughness: roughness² = √(2 / (shininess + 2)) (Walter et al. 2007)."""
    if given is None or not hasattr(given, "kwargs"):
        return Material("default", (0.8, 0.8, 0.8, 1.0))
    written = given.kwargs
    kd = [float(c) for c in written.get("kd") or (1.0, 1.0, 1.0)]
    alpha = _number(written, "d", 1.0) if "d" in written else 1 - _number(written, "tr", 0.0)
    shininess = _number(written, "ns", 30.0)
    picture = None
    image = getattr(given, "image", None)
    if image is not None and image.width * image.height > MOST_PICTURE_PIXELS:
        beside.lost[f"the texture of {given.name}, which is too large"] = None
    elif image is not None:
        raw = io.BytesIO()
        image.save(raw, "PNG")
        picture, remark = decoded_picture(raw.getvalue(), f"of {given.name}")
        if remark:
            beside.lost[remark] = None
    return Material(
        str(given.name or "material"),
        (*_three(kd), float(np.clip(alpha, 0, 1))),
        roughness=float(np.clip((2 / (max(shininess, 0) + 2)) ** 0.25, 0.05, 1)),
        base_color_texture=None if picture is None else np.ascontiguousarray(picture[..., :3]),
        alpha_mode="OPAQUE" if alpha > 0.99 else "BLEND",
        double_sided=True,
    )


def _three(kd: list[float]) -> tuple[float, float, float]:
    """Linear colour of the sRGB-coded one that modelling programs write."""
    r, g, b = (float(np.clip(c, 0, 1)) ** 2.2 for c in kd[:3])
    return r, g, b


def _number(written: dict[str, Any], name: str, fallback: float) -> float:
    value = written.get(name, fallback)
    value = value[0] if isinstance(value, list) and value else value
    try:
        return float(value)
    except (TypeError, ValueError):
        return fallback
