"""The thumbnail in a VRM file, drawn by a thread of its own: what graphics need to start takes as long as fitting a face."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import avatarkit as ak
from avatarkit.cli.quick_graphics import quicken_graphics
from avatarkit.cli.steps import Steps
from avatarkit.errors import MissingError

if TYPE_CHECKING:
    from avatarkit.avatar.avatar import Avatar


@contextmanager
def thumbnails(output: Path, steps: Steps) -> Iterator[Callable[[Avatar], Avatar]]:
    """Start the graphics device where `output` is a format with a thumbnail.

    Yields:
        what gives an avatar its thumbnail. Without a driver, or for another format, it gives the avatar back as it is.
    """
    if output.suffix.lower() != ".vrm":
        yield lambda avatar: avatar
        return
    from avatarkit.export.thumbnail import thumbnail_renderer

    quicken_graphics()
    with ThreadPoolExecutor(1, "graphics") as graphics:
        renderer = graphics.submit(thumbnail_renderer)

        def drawn(avatar: Avatar) -> Avatar:
            with steps.step("thumbnail", "Drawing the thumbnail"):
                try:
                    return graphics.submit(ak.with_thumbnail, avatar, renderer.result()).result()
                except MissingError as error:
                    steps.note(f"Note: no thumbnail. {error}")
                    return avatar

        yield drawn
