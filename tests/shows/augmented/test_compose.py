"""Models in a real picture: their light, their shadow, and who stands before them."""

from __future__ import annotations

import numpy as np
import pytest

from shows.augmented.augment import Augmenter, BoardAnchoring, Ground, floor_from_stage, plinth_for
from shows.augmented.board import SHEETS
from shows.augmented.compose import composed
from shows.augmented.figures import Figures
from shows.augmented.ground import depth_on_floor, shadow
from shows.augmented.paper import PAPER, PaperLight, white_points
from shows.augmented.people import SteadyPeople, hides
from shows.augmented.plinth import Plinth, laid
from shows.state import Staging
from tests.shows.augmented.rendered import CAMERA, SIZE_WH, looking, off, scene
from tryon import Frame, PinholeCamera

WIDTH, HEIGHT = SIZE_WH
CAM_FROM_TABLE = looking(0.8, down_deg=30)
PLACE = floor_from_stage(scale=0.1, length_m=4.0)
COLOUR = (180, 40, 60)


def column(height_m: float = 1.75) -> np.ndarray:
    """(P, 3) surface points in stage space of a post of 30 cm in the middle of the runway."""
    y, turn = np.meshgrid(np.linspace(0, height_m, 120), np.linspace(0, 2 * np.pi, 60))
    return np.stack([0.15 * np.cos(turn), y, 2.0 + 0.15 * np.sin(turn)], -1).reshape(-1, 3)


def painter(staging: Staging, camera: PinholeCamera, cam_from_stage: np.ndarray) -> Figures:
    """The post, painted by its points."""
    del staging
    points = column()
    in_cam = points @ cam_from_stage[:3, :3].T + cam_from_stage[:3, 3]
    px = np.floor(camera.project(in_cam)).astype(int)
    rgba = np.zeros((camera.size_wh[1], camera.size_wh[0], 4), np.uint8)
    depth = np.full(rgba.shape[:2], np.inf, np.float32)
    for (x, y), far in zip(px, -in_cam[:, 2], strict=True):
        box = (slice(max(y - 2, 0), y + 3), slice(max(x - 2, 0), x + 3))
        rgba[box] = (*COLOUR, 255)
        depth[box] = np.minimum(depth[box], far)
    return Figures(rgba, depth, points)


def grey(level: int) -> np.ndarray:
    return np.full((HEIGHT, WIDTH, 3), level, np.uint8)


def test_a_model_of_1_75_m_at_one_to_ten_stands_17_5_cm_high_on_the_table() -> None:
    cam_from_stage = CAM_FROM_TABLE @ PLACE
    feet, head = np.array([0.0, 0.0, 2.0, 1.0]), np.array([0.0, 1.75, 2.0, 1.0])
    assert np.linalg.norm((cam_from_stage @ head - cam_from_stage @ feet)[:3]) == pytest.approx(
        0.175
    )
    # The middle of the runway is the middle of the board.
    np.testing.assert_allclose((cam_from_stage @ feet)[:3], CAM_FROM_TABLE[:3, 3], atol=1e-12)


def test_a_shadow_lies_at_the_feet_and_fades_away_from_them() -> None:
    cam_from_stage = CAM_FROM_TABLE @ PLACE
    shade = shadow(column(), CAMERA, cam_from_stage)

    def at(x: float, z: float) -> float:
        point = cam_from_stage @ np.array([x, 0.0, z, 1.0])
        u, v = np.floor(CAMERA.project(point[:3])).astype(int)
        return float(shade[v, u])

    assert at(0.0, 2.0) > 0.6
    assert at(0.16, 2.06) > 0.4
    # Towards where the lamp throws it, less and less; away from there, and far off, nothing.
    assert at(0.16, 2.06) > at(0.3, 2.12) > at(0.6, 2.25) > at(1.2, 2.5)
    assert at(0.3, 2.12) > 2 * at(-0.3, 1.88)
    assert at(-1.5, 2.0) < 0.02
    assert at(0.0, 3.5) < 0.02


def test_no_models_no_shadow() -> None:
    assert not shadow(np.zeros((0, 3)), CAMERA, CAM_FROM_TABLE @ PLACE).any()


def test_the_floor_ends_at_its_horizon() -> None:
    level = np.eye(4)
    level[1, 3] = -1.5
    px = np.array([[640.0, 100.0], [640.0, 359.9], [640.0, 360.0 + 1050.0 * 1.5 / 3.0]])
    np.testing.assert_allclose(depth_on_floor(px, CAMERA, level), [np.inf, np.inf, 3.0])


