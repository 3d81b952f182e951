from __future__ import annotations

import numpy as np

from avatarkit.export.tangents import vertex_tangents

SQUARE = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], np.float32)
FACING_Z = np.tile(np.float32([0, 0, 1]), (4, 1))
TRIANGLES = np.array([[0, 1, 2], [0, 2, 3]], np.uint32)
UPRIGHT = np.array([[0, 1], [1, 1], [1, 0], [0, 0]], np.float32)  # V runs down


def test_an_upright_picture_has_its_u_as_tangent_and_a_positive_sign():
    tangents = vertex_tangents(SQUARE, FACING_Z, UPRIGHT, TRIANGLES)
    np.testing.assert_allclose(tangents, np.tile([1, 0, 0, 1], (4, 1)), atol=1e-6)


def test_a_mirrored_picture_turns_tangent_and_sign():
    mirrored = np.column_stack([1 - UPRIGHT[:, 0], UPRIGHT[:, 1]])
    tangents = vertex_tangents(SQUARE, FACING_Z, mirrored, TRIANGLES)
    np.testing.assert_allclose(tangents, np.tile([-1, 0, 0, -1], (4, 1)), atol=1e-6)


def test_tangents_are_unit_and_across_the_normal_even_without_a_picture():
    random = np.random.default_rng(0)
    positions, uvs = random.normal(size=(50, 3)), random.uniform(size=(50, 2))
    normals = random.normal(size=(50, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    triangles = random.integers(0, 40, (80, 3))
    for picture in (uvs, np.zeros_like(uvs)):
        tangents = vertex_tangents(positions, normals, picture, triangles)
        np.testing.assert_allclose(np.linalg.norm(tangents[:, :3], axis=1), 1, atol=1e-6)
        np.testing.assert_allclose((tangents[:, :3] * normals).sum(axis=1), 0, atol=1e-6)
        assert set(tangents[:, 3].tolist()) <= {1.0, -1.0}
