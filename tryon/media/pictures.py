"""Still pictures: bytes to sRGB and back."""

from __future__ import annotations

import io
import threading
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms, ImageOps, UnidentifiedImageError

from tryon.core.errors import InputError, OutputError
from tryon.core.frame import Picture
from tryon.media.drafts import write_whole

PICTURE_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".avif")
"""Names that a folder's pictures end with."""

MAX_MEGAPIXELS = 100
"""Larger pictures are refused before they are decoded: each takes a dozen bytes a pixel."""

_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF", "AVIF", "PPM")
_KINDS = "JPEG, PNG, WebP, TIFF, BMP, AVIF or GIF"
_FILM_DIAGONAL_MM = float(np.hypot(36.0, 24.0))
_MM_BY_RESOLUTION_UNIT = {2: 25.4, 3: 10.0, 4: 1.0, 5: 0.001}
# What Pillow's decoders were seen to raise on files with random damage.
_DECODING_ERRORS = (OSError, SyntaxError, ValueError, EOFError, RuntimeError)
_header_check = threading.Lock()


@dataclass(frozen=True)
class StillPicture:
    """A decoded picture.

    rgb: (H, W, 3) uint8 sRGB, upright; focal_px: focal length in its pixels as EXIF gives it, or
    None when EXIF says nothing that can be trusted.
    """

    rgb: Picture
    focal_px: float | None


def is_still(path: Path) -> bool:
    """Whether the file starts like a picture that does not move (an animated GIF does)."""
    try:
        with _opened(path) as image:
            return not (image.format == "GIF" and getattr(image, "is_animated", False))
    except (OSError, SyntaxError):
        return False


def read_picture(path: Path) -> StillPicture:
    """Decode a picture file to upright sRGB.

    EXIF orientation is applied, colour profiles and CMYK are converted to sRGB, 16 bits rounded to
    8, transparency laid on white. Of an animation, the first picture. Raises InputError for what is
    missing, unreadable, broken, no picture, or larger than `MAX_MEGAPIXELS`.
    """
    return decode_picture(_content(path), name=str(path))


def decode_picture(content: bytes, *, name: str) -> StillPicture:
    """The same from a file's bytes; `name` is what errors call it."""
    if not content:
        raise InputError(f"{name} is empty.", remedy="Save or transfer the picture again.")
    try:
        with _opened(io.BytesIO(content)) as image:
            _check_size(image, name)
            image.load()
            focal_px = _focal_px(image)
            rgb = _srgb(ImageOps.exif_transpose(image))
    except UnidentifiedImageError as error:
        raise _no_picture(content, name) from error
    except Image.DecompressionBombError as error:
        raise _too_large(f"{name} has several hundred megapixels") from error
    except _DECODING_ERRORS as error:
        raise InputError(
            f"{name} is damaged or cut off: {error}.",
            remedy="Transfer the file again, or open it in a picture editor and save it anew.",
        ) from error
    return StillPicture(rgb, focal_px)


def write_picture(path: Path, picture: NDArray[np.uint8]) -> None:
    """Write a picture in the format of the file's suffix, complete or not at all.

    picture: (H, W, 3) sRGB RGB, (H, W, 4) RGBA with straight alpha, or (H, W) grey, uint8. PNG is
    lossless; JPEG has quality 95 without chroma subsampling, WebP quality 95. Raises OutputError
    for another suffix, and when the file cannot be written.
    """
    write_whole(path, encode_picture(picture, suffix=path.suffix, name=str(path)))


def encode_picture(picture: NDArray[np.uint8], *, suffix: str, name: str = "The picture") -> bytes:
    """The bytes that `write_picture` writes; `suffix` as in ".png"."""
    if picture.dtype != np.uint8 or picture.ndim not in (2, 3) or picture.shape[2:] not in _DEPTHS:
        raise ValueError(f"cannot encode a picture of {picture.shape} {picture.dtype}")
    match suffix.lower():
        case ".png":
            format_, options = "PNG", {"compress_level": 4}
        case ".jpg" | ".jpeg":
            format_, options = "JPEG", {"quality": 95, "subsampling": 0}
        case ".webp":
            format_, options = "WEBP", {"quality": 95}
        case _:
            found = f"“{suffix}”" if suffix else "no suffix"
            raise OutputError(
                f"{name} cannot be written: {found} names no known picture format.",
                remedy="End the name with .png, .jpg or .webp.",
            )
    image = Image.fromarray(np.ascontiguousarray(picture))
    if format_ == "JPEG" and image.mode == "RGBA":
        image = _on_white(image)
    buffer = io.BytesIO()
    try:
        image.save(buffer, format_, **options)
    except (OSError, ValueError) as error:
        size = f"{image.width}×{image.height}"
        raise OutputError(
            f"{name} cannot be written as {format_} with {size} pixels: {error}.",
            remedy="End the name with .png.",
        ) from error
    return buffer.getvalue()


