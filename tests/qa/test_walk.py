from __future__ import annotations

import numpy as np
import pytest
from click.testing import CliRunner

from tryon.cli import main
from tryon.qa.walk import LENGTH_S, STANDS_S, STEP_M, WALKS_S, fit_of, stage_from_rest
from tryon.wardrobe.body import Body


@pytest.fixture(scope="module")
def body() -> Body:
    return Body.load()


def heads(body: Body, at_s: float) -> np.ndarray:
    return fit_of(body, stage_from_rest(body, at_s)).joints_cam_m


def test_the_walk_is_smooth_and_keeps_its_bones(body: Body) -> None:
    times = np.arange(0, LENGTH_S, 1 / 60)
    seen = np.array([heads(body, float(t)) for t in times])
    speed = np.linalg.norm(np.diff(seen, axis=0), axis=2) * 60
    assert speed.max() < 7.0
    thigh, calf = body.bone("thigh_l"), body.bone("calf_l")
    lengths = np.linalg.norm(seen[:, thigh] - seen[:, calf], axis=1)
    assert np.ptp(lengths) < 1e-9


def test_it_goes_forward_turns_round_and_comes_to_rest(body: Body) -> None:
    pelvis = body.bone("pelvis")
    way = heads(body, LENGTH_S)[pelvis] - heads(body, 0.0)[pelvis]
    assert 0.75 * WALKS_S / 0.535 * STEP_M < way[2] < 1.05 * WALKS_S / 0.535 * STEP_M
    first, last = stage_from_rest(body, 0.0), stage_from_rest(body, LENGTH_S)
    assert first[pelvis, 2, 2] > 0.99
    assert last[pelvis, 2, 2] < -0.99
    assert np.allclose(heads(body, LENGTH_S), heads(body, LENGTH_S - 0.2))


def test_feet_stand_on_the_floor_all_the_time(body: Body) -> None:
    soles = [body.bone(f"{name}_{side}") for name in ("foot", "ball") for side in "lr"]
    for at_s in np.linspace(0, LENGTH_S, 40):
        motion = stage_from_rest(body, float(at_s))
        tips = np.einsum("na,na->n", motion[soles, 1, :3], body.figure.tails[soles])
        assert abs(float((tips + motion[soles, 1, 3]).min())) < 0.05


def test_legs_swing_in_turn(body: Body) -> None:
    ahead = []
    for at_s in np.linspace(STANDS_S + 0.5, STANDS_S + 2.64, 60):
        places = heads(body, float(at_s))
        ahead.append(places[body.bone("foot_l"), 2] - places[body.bone("foot_r"), 2])
    crossings = np.count_nonzero(np.diff(np.sign(ahead)))
    assert crossings == 4
    assert max(ahead) > 0.4
    assert min(ahead) < -0.4


def test_a_cut_that_there_is_not_is_refused() -> None:
    result = CliRunner().invoke(main, ["qa", "cloth", "--wear", "toga", "--out", "x.png"])
    assert result.exit_code == 2
    assert "toga" in result.output
    assert "skirt" in result.output
