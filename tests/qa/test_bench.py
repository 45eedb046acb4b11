"""The benchmark measures what it says, and never judges."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tryon.cli import main
from tryon.qa import bench

FIELDS = {
    "scene", "size_wh", "fps", "cpu_ms", "detector_fps", "detector_cpu_ms", "ratio_fps",
    "ratio_cpu", "stages_ms",
}  # fmt: skip


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "BLOCK_FRAMES", 3)
    monkeypatch.setattr(bench, "BLOCKS", 1)
    monkeypatch.setattr(bench, "SIZES_WH", ((320, 240),))


def test_rows_have_the_promised_fields(short: None, tmp_path: Path) -> None:
    file = tmp_path / "bench.json"
    result = CliRunner().invoke(main, ["bench", "--json", str(file)])
    assert result.exit_code == 0, result.output
    rows = json.loads(file.read_text("utf-8"))
    assert [row["scene"] for row in rows] == [scene.name for scene in bench.SCENES]
    for row in rows:
        assert set(row) == FIELDS
        assert row["size_wh"] == [320, 240]
        assert min(row["fps"], row["cpu_ms"], row["detector_fps"], row["detector_cpu_ms"]) > 0
        assert {"detect", "fit", "place", "render", "composite"} <= set(row["stages_ms"])
    assert "detect_body" in rows[-1]["stages_ms"]
    assert "detect_body" not in rows[0]["stages_ms"]
