"""The one engine of this process and everything that is asked of it."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import tryon

DEMONSTRATION_WEAR = ("aurelle-aviator",)


class Studio:
    """Opens the engine on first use, so that it is made after a fork, and lends out its sessions.

    Sessions of visitors who left are kept for the next ones: making detectors anew for each
    connection costs half a second and leaks natively. Call from any thread.
    """

    def __init__(self, *, own_catalogue: Path | None = None, most_spare: int = 4) -> None:
        self._own_catalogue = own_catalogue
        self._most_spare = most_spare
        self._lock = threading.RLock()
        self._photo_lock = threading.Lock()
        self._preview_lock = threading.Lock()
        self._spare: list[tryon.Session] = []
        self._opened: _Opened | None = None
        self._stamp: tuple[object, ...] = ()
        self.ready = False

    @property
    def engine(self) -> tryon.Engine:
        """The engine of this process."""
        return self._open().engine

    @property
    def catalogue(self) -> tryon.Catalogue:
        """What can be worn now; published items appear without a restart, in every worker."""
        opened = self._open()
        stamp = _stamp(self._folders())
        with self._lock:
            if stamp != self._stamp:
                opened.engine.catalogue = self._load()
                self._stamp = stamp
        return opened.engine.catalogue

    @property
    def catalogue_stamp(self) -> str:
        """Changes with the catalogue."""
        _ = self.catalogue
        return f"{abs(hash(self._stamp)):x}"

    def warm_up(self) -> None:
        """Load every model and open a first session, so that no visitor waits for it."""
        person = tryon.portrait("collins")
        wear = [item for item in DEMONSTRATION_WEAR if item in self.catalogue.items]
        self.photo(person, wear)
        session = self.borrow()
        height, width = person.shape[:2]
        camera = tryon.PinholeCamera.default((width, height), webcam=True)
        session.step(tryon.Frame(person, 0, 0, camera))
        self.give_back(session)
        self.ready = True

    def photo(
        self,
        rgb: NDArray[np.uint8],
        wear: Sequence[str],
        *,
        variants: Mapping[str, str] | None = None,
        focal_px: float | None = None,
        layers: bool = False,
    ) -> tryon.TryonResult:
        """Dress one picture; pictures are dressed one after the other."""
        size_wh = (rgb.shape[1], rgb.shape[0])
        camera = (
            tryon.PinholeCamera.default(size_wh)
            if focal_px is None
            else tryon.PinholeCamera.from_focal(focal_px, size_wh, origin="exif")
        )
        _ = self.catalogue
        with self._photo_lock:
            return self.engine.photo(rgb, wear, variants=variants, camera=camera, layers=layers)

    def outfit(
        self, wear: Sequence[str], variants: Mapping[str, str] | None = None
    ) -> Future[tryon.Outfit]:
        """Load what is worn beside the frame loop: a garment may have to be cut first."""
        _ = self.catalogue
        return self._open().loaders.submit(self.engine.outfit, wear, variants=variants)

    def cutout(
        self, item: tryon.Item, size_wh: tuple[int, int], *, variant: str, turn_rad: float = 0.0
    ) -> NDArray[np.uint8]:
        """(H, W, 4) picture of an item alone."""
        return self._open().showroom.cutout(item, size_wh, variant=variant, turn_rad=turn_rad)

    def preview(self, item: tryon.Item) -> NDArray[np.uint8]:
        """(H, W, 3) the demonstration person wearing an item that is not in the catalogue."""
        opened = self._open()
        with self._preview_lock:
            opened.previews.catalogue = tryon.Catalogue([item])
            return opened.previews.photo(tryon.portrait("collins"), [item.id]).image

    def borrow(self) -> tryon.Session:
        """A session that knows nobody."""
        engine = self.engine
        with self._lock:
            if self._spare:
                return self._spare.pop()
        return engine.session()

    def give_back(self, session: tryon.Session) -> None:
        """The visitor has left: forget them at once, keep the detectors for the next one."""
        session.forget()
        session.wear(self.engine.outfit([]))
        with self._lock:
            if len(self._spare) < self._most_spare:
                self._spare.append(session)
                return
        session.close()

    def close(self) -> None:
        """Let go of everything; lent sessions must be back."""
        with self._lock:
            for session in self._spare:
                session.close()
            self._spare.clear()
            if self._opened is not None:
                self._opened.close()
            self._opened = None
            self.ready = False

    def _open(self) -> _Opened:
        with self._lock:
            if self._opened is None or self._opened.pid != os.getpid():
                self._stamp = _stamp(self._folders())
                self._opened = _Opened(self._load())
            return self._opened

    def _load(self) -> tryon.Catalogue:
        if self._own_catalogue is None:
            return tryon.Catalogue.load()
        return tryon.Catalogue.load([tryon.bundled_folder(), self._own_catalogue])

    def _folders(self) -> tuple[Path, ...]:
        return (self._own_catalogue or tryon.own_folder(),)


class _Opened:
    """What belongs to one process."""

    def __init__(self, catalogue: tryon.Catalogue) -> None:
        self.pid = os.getpid()
        self.engine = tryon.Engine(catalogue=catalogue)
        self.previews = tryon.Engine(catalogue=tryon.Catalogue([]))
        self.showroom = tryon.Showroom()
        self.loaders = ThreadPoolExecutor(2, thread_name_prefix="service-outfits")

    def close(self) -> None:
        self.loaders.shutdown()
        self.showroom.close()
        self.previews.close()
        self.engine.close()


def _stamp(folders: Sequence[Path]) -> tuple[object, ...]:
    """Changes when a catalogue file comes, goes or is written."""
    return tuple(
        (str(path), path.stat().st_mtime_ns)
        for folder in folders
        for path in sorted((*folder.glob("*.yaml"), *folder.glob("looks/*.yaml")))
    )
