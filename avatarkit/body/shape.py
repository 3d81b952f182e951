"""Sliders to a shaped body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from scipy import sparse

from avatarkit.body.body import Body, load_body, load_macro_targets
from avatarkit.body.face_warps import Landmarks
from avatarkit.body.figure_warps import stylised_figure
from avatarkit.body.lids import SIDES as EYE_SIDES
from avatarkit.body.lids import lid_margins
from avatarkit.body.macro import MACRO_SLIDERS, macro_weights
from avatarkit.body.stylised import Stretch, stylised_face
from avatarkit.body.stylised_sliders import FACE_SLIDERS, FIGURE_SLIDERS
from avatarkit.body.unfold import unfolded
from avatarkit.errors import UsageError, unknown_name

SIDES = ("-left", "-right")

_MIDDLE_M = 0.0005  # this near to the plane of symmetry a vertex lies on it
_KEPT_PHYSIQUES = 8  # a quarter of a megabyte each
_CHIN_DEPTH_M = 0.035  # the chin lies less far behind the lips than this, the neck farther


@dataclass(frozen=True)
class BodyShape:
    """One person's body in the data's own pose.

    Attributes:
        positions: (V, 3) metres, +Y up, facing +Z.
        joint_heads, joint_tails: (55, 3) metres: where each human bone begins and ends.
        stretch: what a stylised head makes of expressions; None of a head that is not.
    """

    positions: np.ndarray
    joint_heads: np.ndarray
    joint_tails: np.ndarray
    stretch: Stretch | None = None


def checked_sliders(values: Mapping[str, float], body: Body | None = None) -> dict[str, float]:
    """Slider values with symmetric names spelt out, checked.

    A name without "-left" or "-right" sets both sides of a sided slider.

    Raises:
        UsageError: an unknown name (the nearest ones are named), or a value that is no number within the slider's range.
    """
    body = body or load_body()
    result: dict[str, float] = {}
    for name, value in values.items():
        targets = [name] if name in body.sliders else [name + side for side in SIDES if name + side in body.sliders]
        if not targets:
            raise unknown_name("slider", name, body.sliders)
        slider = body.sliders[targets[0]]
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not slider.low <= value <= slider.high:
            raise UsageError(f"Slider {name!r} must be a number from {slider.low:g} to {slider.high:g}, not {value!r}.")
        result |= {target: float(value) for target in targets}
    return result


def detail_coefficients(body: Body, sliders: Mapping[str, float]) -> np.ndarray:
    """(2K,) weights of the negative and positive ends of the plain sliders."""
    coefficients = np.zeros(2 * len(body.detail_columns), np.float32)
    for name, value in sliders.items():
        if name in body.detail_columns and value:
            coefficients[2 * body.detail_columns[name] + (value > 0)] = abs(value)
    return coefficients


def macro_offset(sliders: Mapping[str, float]) -> np.ndarray | float:
    """(3V,) metres: what the macro sliders change against the average person; 0 if none is moved."""
    moved = tuple((name, sliders[name]) for name in MACRO_SLIDERS if sliders.get(name))
    return _macro_offset(moved) if moved else 0.0


@lru_cache(_KEPT_PHYSIQUES)
def _macro_offset(moved: tuple[tuple[str, float], ...]) -> np.ndarray:
    """(3V,) see `macro_offset`; kept, since whoever shapes a face leaves the physique alone. Not to be written into."""
    sliders = dict(moved)
    targets = load_macro_targets()
    difference = np.zeros(len(targets.offsets), np.float32)
    for sign, weights in ((1.0, macro_weights(sliders)), (-1.0, macro_weights({}))):
        for name, weight in weights.items():
            if name in targets.rows:
                difference[targets.rows[name]] += sign * weight
    total = np.zeros(targets.offsets.shape[1], np.float32)
    for row in np.flatnonzero(difference):  # a few of many
        total += difference[row] * targets.offsets[row]
    total.flags.writeable = False
    return total


def _summed(columns: sparse.csc_matrix, coefficients: np.ndarray) -> np.ndarray:
    """Sparse columns (N, K) times (K,) of which few are not 0."""
    total = np.zeros(columns.shape[0], coefficients.dtype)
    for number in np.flatnonzero(coefficients):
        own = slice(*columns.indptr[number : number + 2])
        total[columns.indices[own]] += coefficients[number] * columns.data[own]
    return total


def shape_body(sliders: Mapping[str, float], body: Body | None = None) -> BodyShape:
    """The body that the given sliders mold.

    Args:
        sliders: slider name -> value, checked by `checked_sliders` here.
        body: the loaded body, if at hand.

    Raises:
        UsageError: as `checked_sliders`.
    """
    body = body or load_body()
    values = checked_sliders(sliders, body)
    plain = (body.positions.reshape(-1) + macro_offset(values)).reshape(-1, 3)
    change = _summed(body.slider_offsets, detail_coefficients(body, values)).reshape(-1, 3)
    positions = unfolded(plain, plain + change) if change.any() else plain
    stretch = None
    if any(values.get(name) for name in FACE_SLIDERS):
        bent, stretch = stylised_face(positions, _landmarks(body, positions), values, _eyeballs())
        positions = unfolded(positions, bent, plain)
    if any(values.get(name) for name in FIGURE_SLIDERS):
        figure = stylised_figure(positions, body.joint_heads @ positions, body.joint_tails @ positions, values, body)
        positions = unfolded(positions, figure, plain)
    return BodyShape(positions, body.joint_heads @ positions, body.joint_tails @ positions, stretch)


@cache
def _eyeballs() -> np.ndarray:
    return np.unique(np.concatenate([load_body().parts[f"eye-{side}"].quads for side in EYE_SIDES]))


def _landmarks(body: Body, positions: np.ndarray) -> Landmarks:
    """Where the features of a shaped head are."""
    joints = dict(zip(body.joint_names, body.joint_heads @ positions, strict=True))
    nose, mouth, chin, crown = positions[_feature_vertices()]
    eyes = np.stack([joints["leftEye"], joints["rightEye"]])
    lids = [positions[np.concatenate(lid_margins(side))] for side in EYE_SIDES]
    balls = positions[_eyeballs()]
    return Landmarks(
        eyes=eyes,
        openings=np.stack([0.5 * (edge.min(axis=0) + edge.max(axis=0)) for edge in lids]),
        opening_width=0.25 * float(sum(np.ptp(edge[:, 0]) for edge in lids)),
        eye_radius=float(np.abs(balls[:, 1] - eyes[:, 1].mean()).max()),
        nose=nose,
        mouth=mouth,
        chin=chin,
        neck=joints["neck"],
        head=joints["head"],
        crown=float(crown[1]),
    )


@cache
def _feature_vertices() -> np.ndarray:
    """(4,) vertices of the middle line: the tips of nose and upper lip, the chin's lowest in front, the crown."""
    body = load_body()
    head = np.unique(body.parts["head"].quads)
    middle = head[np.abs(body.positions[head, 0]) < _MIDDLE_M]
    _, y, z = body.positions[middle].T
    eyes_y = float((body.joint_heads @ body.positions)[body.joint_names.index("leftEye"), 1])
    lips = np.unique(body.parts["head"].quads[np.isin(body.parts["head"].uv_quads, np.flatnonzero(body.regions["lips"] > 0.9))])
    on_lips = np.isin(middle, lips)
    nose = middle[np.argmax(np.where(y < eyes_y, z, -1.0))]
    mouth = middle[np.argmax(np.where(on_lips, y, -9.0))]
    front = z > z[np.argmax(np.where(on_lips, y, -9.0))] - _CHIN_DEPTH_M
    chin = middle[np.argmin(np.where(front, y, 9.0))]
    return np.array([nose, mouth, chin, middle[np.argmax(y)]])
