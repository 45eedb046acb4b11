"""An export is the same film whoever drew it, goes on where it was killed, and leaves nothing half."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from shows.film.export import Film, export
from shows.film.plan import PART_S
from tests.shows.film import painters
from tests.shows.film.painters import FPS, SIZE_WH, bars, broken_bars, dying_bars, programme
from tryon import InputError, OutputError


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Film:
    out = tmp_path_factory.mktemp("film") / "bars.mp4"
    return export(programme(), bars, out, size_wh=SIZE_WH, fps=FPS)


def frames(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def test_every_frame_is_drawn_at_its_time(film: Film) -> None:
    assert film.frames == 175
    pictures = frames(film.path)
    assert len(pictures) == 175
    for k, rgb in enumerate(pictures):
        if k != 75:
            assert rgb.mean(2).mean(0).argmax() == k % SIZE_WH[0]
    assert not film.path.with_name(".bars.film").exists(), "no work is left behind"


def test_sound_is_on_the_picture_in_the_written_file(film: Film) -> None:
    flash = int(np.argmax([rgb.mean() for rgb in frames(film.path)]))
    with av.open(str(film.path)) as container:
        blocks = [(frame.time, frame.to_ndarray()[0]) for frame in container.decode(audio=0)]
    click_s = next(
        at_s + float(np.argmax(np.abs(block) > 0.3)) / 48_000
        for at_s, block in blocks
        if np.abs(block).max() > 0.3
    )
    assert abs(click_s - float(flash / FPS)) < 0.020
    assert abs(float(flash / FPS) - painters.FLASH_S) < 1e-9


def test_two_processes_give_the_same_bytes_as_one(film: Film, tmp_path: Path) -> None:
    again = export(programme(), bars, tmp_path / "bars.mp4", size_wh=SIZE_WH, fps=FPS, workers=2)
    assert again.sha256 == film.sha256
    assert again.path.read_bytes() == film.path.read_bytes()


def test_an_excerpt_has_its_own_sound_captions_and_chapters(tmp_path: Path) -> None:
    out = tmp_path / "excerpt.mp4"
    export(programme(), bars, out, size_wh=SIZE_WH, fps=FPS, span_s=(2.0, 5.0))
    pictures = frames(out)
    assert len(pictures) == 75
    assert np.argmax([rgb.mean() for rgb in pictures]) == 25
    with av.open(str(out)) as container:
        chapters = [
            (float(each["start"] * each["time_base"]), float(each["end"] * each["time_base"]))
            for each in container.chapters()
        ]
        words = [
            float((packet.pts + packet.duration) * packet.time_base)
            for packet in container.demux(container.streams.subtitles[0])
            if packet.size > 2
        ]
    assert chapters == [(0.0, 1.0), (1.0, 3.0)]
    assert words == [2.0]


def test_progress_counts_every_frame(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    export(
        programme(4.0), bars, tmp_path / "a.mp4", size_wh=SIZE_WH, fps=FPS,
        progress=lambda done, whole: told.append((done, whole)),
    )  # fmt: skip
    assert told == [(k, 100) for k in range(101)]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_killed_export_goes_on_where_it_was(film: Film, tmp_path: Path, workers: int) -> None:
    out = tmp_path / "bars.mp4"
    work = tmp_path / ".bars.film"
    command = [sys.executable, "-m", "tests.shows.film.painters", str(out), str(workers)]
    with subprocess.Popen(command, start_new_session=True) as killed:
        wait_until(lambda: len(list(work.glob("0*.json"))) >= 1)
        os.killpg(killed.pid, signal.SIGKILL)
    assert not out.exists()
    kept = len(list(work.glob("0*.json")))
    assert 1 <= kept < 4
    resumed = export(programme(), bars, out, size_wh=SIZE_WH, fps=FPS)
    assert resumed.taken_over >= kept * PART_S * FPS - 25
    assert resumed.sha256 == film.sha256
    assert out.read_bytes() == film.path.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["bars.mp4"]


@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_leaves_no_half_film_and_no_process(tmp_path: Path, workers: int) -> None:
    out = tmp_path / "bars.mp4"
    command = [sys.executable, "-m", "tests.shows.film.painters", str(out), str(workers)]
    with subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL) as stopped:
        wait_until(lambda: len(list((tmp_path / ".bars.film").glob("0*.json"))) >= 1)
        os.killpg(stopped.pid, signal.SIGINT)
        assert stopped.wait(timeout=60) != 0
        wait_until(lambda: not alive(stopped.pid))
    assert not out.exists()
    assert not list((tmp_path / ".bars.film").glob("*.part.nut"))


def wait_until(happened: Callable[[], bool]) -> None:
    for _ in range(1200):
        if happened():
            return
        time.sleep(0.05)
    pytest.fail("it did not happen within a minute")


def alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_another_show_does_not_take_over_the_parts_of_this_one(tmp_path: Path) -> None:
    out = tmp_path / "a.mp4"
    with pytest.raises(InputError):
        export(programme(), broken_bars, out, size_wh=SIZE_WH, fps=FPS)
    assert len(list((tmp_path / ".a.film").glob("0*.json"))) == 1
    film = export(programme(fingerprint="b"), bars, out, size_wh=SIZE_WH, fps=FPS)
    assert film.taken_over == 0


@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_wrong_in_a_process_is_told_in_its_words(tmp_path: Path, workers: int) -> None:
    with pytest.raises(InputError, match="noir is not in the wardrobe") as caught:
        export(
            programme(), broken_bars, tmp_path / "a.mp4", size_wh=SIZE_WH, fps=FPS, workers=workers
        )
    assert caught.value.remedy == "Add it."
    assert not (tmp_path / "a.mp4").exists()


def test_a_process_that_dies_is_told_and_its_work_kept(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="ended with code 9"):
        export(programme(), dying_bars, tmp_path / "a.mp4", size_wh=SIZE_WH, fps=FPS, workers=2)
    assert list((tmp_path / ".a.film").glob("0*.json"))


def test_two_exports_do_not_write_into_each_other(tmp_path: Path) -> None:
    out = tmp_path / "a.mp4"
    told: list[str] = []

    def meanwhile(done: int, _whole: int) -> None:
        if done == 10:
            with pytest.raises(OutputError, match="Another export") as caught:
                export(programme(), bars, out, size_wh=SIZE_WH, fps=FPS)
            told.append(caught.value.message)

    export(programme(), bars, out, size_wh=SIZE_WH, fps=FPS, progress=meanwhile)
    assert len(told) == 1


@pytest.mark.parametrize("size_wh", [(65, 48), (8, 8), (10_000, 100)])
def test_sizes_that_no_player_takes_are_refused(tmp_path: Path, size_wh: tuple[int, int]) -> None:
    with pytest.raises(OutputError, match="A film cannot be"):
        export(programme(), bars, tmp_path / "a.mp4", size_wh=size_wh, fps=FPS)


def test_a_span_outside_the_show_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="it lasts 7"):
        export(programme(), bars, tmp_path / "a.mp4", size_wh=SIZE_WH, fps=FPS, span_s=(8.0, 9.0))
