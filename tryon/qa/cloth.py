"""Draws loose clothes on a body that walks, seen from the front and from the side, to look at."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from tryon.core.camera import PinholeCamera
from tryon.core.filters import NS_PER_S
from tryon.core.frame import Picture
from tryon.core.mesh import Material
from tryon.core.scene import Draw, Lighting, Role
from tryon.core.spaces import Floats
from tryon.core.transforms import rigid, rotation_from_angles
from tryon.media.clip_writer import ClipWriter
from tryon.qa.walk import LENGTH_S, fit_of, stage_from_rest
from tryon.stages.composite import composite
from tryon.stages.render import Renderer
from tryon.stages.sway import Sway
from tryon.stages.wear import LookOnBodies, Wearer
from tryon.wardrobe.body import Body
from tryon.wardrobe.garment import Garment

CELL_WH = (240, 420)
DISTANCE_M, FOV_DEG = 6.0, 19.0
VIEWS_DEG = (0.0, 90.0)
"""How far the body is turned to its left before each camera."""
SHEET_COLUMNS = 12
BACK = 205
SKIN = Material("skin", (0.46, 0.26, 0.17, 1.0), roughness=0.6, double_sided=True)


def film(
    garments: Sequence[Garment],
    *,
    fps: float,
    swing: bool = True,
    shown: Collection[int] | None = None,
) -> Iterator[Picture]:
    """Pictures (H, W, 3) of the walk, both views side by side.

    swing: whether loose cloth moves by itself; without it all follows the skin, for comparison; shown:
    numbers of the frames that are drawn, all when None.
    """
    body = Body.load()
    wearer = Wearer(LookOnBodies(body, garments), Sway if swing else None)
    with Renderer() as renderer:
        for number in range(frame_count(fps)):
            at_s = number / fps
            motion = stage_from_rest(body, at_s)
            worn = wearer.draws(fit_of(body, motion), round(at_s * NS_PER_S))
            if shown is None or number in shown:
                bare = _bare(body, motion)
                clothes = [draw for draw in worn if draw.role is Role.VISIBLE]
                views = _cameras(motion[body.bone("pelvis")], body)
                yield np.hstack([_seen(renderer, [bare, *clothes], view) for view in views])


def frame_count(fps: float) -> int:
    """How many frames the walk has."""
    return int(LENGTH_S * fps)


def sheet(garments: Sequence[Garment], *, fps: float = 30.0, swing: bool = True) -> Picture:
    """(H, W, 3) moments of the walk, front above side."""
    count = frame_count(fps)
    shown = np.linspace(0.08 * count, count - 1, SHEET_COLUMNS).astype(int).tolist()
    pictures = list(film(garments, fps=fps, swing=swing, shown=shown))
    half = CELL_WH[0]
    return np.vstack([np.hstack([p[:, x : x + half] for p in pictures]) for x in (0, half)])


def write_film(
    out: Path, garments: Sequence[Garment], *, fps: float = 30.0, swing: bool = True
) -> None:
    """The walk as a clip. Raises OutputError."""
    with ClipWriter(out) as clip:
        for number, picture in enumerate(film(garments, fps=fps, swing=swing)):
            clip.write(picture, round(number / fps * NS_PER_S))


def _bare(body: Body, motion: Floats) -> Draw:
    """The body as something to see: what pokes through the cloth shows."""
    mesh = replace(body.mesh(0), material=SKIN)
    bound = body.skinning(0)
    return Draw(
        mesh, np.eye(4), vertices=bound.posed(motion), normals=bound.posed_normals(motion), owner=""
    )


def _cameras(pelvis: Floats, body: Body) -> Iterator[Floats]:
    """(4, 4) `cam` from the stage, following the body."""
    middle = pelvis[:3, :3] @ body.figure.heads[body.bone("pelvis")] + pelvis[:3, 3]
    for degrees in VIEWS_DEG:
        turn = rotation_from_angles(float(np.radians(degrees)), 0.0, 0.0)
        target = np.array([middle[0], 0.82, middle[2]])
        yield rigid(turn, np.array([0.0, 0.0, -DISTANCE_M]) - turn @ target)


def _seen(renderer: Renderer, draws: Sequence[Draw], cam_from_stage: Floats) -> Picture:
    camera = PinholeCamera.from_vertical_fov(FOV_DEG, CELL_WH)
    blank = np.full((CELL_WH[1], CELL_WH[0], 3), BACK, np.uint8)
    placed = [replace(draw, cam_from_mesh=cam_from_stage) for draw in draws]
    layer = renderer.draw(camera, placed, Lighting.studio(), supersample=2.0)
    return blank if layer is None else composite(blank, layer, grain=0.0)
