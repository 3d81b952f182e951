"""What morphs change of a mesh's normals is what the moved mesh's own normals say, whatever else moves."""

from __future__ import annotations

import numpy as np
import pytest

from avatarkit.geometry import meshes, morphed_normals
from avatarkit.geometry.meshes import vertex_normals
from avatarkit.geometry.morphed_normals import LEAST_MOVE_M, LEAST_TURN, Mesh
from avatarkit.geometry.morphed_normals import morphed_normals as made

SIDE = 7


def wavy() -> tuple[np.ndarray, np.ndarray]:
    """A sheet of 49 vertices, and one more that no triangle has."""
    x, y = (axis.reshape(-1) for axis in np.meshgrid(np.arange(SIDE), np.arange(SIDE)))
    own = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    a, b, c, d = (corner.reshape(-1) for corner in (own[:-1, :-1], own[:-1, 1:], own[1:, 1:], own[1:, :-1]))
    triangles = np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])
    points = np.stack([0.01 * x, 0.01 * y, 0.004 * np.sin(x + 2 * y)], axis=1)
    return np.concatenate([points, np.zeros((1, 3))]), triangles


def morphs() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ends, vertices, offsets of three: one of nothing, and one that moves the vertex without triangles too."""
    random = np.random.default_rng(5)
    chosen = [random.choice(SIDE * SIDE, 6, replace=False), np.zeros(0, int), np.array([3, 20, SIDE * SIDE])]
    vertices = np.concatenate([np.sort(own) for own in chosen])
    return np.array([0, 6, 6, 9]), vertices, random.normal(scale=0.003, size=(9, 3))


def test_each_morph_turns_normals_as_its_own_moved_mesh_has_them() -> None:
    points, triangles = wavy()
    ends, vertices, offsets = morphs()
    normals, changed = made(points, Mesh(len(points), triangles), ends, vertices, offsets)
    np.testing.assert_allclose(normals, vertex_normals(points, triangles), atol=1e-6)
    for number, change in enumerate(changed):
        own = slice(*ends[number : number + 2])
        moved = points.copy()
        moved[vertices[own]] += offsets[own]
        moved[-1] = points[-1]  # what is not of the mesh is left out
        moves, turns = np.zeros_like(points), np.zeros_like(points)
        moves[change.vertices], turns[change.vertices] = change.positions, change.normals
        np.testing.assert_allclose(points + moves, moved, atol=LEAST_MOVE_M)
        np.testing.assert_allclose(normals + turns, vertex_normals(moved, triangles), atol=LEAST_TURN)
        assert (np.diff(change.vertices) > 0).all()
    assert [len(change.vertices) for change in changed][1] == 0
    assert len(changed[0].vertices) < SIDE * SIDE


def test_machine_code_of_meshes_does_what_python_would(monkeypatch: pytest.MonkeyPatch) -> None:
    points, triangles = wavy()
    quick = vertex_normals(points, triangles), made(points, Mesh(len(points), triangles), *morphs())
    monkeypatch.setattr(meshes, "_vertex_normals", meshes._vertex_normals.__wrapped__)
    monkeypatch.setattr(morphed_normals, "_morphed", morphed_normals._morphed.__wrapped__)
    plain = vertex_normals(points, triangles), made(points, Mesh(len(points), triangles), *morphs())
    np.testing.assert_allclose(quick[0], plain[0], atol=1e-6)
    np.testing.assert_allclose(quick[1][0], plain[1][0], atol=1e-6)
    for one, other in zip(quick[1][1], plain[1][1], strict=True):
        for own, wanted in zip(vars(one).values(), vars(other).values(), strict=True):
            np.testing.assert_allclose(own, wanted, atol=2e-6)


def test_a_vertex_without_triangles_looks_ahead() -> None:
    assert vertex_normals(*wavy())[-1].tolist() == [0.0, 0.0, 1.0]


@pytest.mark.parametrize("corner", [-1, 50])
def test_corners_that_do_not_exist_are_no_matter_of_luck(corner: int) -> None:
    points, triangles = wavy()
    triangles[4, 1] = corner
    with pytest.raises(IndexError):
        vertex_normals(points, triangles)
    with pytest.raises(IndexError):
        Mesh(len(points), triangles)
    with pytest.raises(IndexError):
        made(points, Mesh(len(points), wavy()[1]), np.array([0, 1]), np.array([corner]), np.zeros((1, 3)))
