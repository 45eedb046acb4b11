"""Modules that are put off are real for whoever uses them, and only then loaded."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tryon.core.promised import put_off


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    name = "promised_example"
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").write_text("loaded = True\n")
    (tmp_path / name / "part.py").write_text("answer = 42\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    for each in (name, f"{name}.part"):
        monkeypatch.delitem(sys.modules, each, raising=False)
    return name


def test_the_block_imports_promises_and_later_imports_the_real_thing(package: str) -> None:
    with put_off(package, f"{package}.part"):
        import promised_example.part as early

        assert not hasattr(sys.modules[package], "__file__")
    assert package not in sys.modules
    import promised_example.part as late

    assert early is not late
    assert early.answer == late.answer == 42
    assert sys.modules[package].loaded


def test_what_is_loaded_already_stays(package: str) -> None:
    import promised_example

    with put_off(package):
        assert sys.modules[package] is promised_example
    assert sys.modules[package] is promised_example


def test_a_block_that_fails_leaves_no_promise(package: str) -> None:
    with pytest.raises(RuntimeError), put_off(package):
        raise RuntimeError
    assert package not in sys.modules
