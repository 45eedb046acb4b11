"""Runs one case of a suite: replays, measures, compares, holds the gates."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from tryon.core.errors import TryonError
from tryon.core.frame import Frame
from tryon.core.spaces import Floats
from tryon.engine import Engine
from tryon.qa.replay.accuracy import accuracy
from tryon.qa.replay.faults import spoilt
from tryon.qa.replay.golden import Golden, read_golden, write_golden
from tryon.qa.replay.measures import Measurement, measure
from tryon.qa.replay.player import Look, Start, replay
from tryon.qa.replay.provenance import provenance
from tryon.qa.replay.readings import Replay
from tryon.qa.replay.recorder import record_clip
from tryon.qa.replay.recording import Recording
from tryon.qa.replay.resilience import resilience
from tryon.qa.replay.suite import Case, Gate, Suite
from tryon.qa.replay.tolerances import Limit, Tolerance
from tryon.qa.replay.triplets import Strip, strip, worst_frames
from tryon.qa.replay.verdict import Verdict, judge
from tryon.supplies import cache_dir

MAX_FACES = 4


@dataclass(frozen=True)
class Job:
    """One case from one start, with all that a worker needs to do it.

    source: the recording or clip; golden: where it lies or will, None for a clip's, which lies with
    what is made of the clip; kept: the folder for that; update: make the golden anew.
    """

    suite: str
    case: Case
    start: Start
    source: Path
    golden: Path | None
    gates: tuple[Gate, ...]
    tolerances: tuple[Tolerance, ...]
    update: bool = False
    kept: Path = field(default_factory=lambda: cache_dir() / "qa")

    @property
    def name(self) -> str:
        fault = f" {self.case.fault}" if self.case.fault else ""
        return f"{self.case.name}{fault} from {self.start}"


@dataclass(frozen=True)
class Broken:
    """A gate that does not hold. told: in words, "" where the number says it."""

    gate: str
    item: str
    value: float
    limit: str
    told: str = ""

    @property
    def sentence(self) -> str:
        if self.told:
            return f"{self.gate}: {self.told}"
        whose = f" of {self.item}" if self.item else ""
        return f"{self.gate}{whose} is {self.value:.4g}, {self.limit}"


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of a job. error: why it could not be done, "" otherwise; series, at_s: for plots;
    fingerprint: of every stage of every frame, "" where starts need not agree."""

    suite: str
    case: str
    name: str
    start: str
    frames: int = 0
    verdict: Verdict | None = None
    broken: tuple[Broken, ...] = ()
    values: Mapping[str, float] = field(default_factory=dict)
    series: Mapping[str, Floats] = field(default_factory=dict)
    at_s: Floats = field(default_factory=lambda: np.zeros(0))
    strips: tuple[Strip, ...] = ()
    traits: Mapping[str, str] = field(default_factory=dict)
    expected: str = ""
    error: str = ""
    fingerprint: str = ""

    @property
    def passed(self) -> bool:
        return not self.error and not self.broken


def jobs_of(
    suite: Suite,
    tolerances: Sequence[Tolerance],
    *,
    clips: Path | None,
    update: bool,
    kept: Path | None = None,
) -> list[Job]:
    """Every case of a suite from each of its starts; clips that are absent are left out.

    kept: where recordings of clips and their goldens lie, the cache unless it is given.
    """
    kept = (kept or cache_dir() / "qa") / suite.name
    jobs = []
    for case in suite.file.cases:
        if case.clip is not None:
            if clips is None or not (clips / case.clip).is_file():
                continue
            source = clips / case.clip
            golden = None
        else:
            assert case.recording is not None
            source = suite.beside(case.recording)
            golden = suite.beside(case.golden) if case.golden else None
        for start in case.starts:
            wanted = golden if case.fault is None else None
            jobs.append(
                Job(
                    suite.name, case, start, source, wanted, suite.gates(case), tuple(tolerances),
                    update, kept,
                )
            )  # fmt: skip
    return jobs


def run_job(job: Job) -> Outcome:
    """Do a job; whatever a person can mend becomes the outcome's error."""
    try:
        return _run(job)
    except TryonError as error:
        return Outcome(job.suite, job.case.name, job.name, job.start, error=str(error))


def _run(job: Job) -> Outcome:
    case, look = job.case, job.case.look
    with ExitStack() as stack:
        engine = stack.enter_context(Engine(max_faces=MAX_FACES))
        recording = stack.enter_context(Recording(_recorded(job, engine)))
        if case.fault is not None:
            return _run_fault(job, recording, engine)
        every = case.pictures_every
        now = replay(recording, look, engine, start=job.start, pictures_every=every)
        golden = _golden(job, recording, look, now)
        # Decoded again for the pictures: it costs less than keeping every frame.
        frames = list(recording.frames())
        camera = recording.manifest.camera.camera()
        before = golden.replay if golden else None
        measured = measure(now, camera=camera, golden=before, frames=frames)
        values = dict(measured.values)
        truth = recording.truth()
        if truth is not None:
            seen = recording.detections() if job.start == "detections" else ()
            values |= accuracy(now, truth, camera=camera, seen=seen)
        verdict = judge(now, golden, measured, job.tolerances)
        return Outcome(
            job.suite,
            case.name,
            job.name,
            job.start,
            frames=len(now.frames),
            verdict=verdict,
            broken=(*_moved(verdict), *_broken(job.gates, values)),
            values=values,
            series=measured.series,
            at_s=measured.at_s,
            strips=_strips(now, before, frames, measured),
            traits=dict(recording.manifest.traits),
            fingerprint=_fingerprint(now) if _may_agree(recording) else "",
        )


