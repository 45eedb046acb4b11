"""Plays a score: every track on its own, then together, sample for sample the same each time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from shows.music import effects, voices
from shows.music.score import STEPS, Chord, Score, Section
from shows.music.voices import RATE_HZ, Mono, Samples

RING_OUT_S = 0.35
"""The last of a piece fades over this long."""

_LEVELS = {
    "kick": 0.62, "hat": 0.36, "open": 0.28, "clap": 0.50, "rim": 0.42, "bass": 0.27, "pad": 0.52,
    "arp": 0.50, "lead": 0.40, "keys": 0.40, "roll": 0.42, "crash": 0.6, "boom": 0.34, "riser": 0.34,
}  # fmt: skip
"""How tracks stand to each other at full loudness."""
_DUCKED = {"bass": 0.55, "pad": 0.8, "arp": 0.4, "keys": 0.45, "riser": 0.3}
_IN_THE_ROOM = {
    "clap": 0.30, "pad": 0.45, "arp": 0.30, "lead": 0.55, "keys": 0.50, "crash": 0.25, "rim": 0.25,
    "riser": 0.3, "roll": 0.25,
}  # fmt: skip
_ECHOED = {"arp": 0.36, "lead": 0.42, "keys": 0.2, "rim": 0.2}


def played(score: Score) -> Samples:
    """(N, 2) of the whole piece at RATE_HZ. Beat k sounds at sample round(k · beat · RATE_HZ)."""
    tracks = _Tracks(score)
    for bar in _bars(score):
        _drums(score, bar, tracks)
        _bass(score, bar, tracks)
        _arpeggio(score, bar, tracks)
    for section, first in score.spans():
        _pads(score, section, first, tracks)
        _melody(score, section, first, tracks)
        _scenery(score, section, first, tracks)
    return _mixed(score, tracks)


@dataclass(frozen=True)
class _Bar:
    """number: of the piece; inside: of its section, both from 0."""

    number: int
    inside: int
    section: Section

    def level(self, track: str, step: float = 0.0) -> float:
        """The loudness of a track at a step, as its section fades it."""
        begin, end = self.section.tracks.get(track, (0.0, 0.0))
        return begin + (end - begin) * self.share(step)

    def bright(self, step: float = 0.0) -> float:
        begin, end = self.section.bright
        return begin + (end - begin) * self.share(step)

    def share(self, step: float) -> float:
        return (self.inside + step / STEPS) / self.section.bars


def _bars(score: Score) -> Iterator[_Bar]:
    for section, first in score.spans():
        for inside in range(section.bars):
            yield _Bar(first + inside, inside, section)


class _Tracks:
    """Stereo tracks of a piece's length, each from its own seeded noise."""

    def __init__(self, score: Score) -> None:
        self._score = score
        self.length = round(score.duration_s * RATE_HZ)
        self.sounds: dict[str, Samples] = {}
        self.kicks_s: list[float] = []
        self.noise = np.random.default_rng(score.seed)

    def add(self, track: str, at_s: float, sound: Samples | Mono, gain: float) -> None:
        """Mix a sound in; what reaches past the end is cut."""
        if gain <= 0.0:
            return
        whole = self.sounds.setdefault(track, np.zeros((self.length, 2)))
        first = round(at_s * RATE_HZ)
        part = whole[first : first + len(sound)]
        sound = sound if sound.ndim == 2 else sound[:, None]
        part += gain * sound[: len(part)]

    def at_s(self, bar: int, step: float) -> float:
        """When a step sounds; uneven sixteenths come late by the swing."""
        late = self._score.swing if step % 2 == 1 else 0.0
        return bar * self._score.bar_s + (step + late) * self._score.bar_s / STEPS


