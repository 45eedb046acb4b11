"""A replay as a file for the Rerun viewer, for engineers: pictures, heads, anchors and numbers on one
timeline. Needs the extra `rerun`."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tryon.core.errors import InputError
from tryon.core.frame import Frame
from tryon.engine import Engine
from tryon.media.drafts import draft
from tryon.qa.replay.cutouts import restored
from tryon.qa.replay.player import Look, Start, replay
from tryon.qa.replay.readings import FrameReading
from tryon.qa.replay.recording import Recording
from tryon.qa.replay.verdict import STAGE_MEASURES


def write_rerun(
    target: Path, recording: Recording, look: Look, engine: Engine, *, start: Start
) -> int:
    """Replay a recording into a `.rrd` file; gives the number of frames.

    Raises InputError without the extra, OutputError when the file cannot be written.
    """
    try:
        import rerun  # noqa: PLC0415  # an optional extra
    except ImportError as error:
        raise InputError(
            "Rerun is not installed.", remedy='Install it with `pip install "tryon[rerun]"`.'
        ) from error
    camera = recording.manifest.camera.camera()
    with draft(target) as here:
        stream = rerun.RecordingStream("tryon", recording_id=recording.digest)
        stream.save(str(here))
        (fx, fy), (cx, cy) = camera.focal_px, camera.centre_px
        stream.log(
            "cam/picture",
            rerun.Pinhole(
                image_from_camera=np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1]]),
                resolution=list(camera.size_wh),
                # `cam` looks along −z with y up.
                camera_xyz=rerun.ViewCoordinates.RUB,
            ),
            static=True,
        )

        def log(frame: Frame, reading: FrameReading) -> None:
            stream.set_time("frame", sequence=reading.index)
            stream.set_time("capture", duration=(frame.t_ns - int(recording.t_ns[0])) / 1e9)
            stream.log("cam/picture", rerun.Image(restored(reading.picture, frame.rgb)))
            for head in reading.heads:
                pose = head.smoothed
                stream.log(
                    f"cam/heads/{head.track}",
                    rerun.Transform3D(translation=pose[:3, 3], mat3x3=pose[:3, :3]),
                )
                names = list(head.anchors)
                points = np.stack([head.anchors[name] for name in names])
                stream.log(f"cam/anchors/{head.track}", rerun.Points3D(points, labels=names))
            for item, people in reading.spots.items():
                px = [spot.px for spots in people.values() for spot in spots]
                stream.log(f"cam/picture/{item}", rerun.Points2D(np.stack(px), radii=2))
            for stage, ms in reading.stages_ms.items():
                stream.log(f"ms/{stage}", rerun.Scalars(ms))
            for stage in STAGE_MEASURES:
                if stage in reading.hashes:
                    stream.log(f"hash/{stage}", rerun.TextLog(reading.hashes[stage]))

        now = replay(recording, look, engine, start=start, watch=log)
        stream.flush()
        stream.disconnect()
    return len(now.frames)
