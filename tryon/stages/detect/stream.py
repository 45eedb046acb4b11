"""Faces through a stream: one follower a face, and a scout that looks for newcomers now and then."""

from __future__ import annotations

from collections.abc import Sequence

from tryon.core.canonical import CanonicalFace
from tryon.core.filters import NS_PER_S
from tryon.core.frame import Frame
from tryon.core.landmarks import FaceLandmarks
from tryon.stages.detect.boxes import Box, Window, without_duplicates
from tryon.stages.detect.landmarker import Follower, Sighting
from tryon.stages.detect.plausibility import judge
from tryon.stages.detect.scout import FaceScout, sweep
from tryon.stages.detect.tracks import Track, match

LEAST_SCORE = 0.7
LEAST_LOST_SCORE = 0.5
"""Enough where a face was a moment ago."""
SCOUT_EVERY_S = 0.2
"""How often newcomers are looked for while somebody is there."""
TILES_WITH_SOMEBODY = 1
TILES_WITH_NOBODY = 5
MOST_FIRST_TILES = 60
"""How many finer windows are looked through: a scouting, a frame without anybody, the first sweep."""
FIRST_TILES, THEN_TILES = 6, 5
"""The first sweep takes so many windows before it asks whether somebody was found; if so, the others are
looked through so many a frame, so that the first frame is not kept waiting."""
FINEST_TILE_BY_LONG_SIDE = 0.2
DUPLICATE_IOU = 0.5


