"""Clips dressed in the background. They lie in the shared folder in memory, and are forgotten soon."""

from __future__ import annotations

import json
import logging
import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

import tryon
from service import metrics
from service.logs import LOGGER
from service.studio import Studio

State = Literal["waiting", "running", "done", "failed"]
RESULT, CLIP, STATUS = "result.mp4", "clip", "status.json"
TELL_EVERY_S = 0.5
_ID = re.compile(r"[A-Za-z0-9_-]{24}")
_log = logging.getLogger(LOGGER)


@dataclass(frozen=True)
class Job:
    """progress: 0 to 1; pid: of the worker that has it; touched_s: wall time of the last change."""

    id: str
    state: State
    progress: float
    frames: int
    pid: int
    touched_s: float
    detail: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class JobLimits:
    """most: jobs of the machine at once; keep_s: results and failures are forgotten after it."""

    most: int
    keep_s: float
    most_s: float


class Jobs:
    """One at a time in each worker; any worker answers for all, since they share the folder."""

    def __init__(self, studio: Studio, folder: Path, limits: JobLimits) -> None:
        self._studio = studio
        self._folder = folder
        self._limits = limits
        self._lock = threading.Lock()
        self._thread: ThreadPoolExecutor | None = None

    def start(self, clip: bytes, wear: Sequence[str], variants: Mapping[str, str]) -> Job | None:
        """Take a clip; None when the machine has too many already."""
        with self._lock:
            self._sweep()
            busy = [job for job in self._all() if job.state in ("waiting", "running")]
            if len(busy) >= self._limits.most:
                return None
            job = Job(secrets.token_urlsafe(18), "waiting", 0.0, 0, os.getpid(), time.time())
            place = self._folder / job.id
            place.mkdir(parents=True)
            (place / CLIP).write_bytes(clip)
            self._write(job)
            if self._thread is None:
                self._thread = ThreadPoolExecutor(1, thread_name_prefix="service-jobs")
            self._thread.submit(self._run, job, tuple(wear), dict(variants))
        return job

    def find(self, job_id: str) -> Job | None:
        """A job of any worker. One whose worker has died has failed."""
        if not _ID.fullmatch(job_id):
            return None
        job = self._read(self._folder / job_id)
        if job is not None and job.state in ("waiting", "running") and not _alive(job.pid):
            job = replace(
                job, state="failed", detail="The worker was restarted.", remedy="Send it again."
            )
        return job

    def result(self, job: Job) -> Path | None:
        """The dressed clip, once it is there."""
        path = self._folder / job.id / RESULT
        return path if job.state == "done" and path.is_file() else None

    def drop(self, job: Job) -> None:
        """Forget clip and result at once; a running job stops at its next frame."""
        shutil.rmtree(self._folder / job.id, ignore_errors=True)

    def close(self) -> None:
        """Finish what runs."""
        if self._thread is not None:
            self._thread.shutdown(cancel_futures=True)

    def _run(self, job: Job, wear: tuple[str, ...], variants: dict[str, str]) -> None:
        ended = "failed"
        try:
            ended = self._dress(job, wear, variants)
        except tryon.TryonError as error:
            detail = error.message.replace(str(self._folder / job.id / CLIP), "The clip")
            self._write(replace(job, state="failed", detail=detail, remedy=error.remedy))
        except Exception:
            self._write(
                replace(
                    job, state="failed", detail="Something went wrong here.", remedy="Try again."
                )
            )
            _log.exception("job", extra={"ended": "bug"})
        finally:
            metrics.JOBS.labels(ended).inc()
            (self._folder / job.id / CLIP).unlink(missing_ok=True)
            forget = threading.Timer(self._limits.keep_s, self.drop, (job,))
            forget.daemon = True
            forget.start()

    def _dress(self, job: Job, wear: tuple[str, ...], variants: dict[str, str]) -> str:
        place = self._folder / job.id
        outfit = self._studio.outfit(wear, variants).result()
        session = self._studio.borrow()
        told_s, count = 0.0, 0
        try:
            session.wear(outfit)
            with (
                tryon.open_source(place / CLIP) as source,
                tryon.VideoSink(place / RESULT, audio_from=place / CLIP) as sink,
            ):
                total = source.frame_count or 0
                for result in session.run(source):
                    if result.t_ns > self._limits.most_s * 1e9:
                        raise tryon.InputError(
                            f"The clip is longer than {self._limits.most_s:g} s.",
                            remedy="Send a shorter one.",
                        )
                    sink.write(result)
                    count += 1
                    if time.monotonic() - told_s > TELL_EVERY_S:
                        told_s = time.monotonic()
                        if not place.is_dir():
                            return "dropped"
                        progress = min(0.99, count / total) if total else 0.0
                        self._write(replace(job, state="running", progress=progress, frames=count))
        finally:
            self._studio.give_back(session)
        self._write(replace(job, state="done", progress=1.0, frames=count))
        return "done"

    def _all(self) -> list[Job]:
        found = (self.find(path.name) for path in self._folder.glob("*/"))
        return [job for job in found if job is not None]

    def _sweep(self) -> None:
        for job in self._all():
            over = job.state in ("done", "failed")
            if over and time.time() - job.touched_s > self._limits.keep_s:
                self.drop(job)

    def _read(self, place: Path) -> Job | None:
        try:
            return Job(**json.loads((place / STATUS).read_text("utf-8")))
        except (OSError, ValueError):
            return None

    def _write(self, job: Job) -> None:
        place = self._folder / job.id
        draft = place / f".{STATUS}"
        try:
            draft.write_text(json.dumps(asdict(replace(job, touched_s=time.time()))), "utf-8")
            draft.replace(place / STATUS)
        except OSError:
            # Dropped meanwhile: there is nobody to tell.
            return


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
