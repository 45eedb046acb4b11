"""What a fault does to frames, and what the engine makes of it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tests.qa.replay.conftest import LOOK
from tryon.core.errors import InputError
from tryon.core.frame import Frame
from tryon.core.landmarks import Detections
from tryon.engine import Engine
from tryon.qa.replay.faults import FAULTS, Spoilt, spoilt
from tryon.qa.replay.player import replay
from tryon.qa.replay.readings import Replay
from tryon.qa.replay.recording import Recording
from tryon.qa.replay.resilience import resilience


@pytest.fixture(scope="module")
def frames(recording: Recording) -> list[Frame]:
    """The six frames and again, to and fro, so that there is time for faults."""
    six = list(recording.frames())
    order = [*range(6), *range(4, 0, -1), *range(6), *range(4, 0, -1)]
    return [
        Frame(six[k].rgb, index * 33_333_333, index, six[k].camera) for index, k in enumerate(order)
    ]


@pytest.fixture(scope="module")
def seen(recording: Recording) -> list[Detections]:
    six = recording.detections()
    return [six[k] for k in [*range(6), *range(4, 0, -1), *range(6), *range(4, 0, -1)]]


def _spoil(text: str, frames: list[Frame], seen: list[Detections]) -> list[Spoilt]:
    return spoilt(text, frames, seen)[1]


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_gives_frames_that_a_session_takes(
    name: str, frames: list[Frame], seen: list[Detections]
) -> None:
    out = _spoil(name, frames, seen)
    assert [each.frame.index for each in out] == list(range(len(out)))
    assert 0 < len(out) <= len(frames)


def test_faults_are_the_same_at_every_run(frames: list[Frame], seen: list[Detections]) -> None:
    for name in ("noise", "drop", "duplicate"):
        first, second = _spoil(name, frames, seen), _spoil(name, frames, seen)
        assert [e.source for e in first] == [e.source for e in second]
        assert all(
            np.array_equal(a.frame.rgb, b.frame.rgb) for a, b in zip(first, second, strict=True)
        )


def test_dropped_frames_keep_the_times_of_the_others(
    frames: list[Frame], seen: list[Detections]
) -> None:
    out = _spoil("drop:0.5", frames, seen)
    assert len(out) < len(frames)
    assert [e.frame.t_ns for e in out] == [frames[e.source].t_ns for e in out]


def test_duplicates_come_later_with_the_same_picture(
    frames: list[Frame], seen: list[Detections]
) -> None:
    out = _spoil("duplicate:0.5", frames, seen)
    again = [b for a, b in pairwise(out) if a.source == b.source]
    assert again
    assert [e.frame.t_ns for e in out] == [frame.t_ns for frame in frames]


def test_the_clock_jumps_on_and_back(frames: list[Frame], seen: list[Detections]) -> None:
    steps = np.diff([e.frame.t_ns for e in _spoil("jump:30", frames, seen)])
    assert (steps > 25e9).sum() == 1
    assert (steps < 0).sum() == 1


def test_a_picture_on_its_side_has_the_camera_of_a_picture_on_its_side(
    frames: list[Frame], seen: list[Detections]
) -> None:
    turned = _spoil("rotate", frames, seen)[0].frame
    assert turned.size_wh == frames[0].size_wh[::-1]
    assert np.array_equal(turned.rgb[0, -1], frames[0].rgb[0, 0])


def test_unknown_faults_and_strengths_are_refused(
    frames: list[Frame], seen: list[Detections]
) -> None:
    with pytest.raises(InputError, match="There are drop, duplicate"):
        _spoil("gravity", frames, seen)
    with pytest.raises(InputError, match="noise:20"):
        _spoil("noise:loud", frames, seen)


@pytest.fixture(scope="module")
def clean(recording: Recording, engine: Engine, frames: list[Frame]) -> Replay:
    return replay(recording, LOOK, engine, start="pixels", frames=frames, pictures_every=0)


@pytest.mark.parametrize(
    "name", ["drop", "duplicate", "jump", "noise:10", "exposure", "rotate", "leave"]
)
def test_the_engine_does_what_is_expected(
    name: str,
    *,
    recording: Recording,
    engine: Engine,
    frames: list[Frame],
    seen: list[Detections],
    clean: Replay,
) -> None:
    """The light needs longer than these frames to follow, and a face of 45 pixels takes less noise;
    `tryon qa run` holds all limits at full strength."""
    fault, out = spoilt(name, frames, seen)
    now = replay(
        recording, LOOK, engine, start="pixels", frames=[e.frame for e in out], pictures_every=0
    )
    face_px = float(np.ptp(seen[0].faces[0].px[:, 0]))
    values = {
        **resilience(now, clean, out, face_px=face_px),
        "spilled.max": float(max(frame.spilled for frame in now.frames)),
    }
    held = {
        limit.measure: limit.holds(values[limit.measure])
        for limit in fault.limits
        if limit.measure != "fault_light"
    }
    assert all(held.values()), values


def test_what_stays_behind_is_a_ghost(clean: Replay, frames: list[Frame]) -> None:
    """Somebody left at once, but the replay goes on showing them."""
    gone = [
        Spoilt(Frame(f.rgb, 5 * f.t_ns, f.index, f.camera), f.index, present=f.index == 0)
        for f in frames
    ]
    slow = Replay(
        tuple(
            type(reading)(**{**reading.__dict__, "t_ns": 5 * reading.t_ns})
            for reading in clean.frames
        )
    )
    assert resilience(slow, clean, gone, face_px=50.0)["fault_ghosts"] > 0
