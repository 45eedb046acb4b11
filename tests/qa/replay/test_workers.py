"""The same outcomes in the same order, wherever the jobs are done, and whoever dies."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.qa.replay.conftest import FIXTURES, LOOK
from tryon.core.errors import InputError
from tryon.engine import Engine
from tryon.qa.replay import workers
from tryon.qa.replay.case import Job, Outcome
from tryon.qa.replay.suite import Case
from tryon.qa.replay.workers import ATTEMPTS, ray_cluster, run_here, run_on


def _job(name: str, source: Path = FIXTURES / "version-1.zip") -> Job:
    case = Case(name=name, recording=str(source), wear=LOOK.wear, starts=("detections",))
    return Job("test", case, "detections", source, None, (), ())


def _outcome(job: Job) -> Outcome:
    return Outcome(job.suite, job.case.name, job.name, job.start)


def test_processes_give_what_this_process_gives(engine: Engine) -> None:
    jobs = [_job("a"), _job("b", Path("/nowhere.zip")), _job("c")]
    heard: list[str] = []
    here = run_here(jobs, processes=1)
    there = run_here(jobs, processes=2, told=lambda outcome: heard.append(outcome.case))
    assert [o.case for o in there] == ["a", "b", "c"] == heard
    assert [o.fingerprint for o in there] == [o.fingerprint for o in here]
    assert here[0].frames == 6
    assert there[1].error == here[1].error != ""


class Dying:
    """A cluster whose workers die the first so many times that they do a job of that name."""

    def __init__(self, deaths: dict[str, int]) -> None:
        self._deaths = deaths
        self.begun: list[str] = []

    def run(self, jobs: Sequence[tuple[int, Job]]) -> tuple[dict[int, Outcome], list[int]]:
        done, dead = {}, []
        for number, job in jobs:
            self.begun.append(job.case.name)
            if self._deaths.get(job.case.name, 0) > 0:
                self._deaths[job.case.name] -= 1
                dead.append(number)
            else:
                done[number] = _outcome(job)
        return done, dead


def test_a_dead_workers_job_is_done_again_in_its_place() -> None:
    cluster = Dying({"b": 2})
    outcomes = run_on(cluster, [_job(name) for name in "abc"])
    assert [o.case for o in outcomes] == list("abc")
    assert all(o.passed for o in outcomes)
    assert cluster.begun == ["a", "b", "c", "b", "b"]


def test_a_job_that_always_kills_its_worker_is_told_and_the_others_are_done() -> None:
    outcomes = run_on(Dying({"b": 99}), [_job(name) for name in "abc"])
    assert [o.passed for o in outcomes] == [True, False, True]
    assert f"died, {ATTEMPTS + 1} times" in outcomes[1].error


def test_without_the_extra_ray_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(InputError, match=r"tryon\[cluster\]"):
        ray_cluster("auto")


class Remote:
    """What `ray.remote` makes of a function: `.remote(job)` gives a task for `ray.get`."""

    def __init__(self, work: Callable[[Job], Outcome]) -> None:
        self._work = work

    def remote(self, job: Job) -> Callable[[], Outcome]:
        return lambda: self._work(job)


class CrashedError(Exception):
    pass


def test_a_ray_cluster_does_jobs_and_reports_crashed_workers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A stand-in with Ray's interface: the worker of `b` crashes once."""
    crashes = ["b"]

    def work(job: Job) -> Outcome:
        if job.case.name in crashes:
            crashes.remove(job.case.name)
            raise CrashedError
        return _outcome(job)

    ray = types.ModuleType("ray")
    addresses: list[str] = []
    ray.init = lambda address, **_: addresses.append(address)  # type: ignore[attr-defined]  # a stand-in
    ray.remote = lambda **_: Remote  # type: ignore[attr-defined]
    ray.get = lambda task: task()  # type: ignore[attr-defined]
    ray.exceptions = types.SimpleNamespace(  # type: ignore[attr-defined]
        WorkerCrashedError=CrashedError, NodeDiedError=CrashedError
    )
    monkeypatch.setitem(sys.modules, "ray", ray)
    monkeypatch.setattr(workers, "run_job", work)
    outcomes = run_on(ray_cluster("10.0.0.1:6379"), [_job(name) for name in "abc"])
    assert [o.case for o in outcomes] == list("abc")
    assert addresses == ["10.0.0.1:6379"]
    assert crashes == []


def test_a_cluster_that_does_not_answer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise ConnectionError("no node")

    ray = types.ModuleType("ray")
    ray.init = refuse  # type: ignore[attr-defined]  # a stand-in
    monkeypatch.setitem(sys.modules, "ray", ray)
    with pytest.raises(InputError, match="does not answer: no node"):
        ray_cluster("10.0.0.1:6379")
