"""Which joint of our rig a stranger's joint is, by its name.

Rigs name the same joint differently and, worse, different joints alike (`shoulder` is a collar bone
here and an upper arm there). So each family of rigs has a table of its own, and the family that knows
the most joints of a skeleton reads all of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tryon.core.body_fit import BODY_JOINTS

SPINE = "spine"
"""Any joint between pelvis and neck: rigs have two to five of them, so their place decides."""

_DIGITS = ("thumb", "index", "middle", "ring", "pinky")
_SHARED = {"head": "head", "hand": "hand", "foot": "foot", "neck": "neck_01"}

FAMILIES: Mapping[str, Mapping[str, str]] = {
    "Unreal": {
        **_SHARED,
        "pelvis": "pelvis", "spine01": SPINE, "spine02": SPINE, "spine03": SPINE,
        "spine04": SPINE, "spine05": SPINE, "neck01": "neck_01", "neck02": "neck_01",
        "clavicle": "clavicle", "upperarm": "upperarm", "lowerarm": "lowerarm",
        "thigh": "thigh", "calf": "calf", "ball": "ball",
    },
    "Mixamo": {
        **_SHARED,
        "hips": "pelvis", "spine": SPINE, "spine1": SPINE, "spine2": SPINE, "neck1": "neck_01",
        "shoulder": "clavicle", "arm": "upperarm", "forearm": "lowerarm",
        "upleg": "thigh", "leg": "calf", "toebase": "ball",
    },
    "VRM": {
        **_SHARED,
        "hips": "pelvis", "spine": SPINE, "chest": SPINE, "upperchest": SPINE,
        "shoulder": "clavicle", "upperarm": "upperarm", "lowerarm": "lowerarm",
        "upperleg": "thigh", "lowerleg": "calf", "toebase": "ball", "toes": "ball",
    },
    "SMPL": {
        "head": "head", "neck": "neck_01",
        "pelvis": "pelvis", "spine1": SPINE, "spine2": SPINE, "spine3": SPINE,
        "collar": "clavicle", "shoulder": "upperarm", "elbow": "lowerarm", "wrist": "hand",
        "hip": "thigh", "knee": "calf", "ankle": "foot", "foot": "ball",
    },
    "Rigify": {
        **_SHARED,
        "spine": "pelvis", "spine001": SPINE, "spine002": SPINE, "spine003": SPINE,
        "spine004": "neck_01", "spine005": "neck_01", "spine006": "head",
        "shoulder": "clavicle", "upperarm": "upperarm", "forearm": "lowerarm",
        "thigh": "thigh", "shin": "calf", "toe": "ball",
    },
    "Blender": {
        **_SHARED,
        "hips": "pelvis", "pelvis": "pelvis", "hip": "pelvis",
        "spine": SPINE, "spine1": SPINE, "chest": SPINE, "upperchest": SPINE,
        "shoulder": "clavicle", "clavicle": "clavicle", "collar": "clavicle",
        "upperarm": "upperarm", "forearm": "lowerarm", "lowerarm": "lowerarm",
        "thigh": "thigh", "upperleg": "thigh", "shin": "calf", "calf": "calf", "lowerleg": "calf",
        "toe": "ball", "toes": "ball",
    },
    "Biped": {
        **_SHARED,
        "pelvis": "pelvis", "spine": SPINE, "spine1": SPINE, "spine2": SPINE, "spine3": SPINE,
        "clavicle": "clavicle", "upperarm": "upperarm", "forearm": "lowerarm",
        "thigh": "thigh", "calf": "calf", "toe0": "ball",
    },
}  # fmt: skip
"""Family → plain name without side → joint of ours without side."""

VRM_BONES: Mapping[str, str] = {
    "hips": "pelvis", "spine": SPINE, "chest": SPINE, "upperChest": SPINE, "neck": "neck_01",
    "head": "head", "Shoulder": "clavicle", "UpperArm": "upperarm", "LowerArm": "lowerarm",
    "Hand": "hand", "UpperLeg": "thigh", "LowerLeg": "calf", "Foot": "foot", "Toes": "ball",
    **{
        f"{digit.capitalize()}{part}": f"{'pinky' if digit == 'little' else digit}_0{number}"
        for digit in ("thumb", "index", "middle", "ring", "little")
        for number, part in enumerate(
            ("Metacarpal", "Proximal", "Distal")
            if digit == "thumb"
            else ("Proximal", "Intermediate", "Distal"),
            start=1,
        )
    },
}  # fmt: skip
"""VRM 1.0 humanoid bone without `left`/`right` → joint of ours without side."""

_NOISE = {
    "j", "c", "bip", "def", "org", "mch", "m", "f", "avg", "bip01", "bip001", "mixamorig", "armature",
    "valve", "biped", "bone", "jnt", "joint",
}  # fmt: skip
_SIDES = {"l": "_l", "left": "_l", "r": "_r", "right": "_r"}
_MIDDLE = {"pelvis", "neck_01", "head", SPINE}


@dataclass(frozen=True)
class RigMatch:
    """family: the table that read the skeleton, "" when none did; ours: number of a joint of theirs →
    name of a joint of ours, or `SPINE`."""

    family: str
    ours: Mapping[int, str]


def match_names(names: Sequence[str]) -> RigMatch:
    """The joints of a skeleton that a family of rigs knows by name."""
    plain = [_plain(name) for name in names]
    best = RigMatch("", {})
    for family, table in FAMILIES.items():
        found = {}
        for number, (stems, side) in enumerate(plain):
            joint = _known(stems, side, table)
            if joint is not None:
                found[number] = joint
        if len(set(found.values())) > len(set(best.ours.values())):
            best = RigMatch(family, found)
    return best


def match_vrm(bone: str) -> str | None:
    """The joint of ours that is a VRM humanoid bone such as `leftUpperArm`."""
    for word, side in (("left", "_l"), ("right", "_r")):
        if bone.startswith(word):
            joint = VRM_BONES.get(bone.removeprefix(word))
            return None if joint is None else f"{joint}{side}"
    return VRM_BONES.get(bone)


def _known(stems: Sequence[str], side: str, table: Mapping[str, str]) -> str | None:
    for stem in stems:
        joint = table.get(stem) or _digit(stem)
        if joint in _MIDDLE:
            return joint if not side else None
        if joint is not None and f"{joint}{side}" in BODY_JOINTS:
            return f"{joint}{side}"
    return None


def _digit(stem: str) -> str | None:
    """`handindex1`, `index01`, `littleproximal` as `index_01`."""
    found = re.fullmatch(
        r"(?:hand)?(thumb|index|middle|ring|pinky|little)(?:finger)?0?"
        r"(1|2|3|metacarpal|proximal|intermediate|distal)",
        stem,
    )
    if found is None:
        return None
    digit, part = found.groups()
    order = ("metacarpal", "proximal", "distal") if digit == "thumb" else (
        "proximal", "intermediate", "distal",
    )  # fmt: skip
    if not part.isdigit() and part not in order:
        return None
    number = int(part) if part.isdigit() else order.index(part) + 1
    return f"{'pinky' if digit == 'little' else digit}_0{number}"


def _plain(name: str) -> tuple[tuple[str, ...], str]:
    """A joint's name as its likely stems, surest first, and its side ("_l", "_r" or "")."""
    name = re.split(r"[:|]", name)[-1].removeprefix("CC_Base_")
    name = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    words = [word.lower() for word in re.findall(r"[A-Za-z]+\d*|\d+", name)]
    side = ""
    kept = []
    for word in words:
        if word in _SIDES and not side:
            side = _SIDES[word]
        elif word not in _NOISE:
            kept.append(word)
    whole = "".join(kept)
    # Some exporters number every node: LeftArm_09.
    trimmed = "".join(kept[:-1]) if len(kept) > 1 and kept[-1].isdigit() else whole
    return (whole, trimmed) if whole != trimmed else (whole,), side
