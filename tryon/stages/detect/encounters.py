"""Who is who after people were near each other: told by their clothes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from tryon.core.filters import NS_PER_S
from tryon.stages.detect.body_tracks import BodyTrack
from tryon.stages.detect.regions import is_hidden_by

APART_S = 0.25
"""After being apart for so long, two people are told apart."""


class Encounters:
    """Remembers who was near whom, and when last, by their ids."""

    def __init__(self) -> None:
        self._last_t_ns: dict[frozenset[int], int] = {}

    def note(self, a: BodyTrack, b: BodyTrack, t_ns: int) -> None:
        """Two people are near each other now."""
        self._last_t_ns[frozenset((a.id, b.id))] = t_ns

    def tell_apart(self, tracks: list[BodyTrack], t_ns: int) -> None:
        """Give back the ids of people who were mixed up; a track that turns out to be another's goes.

        Whoever is near somebody else keeps the colours known so far (`is_mingled`).
        """
        live = [track for track in tracks if track.follower is not None]
        for a, b in combinations(live, 2):
            if is_hidden_by(a.sighting, b.sighting):
                self.note(a, b, t_ns)
        self._forget_all_but(tracks)
        self._undo_swaps(tracks, t_ns)
        self._tell_heirs(tracks, live)
        near = {number for pair in self._last_t_ns for number in pair}
        for track in tracks:
            track.is_mingled = track.id in near

    def _undo_swaps(self, tracks: Sequence[BodyTrack], t_ns: int) -> None:
        by_id = {track.id: track for track in tracks}
        for pair, last_t_ns in list(self._last_t_ns.items()):
            a, b = (by_id[number] for number in pair)
            if a.follower is None:
                a, b = b, a
            if a.follower is None or t_ns - last_t_ns < APART_S * NS_PER_S:
                continue
            if a.face is None and b.face is None and a.is_mistaken_for(b):
                a.swap_identity(b)
            if b.follower is not None:
                del self._last_t_ns[pair]

    def _tell_heirs(self, tracks: list[BodyTrack], live: Sequence[BodyTrack]) -> None:
        """A newcomer who looks like somebody lost in an encounter is that one."""
        near = {number for pair in self._last_t_ns for number in pair}
        for lost in [t for t in tracks if t.follower is None and t.id in near]:
            heir = next((t for t in live if t.face is None and t.is_heir_of(lost)), None)
            if heir is not None:
                heir.swap_identity(lost)
                tracks.remove(lost)
        self._forget_all_but(tracks)

    def _forget_all_but(self, tracks: Sequence[BodyTrack]) -> None:
        ids = {track.id for track in tracks}
        self._last_t_ns = {pair: t for pair, t in self._last_t_ns.items() if pair <= ids}
