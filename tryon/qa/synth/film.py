"""Draws films of portrait sitters, frame by frame, each with its truth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import TracebackType

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.core.frame import Picture
from tryon.core.mesh import Material, Mesh, smooth_normals
from tryon.core.scene import Draw
from tryon.core.spaces import Floats
from tryon.core.transforms import apply, rigid, rotation_from_angles
from tryon.qa.portrait import Portrait, Sitter, Studio
from tryon.qa.replay.cutouts import cutout
from tryon.qa.synth.scene import LIGHTS, Scene
from tryon.qa.synth.truth import TruePerson
from tryon.stages.composite import composite
from tryon.stages.place import place_on_head
from tryon.stages.render import Renderer
from tryon.wardrobe.catalogue import Catalogue
from tryon.wardrobe.head import HeadModel
from tryon.wardrobe.load import load_asset

SUPERSAMPLE = 2.0
FOREARM_PERIOD_S = 2.0
FOREARM_SKIN = (0.55, 0.34, 0.24, 1.0)


class FilmStudio:
    """Makes films; portraits are painted once. A context manager that owns a renderer.

    Raises SuppliesError when the base body is missing, GraphicsError without OpenGL.
    """

    def __init__(self) -> None:
        self._studio = Studio()
        self._renderer = Renderer()
        self._portraits: dict[Sitter | str, Portrait] = {}
        self._catalogue = Catalogue.load()
        self._head_model = HeadModel.load()
        self._forearm = _forearm()

    def __enter__(self) -> FilmStudio:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._renderer.close()

    def film(self, scene: Scene) -> Iterator[tuple[Picture, tuple[TruePerson, ...]]]:
        """(H, W, 3) pictures in order, with who is where in them. The same scene gives the same bytes."""
        rng = np.random.default_rng(scene.seed)
        wall = room(scene.size_wh, rng)
        camera, light = scene.camera(), LIGHTS[scene.light]
        cast = [self._dressed(sitter, scene) for sitter in scene.sitters]
        for index in range(scene.count):
            poses = [scene.cam_from_head(index, who) for who in range(len(cast))]
            draws = [
                Draw(mesh, pose @ head_from_mesh, owner="sitter", person=who, vertices=vertices)
                for who, (pose, (_, parts)) in enumerate(zip(poses, cast, strict=True))
                for mesh, head_from_mesh, vertices in parts
            ]
            if scene.occluded:
                place = _forearm_place(index / scene.frames_per_s, poses[0])
                draws.append(Draw(self._forearm, place, owner="forearm"))
            layer = self._renderer.draw(camera, draws, light, supersample=SUPERSAMPLE)
            clean = wall if layer is None else composite(wall, layer, grain=0.0)
            masks = self._renderer.coverage(camera, draws)
            people = []
            for who, (portrait, _) in enumerate(cast):
                mask = masks.get(("sitter", who))
                people.append(
                    TruePerson(
                        scene.sitters[who].name,
                        poses[who],
                        {name: apply(poses[who], at) for name, at in portrait.anchors.items()},
                        {},
                        None if mask is None else cutout(mask[0], mask[0] > 0, corner_xy=mask[1]),
                    )
                )
            yield noisy(clean, scene.noise, rng), tuple(people)

    def _dressed(
        self, sitter: Sitter, scene: Scene
    ) -> tuple[Portrait, list[tuple[Mesh, Floats, NDArray[np.float32] | None]]]:
        """A sitter's portrait, and every mesh of it with its place in `head`."""
        if sitter.name not in self._portraits:
            self._portraits[sitter.name] = self._studio.portrait(sitter)
        portrait = self._portraits[sitter.name]
        parts: list[tuple[Mesh, Floats, NDArray[np.float32] | None]] = [
            (mesh, np.eye(4), None) for mesh in portrait.meshes if scene.hair or mesh.name != "hair"
        ]
        if scene.glasses:
            item = self._catalogue.item(scene.glasses)
            asset = load_asset(item, item.variants[0].name)
            head = self._head_model.fitted(portrait.landmarks)
            parts += [
                (placed.mesh, placed.head_from_mesh, placed.vertices)
                for placed in place_on_head(asset, item.category, head)
            ]
        return portrait, parts


def room(size_wh: tuple[int, int], rng: np.random.Generator) -> Picture:
    """(H, W, 3) a wall and what stands before it, far out of focus."""
    width, height = size_wh
    coarse = 150 + rng.uniform(-34, 34, (4, 6, 1)) + rng.uniform(-9, 9, (4, 6, 3))
    wall = cv2.resize(coarse.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    fall = np.linspace(1.08, 0.86, height, dtype=np.float32)[:, None, None]
    return np.asarray(np.clip(np.rint(wall * fall), 0, 255), np.uint8)


def noisy(clean: Picture, noise: float, rng: np.random.Generator) -> Picture:
    grain = rng.standard_normal(clean.shape, np.float32) * np.float32(noise)
    return np.clip(np.rint(clean + grain), 0, 255).astype(np.uint8)


def _forearm() -> Mesh:
    """A tapered, rounded bar of 30 cm along y, as thick as a wrist."""
    rings, spokes = 12, 20
    t = np.linspace(0, 1, rings)
    radius = (0.026 + 0.014 * t) * np.sqrt(np.clip(1 - (2 * t - 1) ** 8, 0, 1))
    around = np.linspace(0, 2 * np.pi, spokes, endpoint=False)
    vertices = np.stack(
        [
            radius[:, None] * np.cos(around),
            np.broadcast_to(0.3 * t[:, None] - 0.15, (rings, spokes)),
            radius[:, None] * np.sin(around),
        ],
        axis=-1,
    ).reshape(-1, 3)
    index = np.arange(rings * spokes).reshape(rings, spokes)
    a, b = index[:-1], index[1:]
    c, d = np.roll(b, -1, axis=1), np.roll(a, -1, axis=1)
    faces = np.concatenate([np.stack([a, b, c], -1), np.stack([a, c, d], -1)]).reshape(-1, 3)
    points, triangles = vertices.astype(np.float32), faces.astype(np.int32)
    mesh = Mesh("forearm", points, triangles, smooth_normals(points, triangles))
    material = Material("skin", base_color=FOREARM_SKIN, roughness=0.6, double_sided=True)
    return replace(mesh, material=material)


def _forearm_place(at_s: float, cam_from_head: Floats) -> Floats:
    """(4, 4) `cam_from_mesh`: slanting, it passes before mouth and cheek and away again."""
    share = float(np.sin(2 * np.pi * at_s / FOREARM_PERIOD_S))
    turn = rotation_from_angles(0.0, 0.0, float(np.radians(-35)))
    here = cam_from_head[:3, 3] + np.array([0.16 * share + 0.02, -0.12, 0.16])
    return rigid(turn, here)


def shown(picture: Picture, people: tuple[TruePerson, ...]) -> Picture:
    """The picture with the outline of everybody's true mask, for looking at."""
    out = picture.copy()
    for person in people:
        if person.mask is None:
            continue
        mask = person.mask.pixels()
        contours, _ = cv2.findContours(
            (mask > 127).astype(np.uint8),
            cv2.RETR_EXTERNAL,
            cv2.CHAIN_APPROX_NONE,
            offset=person.mask.corner_xy,
        )
        cv2.drawContours(out, contours, -1, (255, 64, 64), 1)
    return out
