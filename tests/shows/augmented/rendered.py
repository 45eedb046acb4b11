"""Pictures of a printed board on a table, drawn with a known camera in a known place."""

from __future__ import annotations

import re
from functools import cache

import cv2
import numpy as np

from shows.augmented.board import SHEETS, Sheet, pdf
from tryon import PinholeCamera

SIZE_WH = (1280, 720)
CAMERA = PinholeCamera.from_focal(1050.0, SIZE_WH, origin="calibration")
PX_PER_MM = 6.0
TABLE_M = 1.2
_OVERSAMPLED = 2


def black_in_pdf(printout: bytes) -> np.ndarray:
    """(N, 4) rectangles that a PDF fills, in millimetres from the top left corner of its page."""
    text = printout.decode("latin-1")
    scale = float(re.search(r"([\d.]+) 0 0 [\d.]+ 0 0 cm", text)[1])
    box = [float(x) for x in re.search(r"MediaBox \[([^\]]+)\]", text)[1].split()]
    rectangles = np.array(
        [[float(x) for x in line.split()[:4]] for line in re.findall(r"[\d. ]+ re", text)]
    )
    mm = rectangles * scale * 25.4 / 72
    page_mm = box[3] * 25.4 / 72
    return np.column_stack([mm[:, 0], page_mm - mm[:, 1] - mm[:, 3], mm[:, 2], mm[:, 3]])


def printed(sheet: Sheet, printout: bytes) -> np.ndarray:
    """(H, W) uint8 picture of the sheet as a printer would print its PDF, PX_PER_MM fine."""
    page = np.full([round(side * PX_PER_MM) for side in sheet.paper_mm[::-1]], 255, np.uint8)
    for x, y, w, h in black_in_pdf(printout) * PX_PER_MM:
        page[round(y) : round(y + h), round(x) : round(x + w)] = 12
    return page


def table(*, seed: int = 0) -> np.ndarray:
    """(H, W) uint8 of a wooden table of TABLE_M."""
    side = round(TABLE_M * 1000 * PX_PER_MM / 4)
    rng = np.random.default_rng(seed)
    wood = cv2.GaussianBlur(rng.normal(0, 1, (side, side)), (0, 0), 3)
    wood += 2 * cv2.GaussianBlur(rng.normal(0, 1, (side, side)), (0, 0), sigmaX=60, sigmaY=4)
    wood = (140 + 260 * wood).clip(60, 210).astype(np.uint8)
    return cv2.resize(wood, None, fx=4, fy=4, interpolation=cv2.INTER_LINEAR)[
        : round(TABLE_M * 1000 * PX_PER_MM), : round(TABLE_M * 1000 * PX_PER_MM)
    ]


class Scene:
    """A table with a sheet, to be photographed."""

    def __init__(self, sheet: Sheet, printout: bytes, *, seed: int = 0) -> None:
        page = printed(sheet, printout)
        self._ground = table(seed=seed)
        h, w = page.shape
        y, x = (
            (side - length) // 2 for side, length in zip(self._ground.shape, (h, w), strict=True)
        )
        self._ground[y : y + h, x : x + w] = page
        # Ground pixels (the first one's corner at 0) → metres of the table.
        size_px = self._ground.shape[1]
        metre = PX_PER_MM * 1000
        self._table_from_ground = np.array(
            [[1 / metre, 0, -size_px / 2 / metre], [0, 1 / metre, -size_px / 2 / metre], [0, 0, 1]]
        )

    def photographed(
        self,
        cam_from_table: np.ndarray,
        *,
        noise: np.random.Generator,
        hidden: np.ndarray | None = None,
    ) -> np.ndarray:
        """(H, W, 3) picture; hidden: (4, 2) pixels of a flat thing in front."""
        flip = np.diag([1.0, -1.0, -1.0])
        (fx, fy), (cx, cy) = CAMERA.focal_px, CAMERA.centre_px
        matrix = np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1]])
        pose = flip @ cam_from_table[:3]
        px_from_table = matrix @ pose[:, [0, 2, 3]]
        homography = px_from_table @ self._table_from_ground
        k = _OVERSAMPLED
        # OpenCV counts the centre of the first pixel as 0.
        to_centres = np.array([[k, 0, -0.5], [0, k, -0.5], [0, 0, 1.0]])
        from_centres = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
        wide = cv2.warpPerspective(
            self._ground, to_centres @ homography @ from_centres,
            (SIZE_WH[0] * k, SIZE_WH[1] * k), flags=cv2.INTER_AREA, borderValue=90,
        )  # fmt: skip
        grey = cv2.resize(wide, SIZE_WH, interpolation=cv2.INTER_AREA).astype(np.float64)
        if hidden is not None:
            hand = np.zeros(SIZE_WH[::-1], np.uint8)
            cv2.fillConvexPoly(hand, np.rint(hidden).astype(np.int32), 255)
            grey = np.where(hand > 0, 150.0 + 6 * noise.standard_normal(grey.shape), grey)
        grey = cv2.GaussianBlur(grey, (0, 0), 0.6) + 3.0 * noise.standard_normal(grey.shape)
        return np.repeat(grey.clip(0, 255).astype(np.uint8)[..., None], 3, axis=2)


@cache
def scene(name: str) -> Scene:
    """The table with a sheet by its paper."""
    return Scene(SHEETS[name], pdf(SHEETS[name]))


def looking(
    distance_m: float, *, down_deg: float, round_deg: float = 0.0, roll_deg: float = 0.0
) -> np.ndarray:
    """(4, 4) cam_from_table of a camera that looks at the middle of the board."""
    down, turn = np.radians(down_deg), np.radians(round_deg)
    eye = distance_m * np.array(
        [np.sin(turn) * np.cos(down), np.sin(down), np.cos(turn) * np.cos(down)]
    )
    back = eye / np.linalg.norm(eye)
    right = np.cross([0.0, 1.0, 0.0], back)
    right /= np.linalg.norm(right)
    up = np.cross(back, right)
    cosine, sine = np.cos(np.radians(roll_deg)), np.sin(np.radians(roll_deg))
    axes = np.array([cosine * right + sine * up, cosine * up - sine * right, back])
    pose = np.eye(4)
    pose[:3, :3], pose[:3, 3] = axes, -axes @ eye
    return pose


def off(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    """Distance in millimetres and angle in degrees between two poses."""
    cosine = (np.trace(a[:3, :3].T @ b[:3, :3]) - 1) / 2
    return (
        float(1000 * np.linalg.norm(a[:3, 3] - b[:3, 3])),
        float(np.degrees(np.arccos(np.clip(cosine, -1, 1)))),
    )
