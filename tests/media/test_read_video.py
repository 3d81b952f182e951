"""Video files: what they hold comes out upright, in true colours, on time; what cannot be used says so in one line."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from avatarkit.errors import InputError, UsageError
from avatarkit.media.read_video import open_video
from avatarkit.media.video_frame import VideoFrame
from tests.media.films import RED_GREEN, film, halves, tone, with_display_matrix, written

COLOUR_TOLERANCE = 6
"""Of 255: what 8-bit YUV and coding lose on flat colours."""


def frames_of(path: Path, **options: float) -> list[VideoFrame]:
    with open_video(path, **options) as reader:
        frames = list(reader)
        assert {(f.pixels.shape[1], f.pixels.shape[0]) for f in frames} == {reader.size_px}
    return frames


def colour_at(pixels: np.ndarray, x: float, y: float) -> np.ndarray:
    """Mean colour around a point given as fractions of the size."""
    row, column = round(y * (pixels.shape[0] - 1)), round(x * (pixels.shape[1] - 1))
    return pixels[max(0, row - 2) : row + 3, max(0, column - 2) : column + 3].reshape(-1, 3).mean(axis=0)


def assert_colour(pixels: np.ndarray, x: float, y: float, colour: tuple[int, int, int]) -> None:
    assert np.abs(colour_at(pixels, x, y) - colour).max() < COLOUR_TOLERANCE, colour_at(pixels, x, y)


def test_a_variable_frame_rate_keeps_its_times(tmp_path: Path) -> None:
    times = [0, 40, 50, 250, 1250, 1290]
    frames = frames_of(written(tmp_path, film([RED_GREEN] * 6, times, container="matroska"), "film.mkv"))
    assert [round(frame.time_s * 1000) for frame in frames] == times


def test_times_start_at_zero(tmp_path: Path) -> None:
    frames = frames_of(written(tmp_path, film([RED_GREEN] * 3, [5000, 5040, 5080], container="matroska")))
    assert [round(frame.time_s * 1000) for frame in frames] == [0, 40, 80]


def test_a_highest_rate_thins_out_evenly(tmp_path: Path) -> None:
    path = written(tmp_path, film([RED_GREEN] * 48, [round(k * 1000 / 240) for k in range(48)], container="matroska"))
    steps = np.diff([frame.time_s for frame in frames_of(path, max_rate_hz=60)])
    assert len(steps) == 11
    assert np.abs(steps - 1 / 60).max() < 0.003
    assert len(frames_of(path)) == 48


def test_a_rate_that_is_not_positive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        open_video(tmp_path / "any.mp4", max_rate_hz=0)


@pytest.mark.parametrize(
    ("matrix", "dark_side"),
    [
        ((1, 0, 0, 0, 1, 0, 0, 0, 1), (0.5, 0.05)),
        ((0, 1, 0, -1, 0, 0, 0, 0, 1), (0.95, 0.5)),  # turned right: the top comes to the right
        ((-1, 0, 0, 0, -1, 0, 0, 0, 1), (0.5, 0.95)),
        ((0, -1, 0, 1, 0, 0, 0, 0, 1), (0.05, 0.5)),
    ],
)
def test_the_rotation_tag_turns_pictures_upright(
    tmp_path: Path, matrix: tuple[int, ...], dark_side: tuple[float, float]
) -> None:
    pixels = frames_of(written(tmp_path, with_display_matrix(film([RED_GREEN] * 3), matrix)))[0].pixels
    sides = [(0.5, 0.05), (0.95, 0.5), (0.5, 0.95), (0.05, 0.5)]
    assert min(sides, key=lambda side: colour_at(pixels, *side).max()) == dark_side
    turned = matrix[0] == 0
    assert pixels.shape[:2] == ((96, 64) if turned else (64, 96))


def test_a_mirroring_tag_mirrors(tmp_path: Path) -> None:
    pixels = frames_of(written(tmp_path, with_display_matrix(film([RED_GREEN] * 3), (-1, 0, 0, 0, 1, 0, 0, 0, 1))))[0].pixels
    assert_colour(pixels, 0.2, 0.7, (40, 180, 60))
    assert_colour(pixels, 0.8, 0.7, (200, 40, 40))


def test_pixels_that_are_not_square_become_square(tmp_path: Path) -> None:
    def wide(stream: object) -> None:
        stream.codec_context.sample_aspect_ratio = 2  # type: ignore[attr-defined]

    with open_video(written(tmp_path, film([RED_GREEN] * 2, prepare=wide))) as reader:
        assert reader.size_px == (192, 64)


COLOURS = [
    ("yuv420p", {"dst_colorspace": "ITU601", "dst_color_range": "MPEG"}, (5, 1)),
    ("yuv420p", {"dst_colorspace": "ITU709", "dst_color_range": "MPEG"}, (1, 1)),
    ("yuv420p", {"dst_colorspace": "ITU601", "dst_color_range": "JPEG"}, (5, 2)),
    ("yuv420p10le", {"dst_colorspace": "ITU709", "dst_color_range": "MPEG"}, (1, 1)),
    ("yuv444p", {"dst_colorspace": "ITU709", "dst_color_range": "JPEG"}, (1, 2)),
]
"""Pixel format, the way from RGB, and the numbers a file is labelled with (ITU-T H.273 matrix; FFmpeg's range)."""


@pytest.mark.parametrize(("pixel_format", "way", "labels"), COLOURS)
def test_colours_come_back_from_every_coding(
    tmp_path: Path, pixel_format: str, way: dict[str, str], labels: tuple[int, int]
) -> None:
    def label(stream: object) -> None:
        context = stream.codec_context  # type: ignore[attr-defined]
        context.colorspace, context.color_range = labels

    content = film([RED_GREEN] * 2, pixel_format=pixel_format, options={"crf": "4"}, prepare=label, reformat=way)
    pixels = frames_of(written(tmp_path, content))[0].pixels
    assert_colour(pixels, 0.2, 0.7, (200, 40, 40))
    assert_colour(pixels, 0.8, 0.7, (40, 180, 60))


def test_colours_without_a_label_are_read_by_the_picture_size(tmp_path: Path) -> None:
    large = halves((200, 40, 40), (40, 180, 60), (1280, 720))
    for picture, matrix in ((RED_GREEN, "ITU601"), (large, "ITU709")):
        content = film([picture], options={"crf": "4"}, reformat={"dst_colorspace": matrix, "dst_color_range": "MPEG"})
        assert_colour(frames_of(written(tmp_path, content))[0].pixels, 0.2, 0.7, (200, 40, 40))


def test_an_animated_gif_keeps_delays_and_palette(tmp_path: Path) -> None:
    pictures = [Image.fromarray(halves((200, 40, 40), (40, 30 + 40 * k, 60))) for k in range(4)]
    pictures[0].save(tmp_path / "film.gif", save_all=True, append_images=pictures[1:], duration=[100, 50, 300, 100])
    frames = frames_of(tmp_path / "film.gif")
    assert [round(frame.time_s * 1000) for frame in frames] == [0, 100, 150, 450]
    assert_colour(frames[2].pixels, 0.8, 0.7, (40, 110, 60))


def test_large_pictures_are_reduced(tmp_path: Path) -> None:
    with open_video(
        written(tmp_path, film([np.zeros((1200, 2400, 3), np.uint8)] * 2, options={"preset": "ultrafast"}))
    ) as reader:
        assert reader.size_px == (1920, 960)


def test_one_picture_is_a_film(tmp_path: Path) -> None:
    assert [frame.time_s for frame in frames_of(written(tmp_path, film([RED_GREEN])))] == [0.0]


def test_the_content_decides_not_the_name(tmp_path: Path) -> None:
    assert len(frames_of(written(tmp_path, film([RED_GREEN] * 3, container="matroska"), "film.txt"))) == 3


def noisy_pictures(count: int) -> list[np.ndarray]:
    generator = np.random.default_rng(7)
    return [generator.integers(0, 255, (64, 96, 3)).astype(np.uint8) for _ in range(count)]


def test_a_file_cut_short_gives_what_is_there_and_says_so(tmp_path: Path) -> None:
    whole = film(noisy_pictures(50), container="matroska", codec="mpeg4")
    path = written(tmp_path, whole[: len(whole) // 2])
    with open_video(path) as reader:
        frames = list(reader)
    assert 10 < len(frames) < 45
    assert any("ends after" in note or "damaged" in note for note in reader.notes), reader.notes


def test_damage_in_the_middle_is_survived(tmp_path: Path) -> None:
    content = bytearray(film(noisy_pictures(50), container="matroska", codec="mpeg4"))
    middle = len(content) // 2
    content[middle : middle + 20000] = os.urandom(20000)
    with open_video(written(tmp_path, bytes(content))) as reader:
        times = [frame.time_s for frame in reader]
    assert len(times) > 20
    assert all(a < b for a, b in itertools.pairwise(times))


def png(folder: Path) -> bytes:
    Image.fromarray(RED_GREEN).save(folder / "x.png")
    return (folder / "x.png").read_bytes()


def jpeg(folder: Path) -> bytes:
    Image.fromarray(RED_GREEN).save(folder / "x.jpg")
    return (folder / "x.jpg").read_bytes()


UNUSABLE: dict[str, tuple[Callable[[Path], bytes], str]] = {
    "zero bytes": (lambda _: b"", "empty"),
    "sound only": (lambda _: tone(), "only sound|not a video"),
    "text": (lambda _: b"once upon a time there was no film in this file\n" * 50, "not a video"),
    "noise": (lambda _: os.urandom(5000), "not a video"),
    "a photo": (jpeg, "is a picture"),
    "a drawing": (png, "is a picture"),
    "no index": (lambda _: film([RED_GREEN] * 20)[:900], "damaged"),
    "tiny pictures": (lambda _: film([np.zeros((8, 8, 3), np.uint8)] * 2), "8x8"),
}


@pytest.mark.parametrize("kind", UNUSABLE)
def test_what_is_no_video_is_refused_in_one_line(tmp_path: Path, kind: str) -> None:
    make, reason = UNUSABLE[kind]
    path = written(tmp_path, make(tmp_path))
    with pytest.raises(InputError, match=reason) as error:
        open_video(path)
    assert "\n" not in str(error.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file"):
        open_video(tmp_path / "film.mp4")
    with pytest.raises(InputError, match="not a file"):
        open_video(tmp_path)


def playlist(target: str) -> bytes:
    return f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:2.0,\n{target}\n#EXT-X-ENDLIST\n".encode()


def concatenation(target: str) -> bytes:
    return f"ffconcat version 1.0\nfile '{target}'\n".encode()


def manifest(target: str) -> bytes:
    return (
        '<?xml version="1.0"?>'
        '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT2S"><Period>'
        f'<AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1"><BaseURL>{target}</BaseURL>'
        "</Representation></AdaptationSet></Period></MPD>"
    ).encode()


@pytest.mark.parametrize("make", [playlist, concatenation, manifest])
@pytest.mark.parametrize("name", ["film.m3u8", "film.mp4", "film.ffconcat", "film.mpd"])
def test_no_list_leads_to_another_file(tmp_path: Path, make: Callable[[str], bytes], name: str) -> None:
    other = written(tmp_path, film([RED_GREEN] * 5, container="mpegts"), "other.ts")
    for target in ("other.ts", str(other), f"file://{other}"):
        with pytest.raises(InputError, match="not a video"):
            open_video(written(tmp_path, make(target), name))


def test_sizes_beyond_every_camera_are_refused(tmp_path: Path) -> None:
    content = bytearray(film([RED_GREEN] * 2, container="avi", codec="rawvideo", pixel_format="bgr24"))
    start = content.index(b"strf") + 8  # BITMAPINFOHEADER: size, width, height
    content[start + 4 : start + 12] = np.array([60000, 60000], "<i4").tobytes()
    with pytest.raises(InputError):
        open_video(written(tmp_path, bytes(content)))


def test_reading_holds_one_picture_at_a_time(tmp_path: Path) -> None:
    path = written(tmp_path, film([np.zeros((480, 640, 3), np.uint8)] * 100, options={"preset": "ultrafast"}))
    with open_video(path) as reader:
        kept = [np.shares_memory(a.pixels, b.pixels) for a, b in zip(reader, reader, strict=False)]
    assert len(kept) == 50
    assert not any(kept)


def test_pixels_lie_in_memory_without_gaps(tmp_path: Path) -> None:
    pictures = [np.zeros((66, 98, 3), np.uint8)] * 2
    assert all(frame.pixels.flags.c_contiguous for frame in frames_of(written(tmp_path, film(pictures))))


def test_a_resolution_that_changes_in_the_middle_keeps_the_first_size(tmp_path: Path) -> None:
    wide = film([RED_GREEN] * 3, container="mpegts")
    tall = film([halves((200, 40, 40), (40, 180, 60), (64, 96))] * 3, container="mpegts")
    frames = frames_of(written(tmp_path, wide + tall))
    assert len(frames) == 6
    assert {frame.pixels.shape for frame in frames} == {(64, 96, 3)}
    assert colour_at(frames[-1].pixels, 0.02, 0.5).max() < COLOUR_TOLERANCE  # black beside the tall picture
