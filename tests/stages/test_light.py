"""Light read off faces: known light is recovered, and what hides the skin does not mislead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from tryon.core.camera import PinholeCamera
from tryon.core.canonical import CanonicalFace, read_canonical_face
from tryon.core.fits import HEAD_ANCHORS, FaceFit
from tryon.core.frame import Frame, Picture
from tryon.core.landmarks import FaceMark
from tryon.core.mesh import Material, Mesh, smooth_normals
from tryon.core.scene import Draw, Lighting
from tryon.core.transforms import apply, exp_so3, rigid
from tryon.stages.composite import composite
from tryon.stages.light import LightTracker
from tryon.stages.render import Renderer
from tryon.supplies import supply_path

CAMERA = PinholeCamera.from_focal(600.0, (400, 400), origin="test")
SECOND_NS = 1_000_000_000


@pytest.fixture(scope="module")
def face() -> CanonicalFace:
    return read_canonical_face(supply_path("face_landmarker.task"))


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    with Renderer() as opened:
        yield opened


def fit_of(face: CanonicalFace, *, yaw_rad: float = 0.0, track: int = 0, x: float = 0.0) -> FaceFit:
    turn = exp_so3(np.array([0.0, yaw_rad, 0.0]))
    anchors = {name: np.zeros(3) for name in HEAD_ANCHORS}
    return FaceFit(
        track, rigid(turn, np.array([x, 0.03, -0.5])), face.points, anchors, 0.063, 0.002, 1.0
    )


def light(level: float, contrast: tuple[float, float, float]) -> Lighting:
    return Lighting(np.outer(level * np.array([1.0, *contrast]), np.ones(3)))


def portrait(
    renderer: Renderer,
    face: CanonicalFace,
    lighting: Lighting,
    *,
    fit: FaceFit | None = None,
    albedo: tuple[float, float, float] = (0.40, 0.27, 0.19),
    wall: int = 60,
) -> Picture:
    """The canonical face as matt skin under a known light, before a grey wall."""
    fit = fit_of(face) if fit is None else fit
    surface = face.points[:468].astype(np.float32)
    skin = Material("skin", (*albedo, 1.0), roughness=1.0, reflectance=0.0)
    mesh = Mesh(
        "face",
        surface,
        face.triangles,
        smooth_normals(surface, face.triangles),
        material=skin,
    )
    layer = renderer.draw(CAMERA, [Draw(mesh, fit.cam_from_head)], lighting, supersample=2)
    assert layer is not None
    return composite(np.full((400, 400, 3), wall, np.uint8), layer, grain=0.0)


def estimate(picture: Picture, *fits: FaceFit) -> Lighting:
    return LightTracker().estimate(Frame(picture, 0, 0, CAMERA), fits)


def contrast_of(lighting: Lighting) -> NDArray[np.float64]:
    return np.asarray((lighting.ambient[1:] / lighting.ambient[0]).mean(1))


@pytest.mark.parametrize("yaw_rad", [0.0, 0.5, -0.5])
@pytest.mark.parametrize(
    "contrast",
    [(0.0, 0.3, 0.25), (0.5, 0.15, 0.3), (-0.5, 0.15, 0.3), (0.2, 0.5, 0.2), (-0.3, 0.0, 0.1)],
)
def test_known_light_is_recovered_in_camera_space(
    renderer: Renderer,
    face: CanonicalFace,
    contrast: tuple[float, float, float],
    yaw_rad: float,
) -> None:
    fit = fit_of(face, yaw_rad=yaw_rad)
    found = contrast_of(estimate(portrait(renderer, face, light(0.9, contrast), fit=fit), fit))
    assert found[0] == pytest.approx(contrast[0], abs=0.08)
    assert found[1] == pytest.approx(contrast[1], abs=0.08)
    # A face shows half of the sphere only, so front light and fill are hard to tell apart.
    assert found[2] == pytest.approx(contrast[2], abs=0.17)


def test_hair_and_dark_glasses_are_voted_out(renderer: Renderer, face: CanonicalFace) -> None:
    fit = fit_of(face)
    clean = portrait(renderer, face, light(0.9, (0.4, 0.15, 0.3)))
    covered = clean.copy()
    px = CAMERA.project(apply(fit.cam_from_head, face.points))
    brow = int(px[FaceMark.FOREHEAD_TOP, 1] * 0.55 + px[FaceMark.BETWEEN_EYES, 1] * 0.45)
    covered[:brow] = 12  # a fringe over the upper forehead
    eyes = slice(int(px[159, 1]) - 12, int(px[145, 1]) + 12)
    covered[eyes, 100:300] = 8
    difference = contrast_of(estimate(covered, fit)) - contrast_of(estimate(clean, fit))
    assert np.abs(difference).max() < 0.12


def test_darkness_above_is_a_hat_and_not_light_from_below(
    renderer: Renderer, face: CanonicalFace
) -> None:
    picture = portrait(renderer, face, light(0.9, (0.0, -0.6, 0.2)))
    assert contrast_of(estimate(picture, fit_of(face)))[1] >= -0.21


def test_contrast_and_level_stay_within_reason(renderer: Renderer, face: CanonicalFace) -> None:
    harsh = estimate(portrait(renderer, face, light(0.7, (1.6, 0.0, 0.3))), fit_of(face))
    assert np.linalg.norm(contrast_of(harsh)) <= 0.71
    white = estimate(np.full((400, 400, 3), 255, np.uint8), fit_of(face))
    black = estimate(np.full((400, 400, 3), 1, np.uint8), fit_of(face))
    studio = Lighting.studio().ambient[0]
    assert (white.ambient[0] <= 1.75 * studio).all()
    assert (black.ambient[0] >= 0.15 * studio).all()


def test_dark_photo_darkens_and_bright_photo_brightens(
    renderer: Renderer, face: CanonicalFace
) -> None:
    levels = [
        estimate(portrait(renderer, face, light(level, (0.1, 0.2, 0.2)), wall=wall), fit_of(face))
        .ambient[0]
        .mean()
        for level, wall in ((0.15, 40), (0.6, 140), (1.1, 220))
    ]
    studio = Lighting.studio().ambient[0].mean()
    assert levels[0] < 0.3 * studio
    assert levels[0] < 0.5 * levels[1] < 0.4 * levels[2]
    assert levels[2] > studio


def test_skin_colour_moves_the_level_less_than_the_light_does(
    renderer: Renderer, face: CanonicalFace
) -> None:
    pale, dark = (
        estimate(
            portrait(renderer, face, light(0.9, (0.1, 0.2, 0.2)), albedo=albedo, wall=180),
            fit_of(face),
        )
        for albedo in ((0.55, 0.38, 0.29), (0.14, 0.09, 0.062))
    )
    # The skin reflects a quarter of the light, the items keep more than half of theirs.
    assert dark.ambient[0].mean() > 0.5 * pale.ambient[0].mean()
    np.testing.assert_allclose(contrast_of(dark), contrast_of(pale), atol=0.06)


def test_warm_light_is_warm_but_blends_to_white(renderer: Renderer, face: CanonicalFace) -> None:
    warm = Lighting(np.outer([0.8, 0.0, 0.2, 0.2], [1.3, 1.0, 0.6]))
    red, green, blue = estimate(portrait(renderer, face, warm), fit_of(face)).ambient[0]
    assert red > green > blue
    assert red / blue < 1.3 / 0.6


def test_nobody_there_is_lit_as_in_the_studio(face: CanonicalFace) -> None:
    picture = np.full((400, 400, 3), 90, np.uint8)
    np.testing.assert_array_equal(estimate(picture).ambient, Lighting.studio().ambient)
    # So is a face that is out of the picture, or behind the camera.
    for cam_from_head in (
        rigid(None, np.array([3.0, 0.0, -0.5])),
        rigid(None, np.array([0.0, 0.0, 0.5])),
    ):
        lost = replace(fit_of(face), cam_from_head=cam_from_head)
        np.testing.assert_array_equal(estimate(picture, lost).ambient, Lighting.studio().ambient)


def test_light_follows_over_time_and_not_by_frames(renderer: Renderer, face: CanonicalFace) -> None:
    left = portrait(renderer, face, light(0.9, (-0.5, 0.1, 0.2)))
    right = portrait(renderer, face, light(0.9, (0.5, 0.1, 0.2)))
    fits = (fit_of(face),)

    def after(frames_per_s: int) -> float:
        tracker = LightTracker()
        tracker.estimate(Frame(left, 0, 0, CAMERA), fits)
        for k in range(1, frames_per_s // 2 + 1):
            t_ns = k * SECOND_NS // frames_per_s
            found = tracker.estimate(Frame(right, t_ns, k, CAMERA), fits)
        return float(found.ambient[1].mean())

    start, end = (float(estimate(p, *fits).ambient[1].mean()) for p in (left, right))
    slow, fast = after(10), after(30)
    # Light is measured ten times a second, so a step is noticed a tenth of a second later at most.
    assert slow == pytest.approx(fast, abs=0.08 * (end - start))
    assert start + 0.5 * (end - start) < slow < start + 0.9 * (end - start)


def test_reset_forgets_and_so_does_a_clip_that_starts_over(
    renderer: Renderer, face: CanonicalFace
) -> None:
    left = portrait(renderer, face, light(0.9, (-0.5, 0.1, 0.2)))
    right = portrait(renderer, face, light(0.9, (0.5, 0.1, 0.2)))
    fits = (fit_of(face),)
    expected = estimate(right, *fits).ambient
    tracker = LightTracker()
    tracker.estimate(Frame(left, SECOND_NS, 0, CAMERA), fits)
    np.testing.assert_array_equal(
        tracker.estimate(Frame(right, 0, 1, CAMERA), fits).ambient, expected
    )
    tracker.estimate(Frame(left, SECOND_NS, 2, CAMERA), fits)
    tracker.reset()
    np.testing.assert_array_equal(
        tracker.estimate(Frame(right, SECOND_NS, 3, CAMERA), fits).ambient, expected
    )


def test_same_moment_twice_gives_the_same_light(renderer: Renderer, face: CanonicalFace) -> None:
    picture = portrait(renderer, face, light(0.9, (0.3, 0.1, 0.2)))
    tracker = LightTracker()
    first, again = (
        tracker.estimate(Frame(picture, 0, 0, CAMERA), (fit_of(face),)) for _ in range(2)
    )
    np.testing.assert_array_equal(first.ambient, again.ambient)


def test_real_portrait_is_lit_from_where_its_photographer_put_the_lamp(
    astronaut: Picture,
) -> None:
    from tryon.stages.detect import FaceDetector
    from tryon.stages.fit_face import FaceFitter
    from tryon.wardrobe.head import HeadModel

    frame = Frame(astronaut, 0, 0, PinholeCamera.default((512, 512)))
    with FaceDetector(max_faces=1, mode="photo") as detector:
        fits = FaceFitter(HeadModel.load()).fit(detector.detect(frame), frame.camera)
    straight = LightTracker().estimate(frame, fits)
    # The right of the picture lies in shadow: she is lit from the left.
    assert contrast_of(straight)[0] < -0.2
    dim = Frame((astronaut * 0.35).astype(np.uint8), 0, 0, frame.camera)
    assert LightTracker().estimate(dim, fits).ambient[0].mean() < 0.5 * straight.ambient[0].mean()
