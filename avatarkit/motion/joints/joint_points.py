"""What the joint solver takes, gives back and remembers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.geometry.arrays import checked_array
from avatarkit.motion.human_motion import BONES
from avatarkit.motion.joints.rest_directions import LIMB_HINGES, LIMBS
from avatarkit.vocabulary.mediapipe_points import HAND_POINTS, POSE_POINTS


@dataclass(frozen=True)
class JointPoints:
    """A person's points in space at one moment: +x the subject's left when facing the camera, +y up, +z to the camera, metres.

    Attributes:
        body: (33, 3) in `POSE_POINTS`' order, any origin.
        visibility: (33,) 0..1, how sure each body point is.
        left_hand, right_hand: (21, 3) in `HAND_POINTS`' order, any origin, or None where not seen.
        head: (4,) world rotation of the head where a face is seen; the identity looks along +Z.
        hands_sure: (2,) 0..1, how sure the way is that the left and the right hand are turned.
    """

    body: np.ndarray
    visibility: np.ndarray
    left_hand: np.ndarray | None = None
    right_hand: np.ndarray | None = None
    head: np.ndarray | None = None
    hands_sure: tuple[float, float] = (1.0, 1.0)

    def __post_init__(self) -> None:
        shapes = {
            "body": (len(POSE_POINTS), 3), "visibility": (len(POSE_POINTS),),
            "left_hand": (len(HAND_POINTS), 3), "right_hand": (len(HAND_POINTS), 3), "head": (4,),
        }  # fmt: skip
        for name, shape in shapes.items():
            value = getattr(self, name)
            if value is not None or name in ("body", "visibility"):
                object.__setattr__(self, name, checked_array(name, value, shape, np.float64))


@dataclass(frozen=True)
class JointMemory:
    """What one moment's solution hands to the next.

    Nothing in it is blended over time: it holds values of moments that were sure, so that the solution depends on them and on
    the present points only, never on the number of frames between.

    Attributes:
        rotations: (55, 4) each bone's last rotation that was sure.
        hinges: (4, 3) each limb's last sure bend-plane normal, turned back to the limb's rest direction in its parent's frame.
        twists: (4,) each limb's last sure twist of its end about its lower bone, radians.
    """

    rotations: np.ndarray
    hinges: np.ndarray
    twists: np.ndarray


@dataclass(frozen=True)
class JointSolution:
    """Joint rotations at one moment.

    Attributes:
        rotations: (55, 4) xyzw, local, normalized; what is not seen keeps its last sure rotation, at first the identity.
        confidence: (55,) 0..1; 0 where the rotation is not seen.
        memory: for the next moment.
    """

    rotations: np.ndarray
    confidence: np.ndarray
    memory: JointMemory


@cache
def memory_at_rest() -> JointMemory:
    """Before anything was seen: the T-pose, knees bending backward, elbows forward, nothing twisted."""
    return JointMemory(np.tile(quaternions.IDENTITY, (BONES, 1)), LIMB_HINGES, np.zeros(len(LIMBS)))
