"""What each slider does to one person's body: how its two ends move vertices and joints, against its middle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache

import numpy as np

from avatarkit.avatar.stylise import StylisedShape, stylised_sliders
from avatarkit.body.body import HUMAN_PARTS, load_body
from avatarkit.body.lips import closed_lips
from avatarkit.body.mouth_inside import hidden_inside
from avatarkit.body.rest import blended_transforms, posed_joints, rest_body, t_pose_turns, unposed_vertices
from avatarkit.body.shape import SIDES, BodyShape, shape_body

HEAD_GROUPS = ("contour", "forehead", "brows", "eyes", "nose", "cheeks", "mouth", "chin", "ears", "neck")
"""The sliders' groups that leave arms and legs as they are, so that the T-pose is reached by the same turns."""

_LEAST_MOVE_M = 2e-5  # what moves by less is not seen


@dataclass(frozen=True)
class SliderEnd:
    """What full deflection to one side adds, against 0.

    Attributes:
        vertices: (K,) body vertices that move, rising.
        offsets: (K, 3) metres.
        joints: (J,) joints that move; joint_offsets: (J, 3) metres in the world.
    """

    vertices: np.ndarray
    offsets: np.ndarray
    joints: np.ndarray
    joint_offsets: np.ndarray


@dataclass(frozen=True)
class MoldedSlider:
    """One slider on one avatar: its present value, and its two ends; None for a side it does not go to."""

    name: str
    value: float
    negative: SliderEnd | None
    positive: SliderEnd | None


@dataclass(frozen=True)
class _Place:
    """A body in T-pose: (V, 3) vertices and (55, 3) joints, metres."""

    vertices: np.ndarray
    joints: np.ndarray


class SliderEffects:
    """The effects of sliders on one person of one family."""

    def __init__(self, values: Mapping[str, float], family: StylisedShape) -> None:
        self._values, self._family = dict(values), family
        rest = rest_body(stylised_sliders(self._values, family))
        self._base = _Place(rest.positions, rest.joints)
        self._shape = self._a_posed({})
        self._turns = t_pose_turns(self._shape)
        heads = posed_joints(self._shape.joint_heads, self._turns)
        self._ground = heads[0] - rest.joints[0]
        self._transforms = blended_transforms(self._turns, self._shape.joint_heads, heads, load_body())

    def of(self, names: Iterable[str]) -> tuple[MoldedSlider, ...]:
        """What each of the sliders does, in their order."""
        found: dict[str, MoldedSlider] = {}
        names = tuple(names)
        for name in names:
            if name not in found:
                found |= {slider.name: slider for slider in self._together(_with_other_side(name, names))}
        return tuple(found[name] for name in names)

    def _together(self, names: tuple[str, ...]) -> list[MoldedSlider]:
        """One slider, or those of both sides, which are moved at once and told apart afterwards."""
        slider = load_body().sliders[names[0]]
        zero = self._placed(dict.fromkeys(names, 0.0)) if any(self._values.get(name) for name in names) else self._base
        ends = [self._placed(dict.fromkeys(names, end)) if end else None for end in (slider.low, slider.high)]
        pairs = list(zip(ends, (slider.low, slider.high), strict=True))
        molded = []
        for name, (of_vertices, of_joints) in zip(names, self._shares(names), strict=True):
            negative, positive = (
                None if end is None else _end(end, zero, abs(value), of_vertices, of_joints) for end, value in pairs
            )
            molded.append(MoldedSlider(name, self._values.get(name, 0.0), negative, positive))
        return molded

    def _placed(self, changed: Mapping[str, float]) -> _Place:
        if any(load_body().sliders[name].group not in HEAD_GROUPS for name in changed):
            rest = rest_body(stylised_sliders({**self._values, **changed}, self._family))
            return _Place(rest.positions, rest.joints)
        shape = self._a_posed(changed)
        moved = (shape.positions != self._shape.positions).any(axis=1)
        vertices = self._base.vertices.copy()
        vertices[moved] = unposed_vertices(shape.positions[moved], self._transforms[moved]) - self._ground
        return _Place(vertices, posed_joints(shape.joint_heads, self._turns) - self._ground)

    def _a_posed(self, changed: Mapping[str, float]) -> BodyShape:
        shape = shape_body(stylised_sliders({**self._values, **changed}, self._family))
        return replace(shape, positions=hidden_inside(closed_lips(shape.positions)))

    def _shares(self, names: tuple[str, ...]) -> list[tuple[np.ndarray, np.ndarray]]:
        """How much of a common movement is each slider's doing: (V, 1) of the vertices', (55, 1) of the joints'."""
        count, joints = len(self._base.vertices), len(self._base.joints)
        if len(names) == 1:
            return [(np.ones((count, 1)), np.ones((joints, 1)))]
        reach = np.stack([_reach(name) for name in names])
        total = reach.sum(axis=0)
        left = np.where(total > 0, reach[0] / np.maximum(total, 1e-12), _leftness(self._base.vertices))
        of_joints = _leftness(self._base.joints)
        return [(left[:, None], of_joints[:, None]), (1.0 - left[:, None], 1.0 - of_joints[:, None])]


def _with_other_side(name: str, among: tuple[str, ...]) -> tuple[str, ...]:
    """The slider, or if both of its sides are wanted, the left and the right one."""
    for side in SIDES:
        if name.endswith(side):
            both = tuple(name.removesuffix(side) + other for other in SIDES)
            return both if set(both) <= set(among) else (name,)
    return (name,)


@cache
def _reach(name: str) -> np.ndarray:
    """(V,) how strongly a plain slider moves each vertex."""
    body = load_body()
    if name not in body.detail_columns:
        return np.zeros(len(body.positions))
    column = 2 * body.detail_columns[name]
    offsets = abs(body.slider_offsets[:, column : column + 2]).sum(axis=1)
    return np.asarray(offsets).reshape(-1, 3).sum(axis=1)


def _leftness(places: np.ndarray) -> np.ndarray:
    """(N,) 1 on the left side, 0 on the right one, 1/2 on the middle."""
    return np.asarray(0.5 + 0.5 * np.sign(np.round(places[:, 0], 5)))


def _end(moved: _Place, zero: _Place, value: float, of_vertices: np.ndarray, of_joints: np.ndarray) -> SliderEnd:
    change = of_vertices * (moved.vertices - zero.vertices) / value
    joints = of_joints * (moved.joints - zero.joints) / value
    vertices = np.flatnonzero((np.abs(change) > _LEAST_MOVE_M).any(axis=1) & _human())
    moving = np.flatnonzero((np.abs(joints) > _LEAST_MOVE_M).any(axis=1))
    return SliderEnd(vertices, change[vertices], moving, joints[moving])


@lru_cache(maxsize=1)
def _human() -> np.ndarray:
    """(V,) vertices of the person, without the shells around it."""
    body = load_body()
    human = np.zeros(len(body.positions), bool)
    human[np.concatenate([body.parts[name].quads.reshape(-1) for name in HUMAN_PARTS])] = True
    return human
