"""Balls and capsules of a body's own size, for what swings on it not to pass through."""

from __future__ import annotations

from functools import cache

import numpy as np

from avatarkit.avatar.secondary import Collider, Point
from avatarkit.body.body import load_body
from avatarkit.body.rest import RestBody

_TRUNK = {"upperChest": (0.55, "neck"), "chest": (0.3, "upperChest"), "hips": (0.0, "spine")}
"""Bone -> how far up to the next bone its capsule lies, from ear to ear of the trunk, and which bone that is."""
_LIMBS = {f"{side}{bone}": f"{side}{end}" for side in ("left", "right")
          for bone, end in (("UpperLeg", "LowerLeg"), ("LowerLeg", "Foot"), ("UpperArm", "LowerArm"))}  # fmt: skip
_SLAB_M = 0.03  # half the height at which a trunk is measured
_HEAD_SIZE, _NECK_SIZE, _TRUNK_SIZE, _LIMB_SIZE = 0.9, 0.8, 1.06, 1.12
"""Of what is measured. Heads and necks are no balls and tubes; trunks and limbs are thickest where hair and cloth touch."""


def body_colliders(rest: RestBody) -> dict[str, Collider]:
    """A collider for the head, the neck, the trunk's bones, thighs, shins and upper arms: bone -> collider."""
    colliders = {"head": _head(rest), "neck": _limb(rest, "neck", "head", _NECK_SIZE)}
    colliders |= {bone: _trunk(rest, bone, *above) for bone, above in _TRUNK.items()}
    return colliders | {bone: _limb(rest, bone, end, _LIMB_SIZE) for bone, end in _LIMBS.items()}


@cache
def _carried_by() -> np.ndarray:
    """(V,) the joint that carries most of each skin vertex; -1 for what is no skin."""
    body = load_body()
    skin = np.unique(np.concatenate([body.parts[name].quads.reshape(-1) for name in ("head", "body")]))
    strongest = np.full(len(body.positions), -1)
    rows = body.joint_weights[skin].argmax(axis=1)
    strongest[skin] = body.joint_indices[skin, rows]
    return strongest


def _skin_of(rest: RestBody, *bones: str) -> np.ndarray:
    chosen = np.isin(_carried_by(), [rest.skeleton.names.index(bone) for bone in bones])
    return np.asarray(rest.positions[chosen])


def _head(rest: RestBody) -> Collider:
    """A ball in the skull."""
    skin = _skin_of(rest, "head")
    above = skin[skin[:, 1] > rest.joint("leftEye")[1] - 0.02]
    middle = 0.5 * (above.min(axis=0) + above.max(axis=0))
    middle[1] = above[:, 1].max() - 0.5 * np.ptp(above[:, 0])
    radius = _HEAD_SIZE * float(np.median(np.linalg.norm(above - middle, axis=1)))
    return Collider(rest.skeleton.names.index("head"), _point(middle - rest.joint("head")), radius)


def _limb(rest: RestBody, bone: str, end: str, size: float) -> Collider:
    """A capsule from a bone's joint to the next."""
    start, tail = rest.joint(bone), rest.joint(end)
    axis = (tail - start) / np.linalg.norm(tail - start)
    across = _skin_of(rest, bone) - start
    across = across - (across @ axis)[:, None] * axis
    radius = size * float(np.median(np.linalg.norm(across, axis=1)))
    return Collider(rest.skeleton.names.index(bone), (0.0, 0.0, 0.0), radius, _point(tail - start))


def _trunk(rest: RestBody, bone: str, share: float, above: str) -> Collider:
    """A capsule from side to side of the trunk, as thick as it is deep."""
    joint = rest.joint(bone)
    height = joint[1] + share * (rest.joint(above)[1] - joint[1])
    skin = _skin_of(
        rest, "hips", "spine", "chest", "upperChest", "leftShoulder", "rightShoulder", "leftUpperLeg", "rightUpperLeg"
    )
    slab = skin[np.abs(skin[:, 1] - height) < _SLAB_M]
    low, high = slab.min(axis=0), slab.max(axis=0)
    radius = _TRUNK_SIZE * 0.5 * float(high[2] - low[2])
    aside = np.array([max(float(high[0] - low[0]) * 0.5 - radius, 0.0), 0.0, 0.0])
    middle = np.array([0.0, height, 0.5 * (low[2] + high[2])]) - joint
    return Collider(rest.skeleton.names.index(bone), _point(middle + aside), radius, _point(middle - aside))


def _point(place: np.ndarray) -> Point:
    x, y, z = (float(value) for value in place)
    return x, y, z
