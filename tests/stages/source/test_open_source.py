"""One door: pictures, folders and clips come out as frames with the right camera."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from tests.media.clips import corners, make_clip, quarters
from tryon.core.errors import InputError
from tryon.stages.source import SyntheticSource, open_source

SIZE_WH = (64, 48)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    Image.fromarray(quarters(SIZE_WH)).save(path)
    return path


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return make_clip(tmp_path / "clip.mp4", [quarters(SIZE_WH)] * 5)


def test_picture_is_one_frame(photo: Path) -> None:
    with open_source(photo) as source:
        (frame,) = source
    assert (source.frame_count, frame.t_ns, frame.index) == (1, 0, 0)
    assert frame.camera.origin == "default"
    np.testing.assert_array_equal(frame.rgb, quarters(SIZE_WH))


def test_folder_gives_its_pictures_by_name_and_leaves_the_rest(tmp_path: Path) -> None:
    for name, shade in (("b.jpg", 100), ("a.png", 0), ("c.WEBP", 200)):
        Image.fromarray(quarters(SIZE_WH, shade=shade)).save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no picture")
    with open_source(tmp_path) as source:
        frames = list(source)
    assert source.frame_count == 3
    assert [frame.index for frame in frames] == [0, 1, 2]
    assert [int(frame.rgb[0, 0, 0] / 20) for frame in frames] == [12, 7, 2]
    assert (np.diff([frame.t_ns for frame in frames]) > 0).all()


def test_folder_without_pictures_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no pictures") as caught:
        open_source(tmp_path)
    assert ".jpg" in caught.value.remedy


def test_clip_gives_numbered_frames_at_its_times(clip: Path) -> None:
    with open_source(clip) as source:
        frames = list(source)
    assert (source.frame_count, source.frames_per_s) == (5, 25.0)
    assert [frame.index for frame in frames] == list(range(5))
    assert [frame.t_ns for frame in frames] == [40_000_000 * i for i in range(5)]
    assert corners(frames[0].rgb) == "rgbw"


def test_kind_is_told_by_content_where_the_name_says_nothing(photo: Path, clip: Path) -> None:
    for path, count in ((photo, 1), (clip, 5)):
        bare = path.rename(path.with_name(f"{path.stem}-without-suffix"))
        with open_source(bare) as source:
            assert len(list(source)) == count


def test_gif_that_moves_is_a_clip_and_one_that_does_not_is_a_picture(tmp_path: Path) -> None:
    first, second = (Image.fromarray(quarters(SIZE_WH, shade=s)) for s in (0, 100))
    first.save(tmp_path / "still.gif")
    first.save(tmp_path / "moves.gif", save_all=True, append_images=[second], duration=200)
    for name, count in (("still.gif", 1), ("moves.gif", 2)):
        with open_source(tmp_path / name) as source:
            assert len(list(source)) == count


@pytest.mark.parametrize("name", ["notes.jpg", "notes.mp4", "notes"])
def test_text_is_refused_under_any_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("Dear diary\n" * 50)

    def read() -> None:
        with open_source(tmp_path / name) as source:
            list(source)

    with pytest.raises(InputError, match="not a picture") as caught:
        read()
    assert caught.value.remedy


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no file .*gone"):
        open_source(tmp_path / "gone.mp4")


def test_field_of_view_wins_over_exif_and_exif_over_the_default(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0xA405] = 26
    path = tmp_path / "phone.jpg"
    Image.fromarray(quarters(SIZE_WH)).save(path, exif=exif)
    with open_source(path) as source:
        camera = next(iter(source)).camera
    assert camera.origin == "exif"
    assert camera.focal_px[0] == pytest.approx(26 / 43.267 * 80, rel=1e-3)
    with open_source(path, fov_deg=60) as source:
        camera = next(iter(source)).camera
    assert camera.origin == "fov"
    assert np.degrees(camera.vertical_fov_rad) == pytest.approx(60)


MATRIX = [[100.0, 0.0, 63.5], [0.0, 101.0, 47.5], [0.0, 0.0, 1.0]]


def opencv_file(path: Path, distortion: list[float], size_wh: tuple[int, int]) -> Path:
    """Written by OpenCV itself; its suffix chooses YAML or JSON."""
    storage = cv2.FileStorage(str(path), cv2.FILE_STORAGE_WRITE)
    storage.write("image_width", size_wh[0])
    storage.write("image_height", size_wh[1])
    storage.write("camera_matrix", np.array(MATRIX))
    storage.write("distortion_coefficients", np.array(distortion))
    storage.release()
    return path


@pytest.mark.parametrize("suffix", [".yml", ".json"])
def test_opencv_calibration_is_scaled_to_the_picture(
    tmp_path: Path, photo: Path, suffix: str
) -> None:
    path = opencv_file(tmp_path / f"calibration{suffix}", [0.0] * 5, (128, 96))
    with open_source(photo, calibration=path, fov_deg=20) as source:
        frame = next(iter(source))
    assert frame.camera.origin == "calibration"
    assert frame.camera.focal_px == pytest.approx((50.0, 50.5))
    # OpenCV's 63.5, counted from a pixel's middle, is the middle of 128 pixels counted from the edge.
    assert frame.camera.centre_px == pytest.approx((32.0, 24.0))
    np.testing.assert_array_equal(frame.rgb, quarters(SIZE_WH))


@pytest.mark.parametrize(
    "matrix", [MATRIX, {"rows": 3, "cols": 3, "data": np.ravel(MATRIX).tolist()}]
)
def test_hand_written_and_ros_calibrations_are_read(
    tmp_path: Path, photo: Path, matrix: object
) -> None:
    path = tmp_path / "calibration.yaml"
    fields = {"image_width": 64, "image_height": 48, "camera_matrix": matrix}
    path.write_text(json.dumps(fields))
    with open_source(photo, calibration=path) as source:
        assert next(iter(source)).camera.focal_px == (100.0, 101.0)


def test_lens_distortion_is_taken_out_of_the_picture(tmp_path: Path) -> None:
    size_wh = (320, 240)
    matrix = np.array([[250.0, 0, 159.5], [0, 250.0, 119.5], [0, 0, 1]])
    distortion = np.array([-0.3, 0.1, 0.0, 0.0, 0.0])
    points = np.array([[-0.4, -0.3, 1], [0.4, -0.3, 1], [0.2, 0.25, 1], [0, 0, 1]])
    seen, _ = cv2.projectPoints(points, np.zeros(3), np.zeros(3), matrix, distortion)
    picture = np.zeros((240, 320, 3), np.uint8)
    for x, y in seen[:, 0]:
        cv2.circle(picture, (round(16 * x), round(16 * y)), 16 * 3, (255, 255, 255), -1, 16, 4)
    Image.fromarray(picture).save(tmp_path / "bent.png")
    fields = {
        "image_width": 320,
        "image_height": 240,
        "camera_matrix": matrix.tolist(),
        "distortion_coefficients": distortion.tolist(),
    }
    path = tmp_path / "calibration.json"
    path.write_text(json.dumps(fields))
    with open_source(tmp_path / "bent.png", calibration=path) as source:
        frame = next(iter(source))
    assert frame.size_wh == size_wh
    assert frame.rgb.min(initial=255) == 0
    # The pinhole camera that comes with the frame finds every point where it is drawn.
    for x, y in frame.camera.project(points * [1, -1, -1]):
        near = frame.rgb[int(y) - 6 : int(y) + 7, int(x) - 6 : int(x) + 7, 0].astype(float)
        rows, columns = np.mgrid[: near.shape[0], : near.shape[1]] + 0.5
        found = (columns * near).sum() / near.sum() + int(x) - 6
        found_y = (rows * near).sum() / near.sum() + int(y) - 6
        assert (found, found_y) == pytest.approx((x, y), abs=0.35)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"image_width": 48, "image_height": 64}, "another shape"),
        ({"image_width": 0}, "image_width is 0"),
        ({"image_height": None}, "image_height is missing"),
        ({"camera_matrix": [1, 2]}, "2 numbers, not 9"),
        ({"camera_matrix": None}, "camera_matrix is missing"),
        ({"camera_matrix": [[0.0] * 3] * 3}, "fx, fy > 0"),
        ({"distortion_coefficients": [0.1]}, "has 1 numbers"),
        ({"distortion_coefficients": ["wide"] * 5}, "not a list of numbers"),
        ({"camera_matrix": [float("nan")] * 9}, "not finite"),
    ],
)
def test_wrong_calibration_names_its_field(
    tmp_path: Path, photo: Path, fields: dict[str, object], said: str
) -> None:
    good = {"image_width": 64, "image_height": 48, "camera_matrix": MATRIX}
    path = tmp_path / "calibration.json"
    path.write_text(json.dumps(good | fields))

    def read() -> None:
        with open_source(photo, calibration=path) as source:
            list(source)

    with pytest.raises(InputError, match=said) as caught:
        read()
    assert "calibration.json" in caught.value.message
    assert caught.value.remedy


@pytest.mark.parametrize("text", ["{", "a: [", "just words", "", "\x00"])
def test_what_is_no_calibration_is_refused(tmp_path: Path, photo: Path, text: str) -> None:
    path = tmp_path / "calibration.yml"
    path.write_text(text)
    with pytest.raises(InputError, match=r"calibration\.yml"):
        open_source(photo, calibration=path)


def test_calibration_file_cannot_run_code(tmp_path: Path, photo: Path) -> None:
    path = tmp_path / "calibration.yml"
    path.write_text(f"camera_matrix: !!python/object/apply:os.mkdir ['{tmp_path}/made']\n")
    with pytest.raises(InputError, match="neither YAML nor JSON"):
        open_source(photo, calibration=path)
    assert not (tmp_path / "made").exists()


def frames_of(seed: int, **options: object) -> np.ndarray:
    with SyntheticSource(np.random.default_rng(seed), count=3, **options) as source:
        return np.stack([frame.rgb for frame in source])


def test_made_up_frames_are_the_same_for_the_same_seed_only() -> None:
    size = {"size_wh": (32, 24)}
    np.testing.assert_array_equal(frames_of(1, **size), frames_of(1, **size))
    assert (frames_of(1, **size) != frames_of(2, **size)).any()


def test_made_up_pattern_moves_and_a_still_only_flickers() -> None:
    moving = frames_of(1, size_wh=(32, 24), noise=0.0)
    np.testing.assert_array_equal(moving[1][:, :-4], moving[0][:, 4:])
    still = frames_of(1, still=quarters(SIZE_WH, shade=100), noise=2.0).astype(float)
    assert still.std(0).mean() == pytest.approx(1.2, abs=0.6)
    assert np.abs(still.mean(0) - quarters(SIZE_WH, shade=100)).mean() < 2


def test_every_shared_clip_opens_as_a_clip(shared_data: Path) -> None:
    clips = [p for p in (shared_data / "clips").iterdir() if p.suffix in (".mkv", ".mp4", ".gif")]
    assert len(clips) > 10
    for path in clips:
        with open_source(path) as source:
            frames = [frame for frame, _ in zip(source, range(2), strict=False)]
        assert [frame.index for frame in frames] == [0, 1], path.name


def test_real_photos_come_in_upright_with_a_camera(shared_data: Path) -> None:
    folder = shared_data / "ccp-dev"
    with open_source(folder) as source:
        frames = [frame for frame, _ in zip(source, range(4), strict=False)]
    assert source.frame_count == len([*folder.glob("*.jpg"), *folder.glob("*.png")])
    assert all(frame.rgb.std() > 10 for frame in frames[::2])
