"""Fits the body to everybody in a frame: landmarks → joints → bones → girth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tryon.core.body_fit import BodyFit, BodyView
from tryon.core.camera import PinholeCamera
from tryon.core.filters import dropout_opacity
from tryon.core.fits import FaceFit
from tryon.core.landmarks import PoseLandmarks
from tryon.core.spaces import Floats
from tryon.stages.fit_body.gauge import NEAREST_M, Gauge
from tryon.stages.fit_body.girth import completed
from tryon.stages.fit_body.head import RestHead, head_of_face, head_of_pose
from tryon.stages.fit_body.lift import (
    ANKLES,
    HIPS,
    KNEES,
    LANDMARKS,
    SHOULDERS,
    WRISTS,
    Lifted,
    Skeleton,
    lift,
    measure_build,
    sureness,
)
from tryon.stages.fit_body.likeness import Likeness, LikenessGauge
from tryon.stages.fit_body.person import Person
from tryon.stages.fit_body.rig import Rig
from tryon.stages.fit_body.vectors import orthonormal
from tryon.wardrobe.body import Body
from tryon.wardrobe.body_girth import GIRTHS

HEIR_DISTANCE = 0.5
"""A new id this near to somebody who has just vanished, in trunk sizes, is the same person renamed."""
SIZE_LIMITS = (0.7, 1.45)
FIRST_LOOKS = 3
"""A first measure of the girth is refined this often at once; later ones start from the last."""
REAL_EASE_M = 0.012
"""How far everyday clothes stand off sideways, at the most that is taken for granted."""
KNUCKLE_MARKS = np.array([[17, 19], [18, 20]])
BY_LANDMARK = {
    "clavicle": 0, "upperarm": 0, "lowerarm": 2, "hand": 4, "thigh": 6, "calf": 8, "foot": 10,
    "ball": 12, "thumb": 4, "index": 4, "middle": 4, "ring": 4, "pinky": 4,
}  # fmt: skip


@dataclass(frozen=True)
class _Stance:
    """joints: (14, 3) in `cam`; trunk: (4, 4, 4) affines as from `Rig.trunk`; scale: person over figure."""

    joints: Floats
    trunk: Floats
    scale: float

    def resized(self, factor: float) -> _Stance:
        """The same in the picture, larger and farther away."""
        trunk = self.trunk.copy()
        trunk[:, :3] *= factor
        return _Stance(self.joints * factor, trunk, self.scale * factor)


class BodyFitter:
    """Fits one body model to people, frame by frame; remembers each person until `reset`.

    body: the model; shape: coefficients of its shape directions that everybody gets, in place of what
    is estimated of them.
    """

    def __init__(self, body: Body, *, shape: Mapping[str, float] | None = None) -> None:
        self._body = body
        self._shape = dict(shape or {})
        figure = body.shaped(self._shape)
        self._figure = figure
        self._rig = Rig(body.names, figure.heads, figure.tails)
        self._rest = Skeleton(self._rig.joints)
        self._rest_head = RestHead.of(figure.vertices.astype(np.float64), self._rig.head_joint)
        self._gauge = Gauge(body, figure)
        self._likeness = LikenessGauge.of(body)
        self._landmark_of = np.array([_landmark_of(name) for name in body.names])
        self._clothes_m = np.zeros(len(GIRTHS))
        self._people: dict[int, Person] = {}

    def wearing(self, ease_m: Floats) -> None:
        """Take people for dressed, in their own clothes, where virtual ones will cover them.

        ease_m: (G,) how far the virtual clothes stand off at each of `GIRTHS`, as from
        `wardrobe.ease`. What a mask shows there is cloth: the skin lies as far within it as the
        virtual cloth stands off, but no farther than real clothes do.
        """
        self._clothes_m = np.minimum(ease_m, REAL_EASE_M)

    def reset(self) -> None:
        """Forget everybody."""
        self._people.clear()

    def fit(
        self,
        poses: Sequence[PoseLandmarks],
        faces: Sequence[FaceFit],
        camera: PinholeCamera,
        t_ns: int,
    ) -> tuple[BodyFit, ...]:
        """The bodies of one frame, in the order of the poses.

        faces: fits of the same frame; one with a pose's track places that body's head and depth.
        """
        known = self._people
        self._people = {pose.track: self._person(pose, poses, known) for pose in poses}
        worn = {face.track: face for face in faces}
        return tuple(self._fit_one(pose, worn.get(pose.track), camera, t_ns=t_ns) for pose in poses)

    def _person(
        self, pose: PoseLandmarks, poses: Sequence[PoseLandmarks], known: Mapping[int, Person]
    ) -> Person:
        if pose.track in known:
            return known[pose.track]
        present = {p.track for p in poses}
        for track, person in known.items():
            if track not in present and person.last_px is not None:
                gap = np.linalg.norm(person.last_px - pose.px, axis=1)[11:25].mean()
                size = np.linalg.norm(pose.px[11:13].mean(0) - pose.px[23:25].mean(0))
                if gap < HEIR_DISTANCE * max(float(size), 1.0):
                    return person
        return Person()

    def _fit_one(
        self, pose: PoseLandmarks, face: FaceFit | None, camera: PinholeCamera, *, t_ns: int
    ) -> BodyFit:
        person = self._people[pose.track]
        person.begin(pose, t_ns)
        steady = person.steadier.steady(pose, t_ns)
        sure = sureness(steady.px[LANDMARKS], steady.visibility[LANDMARKS], camera.size_wh)
        trust = float(sure[SHOULDERS].mean() * (0.3 + 0.7 * sure[HIPS.start : KNEES.stop].mean()))
        build = person.refined(
            measure_build(steady.world, self._rest, sure), trust if pose.age_s == 0 else 0.0
        )
        lifted = lift(steady, camera, self._rest, build)
        stance = _Stance(lifted.joints, self._rig.trunk(lifted.joints, build.scale), build.scale)
        stance = stance.resized(self._size(person, face, stance))
        head = self._head(face, steady, camera, stance)
        knuckles = _knuckles(steady, stance.joints, camera)
        cam_from_rest = self._rig.posed(
            stance.joints, stance.trunk, head, scale=stance.scale, knuckles=knuckles
        )
        girth = self._girth(person, pose, stance, cam_from_rest, camera=camera)
        heads = np.einsum("jab,jb->ja", cam_from_rest[:, :3, :3], self._figure.heads)
        heads += cam_from_rest[:, :3, 3]
        return BodyFit(
            pose.track,
            cam_from_rest,
            heads,
            camera.project(np.minimum(heads, [np.inf, np.inf, -NEAREST_M])),
            self._confidence(lifted, face, steady),
            {**person.likeness.shape, **self._shape},
            girth,
            stance.scale,
            _view(lifted),
            {name: value * stance.scale for name, value in person.measurements.items()},
            dropout_opacity(pose.age_s),
            person.likeness.sd,
        )

    def _size(self, person: Person, face: FaceFit | None, stance: _Stance) -> float:
        """How much nearer or farther the body must be for its head to be where the face fit has it.

        Growing a body about the camera's centre changes its depth and nothing in the picture.
        """
        if face is None:
            return person.size(1.0, 0.0)
        head, chest = head_of_face(face, self._rest_head), stance.trunk[3]
        joint = self._rig.head_joint
        ratio = (head[2, :3] @ joint + head[2, 3]) / (chest[2, :3] @ joint + chest[2, 3])
        return person.size(float(np.clip(ratio, *SIZE_LIMITS)), face.confidence * face.opacity)

    def _head(
        self,
        face: FaceFit | None,
        pose: PoseLandmarks,
        camera: PinholeCamera,
        stance: _Stance,
    ) -> Floats:
        if face is not None:
            return head_of_face(face, self._rest_head)
        return head_of_pose(
            pose,
            camera,
            self._rest_head,
            chest_turn=orthonormal(stance.trunk[3, :3, :3]),
            neck_base=self._rig.neck_base(stance.trunk),
            rest_neck_base=self._rig.rest_neck_base,
            scale=stance.scale,
        )

    def _girth(
        self,
        person: Person,
        pose: PoseLandmarks,
        stance: _Stance,
        cam_from_rest: Floats,
        *,
        camera: PinholeCamera,
    ) -> Floats:
        """(G,) the person's girth, measured anew when it is time."""
        mask = pose.mask
        if mask is not None and pose.age_s == 0 and person.girth_is_due():
            joints = stance.joints
            px_per_m = stance.scale * camera.focal_px[0] / np.maximum(-joints[:, 2], NEAREST_M)
            looks = FIRST_LOOKS if person.girth_goal is None else 1
            goal = np.zeros(len(GIRTHS)) if person.girth_goal is None else person.girth_goal
            for look in range(looks):
                reading = self._gauge.measure(
                    mask,
                    camera.project(joints),
                    px_per_m,
                    cam_from_rest,
                    camera=camera,
                    girth=goal,
                    clothes_m=self._clothes_m,
                )
                if look < looks - 1:
                    goal = completed(reading, self._gauge.slices)
            person.girth_goal = completed(person.averaged(reading), self._gauge.slices)
            if person.sizes_are_due():
                person.measurements = self._gauge.sizes(person.girth_goal)
                person.likeness = self._like(person, stance, camera, pose)
        return person.girth()

    def _like(
        self, person: Person, stance: _Stance, camera: PinholeCamera, pose: PoseLandmarks
    ) -> Likeness:
        """Which shape the person is like, by all that was measured so far."""
        girth, build = person.girth_goal, person.build
        assert girth is not None
        assert build is not None
        return self._likeness.read(
            stance.joints,
            build.lengths * stance.scale / build.scale,
            girth,
            scale=stance.scale,
            sure=sureness(pose.px[LANDMARKS], pose.visibility[LANDMARKS], camera.size_wh),
            seen=person.girth_weight,
        )

    def _confidence(self, lifted: Lifted, face: FaceFit | None, pose: PoseLandmarks) -> Floats:
        """(J,) 0 guessed to 1 seen, times how fresh the look is."""
        sure = lifted.sure
        head = face.confidence if face is not None else float(pose.visibility[[0, 7, 8]].mean())
        table = np.concatenate([sure, [sure[HIPS].mean(), sure[:8].mean(), head]])
        return np.asarray(table[self._landmark_of] * dropout_opacity(pose.age_s))


