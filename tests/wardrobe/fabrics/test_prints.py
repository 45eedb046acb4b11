"""Pictures on cloth: straight, to scale, with the weave under them; bad ones are refused."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from tryon.core.errors import InputError
from tryon.media import pictures
from tryon.wardrobe.fabrics import bolt
from tryon.wardrobe.fabrics.prints import PRINT_PX, Print, Stripe
from tryon.wardrobe.tailor.dress import GarmentParameters, make_garment_asset


@pytest.fixture
def flag(tmp_path: Path) -> Path:
    """300×200: the left third red, the rest white, the lower half darker."""
    rgb = np.full((200, 300, 3), 250, np.uint8)
    rgb[:, :100] = (200, 20, 30)
    rgb[100:] = rgb[100:] // 2
    path = tmp_path / "flag.png"
    cv2.imwrite(str(path), rgb[..., ::-1])
    return path


def texture(made: object) -> np.ndarray:
    found = made.material.base_color_texture  # type: ignore[attr-defined]
    assert found is not None
    return np.asarray(found)


def test_print_is_as_wide_as_asked_and_keeps_its_shape(flag: Path) -> None:
    made = bolt("poplin", picture=Print(flag, 24.0))
    assert made.tile_cm == pytest.approx((24.0, 16.0))
    assert made.material.base_color[:3] == (1.0, 1.0, 1.0)


def test_print_lies_straight_with_its_middle_on_the_panel_s_middle_line(flag: Path) -> None:
    color = texture(bolt("poplin", picture=Print(flag, 24.0))).astype(int)
    red = (color[..., 0] - color[..., 1]) > 60
    # u = 0 is the middle of the picture, so its left edge lies at u = 0.5 and the red third follows.
    share = red.mean(0)
    edges = np.flatnonzero(np.abs(np.diff((share > 0.5).astype(int)))) / color.shape[1]
    np.testing.assert_allclose(edges, [0.5, 0.5 + 1 / 3], atol=0.01)
    assert ((share < 0.03) | (share > 0.97)).mean() > 0.98
    upper, lower = np.split(color.mean((1, 2)), 2)
    assert upper.min() > 1.5 * lower.max()


def test_scale_of_the_cloth_leaves_the_print_alone(flag: Path) -> None:
    assert bolt("poplin", scale=3.0, picture=Print(flag, 24.0)).tile_cm[0] == 24.0


def test_weave_lies_under_the_print(flag: Path) -> None:
    made = bolt("knit", picture=Print(flag, 12.0))
    normal = made.material.normal_texture
    assert normal is not None
    assert normal.shape == texture(made).shape
    assert normal[..., 0].std() > 5
    flat = bolt("patent", picture=Print(flag, 12.0)).material.normal_texture
    assert flat is not None
    assert flat[..., 0].std() < 3


def test_print_on_lace_keeps_the_holes(flag: Path) -> None:
    made = bolt("lace", picture=Print(flag, 24.0))
    assert made.material.alpha_mode == "MASK"
    alpha = texture(made)[..., 3]
    assert 0.15 < (alpha < 128).mean() < 0.75


def test_large_picture_becomes_a_bounded_texture(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    cv2.imwrite(str(path), np.full((900, 3600, 3), 90, np.uint8))
    made = bolt("poplin", picture=Print(path, 60.0))
    assert max(texture(made).shape) < 1.2 * PRINT_PX
    assert made.tile_cm == pytest.approx((60.0, 15.0))


def test_picture_that_was_saved_anew_is_read_anew(flag: Path) -> None:
    before = texture(bolt("poplin", picture=Print(flag))).mean()
    cv2.imwrite(str(flag), np.zeros((200, 300, 3), np.uint8))
    assert texture(bolt("poplin", picture=Print(flag))).mean() < 0.1 * before


def test_print_runs_straight_and_to_scale_on_a_garment(flag: Path) -> None:
    parameters = GarmentParameters(cut="tee", cloth="jersey", print=str(flag), print_cm=20.0)
    part = make_garment_asset(parameters, item_id="tee", variant="v").part("cloth")
    assert part is not None
    assert part.uv is not None
    at, u = part.vertices.astype(np.float64), part.uv[:, 0].astype(np.float64)
    chest = (at[:, 2] > 0.05) & (np.abs(at[:, 0]) < 0.08) & (np.ptp(at[:, 1]) > 0)
    # The middle line of the picture is the middle line of the front, and 20 cm further it comes again.
    across, offset = np.polyfit(u[chest], at[chest, 0], 1)
    assert across == pytest.approx(0.20, rel=0.15)
    assert abs(offset) < 0.005
    assert np.abs(at[chest, 0] - across * u[chest] - offset).max() < 0.012


def test_stripe_and_ground_have_their_colours() -> None:
    color = texture(bolt("jersey", "#f0f0f0", stripe=Stripe("#101040", 0.8, 2.0)))
    level = color.mean((1, 2))
    assert (level < 120).mean() == pytest.approx(0.4, abs=0.02)


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "no file|There is no|missing|not found"), (b"", "empty"), (b"GIF89a no", "picture")],
)
def test_file_that_is_no_picture_is_refused(
    tmp_path: Path, content: bytes | None, words: str
) -> None:
    path = tmp_path / "roses.png"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=words) as caught:
        bolt("poplin", picture=Print(path))
    assert "roses.png" in caught.value.message
    assert caught.value.remedy


def test_huge_picture_is_refused(flag: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_MEGAPIXELS", 0.01)
    with pytest.raises(InputError, match="megapixels"):
        bolt("poplin", picture=Print(flag))


@pytest.mark.parametrize("size_wh", [(4, 4), (2000, 20)])
def test_sliver_is_refused(tmp_path: Path, size_wh: tuple[int, int]) -> None:
    path = tmp_path / "sliver.png"
    cv2.imwrite(str(path), np.zeros((size_wh[1], size_wh[0], 3), np.uint8))
    with pytest.raises(InputError, match=f"{size_wh[0]}×{size_wh[1]}"):
        bolt("poplin", picture=Print(path))
