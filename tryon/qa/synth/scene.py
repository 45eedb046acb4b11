"""Scripts of made-up films: who sits, how they move, in which light."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from tryon.core.camera import PinholeCamera
from tryon.core.scene import Lighting
from tryon.core.spaces import Floats
from tryon.core.transforms import rigid, rotation_from_angles
from tryon.qa.portrait import SITTERS, Sitter

SKINS = {
    "very light": "f3e7db", "light": "eadaba", "medium": "d7bd96", "tan": "a07e56",
    "deep": "825c43", "dark": "604134", "very dark": "3a312a",
}  # fmt: skip
"""sRGB of seven of the ten tones of the Monk Skin Tone Scale (Google 2022), light to dark."""


def _light(
    level: tuple[float, float, float], x: float, y: float, z: float, gain: float = 0.6
) -> Lighting:
    """Light of a colour, with its first order along x, y and z in shares of it."""
    base = np.array(level)
    return Lighting(np.stack([base, x * base, y * base, z * base]), (gain, gain, gain))


LIGHTS: Mapping[str, Lighting] = {
    "front": _light((0.62, 0.62, 0.62), 0.26, 0.42, 0.48),
    "side": _light((0.52, 0.52, 0.52), 0.75, 0.25, 0.35),
    "below": _light((0.55, 0.53, 0.50), 0.10, -0.45, 0.45),
    "dim": _light((0.16, 0.155, 0.15), 0.20, 0.40, 0.40, 0.2),
    "warm": _light((0.72, 0.52, 0.30), 0.30, 0.40, 0.40),
    "back": _light((0.24, 0.24, 0.26), 0.10, 0.50, -0.60, 0.3),
}


@dataclass(frozen=True)
class HeadPlace:
    """Degrees as in `rotation_from_angles`; where in the picture the head is, in shares of its half
    size; distance in metres."""

    yaw_deg: float = 0.0
    pitch_deg: float = 0.0
    roll_deg: float = 0.0
    x: float = 0.0
    y: float = 0.0
    distance_m: float = 0.58


Motion = Callable[[float, int], HeadPlace]
"""Seconds and the number of the sitter → pose."""


def _sine(hertz: float, at_s: float, phase: float = 0.0) -> float:
    return float(np.sin(2 * np.pi * hertz * at_s + phase))


def _still(_at_s: float, _who: int) -> HeadPlace:
    return HeadPlace(yaw_deg=4, pitch_deg=2)


def _turn(at_s: float, _who: int) -> HeadPlace:
    return HeadPlace(35 * _sine(0.5, at_s), 5 * _sine(0.9, at_s), 4 * _sine(0.7, at_s))


def _nod(at_s: float, _who: int) -> HeadPlace:
    return HeadPlace(6 * _sine(0.4, at_s), 14 * _sine(0.6, at_s), 14 * _sine(0.45, at_s))


def _sway(at_s: float, _who: int) -> HeadPlace:
    return HeadPlace(
        8 * _sine(0.6, at_s),
        3,
        5 * _sine(0.6, at_s),
        0.3 * _sine(0.6, at_s),
        0.06 * _sine(1.2, at_s),
    )


def _approach(at_s: float, _who: int) -> HeadPlace:
    return HeadPlace(8, 3, 0, 0.05, 0, 0.68 + 0.2 * _sine(0.4, at_s, 1.0))


def _cross(at_s: float, who: int) -> HeadPlace:
    """Two people change sides, the second one behind the first."""
    side = 1.0 if who else -1.0
    x = -side * 0.55 * float(np.cos(2 * np.pi * 0.25 * at_s))
    return HeadPlace(10 * side, 2, 0, x, 0.12 * who, 0.72 + 0.28 * who)


MOTIONS: Mapping[str, Motion] = {
    "still": _still, "turn": _turn, "nod": _nod, "sway": _sway, "approach": _approach, "cross": _cross,
}  # fmt: skip


@dataclass(frozen=True)
class Scene:
    """One film of portrait sitters.

    sitters: people, the first is in front; hair: whether they have any; glasses: the item that they
    truly wear in the picture, or ""; occluded: a forearm passes before the face; noise: standard
    deviation of the sensor, of 255; fov_deg: vertical.
    """

    name: str
    sitters: tuple[Sitter, ...] = (SITTERS[1],)
    motion: str = "turn"
    light: str = "front"
    hair: bool = True
    glasses: str = ""
    occluded: bool = False
    size_wh: tuple[int, int] = (320, 240)
    frames_per_s: float = 15.0
    seconds: float = 2.0
    fov_deg: float = 42.0
    noise: float = 1.2
    seed: int = 0

    @property
    def count(self) -> int:
        return round(self.seconds * self.frames_per_s)

    def at_ns(self, index: int) -> int:
        return round(index * 1e9 / self.frames_per_s)

    def camera(self) -> PinholeCamera:
        return PinholeCamera.from_vertical_fov(self.fov_deg, self.size_wh)

    def cam_from_head(self, index: int, who: int) -> Floats:
        """(4, 4) rigid, metres."""
        pose = MOTIONS[self.motion](index / self.frames_per_s, who)
        half = np.tan(np.radians(self.fov_deg) / 2) * pose.distance_m
        across = half * self.size_wh[0] / self.size_wh[1]
        angles = np.radians([pose.yaw_deg, pose.pitch_deg, pose.roll_deg])
        place = np.array([pose.x * across, pose.y * half, -pose.distance_m])
        return rigid(rotation_from_angles(*(float(angle) for angle in angles)), place)


def fairness_scenes(*, seconds: float = 1.4) -> tuple[tuple[str, str, Scene], ...]:
    """(trait, value, film): one trait at a time changes from one mean face in good light."""
    mean = SITTERS[0]
    base = Scene("base", (_toned(mean, "medium"),), motion="turn", seconds=seconds)
    rows = [("skin", tone, replace(base, sitters=(_toned(mean, tone),))) for tone in SKINS]
    rows += [("light", light, replace(base, light=light)) for light in LIGHTS]
    rows += [
        ("hair", "short hair", base),
        ("hair", "bald", replace(base, hair=False)),
        ("glasses", "none", base),
        ("glasses", "acetate", replace(base, glasses="aurelle-windsor")),
        ("glasses", "sunglasses", replace(base, glasses="aurelle-soleil")),
        ("occlusion", "none", base),
        ("occlusion", "forearm", replace(base, occluded=True)),
    ]
    return tuple(
        (trait, value, replace(scene, name=f"{trait}-{value.replace(' ', '-')}"))
        for trait, value, scene in rows
    )


def _toned(sitter: Sitter, tone: str) -> Sitter:
    painted = replace(sitter.complexion, skin=SKINS[tone])
    return replace(sitter, name=f"{sitter.name}-{tone}", complexion=painted)


FILMS: Mapping[str, Scene] = {
    "turn": Scene("turn", (SITTERS[1],), motion="turn"),
    "nod": Scene("nod", (SITTERS[2],), motion="nod", light="side"),
    "sway": Scene("sway", (SITTERS[5],), motion="sway", light="warm"),
    "approach": Scene("approach", (SITTERS[3],), motion="approach"),
    "still": Scene("still", (SITTERS[4],), motion="still"),
    "crossing": Scene("crossing", (SITTERS[3], SITTERS[6]), motion="cross", size_wh=(480, 270)),
    "occluded": Scene("occluded", (SITTERS[6],), motion="sway", occluded=True),
}
"""Films of portrait sitters by name."""
