"""What is told of a garment is what it measures."""

from __future__ import annotations

import numpy as np
import pytest

from tryon.wardrobe.tailor.form import Form
from tryon.wardrobe.tailor.make import BakedGarment
from tryon.wardrobe.tailor.report import report_of


def test_a_report_sets_found_beside_wanted(form: Form) -> None:
    report = report_of("jeans", form)
    found, wanted = report.measures["hem"]
    assert wanted is not None
    assert found == pytest.approx(wanted, abs=0.01)
    assert report.nearest_skin_m > 0
    assert report.triangles[0] > report.triangles[1]


def test_a_report_of_what_is_not_draped_has_nothing_to_compare_with(form: Form) -> None:
    assert report_of("sneakers", form).measures["length"][1] is None


def test_a_train_lies_on_the_floor_behind_its_wearer(shipped: dict[str, BakedGarment]) -> None:
    points = np.concatenate([part.vertices for part in shipped["gown"].levels[0]])
    assert points[:, 1].min() > -0.001
    lying = points[points[:, 1] < 0.03]
    assert lying[:, 2].min() < -0.5
    assert lying[:, 2].max() < 0.6
