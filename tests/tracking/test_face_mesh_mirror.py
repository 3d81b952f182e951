from __future__ import annotations

import numpy as np

from avatarkit.tracking.face_mesh_mirror import MIDDLE, MIRROR


def test_the_mirror_of_the_mirror_is_the_face() -> None:
    assert (MIRROR[MIRROR] == np.arange(478)).all()
    assert tuple(np.flatnonzero(np.arange(478) == MIRROR)) == MIDDLE


def test_the_mirror_keeps_the_mesh_together() -> None:
    from mediapipe.python.solutions.face_mesh_connections import FACEMESH_TESSELATION

    edges = {frozenset(edge) for edge in FACEMESH_TESSELATION}
    torn = [edge for edge in edges if frozenset(int(MIRROR[point]) for point in edge) not in edges]
    assert len(torn) <= 6  # three diagonals on each side that MediaPipe does not draw symmetrically
