"""OSC bundles by UDP, none larger than a packet."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from types import TracebackType

import numpy as np
from numpy.typing import ArrayLike
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


@dataclass(frozen=True)
class Message:
    """A message whose floats are not known yet: its address, its texts and whole numbers, how many floats follow them."""

    address: str
    named: tuple[str | int, ...] = ()
    floats: int = 0


class BundleForm:
    """Bundles in which nothing but floats changes: laid out once, then filled; building all anew took half a millisecond."""

    def __init__(self, messages: Sequence[Message]) -> None:
        """Lay messages out in as few bundles as their size allows."""
        empty, full = (
            list(bundles(message(one.address, *one.named, *[value] * one.floats) for one in messages)) for value in (0.0, 1.0)
        )
        self._words = np.frombuffer(b"".join(empty), _WORD)
        self._places = np.flatnonzero(self._words != np.frombuffer(b"".join(full), _WORD))
        self._ends = np.cumsum([len(packet) for packet in empty]).tolist()

    def filled(self, values: Sequence[ArrayLike]) -> list[bytes]:
        """The bundles with all messages' floats, which may come in several parts, in the messages' order."""
        words = self._words.copy()
        words.view(_FLOAT)[self._places] = np.concatenate(values)
        whole = words.tobytes()
        return [whole[start:end] for start, end in pairwise([0, *self._ends])]


_WORD, _FLOAT = np.dtype(">u4"), np.dtype(">f4")
"""Everything in OSC takes a multiple of four bytes."""


UNHEARD_S = 2.0
"""So long after a refusal nobody is taken to listen: systems tell of refusals once a second. Source: Linux, icmp(7)."""


class UdpTarget:
    """An open UDP socket to one receiver. Nobody needs to listen there."""

    def __init__(self, address: Address) -> None:
        """Raises UsageError: the host's name is not known, or no way leads there."""
        try:
            family, kind, protocol, _, where = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_DGRAM)[0]
        except OSError as error:
            raise UsageError(f"{address.host} is no host that can be found ({error.strerror or error}).") from error
        self._refused_s = -UNHEARD_S
        self._socket = socket.socket(family, kind, protocol)
        self._socket.setblocking(False)
        try:
            self._socket.connect(where)  # to be told of refusals
        except OSError as error:
            self._socket.close()
            raise UsageError(f"{address.text} cannot be sent to ({error.strerror or error}).") from error

    def __enter__(self) -> UdpTarget:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def is_heard(self) -> bool:
        """Whether no packet of late was refused because nobody listens."""
        return time.monotonic() - self._refused_s >= UNHEARD_S

    def send(self, packets: Iterable[bytes]) -> int:
        """Send packets; how many could not be sent. A live stream goes on without them."""
        return sum(not self._is_sent(packet) for packet in packets)

    def _is_sent(self, packet: bytes) -> bool:
        for _ in range(2):  # the refusal of an earlier packet keeps this one back once
            try:
                self._socket.send(packet)
            except ConnectionError:  # refused; on Windows it is called a reset
                self._refused_s = time.monotonic()
            except OSError:  # a full buffer, or a network that has just gone
                return False
            else:
                return True
        return False

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()
