"""The checker finds each fault that was planted, names the cue, and says nothing of good shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from shows.blocking import Problem
from shows.check import House, check_script
from shows.script import read_script
from shows.script.read import bundled_scripts
from tests.shows.programmes import HEAD, minute, script_of
from tryon import Catalogue

HOUSE = House(
    looks=("gala", "riviera", "left-bank"), castings=("ivory", "gold"),
    poses=("hand-on-hip", "contrapposto", "over-shoulder"),
)  # fmt: skip
RUN = "run_of_show:\n  - {look: gala, model: ada}\n  - {look: riviera, model: bo}\n"


def found(
    folder: Path, body: str, *, run: str = RUN, head: str = HEAD, minutes: float = 1
) -> list[Problem]:
    return check_script(
        script_of(folder, run + body, head=head), HOUSE, music=minute(60.0 * minutes)
    )


@pytest.mark.parametrize("name", sorted(bundled_scripts()))
def test_bundled_shows_can_go_on(name: str) -> None:
    assert check_script(read_script(name), House(looks=Catalogue.load().looks)) == []


def test_a_good_show_has_no_faults(tmp_path: Path) -> None:
    assert found(tmp_path, "") == []


PLANTED = {
    "a look that is not in the wardrobe": (
        "cues:\n  - {id: x, cue: card, look: galla, at: 9}\n",
        "x", "the look galla is not in the wardrobe.", "Did you mean gala?",
    ),
    "a pose that nobody knows": (
        "cues:\n  - {id: gala-pose, cue: pose, model: ada, pose: handstand}\n",
        "gala-pose", "nobody knows the pose handstand.", "There are hand-on-hip",
    ),
    "a lamp that the stage has not": (
        "stage: {lamps: [key, rim]}\ncues:\n  - {id: x, cue: light, lamp: kye, at: 1}\n",
        "x", "the stage has no lamp kye.", "Did you mean key?",
    ),
    "a picture that is not there": (
        "cues:\n  - {id: x, cue: backdrop, file: sea.mp4, at: 1}\n",
        "x", "there is no picture or clip sea.mp4 beside the script.", "Put the file beside",
    ),
    "a change on nobody": (
        "cues:\n  - {id: x, cue: look, model: ada, look: riviera, at: 1}\n",
        "x", "ada is not on stage at 1.0 s.", "Time it by a cue of that model",
    ),
    "a camera on nobody": (
        "cues:\n  - {id: x, cue: camera, shot: close, model: bo, at: 1}\n",
        "x", "it films bo, who is not on stage from 1.0 to 10.0 s.", "name another",
    ),
    "a camera inside a model": (
        "cues:\n  - {id: x, cue: camera, eye_m: [0, 1.5, 8.2], at: gala-pose + 1 beats}\n",
        "x", "the camera is inside ada at 16.0 s.", "cut away before",
    ),
    "a step off the stage": (
        "cues:\n  - {id: gala-walk, cue: walk, model: ada, path_m: [[0.5, 4], [2.4, 6], [0, 8]]}\n",
        "gala-walk", "ada steps off the stage at 13.0 s", "Keep path_m within x ±1.3",
    ),
    "a walk that is a run": (
        "cues:\n  - {id: gala-walk, cue: walk, model: ada, duration: 2}\n",
        "gala-walk", "ada would have to run: 9.9 m in 2.0 s.", "Give the walk more time",
    ),
    "a collision": (
        "cues:\n"
        "  - {id: riviera-walk, cue: walk, model: bo, path_m: [[-0.55, 2], [-0.55, 8.3]]}\n",
        "riviera-walk", "bo collides with ada (gala-exit) at", "or one of them later",
    ),
    "models too close": (
        "cues:\n"
        "  - {id: riviera-walk, cue: walk, model: bo, path_m: [[0.1, 2], [0.1, 8.3]]}\n",
        "riviera-walk", "bo comes too close to ada (gala-exit) at", "m apart with path_m",
    ),
    "a model that vanishes": (
        "ends: 59\ncues:\n  - {id: x, cue: enter, model: ada, look: gala, at: 40}\n"
        "  - {id: y, cue: walk, model: ada}\n  - {id: house-close, cue: blackout, at: 58}\n",
        "x", "ada vanishes in plain sight at 47.5 s.", "Write an exit cue for ada",
    ),
    "a cue after the end": (
        "ends: 50\ncues:\n  - {id: x, cue: music, gain: 0, at: 51}\n",
        "x", "it begins at 51.0 s, after the show's end at 50.0 s.", "Begin it earlier, or move ends.",
    ),
    "a cue before the beginning": (
        "cues:\n  - {id: x, cue: music, gain: 0, at: 1:1 - 2 beats}\n",
        "x", "it begins 1.0 s before the show.", "starts_s",
    ),
    "a show that outlasts its music": (
        "ends: 75\n",
        "music", "the music minute is over at 60.0 s, the show at 75.0 s.", "take longer music",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_found(tmp_path: Path, fault: str) -> None:
    body, cue, message, remedy = PLANTED[fault]
    told = found(tmp_path, body)
    hits = [p for p in told if p.cue == cue and message in p.message]
    assert hits, told
    assert remedy in hits[0].remedy
    assert script_of(tmp_path, RUN + body).line_of(cue) >= 4


def test_a_casting_that_is_not_there_is_found_with_the_model_that_asks_for_it(
    tmp_path: Path,
) -> None:
    (problem,) = found(tmp_path, "", head=HEAD.replace("casting: ivory", "casting: ivry"))
    assert problem.cue == "ada"
    assert "there is no casting ivry" in problem.message
    assert "Did you mean ivory?" in problem.remedy


def test_a_segment_that_is_longer_than_the_music_is_found(tmp_path: Path) -> None:
    music = "{name: noir, segments: {end: {from: '29:1', to: '33:1'}}}"
    (problem,) = found(tmp_path, "", head=HEAD.replace("{name: noir}", music))
    assert problem.cue == "end"
    assert "ends at 64.0 s; the music minute is over at 60.0 s" in problem.message


def test_an_impossible_quick_change_is_found_and_the_same_look_again_is_none(
    tmp_path: Path,
) -> None:
    again = "  - {look: left-bank, model: ada, at: gala-exit.end + 5}\n"
    told = found(tmp_path, "", run=RUN + again, minutes=2)
    assert [p.cue for p in told] == ["left-bank-enter"]
    assert (
        "ada has 5.0 s to change from gala into left-bank; a change takes 20.0 s."
        in told[0].message
    )
    assert not found(tmp_path, "quick_change: 4\n", run=RUN + again, minutes=2)
    same = again.replace("look: left-bank", "look: gala, id: once-more")
    assert not found(tmp_path, "", run=RUN + same, minutes=2)


def test_a_change_on_stage_counts_for_the_next_entrance(tmp_path: Path) -> None:
    again = "  - {look: gala, id: once-more, model: ada, at: gala-exit.end + 5}\n"
    change = "cues:\n  - {cue: look, model: ada, look: riviera, at: gala-pose}\n"
    (problem,) = found(tmp_path, change, run=RUN + again, minutes=2)
    assert "change from riviera into gala" in problem.message


def test_a_model_that_is_still_on_stage_cannot_enter(tmp_path: Path) -> None:
    again = "  - {look: left-bank, model: ada, at: gala-exit.start}\n"
    told = found(tmp_path, "", run=RUN + again, minutes=2)
    assert any("is still on stage until" in p.message for p in told)


def test_cues_without_a_time_come_alone(tmp_path: Path) -> None:
    (problem,) = found(tmp_path, "cues:\n  - {id: x, cue: card, look: nothing, at: gone.end}\n")
    assert "there is no cue, act or segment 'gone'" in problem.message
