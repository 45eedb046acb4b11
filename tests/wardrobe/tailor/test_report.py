"""What is told of a garment is what it measures."""

from __future__ import annotations

import numpy as np
import pytest

from tryon.core.errors import InputError
from tryon.wardrobe.sizes import WOMEN
from tryon.wardrobe.tailor.form import Form
from tryon.wardrobe.tailor.make import BakedGarment
from tryon.wardrobe.tailor.report import report_of
from tryon.wardrobe.tailor.wardrobe import form_of


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


@pytest.mark.parametrize(("cut", "size"), [("trousers", "XS"), ("trousers", "L")])
def test_every_size_is_cut_to_its_own_body(cut: str, size: str, form: Form) -> None:
    graded = form_of(form.body, size)
    report = report_of(cut, graded, size=size)
    found, wanted = report.measures["waist"]
    assert wanted is not None
    assert found == pytest.approx(wanted, abs=0.005)
    sample = report_of(cut, form).measures["waist"][0]
    assert np.sign(found - sample) == np.sign(WOMEN[size].waist - form.measures.waist)
    assert report.nearest_skin_m > -0.002
    middle, most = report.stretch
    assert abs(middle) < 0.03
    assert most < 0.25


def test_a_size_that_there_is_not_is_refused(form: Form) -> None:
    with pytest.raises(InputError, match="no size"):
        report_of("tee", form, size="Q")
