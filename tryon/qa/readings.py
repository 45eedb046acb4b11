"""Measures how the landmark network reads the base head: the recipe of assets/head/readings.json.

Portraits of several sitters are drawn in known poses and go through the real detector. The points
whose pictures its landmarks are come out of triangulation over all poses; the points whose depths
its z is, out of averaging; and what is left over says how far a landmark is to be believed.

The same sitters judge the fit in `tryon qa heads`. Readings taken from every other sitter and judged on
the rest miss the turn of heads of up to 45° by 2.6° in the median instead of 2.3°; the bridge is no worse.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tryon.core.canonical import CanonicalFace, read_canonical_face
from tryon.core.frame import Frame
from tryon.core.spaces import Floats
from tryon.qa.heads import HeadPose, HeadTruth, pose_grid
from tryon.qa.portrait import SITTERS
from tryon.stages.fit_face.reading import Reading
from tryon.stages.fit_face.sighting import Sighting
from tryon.supplies import supply_path
from tryon.wardrobe.head_bake import FACE_MESH

MOST_TURN_DEG = 46.0
FRONTAL_DEG = 31.0
NEAR_FRONTAL_DEG = 21.0
FRONTAL_POWER = 8
"""How much more a frontal picture counts than a turned one, as a power of the cosine."""
PERSON_SD_M = 0.003
"""How far people's landmarks lie from the mean head's, along each axis."""
_FLIP = np.array([-1.0, 1.0, 1.0])


@dataclass(frozen=True, eq=False)
class Shot:
    """One picture's landmarks with the truth: pose, and size and (478, 3) landmarks of the sitter."""

    pose: HeadPose
    marks: Floats
    landmarks: Floats

    @property
    def turn_deg(self) -> float:
        return max(abs(self.pose.yaw_deg), abs(self.pose.pitch_deg), abs(self.pose.roll_deg))


def measure_readings(truth: HeadTruth) -> Reading:
    """How the network reads the base head. Takes two minutes."""
    shots = []
    for sitter in SITTERS:
        portrait = truth.portrait(sitter)
        for pose in pose_grid():
            picture = truth.photograph(portrait, pose, seed=len(sitter.name))
            found = truth.detect(Frame(picture, 0, 0, pose.camera()))
            shots += [Shot(pose, face.px, portrait.landmarks) for face in found]
    average = read_canonical_face(supply_path("face_landmarker.task"))
    return readings(shots, truth.head_model.landmarks, average)


def readings(shots: Sequence[Shot], base: Floats, average: CanonicalFace) -> Reading:
    """From shots of heads whose truth is known; base: (478, 3) landmarks of the base head."""
    usable = [s for s in shots if s.turn_deg < MOST_TURN_DEG and s.pose.off_centre[0] == 0]
    mirror = average.mirror
    seen = _symmetric(_triangulated(usable, base), mirror)
    lifted = _symmetric(_lifted(usable, base), mirror)
    spread = np.sqrt(np.mean([_off(shot) for shot in usable], axis=0))
    spread = 0.5 * (spread + spread[mirror])
    share = _person_share(usable, base, seen, mirror)
    return Reading.of(seen, lifted, spread, share)


def write_readings(reading: Reading, path: Path) -> None:
    """Write the table that `tryon.stages.fit_face` reads."""
    document = {
        "about": "How MediaPipe's face landmarks read the base head, by `tryon qa readings`",
        "seen_m": np.round(reading.seen, 5).tolist(),
        "lifted_m": np.round(reading.lifted, 5).tolist(),
        "spread_m": np.round(reading.spread, 5).tolist(),
        "person_share": np.round(reading.person_share, 3).tolist(),
    }
    path.write_text(json.dumps(document) + "\n")


def _triangulated(shots: Sequence[Shot], base: Floats) -> Floats:
    """(478, 3) points nearest to all rays, heads scaled to the base's size, in `head`."""
    system, right = np.zeros((len(base), 3, 3)), np.zeros((len(base), 3))
    for shot in shots:
        pose = shot.pose.cam_from_head()
        ray = shot.pose.camera().rays(shot.marks[:, :2]) @ pose[:3, :3]
        ray /= np.linalg.norm(ray, axis=1, keepdims=True)
        eye = -pose[:3, :3].T @ pose[:3, 3] * _size(base) / _size(shot.landmarks)
        across = (np.eye(3) - ray[:, :, None] * ray[:, None, :]) * _frontality(shot)
        system += across
        right += across @ eye
    return np.asarray(np.linalg.solve(system, right[..., None])[..., 0])


def _lifted(shots: Sequence[Shot], base: Floats) -> Floats:
    """(478, 3) mean of the lifted landmarks in `head`, as large as the base."""
    found = []
    for shot in (s for s in shots if s.turn_deg < FRONTAL_DEG):
        sighting = Sighting.of(shot.marks, shot.pose.camera())
        points = sighting.lifted(np.ones(len(base))) @ sighting.cam_from_view.T
        points = (points - points[:FACE_MESH].mean(0)) @ shot.pose.cam_from_head()[:3, :3]
        found.append(points * _size(base) / _size(points))
    mean = np.mean(found, axis=0)
    return np.asarray(mean + base[:FACE_MESH].mean(0))


def _off(shot: Shot) -> Floats:
    """(478,) squared distance of landmarks from the truth, across the line of sight, per axis."""
    camera, pose = shot.pose.camera(), shot.pose.cam_from_head()
    true = shot.landmarks @ pose[:3, :3].T + pose[:3, 3]
    off = (shot.marks[:, :2] - camera.project(true)) * -true[:, 2:] / camera.focal_px[0]
    off = off - np.median(off, axis=0)
    return np.asarray(0.5 * (off**2).sum(1))


def _person_share(shots: Sequence[Shot], base: Floats, seen: Floats, mirror: np.ndarray) -> Floats:
    """(478, 3) how much of a deviation from the mean is the person's, near the frontal view."""
    errors = []
    for shot in (s for s in shots if s.turn_deg < NEAR_FRONTAL_DEG):
        pose, size = shot.pose.cam_from_head(), _size(shot.landmarks) / _size(base)
        sighting = Sighting.of(shot.marks, shot.pose.camera())
        true = shot.landmarks @ pose[:3, :3].T + pose[:3, 3]
        ray = shot.pose.camera().rays(shot.marks[:, :2])
        found = (ray * -true[:, 2:] - pose[:3, 3]) @ pose[:3, :3] / size
        depth = -true @ sighting.cam_from_view[:, 2]
        relief = sighting.relief - (depth / depth[:FACE_MESH].mean() - 1.0)
        deep = (relief - np.median(relief)) * depth.mean() / size
        error = found - shot.landmarks / size
        error[:, 2] = deep
        errors.append(error - np.median(error, axis=0))
    sd = np.std(errors, axis=0)
    sd = np.sqrt(0.5 * (sd**2 + sd[mirror] ** 2))
    return np.asarray(PERSON_SD_M**2 / (PERSON_SD_M**2 + sd**2))


def _frontality(shot: Shot) -> float:
    return float(np.cos(np.radians(shot.turn_deg)) ** FRONTAL_POWER)


def _symmetric(points: Floats, mirror: np.ndarray) -> Floats:
    return np.asarray(0.5 * (points + points[mirror] * _FLIP))


def _size(points: Floats) -> float:
    face = points[:FACE_MESH]
    return float(np.sqrt(((face - face.mean(0)) ** 2).sum(1).mean()))
