"""`tryon photo`: the contract that scorers and shops rely on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner, Result

from tests.sockets import TRYON, run_guarded
from tryon.cli import main
from tryon.supplies import supply_path

GLASSES, HAT = "aurelle-windsor", "aurelle-fedora"


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["photo", *map(str, words)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two portraits and an empty landscape."""
    here = tmp_path_factory.mktemp("photos")
    shutil.copy(supply_path("grace_hopper.jpg"), here / "0004.jpg")
    shutil.copy(supply_path("astronaut.png"), here / "0008.png")
    hills = np.linspace(40, 200, 240, dtype=np.uint8)
    cv2.imwrite(str(here / "hills.png"), np.repeat(hills[:, None, None], 320, 1).repeat(3, 2))
    return here


@pytest.fixture(scope="module")
def dressed(folder: Path) -> Path:
    """The results of one run over all three with everything asked for."""
    out = folder / "out"
    result = run(
        *sorted(folder.glob("*.*")),
        "--wear",
        f"{GLASSES},{HAT}",
        "--out-dir",
        out,
        "--layers",
        "--json",
    )
    assert result.exit_code == 0, result.output
    assert "hills.png: nobody found" in result.stderr
    return out


def read(path: Path) -> np.ndarray:
    picture = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert picture is not None, path
    return picture


def test_results_are_named_after_their_inputs(dressed: Path) -> None:
    names = {p.name for p in dressed.iterdir()}
    for stem in ("0004", "0008"):
        assert {
            f"{stem}.png",
            f"{stem}.json",
            f"{stem}.{GLASSES}.png",
            f"{stem}.{HAT}.png",
        } <= names
    assert {"hills.png", "hills.json"} <= names


def test_a_picture_without_people_passes_through_unchanged(folder: Path, dressed: Path) -> None:
    np.testing.assert_array_equal(read(dressed / "hills.png"), read(folder / "hills.png"))
    document = json.loads((dressed / "hills.json").read_text("utf-8"))
    assert document["people"] == document["items"] == []


@pytest.mark.parametrize("stem", ["0004", "0008"])
def test_layers_are_the_visible_coverage_in_the_photos_pixels(dressed: Path, stem: str) -> None:
    picture = read(dressed / f"{stem}.png")
    boxes = {
        item["id"]: item["bbox_px"]
        for item in json.loads((dressed / f"{stem}.json").read_text("utf-8"))["items"]
    }
    for item in (GLASSES, HAT):
        layer = read(dressed / f"{stem}.{item}.png")
        assert layer.dtype == np.uint8
        assert layer.shape == picture.shape[:2]
        rows, columns = np.nonzero(layer)
        left, top, right, bottom = boxes[item]
        assert (columns.min(), rows.min()) == (left, top)
        assert (columns.max() + 1, rows.max() + 1) == (right, bottom)


def test_outside_the_items_and_their_shadow_the_picture_is_the_same(
    dressed: Path, folder: Path
) -> None:
    before, after = read(folder / "0008.png")[..., :3], read(dressed / "0008.png")
    change = after.astype(int) - before
    drawn = np.maximum(read(dressed / f"0008.{GLASSES}.png"), read(dressed / f"0008.{HAT}.png"))
    near = cv2.dilate(drawn, np.ones((41, 41), np.uint8)) > 0
    head = cv2.dilate(drawn, np.ones((201, 201), np.uint8)) > 0
    assert np.abs(change[near]).max() > 60
    assert np.abs(change[head & ~near]).max() <= 12, "the brim's shadow fades down the face"
    assert not change[~head].any()


@pytest.mark.parametrize("stem", ["0004", "0008"])
def test_numbers_tell_pose_pd_and_camera(dressed: Path, stem: str) -> None:
    document = json.loads((dressed / f"{stem}.json").read_text("utf-8"))
    (person,) = document["people"]
    face = person["face"]
    matrix = np.array(face["cam_from_head"])
    assert matrix.shape == (4, 4)
    np.testing.assert_allclose(matrix[:3, :3] @ matrix[:3, :3].T, np.eye(3), atol=1e-5)
    assert np.linalg.det(matrix[:3, :3]) > 0
    assert matrix[2, 3] < -0.2, "in front of the camera"
    assert abs(face["yaw_deg"]) < 35
    assert 50 < face["pd_mm"] < 75
    assert 1 < face["pd_sd_mm"] < 6
    assert {item["id"] for item in document["items"]} == {GLASSES, HAT}
    assert document["camera"]["origin"] in ("default", "exif")


