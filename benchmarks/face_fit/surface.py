"""How far one face's surface lies from another's.

The front of the face is each vertex of the head that on the average person lies more than 70 mm in front of the body's axis,
between 0.64 m and 0.785 m, where the topmost landmark is, and faces forward: from chin to hairline, cheek to cheek, without
nostrils and mouth. Means over it are weighted by the average person's area around each vertex, so that the dense rings around
eyes and lips count as what they cover.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.spatial import cKDTree

from avatarkit.body.body import load_body
from avatarkit.body.shape import shape_body
from avatarkit.face_fit.face_model import load_face_model
from avatarkit.geometry.meshes import face_normals, vertex_normals

FRONT_Z_M, CHIN_Y_M, HAIRLINE_Y_M, FORWARD = 0.07, 0.64, 0.785, 0.2
NEAREST = 3  # vertices whose triangles are searched for the nearest point


@dataclass(frozen=True)
class FaceFront:
    """The front of the face.

    Attributes:
        vertices: (N,) vertices of the body.
        area: (N,) weights that sum to 1.
        triangles: (T, 3) body vertices, all triangles of the head.
        around: (V, M) triangles at each vertex of the body, rows filled up with their own first.
    """

    vertices: np.ndarray
    area: np.ndarray
    triangles: np.ndarray
    around: np.ndarray


@cache
def face_front() -> FaceFront:
    """The front of the face, found on the average person."""
    body = load_body()
    triangles, positions = body.parts["head"].triangles, body.positions
    forward = vertex_normals(positions, triangles)[:, 2] > FORWARD
    head = np.isin(np.arange(len(positions)), triangles)
    face = (positions[:, 1] > CHIN_Y_M) & (positions[:, 1] < HAIRLINE_Y_M)
    vertices = np.flatnonzero(head & forward & face & (positions[:, 2] > FRONT_Z_M))
    thirds = np.linalg.norm(face_normals(positions, triangles), axis=1) / 6.0
    area = np.bincount(triangles.reshape(-1), np.repeat(thirds, 3), len(positions))[vertices]
    return FaceFront(vertices, area / area.sum(), triangles, _around(triangles, len(positions)))


def _around(triangles: np.ndarray, count: int) -> np.ndarray:
    corners, owners = triangles.reshape(-1), np.repeat(np.arange(len(triangles)), 3)
    order = np.argsort(corners, kind="stable")
    corners, owners = corners[order], owners[order]
    starts, many = np.searchsorted(corners, np.arange(count)), np.bincount(corners, minlength=count)
    slots = np.arange(many.max())
    picked = starts[:, None] + np.where(slots < many[:, None], slots, 0)
    return owners[np.minimum(picked, len(owners) - 1)]


@cache
def surface_moves() -> np.ndarray:
    """(3 N, K) millimetres, each times the root of its area, that a slider's full way moves the front of the face.

    The sum of the squares of what K sliders move is the squared mean way; places are counted from their middle.
    """
    front, model = face_front(), load_face_model()
    ends = model.ends[model.rows[front.vertices]].astype(float)
    moves = 500.0 * (ends[:, :, 1] - ends[:, :, 0])
    moves = (moves - moves.mean(axis=0)) * np.sqrt(front.area)[:, None, None]
    return moves.reshape(-1, moves.shape[2])


def neutral_shape(sliders: Mapping[str, float]) -> np.ndarray:
    """(V, 3) metres, without expression."""
    return shape_body(sliders).positions


def aligned(points: np.ndarray, target: np.ndarray, weights: np.ndarray, scale: bool = False) -> np.ndarray:
    """Points (N, 3) moved and turned, and scaled if wanted, onto target (N, 3) in the least-squares sense.

    Source: Umeyama 1991.
    """
    middle, goal = weights @ points, weights @ target
    a, b = points - middle, target - goal
    u, s, vt = np.linalg.svd((b * weights[:, None]).T @ a)
    flip = np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    factor = (s * np.diag(flip)).sum() / (weights @ (a**2).sum(axis=1)) if scale else 1.0
    return factor * a @ (u @ flip @ vt).T + goal


@dataclass(frozen=True)
class ShapeError:
    """Millimetres, area-weighted means over the front of the face after alignment.

    Attributes:
        surface: from each vertex of the shape to the nearest point of the true surface; rigid alignment.
        vertex: from each vertex to the same vertex of the truth; rigid alignment.
        scaled_surface, scaled_vertex: the same after alignment with scale.
    """

    surface: float
    vertex: float
    scaled_surface: float
    scaled_vertex: float


def shape_error(shape: np.ndarray, truth: np.ndarray) -> ShapeError:
    """The error of a shape (V, 3) against the true one (V, 3), metres."""
    front = face_front()
    figures = []
    for scale in (False, True):
        moved = aligned(shape[front.vertices], truth[front.vertices], front.area, scale)
        figures += [_surface_distance(moved, truth), np.linalg.norm(moved - truth[front.vertices], axis=1)]
    return ShapeError(*(float(1000.0 * front.area @ distances) for distances in figures))


def vertex_distance_mm(a: np.ndarray, b: np.ndarray) -> float:
    """Mean distance of corresponding points of two shapes (V, 3) after rigid alignment."""
    front = face_front()
    moved = aligned(a[front.vertices], b[front.vertices], front.area)
    return float(1000.0 * front.area @ np.linalg.norm(moved - b[front.vertices], axis=1))


def _surface_distance(points: np.ndarray, surface: np.ndarray) -> np.ndarray:
    """(N,) distance of each point of the face's front (N, 3) to the triangles of another head (V, 3).

    Searched are the triangles around the same vertex and around the nearest ones.
    """
    front = face_front()
    head = np.unique(front.triangles)
    near = head[cKDTree(surface[head]).query(points, k=NEAREST)[1]]
    near = np.column_stack([front.vertices, near])
    corners = surface[front.triangles[front.around[near].reshape(len(points), -1)]]
    return triangle_distance(points[:, None], corners).min(axis=1)


def triangle_distance(points: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Distances (...) of points (..., 3) to triangles (..., 3, 3): to the plane inside, to the nearest edge outside."""
    a, b, c = corners[..., 0, :], corners[..., 1, :], corners[..., 2, :]
    normal = np.cross(b - a, c - a)
    normal = normal / np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-20)
    inside = np.ones(np.broadcast_shapes(points.shape, a.shape)[:-1], bool)
    nearest_edge = np.full(inside.shape, np.inf)
    for start, end in ((a, b), (b, c), (c, a)):
        along, away = end - start, points - start
        inside &= (np.cross(normal, along) * away).sum(axis=-1) >= 0
        share = np.clip((along * away).sum(axis=-1) / np.maximum((along**2).sum(axis=-1), 1e-20), 0.0, 1.0)
        nearest_edge = np.minimum(nearest_edge, np.linalg.norm(away - share[..., None] * along, axis=-1))
    return np.where(inside, np.abs((normal * (points - a)).sum(axis=-1)), nearest_edge)
