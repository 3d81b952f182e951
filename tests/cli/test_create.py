"""`avatarkit create` and `build`: from a photo to files, and from the recipe to the same file."""

from __future__ import annotations

import json
import os
import shutil
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from avatarkit import load_recipe
from avatarkit.cli import main
from avatarkit.gltf.reading import read_document
from avatarkit.media.photo import Photo

WANTED = {"nose-width": 0.5, "age": -0.1}


@pytest.fixture(scope="module")
def folder(portrait: Photo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything that one `create` makes of the portrait, and what `build` makes of its recipe."""
    folder = tmp_path_factory.mktemp("created")
    Image.fromarray(portrait.pixels).save(folder / "me.png")
    settings = [option for name, value in WANTED.items() for option in ("--set", f"{name}={value}")]
    outputs = ["-o", folder / "me.vrm", "--recipe", folder / "me.avatar.json", "--report", folder / "me.json"]
    for command in (
        ["create", folder / "me.png", *outputs, *settings, "--name", "Eileen"],
        ["build", folder / "me.avatar.json", "-o", folder / "again.vrm"],
    ):
        assert main([str(argument) for argument in command]) == 0
    return folder


def test_the_recipe_alone_gives_the_identical_file(folder: Path) -> None:
    assert (folder / "again.vrm").read_bytes() == (folder / "me.vrm").read_bytes()


def test_settings_and_name_are_in_the_recipe(folder: Path) -> None:
    recipe = load_recipe(folder / "me.avatar.json")
    assert recipe.name == "Eileen"
    assert {name: recipe.sliders[name] for name in WANTED} == WANTED


def test_the_report_holds_what_was_measured(folder: Path) -> None:
    report = json.loads((folder / "me.json").read_text())
    assert report["faces_found"] == 1
    assert 0 < report["fit_error"] < 0.05
    assert report["sliders"] == dict(load_recipe(folder / "me.avatar.json").sliders)
    assert report["bytes"] == (folder / "me.vrm").stat().st_size
    steps = {name: seconds for name, seconds in report["seconds"].items() if name != "total"}
    assert list(steps) == ["read_photo", "track_face", "fit_face", "build_avatar", "thumbnail", "save_avatar"]
    assert report["seconds"]["total"] == pytest.approx(sum(steps.values()), abs=1e-3)


@pytest.mark.parametrize("content", [b"", b"no picture", None], ids=["empty", "text", "nobody in it"])
def test_a_photo_of_nobody_ends_with_3_and_writes_nothing(
    content: bytes | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo = tmp_path / "photo.png"
    if content is None:
        Image.fromarray(np.full((200, 200, 3), 128, np.uint8)).save(photo)
    else:
        photo.write_bytes(content)
    assert main(["create", str(photo), "-o", str(tmp_path / "me.vrm"), "--report", str(tmp_path / "me.json")]) == 3
    assert len(capsys.readouterr().err.splitlines()) <= 2
    assert [path.name for path in tmp_path.iterdir()] == ["photo.png"]


def test_a_face_that_is_not_there_is_wrong_usage(folder: Path, tmp_path: Path) -> None:
    assert main(["create", str(folder / "me.png"), "-o", str(tmp_path / "me.vrm"), "--face", "2"]) == 2
    assert not list(tmp_path.iterdir())


@pytest.mark.vulkan
def test_a_vrm_carries_a_thumbnail(folder: Path) -> None:
    document = read_document(folder / "me.vrm")
    meta = document.extensions["VRMC_vrm"]["meta"]
    assert json.loads((folder / "me.json").read_text())["thumbnail"] == ("thumbnailImage" in meta)
    if "thumbnailImage" not in meta:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no Vulkan driver")
    with Image.open(BytesIO(document.images[meta["thumbnailImage"]].data)) as picture:
        assert picture.format == "PNG"
        assert picture.size == (512, 512)
        assert np.asarray(picture).std() > 10


@pytest.mark.parametrize("trouble", ["no driver", "a crash"])
def test_without_working_graphics_a_vrm_is_made_without_thumbnail(
    trouble: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if trouble == "a crash":
        monkeypatch.setattr("avatarkit.cli.thumbnails.sys.executable", shutil.which("false"))
    for variable in ("VK_DRIVER_FILES", "VK_ICD_FILENAMES"):  # Source: Vulkan loader; the second is the older name
        monkeypatch.setenv(variable, str(tmp_path / "absent.json"))
    assert main(["build", str(folder / "me.avatar.json"), "-o", str(tmp_path / "me.vrm")]) == 0
    assert "thumbnailImage" not in read_document(tmp_path / "me.vrm").extensions["VRMC_vrm"]["meta"]


def test_a_name_of_two_lines_is_wrong_usage_before_anything_is_read(tmp_path: Path) -> None:
    assert main(["create", str(tmp_path / "absent.png"), "-o", str(tmp_path / "me.vrm"), "--name", "two\nlines"]) == 2


def test_a_usdz_without_usd_ends_with_4_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("avatarkit.export.usdz.find_spec", lambda _: None)
    assert main(["build", str(tmp_path / "absent.avatar.json"), "-o", str(tmp_path / "me.usdz")]) == 4
    assert "avatarkit[usdz]" in capsys.readouterr().err


def test_a_style_or_a_description_needs_no_photo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written = tmp_path / "me.avatar.json"
    command = ["create", "-o", str(tmp_path / "me.glb"), "--recipe", str(written), "--report", str(tmp_path / "me.json")]
    assert main([*command, "--style", "human", "--describe", "a tall man with xyzzy red hair"]) == 0
    assert "Not understood: xyzzy." in capsys.readouterr().out
    assert load_recipe(written).sliders["height"] > 0
    assert "photo" not in json.loads((tmp_path / "me.json").read_text())


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ([], "PHOTO"),
        (["--style", "humn"], "human"),
        (["--describe", ""], "description"),
        (["--style", "human", "--makeup", "lipstik=#aa0000"], "makeup"),
        (["--style", "human", "--makeup", "lipstick=red:much"], "STRENGTH"),
        (["--style", "human", "--beard", "long-long"], "beard"),
        (["--style", "human", "--outfit", "jeans+jeens"], "jeans"),
        (["--style", "human", "--outfit", "jeans+jeans"], "together"),
    ],
)
def test_what_cannot_be_made_is_wrong_usage(
    option: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["create", "-o", str(tmp_path / "me.glb"), *option]) == 2
    assert words in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
