"""A film's parts join without a seam, with its sound on its pictures, captions and chapters."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from tryon.core.errors import OutputError
from tryon.media.film import Caption, Chapter, join_film
from tryon.media.film_part import write_film_part

FPS = Fraction(25)
FLASH = 50
RATE_HZ = 48_000


def pictures(first: int, end: int) -> list[np.ndarray]:
    """A bar that moves, and one white picture."""
    made = []
    for k in range(first, end):
        rgb = np.full((48, 64, 3), 40, np.uint8)
        rgb[:, k % 64] = 200
        made.append(np.full_like(rgb, 255) if k == FLASH else rgb)
    return made


def click() -> np.ndarray:
    sound = np.zeros((4 * RATE_HZ, 2), np.float32)
    at = round(FLASH / FPS * RATE_HZ)
    sound[at : at + 200] = 0.9
    return sound


CAPTIONS = {
    "en": [
        Caption(0.5, 1.5, "The first look"),
        Caption(2.0, 3.0, "Silk & <b>tulle</b>\nfrom Lyon"),
    ],
    "zh": [Caption(0.5, 1.5, "第一套造型")],
}
CHAPTERS = [Chapter(0.0, 2.0, "Noir"), Chapter(2.0, 4.0, "Soirée 晚")]


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("parts")
    paths = []
    for k, (first, end) in enumerate([(0, 40), (40, 41), (41, 100)]):
        path = folder / f"{k}.nut"
        assert write_film_part(path, pictures(first, end), fps=FPS) == end - first
        paths.append(path)
    return paths


@pytest.fixture(scope="module")
def film(parts: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "show.mp4"
    join_film(
        path, parts, fps=FPS, sound=click(), captions=CAPTIONS, chapters=CHAPTERS, title="Noir"
    )
    return path


def test_every_picture_is_there_at_its_time(film: Path) -> None:
    with av.open(str(film)) as container:
        assert container.streams.video[0].average_rate == FPS
        frames = [
            (frame.time, frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)
        ]
    assert len(frames) == 100
    np.testing.assert_allclose([at_s for at_s, _ in frames], np.arange(100) / 25, atol=1e-6)
    for k, (_, rgb) in enumerate(frames):
        if k != FLASH:
            assert rgb.mean(2).mean(0).argmax() == k % 64


def test_the_click_is_on_the_flash(film: Path) -> None:
    # The first packet of AAC begins 1,024 samples before the first sample: the file must say so.
    with av.open(str(film)) as container:
        flash_s = max(
            (float(frame.to_ndarray(format="gray").mean()), frame.time)
            for frame in container.decode(video=0)
        )[1]
    with av.open(str(film)) as container:
        heard = [(frame.time, frame.to_ndarray()[0]) for frame in container.decode(audio=0)]
    click_s = next(
        at_s + float(np.argmax(np.abs(block) > 0.3)) / RATE_HZ
        for at_s, block in heard
        if np.abs(block).max() > 0.3
    )
    assert abs(click_s - flash_s) < 0.020
    assert abs(click_s - flash_s) < 0.001, "exact, for players that follow the edit list"


def test_captions_are_tracks_in_their_languages(film: Path) -> None:
    with av.open(str(film)) as container:
        tracks = container.streams.subtitles
        assert [track.metadata["language"] for track in tracks] == ["eng", "zho"]
        spoken: dict[int, list[tuple[float, float, str]]] = {0: [], 1: []}
        for packet in container.demux(*tracks):
            for line in packet.decode() if packet.size > 2 else []:
                begin_s = float(packet.pts * packet.time_base)
                end_s = begin_s + float(packet.duration * packet.time_base)
                text = line.dialogue.decode()
                spoken[tracks.index(packet.stream)].append((begin_s, end_s, text))
    assert spoken[0] == [(0.5, 1.5, "The first look"), (2.0, 3.0, "Silk & <b>tulle</b>\nfrom Lyon")]
    assert spoken[1] == [(0.5, 1.5, "第一套造型")]


def test_chapters_and_title_are_there(film: Path) -> None:
    with av.open(str(film)) as container:
        chapters = [
            (float(each["start"] * each["time_base"]), each["metadata"]["title"])
            for each in container.chapters()
        ]
        assert container.metadata["title"] == "Noir"
    assert chapters == [(0.0, "Noir"), (2.0, "Soirée 晚")]


def test_a_player_finds_the_index_before_the_pictures(film: Path) -> None:
    content = film.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")


def test_the_same_film_twice_is_the_same_bytes(film: Path, tmp_path: Path) -> None:
    again = []
    for k, (first, end) in enumerate([(0, 40), (40, 41), (41, 100)]):
        again.append(tmp_path / f"{k}.nut")
        write_film_part(again[-1], pictures(first, end), fps=FPS)
    here = tmp_path / "show.mp4"
    join_film(
        here, again, fps=FPS, sound=click(), captions=CAPTIONS, chapters=CHAPTERS, title="Noir"
    )
    assert here.read_bytes() == film.read_bytes()


def test_textured_pictures_are_encoded_the_same_every_time(tmp_path: Path) -> None:
    # x264's macroblock tree is not reproducible: it shows on texture that moves, one time in five.
    noise = np.random.default_rng(1).integers(0, 255, (360, 640, 3), dtype=np.uint8)
    texture = cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 6), None, 0, 255, cv2.NORM_MINMAX)
    moving = [np.ascontiguousarray(texture[k : k + 180, 2 * k : 2 * k + 320]) for k in range(50)]
    for k, rgb in enumerate(moving):
        rgb[40:90, 5 * k : 5 * k + 20] = (255, 20, 20)
    seen = set()
    for take in range(30):
        write_film_part(tmp_path / f"{take}.nut", moving, fps=FPS)
        seen.add((tmp_path / f"{take}.nut").read_bytes())
    assert len(seen) == 1


def test_odd_sizes_and_broken_rates_are_kept(tmp_path: Path) -> None:
    fps = Fraction(30_000, 1001)
    part, film = tmp_path / "0.nut", tmp_path / "film.mp4"
    write_film_part(part, [np.full((47, 63, 3), 90, np.uint8)] * 60, fps=fps)
    join_film(film, [part], fps=fps)
    with av.open(str(film)) as container:
        assert container.streams.video[0].average_rate == fps
        frames = list(container.decode(video=0))
    assert (frames[0].width, frames[0].height) == (64, 48)
    assert frames[-1].time == pytest.approx(float(59 / fps), abs=1e-4)


def test_an_interrupted_part_leaves_nothing(tmp_path: Path) -> None:
    def stopping() -> object:
        yield from pictures(0, 5)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_film_part(tmp_path / "0.nut", stopping(), fps=FPS)
    assert not list(tmp_path.iterdir())


def test_other_names_are_refused(parts: list[Path], tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="a film is an MP4"):
        join_film(tmp_path / "show.gif", parts, fps=FPS)
    assert not list(tmp_path.iterdir())
