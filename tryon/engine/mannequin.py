"""The house's models as mannequins in whole looks, for lookbooks: no photograph, no fit, exact."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType, TracebackType

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tryon.core.camera import PinholeCamera
from tryon.core.fits import FaceFit
from tryon.core.frame import Picture
from tryon.core.mesh import Material
from tryon.core.scene import Draw, Lighting
from tryon.core.spaces import Floats
from tryon.core.transforms import exp_so3, rigid
from tryon.stages.composite import composite
from tryon.stages.fit_body.head import EYES, RestHead
from tryon.stages.place import draw_worn, joined, place_on_head
from tryon.stages.render import Renderer
from tryon.wardrobe.body import Body, Figure
from tryon.wardrobe.body_girth import dense_of
from tryon.wardrobe.catalogue import WornItem
from tryon.wardrobe.garment import LookLayers, look_layers
from tryon.wardrobe.head import HeadModel
from tryon.wardrobe.heels import raised
from tryon.wardrobe.load import load_asset
from tryon.wardrobe.load_garment import is_garment, load_garment
from tryon.wardrobe.model_bodies import model_bodies
from tryon.wardrobe.skinning import Skinning

Pose = Callable[[Body, Figure], Floats]
"""(J, 4, 4) motion of every bone of a figure from rest, in `body`."""
FINISHES: Mapping[str, Material] = MappingProxyType(
    {
        "ivory": Material("ivory", (0.56, 0.50, 0.42, 1.0), roughness=0.5),
        "black": Material("black gloss", (0.012, 0.012, 0.014, 1.0), roughness=0.16),
        "gold": Material("gold", (0.83, 0.58, 0.26, 1.0), metallic=1.0, roughness=0.3),
    }
)
"""What mannequins are made of."""
TURNS_DEG: Mapping[str, float] = MappingProxyType({"upperarm": -27.0, "thigh": -4.0, "foot": 4.0})
"""How far left limbs are turned about the way ahead: the rest pose holds arms and legs apart."""
NEAR, SOFT_M, BONE_SPREAD_M = 24, 0.03, 0.15
"""Cloth moves with so many places of the skin, those within some centimetres alike; skin of other bones
counts as this much farther away."""
LENS_FOV_DEG, FILL, TURN_RAD = 16.0, 0.9, float(np.radians(-16))
LAYER_BIAS_M = 0.004
KEY_LIGHT = Lighting(
    np.array([[0.60] * 3, [0.30, 0.29, 0.27], [0.27] * 3, [0.20] * 3]), (1.15, 1.15, 1.15)
)
"""A soft key from above and the wearer's left, bright enough for black cloth."""
TALLEST_M = 1.98
FLOOR_AT = 0.93
"""Where the feet stand in the picture, from its top."""


