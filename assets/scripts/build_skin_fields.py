"""Makes assets/skin-*.png: where skin is redder, darker or hairy, over the textures' layouts, the same on everybody.

Places are given in millimetres on the average face (+Y up, +Z forward), judged by eye on it.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from asset_sources import record_sources
from scipy import sparse
from scipy.interpolate import LinearNDInterpolator
from scipy.spatial import cKDTree

from avatarkit.avatar.skin_fields import BODY_SIZE, FACTOR_UNIT, FIELD_FILES, HEAD_DETAIL_SIZE, HEAD_SIZE
from avatarkit.avatar.skinned_parts import SKIN_PARTS, surface_of
from avatarkit.body.body import Body, load_body
from avatarkit.body.expressions import SIDES, lid_margins
from avatarkit.body.texture_space import TexelMap, barycentric, head_texels
from avatarkit.geometry.meshes import vertex_normals

ASSETS = Path(__file__).resolve().parents[1]
SEAM_FADE_M = 0.035  # nearer to the neck's seam the skin is nothing but tone, so that both pictures meet
RASTER_BITS = 8


def main() -> None:
    body = load_body()
    for name, picture in (*head_pictures(body), ("body", factor_picture(body_factor(body)))):
        cv2.imwrite(str(ASSETS / FIELD_FILES[name]), picture, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    record_sources(
        ASSETS, list(FIELD_FILES.values()), "computed from body.npz", "CC0-1.0", "assets/scripts/build_skin_fields.py"
    )


def head_pictures(body: Body) -> list[tuple[str, np.ndarray]]:
    texels = head_texels(HEAD_SIZE)
    fade = _away_from_seam(body)
    factor = 1.0 + (_face_factor(body) - 1.0) * fade[:, None]
    inside, inside_color = _inside(body, texels)
    masks = [
        _filled(texels, _lips(body, texels), 0.0),
        inside,
        _filled(texels, texels.on_surface(fade[:, None].astype(np.float32))[:, 0], 0.0),
    ]
    return [
        ("factor", factor_picture(_filled(texels, texels.on_surface(factor.astype(np.float32)), 1.0))),
        ("masks", _bytes(255.0 * cv2.merge(masks[::-1]))),
        ("inside", _bytes(inside_color[..., ::-1])),
        ("brows", _brows(body)),
        ("scatter", _scatter(body)),
    ]


def factor_picture(factor: np.ndarray) -> np.ndarray:
    """(S, S, 3) uint8 BGR of factors (S, S, 3) RGB."""
    assert factor.max() <= 255 * FACTOR_UNIT
    return _bytes(factor[..., ::-1] / FACTOR_UNIT)


def _bytes(values: np.ndarray) -> np.ndarray:
    return np.clip(values + 0.5, 0, 255).astype(np.uint8)


def body_factor(body: Body) -> np.ndarray:
    """(1024, 1024, 3) multiplies the tone over the body's picture, linear light."""
    texels = body_texels(body, BODY_SIZE)
    factor = 1.0 + (_limb_factor(body) - 1.0) * _away_from_seam(body)[:, None]
    values = texels.on_surface(factor.astype(np.float32))
    nails = np.maximum(texels.on_corners(body.regions["fingernails"]), texels.on_corners(body.regions["toenails"]))
    nails = np.clip((nails - 0.35) / 0.3, 0.0, 1.0)[:, None].astype(np.float32)
    values *= 1.0 + nails * np.array([0.16, 0.02, 0.06], np.float32)
    mottle = _noise(BODY_SIZE, 48, 21).reshape(-1)[texels.texels] * 0.035
    fade = texels.on_surface(_away_from_seam(body)[:, None])[:, 0]
    values *= (1.0 + (mottle * fade)[:, None] * np.array([0.6, 1.0, 1.0])).astype(np.float32)
    return _filled(texels, values, 1.0)


def _filled(texels: TexelMap, values: np.ndarray, empty: float) -> np.ndarray:
    return texels.picture(values.astype(np.float32), empty)


def _mm(vertices_or_all: np.ndarray) -> np.ndarray:
    return 1000.0 * vertices_or_all.astype(float)


def _bump(points: np.ndarray, center: tuple[float, float, float], widths: tuple[float, float, float]) -> np.ndarray:
    """A soft spot on both sides of the face, 0..1: points (V, 3) mm, center for the left side, widths of the Gaussian."""
    folded = np.abs(points[:, 0]), points[:, 1], points[:, 2]
    exponent = sum(((axis - middle) / width) ** 2 for axis, middle, width in zip(folded, center, widths, strict=True))
    return np.exp(-exponent)


