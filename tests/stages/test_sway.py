from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tryon.core.spaces import Floats
from tryon.core.transforms import rigid, rotation_from_angles
from tryon.qa.body_poses import Stance, rest_from_stance
from tryon.qa.walk import fit_of, stage_from_rest
from tryon.stages.sway import Sway
from tryon.stages.wear import LookOnBodies, Wearer
from tryon.wardrobe.body import Body
from tryon.wardrobe.body_capsules import BodyCapsules
from tryon.wardrobe.body_girth import GIRTHS
from tryon.wardrobe.cloth import LooseCloth, loose_cloth
from tryon.wardrobe.cloth_balance import GRAVITY, balanced
from tryon.wardrobe.skinning import Skinning
from tryon.wardrobe.tailor.dress import GarmentParameters, garment

NS = 1_000_000_000
MakeSway = Callable[..., Sway]


@pytest.fixture(scope="module")
def body() -> Body:
    return Body.load()


@pytest.fixture(scope="module")
def capsules(body: Body) -> BodyCapsules:
    return BodyCapsules.of(body)


@pytest.fixture(scope="module")
def cloths(body: Body, capsules: BodyCapsules) -> dict[str, LooseCloth]:
    out = {}
    for cut in ("skirt", "dress", "coat"):
        worn = garment(GarmentParameters(cut=cut), item_id=cut, variant="plain")
        found = loose_cloth(body, worn)
        assert found is not None
        out[cut] = balanced(found, capsules)
    return out


@pytest.fixture(scope="module")
def hang(body: Body, capsules: BodyCapsules, cloths: dict[str, LooseCloth]) -> MakeSway:
    def made(cut: str = "skirt", **options: object) -> Sway:
        return Sway(body, cloths[cut], capsules, **options)  # type: ignore[arg-type]

    return made


def at_rest(moved: Floats | None = None) -> Floats:
    still = np.tile(np.eye(4), (53, 1, 1))
    return still if moved is None else np.asarray(moved @ still)


def walk(body: Body, sway: Sway, seconds: float, *, fps: float, start_s: float = 0.6) -> Floats:
    for number in range(round(seconds * fps) + 1):
        at_s = number / fps
        sway.step(stage_from_rest(body, start_s + at_s), round(at_s * NS))
    return sway.points


def depths(sway: Sway, target_from_rest: Floats, capsules: BodyCapsules) -> Floats:
    """(N,) how deep each free particle lies in a capsule beyond what it does at rest, metres."""
    pose = sway._pose(target_from_rest, None)
    gaps = np.zeros((len(sway.points), len(sway._cones)))
    sway._kernel.gaps(sway.points, pose.middles, pose.radii, sway._cones, gaps)
    return np.asarray((sway._slack - gaps).max(1)[sway.cloth.hold == 0])


