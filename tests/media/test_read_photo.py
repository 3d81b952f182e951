from __future__ import annotations

import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from avatarkit.errors import InputError
from avatarkit.media import read_photo as reader
from avatarkit.media.read_photo import read_photo

sys.path.insert(0, str(Path(__file__).parent))
from heic_file import heic_bytes
from icc_profile import profile_bytes

TO_ORIENTATION = {
    1: lambda p: p,
    2: lambda p: p[:, ::-1],
    3: lambda p: p[::-1, ::-1],
    4: lambda p: p[::-1],
    5: lambda p: p.transpose(1, 0, 2),
    6: lambda p: np.rot90(p, 1),
    7: lambda p: np.rot90(p, 2).transpose(1, 0, 2),
    8: lambda p: np.rot90(p, -1),
}
"""How the camera would have stored an upright picture, by orientation tag."""


@pytest.fixture
def scene() -> np.ndarray:
    """(48, 64, 3) without any symmetry, smooth enough for lossy formats."""
    y, x = np.mgrid[0:48, 0:64]
    return np.stack([40 + 3 * x, 30 + 4 * y, 90 + x + y], axis=-1).astype(np.uint8)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def read(tmp_path: Path, content: bytes, name: str = "photo") -> np.ndarray:
    path = tmp_path / name
    path.write_bytes(content)
    return read_photo(path).pixels


def heic(pixels: np.ndarray, **options: object) -> bytes:
    pytest.importorskip("av")
    try:
        return heic_bytes(pixels, **options)
    except Exception as error:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"no HEVC encoder: {error}")


LOSSLESS = {"PNG": {}, "TIFF": {}, "WEBP": {"lossless": True}, "BMP": {}}
LOSSY = {"JPEG": {"quality": 98, "subsampling": 0}, "AVIF": {"quality": 98}, "GIF": {}}


@pytest.mark.parametrize("kind", [*LOSSLESS, *LOSSY])
def test_each_format_gives_the_picture_back_whatever_the_file_is_called(kind: str, scene: np.ndarray, tmp_path: Path) -> None:
    content = encoded(Image.fromarray(scene), kind, **(LOSSLESS | LOSSY)[kind])
    difference = np.abs(read(tmp_path, content, "holiday.xyz").astype(int) - scene)
    assert difference.max() == 0 if kind in LOSSLESS else difference.mean() < 4


def test_a_phone_heic_is_read_and_turned(scene: np.ndarray, tmp_path: Path) -> None:
    for turns in range(4):
        pixels = read(tmp_path, heic(scene, quarter_turns=turns)).astype(int)
        upright = np.rot90(scene, turns)
        assert pixels.shape == upright.shape
        assert np.abs(pixels - upright).mean() < 4


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP", "JPEG", "AVIF"])
def test_the_eight_orientations_of_one_picture_give_the_same_pixels(kind: str, scene: np.ndarray, tmp_path: Path) -> None:
    for orientation, store in TO_ORIENTATION.items():
        exif = Image.Exif()
        exif[0x0112] = orientation
        stored = Image.fromarray(np.ascontiguousarray(store(scene)))
        pixels = read(tmp_path, encoded(stored, kind, exif=exif.tobytes(), **(LOSSLESS | LOSSY)[kind])).astype(int)
        assert pixels.shape == scene.shape, orientation
        assert np.abs(pixels - scene).mean() < (3 if kind in LOSSY else 0.1), orientation


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_a_broken_orientation_tag_does_not_refuse_the_picture(scene: np.ndarray, tmp_path: Path) -> None:
    content = encoded(Image.fromarray(scene), "PNG", exif=b"Exif\0\0II*\0\xff\xff\xff\x7f")
    assert (read(tmp_path, content) == scene).all()


def test_sixteen_bit_grey_is_scaled_not_clipped(tmp_path: Path) -> None:
    deep = np.repeat(np.linspace(0, 65535, 64).astype(np.uint16)[None], 32, axis=0)
    for kind in ("PNG", "TIFF"):
        pixels = read(tmp_path, encoded(Image.fromarray(deep), kind))
        assert np.abs(pixels[..., 0] - deep / 257.0).max() <= 0.5, kind
        assert (pixels == pixels[..., :1]).all()


