"""The command `tryon`. Each command lives in a module of its own and is loaded when it is named."""

from __future__ import annotations

from importlib import import_module
from keyword import iskeyword

import click

from tryon.core.errors import TryonError

COMMANDS = {
    "demo": "tryon.cli.demo",
    "photo": "tryon.cli.photo",
    "video": "tryon.cli.video",
    "webcam": "tryon.cli.webcam",
    "serve": "tryon.cli.serve",
    "catalogue": "tryon.cli.catalogue",
    "import": "tryon.cli.import_",
    "wardrobe": "tryon.cli.wardrobe",
    "tailor": "tryon.cli.tailor",
    "lookbook": "tryon.cli.lookbook",
    "show": "tryon.cli.show",
    "setup": "tryon.cli.setup",
    "doctor": "tryon.cli.doctor",
    "bench": "tryon.cli.bench",
    "record": "tryon.cli.record",
    "replay": "tryon.cli.replay",
    "qa": "tryon.cli.qa",
}
"""Command name → module that holds a click command of the same name (`import_` for `import`), in the
order of the help."""

INTERRUPTED_EXIT_CODE = 130
"""128 + SIGINT, what shells expect after Ctrl-C."""


class _Commands(click.Group):
    """Loads commands on demand, and turns our errors into one line with its remedy."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        module = import_module(COMMANDS[cmd_name])
        command: click.Command = getattr(module, f"{name}_" if iskeyword(name) else name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except TryonError as error:
            click.echo(f"tryon: {error.message}", err=True)
            if error.remedy:
                click.echo(f"  {error.remedy}", err=True)
            ctx.exit(1)
        except KeyboardInterrupt:
            click.echo("tryon: interrupted.", err=True)
            ctx.exit(INTERRUPTED_EXIT_CODE)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tryon")
def main() -> None:
    """Try on glasses, hats, jewellery and clothes on photos, clips and webcams.

    \b
    Examples:
      tryon demo                                      two portraits in four looks, on one page
      tryon photo me.jpg --wear aurelle-aviator --out me-dressed.png
      tryon video walk.mp4 --wear aurelle-fedora --out walk-dressed.mp4
      tryon webcam --wear aurelle-tiara,aurelle-pearls
      tryon serve                                     a mirror in the browser
      tryon catalogue                                 what can be worn
      tryon doctor                                    what works here, and what is missing
    """
