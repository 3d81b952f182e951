"""`python -m avatarkit` is the command line."""

from __future__ import annotations

from avatarkit.cli import run

if __name__ == "__main__":
    run()