def test_sixteen_bit_colour_keeps_its_range(tmp_path: Path) -> None:
    deep = np.zeros((32, 64, 3), np.uint16) + np.linspace(0, 65535, 64).astype(np.uint16)[None, :, None]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in deep)
    head = struct.pack(">IIBBBBB", 64, 32, 16, 2, 0, 0, 0)
    pixels = read(tmp_path, png(head, zlib.compress(rows)))
    assert np.abs(pixels - deep / 257.0).max() <= 1


@pytest.mark.parametrize("largest", [1.0, 65535.0, 4e9])
def test_floating_point_grey_finds_its_white(largest: float, tmp_path: Path) -> None:
    values = np.repeat(np.linspace(0, largest, 64, dtype=np.float32)[None], 32, axis=0)
    pixels = read(tmp_path, encoded(Image.fromarray(values), "TIFF"))
    assert pixels.min() == 0
    assert pixels.max() == 255


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_comes_out_as_the_colours_that_went_in(kind: str, scene: np.ndarray, tmp_path: Path) -> None:
    content = encoded(Image.fromarray(scene).convert("CMYK"), kind, **({"quality": 98} if kind == "JPEG" else {}))
    assert np.abs(read(tmp_path, content).astype(int) - scene).mean() < 3


@pytest.mark.parametrize("mode", ["L", "1", "P"])
def test_greyscale_bilevel_and_palette_become_rgb(mode: str, scene: np.ndarray, tmp_path: Path) -> None:
    image = Image.fromarray(scene).convert(mode)
    assert (read(tmp_path, encoded(image, "PNG")) == np.asarray(image.convert("RGB"))).all()


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_shows_the_grey_backdrop_and_nothing_else_does(mode: str, tmp_path: Path) -> None:
    image = Image.new("RGBA", (32, 32), (250, 250, 250, 255))
    image.paste((7, 7, 7, 0), (0, 0, 16, 32))
    options: dict[str, object] = {}
    if mode == "P":
        image = image.convert("RGB").quantize(8)
        options["transparency"] = image.getpixel((0, 0))
    pixels = read(tmp_path, encoded(image if mode == "P" else image.convert(mode), "PNG", **options))
    assert (pixels[:, :16] == reader.BACKDROP).all()
    assert (pixels[:, 16:] >= 249).all()


def test_a_wide_gamut_profile_is_brought_to_srgb(tmp_path: Path) -> None:
    # Display P3 red lies outside sRGB; a P3 grey is the same grey, a mild P3 orange is a stronger sRGB orange.
    colours = np.repeat(np.array([[[255, 0, 0], [128, 128, 128], [200, 120, 80]]], np.uint8), 20, axis=0).repeat(20, axis=1)
    pixels = read(tmp_path, encoded(Image.fromarray(colours), "PNG", icc_profile=profile_bytes())).astype(int)
    red, grey, orange = pixels[10, 10], pixels[10, 30], pixels[10, 50]
    assert tuple(red) == (255, 0, 0)
    assert np.abs(grey - 128).max() <= 3
    assert orange[0] > 204
    assert orange[2] < 76


def test_a_transparent_picture_keeps_its_profile(tmp_path: Path) -> None:
    colours = np.full((20, 20, 4), (200, 120, 80, 255), np.uint8)
    with_alpha = read(tmp_path, encoded(Image.fromarray(colours), "PNG", icc_profile=profile_bytes()))
    without = read(tmp_path, encoded(Image.fromarray(colours[..., :3]), "PNG", icc_profile=profile_bytes()))
    assert (with_alpha == without).all()


@pytest.mark.parametrize("profile", [b"x", b"\0" * 200, profile_bytes()[:200], b"not a profile" * 30])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_a_broken_or_foreign_profile_is_ignored(profile: bytes, mode: str, scene: np.ndarray, tmp_path: Path) -> None:
    image = Image.fromarray(scene).convert(mode)
    plain = read(tmp_path, encoded(image, "TIFF"))
    assert (read(tmp_path, encoded(image, "TIFF", icc_profile=profile)) == plain).all()


