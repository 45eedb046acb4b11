"""A result as plain data for JSON files, JSON lines and the HTTP API."""

from __future__ import annotations

import math
from typing import TypedDict

from tryon.core.camera import PinholeCamera
from tryon.core.fits import FaceFit
from tryon.core.result import PlacedItem, TryonResult


class FaceDocument(TypedDict):
    """`cam_from_head` is 4×4 row-major in metres; angles are degrees, lengths millimetres."""

    cam_from_head: list[list[float]]
    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    pd_mm: float
    pd_sd_mm: float
    confidence: float


class PersonDocument(TypedDict):
    id: int
    face: FaceDocument | None


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
            {"id": person.id, "face": None if person.face is None else _face(person.face)}
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


def _item(item: PlacedItem) -> ItemDocument:
    return {
        "id": item.id,
        "variant": item.variant,
        "person": item.person,
        "anchor": item.anchor,
        "anchor_px": [round(v, 3) for v in item.anchor_px],
        "bbox_px": None if item.bbox_px is None else list(item.bbox_px),
    }
