"""The music of a show: a piece written for it, or any file, with its beats."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from shows.clock import Interval, MusicClock
from shows.music.band import played
from shows.music.beats import Beats, find_beats, grid
from shows.music.pieces import BUNDLED
from shows.music.score import Score
from shows.music.voices import RATE_HZ
from tryon import InputError, cache_dir, read_sound

Heard = NDArray[np.float32]
"""(N, 2) samples of −1 to 1, left and right, at RATE_HZ."""

KEPT_IN_MEMORY = 2
"""Pieces that stay decoded; a minute takes 23 MB."""


@dataclass(frozen=True, eq=False)
class Music:
    """What is known of a piece, and its sound when it is asked for.

    beats_s, downbeats_s: (B,) and (D,) when beats and bars sound, seconds into the file; clock: the
    steady clock that fits them best, bar 1 beat 1 on the first downbeat; segments: parts by name.
    """

    name: str
    duration_s: float
    beats_s: NDArray[np.float64]
    downbeats_s: NDArray[np.float64]
    clock: MusicClock
    segments: Mapping[str, Interval] = field(default_factory=dict)
    _sound: Callable[[], Heard] = field(kw_only=True, repr=False)

    def samples(self) -> Heard:
        """The whole piece; not to be written into. Raises InputError when its file is gone."""
        return self._sound()


def bundled(name: str) -> Music:
    """A piece that comes with the project; its beats are those it was written with.

    Raises InputError for another name.
    """
    score = BUNDLED.get(name)
    if score is None:
        raise InputError(
            f"There is no bundled music {name!r}.",
            remedy=f"Name a file, or one of: {', '.join(BUNDLED)}.",
        )
    beats = grid(score.clock, score.duration_s)
    return _music(name, score.duration_s, beats, partial(_synthesised, name), score.segments())


def open_music(
    path: Path, *, tempo_bpm: float | None = None, first_beat_s: float = 0.0, beats_per_bar: int = 4
) -> Music:
    """A file's music, its beats as given or else found.

    tempo_bpm, first_beat_s: of the first downbeat. Raises InputError when it cannot be read, or when
    no beats can be found.
    """
    sound = _decoded(path.resolve(), _signature(path))
    duration_s = len(sound) / RATE_HZ
    if tempo_bpm is not None:
        beats = grid(MusicClock(tempo_bpm, beats_per_bar, first_beat_s), duration_s)
    else:
        try:
            beats = find_beats(sound, RATE_HZ, beats_per_bar=beats_per_bar)
        except InputError as error:
            raise InputError(f"{path}: {error.message}", remedy=error.remedy) from error
    return _music(path.stem, duration_s, beats, partial(_from_file, path), {})


def _music(
    name: str,
    duration_s: float,
    beats: Beats,
    sound: Callable[[], Heard],
    segments: Mapping[str, Interval],
) -> Music:
    return Music(
        name, duration_s, beats.beats_s, beats.downbeats_s, beats.clock, segments, _sound=sound
    )


def _from_file(path: Path) -> Heard:
    return _decoded(path.resolve(), _signature(path))


def _signature(path: Path) -> tuple[int, int]:
    """Changes when the file does."""
    try:
        stat = path.stat()
    except OSError:
        return (0, 0)
    return stat.st_mtime_ns, stat.st_size


@lru_cache(maxsize=KEPT_IN_MEMORY)
def _decoded(path: Path, _signature: tuple[int, int]) -> Heard:
    return read_sound(path, rate_hz=RATE_HZ)


@lru_cache(maxsize=KEPT_IN_MEMORY)
def _synthesised(name: str) -> Heard:
    """A bundled piece, played once on this machine and then kept in the cache as 16 bits."""
    score = BUNDLED[name]
    kept = cache_dir() / "music" / f"{name}-{_edition(score)}.npy"
    with suppress(OSError, ValueError):
        return _as_heard(np.load(kept))
    coded = np.rint(played(score) * 32767.0).astype(np.int16)
    # A cache that cannot be written costs the time, nothing else.
    with suppress(OSError):
        kept.parent.mkdir(parents=True, exist_ok=True)
        draft = kept.with_name(f".{secrets.token_hex(4)}.npy")
        try:
            np.save(draft, coded)
            os.replace(draft, kept)
        finally:
            draft.unlink(missing_ok=True)
    return _as_heard(coded)


def _as_heard(coded: NDArray[np.int16]) -> Heard:
    if coded.ndim != 2 or coded.shape[1] != 2 or coded.dtype != np.int16:
        raise ValueError(f"cached music must be (N, 2) int16, got {coded.shape} {coded.dtype}")
    return coded.astype(np.float32) / np.float32(32767.0)


def _edition(score: Score) -> str:
    """Changes with the score and with the band's way of playing."""
    band = b"".join(
        (Path(__file__).parent / name).read_bytes()
        for name in ("band.py", "effects.py", "voices.py")
    )
    return hashlib.sha256(repr(score).encode() + band).hexdigest()[:12]