def test_a_large_photo_is_reduced_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "WORKING_PIXELS", 120_000)
    for kind in ("JPEG", "PNG"):
        path = tmp_path / kind
        path.write_bytes(encoded(Image.new("RGB", (1600, 800), (10, 200, 30)), kind))
        photo = read_photo(path)
        height, width = photo.pixels.shape[:2]
        assert width * height <= reader.WORKING_PIXELS * reader.WORKING_SLACK
        assert width / height == pytest.approx(2, rel=1e-2)
        assert photo.reduction == pytest.approx(1600 / width, rel=1e-3)


def png(head: bytes, data: bytes) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def png_bomb(width: int, height: int) -> bytes:
    return png(struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0), zlib.compress(bytes(1_000_000)))


def jpeg_bomb(side: int, **options: object) -> bytes:
    content = encoded(Image.new("RGB", (64, 64)), "JPEG", **options)
    frame = content.index(b"\xff\xc2" if options.get("progressive") else b"\xff\xc0")
    return content[: frame + 5] + struct.pack(">HH", side, side) + content[frame + 9 :]


def tiff_bomb(side: int) -> bytes:
    content = bytearray(encoded(Image.new("RGB", (64, 64)), "TIFF"))
    start = struct.unpack_from("<I", content, 4)[0]
    for entry in range(struct.unpack_from("<H", content, start)[0]):
        place = start + 2 + 12 * entry
        if struct.unpack_from("<H", content, place)[0] in (256, 257, 278):  # width, height, rows in a strip
            struct.pack_into("<HII", content, place + 2, 4, 1, side)
    return bytes(content)


def webp_bomb() -> bytes:
    canvas = b"VP8X" + struct.pack("<I", 10) + bytes(4) + b"\xfe\x3f\0" * 2
    picture = encoded(Image.new("RGB", (64, 64)), "WEBP")[12:]
    return b"RIFF" + struct.pack("<I", 4 + len(canvas) + len(picture)) + b"WEBP" + canvas + picture


def gif_bomb() -> bytes:
    return b"GIF89a" + struct.pack("<HH", 65535, 65535) + encoded(Image.new("L", (64, 64)), "GIF")[10:]


def bmp_bomb(side: int) -> bytes:
    content = bytearray(encoded(Image.new("RGB", (64, 64)), "BMP"))
    struct.pack_into("<ii", content, 18, side, side)
    return bytes(content)


BOMBS: dict[str, Callable[[], bytes]] = {
    "png": lambda: png_bomb(30000, 30000),
    "thin png": lambda: png_bomb(2_000_000_000, 17),
    "jpeg": lambda: jpeg_bomb(65500),
    "progressive jpeg": lambda: jpeg_bomb(16000, progressive=True),
    "tiff": lambda: tiff_bomb(30000),
    "webp": webp_bomb,
    "gif": gif_bomb,
    "bmp": lambda: bmp_bomb(40000),
    "heic": lambda: heic(np.zeros((64, 64, 3), np.uint8), declared=(30000, 30000)),
    "lying heic": lambda: heic(np.zeros((64, 64, 3), np.uint8), declared=(9000, 9000)),
}

READ_AND_MEASURE = """
import sys
from avatarkit.media.read_photo import read_photo
from avatarkit.errors import InputError
def peak():  # not getrusage: its peak includes the parent's before the program was started
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
read_photo(sys.argv[1])  # everything that reading needs is loaded
before = peak()
for path in sys.argv[2:]:
    try:
        photo = read_photo(path)
        print(path, "read", photo.pixels.shape[0] * photo.pixels.shape[1])
    except InputError as error:
        print(path, "refused", len(str(error).splitlines()))
    print("megabytes", (peak() - before) // 1024)
"""


def measured_reading(paths: list[Path], tmp_path: Path) -> list[str]:
    first = tmp_path / "first.png"
    Image.new("RGB", (64, 64)).save(first)
    command = [sys.executable, "-c", READ_AND_MEASURE, str(first), *map(str, paths)]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    return run.stdout.splitlines()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_bombs_are_refused_before_they_take_memory(tmp_path: Path) -> None:
    paths = []
    for name, content in BOMBS.items():
        paths.append(tmp_path / name.replace(" ", "_"))
        paths[-1].write_bytes(content())
    lines = measured_reading(paths, tmp_path)
    assert [line.split()[1:] for line in lines[::2]] == [["refused", "1"]] * len(BOMBS)
    assert int(lines[-1].split()[1]) < 60


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_200_megapixel_jpeg_is_read_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "phone.jpg"
    Image.new("L", (16320, 12240), 120).save(path, "JPEG")
    result, megabytes = measured_reading([path], tmp_path)
    assert int(result.split()[2]) <= reader.WORKING_PIXELS * reader.WORKING_SLACK
    assert int(megabytes.split()[1]) < 180  # 12 megapixels at 3 and 4 bytes and a copy; 200 without reduction


