"""`tryon webcam`: a mirror on this machine's own camera and screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tryon.cli.options import camera_options, faces_option, print_option, wear_options
from tryon.cli.under import under_option

if TYPE_CHECKING:
    from tryon.core.result import TryonResult
    from tryon.engine.session import Under
    from tryon.wardrobe.catalogue import Catalogue
    from tryon.wardrobe.fabrics.prints import Print


@dataclass
class Mirror:
    """What a person at the mirror has chosen; keys change it.

    wear: items given on the command line, worn one at a time when `n` is pressed; `worn` is the
    current choice, variants the current material of each item.
    """

    catalogue: Catalogue
    wear: tuple[str, ...]
    variants: dict[str, str]
    mirrored: bool = True
    worn: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.worn = self.wear

    @property
    def worn_variants(self) -> dict[str, str]:
        """The chosen materials of what is worn now."""
        return {name: self.variants[name] for name in self.worn if name in self.variants}

    def next_item(self) -> None:
        """From everything at once to one item after the other, and round again."""
        choices = [self.wear, *[(item,) for item in self.wear]] if len(self.wear) > 1 else []
        choices += [(item,) for item in self.catalogue.items if item not in self.wear]
        if choices:
            here = choices.index(self.worn) if self.worn in choices else -1
            self.worn = choices[(here + 1) % len(choices)]

    def next_variant(self) -> None:
        """The next material of every item that is worn."""
        for name in self.worn:
            names = [v.name for v in self.catalogue.item(name).variants]
            if names:
                here = self.variants.get(name, names[0])
                self.variants[name] = names[(names.index(here) + 1) % len(names)]


@click.command()
@wear_options
@print_option
@click.option(
    "--camera", "device", default="0", show_default=True, help="Camera number or device path."
)
@click.option(
    "--snapshots",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("."),
    help="Folder for snapshots.  [default: here]",
)
@under_option("keep")
@camera_options
@faces_option
def webcam(
    *,
    wear: tuple[str, ...],
    variants: Mapping[str, str],
    prints: Mapping[str, Print],
    device: str,
    snapshots: Path,
    under: Under,
    fov_deg: float | None,
    calibration: str | None,
    max_faces: int,
) -> None:
    """Wear items in front of the camera.

    Keys: n next item, v variant, s snapshot, m mirror, q or Esc quit. Nothing is kept unless you
    press s.

    \b
    Examples:
      tryon webcam --wear aurelle-aviator
      tryon webcam --wear aurelle-fedora,aurelle-hoops --camera /dev/video2
    """
    from tryon.engine import Engine
    from tryon.stages.sink import WindowSink
    from tryon.stages.source import open_webcam
    from tryon.wardrobe.catalogue import Catalogue
    from tryon.wardrobe.printing import with_prints

    catalogue = with_prints(Catalogue.load(), prints)
    # The window first: without a screen, neither camera nor models are touched.
    with (
        WindowSink("tryon") as window,
        open_webcam(device, fov_deg=fov_deg, calibration=calibration) as source,
        Engine(catalogue=catalogue, max_faces=max_faces) as engine,
        engine.session(wear, variants=variants, under=under) as session,
    ):
        mirror = Mirror(engine.catalogue, wear, dict(variants))
        for result in session.run(source):
            key = window.write(result, mirrored=mirror.mirrored)
            if key in ("q", "\x1b"):
                break
            if key == "m":
                mirror.mirrored = not mirror.mirrored
            elif key == "s":
                click.echo(f"Wrote {_snapshot(result, snapshots)}")
            elif key in ("n", "v"):
                mirror.next_item() if key == "n" else mirror.next_variant()
                session.wear(engine.outfit(mirror.worn, variants=mirror.worn_variants))
                click.echo(f"Wearing {', '.join(mirror.worn)}")


def _snapshot(result: TryonResult, folder: Path) -> Path:
    """Save this frame, unmirrored, under the time of day."""
    from tryon.stages.sink import write_picture

    path = folder / f"tryon-{datetime.now():%Y%m%d-%H%M%S}-{result.index}.png"
    write_picture(path, result.image)
    return path