def _drums(score: Score, bar: _Bar, tracks: _Tracks) -> None:
    for track, pattern in score.drums.items():
        here = pattern.replace(" ", "").replace("|", "")
        offset = bar.inside * STEPS % len(here)
        for step, stroke in enumerate(here[offset : offset + STEPS]):
            gain = bar.level(track, step) * (0 if stroke == "." else int(stroke) / 9)
            if gain <= 0:
                continue
            at_s = tracks.at_s(bar.number, step)
            tracks.add(track, at_s, _drum(score.seed, track), gain)
            if track == "kick":
                tracks.kicks_s.append(at_s)


@cache
def _drum(seed: int, track: str) -> Samples | Mono:
    noise = np.random.default_rng([seed, *track.encode()])
    drums: dict[str, Callable[[], Samples | Mono]] = {
        "kick": voices.kick,
        "hat": lambda: voices.hat(noise, decay_s=0.022),
        "open": lambda: voices.hat(noise, decay_s=0.11),
        "clap": lambda: voices.clap(noise),
        "roll": lambda: voices.clap(noise)[: RATE_HZ // 6],
        "rim": lambda: voices.rim(noise),
        "crash": lambda: voices.crash(noise),
        "boom": voices.boom,
    }
    return drums[track]()


def _bass(score: Score, bar: _Bar, tracks: _Tracks) -> None:
    pattern = score.bass.replace(" ", "").replace("|", "")
    offset = bar.inside * STEPS % len(pattern)
    root = score.chord(bar.section, bar.inside).root
    step_s = score.bar_s / STEPS
    for step, degree in enumerate(pattern[offset : offset + STEPS]):
        level = bar.level("bass", step)
        if degree == "." or level <= 0:
            continue
        rests = pattern[offset + step + 1 : offset + STEPS]
        held = 1 + next((k for k, each in enumerate(rests) if each != "."), len(rests))
        semitones = {"1": 0, "3": 3, "5": 7, "7": 10, "8": 12}[degree]
        sound = _bass_note(
            root + semitones, min(held, 3) * step_s * 0.92, round(5 * bar.bright(step)) / 5
        )
        tracks.add("bass", tracks.at_s(bar.number, step), sound, level)


_bass_note = cache(lambda note, held_s, bite: voices.bass(note, duration_s=held_s, bite=bite))


def _arpeggio(score: Score, bar: _Bar, tracks: _Tracks) -> None:
    pattern = score.arpeggio.replace(" ", "").replace("|", "")
    offset = bar.inside * STEPS % len(pattern)
    notes = score.chord(bar.section, bar.inside).notes
    for step, letter in enumerate(pattern[offset : offset + STEPS]):
        level = bar.level("arp", step)
        if letter == "." or level <= 0:
            continue
        note = notes[ord(letter.lower()) - ord("a")] + (24 if letter.isupper() else 12)
        accent = 1.0 if step % 4 == 0 else 0.72 + 0.1 * (step % 3)
        side = 0.28 * np.sin(0.9 * (step + bar.inside * STEPS))
        sound = _picked(score.voice, note, round(5 * bar.bright(step)) / 5)
        wide = sound[:, None] * np.sqrt([0.5 - side, 0.5 + side]) * np.sqrt(2)
        tracks.add("arp", tracks.at_s(bar.number, step), wide, level * accent)


@cache
def _picked(voice: str, note: float, bright: float) -> Mono:
    if voice == "tine":
        return voices.tine(note, duration_s=1.1 + 0.5 * bright)
    return voices.pluck(note, duration_s=0.9, bright=bright)


def _pads(score: Score, section: Section, first: int, tracks: _Tracks) -> None:
    """Chords as strings, and as keys where the section has them."""
    for inside in range(0, section.bars, score.chord_bars):
        chord = score.chord(section, inside)
        bars = min(score.chord_bars, section.bars - inside)
        bar = _Bar(first + inside, inside, section)
        level, at_s = bar.level("pad"), bar.number * score.bar_s
        if level > 0:
            open_share = bar.bright(STEPS * bars / 2)
            sound = _chord(score.seed, chord, bars * score.bar_s, open_share)
            tracks.add("pad", at_s, sound, level)
        for k, note in enumerate(chord.notes):
            for half in range(2 * bars):
                late_s = 0.012 * k + half * score.bar_s / 2
                gain = bar.level("keys", STEPS * half / 2) * (1.0 if half % 2 == 0 else 0.55)
                if gain > 0:
                    tracks.add("keys", at_s + late_s, _key(note, score.bar_s), gain / 2)


def _chord(seed: int, chord: Chord, duration_s: float, bright: float) -> Samples:
    warm, clear = _chord_colours(seed, chord, duration_s)
    return np.asarray(1.5 * (1 - bright) * warm + bright * clear)


@cache
def _chord_colours(seed: int, chord: Chord, duration_s: float) -> tuple[Samples, Samples]:
    noise = np.random.default_rng([seed, round(chord.root)])
    raw = voices.strings(chord.notes, duration_s=duration_s, noise=noise)
    warm = voices.filtered(voices.filtered(raw, "highpass", 140.0), "lowpass", 520.0)
    return warm, voices.filtered(voices.filtered(raw, "highpass", 180.0), "lowpass", 4200.0)


_key = cache(lambda note, duration_s: voices.keys(note, duration_s=duration_s))


def _melody(score: Score, section: Section, first: int, tracks: _Tracks) -> None:
    phrase = score.melody_bars * STEPS
    for start in range(0, section.bars * STEPS, phrase):
        for note in score.melody:
            step = start + note.step
            if step >= section.bars * STEPS:
                continue
            inside, rest = divmod(step, STEPS)
            bar = _Bar(first + inside, inside, section)
            ring_s = (note.steps + 6) * score.bar_s / STEPS
            gain = bar.level("lead", rest)
            if gain > 0:
                sound = voices.bell(note.note, duration_s=ring_s, strike=0.35 + 0.5 * bar.bright())
                tracks.add("lead", tracks.at_s(bar.number, rest), sound, gain)


def _scenery(score: Score, section: Section, first: int, tracks: _Tracks) -> None:
    """What announces a section: wind before it ends, a cymbal and a boom as it begins."""
    at_s = first * score.bar_s
    if section.impact:
        tracks.add("crash", at_s, _drum(score.seed, "crash"), 1.0)
        tracks.add("boom", at_s, _drum(score.seed, "boom"), 1.0)
    if section.riser_bars:
        duration_s = section.riser_bars * score.bar_s
        end_s = at_s + section.bars * score.bar_s
        wind = voices.riser(tracks.noise, duration_s=duration_s)
        tracks.add("riser", end_s - duration_s, wind, 1.0)


def _mixed(score: Score, tracks: _Tracks) -> Samples:
    length = tracks.length
    beat_s = score.clock.beat_s
    mix, hall, echoes = np.zeros((3, length, 2))
    dips = {
        depth: effects.ducking(tracks.kicks_s, length, depth=depth, recovery_s=0.9 * beat_s)
        for depth in sorted(set(_DUCKED.values()))
    }
    for track in sorted(tracks.sounds):
        sound = tracks.sounds[track] * _LEVELS[track]
        if track in _DUCKED:
            sound = sound * dips[_DUCKED[track]][:, None]
        mix += sound
        hall += _IN_THE_ROOM.get(track, 0.0) * sound
        echoes += _ECHOED.get(track, 0.0) * sound
    heard = effects.echo(echoes, delay_s=0.75 * beat_s, feedback=0.55)
    hall += 0.4 * heard
    wet = effects.room(hall, np.random.default_rng([score.seed, 1]), decay_s=2.6, bright_hz=6200.0)
    gentle = dips[_DUCKED["keys"]][:, None]
    whole = effects.mastered(mix + (heard + 0.9 * wet) * gentle, drive=1.05)
    fade = np.clip((length - np.arange(length)) / (RING_OUT_S * RATE_HZ), 0.0, 1.0)
    return whole * fade[:, None]
