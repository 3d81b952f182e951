"""What the page asks for besides Gradio's events: its own files, uploads into the visit's folder, the webcam's WebSocket."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse, JSONResponse, Response
from starlette.requests import HTTPConnection

from avatarkit.app.cards import card_pictures
from avatarkit.app.choices import choices
from avatarkit.app.library import Library
from avatarkit.app.limits import Limits, Rate
from avatarkit.app.making import molding, own_recipe
from avatarkit.app.texts import LANGUAGES, problem_text
from avatarkit.app.visits import Visits
from avatarkit.app.watching import Watch
from avatarkit.data_files import viewer_path
from avatarkit.errors import AvatarkitError, UsageError

PAGE = Path(__file__).with_name("page")

UPLOADS = ("photo", "video", "picture", "recipe")

_NO_STORE = {"Cache-Control": "no-store"}
_CARD_AGE = {"Cache-Control": "private, max-age=3600"}
_TYPES = {".js": "text/javascript", ".css": "text/css", ".vrm": "model/gltf-binary", ".glb": "model/gltf-binary"}


@dataclass
class House:
    """What all visitors share: the limits, the visits, the library of this computer's user, and who is live."""

    visits: Visits
    library: Library | None
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        self.rate = Rate(self.limits.uploads_per_minute)
        self._live = threading.Semaphore(self.limits.live_visits)

    def kept(self) -> Library:
        """The library. Raises UsageError where the app is open to a network: it belongs to this computer's user."""
        if self.library is None:
            raise UsageError(
                "The library belongs to the computer that avatarkit runs on and is closed to visitors of a network."
            )
        return self.library

    @contextmanager
    def seat_before_the_camera(self) -> Iterator[None]:
        """While inside, one more visitor is tracked live. Raises UsageError when all seats are taken."""
        if not self._live.acquire(blocking=False):
            raise UsageError("Others are live just now, as many as this computer can follow. Try again in a minute.")
        try:
            yield
        finally:
            self._live.release()


def add_routes(app: FastAPI, house: House) -> None:
    """Give the app everything that is not Gradio's."""
    _add_page_files(app)
    _add_visit(app, house)
    _add_library(app, house)
    _add_sockets(app, house)

    @app.exception_handler(AvatarkitError)
    async def explain(request: Request, error: AvatarkitError) -> JSONResponse:
        return JSONResponse({"problem": problem_text(str(error), _language(request))}, 400)


def _add_page_files(app: FastAPI) -> None:
    @app.get("/page/{name}")
    def page_file(name: str) -> Response:
        path = viewer_path() if name == "viewer.js" else PAGE / name
        if path.suffix not in _TYPES or path.parent.name.startswith(".") or not path.is_file():
            return Response(status_code=404)
        return FileResponse(path, media_type=_TYPES[path.suffix], headers={"Cache-Control": "no-cache"})

    @app.get("/choices/{language}")
    def what_there_is(language: str) -> JSONResponse:
        return JSONResponse(choices(language if language in LANGUAGES else LANGUAGES[0]))

    @app.get("/cards/{kind}/{name}")
    def card(kind: str, name: str) -> Response:
        picture = card_pictures().get(f"{kind}/{name}")
        return Response(status_code=404) if picture is None else Response(picture, media_type="image/webp", headers=_CARD_AGE)


def _add_visit(app: FastAPI, house: House) -> None:
    @app.post("/visit")
    def begin(request: Request) -> dict[str, str]:
        house.rate.check(f"visit {_address(request)}")
        return {"visit": house.visits.begin().token}

    @app.get("/visit/{token}")
    def known(token: str) -> dict[str, str | None]:
        return {"visit": token if token in house.visits else None}

    @app.delete("/visit/{token}")
    def forget(token: str) -> dict[str, bool]:
        house.visits.forget(token)
        return {"forgotten": True}

    @app.get("/visit/{token}/recipe")
    def recipe(token: str) -> Response:
        own = own_recipe(house.visits.get(token))
        return Response(status_code=204) if own is None else Response(own, media_type="application/json", headers=_NO_STORE)

    @app.get("/visit/{token}/{name}")
    def file(token: str, name: str) -> Response:
        path = house.visits.get(token).file(name)
        if not path.is_file():
            return Response(status_code=404)
        return FileResponse(path, media_type=_TYPES.get(path.suffix, "application/octet-stream"), headers=_NO_STORE)

    @app.get("/visit/{token}/molding/{group}")
    def sliders(token: str, group: str) -> Response:
        return Response(molding(house.visits.get(token), group), media_type="application/octet-stream", headers=_NO_STORE)

    @app.put("/visit/{token}/{kind}")
    async def upload(token: str, kind: str, request: Request) -> dict[str, int]:
        visit = house.visits.get(token)
        if kind not in UPLOADS:
            raise UsageError("A photo, a video, a picture or a recipe can be sent.")
        house.rate.check(f"upload {_address(request)}")
        return {"bytes": await _receive(request, visit.upload(kind), house.limits.bytes_for(kind))}


