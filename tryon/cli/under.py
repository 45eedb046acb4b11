"""What becomes of people's own clothes, as an option of several commands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

Command = Callable[..., Any]


def under_option(default: str) -> Callable[[Command], Command]:
    """`--under`, with a default that suits the command."""
    return click.option(
        "--under",
        type=click.Choice(["keep", "erase"]),
        default=default,
        show_default=True,
        help="Your own clothes where virtual ones are shorter or slimmer: keep them, or erase them.",
    )
