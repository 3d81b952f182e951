"""The web app from a checkout: `python demo_app.py [--host HOST] [--port PORT]`, the same as `avatarkit app`."""

from __future__ import annotations

import sys

from avatarkit.cli import main

if __name__ == "__main__":
    sys.exit(main(["app", *sys.argv[1:]]))
