"""Fills holes of a picture from what is around them.

Push-pull pyramids (Gortler et al., The Lumigraph, 1996) carry the colours in; the texture beside the
hole's edge, mirrored about the edge, lies over them. Both are quick and never invent objects.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.core.frame import Picture

SMOOTH_PX = 5.0
"""Texture is what differs from the picture blurred by this deviation."""
COARSEST_PX = 4
MARGIN_PX = 64


def filled(rgb: Picture, hole: NDArray[np.bool_], known: NDArray[np.bool_]) -> Picture:
    """(h, w, 3) the picture with its hole filled; all other pixels stay as they are.

    hole, known: (h, w) what is to be filled, and what it may be filled from; the rest is neither.
    With nothing known the picture comes back unchanged.
    """
    if not hole.any() or not known.any():
        return rgb.copy()
    box = _around(hole)
    out = rgb.copy()
    out[box] = _filled(rgb[box], hole[box], known[box])
    return out


def _around(hole: NDArray[np.bool_]) -> tuple[slice, slice]:
    """Rows and columns of a hole, and as much around it as it is mirrored from."""
    rows, columns = np.flatnonzero(hole.any(1)), np.flatnonzero(hole.any(0))
    (y0, y1), (x0, x1) = (rows[0], rows[-1] + 1), (columns[0], columns[-1] + 1)
    return slice(max(y0 - MARGIN_PX, 0), y1 + MARGIN_PX), slice(
        max(x0 - MARGIN_PX, 0), x1 + MARGIN_PX
    )


def _filled(rgb: Picture, hole: NDArray[np.bool_], known: NDArray[np.bool_]) -> Picture:
    if not known.any():
        return rgb
    smooth = _push_pull(rgb, known)
    texture = rgb.astype(np.float32) - _blurred(rgb, known)
    texture[~known] = 0
    rows, columns = np.nonzero(hole)
    row, column, trust = _mirrored(rows, columns, known)
    value = smooth[rows, columns] + texture[row, column] * trust[:, None]
    out = rgb.copy()
    out[rows, columns] = np.clip(np.rint(value), 0, 255).astype(np.uint8)
    return out


def _mirrored(
    rows: NDArray[np.intp], columns: NDArray[np.intp], known: NDArray[np.bool_]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    """Where each pixel of a hole finds itself mirrored about the nearest known one; 1 where that is known."""
    _, labels = cv2.distanceTransformWithLabels(
        (~known).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    place = np.zeros((int(labels.max()) + 1, 2), np.intp)
    place[labels[known]] = np.argwhere(known)
    edge = place[labels[rows, columns]]
    row, column = 2 * edge[:, 0] - rows, 2 * edge[:, 1] - columns
    height, width = known.shape
    # A picture's border is a mirror as well.
    row, column = _reflected(row, height), _reflected(column, width)
    return row, column, known[row, column].astype(np.float32)


def _reflected(index: NDArray[np.intp], size: int) -> NDArray[np.intp]:
    period = np.mod(index, 2 * size)
    return np.asarray(np.minimum(period, 2 * size - 1 - period))


def _push_pull(rgb: Picture, known: NDArray[np.bool_]) -> NDArray[np.float32]:
    """(h, w, 3) float32: the known colours, drawn smoothly over what is unknown."""
    weight = known.astype(np.float32)
    color = rgb.astype(np.float32) * weight[..., None]
    levels = [(color, weight)]
    while min(levels[-1][1].shape) > COARSEST_PX:
        color, weight = (np.asarray(cv2.pyrDown(plane), np.float32) for plane in levels[-1])
        # Weights saturate, so that a pixel that is known well outweighs its coarse surroundings.
        gain = np.asarray(np.minimum(4 * weight, 1) / np.maximum(weight, 1e-6), np.float32)
        levels.append((np.asarray(color * gain[..., None]), np.asarray(weight * gain, np.float32)))
    color, weight = levels[-1]
    mean = color.sum((0, 1)) / max(float(weight.sum()), 1e-6)
    below = np.where(weight[..., None] > 1e-3, color / np.maximum(weight, 1e-3)[..., None], mean)
    for color, weight in reversed(levels[:-1]):
        size = (weight.shape[1], weight.shape[0])
        coarse = cv2.resize(below, size, interpolation=cv2.INTER_LINEAR)
        below = color + (1 - weight)[..., None] * coarse
    return np.asarray(below, np.float32)


def _blurred(rgb: Picture, known: NDArray[np.bool_]) -> NDArray[np.float32]:
    """(h, w, 3) mean of the known colours around each pixel."""
    weight = known.astype(np.float32)
    color = cv2.GaussianBlur(rgb.astype(np.float32) * weight[..., None], (0, 0), SMOOTH_PX)
    share = cv2.GaussianBlur(weight, (0, 0), SMOOTH_PX)
    return np.asarray(color / np.maximum(share, 1e-3)[..., None], np.float32)
