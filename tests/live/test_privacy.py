"""A live session talks to nobody but whom the caller names, and writes nothing but what the caller names."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys

import numpy as np
import pytest

from avatarkit.media.photo import Photo
from tests.media.films import film, written
from tests.test_privacy import watched

TALK = {"socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind"}
"""Events of Python that name an address."""

PROTOCOLS = ("vmc", "vrchat", "livelink", "ifacialmocap", "ws")


def free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


@pytest.fixture(scope="module")
def events(portrait: Photo, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[list[str]], set[int], set[str]]:
    """What a session noted, the ports that were named, and the files there are afterwards."""
    folder, home = tmp_path_factory.mktemp("live"), tmp_path_factory.mktemp("home")
    pictures = [np.ascontiguousarray(portrait.pixels[0:240, 100 + k : 340 + k]) for k in range(12)]
    clip, log = written(tmp_path_factory.mktemp("clip"), film(pictures, options={"crf": "18"})), folder.parent / "events"
    ports = free_ports(len(PROTOCOLS))
    named = [f"{protocol}://127.0.0.1:{port}" for protocol, port in zip(PROTOCOLS, ports, strict=True)]
    sends = [option for address in named for option in ("--send", address)]
    environment = {**os.environ, "HOME": str(home), "TMPDIR": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    environment |= watched(tmp_path_factory.mktemp("noting") / "watch", log)
    done = subprocess.run(
        [sys.executable, "-m", "avatarkit", "live", "--video", clip, "--record", "take.npz", *sends],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    files = {str(path.relative_to(place)) for place in (folder, home) for path in place.rglob("*")}
    return [json.loads(line) for line in log.read_text().splitlines()], set(ports), files


def test_nobody_is_spoken_to_but_whom_the_caller_named(events: tuple[list[list[str]], set[int], set[str]]) -> None:
    noted, ports, _ = events
    talked = [event for event in noted if event[0] in TALK]
    spoken_to = {event[1].rsplit(">, ", 1)[1] for event in talked}
    assert spoken_to == {f"('127.0.0.1', {port}))" for port in ports}
    asked = {event[1].split(",")[0] for event in noted if event[0] == "socket.getaddrinfo"}
    assert asked == {"('127.0.0.1'"}


def test_nothing_is_left_but_the_take(events: tuple[list[list[str]], set[int], set[str]]) -> None:
    assert events[2] == {"take.npz"}