def _face_factor(body: Body) -> np.ndarray:
    """(V, 3) what each vertex multiplies the tone with."""
    points = _mm(body.positions)
    blush = (
        0.80 * _bump(points, (41, 707, 118), (19, 15, 40))
        + 1.05 * _bump(points, (0, 700, 158), (13, 11, 22))
        + 0.70 * _bump(points, (13, 697, 143), (9, 8, 14))
        + 0.50 * _bump(points, (0, 640, 143), (16, 10, 20))
        + 1.40 * _bump(points, (80, 716, 45), (10, 30, 24))
        + 0.60 * _bump(points, (28, 741, 135), (15, 4.5, 14))
        + 0.22 * _bump(points, (0, 790, 136), (45, 22, 30))
    )
    socket = 0.55 * _bump(points, (29, 727, 131), (17, 6.5, 16)) + 0.35 * _bump(points, (28, 743, 133), (16, 5, 14))
    red = np.array([1.05, 0.80, 0.80]) - 1.0
    shade = np.array([0.91, 0.84, 0.86]) - 1.0
    cavity = np.clip(_cavity(body), 0.0, 1.0)[:, None]
    factor = 1.0 + blush[:, None] * red + socket[:, None] * shade
    factor = factor * (1.0 + cavity * (np.array([0.62, 0.46, 0.44]) - 1.0))
    rim = _lid_rim(body)[:, None]
    factor = factor * (1.0 + rim * (np.array([0.50, 0.34, 0.32]) - 1.0))
    # Neither a nostril nor a mouth's corner lets light out again.
    holes = np.clip(_bump(points, (5.5, 691.5, 151), (3.2, 2.2, 5)) + 0.45 * _bump(points, (24.5, 670, 139), (3, 2, 8)), 0, 1)
    return factor * (1.0 + holes[:, None] * (np.array([0.42, 0.26, 0.24]) - 1.0))


def _cavity(body: Body) -> np.ndarray:
    """(V,) 0 on even skin, up to 1 deep in folds: how far the surface lies below its own smoothing."""
    smooth, normals = body.positions.astype(float), vertex_normals(body.positions, surface_of(SKIN_PARTS).triangles)
    average = _averaging(body)
    for _ in range(14):
        smooth = average @ smooth
    depth = 1000.0 * ((smooth - body.positions) * normals).sum(axis=1)
    depth = average @ np.clip((depth - 0.35) / 2.2, 0.0, 1.0)
    return np.where(np.isfinite(depth), depth, 0.0)


def _averaging(body: Body) -> sparse.csr_matrix:
    """(V, V) each skin vertex becomes the mean of itself and its neighbours."""
    triangles = surface_of(SKIN_PARTS).triangles
    count = len(body.positions)
    a, b = triangles[:, [0, 1, 2]].reshape(-1), triangles[:, [1, 2, 0]].reshape(-1)
    ends = np.concatenate([a, b]), np.concatenate([b, a])
    links = (sparse.csr_matrix((np.ones(2 * len(a)), ends), shape=(count, count)) > 0).astype(float) + sparse.identity(count)
    return sparse.csr_matrix(sparse.diags(1.0 / np.asarray(links.sum(axis=1)).reshape(-1)) @ links)


def _lid_rim(body: Body) -> np.ndarray:
    """(V,) 1 on the lids' edges, less on the lower: shadow and lash roots, without which eyes look pasted in."""
    rim = np.zeros(len(body.positions))
    for side in SIDES:
        for edge, strength, width in zip(lid_margins(side), (1.0, 0.5), (1.1, 0.8), strict=True):
            line = _mm(body.positions[edge])
            dense = np.concatenate([line[:-1] + t * (line[1:] - line[:-1]) for t in np.linspace(0, 1, 4)])
            near = np.flatnonzero(np.linalg.norm(_mm(body.positions) - dense.mean(axis=0), axis=1) < 25.0)
            distance = np.linalg.norm(_mm(body.positions[near])[:, None] - dense[None], axis=2).min(axis=1)
            rim[near] = np.maximum(rim[near], strength * np.exp(-((distance / width) ** 2)))
    return rim


