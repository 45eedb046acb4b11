"""Estimates the light from the faces themselves, so that what is worn is lit as they are.

Skin is nearly matt. Its colour at landmark i is ρ · (l₀ + nᵢ · l₁) for albedo ρ and the light's
first-order spherical harmonics (Ramamoorthi and Hanrahan 2001: order 1 holds most of what a matt
surface shows). Direction and contrast are l₁ / l₀, free of the albedo. The level is not: it is a
geometric mean of what the face and the brighter part of the picture suggest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tryon.core.camera import PinholeCamera
from tryon.core.fits import FaceFit
from tryon.core.frame import Frame, Picture
from tryon.core.scene import Lighting
from tryon.core.spaces import Floats
from tryon.core.srgb import light_of_code
from tryon.core.transforms import apply

TIME_CONSTANT_S = 0.4
MEASURE_EVERY_S = 0.1
"""Light changes slowly: between measurements, the last one goes on to be approached."""
NS_PER_S = 1_000_000_000

# fmt: off
SKIN = np.array([
    # the wearer's right
    50, 101, 36, 205, 187, 123, 116, 117, 118, 119, 100, 147, 213, 192, 203, 206, 207, 108,
    69, 109, 67, 104, 103, 198, 131, 126, 142, 212, 214, 210, 138, 135, 169, 171, 140,
    # left
    280, 330, 266, 425, 411, 352, 345, 346, 347, 348, 329, 376, 433, 416, 423, 426, 427, 337,
    299, 338, 297, 333, 332, 420, 360, 355, 371, 432, 434, 430, 367, 364, 394, 396, 369,
    # middle
    10, 151, 9, 197, 195, 5, 4, 199, 175, 200,
])
# fmt: on
"""Landmarks whose colours are read: cheeks, sides of the nose, forehead and jaw, bare on most people. What
hides some of them (hair, beard, glasses) is voted out."""
SURFACE_LANDMARKS = 468
NEIGHBOURS = 8
FEWEST_SAMPLES = 12
FACING = 0.25
"""Cosine to the view below which a landmark is about to turn away."""

SKIN_GREY = 0.26
"""Share of the light that middling skin reflects."""
P95_GREY = 0.70
"""Share that the brighter parts of a picture reflect."""
SKIN_HUE = np.array([1.36, 0.93, 0.66])
"""Linear colour of skin in white light, at luminance 1 (median of the palest to the darkest)."""

STUDIO = Lighting.studio().ambient
FACE_SHARE = 0.45
"""What the face says of the level, against the picture: skin may be dark where the light is not, and a
backdrop may be dark where the light is on the face."""
PRIOR_WEIGHT = 0.005
"""Pull of the studio's direction, in shares of the samples: settles what a half-hidden face leaves open."""
MOST_CONTRAST = 0.7
"""Greatest |l₁| / l₀: a lamp and its fill; the limit for light from one side alone is 1."""
LEAST_FROM = np.array([-1.0, -0.2, -0.1])
"""Least components of l₁ / l₀: a face darker above than below wears a hat or a fringe, and light that
comes from behind the head does not reach the face."""
LEVEL = (0.22, 1.30)
"""Least and greatest l₀ over the studio's."""
CAST_SHARE = 0.4
"""How much of the colour cast is taken as light; the rest may be the person's own colour."""
CAST = (0.80, 1.25)


@dataclass(frozen=True)
class _Shading:
    """contrast: (3,) l₁ / l₀ in `cam`; color: (3,) linear RGB of the skin were it lit by l₀ alone."""

    contrast: Floats
    color: Floats


@dataclass(frozen=True, eq=False)
class _SkinShape:
    """A face and the (N, 3) normals of its skin landmarks in `head`, kept while its shape stays."""

    landmarks_in_head: Floats
    normals_in_head: Floats