async def _receive(request: Request, target: Path, most: int) -> int:
    """Write the body of a request, whole or not at all, and never more than `most` bytes."""
    too_much = UsageError(f"The file is larger than {most >> 20} MB, which is the most that is taken.")
    stated = request.headers.get("content-length", "")
    if stated.isdigit() and int(stated) > most:
        raise too_much
    received, part = 0, target.with_suffix(".part")
    try:
        with part.open("wb") as file:
            async for piece in request.stream():
                received += len(piece)
                if received > most:
                    raise too_much
                file.write(piece)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return received


def _add_library(app: FastAPI, house: House) -> None:
    @app.get("/library/all.zip")
    def everything() -> Response:
        headers = {**_NO_STORE, "Content-Disposition": 'attachment; filename="avatars.zip"'}
        return Response(house.kept().zipped(), media_type="application/zip", headers=headers)

    @app.get("/library/{entry_id}/picture")
    def picture(entry_id: str) -> Response:
        return Response(house.kept().picture(entry_id), media_type="image/png", headers=_NO_STORE)


def _add_sockets(app: FastAPI, house: House) -> None:
    @app.websocket("/visit/{token}/here")
    async def here(socket: WebSocket, token: str) -> None:
        """Open as long as the visitor's page is."""
        await socket.accept()
        try:
            with house.visits.page(token):
                while (await socket.receive())["type"] != "websocket.disconnect":
                    pass  # what is said here is not listened to
        except UsageError:
            await socket.close(code=1008)

    @app.websocket("/visit/{token}/live")
    async def live(socket: WebSocket, token: str) -> None:
        await socket.accept()
        try:
            house.visits.get(token)
            with house.seat_before_the_camera():
                await _follow(socket, house.limits)
        except AvatarkitError as error:
            await _say(socket, {"type": "problem", "problem": problem_text(str(error), _language(socket))})
        except (WebSocketDisconnect, RuntimeError):
            pass


async def _follow(socket: WebSocket, limits: Limits) -> None:
    """Pictures in, moments out, until the page goes."""
    loop = asyncio.get_running_loop()
    moments: asyncio.Queue[str | None] = asyncio.Queue(maxsize=1)

    def watch() -> None:
        for _ in watching.session:
            loop.call_soon_threadsafe(_put_newest, moments, watching.moment_text())
        loop.call_soon_threadsafe(_put_newest, moments, None)

    watching = await loop.run_in_executor(None, Watch, limits)
    work = loop.run_in_executor(None, watch)
    sending = asyncio.create_task(_send(socket, moments))
    try:
        await socket.send_text('{"type":"ready"}')  # pictures sent before would only wait, and come back late
        while (message := await socket.receive())["type"] != "websocket.disconnect":
            if message.get("bytes"):
                await loop.run_in_executor(None, watching.give, message["bytes"])
            elif message.get("text") == "calibrate":
                watching.session.calibrate()
    finally:
        watching.stop()
        sending.cancel()
        await work
        await loop.run_in_executor(None, watching.session.close)


def _put_newest(moments: asyncio.Queue[str | None], moment: str | None) -> None:
    """Only the newest moment waits for a slow page."""
    if moments.full():
        moments.get_nowait()
    moments.put_nowait(moment)


async def _send(socket: WebSocket, moments: asyncio.Queue[str | None]) -> None:
    while (moment := await moments.get()) is not None:
        await socket.send_text(moment)


async def _say(socket: WebSocket, values: dict[str, Any]) -> None:
    try:
        await socket.send_text(json.dumps(values))
        await socket.close()
    except RuntimeError:  # it is gone already
        pass


def _language(asked: HTTPConnection) -> str:
    """Of the page that asks, which says it as `?language=`."""
    language = asked.query_params.get("language", "")
    return language if language in LANGUAGES else LANGUAGES[0]


def _address(request: Request) -> str:
    return request.client.host if request.client else ""
