"""The renderer against what its layers mean: who hides whom, how clear it is, where it lies."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tryon.core.camera import PinholeCamera
from tryon.core.mesh import Material, Mesh
from tryon.core.scene import Draw, Layer, Lighting, Role
from tryon.core.transforms import exp_so3, rigid, scaling
from tryon.stages.composite import composite
from tryon.stages.render import Renderer
from tryon.stages.render import renderer as renderer_module

CAMERA = PinholeCamera.from_focal(200.0, (160, 120), origin="test")
FLAT = Lighting(np.array([[0.5] * 3, [0.0] * 3, [0.0] * 3, [0.0] * 3]))
MATT = Material(base_color=(0.5, 0.5, 0.5, 1.0), roughness=1.0, reflectance=0.0)


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    with Renderer() as opened:
        yield opened


def square(half_m: float = 0.1, **material: Any) -> Mesh:
    """A square in the x-y plane that looks along +z, texture upright."""
    corners = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], np.float32)
    return Mesh(
        "square",
        corners * np.float32(half_m),
        np.array([[0, 1, 2], [0, 2, 3]], np.int32),
        np.tile(np.array([0, 0, 1], np.float32), (4, 1)),
        uv=corners[:, :2] * 0.5 + 0.5,
        material=replace(MATT, **material),
    )


def ball(radius_m: float = 0.1, **material: Any) -> Mesh:
    """A sphere of 1,600 triangles."""
    count = 20
    around, down = np.meshgrid(
        np.linspace(0, 2 * np.pi, 2 * count + 1), np.linspace(0, np.pi, count + 1)
    )
    unit = np.stack(
        [np.sin(down) * np.sin(around), np.cos(down), np.sin(down) * np.cos(around)], axis=-1
    )
    first = (np.arange(count)[:, None] * (2 * count + 1) + np.arange(2 * count)).ravel()
    below = first + 2 * count + 1
    faces = np.concatenate(
        [np.stack([first, below, first + 1], 1), np.stack([first + 1, below, below + 1], 1)]
    )
    unit = unit.reshape(-1, 3).astype(np.float32)
    return Mesh(
        "ball",
        unit * np.float32(radius_m),
        faces.astype(np.int32),
        unit,
        material=replace(MATT, **material),
    )


def at(x: float, y: float, z: float) -> NDArray[np.float64]:
    return rigid(None, np.array([x, y, z]))


def whole(layer: Layer | None) -> NDArray[np.uint8]:
    """(120, 160, 4) the layer on an empty picture."""
    out = np.zeros((120, 160, 4), np.uint8)
    if layer is not None:
        (x, y), (height, width) = layer.corner_xy, layer.rgba.shape[:2]
        out[y : y + height, x : x + width] = layer.rgba
    return out


def test_nothing_is_drawn_where_nothing_is_seen(renderer: Renderer) -> None:
    behind, beside = Draw(square(), at(0, 0, 1)), Draw(square(), at(5, 0, -1))
    head = Draw(square(), at(0, 0, -1), role=Role.OCCLUDER)
    faded = Draw(square(), at(0, 0, -1), opacity=0.0)
    for draws in ([], [behind], [beside], [head], [faded]):
        assert renderer.draw(CAMERA, draws, FLAT) is None
    assert renderer.coverage(CAMERA, [behind, beside, head]) == {}


def test_square_lies_where_the_camera_projects_it(renderer: Renderer) -> None:
    layer = renderer.draw(CAMERA, [Draw(square(), at(0.1, 0.05, -1))], FLAT)
    # 200 px of focal length at 1 m: 20 px to each side of (100, 50), y down.
    rows, columns = np.nonzero(whole(layer)[..., 3])
    assert (columns.min(), columns.max() + 1) == (80, 120)
    assert (rows.min(), rows.max() + 1) == (30, 70)


def test_colour_is_albedo_times_light_coded_as_srgb(renderer: Renderer) -> None:
    layer = renderer.draw(CAMERA, [Draw(square(), at(0, 0, -1))], FLAT)
    expected = 255 * (1.055 * 0.25 ** (1 / 2.4) - 0.055)
    np.testing.assert_allclose(whole(layer)[60, 80], [expected] * 3 + [255], atol=1)


def test_occluder_hides_what_is_behind_it_and_leaves_no_trace(renderer: Renderer) -> None:
    item = Draw(square(), at(0, 0, -1))
    head = Draw(square(0.3), at(-0.3, 0, -0.9), role=Role.OCCLUDER)
    rgba = whole(renderer.draw(CAMERA, [item, head], FLAT))
    assert not rgba[:, :80].any()
    assert (rgba[45:75, 82:98, 3] == 255).all()


def test_occluder_behind_an_item_does_not_hide_it(renderer: Renderer) -> None:
    item = Draw(square(), at(0, 0, -1))
    wall = Draw(square(1.0), at(0, 0, -1.1), role=Role.OCCLUDER)
    alone, before_wall = (whole(renderer.draw(CAMERA, d, FLAT)) for d in ([item], [item, wall]))
    np.testing.assert_array_equal(alone, before_wall)


def test_catcher_darkens_by_its_occlusion_beside_the_item(renderer: Renderer) -> None:
    item = Draw(square(0.03), at(0, 0, -0.99))
    skin = Draw(
        square(0.2),
        at(0, 0, -1),
        role=Role.CATCHER,
        occlusion=np.full(4, 0.4, np.float32),
    )
    rgba = whole(renderer.draw(CAMERA, [item, skin], FLAT))
    np.testing.assert_allclose(rgba[60, 60], [0, 0, 0, 0.6 * 255], atol=1.5)
    assert rgba[60, 80, 3] == 255


def test_shadow_is_not_cut_at_the_item_s_edge(renderer: Renderer) -> None:
    item = Draw(square(0.03), at(0, 0, -0.99))
    occlusion = np.array([0.5, 1.0, 1.0, 1.0], np.float32)  # shaded in one corner only
    skin = Draw(square(0.2), at(0, 0, -1), role=Role.CATCHER, occlusion=occlusion)
    rgba = whole(renderer.draw(CAMERA, [item, skin], FLAT))
    assert rgba[98, 42, 3] > 100


def test_open_catcher_leaves_the_picture_alone(renderer: Renderer) -> None:
    item = Draw(square(0.03), at(0, 0, -0.99))
    skin = Draw(square(0.2), at(0, 0, -1), role=Role.CATCHER, occlusion=np.ones(4, np.float32))
    alone, on_skin = (whole(renderer.draw(CAMERA, d, FLAT)) for d in ([item], [item, skin]))
    np.testing.assert_array_equal(alone, on_skin)


def test_transparent_surface_is_premultiplied_and_its_alpha_is_not_squared(
    renderer: Renderer,
) -> None:
    base = (0.8, 0.3, 0.1)
    solid = Draw(square(base_color=(*base, 1.0)), at(0, 0, -1))
    clear = Draw(square(base_color=(*base, 0.5), alpha_mode="BLEND"), at(0, 0, -1))
    rgba_solid, rgba_clear = (
        whole(renderer.draw(CAMERA, [d], FLAT))[60, 80].astype(float) for d in (solid, clear)
    )
    assert rgba_clear[3] == pytest.approx(127.5, abs=1)
    np.testing.assert_allclose(rgba_clear[:3], rgba_solid[:3] * 0.5, atol=1)


def test_transparent_surfaces_are_laid_over_each_other_from_far_to_near(
    renderer: Renderer,
) -> None:
    red = Draw(square(base_color=(1, 0, 0, 0.5), alpha_mode="BLEND"), at(0, 0, -0.9))
    green = Draw(square(base_color=(0, 1, 0, 0.5), alpha_mode="BLEND"), at(0, 0, -1))
    pixels = [whole(renderer.draw(CAMERA, d, FLAT))[60, 80] for d in ([red, green], [green, red])]
    np.testing.assert_array_equal(pixels[0], pixels[1])
    assert pixels[0][3] == pytest.approx(0.75 * 255, abs=1)
    assert pixels[0][0] == pytest.approx(2 * pixels[0][1], abs=3)


def test_lens_does_not_hide_what_is_behind_it_but_what_is_solid_hides_a_lens(
    renderer: Renderer,
) -> None:
    lens = square(base_color=(0, 0, 0, 0.5), alpha_mode="BLEND")
    front, back = (Draw(lens, at(0, 0, z)) for z in (-0.9, -1.1))
    solid = Draw(square(0.2), at(0, 0, -1))
    plain, seen_through, hidden = (
        whole(renderer.draw(CAMERA, d, FLAT))[60, 80].astype(int)
        for d in ([solid], [solid, front], [solid, back])
    )
    np.testing.assert_allclose(seen_through, [*(plain[:3] / 2), 255], atol=1)
    np.testing.assert_array_equal(hidden, plain)


def test_clear_lens_keeps_its_reflections(renderer: Renderer) -> None:
    lens = ball(base_color=(0, 0, 0, 0.0), alpha_mode="BLEND", roughness=0.05, reflectance=0.04)
    rgba = whole(renderer.draw(CAMERA, [Draw(lens, at(0, 0, -1))], FLAT))
    assert rgba[..., 3].max() > 100
    assert rgba[62, 82, 3] < 60


def test_mask_discards_holes(renderer: Renderer) -> None:
    texture = np.full((8, 8, 4), 255, np.uint8)
    texture[:, :4, 3] = 0
    item = Draw(square(base_color_texture=texture, alpha_mode="MASK"), at(0, 0, -1))
    behind = Draw(square(0.1, base_color=(1, 0, 0, 1)), at(0, 0, -1.001))
    alpha = whole(renderer.draw(CAMERA, [item], FLAT))[..., 3]
    assert not alpha[45:75, 62:76].any()
    assert (alpha[45:75, 84:98] == 255).all()
    both = whole(renderer.draw(CAMERA, [item, behind], FLAT))
    assert both[60, 68, 0] > 100 > both[60, 68, 1]


def test_texture_stands_upright_and_is_not_mirrored(renderer: Renderer) -> None:
    texture = np.zeros((16, 16, 3), np.uint8)
    texture[:8, :8] = (255, 0, 0)  # top left
    texture[:8, 8:] = (0, 255, 0)
    texture[8:, :8] = (0, 0, 255)
    item = Draw(square(base_color=(1, 1, 1, 1), base_color_texture=texture), at(0, 0, -1))
    rgba = whole(renderer.draw(CAMERA, [item], FLAT))
    assert [int(rgba[y, x, :3].argmax()) for y, x in ((50, 70), (50, 90), (70, 70))] == [0, 1, 2]
    assert not rgba[70, 90, :3].any()


def test_texture_of_odd_width_is_not_torn(renderer: Renderer) -> None:
    texture = np.zeros((7, 5, 3), np.uint8)
    texture[:, 2] = (255, 255, 255)
    item = Draw(square(base_color=(1, 1, 1, 1), base_color_texture=texture), at(0, 0, -1))
    rgba = whole(renderer.draw(CAMERA, [item], FLAT))
    assert (rgba[42:78, 80, 0] > 150).all()
    assert not rgba[42:78, 64, :3].any()


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("mirrored", [False, True])
def test_normal_map_bends_towards_its_axes(renderer: Renderer, axis: int, mirrored: bool) -> None:
    slope = np.array([0.0, 0.0, 0.8])
    slope[axis] = 0.6
    texture = np.tile(np.rint((slope + 1) / 2 * 255).astype(np.uint8), (4, 4, 1))
    cam_from_mesh = at(0, 0, -1)
    if mirrored:
        cam_from_mesh = cam_from_mesh @ scaling(np.array([-1.0, 1.0, 1.0]))
    item = Draw(square(normal_texture=texture), cam_from_mesh)
    brightness = []
    for sign in (1, -1):
        ambient = np.zeros((4, 3))
        ambient[0] = 0.5
        ambient[1 + axis] = sign * 0.5
        rgba = whole(renderer.draw(CAMERA, [item], Lighting(ambient)))
        brightness.append(((rgba[60, 80, 0] / 255 + 0.055) / 1.055) ** 2.4)
    turned = -1 if mirrored and axis == 0 else 1
    # albedo × (0.5 ± 0.5 × 0.6)
    np.testing.assert_allclose(brightness[::turned], [0.4, 0.1], atol=0.01)


def test_light_from_the_right_lights_the_right(renderer: Renderer) -> None:
    ambient = np.array([[0.4] * 3, [0.3] * 3, [0.0] * 3, [0.0] * 3])
    rgba = whole(renderer.draw(CAMERA, [Draw(ball(), at(0, 0, -1))], Lighting(ambient)))
    assert rgba[60, 95, 0] > rgba[60, 80, 0] + 20 > rgba[60, 65, 0] + 40


def test_gold_is_golden(renderer: Renderer) -> None:
    gold = ball(base_color=(1.0, 0.71, 0.29, 1.0), metallic=1.0, roughness=0.25)
    rgba = whole(renderer.draw(CAMERA, [Draw(gold, at(0, 0, -1))], Lighting.studio()))
    red, green, blue = rgba[rgba[..., 3] == 255][:, :3].mean(0)
    assert red > green + 15 > blue + 40
    assert red > 110


def test_mirrored_mesh_looks_like_the_mesh_in_a_mirror(renderer: Renderer) -> None:
    mesh = ball(roughness=0.4, reflectance=0.04)
    light = Lighting(np.array([[0.5] * 3, [0.0] * 3, [0.2] * 3, [0.1] * 3]), (0.0, 0.0, 0.0))
    turn = rigid(exp_so3(np.array([0.3, 0.5, 0.2])))
    flip = scaling(np.array([-1.0, 1.0, 1.0]))
    straight = whole(renderer.draw(CAMERA, [Draw(mesh, at(0, 0, -1) @ turn)], light))
    mirrored = whole(renderer.draw(CAMERA, [Draw(mesh, at(0, 0, -1) @ flip @ turn)], light))
    difference = np.abs(straight.astype(int) - mirrored[:, ::-1])
    assert (difference.max(-1) > 2).mean() < 0.002


def test_back_faces_are_drawn_only_when_double_sided(renderer: Renderer) -> None:
    turned = at(0, 0, -1) @ rigid(exp_so3(np.array([0.0, np.pi, 0.0])))
    single, double = (
        whole(renderer.draw(CAMERA, [Draw(square(double_sided=d), turned)], FLAT))
        for d in (False, True)
    )
    assert not single.any()
    assert double[60, 80].tolist() == [137, 137, 137, 255]


def test_opacity_fades_colour_and_alpha_alike(renderer: Renderer) -> None:
    full, half = (
        whole(renderer.draw(CAMERA, [Draw(square(), at(0, 0, -1), opacity=o)], FLAT))[60, 80]
        for o in (1.0, 0.5)
    )
    np.testing.assert_allclose(half, full / 2, atol=1)


def test_depth_bias_decides_between_layers_that_lie_on_each_other(renderer: Renderer) -> None:
    red = Draw(square(base_color=(1, 0, 0, 1)), at(0, 0, -1))
    green = Draw(square(base_color=(0, 1, 0, 1)), at(0, 0, -1.002), depth_bias_m=0.004)
    plain = whole(renderer.draw(CAMERA, [red, replace(green, depth_bias_m=0.0)], FLAT))
    biased = whole(renderer.draw(CAMERA, [red, green], FLAT))
    assert plain[60, 80, :3].argmax() == 0
    assert biased[60, 80, :3].argmax() == 1


@pytest.mark.parametrize("supersample", [1.0, 1.5, 2.0])
def test_depth_is_in_metres_and_empty_is_infinite(renderer: Renderer, supersample: float) -> None:
    draws = [
        Draw(square(), at(0, 0, -2)),
        Draw(square(), at(0.4, 0, -2), role=Role.OCCLUDER),
        Draw(square(0.02), at(0.6, 0, -2)),
    ]
    layer = renderer.draw(CAMERA, draws, FLAT, supersample=supersample, depth=True)
    assert layer is not None
    assert layer.depth_m is not None
    assert layer.depth_m.dtype == np.float32
    x, y = layer.corner_xy
    assert layer.depth_m[60 - y, 80 - x] == pytest.approx(2.0, abs=1e-3)
    assert layer.depth_m[60 - y, 120 - x] == pytest.approx(2.0, abs=1e-3)
    assert np.isinf(layer.depth_m[60 - y, 100 - x])
    # A pixel that shows anything has a depth: none is a mean of something and nothing.
    assert np.isfinite(layer.depth_m[layer.rgba[..., 3] > 0]).all()
    seen = layer.depth_m[np.isfinite(layer.depth_m)]
    np.testing.assert_allclose(seen, 2.0, atol=1e-3)


def test_depth_is_only_given_when_asked(renderer: Renderer) -> None:
    layer = renderer.draw(CAMERA, [Draw(square(), at(0, 0, -2))], FLAT)
    assert layer is not None
    assert layer.depth_m is None


@pytest.mark.parametrize("supersample", [1.0, 2.0, 3.0])
def test_edges_have_no_halo(renderer: Renderer, supersample: float) -> None:
    tilted = at(0, 0, -1) @ rigid(exp_so3(np.array([0.0, 0.0, 0.3])))
    layer = renderer.draw(CAMERA, [Draw(square(), tilted)], FLAT, supersample=supersample)
    assert layer is not None
    grey = np.full((120, 160, 3), 137, np.uint8)
    # A grey square on the same grey cannot be seen, neither its face nor its edge.
    assert np.abs(composite(grey, layer, grain=0.0).astype(int) - 137).max() <= 1


def test_supersampling_gives_each_edge_pixel_its_share(renderer: Renderer) -> None:
    tilted = at(0, 0, -1) @ rigid(exp_so3(np.array([0.0, 0.0, 0.3])))
    # The truth by 16 × 16 samples a pixel.
    rows, columns = np.indices((120 * 16, 160 * 16))
    x, y = (columns + 0.5) / 16 - 80, -((rows + 0.5) / 16 - 60)
    across, along = x * np.cos(0.3) + y * np.sin(0.3), y * np.cos(0.3) - x * np.sin(0.3)
    inside = (np.abs(across) < 20) & (np.abs(along) < 20)
    truth = 255 * inside.reshape(120, 16, 160, 16).mean((1, 3))
    error = {}
    for supersample in (1.0, 2.0, 4.0):
        layer = renderer.draw(CAMERA, [Draw(square(), tilted)], FLAT, supersample=supersample)
        alpha = whole(layer)[..., 3].astype(float)
        edge = (truth > 0) & (truth < 255)
        error[supersample] = np.sqrt(((alpha - truth)[edge] ** 2).mean())
    assert error[1.0] > 1.8 * error[2.0] > 3 * error[4.0]


@pytest.mark.parametrize(
    ("most_px", "factor"), [(10**7, 2.0), (2_000, 1.5), (1_000, 1.0), (1, 1.0)]
)
def test_large_region_is_supersampled_as_far_as_it_may(
    renderer: Renderer, most_px: int, factor: float
) -> None:
    draws = [Draw(ball(), at(0, 0, -2))]
    bounded = renderer.draw(CAMERA, draws, Lighting.studio(), supersample=2.0, most_px=most_px)
    plain = renderer.draw(CAMERA, draws, Lighting.studio(), supersample=factor)
    assert bounded is not None
    assert plain is not None
    np.testing.assert_array_equal(bounded.rgba, plain.rgba)


@pytest.mark.parametrize("supersample", [1.0, 2.0])
def test_region_of_interest_equals_the_whole_picture(
    renderer: Renderer, supersample: float
) -> None:
    item = Draw(ball(roughness=0.3, reflectance=0.04), at(0.05, 0.02, -1))
    dots = [Draw(square(0.004), at(x, y, -1)) for x, y in ((-0.395, 0.295), (0.395, -0.295))]
    alone = renderer.draw(CAMERA, [item], Lighting.studio(), supersample=supersample)
    full = renderer.draw(CAMERA, [item, *dots], Lighting.studio(), supersample=supersample)
    assert alone is not None
    assert full is not None
    assert full.rgba.shape == (120, 160, 4)
    assert alone.rgba.shape < (60, 60)
    part = (slice(30, 90), slice(50, 140))
    difference = np.abs(whole(alone)[part].astype(int) - whole(full)[part])
    # A sample on an edge may fall to the other side when the projection is rounded otherwise.
    assert (difference.max(-1) > 1).mean() < 0.002


def test_large_region_is_drawn_in_tiles_without_seams(
    renderer: Renderer, monkeypatch: pytest.MonkeyPatch
) -> None:
    draws = [Draw(ball(0.25, roughness=0.3), at(0, 0, -1), owner="ball")]
    once = renderer.draw(CAMERA, draws, Lighting.studio(), supersample=2, depth=True)
    mask_once = renderer.coverage(CAMERA, draws)
    monkeypatch.setattr(renderer_module, "MOST_PX", 2500)
    tiled = renderer.draw(CAMERA, draws, Lighting.studio(), supersample=2, depth=True)
    mask_tiled = renderer.coverage(CAMERA, draws)
    assert once is not None
    assert tiled is not None
    assert (np.abs(once.rgba.astype(int) - tiled.rgba).max(-1) > 1).mean() < 0.002
    assert once.depth_m is not None
    assert tiled.depth_m is not None
    assert (np.isfinite(once.depth_m) == np.isfinite(tiled.depth_m)).mean() > 0.998
    first, second = mask_once["ball", 0][0], mask_tiled["ball", 0][0]
    assert (np.abs(first.astype(int) - second) > 1).mean() < 0.002


def test_mesh_that_reaches_behind_the_camera_is_drawn_where_it_is_seen(
    renderer: Renderer,
) -> None:
    # A floor from 2 m before the camera to 2 m behind it, 0.3 m below.
    floor = at(0, -0.3, 0) @ rigid(exp_so3(np.array([-np.pi / 2, 0.0, 0.0])))
    layer = renderer.draw(CAMERA, [Draw(square(2.0), floor)], FLAT)
    alpha = whole(layer)[..., 3]
    assert (alpha[95:] == 255).all()
    assert not alpha[:88].any()


def test_changed_vertices_are_drawn(renderer: Renderer) -> None:
    mesh = square()
    moved = mesh.vertices + np.array([0.1, 0, 0], np.float32)
    columns = []
    for vertices in (None, moved, None):
        rgba = whole(renderer.draw(CAMERA, [Draw(mesh, at(0, 0, -1), vertices=vertices)], FLAT))
        columns.append(int(np.flatnonzero(rgba[..., 3].any(0))[0]))
    assert columns == [60, 80, 60]


def test_one_mesh_worn_by_two_in_different_shapes_keeps_both(renderer: Renderer) -> None:
    mesh = square(0.05)
    shapes = [mesh.vertices + np.array([dx, 0, 0], np.float32) for dx in (-0.2, 0.2)]
    draws = [Draw(mesh, at(0, 0, -1), vertices=v, person=k) for k, v in enumerate(shapes)]
    columns = np.flatnonzero(whole(renderer.draw(CAMERA, draws, FLAT))[..., 3].any(0))
    assert set(columns) == {*range(30, 50), *range(110, 130)}


def test_same_input_gives_the_same_bytes(renderer: Renderer) -> None:
    def draws() -> list[Draw]:
        gold = ball(base_color=(1, 0.7, 0.3, 1), metallic=1.0, roughness=0.2)
        lens = square(base_color=(0.1, 0.1, 0.1, 0.5), alpha_mode="BLEND", reflectance=0.04)
        return [Draw(gold, at(0, 0, -1)), Draw(lens, at(0.05, 0, -0.85))]

    kept = draws()
    first = whole(renderer.draw(CAMERA, kept, Lighting.studio(), supersample=1.5))
    again = whole(renderer.draw(CAMERA, kept, Lighting.studio(), supersample=1.5))
    with Renderer() as other:
        anew = whole(other.draw(CAMERA, draws(), Lighting.studio(), supersample=1.5))
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(first, anew)


def test_layers_do_not_share_memory(renderer: Renderer) -> None:
    draws = [Draw(square(), at(0, 0, -1))]
    first = renderer.draw(CAMERA, draws, FLAT)
    assert first is not None
    kept = first.rgba.copy()
    renderer.draw(CAMERA, [Draw(square(base_color=(1, 0, 0, 1)), at(0, 0, -1))], FLAT)
    np.testing.assert_array_equal(first.rgba, kept)


def test_any_thread_may_draw(renderer: Renderer) -> None:
    draws = [Draw(ball(), at(0, 0, -1))]
    expected = whole(renderer.draw(CAMERA, draws, Lighting.studio()))
    with ThreadPoolExecutor(4) as pool:
        layers = pool.map(
            lambda _: whole(renderer.draw(CAMERA, draws, Lighting.studio())), range(12)
        )
    assert all((layer == expected).all() for layer in layers)


def test_coverage_is_split_among_owners_by_who_is_in_front(renderer: Renderer) -> None:
    near = Draw(square(), at(0.0, 0, -1), owner="near")
    far = Draw(square(), at(0.11, 0, -1.1), owner="far", person=3)
    masks = renderer.coverage(CAMERA, [near, far])
    assert set(masks) == {("near", 0), ("far", 3)}
    (first, corner), (second, other_corner) = masks["near", 0], masks["far", 3]
    assert corner == other_corner
    assert first.shape == second.shape
    assert (first.astype(int) + second).max() <= 255
    assert first.sum() / 255 == pytest.approx(40 * 40, rel=0.01)
    # 200 / 1.1 = 181.8 px a metre: from 81.8 to 118.2, of which the near one hides up to 100.
    assert second.sum() / 255 == pytest.approx((118.18 - 100) * 36.36, rel=0.03)
    # Both together are what the picture's alpha says.
    alpha = whole(renderer.draw(CAMERA, [near, far], FLAT, supersample=2))[..., 3]
    assert (first.sum() + second.sum()) / alpha.sum() == pytest.approx(1.0, rel=0.002)


def test_coverage_counts_a_lens_in_full_unless_something_solid_hides_it(
    renderer: Renderer,
) -> None:
    lens = Draw(
        square(base_color=(0, 0, 0, 0.0), alpha_mode="BLEND"), at(0, 0, -1), owner="glasses"
    )
    rim = Draw(square(0.05), at(0, 0, -1.01), owner="glasses")
    hat = Draw(square(0.1), at(-0.1, 0, -0.9), owner="hat")
    head = Draw(square(0.5), at(0, -0.5, -0.8), role=Role.OCCLUDER)
    alone = renderer.coverage(CAMERA, [lens, rim])["glasses", 0]
    assert alone[0].sum() / 255 == pytest.approx(1600, rel=0.01)
    under_hat = renderer.coverage(CAMERA, [lens, rim, hat])["glasses", 0][0]
    assert under_hat.sum() / 255 == pytest.approx(800, rel=0.02)
    behind_head = renderer.coverage(CAMERA, [lens, rim, head])["glasses", 0][0]
    assert behind_head.sum() / 255 == pytest.approx(800, rel=0.02)


def test_what_is_seen_through_a_lens_is_covered_too(renderer: Renderer) -> None:
    lens = Draw(
        square(base_color=(0, 0, 0, 0.5), alpha_mode="BLEND"), at(0, 0, -0.9), owner="glasses"
    )
    mask = Draw(square(), at(0, 0, -1), owner="mask")
    masks = renderer.coverage(CAMERA, [lens, mask])
    x, y = masks["mask", 0][1]
    assert masks["mask", 0][0][60 - y, 80 - x] == 255
    assert masks["glasses", 0][0][60 - y, 80 - x] == 255


def test_coverage_of_more_owners_than_channels(renderer: Renderer) -> None:
    draws = [Draw(square(0.02), at(0.06 * k - 0.15, 0, -1), owner=f"item {k}") for k in range(6)]
    hidden = Draw(square(0.02), at(0, 0, -1.5), owner="hidden")
    wall = Draw(square(0.5), at(0, 0, -1.2), role=Role.OCCLUDER)
    masks = renderer.coverage(CAMERA, [*draws, hidden, wall])
    assert len(masks) == 7
    areas = [float(mask.sum()) / 255 for mask, _ in masks.values()]
    np.testing.assert_allclose(areas[:6], 64, rtol=0.02)
    assert areas[6] == 0
    columns = [float(np.flatnonzero(m.any(0)).mean()) for m, _ in list(masks.values())[:6]]
    assert columns == sorted(columns)


def test_coverage_leaves_out_the_holes_of_lace(renderer: Renderer) -> None:
    texture = np.full((64, 64, 4), 255, np.uint8)
    texture[:, :32, 3] = 0
    lace = square(base_color=(1, 1, 1, 1), base_color_texture=texture, alpha_mode="BLEND")
    mask = renderer.coverage(CAMERA, [Draw(lace, at(0, 0, -1), owner="veil")])["veil", 0][0]
    assert mask.sum() / 255 == pytest.approx(800, rel=0.1)


def test_many_meshes_stay_within_the_capacity() -> None:
    capacity = 600_000
    with Renderer(capacity_bytes=capacity) as small:
        texture_bytes = 128 * 128 * 4 * 4 // 3
        for k in range(30):
            texture = np.full((128, 128, 3), k * 8, np.uint8)
            mesh = square(base_color=(1, 1, 1, 1), base_color_texture=texture)
            rgba = whole(small.draw(CAMERA, [Draw(mesh, at(0, 0, -1))], FLAT))
            assert rgba[60, 80, 3] == 255
            assert texture_bytes <= small.nbytes <= capacity
        small.close()
        assert small.nbytes == 0
        assert small.draw(CAMERA, [Draw(mesh, at(0, 0, -1))], FLAT) is not None


def test_same_mesh_every_frame_takes_its_memory_once() -> None:
    mesh = ball()
    with Renderer() as fresh:
        sizes = set()
        for k in range(40):
            vertices = mesh.vertices + np.float32(0.001 * k)
            fresh.draw(CAMERA, [Draw(mesh, at(0, 0, -1), vertices=vertices, person=k)], FLAT)
            sizes.add(fresh.nbytes)
    assert len(sizes) == 1


def _python(code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


def test_missing_graphics_are_named_with_their_remedy() -> None:
    shown = _python(
        "from tryon.core.errors import GraphicsError\n"
        "from tryon.stages.render import Renderer\n"
        "try:\n    Renderer()\n"
        "except GraphicsError as error:\n    print(error.message, '|', error.remedy)",
        EGL_DEVICE_ID="99",
    )
    message, remedy = shown.split("|")
    assert message.startswith("OpenGL cannot be opened: Invalid device ID")
    assert "apt-get install -y libegl1" in remedy


def test_forked_child_is_told_instead_of_hanging() -> None:
    shown = _python(
        "import os, warnings\n"
        "from tryon.core.errors import GraphicsError\n"
        "from tryon.stages.render import Renderer\n"
        "Renderer()\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    try:\n        Renderer()\n"
        "    except GraphicsError as error:\n        print(error.message, error.remedy, flush=True)\n"
        "    os._exit(0)\n"
        "os.waitpid(child, 0)"
    )
    assert "was forked after process" in shown
    assert "post_fork" in shown


def test_importing_the_renderer_does_not_load_opengl() -> None:
    shown = _python(
        "import sys, tryon.stages.render\nprint('OpenGL' in sys.modules, 'pyrender' in sys.modules)"
    )
    assert shown.split() == ["False", "False"]
