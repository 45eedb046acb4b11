"""Clips come in upright, in true colours, at their own times, and broken ones say what is wrong."""

from __future__ import annotations

import logging
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from tests.media.clips import corners, make_clip, quarters, write_sound
from tryon.core.errors import InputError
from tryon.media.clip_reader import SHORTEST_STEP_NS, ClipReader
from tryon.media.clip_writer import ClipWriter

SIZE_WH = (64, 48)
UNEVEN_MS = [0, 33, 40, 133, 134, 500, 1000]
"""A variable frame rate: gaps from 1 ms to half a second."""


def times_ns(path: Path) -> list[int]:
    with ClipReader(path) as clip:
        return [picture.t_ns for picture in clip]


@pytest.mark.parametrize(
    ("suffix", "codec"),
    [(".mp4", "libx264"), (".mov", "libx264"), (".mkv", "libx264"), (".webm", "libvpx-vp9")],
)
def test_variable_frame_rate_is_kept_to_the_nanosecond(
    tmp_path: Path, suffix: str, codec: str
) -> None:
    pictures = [quarters(SIZE_WH)] * len(UNEVEN_MS)
    path = make_clip(tmp_path / f"uneven{suffix}", pictures, ticks=UNEVEN_MS, codec=codec)
    assert times_ns(path) == [ms * 1_000_000 for ms in UNEVEN_MS]


def test_ntsc_times_are_rounded_once_and_do_not_drift(tmp_path: Path) -> None:
    tick_s = Fraction(1001, 30_000)
    path = make_clip(
        tmp_path / "ntsc.mp4", [quarters(SIZE_WH)] * 40, ticks=range(40), tick_s=tick_s
    )
    assert times_ns(path) == [round(i * tick_s * 1_000_000_000) for i in range(40)]
    with ClipReader(path) as clip:
        assert clip.frames_per_s == pytest.approx(30_000 / 1001)
        assert clip.frame_count == 40


@pytest.mark.parametrize(
    ("suffix", "codec", "pix_fmt"),
    [
        (".mp4", "libx264", "yuv420p"),
        (".mkv", "libx264", "yuv444p"),
        (".webm", "libvpx-vp9", "yuv420p"),
        (".avi", "mjpeg", "yuvj420p"),
        (".mp4", "libx265", "yuv420p10le"),
    ],
)
def test_colours_are_true_in_every_container(
    tmp_path: Path, suffix: str, codec: str, pix_fmt: str
) -> None:
    path = make_clip(
        tmp_path / f"clip{suffix}",
        [quarters(SIZE_WH)] * 3,
        codec=codec,
        pix_fmt=pix_fmt,
        tick_s=Fraction(1, 25),
        ticks=[0, 1, 2],
    )
    with ClipReader(path) as clip:
        pictures = list(clip)
    assert len(pictures) == 3
    inner = np.abs(pictures[0].rgb.astype(int) - quarters(SIZE_WH))[4:20, 4:28]
    assert inner.mean() < 8


@pytest.mark.parametrize("large", [False, True])
def test_unstated_colour_matrix_is_bt709_in_high_definition_only(
    tmp_path: Path, *, large: bool
) -> None:
    size_wh = (1280, 720) if large else SIZE_WH
    red = np.zeros((size_wh[1], size_wh[0], 3), np.uint8)
    red[..., 0] = 200
    # The clip is BT.601 inside and says nothing.
    path = make_clip(tmp_path / "clip.mp4", [red])
    with ClipReader(path) as clip:
        rgb = next(iter(clip)).rgb[8, 8].astype(int)
    true = bool(np.abs(rgb - [200, 0, 0]).max() < 6)
    assert true is not large


@pytest.mark.parametrize(
    ("turned_deg", "mirrored", "expected"),
    [
        (0, False, "rgbw"),
        (90, False, "gwrb"),
        (180, False, "wbgr"),
        (-90, False, "brwg"),
        (0, True, "grwb"),
        (90, True, "wgbr"),
        (180, True, "bwrg"),
        (-90, True, "rbgw"),
    ],
)
def test_turned_and_mirrored_clips_come_out_upright(
    tmp_path: Path, turned_deg: int, mirrored: bool, expected: str
) -> None:
    path = make_clip(
        tmp_path / "turned.mp4",
        [quarters(SIZE_WH)] * 2,
        turned_deg=turned_deg,
        mirrored=mirrored,
    )
    with ClipReader(path) as clip:
        picture = next(iter(clip)).rgb
        assert clip.size_wh == (SIZE_WH if turned_deg in (0, 180) else SIZE_WH[::-1])
    assert corners(picture) == expected


def test_pixels_that_are_not_square_are_made_square(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "dv.mp4", [quarters(SIZE_WH)], pixel_aspect=Fraction(16, 11))
    with ClipReader(path) as clip:
        assert clip.size_wh == (93, 48)
        assert next(iter(clip)).rgb.shape == (48, 93, 3)


def test_pixels_that_are_absurdly_wide_are_taken_for_square(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "dv.mp4", [quarters(SIZE_WH)], pixel_aspect=Fraction(200, 1))
    with ClipReader(path) as clip:
        assert clip.size_wh == SIZE_WH


