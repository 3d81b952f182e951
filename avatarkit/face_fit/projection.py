"""The photo, carried back along the camera's rays onto the head's texture."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from scipy.interpolate import RBFInterpolator

from avatarkit.body.body import load_body
from avatarkit.body.texture_space import TexelMap, head_texels
from avatarkit.face_fit.head_camera import HeadCamera
from avatarkit.face_fit.landmark_table import MESH_LANDMARKS, load_landmark_table, surface_points
from avatarkit.geometry.meshes import vertex_normals

PICTURE_SIZE = 1024
FRONT = (0.14, 0.12, 0.86, 0.86)  # left, top, right, bottom of the part of the layout that a photo of a face can show
GRAZING, FACING = 0.20, 0.55  # cosine between surface and line of sight at which the photo starts and ceases to be doubted
DEPTH_CELLS = 192  # width of the coarse depth picture that finds hidden surface
DEPTH_SLACK_M = 0.006
WARP_CELLS = 96  # width of the coarse picture of corrections
WARP_SMOOTHING = 1e-4  # lets single landmarks err a little
WARP_REACH = 0.05  # how far beyond the landmarks a correction is still believed


@dataclass(frozen=True)
class FaceTexels:
    """What the photo shows of the head, on the N texels of the layout's front.

    Attributes:
        texels: the texels.
        colors: (N, 3) 0..1 sRGB.
        seen: (N,) 0..1, how well the photo sees each: 0 if turned away, hidden or outside of the picture.
        normals: (N, 3) unit, camera axes.
    """

    texels: TexelMap
    colors: np.ndarray
    seen: np.ndarray
    normals: np.ndarray


@cache
def front_texels() -> TexelMap:
    """The texels of the head's outer skin that lie in the layout's front."""
    whole = head_texels(PICTURE_SIZE)
    rows, columns = np.divmod(whole.texels, PICTURE_SIZE)
    left, top, right, bottom = (int(edge * PICTURE_SIZE) for edge in FRONT)
    keep = (columns >= left) & (columns < right) & (rows >= top) & (rows < bottom)
    return TexelMap(PICTURE_SIZE, whole.texels[keep], whole.vertices[keep], whole.uv_corners[keep], whole.weights[keep])


def project_photo(pixels: np.ndarray, positions: np.ndarray, camera: HeadCamera, landmarks_px: np.ndarray) -> FaceTexels:
    """Read the photo's colours at the head's texels.

    Args:
        pixels: (H, W, 3) uint8.
        positions: (V, 3) metres, the body with the photo's expression.
        camera: as fitted to this photo.
        landmarks_px: (468 or more, 2); the reading follows them where the fitted shape does not quite.
    """
    body, texels = load_body(), front_texels()
    turned = camera.turned(positions)
    normals = vertex_normals(turned, np.concatenate([body.parts[n].triangles for n in ("head", "socket-left", "socket-right")]))
    places_px = camera.project(positions).astype(np.float32)
    away = -turned[:, 2:].astype(np.float32)
    at = texels.on_surface(np.concatenate([places_px, away, normals], axis=1).astype(np.float32))
    depth, normal = at[:, 2], at[:, 3:]
    places = at[:, :2] + _corrections(positions, camera, landmarks_px)
    normal = normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    sight = np.array([0, 0, 1.0], np.float32)
    facing = np.clip((normal @ sight - GRAZING) / (FACING - GRAZING), 0.0, 1.0)
    inside = ((places >= 1) & (places < np.array(pixels.shape[1::-1]) - 2)).all(axis=1)
    seen = facing * inside * _unhidden(places, depth, facing > 0)
    return FaceTexels(texels, _read(pixels, places, camera), seen, normal)


def _corrections(positions: np.ndarray, camera: HeadCamera, landmarks_px: np.ndarray) -> np.ndarray:
    """(N, 2) pixels from where the shape says a texel lies to where the landmarks around it say.

    Lips and lids of the photo then meet those of the mesh to the pixel, whatever the sliders could not reach.
    """
    yaw, pitch, _ = np.radians(camera.yaw_pitch_roll_deg)
    uvs = load_landmark_table().uvs(yaw, pitch)
    away = landmarks_px[:MESH_LANDMARKS] - camera.project(surface_points(uvs).on(positions))
    distinct, first = np.unique(np.round(uvs, 4), axis=0, return_index=True)
    spline = RBFInterpolator(distinct, away[first], smoothing=WARP_SMOOTHING, kernel="thin_plate_spline", degree=1)
    cells = (np.arange(WARP_CELLS) + 0.5) / WARP_CELLS
    coarse = spline(np.stack(np.meshgrid(cells, cells), axis=-1).reshape(-1, 2)).reshape(WARP_CELLS, WARP_CELLS, 2)
    outside = polygon_distance(uvs)
    coarse *= np.exp(-((outside / WARP_REACH) ** 2))[..., None]
    full = cv2.resize(coarse.astype(np.float32), (PICTURE_SIZE, PICTURE_SIZE), interpolation=cv2.INTER_LINEAR)
    return full.reshape(-1, 2)[front_texels().texels]


def polygon_distance(uvs: np.ndarray) -> np.ndarray:
    """(WARP_CELLS, WARP_CELLS) distance to the hull of the landmarks, in parts of the picture's side; 0 inside."""
    hull = cv2.convexHull(np.round(uvs * WARP_CELLS).astype(np.int32))
    image: np.ndarray = np.ones((WARP_CELLS, WARP_CELLS), np.uint8)
    cv2.fillConvexPoly(image, hull, (0,))
    return cv2.distanceTransform(image, cv2.DIST_L2, 5) / WARP_CELLS