class LightTracker:
    """Light from frame to frame, smoothed over time."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget the light of before: a cut, or another picture."""
        self._ambient: Floats | None = None
        self._goal: Floats | None = None
        self._measured_t_ns = 0
        self._t_ns = 0
        self._shapes: dict[int, _SkinShape] = {}

    def estimate(self, frame: Frame, fits: Sequence[FaceFit]) -> Lighting:
        """The light that falls on the people of this frame; the studio's when nobody is there.

        Several people share one light, the nearer ones having more say.
        """
        if self._is_due(frame.t_ns):
            self._measure(frame, fits)
        if self._goal is not None and fits:
            self._follow(self._goal, frame.t_ns)
        if not fits or self._ambient is None:
            return Lighting.studio()
        gain = np.clip(self._ambient[0] / STUDIO[0], 0.3, 1.2)
        return Lighting(self._ambient.copy(), (float(gain[0]), float(gain[1]), float(gain[2])))

    def _is_due(self, t_ns: int) -> bool:
        since_s = (t_ns - self._measured_t_ns) / NS_PER_S
        return self._goal is None or not 0 <= since_s < MEASURE_EVERY_S

    def _measure(self, frame: Frame, fits: Sequence[FaceFit]) -> None:
        """Set the light to approach, when enough skin is seen."""
        self._shapes = {fit.track: self._shape(fit) for fit in fits}
        seen = [
            (shading, _say(fit))
            for fit in fits
            if (shading := _shading(frame, fit, self._shapes[fit.track])) is not None
        ]
        if not seen:
            return
        say = np.array([weight for _, weight in seen])
        say /= say.sum()
        contrast = say @ np.stack([s.contrast for s, _ in seen])
        color = say @ np.stack([s.color for s, _ in seen])
        self._goal = _ambient(contrast, color, _bright_grey(frame.rgb))
        self._measured_t_ns = frame.t_ns

    def _shape(self, fit: FaceFit) -> _SkinShape:
        known = self._shapes.get(fit.track)
        if known is not None and known.landmarks_in_head is fit.landmarks_in_head:
            return known
        return _SkinShape(fit.landmarks_in_head, _skin_normals(fit.landmarks_in_head))

    def _follow(self, ambient: Floats, t_ns: int) -> None:
        dt_s = (t_ns - self._t_ns) / NS_PER_S
        self._t_ns = t_ns
        if self._ambient is None or dt_s < 0:
            self._ambient = ambient
        else:
            share = 1 - np.exp(-dt_s / TIME_CONSTANT_S)
            self._ambient = self._ambient + share * (ambient - self._ambient)


def _say(fit: FaceFit) -> float:
    return max(fit.opacity, 1e-3) / float(fit.cam_from_head[2, 3]) ** 2


def _shading(frame: Frame, fit: FaceFit, shape: _SkinShape) -> _Shading | None:
    """How the light models one face, or None when too little of its skin is in the picture."""
    normals = shape.normals_in_head @ fit.cam_from_head[:3, :3].T
    points = apply(fit.cam_from_head, fit.landmarks_in_head[SKIN])
    if points[:, 2].max() >= 0:
        return None
    towards_camera = -points / np.linalg.norm(points, axis=1, keepdims=True)
    colors, inside = _colors(frame.rgb, frame.camera, points)
    usable = inside & ((normals * towards_camera).sum(1) > FACING)
    if usable.sum() < FEWEST_SAMPLES:
        return None
    return _fit(normals[usable], colors[usable])


