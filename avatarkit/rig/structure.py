"""The human bones of a skeleton without telling names: from the joint tree, its symmetry and where its joints are at rest.

Legs and arms are pairs of chains of equal lengths; the trunk is what lies between the pairs, the head what goes on beyond the
arms. Left is told by what points forward: toes, knees, elbows, eyes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from avatarkit.rig.fingers import finger_bones
from avatarkit.rig.forward import left_is_first
from avatarkit.rig.joint_tree import JointTree
from avatarkit.rig.limbs import ARM, LEG, LONGEST_CHAIN, Limb, LimbKind, fit_limb
from avatarkit.rig.naming import NamedBones
from avatarkit.rig.trunk import spread_spine

FAMILY = "structure"
"""What a rig's family is called when its shape told its bones."""

SAME_LENGTH = 0.12
"""Mirrored limbs agree in their lengths within this part; scanned and modelled bodies are a little uneven."""

MOST_BROTHERS = 24
"""Joints below one joint that are paired with each other, the longest first: more is hair."""

MOST_PAIRS = 16
"""Pairs of limbs that are tried, the longest first: arms and legs are among the longest chains of a body."""

UPRIGHT = np.cos(np.radians(40.0))
"""A body's legs go on where its trunk ends; those of a quadruped or a bird stand across."""

WORST_MISFIT = 6.0
"""Limbs that fit worse than this are none: wings, fins, tails."""

OFF_CENTRE = 0.2
"""The middle of the shoulders lies within this part of the trunk's length of the plane between the legs."""

ACROSS = np.cos(np.radians(35.0))
"""Shoulders lie side by side as the hips do: a walking pose turns them against each other by less."""

CROWN_PER_NECK = 1.2
"""From the head's joint to the crown over one neck joint to the next."""

ARM_PER_LEG = (0.3, 2.0)
"""Shoulder to wrist over hip to ankle; 0.68 in an adult, 1.4 in the shortest-legged figure seen."""

TRUNK_PER_LEG = (0.2, 3.5)
"""Hips to shoulders over hip to ankle; 0.59 in an adult, 2.2 in the shortest-legged figure seen."""


@dataclass(frozen=True)
class _Pair:
    """Two chains that mirror each other, from one joint on."""

    parent: int
    first: tuple[int, ...]
    second: tuple[int, ...]
    length: float


@dataclass(frozen=True)
class _Body:
    """Two pairs of limbs on a trunk."""

    hips: int
    top: int
    legs: _Pair
    arms: _Pair
    leg: Limb
    arm: Limb
    misfit: float


def find_by_structure(
    parents: Sequence[int], positions: np.ndarray, skinned: Sequence[bool], posed: np.ndarray | None = None
) -> NamedBones | None:
    """Find the human bones by the shape alone.

    Args:
        parents: index of each joint's parent, -1 for a root; parents first.
        positions: (B, 3) of the joints at rest, any unit and axes.
        skinned: (B,) whether a skin uses the joint; only such joints can be bones.
        posed: (B, 3) another pose to judge uprightness and facing by, if its limbs are straighter.

    Returns:
        all of the 15 required bones and what else the shape tells, or None when it is no upright body with arms and legs.
    """
    shape = _Shape(parents, positions, skinned)
    poses = (positions,) if posed is None else (positions, posed)
    bodies = [body for body in shape.bodies() if any(_is_upright(body, pose) and _is_mirrored(body, pose) for pose in poses)]
    for body in sorted(bodies, key=lambda found: found.misfit):
        head = shape.head(body)
        if head:
            return NamedBones(FAMILY, shape.named(body, head, positions if posed is None else posed))
    return None


