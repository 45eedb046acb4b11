"""Jobs on several processes, or on a cluster: the same outcomes in the same order."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Protocol

from tryon.core.errors import InputError
from tryon.qa.replay.case import Job, Outcome, run_job

ATTEMPTS = 3
"""How often a job is begun before its worker's death counts as its own fault."""

Told = Callable[[Outcome], None]


def run_here(jobs: Sequence[Job], *, processes: int, told: Told = lambda outcome: None
) -> list[Outcome]:  # fmt: skip
    """Outcomes in the order of the jobs. `told` hears of each as soon as it is there.

    With one process nothing is started. Workers are spawned, never forked: detectors and OpenGL do
    not survive a fork. The jobs of a worker that dies are done again by a new one.
    """
    if processes <= 1 or len(jobs) <= 1:
        outcomes = []
        for job in jobs:
            outcomes.append(run_job(job))
            told(outcomes[-1])
        return outcomes
    return _again_after_death(jobs, lambda left: _in_pool(left, processes, told))


def _in_pool(
    jobs: Sequence[tuple[int, Job]], processes: int, told: Told
) -> tuple[dict[int, Outcome], list[int]]:
    """Outcomes by number, and the numbers of jobs whose worker died."""
    done: dict[int, Outcome] = {}
    dead: list[int] = []
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(processes, len(jobs)), mp_context=context) as pool:
        futures = []
        for number, job in jobs:
            try:
                futures.append((number, pool.submit(run_job, job)))
            except BrokenProcessPool:
                dead.append(number)
        for number, future in futures:
            try:
                done[number] = future.result()
            except BrokenProcessPool:
                dead.append(number)
                continue
            told(done[number])
    return done, dead


def _again_after_death(
    jobs: Sequence[Job],
    attempt: Callable[[Sequence[tuple[int, Job]]], tuple[dict[int, Outcome], list[int]]],
) -> list[Outcome]:
    """One attempt after another at what is left, the last ones one job at a time."""
    done: dict[int, Outcome] = {}
    left = list(enumerate(jobs))
    for _ in range(ATTEMPTS):
        if not left:
            break
        finished, dead = attempt(left)
        done |= finished
        left = [(number, jobs[number]) for number in dead]
    for number, job in left:
        # A pool loses all its jobs with one worker: alone, the guilty one is told from the others.
        finished, dead = attempt([(number, job)])
        done |= finished or {number: _dead(job)}
    return [done[number] for number in range(len(jobs))]


def _dead(job: Job) -> Outcome:
    why = f"The process that replayed {job.source} died, {ATTEMPTS + 1} times."
    return Outcome(job.suite, job.case.name, job.name, job.start, error=why)


class Cluster(Protocol):
    """What is used of Ray: see `ray_cluster`."""

    def run(self, jobs: Sequence[tuple[int, Job]]) -> tuple[dict[int, Outcome], list[int]]:
        """Outcomes by number, and the numbers of jobs whose worker died."""


def run_on(cluster: Cluster, jobs: Sequence[Job]) -> list[Outcome]:
    """Outcomes in the order of the jobs; those of workers that die are done again."""
    return _again_after_death(jobs, cluster.run)


def ray_cluster(address: str) -> Cluster:
    """A Ray cluster ("local" starts one here). Raises InputError without the extra `cluster`.

    The recordings must lie at the same paths on every node, for example on a shared disk.
    """
    try:
        import ray  # noqa: PLC0415  # an optional extra
    except ImportError as error:
        raise InputError(
            "Ray is not installed.", remedy='Install it with `pip install "tryon[cluster]"`.'
        ) from error

    class _Ray:
        def __init__(self) -> None:
            try:
                ray.init(address=address, ignore_reinit_error=True, log_to_driver=False)
            except (ConnectionError, ValueError, RuntimeError) as error:
                raise InputError(
                    f"The cluster {address} does not answer: {error}.",
                    remedy="Start it with `ray start --head`, or correct the address.",
                ) from error
            self._run = ray.remote(max_retries=0)(run_job)

        def run(self, jobs: Sequence[tuple[int, Job]]) -> tuple[dict[int, Outcome], list[int]]:
            tasks = [(number, self._run.remote(job)) for number, job in jobs]
            done, dead = {}, []
            for number, task in tasks:
                try:
                    done[number] = ray.get(task)
                except (ray.exceptions.WorkerCrashedError, ray.exceptions.NodeDiedError):
                    dead.append(number)
            return done, dead

    return _Ray()
