"""An unchanged build replays to the same bits; a planted regression is caught and named by its stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from tests.qa.replay.conftest import LOOK
from tryon.core.camera import PinholeCamera
from tryon.core.fits import FaceFit
from tryon.core.frame import Frame, Picture
from tryon.core.landmarks import Detections
from tryon.core.scene import Draw, Layer, Lighting
from tryon.core.transforms import rigid
from tryon.engine import Engine, dresser, session
from tryon.qa.replay import player, verdict
from tryon.qa.replay.accuracy import accuracy
from tryon.qa.replay.cutouts import Cutout, cutout
from tryon.qa.replay.golden import Golden
from tryon.qa.replay.measures import Measurement, measure
from tryon.qa.replay.player import Remembered, replay
from tryon.qa.replay.provenance import Machine, Provenance, provenance
from tryon.qa.replay.readings import Replay
from tryon.qa.replay.recording import Recording
from tryon.qa.replay.tolerances import bundled_tolerances, read_tolerances
from tryon.qa.replay.verdict import Verdict, first_difference, judge
from tryon.qa.synth.truth import TruePerson, Truth
from tryon.stages.composite import composite
from tryon.stages.fit_face import FaceFitter
from tryon.stages.light import LightTracker
from tryon.stages.smooth import TUNING, PoseSmoother

TIMES = 3
"""Replays of the unchanged build here; `tryon qa run --case turn --times 20` does twenty."""


def _again(recording: Recording, engine: Engine) -> Replay:
    return replay(recording, LOOK, engine, start="detections")


def _judged(now: Replay, golden: Golden, recording: Recording) -> tuple[Verdict, Measurement]:
    measured = measure(
        now,
        camera=recording.manifest.camera.camera(),
        golden=golden.replay,
        frames=recording.frames(),
    )
    return judge(now, golden, measured, read_tolerances(bundled_tolerances())), measured


def test_an_unchanged_build_is_identical_again_and_again(
    recording: Recording, engine: Engine, golden: Golden
) -> None:
    for _ in range(TIMES):
        verdict, measured = _judged(_again(recording, engine), golden, recording)
        assert verdict.state == "identical"
        assert measured.values["color_de.max"] == 0
        assert measured.values["outside.max"] == 0
        assert measured.values["aurelle-windsor/anchor_px.max"] == 0


def test_from_pixels_agrees_with_from_detections(
    recording: Recording, engine: Engine, golden: Golden
) -> None:
    """The fixture's detections were made elsewhere, so they are seen anew first."""
    if not provenance().is_same_setup(recording.manifest.provenance):
        pytest.skip("the recording was made on another machine")
    now = replay(recording, LOOK, engine, start="pixels")
    assert first_difference(now, golden.replay) is None


def test_nothing_spills_out_of_what_was_drawn(baseline: Replay) -> None:
    assert [frame.spilled for frame in baseline.frames] == [0] * 6


def test_another_filter_constant_is_named_smooth(
    recording: Recording, engine: Engine, golden: Golden, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "PoseSmoother", partial(PoseSmoother, TUNING.scaled(0.5)))
    verdict, measured = _judged(_again(recording, engine), golden, recording)
    assert (verdict.state, verdict.stage) == ("moved", "smooth")
    assert measured.values["fit_mm.max"] == 0
    assert measured.values["smooth_mm.max"] > 0


def _plant_offset(monkeypatch: pytest.MonkeyPatch, camera: PinholeCamera, px: float) -> None:
    """Everything that is worn on heads is drawn so many pixels to the right."""
    genuine = dresser.draw_worn

    def shifted(*arguments: object, **named: object) -> Draw:
        draw = genuine(*arguments, **named)  # type: ignore[arg-type]  # passed on as they are
        by = px * -draw.cam_from_mesh[2, 3] / camera.focal_px[0]
        return replace(draw, cam_from_mesh=rigid(None, np.array([by, 0, 0])) @ draw.cam_from_mesh)

    monkeypatch.setattr(dresser, "draw_worn", shifted)


def test_an_anchor_two_pixels_off_is_named_place_and_measured(
    recording: Recording, engine: Engine, golden: Golden, monkeypatch: pytest.MonkeyPatch
) -> None:
    _plant_offset(monkeypatch, recording.manifest.camera.camera(), 2.0)
    verdict, measured = _judged(_again(recording, engine), golden, recording)
    assert (verdict.state, verdict.stage) == ("moved", "place")
    assert measured.values["aurelle-windsor/anchor_px.max"] == pytest.approx(2.0, abs=0.1)
    assert measured.values["smooth_mm.max"] == 0
    assert "anchor_px" in verdict.sentence


