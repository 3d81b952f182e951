"""Fingers told by their places on a hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from avatarkit.rig.joint_tree import JointTree

NAMES = ("Index", "Middle", "Ring", "Little")
SEGMENTS = ("Proximal", "Intermediate", "Distal")
THUMB_SEGMENTS = ("Metacarpal", "Proximal", "Distal")

MOST_CHAINS = 12
"""Chains on a hand that are looked at: five fingers, and what a hand may hold."""


def finger_bones(
    tree: JointTree, positions: np.ndarray, skinned: Sequence[bool], bones: Mapping[str, int], side: str
) -> dict[str, int]:
    """The finger bones of one hand.

    Args:
        tree: the joints.
        positions: (B, 3) of them.
        skinned: (B,) whether a skin uses them.
        bones: the bones found so far; the lower arm and the hand are used.
        side: "left" or "right".

    Returns:
        human bone -> joint; empty unless there are at least two chains of two joints: the one that stands off the others
        is the thumb, the others follow in the order in which they lie beside it.
    """
    hand = bones[f"{side}Hand"]
    chains = [_chain(tree, skinned, child) for child in tree.children[hand][:MOST_CHAINS] if skinned[child]]
    chains = [chain for chain in chains if len(chain) > 1]
    if len(chains) < 2:
        return {}
    thumb = _thumb(positions, bones, side, chains)
    others = sorted((chain for chain in chains if chain is not thumb), key=lambda chain: _gap(positions, thumb, chain))
    found = _segments(side, "Thumb", THUMB_SEGMENTS, thumb)
    for name, chain in zip(NAMES, others, strict=False):
        found |= _segments(side, name, SEGMENTS, _without_metacarpal(positions, hand, chain))
    return found


def _chain(tree: JointTree, skinned: Sequence[bool], joint: int) -> list[int]:
    found = [joint]
    while children := [child for child in tree.children[found[-1]] if skinned[child]]:
        found.append(children[0])
        if len(found) > len(SEGMENTS):
            break
    return found


def _thumb(positions: np.ndarray, bones: Mapping[str, int], side: str, chains: list[list[int]]) -> list[int]:
    """The chain that begins nearest to the wrist and points most away from where all point."""
    directions = [_unit(positions[chain[-1]] - positions[chain[0]]) for chain in chains]
    common = _unit(np.sum(directions, axis=0))
    hand, arm = positions[bones[f"{side}Hand"]], positions[bones[f"{side}LowerArm"]]
    axis, length = _unit(hand - arm), max(float(np.linalg.norm(hand - arm)), 1e-12)
    starts = [float((positions[chain[0]] - hand) @ axis) / length for chain in chains]
    scores = [start + float(direction @ common) for start, direction in zip(starts, directions, strict=True)]
    return chains[int(np.argmin(scores))]


def _gap(positions: np.ndarray, thumb: list[int], chain: list[int]) -> float:
    """How far the middle of a finger is from the thumb's."""
    return float(np.linalg.norm(positions[chain[min(1, len(chain) - 1)]] - positions[thumb[min(1, len(thumb) - 1)]]))


def _without_metacarpal(positions: np.ndarray, hand: int, chain: list[int]) -> list[int]:
    """A chain that begins with a bone inside the hand begins at the knuckle instead."""
    inside = np.linalg.norm(positions[chain[0]] - positions[hand]) < np.linalg.norm(positions[chain[1]] - positions[chain[0]])
    return chain[1:] if inside and len(chain) > len(SEGMENTS) else chain


def _segments(side: str, finger: str, segments: tuple[str, ...], chain: list[int]) -> dict[str, int]:
    return {f"{side}{finger}{segment}": joint for segment, joint in zip(segments, chain, strict=False)}


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / max(float(np.linalg.norm(vector)), np.finfo(float).tiny)
