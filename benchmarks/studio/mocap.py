"""Recorded motion (BVH) put on an avatar's body, its feet planted so that its contacts are true."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import gaussian_filter1d, label

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE, BONES, EXPRESSIONS, FEET, HumanMotion, HumanSkeleton
from avatarkit.motion.kinematics import local_rotations, world_positions, world_rotations
from avatarkit.retargeting.read_bvh import read_bvh
from benchmarks.studio.legs import with_feet, within_reach
from benchmarks.studio.sole import sole_points

LEAST_STANCE_S = 0.1
"""Shorter touches of the floor are not planted."""

STILL_M_S = 0.35
NEAR_M = 0.045
"""A ball of the foot stands below this speed and height: those of avatarkit/retargeting/ground.py, a little stricter."""

FLOOR_QUANTILE = 0.05
"""The floor lies where the soles are in their lowest 5 % of moments."""


def recorded(
    path: Path, skeleton: HumanSkeleton, fps: float, *, start_s: float, seconds: float, file_fps: float | None = None
) -> HumanMotion:
    """A part of a BVH file on another body, turned to face +Z at its beginning and begun above the origin.

    Args:
        path: the file.
        skeleton: the body.
        fps: frames per second of the clip.
        start_s, seconds: which part of the file.
        file_fps: its true rate where its header is wrong.
    """
    source = read_bvh(path, fps=file_fps)
    times = np.arange(round(seconds * fps)) / fps
    rotations = _sampled_rotations(source, times + start_s)
    scale = skeleton.hip_height / source.skeleton.hip_height
    root = scale * np.stack([np.interp(times + start_s, source.times_s, column) for column in source.root_positions.T], axis=-1)
    root, rotations = facing_front(root, rotations)
    return planted(skeleton, times, root, rotations, source=path.stem)


def facing_front(root: np.ndarray, rotations: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Root positions (T, 3) and rotations (T, 55, 4) turned so that the first frame faces +Z over the origin."""
    forward = quaternions.rotate(rotations[0, 0], np.array([0.0, 0.0, 1.0]))
    turn = quaternions.from_rotation_vector(np.array([0.0, -np.arctan2(forward[0], forward[2]), 0.0]))
    rotations = rotations.copy()
    rotations[:, 0] = quaternions.multiply(turn, rotations[:, 0])
    root = quaternions.rotate(turn, root - root[0] * [1.0, 0.0, 1.0])
    return root, rotations


def planted(skeleton: HumanSkeleton, times_s: np.ndarray, root: np.ndarray, rotations: np.ndarray, source: str) -> HumanMotion:
    """The motion on the floor: where the ball of a foot all but stands it stands, and no sole is below the floor."""
    soles, world = sole_points(skeleton), world_rotations(rotations)
    lowest = soles.world(skeleton, world_positions(skeleton, root, world), world)[..., 1].min(axis=(1, 2))
    root = root - np.quantile(lowest, FLOOR_QUANTILE) * np.array([0.0, 1.0, 0.0])
    joints = world_positions(skeleton, root, world)
    points = soles.world(skeleton, joints, world)
    stands = _stands(points[:, :, 1], times_s)
    feet = np.stack([_levelled(world[:, BONE[f"{side}Foot"]], stands[:, k], times_s) for k, side in enumerate(FEET)], axis=1)
    rows = [BONE[f"{side}Foot"] for side in FEET]
    lever = skeleton.rest_positions[rows] - soles.balls
    balls = joints[:, rows] - quaternions.rotate(feet, lever)
    balls = balls + np.stack([_offsets(balls[:, k], stands[:, k], times_s) for k in range(2)], axis=1)
    ankles = balls + quaternions.rotate(feet, lever)
    heels = ankles + quaternions.rotate(feet, soles.heels - skeleton.rest_positions[rows])
    ankles[..., 1] += np.maximum(0.0, -np.minimum(heels[..., 1], balls[..., 1])) * ~stands
    root = within_reach(skeleton, root, world, ankles, times_s)
    poles = quaternions.rotate(world[:, [BONE[f"{side}LowerLeg"] for side in FEET]], np.array([0.0, 0.0, 1.0]))
    world = with_feet(skeleton, root, world, ankles=ankles, feet=feet, poles=poles)
    return HumanMotion(
        skeleton, times_s, root, local_rotations(world), np.ones((len(times_s), BONES)),
        np.zeros((len(times_s), EXPRESSIONS)), stands.astype(float), {"source": source},
    )  # fmt: skip


