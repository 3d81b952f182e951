"""python -m benchmarks.visitors: many visitors of the web app at once, each with a photo and wishes of their own.

The app runs as its users start it. Every visitor talks to it as the page does: a visit, a photo, an edit, a slider, what a
group of sliders does, a recipe; all start together. Each must get an answer to every request, in the order asked, about nobody
but themselves: hair, slider and files carry marks that are the visitor's own, and the face is compared with the one that the
same photo gives alone.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from skimage import data

from benchmarks.media import DEFAULT_MEDIA
from benchmarks.results import OUT, Figure, figure_table, figures_before, how_busy, table, write_results

VISITORS = 8
PHOTOS = (
    "skimage_astronaut.png", "fr_obama_portrait.jpg", "azure_lady_white_hair.jpg", "azure_mom.jpg", "azure_man_grey_hair.jpg",
    "azure_lady_asian_older.jpg", "azure_man_asian_older.jpg", "azure_dad_smile.jpg",
)  # fmt: skip
STATED = "nose-width", "chin-width"
"""Sliders that a visitor sets to a value of their own."""
SAME = 1e-6
_PATIENCE_S = 600.0
_EVENTS = {"hello": "avatar", "photo": "avatar", "alter": "avatar", "mold": "sliders", "download": "file"}


@dataclass
class Visitor:
    """One of many.

    Attributes:
        number: from 0; makes the marks.
        photo: the file's content.
        done: (request, seconds that it took, when it ended) in the order in which answers came.
        faults: what was wrong.
    """

    number: int
    photo: bytes
    done: list[tuple[str, float, float]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    face: dict[str, float] = field(default_factory=dict)

    @property
    def dye(self) -> str:
        """A colour that nobody else wears."""
        return f"#{40 + self.number:02x}{200 - 3 * self.number:02x}7f"

    @property
    def value(self) -> float:
        """A slider's value that nobody else has."""
        return round(-0.4 + 0.1 * self.number, 3)


class Talk:
    """A visitor's page: its visit, and Gradio's queue."""

    def __init__(self, address: str, functions: dict[str, int]) -> None:
        self._client = httpx.Client(base_url=address, timeout=_PATIENCE_S)
        self._functions, self._session = functions, secrets.token_hex(6)
        self.token = str(self._client.post("/visit").json()["visit"])
        self._calls = 0

    def upload(self, photo: bytes) -> None:
        """Send the photo into the visit's folder."""
        self._client.put(f"/visit/{self.token}/photo", content=photo).raise_for_status()

    def get(self, path: str) -> bytes:
        """A file of the visit."""
        return self._client.get(path).raise_for_status().content

    def ask(self, event: str, **given: Any) -> dict[str, Any]:
        """The page's event, and its answer."""
        self._calls += 1
        sent = {**given, "visit": self.token, "call": self._calls}
        joined = {"data": [], "event_data": sent, "fn_index": self._functions[event], "session_hash": self._session}
        self._client.post("/gradio_api/queue/join", json=joined).raise_for_status()
        with self._client.stream("GET", "/gradio_api/queue/data", params={"session_hash": self._session}) as stream:
            for line in stream.iter_lines():
                message = json.loads(line[5:]) if line.startswith("data:") else {}
                if message.get("msg") == "process_completed":
                    return self._answer(message, self._calls)
        raise RuntimeError(f"{event}: the stream ended without an answer")

    def _answer(self, message: dict[str, Any], call: int) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(message["output"]["data"][0])
        if answer["call"] != call:
            raise RuntimeError(f"answer to {answer['call']}, asked {call}")
        return answer


def visit(visitor: Visitor, talk: Talk) -> None:
    """Everything one visitor does, noting what took how long and what was wrong."""
    begun = time.monotonic()

    def timed(request: str, **given: Any) -> dict[str, Any]:
        asked = time.monotonic()
        answer = talk.ask(request, **given)
        now = time.monotonic()
        visitor.done.append((request, now - asked, now - begun))
        if "problem" in answer:
            visitor.faults.append(f"{request}: {answer['problem']}")
        return answer

    talk.upload(visitor.photo)
    seen = timed("photo", style="human")
    visitor.face = seen.get("recipe", {}).get("sliders", {})
    worn = timed("alter", changes={"hair": {"style": "bob", "color": visitor.dye}, "name": f"Visitor {visitor.number}"})
    timed("mold", sliders=dict.fromkeys(STATED, visitor.value))
    talk.get(f"/visit/{talk.token}/molding/nose")
    written = timed("download", target="recipe")
    _judge(visitor, talk, worn, written)


