"""The sequencer gives the same stage whenever it is asked, and keeps to the music."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shows.blocking import MarkedThrough
from shows.easing import EASINGS, eased
from shows.script import ScriptError, read_script
from shows.script.schema import Bilingual, CameraCue
from shows.sequencer import Show, compile_show, staging_at
from shows.state import Staging
from tests.shows.programmes import minute, script_of

RUN = "run_of_show:\n  - {look: gala, model: ada}\n  - {look: riviera, model: bo}\n"


def small(folder: Path, body: str = "") -> Show:
    return compile_show(script_of(folder, RUN + body), music=minute())


@pytest.fixture(scope="module")
def maison() -> Show:
    return compile_show(read_script("maison"))


def flat(staging: Staging) -> str:
    """Everything in a staging, poses to the last bit."""
    poses = [
        m.pose.stage_from_root.tobytes() + m.pose.joint_rotations.tobytes() for m in staging.models
    ]
    plain = [dataclasses.replace(m, pose=None) for m in staging.models]  # type: ignore[arg-type]
    return repr((poses, dataclasses.replace(staging, models=tuple(plain))))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-5, 160), min_size=2, max_size=12), st.randoms(use_true_random=False))
def test_random_access_and_forward_play_agree_exactly(
    maison: Show, times: list[float], random
) -> None:  # type: ignore[no-untyped-def]
    forward = {t: flat(staging_at(maison, t)) for t in sorted(times)}
    shuffled = list(times)
    random.shuffle(shuffled)
    fresh = compile_show(read_script("maison"), music=maison.music)
    assert {t: flat(staging_at(fresh, t)) for t in shuffled} == forward


def test_spans_are_half_open(tmp_path: Path) -> None:
    show = small(
        tmp_path, "cues:\n  - {cue: caption, at: 1, duration: 2, text: {en: Hi, zh: 你好}}\n"
    )
    assert staging_at(show, 1.0).captions == {"en": "Hi", "zh": "你好"}
    assert staging_at(show, np.nextafter(3.0, 0)).captions
    assert not staging_at(show, 3.0).captions
    ada = show.entrances[0]
    assert [m.name for m in staging_at(show, ada.start_s).models] == ["ada"]
    assert "ada" not in [m.name for m in staging_at(show, ada.end_s).models]


def test_a_page_is_enough_for_a_show(tmp_path: Path) -> None:
    titles = {"gala": Bilingual(en="Gala", zh="盛典")}
    show = compile_show(script_of(tmp_path, RUN), music=minute(), titles=titles)
    first, second = show.entrances
    assert (first.start_s, second.start_s) == (8.0, 16.0)
    assert [move.kind for move in first.moves] == ["walk", "pose", "turn", "walk"]
    staging = staging_at(show, 11.0)
    assert staging.captions["zh"] == "盛典"
    assert staging.card == "gala"
    assert staging.shots[0][1] == 1.0
    assert staging.music[0].played_s == 11.0
    assert [staging_at(show, t).black for t in (0.0, 4.0, show.duration_s)] == [1.0, 0.0, 1.0]
    assert len({c.cue.shot for c in show.of(CameraCue) if isinstance(c.cue, CameraCue)}) >= 5


def test_every_move_begins_on_a_beat(maison: Show) -> None:
    begins = [move.start_s for e in maison.entrances for move in e.moves]
    off = [abs(t - maison.tempo.on_beat(t - 1e-6)) for t in begins]
    assert max(off) < 1e-9


@pytest.mark.parametrize("name", ["maison", "table-top"])
def test_bundled_shows_last_ninety_seconds_and_walk_eight_looks(name: str) -> None:
    show = compile_show(read_script(name))
    assert show.duration_s >= 90
    assert sum(not e.name.startswith("finale") for e in show.entrances) == 8


def test_cues_follow_each_other_and_wait_where_they_are_told(tmp_path: Path) -> None:
    show = small(
        tmp_path,
        "cues:\n"
        "  - {id: a, cue: light, lamp: key, at: 2:1, duration: 1, post_wait: 2 beats}\n"
        "  - {id: b, cue: light, lamp: key, level: 0, pre_wait: 0.5, auto_continue: false}\n"
        "  - {id: c, cue: light, lamp: key, level: 2, at: b.end + 1 bars}\n"
        "  - {id: d, cue: light, lamp: key, level: 9, armed: false, at: drop.start}\n",
    )
    cues = {each.id: each for each in show.cues}
    assert (cues["a"].start_s, cues["a"].end_s) == (2.0, 3.0)
    assert cues["b"].start_s == 4.5
    assert cues["c"].start_s == pytest.approx(cues["b"].end_s + 2.0)
    assert cues["c"].waits
    assert not cues["b"].waits
    assert "d" not in cues
    assert staging_at(show, 50).lights[0].level == 2


def test_a_fade_that_is_interrupted_goes_on_from_where_it_was(tmp_path: Path) -> None:
    show = small(
        tmp_path,
        "cues:\n"
        "  - {cue: light, lamp: key, level: 1, at: 0, duration: 4, ease: linear}\n"
        '  - {cue: light, lamp: key, level: 0, at: 2, duration: 2, ease: linear, color: "#ff0000"}\n',
    )
    levels = [staging_at(show, t).lights[0].level for t in (0, 1, 2, 3, 4, 9)]
    assert levels == pytest.approx([0, 0.25, 0.5, 0.25, 0, 0])
    assert staging_at(show, 5).lights[0].colour == (1.0, 0.0, 0.0)


def test_a_look_changes_on_stage_by_a_cross_fade(tmp_path: Path) -> None:
    change = "cues:\n  - {cue: look, model: ada, look: riviera, at: gala-pose, duration: 1, ease: linear}\n"
    show = small(tmp_path, change)
    start = next(c.start_s for c in show.cues if c.cue.cue == "look")
    before, middle, after = (staging_at(show, start + t).models[0] for t in (-0.01, 0.5, 1.0))
    assert (before.look, before.look_before) == ("gala", None)
    assert (middle.look, middle.look_before, middle.mix) == ("riviera", "gala", 0.5)
    assert (after.look, after.look_before, after.mix) == ("riviera", None, 1.0)


def test_cameras_cross_fade_move_and_follow(tmp_path: Path) -> None:
    show = small(
        tmp_path,
        "camera_plan: false\ncues:\n"
        "  - {cue: camera, move: dolly, at: 0, duration: 4, ease: linear, eye_m: [0, 1, 9], "
        "to_eye_m: [0, 3, 7], target_m: [0, 1, 0], to_target_m: [1, 1, 0], focal_mm: 40, to_focal_mm: 80}\n"
        "  - {cue: cross-fade, move: orbit, at: 4, duration: 4, ease: linear, model: ada, fade: 2}\n"
        "  - {cue: camera, move: follow, at: 10, model: ada, offset_m: [0, 2, 3]}\n",
    )
    ((dolly, share),) = staging_at(show, 2.0).shots
    assert (dolly.eye_m, dolly.target_m, dolly.focal_mm) == ((0, 2, 8), (0.5, 1, 0), 60)
    shots = staging_at(show, 5.0).shots
    assert [round(mix, 6) for _, mix in shots] == [0.5, 0.5]
    assert len(staging_at(show, 6.0).shots) == 1
    ((follow, _),) = staging_at(show, 12.0).shots
    x, z = staging_at(show, 12.0).models[0].position_m
    assert follow.eye_m == pytest.approx((x, 2, z + 3))
    assert share == 1.0
    assert not staging_at(show, -1.0).shots


def test_spots_follow_models_and_swing_between_aims(tmp_path: Path) -> None:
    show = small(
        tmp_path,
        "cues:\n"
        "  - {cue: light, lamp: spot, at: 0, aim_m: [1, 0]}\n"
        "  - {cue: light, lamp: spot, at: 2, duration: 2, ease: linear, aim_m: [-1, 4]}\n"
        "  - {cue: light, lamp: spot, at: 9, duration: 0, model: ada}\n",
    )
    assert staging_at(show, 1).lights[0].aim_m == (1, 0)
    assert staging_at(show, 3).lights[0].aim_m == (0, 2)
    staging = staging_at(show, 12)
    assert staging.lights[0].aim_m == staging.models[0].position_m
    assert staging_at(show, -1).lights[0].aim_m is None


def test_backdrops_cross_fade_and_music_sinks(tmp_path: Path) -> None:
    show = small(
        tmp_path,
        "cues:\n"
        "  - {cue: backdrop, file: sea.mp4, at: 0, duration: 0}\n"
        "  - {cue: backdrop, at: 4, duration: 2, ease: linear}\n"
        "  - {cue: music, gain: 0, at: 4, duration: 2, ease: linear}\n",
    )
    assert staging_at(show, 3).backdrop.media == tmp_path / "sea.mp4"
    assert staging_at(show, 3).backdrop.played_s == 3
    fading = staging_at(show, 5).backdrop
    assert (fading.media, fading.media_before, fading.mix) == (None, tmp_path / "sea.mp4", 0.5)
    assert staging_at(show, 5).music[0].gain == 0.5
    assert staging_at(show, 61).music == ()
    assert staging_at(show, -1).backdrop.media is None


def test_the_finale_parades_each_model_once_in_its_last_look(tmp_path: Path) -> None:
    run = RUN + "  - {look: left-bank, model: ada, at: 45}\nfinale: {at: 70, every: 4 beats}\n"
    show = compile_show(script_of(tmp_path, run), music=minute(120.0))
    parade = [e for e in show.entrances if e.name.startswith("finale")]
    assert [(e.model, show.look_of[e.name]) for e in parade] == [
        ("bo", "riviera"),
        ("ada", "left-bank"),
    ]
    assert parade[1].start_s - parade[0].start_s == 2.0
    cue = "cues:\n  - {cue: finale, at: 60, every: 6 beats}\n"
    again = compile_show(script_of(tmp_path, RUN + cue), music=minute(120.0))
    assert [e.start_s for e in again.entrances][2:] == [60.0, 63.0]


def test_a_cue_of_the_script_takes_the_place_of_one_of_the_run_of_show(tmp_path: Path) -> None:
    show = small(
        tmp_path,
        "cues:\n  - {id: gala-pose, cue: pose, model: ada, pose: bow, duration: 10 beats}\n",
    )
    pose = show.entrances[0].moves[1]
    assert (pose.pose, pose.end_s - pose.start_s) == ("bow", 5.0)


@pytest.mark.parametrize(
    ("cues", "words"),
    [
        (
            "  - {id: a, cue: finale, at: b.end}\n  - {id: b, cue: finale, at: a.end}\n",
            "b: it waits for itself: a → b → a",
        ),
        ("  - {id: a, cue: finale, at: gala-wlak.end}\n", "a: there is no cue, act or segment 'gala-wlak'"),
        ("  - {id: a, cue: finale, at: 3:5}\n", "a: bar 3 has 4 beats, there is no beat 5"),
        ("  - {id: a, cue: walk, model: ada, at: 50}\n", "a: ada is not on stage"),
        (
            "  - {cue: enter, model: bo, look: gala}\n  - {id: b, cue: enter, model: bo, look: gala}\n",
            "b: bo enters again without having left",
        ),
        ("  - {id: a, cue: music, gain: 1, at: 41000:1}\n", "a: it ends 22.8 hours into the show"),
        ("  - {id: a, cue: enter, model: ada, look: gala, at: 50}\n", "a: ada enters and does nothing"),
        (
            "  - {id: gala-turn, cue: turn, model: ada, at: gala-pose + 1 beats}\n",
            "gala-turn: ada begins it at .* while still busy",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_played_is_told_by_cue_and_line(
    tmp_path: Path, cues: str, words: str
) -> None:
    with pytest.raises(ScriptError, match=words) as caught:
        small(tmp_path, "cues:\n" + cues)
    assert "small.yaml:1" in caught.value.message
    assert caught.value.remedy


def test_acts_segments_and_the_end_are_timed_too(tmp_path: Path) -> None:
    body = (
        "acts:\n  - {id: one, title: {en: One, zh: 一}, at: 2:1}\n"
        "  - {id: two, title: {en: Two, zh: 二}, at: gone.end}\n"
        "ends: nowhere.end\n"
    )
    with pytest.raises(ScriptError, match=r"two: there is no cue(.|\n)*ends: there is no cue"):
        small(tmp_path, body)
    show = small(tmp_path, body.replace("gone.end", "30").replace("nowhere.end", "55"))
    assert show.acts == (("one", 2.0), ("two", 30.0))
    assert show.duration_s == 55.0


@given(st.sampled_from(sorted(EASINGS)), st.floats(-1, 2), st.floats(-1, 2))
def test_easings_stay_between_nothing_and_all_and_never_turn_back(ease, a: float, b: float) -> None:  # type: ignore[no-untyped-def]
    low, high = sorted((eased(ease, a), eased(ease, b)))
    assert 0 <= low <= high <= 1
    assert (eased(ease, min(a, b)), eased(ease, max(a, b))) == (low, high)
    assert eased(ease, 1.0) == 1.0


def test_the_first_rehearsal_walks_the_path_and_faces_its_way(maison: Show) -> None:
    entrance = maison.entrances[0]
    walk, pose, turn, back = entrance.moves
    performance = MarkedThrough(entrance)
    assert performance.position_at(pose.start_s) == walk.path_m[-1]
    assert performance.position_at(entrance.end_s) == back.path_m[-1]
    assert abs(performance.heading_at(walk.start_s)) < 1e-9
    facing = performance.heading_at(pose.start_s)
    assert abs((performance.heading_at(turn.end_s - 1e-9) - facing) % 360 - 180) < 1e-3
    pose_now = performance.pose_at(pose.start_s)
    assert np.allclose(pose_now.stage_from_root[:3, 3], (0.0, 0.0, walk.path_m[-1][1]))
    assert np.isclose(np.linalg.det(pose_now.stage_from_root[:3, :3]), 1.0)