class _Shape:
    """The skinned part of a joint tree with its lengths."""

    def __init__(self, parents: Sequence[int], positions: np.ndarray, skinned: Sequence[bool]) -> None:
        self.tree, self.positions, self.skinned = JointTree(parents), positions, skinned
        above = np.maximum(np.asarray(parents, int), 0)
        self.steps = np.where(np.asarray(parents) >= 0, np.linalg.norm(positions - positions[above], axis=1), 0.0)
        self.reach = np.zeros(len(self.steps))
        for joint in reversed(self.tree.order):
            if (parent := self.tree.parents[joint]) >= 0:
                self.reach[parent] = max(self.reach[parent], self.steps[joint] + self.reach[joint])

    def chain(self, joint: int) -> tuple[int, ...]:
        """From `joint` on always to the child that reaches furthest."""
        found = [joint]
        while self.tree.children[found[-1]] and len(found) < LONGEST_CHAIN:
            found.append(max(self.tree.children[found[-1]], key=lambda child: self.steps[child] + self.reach[child]))
        return tuple(found)

    def pairs(self) -> list[_Pair]:
        """Mirrored chains that hang on one joint, the longest first."""
        found = [pair for joint in range(len(self.steps)) for pair in self._pairs_below(joint)]
        return sorted(found, key=lambda pair: -pair.length)[:MOST_PAIRS]

    def _pairs_below(self, joint: int) -> Iterator[_Pair]:
        lengths = {child: float(self.steps[child] + self.reach[child]) for child in self.tree.children[joint]}
        brothers = sorted((child for child in lengths if lengths[child] > 0), key=lambda child: -lengths[child])
        for first, second in combinations(brothers[:MOST_BROTHERS], 2):
            if lengths[first] - lengths[second] < SAME_LENGTH * lengths[first]:
                chains = self.chain(first), self.chain(second)
                shared = min(map(len, chains))
                if shared > 2 and self._alike(*chains):
                    yield _Pair(joint, chains[0][:shared], chains[1][:shared], lengths[first])

    def _alike(self, first: tuple[int, ...], second: tuple[int, ...]) -> bool:
        """Whether two chains have the same lengths, joint by joint."""
        ours, theirs = (np.array([self.steps[joint] for joint in chain]) for chain in (first, second))
        shared = min(len(ours), len(theirs))
        return bool((np.abs(ours[:shared] - theirs[:shared]) < SAME_LENGTH * max(ours.sum(), theirs.sum())).all())

    def bodies(self) -> Iterator[_Body]:
        """Every two pairs of limbs that could be legs and arms of one trunk."""
        for legs in (pairs := self.pairs()):
            leg = self._fitted(legs, LEG)
            if leg is None or leg.misfit > WORST_MISFIT:
                continue
            for arms in pairs:
                body = None if arms is legs else self._body(legs, leg, arms)
                if body is not None:
                    yield body

    def _body(self, legs: _Pair, leg: Limb, arms: _Pair) -> _Body | None:
        if any(arms.parent == limb[0] or self.tree.is_below(arms.parent, limb[0]) for limb in (legs.first, legs.second)):
            return None
        hips = self.tree.lowest_common((legs.parent, arms.parent))
        top = arms.parent
        arm = self._fitted(arms, ARM)
        if hips in (-1, top) or arm is None or arm.misfit > WORST_MISFIT:
            return None
        detour = len(self.tree.path_down(hips, legs.parent))
        if not self._has_proportions(hips, (legs, leg), (arms, arm)):
            return None
        return _Body(hips, top, legs, arms, leg, arm, leg.misfit + arm.misfit + 0.5 * detour)

    def _has_proportions(self, hips: int, legs: tuple[_Pair, Limb], arms: tuple[_Pair, Limb]) -> bool:
        leg, arm = (self._limb_length(*limb) for limb in (legs, arms))
        shoulders = [self.positions[chain[arms[1].upper - 1]] for chain in (arms[0].first, arms[0].second)]
        trunk = float(np.linalg.norm(0.5 * (shoulders[0] + shoulders[1]) - self.positions[hips]))
        return ARM_PER_LEG[0] < arm / leg < ARM_PER_LEG[1] and TRUNK_PER_LEG[0] < trunk / leg < TRUNK_PER_LEG[1]

    def _limb_length(self, pair: _Pair, limb: Limb) -> float:
        return float(sum(self.steps[joint] for joint in pair.first[limb.upper : limb.end]))

    def _fitted(self, pair: _Pair, kind: LimbKind) -> Limb | None:
        """The limb that fits both chains of a pair."""
        fits = []
        for chain in (pair.first, pair.second):
            joints = [pair.parent, *chain]
            fits.append(fit_limb(self.positions[joints], [len(self.tree.children[joint]) for joint in joints], kind))
        first, second = fits
        if first is None or second is None:
            return None
        return first if first.misfit <= second.misfit else second

    def head(self, body: _Body) -> tuple[int, ...]:
        """The joints from beyond the arms to the head, the neck first; empty without a head."""
        up = self.positions[body.top] - self.positions[body.hips]
        limbs = {body.arms.first[0], body.arms.second[0], body.legs.first[0], body.legs.second[0]}
        heights = {child: self._height(child, up) for child in self.tree.children[body.top] if child not in limbs}
        usable = {
            child: height for child, height in heights.items() if self.skinned[child] and height > self.positions[body.top] @ up
        }
        if not usable:
            return ()
        return self._to_head(max(usable, key=lambda child: usable[child]))

    def _height(self, joint: int, up: np.ndarray) -> float:
        return float(max(self.positions[below] @ up for below in self.tree.subtree(joint)))

    def _to_head(self, joint: int) -> tuple[int, ...]:
        """From the neck's first joint to the one that carries the face, or the last that carries skin."""
        found = [joint]
        while len(found) < LONGEST_CHAIN:
            children = [child for child in self.tree.children[found[-1]] if self.skinned[child]]
            if len(children) != 1:
                break
            found.append(children[0])
        if len(found) > 2 and (not self.tree.children[found[-1]] or self._is_crown(found)):
            found.pop()
        return tuple(found)

    def _is_crown(self, joints: list[int]) -> bool:
        """Whether the last joint is the top of the head: it is further to it than from one neck joint to the next."""
        carries_face = len(self.tree.children[joints[-1]]) > 1
        return bool(not carries_face and self.steps[joints[-1]] > CROWN_PER_NECK * self.steps[joints[-2]])

    def named(self, body: _Body, head: tuple[int, ...], positions: np.ndarray) -> dict[str, int]:
        """The bones of a body by their names."""
        ways = [body.legs, body.arms]
        first_is_left = left_is_first(
            positions, hips=body.hips, top=body.top,
            legs=[self._joints(chain, body.leg) for chain in (ways[0].first, ways[0].second)],
            arms=[self._joints(chain, body.arm) for chain in (ways[1].first, ways[1].second)],
            face=self.tree.children[head[-1]], head=head[-1],
        )  # fmt: skip
        bones = {"hips": body.hips, **spread_spine(self.tree.path_down(body.hips, body.top)), "head": head[-1]}
        bones |= {"neck": head[0]} if len(head) > 1 else {}
        for pair, limb, names, first_left in (
            (body.legs, body.leg, ("UpperLeg", "LowerLeg", "Foot", "Toes"), first_is_left[0]),
            (body.arms, body.arm, ("UpperArm", "LowerArm", "Hand"), first_is_left[1]),
        ):
            for chain, is_left in ((pair.first, first_left), (pair.second, not first_left)):
                bones |= self._limb_bones("left" if is_left else "right", chain, limb, names)
        bones |= self._eyes(head[-1], bones, positions)
        for side in ("left", "right"):
            bones |= finger_bones(self.tree, positions, self.skinned, bones, side)
        return bones

    def _eyes(self, head: int, bones: dict[str, int], positions: np.ndarray) -> dict[str, int]:
        """The one pair of single joints that lie side by side on a head; nothing where there are several such pairs."""
        across = positions[bones["leftUpperLeg"]] - positions[bones["rightUpperLeg"]]
        across = across / max(float(np.linalg.norm(across)), np.finfo(float).tiny)
        single = [joint for joint in self.tree.children[head] if self.skinned[joint] and not self.tree.children[joint]]
        pairs = [pair for pair in combinations(single[:MOST_BROTHERS], 2) if _side_by_side(positions, pair, across)]
        if len(pairs) != 1:
            return {}
        right, left = sorted(pairs[0], key=lambda joint: float(positions[joint] @ across))
        return {"leftEye": left, "rightEye": right}

    def _joints(self, chain: tuple[int, ...], limb: Limb) -> list[int]:
        """A limb's three joints and the last of its chain."""
        return [chain[place - 1] for place in (limb.upper, limb.lower, limb.end)] + [chain[-1]]

    def _limb_bones(self, side: str, chain: tuple[int, ...], limb: Limb, names: tuple[str, ...]) -> dict[str, int]:
        joints = self._joints(chain, limb)[:3]
        bones = {f"{side}{name}": joint for name, joint in zip(names, joints, strict=False)}
        if len(names) > 3 and limb.end < len(chain) and self.skinned[chain[limb.end]]:
            bones[f"{side}{names[3]}"] = chain[limb.end]
        if len(names) == 3 and limb.upper > 1:
            bones[f"{side}Shoulder"] = chain[limb.upper - 2]
        return bones


