"""How far a download has come is read while pip still moves its files about."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

from tryon.supplies.download import _bytes_below


def test_the_largest_wheel_counts(tmp_path: Path) -> None:
    assert _bytes_below(tmp_path) == 0
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "a.whl").write_bytes(b"1" * 5)
    (tmp_path / "deep" / "er" / "b.whl").write_bytes(b"1" * 9)
    (tmp_path / "log").write_bytes(b"1" * 99)
    assert _bytes_below(tmp_path) == 9


def test_folders_may_vanish_while_they_are_read(tmp_path: Path) -> None:
    """The trap: one run in eight ended with a cache folder that could not be written."""
    done = threading.Event()

    def pip() -> None:
        while not done.is_set():
            for number in range(7):
                folder = tmp_path / f"pip-{number}" / "a" / "b"
                folder.mkdir(parents=True, exist_ok=True)
                (folder / "x.whl").write_bytes(b"1" * 10)
                shutil.rmtree(tmp_path / f"pip-{number}")

    thread = threading.Thread(target=pip)
    thread.start()
    try:
        assert {_bytes_below(tmp_path) for _ in range(400)} <= {0, 10}
    finally:
        done.set()
        thread.join()
