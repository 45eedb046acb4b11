"""Draws items and what hides them, as a layer to lay over the picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.core.camera import PinholeCamera
from tryon.core.scene import Draw, Layer, Lighting, Role
from tryon.stages.render.gl_thread import device, on_gl_thread
from tryon.stages.render.region import (
    Box,
    depth_in_metres,
    item_region,
    tiles,
    visible_region,
)

if TYPE_CHECKING:
    from tryon.stages.render.painter import Painter, Prepared

MOST_PX = 4096 * 2048
"""Pixels that are drawn at once; larger regions are drawn in tiles."""
COVERAGE_SUPERSAMPLE = 2.0
SUPERSAMPLE_STEPS = (1.5, 1.0)
DEFAULT_CAPACITY_BYTES = 512 * 1024**2

Scalar = TypeVar("Scalar", bound=np.generic)
OwnerMasks = Mapping[tuple[str, int], tuple[NDArray[np.uint8], tuple[int, int]]]


class Renderer:
    """pyrender's meshes, materials and shader programs, drawn in one pass at the size of the items.

    Every renderer of the process shares one OpenGL context on one thread, so any thread may call it;
    calls take turns. The same arguments give the same bytes. Close it, or use it as a context manager.

    capacity_bytes: GPU memory for meshes and textures; those unused for longest go first.
    Raises GraphicsError when there is no usable OpenGL, or in a process forked after it was opened.
    """

    def __init__(self, *, capacity_bytes: int = DEFAULT_CAPACITY_BYTES) -> None:
        self._painter = on_gl_thread(_open, capacity_bytes).result()

    def __enter__(self) -> Renderer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def nbytes(self) -> int:
        """GPU memory that this renderer's meshes and textures take now."""
        return self._painter.nbytes

    def draw(
        self,
        camera: PinholeCamera,
        draws: Sequence[Draw],
        light: Lighting,
        *,
        supersample: float = 1.0,
        most_px: int | None = None,
        depth: bool = False,
    ) -> Layer | None:
        """The region of the picture that the draws change, or None when none of them is seen.

        supersample: drawn larger by this factor in both directions and shrunk, for smooth edges;
        most_px: a region that would take more pixels than this is drawn less large, at 1.5 or 1;
        depth: also give the distance of the nearest solid surface, hiders included (a transparent one
        has none). A catcher's contact shadow is black with some alpha.
        """
        region = visible_region(camera, draws)
        if region is None:
            return None
        factor = _affordable(supersample, region, most_px)
        return on_gl_thread(
            self._layer, camera, draws, light, region, supersample=factor, depth=depth
        ).result()

    def coverage(self, camera: PinholeCamera, draws: Sequence[Draw]) -> OwnerMasks:
        """What is seen of each owner's items: (owner, person) → mask and its corner in the picture.

        mask: (h, w) uint8, antialiased, 255 where the item fills the pixel. Heads and other items
        that are solid hide it; a see-through lens counts in full and hides nothing. An item that is
        hidden has an empty mask; there are none at all when no item is in the picture.
        """
        region = item_region(camera, draws)
        if region is None:
            return {}
        return on_gl_thread(self._masks, camera, draws, region).result()

    def close(self) -> None:
        """Free the GPU memory of this renderer. It fills again when the renderer is used again."""
        on_gl_thread(self._painter.clear).result()

    def _layer(
        self,
        camera: PinholeCamera,
        draws: Sequence[Draw],
        light: Lighting,
        region: Box,
        *,
        supersample: float,
        depth: bool,
    ) -> Layer:
        prepared = self._painter.prepare([d for d in draws if d.opacity > 0])
        rgba, metres = [], []
        boxes = list(tiles(region, scale=supersample, most_px=MOST_PX))
        for box in boxes:
            large = _enlarged(camera, box, supersample)
            self._painter.paint(large, prepared, light)
            rgba.append(_shrunk(self._painter.color(large.size_wh), box))
            if depth:
                metres.append(_nearest(self._painter.depth(large.size_wh), box))
        return Layer(
            _joined(rgba, boxes, region),
            region.corner_xy,
            _joined(metres, boxes, region) if depth else None,
        )

    def _masks(self, camera: PinholeCamera, draws: Sequence[Draw], region: Box) -> OwnerMasks:
        prepared = self._painter.prepare([d for d in draws if d.opacity > 0])
        owners = list(
            dict.fromkeys((d.owner, d.person) for d in draws if d.role is Role.VISIBLE and d.owner)
        )
        masks: dict[tuple[str, int], tuple[NDArray[np.uint8], tuple[int, int]]] = {}
        for first in range(0, len(owners), 4):
            group = owners[first : first + 4]
            planes = cv2.split(self._marked(camera, prepared, region, group))
            masks |= {
                key: (np.asarray(plane, np.uint8), region.corner_xy)
                for key, plane in zip(group, planes, strict=False)
            }
        return masks

    def _marked(
        self,
        camera: PinholeCamera,
        prepared: Sequence[Prepared],
        region: Box,
        group: Sequence[tuple[str, int]],
    ) -> NDArray[np.uint8]:
        """(h, w, 4) coverage of up to four owners, one a channel."""
        channels = np.zeros((len(prepared), 4), np.float32)
        for channel, item in zip(channels, prepared, strict=True):
            key = (item.draw.owner, item.draw.person)
            if item.draw.role is Role.VISIBLE and key in group:
                channel[group.index(key)] = 1
        boxes = list(tiles(region, scale=COVERAGE_SUPERSAMPLE, most_px=MOST_PX))
        parts = []
        for box in boxes:
            large = _enlarged(camera, box, COVERAGE_SUPERSAMPLE)
            self._painter.mark(large, prepared, channels)
            parts.append(_shrunk(self._painter.color(large.size_wh), box))
        return _joined(parts, boxes, region)


