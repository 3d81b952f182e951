"""`avatarkit app`: the page on which avatars are made, moved and puppeteered."""

from __future__ import annotations

from typing import Annotated

import typer

from avatarkit.app.serve import HOST, PORT, serve
from avatarkit.cli.steps import FIRST_TIME
from avatarkit.geometry.compiled import is_first_time


def app(
    *,
    host: Annotated[str, typer.Option(metavar="HOST", help="Whom to listen for; only this computer reaches 127.0.0.1.")] = HOST,
    port: Annotated[int, typer.Option(metavar="PORT", min=0, max=65535, help="0 takes any that is free.")] = PORT,
) -> None:
    """Open the web app on this computer: make an avatar, dance it to a video, puppet it by webcam."""
    typer.echo(f"Starting the web app ...{' ' + FIRST_TIME if is_first_time('body') else ''}")
    serve(host, port, ready=lambda address: typer.echo(f"The web app is at {address}  (Ctrl-C ends it)"))