def test_swapped_ears_are_named_fit_and_told_from_the_truth(
    recording: Recording, engine: Engine, golden: Golden, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Swapping(FaceFitter):
        def fit(self, faces: object, camera: PinholeCamera) -> tuple[FaceFit, ...]:
            out = super().fit(faces, camera)  # type: ignore[arg-type]  # passed on as they are
            return tuple(
                replace(
                    fit,
                    anchors_in_head={
                        **fit.anchors_in_head,
                        "left_ear": fit.anchors_in_head["right_ear"],
                        "right_ear": fit.anchors_in_head["left_ear"],
                    },
                )
                for fit in out
            )

    monkeypatch.setattr(session, "FaceFitter", Swapping)
    now = _again(recording, engine)
    verdict, _ = _judged(now, golden, recording)
    assert (verdict.state, verdict.stage) == ("moved", "fit")
    camera = recording.manifest.camera.camera()
    truth = _truth_of(golden.replay)
    assert accuracy(golden.replay, truth, camera=camera)["true_swapped"] == 0
    assert accuracy(now, truth, camera=camera)["true_swapped"] == 6


def _truth_of(known: Replay) -> Truth:
    """A replay taken for the truth; nothing hides anybody."""
    return Truth(
        tuple(
            tuple(
                TruePerson(str(head.track), head.smoothed, head.anchors, {}, _everywhere())
                for head in frame.heads
            )
            for frame in known.frames
        ),
        {},
    )


def _everywhere() -> Cutout | None:
    full = np.full((192, 256), 255, np.uint8)
    return cutout(full, full > 0)


def test_swapped_colours_are_named_composite(
    recording: Recording, engine: Engine, golden: Golden, monkeypatch: pytest.MonkeyPatch
) -> None:
    def in_bgr(rgb: Picture, layer: Layer) -> Picture:
        swapped = np.ascontiguousarray(layer.rgba[..., [2, 1, 0, 3]])
        return composite(rgb, replace(layer, rgba=swapped))

    monkeypatch.setattr(session, "composite", in_bgr)
    verdict, measured = _judged(_again(recording, engine), golden, recording)
    assert (verdict.state, verdict.stage) == ("moved", "composite")
    assert measured.values["color_de.max"] > 1
    assert measured.values["aurelle-windsor/iou.min"] == 1


def test_another_light_is_named_light(
    recording: Recording, engine: Engine, golden: Golden, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Studio(LightTracker):
        def estimate(self, frame: Frame, fits: Sequence[FaceFit]) -> Lighting:
            return Lighting.studio()

    monkeypatch.setattr(session, "LightTracker", Studio)
    verdict, measured = _judged(_again(recording, engine), golden, recording)
    assert (verdict.state, verdict.stage) == ("moved", "light")
    assert measured.values["ambient.max"] > 0


def test_a_dropped_frame_is_named_source(
    recording: Recording, engine: Engine, golden: Golden
) -> None:
    frames = [frame for frame in recording.frames() if frame.index != 3]
    now = replay(recording, LOOK, engine, start="detections", frames=frames)
    verdict, _ = _judged(now, golden, recording)
    assert (verdict.state, verdict.stage) == ("moved", "source")
    assert verdict.parting is not None
    assert verdict.parting.index == 3


def test_a_detector_that_sees_otherwise_is_named_detect(
    recording: Recording, engine: Engine, golden: Golden, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Nudged(Remembered):
        def __init__(self, seen: Sequence[Detections]) -> None:
            super().__init__(
                [Detections(tuple(replace(f, px=f.px + 0.25) for f in each.faces)) for each in seen]
            )

    monkeypatch.setattr(player, "Remembered", Nudged)
    verdict, measured = _judged(_again(recording, engine), golden, recording)
    assert (verdict.state, verdict.stage) == ("moved", "detect")
    assert measured.values["raw_px.max"] == pytest.approx(0.25 * np.sqrt(2))


def test_a_stage_that_the_golden_does_not_know_is_no_difference_by_itself(golden: Golden) -> None:
    def without(stage: str, **changed: str) -> Replay:
        return Replay(
            tuple(
                replace(
                    frame,
                    hashes={k: v for k, v in frame.hashes.items() if k != stage} | changed,
                )
                for frame in golden.replay.frames
            )
        )

    assert first_difference(golden.replay, without("light")) is None
    parting = first_difference(golden.replay, without("light", composite="0"))
    assert parting is not None
    assert parting.stage == "light"


def _elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if this process ran on another machine than the golden's."""
    here = provenance()
    other = Provenance(
        machine=Machine(system="Linux riscv64", processor="x", features="y", python="3.11"),
        versions=here.versions,
        models=here.models,
        wardrobe=here.wardrobe,
    )
    monkeypatch.setattr(verdict, "provenance", lambda: other)


def test_elsewhere_a_twentieth_of_a_pixel_is_within_tolerance(
    recording: Recording, engine: Engine, golden: Golden, monkeypatch: pytest.MonkeyPatch
) -> None:
    _elsewhere(monkeypatch)
    _plant_offset(monkeypatch, recording.manifest.camera.camera(), 0.05)
    verdict, _ = _judged(_again(recording, engine), golden, recording)
    assert verdict.state == "within tolerance", verdict.sentence
    assert verdict.holds
    assert any("riscv64" in line for line in verdict.setup)


def test_elsewhere_two_pixels_are_still_caught_and_named(
    recording: Recording, engine: Engine, golden: Golden, monkeypatch: pytest.MonkeyPatch
) -> None:
    _elsewhere(monkeypatch)
    _plant_offset(monkeypatch, recording.manifest.camera.camera(), 2.0)
    verdict, _ = _judged(_again(recording, engine), golden, recording)
    assert (verdict.state, verdict.stage) == ("moved", "place")
    assert {breach.measure for breach in verdict.breaches} >= {"anchor_px.max", "anchor_px.p95"}
    assert all(breach.reason for breach in verdict.breaches)
