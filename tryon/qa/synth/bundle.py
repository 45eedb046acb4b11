"""The recordings that come with the project: made of the base body, nobody's face."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tryon.engine import Engine
from tryon.qa.synth.body_film import BODY_FILMS, BodyFilmStudio
from tryon.qa.synth.film import FilmStudio
from tryon.qa.synth.scene import FILMS
from tryon.qa.synth.take import take

MAX_FACES = 4
SMALL = {
    "turn": replace(FILMS["turn"], seconds=2.0),
    "crossing": replace(FILMS["crossing"], size_wh=(400, 240), frames_per_s=10.0, seconds=1.8),
}
"""Portrait films, short enough for a repository."""
SMALL_BODIES = {"walk": replace(BODY_FILMS["walk"], frames_per_s=12.0, seconds=1.5)}


def make_bundle(folder: Path, *, told: Callable[[str], None] = lambda line: None) -> None:
    """Film and record them; the folder must not hold them yet. Raises as `take`.

    The walk keeps no bodies (their outlines take megabytes): it is replayed from pixels.
    """
    with Engine(max_faces=MAX_FACES) as engine:
        with FilmStudio() as studio:
            for name, scene in SMALL.items():
                out = folder / f"{name}.zip"
                count = take(
                    scene,
                    studio.film(scene),
                    out,
                    engine,
                    max_faces=MAX_FACES,
                    fov_deg=scene.fov_deg,
                    traits={"light": scene.light},
                )
                told(f"{out}: {count} frames, {out.stat().st_size} bytes")
        with BodyFilmStudio() as bodies:
            for name, walk in SMALL_BODIES.items():
                out = folder / f"{name}.zip"
                count = take(walk, bodies.film(walk), out, engine, max_faces=MAX_FACES)
                told(f"{out}: {count} frames, {out.stat().st_size} bytes")
