"""Plots of a report as SVG that stands inside a page."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tryon.core.spaces import Floats
from tryon.qa.replay.history import Point

INK, PALE, LINE = "#1d1d1f", "#8a8a8f", "#d9d9de"
COLORS = ("#1f4e79", "#b0413e", "#3c7a57", "#8a6d1f", "#6b4a86", "#4a7c8a")
_STYLE: Mapping[Any, Any] = {
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.edgecolor": LINE,
    "axes.labelcolor": PALE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": PALE,
    "ytick.color": PALE,
    "axes.grid": True,
    "grid.color": LINE,
    "grid.linewidth": 0.4,
}


def over_time(at_s: Floats, series: Mapping[str, Floats], *, unit: str, name: str) -> str:
    """Values over seconds, one line a series."""
    with mpl.rc_context({**_STYLE, "svg.hashsalt": name}):
        figure, axes = _figure()
        for color, (label, values) in zip(_colors(len(series)), series.items(), strict=True):
            known = np.isfinite(values)
            axes.plot(
                at_s[known], values[known], color=color, linewidth=1.2, label=label,
                marker="." if known.sum() < 40 else "", markersize=3,
            )  # fmt: skip
        axes.set_xlabel("seconds")
        axes.set_ylabel(unit)
        _legend(figure, axes)
        return _svg(figure)


def stage_times(values: Mapping[str, float], *, name: str) -> str:
    """Milliseconds by stage: bars to the median, whiskers to the 95th and 99th percentile."""
    stages = [
        stage.removesuffix(".p50")
        for owner, _, stage in (name.partition("/") for name in values)
        if owner == "ms" and stage.endswith(".p50") and stage != "total.p50"
    ]
    stages.sort(key=lambda stage: values[f"ms/{stage}.p50"])
    with mpl.rc_context({**_STYLE, "svg.hashsalt": name}):
        figure, axes = _figure(height=0.85 + 0.19 * len(stages))
        rows = np.arange(len(stages))
        p50, p95, p99 = (
            np.array([values[f"ms/{stage}.{at}"] for stage in stages])
            for at in ("p50", "p95", "p99")
        )
        axes.barh(rows, p50, color=COLORS[0], height=0.55)
        axes.hlines(rows, p50, p99, color=LINE, linewidth=1.2)
        axes.plot(p95, rows, "|", color=COLORS[1], markersize=7, label="p95")
        axes.plot(p99, rows, "|", color=PALE, markersize=7, label="p99")
        axes.set_yticks(rows, stages)
        axes.set_xlabel("milliseconds a frame, median")
        axes.grid(visible=False, axis="y")
        _legend(figure, axes)
        return _svg(figure)


def trend(points: Mapping[str, Sequence[Point]], *, unit: str, name: str) -> str:
    """Values over builds, the newest on the right."""
    with mpl.rc_context({**_STYLE, "svg.hashsalt": name}):
        figure, axes = _figure()
        longest = max((len(row) for row in points.values()), default=0)
        for color, (label, row) in zip(_colors(len(points)), points.items(), strict=True):
            start = longest - len(row)
            axes.plot(
                np.arange(start, longest), [point.value for point in row],
                color=color, linewidth=1.2, marker="o", markersize=2.5, label=label,
            )  # fmt: skip
        widest = max(points.values(), key=len, default=[])
        ticks = sorted({0, len(widest) // 2, len(widest) - 1}) if widest else []
        axes.set_xticks(ticks, [widest[k].revision for k in ticks])
        axes.set_ylabel(unit)
        _legend(figure, axes)
        return _svg(figure)


def _figure(*, height: float = 2.2) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(4.6, height), layout="constrained")
    figure.patch.set_alpha(0)
    axes = figure.subplots()
    axes.set_facecolor("none")
    return figure, axes


def _colors(count: int) -> list[str]:
    return [COLORS[k % len(COLORS)] for k in range(count)]


def _legend(figure: Figure, axes: Axes) -> None:
    """Below the plot, where it hides nothing."""
    handles, labels = axes.get_legend_handles_labels()
    if handles:
        figure.legend(
            handles, labels, frameon=False, fontsize=8, loc="outside lower center",
            ncols=min(len(labels), 3), labelcolor=INK,
        )  # fmt: skip


def _svg(figure: Figure) -> str:
    out = io.StringIO()
    # Without a date, the same numbers give the same bytes.
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    text = out.getvalue()
    return text[text.index("<svg") :]
