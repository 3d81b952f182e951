"""python -m avatarkit.cli.draw_thumbnail: a GLB on standard input becomes a thumbnail's RGB pixels on standard output.

The graphics start before the file arrives. A driver that crashes takes nothing else with it.
"""

from __future__ import annotations

import sys

from avatarkit.cli.quick_graphics import quicken_graphics
from avatarkit.errors import MissingError
from avatarkit.export.thumbnail import drawn_portrait, thumbnail_renderer


def main() -> int:
    """Draw one thumbnail; returns the exit code."""
    quicken_graphics()
    try:
        with thumbnail_renderer() as renderer:
            content = sys.stdin.buffer.read()
            if content:
                sys.stdout.buffer.write(drawn_portrait(content, renderer).tobytes())
    except MissingError as error:
        sys.stderr.write(str(error))
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