class Mannequins:
    """Photographs looks on the models. Close it, or use it as a context manager."""

    def __init__(self) -> None:
        self._body = Body.load()
        self._head = HeadModel.load()
        self._renderer = Renderer()
        self._last: tuple[tuple[WornItem, ...], LookLayers] | None = None

    def __enter__(self) -> Mannequins:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._renderer.close()

    def pictures(
        self,
        worn: Sequence[WornItem],
        size_wh: tuple[int, int],
        *,
        models: Mapping[str, str],
        turn_rad: float = TURN_RAD,
    ) -> dict[str, Picture]:
        """Model → (H, W, 3) picture of the look on it.

        models: name in `model_bodies` → name in `FINISHES`; turn_rad: to the model's left. Raises KeyError
        for an unknown name.
        """
        figures = {name: model_bodies[name].figure(self._body) for name in models}
        return {
            name: self.pictured(
                worn, size_wh, figures[name], [at_ease], finish=finish, turn_rad=turn_rad
            )[0]
            for name, finish in models.items()
        }

    def pictured(
        self,
        worn: Sequence[WornItem],
        size_wh: tuple[int, int],
        figure: Figure,
        poses: Sequence[Pose],
        *,
        finish: str = "ivory",
        turn_rad: float = TURN_RAD,
    ) -> list[Picture]:
        """A (H, W, 3) picture of a look on a figure for each pose. Raises KeyError for an unknown finish."""
        body, layers = self._body, self._layered(tuple(worn))
        heel_m = max((garment.heel_m for garment in layers.garments), default=0.0)
        camera = PinholeCamera.from_vertical_fov(LENS_FOV_DEG, size_wh)
        place = _before(camera, turn_rad)
        grounded = _grounded(paper_backdrop(size_wh), figure, place, camera)
        out = []
        for pose in poses:
            motion = np.asarray(place @ raised(body, figure, pose(body, figure), heel_m))
            draws = [
                *_bare(body, figure, motion, layers, FINISHES[finish]),
                *_clothed(body, figure, motion, layers),
                *self._accessories(figure, motion, worn),
            ]
            layer = self._renderer.draw(camera, draws, KEY_LIGHT, supersample=2.0)
            out.append(grounded if layer is None else composite(grounded, layer, grain=0.0))
        return out

    def _layered(self, worn: tuple[WornItem, ...]) -> LookLayers:
        """The garments over each other; those that were asked for last are kept."""
        if self._last is None or self._last[0] != worn:
            garments = [load_garment(p.item, p.variant) for p in worn if is_garment(p.item)]
            self._last = (worn, look_layers(self._body, garments))
        return self._last[1]

    def _accessories(self, figure: Figure, motion: Floats, worn: Sequence[WornItem]) -> list[Draw]:
        number = self._body.bone("head")
        rest = RestHead.of(figure.vertices.astype(np.float64), figure.heads[number])
        own = self._head.landmarks[list(EYES)]
        marks = self._head.landmarks * (rest.marks.std(0).sum() / own.std(0).sum())
        head = self._head.fitted(marks)
        cam_from_head = motion[number] @ rigid(None, rest.origin)
        fit = FaceFit(0, cam_from_head, marks, head.anchors, 0.062, 0.001, 1.0)
        placements = joined(
            [
                placement
                for piece in worn
                if not is_garment(piece.item)
                for placement in place_on_head(
                    load_asset(piece.item, piece.variant), piece.item.category, head
                )
            ]
        )
        return [draw_worn(placement, fit, person=0) for placement in placements]


def at_ease(body: Body, figure: Figure) -> Floats:
    """(J, 4, 4) motion of every bone that lets the arms hang and closes the stance."""
    out = np.tile(np.eye(4), (len(body.names), 1, 1))
    for bone, (name, parent) in enumerate(zip(body.names, body.parents, strict=True)):
        if parent >= 0:
            out[bone] = out[parent]
        limb, _, side = name.partition("_")
        if limb in TURNS_DEG:
            angle = np.radians(TURNS_DEG[limb]) * (1 if side == "l" else -1)
            turn = exp_so3(np.array([0.0, 0.0, angle]))
            head = figure.heads[bone]
            out[bone] = out[bone] @ rigid(turn, head - turn @ head)
    return out


def let_out(
    body: Body, figure: Figure, points: NDArray[np.floating], dense: NDArray[np.floating]
) -> NDArray[np.float32]:
    """(N, 3) where cloth of the neutral figure lies on a figure of another shape, as its skin does.

    points: (N, 3) metres in the rest pose; dense: (N, J) joint shares.
    """
    skin = dense_of(body.bones, body.weights, len(body.names))
    tree = cKDTree(np.hstack([body.figure.vertices, BONE_SPREAD_M * skin]))
    far, near = tree.query(np.hstack([points, BONE_SPREAD_M * dense]), k=NEAR)
    share = 1 / (far + SOFT_M) ** 2
    share /= share.sum(1, keepdims=True)
    moved = figure.vertices - body.figure.vertices
    return np.asarray(points + np.einsum("nk,nkd->nd", share, moved[near]), np.float32)


