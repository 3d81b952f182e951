"""OSC bundles by UDP, none larger than a packet."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any

from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from avatarkit.errors import UsageError
from avatarkit.stream.address import Address

MAX_BUNDLE_BYTES = 1450
"""Of 1,500 that the VMC protocol allows a bundle and Ethernet a packet; some are the network's own."""

_BUNDLE_HEAD, _ELEMENT_HEAD = 16, 4


def message(address: str, *values: str | float | int) -> OscMessage:
    """One OSC message; floats of any kind go as 32 bits."""
    builder = OscMessageBuilder(address)
    for value in values:
        if isinstance(value, str):
            builder.add_arg(value, OscMessageBuilder.ARG_TYPE_STRING)
        elif isinstance(value, int):
            builder.add_arg(value, OscMessageBuilder.ARG_TYPE_INT)
        else:
            builder.add_arg(float(value), OscMessageBuilder.ARG_TYPE_FLOAT)
    return builder.build()


def bundles(messages: Iterable[OscMessage], most_bytes: int = MAX_BUNDLE_BYTES) -> Iterator[bytes]:
    """The messages in their order, in as few bundles as their size allows."""
    waiting: list[OscMessage] = []
    size = _BUNDLE_HEAD
    for one in messages:
        needed = len(one.dgram) + _ELEMENT_HEAD
        if waiting and size + needed > most_bytes:
            yield _bundle(waiting)
            waiting, size = [], _BUNDLE_HEAD
        waiting.append(one)
        size += needed
    if waiting:
        yield _bundle(waiting)


def _bundle(messages: list[OscMessage]) -> bytes:
    builder = OscBundleBuilder(IMMEDIATELY)
    for one in messages:
        builder.add_content(one)
    return bytes(builder.build().dgram)


class UdpTarget:
    """An open UDP socket to one receiver. Nobody needs to listen there."""

    def __init__(self, address: Address) -> None:
        """Raises UsageError: the host's name is not known."""
        try:
            family, kind, protocol, _, where = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_DGRAM)[0]
        except OSError as error:
            raise UsageError(f"{address.host} is no host that can be found ({error.strerror or error}).") from error
        self._where: Any = where
        self._socket = socket.socket(family, kind, protocol)
        self._socket.setblocking(False)

    def __enter__(self) -> UdpTarget:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def send(self, packets: Iterable[bytes]) -> int:
        """Send packets; how many could not be sent. A live stream goes on without them."""
        lost = 0
        for packet in packets:
            try:
                self._socket.sendto(packet, self._where)
            except OSError:  # a full buffer, or a receiver that has just left
                lost += 1
        return lost

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()
