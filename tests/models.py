"""Strangers' 3D models, made on the spot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import trimesh


def write_glasses(path: Path, *, unit_per_m: float = 1000.0) -> Path:
    """A GLB of plain spectacles in millimetres, 140 wide: two rims, a bridge, two temples; front is +z."""
    rims = []
    for side in (-1.0, 1.0):
        rim = trimesh.creation.torus(0.024, 0.0022, major_sections=40, minor_sections=10)
        rim.apply_translation([side * 0.034, 0.0, 0.0])
        temple = trimesh.creation.box([0.003, 0.005, 0.135])
        temple.apply_translation([side * 0.0685, 0.008, -0.0675])
        hinge = trimesh.creation.box([0.014, 0.005, 0.003])
        hinge.apply_translation([side * 0.0630, 0.008, 0.0])
        rims += [rim, temple, hinge]
    bridge = trimesh.creation.box([0.022, 0.003, 0.003])
    bridge.apply_translation([0.0, 0.006, 0.0])
    whole = trimesh.util.concatenate([*rims, bridge])
    whole.apply_scale(unit_per_m)
    whole.visual = trimesh.visual.TextureVisuals(
        material=trimesh.visual.material.PBRMaterial(
            baseColorFactor=np.array([20, 20, 24, 255], np.uint8), metallicFactor=0.0
        )
    )
    path.write_bytes(trimesh.exchange.gltf.export_glb(trimesh.Scene(whole)))
    return path
