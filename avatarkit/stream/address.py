"""Where motion is sent, as users write it: vmc://127.0.0.1:39539."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from avatarkit.errors import UsageError, unknown_name

DEFAULT_PORTS = {"vmc": 39539, "vrchat": 9000}
"""Protocol -> the port that programs listen at unless told. Source: the VMC protocol's specification; VRChat's OSC overview."""


@dataclass(frozen=True)
class Address:
    """One receiver: a protocol of `DEFAULT_PORTS`, a host and a port."""

    protocol: str
    host: str
    port: int


def parse_address(text: str) -> Address:
    """The receiver that a text names.

    Raises:
        UsageError: an unknown protocol, no host, or no port.
    """
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise UsageError(f"--send {text[:80]} is no address: {error}. Write it like vmc://127.0.0.1:39539.") from None
    if parts.scheme not in DEFAULT_PORTS:
        if "://" in text:
            raise unknown_name("protocol to send by", parts.scheme[:40], DEFAULT_PORTS)
        raise UsageError(f"--send {text[:80]} names no protocol. Write it like vmc://127.0.0.1:39539.")
    if not parts.hostname or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise UsageError(
            f"--send {text[:80]} is no address. Write it like {parts.scheme}://127.0.0.1:{DEFAULT_PORTS[parts.scheme]}."
        )
    return Address(parts.scheme, parts.hostname, DEFAULT_PORTS[parts.scheme] if port is None else port)