def _away_from_seam(body: Body) -> np.ndarray:
    """(V,) 0 at the seam between head and body, 1 farther than `SEAM_FADE_M` away."""
    seam = np.intersect1d(body.parts["head"].quads, body.parts["body"].quads)
    distance, _ = cKDTree(body.positions[seam]).query(body.positions, distance_upper_bound=2 * SEAM_FADE_M)
    t = np.clip((distance - 0.004) / SEAM_FADE_M, 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def _lips(body: Body, texels: TexelMap) -> np.ndarray:
    """(N,) how much of the lips' colour shows: soft at the outline, most at the middle of the lips."""
    raw = texels.on_corners(body.regions["lips"])
    picture = texels.picture(raw.astype(np.float32))
    soft = cv2.GaussianBlur(picture, (0, 0), 4.5)
    return np.clip((soft.reshape(-1)[texels.texels] - 0.22) / 0.7, 0.0, 1.0) * 0.72


def _inside(body: Body, texels: TexelMap) -> tuple[np.ndarray, np.ndarray]:
    """Where the mouth's inside and the sockets are, and their colours: wet red, dark towards the throat."""
    rows = (texels.texels // texels.size) / texels.size
    is_inside = rows > 0.87
    depth = _mm(texels.on_surface(body.positions))[:, 2]
    light = np.clip((depth - 85.0) / 62.0, 0.0, 1.0)[:, None] ** 1.4
    deep, lit = np.array([34.0, 10.0, 9.0]), np.array([178.0, 92.0, 88.0])
    colors = deep + (lit - deep) * light
    image = np.full((texels.size, texels.size, 3), 40.0, np.float32)
    image.reshape(-1, 3)[texels.texels] = colors
    mask = np.zeros((texels.size, texels.size), np.float32)
    mask.reshape(-1)[texels.texels] = is_inside
    mask[int(0.87 * texels.size) :] = 1.0
    return mask, image


_RAYS, _RAYS_BACK = 96, 24
_REACH_M, _BACK_REACH_M = 0.09, 0.03
_OFF_SURFACE_M = 0.0006
_THIN_M = 0.006  # flesh of this thickness lets about a third of the red light through that a thin edge does
_SCATTER_SIZE = 512


def _scatter(body: Body) -> np.ndarray:
    """(512, 512, 3) uint8 BGR: in red how much of the sky's light arrives, in green how thin what lies below the skin is."""
    vertices = np.unique(body.parts["head"].quads)
    normals = vertex_normals(body.positions, surface_of(SKIN_PARTS).triangles)[vertices]
    parts = (*SKIN_PARTS, *(f"eye-{side}" for side in SIDES))
    corners = np.concatenate([body.positions[body.parts[name].triangles] for name in parts]).astype(np.float32)
    corners = corners[corners[:, 0, 1] > body.positions[vertices, 1].min() - _REACH_M]
    values = np.zeros((len(body.positions), 2), np.float32)
    around, back = _hemisphere(_RAYS, 0.0), _hemisphere(_RAYS_BACK, 0.5)
    for vertex, normal in zip(vertices, normals, strict=True):
        frame = np.linalg.svd(normal[None])[2]
        frame[0] *= np.sign(frame[0] @ normal)
        start = body.positions[vertex] + _OFF_SURFACE_M * normal
        met = _first_met(start, around @ frame, corners, _REACH_M)
        far = _first_met(start - 2 * _OFF_SURFACE_M * normal, back @ (frame * [[-1.0], [1.0], [1.0]]), corners, _BACK_REACH_M)
        values[vertex] = np.mean(np.minimum(met / _REACH_M, 1.0) ** 0.7), np.mean(np.exp(-far / _THIN_M))
    values = (_averaging(body) @ values).astype(np.float32)
    texels = head_texels(HEAD_SIZE)
    light, thin = (_spread(texels, texels.on_surface(values[:, [k]])[:, 0]) for k in (0, 1))
    return _bytes(255.0 * cv2.merge([np.zeros_like(thin), thin, light]))


def _spread(texels: TexelMap, values: np.ndarray) -> np.ndarray:
    """(512, 512) soft, and beyond the layout's edge what lies there."""
    weight, picture = texels.picture(np.ones_like(values)), texels.picture(values)
    size = (_SCATTER_SIZE, _SCATTER_SIZE)
    soft = [cv2.resize(cv2.GaussianBlur(each, (0, 0), 4.0), size, interpolation=cv2.INTER_AREA) for each in (picture, weight)]
    return soft[0] / np.maximum(soft[1], 1e-3)


def _hemisphere(count: int, narrow: float) -> np.ndarray:
    """(count, 3) unit vectors about +X, weighted by their cosine; `narrow` 0..1 leaves out what is far from it."""
    number = np.arange(count) + 0.5
    ahead = np.sqrt(1.0 - (1.0 - narrow) * number / count)
    across, angle = np.sqrt(1.0 - ahead**2), number * np.pi * (3.0 - np.sqrt(5.0))
    return np.stack([ahead, across * np.cos(angle), across * np.sin(angle)], axis=1)


def _first_met(start: np.ndarray, rays: np.ndarray, corners: np.ndarray, reach_m: float) -> np.ndarray:
    """(R,) metres to the first triangle that each ray (R, 3) meets; `reach_m` for none."""
    near = np.linalg.norm(corners.mean(axis=1) - start, axis=1) < reach_m + 0.02
    a, b, c = (corners[near, k] - start for k in range(3))
    normals = np.cross(b - a, c - a)
    along = rays @ normals.T
    inside = [rays @ np.cross(p, q).T * np.sign(along) for p, q in ((b, c), (c, a), (a, b))]
    hit = (inside[0] > 0) & (inside[1] > 0) & (inside[2] > 0) & (np.abs(along) > 1e-15)
    distance = np.where(hit, (a * normals).sum(axis=1) / np.where(hit, along, 1.0), np.inf)
    return np.minimum(np.where(distance > 0, distance, np.inf).min(axis=1, initial=reach_m), reach_m)


_BROW_LINE = (
    (9.5, 752.6),
    (14.0, 753.8),
    (20.0, 755.2),
    (28.0, 756.8),
    (35.0, 757.6),
    (41.0, 756.8),
    (46.5, 754.4),
    (50.5, 751.4),
)
_BROW_HALF_WIDTH = (1.8, 2.9, 3.3, 3.2, 2.8, 2.1, 1.3, 0.5)


def _brows(body: Body) -> np.ndarray:
    """(2048, 2048) uint8: both brows as strokes of single hairs, up and outward at the inner end, flat along the tail."""
    to_texture = _front_of_face(body)
    random = np.random.default_rng(4)
    line, half = np.array(_BROW_LINE), np.array(_BROW_HALF_WIDTH)
    soft, strokes = np.zeros((HEAD_DETAIL_SIZE,) * 2, np.float32), np.zeros((HEAD_DETAIL_SIZE,) * 2, np.float32)
    for side in (1.0, -1.0):
        for _ in range(430):
            stroke, strength = _brow_hair(random, line, half)
            points = to_texture(stroke * [side, 1.0]) * HEAD_DETAIL_SIZE
            _draw(strokes, points, strength)
        outline = np.concatenate([line + [[0.0, 0.7]] * half[:, None], (line - [[0.0, 0.7]] * half[:, None])[::-1]])
        area = np.round(to_texture(outline * [side, 1.0]) * HEAD_DETAIL_SIZE * 16).astype(np.int32)
        cv2.fillPoly(soft, [area], (1.0,), cv2.LINE_AA, 4)
    shadow = cv2.GaussianBlur(soft, (0, 0), 11.0)
    covered = 1.0 - (1.0 - 0.36 * shadow) * (1.0 - np.clip(cv2.GaussianBlur(strokes, (0, 0), 0.7), 0.0, 0.9))
    return np.clip(covered * 255.0, 0, 255).astype(np.uint8)


def _draw(picture: np.ndarray, points: np.ndarray, strength: float) -> None:
    """Lay one hair over what is there; darker hairs win."""
    low = np.floor(points.min(axis=0)).astype(int) - 3
    high = np.ceil(points.max(axis=0)).astype(int) + 4
    window = picture[low[1] : high[1], low[0] : high[0]]
    hair = np.zeros(window.shape, np.float32)
    cv2.polylines(hair, [np.round((points - low) * 16).astype(np.int32)], False, (strength,), 1, cv2.LINE_AA, 4)
    np.maximum(window, hair, out=window)


def _brow_hair(random: np.random.Generator, line: np.ndarray, half: np.ndarray) -> tuple[np.ndarray, float]:
    """One hair as points (5, 2) mm on the left brow, and how dark it is, 0..1."""
    along = random.random() ** 0.9 * (len(line) - 1)
    across = np.clip(random.normal(0.0, 0.48), -1.0, 1.0)
    stations = np.arange(len(line))
    center = np.array([np.interp(along, stations, line[:, k]) for k in (0, 1)])
    width = np.interp(along, stations, half)
    ahead = np.array([np.interp(min(along + 0.3, len(line) - 1), stations, line[:, k]) for k in (0, 1)]) - center
    if along > len(line) - 1.3:
        ahead = line[-1] - line[-2]
    ahead = ahead / np.linalg.norm(ahead)
    upright = np.interp(along, [0.0, 1.0, 2.5, 4.5, 7.0], [1.0, 0.7, 0.45, 0.15, 0.0]) - 0.35 * across * (along > 1.5)
    angle = np.arctan2(ahead[1], ahead[0]) + upright + random.normal(0.0, 0.10)
    heading = np.array([np.cos(angle), np.sin(angle)])
    length = random.uniform(4.0, 6.5) * np.interp(along, [0, 1, 6, 7], [0.75, 1.0, 0.9, 0.6])
    bend = np.array([-heading[1], heading[0]]) * -0.14 * length
    t = np.linspace(-0.4, 0.6, 5)[:, None]
    start = center + np.array([0.0, across * width])
    return start + length * t * heading + bend * t**2, random.uniform(0.3, 0.75)


def _front_of_face(body: Body) -> LinearNDInterpolator:
    """Texture coordinates of points (x, y) in mm on the front of the average face."""
    part = body.parts["head"]
    vertices, first = np.unique(part.quads.reshape(-1), return_index=True)
    uvs = body.uvs[part.uv_quads.reshape(-1)[first]]
    points = _mm(body.positions[vertices])
    front = (points[:, 2] > 85.0) & (points[:, 1] > 741.0) & (points[:, 1] < 790.0)
    return LinearNDInterpolator(points[front, :2], uvs[front])


def _noise(size: int, cells: int, seed: int) -> np.ndarray:
    """(size, size) smooth noise of about unit strength, `cells` blobs across."""
    random = np.random.default_rng(seed)
    coarse = random.normal(0.0, 1.0, (cells, cells)).astype(np.float32)
    return cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC)


def _limb_factor(body: Body) -> np.ndarray:
    """(V, 3) what each vertex below the neck multiplies the tone with: knees, elbows, knuckles, heels are a little redder."""
    points, heads = _mm(body.positions), _mm(body.joint_heads @ body.positions)
    redness = np.zeros(len(points))
    for number, name in enumerate(body.joint_names):
        strength, reach = _redness_at(name)
        if strength:
            distance = np.linalg.norm(points - heads[number], axis=1)
            redness = np.maximum(redness, strength * np.exp(-((distance / reach) ** 2)))
    factor = 1.0 + redness[:, None] * (np.array([1.03, 0.84, 0.84]) - 1.0)
    cavity = np.clip(_cavity(body), 0.0, 1.0)[:, None]
    return factor * (1.0 + 0.6 * cavity * (np.array([0.74, 0.60, 0.60]) - 1.0))


def _redness_at(joint: str) -> tuple[float, float]:
    """How red the skin over a joint is, 0..1, and how far around it, mm."""
    if joint.endswith("LowerLeg"):
        return 0.55, 75.0
    if joint.endswith("LowerArm"):
        return 0.55, 48.0
    if joint.endswith(("IndexProximal", "MiddleProximal", "RingProximal", "LittleProximal")):
        return 0.6, 14.0
    if joint.endswith(("Intermediate", "Distal")):
        return 0.55, 12.0
    return (0.4, 45.0) if joint.endswith(("Toes", "Foot")) else (0.0, 0.0)


def body_texels(body: Body, size: int) -> TexelMap:
    """The texels of the body's picture, with a border of a few texels around each piece."""
    part = body.parts["body"]
    corners = body.uvs[part.uv_triangles]
    image = np.zeros((size, size), np.int32)
    points = np.round((corners * size - 0.5) * 2**RASTER_BITS).astype(np.int32)
    for number, triangle in enumerate(points, 1):
        cv2.fillConvexPoly(image, triangle, (number,), lineType=8, shift=RASTER_BITS)
    for _ in range(4):
        grown = cv2.dilate(image.astype(np.float32), np.ones((3, 3), np.uint8)).astype(np.int32)
        image = np.where(image > 0, image, grown)
    texels = np.flatnonzero(image.reshape(-1))
    ids = image.reshape(-1)[texels] - 1
    rows, columns = np.divmod(texels, size)
    spots = np.stack([(columns + 0.5) / size, (rows + 0.5) / size], axis=1)
    weights = np.clip(barycentric(spots, corners[ids]), 0.0, 1.0).astype(np.float32)
    weights /= weights.sum(axis=1, keepdims=True)
    return TexelMap(size, texels, part.triangles[ids], part.uv_triangles[ids], weights)


if __name__ == "__main__":
    main()