def _unhidden(places: np.ndarray, depth: np.ndarray, facing: np.ndarray) -> np.ndarray:
    """(N,) whether nothing of the head lies in front, by the nearest depth in coarse cells of the picture."""
    low, high = places.min(axis=0), places.max(axis=0)
    cells = ((places - low) / np.maximum(high - low, 1e-6) * (DEPTH_CELLS - 1)).astype(np.int32)
    cell = cells[:, 1] * DEPTH_CELLS + cells[:, 0]
    nearest = np.full(DEPTH_CELLS * DEPTH_CELLS, np.inf, np.float32)
    np.minimum.at(nearest, cell[facing], depth[facing])
    return depth < nearest[cell] + DEPTH_SLACK_M


def _read(pixels: np.ndarray, places: np.ndarray, camera: HeadCamera) -> np.ndarray:
    """Colours (N, 3) at picture places (N, 2), the photo shrunk first where it is finer than the texture."""
    low = np.clip(np.floor(places.min(axis=0)).astype(int) - 8, 0, None)
    high = np.ceil(places.max(axis=0)).astype(int) + 8
    crop: np.ndarray = pixels[low[1] : high[1], low[0] : high[0]]
    if crop.size == 0:
        return np.zeros((len(places), 3), np.float32)
    shrink = min(1.0, _TEXELS_A_METRE / camera.scale_px)
    if shrink < 0.8:
        crop = cv2.resize(crop, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    else:
        shrink = 1.0
    at = ((places - low) * shrink - 0.5).astype(np.float32)
    # remap wants a picture of coordinates less than 32768 wide
    width = 1024
    padded: np.ndarray = np.zeros((-(-len(at) // width) * width, 2), np.float32)
    padded[: len(at)] = at
    grid = padded.reshape(-1, width, 2)
    smooth = cv2.INTER_CUBIC if shrink == 1.0 else cv2.INTER_LINEAR
    colors: np.ndarray = cv2.remap(crop, grid[..., 0], grid[..., 1], smooth, borderMode=cv2.BORDER_REPLICATE)
    return colors.reshape(-1, 3)[: len(at)].astype(np.float32) / 255.0


_TEXELS_A_METRE = 5500.0  # of the layout around the eyes: measured on the average head
