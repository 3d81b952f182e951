"""The commands: the public Python names with arguments, one command a file.

A command returns the text it has to say; `entry.main` alone writes, and turns errors into exit codes; `run` is the process.
"""

from __future__ import annotations

from avatarkit.cli.entry import main, run

__all__ = ["main", "run"]
