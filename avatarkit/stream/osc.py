"""OSC bundles by UDP, none larger than a packet."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable, Iterator
from functools import lru_cache
from types import TracebackType
from typing import Any

from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder

from avatarkit.errors import UsageError
from avatarkit.stream.address import Address

MAX_BUNDLE_BYTES = 1450
"""Of 1,500 that the VMC protocol allows a bundle and Ethernet a packet; some are the network's own."""

_BUNDLE_HEAD: bytes = OscBundleBuilder(IMMEDIATELY).build().dgram
_SIZE = struct.Struct(">i")


def message(address: str, *values: str | float | int) -> bytes:
    """One OSC message.

    Args:
        address: its address.
        values: texts and whole numbers first, then floats of any kind, which go as 32 bits.
    """
    count = next((k for k, value in enumerate(reversed(values)) if not isinstance(value, float)), len(values))
    named, numbers = values[: len(values) - count], values[len(values) - count :]
    return _beginning(address, named, count) + struct.pack(f">{count}f", *numbers)


@lru_cache(maxsize=1024)
def _beginning(address: str, named: tuple[str | float | int, ...], floats: int) -> bytes:
    """A message up to its floats. They alone change from moment to moment; building all anew took 2 ms."""
    builder = OscMessageBuilder(address)
    for value in named:
        builder.add_arg(value, OscMessageBuilder.ARG_TYPE_STRING if isinstance(value, str) else OscMessageBuilder.ARG_TYPE_INT)
    for _ in range(floats):
        builder.add_arg(0.0, OscMessageBuilder.ARG_TYPE_FLOAT)
    whole: bytes = builder.build().dgram
    return whole[: len(whole) - 4 * floats]


def bundles(messages: Iterable[bytes], most_bytes: int = MAX_BUNDLE_BYTES) -> Iterator[bytes]:
    """The messages in their order, in as few bundles as their size allows."""
    waiting, size = [_BUNDLE_HEAD], len(_BUNDLE_HEAD)
    for one in messages:
        needed = len(one) + _SIZE.size
        if len(waiting) > 1 and size + needed > most_bytes:
            yield b"".join(waiting)
            waiting, size = [_BUNDLE_HEAD], len(_BUNDLE_HEAD)
        waiting += (_SIZE.pack(len(one)), one)
        size += needed
    if len(waiting) > 1:
        yield b"".join(waiting)


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
