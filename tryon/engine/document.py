"""A result as plain data for JSON files, JSON lines and the HTTP API."""

from __future__ import annotations

import math
from typing import TypedDict

from tryon.core.body_fit import BODY_JOINTS, BodyFit
from tryon.core.camera import PinholeCamera
from tryon.core.fits import FaceFit
from tryon.core.result import PlacedItem, TryonResult
from tryon.core.spaces import Floats


class FaceDocument(TypedDict):
    """`cam_from_head` is 4×4 row-major in metres; angles are degrees, lengths millimetres."""

    cam_from_head: list[list[float]]
    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    pd_mm: float
    pd_sd_mm: float
    confidence: float


class BodyDocument(TypedDict):
    """By joint name: pixels, metres in `cam`, 0 guessed to 1 seen. `scale` is the person over the shape,
    `shape` its coefficients, `measurements_mm` sizes by ISO 8559-1 name as far as one camera can tell."""

    joints_px: dict[str, list[float]]
    joints_cam_m: dict[str, list[float]]
    joint_confidence: dict[str, float]
    confidence: float
    view: str
    shape: dict[str, float]
    shape_sd: dict[str, float]
    scale: float
    measurements_mm: dict[str, float]


class PersonDocument(TypedDict):
    id: int
    face: FaceDocument | None
    body: BodyDocument | None


class ItemDocument(TypedDict):
    """`bbox_px` is left, top, right, bottom of what is visible, right and bottom exclusive."""

    id: str
    variant: str
    person: int
    anchor: str
    anchor_px: list[float]
    bbox_px: list[int] | None


class CameraDocument(TypedDict):
    focal_px: list[float]
    centre_px: list[float]
    size_wh: list[int]
    vertical_fov_deg: float
    origin: str


class ResultDocument(TypedDict):
    schema: str
    index: int
    t_ns: int
    camera: CameraDocument
    people: list[PersonDocument]
    items: list[ItemDocument]


def result_document(result: TryonResult) -> ResultDocument:
    """The numbers of a result, ready for `json.dumps`; pictures are not part of it."""
    return {
        "schema": "tryon.result.1",
        "index": result.index,
        "t_ns": result.t_ns,
        "camera": _camera(result.camera),
        "people": [
            {
                "id": person.id,
                "face": None if person.face is None else _face(person.face),
                "body": None if person.body is None else _body(person.body),
            }
            for person in result.people
        ],
        "items": [_item(item) for item in result.items],
    }


def _camera(camera: PinholeCamera) -> CameraDocument:
    return {
        "focal_px": [round(v, 4) for v in camera.focal_px],
        "centre_px": [round(v, 4) for v in camera.centre_px],
        "size_wh": list(camera.size_wh),
        "vertical_fov_deg": round(math.degrees(camera.vertical_fov_rad), 4),
        "origin": camera.origin,
    }


def _face(fit: FaceFit) -> FaceDocument:
    yaw, pitch, roll = (round(math.degrees(angle), 4) for angle in fit.angles_rad)
    return {
        "cam_from_head": [[round(float(v), 7) for v in row] for row in fit.cam_from_head],
        "yaw_deg": yaw,
        "pitch_deg": pitch,
        "roll_deg": roll,
        "pd_mm": round(fit.pd_m * 1000, 3),
        "pd_sd_mm": round(fit.pd_sd_m * 1000, 3),
        "confidence": round(fit.confidence, 4),
    }


def _body(fit: BodyFit) -> BodyDocument:
    return {
        "joints_px": _rows(fit.joints_px, 2),
        "joints_cam_m": _rows(fit.joints_cam_m, 5),
        "joint_confidence": {
            name: round(float(c), 3) for name, c in zip(BODY_JOINTS, fit.confidence, strict=True)
        },
        "confidence": round(fit.overall_confidence, 3),
        "view": fit.view.value,
        "shape": {name: round(value, 4) for name, value in fit.shape.items()},
        "shape_sd": {name: round(value, 4) for name, value in fit.shape_sd.items()},
        "scale": round(fit.scale, 5),
        "measurements_mm": {
            name: round(1000 * value, 1) for name, value in fit.measurements.items()
        },
    }


def _rows(points: Floats, digits: int) -> dict[str, list[float]]:
    return {
        name: [round(float(v), digits) for v in row]
        for name, row in zip(BODY_JOINTS, points, strict=True)
    }


def _item(item: PlacedItem) -> ItemDocument:
    return {
        "id": item.id,
        "variant": item.variant,
        "person": item.person,
        "anchor": item.anchor,
        "anchor_px": [round(v, 3) for v in item.anchor_px],
        "bbox_px": None if item.bbox_px is None else list(item.bbox_px),
    }
