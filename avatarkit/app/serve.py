"""The app as a whole: our routes and Gradio's pages in one server on this computer."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import tempfile
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import FrameType
from typing import Any

from avatarkit.errors import AvatarkitError, MissingError, UsageError

HOST, PORT = "127.0.0.1", 7860
"""Where the page is unless told. Source: the project's contract; 7860 is Gradio's own."""

_SWEEP_S = 5.0
_GOODBYE_S = 0.5
"""How long pages may take to go when the app ends; then the process does: visits are over by then, and the library is whole
at any moment. A second in all is promised."""

_QUIET = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "GRADIO_CHECK_UPDATES": "False",
}
"""Gradio's switches for what it would tell or ask others."""


def library_path() -> Path:
    """The library of this computer's user."""
    import platformdirs

    return platformdirs.user_data_path("avatarkit") / "library.sqlite"


def serve(host: str = HOST, port: int = PORT, ready: Callable[[str], None] | None = None) -> None:
    """Serve the page until interrupted.

    Args:
        host: the address to listen at; only this computer reaches 127.0.0.1.
        port: 0 takes any that is free.
        ready: told the page's address.

    Raises:
        UsageError: the port is taken, or the host is none of this computer's.
        MissingError: Gradio or the viewer is not installed.
    """
    listening = _listen(host, port)
    folder = Path(tempfile.mkdtemp(prefix="avatarkit-app-"))
    try:
        with listening:
            app = make_app(folder, library_path(), host)
            _run(app, listening, folder, ready)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def make_app(folder: Path, library: Path, host: str = HOST) -> Any:
    """The app, ready to be served.

    Args:
        folder: for the visits' files; Gradio's too.
        library: the file of the library.
        host: where it will listen; beyond this computer the library stays closed.

    Raises:
        MissingError: Gradio or the viewer is not installed.
    """
    os.environ.update(_QUIET)
    os.environ["GRADIO_TEMP_DIR"] = str(folder / "gradio")
    try:
        import gradio as gr
        from fastapi import FastAPI
    except ImportError:
        raise MissingError("The web app needs Gradio: pip install 'avatarkit[app]'.") from None
    from avatarkit.app.guard import LOOPBACK, Guard
    from avatarkit.app.library import Library
    from avatarkit.app.limits import Limits
    from avatarkit.app.page import build_page, page_options
    from avatarkit.app.routes import House, add_routes
    from avatarkit.app.texts import LANGUAGES
    from avatarkit.app.visits import Visits
    from avatarkit.data_files import viewer_path

    viewer_path()
    here, limits = host in LOOPBACK, Limits()
    house = House(Visits(folder / "visits", limits.visits), Library(library) if here else None, limits)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=_lifespan(house))
    app.state.house = house
    add_routes(app, house)
    for language in reversed(LANGUAGES):  # the first one's page is at / and takes what no other takes
        path = "/" if language == LANGUAGES[0] else f"/{language}"
        gr.mount_gradio_app(
            app, build_page(house, language), path, max_file_size=limits.video_bytes, show_error=True, **page_options(language)
        )
    app.add_middleware(Guard, hosts=LOOPBACK if here else ())
    return app


def _lifespan(house: Any) -> Callable[[Any], Any]:
    @contextlib.asynccontextmanager
    async def lifespan(_app: Any) -> AsyncIterator[None]:
        ended = threading.Event()
        threading.Thread(target=_sweep, args=(house.visits, ended), name="sweep", daemon=True).start()
        try:
            yield
        finally:
            ended.set()
            house.visits.end_all()

    return lifespan


def _sweep(visits: Any, ended: threading.Event) -> None:
    while not ended.wait(_SWEEP_S):
        visits.sweep()


def warm_up() -> None:
    """Load what the first visitor would wait for: the welcoming avatar, what sliders do, the face's model, the tracker."""
    import numpy as np

    from avatarkit.app.making import MOLDED_GROUPS, preview, welcome_preview
    from avatarkit.avatar.style import default_recipe
    from avatarkit.export.molding import slider_names
    from avatarkit.export.molding_file import molding_sliders
    from avatarkit.face_fit.face_model import load_face_model
    from avatarkit.face_fit.face_sight import load_sight_table
    from avatarkit.face_fit.first_guess import load_guess_table
    from avatarkit.face_fit.landmark_table import load_landmark_table
    from avatarkit.media.photo import Photo
    from avatarkit.tracking.face_features import face_features
    from avatarkit.tracking.track_face import track_face

    welcome_preview()
    preview(default_recipe())
    molding_sliders(default_recipe(), slider_names(MOLDED_GROUPS[:1]))
    for load in (load_face_model, load_guess_table, load_landmark_table, load_sight_table, face_features):
        load()
    with contextlib.suppress(AvatarkitError):
        track_face(Photo(np.full((128, 128, 3), 128, np.uint8), source="warm-up"))


def _warm_up_motion() -> None:
    """Compile what moves avatars; beside the first visitor, who begins with a photo, since the first time takes a while."""
    import avatarkit.live.session
    import avatarkit.motion.estimate  # noqa: F401
    from avatarkit.geometry.compiled import compile_all

    compile_all()


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        return listening
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(
            f"Cannot listen at {host}:{port}: {reason}. Another --port may be free, as --port {port + 1}."
        ) from None


def _run(app: Any, listening: socket.socket, folder: Path, ready: Callable[[str], None] | None) -> None:
    import uvicorn

    class Server(uvicorn.Server):
        """Uvicorn's server, which leaves nothing behind and is gone within a second."""

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            app.state.house.visits.end_all()
            shutil.rmtree(folder, ignore_errors=True)
            last = threading.Timer(_GOODBYE_S, os._exit, [128 + sig])  # what shells report of a program ended by a signal
            last.daemon = True
            last.start()
            super().handle_exit(sig, frame)

    warm_up()
    threading.Thread(target=_warm_up_motion, name="warm-up", daemon=True).start()
    if ready is not None:
        host, port = listening.getsockname()[:2]
        ready(f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")
    Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1)).run(sockets=[listening])
