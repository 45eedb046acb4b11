"""What a script says: the schema `show.1`.

Everything with a default may be left out; a script of one page is a title, a music and a run of show.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from shows.easing import Ease
from shows.script.places import Lasting, Span, When

Slug = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=64, strict=True)
]
Line = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=400)]
Metres = Annotated[float, Field(ge=-200, le=200, allow_inf_nan=False)]
Floor = tuple[Metres, Metres]
Point = tuple[Metres, Metres, Metres]
Degrees = Annotated[float, Field(ge=-3600, le=3600, allow_inf_nan=False)]
Color = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$", strict=True)]
Shot = Literal["front", "shoes", "side", "low", "close", "wide", "portal", "orbit", "crane", "back"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Bilingual(_Part):
    """Words in English and in Chinese."""

    en: Line
    zh: Line


class Segment(_Part):
    """A part of the music, from and to as bar:beat or seconds of the show; the end is not in it."""

    from_: When = Field(alias="from")
    to: When


class MusicPart(_Part):
    """The show's music: the name of a bundled piece, or a file beside the script.

    tempo_bpm: left out, the beats are found in the file; first_beat_s: of bar 1, in the file; starts_s:
    seconds of the show before it plays; segments: parts of it by name, beside the piece's own.
    """

    name: Slug | None = None
    file: Line | None = None
    tempo_bpm: float | None = Field(default=None, gt=20, lt=400)
    beats_per_bar: int = Field(default=4, ge=1, le=12)
    first_beat_s: float = Field(default=0.0, ge=0, le=600)
    starts_s: float = Field(default=0.0, ge=0, le=600)
    gain: float = Field(default=1.0, ge=0, le=2)
    segments: Mapping[Slug, Segment] = Field(default_factory=dict)


class StagePart(_Part):
    """Where the show is played: a stage recipe by name, or a brand's own GLB set beside the script.

    length_m, width_m: of the runway; wings_m: what lies behind the portal; scale: of the whole stage in
    the world, as on a table; lamps: names of its lamps, left out when the recipe says them.
    """

    name: Slug | None = None
    file: Line | None = None
    length_m: float = Field(default=9.0, ge=2, le=60)
    width_m: float = Field(default=2.6, ge=0.8, le=30)
    wings_m: float = Field(default=2.0, ge=0, le=20)
    scale: float = Field(default=1.0, gt=0.01, le=10)
    lamps: tuple[Slug, ...] = ()


class ModelPart(_Part):
    """Who walks. casting: body and skin; attitude: a gait; motion: an imported clip instead."""

    casting: Slug
    attitude: Slug = "couture"
    motion: str = ""


class Act(_Part):
    """A part of the show, for the programme and for references as `opening.start`."""

    id: Slug
    title: Bilingual
    at: When


class Entry(_Part):
    """One line of the run of show: a look is walked down the runway and back.

    id: what its cues are named after (the look's id, if left out); segment: music it begins with; at: or
    a time; without both it follows the entry before. pose: at the end of the runway.
    """

    look: Slug
    model: Slug
    id: Slug | None = None
    segment: Slug | None = None
    at: When | None = None
    act: Slug | None = None
    pose: Slug | None = None
    hold: Lasting = Span(4, "beats")
    notes: str = ""


class FinaleParade(_Part):
    """All models once more, one behind the other. every: between two of them."""

    at: When | None = None
    segment: Slug | None = None
    every: Lasting = Span(4, "beats")


class _Cue(_Part):
    """What every cue has.

    at: left out, it follows the cue before (a model's move: the model's last move); pre_wait, post_wait:
    before it begins, and before what follows it; auto_continue: off, the desk waits for GO after it;
    armed: off, it is left out of the show.
    """

    id: Slug | None = None
    at: When | None = None
    duration: Lasting | None = None
    ease: Ease = "in-out"
    pre_wait: Lasting = Span(0.0)
    post_wait: Lasting = Span(0.0)
    auto_continue: bool = True
    armed: bool = True
    title: str = ""
    notes: str = ""


class EnterCue(_Cue):
    """A model steps on stage in a look. from_m: where, (x, z); heading_deg: which way it faces."""

    cue: Literal["enter"]
    model: Slug
    look: Slug
    from_m: Floor | None = None
    heading_deg: Degrees = 0.0


class WalkCue(_Cue):
    """A model walks along these points of the floor, (x, z); left out, to the end of the runway."""

    cue: Literal["walk"]
    model: Slug
    path_m: tuple[Floor, ...] = ()


class PoseCue(_Cue):
    """A model holds a pose."""

    cue: Literal["pose"]
    model: Slug
    pose: Slug = "hand-on-hip"


class TurnCue(_Cue):
    """A model turns to a heading; left out, all the way round to where it came from."""

    cue: Literal["turn"]
    model: Slug
    heading_deg: Degrees | None = None


class ExitCue(_Cue):
    """A model walks off along these points; left out, straight back into the wings."""

    cue: Literal["exit"]
    model: Slug
    path_m: tuple[Floor, ...] = ()


class LookCue(_Cue):
    """A model's look changes on stage, cross-fading over the duration."""

    cue: Literal["look"]
    model: Slug
    look: Slug


class CameraCue(_Cue):
    """What is seen. shot: a ready-made one; else say eye_m and target_m, and for a move where to.

    model: whom it follows or is centred on; fade: cross-fade from the camera before; radius_m,
    from_deg, to_deg: of an orbit (0° in front of the model); offset_m: of a camera that follows.
    """

    cue: Literal["camera", "cross-fade"]
    move: Literal["cut", "dolly", "orbit", "follow", "crane"] = "cut"
    shot: Shot | None = None
    model: Slug | None = None
    eye_m: Point | None = None
    target_m: Point | None = None
    to_eye_m: Point | None = None
    to_target_m: Point | None = None
    offset_m: Point = (0.0, 1.5, 4.0)
    height_m: Metres = 1.2
    radius_m: float = Field(default=3.5, gt=0.1, le=50)
    from_deg: Degrees = -40.0
    to_deg: Degrees = 40.0
    focal_mm: float = Field(default=50.0, ge=8, le=600)
    to_focal_mm: float | None = Field(default=None, ge=8, le=600)
    f_number: float = Field(default=0.0, ge=0, le=64)
    roll_deg: Degrees = 0.0
    fade: Lasting | None = None


class LightCue(_Cue):
    """A lamp fades to a level, colour and aim; model: whom its spot follows."""

    cue: Literal["light"]
    lamp: Slug
    level: float = Field(default=1.0, ge=0, le=20)
    color: Color | None = None
    aim_m: Floor | None = None
    model: Slug | None = None


class BackdropCue(_Cue):
    """The backdrop cross-fades to a picture or clip beside the script; none: the stage's own."""

    cue: Literal["backdrop"]
    file: Line | None = None


class CaptionCue(_Cue):
    """Words under the picture."""

    cue: Literal["caption"]
    text: Bilingual


class CardCue(_Cue):
    """The product card of a look."""

    cue: Literal["card"]
    look: Slug


class MusicCue(_Cue):
    """The music fades to a loudness."""

    cue: Literal["music"]
    gain: float = Field(ge=0, le=2)


class BlackoutCue(_Cue):
    """The picture fades to black, or opens from it."""

    cue: Literal["blackout"]
    black: float = Field(default=1.0, ge=0, le=1)


class FinaleCue(_Cue):
    """All models of the run of show parade once more. every: between two of them."""

    cue: Literal["finale"]
    every: Lasting = Span(4, "beats")


Cue = Annotated[
    EnterCue | WalkCue | PoseCue | TurnCue | ExitCue | LookCue | CameraCue | LightCue | BackdropCue
    | CaptionCue | CardCue | MusicCue | BlackoutCue | FinaleCue,
    Field(discriminator="cue"),
]  # fmt: skip
MoveCue = WalkCue | PoseCue | TurnCue | ExitCue


class Script(_Part):
    """One show. Its file is called `<id>.yaml`.

    every: between two entrances; opens: when the first look enters; quick_change: the shortest time
    off stage in which a model changes clothes; camera_plan, captions, cards: whether the run of show
    brings its own; ends: when the show is over (when the last cue is, if left out).
    """

    schema_: Literal["show.1"] = Field(alias="schema")
    id: Slug
    title: Bilingual
    music: MusicPart
    stage: StagePart = StagePart(name="runway")
    models: Mapping[Slug, ModelPart] = Field(min_length=1)
    acts: tuple[Act, ...] = ()
    run_of_show: tuple[Entry, ...] = ()
    every: Lasting = Span(4, "bars")
    opens: When | None = None
    finale: FinaleParade | None = None
    quick_change: Lasting = Span(20.0)
    camera_plan: bool = True
    captions: bool = True
    cards: bool = True
    ends: When | None = None
    cues: tuple[Cue, ...] = ()


def schema_text() -> str:
    """JSON Schema (2020-12) of the schema `show.1`, for editors that check while one writes."""
    schema = Script.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"
