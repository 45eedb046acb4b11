"""Sums up body trials by how the body is turned, as a table, as JSON and as a contact sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import cv2
import numpy as np
from rich.table import Table

from tryon.core.body_fit import BodyFit
from tryon.core.frame import Picture
from tryon.qa.bodies import Trial
from tryon.wardrobe.body import Body

COLUMNS = 8
CELL_WH = (240, 320)
LEFT, RIGHT = (255, 60, 60), (70, 120, 255)
LIMBS = (("upperarm", "lowerarm", "hand"), ("thigh", "calf", "foot"))


@dataclass(frozen=True)
class BodiesReport:
    """The figures of one group of trials: shares and means, worst tenths in brackets when printed.

    joint_error: pixels / trunk length; joint_error_m: metres, in size and place of the truth;
    bone_deg, trunk_deg: angle between true and fitted direction.
    """

    group: str
    pictures: int
    found: float
    swaps: int
    joint_error: tuple[float, float]
    joint_error_m: tuple[float, float]
    bone_deg: tuple[float, float]
    trunk_deg: tuple[float, float]


def summarise(trials: Sequence[Trial]) -> tuple[BodiesReport, ...]:
    """All trials, and apart by turn and by stance."""
    groups: dict[str, list[Trial]] = {"all": list(trials)}
    for trial in trials:
        groups.setdefault(f"turned {trial.yaw_deg:.0f}°", []).append(trial)
        groups.setdefault(trial.stance, []).append(trial)
    return tuple(_summary(name, group) for name, group in groups.items())


def table(reports: Sequence[BodiesReport]) -> Table:
    """The reports as a terminal table, one row a group."""
    out = Table("mean (worst tenth)", "pictures", "found", "swaps", "2D joints / trunk",
                "3D joints, cm", "bones, °", "trunk, °")  # fmt: skip
    for r in reports:
        cm = (100 * r.joint_error_m[0], 100 * r.joint_error_m[1])
        out.add_row(
            r.group,
            str(r.pictures),
            f"{r.found:.0%}",
            str(r.swaps),
            f"{r.joint_error[0]:.1%} ({r.joint_error[1]:.1%})",
            f"{cm[0]:.1f} ({cm[1]:.1f})",
            f"{r.bone_deg[0]:.1f} ({r.bone_deg[1]:.1f})",
            f"{r.trunk_deg[0]:.1f} ({r.trunk_deg[1]:.1f})",
        )
    return out


def as_json(trials: Sequence[Trial]) -> dict[str, object]:
    """Reports and single trials, ready for `json.dumps`."""
    return {
        "groups": [asdict(report) for report in summarise(trials)],
        "trials": [asdict(trial) for trial in trials],
    }


class BodySheet:
    """Collects pictures of trials, shrunk, with the fitted skeleton, and lays them out in rows."""

    def __init__(self, body: Body) -> None:
        self._body = body
        self._cells: list[Picture] = []

    def add(self, trial: Trial, picture: Picture, fit: BodyFit | None) -> None:
        """One more cell."""
        drawn = picture.copy()
        if fit is not None:
            for chain in LIMBS:
                for side, color in (("l", LEFT), ("r", RIGHT)):
                    ids = [self._body.bone(f"{name}_{side}") for name in chain]
                    line = np.round(fit.joints_px[ids] * 16).astype(np.int32)
                    cv2.polylines(drawn, [line], False, color, 4, cv2.LINE_AA, 4)
        self._cells.append(np.asarray(cv2.resize(drawn, CELL_WH, interpolation=cv2.INTER_AREA)))

    def picture(self) -> Picture:
        """(H, W, 3) the sheet so far."""
        blank = np.full((CELL_WH[1], CELL_WH[0], 3), 255, np.uint8)
        cells = self._cells + [blank] * (-len(self._cells) % COLUMNS)
        rows = [np.hstack(cells[k : k + COLUMNS]) for k in range(0, len(cells), COLUMNS)]
        return np.vstack(rows) if rows else blank


def _summary(name: str, trials: Sequence[Trial]) -> BodiesReport:
    def spread(values: list[float]) -> tuple[float, float]:
        if not values:
            return float("nan"), float("nan")
        return float(np.mean(values)), float(np.percentile(values, 90))

    def over(field: str) -> list[float]:
        rows = [getattr(trial, field) for trial in trials]
        return [value for row in rows if row is not None for value in row.values()]

    return BodiesReport(
        name,
        len(trials),
        float(np.mean([trial.found > 0 for trial in trials])),
        sum(trial.swapped for trial in trials),
        spread(over("joint_error")),
        spread(over("joint_error_m")),
        spread(over("bone_deg")),
        spread([trial.trunk_deg for trial in trials if trial.trunk_deg is not None]),
    )
