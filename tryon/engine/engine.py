"""The front door: one engine holds the models and the renderer, and opens sessions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType

from tryon.core.camera import PinholeCamera
from tryon.core.frame import Frame, Picture
from tryon.core.result import TryonResult
from tryon.engine.observer import Observer, Watcher
from tryon.engine.outfit import Accessory, Clothing, Outfit
from tryon.engine.session import Session, Under
from tryon.stages.detect import BodyDetector, DetectorMode, FaceDetector
from tryon.stages.render import Renderer
from tryon.wardrobe.catalogue import Catalogue, parse_wear
from tryon.wardrobe.head import HeadModel
from tryon.wardrobe.load import load_asset
from tryon.wardrobe.load_garment import is_garment, load_garment

PHOTO_SUPERSAMPLE = 3.0
STREAM_SUPERSAMPLE = 2.0


class Engine:
    """Dresses photos and streams. Close it, or use it as a context manager.

        with tryon.Engine() as engine:
            result = engine.photo(rgb, wear=["aurelle-aviator"])

    catalogue: what can be worn (default: the bundled items and the user's own); max_faces: how many
    people are dressed at once; cloth: whether loose clothes swing (else they follow the skin). Models
    load on first use. Raises SuppliesError when they are missing.
    """

    def __init__(
        self, *, catalogue: Catalogue | None = None, max_faces: int = 4, cloth: bool = True
    ) -> None:
        self.catalogue = Catalogue.load() if catalogue is None else catalogue
        self._max_faces = max_faces
        self._cloth = cloth
        self._renderer: Renderer | None = None
        self._head_model: HeadModel | None = None
        self._photos: Session | None = None

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the photo models and the renderer. Close streams' sessions before."""
        if self._photos is not None:
            self._photos.close()
        if self._renderer is not None:
            self._renderer.close()
        self._renderer = self._photos = None

    def outfit(self, wear: Sequence[str], *, variants: Mapping[str, str] | None = None) -> Outfit:
        """Load items by id, in wearing order. Raises UnknownItemError with close matches."""
        worn = parse_wear(self.catalogue, wear, variants or {})
        return Outfit(
            tuple(
                Accessory(piece, load_asset(piece.item, piece.variant))
                for piece in worn
                if not is_garment(piece.item)
            ),
            tuple(
                Clothing(piece, load_garment(piece.item, piece.variant))
                for piece in worn
                if is_garment(piece.item)
            ),
        )

    def photo(
        self,
        picture: Picture | Frame,
        wear: Sequence[str],
        *,
        variants: Mapping[str, str] | None = None,
        camera: PinholeCamera | None = None,
        layers: bool = False,
        under: Under = "erase",
    ) -> TryonResult:
        """Dress everybody in one picture.

        picture: (H, W, 3) uint8 sRGB RGB, or a frame from a source; camera: its lens, else the
        stated default; layers: also give each item's visible coverage; under: what
        becomes of people's own clothes where virtual ones leave them in view. With nobody in the
        picture the image comes back unchanged and `people` is empty.
        """
        outfit = self.outfit(wear, variants=variants)
        if isinstance(picture, Frame):
            frame = picture
        else:
            height, width = picture.shape[:2]
            frame = Frame(picture, 0, 0, camera or PinholeCamera.default((width, height)))
        if self._photos is None:
            with self._opening("photo", None) as watcher:
                self._photos = self._open("photo", Outfit(), PHOTO_SUPERSAMPLE, watcher)
        self._photos.forget()
        self._photos.wear(outfit)
        self._photos.under = under
        return self._photos.step(frame, layers=layers)

    def session(
        self,
        wear: Sequence[str] = (),
        *,
        variants: Mapping[str, str] | None = None,
        observer: Watcher | None = None,
        under: Under = "keep",
    ) -> Session:
        """Open a stream: people keep their ids, motion is smoothed, gaps are bridged.

        observer: who says what is seen in the frames, in place of the detectors (a recording);
        under: as for photos, but erasing is slower, and it shows when it errs from frame to frame.
        Each stream needs a session of its own; close it when the stream ends, before the engine.
        """
        with self._opening("stream", observer) as watcher:
            outfit = self.outfit(wear, variants=variants)
            session = self._open("stream", outfit, STREAM_SUPERSAMPLE, watcher)
        session.under = under
        return session

    def observer(self, mode: DetectorMode = "stream") -> Observer:
        """The detectors of one stream, for who wants what they see without dressing anybody."""
        return Observer(
            lambda: FaceDetector(max_faces=self._max_faces, mode=mode),
            lambda: BodyDetector(max_people=self._max_faces, mode=mode),
        )

    @contextmanager
    def _opening(self, mode: DetectorMode, observer: Watcher | None) -> Iterator[Watcher]:
        """Detectors that open while the block does the rest; closed when it, or they, fail."""
        if observer is not None:
            yield observer
            return
        own = self.observer(mode)
        try:
            yield own
            own.ready()
        except BaseException:
            own.close()
            raise

    def _open(
        self, mode: DetectorMode, outfit: Outfit, supersample: float, observer: Watcher
    ) -> Session:
        if self._renderer is None:
            self._renderer = Renderer()
        if self._head_model is None:
            self._head_model = HeadModel.load()
        return Session(
            observer,
            self._renderer,
            self._head_model,
            outfit,
            supersample=supersample,
            fine=mode == "photo",
            cloth=self._cloth,
        )
