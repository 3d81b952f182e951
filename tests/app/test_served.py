"""The app as browsers and programs meet it."""

from __future__ import annotations

import contextlib
import io
import json
import re
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from avatarkit.app.limits import Limits, Rate
from avatarkit.avatar.style import default_recipe
from avatarkit.errors import InputError, UsageError
from avatarkit.media.photo import Photo
from tests.app.conftest import Served
from tests.waiting import PATIENCE_S, until

README = Path(__file__).parents[2] / "README.md"

httpx = pytest.importorskip("httpx")


@pytest.fixture(scope="module")
def browser(served: Served) -> Any:
    with httpx.Client(base_url=served.address, timeout=PATIENCE_S) as client:
        yield client


def begin(browser: Any) -> str:
    return str(browser.post("/visit").json()["visit"])


def test_the_page_is_served_in_both_languages_and_asks_nobody_else(browser: Any) -> None:
    for path, word in (("/", "Forget everything"), ("/zh/", "清除一切")):
        answer = browser.get(path)
        assert word in answer.text
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy and "http:" not in policy and "https:" not in policy and "*" not in policy
    for name in ("main.js", "page.css", "viewer.js"):
        answer = browser.get(f"/page/{name}")
        assert answer.status_code == 200 and len(answer.content) > 1000
    assert browser.get("/page/..%2Fserve.py").status_code == 404
    assert browser.get("/page/head.html").status_code == 404


def test_an_avatar_goes_from_one_visit_to_another_as_its_recipe(served: Served, browser: Any) -> None:
    from avatarkit.app.making import take_recipe

    one, other = begin(browser), begin(browser)
    assert browser.get(f"/visit/{one}/recipe").status_code == 204, "nobody but the page's welcome"
    served.house.visits.get(one).become(default_recipe("anime").with_hair(color="#7c4bd0"))
    kept = browser.get(f"/visit/{one}/recipe")
    assert kept.headers["cache-control"] == "no-store"
    assert browser.put(f"/visit/{other}/recipe", content=kept.content).status_code == 200
    visit = served.house.visits.get(other)
    take_recipe(visit)
    assert visit.recipe == served.house.visits.get(one).recipe
    assert not visit.upload("recipe").exists()
    browser.put(f"/visit/{other}/recipe", content=b'{"schema": 99}')
    with pytest.raises(InputError):
        take_recipe(visit)
    assert visit.recipe == served.house.visits.get(one).recipe


def test_an_upload_lands_in_the_visits_own_folder_and_nowhere_else(served: Served, browser: Any) -> None:
    one, other = begin(browser), begin(browser)
    assert browser.put(f"/visit/{one}/photo", content=b"picture").status_code == 200
    assert served.house.visits.get(one).upload("photo").read_bytes() == b"picture"
    assert list(served.house.visits.get(other).folder.iterdir()) == []
    assert browser.get(f"/visit/{other}/photo").status_code == 404
    assert browser.delete(f"/visit/{one}").status_code == 200
    gone = browser.get(f"/visit/{one}/photo")
    assert gone.status_code == 400 and "over" in gone.json()["problem"]


