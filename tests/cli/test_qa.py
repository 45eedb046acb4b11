"""`tryon qa …`: the measuring commands, run as a user runs them."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from tryon.cli import main
from tryon.core.errors import SuppliesError
from tryon.supplies import supply_path


@pytest.fixture
def supplied() -> None:
    try:
        for name in ("astronaut.png", "base_body.whl", "face_landmarker.task"):
            supply_path(name)
    except SuppliesError as missing:
        pytest.skip(str(missing))


@pytest.mark.usefixtures("supplied")
def test_steadiness_prints_landmark_matrix_fit_and_smoothed() -> None:
    result = CliRunner().invoke(main, ["qa", "steadiness", "--seconds", "3"])
    assert result.exit_code == 0, result.output
    for row in ("raw landmark", "MediaPipe's matrix", "fit", "smoothed", "lag, ms"):
        assert row in result.output


def test_steadiness_of_a_clip_too_short_to_judge_is_refused() -> None:
    result = CliRunner().invoke(main, ["qa", "steadiness", "--seconds", "1"])
    assert result.exit_code == 2
    assert "--seconds" in result.output


@pytest.mark.parametrize("command", ["correspond", "readings"])
def test_a_table_is_only_measured_into_a_named_file(command: str) -> None:
    result = CliRunner().invoke(main, ["qa", command])
    assert result.exit_code == 2
    assert "--out" in result.output
