"""Pictures of items alone, as a shop shows them: for lists, thumbnails and the contact sheet."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tryon.core.camera import PinholeCamera
from tryon.core.frame import Picture
from tryon.core.scene import Draw, Layer, Lighting
from tryon.core.spaces import Floats
from tryon.core.transforms import apply, exp_so3, rigid
from tryon.stages.composite import composite
from tryon.stages.place import mirrored
from tryon.stages.render import Renderer
from tryon.wardrobe.asset import Asset
from tryon.wardrobe.item import Category

LENS_FOV_DEG = 18.0
"""A long lens, as products are photographed."""
FILL = 0.80
"""Share of the picture that the item takes in its tighter direction."""
SUPERSAMPLE = 2.0
SHOP_LIGHT = Lighting(
    np.array([[0.84] * 3, [0.22, 0.21, 0.19], [0.26] * 3, [0.24] * 3]), (1.35, 1.35, 1.35)
)
"""A bright soft key from above and the wearer's left, so that black cloth still shows its folds."""


@dataclass(frozen=True)
class View:
    """How an item is turned towards the camera: about the vertical, then tipped forward, in radians."""

    turn_rad: float
    tip_rad: float


_VIEWS: dict[Category, View] = {
    "eyeglasses": View(np.radians(-32.0), np.radians(9.0)),
    "sunglasses": View(np.radians(-32.0), np.radians(9.0)),
    "hat": View(np.radians(-35.0), np.radians(14.0)),
    "headwear": View(np.radians(-24.0), np.radians(16.0)),
    "earrings": View(np.radians(-28.0), np.radians(6.0)),
    "necklace": View(np.radians(-12.0), np.radians(30.0)),
    "mask": View(np.radians(-28.0), np.radians(8.0)),
}


def view_of(category: Category) -> View:
    """The three-quarter view that shows a category best."""
    return _VIEWS.get(category, View(np.radians(-25.0), np.radians(8.0)))


def picture_of(
    asset: Asset, renderer: Renderer, size_wh: tuple[int, int], *, view: View, background: Picture
) -> Picture:
    """(H, W, 3) picture of an asset, framed to fill it, before a (H, W, 3) background."""
    layer = _layer(asset, renderer, size_wh, view)
    return background.copy() if layer is None else composite(background, layer, grain=0.0)


def cutout_of(
    asset: Asset, renderer: Renderer, size_wh: tuple[int, int], *, view: View
) -> NDArray[np.uint8]:
    """(H, W, 4) picture of an asset with straight alpha, for pages with a background of their own."""
    out = np.zeros((size_wh[1], size_wh[0], 4), np.uint8)
    layer = _layer(asset, renderer, size_wh, view)
    if layer is not None:
        (x, y), (h, w) = layer.corner_xy, layer.rgba.shape[:2]
        alpha = layer.rgba[..., 3:].astype(np.float32)
        straight = layer.rgba[..., :3] * (255 / np.maximum(alpha, 1))
        out[y : y + h, x : x + w, :3] = np.clip(np.round(straight), 0, 255)
        out[y : y + h, x : x + w, 3] = layer.rgba[..., 3]
    return out


def studio_backdrop(size_wh: tuple[int, int]) -> Picture:
    """A neutral studio: a pool of light in the middle that falls off to the corners."""
    w, h = size_wh
    x = (np.arange(w) + 0.5) / w * 2 - 1
    y = (np.arange(h) + 0.5) / h * 2 - 1
    fall = np.exp(-0.9 * (x[None, :] ** 2 + (y[:, None] - 0.1) ** 2))
    level = np.array([58.0, 57.0, 56.0]) + fall[..., None] * np.array([94.0, 92.0, 89.0])
    # Half a level of noise, always the same, keeps the gradient from banding.
    grain = np.random.default_rng(8624).uniform(-0.5, 0.5, (h, w, 1))
    return np.asarray(np.clip(np.round(level + grain), 0, 255), np.uint8)


def pair_of(asset: Asset) -> Asset:
    """Two earrings side by side: as made, and mirrored for the other ear."""
    low = np.min([mesh.bounds[0] for mesh in asset.parts], axis=0)
    high = np.max([mesh.bounds[1] for mesh in asset.parts], axis=0)
    shift = np.array([0.85 * max(float(high[0] - low[0]), 0.5 * float(high[1] - low[1])), 0, 0])
    return replace(
        asset,
        parts=tuple(
            replace(mesh, vertices=(mesh.vertices + sign * shift).astype(np.float32))
            for side, sign in ((asset, 1.0), (mirrored(asset), -1.0))
            for mesh in side.parts
        ),
    )


def _layer(asset: Asset, renderer: Renderer, size_wh: tuple[int, int], view: View) -> Layer | None:
    camera = PinholeCamera.from_vertical_fov(LENS_FOV_DEG, size_wh)
    cam_from_asset = _framed(asset, camera, view)
    draws = [Draw(mesh, cam_from_asset, owner=asset.item_id) for mesh in asset.parts]
    return renderer.draw(camera, draws, SHOP_LIGHT, supersample=SUPERSAMPLE)


def _framed(asset: Asset, camera: PinholeCamera, view: View) -> Floats:
    """(4, 4) `cam_from_asset` that centres the asset and lets it fill the picture."""
    turn = exp_so3(np.array([view.tip_rad, 0, 0])) @ exp_so3(np.array([0, view.turn_rad, 0]))
    points = np.concatenate([mesh.vertices for mesh in asset.parts]).astype(np.float64)
    turned = apply(rigid(turn), points)
    centre = 0.5 * (turned.min(0) + turned.max(0))
    room = FILL * np.array(camera.size_wh) / 2 / np.array(camera.focal_px)
    for _ in range(4):
        local = turned - centre
        distance = float((local[:, 2:] + np.abs(local[:, :2]) / room).max())
        seen = local[:, :2] / (distance - local[:, 2:])
        # Perspective shifts the outline's middle; follow it.
        centre[:2] += 0.5 * (seen.min(0) + seen.max(0)) * distance
    return rigid(turn, -centre - np.array([0.0, 0.0, distance]))
