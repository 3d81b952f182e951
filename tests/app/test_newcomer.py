"""A newcomer in a real browser: a photo, the webcam, molding, dye, clothes, files, a dance, live, the library, and away."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import avatarkit as ak
from avatarkit.gltf.container import split_container
from avatarkit.media.photo import Photo
from tests.app.conftest import Served
from tests.judges import _chromium, _run_node
from tests.media.films import film

SIZE_PX = (860, 440)
SEEN = 20  # of 255: a pixel has changed
LOOPBACK = ("127.0.0.1", "::1", "localhost")

pytestmark = pytest.mark.browser


class Witness:
    """Whom this process asks for anything, while the witness is awake: an audit hook stays for good."""

    def __init__(self) -> None:
        self.awake = True
        self.asked: list[Any] = []
        sys.addaudithook(self)

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.awake and event in ("socket.connect", "socket.sendto", "socket.getaddrinfo"):
            address = arguments[0] if event == "socket.getaddrinfo" else arguments[1]
            self.asked.append(address[0] if isinstance(address, tuple) else address)


@dataclass(frozen=True)
class Walk:
    """What came of a newcomer's walk: what the page said and asked for, the files, and whom the server asked."""

    told: dict[str, Any]
    folder: Path
    asked_by_server: list[Any]
    folder_of_visit: Path

    def changed(self, *names: str) -> int:
        """Pixels of the stage that differ between two pictures."""
        before, after = (np.asarray(Image.open(self.folder / f"{name}.png").convert("RGB"), int) for name in names)
        return int((np.abs(before - after).max(axis=2) > SEEN).sum())


@pytest.fixture(scope="module")
def walk(served: Served, portrait: Photo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("walk")
    pictures = [np.ascontiguousarray(portrait.pixels[0:360, 20 + 2 * k : 472 + 2 * k]) for k in range(12)]
    Image.fromarray(portrait.pixels).save(folder / "photo.png")
    (folder / "film.mp4").write_bytes(film(pictures, options={"crf": "18"}))
    with (folder / "camera.mjpeg").open("wb") as camera:
        for pixels in pictures:
            Image.fromarray(pixels).save(camera, "JPEG", quality=92)
    wanted = {"address": served.address, "browser": _chromium(), "folder": str(folder), "size": SIZE_PX}
    wanted |= {
        key: str(folder / name) for key, name in (("camera", "camera.mjpeg"), ("photo", "photo.png"), ("film", "film.mp4"))
    }
    witness = Witness()
    try:
        told = _run_node("newcomer.mjs", json.dumps(wanted))
    finally:
        witness.awake = False
    yield Walk(told, folder, witness.asked, served.house.visits._folder / told["said"]["visit"])


def test_the_page_asks_nobody_but_the_server_it_came_from(walk: Walk, served: Served) -> None:
    host = served.address.removeprefix("http://")
    inside = (f"http://{host}/", f"ws://{host}/", "data:", f"blob:http://{host}/")
    assert len(walk.told["requests"]) > 20
    assert [request for request in walk.told["requests"] if not request.startswith(inside)] == []


def test_the_server_asks_nobody_at_all(walk: Walk) -> None:
    outside = [host for host in walk.asked_by_server if isinstance(host, str) and host not in LOOPBACK and "/" not in host]
    assert outside == []


def test_the_console_stays_silent(walk: Walk) -> None:
    assert walk.told["problems"] == []


def test_every_text_on_the_way_stands_out_from_what_is_behind_it(walk: Walk) -> None:
    assert len(walk.told["read"]) == 7
    assert {name: faint for name, faint in walk.told["read"].items() if faint} == {}


def test_what_is_wished_is_seen_on_the_stage(walk: Walk) -> None:
    assert walk.changed("before-molded", "molded") > 30
    assert walk.changed("molded", "dressed") > 3000


def test_the_files_hold_what_was_chosen_on_the_page(walk: Walk) -> None:
    recipe = ak.load_recipe(walk.told["downloads"]["recipe"])
    assert recipe.sliders["face-fullness"] == pytest.approx(walk.told["said"]["fullness"])
    assert recipe.hair.color == "#7c4bd0"
    assert "summer-dress" in recipe.outfit.pieces
    assert recipe.skin.photo is not None
    document = json.loads(split_container(Path(walk.told["downloads"]["vrm"]).read_bytes())[0])
    assert any(mesh["name"].startswith("outfit-summer-dress") for mesh in document["meshes"])
    assert Path(walk.told["downloads"]["motion"]).read_text(encoding="ascii").startswith("HIERARCHY")


def test_the_page_says_what_it_saw_and_how_late_it_is(walk: Walk) -> None:
    said = walk.told["said"]
    assert said["seen"] >= 4
    assert said["kept"] == "Newcomer"
    assert said["latency"].removesuffix(" ms").isdigit()
    assert "unplugged" in said["unplugged"]


def test_the_camera_is_seen_where_no_thread_makes_pictures(walk: Walk) -> None:
    assert walk.told["said"]["jpegs"] == [[0xFF, 0xD8, 0xFF]] * 2


def test_the_page_greets_in_the_browsers_language_until_another_is_chosen(walk: Walk) -> None:
    assert walk.told["said"]["greeted"] == ["zh-Hans", "en"]


def test_an_avatar_outlives_the_server_that_made_it(walk: Walk) -> None:
    assert "summer-dress" in walk.told["said"]["back"]


def test_forgetting_leaves_nothing_and_begins_anew(walk: Walk) -> None:
    assert walk.told["said"]["remembered"] is None
    assert walk.told["said"]["next"] != walk.told["said"]["visit"]
    assert not walk.folder_of_visit.exists()
