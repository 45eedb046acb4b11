"""Commands that end badly, to see what the command line makes of it."""

import click

from tryon.core.errors import InputError


@click.command()
def broken_picture() -> None:
    raise InputError("cat.jpg is not a picture.", remedy="Give a JPEG, PNG or WebP file.")


@click.command()
def interrupted() -> None:
    raise KeyboardInterrupt


@click.command()
def bug() -> None:
    raise ZeroDivisionError