def _open(capacity_bytes: int) -> Painter:
    context = device()
    # Imports OpenGL, so it waits until the device has set PyOpenGL up.
    from tryon.stages.render.painter import Painter  # noqa: PLC0415

    return Painter(context, capacity_bytes=capacity_bytes)


def _affordable(supersample: float, region: Box, most_px: int | None) -> float:
    """The largest of a few factors whose picture is small enough. Few, so that a stream seldom changes."""
    if most_px is None:
        return supersample
    steps = [supersample, *(step for step in SUPERSAMPLE_STEPS if step < supersample)]
    area = region.width * region.height
    return next((step for step in steps if area * step**2 <= most_px), steps[-1])


def _enlarged(camera: PinholeCamera, box: Box, scale: float) -> PinholeCamera:
    """The camera of a window of the picture, with about `scale` pixels for each of the picture's."""
    size_wh = (max(round(box.width * scale), 1), max(round(box.height * scale), 1))
    return camera.cropped(box.corner_xy, box.size_wh).resized(size_wh)


def _shrunk(rgba: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    if rgba.shape[:2] == (box.height, box.width):
        return rgba
    return np.asarray(cv2.resize(rgba, box.size_wh, interpolation=cv2.INTER_AREA), np.uint8)


def _nearest(depth: NDArray[np.float32], box: Box) -> NDArray[np.float32]:
    """Metres of what is nearest within each pixel: a mean with the emptiness beside it means nothing."""
    if depth.shape != (box.height, box.width):
        reach = -(-depth.shape[0] // box.height)
        nearest = cv2.erode(depth, np.ones((reach, reach), np.uint8))
        depth = np.asarray(
            cv2.resize(nearest, box.size_wh, interpolation=cv2.INTER_NEAREST), np.float32
        )
    return depth_in_metres(depth)


def _joined(parts: Sequence[NDArray[Scalar]], boxes: Sequence[Box], region: Box) -> NDArray[Scalar]:
    """The pictures of the tiles as one of the region."""
    if len(parts) == 1:
        return parts[0]
    out = np.zeros((region.height, region.width, *parts[0].shape[2:]), parts[0].dtype)
    for part, box in zip(parts, boxes, strict=True):
        x, y = box.x - region.x, box.y - region.y
        out[y : y + box.height, x : x + box.width] = part
    return out
