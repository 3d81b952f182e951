"""Chains of joints as limbs, by lengths alone: which joint is the hip, the knee, the ankle; the shoulder, the elbow, the wrist.

Source of the proportions: D. Winter, Biomechanics and Motor Control of Human Movement, 4.1 (after Drillis and Contini).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

LONGEST_CHAIN = 12
"""Joints of a limb's chain that are looked at: three bones with twist joints between them, and what the limb hangs on."""

NO_LENGTH = 1e-6
"""Segments shorter than this part of a chain are none: joints that lie in one place."""

USUAL = {2: (1, 2), 3: (2, 3), 5: (2, 4)}
"""Joints before a wrist -> which of them are shoulder and elbow on most rigs: with a collar bone, with twist joints too."""

UNUSUAL = 0.6
"""Cost of another arrangement."""

JOINT_INSIDE = 0.5
"""Cost of a joint inside a bone: a collar bone before the arm is likelier than a twist joint in it."""

RATIO_WEIGHT = 3.0
"""Cost of lengths that differ from an adult's, per squared logarithm of their ratio."""

HANDS_BRANCH = (0.3, 0.5)
"""What it is worth that a hand carries two chains, or more."""

BENT_SEGMENT = 20.0
"""Weight of a bone that is not straight: joints inside one bone lie on a line."""


@dataclass(frozen=True)
class LimbKind:
    """What a limb looks like.

    Attributes:
        ratio: upper part over lower part.
        before: what comes before the limb (pelvis to hip, chest to shoulder), in parts of the limb.
        after: what comes behind it (foot, hand), in parts of the limb.
        reserve: how much a longer way before the limb speaks against it: shoulders are broader than hips.
        turns: whether the last part stands off the limb at rest, as a foot does.
        branches: whether the last joint carries several others, as a hand does.
    """

    ratio: float
    before: float
    after: float
    reserve: float
    turns: bool
    branches: bool


LEG = LimbKind(ratio=0.245 / 0.246, before=0.1, after=0.3, reserve=2.0, turns=True, branches=False)
ARM = LimbKind(ratio=0.186 / 0.146, before=0.4, after=0.25, reserve=0.5, turns=False, branches=True)


@dataclass(frozen=True)
class Limb:
    """Places in a chain where the upper part, the lower part and the end begin; `misfit` is how little it looks like one."""

    upper: int
    lower: int
    end: int
    misfit: float


def fit_limb(points: np.ndarray, children: Sequence[int], kind: LimbKind) -> Limb | None:
    """The joints of a chain that look most like a limb.

    Args:
        points: (N, 3) the chain's joints, and before them the joint that it hangs on.
        children: (N,) how many joints hang on each.
        kind: a leg or an arm.

    Returns:
        places in `points`, never 0; None when the chain has fewer than three joints.
    """
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    reach = np.concatenate([[0.0], np.cumsum(steps)])
    least = NO_LENGTH * max(reach[-1], np.finfo(float).tiny)
    found: Limb | None = None
    for upper, lower, end in combinations(range(1, len(points)), 3):
        if min(reach[lower] - reach[upper], reach[end] - reach[lower]) <= least:
            continue
        misfit = _misfit(points, reach, children, kind, (upper, lower, end))
        if found is None or misfit < found.misfit:
            found = Limb(upper, lower, end, misfit)
    return found


def _misfit(
    points: np.ndarray, reach: np.ndarray, children: Sequence[int], kind: LimbKind, places: tuple[int, int, int]
) -> float:
    upper, lower, end = places
    first, second = reach[lower] - reach[upper], reach[end] - reach[lower]
    limb = first + second
    before, after = reach[upper] / limb, (reach[-1] - reach[end]) / limb
    straight = np.linalg.norm(points[lower] - points[upper]) / first + np.linalg.norm(points[end] - points[lower]) / second
    misfit = RATIO_WEIGHT * np.log(first / second / kind.ratio) ** 2 + BENT_SEGMENT * (2.0 - straight)
    misfit += (
        kind.reserve * max(before - kind.before, 0.0) + 2.0 * max(after - kind.after, 0.0) + (0.3 if after < 0.05 else 0.0)
    )
    if kind.turns and after >= 0.05:
        shin, foot = points[end] - points[lower], points[-1] - points[end]
        lengths = float(np.linalg.norm(shin) * np.linalg.norm(foot))
        cosine = float(shin @ foot) / (lengths or 1.0)
        misfit += max(cosine, 0.0)
    misfit += JOINT_INSIDE * (end - upper - 2)
    if kind.branches:
        misfit += UNUSUAL if USUAL.get(end - 1, (upper, lower)) != (upper, lower) else 0.0
        misfit -= HANDS_BRANCH[children[end] > 2] if children[end] > 1 else 0.0
        misfit += HANDS_BRANCH[1] * sum(children[place] > 2 for place in range(upper, end))
    return float(misfit)
