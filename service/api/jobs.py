"""`/api/v1/jobs`: a clip and item ids in, progress, and the dressed clip out."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify, request, send_file, url_for

from service.api.tryon import read_chosen
from service.config import MB
from service.jobs import Job
from service.parts import service_of
from service.problems import ApiError

blueprint = Blueprint("jobs", __name__, url_prefix="/api/v1/jobs")


@blueprint.post("")
def start() -> Response:
    """Take a clip."""
    service = service_of(current_app)
    if service.jobs is None:
        raise ApiError(
            503, "Clips are not taken here: there is no folder in memory for them.",
            remedy="Let the operator set TRYON_SERVICE_RUN_DIR.",
        )  # fmt: skip
    request.max_content_length = service.config.max_clip_mb * MB
    chosen = read_chosen()
    clip = request.files.get("clip")
    content = b"" if clip is None else clip.stream.read()
    if not content:
        raise ApiError(
            422, "There is no clip.", field="clip",
            remedy="Send a form (multipart/form-data) with a file called clip.",
        )  # fmt: skip
    job = service.jobs.start(content, chosen.wear, chosen.variants)
    if job is None:
        raise ApiError(503, "Too many clips are being dressed.", remedy="Try again in a minute.")
    answer = jsonify(job_document(job))
    answer.status_code = 202
    answer.headers["Location"] = url_for("jobs.show", job_id=job.id)
    return answer


@blueprint.get("/<job_id>")
def show(job_id: str) -> Response:
    """How far it is."""
    return jsonify(job_document(known_job(job_id)))


@blueprint.get("/<job_id>/result")
def result(job_id: str) -> Response:
    """The dressed clip."""
    service = service_of(current_app)
    job = known_job(job_id)
    path = service.jobs.result(job) if service.jobs is not None else None
    if path is None:
        raise ApiError(
            409,
            "The clip is not ready.",
            field="job_id",
            remedy="Ask for the job until it is done.",
        )
    return send_file(path, mimetype="video/mp4", conditional=True, download_name="tryon.mp4")


@blueprint.delete("/<job_id>")
def drop(job_id: str) -> Response:
    """Forget the clip and its result now."""
    service = service_of(current_app)
    job = known_job(job_id)
    if service.jobs is not None:
        service.jobs.drop(job)
    return Response(status=204)


def known_job(job_id: str) -> Job:
    """Raises ApiError 404."""
    service = service_of(current_app)
    job = service.jobs.find(job_id) if service.jobs is not None else None
    if job is None:
        raise ApiError(
            404,
            "There is no such job.",
            field="job_id",
            remedy="Results are kept for a while only.",
        )
    return job


def job_document(job: Job) -> dict[str, object]:
    """For the API and for pages."""
    document: dict[str, object] = {
        "id": job.id,
        "state": job.state,
        "progress": round(job.progress, 3),
        "frames": job.frames,
    }
    if job.state == "done":
        document["result"] = url_for("jobs.result", job_id=job.id)
    if job.state == "failed":
        document["problem"] = {"detail": job.detail, "remedy": job.remedy}
    return document