def test_clip_that_claims_a_huge_size_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    path = tmp_path / "huge.gif"
    Image.new("P", (8, 8)).save(path, save_all=True, append_images=[Image.new("P", (8, 8), 1)])
    content = bytearray(path.read_bytes())
    content[6:10] = (12_000).to_bytes(2, "little") * 2
    path.write_bytes(content)
    with pytest.raises(InputError, match="12000×12000") as caught:
        ClipReader(path)
    assert "Scale it down" in caught.value.remedy


def test_gif_keeps_its_delays_and_lays_what_is_clear_on_white(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (20, 10), (0, 0, 0, 0))
    clear.paste((255, 0, 0, 255), (0, 0, 10, 10))
    blue = Image.new("RGBA", (20, 10), (0, 0, 255, 255))
    path = tmp_path / "moves.gif"
    clear.save(path, save_all=True, append_images=[blue], duration=[300, 100], disposal=2)
    with ClipReader(path) as clip:
        first, second = clip
    assert (second.t_ns - first.t_ns) == 300_000_000
    np.testing.assert_array_equal(first.rgb[5, [5, 15]], [[255, 0, 0], [255, 255, 255]])


def test_clip_that_changes_its_size_keeps_the_first_one_and_the_shape_of_things(
    tmp_path: Path,
) -> None:
    path = tmp_path / "changes.h264"
    tall = (48, 96)
    path.write_bytes(b"".join(_h264(quarters(size)) for size in ((96, 48), tall, (48, 24))))
    with ClipReader(path) as clip:
        assert clip.size_wh == (96, 48)
        pictures = [picture.rgb for picture in clip]
    assert {picture.shape for picture in pictures} == {(48, 96, 3)}
    assert corners(pictures[0]) == corners(pictures[-1]) == "rgbw"
    middle = pictures[len(pictures) // 2]
    # 48×96 fits as 24×48 in the middle, black beside it.
    assert middle[:, :34].max() < 30
    assert middle[:, 62:].max() < 30
    assert corners(middle[:, 36:60]) == "rgbw"


def _h264(picture: np.ndarray) -> bytes:
    """A bare stream of three equal pictures."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.height, encoder.width = picture.shape[:2]
    encoder.pix_fmt = "yuv420p"
    encoder.time_base = Fraction(1, 25)
    packets = []
    for tick in range(3):
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p")
        frame.pts = tick
        packets += encoder.encode(frame)
    return b"".join(bytes(packet) for packet in packets + encoder.encode(None))


def test_times_that_stand_still_are_repaired_and_increase_strictly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_clip(tmp_path / "clip.mp4", [quarters(SIZE_WH)] * 5)
    told = iter([0, 40_000_000, 40_000_000, 10_000_000, None])
    monkeypatch.setattr(ClipReader, "_t_ns", lambda *_: next(told))
    step = SHORTEST_STEP_NS
    assert times_ns(path) == [
        *(0, 40_000_000, 40_000_000 + step, 40_000_000 + 2 * step),
        40_000_000 + 2 * step + 40_000_000,
    ]


def test_clock_that_starts_far_from_zero_is_moved_to_it(tmp_path: Path) -> None:
    ticks = [36_000_000 + 40 * i for i in range(4)]
    path = make_clip(tmp_path / "late.mkv", [quarters(SIZE_WH)] * 4, ticks=ticks)
    assert times_ns(path) == [0, 40_000_000, 80_000_000, 120_000_000]


def test_sound_is_noticed(tmp_path: Path) -> None:
    for audio in ("aac", None):
        path = make_clip(tmp_path / "clip.mp4", [quarters(SIZE_WH)] * 2, audio=audio)
        with ClipReader(path) as clip:
            assert clip.has_sound is (audio is not None)


def test_what_is_known_of_a_clip_can_be_asked_after_it_is_closed(tmp_path: Path) -> None:
    # PyAV reads freed memory when a stream is asked after its container is closed.
    path = make_clip(tmp_path / "clip.mp4", [quarters(SIZE_WH)] * 7)
    with ClipReader(path) as clip:
        pass
    assert (clip.frame_count, clip.frames_per_s, clip.size_wh) == (7, 25.0, SIZE_WH)


def test_closing_ends_reading_without_a_false_alarm(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = make_clip(tmp_path / "clip.mp4", [quarters(SIZE_WH)] * 100)
    with caplog.at_level(logging.WARNING):
        clip = ClipReader(path)
        pictures = iter(clip)
        next(pictures)
        clip.close()
        assert list(pictures) == []
    assert caplog.records == []


def test_cut_off_clip_gives_what_is_there_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rng = np.random.default_rng(3)
    noise = [rng.integers(0, 255, (48, 64, 3), np.uint8) for _ in range(100)]
    path = make_clip(tmp_path / "long.mkv", noise)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    with caplog.at_level(logging.WARNING), ClipReader(path) as clip:
        count = sum(1 for _ in clip)
    assert 10 < count < 60
    assert [r.getMessage() for r in caplog.records if "cut off" in r.getMessage()]


def test_damaged_clip_goes_on_past_the_damage(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = make_clip(
        *(tmp_path / "clip.avi", [quarters(SIZE_WH)] * 20),
        codec="mjpeg",
        pix_fmt="yuvj420p",
        tick_s=Fraction(1, 25),
        ticks=range(20),
    )
    content = bytearray(path.read_bytes())
    tenth = [i for i in range(len(content)) if content[i : i + 4] == b"00dc"][9]
    content[tenth + 8 : tenth + 60] = bytes(52)
    path.write_bytes(content)
    with caplog.at_level(logging.WARNING), ClipReader(path) as clip:
        pictures = list(clip)
    assert len(pictures) >= 19
    assert corners(pictures[-1].rgb) == "rgbw"
    assert len(caplog.records) <= 1


def test_clip_without_a_frame_is_an_input_error(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip.mp4", [quarters(SIZE_WH)])
    content = path.read_bytes()
    start, end = content.index(b"mdat") + 4, content.index(b"moov") - 4
    path.write_bytes(content[:start] + bytes(end - start) + content[end:])
    with pytest.raises(InputError, match="holds no frame") as caught:
        ClipReader(path)
    assert "Export the clip again" in caught.value.remedy


def test_sound_alone_is_no_clip(tmp_path: Path) -> None:
    path = tmp_path / "song.mp4"
    write_sound(path, "aac")
    with pytest.raises(InputError, match="no moving picture"):
        ClipReader(path)


@pytest.mark.parametrize("codec", [b"V_MPEG4/ISO/AVC", b"A_AAC"])
def test_streams_of_unknown_codecs_are_left_out(tmp_path: Path, codec: bytes) -> None:
    # Phones record spatial sound in a codec of their own, for which FFmpeg has no decoder.
    path = make_clip(tmp_path / "clip.mkv", [quarters(SIZE_WH)] * 3, audio="aac")
    content = path.read_bytes()
    assert content.count(codec) == 1
    path.write_bytes(content.replace(codec, codec[:2] + b"Z" * (len(codec) - 2)))
    if codec.startswith(b"V"):
        with pytest.raises(InputError, match="cannot be read") as caught:
            ClipReader(path)
        assert "H.264" in caught.value.remedy
        return
    with ClipReader(path) as clip, ClipWriter(tmp_path / "out.mp4", sound_from=path) as writer:
        assert not clip.has_sound
        for picture in clip:
            writer.write(picture.rgb, picture.t_ns)
    assert len(times_ns(tmp_path / "out.mp4")) == 3


@pytest.mark.parametrize("content", [b"Dear diary" * 100, b"\0" * 4096])
def test_what_is_no_clip_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    with pytest.raises(InputError, match="not a picture or clip"):
        ClipReader(path)


def test_mp4_without_its_index_is_refused(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip.mp4", [quarters(SIZE_WH)] * 10)
    content = path.read_bytes()
    path.write_bytes(content[: content.index(b"moov") - 4])
    with pytest.raises(InputError, match="cut off") as caught:
        ClipReader(path)
    assert "whole" in caught.value.remedy


def test_playlist_in_disguise_does_not_open_other_files(tmp_path: Path) -> None:
    secret = make_clip(tmp_path / "secret.ts", [quarters(SIZE_WH)] * 30)
    path = tmp_path / "clip.mp4"
    path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{secret}\n#EXT-X-ENDLIST\n")
    with pytest.raises(InputError, match="not a picture or clip"):
        ClipReader(path)


def test_name_that_looks_like_an_address_is_a_file(tmp_path: Path, no_network: None) -> None:
    made = make_clip(tmp_path / "clip.mp4", [quarters(SIZE_WH)] * 2)
    path = made.rename(tmp_path / "http:clip.mp4")
    assert len(times_ns(path)) == 2


def test_title_in_an_old_encoding_does_not_keep_a_clip_from_being_read(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip.mkv", [quarters(SIZE_WH)] * 2)
    content = path.read_bytes()
    assert b"Lavf" in content
    path.write_bytes(content.replace(b"Lavf", "é".encode("latin-1") + b"avf"))
    assert len(times_ns(path)) == 2


def test_empty_and_missing_clips_are_named(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(InputError, match=r"empty\.mp4 is empty"):
        ClipReader(tmp_path / "empty.mp4")
    with pytest.raises(InputError, match=r"no file .*gone\.mp4"):
        ClipReader(tmp_path / "gone.mp4")


def test_every_shared_clip_is_read(shared_data: Path) -> None:
    clips = [p for p in (shared_data / "clips").iterdir() if p.suffix in (".mkv", ".mp4", ".gif")]
    assert len(clips) > 10
    for path in clips:
        with ClipReader(path) as clip:
            seen = [picture for picture, _ in zip(clip, range(4), strict=False)]
        assert len(seen) == 4, path.name
        times = np.array([picture.t_ns for picture in seen])
        assert (np.diff(times) > 0).all(), path.name
        assert seen[0].rgb.std() > 10, path.name
        assert clip.frame_count is not None
        assert clip.frame_count >= 4