def test_glasses_sit_between_the_eyes(dressed: Path) -> None:
    document = json.loads((dressed / "0008.json").read_text("utf-8"))
    anchor = next(i["anchor_px"] for i in document["items"] if i["id"] == GLASSES)
    # By eye, the astronaut's pupils are at (203, 101) and (246, 103) in the 512-pixel portrait.
    assert anchor == pytest.approx([224.5, 104], abs=4)


def test_same_command_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        run(folder / "0008.png", "--wear", HAT, "--out", tmp_path / f"{name}.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_variant_changes_the_colour(folder: Path, tmp_path: Path) -> None:
    run(folder / "0008.png", "--wear", HAT, "--out", tmp_path / "a.png")
    done = run(
        folder / "0008.png", "--wear", HAT, "--variant", f"{HAT}=camel", "--out", tmp_path / "b.png"
    )
    assert done.exit_code == 0, done.output
    assert (read(tmp_path / "a.png") != read(tmp_path / "b.png")).mean() > 0.02


def test_field_of_view_moves_the_head_but_not_the_picture_of_it(
    folder: Path, tmp_path: Path
) -> None:
    """The 63° trap: a lens that is taken for another must not scale what is worn."""
    widths, depths = [], []
    for fov in (25, 60):
        out = tmp_path / f"{fov}.png"
        run(folder / "0008.png", "--wear", GLASSES, "--out", out, "--fov", fov, "--json")
        document = json.loads(out.with_suffix(".json").read_text("utf-8"))
        assert document["camera"]["vertical_fov_deg"] == pytest.approx(fov)
        depths.append(-document["people"][0]["face"]["cam_from_head"][2][3])
        run(folder / "0008.png", "--wear", GLASSES, "--out", out, "--fov", fov, "--layers")
        columns = np.flatnonzero(read(tmp_path / f"{fov}.{GLASSES}.png").any(0))
        widths.append(np.ptp(columns))
    assert depths[0] > 2 * depths[1]
    assert widths[0] == pytest.approx(widths[1], rel=0.08)


def test_unknown_item_is_named_with_what_comes_near(folder: Path, tmp_path: Path) -> None:
    done = run(folder / "0008.png", "--wear", "aurelle-windsr", "--out", tmp_path / "o.png")
    assert done.exit_code == 1
    assert "aurelle-windsr" in done.stderr
    assert "aurelle-windsor" in done.stderr
    assert not (tmp_path / "o.png").exists()


def test_unknown_variant_lists_the_known_ones(folder: Path, tmp_path: Path) -> None:
    done = run(
        folder / "0008.png", "--wear", HAT, "--variant", f"{HAT}=plaid", "--out", tmp_path / "o.png"
    )
    assert done.exit_code == 1
    assert "camel" in done.stderr


def test_file_that_is_no_picture_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "note.jpg").write_text("not a picture")
    done = run(tmp_path / "note.jpg", "--wear", HAT, "--out", tmp_path / "o.png")
    assert done.exit_code == 1
    assert "note.jpg" in done.stderr
    assert "Traceback" not in done.output


def test_one_bad_file_among_many_is_skipped_and_told(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.jpg").write_text("not a picture")
    out = tmp_path / "out"
    done = run(tmp_path / "bad.jpg", folder / "0008.png", "--wear", HAT, "--out-dir", out)
    assert done.exit_code == 1
    assert "bad.jpg" in done.stderr
    assert [p.name for p in out.iterdir()] == ["0008.png"]


def test_two_inputs_of_one_name_are_refused_before_work(folder: Path, tmp_path: Path) -> None:
    shutil.copy(folder / "0008.png", tmp_path / "0008.png")
    done = run(
        folder / "0008.png", tmp_path / "0008.png", "--wear", HAT, "--out-dir", tmp_path / "o"
    )
    assert done.exit_code == 1
    assert "would both be written" in done.stderr


def test_out_and_out_dir_together_are_a_usage_error(folder: Path) -> None:
    done = run(folder / "0008.png", "--wear", HAT, "--out", "a.png", "--out-dir", "b")
    assert done.exit_code == 2


def test_dressing_opens_no_socket(folder: Path, tmp_path: Path) -> None:
    words = ["photo", str(folder / "0008.png"), "--wear", GLASSES, "--out", str(tmp_path / "o.png")]
    done = run_guarded([*TRYON, *words])
    assert done.code == 0, done.stderr
    assert done.attempts == []
    assert (tmp_path / "o.png").exists()


def test_standard_error_is_free_of_native_logs(folder: Path, tmp_path: Path) -> None:
    words = ["photo", str(folder / "0008.png"), "--wear", GLASSES, "--out", str(tmp_path / "o.png")]
    done = run_guarded([*TRYON, *words])
    assert done.stderr.splitlines() == [f"Wrote {tmp_path / 'o.png'}"]
