"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from tryon.wardrobe.fabrics.prints import Print

LEAST_PRINT_CM, MOST_PRINT_CM = 1, 300

Command = Callable[..., Any]


def _variants(
    _context: click.Context, parameter: click.Parameter, values: Sequence[str]
) -> dict[str, str]:
    """`ID=NAME` words as a mapping."""
    pairs = {}
    for value in values:
        item, separator, name = value.partition("=")
        if not (item and separator and name):
            raise click.BadParameter(
                f"{value!r} is not ID=NAME, for example corsetiere-fedora=camel.", param=parameter
            )
        pairs[item] = name
    return pairs


def _ids(_context: click.Context, _parameter: click.Parameter, value: str) -> tuple[str, ...]:
    """A comma-separated list of ids without blanks."""
    return tuple(word.strip() for word in value.split(",") if word.strip())


def wear_options(command: Command) -> Command:
    """`--wear` as a tuple of ids and `--variant` as a mapping of id to variant name."""
    command = click.option(
        "--variant",
        "variants",
        multiple=True,
        metavar="ID=NAME",
        callback=_variants,
        help="Colour or material of an item; repeat for several items.",
    )(command)
    return click.option(
        "--wear",
        required=True,
        metavar="ID[,ID…]",
        callback=_ids,
        help="Items or a look to wear; `tryon catalogue` lists them, `--looks` the looks.",
    )(command)


def _prints(
    _context: click.Context, parameter: click.Parameter, values: Sequence[str]
) -> dict[str, Print]:
    """`ID=FILE` or `ID=FILE@CM` words as a mapping."""
    from tryon.wardrobe.fabrics.prints import Print

    prints = {}
    for value in values:
        item, _, rest = value.partition("=")
        file, _, width = rest.rpartition("@")
        try:
            width_cm = float(width.removesuffix("cm"))
        except ValueError:
            file, width_cm = rest, Print.width_cm
        if not (item and file):
            raise click.BadParameter(
                f"{value!r} is not ID=FILE or ID=FILE@CM, for example aurelle-tee=roses.png@25.",
                param=parameter,
            )
        if not LEAST_PRINT_CM <= width_cm <= MOST_PRINT_CM:
            raise click.BadParameter(
                f"{value!r} asks for a print that is {width_cm:g} cm wide; "
                f"it may be {LEAST_PRINT_CM} to {MOST_PRINT_CM} cm.",
                param=parameter,
            )
        prints[item] = Print(Path(file), width_cm)
    return prints


def print_option(command: Command) -> Command:
    """`--print` as a mapping of item id to `Print`."""
    return click.option(
        "--print",
        "prints",
        multiple=True,
        metavar="ID=FILE[@CM]",
        callback=_prints,
        help="Print a picture on a garment, CM centimetres wide (else 30) and all over.",
    )(command)


def camera_options(command: Command) -> Command:
    """`--fov` in degrees and `--calibration` file, at most one of which makes sense."""
    command = click.option(
        "--calibration",
        type=click.Path(exists=True, dir_okay=False),
        help="Camera calibration as OpenCV writes it (YAML or JSON).",
    )(command)
    return click.option(
        "--fov",
        "fov_deg",
        type=click.FloatRange(5, 150),
        metavar="DEG",
        help="Vertical field of view of the lens; else EXIF, else a stated default.",
    )(command)


def faces_option(command: Command) -> Command:
    """`--max-faces`, how many people are dressed at once."""
    return click.option(
        "--max-faces",
        type=click.IntRange(1, 16),
        default=4,
        show_default=True,
        help="People to dress at once.",
    )(command)
