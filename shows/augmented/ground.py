"""The floor that models stand on in a real picture: where it is, and their shadow on it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon import PinholeCamera

Floats = NDArray[np.float64]
Share = NDArray[np.float32]

_CELLS = 256
_MARGIN_M = 0.6
_STOREYS: tuple[tuple[float, float, float, float], ...] = (
    (0.0, 0.06, 0.03, 0.60),
    (0.0, 0.5, 0.08, 0.45),
    (0.5, 1.1, 0.16, 0.35),
    (1.1, 2.5, 0.28, 0.25),
)
"""From and to height, blur, all in stage metres, and the light that is taken away: contact under the soles,
then legs, hips and shoulders under a wide lamp, softer the higher they are."""
LAMP: Floats = np.array([0.38, 0.16])
"""Metres in x and z by which shadows move for each metre of height: a lamp high up on the left, behind."""


def depth_on_floor(px: Floats, camera: PinholeCamera, cam_from_floor: Floats) -> Floats:
    """(N,) depths along −z at which (N, 2) pixels see the plane y = 0; inf at and above its horizon."""
    rays = camera.rays(px)
    normal, place = cam_from_floor[:3, 1], cam_from_floor[:3, 3]
    normal = normal / np.linalg.norm(normal)
    falls = rays @ normal
    with np.errstate(divide="ignore"):
        depth = (place @ normal) / falls
    return np.where((depth > 0) & np.isfinite(depth), depth, np.inf)


def shadow(points_m: Floats, camera: PinholeCamera, cam_from_stage: Floats) -> Share:
    """(H, W) share of light that the models take from the floor, from (P, 3) of their surface points in
    stage space: splatted onto the floor in storeys, each blurred by how high it is."""
    size_wh = camera.size_wh
    whole = np.zeros(size_wh[::-1], np.float32)
    if not len(points_m):
        return whole
    low = points_m[:, [0, 2]].min(0) - _MARGIN_M
    high = points_m[:, [0, 2]].max(0) + _MARGIN_M + LAMP * 2.0
    cell_m = float((high - low).max()) / _CELLS
    light = np.ones((_CELLS, _CELLS), np.float32)
    for bottom, top, blur_m, taken in _STOREYS:
        part = points_m[(points_m[:, 1] >= bottom - 0.05) & (points_m[:, 1] < top)]
        light *= 1.0 - taken * _splat(part, low, cell_m, blur_m)
    return _seen(1.0 - light, low, cell_m, camera, cam_from_stage)


def _splat(points_m: Floats, low: Floats, cell_m: float, blur_m: float) -> Share:
    """(C, C) cover of the floor by points, rows along z."""
    thrown = points_m[:, [0, 2]] + points_m[:, 1:2] * LAMP
    cells = ((thrown - low) / cell_m).astype(np.int64)
    cells = cells[((cells >= 0) & (cells < _CELLS)).all(1)]
    hit = np.zeros((_CELLS, _CELLS), np.uint8)
    hit[cells[:, 1], cells[:, 0]] = 1
    # Points lie up to 3 cm apart, and only on the surface: closed and filled before they are blurred.
    kernel = 2 * max(1, round(0.03 / cell_m)) + 1
    closed = cv2.morphologyEx(hit, cv2.MORPH_CLOSE, np.ones((kernel, kernel), np.uint8))
    outlines, _ = cv2.findContours(closed, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cover = np.zeros((_CELLS, _CELLS), np.float32)
    cv2.drawContours(cover, outlines, -1, (1.0,), cv2.FILLED)
    return np.asarray(cv2.GaussianBlur(cover, (0, 0), max(blur_m / cell_m, 0.6)), np.float32)


def _seen(
    floor: Share, low: Floats, cell_m: float, camera: PinholeCamera, cam_from_stage: Floats
) -> Share:
    """A map of the floor as the camera sees it."""
    (fx, fy), (cx, cy) = camera.focal_px, camera.centre_px
    matrix = np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1.0]])
    flip = np.diag([1.0, -1.0, -1.0])
    px_from_floor = matrix @ flip @ cam_from_stage[:3][:, [0, 2, 3]]
    floor_from_cell = np.array([[cell_m, 0, low[0]], [0, cell_m, low[1]], [0, 0, 1.0]])
    # OpenCV counts the centre of the first pixel, and of the first cell, as 0.
    to_centres = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1.0]])
    from_centres = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
    px_from_cell = to_centres @ px_from_floor @ floor_from_cell @ from_centres
    seen = cv2.warpPerspective(floor, px_from_cell, camera.size_wh, flags=cv2.INTER_LINEAR)
    grid = np.stack(np.meshgrid(*(np.arange(0, n, 16) + 0.5 for n in camera.size_wh)), -1)
    depth = depth_on_floor(grid.reshape(-1, 2), camera, cam_from_stage).reshape(grid.shape[:2])
    ahead = cv2.resize(np.isfinite(depth).astype(np.float32), camera.size_wh)
    return np.asarray(seen * (ahead > 0.5), np.float32)
