"""Text for a terminal. Names inside files come from strangers and may hold control characters."""

from __future__ import annotations


def printable(text: str) -> str:
    """The text without characters that could move the cursor or change colours."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def two_lines(message: str) -> str:
    """A message on at most two lines."""
    lines = [" ".join(printable(line).split()) for line in message.strip().splitlines() if line.strip()]
    return "\n".join([*lines[:1], " ".join(lines[1:])]).strip()


def file_size(count: int) -> str:
    """Bytes as a person says them."""
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"