def _knuckles(pose: PoseLandmarks, joints: Floats, camera: PinholeCamera) -> Floats:
    """(2, 3) middle of the knuckles in `cam`: as far from the wrist as the detector's metres say, in
    the direction that its pixels say."""
    world = pose.world * np.array([1.0, -1.0, -1.0])
    wrists = joints[WRISTS]
    step = world[KNUCKLE_MARKS].mean(1) - world[[15, 16]]
    flat = (pose.px[KNUCKLE_MARKS].mean(1) - pose.px[[15, 16]]) * np.array([1.0, -1.0])
    flat = flat * (-wrists[:, 2:] / np.array(camera.focal_px))
    seen = np.clip((pose.visibility[[15, 16]] - 0.3) / 0.3, 0, 1)[:, None]
    step[:, :2] += 0.5 * seen * (flat - step[:, :2])
    return np.asarray(wrists + step)


def _landmark_of(bone: str) -> int:
    """Which entry of the confidence table a bone takes: a landmark, 14 hips, 15 trunk, 16 head."""
    base, _, rest = bone.partition("_")
    if base in ("Root", "pelvis"):
        return 14
    if base == "spine":
        return 15
    if base in ("head", "neck"):
        return 16
    return BY_LANDMARK[base] + (1 if rest.endswith("r") else 0)


def _view(lifted: Lifted) -> BodyView:
    sure = lifted.sure
    if sure[SHOULDERS].min() < 0.5:
        return BodyView.PARTIAL
    legs = np.concatenate([sure[HIPS], sure[KNEES], sure[ANKLES]])
    return BodyView.WHOLE if legs.mean() > 0.6 else BodyView.UPPER
