"""What is exactly known of a made-up film."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tryon.core.spaces import Floats
from tryon.qa.replay.cutouts import Cutout


@dataclass(frozen=True, eq=False)
class TruePerson:
    """One person in one frame, all in `cam`, metres.

    cam_from_head: (4, 4) rigid, None for a body whose face is not measured; anchors: name → (3,);
    joints: joint name → (3,); mask: what is seen of the person, 0 to 255, None when nothing is.
    """

    name: str
    cam_from_head: Floats | None
    anchors: Mapping[str, Floats]
    joints: Mapping[str, Floats]
    mask: Cutout | None


@dataclass(frozen=True, eq=False)
class Truth:
    """frames: who is in each of them; traits: what varies between films, "skin" → "deep"."""

    frames: tuple[tuple[TruePerson, ...], ...]
    traits: Mapping[str, str]


TRUTHS = (Truth, TruePerson, Cutout)
"""The classes that stand in a file of truth."""
