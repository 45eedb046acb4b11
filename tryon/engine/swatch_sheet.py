"""Every fabric on one page: hung in folds, and flat in its true size, as a mill shows its cloth."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tryon.core.camera import PinholeCamera
from tryon.core.frame import Picture
from tryon.core.mesh import Material, Mesh, smooth_normals
from tryon.core.scene import Draw, Lighting
from tryon.core.transforms import exp_so3, rigid
from tryon.engine.showcase import studio_backdrop
from tryon.stages.composite import composite
from tryon.stages.render import Renderer
from tryon.wardrobe.fabrics import Bolt

PX_PER_CM = 100
"""Flat swatches are life-size when the page is printed at 254 dots an inch."""
DRAPE_WH = (500, 440)
FLAT_CM = (5, 3)
CARD_WH = (500, 830)
GAP, MARGIN = 24, 60
INK, PALE, GROUND = (238, 236, 232), (150, 148, 146), (17, 17, 19)
CLOTH_M, FOLDS = (0.78, 0.36), 6.5
"""Width and length of the hung cloth, and its folds."""
RINGS, SPOKES = 40, 400
SHADE = (0.45, 0.45, 0.46, 1.0)


def swatch_sheet(
    bolts: Mapping[str, Bolt],
    renderer: Renderer,
    *,
    columns: int = 6,
    progress: Callable[[str], None] = lambda name: None,
) -> Picture:
    """(H, W, 3) page of fabrics by name. progress: called with each name before it is drawn."""
    columns = max(1, min(columns, len(bolts)))
    rows = -(-len(bolts) // columns)
    width = 2 * MARGIN + columns * (CARD_WH[0] + GAP) - GAP
    height = 2 * MARGIN + rows * (CARD_WH[1] + GAP) - GAP
    page = Image.new("RGB", (width, height), GROUND)
    for index, (name, bolt) in enumerate(bolts.items()):
        progress(name)
        x = MARGIN + index % columns * (CARD_WH[0] + GAP)
        y = MARGIN + index // columns * (CARD_WH[1] + GAP)
        page.paste(_card(name, bolt, renderer), (x, y))
    return np.asarray(page, np.uint8).copy()


def hung(bolt: Bolt, renderer: Renderer, size_wh: tuple[int, int] = DRAPE_WH) -> Picture:
    """(H, W, 3) a length of the cloth in folds, about a third of life-size."""
    camera = PinholeCamera.from_vertical_fov(18.0, size_wh)
    turned = rigid(exp_so3(np.array([0, np.radians(-14), 0])), np.array([0.0, 0.0, -1.25]))
    draws = [Draw(_hung(bolt), turned, owner="cloth")]
    return _photographed(camera, draws, renderer, studio_backdrop(size_wh))


def flat(bolt: Bolt, renderer: Renderer) -> Picture:
    """(H, W, 3) a piece of the cloth seen straight on, life-size at 254 dots an inch."""
    size_wh = (FLAT_CM[0] * PX_PER_CM, FLAT_CM[1] * PX_PER_CM)
    camera = PinholeCamera.from_focal(100.0 * PX_PER_CM, size_wh, origin="swatch")
    far = rigid(None, np.array([0.0, 0.0, -1.0]))
    below = rigid(None, np.array([0.0, 0.0, -1.002]))
    draws = [Draw(_square(bolt), far, owner="cloth"), Draw(_square(None), below)]
    return _photographed(camera, draws, renderer, np.zeros((size_wh[1], size_wh[0], 3), np.uint8))


def _photographed(
    camera: PinholeCamera, draws: list[Draw], renderer: Renderer, background: Picture
) -> Picture:
    layer = renderer.draw(camera, draws, Lighting.studio(), supersample=2.0)
    return background if layer is None else composite(background, layer, grain=0.0)


def _card(name: str, bolt: Bolt, renderer: Renderer) -> Image.Image:
    card = Image.new("RGB", CARD_WH, GROUND)
    card.paste(Image.fromarray(hung(bolt, renderer)), (0, 0))
    card.paste(Image.fromarray(flat(bolt, renderer)), (0, DRAPE_WH[1] + 8))
    pen = ImageDraw.Draw(card)
    top = DRAPE_WH[1] + 8 + FLAT_CM[1] * PX_PER_CM + 10
    pen.line((0, top + 4, PX_PER_CM, top + 4), fill=PALE, width=3)
    pen.text((PX_PER_CM + 10, top - 6), "1 cm", PALE, ImageFont.load_default(16))
    pen.text((0, top + 18), name, INK, ImageFont.load_default(26))
    wide, high = bolt.tile_cm
    words = f"repeat {wide:.3g} x {high:.3g} cm"
    pen.text((CARD_WH[0] - 8, top + 26), words, PALE, ImageFont.load_default(17), anchor="ra")
    return card


def _hung(bolt: Bolt) -> Mesh:
    """A length of cloth hung in folds. Its lines across keep their length, so nothing is stretched."""
    across, down = np.meshgrid(
        np.linspace(-0.5, 0.5, SPOKES + 1), np.linspace(0, 1, RINGS + 1), indexing="xy"
    )
    # Folds lean one way and the other by up to `swing`; some are deeper than others.
    swing = (1.15 + 0.25 * np.cos(9 * across + 1)) * (1 - 0.25 * down)
    lean = swing * np.cos(2 * np.pi * FOLDS * across + 1.2 * np.sin(5 * across + 2) + 0.5 * down)
    pace = CLOTH_M[0] / SPOKES
    x, z = np.cumsum(np.cos(lean), axis=1) * pace, np.cumsum(np.sin(lean), axis=1) * pace
    x, z = (axis - axis.mean(1, keepdims=True) for axis in (x, z))
    points = np.stack([x, (0.5 - down) * CLOTH_M[1], z], axis=-1)
    uv = 100 * np.stack([across * CLOTH_M[0], (1 - down) * CLOTH_M[1]], axis=-1)
    depth = (z - z.min()) / (z.max() - z.min())
    vertices, faces = points.reshape(-1, 3).astype(np.float32), _grid_faces(RINGS, SPOKES)
    return Mesh(
        "hung",
        vertices,
        faces,
        smooth_normals(vertices, faces),
        uv=(uv.reshape(-1, 2) / bolt.tile_cm).astype(np.float32),
        occlusion=(0.45 + 0.55 * depth**0.8).ravel().astype(np.float32),
        material=bolt.material,
    )


def _grid_faces(rows: int, columns: int) -> np.ndarray:
    first = (np.arange(rows)[:, None] * (columns + 1) + np.arange(columns)).ravel()
    below = first + columns + 1
    return np.concatenate(
        [np.stack([first, below, first + 1], 1), np.stack([first + 1, below, below + 1], 1)]
    ).astype(np.int32)


def _square(bolt: Bolt | None) -> Mesh:
    """Larger than the flat swatch; without a bolt, the table under it."""
    half_cm = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * max(FLAT_CM)
    corners = np.concatenate([half_cm / 100, np.zeros((4, 1))], axis=1)
    return Mesh(
        "square",
        corners.astype(np.float32),
        np.array([[0, 1, 2], [0, 2, 3]], np.int32),
        np.tile(np.array([0, 0, 1], np.float32), (4, 1)),
        # The middle of a repeat, where patterns have their main figure.
        uv=(half_cm / (bolt.tile_cm if bolt else (1, 1)) + 0.5).astype(np.float32),
        material=bolt.material if bolt else Material("table", SHADE, roughness=0.9),
    )
