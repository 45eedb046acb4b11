"""Pictures in, pictures out: every kind that people have, and every kind that is broken."""

from __future__ import annotations

import io
import os
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms

from tryon.core.errors import InputError, OutputError
from tryon.media.pictures import decode_picture, is_still, read_picture, write_picture

CORNERS = (
    np.array([[[250, 10, 10], [10, 250, 10]], [[10, 10, 250], [240, 240, 20]]], np.uint8)
    .repeat(24, 0)
    .repeat(32, 1)
)
"""(48, 64, 3): red, green / blue, yellow."""

UPRIGHT_AS_STORED = {
    1: lambda p: p,
    2: lambda p: p[:, ::-1],
    3: lambda p: p[::-1, ::-1],
    4: lambda p: p[::-1],
    5: lambda p: p.swapaxes(0, 1),
    6: lambda p: np.rot90(p, 1),
    7: lambda p: p.swapaxes(0, 1)[::-1, ::-1],
    8: lambda p: np.rot90(p, -1),
}
"""How a camera stores an upright picture under each EXIF orientation (EXIF 2.32, tag 0x0112)."""


def save(path: Path, image: Image.Image, **options: object) -> Path:
    image.save(path, **options)
    return path


def distance(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
    """Mean absolute difference in 8-bit steps."""
    assert a.shape == b.shape
    return float(np.abs(a.astype(float) - b).mean())


@pytest.mark.parametrize("orientation", range(1, 9))
def test_all_eight_exif_orientations_come_out_upright(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    stored = np.ascontiguousarray(UPRIGHT_AS_STORED[orientation](CORNERS))
    path = save(tmp_path / "turned.png", Image.fromarray(stored), exif=exif)
    np.testing.assert_array_equal(read_picture(path).rgb, CORNERS)


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif", ".jpg", ".webp", ".avif", ".gif"])
def test_every_format_is_read(tmp_path: Path, suffix: str) -> None:
    path = save(tmp_path / f"picture{suffix}", Image.fromarray(CORNERS))
    assert is_still(path)
    assert distance(read_picture(path).rgb, CORNERS) < 6


def test_cmyk_jpeg_comes_out_as_rgb(tmp_path: Path) -> None:
    cmyk = Image.fromarray(CORNERS).convert("CMYK")
    path = save(tmp_path / "print.jpg", cmyk, quality=95, subsampling=0)
    with Image.open(path) as stored:
        assert stored.mode == "CMYK"
    assert distance(read_picture(path).rgb, CORNERS) < 4


def test_sixteen_bit_grey_is_rounded_not_clipped(tmp_path: Path) -> None:
    ramp = np.linspace(0, 65535, 256).astype(np.uint16)[None].repeat(4, 0)
    path = save(tmp_path / "deep.png", Image.fromarray(ramp))
    expected = np.arange(256, dtype=np.uint8)[None, :, None].repeat(4, 0).repeat(3, 2)
    np.testing.assert_array_equal(read_picture(path).rgb, expected)


def test_sixteen_bit_colour_keeps_its_colours(tmp_path: Path) -> None:
    path = tmp_path / "deep.png"
    assert cv2.imwrite(str(path), CORNERS[..., ::-1].astype(np.uint16) * 257)
    assert distance(read_picture(path).rgb, CORNERS) <= 1


def test_float_tiff_from_0_to_1_fills_the_range(tmp_path: Path) -> None:
    ramp = np.linspace(0, 1, 11, dtype=np.float32)[None]
    path = save(tmp_path / "render.tif", Image.fromarray(ramp))
    np.testing.assert_array_equal(read_picture(path).rgb[0, [0, -1], 0], [0, 255])


def test_pixels_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "nan.tif", Image.fromarray(np.full((4, 4), np.nan, np.float32)))
    with pytest.raises(InputError, match="not numbers"):
        read_picture(path)


@pytest.mark.parametrize("mode", ["L", "1", "P"])
def test_grey_bilevel_and_palette_become_three_channels(tmp_path: Path, mode: str) -> None:
    bars = np.array([[0, 255]], np.uint8).repeat(8, 0).repeat(8, 1)
    path = save(tmp_path / "grey.png", Image.fromarray(bars).convert(mode))
    np.testing.assert_array_equal(read_picture(path).rgb, bars[..., None].repeat(3, 2))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_lies_on_white(tmp_path: Path, mode: str) -> None:
    alpha = np.array([[0, 128, 255]], np.uint8).repeat(4, 0)
    black = Image.fromarray(np.dstack([np.zeros((4, 3, 3), np.uint8), alpha]))
    path = save(tmp_path / "clear.png", black.convert(mode))
    row = read_picture(path).rgb[0, :, 0].tolist()
    assert row[0] == 255
    assert row[2] == 0
    assert row[1] == pytest.approx(127, abs=1)


def test_colour_profile_is_converted_to_srgb(tmp_path: Path) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    swapped = _profile_with_swapped_primaries()
    path = save(tmp_path / "p3.png", Image.fromarray(CORNERS), icc_profile=swapped)
    rgb = read_picture(path).rgb
    # Red as that profile means it is sRGB's green.
    assert rgb[0, 0, 1] > 200
    assert rgb[0, 0, 0] < 120
    plain = save(tmp_path / "lab.png", Image.fromarray(CORNERS), icc_profile=lab.tobytes())
    np.testing.assert_array_equal(read_picture(plain).rgb, CORNERS)


def _profile_with_swapped_primaries() -> bytes:
    """sRGB's own profile with its red and green columns exchanged, under another name."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.find(b"rXYZ", 128), profile.find(b"gXYZ", 128)
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile.replace(b"s\0R\0G\0B", b"o\0d\0d\0!").replace(b"sRGB", b"odd!"))


def test_one_pixel_is_a_picture(tmp_path: Path) -> None:
    path = save(tmp_path / "dot.png", Image.new("RGB", (1, 1), (1, 2, 3)))
    np.testing.assert_array_equal(read_picture(path).rgb, [[[1, 2, 3]]])


def test_animated_picture_is_not_still_but_its_first_picture_can_be_read(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    path = save(tmp_path / "moves.gif", frames[0], save_all=True, append_images=frames[1:])
    assert not is_still(path)
    np.testing.assert_array_equal(read_picture(path).rgb[0, 0], [255, 0, 0])


def exif_with(**tags: float) -> Image.Exif:
    exif = Image.Exif()
    inner = exif.get_ifd(ExifTags.IFD.Exif)
    for name, value in tags.items():
        inner[ExifTags.Base[name]] = value
    return exif


@pytest.mark.parametrize(
    ("tags", "focal_px"),
    [
        ({"FocalLengthIn35mmFilm": 26}, 26 / 43.2666 * 80),
        ({"FocalLengthIn35mmFilm": 0}, None),
        # 4 mm on a sensor of 400 pixels a millimetre, scaled from 640 pixels to 64.
        (
            {
                "FocalLength": 4.0,
                "FocalPlaneXResolution": 4000.0,
                "FocalPlaneResolutionUnit": 3,
                "ExifImageWidth": 640,
                "ExifImageHeight": 480,
            },
            160,
        ),
        ({"FocalLength": 4.0}, None),
        # Cropped afterwards: the shape is not the one that was taken.
        ({"FocalLengthIn35mmFilm": 26, "ExifImageWidth": 4000, "ExifImageHeight": 2000}, None),
        ({}, None),
    ],
)
def test_focal_length_comes_from_exif_when_it_can_be_trusted(
    tmp_path: Path, tags: dict[str, float], focal_px: float | None
) -> None:
    path = save(tmp_path / "phone.jpg", Image.fromarray(CORNERS), exif=exif_with(**tags))
    found = read_picture(path).focal_px
    assert found == (None if focal_px is None else pytest.approx(focal_px, rel=1e-3))


def test_text_named_jpg_is_no_picture(tmp_path: Path) -> None:
    path = tmp_path / "notes.jpg"
    path.write_text("Dear diary")
    with pytest.raises(InputError, match=r"notes\.jpg is not a picture") as caught:
        read_picture(path)
    assert "JPEG" in caught.value.remedy


def test_heic_is_named_with_the_way_out() -> None:
    with pytest.raises(InputError, match="HEIC") as caught:
        decode_picture(b"\0\0\0\x18ftypheic" + bytes(100), name="IMG_1.HEIC")
    assert "JPEG" in caught.value.remedy


def test_empty_file_is_said_to_be_empty(tmp_path: Path) -> None:
    path = tmp_path / "empty.png"
    path.touch()
    with pytest.raises(InputError, match="is empty"):
        read_picture(path)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
def test_truncated_picture_is_an_error_not_a_grey_half(tmp_path: Path, suffix: str) -> None:
    rng = np.random.default_rng(1)
    noise = rng.integers(0, 255, (64, 64, 3), np.uint8)
    path = save(tmp_path / f"cut{suffix}", Image.fromarray(noise))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(InputError, match="damaged or cut off") as caught:
        read_picture(path)
    assert caught.value.remedy


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and has no pixels."""
    buffer = io.BytesIO()
    Image.new("L", (1, 1)).save(buffer, "PNG")
    content = bytearray(buffer.getvalue())
    content[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    return bytes(content)


@pytest.mark.parametrize(("side", "said"), [(12_000, "12000×12000, 144"), (60_000, "hundred")])
def test_huge_picture_is_refused_before_it_is_decoded(side: int, said: str) -> None:
    # A decoder would complain of the missing pixels instead.
    with pytest.raises(InputError, match=said) as caught:
        decode_picture(png_header(side, side), name="poster.png")
    assert "Scale it down" in caught.value.remedy


def test_missing_file_and_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no file .*gone\.png"):
        read_picture(tmp_path / "gone.png")
    with pytest.raises(InputError, match="is a folder"):
        read_picture(tmp_path)


def test_file_without_permission_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(tmp_path / "locked.png", Image.fromarray(CORNERS))
    path.chmod(0)
    if os.geteuid() == 0:  # root may read everything

        def refuse(_: Path) -> bytes:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(InputError, match="Permission denied") as caught:
        read_picture(path)
    assert "Allow" in caught.value.remedy


def test_png_round_trip_is_exact(tmp_path: Path) -> None:
    for name, picture in {
        "rgb": CORNERS,
        "grey": CORNERS[..., 0],
        "rgba": np.dstack([CORNERS, np.full((48, 64), 255, np.uint8)]),
    }.items():
        path = tmp_path / f"{name}.png"
        write_picture(path, picture)
        with Image.open(path) as written:
            np.testing.assert_array_equal(np.asarray(written), picture)


def test_jpeg_keeps_full_colour_resolution(tmp_path: Path) -> None:
    stripes = np.zeros((32, 32, 3), np.uint8)
    stripes[:, ::2, 0] = 255
    stripes[:, 1::2, 2] = 255
    path = tmp_path / "stripes.jpg"
    write_picture(path, stripes)
    # Halved chroma would blend the stripes to purple.
    assert distance(read_picture(path).rgb, stripes) < 8


def test_picture_of_unknown_suffix_is_not_written(tmp_path: Path) -> None:
    for name in ("result.xyz", "result"):
        with pytest.raises(OutputError, match="names no known picture format") as caught:
            write_picture(tmp_path / name, CORNERS)
        assert ".png" in caught.value.remedy
    assert list(tmp_path.iterdir()) == []


def test_picture_too_large_for_its_format_is_an_output_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="WEBP") as caught:
        write_picture(tmp_path / "long.webp", np.zeros((2, 17_000, 3), np.uint8))
    assert ".png" in caught.value.remedy


def test_written_picture_carries_no_metadata_of_its_source(tmp_path: Path) -> None:
    source = save(
        tmp_path / "me.jpg", Image.fromarray(CORNERS), exif=exif_with(FocalLengthIn35mmFilm=26)
    )
    write_picture(tmp_path / "out.jpg", read_picture(source).rgb)
    with Image.open(tmp_path / "out.jpg") as written:
        assert len(written.getexif()) == 0
