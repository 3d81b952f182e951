"""Makes assets/landmark_table.npz: where on a head the detector puts its landmarks, by asking it.

    python assets/scripts/build_landmark_table.py --heads 2400 --jobs 2      (about a quarter of an hour on two cores)

Heads of known shape, expression, pose and camera are rendered and shown to the detector. First each landmark is cast back onto
the surface: its place in the head's texture layout, as a function of how far the head is turned. Then what remains is explained
by the head's own sliders and expression: the detector has opinions of its own about unusual faces, and they are nearly linear.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from asset_sources import record_sources
from scipy.spatial import cKDTree

from avatarkit.body.body import load_body
from avatarkit.body.texture_space import head_texels
from avatarkit.errors import NoFaceError
from avatarkit.face_fit.face_model import load_face_model
from avatarkit.face_fit.landmark_table import MESH_LANDMARKS, surface_points, turn_features
from avatarkit.face_fit.solve import OUTER_EYE_CORNERS
from avatarkit.geometry import quaternions
from avatarkit.geometry.meshes import vertex_normals
from avatarkit.media.photo import Photo
from avatarkit.tracking.track_face import track_face
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from benchmarks.synthetic_heads import EXPRESSIONS, HeadStudio, SyntheticHead, expression_vector, random_sliders

ASSETS = Path(__file__).resolve().parents[1]
YAW_DEG, PITCH_DEG, ROLL_DEG = 32.0, 22.0, 8.0
NARROWEST, WIDEST = 0.6, 1.7  # identities are drawn from the prior, shrunk or exaggerated so far
EYES_M = 0.088  # between the average face's outer eye corners
INNER_LIPS = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95)
RIDGE = 150.0
CASTS = 700  # heads that are cast back onto the surface: far more than its few coefficients need


@dataclass(frozen=True)
class Sight:
    """One head as rendered and as detected: landmarks (468, 3) pixels and depth, features (6 + K + 52,)."""

    head: SyntheticHead
    landmarks: np.ndarray
    yaw: float
    pitch: float

    @property
    def features(self) -> np.ndarray:
        return np.concatenate([turn_features(self.yaw, self.pitch), list(self.head.sliders.values()), self.head.expression])

    @property
    def eyes_px(self) -> float:
        a, b = OUTER_EYE_CORNERS
        return float(np.linalg.norm(self.landmarks[a, :2] - self.landmarks[b, :2]))


def random_expression(rng: np.random.Generator) -> np.ndarray:
    """Nothing, one of the known faces, or a few expressions at random, mostly symmetric."""
    kind = rng.random()
    if kind < 0.3:
        return expression_vector({})
    if kind < 0.6:
        return expression_vector(list(EXPRESSIONS.values())[rng.integers(len(EXPRESSIONS))]) * rng.uniform(0.4, 1.0)
    weights: dict[str, float] = {}
    for name in rng.choice(ARKIT_NAMES, 4, replace=False):
        if name.startswith(("eyeLook", "tongue")):
            continue
        weights[str(name)] = value = rng.uniform(0.0, 0.7)
        side, other = ("Left", "Right") if name.endswith("Left") else ("Right", "Left")
        if name.endswith(side) and rng.random() < 0.8:
            weights[str(name).removesuffix(side) + other] = value
    return expression_vector(weights)


def look(seed: int, count: int) -> list[Sight]:
    """Render and detect some heads."""
    rng, studio, sights = np.random.default_rng(seed), HeadStudio(), []
    for _ in range(count):
        scale = rng.uniform(NARROWEST, WIDEST)
        sliders = {name: float(np.clip(scale * value, -1, 1)) for name, value in random_sliders(rng).items()}
        yaw, pitch, roll = rng.uniform(-1, 1, 3) * [YAW_DEG, PITCH_DEG, ROLL_DEG]
        head = studio.draw(rng, sliders, random_expression(rng), yaw_deg=yaw, pitch_deg=pitch, roll_deg=roll)
        try:
            face = track_face(Photo(head.pixels))
        except NoFaceError:
            continue
        forward = quaternions.rotate(head.rotation, np.array([0.0, 0.0, 1.0]))
        points = np.column_stack([face.points_px, face.depth_px])[:MESH_LANDMARKS]
        sights.append(Sight(head, points, float(np.arctan2(forward[0], forward[2])), float(np.arcsin(forward[1]))))
    return sights


def cast_back(sight: Sight) -> tuple[np.ndarray, np.ndarray]:
    """Texture coordinates (468, 2) of the visible surface nearest to each landmark, and how near, in pixels (468,)."""
    body, texels = load_body(), head_texels(512)
    outer = np.isin(texels.vertices[:, 0], np.unique(body.parts["head"].quads))
    vertices, weights = texels.vertices[outer], texels.weights[outer]
    triangles = np.concatenate([body.parts[n].triangles for n in ("head", "mouth", "socket-left", "socket-right")])
    normals = vertex_normals(sight.head.positions, triangles)
    at = np.einsum("nk,nkc->nc", weights, np.concatenate([sight.head.positions, normals], axis=1)[vertices])
    points, camera = at[:, :3], sight.head.camera
    places, depth = camera.project(points), camera.depth(points)
    visible = _visible(places, depth, (at[:, 3:] * (camera.position - points)).sum(axis=1) > 0)
    uvs = np.einsum("nk,nkc->nc", weights, body.uvs[texels.uv_corners[outer]])[visible]
    distance, nearest = cKDTree(places[visible]).query(sight.landmarks[:, :2], k=8)
    share = 1.0 / (distance + 0.3) ** 2
    share *= np.linalg.norm(uvs[nearest] - uvs[nearest[:, :1]], axis=2) < 0.02
    return (uvs[nearest] * share[..., None]).sum(axis=1) / share.sum(axis=1, keepdims=True), distance[:, 0]


def _visible(places: np.ndarray, depth: np.ndarray, facing: np.ndarray) -> np.ndarray:
    cells = np.floor(places / 2).astype(int)
    inside = facing & (cells >= 0).all(axis=1) & (cells < 1000).all(axis=1)
    key = cells[:, 1] * 1000 + cells[:, 0]
    nearest = np.full(1000 * 1000, np.inf)
    np.minimum.at(nearest, key[inside], depth[inside])
    inside[inside] = depth[inside] < nearest[key[inside]] + 0.006
    return np.flatnonzero(inside)


def surface_coefficients(sights: list[Sight]) -> np.ndarray:
    """(6, 468, 2) robust regression of texture coordinates on the turn of the head."""
    turns = np.array([turn_features(s.yaw, s.pitch) for s in sights])
    casts = [cast_back(s) for s in sights]
    uvs, near = np.array([c[0] for c in casts]), np.array([c[1] / s.eyes_px for c, s in zip(casts, sights, strict=True)])
    open_mouth = np.array([s.head.expression[ARKIT_NAMES.index("jawOpen")] > 0.1 for s in sights])
    ridge = np.diag([0, 1, 1, 1, 1, 1]) * 0.0045 * len(sights)
    result = np.zeros((turns.shape[1], MESH_LANDMARKS, 2))
    for landmark in range(MESH_LANDMARKS):
        believed = 1.0 / (1.0 + (near[:, landmark] / 0.01) ** 2)
        if landmark in INNER_LIPS:  # closed lips cannot be told apart
            believed = believed * open_mouth
        weights = believed
        for _ in range(8):
            weighted = turns * weights[:, None]
            found = np.linalg.solve(weighted.T @ turns + ridge * weights.mean(), weighted.T @ uvs[:, landmark])
            away = np.linalg.norm(uvs[:, landmark] - turns @ found, axis=1)
            weights = believed / (1.0 + (away / 0.01) ** 2) ** 2
        result[:, landmark] = found
    return result


def strayed(sight: Sight, coefficients: np.ndarray) -> np.ndarray:
    """(468, 3) metres, head axes: from the surface point of each landmark to where it was detected."""
    points = surface_points(np.tensordot(turn_features(sight.yaw, sight.pitch), coefficients, axes=1)).on(sight.head.positions)
    camera = sight.head.camera
    places, depth = camera.project(points), camera.depth(points)
    scale = camera.focal_px / depth
    behind = sight.landmarks[:, 2] - depth * np.median(scale)
    aside = (sight.landmarks[:, :2] - places) * [1.0, -1.0] / scale[:, None]
    away = np.column_stack([aside, -(behind - np.median(behind)) / np.median(scale)])
    return quaternions.rotate(quaternions.inverse(sight.head.rotation), away)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--heads", type=int, default=2400)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--output", type=Path, default=ASSETS / "landmark_table.npz")
    options = parser.parse_args()
    batch = 50
    with ProcessPoolExecutor(options.jobs) as pool:
        batches = pool.map(look, range(100, 100 + options.heads // batch), [batch] * (options.heads // batch))
        sights = [sight for part in batches for sight in part]
    coefficients = surface_coefficients(sights[:CASTS])
    away = np.array([strayed(s, coefficients) for s in sights])
    depth_bias = np.median(-away[..., 2], axis=0) / EYES_M
    away[..., 2] += depth_bias * EYES_M
    sliders = len(load_face_model().slider_names)
    widths = np.concatenate(
        [[1, 0.25, 0.25, 0.08, 0.08, 0.2], np.sqrt(np.diag(load_face_model().covariance)), np.full(52, 0.3)]
    )
    features = np.array([s.features for s in sights]) / widths
    ridge = np.diag(np.concatenate([[0.0], np.full(features.shape[1] - 1, RIDGE)]))
    flat, weights = away.reshape(len(away), -1), np.ones((len(away), 1))
    for _ in range(2):
        found = np.linalg.solve((features * weights).T @ features + ridge, (features * weights).T @ flat)
        left = flat - features @ found
        size = np.sqrt((left**2).mean(axis=1))
        weights = (1.0 / (1.0 + (0.5 * size / np.median(size)) ** 2))[:, None]
    found = (found / widths[:, None]).reshape(-1, MESH_LANDMARKS, 3)
    before, after = (1000 * np.sqrt((part**2).mean()) for part in (flat, left))
    print(f"{len(sights)} heads; strayed {before:.2f} mm, unexplained {after:.2f} mm")
    np.savez_compressed(
        options.output,
        coefficients=coefficients.astype(np.float32),
        depth_bias=depth_bias.astype(np.float32),
        spread=(np.sqrt((left**2).mean(axis=0)).reshape(-1, 3) / EYES_M).astype(np.float32),
        turn_offsets=found[:6].astype(np.float16),
        slider_offsets=np.moveaxis(found[6 : 6 + sliders], 0, 2).astype(np.float16),
        expression_offsets=np.moveaxis(found[6 + sliders :], 0, 2).astype(np.float16),
    )
    if options.output.parent == ASSETS:
        record_sources(ASSETS, [options.output.name], "measured on renders of body.npz with MediaPipe 0.10.21", "CC0-1.0",
                       "assets/scripts/build_landmark_table.py")  # fmt: skip


if __name__ == "__main__":
    main()