def _skin_normals(landmarks: Floats) -> Floats:
    """(N, 3) unit normals of the planes through each skin landmark's neighbours, outwards."""
    surface = landmarks[:SURFACE_LANDMARKS]
    points = surface[SKIN]
    square = (surface**2).sum(1) - 2 * points @ surface.T
    nearest = np.argpartition(square, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
    spread = surface[nearest] - surface[nearest].mean(1, keepdims=True)
    _, axes = np.linalg.eigh(np.einsum("nki,nkj->nij", spread, spread))
    normals = axes[:, :, 0]
    inside = surface.mean(0) - np.array([0.0, 0.0, 0.06])
    return np.asarray(normals * np.sign((normals * (points - inside)).sum(1, keepdims=True)))


def _colors(
    rgb: Picture, camera: PinholeCamera, points: Floats
) -> tuple[Floats, NDArray[np.bool_]]:
    """(N, 3) linear colour of a small patch about each point, and whether it is in the picture."""
    px = camera.project(points)
    across = float(np.ptp(px[:, 0]) + np.ptp(px[:, 1])) / 2
    steps = np.array([-1.0, -0.5, 0.0, 0.5, 1.0]) * 0.02 * across
    offsets = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    columns, rows = np.moveaxis(np.floor(px[:, None] + offsets).astype(int), -1, 0)
    height, width = rgb.shape[:2]
    inside = ((columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)).all(1)
    codes = rgb[rows.clip(0, height - 1), columns.clip(0, width - 1)]
    return _decoded(codes).mean(1), inside


def _fit(normals: Floats, colors: Floats) -> _Shading | None:
    """First-order harmonics of the luminance by iteratively reweighted least squares (Tukey)."""
    grey = colors @ np.array([0.2126, 0.7152, 0.0722])
    level = float(np.median(grey))
    if level <= 1e-5:
        return None
    design = np.column_stack([np.ones(len(normals)), normals])
    target = grey / level
    studio = STUDIO.mean(1)
    # The prior holds l₁ to the studio's share of l₀: rows l₁ − share · l₀ = 0.
    prior = np.column_stack([-studio[1:] / studio[0], np.eye(3)])
    weight = np.ones(len(target))
    for _ in range(6):
        weighted = design * weight[:, None]
        strength = PRIOR_WEIGHT * weight.sum()
        solution = np.linalg.solve(
            weighted.T @ design + strength * prior.T @ prior, weighted.T @ target
        )
        error = target - design @ solution
        scale = max(1.4826 * float(np.median(np.abs(error))), 0.02)
        weight = np.clip(1 - (error / (4.685 * scale)) ** 2, 0, None) ** 2
    if solution[0] <= 0.05:
        return None
    contrast = np.maximum(solution[1:] / solution[0], LEAST_FROM)
    contrast = contrast * min(1.0, MOST_CONTRAST / max(float(np.linalg.norm(contrast)), 1e-9))
    # Colour as under l₀ alone: the voters' mean colour without its shading.
    lit = np.clip(1 + normals @ contrast, 0.1, None)
    return _Shading(contrast, weight @ (colors / lit[:, None]) / weight.sum())


def _ambient(contrast: Floats, color: Floats, bright_grey: float) -> Floats:
    """(4, 3) light of this direction, with a level and a cast that stay within reason."""
    grey = float(color @ np.array([0.2126, 0.7152, 0.0722]))
    by_face = grey / SKIN_GREY
    by_picture = max(bright_grey / P95_GREY, 0.5 * by_face)
    level = by_face**FACE_SHARE * by_picture ** (1 - FACE_SHARE)
    cast = color / max(grey, 1e-6) / SKIN_HUE
    cast = np.clip(cast / cast.mean(), *CAST) ** CAST_SHARE
    base = STUDIO[0] * np.clip(level, *LEVEL) * cast
    return np.vstack([base, contrast[:, None] * base])


def _bright_grey(rgb: Picture) -> float:
    """Luminance that 95 of 100 pixels do not reach."""
    step = max(min(rgb.shape[:2]) // 64, 1)
    light = _decoded(rgb[::step, ::step].reshape(-1, 3)) @ np.array([0.2126, 0.7152, 0.0722])
    return float(np.quantile(light, 0.95))


def _decoded(codes: NDArray[np.uint8]) -> Floats:
    """Linear light of sRGB codes (IEC 61966-2-1)."""
    return np.asarray(light_of_code()[codes])
