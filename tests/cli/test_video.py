"""`tryon video`: every frame is dressed, times and sound are kept, nothing half is left."""

from __future__ import annotations

import json
from pathlib import Path

import av
import numpy as np
import pytest
from click.testing import CliRunner

from tests.clips import write_clip
from tryon.cli import main
from tryon.engine import Session


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("clip") / "walk.mp4", frames=10)


def frames_of(path: Path) -> tuple[list[np.ndarray], list[float]]:
    with av.open(str(path)) as container:
        decoded = list(container.decode(video=0))
    return [f.to_ndarray(format="rgb24") for f in decoded], [float(f.time) for f in decoded]


def test_every_frame_is_dressed_at_its_own_time(clip: Path, tmp_path: Path) -> None:
    out, lines = tmp_path / "out.mp4", tmp_path / "out.jsonl"
    result = CliRunner().invoke(
        main,
        ["video", str(clip), "--wear", "aurelle-fedora", "--out", str(out), "--jsonl", str(lines)],
    )
    assert result.exit_code == 0, result.output
    before, times_before = frames_of(clip)
    after, times_after = frames_of(out)
    assert times_after == pytest.approx(times_before, abs=1e-4)
    assert after[0].shape == before[0].shape
    documents = [json.loads(line) for line in lines.read_text("utf-8").splitlines()]
    assert [d["index"] for d in documents] == list(range(10))
    assert {d["people"][0]["id"] for d in documents} == {0}
    for document, old, new in zip(documents, before, after, strict=True):
        left, top, right, bottom = document["items"][0]["bbox_px"]
        inside = np.abs(old.astype(int) - new)[top:bottom, left:right].mean()
        outside = np.abs(old.astype(int) - new)[bottom + 40 :].mean()
        assert inside > 4 * outside, "the hat is on this frame"


def test_overlay_moves_with_the_very_frame_it_is_drawn_on(clip: Path, tmp_path: Path) -> None:
    lines = tmp_path / "o.jsonl"
    words = ["video", str(clip), "--wear", "aurelle-windsor", "--out", str(tmp_path / "o.mp4")]
    CliRunner().invoke(main, [*words, "--jsonl", str(lines)])
    x = [
        json.loads(line)["items"][0]["anchor_px"][0]
        for line in lines.read_text("utf-8").splitlines()
    ]
    # The portrait drifts by two pixels a frame: a frame late would be two pixels behind.
    assert np.diff(x)[3:] == pytest.approx(np.full(len(x) - 4, 2.0), abs=0.9)
    assert x[-1] - x[0] == pytest.approx(2 * (len(x) - 1), abs=1.2)


def test_ctrl_c_leaves_no_half_file(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish = Session._finish
    calls = []

    def interrupted(self: Session, *args: object, **kwargs: object) -> object:
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return finish(self, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(Session, "_finish", interrupted)
    words = ["video", str(clip), "--wear", "aurelle-windsor", "--out", str(tmp_path / "o.mp4")]
    result = CliRunner().invoke(main, [*words, "--jsonl", str(tmp_path / "o.jsonl")])
    assert result.exit_code == 130
    assert list(tmp_path.iterdir()) == []


def test_file_that_is_no_clip_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "note.mp4").write_text("not a clip")
    words = ["video", str(tmp_path / "note.mp4"), "--wear", "aurelle-windsor"]
    result = CliRunner().invoke(main, [*words, "--out", str(tmp_path / "o.mp4")])
    assert result.exit_code == 1
    assert "note.mp4" in result.stderr
    assert "Traceback" not in result.output
    assert not (tmp_path / "o.mp4").exists()