_DEPTHS = ((), (3,), (4,))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise InputError(f"There is no file {path}.", remedy="Check the name.") from error
    except IsADirectoryError as error:
        raise InputError(f"{path} is a folder.", remedy="Name a picture in it.") from error
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror}.",
            remedy="Allow reading it, or copy it to a place where you may.",
        ) from error


def _opened(source: Path | io.BytesIO) -> Image.Image:
    """Read a picture's header. `_check_size` has our own limit, with a message that says more."""
    with _header_check, warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        return Image.open(source, formats=_FORMATS)


def _check_size(image: Image.Image, name: str) -> None:
    megapixels = image.width * image.height / 1e6
    if megapixels > MAX_MEGAPIXELS:
        raise _too_large(f"{name} has {image.width}×{image.height}, {megapixels:.0f} megapixels")


def _too_large(fact: str) -> InputError:
    return InputError(
        f"{fact}; up to {MAX_MEGAPIXELS} are accepted.",
        remedy="Scale it down, for example to 4000 pixels on its longer side.",
    )


def _no_picture(content: bytes, name: str) -> InputError:
    if content[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftyphevc"):
        return InputError(
            f"{name} is a HEIC picture, which cannot be read.",
            remedy="Export it as JPEG (iPhone: Settings, Camera, Formats, Most Compatible).",
        )
    return InputError(f"{name} is not a picture that can be read.", remedy=f"Give a {_KINDS} file.")


def _srgb(image: Image.Image) -> Picture:
    """(H, W, 3) uint8 sRGB of a decoded picture of any mode."""
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        image = Image.fromarray(_eight_bits(np.asarray(image)))
    if image.has_transparency_data:
        image = _on_white(_in_srgb(image.convert("RGBA")))
    elif image.mode not in ("RGB", "CMYK", "L"):
        image = image.convert("RGB")
    rgb = np.array(_in_srgb(image).convert("RGB"), np.uint8)
    return np.ascontiguousarray(rgb)


def _eight_bits(deep: NDArray[np.generic]) -> NDArray[np.uint8]:
    """One channel of 16-bit integers, or of floats from 0 to 1, rounded to 8 bits."""
    if not np.isfinite(deep).all():
        raise ValueError("some of its pixels are not numbers")
    full = 1.0 if deep.dtype.kind == "f" else 65535.0
    scaled = np.clip(np.asarray(deep, np.float64) / full, 0.0, 1.0)
    return np.rint(255 * scaled).astype(np.uint8)


def _on_white(image: Image.Image) -> Image.Image:
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image).convert("RGB")


def _in_srgb(image: Image.Image) -> Image.Image:
    """Apply the picture's colour profile; one that cannot be used counts as absent."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK", "L"):
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "srgb" in ImageCms.getProfileDescription(source).lower():
            return image
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        converted = ImageCms.profileToProfile(
            image, source, ImageCms.createProfile("sRGB"), outputMode=mode
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    return image if converted is None else converted


def _focal_px(image: Image.Image) -> float | None:
    """The focal length in pixels of this picture, from EXIF 2.32 tags (CIPA DC-008).

    The 35 mm equivalent compares diagonals (CIPA DCG-001). A picture that was cropped after it was
    taken has another shape than EXIF records, and its focal length is not trusted.
    """
    tags = image.getexif().get_ifd(ExifTags.IFD.Exif)
    taken_wh = (
        _number(tags, ExifTags.Base.ExifImageWidth),
        _number(tags, ExifTags.Base.ExifImageHeight),
    )
    if all(taken_wh):
        taken, now = sorted(taken_wh), sorted(image.size)
        if abs(taken[0] * now[1] - taken[1] * now[0]) > 0.02 * taken[0] * now[1]:
            return None
    equivalent_mm = _number(tags, ExifTags.Base.FocalLengthIn35mmFilm)
    if 5 <= equivalent_mm <= 3000:
        return equivalent_mm / _FILM_DIAGONAL_MM * float(np.hypot(*image.size))
    return _focal_from_sensor(tags, max(image.size) / max(taken_wh) if all(taken_wh) else 1.0)


def _focal_from_sensor(tags: dict[int, object], scale: float) -> float | None:
    """Focal length × pixels per millimetre of the sensor, × picture pixels per sensor pixel."""
    unit_mm = _MM_BY_RESOLUTION_UNIT.get(int(_number(tags, ExifTags.Base.FocalPlaneResolutionUnit)))
    focal_mm = _number(tags, ExifTags.Base.FocalLength)
    by_unit = _number(tags, ExifTags.Base.FocalPlaneXResolution)
    if unit_mm is None or focal_mm <= 0 or by_unit <= 0:
        return None
    return focal_mm * by_unit / unit_mm * scale


def _number(tags: dict[int, object], tag: int) -> float:
    """A tag as a finite number; 0 when it is absent or nonsense."""
    try:
        value = float(tags.get(tag, 0))  # type: ignore[arg-type]  # whatever a stranger put there
    except (TypeError, ValueError, ZeroDivisionError):
        return 0.0
    return value if np.isfinite(value) else 0.0
