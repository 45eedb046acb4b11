"""Ready-made shots show the model they are of, on stages of every length."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shows.script.schema import CameraCue, StagePart
from shows.shots import view_at
from shows.state import CameraView

SENSOR_MM = (36.0, 20.25)
TALL_M = 1.8
WHOLE = ("front", "side", "portal", "wide", "back")


def seen(view: CameraView, point: tuple[float, float, float]) -> tuple[float, float]:
    """Where a point of the stage lands on the picture, −1 to 1 from left to right and bottom to top."""
    eye = np.array(view.eye_m)
    forward = np.array(view.target_m) - eye
    forward /= np.linalg.norm(forward)
    right = np.cross(forward, [0.0, 1.0, 0.0])
    right /= np.linalg.norm(right)
    ray = np.array(point) - eye
    depth = ray @ forward
    assert depth > 0.3
    scale = 2.0 * view.focal_mm / depth
    return (
        scale * float(ray @ right) / SENSOR_MM[0],
        scale * float(ray @ np.cross(right, forward)) / SENSOR_MM[1],
    )


def shot(name: str, stage: StagePart, spot: tuple[float, float], share: float = 0.5) -> CameraView:
    cue = CameraCue.model_validate({"cue": "camera", "shot": name, "model": "ada", "focal_mm": 36})
    return view_at(cue, 0.0, share=share, stage=stage, where=lambda model, t_s: spot)


@pytest.mark.parametrize("name", WHOLE)
@given(st.floats(5, 12), st.floats(0, 0.5), st.floats(-0.55, 0.55))
def test_whole_figures_keep_their_heads(name: str, length_m: float, share: float, x: float) -> None:
    stage = StagePart(length_m=length_m)
    view = shot(name, stage, (x, share * (length_m - 0.7)))
    _, top = seen(view, (x, TALL_M, share * (length_m - 0.7)))
    assert top < 1.0


@pytest.mark.parametrize("name", ["close", "orbit", "crane"])
@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_a_pose_at_the_end_of_the_runway_is_seen_with_its_head(name: str, share: float) -> None:
    stage = StagePart(length_m=9.0)
    view = shot(name, stage, (0.0, 8.3), share)
    side, top = seen(view, (0.0, TALL_M, 8.3))
    assert abs(side) < 0.6
    assert 0.2 < top < 1.0


def test_shoes_fill_their_shot_and_shed_the_head() -> None:
    view = shot("shoes", StagePart(), (0.5, 4.0))
    assert abs(seen(view, (0.5, 0.05, 4.0))[1]) < 0.6
    assert seen(view, (0.5, TALL_M, 4.0))[1] > 1.5


def test_of_one_that_walks_away_the_back_is_seen() -> None:
    assert shot("back", StagePart(), (-0.5, 4.0)).eye_m[2] > 4.0


def test_without_a_model_the_runway_itself_is_filmed() -> None:
    cue = CameraCue(cue="camera", shot="front")
    view = view_at(cue, 0.0, share=0.0, stage=StagePart(), where=lambda model, t_s: None)
    assert view.target_m[0] == 0.0
    assert view.focus_m == pytest.approx(np.hypot(13.05, 1.0), abs=0.1)
