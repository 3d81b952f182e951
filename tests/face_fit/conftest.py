from __future__ import annotations

from collections.abc import Callable

import pytest

from avatarkit.face_fit.fit import FaceFit, fit_face
from avatarkit.media.photo import Photo
from avatarkit.tracking.track_face import track_face


@pytest.fixture(scope="session")
def fit_of() -> Callable[[Photo], FaceFit]:
    return lambda photo: fit_face(track_face(photo))


@pytest.fixture(scope="session")
def fitted(portrait: Photo) -> FaceFit:
    """The fit of the portrait as it is."""
    return fit_face(track_face(portrait))
