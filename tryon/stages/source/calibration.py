"""Camera calibrations in the files that OpenCV and ROS write."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import yaml
from numpy.typing import NDArray

from tryon.core.camera import PinholeCamera
from tryon.core.errors import InputError
from tryon.core.frame import Picture
from tryon.core.spaces import Floats

ASPECT_TOLERANCE = 0.01
"""A picture whose shape differs more than this from the calibrated one is not the same camera's."""

_MATRIX_KEYS = ("camera_matrix", "cameraMatrix", "Camera_Matrix", "K")
_DISTORTION_KEYS = (
    *("distortion_coefficients", "Distortion_Coefficients", "dist_coeffs", "distCoeffs", "D"),
)
_WIDTH_KEYS = ("image_width", "image_Width", "width")
_HEIGHT_KEYS = ("image_height", "image_Height", "height")
_REMEDY = (
    "Expected are camera_matrix (3×3), image_width, image_height and, if any, "
    "distortion_coefficients, as OpenCV's calibration sample writes them."
)


@dataclass(frozen=True)
class Calibration:
    """What a calibration measured, for pictures of `size_wh`.

    name: the file; matrix: (3, 3) pinhole matrix in pixels; distortion: (n,) coefficients in
    OpenCV's order (k1, k2, p1, p2, k3, …), empty or all zero for a lens without distortion.
    """

    name: str
    matrix: Floats
    distortion: Floats
    size_wh: tuple[int, int]

    def straighten(self, rgb: Picture) -> tuple[Picture, PinholeCamera]:
        """The picture without lens distortion, and the pinhole camera that sees it so.

        The camera is scaled to the picture. With distortion, the picture is resampled and cut to the
        part without black edges (OpenCV, `getOptimalNewCameraMatrix` with alpha 0), at its own size.
        Raises InputError when the picture's shape is not the calibrated one.
        """
        size_wh = (rgb.shape[1], rgb.shape[0])
        self._check_shape(size_wh)
        matrix = self._matrix_for(size_wh)
        if self.distortion.any():
            straight, whole, fraction = _maps(matrix.tobytes(), self.distortion.tobytes(), size_wh)
            # The maps are cached and must never be written to; remap only reads them.
            remapped = cv2.remap(
                rgb, whole, fraction, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
            )
            return remapped.astype(np.uint8, copy=False), _camera(straight, size_wh)
        return rgb, _camera(matrix, size_wh)

    def _matrix_for(self, size_wh: tuple[int, int]) -> Floats:
        """The pinhole matrix of the picture scaled to another size.

        OpenCV counts pixels from the middle of the first one: its centre moves by half a pixel.
        """
        kx, ky = size_wh[0] / self.size_wh[0], size_wh[1] / self.size_wh[1]
        scale = np.array([[kx, 0, (kx - 1) / 2], [0, ky, (ky - 1) / 2], [0, 0, 1]])
        return np.asarray(scale @ self.matrix)

    def _check_shape(self, size_wh: tuple[int, int]) -> None:
        ratio = size_wh[0] * self.size_wh[1] / (size_wh[1] * self.size_wh[0])
        if abs(ratio - 1) > ASPECT_TOLERANCE:
            found, expected = (f"{w}×{h}" for w, h in (size_wh, self.size_wh))
            raise InputError(
                f"{self.name} calibrates pictures of {expected}; this one has {found}, "
                "which is another shape.",
                remedy="Calibrate at the shape that is used, or give --fov instead.",
            )


def _camera(matrix: Floats, size_wh: tuple[int, int]) -> PinholeCamera:
    return PinholeCamera(
        (float(matrix[0, 0]), float(matrix[1, 1])),
        # OpenCV counts from the middle of the first pixel, PinholeCamera from its corner.
        (float(matrix[0, 2]) + 0.5, float(matrix[1, 2]) + 0.5),
        size_wh,
        "calibration",
    )


@lru_cache(maxsize=4)
def _maps(
    matrix_bytes: bytes, distortion_bytes: bytes, size_wh: tuple[int, int]
) -> tuple[Floats, NDArray[np.int16], NDArray[np.uint16]]:
    """The straight camera's matrix and where each of its pixels lies in the distorted picture."""
    matrix = np.frombuffer(matrix_bytes).reshape(3, 3)
    distortion = np.frombuffer(distortion_bytes)
    straight, _ = cv2.getOptimalNewCameraMatrix(matrix, distortion, size_wh, 0.0)
    # Fixed-point maps: whole pixels, and an index of the fraction.
    whole, fraction = cv2.initUndistortRectifyMap(
        matrix, distortion, np.eye(3), straight, size_wh, cv2.CV_16SC2
    )
    return (
        np.asarray(straight, np.float64),
        np.asarray(whole, np.int16),
        np.asarray(fraction, np.uint16),
    )


