"""Where motion is sent to or comes from, as users write it: vmc://127.0.0.1:39539."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from avatarkit.errors import UsageError, unknown_name

DEFAULT_PORTS = {"vmc": 39539, "vrchat": 9000, "livelink": 11111, "ifacialmocap": 49983, "ws": 7861}
"""Protocol -> the port that programs listen at unless told. `ws` is ours, beside the web app's 7860: there we listen ourselves.

Source: the VMC protocol's specification; VRChat's OSC overview; Unreal's Live Link; iFacialMocap's page for developers."""

SOURCE_PORTS = {"vmc": 39539}
"""The same for what motion can come from."""


@dataclass(frozen=True)
class Address:
    """One end of a wire: a protocol of `DEFAULT_PORTS`, a host and a port."""

    protocol: str
    host: str
    port: int

    @property
    def text(self) -> str:
        """As users write it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.protocol}://{host}:{self.port}"


def parse_address(text: str) -> Address:
    """The receiver that a text names.

    Raises:
        UsageError: an unknown protocol, no host, or no port.
    """
    return _parsed(text, "--send", "protocol to send by", DEFAULT_PORTS)


def parse_source(text: str) -> Address:
    """Where motion shall come from, by a text; its host is the one of ours that is listened at.

    Raises:
        UsageError: an unknown protocol, no host, or no port.
    """
    return _parsed(text, "--from", "protocol to receive by", SOURCE_PORTS)


def _parsed(text: str, option: str, kind: str, ports: dict[str, int]) -> Address:
    example = next(iter(ports))
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise UsageError(f"{option} {text[:80]} is no address: {error}. Write it like {_like(example, ports)}.") from None
    if parts.scheme not in ports:
        if "://" in text:
            raise unknown_name(kind, parts.scheme[:40], ports)
        raise UsageError(f"{option} {text[:80]} names no protocol. Write it like {_like(example, ports)}.")
    if not parts.hostname or parts.path not in ("", "/") or parts.query or parts.fragment or port == 0:
        raise UsageError(f"{option} {text[:80]} is no address. Write it like {_like(parts.scheme, ports)}.")
    return Address(parts.scheme, parts.hostname, ports[parts.scheme] if port is None else port)


def _like(protocol: str, ports: dict[str, int]) -> str:
    return f"{protocol}://127.0.0.1:{ports[protocol]}"
