"""`tryon doctor`: what works on this machine, and what to do about the rest."""

from __future__ import annotations

import json
from dataclasses import asdict

import click


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Machine-readable, on standard output.")
def doctor(as_json: bool) -> None:
    """Show versions, graphics, models with their hashes, cameras, and what is missing.

    Exits with 1 when something that the engine needs is missing.

    \b
    Examples:
      tryon doctor
      tryon doctor --json
    """
    from tryon.doctor import examine

    checks = examine()
    healthy = all(check.ok or not check.needed for check in checks)
    if as_json:
        document = {"ok": healthy, "checks": [asdict(check) for check in checks]}
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        topic = ""
        for check in checks:
            if check.topic != topic:
                topic = check.topic
                click.secho(topic.capitalize(), bold=True)
            mark = "ok" if check.ok else "!!" if check.needed else "--"
            colour = "green" if check.ok else "red" if check.needed else "yellow"
            click.echo(f"  {click.style(mark, fg=colour)} {check.name:<25} {check.found}")
            if not check.ok and check.remedy:
                click.echo(f"     {check.remedy}")
        click.echo(
            "All that is needed is here." if healthy else "Something needed is missing (!!)."
        )
    raise SystemExit(0 if healthy else 1)
