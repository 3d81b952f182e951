"""Poses that another program tells, by the VMC protocol."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

from avatarkit.errors import UsageError
from avatarkit.live.seen_pose import SeenPose
from avatarkit.motion.human_motion import HumanPose
from avatarkit.stream.address import Address
from avatarkit.stream.vmc_receiver import VmcMoments

PACKET_BYTES = 65536
"""What a packet holds at most by UDP."""

KEPT_BYTES = 128 * 1024
"""That wait at most where we are slow, some ten moments: what comes then is lost and delays nothing."""

SILENCE_S = 0.1
"""After so long a moment that was told in part is all there is."""


class ReceivedPoses:
    """Poses from a sender.

    Attributes:
        paused: what comes is not looked at.
    """

    dropped = 0
    is_calibrating = False

    def __init__(self, address: Address) -> None:
        """Begin to listen.

        Raises:
            UsageError: the port is taken, or the host is none of this machine's.
        """
        self.paused, self._closed, self._moments = False, False, VmcMoments()
        self._socket = _listener(address)
        self.port = int(self._socket.getsockname()[1])

    def __iter__(self) -> Iterator[SeenPose]:
        """Poses until it is closed. Nothing comes while the sender is silent."""
        while not self._closed:
            try:
                packet = self._socket.recv(PACKET_BYTES)
            except TimeoutError:
                packet = b""
            except OSError:  # closed meanwhile
                return
            now = time.monotonic()
            made = self._moments.take(packet, now) if packet else self._moments.rest(now)
            yield from (self._seen(pose, now) for pose in made if not self.paused)

    def _seen(self, pose: HumanPose, now: float) -> SeenPose:
        return SeenPose(pose, self._moments.skeleton, frozenset({"body"}), now)

    def calibrate(self) -> None:
        """Take the sender's proportions anew."""
        self._moments = VmcMoments()

    def end(self) -> None:
        """Let the poses end within `SILENCE_S`."""
        self._closed = True

    def close(self) -> None:
        """Stop listening."""
        self._closed = True
        self._socket.close()


def _listener(address: Address) -> socket.socket:
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_DGRAM)[0]
    except OSError as error:
        raise UsageError(f"{address.host} is no host that can be found ({error.strerror or error}).") from error
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, KEPT_BYTES)
        listener.bind(where)
    except OSError as error:
        listener.close()
        raise UsageError(
            f"{address.text} cannot be listened at ({error.strerror or error}). Name a host and a free port of this machine."
        ) from error
    listener.settimeout(SILENCE_S)
    return listener
