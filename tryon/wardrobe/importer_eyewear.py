"""A stranger's spectacles: where they rest on the nose, where their temples turn, what is lens."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tryon.core.mesh import Mesh
from tryon.core.spaces import Floats
from tryon.core.transforms import rigid
from tryon.wardrobe.asset import Temples
from tryon.wardrobe.importer_axes import surface_samples
from tryon.wardrobe.importer_cut import joined, moved, pieces, split_by_plane
from tryon.wardrobe.importer_report import ImportReport
from tryon.wardrobe.item import Category

USUAL_WIDTH_M = 0.142
PLAUSIBLE_WIDTH_M = (0.110, 0.175)
SHORTEST_TEMPLE_M = 0.05
HINGE_BEHIND_FRONT_M = 0.012
"""Where a frame in one piece is cut: so far behind the foremost point of its outer corners."""
BEND_DROP_M = 0.005
"""A temple bends down where it leaves its own line by this much."""
STRAIGHT_SHARE = 0.68
"""Hinge to bend by whole length of a temple without a visible bend (98 of 145 mm)."""
LEFT, RIGHT = "left_temple", "right_temple"
PAD_CLEARANCE_M = 0.003
"""Between nose and bridge when the frame rests on pads."""
BRIDGE_BELOW_M = 0.003
"""The nose meets a bridge without pads so far below its lower edge, where it is as wide as the gap."""
GLASS_WORDS = re.compile(
    r"(?<![a-z])(glass|lens|lense|lenses|vidro|vidrio|verre|vetro|glas|lente|linse|cristal|镜片)(?![a-z])",
    re.IGNORECASE,
)


@dataclass(frozen=True, eq=False)
class ShapedEyewear:
    """parts in `asset` space; sizes by name, in mm, as far as they can be read off."""

    parts: tuple[Mesh, ...]
    temples: Temples | None
    sizes: dict[str, float]


def shape_eyewear(
    meshes: Sequence[Mesh], category: Category, report: ImportReport
) -> ShapedEyewear:
    """Spectacles in metres, x across, y up and z forward, anywhere: cut, named and set on the nose."""
    see_through = [_see_through(mesh, category, report) for mesh in meshes]
    points = surface_samples(see_through)
    middle = 0.5 * (points[:, 0].min() + points[:, 0].max())
    to_middle = rigid(None, np.array([-middle, 0.0, 0.0]))
    fronts, arms = _parted([moved(mesh, to_middle) for mesh in see_through], report)
    bridge = _bridge(fronts, report)
    to_bridge = rigid(None, -bridge)
    fronts = [_front_named(moved(mesh, to_bridge)) for mesh in fronts]
    arms = [moved(mesh, to_bridge) for mesh in arms]
    sizes = _sizes(fronts, arms, report)
    temples = _temples(arms, report) if arms else None
    return ShapedEyewear(joined([*fronts, *arms]), temples, sizes)


def _front_named(mesh: Mesh) -> Mesh:
    return replace(mesh, name="lens" if mesh.material.alpha_mode == "BLEND" else "front")


def _see_through(mesh: Mesh, category: Category, report: ImportReport) -> Mesh:
    """Lenses that lost their transparency on the way get it back."""
    material = mesh.material
    named = GLASS_WORDS.search(material.name) or GLASS_WORDS.search(mesh.name)
    if material.alpha_mode != "OPAQUE" or not named or material.base_color_texture is not None:
        return mesh
    alpha = 0.22 if category == "eyeglasses" else 0.82
    r, g, b, _ = material.base_color
    if category == "sunglasses" and min(r, g, b) > 0.5:
        # A bright opaque lens of a sunglass is a preview's stand-in for dark glass.
        r, g, b = (0.06 * c for c in (r, g, b))
    report.assumed.append(
        f"{material.name} is glass by its name and becomes {round(100 * alpha)} % opaque"
    )
    glass = replace(
        material, base_color=(r, g, b, alpha), alpha_mode="BLEND", metallic=0.0,
        roughness=min(material.roughness, 0.1), double_sided=True,
    )  # fmt: skip
    return replace(mesh, material=glass)


def _parted(meshes: Sequence[Mesh], report: ImportReport) -> tuple[list[Mesh], list[Mesh]]:
    """Front parts, and arms named `left_temple` and `right_temple`."""
    points = surface_samples(meshes)
    width, depth = float(np.ptp(points[:, 0])), float(np.ptp(points[:, 2]))
    if depth < SHORTEST_TEMPLE_M:
        report.lost.append(
            "temples: the model has none, or they are folded; only the front is worn"
        )
        return list(meshes), []
    parts = [piece for mesh in meshes for piece in pieces(mesh)]
    names = _loose_arms(parts, width, depth)
    if names is None:
        fronts, arms = _cut_arms(meshes, points, width)
        if not fronts or {arm.name for arm in arms} != {LEFT, RIGHT}:
            report.lost.append("temples: none can be told from the front; the model is worn stiff")
            return list(meshes), []
        report.found.append("the frame is one piece and is cut behind its outer corners")
        return fronts, arms
    report.found.append("its temples are parts of their own")
    named = [
        replace(part, name=name) if name else part for part, name in zip(parts, names, strict=True)
    ]
    fronts = [part for part, name in zip(named, names, strict=True) if not name]
    return fronts, [part for part, name in zip(named, names, strict=True) if name]


def _loose_arms(parts: Sequence[Mesh], width: float, depth: float) -> list[str] | None:
    """For each piece the name of the temple it is or sits on, or ""; None when they hang on the front."""
    names = [""] * len(parts)
    for sign, name in ((1.0, LEFT), (-1.0, RIGHT)):
        beside = [float((sign * p.vertices[:, 0]).min()) > 0.15 * width for p in parts]
        long = [
            p for p, near in zip(parts, beside, strict=True)
            if near and np.ptp(p.vertices[:, 2]) > 0.5 * depth
        ]  # fmt: skip
        if not long:
            return None
        foremost = max(float(p.vertices[:, 2].max()) for p in long)
        for k, part in enumerate(parts):
            if beside[k] and part.vertices[:, 2].max() < foremost + 0.001:
                names[k] = name
    # Without anything left before the nose, these were no temples.
    return names if any(not name for name in names) else None


def _cut_arms(
    meshes: Sequence[Mesh], points: Floats, width: float
) -> tuple[list[Mesh], list[Mesh]]:
    outer = points[np.abs(points[:, 0]) > 0.44 * width]
    at = float(np.percentile(outer[:, 2], 97)) - HINGE_BEHIND_FRONT_M
    fronts, arms = [], []
    for mesh in meshes:
        behind, before = split_by_plane(mesh, 2, at)
        if before is not None:
            fronts.append(before)
        if behind is None:
            continue
        # Nose pads and the middle of the lenses lie behind the cut too, but near the nose.
        left, rest = _outside(behind, 0.3 * width)
        right, middle = (None, None) if rest is None else _outside(rest, -0.3 * width)
        arms += [replace(m, name=n) for m, n in ((left, LEFT), (right, RIGHT)) if m is not None]
        fronts += [middle] if middle is not None else []
    return fronts, arms


def _outside(mesh: Mesh, x: float) -> tuple[Mesh | None, Mesh | None]:
    """What lies beyond x on its side of the nose, and the rest."""
    low, high = split_by_plane(mesh, 0, x)
    return (high, low) if x > 0 else (low, high)


def _bridge(fronts: Sequence[Mesh], report: ImportReport) -> Floats:
    """(3,) where the frame rests on the nose: lower edge and back of the bridge at its middle."""
    points = surface_samples([m for m in fronts if m.material.alpha_mode != "BLEND"] or fronts)
    x, y, z = points.T
    rims = points[(np.abs(x) > 0.012) & (np.abs(x) < 0.055)]
    rims = rims if len(rims) else points
    lens_y = 0.5 * float(np.percentile(rims[:, 1], 1) + np.percentile(rims[:, 1], 99))
    middle = points[np.abs(x) < 0.0025]
    if not len(middle):
        report.assumed.append(
            "nothing crosses the nose; the frame rests 5 mm above its lenses' middle"
        )
        return np.array([0.0, lens_y + 0.005, float(z.max()) - 0.004])
    low, back = float(np.percentile(middle[:, 1], 2)), float(np.percentile(middle[:, 2], 2))
    near_nose = (np.abs(x) > 0.004) & (np.abs(x) < 0.014)
    pads = near_nose & (y < low) & (y > low - 0.025) & (z < back - 0.003)
    if pads.sum() > 0.002 * len(points):
        report.found.append("it rests on nose pads")
        # The nose is met between the bridge's lower edge and the pads: within 2 mm of our own frames'.
        contact_y = float(np.clip(0.5 * (low + y[pads].mean()), lens_y - 0.004, lens_y + 0.008))
        return np.array([0.0, contact_y, back - PAD_CLEARANCE_M])
    report.found.append("it rests on its bridge")
    contact_y = float(np.clip(low - BRIDGE_BELOW_M, lens_y - 0.002, lens_y + 0.008))
    return np.array([0.0, contact_y, back])


def _temples(arms: Sequence[Mesh], report: ImportReport) -> Temples:
    hinges, lengths = {}, []
    for name in (LEFT, RIGHT):
        vertices = np.concatenate([m.vertices for m in arms if m.name == name]).astype(np.float64)
        foremost = float(vertices[:, 2].max())
        head = vertices[vertices[:, 2] > foremost - 0.006]
        hinge = np.array([*0.5 * (head[:, :2].min(0) + head[:, :2].max(0)), foremost - 0.002])
        hinges[name] = hinge
        samples = surface_samples([m for m in arms if m.name == name], 4000)
        lengths.append(_length_to_bend(samples, hinge, report if name == LEFT else None))
    return Temples(hinges[LEFT], hinges[RIGHT], float(np.mean(lengths)))


def _length_to_bend(points: Floats, hinge: Floats, report: ImportReport | None) -> float:
    """Metres from the hinge to where the temple turns down over the ear."""
    behind = hinge[2] - points[:, 2]
    total = float(behind.max())
    edges = np.linspace(0, total, 33)
    index = np.clip(np.digitize(behind, edges) - 1, 0, 31)
    line = np.array(
        [np.ptp(points[index == k, 1]) / 2 + points[index == k, 1].min() if (index == k).any() else np.nan
         for k in range(32)]
    )  # fmt: skip
    at = 0.5 * (edges[:-1] + edges[1:])
    straight = (at > 0.1 * total) & (at < 0.55 * total) & np.isfinite(line)
    if straight.sum() >= 3:
        slope, offset = np.polyfit(at[straight], line[straight], 1)
        drop = slope * at + offset - line
        bent = np.flatnonzero((drop > BEND_DROP_M) & (at > 0.55 * total))
        if len(bent):
            if report is not None:
                report.found.append(f"a temple bends {1000 * at[bent[0]]:.0f} mm behind its hinge")
            return float(at[bent[0]])
    if report is not None:
        report.assumed.append(
            f"a temple reaches the ear {1000 * STRAIGHT_SHARE * total:.0f} mm behind its hinge, "
            "since it shows no bend"
        )
    return STRAIGHT_SHARE * total


def _sizes(fronts: Sequence[Mesh], arms: Sequence[Mesh], report: ImportReport) -> dict[str, float]:
    """Width, and what of the frame marking of ISO 8624 can be measured."""
    everything = np.concatenate([m.vertices for m in (*fronts, *arms)])
    sizes = {"width_mm": float(np.ptp(everything[:, 0]))}
    if arms:
        sizes["temple_mm"] = float(np.ptp(np.concatenate([m.vertices for m in arms])[:, 2]))
    glass = [m.vertices for m in fronts if m.material.alpha_mode == "BLEND"]
    if glass:
        lens = np.concatenate(glass)
        left, right = lens[lens[:, 0] > 0], lens[lens[:, 0] < 0]
        gap = float(left[:, 0].min() - right[:, 0].max()) if len(left) and len(right) else 0.0
        if gap > 0.005:
            sizes |= {
                "a_mm": float(np.ptp(left[:, 0])),
                "b_mm": float(np.ptp(left[:, 1])),
                "dbl_mm": gap,
            }
    rounded = {name: round(1000 * size, 1) for name, size in sizes.items()}
    report.found.append(
        "sizes "
        + ", ".join(f"{name.removesuffix('_mm')} {mm:g} mm" for name, mm in rounded.items())
    )
    return rounded
