"""What many tests need: a portrait that is always there, and the shared media where they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from avatarkit.media.photo import Photo

LONG = ("browser", "slow")  # marks of tests that wait for other programs for minutes
SHARED_MEDIA = Path(__file__).resolve().parents[2] / "shared" / "media"


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
