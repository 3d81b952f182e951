"""Where the camera stands for each view of a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from avatarkit.errors import InputError
from avatarkit.render.camera import PinholeCamera, look_at
from avatarkit.render.scene import RenderMesh

_FOV_DEG = 22.0
"""About an 85 mm portrait lens on full frame, whose 24 mm of height see 16 degrees upright and 24 across."""

_HEADS_TALL = 7.5  # a grown figure in head heights; for figures whose head nobody names
_LEAST_HEAD, _LARGEST_HEAD = 0.08, 0.45  # of the figure's height
_FACE_BEFORE_JOINT = 0.3  # of the head's height: the face lies about this much nearer than the joint
_LOWEST_CHIN = 0.6  # below the joint, of the distance from the joint to the crown
_MARGIN = 1.08
_LEAST_DISTANCE_M = 1e-3  # for a figure without any extent


@dataclass(frozen=True)
class View:
    """A way to look at a figure.

    Attributes:
        top, bottom: the picture's upper and lower edge, in head heights above the chin; None frames the whole figure.
        width: what must fit across, in head heights.
        yaw_deg: how far the subject is turned, positive to its own left.
        around: the whole figure stays in the picture however it is turned.
        grounded: heights count from the ground, below the head, and not from the chin.
        hand: the left hand fills the picture, of a figure whose hands are known.
    """

    top: float | None
    bottom: float = 0.0
    width: float = 0.0
    yaw_deg: float = 0.0
    around: bool = False
    grounded: bool = False
    hand: bool = False


_FACE = View(1.10, -0.14, 0.95)
_BUST = View(1.18, -0.95, 1.8)
_HEAD = View(1.15, -0.36, 1.3)

VIEWS: Mapping[str, View] = {
    "face": _FACE,
    "bust": _BUST,
    "body": View(None),
    "turntable": View(None, around=True),
    "front": _HEAD,
    "three-quarter": View(_HEAD.top, _HEAD.bottom, _HEAD.width, 35.0),
    "profile": View(_HEAD.top, _HEAD.bottom, _HEAD.width, 90.0),
    "back": View(_HEAD.top, _HEAD.bottom, _HEAD.width, 180.0),
    "figure": View(None, yaw_deg=30.0),
    "feet": View(1.15, -0.1, 1.75, 40.0, grounded=True),
    "hand": View(None, yaw_deg=-62.0, hand=True),
}
"""Views by name. Proportions judged by eye on portraits."""


@dataclass(frozen=True)
class Figure:
    """A figure, metres, facing +Z.

    Attributes:
        points: (P, 3) the corners of its triangles.
        chin: (3,) below the middle of the head, at the height of the chin.
        head_height: from the chin to the crown, hair included.
        hand: (H, 3) those of the left hand; none where no file says which these are.
    """

    points: np.ndarray
    chin: np.ndarray
    head_height: float
    hand: np.ndarray = field(default_factory=lambda: np.zeros((0, 3)))


def measure(meshes: Sequence[RenderMesh], head: np.ndarray | None = None, of_head: Sequence[np.ndarray] = ()) -> Figure:
    """Outline and head of what is drawn.

    Args:
        meshes: in world space.
        head: (3,) the head joint, or None when the file does not name one: then the top of the figure is taken.
        of_head: for each mesh (V,) bool: which vertices the head carries.

    Raises:
        InputError: nothing to draw.
    """
    if not any(len(mesh.triangles) for mesh in meshes):
        raise InputError("there is nothing to draw: the file has no triangles")
    points = np.concatenate([mesh.positions[np.unique(mesh.triangles)] for mesh in meshes]).astype(float)
    if head is None or not points[:, 1].min() <= head[1] <= points[:, 1].max():
        return _figure_without_head(points)
    carried = [mesh.positions[mask] for mesh, mask in zip(meshes, of_head, strict=False)]
    of_head_points = np.concatenate(carried) if carried and sum(map(len, carried)) else points[points[:, 1] > head[1]]
    tall = float(np.ptp(points[:, 1]))
    crown_y = _highest(of_head_points, head, 0.1 * tall)
    chin_y = _lowest_ahead(of_head_points, head, 0.03 * tall)
    # Joints of heads sit between the chin and the ears; whatever hangs lower is hair or a beard.
    chin_y = max(chin_y, head[1] - _LOWEST_CHIN * (crown_y - head[1]))
    head_height = float(np.clip(crown_y - chin_y, _LEAST_HEAD * tall, _LARGEST_HEAD * tall))
    return Figure(points, np.array([head[0], crown_y - head_height, head[2]]), head_height)


def _figure_without_head(points: np.ndarray) -> Figure:
    tall, deep = max(float(np.ptp(points[:, 1])), 1e-6), float(np.ptp(points[:, 2]))
    head_height = tall / _HEADS_TALL if deep < tall else tall  # what lies or walks on four legs is shown whole
    chin_y = points[:, 1].max() - head_height
    crown = points[points[:, 1] >= chin_y]
    middle = (crown.min(axis=0) + crown.max(axis=0)) / 2
    return Figure(points, np.array([middle[0], chin_y, middle[2]]), head_height)


def _highest(points: np.ndarray, head: np.ndarray, radius: float) -> float:
    """The crown: the top of what stands above the joint; ears and horns further out do not count."""
    near = points[np.hypot(points[:, 0] - head[0], points[:, 2] - head[2]) < radius]
    return float(max(near[:, 1].max(initial=head[1]), head[1]))


def _lowest_ahead(points: np.ndarray, head: np.ndarray, half_width: float) -> float:
    """The chin: the bottom of a narrow strip of what lies before the joint, where no hair hangs."""
    strip = points[(np.abs(points[:, 0] - head[0]) < half_width) & (points[:, 2] > head[2])]
    return float(min(strip[:, 1].min(initial=head[1]), head[1]))


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
    shown = replace(figure, points=figure.hand) if view.hand and len(figure.hand) else figure
    middle, distance = _whole(shown, view, backward, wide, high) if view.top is None else _part(figure, view, wide, high)
    distance = max(distance, _LEAST_DISTANCE_M)
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
    base = figure.chin * [1.0, 0.0, 1.0] + [0.0, figure.points[:, 1].min(), 0.0] if view.grounded else figure.chin
    middle = base + np.array([0.0, (top + bottom) / 2, 0.0])
    distance = max((top - bottom) / high, view.width * figure.head_height / wide) / 2
    return middle, distance + _FACE_BEFORE_JOINT * figure.head_height
