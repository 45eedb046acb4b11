"""The report: one page that needs nothing else, verdict first."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined

from tryon.core.spaces import Floats
from tryon.qa.replay import plots
from tryon.qa.replay.case import Outcome
from tryon.qa.replay.history import History, Point
from tryon.qa.replay.provenance import provenance
from tryon.qa.replay.triplets import Strip

COLUMNS = (
    ("anchor_px.max", "anchor", "px"), ("anchor_mm.max", "anchor", "mm"),
    ("turn_deg.max", "turn", "°"), ("iou.min", "outline", "IoU"), ("color_de.max", "colour", "ΔE"),
    ("outside.max", "outside", "px"), ("jitter_px", "jitter", "px"), ("lag_ms", "lag", "ms"),
    ("dropouts", "lost", "frames"), ("switches", "swaps", ""), ("ms/total.p50", "time", "ms"),
)  # fmt: skip
"""Measure, heading and unit of the table; of several items the worst is told."""
TRENDS = (
    ("true_anchor_mm.p50", "anchor to truth, mm"), ("true_turn_deg.p50", "turn to truth, °"),
    ("jitter_px", "jitter, px"), ("lag_ms", "lag, ms"), ("ms/total.p50", "time a frame, ms"),
    ("memory_mb", "memory, MB"),
)  # fmt: skip
NOTHING = 1e-6
"""What is smaller is rounding."""
LOW_IS_WORSE = ("iou.min", "ssim_inside.min")


@dataclass(frozen=True)
class Picture:
    """One triplet as data URIs, "" where there is none."""

    index: int
    before: str
    after: str
    difference: str


@dataclass(frozen=True)
class Player:
    """A strip for the page."""

    why: str
    worst: int
    pictures: tuple[Picture, ...]


@dataclass(frozen=True)
class Section:
    """One outcome for the page."""

    outcome: Outcome
    sentence: str
    cells: tuple[str, ...]
    figures: tuple[tuple[str, str], ...]
    players: tuple[Player, ...]
    truths: tuple[tuple[str, str], ...]


def report_html(outcomes: Sequence[Outcome], *, revision: str, history: History | None) -> str:
    """The whole page: styles, scripts, plots and pictures are inside it."""
    environment = Environment(
        loader=PackageLoader("tryon.qa.replay", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html").render(
        outcomes=outcomes,
        passed=all(outcome.passed for outcome in outcomes),
        broken=[outcome for outcome in outcomes if not outcome.passed],
        revision=revision,
        provenance=provenance(),
        columns=COLUMNS,
        sections=[_section(outcome) for outcome in outcomes],
        trends=_trends(outcomes, history) if history is not None else (),
    )


def _section(outcome: Outcome) -> Section:
    values = outcome.values
    return Section(
        outcome,
        _sentence(outcome),
        tuple(_cell(values, measure) for measure, _, _ in COLUMNS),
        _figures(outcome, values),
        tuple(_player(each) for each in outcome.strips),
        tuple(
            (name.removeprefix("true_"), f"{value:.3g}")
            for name, value in values.items()
            if name.startswith(("true_", "fault_"))
        ),
    )


def _sentence(outcome: Outcome) -> str:
    if outcome.error:
        return outcome.error
    if outcome.verdict is not None:
        return outcome.verdict.sentence
    return f"Expected: {outcome.expected}."


def _cell(values: Mapping[str, float], measure: str) -> str:
    """The worst of a measure over recording and items."""
    exact = [values[measure]] if measure in values else []
    found = exact + [
        value for name, value in values.items() if "/" in name and name.endswith(f"/{measure}")
    ]
    known = [value for value in found if math.isfinite(value)]
    if not known:
        return "–"
    worst = min(known) if measure in LOW_IS_WORSE else max(known, key=abs)
    if abs(worst) < NOTHING:
        return "0"
    return f"{worst:.3g}" if abs(worst) < 1000 else f"{worst:.0f}"


def _figures(outcome: Outcome, values: Mapping[str, float]) -> tuple[tuple[str, str], ...]:
    out = []
    for title, measures, unit in (
        ("Anchors against the golden", ("anchor_px",), "px"),
        ("Head against the golden", ("fit_mm", "smooth_mm", "joints_mm"), "mm"),
        ("Colour in the items", ("color_de",), "ΔE 2000"),
        ("Outline against the golden", ("iou",), "IoU"),
    ):
        series = _series(outcome.series, measures)
        if series and len(outcome.at_s):
            name = f"{outcome.suite} {outcome.name} {title}"
            out.append((title, plots.over_time(outcome.at_s, series, unit=unit, name=name)))
    if any(name.startswith("ms/") for name in values):
        name = f"{outcome.suite} {outcome.name} stages"
        out.append(("Time by stage", plots.stage_times(values, name=name)))
    return tuple(out)


def _series(series: Mapping[str, Floats], measures: Sequence[str]) -> dict[str, Floats]:
    """Those that are not as good as can be all the time."""
    best = 1.0 if measures == ("iou",) else 0.0
    return {
        name.removesuffix(f"/{measures[0]}"): values
        for name, values in series.items()
        if name.rpartition("/")[2] in measures
        and bool(np.isfinite(values).any())
        and np.nanmax(np.abs(values - best)) > NOTHING
    }


def _player(strip: Strip) -> Player:
    pictures = tuple(
        Picture(each.index, _uri(each.before), _uri(each.after), _uri(each.difference))
        for each in strip.triplets
    )
    return Player(strip.why, strip.worst, pictures)


def _uri(jpeg: bytes | None) -> str:
    return "" if jpeg is None else f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"


def _trends(outcomes: Sequence[Outcome], history: History) -> tuple[tuple[str, str], ...]:
    """Title and plot of what is known of more than one build."""
    out = []
    for measure, title in TRENDS:
        rows: dict[str, Sequence[Point]] = {}
        for outcome in outcomes:
            row = history.trend(outcome.suite, outcome.name, measure)
            if len(row) > 1 and outcome.verdict is not None:
                rows[outcome.name] = row
        if rows:
            few = dict(list(rows.items())[: len(plots.COLORS)])
            out.append((title, plots.trend(few, unit=title.rpartition(", ")[2], name=title)))
    return tuple(out)
