"""What many tests need: a portrait that is always there, and the shared media where they are."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from avatarkit.media.photo import Photo

LONG = ("browser", "slow")  # marks of tests that wait for other programs for minutes
COMPILE = """
import sys
import avatarkit.avatar.build, avatarkit.live.session, avatarkit.motion.estimate, avatarkit.retargeting.retarget
from avatarkit.geometry.compiled import compile_all
compile_all(backwards="backwards" in sys.argv)
"""
SHARED_MEDIA = Path(__file__).resolve().parents[2] / "shared" / "media"


def pytest_configure(config: pytest.Config) -> None:
    """Before several workers begin, all is compiled once, by two processes: each worker would compile the same."""
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        halves = [subprocess.Popen([sys.executable, "-c", COMPILE, *which]) for which in ((), ("backwards",))]
        assert [half.wait() for half in halves] == [0, 0]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take minutes come first: where one of them is last, the other cores wait for it."""
    long = {item.path for item in items if any(map(item.get_closest_marker, LONG))}
    items.sort(key=lambda item: item.path not in long)


@pytest.fixture(scope="session")
def shared_media() -> Path:
    if not SHARED_MEDIA.is_dir():
        pytest.skip("the shared media folder is not beside the checkout")  # nor is it in continuous integration
    return SHARED_MEDIA


@pytest.fixture(scope="session")
def portrait() -> Photo:
    """The public-domain portrait inside scikit-image: one frontal face, about 95 pixels wide, at (225, 130)."""
    from skimage import data

    return Photo(data.astronaut(), source="astronaut")
