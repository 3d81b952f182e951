"""Human motion on any humanoid rig.

Source: vrm-c/vrm-specification, VRMC_vrm_animation-1.0, how_to_transform_human_pose.md: local = A * N * B with A and B from the
rig's T-pose alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE, BONES, HumanMotion, HumanPose, HumanSkeleton
from avatarkit.motion.kinematics import PARENTS
from avatarkit.retargeting.detached import DetachedBone, carry, detached_bones
from avatarkit.retargeting.expressions import expression_weights, eyes_with_morphs, needs_jaw, open_jaw, rest_eyes
from avatarkit.retargeting.ground import body_soles
from avatarkit.retargeting.rig_motion import RigMotion
from avatarkit.retargeting.skeleton_motion import continuous, world_scales, world_transforms
from avatarkit.retargeting.stance import Stance, check_feet, leg_shape, make_stance, stand
from avatarkit.retargeting.to_human import human_skeleton
from avatarkit.retargeting.touches import Touches, make_touches, touch, touch_shape
from avatarkit.retargeting.twist_shares import TwistShares, share, twist_shares
from avatarkit.rig.skeleton import HumanoidRig
from avatarkit.vocabulary.vrm import HUMAN_BONES


def retarget(motion: HumanMotion, rig: HumanoidRig, *, feet: str = "auto") -> RigMotion:
    """The motion on a rig: the same pose, the same steps scaled by the legs' height.

    Args:
        motion: a human motion.
        rig: any humanoid.
        feet: "auto" holds feet that are near the floor where the source has them, "always" and "never" speak for themselves.

    Raises:
        UsageError: another word for `feet`.
    """
    retargeter = make_retargeter(rig, motion.skeleton, feet=feet)
    translations, rotations, weights = retargeter.apply_arrays(
        motion.root_positions, motion.rotations, motion.foot_contacts, motion.expressions
    )
    return RigMotion(rig, motion, motion.times_s, translations, continuous(rotations), weights)


@dataclass(frozen=True)
class Retargeter:
    """What putting poses of one body on one rig needs; made once by `make_retargeter`.

    Attributes:
        rig: the rig; body: its proportions; detached: its bones that hang elsewhere than a body's.
        rows: (H,) rows of the human bones that the rig has; joints: (H,) their joints.
        missing: per human bone that the rig lacks: its row and the rows of the bones that take its rotation.
        framing: (H, 4, 4) makes a joint's local rotation of N; see `quaternions.framing`.
        hips_joint: the hips'; hips_matrix: (3, 3), hips_offset: (3,): root @ matrix + offset is its local translation.
        base_translations: (B, 3), base_rotations (B, 4): what all other joints keep.
        stance: for the feet; touches: for the hands.
        expression_matrix: (52, M) ARKit weights to the rig's morphs;
            opens_jaw: whether a bone opens the mouth; morph_eyes: eye bones that rest while morphs turn the eyes.
        shares: joints that take a share of a bone's rotation.
    """

    rig: HumanoidRig
    body: HumanSkeleton
    detached: tuple[DetachedBone, ...]
    rows: np.ndarray
    joints: np.ndarray
    missing: tuple[tuple[int, tuple[int, ...]], ...]
    framing: np.ndarray
    hips_joint: int
    hips_matrix: np.ndarray
    hips_offset: np.ndarray
    base_translations: np.ndarray
    base_rotations: np.ndarray
    stance: Stance
    touches: Touches
    expression_matrix: np.ndarray
    opens_jaw: bool
    morph_eyes: tuple[str, ...]
    shares: TwistShares | None

    def apply(self, pose: HumanPose) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """One pose: local translations (B, 3) in the rig's unit, rotations (B, 4), morph weights (M,)."""
        return self.apply_arrays(pose.root_position, pose.rotations, pose.foot_contacts, pose.expressions)

    def apply_arrays(
        self, root: np.ndarray, rotations: np.ndarray, contacts: np.ndarray, expressions: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Any number of poses: (..., 3), (..., 55, 4), (..., 2), (..., 52) -> (..., B, 3), (..., B, 4), (..., M)."""
        rotations = rest_eyes(self.morph_eyes, rotations, expressions) if self.morph_eyes else rotations
        root, rotations = stand(root, touch(rotations, self.touches), contacts, self.stance)
        carried = carry(self.detached, self.body, root, rotations) if self.detached else None
        rotations = self._handed_on(open_jaw(rotations, expressions) if self.opens_jaw else rotations)
        if self.shares is not None:
            shared, rotations = share(self.shares, rotations)
        human = (self.framing @ rotations[..., self.rows, :, None])[..., 0]
        moments = root.shape[:-1]
        local = np.empty((*moments, *self.base_rotations.shape))
        local[...] = self.base_rotations
        local[..., self.joints, :] = human
        if self.shares is not None:
            local[..., self.shares.joints, :] = shared
        places = np.empty((*moments, *self.base_translations.shape))
        places[...] = self.base_translations
        places[..., self.hips_joint, :] = self._hips_place(root)
        if carried is not None:
            joints = [bone.joint for bone in self.detached]
            places[..., joints, :], local[..., joints, :] = carried
        return places, local, np.minimum(np.maximum(expressions @ self.expression_matrix, 0.0), 1.0)

    def _handed_on(self, rotations: np.ndarray) -> np.ndarray:
        """The rotations of bones that the rig lacks go into the bones that hang on them."""
        if not self.missing:
            return rotations
        handed = np.array(rotations)
        for row, heirs in self.missing:
            for heir in heirs:
                handed[..., heir, :] = quaternions.multiply(handed[..., row, :], handed[..., heir, :])
        return handed

    def _hips_place(self, root: np.ndarray) -> np.ndarray:
        return root @ self.hips_matrix + self.hips_offset


def make_retargeter(rig: HumanoidRig, body: HumanSkeleton, *, feet: str = "auto") -> Retargeter:
    """Prepare putting poses of a body on a rig. Raises UsageError for an unknown `feet`."""
    skeleton = rig.skeleton
    target, soles = human_skeleton(rig)
    places, world = world_transforms(skeleton, skeleton.rest_translations, rig.t_pose)
    places, world = quaternions.rotate(rig.to_canonical, places), quaternions.multiply(rig.to_canonical, world)
    scales = world_scales(skeleton)
    rows = np.array([BONE[bone] for bone in HUMAN_BONES if bone in rig.human_bones])
    joints = np.array([rig.human_bones[HUMAN_BONES[row]] for row in rows])
    parents = skeleton.parents[joints]
    above = np.where((parents >= 0)[:, None], world[parents], rig.to_canonical)
    face = expression_weights(rig)
    matrix, offset = _world_to_hips(rig, places, world, scales)
    return Retargeter(
        rig=rig,
        body=target,
        detached=detached_bones(rig, target, places, world, scales),
        rows=rows,
        joints=joints,
        missing=_missing(target),
        framing=quaternions.framing(quaternions.inverse(above), world[joints]),
        hips_joint=rig.human_bones["hips"],
        hips_matrix=matrix,
        hips_offset=offset,
        base_translations=skeleton.rest_translations,
        base_rotations=rig.t_pose,
        stance=make_stance(leg_shape(body, body_soles(body)), leg_shape(target, soles), check_feet(feet)),
        touches=make_touches(touch_shape(body), touch_shape(target)),
        expression_matrix=face,
        opens_jaw=needs_jaw(rig, face),
        morph_eyes=eyes_with_morphs(rig, face),
        shares=twist_shares(rig, target, world),
    )


def _missing(skeleton: HumanSkeleton) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Rows of absent bones that have bones below them, upper ones first, each with the rows of its children."""
    used = np.array(skeleton.present)  # by a bone of the rig, its own or one further down
    for row in reversed(range(1, BONES)):
        used[PARENTS[row]] |= used[row]
    children = {row: tuple(heir for heir in range(BONES) if PARENTS[heir] == row and used[heir]) for row in range(BONES)}
    return tuple((row, heirs) for row, heirs in children.items() if heirs and not skeleton.present[row])


def _world_to_hips(
    rig: HumanoidRig, places: np.ndarray, world: np.ndarray, scales: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """How canonical world places (..., 3) become the hips' local translations: places @ (3, 3) + (3,)."""
    top = int(rig.skeleton.parents[rig.human_bones["hips"]])
    if top < 0:
        return quaternions.to_matrix(rig.to_canonical), np.zeros(3)
    to_local = quaternions.to_matrix(quaternions.inverse(world[top])) / scales[top][:, None]
    return to_local.T, -to_local @ places[top]