def test_an_upload_that_is_too_large_is_refused_with_the_limit_and_leaves_nothing(served: Served, browser: Any) -> None:
    token, most = begin(browser), served.house.limits.picture_bytes

    def endless() -> Any:
        for _ in range(most // 65536 + 2):
            yield bytes(65536)

    for content in (bytes(most + 1), endless()):  # said beforehand, and not
        with contextlib.suppress(httpx.WriteError, httpx.ReadError):
            answer = browser.put(f"/visit/{token}/picture", content=content)
            assert answer.status_code == 400 and f"{most >> 20} MB" in answer.json()["problem"]
    assert list(served.house.visits.get(token).folder.iterdir()) == []
    assert browser.put(f"/visit/{token}/virus", content=b"x").status_code == 400


def test_a_group_of_sliders_is_told_for_the_avatar_that_is_shown(served: Served, browser: Any) -> None:
    from avatarkit.app.making import shown
    from avatarkit.avatar.style import default_recipe
    from avatarkit.export.molding import slider_names
    from avatarkit.gltf.container import split_container

    token = begin(browser)
    visit = served.house.visits.get(token)
    for value in (0.0, 0.5):
        visit.become(default_recipe().with_sliders({"nose-width": value}))
        shown(visit)
        visit.become(visit.recipe.with_sliders({"nose-width": -1.0}))  # on the page, but not in the file
        table = json.loads(split_container(browser.get(f"/visit/{token}/molding/nose").content)[0])
        assert [slider["name"] for slider in table["sliders"]] == list(slider_names(("nose",)))
        assert {s["name"]: s["value"] for s in table["sliders"]}["nose-width"] == value
    refused = browser.get(f"/visit/{token}/molding/soul")
    assert refused.status_code == 400 and "cheeks" in refused.json()["problem"]


def test_uploads_have_a_rate() -> None:
    rate = Rate(3)
    for _ in range(3):
        rate.check("me", now=100.0)
    with pytest.raises(UsageError, match="Wait a little"):
        rate.check("me", now=130.0)
    rate.check("somebody else", now=130.0)
    rate.check("me", now=161.0)


def test_a_film_that_is_too_long_is_refused_with_both_lengths() -> None:
    Limits().check_video(None)
    Limits().check_video(120.0)
    with pytest.raises(InputError, match=r"180\.0 minutes long; up to 2 are taken"):
        Limits().check_video(3 * 3600.0)


@pytest.mark.parametrize("headers", [{"host": "evil.example"}, {"origin": "http://evil.example"}, {"origin": "null"}])
def test_no_foreign_page_and_no_foreign_name_gets_an_answer(browser: Any, headers: dict[str, str]) -> None:
    assert browser.post("/visit", headers=headers).status_code == 403
    assert browser.get("/", headers=headers).status_code == 403


def test_the_visit_lives_as_long_as_its_socket(served: Served, browser: Any) -> None:
    sockets = pytest.importorskip("websockets.sync.client")
    token = begin(browser)
    address = served.address.replace("http", "ws")
    with sockets.connect(f"{address}/visit/{token}/here") as socket:
        socket.send(b"what is said here is not listened to")
        until(lambda: served.house.visits.get(token).pages == 1)
    until(lambda: served.house.visits.get(token).pages == 0)
    folder = served.house.visits.get(token).folder
    served.house.visits.sweep(time.monotonic() + 1000)
    assert not folder.exists()


def test_a_hostile_live_message_ends_in_words(served: Served, browser: Any) -> None:
    sockets = pytest.importorskip("websockets.sync.client")
    address = f"{served.address.replace('http', 'ws')}/visit/{begin(browser)}/live"
    said_to_be_giant = bytes(8) + b"\xff\xd8\xff\xc0\x00\x11\x08\xfd\xe8\xfd\xe8\x03" + bytes(9)  # 65000 pixels a side
    for message in (b"x", b"\0" * 8 + b"no jpeg", np.float64(np.nan).tobytes() + b"\xff\xd8\xff", said_to_be_giant):
        with sockets.connect(address) as socket:
            assert json.loads(socket.recv(timeout=PATIENCE_S)) == {"type": "ready"}
            socket.send(message)
            assert "webcam picture" in json.loads(socket.recv(timeout=PATIENCE_S))["problem"]
    with pytest.raises(Exception, match=r"403|1008|reject"), sockets.connect(address, origin="http://evil.example"):
        pass


def test_pictures_of_nobody_still_come_back_as_moments_with_the_pages_own_time(served: Served, browser: Any) -> None:
    sockets = pytest.importorskip("websockets.sync.client")
    jpeg = io.BytesIO()
    Image.fromarray(np.full((120, 160, 3), 90, np.uint8)).save(jpeg, "JPEG")
    stamp = 1_700_000_000.25
    with sockets.connect(f"{served.address.replace('http', 'ws')}/visit/{begin(browser)}/live") as socket:
        assert json.loads(socket.recv(timeout=PATIENCE_S)) == {"type": "ready"}
        socket.send(np.float64(stamp).tobytes() + jpeg.getvalue())
        moment = json.loads(socket.recv(timeout=PATIENCE_S))
    assert (moment["type"], moment["version"], moment["sent_s"], moment["seen"]) == ("moment", 1, stamp, False)
    rotations = np.array(list(moment["bones"].values()))
    np.testing.assert_allclose(np.linalg.norm(rotations, axis=1), 1.0, atol=1e-3)


def test_a_program_makes_an_avatar_file_by_the_endpoints_that_the_readme_names(
    served: Served, portrait: Photo, tmp_path: Path
) -> None:
    client_of = pytest.importorskip("gradio_client")
    Image.fromarray(portrait.pixels).save(tmp_path / "me.png")
    client = client_of.Client(served.address, verbose=False, download_files=str(tmp_path / "got"))
    described = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    rows = dict(re.findall(r"^\| `(/\w+)` \| (.*?) \| ", README.read_text(encoding="utf-8"), re.M))
    assert set(described) == set(rows)
    for name, takes in rows.items():
        documented = list(re.findall(r"`(\w+)`", takes))
        assert [given["parameter_name"] for given in described[name]["parameters"]] == documented
    photo = client_of.handle_file(tmp_path / "me.png")
    path, values = client.predict(photo=photo, target="vrm1", api_name="/create_avatar")
    assert Path(path).read_bytes()[:4] == b"glTF"
    assert values["verdict"]["passes"] is True and values["report"]["faces_found"] == 1
    with pytest.raises(Exception, match=r"No style named 'anmie'\. Did you mean"):
        client.predict(None, "anmie", "", "vrm", api_name="/create_avatar")
