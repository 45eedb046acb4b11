"""Clips are dressed in the background, in memory, and forgotten."""

from __future__ import annotations

import io
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from numpy.typing import NDArray
from werkzeug.test import TestResponse

import tryon
from service.config import IN_MEMORY
from service.jobs import Job, JobLimits, Jobs
from tests.service.conftest import House
from tryon.media.clip_writer import ClipWriter


@pytest.fixture(scope="module")
def clip(camera_frame: NDArray[np.uint8], tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A third of a second."""
    return clip_of([camera_frame] * 8, tmp_path_factory.mktemp("clips") / "clip.mp4", 25)


def clip_of(pictures: list[NDArray[np.uint8]], path: Path, fps: int) -> bytes:
    with ClipWriter(path) as writer:
        for index, picture in enumerate(pictures):
            writer.write(picture, index * 1_000_000_000 // fps)
    return path.read_bytes()


def post(client: FlaskClient, clip: bytes | None, **fields: Any) -> TestResponse:
    data: dict[str, Any] = {"wear": "aurelle-aviator", **fields}
    if clip is not None:
        data["clip"] = (io.BytesIO(clip), "../../evil.mp4")
    return client.post("/api/v1/jobs", data=data, content_type="multipart/form-data")


def finished(client: FlaskClient, address: str) -> dict[str, Any]:
    for _ in range(600):
        document: dict[str, Any] = client.get(address).get_json()
        if document["state"] in ("done", "failed"):
            return document
        time.sleep(0.05)
    raise AssertionError("the job never ended")


def test_clip_comes_back_dressed_and_is_forgotten_on_demand(
    client: FlaskClient, house: House, clip: bytes, tmp_path: Path, camera_frame: NDArray[np.uint8]
) -> None:
    started = post(client, clip)
    assert started.status_code == 202
    address = started.headers["Location"]
    document = finished(client, address)
    assert (document["state"], document["progress"], document["frames"]) == ("done", 1.0, 8)
    answer = client.get(document["result"])
    assert answer.mimetype == "video/mp4"
    (tmp_path / "result.mp4").write_bytes(answer.data)
    with tryon.open_source(tmp_path / "result.mp4") as source:
        last = list(source)[-1].rgb
    changed = np.abs(last.astype(int) - camera_frame.astype(int)).max(2) > 50
    assert changed[180:260, 270:380].mean() > 0.2
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404
    assert not (house.service.run_dir / "jobs" / address.rsplit("/", 1)[-1]).exists()


def test_clips_lie_in_memory_only(client: FlaskClient, house: House, clip: bytes) -> None:
    address = post(client, clip).headers["Location"]
    folder = house.service.run_dir / "jobs" / address.rsplit("/", 1)[-1]
    assert folder.is_relative_to(IN_MEMORY)
    assert (
        folder.stat().st_mode & 0o777 == 0o700 or house.service.run_dir.stat().st_mode & 0o077 == 0
    )
    finished(client, address)
    assert not (folder / "clip").exists()
    client.delete(address)


@pytest.mark.parametrize(
    "content", [b"no clip", b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n"]
)
def test_what_is_no_clip_fails_with_a_remedy_and_no_path(
    client: FlaskClient, content: bytes
) -> None:
    address = post(client, content).headers["Location"]
    document = finished(client, address)
    assert document["state"] == "failed"
    assert document["problem"]["remedy"]
    assert "/" not in document["problem"]["detail"]
    assert client.get(f"{address}/result").status_code == 409
    client.delete(address)


def test_clip_that_is_too_long_is_stopped(
    client: FlaskClient, camera_frame: NDArray[np.uint8], tmp_path: Path
) -> None:
    small = np.ascontiguousarray(camera_frame[::4, ::4])
    address = post(client, clip_of([small] * 8, tmp_path / "long.mp4", 1)).headers["Location"]
    assert "longer than 5 s" in finished(client, address)["problem"]["detail"]


@pytest.mark.parametrize(
    ("fields", "clip", "field"),
    [({"wear": ""}, b"x", "wear"), ({}, None, "clip"), ({}, b"", "clip")],
)
def test_wrong_field_is_named(
    client: FlaskClient, fields: dict[str, str], clip: bytes | None, field: str
) -> None:
    assert post(client, clip, **fields).get_json()["field"] == field


@pytest.mark.parametrize("job_id", ["x", "..%2F..%2Fetc", "A" * 24, "%00" * 24])
def test_unknown_job(client: FlaskClient, job_id: str) -> None:
    for answer in (
        client.get(f"/api/v1/jobs/{job_id}"),
        client.delete(f"/api/v1/jobs/{job_id}"),
        client.get(f"/api/v1/jobs/{job_id}/result"),
    ):
        assert answer.status_code == 404


class TestOfOtherWorkers:
    def jobs(self, house: House, folder: Path, *, most: int = 1, keep_s: float = 900) -> Jobs:
        return Jobs(house.service.studio, folder, JobLimits(most, keep_s, 60))

    def put(self, jobs: Jobs, folder: Path, **fields: Any) -> Job:
        job = Job(**{"id": "A" * 24, "state": "running", "progress": 0.4, "frames": 9, "pid": 1,
                     "touched_s": time.time(), **fields})  # fmt: skip
        (folder / job.id).mkdir(parents=True)
        jobs._write(job)
        return job

    def test_job_of_a_killed_worker_has_failed(self, house: House, tmp_path: Path) -> None:
        jobs = self.jobs(house, tmp_path)
        self.put(jobs, tmp_path, pid=2**22 - 1)
        found = jobs.find("A" * 24)
        assert found is not None
        assert (found.state, found.remedy) == ("failed", "Send it again.")

    def test_machine_takes_no_more_than_its_limit(self, house: House, tmp_path: Path) -> None:
        jobs = self.jobs(house, tmp_path)
        self.put(jobs, tmp_path)
        assert jobs.start(b"clip", ["aurelle-aviator"], {}) is None

    def test_old_results_are_forgotten(self, house: House, tmp_path: Path) -> None:
        jobs = self.jobs(house, tmp_path, keep_s=0)
        self.put(jobs, tmp_path, state="done", touched_s=0.0)
        job = jobs.start(b"", ["aurelle-aviator"], {})
        jobs.close()
        assert job is not None
        assert jobs.find("A" * 24) is None
