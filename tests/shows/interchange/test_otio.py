"""OpenTimelineIO carries a show there and back, and brings an editor's changes home."""

from __future__ import annotations

from pathlib import Path

import opentimelineio as otio
import pytest

from shows.interchange.edl import cuts_of
from shows.interchange.otio import RATE, read_otio, script_of, timeline_of, write_otio
from shows.script import Script, ScriptFile, read_script
from shows.script.read import bundled_scripts
from shows.sequencer import Show, compile_show
from tests.shows.programmes import minute
from tests.shows.programmes import script_of as small_script
from tryon import InputError

RUN = (
    "acts:\n  - {id: one, title: {en: One, zh: 一}, at: 2:1}\n"
    "run_of_show:\n  - {look: gala, model: ada}\n"
    "cues:\n  - {id: soft, cue: cross-fade, shot: back, model: ada, at: gala-exit, fade: 1}\n"
    "  - {id: glow, cue: light, lamp: key, at: 3:1, duration: 2 beats}\n"
)


@pytest.fixture
def show(tmp_path: Path) -> Show:
    return compile_show(small_script(tmp_path, RUN), music=minute())


def played(folder: Path, script: Script) -> Show:
    file = small_script(folder, RUN)
    return compile_show(ScriptFile(script, file.path, file.document), music=minute())


@pytest.mark.parametrize("name", sorted(bundled_scripts()))
@pytest.mark.parametrize("suffix", [".otio", ".otioz"])
def test_a_bundled_show_comes_back_as_it_went(tmp_path: Path, name: str, suffix: str) -> None:
    show = compile_show(read_script(name))
    path = tmp_path / f"{name}{suffix}"
    write_otio(show, path)
    assert script_of(read_otio(path)) == show.script


def test_cameras_music_and_cues_lie_where_editors_look(show: Show) -> None:
    timeline = timeline_of(show)
    camera, music = timeline.tracks
    assert [c.name for c in camera.find_clips()] == [c.name for c in cuts_of(show)]
    assert camera.duration().to_seconds() == pytest.approx(show.duration_s, abs=1 / RATE)
    (fade,) = [each for each in camera if isinstance(each, otio.schema.Transition)]
    assert fade.out_offset.to_seconds() == 1.0
    (clip,) = music.find_clips()
    assert [m.name for m in clip.markers] == ["drop"]
    glow = next(m for m in timeline.tracks.markers if m.name == "glow")
    assert glow.marked_range.start_time.to_seconds() == 4.0
    assert glow.marked_range.duration.to_seconds() == 1.0


def test_what_an_editor_moves_is_moved_in_the_script(show: Show, tmp_path: Path) -> None:
    timeline = timeline_of(show)
    markers = {m.name: m for m in timeline.tracks.markers}
    time = otio.opentime.RationalTime
    markers["glow"].marked_range = otio.opentime.TimeRange(time(150, RATE), time(100, RATE))
    markers["one"].marked_range = otio.opentime.TimeRange(time(75, RATE), time(0, RATE))
    timeline.tracks.markers.append(otio.schema.Marker(name="of another program"))
    first, second = list(timeline.tracks[0].find_clips())[:2]
    first.source_range = otio.opentime.TimeRange(time(0, RATE), first.duration() + time(25, RATE))
    second.source_range = otio.opentime.TimeRange(
        second.source_range.start_time + time(25, RATE), second.duration() - time(25, RATE)
    )
    again = played(tmp_path, script_of(timeline))
    cues = {c.id: c for c in again.cues}
    assert (cues["glow"].start_s, cues["glow"].end_s) == (6.0, 10.0)
    assert again.acts == (("one", 3.0),)
    before = {c.id: c for c in show.cues}
    assert cues[second.name].start_s == pytest.approx(before[second.name].start_s + 1.0)
    still = set(cues) - {"glow", second.name}
    assert all(cues[name].start_s == before[name].start_s for name in still)


def test_files_that_are_no_timeline_of_a_show_are_refused(tmp_path: Path) -> None:
    noise = tmp_path / "noise.otio"
    noise.write_text("{")
    with pytest.raises(InputError, match="is not a timeline"):
        read_otio(noise)
    otio.adapters.write_to_file(otio.schema.Clip("c"), str(noise))
    with pytest.raises(InputError, match="holds a Clip, not a timeline"):
        read_otio(noise)
    with pytest.raises(InputError, match="carries no script of a show"):
        script_of(otio.schema.Timeline("empty"))
