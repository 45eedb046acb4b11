"""A new process is measured from its start to the first person that it shows."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tryon.qa import cold_start as module
from tryon.qa.cold_start import cold_start


def test_both_kinds_of_process_are_timed() -> None:
    started = cold_start(runs=1)
    assert 0 < started.detector_s < started.first_frame_s
    assert started.ratio == pytest.approx(started.first_frame_s / started.detector_s, abs=0.05)


def test_a_process_that_sees_nobody_is_no_measurement(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_TRY_ON", "print(0)")
    with pytest.raises(RuntimeError, match="saw 0"):
        cold_start(runs=1)


def test_glasses_load_nothing_that_only_clothes_or_strangers_need() -> None:
    """The trap: matplotlib, the tailor and an optimiser came along, and took a second."""
    program = (
        "import sys\nfrom tryon.engine import Engine\n"
        "with Engine() as engine:\n    engine.session(['aurelle-windsor']).close()\n"
        "heavy = ('matplotlib', 'sounddevice', 'scipy.optimize', 'scipy.interpolate', 'trimesh',"
        " 'networkx', 'numba', 'pygltflib', 'tryon.wardrobe.tailor.dress')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