def read_calibration(path: Path) -> Calibration:
    """Read a YAML or JSON calibration. Raises InputError naming the file and the field."""
    fields = _fields(path)
    matrix = _floats(path, fields, _MATRIX_KEYS)
    if matrix is None or matrix.size != 9:
        found = "is missing" if matrix is None else f"has {matrix.size} numbers, not 9"
        raise InputError(f"{path}: camera_matrix {found}.", remedy=_REMEDY)
    matrix = matrix.reshape(3, 3)
    if matrix[0, 0] <= 0 or matrix[1, 1] <= 0 or matrix[2, 2] != 1:
        raise InputError(
            f"{path}: camera_matrix is not [fx 0 cx; 0 fy cy; 0 0 1] with fx, fy > 0.",
            remedy=_REMEDY,
        )
    distortion = _floats(path, fields, _DISTORTION_KEYS)
    if distortion is None:
        distortion = np.zeros(0)
    if distortion.size not in (0, 4, 5, 8, 12, 14):
        raise InputError(
            f"{path}: distortion_coefficients has {distortion.size} numbers; 4, 5, 8, 12 or 14 make "
            "a lens.",
            remedy=_REMEDY,
        )
    size_wh = (_size(path, fields, _WIDTH_KEYS), _size(path, fields, _HEIGHT_KEYS))
    return Calibration(str(path), matrix, distortion, size_wh)


def _fields(path: Path) -> Mapping[str, object]:
    """The file's fields, whichever of the formats it is in."""
    try:
        text = path.read_text("utf-8")
        if text.lstrip().startswith("{"):
            parsed = json.loads(text)
        else:
            # OpenCV writes "%YAML:1.0", which is no YAML directive.
            lines = (line for line in text.splitlines() if not line.startswith("%YAML"))
            parsed = yaml.load("\n".join(lines), _CalibrationLoader)  # a SafeLoader
    except OSError as error:
        why = error.strerror or str(error)
        raise InputError(f"{path} cannot be read: {why}.", remedy="Check the name.") from error
    except (ValueError, yaml.YAMLError) as error:
        raise InputError(f"{path} is neither YAML nor JSON: {error}.", remedy=_REMEDY) from error
    if not isinstance(parsed, dict):
        raise InputError(f"{path} holds no fields.", remedy=_REMEDY)
    return parsed


class _CalibrationLoader(yaml.SafeLoader):
    """Safe YAML that takes OpenCV's `!!opencv-matrix` for the mapping that it is."""


_CalibrationLoader.add_constructor(
    "tag:yaml.org,2002:opencv-matrix",
    lambda loader, node: loader.construct_mapping(node, deep=True),  # type: ignore[arg-type]  # a mapping by its tag
)


def _found(fields: Mapping[str, object], keys: tuple[str, ...]) -> object:
    return next((fields[key] for key in keys if key in fields), None)


def _floats(path: Path, fields: Mapping[str, object], keys: tuple[str, ...]) -> Floats | None:
    """A field as a flat array: a list, nested lists, or OpenCV's {rows, cols, data}."""
    value = _found(fields, keys)
    if isinstance(value, dict):
        value = value.get("data")
    if value is None:
        return None
    try:
        numbers = np.asarray(value, np.float64).ravel()
    except (TypeError, ValueError) as error:
        raise InputError(f"{path}: {keys[0]} is not a list of numbers.", remedy=_REMEDY) from error
    if not np.isfinite(numbers).all():
        raise InputError(f"{path}: {keys[0]} has numbers that are not finite.", remedy=_REMEDY)
    return numbers


def _size(path: Path, fields: Mapping[str, object], keys: tuple[str, ...]) -> int:
    value = _found(fields, keys)
    if not isinstance(value, int) or value <= 0:
        found = "is missing" if value is None else f"is {value!r}"
        raise InputError(f"{path}: {keys[0]} {found}; a positive number of pixels.", remedy=_REMEDY)
    return value