def test_pixels_without_models_stay_equal_to_the_byte() -> None:
    rgb = np.random.default_rng(0).integers(0, 255, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    figures = painter(Staging(0.0), CAMERA, CAM_FROM_TABLE @ PLACE)
    nothing = np.zeros((HEIGHT, WIDTH), np.float32)
    out = composed(rgb, figures, shade=nothing, hidden=nothing, gain=np.ones(3))
    empty = figures.rgba[..., 3] == 0
    assert np.abs(out[empty].astype(int) - rgb[empty]).max() <= 1
    np.testing.assert_array_equal(out[~empty], np.broadcast_to(COLOUR, out[~empty].shape))
    hidden = np.ones((HEIGHT, WIDTH), np.float32)
    behind = composed(rgb, figures, shade=nothing, hidden=hidden, gain=np.ones(3))
    assert np.abs(behind.astype(int) - rgb).max() <= 1


def hand(rows: slice, columns: slice) -> np.ndarray:
    share = np.zeros((HEIGHT, WIDTH), np.float32)
    share[rows, columns] = 1.0
    return share


def test_the_viewers_hand_hides_the_model_and_somebody_behind_the_table_does_not() -> None:
    cam_from_stage = CAM_FROM_TABLE @ PLACE
    figures = painter(Staging(0.0), CAMERA, cam_from_stage)
    rows, columns = np.nonzero(figures.rgba[..., 3])
    x = slice(columns.min() - 30, columns.max() + 30)
    reaching = hides(hand(slice(300, HEIGHT), x), figures.depth_m, CAMERA, CAM_FROM_TABLE)
    inside = figures.rgba[..., 3] > 0
    assert reaching[310:][inside[310:]].min() == 1.0
    # A trunk that ends at the table's far edge, above the model's feet in the picture.
    behind = hides(hand(slice(0, rows.max() - 90), x), figures.depth_m, CAMERA, CAM_FROM_TABLE)
    assert behind[inside].max() == 0.0
    # Somebody whose feet are nearer than the model's.
    nearer = hides(hand(slice(200, rows.max() + 60), x), figures.depth_m, CAMERA, CAM_FROM_TABLE)
    assert nearer[210:][inside[210:]].min() == 1.0


def test_specks_of_the_segmenter_hide_nothing() -> None:
    figures = painter(Staging(0.0), CAMERA, CAM_FROM_TABLE @ PLACE)
    speck = hand(slice(HEIGHT - 12, HEIGHT), slice(630, 642))
    assert not hides(speck, figures.depth_m, CAMERA, CAM_FROM_TABLE).any()


def test_edges_of_people_do_not_flicker() -> None:
    answers = iter([hand(slice(0, 9), slice(0, 9)) * level for level in (1.0, 0.7, 1.0, 0.0)])
    people = SteadyPeople(lambda _rgb: next(answers), keep=0.5)
    seen = [float(people.look(grey(0))[0, 0]) for _ in range(4)]
    assert seen[:3] == pytest.approx([1.0, 0.85, 0.925])
    assert seen[3] == 0.0, "who leaves is gone at once"


@pytest.mark.parametrize("light", [(1.0, 1.0, 1.0), (0.5, 0.35, 0.2)])
def test_the_light_is_read_off_the_paper(light: tuple[float, float, float]) -> None:
    truth = looking(0.6, down_deg=50)
    rgb = scene("A4").photographed(truth, noise=np.random.default_rng(0))
    coded = rgb / 255
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    lit = linear * PAPER * np.array(light)
    dimmed = np.where(lit <= 0.0031308, 12.92 * lit, 1.055 * lit ** (1 / 2.4) - 0.055)
    paper = PaperLight()
    paper.look(np.rint(dimmed * 255).astype(np.uint8), CAMERA, truth, SHEETS["A4"], 0)
    np.testing.assert_allclose(paper.gain, light, rtol=0.06)


def test_white_points_are_white_on_every_sheet() -> None:
    for sheet in SHEETS.values():
        black = sheet.black_mm()
        mm = white_points(sheet)[:, [0, 2]] * 1000 + np.array(sheet.paper_mm) / 2
        clear = 0.4
        inside = (
            (mm[:, None] > black[:, :2] - clear)
            & (mm[:, None] < black[:, :2] + black[:, 2:] + clear)
        ).all(2)
        assert not inside.any()


def test_the_show_stands_on_the_board_frame_after_frame() -> None:
    noise = np.random.default_rng(1)
    asked: list[float] = []

    def staging(t_s: float) -> Staging:
        asked.append(t_s)
        return Staging(t_s)

    augmenter = Augmenter(staging, painter, BoardAnchoring(), place=PLACE, people=None)
    blank = Frame(grey(90), 0, 0, CAMERA)
    assert augmenter.draw(blank, 0.0) is blank.rgb, "no board, no show"
    for k in range(1, 4):
        truth = looking(0.8, down_deg=35, round_deg=3.0 * k)
        rgb = scene("A4").photographed(truth, noise=noise)
        out = augmenter.draw(Frame(rgb, k * 40_000_000, k, CAMERA), 2.0 + 0.04 * k)
        expected = painter(Staging(0.0), CAMERA, truth @ PLACE).rgba[..., 3] > 0
        red = (out[..., 0].astype(int) - out[..., 1]) > 60
        assert (red & expected).sum() / (red | expected).sum() > 0.9
    assert asked == pytest.approx([2.04, 2.08, 2.12])


def test_a_ground_of_ones_own_is_as_good() -> None:
    class Fixed:
        def find(self, frame: Frame) -> Ground | None:
            return Ground(CAM_FROM_TABLE, np.array([0.25, 0.25, 0.25]))

    augmenter = Augmenter(Staging, painter, Fixed(), place=PLACE, people=None)
    out = augmenter.draw(Frame(grey(120), 0, 0, CAMERA), 0.0)
    inside = painter(Staging(0.0), CAMERA, CAM_FROM_TABLE @ PLACE).rgba[..., 3] > 0
    # A quarter of the light codes about half as high.
    assert np.median(out[inside][:, 0]) == pytest.approx(COLOUR[0] / 2, abs=8)
    assert off(CAM_FROM_TABLE, CAM_FROM_TABLE)[0] == 0.0


PLINTH = Plinth(0.33, 0.55)


def test_a_plinth_covers_the_paper_and_is_hidden_by_a_hand() -> None:
    rgb = scene("A4").photographed(CAM_FROM_TABLE, noise=np.random.default_rng(2))

    class Fixed:
        def find(self, frame: Frame) -> Ground | None:
            return Ground(CAM_FROM_TABLE, np.ones(3))

    def nobody(_s: Staging, camera: PinholeCamera, _m: np.ndarray) -> Figures:
        w, h = camera.size_wh
        return Figures(
            np.zeros((h, w, 4), np.uint8), np.full((h, w), np.inf, np.float32), np.zeros((0, 3))
        )

    reach = hand(slice(300, HEIGHT), slice(560, 700))
    frame = Frame(rgb, 0, 0, CAMERA)
    shown, handed = (
        Augmenter(Staging, nobody, Fixed(), place=PLACE, people=people, plinth=PLINTH).draw(
            frame, 0.0
        )
        for people in (None, SteadyPeople(lambda _rgb: reach))
    )
    paper = white_points(SHEETS["A4"]) @ CAM_FROM_TABLE[:3, :3].T + CAM_FROM_TABLE[:3, 3]
    u, v = np.floor(CAMERA.project(paper)).astype(int).T
    assert np.median(rgb[v, u]) > 200
    assert np.median(shown[v, u]) < 80, "no white paper is left to be seen"
    inside = reach > 0
    assert np.abs(handed[inside].astype(int) - rgb[inside]).max() <= 1
    away = ~inside
    away[290:, 550:710] = False
    np.testing.assert_array_equal(handed[away], shown[away])


def test_a_plinth_is_as_large_as_the_paper_needs() -> None:
    for sheet in SHEETS.values():
        made = plinth_for(
            (sheet.paper_mm[0] / 1000, sheet.paper_mm[1] / 1000), width_m=0.1, length_m=0.5
        )
        assert made.width_m > sheet.paper_mm[0] / 1000
        assert made.length_m == 0.5


def test_a_plinth_behind_the_camera_is_not_seen() -> None:
    behind = CAM_FROM_TABLE.copy()
    behind[:3, 3] += [0.0, 0.0, 3.0]
    assert not laid(PLINTH, CAMERA, behind).cover.any()
