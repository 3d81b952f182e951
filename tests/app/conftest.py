"""The app served to real clients, on a port of its own and with folders of its own."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest


@dataclass
class Served:
    """The app at its address."""

    address: str
    app: Any

    @property
    def house(self) -> Any:
        return self.app.state.house


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    pytest.importorskip("gradio")
    uvicorn = pytest.importorskip("uvicorn")
    from avatarkit.app.serve import make_app

    folder: Path = tmp_path_factory.mktemp("app")
    app = make_app(folder / "files", folder / "library" / "library.sqlite")
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.05)
        yield Served(f"http://127.0.0.1:{listening.getsockname()[1]}", app)
        server.should_exit = True
        thread.join(timeout=20)
