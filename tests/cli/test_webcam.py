"""`tryon webcam`: its keys, on a camera and a window that a test can hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.clips import write_clip
from tryon.cli import main
from tryon.cli.webcam import Mirror
from tryon.core.result import TryonResult
from tryon.stages import sink, source
from tryon.wardrobe.catalogue import Catalogue


class Keys:
    """A window that presses these keys, one a frame, and remembers what it was shown."""

    pressed: Iterator[str | None]
    shown: list[tuple[TryonResult, bool]]

    def __init__(self, _title: str) -> None: ...

    def __enter__(self) -> Keys:
        return self

    def __exit__(self, *_: object) -> None: ...

    def write(self, result: TryonResult, *, mirrored: bool) -> str | None:
        self.shown.append((result, mirrored))
        return next(self.pressed)


@pytest.fixture
def camera(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    clip = write_clip(tmp_path / "clip.mp4", frames=12)
    monkeypatch.setattr(
        source, "open_webcam", lambda _device, **options: source.open_source(clip, **options)
    )
    monkeypatch.setattr(sink, "WindowSink", Keys)
    Keys.shown = []
    return tmp_path


def test_keys_change_mirror_item_variant_take_a_snapshot_and_quit(camera: Path) -> None:
    Keys.pressed = iter([None, "m", "v", "n", "s", None, None, "q"])
    words = ["webcam", "--wear", "aurelle-fedora,aurelle-hoops", "--snapshots", str(camera)]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    assert [mirrored for _, mirrored in Keys.shown][:4] == [True, True, False, False]
    assert len(Keys.shown) == 8
    worn = [{item.id for item in r.items} for r, _ in Keys.shown]
    assert worn[0] == {"aurelle-fedora", "aurelle-hoops"}
    assert worn[-1] == {"aurelle-fedora"}
    assert [p.suffix for p in camera.glob("tryon-*")] == [".png"]
    variants = {
        item.variant for r, _ in Keys.shown for item in r.items if item.id == "aurelle-fedora"
    }
    assert len(variants) == 2


def test_next_item_goes_through_the_given_ones_then_the_catalogue_and_round_again() -> None:
    catalogue = Catalogue.load()
    mirror = Mirror(catalogue, ("aurelle-fedora", "aurelle-hoops"), {})
    seen = [mirror.worn]
    for _ in range(len(catalogue.items) + 1):
        mirror.next_item()
        seen.append(mirror.worn)
    assert seen[:3] == [
        ("aurelle-fedora", "aurelle-hoops"),
        ("aurelle-fedora",),
        ("aurelle-hoops",),
    ]
    assert {worn for worn in seen if len(worn) == 1} == {(name,) for name in catalogue.items}
    assert seen[-1] == seen[0]


def test_missing_camera_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sink, "WindowSink", Keys)
    result = CliRunner().invoke(main, ["webcam", "--wear", "aurelle-fedora", "--camera", "97"])
    assert result.exit_code == 1
    assert "97" in result.stderr
    assert "Traceback" not in result.output


def test_machine_without_a_screen_is_told_before_the_camera_lights_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def light_up(*_: object, **__: object) -> None:
        raise AssertionError("the camera was opened")

    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setattr(source, "open_webcam", light_up)
    result = CliRunner().invoke(main, ["webcam", "--wear", "aurelle-fedora"])
    assert result.exit_code == 1
    assert "screen" in result.stderr
    assert "tryon photo" in result.stderr
