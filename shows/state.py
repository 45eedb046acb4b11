"""What is on stage at one instant: who, where, in which pose, look, light, and through which camera.

Stage space: metres, right-handed, y up, the origin on the floor in the portal; the runway runs along
+z towards the audience. A heading of 0° faces +z, 90° faces +x (stage left of a model that faces the
audience is +x).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BodyPose:
    """A pose of the base body's rig.

    stage_from_root: (4, 4) rigid; joint_rotations: (53, 3, 3), each in its parent's rest frame, in the
    order of the body's rig.
    """

    stage_from_root: Floats
    joint_rotations: Floats


@dataclass(frozen=True, eq=False)
class StagedModel:
    """A model in sight.

    look_before, mix: during a cross-fade of looks, the one that goes and the share of the new one, 0
    to 1. performed_s: seconds since this entrance began, for what moves with it, as cloth does.
    """

    name: str
    casting: str
    look: str
    pose: BodyPose
    position_m: tuple[float, float]
    heading_deg: float
    entrance: str
    performed_s: float
    look_before: str | None = None
    mix: float = 1.0


@dataclass(frozen=True)
class CameraView:
    """A camera: its eye and what it looks at in stage space, and a lens on a 36 × 20.25 mm sensor.

    focal_mm as photographers say it (36 mm wide sensor); focus_m: distance that is sharp;
    f_number: 0 for everything sharp; roll_deg: clockwise as seen by the viewer.
    """

    eye_m: tuple[float, float, float]
    target_m: tuple[float, float, float]
    focal_mm: float = 50.0
    roll_deg: float = 0.0
    focus_m: float = 5.0
    f_number: float = 0.0


@dataclass(frozen=True)
class LightState:
    """A lamp of the stage by its name. level: 0 to 1 and beyond; colour: linear red, green, blue;
    aim_m: the spot on the floor it points at, or None where it is fixed."""

    name: str
    level: float
    colour: tuple[float, float, float] = (1.0, 1.0, 1.0)
    aim_m: tuple[float, float] | None = None


@dataclass(frozen=True)
class BackdropState:
    """What the backdrop shows. media: picture or clip, None for the stage's own; played_s: into a clip;
    media_before, mix: during a cross-fade."""

    media: Path | None = None
    played_s: float = 0.0
    media_before: Path | None = None
    mix: float = 1.0


@dataclass(frozen=True)
class MusicState:
    """Which music sounds, how far into its file, and how loud (1 is as recorded)."""

    music: str
    played_s: float
    gain: float = 1.0


@dataclass(frozen=True, eq=False)
class Staging:
    """Everything that is on stage at t_s seconds of the show.

    shots: cameras with their share of the picture, summing to 1; two only during a cross-fade.
    captions: by language, "en" and "zh"; card: the look whose product card is shown; black: 0 open, 1
    blacked out; cue: the newest cue that has begun, "" before the first.
    """

    t_s: float
    models: tuple[StagedModel, ...] = ()
    shots: tuple[tuple[CameraView, float], ...] = ()
    lights: tuple[LightState, ...] = ()
    backdrop: BackdropState = field(default_factory=BackdropState)
    captions: Mapping[str, str] = field(default_factory=dict)
    card: str | None = None
    music: tuple[MusicState, ...] = ()
    black: float = 0.0
    cue: str = ""
