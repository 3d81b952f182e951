"""Human motion as a VRM animation (.vrma).

Source: vrm-c/vrm-specification, VRMC_vrm_animation-1.0: the rest pose is VRM's T-pose; only the hips have translations; no eye
bones, gaze is a lookAt node; an expression's weight is the X of a node's translation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.gltf.document import Animation, Channel, Document, Node, Scene
from avatarkit.gltf.writing import document_to_glb
from avatarkit.motion.human_motion import BONE, HumanMotion
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from avatarkit.vocabulary.vrm import HUMAN_BONE_PARENTS, PRESET_EXPRESSIONS

_EYES = ("leftEye", "rightEye")
_LIP_AND_LID_PRESETS = ("blinkLeft", "blinkRight", "aa", "ih", "ou", "ee", "oh")
"""Presets that follow from ARKit weights; moods do not, and blink would shut the lids twice."""

EYES_FROM_HEAD_M = (0.0, 0.06, 0.08)
"""From the head's joint to the middle between the eyes of a grown body, where the motion has no eyes."""

STILL = 1e-6
"""What moves by less is not written."""


def vrma_glb(motion: HumanMotion, *, presets: bool = False) -> bytes:
    """The motion as the bytes of a .vrma file.

    Args:
        motion: a human motion.
        presets: write VRM's preset expressions (lids and vowels) in the place of ARKit's 52, for avatars that have only those;
            an avatar with both would show them twice.
    """
    bones = [bone for bone in HUMAN_BONE_PARENTS if motion.skeleton.present[BONE[bone]] and bone not in _EYES]
    weights = _preset_weights(motion) if presets else dict(zip(ARKIT_NAMES, motion.expressions.T, strict=True))
    weights = {name: values for name, values in weights.items() if np.abs(values).max() > STILL}
    gaze = _gaze(motion)
    nodes, channels = _bone_nodes(motion, bones), _bone_channels(motion, bones)
    extension: dict[str, Any] = {
        "specVersion": "1.0",
        "humanoid": {"humanBones": {bone: {"node": number} for number, bone in enumerate(bones)}},
    }
    if weights:
        extension["expressions"] = {"preset" if presets else "custom": _expression_nodes(motion, weights, nodes, channels)}
    if gaze is not None:
        extension["lookAt"] = {"node": len(nodes), "offsetFromHeadBone": _eyes_from_head(motion)}
        channels.append(_channel(len(nodes), "rotation", motion, gaze))
        nodes.append(Node("lookAt"))
    roots = (0, *range(len(bones), len(nodes)))
    return document_to_glb(
        Document(
            nodes=tuple(nodes),
            animations=(Animation("motion", tuple(channels)),),
            scenes=(Scene(roots),),
            scene=0,
            extensions={"VRMC_vrm_animation": extension},
            extensions_used=("VRMC_vrm_animation",),
            generator="avatarkit",
        )
    )


def _parent(bone: str, bones: list[str]) -> str | None:
    parent = HUMAN_BONE_PARENTS[bone]
    while parent is not None and parent not in bones:
        parent = HUMAN_BONE_PARENTS[parent]
    return parent


def _bone_nodes(motion: HumanMotion, bones: list[str]) -> list[Node]:
    rest = motion.skeleton.rest_positions
    parents = {bone: _parent(bone, bones) for bone in bones}
    nodes = []
    for bone, parent in parents.items():
        offset = rest[BONE[bone]] - (rest[BONE[parent]] if parent is not None else 0.0)
        children = tuple(number for number, child in enumerate(bones) if parents[child] == bone)
        nodes.append(Node(bone, tuple(offset.tolist()), children=children))
    return nodes


def _bone_channels(motion: HumanMotion, bones: list[str]) -> list[Channel]:
    channels = [_channel(0, "translation", motion, motion.root_positions)]
    for number, bone in enumerate(bones):
        rotations = motion.rotations[:, BONE[bone]]
        if bone == "hips" or np.abs(rotations[:, :3]).max() > STILL:
            channels.append(_channel(number, "rotation", motion, rotations))
    return channels


def _expression_nodes(
    motion: HumanMotion, weights: Mapping[str, np.ndarray], nodes: list[Node], channels: list[Channel]
) -> dict[str, Any]:
    """Adds a node and a channel for each weight; what the extension says about them."""
    stated = {}
    for name, values in weights.items():
        stated[name] = {"node": len(nodes)}
        channels.append(_channel(len(nodes), "translation", motion, values[:, None] * np.array([1.0, 0.0, 0.0])))
        nodes.append(Node(name))
    return stated


def _preset_weights(motion: HumanMotion) -> dict[str, np.ndarray]:
    """Each preset as far as all of the ARKit weights that it is made of are there."""
    columns = {name: column for column, name in enumerate(ARKIT_NAMES)}
    found = {}
    for preset in _LIP_AND_LID_PRESETS:
        mix = PRESET_EXPRESSIONS[preset]
        amounts = np.array(list(mix.values()))
        seen = motion.expressions[:, [columns[name] for name in mix]]
        found[preset] = np.clip(np.min(seen / amounts, axis=1), 0.0, 1.0)
    return found


def _gaze(motion: HumanMotion) -> np.ndarray | None:
    """The eyes' mean rotation (T, 4), or None where they never turn."""
    rows = [BONE[eye] for eye in _EYES if motion.skeleton.present[BONE[eye]]]
    if not rows or np.abs(motion.rotations[:, rows, :3]).max() <= STILL:
        return None
    eyes = motion.rotations[:, rows]
    eyes = np.where(eyes[..., 3:] < 0, -eyes, eyes)  # all in one half of the sphere: eyes never turn half round
    return quaternions.normalize(eyes.mean(axis=1))


def _eyes_from_head(motion: HumanMotion) -> list[float]:
    rest, present = motion.skeleton.rest_positions, motion.skeleton.present
    rows = [BONE[eye] for eye in _EYES if present[BONE[eye]]]
    return (rest[rows].mean(axis=0) - rest[BONE["head"]]).tolist() if rows else list(EYES_FROM_HEAD_M)


def _channel(node: int, path: str, motion: HumanMotion, values: np.ndarray) -> Channel:
    times = (motion.times_s - motion.times_s[0]).astype(np.float32)
    return Channel(node, path, times, values.astype(np.float32))
