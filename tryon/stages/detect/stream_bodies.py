"""Bodies through a stream: one follower a person, and a look around for newcomers now and then."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tryon.core.filters import NS_PER_S
from tryon.core.frame import Frame, Picture
from tryon.core.landmarks import FaceLandmarks, PoseLandmarks
from tryon.stages.detect.body_tracks import BodyTrack
from tryon.stages.detect.boxes import Window
from tryon.stages.detect.encounters import Encounters
from tryon.stages.detect.photo_bodies import FIRST_FACELESS_ID
from tryon.stages.detect.pose_landmarker import (
    BodyFollower,
    BodySighting,
    StillPose,
    View,
    only_within,
)
from tryon.stages.detect.regions import (
    FARTHEST_FACE,
    face_distance,
    is_body,
    is_hidden_by,
    match_faces,
    same_person,
    search_windows,
    signature,
    trunk_mask,
    view_of,
    views_of_face,
    without,
)

SEARCH_EVERY_S = 0.6
"""How often bodies without a face are looked for while somebody is there."""
FACE_SEARCH_EVERY_S = 0.15
"""How often the body of a face without one is looked for."""
MOST_STEP = 0.9
"""A body that moved farther than this from one look to the next, in trunk sizes, is another one."""
LEAST_FOLLOW_SCORE = 0.3
SURPRISE_MARGIN = 0.05
LOST_SEARCH_EVERY_S = 0.06
"""How often somebody is looked for who has just been lost."""


class StreamBodies:
    """Owns one follower a person (kept for the next one when somebody leaves) and one seeker."""

    def __init__(self, bundle: bytes, *, max_people: int) -> None:
        self._bundle = bundle
        self._max_people = max_people
        self._seeker = StillPose(bundle)
        self._idle: list[BodyFollower] = [BodyFollower(bundle)]
        self._next_id = FIRST_FACELESS_ID
        self._tracks: list[BodyTrack] = []
        self.reset()

    def close(self) -> None:
        """Release the native objects."""
        self.reset()
        for follower in self._idle:
            follower.close()
        self._idle.clear()
        self._seeker.close()

    def reset(self) -> None:
        """Forget everybody; ids go on rising."""
        for track in self._tracks:
            self._let_go(track)
        self._tracks.clear()
        self._last_t_ns: int | None = None
        self._offset_ns = 0
        self._searched_t_ns: int | None = None
        self._faces_searched_t_ns: int | None = None
        self._lost_searched_t_ns: int | None = None
        self._encounters = Encounters()
        self._next_window = 0

    def detect(self, frame: Frame, faces: Sequence[FaceLandmarks]) -> tuple[PoseLandmarks, ...]:
        """Everybody who is seen or has just been missed, longest known first."""
        t_ns = self._onward(frame.t_ns)
        self._follow(frame, t_ns)
        self._leave_strangers(faces)
        self._part_doubles(faces, t_ns)
        self._welcome(frame, faces, t_ns)
        self._encounters.tell_apart(self._tracks, t_ns)
        self._name(faces, t_ns)
        for track in [t for t in self._tracks if t.is_forgotten(t_ns)]:
            self._let_go(track)
            self._tracks.remove(track)
        return tuple(
            PoseLandmarks(
                track.id,
                track.sighting.px,
                track.sighting.world,
                track.sighting.visibility,
                track.sighting.mask,
                track.age_s(t_ns),
            )
            for track in self._tracks
            if track.is_shown(t_ns) and track.is_sure
        )

    def _onward(self, t_ns: int) -> int:
        """The capture time, made to go on where a looped clip jumps back."""
        if self._last_t_ns is not None and t_ns + self._offset_ns < self._last_t_ns:
            self._offset_ns = self._last_t_ns - t_ns
        self._last_t_ns = t_ns + self._offset_ns
        return self._last_t_ns

    def _follow(self, frame: Frame, t_ns: int) -> None:
        """Look at every known body; who is lost gives the follower back."""
        for track in self._tracks:
            if track.follower is None:
                continue
            expected = track.expected_hip(t_ns)
            body = track.follower.look(
                frame.rgb, t_ns, expected=expected, reach_px=track.sighting.reach_px
            )
            if body is None or not self._goes_on(track, body, expected, frame):
                self._let_go(track)
            else:
                track.see(body, signature(frame.rgb, body), t_ns)

    def _goes_on(
        self,
        track: BodyTrack,
        body: BodySighting,
        expected: tuple[float, float],
        frame: Frame,
    ) -> bool:
        """Whether a follower still looks at its own person."""
        chest, before = body.px[11:13].mean(0), track.sighting.px[11:13].mean(0)
        moved = np.array(expected) - np.array(track.sighting.hip)
        step = float(np.linalg.norm(chest - before - moved)) / track.sighting.torso_px
        somebody = track.had_face or is_body(body, frame.size_wh) or trunk_mask(body) > 0.5
        w, h = frame.size_wh
        inside = bool(((chest > -0.1 * w) & (chest < (1.1 * w, 1.1 * h))).all())
        return step < MOST_STEP and body.score >= LEAST_FOLLOW_SCORE and inside and somebody

    def _leave_strangers(self, faces: Sequence[FaceLandmarks]) -> None:
        """A follower that slid from its person, whose face is seen elsewhere, to somebody else lets go."""
        seen = {face.track: face for face in faces if face.age_s == 0}
        for track in self._tracks:
            face = None if track.face is None else seen.get(track.face)
            if track.follower is None or face is None:
                continue
            if face_distance(face, track.sighting) > FARTHEST_FACE:
                track.unsee()
                self._let_go(track)

    def _part_doubles(self, faces: Sequence[FaceLandmarks], t_ns: int) -> None:
        """Two followers on one person: the body belongs to whose face it wears, else to whose
        colours it has, else to who was there longest."""
        kept: list[BodyTrack] = []
        for track in self._tracks:
            if track.follower is None:
                continue
            rival = next((k for k in kept if same_person(k.sighting, track.sighting)), None)
            if rival is None:
                kept.append(track)
                continue
            loser = self._loser(rival, track, faces)
            self._encounters.note(rival, track, t_ns)
            loser.unsee()
            self._let_go(loser)
            if loser is rival:
                kept[kept.index(rival)] = track

    def _loser(
        self, first: BodyTrack, second: BodyTrack, faces: Sequence[FaceLandmarks]
    ) -> BodyTrack:
        near = {f.track for f in faces if face_distance(f, first.sighting) < FARTHEST_FACE}
        if (first.face in near) != (second.face in near):
            return second if first.face in near else first
        return first if first.surprise > second.surprise + SURPRISE_MARGIN else second

    def _welcome(self, frame: Frame, faces: Sequence[FaceLandmarks], t_ns: int) -> None:
        """Find lost bodies again and take newcomers in."""
        followed = [track.sighting for track in self._tracks if track.follower is not None]
        if len(followed) >= self._max_people:
            return
        for body in self._finds(frame, faces, followed, t_ns):
            others = [t.sighting for t in self._tracks if t.follower is not None]
            if any(same_person(body, other) for other in others):
                continue
            wears = any(face_distance(face, body) < FARTHEST_FACE for face in faces)
            if not wears and any(is_hidden_by(body, other) for other in others):
                continue
            if sum(t.follower is not None for t in self._tracks) >= self._max_people:
                return
            self._take_up(body, faces, frame, t_ns=t_ns)

    def _finds(
        self,
        frame: Frame,
        faces: Sequence[FaceLandmarks],
        followed: Sequence[BodySighting],
        t_ns: int,
    ) -> list[BodySighting]:
        finds: list[BodySighting] = []
        fresh = [face for face in faces if face.age_s == 0]
        worn = match_faces(fresh, followed)
        single = [face for k, face in enumerate(fresh) if k not in worn.values()]
        lost = [t for t in self._tracks if t.follower is None and t.is_shown(t_ns)]
        first = self._searched_t_ns is None
        picture: Picture | None = None
        if single and self._due(self._faces_searched_t_ns, t_ns, FACE_SEARCH_EVERY_S):
            self._faces_searched_t_ns = t_ns
            finds += [b for face in single if (b := self._below(face, fresh, frame, followed))]
        views: list[View] = []
        if lost and self._due(self._lost_searched_t_ns, t_ns, LOST_SEARCH_EVERY_S):
            self._lost_searched_t_ns = t_ns
            views = [View.square(t.expected_hip(t_ns), 2.7 * t.sighting.reach_px) for t in lost]
        if self._due(self._searched_t_ns, t_ns, SEARCH_EVERY_S if followed or finds else 0.0):
            self._searched_t_ns = t_ns
            windows = [view_of(w) for w in self._windows(frame.size_wh, everywhere=first)]
            views += windows
        for view in views:
            known = [*followed, *finds]
            if picture is None or finds:
                picture = without(frame.rgb, known)
            body = self._seeker.look(picture, view)
            if body is not None and is_body(body, frame.size_wh, known):
                finds.append(body)
        return finds

    def _below(
        self,
        face: FaceLandmarks,
        faces: Sequence[FaceLandmarks],
        frame: Frame,
        followed: Sequence[BodySighting],
    ) -> BodySighting | None:
        """The body that wears a face, looked for beside others and then with others painted over."""
        for picture in (frame.rgb, without(frame.rgb, followed)):
            for view in views_of_face(face, frame.size_wh, faces):
                body = self._seeker.look(picture, view)
                if body is not None and face_distance(face, body) < FARTHEST_FACE:
                    return body
            if not followed:
                break
        return None

    def _windows(self, size_wh: tuple[int, int], *, everywhere: bool) -> tuple[Window, ...]:
        """The whole picture and, in turn, one part of it."""
        windows = search_windows(size_wh)
        if everywhere or len(windows) == 1:
            return windows
        self._next_window = 1 + self._next_window % (len(windows) - 1)
        return windows[0], windows[self._next_window]

    @staticmethod
    def _due(last_t_ns: int | None, t_ns: int, every_s: float) -> bool:
        return last_t_ns is None or t_ns - last_t_ns >= every_s * NS_PER_S

    def _take_up(
        self, body: BodySighting, faces: Sequence[FaceLandmarks], frame: Frame, *, t_ns: int
    ) -> None:
        """Follow a found body, as somebody known if it may be."""
        follower = self._idle.pop() if self._idle else BodyFollower(self._bundle)
        follower.point_at(body, frame.size_wh)
        # The follower searches once, and must not find somebody else beside the body.
        seen = follower.look(
            only_within(frame.rgb, body.view), t_ns, expected=body.hip, reach_px=body.reach_px
        )
        if seen is None or not same_person(seen, body):
            self._idle.append(follower)
            return
        colours = signature(frame.rgb, seen)
        lost = [t for t in self._tracks if t.follower is None]
        worn = {f.track for f in faces if face_distance(f, seen) < FARTHEST_FACE}
        costs = [0.0 if t.id in worn else t.return_cost(seen, colours, t_ns) for t in lost]
        if costs and min(costs) < float("inf"):
            track = lost[int(np.argmin(costs))]
            track.follower = follower
            track.velocity = (0.0, 0.0)
            track.seen_t_ns = t_ns
            track.see(seen, colours, t_ns)
            return
        self._tracks.append(
            BodyTrack(self._next_id, seen, t_ns, colours, follower, recent=colours, first_t_ns=t_ns)
        )
        self._next_id += 1

    def _name(self, faces: Sequence[FaceLandmarks], t_ns: int) -> None:
        """A body takes the id of the face it wears."""
        shown = [track for track in self._tracks if track.is_shown(t_ns)]
        worn = match_faces(faces, [track.sighting for track in shown])
        ids = {shown[b].id: faces[f].track for b, f in worn.items()}
        taken = set(ids.values())
        for number, track in enumerate(shown):
            track.face = faces[worn[number]].track if number in worn else None
            track.had_face |= track.face is not None
        for track in self._tracks:
            if track.face is not None:
                track.id = track.face
            elif track.id in taken:
                track.id = self._next_id
                self._next_id += 1

    def _let_go(self, track: BodyTrack) -> None:
        if track.follower is not None:
            self._idle.append(track.follower)
            track.follower = None
