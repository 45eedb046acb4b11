"""Clips go out with the times, the colours and the sound that came in, or not at all."""

from __future__ import annotations

import resource
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from tests.media.clips import CLICK_AT_S, corners, hear, make_clip, quarters
from tryon.core.errors import OutputError
from tryon.core.filters import NS_PER_S
from tryon.media.clip_reader import ClipReader
from tryon.media.clip_writer import ClipWriter

SIZE_WH = (64, 48)
MS = 1_000_000
UNEVEN_MS = [0, 33, 40, 133, 134, 500, 1000]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def copy(source: Path, target: Path) -> list[int]:
    """Write a clip's pictures again, with its sound; their times."""
    with ClipReader(source) as clip, ClipWriter(target, sound_from=source) as writer:
        times = []
        for picture in clip:
            writer.write(picture.rgb, picture.t_ns)
            times.append(picture.t_ns)
    return times


def times_ns(path: Path) -> list[int]:
    with ClipReader(path) as clip:
        return [picture.t_ns for picture in clip]


@pytest.mark.parametrize(
    ("tick_s", "ticks"),
    [
        (Fraction(1, 1000), UNEVEN_MS),
        (Fraction(1, 90_000), [0, 1, 3003, 9000, 90_001]),
        (Fraction(1, 15_360), [0, 512, 1025, 20_000]),
        (Fraction(1001, 30_000), [0, 1, 2, 5]),
        (Fraction(1, 48_000), [0, 7, 4000]),
    ],
)
def test_every_time_of_the_source_comes_back_to_the_nanosecond(
    tmp_path: Path, tick_s: Fraction, ticks: list[int]
) -> None:
    pictures = [quarters(SIZE_WH)] * len(ticks)
    source = make_clip(tmp_path / "in.mp4", pictures, ticks=ticks, tick_s=tick_s)
    times = copy(source, tmp_path / "out.mp4")
    assert times == [round(tick * tick_s * NS_PER_S) for tick in ticks]
    assert times_ns(tmp_path / "out.mp4") == times


def test_steady_clip_keeps_its_length_to_the_end_of_the_last_picture(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "in.mp4", [quarters(SIZE_WH)] * 25)
    copy(source, tmp_path / "out.mp4")
    for path in (source, tmp_path / "out.mp4"):
        with av.open(str(path)) as clip:
            assert clip.streams.video[0].average_rate == 25
            assert clip.duration == 1_000_000


def test_gif_keeps_its_times(tmp_path: Path) -> None:
    source = make_clip(
        *(tmp_path / "in.gif", [quarters(SIZE_WH, shade=40 * i) for i in range(4)]),
        codec="gif",
        pix_fmt="rgb8",
        tick_s=Fraction(1, 100),
        ticks=[0, 8, 30, 34],
    )
    times = copy(source, tmp_path / "out.mp4")
    assert times == [0, 80 * MS, 300 * MS, 340 * MS]
    assert times_ns(tmp_path / "out.mp4") == times


def test_without_a_source_the_first_picture_is_at_zero_and_times_are_within_six_microseconds(
    tmp_path: Path,
) -> None:
    start_ns = 987_654_321_987_654_321
    times = [start_ns + step for step in (0, 33_333_333, 33_400_000, 1_000_000_007)]
    with ClipWriter(tmp_path / "out.mp4") as writer:
        for t_ns in times:
            writer.write(quarters(SIZE_WH), t_ns)
    found = np.array(times_ns(tmp_path / "out.mp4"))
    assert np.abs(found - (np.array(times) - start_ns)).max() <= 6_000


def test_times_that_stand_still_are_written_as_increasing(tmp_path: Path) -> None:
    with ClipWriter(tmp_path / "out.mp4") as writer:
        for t_ns in (0, 40 * MS, 40 * MS, 39 * MS):
            writer.write(quarters(SIZE_WH), t_ns)
    found = times_ns(tmp_path / "out.mp4")
    assert len(found) == 4
    assert (np.diff(found) > 0).all()


