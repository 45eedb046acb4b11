"""On real clips of signing people the shoulders stay calm and the hands stay prompt."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tryon.core.spaces import Floats
from tryon.stages.detect import BodyDetector
from tryon.stages.fit_body import BodyFitter
from tryon.stages.source import open_source
from tryon.wardrobe.body import Body

CLIPS = ("asl-milk.mkv", "asl-thanks.mkv")
FROM_HZ = 3.0
MOST_TREMBLE_PX = 0.17


def tremble(track: Floats, rate_hz: float) -> float:
    """Root mean square of what moves faster than 3 Hz, pixels, of an (n, 2) track."""
    mirrored = np.concatenate([track, track[::-1]])
    spectrum = np.fft.rfft(mirrored, axis=0)
    spectrum[np.fft.rfftfreq(len(mirrored), 1 / rate_hz) < FROM_HZ] = 0
    fast = np.fft.irfft(spectrum, len(mirrored), axis=0)[: len(track)]
    return float(np.sqrt((fast**2).sum(1).mean()))


def lag_frames(raw: Floats, out: Floats) -> float:
    """By how many frames (n, d) values must be delayed to look most like the filtered ones."""
    at = np.arange(len(raw))
    delays = np.arange(0, 6, 0.1)
    errors = []
    for delay in delays:
        late = np.stack([np.interp(at - delay, at, column) for column in raw.T], axis=1)
        errors.append(((late - out)[8:] ** 2).sum())
    return float(delays[int(np.argmin(errors))])


@pytest.mark.parametrize("clip", CLIPS)
def test_shoulders_do_not_tremble_and_hands_do_not_lag(
    shared_data: Path, body: Body, clip: str
) -> None:
    fitter = BodyFitter(body)
    shoulders = [body.bone("upperarm_l"), body.bone("upperarm_r")]
    wrists = [body.bone("hand_l"), body.bone("hand_r")]
    rows: dict[str, list[Floats]] = {"raw": [], "fit": [], "hands": [], "fitted_hands": []}
    with (
        BodyDetector(mode="stream") as detector,
        open_source(shared_data / "clips" / clip) as clip_in,
    ):
        for frame in clip_in:
            poses = detector.detect(frame)
            if not poses:
                continue
            (fit,) = fitter.fit(poses[:1], [], frame.camera, frame.t_ns)
            rows["raw"].append(poses[0].px[[11, 12]].mean(0))
            rows["fit"].append(fit.joints_px[shoulders].mean(0))
            rows["hands"].append(poses[0].px[[15, 16]].ravel())
            rows["fitted_hands"].append(fit.joints_px[wrists].ravel())
    raw, out, hands, fitted = (np.array(rows[key]) for key in rows)
    assert len(raw) > 40
    assert tremble(out, 30.0) < MOST_TREMBLE_PX
    assert tremble(out, 30.0) < 0.6 * tremble(raw, 30.0)
    assert lag_frames(hands, fitted) < 1.0
