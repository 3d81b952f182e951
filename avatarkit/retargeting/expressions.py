"""ARKit's 52 weights to whatever a rig's face has: morphs, a jaw where no morph opens the mouth; eyes turn only once."""

from __future__ import annotations

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.gltf.document import Document
from avatarkit.motion.human_motion import BONE
from avatarkit.rig.expressions import expression_map, expression_matrix
from avatarkit.rig.skeleton import HumanoidRig
from avatarkit.vocabulary.arkit import ARKIT_NAMES

JAW_OPEN = np.radians(20.0)
"""How far a jaw turns down for jawOpen 1: about half of what a jaw can do, as ARKit's shape is a mouth wide open in speech."""

_JAW_OPEN = ARKIT_NAMES.index("jawOpen")

_LOOKS = {f"{side}Eye": [ARKIT_NAMES.index(f"eyeLook{way}{side.title()}") for way in ("In", "Out", "Up", "Down")]
          for side in ("left", "right")}  # fmt: skip


def expression_weights(rig: HumanoidRig) -> np.ndarray:
    """The matrix (52, M) that turns ARKit weights into weights of the rig's morphs; zero where none belongs."""
    drivers = rig.expressions or expression_map(Document(), rig.morph_names)
    return expression_matrix(drivers, len(rig.morph_names))


def needs_jaw(rig: HumanoidRig, matrix: np.ndarray) -> bool:
    """Whether the rig opens its mouth by a bone: it has a jaw and no morph that jawOpen drives."""
    return "jaw" in rig.human_bones and not matrix[_JAW_OPEN].any()


def open_jaw(rotations: np.ndarray, expressions: np.ndarray) -> np.ndarray:
    """Rotations (..., 55, 4) with the jaw turned down by jawOpen of `expressions` (..., 52)."""
    opened = np.array(rotations)
    turn = quaternions.from_rotation_vector(JAW_OPEN * expressions[..., _JAW_OPEN, None] * np.array([1.0, 0.0, 0.0]))
    opened[..., BONE["jaw"], :] = quaternions.multiply(opened[..., BONE["jaw"], :], turn)
    return opened


def eyes_with_morphs(rig: HumanoidRig, matrix: np.ndarray) -> tuple[str, ...]:
    """Eye bones of a rig whose morphs turn the same eyeball every way: each would turn it again.

    Morphs go before bones because they move the lids along. Morphs for some of the ways only leave the eye to its bone.
    """
    return tuple(eye for eye, looks in _LOOKS.items() if eye in rig.human_bones and matrix[looks].any(axis=1).all())


def rest_eyes(eyes: tuple[str, ...], rotations: np.ndarray, expressions: np.ndarray) -> np.ndarray:
    """Rotations (..., 55, 4) with those eyes at rest that `expressions` (..., 52) turn; a gaze of bones alone stays theirs."""
    rested = np.array(rotations)
    for eye in eyes:
        looking = expressions[..., _LOOKS[eye]].any(axis=-1)
        rested[..., BONE[eye], :] = np.where(looking[..., None], quaternions.IDENTITY, rested[..., BONE[eye], :])
    return rested
