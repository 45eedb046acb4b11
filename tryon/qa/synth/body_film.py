"""Draws films of whole bodies that walk and reach, each frame with true joints and outline."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from tryon.core.camera import PinholeCamera
from tryon.core.frame import Picture
from tryon.core.mesh import Material, Mesh, smooth_normals
from tryon.core.scene import Draw
from tryon.core.spaces import Floats
from tryon.core.transforms import apply, rigid
from tryon.qa.bodies import JOINTS, MODELS, SIDES, Model, painted
from tryon.qa.body_poses import STANCES, Stance, Way, cam_from_stance, rest_from_stance
from tryon.qa.replay.cutouts import cutout
from tryon.qa.synth.film import noisy, room
from tryon.qa.synth.scene import LIGHTS
from tryon.qa.synth.truth import TruePerson
from tryon.stages.composite import composite
from tryon.stages.render import Renderer
from tryon.wardrobe.body import Body, Figure


@dataclass(frozen=True)
class BodyScene:
    """One film of somebody between two stances and back, turning and walking to the side.

    period_s: of one cycle; turn_deg: turned to the left and right by this; step_m: to the sides.
    """

    name: str
    model: Model
    stances: tuple[str, str]
    light: str = "front"
    period_s: float = 2.0
    turn_deg: float = 0.0
    step_m: float = 0.0
    size_wh: tuple[int, int] = (270, 360)
    frames_per_s: float = 15.0
    seconds: float = 2.0
    distance_m: float = 4.0
    noise: float = 1.2
    seed: int = 0

    @property
    def count(self) -> int:
        return round(self.seconds * self.frames_per_s)

    def at_ns(self, index: int) -> int:
        return round(index * 1e9 / self.frames_per_s)

    def camera(self) -> PinholeCamera:
        return PinholeCamera.default(self.size_wh)


BODY_FILMS: Mapping[str, BodyScene] = {
    "walk": BodyScene("walk", MODELS[1], ("walk", "walk mirrored"), turn_deg=12, step_m=0.25),
    "reach": BodyScene("reach", MODELS[1], ("stand", "arms up"), light="side", turn_deg=20),
    "akimbo": BodyScene("akimbo", MODELS[2], ("stand", "akimbo"), turn_deg=25),
}
"""Films of bodies by name."""


class BodyFilmStudio:
    """Makes films of bodies. A context manager that owns a renderer. Raises as `FilmStudio`."""

    def __init__(self) -> None:
        self._body = Body.load()
        self._renderer = Renderer()

    def __enter__(self) -> BodyFilmStudio:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._renderer.close()

    def film(self, scene: BodyScene) -> Iterator[tuple[Picture, tuple[TruePerson, ...]]]:
        """(H, W, 3) pictures in order, with the body's truth. The same scene gives the same bytes."""
        rng = np.random.default_rng(scene.seed)
        wall = room(scene.size_wh, rng)
        camera, light = scene.camera(), LIGHTS[scene.light]
        figure = self._body.shaped(scene.model.shape)
        color = painted(self._body, figure, scene.model)[self._body.levels[0].source]
        for index in range(scene.count):
            motion = self._motion(scene, figure, index / scene.frames_per_s)
            draws = [Draw(self._posed(figure, motion, color), np.eye(4), owner="body")]
            layer = self._renderer.draw(camera, draws, light, supersample=2.0)
            clean = wall if layer is None else composite(wall, layer, grain=0.0)
            seen = self._renderer.coverage(camera, draws).get(("body", 0))
            person = TruePerson(
                scene.model.name,
                None,
                {},
                self._joints(figure, motion),
                None if seen is None else cutout(seen[0], seen[0] > 0, corner_xy=seen[1]),
            )
            yield noisy(clean, scene.noise, rng), (person,)

    def _motion(self, scene: BodyScene, figure: Figure, at_s: float) -> Floats:
        """(J, 4, 4) of every bone from rest into `cam`."""
        phase = 2 * np.pi * at_s / scene.period_s
        share = float(0.5 - 0.5 * np.cos(phase))
        stance = _between(_stance(scene.stances[0]), _stance(scene.stances[1]), share)
        height = float(np.ptp(figure.vertices[:, 1]))
        cam_from_body = cam_from_stance(
            scene.turn_deg * float(np.sin(phase)), height_m=height, distance_m=scene.distance_m
        )
        aside = rigid(None, np.array([scene.step_m * np.sin(phase), 0.0, 0.0]))
        return np.asarray(aside @ cam_from_body @ rest_from_stance(self._body, figure, stance))

    def _posed(self, figure: Figure, motion: Floats, color: NDArray[np.float32]) -> Mesh:
        rest = self._body.mesh(0, figure)
        vertices = self._body.skinning(0, figure).posed(motion)
        return replace(
            rest,
            vertices=vertices,
            normals=smooth_normals(vertices, rest.faces),
            color=color,
            material=Material("body", base_color=(1, 1, 1, 1), roughness=0.8, double_sided=True),
        )

    def _joints(self, figure: Figure, motion: Floats) -> dict[str, Floats]:
        names = [f"{joint}_{side}" for joint in JOINTS for side in SIDES]
        return {
            name: apply(motion[self._body.bone(name)], figure.heads[self._body.bone(name)])
            for name in names
        }


def _stance(name: str) -> Stance:
    base = name.removesuffix(" mirrored")
    stance = next(each for each in STANCES if each.name == base)
    return stance if base == name else _mirrored(stance)


def _mirrored(stance: Stance) -> Stance:
    """Left does what right did."""
    other = {"l": "r", "r": "l"}
    ways: dict[str, Way] = {
        f"{bone[:-1]}{other[bone[-1]]}": (-x, y, z) for bone, (x, y, z) in stance.ways.items()
    }
    return Stance(f"{stance.name} mirrored", ways)


def _between(start: Stance, end: Stance, share: float) -> Stance:
    """Every bone's direction on the way from one stance to another."""
    ways: dict[str, Way] = {}
    for bone in {**start.ways, **end.ways}:
        a, b = start.ways.get(bone), end.ways.get(bone)
        a, b = a or b, b or a
        assert a is not None
        assert b is not None
        x, y, z = ((1 - share) * np.array(a) + share * np.array(b)).tolist()
        ways[bone] = (x, y, z)
    return Stance(f"{start.name}–{end.name}", ways)
