"""Which joint of a file is which human bone: by its family's names, by words or by its shape; and whether it is a human."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from avatarkit.rig.file_skeleton import FileSkeleton
from avatarkit.rig.naming import NamedBones, best_partial, name_human_bones
from avatarkit.rig.structure import find_by_structure
from avatarkit.rig.t_pose import SIDES, pose_world
from avatarkit.rig.words import name_by_words
from avatarkit.vocabulary.vrm import REQUIRED_BONES

ACROSS = np.cos(np.radians(60.0))
"""Names alone make no human: animals' rigs often bear a human's. Legs that stand across the trunk are a quadruped's."""


MOST_FIGURES = 8
"""Skins of a file that are looked at as figures of their own, where names repeat."""


def find_human_bones(found: FileSkeleton) -> NamedBones | None:
    """The human bones of a file's skeleton, or None when it is no humanoid."""
    rest, _ = found.skeleton.rest_world
    bound, _ = pose_world(found.skeleton, found.bound)
    named = _by_names(found)
    if named is not None:
        return named if stands_upright(rest, named.joints) or stands_upright(bound, named.joints) else None
    return find_by_structure(found.skeleton.parents.tolist(), rest, found.skinned, bound)


def missing_bones(found: FileSkeleton) -> list[str]:
    """The required bones that no name tells, by the family that tells most."""
    parents = found.skeleton.parents.tolist()
    if _by_names(found) is not None:
        return []
    told = best_partial(found.labels, parents, found.skinned)
    return [bone for bone in REQUIRED_BONES if bone not in told]


def _by_names(found: FileSkeleton) -> NamedBones | None:
    """What tables or words tell of the whole file, else of one of its skins: several figures bear the same names."""
    parents = found.skeleton.parents.tolist()
    likely = found.skinned if any(found.skinned) else ()  # a figure of rigid parts has nodes alone
    for telling in (name_human_bones, name_by_words):
        for skin in (None, *range(min(found.skins, MOST_FIGURES))):
            labels = [
                label if skin is None or skin in of else "" for label, of in zip(found.labels, found.skins_of, strict=True)
            ]
            if (named := telling(labels, parents, likely)) is not None:
                return named
    return None


def stands_upright(positions: np.ndarray, bones: Mapping[str, int]) -> bool:
    """Whether the legs of a pose (B, 3) go on where the trunk ends, rather than across it as a quadruped's."""
    hips = 0.5 * (positions[bones["leftUpperLeg"]] + positions[bones["rightUpperLeg"]])
    trunk = positions[bones.get("neck", bones["head"])] - hips
    legs = sum(positions[bones[f"{side}Foot"]] - positions[bones[f"{side}UpperLeg"]] for side in SIDES)
    return bool(-(trunk @ legs) > ACROSS * np.linalg.norm(trunk) * np.linalg.norm(legs))