def paper_backdrop(size_wh: tuple[int, int]) -> Picture:
    """(H, W, 3) warm grey paper that bends from the wall into the floor, brighter behind the model."""
    width, height = size_wh
    x = (np.arange(width) + 0.5) / width * 2 - 1
    y = (np.arange(height) + 0.5) / height
    glow = np.exp(-0.8 * (x[None, :] ** 2) - 2.2 * (y[:, None] - 0.4) ** 2)
    bend = 1 / (1 + np.exp(-(y[:, None] - 0.86) / 0.025))
    level = 74 + 62 * glow + 9 * bend * (1 - 0.5 * x[None, :] ** 2)
    grain = np.random.default_rng(8559).uniform(-0.5, 0.5, (height, width, 1))
    rgb = level[..., None] * np.array([1.0, 0.985, 0.96]) + grain
    return np.asarray(np.clip(np.round(rgb), 0, 255), np.uint8)


def _before(camera: PinholeCamera, turn_rad: float) -> Floats:
    """(4, 4) `cam_from_body` of a model who stands in the picture."""
    # All models stand at one distance, so that the tall are taller in the picture too.
    distance_m = TALLEST_M / (2 * np.tan(np.radians(LENS_FOV_DEG) / 2) * FILL)
    floor_m = (FLOOR_AT - 0.5) * camera.size_wh[1] / camera.focal_px[1] * distance_m
    return rigid(exp_so3(np.array([0.0, turn_rad, 0.0])), np.array([0.0, -floor_m, -distance_m]))


def _bare(
    body: Body, figure: Figure, motion: Floats, layers: LookLayers, finish: Material
) -> list[Draw]:
    """What is seen of the mannequin itself."""
    rest = body.mesh(0, figure)
    mesh = replace(rest, faces=rest.faces[layers.body_faces[0]], material=finish)
    bound = body.skinning(0, figure)
    return [
        Draw(
            mesh,
            np.eye(4),
            vertices=bound.posed(motion),
            normals=bound.posed_normals(motion),
            depth_bias_m=-LAYER_BIAS_M,
        )
    ]


def _clothed(body: Body, figure: Figure, motion: Floats, layers: LookLayers) -> list[Draw]:
    """The garments, innermost first, let out to the figure."""
    draws = []
    for garment, faces, shapes in zip(
        layers.garments, layers.part_faces, layers.part_vertices, strict=True
    ):
        for part, left, shape in zip(garment.parts, faces[0], shapes[0], strict=True):
            if not len(left):
                continue
            dense = dense_of(part.bones, part.weights, len(body.names))
            rest = let_out(body, figure, shape, dense)
            bound = Skinning(rest, part.bones, part.weights, normals=part.mesh.normals)
            draws.append(
                Draw(
                    replace(part.mesh, faces=left),
                    np.eye(4),
                    owner=garment.item_id,
                    vertices=bound.posed(motion),
                    normals=bound.posed_normals(motion),
                    depth_bias_m=LAYER_BIAS_M * garment.layer,
                )
            )
    return draws


def _grounded(
    backdrop: Picture, figure: Figure, cam_from_body: Floats, camera: PinholeCamera
) -> Picture:
    """The backdrop with a soft shadow where the model stands."""
    feet = figure.vertices[figure.vertices[:, 1] < 0.03].astype(np.float64)
    seen = camera.project(feet @ cam_from_body[:3, :3].T + cam_from_body[:3, 3])
    (left, top), (right, low) = seen.min(0), seen.max(0)
    x = (np.arange(camera.size_wh[0]) - 0.5 * (left + right)) / (0.95 * (right - left))
    y = (np.arange(camera.size_wh[1]) - 0.5 * (top + low)) / max(1.6 * (low - top), 1.0)
    shade = 1 - 0.42 * np.exp(-2.2 * (x[None, :] ** 2 + y[:, None] ** 2))
    return np.asarray(np.round(backdrop * shade[..., None]), np.uint8)