@pytest.mark.parametrize("size_wh", [(65, 48), (64, 49), (31, 17), (1, 1), (642, 358)])
def test_odd_sizes_gain_a_copy_of_their_last_column_and_row(
    tmp_path: Path, size_wh: tuple[int, int]
) -> None:
    picture = np.full((size_wh[1], size_wh[0], 3), 90, np.uint8)
    picture[:, -1] = picture[-1] = (200, 60, 20)
    with ClipWriter(tmp_path / "out.mp4") as writer:
        writer.write(picture, 0)
    with ClipReader(tmp_path / "out.mp4") as clip:
        rgb = next(iter(clip)).rgb.astype(int)
    assert (rgb.shape[1], rgb.shape[0]) == tuple(side + side % 2 for side in size_wh)
    assert np.abs(rgb[-1, -1] - [200, 60, 20]).max() < 40


def test_colours_survive_and_are_labelled(tmp_path: Path) -> None:
    ramp = np.linspace(0, 255, 64).astype(np.uint8)[None, :, None].repeat(48, 0).repeat(3, 2)
    for name, picture in (("ramp", ramp), ("colours", quarters(SIZE_WH))):
        path = tmp_path / f"{name}.mp4"
        with ClipWriter(path) as writer:
            writer.write(picture, 0)
        with ClipReader(path) as clip:
            found = next(iter(clip)).rgb
        # Beside the edges between the quarters, where 4:2:0 halves the colours.
        error = np.abs(found.astype(int) - picture)[:20, :28]
        assert error.max() <= 8, name
        assert error.mean() < 2.5, name
        assert abs((found.astype(int) - picture)[:20, :28].mean()) < 1.5, name
    with av.open(str(path)) as clip:
        codec = clip.streams.video[0].codec_context
        assert (codec.name, codec.pix_fmt) == ("h264", "yuv420p")
        assert (codec.colorspace, codec.color_primaries, codec.color_trc) == (1, 1, 1)
        assert codec.color_range == 1


@pytest.mark.parametrize(
    ("suffix", "audio", "copied"),
    [
        (".mp4", "aac", True),
        (".mkv", "libopus", True),
        (".mkv", "libmp3lame", True),
        (".ts", "aac", True),
        (".avi", "pcm_s16le", False),
        (".mkv", "flac", False),
    ],
)
def test_sound_keeps_its_length_and_its_place(
    tmp_path: Path, suffix: str, audio: str, *, copied: bool
) -> None:
    tick_s = Fraction(1, 25) if suffix == ".avi" else Fraction(1, 1000)
    step = 1 if suffix == ".avi" else 40
    source = make_clip(
        *(tmp_path / f"in{suffix}", [quarters(SIZE_WH)] * 25),
        ticks=[step * i for i in range(25)],
        tick_s=tick_s,
        audio=audio,
    )
    copy(source, tmp_path / "out.mp4")
    was_at_s, was_long_s, was_codec = hear(source)
    at_s, long_s, codec = hear(tmp_path / "out.mp4")
    assert codec == (was_codec if copied else "aac")
    # Heard after the first picture as late as before.
    was_late_s = was_at_s - _first_s(source)
    assert was_late_s == pytest.approx(CLICK_AT_S, abs=0.05)
    assert at_s - _first_s(tmp_path / "out.mp4") == pytest.approx(was_late_s, abs=0.003)
    # One packet of padding at either end is the codec's.
    assert long_s == pytest.approx(was_long_s, abs=0.05)


def _first_s(path: Path) -> float:
    """Time of the first picture on the file's own clock."""
    with av.open(str(path)) as clip:
        frame = next(clip.decode(video=0))
        assert frame.time is not None
        return frame.time