def _judge(visitor: Visitor, talk: Talk, worn: dict[str, Any], written: dict[str, Any]) -> None:
    recipe = json.loads(talk.get(written["url"]))
    own = {
        "the file's address": written["url"].startswith(f"/visit/{talk.token}/"),
        "the shown file's address": worn["url"].startswith(f"/visit/{talk.token}/"),
        "the name": recipe["name"] == f"Visitor {visitor.number}",
        "the dye": recipe["hair"]["color"] == worn["recipe"]["hair"]["color"] == visitor.dye,
        "the sliders": all(abs(recipe["sliders"].get(name, 0.0) - visitor.value) < SAME for name in STATED),
        "a model": talk.get(worn["url"])[:4] == b"glTF",
    }
    visitor.faults += [f"{what} is not the visitor's own" for what, holds in own.items() if not holds]
    if [name for name, _, _ in visitor.done] != ["photo", "alter", "mold", "download"]:
        visitor.faults.append("answers came in another order")


def main() -> None:
    """Measure, print, write."""
    options = _options()
    photos = [_photo(options.media / "faces" / name) for name in PHOTOS]
    visitors = [Visitor(number, photos[number % len(photos)]) for number in range(options.visitors)]
    with running_app() as address:
        functions = _functions(address)
        alone = [Visitor(number, photo) for number, photo in enumerate(photos[: options.visitors])]
        for one in alone:
            visit(one, Talk(address, functions))
        begun = time.monotonic()
        talks = [Talk(address, functions) for _ in visitors]
        with ThreadPoolExecutor(len(visitors)) as pool:
            list(pool.map(visit, visitors, talks))
        took = time.monotonic() - begun
    _compare_faces(visitors, alone)
    requests = [done for visitor in visitors for done in visitor.done]
    waits = [visitor.done[0][1] for visitor in visitors if visitor.done]
    figures = [
        Figure("requests without an answer", 4.0 * len(visitors) - len(requests), "", 0.0),
        Figure("faults", float(sum(len(visitor.faults) for visitor in visitors)), "", 0.0),
        Figure("photo, one visitor alone (median)", sorted(one.done[0][1] for one in alone)[len(alone) // 2], "s"),
        Figure("photo, all at once, first", min(waits), "s"),
        Figure("photo, all at once, last", max(waits), "s"),
        Figure("everything for everybody", took, "s"),
    ]
    rows = [(f"visitor {v.number}", *(f"{s:.1f}" for _, s, _ in v.done), "; ".join(v.faults) or "own") for v in visitors]
    print(table(rows, ("seconds", "photo", "alter", "mold", "download", "data")))
    print("\n" + figure_table(figures, figures_before(options.output)))
    write_results(options.output, figures, {"visitors": {row[0]: row[1:] for row in rows}})
    print(f"\n{how_busy()}; written to {options.output}")


def _compare_faces(visitors: list[Visitor], alone: list[Visitor]) -> None:
    """A face must be the one that its photo gives to somebody who is alone."""
    for visitor in visitors:
        expected = alone[visitor.number % len(alone)].face
        if visitor.face.keys() != expected.keys() or any(abs(visitor.face[k] - expected[k]) > SAME for k in expected):
            visitor.faults.append("the face is not that of the visitor's photo")


@contextmanager
def running_app() -> Iterator[str]:
    """The app as a process of its own; its address."""
    command = [sys.executable, "-m", "avatarkit", "app", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as app:
        assert app.stdout is not None, "it is a pipe"
        try:
            yield next(found[0] for line in app.stdout if (found := re.search(r"http://\S+", line)))
        finally:
            app.terminate()


def _functions(address: str) -> dict[str, int]:
    """The page's event -> its number in Gradio's queue."""
    config = httpx.get(f"{address}/config", timeout=_PATIENCE_S).json()
    channels = {part["id"]: part["props"].get("elem_id") for part in config["components"]}
    return {
        event: function["id"]
        for function in config["dependencies"]
        for target, event in function["targets"]
        if channels.get(target) == f"channel-{_EVENTS.get(event)}"
    }


def _photo(path: Path) -> bytes:
    """A photo of the media folder, or the portrait inside scikit-image where there is none."""
    if path.is_file():
        return path.read_bytes()
    content = io.BytesIO()
    Image.fromarray(data.astronaut()).save(content, "PNG")
    return content.getvalue()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.visitors", description=__doc__)
    parser.add_argument("--visitors", type=int, default=VISITORS, help=f"how many ({VISITORS})")
    parser.add_argument("--media", type=Path, default=DEFAULT_MEDIA, help="the media folder")
    parser.add_argument("--output", type=Path, default=OUT / "visitors.json", help="where the JSON goes")
    return parser.parse_args()


if __name__ == "__main__":
    main()
