"""The recordings that come with the project: made of the base body, nobody's face."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from tryon.engine import Engine
from tryon.qa.synth.body_film import BODY_FILMS, BodyFilmStudio, BodyScene
from tryon.qa.synth.film import FilmStudio
from tryon.qa.synth.scene import FILMS, Scene
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
    _make(SMALL, SMALL_BODIES, folder, bodies=False, told=told)


def make_films(
    names: Iterable[str], folder: Path, *, told: Callable[[str], None] = lambda line: None
) -> None:
    """Film and record these of `FILMS` and `BODY_FILMS`, bodies with what is seen of them."""
    chosen = tuple(names)
    _make(
        {name: FILMS[name] for name in chosen if name in FILMS},
        {name: BODY_FILMS[name] for name in chosen if name in BODY_FILMS},
        folder,
        bodies=True,
        told=told,
    )


def _make(
    portraits: Mapping[str, Scene],
    walks: Mapping[str, BodyScene],
    folder: Path,
    *,
    bodies: bool,
    told: Callable[[str], None],
) -> None:
    with Engine(max_faces=MAX_FACES) as engine:
        if portraits:
            with FilmStudio() as studio:
                for name, scene in portraits.items():
                    out = folder / f"{name}.zip"
                    count = take(
                        scene, studio.film(scene), out, engine, max_faces=MAX_FACES,
                        fov_deg=scene.fov_deg, traits={"light": scene.light},
                    )  # fmt: skip
                    told(f"{out}: {count} frames")
        if walks:
            with BodyFilmStudio() as stage:
                for name, walk in walks.items():
                    out = folder / f"{name}.zip"
                    count = take(
                        walk, stage.film(walk), out, engine, max_faces=MAX_FACES, bodies=bodies,
                        traits={"light": walk.light},
                    )  # fmt: skip
                    told(f"{out}: {count} frames")