def _is_upright(body: _Body, positions: np.ndarray) -> bool:
    """Whether both legs go on where the trunk ends."""
    trunk = _trunk(body, positions)
    for chain in (body.legs.first, body.legs.second):
        leg = positions[chain[body.leg.end - 1]] - positions[chain[body.leg.upper - 1]]
        if -(trunk @ leg) < UPRIGHT * np.linalg.norm(trunk) * np.linalg.norm(leg):
            return False
    return True


def _is_mirrored(body: _Body, positions: np.ndarray) -> bool:
    """Whether the trunk stands between the legs, and the arms lie to the same two sides as the legs."""
    across = _between(body.legs, body.leg, positions)
    trunk = _trunk(body, positions)
    length = float(np.linalg.norm(across))
    if length <= 0 or abs(trunk @ across) > OFF_CENTRE * length * np.linalg.norm(trunk):
        return False
    shoulders = _between(body.arms, body.arm, positions)
    return bool(abs(shoulders @ across) > ACROSS * length * np.linalg.norm(shoulders))


def _trunk(body: _Body, positions: np.ndarray) -> np.ndarray:
    """From the hips to the middle between the shoulders."""
    shoulders = [positions[chain[body.arm.upper - 1]] for chain in (body.arms.first, body.arms.second)]
    return 0.5 * (shoulders[0] + shoulders[1]) - positions[body.hips]


def _between(pair: _Pair, limb: Limb, positions: np.ndarray) -> np.ndarray:
    """From where the second limb of a pair begins to where the first does."""
    return positions[pair.first[limb.upper - 1]] - positions[pair.second[limb.upper - 1]]


def _side_by_side(positions: np.ndarray, pair: tuple[int, int], across: np.ndarray) -> bool:
    """Whether two joints lie apart along one direction and nowhere else."""
    apart = positions[pair[0]] - positions[pair[1]]
    along = float(apart @ across)
    return abs(along) > 0 and bool(np.linalg.norm(apart - along * across) < SAME_LENGTH * abs(along))