def _run_fault(job: Job, recording: Recording, engine: Engine) -> Outcome:
    """The replay without the fault first, then with it."""
    look, seen = job.case.look, recording.detections()
    clean = replay(recording, look, engine, start="pixels", pictures_every=0)
    assert job.case.fault is not None
    fault, frames = spoilt(job.case.fault, recording.frames(), seen)
    pictures = [each.frame for each in frames]
    every = job.case.pictures_every
    now = replay(recording, look, engine, start="pixels", frames=pictures, pictures_every=every)
    camera = pictures[0].camera
    measured = measure(now, camera=camera, golden=None, frames=pictures)
    widths = [float(np.ptp(face.px[:, 0])) for found in seen for face in found.faces]
    face_px = float(np.median(widths or [1.0]))
    values = {**measured.values, **resilience(now, clean, frames, face_px=face_px)}
    return Outcome(
        job.suite,
        job.case.name,
        job.name,
        job.start,
        frames=len(now.frames),
        broken=_broken((*fault.limits, *job.gates), values),
        values=values,
        series=measured.series,
        at_s=measured.at_s,
        strips=(strip(now, None, pictures, _shown_row(now), f"{fault.name}: {fault.what}"),),
        expected=fault.expected,
    )


def _recorded(job: Job, engine: Engine) -> Path:
    """The recording; a clip is recorded once and kept."""
    if job.case.clip is None:
        return job.source
    # Another clip of that name, or other needs, make another recording.
    out = job.kept / f"{job.case.name}-{_mark(job.source.read_bytes(), job.case.bodies)}.zip"
    if not out.exists():
        record_clip(job.source, out, engine, max_faces=MAX_FACES, bodies=job.case.bodies)
    return out


def _golden(job: Job, recording: Recording, look: Look, now: Replay) -> Golden | None:
    """The golden to compare with, made first where that is asked for; a clip may have none."""
    path = job.golden
    if job.case.clip is not None:
        # Another recording of the clip, or another look, has another golden.
        mark = _mark(recording.digest, look.wear, sorted(look.variants.items()))
        path = job.kept / f"{job.case.name}-{mark}.golden.zip"
    if path is None:
        return None
    if job.update and job.start == job.case.starts[0]:
        write_golden(path, now, recording=recording, look=look, start=job.start)
    if job.case.clip is not None and not path.exists():
        return None
    return read_golden(path, recording=recording, look=look)


def _mark(*parts: object) -> str:
    hasher = hashlib.sha256()
    for part in parts:
        hasher.update(part if isinstance(part, bytes) else repr(part).encode())
    return hasher.hexdigest()[:10]


def with_agreement(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The outcomes, broken where a case from pixels is not the same as from detections."""
    first: dict[tuple[str, str], Outcome] = {}
    out = []
    for outcome in outcomes:
        other = first.setdefault((outcome.suite, outcome.case), outcome)
        prints = {other.fingerprint, outcome.fingerprint} - {""}
        if outcome is not other and len(prints) > 1:
            told = f"it should be as from {other.start}; the detectors see something else now."
            gate = Broken("starts agree", "", math.nan, "", told)
            out.append(replace(outcome, broken=(*outcome.broken, gate)))
        else:
            out.append(outcome)
    return out


def _may_agree(recording: Recording) -> bool:
    """Whether the detectors should see now what they saw then: same machine, packages and models."""
    return provenance().is_same_setup(recording.manifest.provenance)


def _fingerprint(now: Replay) -> str:
    hasher = hashlib.sha256()
    for frame in now.frames:
        hasher.update(repr(sorted(frame.hashes.items())).encode())
    return hasher.hexdigest()


def _moved(verdict: Verdict) -> tuple[Broken, ...]:
    """A golden is a gate by itself."""
    if verdict.holds or verdict.state == "no golden":
        return ()
    assert verdict.parting is not None
    return (Broken("golden", "", float(verdict.parting.index), "", verdict.sentence),)


def _broken(gates: Sequence[Limit], values: Mapping[str, float]) -> tuple[Broken, ...]:
    """Gates that do not hold; one on a measure that nothing has does not hold either."""
    out = []
    for gate in gates:
        found = {
            name.rpartition("/")[0]: value
            for name, value in values.items()
            if name.rpartition("/")[2] == gate.measure
        } or {"": math.nan}
        out += [
            Broken(gate.measure, item, value, gate.limit)
            for item, value in found.items()
            if not gate.holds(value)
        ]
    return tuple(out)


def _strips(
    now: Replay, golden: Replay | None, frames: Sequence[Frame], measured: Measurement
) -> tuple[Strip, ...]:
    """The worst frames; one from the middle when nothing differs."""
    worst = worst_frames(measured)
    if not worst:
        worst = [(_shown_row(now), "as the golden" if golden is not None else "from the middle")]
    return tuple(strip(now, golden, frames, row, why) for row, why in worst)


def _shown_row(now: Replay) -> int:
    """A frame in the middle of those that show something."""
    rows = [k for k, frame in enumerate(now.frames) if frame.picture is not None]
    return rows[len(rows) // 2] if rows else len(now.frames) // 2