def test_whole_soundtrack_is_kept_when_it_outlasts_the_picture(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "in.mp4", [quarters(SIZE_WH)] * 5, audio="aac", audio_s=2.0)
    copy(source, tmp_path / "out.mp4")
    assert hear(tmp_path / "out.mp4")[1] == pytest.approx(2.0, abs=0.05)


def test_sound_ends_with_the_picture_when_only_the_beginning_is_written(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "in.mp4", [quarters(SIZE_WH)] * 100, audio="aac", audio_s=4.0)
    with ClipReader(source) as clip, ClipWriter(tmp_path / "out.mp4", sound_from=source) as writer:
        for picture, _ in zip(clip, range(25), strict=False):
            writer.write(picture.rgb, picture.t_ns)
    assert hear(tmp_path / "out.mp4")[1] == pytest.approx(1.0, abs=0.1)


def test_turned_clip_is_written_upright(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "in.mp4", [quarters(SIZE_WH)] * 2, turned_deg=-90)
    copy(source, tmp_path / "out.mp4")
    with av.open(str(tmp_path / "out.mp4")) as clip:
        frame = next(clip.decode(video=0))
        assert (frame.rotation, frame.width, frame.height) == (0, 48, 64)
        assert corners(frame.to_ndarray(format="rgb24")) == "brwg"


@pytest.mark.parametrize("failure", [KeyboardInterrupt, ZeroDivisionError])
def test_ctrl_c_half_way_leaves_nothing(tmp_path: Path, failure: type[BaseException]) -> None:
    source = make_clip(tmp_path / "in.mp4", [quarters(SIZE_WH)] * 25, audio="aac")

    def fail_half_way() -> None:
        with ClipWriter(tmp_path / "out" / "out.mp4", sound_from=source) as writer:
            for i in range(12):
                writer.write(quarters(SIZE_WH), 40 * MS * i)
            raise failure

    with pytest.raises(failure):
        fail_half_way()
    assert names(tmp_path / "out") == []


def test_clip_is_not_there_before_it_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "out.mp4"
    target.write_bytes(b"old")
    with ClipWriter(target) as writer:
        writer.write(quarters(SIZE_WH), 0)
        assert target.read_bytes() == b"old"
    assert names(tmp_path) == ["out.mp4"]
    assert len(times_ns(target)) == 1


def test_full_disk_is_an_output_error_and_leaves_nothing(tmp_path: Path) -> None:
    # The system's limit on file sizes stops FFmpeg's own writing as a full disk does.
    rng = np.random.default_rng(7)
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)

    def write() -> None:
        with ClipWriter(tmp_path / "out.mp4") as writer:
            for i in range(60):
                writer.write(rng.integers(0, 255, (96, 128, 3), np.uint8), 40 * MS * i)

    resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, limit[1]))
    try:
        with pytest.raises(OutputError, match=r"out\.mp4 cannot be written") as caught:
            write()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert caught.value.remedy
    assert names(tmp_path) == []


def test_clip_without_a_picture_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no picture"), ClipWriter(tmp_path / "out.mp4"):
        pass
    assert names(tmp_path) == []


def test_picture_of_another_size_is_refused(tmp_path: Path) -> None:
    def write() -> None:
        with ClipWriter(tmp_path / "out.mp4") as writer:
            writer.write(quarters((64, 48)), 0)
            writer.write(quarters((48, 64)), 40 * MS)

    with pytest.raises(OutputError, match="64×48; one of 48×64"):
        write()
    assert names(tmp_path) == []


def test_source_is_never_overwritten(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "in.mp4", [quarters(SIZE_WH)])
    with pytest.raises(OutputError, match="being read"):
        ClipWriter(source, sound_from=source)


@pytest.mark.parametrize("name", ["out.xyz", "out"])
def test_unknown_kind_of_clip_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputError, match="names no known kind") as caught:
        ClipWriter(tmp_path / name)
    assert ".mp4" in caught.value.remedy