@pytest.mark.parametrize("cut", ["skirt", "dress", "coat"])
@pytest.mark.parametrize("fps", [10, 30, 120])
def test_at_rest_cloth_keeps_the_shape_it_was_draped_in(hang: MakeSway, cut: str, fps: int) -> None:
    sway = hang(cut)
    for number in range(5 * fps + 1):
        sway.step(at_rest(), number * NS // fps)
    assert np.linalg.norm(sway.points - sway.cloth.points, axis=1).max() < 0.005


def test_cloth_at_rest_does_not_jitter(hang: MakeSway) -> None:
    sway = hang()
    seen = [sway.step(at_rest(), number * NS // 30) for number in range(90)]
    assert np.linalg.norm(np.diff(seen[60:], axis=0), axis=2).max() < 1e-4


def test_rest_does_not_depend_on_where_the_camera_is_or_how_big_the_person(
    hang: MakeSway,
) -> None:
    size = 1.2
    turned = rotation_from_angles(0.8, 0.0, 0.0)
    moved = rigid(turned, np.array([0.4, -1.0, -4.0])) @ np.diag([size, size, size, 1.0])
    sway = hang()
    for number in range(91):
        sway.step(at_rest(moved), number * NS // 30)
    wanted = sway.cloth.points @ moved[:3, :3].T + moved[:3, 3]
    assert np.linalg.norm(sway.points - wanted, axis=1).max() < 0.008


def test_cloth_hangs_down_when_the_body_leans(hang: MakeSway) -> None:
    sway = hang("coat")
    lean = rigid(rotation_from_angles(0.0, 0.5, 0.0))
    for number in range(121):
        sway.step(at_rest(lean), number * NS // 30)
    stiff = sway.cloth.points @ lean[:3, :3].T
    hem = sway.cloth.points[:, 1] < sway.cloth.points[:, 1].min() + 0.1
    assert (sway.points - stiff)[hem, 1].mean() < -0.0015


def test_energy_does_not_grow(hang: MakeSway) -> None:
    sway = hang()
    sway.step(at_rest(), 0)
    free = sway.cloth.hold == 0
    rng = np.random.default_rng(5)
    sway._velocity[free] = rng.normal(0, 0.8, (int(free.sum()), 3))
    mass = sway.cloth.mass[free]

    def energy() -> float:
        moving = 0.5 * float(mass @ (sway._velocity[free] ** 2).sum(1))
        return moving + GRAVITY * float(mass @ sway.points[free, 1])

    first = energy()
    seen = []
    for number in range(1, 121):
        sway.step(at_rest(), number * NS // 60)
        seen.append(energy())
    low = min(seen)
    assert max(seen) <= first + 0.01 * (first - low)
    # What is left after two seconds is what the cloth has at rest.
    assert seen[-1] - low < 0.02 * (first - low)
    assert np.abs(sway._velocity).max() < 0.1


def test_held_cloth_follows_the_skin_exactly(body: Body, hang: MakeSway) -> None:
    sway = hang()
    for number in range(20):
        motion = stage_from_rest(body, 0.8 + number / 30)
        points = sway.step(motion, number * NS // 30)
    skinned = Skinning(sway.rest, sway.cloth.bones, sway.cloth.weights).posed(motion)
    held = sway.cloth.held
    assert held.any()
    assert np.abs(points - skinned)[held].max() < 1e-6


def test_the_same_frames_give_the_same_bits(body: Body, hang: MakeSway) -> None:
    first = walk(body, hang(), 0.7, fps=30)
    sway = hang()
    walk(body, sway, 0.4, fps=24)
    sway.reset()
    assert np.array_equal(first, walk(body, sway, 0.7, fps=30))


PROGRAM = """
import hashlib, sys
from tests.stages.test_sway import NS, walk
from tryon.stages.sway import Sway
from tryon.wardrobe.body import Body
from tryon.wardrobe.body_capsules import BodyCapsules
from tryon.wardrobe.cloth import loose_cloth
from tryon.wardrobe.cloth_balance import balanced
from tryon.wardrobe.tailor.dress import GarmentParameters, garment
body = Body.load()
capsules = BodyCapsules.of(body)
worn = garment(GarmentParameters(cut="skirt"), item_id="skirt", variant="plain")
sway = Sway(body, balanced(loose_cloth(body, worn), capsules), capsules)
print(hashlib.sha256(walk(body, sway, 0.5, fps=30).tobytes()).hexdigest())
"""


def test_the_same_frames_give_the_same_bits_in_another_process(body: Body, hang: MakeSway) -> None:
    here = hashlib.sha256(walk(body, hang(), 0.5, fps=30).tobytes()).hexdigest()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    assert done.stdout.strip() == here


def test_any_frame_rate_gives_much_the_same_motion(body: Body, hang: MakeSway) -> None:
    at_30 = walk(body, hang(), 1.0, fps=30)
    for fps, near_m in ((60, 0.012), (24, 0.012), (120, 0.012), (15, 0.025)):
        off = np.linalg.norm(walk(body, hang(), 1.0, fps=fps) - at_30, axis=1)
        assert np.percentile(off, 95) < near_m, fps


def test_cloth_lags_when_the_body_turns_and_catches_up(hang: MakeSway) -> None:
    sway = hang()
    hem = sway.cloth.points[:, 1] < sway.cloth.points[:, 1].min() + 0.05

    def turned(at_s: float) -> Floats:
        share = min(at_s / 0.3, 1.0)
        return at_rest(rigid(rotation_from_angles(1.2 * share * share * (3 - 2 * share), 0.0, 0.0)))

    off = []
    for number in range(100):
        motion = turned(number / 30)
        points = sway.step(motion, number * NS // 30)
        skinned = sway.cloth.points @ motion[0, :3, :3].T
        off.append(float(np.linalg.norm(points - skinned, axis=1)[hem].mean()))
    assert max(off[2:12]) > 0.02
    assert off[-1] < 0.006


@pytest.mark.parametrize("cut", ["skirt", "dress", "coat"])
def test_legs_stay_inside_while_walking_and_after(
    body: Body, hang: MakeSway, capsules: BodyCapsules, cut: str
) -> None:
    sway = hang(cut)
    for number in range(60):
        motion = stage_from_rest(body, 0.6 + number / 30)
        sway.step(motion, number * NS // 30)
        assert depths(sway, motion, capsules).max() < 0.02
    for number in range(60, 120):
        sway.step(motion, number * NS // 30)
    assert depths(sway, motion, capsules).max() < 0.002


def test_a_raised_thigh_lifts_the_skirt(body: Body, hang: MakeSway, capsules: BodyCapsules) -> None:
    sway = hang()
    for number in range(61):
        up = min(number / 20, 1.0)
        ways = {"thigh_l": (0.1, -1 + up, 0.05 + 1.2 * up), "calf_l": (0.0, -1.0, 0.0)}
        motion = rest_from_stance(body, body.figure, Stance("up", ways))
        sway.step(motion, number * NS // 30)
    assert depths(sway, motion, capsules).max() < 0.008
    front_left = (sway.cloth.points[:, 0] > 0.08) & (sway.cloth.points[:, 2] > 0.1)
    low = front_left & (sway.cloth.points[:, 1] < 0.6)
    assert (sway.points - sway.cloth.points)[low, 1].mean() > 0.1


def test_a_leap_and_a_long_gap_settle_the_cloth_anew(hang: MakeSway) -> None:
    here, there = at_rest(), at_rest(rigid(None, np.array([2.0, 0.0, -1.0])))
    fresh = hang().step(there, 0)
    leapt = hang()
    leapt.step(here, 0)
    assert np.allclose(leapt.step(there, NS // 30), fresh, atol=1e-9)
    waited = hang()
    waited.step(here, 0)
    assert np.allclose(waited.step(there, 20 * NS), fresh, atol=1e-9)
    rewound = hang()
    rewound.step(here, 5 * NS)
    assert np.allclose(rewound.step(there, 0), fresh, atol=1e-9)


def test_a_fit_that_flips_settles_the_cloth_anew(hang: MakeSway) -> None:
    flipped = at_rest(rigid(rotation_from_angles(np.pi, 0.0, 0.0)))
    fresh = hang().step(flipped, 0)
    sway = hang()
    sway.step(at_rest(), 0)
    assert np.allclose(sway.step(flipped, NS // 10), fresh, atol=1e-9)


def test_a_brisk_turn_of_a_person_is_no_flip(hang: MakeSway) -> None:
    sway = hang()
    hem = sway.cloth.points[:, 1] < sway.cloth.points[:, 1].min() + 0.05
    lag = []
    for number in range(12):
        turned = at_rest(rigid(rotation_from_angles(6.0 * number / 30, 0.0, 0.0)))
        points = sway.step(turned, number * NS // 30)
        skinned = sway.cloth.points @ turned[0, :3, :3].T
        lag.append(float(np.linalg.norm(points - skinned, axis=1)[hem].mean()))
    # Settled anew, it would be back on the skin in every frame.
    assert min(lag[1:6]) > 0.012


def test_a_time_of_zero_is_a_valid_time_and_a_repeated_one_changes_nothing(
    body: Body, hang: MakeSway
) -> None:
    sway = hang()
    sway.step(stage_from_rest(body, 1.0), 0)
    first = sway.step(stage_from_rest(body, 1.03), NS // 30).copy()
    assert np.array_equal(first, sway.step(stage_from_rest(body, 1.03), NS // 30))


def test_a_dropout_with_a_frozen_body_ends_at_rest(body: Body, hang: MakeSway) -> None:
    sway = hang()
    walk(body, sway, 0.8, fps=30)
    frozen = stage_from_rest(body, 1.4)
    for number in range(25, 100):
        before = sway.points
        sway.step(frozen, number * NS // 30)
    assert np.linalg.norm(sway.points - before, axis=1).max() < 0.001


@settings(max_examples=12, deadline=None)
@given(
    gaps_ms=st.lists(st.integers(1, 260), min_size=4, max_size=8),
    jumps=st.lists(st.floats(-0.4, 0.4), min_size=8, max_size=8),
)
def test_no_timing_and_no_shaking_makes_cloth_explode(
    hang: MakeSway, gaps_ms: list[int], jumps: list[float]
) -> None:
    sway = hang("coat")
    at_ns = 0
    for gap_ms, jump in zip(gaps_ms, jumps, strict=False):
        at_ns += gap_ms * 1_000_000
        moved = rigid(
            rotation_from_angles(2 * jump, jump, -jump), np.array([jump, jump / 2, -jump])
        )
        points = sway.step(at_rest(moved), at_ns)
        assert np.isfinite(points).all()
        away = np.linalg.norm(points - points[sway.cloth.anchor], axis=1)
        assert (away < 1.1 * sway.cloth.reach + 0.05).all()


def test_nothing_falls_through_the_floor(hang: MakeSway) -> None:
    sway = hang("dress")
    floor = float(sway.cloth.points[:, 1].min()) + 0.04
    for number in range(31):
        sway.step(at_rest(), number * NS // 30, floor=floor)
    assert sway.points[sway.cloth.hold == 0, 1].min() > floor - 0.001


def test_wind_carries_the_cloth_along(hang: MakeSway) -> None:
    calm, windy = hang(), hang(wind=np.array([0.0, 0.0, -12.0]))
    for number in range(61):
        calm.step(at_rest(), number * NS // 30)
        windy.step(at_rest(), number * NS // 30)
    hem = calm.cloth.points[:, 1] < calm.cloth.points[:, 1].min() + 0.05
    assert (windy.points - calm.points)[hem, 2].mean() < -0.01


def test_cloth_is_let_out_with_the_person(hang: MakeSway) -> None:
    girth = np.zeros(len(GIRTHS))
    girth[:10] = 0.2
    sway = hang()
    sway.alter(girth)
    for number in range(61):
        sway.step(at_rest(), number * NS // 30)
    assert np.linalg.norm(sway.points - sway.rest, axis=1).max() < 0.012
    high = sway.cloth.points[:, 1] > 0.95
    assert np.ptp(sway.points[high, 0]) > 1.1 * np.ptp(sway.cloth.points[high, 0])


def test_a_skirt_under_a_coat_goes_with_the_coat(body: Body) -> None:
    clothes = [
        garment(GarmentParameters(cut=cut), item_id=cut, variant="plain")
        for cut in ("skirt", "coat")
    ]
    look = LookOnBodies(body, clothes)
    assert look.over == {0: 1}
    hung = look.on_somebody(Sway)
    coat, skirt = hung[1], hung[0]
    assert isinstance(coat, Sway)
    assert isinstance(skirt, Sway)
    held = skirt.cloth.held & (skirt.cloth.points[:, 1] < 0.75)
    assert held.sum() > 20
    for loose in (coat, skirt):
        loose.alter(np.zeros(len(GIRTHS)))
    for number in range(20):
        motion = stage_from_rest(body, 0.8 + number / 30)
        for loose in (coat, skirt):
            loose.step(motion, number * NS // 30)
    skinned = Skinning(skirt.rest, skirt.cloth.bones, skirt.cloth.weights).posed(motion)
    assert np.linalg.norm(skirt.points - skinned, axis=1)[held].max() > 0.01


def test_without_sway_all_follows_the_skin(body: Body) -> None:
    worn = garment(GarmentParameters(cut="skirt"), item_id="skirt", variant="plain")
    look = LookOnBodies(body, [worn])
    fit = fit_of(body, stage_from_rest(body, 1.3))
    stiff, loose = Wearer(look).draws(fit, 0), Wearer(look, Sway).draws(fit, 0)
    for one, other in zip(stiff, loose, strict=True):
        assert one.vertices is not None
        assert other.vertices is not None
        moved = np.abs(one.vertices - other.vertices).max()
        assert (moved > 0.01) == (one.owner == "skirt" and one.mesh.bounds[0, 1] < 0.9)


@pytest.mark.parametrize("cut", ["skirt", "dress", "coat"])
def test_cloth_settles_smoothly_over_crossed_legs(body: Body, hang: MakeSway, cut: str) -> None:
    ways = {
        "thigh_l": (-0.12, -1.0, -0.1), "calf_l": (-0.3, -1.0, -0.1),
        "thigh_r": (0.22, -1.0, 0.15), "calf_r": (0.26, -1.0, -0.1),
    }  # fmt: skip
    motion = rest_from_stance(body, body.figure, Stance("crossed legs", ways))
    girth = np.zeros(len(GIRTHS))
    girth[10:20] = 0.5
    sway = hang(cut)
    sway.alter(girth)
    points = sway.step(motion, 0)
    pose = sway._pose(motion, None)
    pairs = sway.cloth.pairs
    strain = np.linalg.norm(points[pairs[:, 0]] - points[pairs[:, 1]], axis=1) / pose.length
    assert np.percentile(strain, 1) > 0.85
    assert np.percentile(strain, 99) < 1.15
