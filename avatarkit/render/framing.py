"""Where the camera stands for each view of a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from avatarkit.errors import InputError
from avatarkit.render.camera import PinholeCamera, look_at
from avatarkit.render.scene import RenderMesh

_FOV_DEG = 22.0
"""About an 85 mm portrait lens on full frame, whose 24 mm of height see 16 degrees upright and 24 across."""

_HEADS_TALL = 7.5  # a grown figure in head heights; for figures whose head nobody names
_LEAST_HEAD, _LARGEST_HEAD = 0.08, 0.45  # of the figure's height
_FACE_BEFORE_JOINT = 0.3  # of the head's height: what is framed lies about this much nearer than the joint
_MARGIN = 1.08


@dataclass(frozen=True)
class View:
    """A way to look at a figure.

    Attributes:
        top, bottom: the picture's upper and lower edge in head heights above the head joint; None frames the whole figure.
        width: what must fit across, in head heights.
        yaw_deg: how far the subject is turned, positive to its own left.
        around: the whole figure stays in the picture however it is turned.
    """

    top: float | None
    bottom: float = 0.0
    width: float = 0.0
    yaw_deg: float = 0.0
    around: bool = False


_FACE = View(1.14, -0.46, 1.3)
_BUST = View(1.22, -1.50, 2.2)
_HEAD = View(1.20, -0.75, 1.8)

VIEWS: Mapping[str, View] = {
    "face": _FACE,
    "bust": _BUST,
    "body": View(None),
    "turntable": View(None, around=True),
    "front": _HEAD,
    "three-quarter": View(_HEAD.top, _HEAD.bottom, _HEAD.width, 35.0),
    "profile": View(_HEAD.top, _HEAD.bottom, _HEAD.width, 90.0),
    "back": View(_HEAD.top, _HEAD.bottom, _HEAD.width, 180.0),
}
"""Views by name. Proportions judged by eye on portraits."""


@dataclass(frozen=True)
class Figure:
    """A figure, metres, facing +Z.

    Attributes:
        points: (P, 3) the corners of its triangles.
        head: (3,) the head joint.
        head_height: from the joint to the crown, hair included.
    """

    points: np.ndarray
    head: np.ndarray
    head_height: float


def measure(meshes: Sequence[RenderMesh], head: np.ndarray | None) -> Figure:
    """Outline and head of what is drawn.

    Args:
        meshes: in world space.
        head: (3,) the head joint, or None when the file does not name one: then the top of the figure is taken.

    Raises:
        InputError: nothing to draw.
    """
    if not any(len(mesh.triangles) for mesh in meshes):
        raise InputError("there is nothing to draw: the file has no triangles")
    points = np.concatenate([mesh.positions[np.unique(mesh.triangles)] for mesh in meshes]).astype(float)
    low, high = points.min(axis=0), points.max(axis=0)
    tall = max(float(high[1] - low[1]), 1e-6)
    if head is None:
        head_height = tall / _HEADS_TALL
        crown = points[points[:, 1] > high[1] - head_height]
        middle = (crown.min(axis=0) + crown.max(axis=0)) / 2
        return Figure(points, np.array([middle[0], high[1] - 0.85 * head_height, middle[2]]), 0.85 * head_height)
    near = points[np.linalg.norm(points[:, [0, 2]] - head[[0, 2]], axis=1) < 0.1 * tall]
    crown_y = near[:, 1].max() if len(near) else high[1]
    head_height = float(np.clip(crown_y - head[1], _LEAST_HEAD * tall, _LARGEST_HEAD * tall))
    return Figure(points, np.asarray(head, float), head_height)


def aim(figure: Figure, view: View, size_px: tuple[int, int], yaw_deg: float = 0.0) -> PinholeCamera:
    """The camera for a view.

    Args:
        figure: what is looked at.
        view: how.
        size_px: width and height of the picture.
        yaw_deg: a further turn of the subject to its own left.
    """
    # A subject that turns to its left shows what a camera sees that walks to its right.
    angle = -np.radians(view.yaw_deg + yaw_deg)
    backward = np.array([np.sin(angle), 0.0, np.cos(angle)])
    high = np.tan(np.radians(_FOV_DEG) / 2)
    wide = high * size_px[0] / size_px[1]
    middle, distance = _whole(figure, view, backward, wide, high) if view.top is None else _part(figure, view, wide, high)
    return look_at(middle + distance * backward, middle, _FOV_DEG, size_px)


def _whole(figure: Figure, view: View, backward: np.ndarray, wide: float, high: float) -> tuple[np.ndarray, float]:
    """Middle of the figure and the least distance from which all of it is seen.

    Args:
        figure, view: what to fit.
        backward: (3,) from the figure to the camera.
        wide, high: tangents of half the field of view.
    """
    middle = (figure.points.min(axis=0) + figure.points.max(axis=0)) / 2
    points, wide, high = figure.points - middle, wide / _MARGIN, high / _MARGIN
    upright = np.abs(points[:, 1]) / high
    if view.around:
        radius = np.hypot(points[:, 0], points[:, 2])
        # The largest value of r cos a + r sin a / wide over all angles a.
        return middle, float(np.maximum(radius + upright, radius * np.hypot(1.0, 1.0 / wide)).max())
    across = np.abs(points @ np.cross(backward, [0.0, 1.0, 0.0])) / wide
    return middle, float((points @ backward + np.maximum(across, upright)).max())


def _part(figure: Figure, view: View, wide: float, high: float) -> tuple[np.ndarray, float]:
    top, bottom = (edge * figure.head_height for edge in (view.top or 0.0, view.bottom))
    middle = figure.head + np.array([0.0, (top + bottom) / 2, 0.0])
    distance = max((top - bottom) / high, view.width * figure.head_height / wide) / 2
    return middle, distance + _FACE_BEFORE_JOINT * figure.head_height
