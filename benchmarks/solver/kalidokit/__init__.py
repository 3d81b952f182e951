"""Kalidokit under Node.js: installed below this folder by the benchmark itself, never committed."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from avatarkit.errors import MissingError
from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE, BONES
from avatarkit.vocabulary.mediapipe_points import POSE

VERSION = "1.1.5"
LIMBS = tuple(side + bone for side in ("Left", "Right") for bone in ("UpperArm", "LowerArm", "Hand", "UpperLeg", "LowerLeg"))
SOLVED = ("Hips", "Spine", *LIMBS)
TORSO_SHARES = ((1.0, 1.0, 0.0), (0.7, 0.45, 0.25), (1.0, 0.45, 0.25), (1.0, 0.0, 0.0))
"""Shares of its hips' and spine's angles that hips, spine and chest take: all of it; as its own demonstration; variants."""

_HERE = Path(__file__).resolve().parent
_TO_MEDIAPIPE = np.array([1.0, -1.0, -1.0])
_ABOVE_HIPS_M = 1.5
"""It takes wrists below the hips for out of the picture and drops them; lifted points keep their directions."""

_SMALL_PICTURE = 0.1
"""Picture coordinates per metre: far enough from the camera that it does not take the legs for out of the picture."""


@dataclass(frozen=True)
class Convention:
    """How its Euler angles are read: which side a name means, the axes' signs, their order, and the trunk's shares."""

    swap_sides: bool
    signs: tuple[float, ...]
    order: str
    torso: tuple[float, float, float]


def solve(landmarks: np.ndarray) -> tuple[np.ndarray, float]:
    """Its Euler angles (T, 12, 3) of `SOLVED` for landmarks (T, 33, 3) in our axes, and its seconds for all frames.

    Raises:
        MissingError: no Node.js, or its package cannot be installed.
    """
    _install()
    hips = 0.5 * (landmarks[:, POSE["leftHip"]] + landmarks[:, POSE["rightHip"]])
    world = (landmarks - hips[:, None]) * _TO_MEDIAPIPE - (0.0, _ABOVE_HIPS_M, 0.0)
    picture = 0.5 + _SMALL_PICTURE * (landmarks - hips[:, None])[..., :2] * (1.0, -1.0)
    wanted = json.dumps({"world3d": world.round(5).tolist(), "image2d": picture.round(5).tolist(), "bones": SOLVED})
    done = subprocess.run(["node", "solve.mjs"], cwd=_HERE, input=wanted, capture_output=True, text=True, check=False)
    if done.returncode:
        raise MissingError(f"Kalidokit did not run: {done.stderr.strip().splitlines()[-1][:200] if done.stderr else ''}")
    answer = json.loads(done.stdout)
    return np.array(answer["rotations"], float), answer["seconds"]


def conventions() -> list[Convention]:
    """All the ways in which its angles may be meant."""
    signs = itertools.product((1.0, -1.0), repeat=3)
    orders = ["".join(order) for order in itertools.permutations("xyz")]
    return [Convention(*choice) for choice in itertools.product((False, True), signs, orders, TORSO_SHARES)]


def local_rotations(angles: np.ndarray, convention: Convention) -> np.ndarray:
    """Local rotations (T, 55, 4) of its angles, read in one way."""
    result = np.tile(quaternions.IDENTITY, (len(angles), BONES, 1))
    angles = angles * convention.signs
    hips, spine, chest = convention.torso
    for bone, vector in {"hips": hips * angles[:, 0], "spine": spine * angles[:, 1], "chest": chest * angles[:, 1]}.items():
        result[:, BONE[bone]] = _from_euler(vector, convention.order)
    for number, name in enumerate(LIMBS, start=2):
        side, bone = ("left", name[4:]) if name.startswith("Left") else ("right", name[5:])
        other = {"left": "right", "right": "left"}[side]
        result[:, BONE[(other if convention.swap_sides else side) + bone]] = _from_euler(angles[:, number], convention.order)
    return result


def _from_euler(angles: np.ndarray, order: str) -> np.ndarray:
    """Quaternions of angles (T, 3) about x, y, z, applied in the order that three.js gives to such a word."""
    result = np.tile(quaternions.IDENTITY, (len(angles), 1))
    for letter in order:
        axis = "xyz".index(letter)
        vectors = np.zeros((len(angles), 3))
        vectors[:, axis] = angles[:, axis]
        result = quaternions.multiply(result, quaternions.from_rotation_vector(vectors))
    return result


def _install() -> None:
    if not shutil.which("node") or not shutil.which("npm"):
        raise MissingError("Kalidokit needs Node.js and npm (Debian: apt-get install nodejs npm)")
    if (_HERE / "node_modules" / "kalidokit").is_dir():
        return
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=_HERE, capture_output=True, text=True, check=False)
    if done.returncode:
        raise MissingError(f"npm could not install Kalidokit: {done.stderr.strip()[-200:]}")