def unusable_files() -> dict[str, bytes]:
    small = Image.new("RGB", (1, 1))
    noise = np.random.default_rng(0).integers(0, 256, 4000, dtype=np.uint8).tobytes()
    return {
        "empty.jpg": b"",
        "text.jpg": b"Dear diary, today I took no photo.\n" * 20,
        "page.png": b"<!doctype html><title>404</title>",
        "noise.jpg": noise,
        "magic_then_noise.jpg": b"\xff\xd8\xff\xe0" + noise,
        "magic_then_noise.png": b"\x89PNG\r\n\x1a\n" + noise,
        "magic_then_noise.webp": b"RIFF\xa0\x0f\0\0WEBPVP8 " + noise,
        "magic_then_noise.heic": b"\0\0\0\x18ftypheic" + noise,
        "magic_then_noise.avif": b"\0\0\0\x18ftypavif" + noise,
        "magic_then_noise.tiff": b"II*\0\x08\0\0\0" + noise,
        "magic_then_noise.bmp": b"BM" + noise,
        "magic_only.gif": b"GIF89a",
        "one_pixel.png": encoded(small, "PNG"),
        "one_pixel.jpg": encoded(small, "JPEG"),
        "postscript.eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\n",
    }


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
@pytest.mark.parametrize("name", list(unusable_files()))
def test_a_file_that_is_no_photo_is_an_input_error_of_one_line(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, unusable_files()[name], name)
    assert name in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_missing_file_a_folder_and_a_pipe_are_input_errors(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (tmp_path / "nothing.jpg", tmp_path, pipe, Path("\0.jpg"), tmp_path / ("x" * 400)):
        with pytest.raises(InputError):
            read_photo(path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_an_input_error(tmp_path: Path) -> None:
    path = tmp_path / "locked.jpg"
    path.write_bytes(b"x")
    path.chmod(0)
    with pytest.raises(InputError):
        read_photo(path)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP", "AVIF", "HEIC"])
def test_a_truncated_file_is_an_input_error_or_lacks_nothing(kind: str, scene: np.ndarray, tmp_path: Path) -> None:
    content = heic(scene) if kind == "HEIC" else encoded(Image.fromarray(scene), kind, **(LOSSLESS | LOSSY)[kind])
    whole = read(tmp_path, content)
    for end in sorted({*range(0, len(content), max(1, len(content) // 60)), len(content) - 1}):
        try:
            pixels = read(tmp_path, content[:end])
        except InputError:
            continue
        assert (pixels == whole).all()  # only an end marker was missing


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF", "GIF", "BMP", "AVIF", "HEIC"])
def test_flipped_bytes_end_in_a_picture_or_an_input_error(kind: str, scene: np.ndarray, tmp_path: Path) -> None:
    content = heic(scene) if kind == "HEIC" else encoded(Image.fromarray(scene), kind, **(LOSSLESS | LOSSY)[kind])
    random = np.random.default_rng(3)
    for _ in range(60):
        damaged = bytearray(content)
        for place in random.integers(0, min(len(content), 400), 3):
            damaged[place] = random.integers(0, 256)
        try:
            read(tmp_path, bytes(damaged))
        except InputError as error:
            assert len(str(error).splitlines()) == 1


def test_pillow_keeps_the_settings_of_the_program_around_us(scene: np.ndarray, tmp_path: Path) -> None:
    from PIL import ImageFile

    before = (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES, sorted(Image.OPEN), sorted(Image.SAVE))
    read(tmp_path, heic(scene))
    assert before == (Image.MAX_IMAGE_PIXELS, ImageFile.LOAD_TRUNCATED_IMAGES, sorted(Image.OPEN), sorted(Image.SAVE))


@pytest.mark.shared_media
def test_every_shared_picture_is_read(shared_media: Path) -> None:
    for path in sorted((shared_media / "faces").iterdir()):
        assert read_photo(path).pixels.shape[2] == 3
