"""Live moments by WebSocket: a small server that the viewer, or anybody the caller lets in, follows.

`/` tells JSON, `/binary` the short form. Whoever is slow gets the newest moment only and keeps nobody waiting. What followers
say is not listened to. Pages of other hosts are refused: a browser lets any page connect to this machine.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from types import TracebackType
from urllib.parse import urlsplit

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode
from websockets.http11 import Request, Response

from avatarkit.errors import UsageError
from avatarkit.stream.address import Address
from avatarkit.stream.live_moment import LiveMoment
from avatarkit.stream.moment_binary import moment_bytes
from avatarkit.stream.moment_json import moment_json

MOST_FOLLOWERS = 16
"""Viewers of one session: a household of screens. More are turned away."""

MOST_MESSAGE_BYTES = 1024
"""What a follower may say at once, though nobody listens; larger messages end the connection."""

MOST_MESSAGES = 30
"""In a second; who says more is turned away."""

WAITING_BYTES = 16 * 1024
"""Kept for a follower that does not read, here and by the system: some ten moments; then only the newest waits."""

STALLED_S = 10.0
"""A follower that has not read anything for so long is gone."""

DEAF_S = 2.0
"""One that has not read anything for so long leaves its place to a newcomer where no other is free."""

CLOSE_S = 0.3
"""How long a goodbye may take."""

_FORMS: dict[str, Callable[[LiveMoment], str | bytes]] = {"/": moment_json, "/binary": moment_bytes}
_logger = logging.getLogger("avatarkit.websocket")
_logger.addHandler(logging.NullHandler())
_logger.propagate = False  # what strangers do wrong is not the user's concern


class MomentServer:
    """Listens at an address of ours and tells every follower the newest moment."""

    def __init__(self, address: Address) -> None:
        """Begin to listen.

        Raises:
            UsageError: the port is taken, or the host is none of this machine's.
        """
        self.address = address
        self._listener = _listener(address)
        self._newest: LiveMoment | None = None
        self._told: dict[str, tuple[LiveMoment, str | bytes]] = {}
        self._followers: set[_Follower] = set()
        self._closing = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listens = threading.Event()
        self._thread = threading.Thread(target=asyncio.run, args=(self._serve(),), name="moments", daemon=True)
        self._thread.start()
        self._listens.wait()

    def __enter__(self) -> MomentServer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def followers(self) -> int:
        """How many listen."""
        return len(self._followers)

    @property
    def is_heard(self) -> bool:
        """Always: whoever wants to listen comes here."""
        return True

    def send(self, moment: LiveMoment) -> int:
        """Tell everybody; never waits. Returns 0: nothing is lost but what was replaced by something newer."""
        self._newest = moment
        if self._followers:
            self._ask(self._wake)
        return 0

    def close(self) -> None:
        """Say goodbye to everybody and stop listening."""
        self._ask(self._closing.set)
        self._thread.join(timeout=2.0 * CLOSE_S)

    def message(self, path: str) -> str | bytes:
        """The newest moment in the form of that path, made once for all followers."""
        moment = self._newest
        assert moment is not None, "followers are woken when there is a moment"
        made = self._told.get(path)
        if made is None or made[0] is not moment:
            made = (moment, _FORMS[path](moment))
            self._told[path] = made
        return made[1]

    def _wake(self) -> None:
        for follower in self._followers:
            follower.there_is_more.set()

    def _ask(self, deed: Callable[[], None]) -> None:
        """Let the thread that serves do something, unless it has ended."""
        if self._loop is not None:
            with suppress(RuntimeError):  # the loop is closed
                self._loop.call_soon_threadsafe(deed)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        server = await serve(
            self._follow, sock=self._listener, process_request=self._admit, compression=None, max_size=MOST_MESSAGE_BYTES,
            max_queue=2, write_limit=WAITING_BYTES, open_timeout=STALLED_S, close_timeout=CLOSE_S, ping_interval=STALLED_S,
            ping_timeout=STALLED_S, server_header=None, logger=_logger,
        )  # fmt: skip
        self._listens.set()
        await self._closing.wait()
        server.close()
        try:
            await asyncio.wait_for(server.wait_closed(), CLOSE_S)
        except TimeoutError:
            for follower in self._followers:
                follower.connection.transport.abort()

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        if urlsplit(request.path).path not in _FORMS:
            return connection.respond(HTTPStatus.NOT_FOUND, "There are / for JSON and /binary.\n")
        if not may_follow(request.headers.get("Origin"), request.headers.get("Host", ""), self.address.host):
            return connection.respond(HTTPStatus.FORBIDDEN, "Only pages of this host may follow.\n")
        return None

    async def _follow(self, connection: ServerConnection) -> None:
        if len(self._followers) >= MOST_FOLLOWERS and not self._make_room():
            await connection.close(CloseCode.TRY_AGAIN_LATER, f"{MOST_FOLLOWERS} follow already")
            return
        follower = _Follower(connection, self)
        self._followers.add(follower)
        try:
            await follower.serve()
        except ConnectionClosed:
            pass
        finally:
            self._followers.discard(follower)

    def _make_room(self) -> bool:
        """Whether somebody who does not read had to leave."""
        deafest = max(self._followers, key=lambda follower: follower.deaf_s)
        if deafest.deaf_s < DEAF_S:
            return False
        self._followers.discard(deafest)
        deafest.connection.transport.abort()
        return True


class _Follower:
    """One connection: a moment is put into it only when the last one has left."""

    def __init__(self, connection: ServerConnection, server: MomentServer) -> None:
        self.connection, self._server = connection, server
        self.there_is_more = asyncio.Event()
        self._telling_s: float | None = None
        if server._newest is not None:
            self.there_is_more.set()
        assert connection.request is not None, "the handshake is over"
        self._path = urlsplit(connection.request.path).path
        plug: socket.socket | None = connection.transport.get_extra_info("socket")
        if plug is not None:
            plug.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, WAITING_BYTES)

    @property
    def deaf_s(self) -> float:
        """For how long a moment has been waiting for the follower to read."""
        return 0.0 if self._telling_s is None else time.monotonic() - self._telling_s

    async def serve(self) -> None:
        """Tell moments until the follower leaves."""
        ignoring = asyncio.ensure_future(self._ignore())
        try:
            while True:
                await self.there_is_more.wait()
                self.there_is_more.clear()
                self._telling_s = time.monotonic()
                await asyncio.wait_for(self.connection.send(self._server.message(self._path)), STALLED_S)
                self._telling_s = None
        except TimeoutError:
            self.connection.transport.abort()
        finally:
            ignoring.cancel()

    async def _ignore(self) -> None:
        """Hear what a follower says without listening; a chatterer is turned away."""
        begun, count = time.monotonic(), 0
        try:
            async for _ in self.connection:
                now = time.monotonic()
                begun, count = (begun, count + 1) if now - begun < 1.0 else (now, 1)
                if count > MOST_MESSAGES:
                    await self.connection.close(CloseCode.POLICY_VIOLATION, "nobody listens")
        except ConnectionClosed:
            pass
        finally:
            self.there_is_more.set()  # so that telling notices that nobody is there


def may_follow(origin: str | None, host_asked: str, own_host: str) -> bool:
    """Whether a connection may be made.

    Args:
        origin: of the page that asks; None where no browser asks.
        host_asked: the `Host` that was asked for: a name that somebody else points here is not ours.
        own_host: the host that the caller named.
    """
    asked = _hostname(f"//{host_asked}")
    if asked != own_host.lower() and not _is_here(asked) and not _is_number(asked):
        return False
    if origin is None:
        return True
    page = _hostname(origin)
    return page != "" and (page == asked or _is_here(page))


def _hostname(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _is_here(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    return _is_number(host) and ipaddress.ip_address(host).is_loopback


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _listener(address: Address) -> socket.socket:
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise UsageError(f"{address.host} is no host that can be found ({error.strerror or error}).") from error
    listener = socket.socket(family, kind, protocol)
    if os.name == "posix":  # elsewhere it would let two programs have one port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(where)
        listener.listen(MOST_FOLLOWERS)
    except OSError as error:
        listener.close()
        raise UsageError(
            f"{address.text} cannot be listened at ({error.strerror or error}). Name a host and a free port of this machine."
        ) from error
    return listener
