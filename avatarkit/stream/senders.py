"""A sender for each protocol, opened by address."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from avatarkit.stream.address import Address
from avatarkit.stream.ifacialmocap import ifacialmocap_packets
from avatarkit.stream.live_link import LiveLinkPackets
from avatarkit.stream.live_moment import LiveMoment
from avatarkit.stream.osc import UdpTarget, bundles
from avatarkit.stream.vmc import VmcPackets
from avatarkit.stream.vrchat import vrchat_messages
from avatarkit.stream.websocket import MomentServer

Packets = Callable[[LiveMoment], Iterable[bytes]]
"""What to say about a moment, one packet each."""


class Sender(Protocol):
    """Somebody who is told every moment."""

    address: Address

    @property
    def is_heard(self) -> bool:
        """Whether somebody may be listening."""

    def send(self, moment: LiveMoment) -> int:
        """Tell a moment, without waiting for anybody; how many packets could not be sent."""

    def close(self) -> None:
        """End the connection."""


class UdpSender:
    """Tells one receiver by UDP. Nobody needs to listen there."""

    def __init__(self, address: Address, packets: Packets) -> None:
        """Raises UsageError: the host's name is not known."""
        self.address, self._packets, self._target = address, packets, UdpTarget(address)

    @property
    def is_heard(self) -> bool:
        """Whether no packet of late was refused because nobody listens."""
        return self._target.is_heard

    def send(self, moment: LiveMoment) -> int:
        """Tell a moment; how many packets could not be sent."""
        return self._target.send(self._packets(moment))

    def close(self) -> None:
        """Close the socket."""
        self._target.close()


_PACKETS: Mapping[str, Callable[[], Packets]] = {
    "vmc": VmcPackets,
    "vrchat": lambda: lambda moment: bundles(vrchat_messages(moment)),
    "livelink": LiveLinkPackets,
    "ifacialmocap": lambda: ifacialmocap_packets,
}


def open_sender(address: Address) -> Sender:
    """A sender to that address.

    Raises:
        UsageError: the host's name is not known, or a port that shall be listened at is taken.
    """
    return MomentServer(address) if address.protocol == "ws" else UdpSender(address, _PACKETS[address.protocol]())