def _sampled_rotations(source: HumanMotion, times_s: np.ndarray) -> np.ndarray:
    """(T, 55, 4) at the given times, by normalized linear interpolation between neighbours."""
    last = np.clip(np.searchsorted(source.times_s, times_s), 1, len(source) - 1)
    before, after = source.times_s[last - 1], source.times_s[last]
    share = np.clip((times_s - before) / (after - before), 0.0, 1.0)[:, None, None]
    first, second = source.rotations[last - 1], source.rotations[last]
    second = np.where(np.sum(first * second, axis=-1, keepdims=True) < 0, -second, second)
    return quaternions.normalize((1.0 - share) * first + share * second)


def _stands(balls: np.ndarray, times_s: np.ndarray) -> np.ndarray:
    """(T, 2) whether each ball (T, 2, 3) stands, for `LEAST_STANCE_S` at least."""
    speed = np.linalg.norm(np.gradient(balls, times_s, axis=0), axis=-1)
    stands = (speed < STILL_M_S) & (balls[..., 1] < NEAR_M)
    for side in range(2):
        runs, count = label(stands[:, side])
        for run in range(1, count + 1):
            if np.sum(runs == run) < LEAST_STANCE_S * len(times_s) / (times_s[-1] - times_s[0]):
                stands[runs == run, side] = False
    return stands


def _levelled(feet: np.ndarray, stands: np.ndarray, times_s: np.ndarray) -> np.ndarray:
    """Rotations (T, 4) of a foot that, while it stands, does not turn or tilt about its ball but for lifting its heel."""
    side = quaternions.rotate(feet, np.array([1.0, 0.0, 0.0]))
    forward = quaternions.rotate(feet, np.array([0.0, 0.0, 1.0]))
    yaw, pitch = np.unwrap(np.arctan2(-side[:, 2], side[:, 0])), np.arcsin(np.clip(forward[:, 1], -1, 1))
    roll = np.arcsin(np.clip(side[:, 1], -1, 1))
    yaw, roll = yaw + _offsets(yaw[:, None], stands, times_s)[:, 0], roll * (1.0 - _soft(stands, times_s))
    pitch = np.where(stands, np.minimum(pitch, 0.0), pitch)  # the toes of a standing foot do not point up
    pitch = gaussian_filter1d(pitch, 0.02 * len(times_s) / (times_s[-1] - times_s[0]))
    return from_yaw_pitch_roll(yaw, pitch, roll)


def from_yaw_pitch_roll(yaw: np.ndarray, pitch: np.ndarray, roll: np.ndarray) -> np.ndarray:
    """Rotations (..., 4) that turn +Z by `yaw` to the left, then raise it by `pitch`, then raise +X by `roll`; radians."""
    turn, tilt, bank = (
        quaternions.from_rotation_vector(np.stack([angle * axis for axis in np.eye(3)[row]], axis=-1))
        for angle, row in ((yaw, 1), (-pitch, 0), (roll, 2))
    )
    return quaternions.multiply(turn, quaternions.multiply(tilt, bank))


def _soft(stands: np.ndarray, times_s: np.ndarray) -> np.ndarray:
    """1 while standing, fading to 0 within a tenth of a second outside."""
    rate = (len(times_s) - 1) / (times_s[-1] - times_s[0])
    distance = np.min(np.abs(np.arange(len(stands))[:, None] - np.flatnonzero(stands)), axis=1, initial=len(stands))
    return np.clip(1.0 - distance / (0.12 * rate), 0.0, 1.0)


def _offsets(values: np.ndarray, stands: np.ndarray, times_s: np.ndarray) -> np.ndarray:
    """What has to be added to `values` (T, n) so that they hold still in each stance; in between it changes smoothly.

    The second of three values is a height, which becomes 0 in stances.
    """
    runs, count = label(stands)
    if not count:
        return np.zeros_like(values)
    held = np.zeros_like(values)
    for run in range(1, count + 1):
        held[runs == run] = values[runs == run].mean(axis=0)
    if values.shape[1] == 3:
        held[:, 1] = 0.0
    keys = np.flatnonzero(stands)
    return _between(times_s, times_s[keys], (held - values)[keys])


def _between(times_s: np.ndarray, keys_s: np.ndarray, values: np.ndarray) -> np.ndarray:
    if len(keys_s) == 1:
        return np.repeat(values, len(times_s), axis=0)
    inside = PchipInterpolator(keys_s, values, axis=0)(np.clip(times_s, keys_s[0], keys_s[-1]))
    return np.asarray(inside)
