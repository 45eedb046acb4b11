"""Outcomes as JUnit XML, which continuous integration shows, and as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from xml.etree import ElementTree

from tryon.qa.replay.case import Outcome
from tryon.qa.replay.provenance import provenance


def junit_xml(outcomes: Sequence[Outcome]) -> str:
    """One test suite a suite, one test case a case and start."""
    root = ElementTree.Element("testsuites", name="tryon qa")
    for suite in dict.fromkeys(outcome.suite for outcome in outcomes):
        mine = [outcome for outcome in outcomes if outcome.suite == suite]
        element = ElementTree.SubElement(
            root,
            "testsuite",
            name=suite,
            tests=str(len(mine)),
            failures=str(sum(bool(o.broken) and not o.error for o in mine)),
            errors=str(sum(bool(o.error) for o in mine)),
        )
        for outcome in mine:
            case = ElementTree.SubElement(
                element, "testcase", name=outcome.name, classname=f"qa.{suite}"
            )
            if outcome.error:
                ElementTree.SubElement(case, "error", message=outcome.error)
            elif outcome.broken:
                lines = [broken.sentence for broken in outcome.broken]
                failure = ElementTree.SubElement(case, "failure", message=lines[0])
                failure.text = "\n".join(lines)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def as_json(outcomes: Sequence[Outcome], *, revision: str) -> str:
    """Everything but pictures; numbers that are none become null."""
    document = {
        "schema": "tryon.qa.1",
        "revision": revision,
        "passed": all(outcome.passed for outcome in outcomes),
        "provenance": provenance().model_dump(),
        "outcomes": [_entry(outcome) for outcome in outcomes],
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _entry(outcome: Outcome) -> dict[str, object]:
    verdict = outcome.verdict
    return {
        "suite": outcome.suite,
        "case": outcome.case,
        "start": outcome.start,
        "passed": outcome.passed,
        "frames": outcome.frames,
        "verdict": verdict.state if verdict else None,
        "stage": verdict.stage if verdict else None,
        "sentence": verdict.sentence if verdict else outcome.expected,
        "broken": [broken.sentence for broken in outcome.broken],
        "error": outcome.error,
        "values": {name: _number(value) for name, value in sorted(outcome.values.items())},
    }


def _number(value: float) -> float | None:
    return round(value, 6) if math.isfinite(value) else None
