"""The sound of a whole show, or of a stretch of it: what its music cues play, mixed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from shows.music.music import Heard, Music
from shows.music.voices import RATE_HZ
from shows.state import MusicState

CONTROL_S = 0.01
"""How often the music cues are asked; loudness runs straight in between."""
_CONTROL = round(CONTROL_S * RATE_HZ)
_SAME_TAKE_S = 0.002

MusicAt = Callable[[float], Sequence[MusicState]]
"""What sounds at a time of the show: `staging_at(show, t).music`, without staging the rest."""


def mixed(
    music_at: MusicAt, sources: Mapping[str, Music], *, start_s: float, end_s: float
) -> Heard:
    """(N, 2) of what is heard from start_s to end_s of a show, N = their distance at RATE_HZ.

    Music that begins between two controls begins on its exact sample; where it jumps or stops it fades
    within CONTROL_S. Too loud a sum is clipped at ±1. Raises InputError when a file cannot be read.
    """
    length = round((end_s - start_s) * RATE_HZ)
    mix = np.zeros((length, 2), np.float32)
    now = music_at(start_s)
    for first in range(0, length, _CONTROL):
        t_s = start_s + first / RATE_HZ
        after = music_at(t_s + CONTROL_S)
        block = mix[first : first + _CONTROL]
        for name, played_s, gains in _takes(now, after):
            block += _part(sources[name].samples(), played_s, len(block)) * _ramp(gains, len(block))
        now = after
    return np.clip(mix, -1.0, 1.0, out=mix)


def _takes(
    now: Sequence[MusicState], after: Sequence[MusicState]
) -> list[tuple[str, float, tuple[float, float]]]:
    """What sounds between two controls: music, seconds into it where the block begins, and loudness at
    both ends. What goes on is one take, what jumps is two: one that goes and one that comes."""
    takes = []
    left = list(after)
    for state in now:
        goes_on = next(
            (
                other
                for other in left
                if other.music == state.music
                and abs(other.played_s - state.played_s - CONTROL_S) < _SAME_TAKE_S
            ),
            None,
        )
        if goes_on is not None:
            left.remove(goes_on)
        gains = (state.gain, 0.0 if goes_on is None else goes_on.gain)
        takes.append((state.music, state.played_s, gains))
    for state in left:
        begins_s = state.played_s - CONTROL_S
        # Music that has just begun is not faded in: the first beat has its stroke.
        gain = state.gain if begins_s < 0 else 0.0
        takes.append((state.music, begins_s, (gain, state.gain)))
    return takes


def _part(samples: Heard, played_s: float, length: int) -> Heard:
    """(length, 2) of the music from played_s on, silence where it has nothing."""
    # Rounded twice: a sum of seconds may lie a hair beside half a sample, now here and now there.
    first = round(round(played_s * RATE_HZ, 2))
    part = np.zeros((length, 2), np.float32)
    begin, end = max(first, 0), min(first + length, len(samples))
    if begin < end:
        part[begin - first : end - first] = samples[begin:end]
    return part


def _ramp(gains: tuple[float, float], length: int) -> Heard:
    if gains[0] == gains[1]:
        return np.full((length, 1), gains[0], np.float32)
    return np.linspace(gains[0], gains[1], length, endpoint=False, dtype=np.float32)[:, None]