class StreamFaces:
    """Owns one follower a face (kept for the next one when a face leaves)."""

    def __init__(
        self, scout: FaceScout, bundle: bytes, canonical: CanonicalFace, *, max_faces: int
    ) -> None:
        self._scout = scout
        self._bundle = bundle
        self._canonical = canonical
        self._max_faces = max_faces
        self._idle = [Follower(bundle)]
        self._made = 1
        self._next_id = 0
        self.reset()

    def close(self) -> None:
        """Release the followers; the scout belongs to the caller."""
        for track in self._tracks:
            self._let_go(track)
        for follower in self._idle:
            follower.close()
        self._idle.clear()
        self._tracks.clear()

    def reset(self) -> None:
        """Forget everybody; ids go on rising."""
        for track in getattr(self, "_tracks", ()):
            self._let_go(track)
        self._tracks: list[Track] = []
        self._size_wh: tuple[int, int] | None = None
        self._last_t_ns: int | None = None
        self._offset_ns = 0
        self._scouted_t_ns: int | None = None
        self._sweep_left = MOST_FIRST_TILES
        self._windows: tuple[Window, ...] = ()
        self._windows_for: tuple[int, int] | None = None
        self._next_window = 0

    def detect(self, frame: Frame, hints: Sequence[Box]) -> tuple[FaceLandmarks, ...]:
        """Everybody who is seen or has just been missed, longest known first."""
        if self._size_wh not in (None, frame.size_wh):
            # Where everybody was is told in pixels of another picture.
            self.reset()
        self._size_wh = frame.size_wh
        t_ns = self._onward(frame.t_ns)
        lost = self._follow(frame, t_ns)
        windows = self._windows_to_scout(frame.size_wh, t_ns, lost, hints)
        if windows:
            self._welcome(frame, t_ns, windows)
        if not self._tracks and self._sweep_left:
            self._welcome(
                frame, t_ns, self._next_tiles(frame.size_wh, self._swept(MOST_FIRST_TILES))
            )
        for track in [t for t in self._tracks if t.is_forgotten(t_ns)]:
            self._let_go(track)
            self._tracks.remove(track)
        return tuple(
            FaceLandmarks(
                track.id,
                track.sighting.px,
                track.confidence,
                track.sighting.matrix,
                track.age_s(t_ns),
            )
            for track in self._tracks
        )

    def _onward(self, t_ns: int) -> int:
        """The capture time, made to go on where a looped clip jumps back."""
        if self._last_t_ns is not None and t_ns + self._offset_ns < self._last_t_ns:
            self._offset_ns = self._last_t_ns - t_ns
        self._last_t_ns = t_ns + self._offset_ns
        return self._last_t_ns

    def _follow(self, frame: Frame, t_ns: int) -> list[Track]:
        """Look at every known face; gives those that were lost in this frame or before."""
        for track in self._tracks:
            if track.follower is None:
                continue
            expected = track.expected(t_ns)
            sighting = track.follower.look(frame.rgb, t_ns, expected)
            if sighting is None or not self._see(track, sighting, frame, t_ns):
                self._let_go(track)
        self._drop_doubles(t_ns)
        return [track for track in self._tracks if track.follower is None]

    def _see(self, track: Track, sighting: Sighting, frame: Frame, t_ns: int) -> bool:
        verdict = judge(sighting.px, self._canonical, frame.size_wh)
        same = bool(match([track], [sighting.box], t_ns))
        if verdict.is_face and same:
            track.see(sighting, verdict.confidence, t_ns)
        return verdict.is_face and same

    def _drop_doubles(self, t_ns: int) -> None:
        """Two followers on one face: the face belongs to who was there longest."""
        kept: list[Track] = []
        for track in self._tracks:
            if track.follower is None:
                continue
            if any(track.sighting.box.iou(k.sighting.box) > DUPLICATE_IOU for k in kept):
                self._let_go(track)
            else:
                kept.append(track)

    def _windows_to_scout(
        self, size_wh: tuple[int, int], t_ns: int, lost: Sequence[Track], hints: Sequence[Box]
    ) -> list[Window]:
        followed = len(self._tracks) - len(lost)
        near = [Window.square(t.expected(t_ns).centre, 3 * t.expected(t_ns).side, size_wh)
                for t in lost]  # fmt: skip
        near += [Window.square(h.centre, 2.5 * h.side, size_wh) for h in hints]
        due = (
            self._scouted_t_ns is None
            or followed == 0
            or self._sweep_left > 0
            or t_ns - self._scouted_t_ns >= SCOUT_EVERY_S * NS_PER_S
        )
        if not due or followed >= self._max_faces:
            return near
        if self._sweep_left and self._scouted_t_ns is not None:
            return [*near, *self._next_tiles(size_wh, self._swept(THEN_TILES))]
        tiles = TILES_WITH_SOMEBODY if followed else TILES_WITH_NOBODY
        if self._scouted_t_ns is None:
            tiles = self._swept(FIRST_TILES)
        self._scouted_t_ns = t_ns
        return [*near, Window.whole(size_wh), *self._next_tiles(size_wh, tiles)]

    def _swept(self, count: int) -> int:
        """How many windows of the first sweep to look through now, of so many."""
        count = min(count, self._sweep_left)
        self._sweep_left -= count
        return count

    def _next_tiles(self, size_wh: tuple[int, int], count: int) -> list[Window]:
        """The next few of the finer windows, in turn."""
        if self._windows_for != size_wh:
            finest = FINEST_TILE_BY_LONG_SIDE * max(size_wh)
            self._windows = tuple(w for w in sweep(size_wh)[1:] if max(w.size_wh) >= finest)
            self._windows_for, self._next_window = size_wh, 0
            self._sweep_left = min(self._sweep_left, max(len(self._windows) - count, 0))
        count = min(count, len(self._windows))
        if not count:
            return []
        at = [(self._next_window + k) % len(self._windows) for k in range(count)]
        self._next_window = (self._next_window + count) % len(self._windows)
        return [self._windows[k] for k in at]

    def _welcome(self, frame: Frame, t_ns: int, windows: Sequence[Window]) -> None:
        """Find lost faces again and take newcomers in."""
        followed = [t.sighting.box for t in self._tracks if t.follower is not None]
        boxes = [
            box
            for box in self._scout.look(frame.rgb, windows)
            if all(box.iou(known) < 0.2 and box.covers(known) < 0.5 for known in followed)
        ]
        lost = [track for track in self._tracks if track.follower is None]
        boxes = [
            b for b in boxes if b.score >= LEAST_SCORE or (lost and b.score >= LEAST_LOST_SCORE)
        ]
        readings = [(box, *read) for box in boxes if (read := self._take_up(box, frame, t_ns))]
        kept = without_duplicates([sighting.box for _, sighting, _ in readings])
        matches = match(lost, [sighting.box for _, sighting, _ in readings], t_ns)
        for index, (box, sighting, follower) in enumerate(readings):
            again = lost[matches[index]] if index in matches else None
            verdict = judge(sighting.px, self._canonical, frame.size_wh)
            new = again is None and box.score >= LEAST_SCORE
            if not verdict.is_face or sighting.box not in kept or not (again or new):
                self._idle.append(follower)
            elif again is not None:
                again.follower = follower
                again.see(sighting, verdict.confidence, t_ns)
            else:
                self._tracks.append(
                    Track(self._next_id, sighting, verdict.confidence, t_ns, follower)
                )
                self._next_id += 1

    def _take_up(self, box: Box, frame: Frame, t_ns: int) -> tuple[Sighting, Follower] | None:
        """Point a free follower at a box; None when nobody is free or sees no face there."""
        if self._idle:
            follower = self._idle.pop()
        elif self._made < self._max_faces:
            follower = Follower(self._bundle)
            self._made += 1
        else:
            return None
        follower.point_at(box, frame.size_wh)
        sighting = follower.look(frame.rgb, t_ns, box)
        if sighting is None:
            self._idle.append(follower)
            return None
        return sighting, follower

    def _let_go(self, track: Track) -> None:
        if track.follower is not None:
            self._idle.append(track.follower)
            track.follower = None
