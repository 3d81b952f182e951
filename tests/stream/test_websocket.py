"""The WebSocket: everybody gets the newest moment, nobody waits for the slow, and strangers change nothing."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from avatarkit.errors import UsageError
from avatarkit.stream import websocket
from avatarkit.stream.address import Address
from avatarkit.stream.moment_binary import moment_bytes
from avatarkit.stream.websocket import MOST_FOLLOWERS, MomentServer, may_follow
from tests.stream.moments import any_pose, moment_of
from tests.waiting import PATIENCE_S, until


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def server() -> Iterator[MomentServer]:
    with MomentServer(Address("ws", "127.0.0.1", free_port())) as listening:
        yield listening


def follow(server: MomentServer, path: str = "/", **options: object) -> ClientConnection:
    return connect(f"{server.address.text}{path}", **options)  # type: ignore[arg-type]


def test_json_and_binary_followers_get_the_same_moment(server: MomentServer) -> None:
    moment = moment_of(any_pose(1))
    with follow(server) as reading, follow(server, "/binary") as short:
        until(lambda: server.followers == 2)
        server.send(moment)
        told, data = json.loads(reading.recv(PATIENCE_S)), short.recv(PATIENCE_S)
    assert told["type"] == "moment" and told["time_s"] == moment.pose.time_s
    assert isinstance(data, bytes) and data[:24] == moment_bytes(moment, told["sent_s"])[:16] + data[16:24]


def test_who_comes_later_is_told_at_once_how_things_are(server: MomentServer) -> None:
    server.send(moment_of(any_pose(1, time_s=7.0)))
    with follow(server) as late:
        assert json.loads(late.recv(PATIENCE_S))["time_s"] == 7.0


def test_a_slow_follower_keeps_nobody_waiting_and_goes_on_with_the_newest(server: MomentServer) -> None:
    count = 1500
    with follow(server, max_queue=1) as slow, follow(server) as quick:
        until(lambda: server.followers == 2)
        got = []
        for number in range(count):  # some 6 MB for each, which no buffer holds
            server.send(moment_of(any_pose(1, time_s=float(number + 1))))
            if number % 10 == 9:
                got.append(json.loads(quick.recv(PATIENCE_S))["time_s"])
        while got[-1] != count:
            got.append(json.loads(quick.recv(PATIENCE_S))["time_s"])
        waiting_s = max(one.deaf_s for one in server._followers)
        until(lambda: max(one.deaf_s for one in server._followers) > waiting_s > 0.0)
        times = [json.loads(slow.recv(PATIENCE_S))["time_s"]]
        while times[-1] != count:
            times.append(json.loads(slow.recv(PATIENCE_S))["time_s"])
    assert got == sorted(got) and times == sorted(times)
    assert len(times) < count / 2


@pytest.mark.parametrize("says", ["x" * 5000, b"\0" * 5000])
def test_long_speeches_end_the_connection_and_nothing_else(server: MomentServer, says: str | bytes) -> None:
    with follow(server) as calm, follow(server) as hostile:
        hostile.send(says)
        with pytest.raises(ConnectionClosed) as end:
            hostile.recv(PATIENCE_S)
        assert end.value.rcvd is not None and end.value.rcvd.code == 1009
        server.send(moment_of(any_pose(1)))
        assert json.loads(calm.recv(PATIENCE_S))["type"] == "moment"


def test_chatterers_are_turned_away(server: MomentServer) -> None:
    with follow(server) as hostile, pytest.raises(ConnectionClosed) as end:
        for _ in range(200):
            hostile.send("hello")
        hostile.recv(PATIENCE_S)
    assert end.value.rcvd is not None and end.value.rcvd.code == 1008


def test_a_few_words_are_not_listened_to(server: MomentServer) -> None:
    with follow(server) as follower:
        follower.send('{"type":"moment"}')
        server.send(moment_of(any_pose(1)))
        assert json.loads(follower.recv(PATIENCE_S))["type"] == "moment"


def test_bytes_that_are_no_handshake_change_nothing(server: MomentServer) -> None:
    with socket.create_connection(("127.0.0.1", server.address.port), timeout=PATIENCE_S) as raw:
        raw.sendall(b"\xff\x00garbage\r\n\r\n")
        with follow(server) as follower:
            server.send(moment_of(any_pose(1)))
            assert follower.recv(PATIENCE_S)


def test_one_too_many_is_asked_to_come_again(server: MomentServer) -> None:
    with ExitStack() as followers:
        for _ in range(MOST_FOLLOWERS):
            followers.enter_context(follow(server))
        until(lambda: server.followers == MOST_FOLLOWERS)
        with follow(server) as another, pytest.raises(ConnectionClosed) as end:
            another.recv(PATIENCE_S)
    assert end.value.rcvd is not None and end.value.rcvd.code == 1013


def test_who_does_not_read_leaves_the_place_to_a_newcomer_and_readers_stay(
    server: MomentServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "MOST_FOLLOWERS", few := 4)
    with ExitStack() as followers:
        reader = followers.enter_context(follow(server))
        until(lambda: server.followers == 1)
        (reading,) = server._followers
        for _ in range(few - 1):
            followers.enter_context(follow(server, close_timeout=0.1))
        until(lambda: server.followers == few)
        for deaf in server._followers - {reading}:
            deaf._telling_s = time.monotonic() - 2.0 * websocket.DEAF_S
        for _ in range(few - 1):
            followers.enter_context(follow(server))
        with follow(server) as another, pytest.raises(ConnectionClosed) as end:
            another.recv(PATIENCE_S)
        assert end.value.rcvd is not None and end.value.rcvd.code == 1013, "all that are left read"
        server.send(moment_of(any_pose(1, time_s=7.0)))
        assert json.loads(reader.recv(PATIENCE_S))["time_s"] == 7.0


def test_pages_of_other_hosts_are_refused(server: MomentServer) -> None:
    for origin in ("https://example.org", "null"):
        with pytest.raises(InvalidStatus) as refused:
            follow(server, origin=origin)
        assert refused.value.response.status_code == 403
    with follow(server, origin="http://localhost:7860"):
        pass


@pytest.mark.parametrize(
    ("origin", "host", "own", "may"),
    [
        (None, "127.0.0.1:7861", "127.0.0.1", True),
        ("http://127.0.0.1:7860", "127.0.0.1:7861", "127.0.0.1", True),
        ("http://192.168.1.5:7860", "192.168.1.5:7861", "0.0.0.0", True),
        ("http://studio:7860", "studio:7861", "studio", True),
        ("http://evil.example", "127.0.0.1:7861", "127.0.0.1", False),
        ("http://evil.example", "evil.example:7861", "127.0.0.1", False),  # a name pointed here by somebody else
        ("http://127.0.0.1.evil.example", "127.0.0.1:7861", "127.0.0.1", False),
        ("file://", "127.0.0.1:7861", "127.0.0.1", False),
        ("http://[::1]:7860", "[::1]:7861", "::1", True),
    ],
)
def test_who_may_follow(origin: str | None, host: str, own: str, may: bool) -> None:
    assert may_follow(origin, host, own) is may


def test_another_path_is_not_there(server: MomentServer) -> None:
    with pytest.raises(InvalidStatus) as refused:
        follow(server, "/secrets")
    assert refused.value.response.status_code == 404


def test_a_taken_port_is_said_so(server: MomentServer) -> None:
    with pytest.raises(UsageError, match=rf"{server.address.port}.*free port"):
        MomentServer(server.address)


def test_an_address_of_somebody_else_cannot_be_listened_at() -> None:
    with pytest.raises(UsageError, match="this machine"):
        MomentServer(Address("ws", "192.0.2.1", 7861))  # of the block that documentation uses


def test_it_does_not_wait_for_followers_who_do_not_answer() -> None:
    server = MomentServer(Address("ws", "127.0.0.1", free_port()))
    with socket.create_connection(("127.0.0.1", server.address.port)), follow(server):
        begun = time.monotonic()
        server.close()
        assert not server._thread.is_alive() and time.monotonic() - begun < 8.0  # the library alone waits ten seconds for each
    with MomentServer(server.address):  # the port is free again
        pass
