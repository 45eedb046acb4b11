"""Results land where they should, whole, or say why not."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.media.clips import hear, make_clip, quarters
from tryon.core.camera import PinholeCamera
from tryon.core.errors import InputError, OutputError
from tryon.core.result import TryonResult
from tryon.stages.sink import (
    ESCAPE,
    MemorySink,
    TextSink,
    VideoSink,
    WindowSink,
    window,
    write_picture,
    write_text,
)
from tryon.stages.source import open_source

SIZE_WH = (64, 48)


def result(t_ns: int = 0, index: int = 0) -> TryonResult:
    camera = PinholeCamera.default(SIZE_WH)
    return TryonResult(quarters(SIZE_WH), (), (), camera, t_ns, index)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_picture_written_is_the_picture_read(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "out.png"
    write_picture(path, quarters(SIZE_WH))
    with open_source(path) as source:
        np.testing.assert_array_equal(next(iter(source)).rgb, quarters(SIZE_WH))
    write_picture(str(path), quarters(SIZE_WH)[..., 0])
    assert names(path.parent) == ["out.png"]


def test_text_is_utf8_with_plain_line_feeds(tmp_path: Path) -> None:
    write_text(tmp_path / "a.json", "猫 ×\n")
    with TextSink(tmp_path / "b.jsonl") as sink:
        sink.write("猫 ×\n")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.jsonl").read_bytes()
    assert (tmp_path / "a.json").read_bytes() == "猫 ×\n".encode()


def test_lines_appear_together_when_the_sink_closes(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "out.jsonl"
    with TextSink(path) as sink:
        for i in range(3):
            sink.write(json.dumps({"index": i}) + "\n")
        assert not path.exists()
    assert [json.loads(line)["index"] for line in path.read_text().splitlines()] == [0, 1, 2]
    assert names(path.parent) == ["out.jsonl"]


@pytest.mark.parametrize("failure", [KeyboardInterrupt, ZeroDivisionError])
def test_interrupted_text_leaves_what_was_there(
    tmp_path: Path, failure: type[BaseException]
) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text("old\n")

    def fail_half_way() -> None:
        with TextSink(path) as sink:
            sink.write("new\n" * 100_000)
            raise failure

    with pytest.raises(failure):
        fail_half_way()
    assert path.read_text() == "old\n"
    assert names(tmp_path) == ["out.jsonl"]


@pytest.mark.parametrize("kind", ["picture", "text", "lines"])
def test_full_disk_names_the_file_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)

    def write() -> None:
        if kind == "picture":
            write_picture(tmp_path / "out.png", quarters(SIZE_WH))
        elif kind == "text":
            write_text(tmp_path / "out.png", "text")
        else:
            with TextSink(tmp_path / "out.png") as sink:
                sink.write("text")

    with pytest.raises(OutputError, match=r"out\.png .*No space left") as caught:
        write()
    assert "Free some space" in caught.value.remedy
    assert names(tmp_path) == []


def test_error_of_the_block_is_not_taken_for_one_of_the_disk(tmp_path: Path) -> None:
    def read_something_else() -> None:
        with TextSink(tmp_path / "out.txt"), VideoSink(tmp_path / "out.mp4"):
            (tmp_path / "gone").read_text()

    with pytest.raises(FileNotFoundError):
        read_something_else()
    assert names(tmp_path) == []


def test_clip_keeps_times_and_sound_of_what_was_dressed(tmp_path: Path) -> None:
    source_path = make_clip(
        *(tmp_path / "in.mkv", [quarters(SIZE_WH)] * 4), ticks=[0, 33, 500, 700], audio="aac"
    )
    out = tmp_path / "out.mp4"
    with open_source(source_path) as source, VideoSink(out, audio_from=source_path) as sink:
        for frame in source:
            sink.write(result(frame.t_ns, frame.index))
    with open_source(out) as source:
        assert [frame.t_ns // 1_000_000 for frame in source] == [0, 33, 500, 700]
    assert hear(out)[1] == pytest.approx(1.0, abs=0.05)


def test_folder_and_picture_have_no_sound_and_that_is_fine(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    write_picture(folder / "a.png", quarters(SIZE_WH))
    for source_path in (folder, folder / "a.png"):
        with (
            open_source(source_path) as source,
            VideoSink(tmp_path / "out.mp4", audio_from=source_path) as sink,
        ):
            for frame in source:
                sink.write(result(frame.t_ns))
        with open_source(tmp_path / "out.mp4") as written:
            assert len(list(written)) == 1


def test_ctrl_c_half_way_through_a_clip_leaves_nothing(tmp_path: Path) -> None:
    def interrupt() -> None:
        with VideoSink(tmp_path / "out.mp4") as sink:
            for i in range(8):
                sink.write(result(40_000_000 * i, i))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupt()
    assert names(tmp_path) == []


def test_sound_of_a_missing_clip_is_an_input_error_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file"):
        VideoSink(tmp_path / "out.mp4", audio_from=tmp_path / "gone.mp4").__enter__()
    assert names(tmp_path) == []


def test_memory_keeps_everything_in_order() -> None:
    with MemorySink() as sink:
        for i in range(3):
            sink.write(result(index=i))
    assert [each.index for each in sink.results] == [0, 1, 2]


class FakeScreen:
    """What OpenCV was asked to show; answers keys from a list."""

    def __init__(self, keys: list[int]) -> None:
        self.keys = keys
        self.shown: list[np.ndarray] = []
        self.visible = 1.0
        self.sizes: list[tuple[int, int]] = []


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeScreen]:
    fake = FakeScreen([-1, ord("n"), ord("q") | 0x10_0000, 27])
    monkeypatch.setattr(window, "_demand_screen", lambda: None)
    monkeypatch.setattr(cv2, "namedWindow", lambda *_: None)
    monkeypatch.setattr(cv2, "destroyWindow", lambda *_: None)
    monkeypatch.setattr(cv2, "resizeWindow", lambda _, w, h: fake.sizes.append((w, h)))
    monkeypatch.setattr(cv2, "imshow", lambda _, bgr: fake.shown.append(bgr))
    monkeypatch.setattr(cv2, "waitKey", lambda _: fake.keys.pop(0))
    monkeypatch.setattr(cv2, "getWindowProperty", lambda *_: fake.visible)
    return fake


def test_window_returns_the_key_that_was_pressed(screen: FakeScreen) -> None:
    with WindowSink("mirror") as sink:
        keys = [sink.write(result(), mirrored=False) for _ in range(4)]
    assert keys == [None, "n", "q", ESCAPE]
    assert screen.sizes == [SIZE_WH]


def test_only_the_window_is_mirrored(screen: FakeScreen) -> None:
    shown = result()
    with WindowSink("mirror") as sink:
        sink.write(shown, mirrored=False)
        sink.write(shown, mirrored=True)
    plain, mirrored = (bgr[..., ::-1] for bgr in screen.shown)
    np.testing.assert_array_equal(plain, shown.image)
    np.testing.assert_array_equal(mirrored, shown.image[:, ::-1])


def test_closed_window_counts_as_escape(screen: FakeScreen) -> None:
    with WindowSink("mirror") as sink:
        screen.visible = 0.0
        assert sink.write(result(), mirrored=True) == ESCAPE


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X11 is Linux's")
def test_machine_without_a_screen_is_told_so_before_qt_ends_the_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.delenv("DISPLAY", raising=False)
    with pytest.raises(OutputError, match="DISPLAY is not set") as caught:
        WindowSink("mirror").__enter__()
    assert "tryon video" in caught.value.remedy
    monkeypatch.setenv("DISPLAY", ":77")
    with pytest.raises(OutputError, match="DISPLAY=:77"):
        WindowSink("mirror").__enter__()


def test_opencv_without_windows_is_an_output_error(
    screen: FakeScreen, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise cv2.error("The function is not implemented. Rebuild the library with GTK+ 2.x")

    monkeypatch.setattr(cv2, "namedWindow", refuse)
    with pytest.raises(OutputError, match="built without") as caught:
        WindowSink("mirror").__enter__()
    assert "headless" in caught.value.remedy
