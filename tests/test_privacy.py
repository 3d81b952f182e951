"""Nobody is told, and nothing is kept, that the caller did not ask for: a whole `create`, watched from inside and outside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from avatarkit.avatar.build import build_avatar
from avatarkit.avatar.style import default_recipe
from avatarkit.geometry.compiled import compile_all
from avatarkit.media.photo import Photo

WATCHED = """
import json, os, sys

log = os.open(os.environ["WATCH_LOG"], os.O_WRONLY | os.O_APPEND)
writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT

def watch(event, arguments):
    if event.startswith("socket.") and event not in ("socket.gethostname",):
        os.write(log, (json.dumps([event, str(arguments)]) + chr(10)).encode())
    opens_file = event == "open" and not isinstance(arguments[0], int)  # a number is a pipe or file that is open already
    if opens_file and isinstance(arguments[2], int) and arguments[2] & writing:
        os.write(log, (json.dumps(["open", str(arguments[0])]) + chr(10)).encode())
    if event in ("os.mkdir", "os.rename", "os.link", "os.symlink"):
        os.write(log, (json.dumps([event, *map(str, arguments[:2])]) + chr(10)).encode())

sys.addaudithook(watch)
"""
"""A sitecustomize, which every Python process begins with, the one that draws too: notes each connection, and each file opened
for writing, that Python knows of."""


@dataclass(frozen=True)
class Observed:
    """What a command has done: the events noted, and the files there are now in its home, its folder and the temporary one."""

    events: list[list[str]]
    files: dict[str, set[str]]


def watched(folder: Path, log: Path) -> dict[str, str]:
    """Variables under which every Python process notes in `log` what it does; the script that notes goes into a new folder."""
    folder.mkdir()
    log.touch()
    (folder / "sitecustomize.py").write_text(WATCHED)
    return {"WATCH_LOG": str(log), "PYTHONPATH": os.pathsep.join([str(folder), *filter(None, sys.path)])}


def observe(portrait: Photo, folder: Path, *options: str) -> Observed:
    """Run `create` in a home, a working folder and a temporary folder that were empty."""
    places = {name: folder / name for name in ("home", "work", "tmp")}
    for place in places.values():
        place.mkdir()
    log = folder / "events"
    Image.fromarray(portrait.pixels).save(folder / "me.png")
    homes = {"HOME": str(places["home"]), "TMPDIR": str(places["tmp"]), "PYTHONDONTWRITEBYTECODE": "1"}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    environment |= homes | watched(folder / "watch", log)
    done = subprocess.run(
        [sys.executable, "-m", "avatarkit", "create", folder / "me.png", *options],
        cwd=places["work"], env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    files = {name: {str(p.relative_to(place)) for p in place.rglob("*")} for name, place in places.items()}
    return Observed([json.loads(line) for line in log.read_text().splitlines()], files)


@pytest.fixture(scope="module")
def observed(portrait: Photo, tmp_path_factory: pytest.TempPathFactory) -> Observed:
    build_avatar(default_recipe())
    compile_all()  # as the first avatar after an installation does, beside what Python itself compiles
    options = ("-o", "me.vrm", "--recipe", "me.avatar.json", "--report", "me.json")
    return observe(portrait, tmp_path_factory.mktemp("watched"), *options)


def test_no_connection_is_tried(observed: Observed) -> None:
    assert [event for event in observed.events if event[0].startswith("socket.")] == []


def test_only_the_named_files_are_left(observed: Observed) -> None:
    assert observed.files == {"home": set(), "work": {"me.vrm", "me.avatar.json", "me.json"}, "tmp": set()}


def test_nothing_else_is_written_even_for_a_moment(observed: Observed) -> None:
    written = [Path(event[1]) for event in observed.events if event[0] in ("open", "os.mkdir", "os.link", "os.symlink")]
    unnamed = {path for path in written if path.name.endswith(".part") is False and path != Path(os.devnull)}
    unnamed -= {path for path in unnamed if _is_of_compiled(path)}
    assert unnamed == set()
    assert {path.parent.name for path in written if path.name.endswith(".part")} == {"work"}


def _is_of_compiled(path: Path) -> bool:
    """Whether it is a folder of compiled code in the package: before numba reads there, it tries by a file without a name
    whether it could write."""
    return path.parent.name.startswith("compiled-") and path.is_dir()
