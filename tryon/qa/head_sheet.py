"""A contact sheet of head trials: the fitted head's outline and anchors on each picture."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.core.camera import PinholeCamera
from tryon.core.fits import FaceFit
from tryon.core.frame import Picture
from tryon.core.transforms import apply
from tryon.qa.heads import MEASURED, Trial
from tryon.wardrobe.head import HeadModel

COLUMNS = 8
CELL_WH = (320, 240)
LEFT, RIGHT, MIDDLE = (255, 60, 60), (70, 120, 255), (255, 220, 0)
OUTLINE = (120, 255, 140)
_SHIFT = 4


class HeadSheet:
    """Collects pictures of trials, shrunk, and lays them out in rows."""

    def __init__(self, model: HeadModel) -> None:
        self._model = model
        self._cells: list[Picture] = []

    def add(self, trial: Trial, picture: Picture, fit: FaceFit | None) -> None:
        """One more cell."""
        drawn = picture if fit is None else mark(picture, self._model, fit, trial.pose.camera())
        self._cells.append(np.asarray(cv2.resize(drawn, CELL_WH, interpolation=cv2.INTER_AREA)))

    def picture(self) -> Picture:
        """(H, W, 3) the sheet so far."""
        blank = np.full((CELL_WH[1], CELL_WH[0], 3), 255, np.uint8)
        cells = self._cells + [blank] * (-len(self._cells) % COLUMNS)
        rows = [np.hstack(cells[k : k + COLUMNS]) for k in range(0, len(cells), COLUMNS)]
        return np.vstack(rows) if rows else blank


def mark(picture: Picture, model: HeadModel, fit: FaceFit, camera: PinholeCamera) -> Picture:
    """The picture with the fitted head's outline and its anchors, the wearer's left in red."""
    out = picture.copy()
    head = model.fitted(fit.landmarks_in_head)
    px = camera.project(apply(fit.cam_from_head, head.vertices.astype(np.float64)))
    cover: NDArray[np.uint8] = np.zeros(out.shape[:2], np.uint8)
    for face in np.round(px[model.mesh.faces] * 2**_SHIFT).astype(np.int32):
        cv2.fillConvexPoly(cover, face, (255,), shift=_SHIFT)
    outlines, _ = cv2.findContours(cover, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(out, outlines, -1, OUTLINE, 1, cv2.LINE_AA)
    for anchor in MEASURED:
        color = LEFT if "left" in anchor else RIGHT if "right" in anchor else MIDDLE
        x, y = np.round(camera.project(fit.anchor_in_cam(anchor)) * 2**_SHIFT).astype(int)
        cv2.circle(out, (int(x), int(y)), 3 << _SHIFT, color, -1, cv2.LINE_AA, _SHIFT)
    return out
