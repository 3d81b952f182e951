"""An avatar's springs as VRM has them: VRMC_springBone 1.0, and VRM 0.x's secondaryAnimation.

Source: vrm-c/vrm-specification, VRMC_springBone-1.0 and 0.0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

import numpy as np

from avatarkit.avatar.avatar import Avatar
from avatarkit.avatar.secondary import Collider, SpringChain
from avatarkit.avatar.springs import with_chains
from avatarkit.export.platforms import Platform

_BALLS_APART = 1.0  # of the radius: how far apart the balls lie that stand for a capsule in VRM 0.x
_MOST_BALLS = 5
_DOWN = (0.0, -1.0, 0.0)


def vrm1_springs(avatar: Avatar, nodes: Sequence[int]) -> dict[str, Any]:
    """The extension VRMC_springBone; `nodes` are those of the skeleton's joints."""
    groups = _groups(avatar)
    return {
        "specVersion": "1.0",
        "colliders": [{"node": nodes[one.joint], "shape": _shape(one)} for one in avatar.colliders],
        "colliderGroups": [{"name": f"heeded-{number + 1}", "colliders": list(own)} for number, own in enumerate(groups)],
        "springs": [_spring(chain, nodes, groups) for chain in avatar.springs],
    }


def vrm0_springs(avatar: Avatar, nodes: Sequence[int]) -> dict[str, Any]:
    """VRM 0.x's secondaryAnimation, where a capsule is a row of balls."""
    like = groupby(
        avatar.springs, key=lambda chain: (chain.stiffness, chain.drag, chain.gravity, chain.radius, chain.colliders)
    )
    return {
        "boneGroups": [_bone_group(list(chains), nodes) for _, chains in like],
        "colliderGroups": [{"node": nodes[one.joint], "colliders": _balls(one)} for one in avatar.colliders],
    }


def bounded_springs(avatar: Avatar, platform: Platform) -> Avatar:
    """The avatar with as many of its chains as a platform allows, the most visible ones.

    Where a platform fixes the bones' names there are none: it would know no others.
    """
    if not avatar.springs:
        return avatar
    if platform.naming is not None:
        return with_chains(avatar, ())
    most = {name: _most(platform, name) for name in ("spring_chains", "spring_joints", "spring_colliders", "joints")}
    own = len(avatar.rig.skeleton.names) - sum(len(chain.joints) for chain in avatar.springs)
    room = min(most["spring_joints"], most["joints"] - own)
    kept: list[int] = []
    for number, chain in enumerate(avatar.springs):
        if len(chain.joints) <= room and len(kept) < most["spring_chains"]:
            room -= len(chain.joints)
            kept.append(number)
    avatar = with_chains(avatar, kept)
    return _heeding(avatar, most["spring_colliders"], balls="VRM 0.x" in platform.formats[:1])


def _most(platform: Platform, statistic: str) -> float:
    """The most of a statistic that a platform lets in."""
    limit = platform.limits.get(statistic, np.inf)
    ranked = platform.ranks.get(statistic)
    return min(limit, ranked.most[platform.rank_names.index(platform.allowed_rank)]) if ranked else limit


def _heeding(avatar: Avatar, most: float, *, balls: bool) -> Avatar:
    """The avatar with its first colliders, as many as are allowed; in VRM 0.x each ball of a capsule counts."""
    counts = [len(_balls(one)) if balls else 1 for one in avatar.colliders]
    kept = int((np.cumsum(counts) <= most).sum())
    chains = (replace(chain, colliders=tuple(one for one in chain.colliders if one < kept)) for chain in avatar.springs)
    return replace(avatar, springs=tuple(chains), colliders=avatar.colliders[:kept])


def _groups(avatar: Avatar) -> list[tuple[int, ...]]:
    """Each set of colliders that a chain heeds, once."""
    return list(dict.fromkeys(chain.colliders for chain in avatar.springs if chain.colliders))


def _shape(collider: Collider) -> dict[str, Any]:
    ball = {"offset": list(collider.offset), "radius": collider.radius}
    return {"sphere": ball} if collider.tail is None else {"capsule": ball | {"tail": list(collider.tail)}}


def _spring(chain: SpringChain, nodes: Sequence[int], groups: Sequence[tuple[int, ...]]) -> dict[str, Any]:
    numbers = {
        "hitRadius": chain.radius,
        "stiffness": chain.stiffness,
        "gravityPower": chain.gravity,
        "gravityDir": list(_DOWN),
        "dragForce": chain.drag,
    }
    *swinging, end = chain.joints
    joints = [{"node": nodes[joint], **numbers} for joint in swinging] + [{"node": nodes[end]}]
    heeded = {"colliderGroups": [groups.index(chain.colliders)]} if chain.colliders else {}
    return {"name": chain.name, "joints": joints, **heeded}


def _bone_group(chains: list[SpringChain], nodes: Sequence[int]) -> dict[str, Any]:
    first = chains[0]
    return {
        "comment": ", ".join(chain.name for chain in chains),
        "stiffiness": first.stiffness,  # the format's own spelling
        "gravityPower": first.gravity,
        "gravityDir": dict(zip("xyz", _DOWN, strict=True)),
        "dragForce": first.drag,
        "center": -1,
        "hitRadius": first.radius,
        "bones": [nodes[chain.joints[0]] for chain in chains],
        "colliderGroups": list(first.colliders),
    }


def _balls(collider: Collider) -> list[dict[str, Any]]:
    """One ball, or a row of them along a capsule.

    VRM 0.x's offsets are in Unity's axes, whose Z points the other way than glTF's.
    """
    ends = np.array([collider.offset, collider.offset if collider.tail is None else collider.tail])
    length = float(np.linalg.norm(ends[1] - ends[0]))
    count = 1 if collider.tail is None else int(np.clip(round(length / (_BALLS_APART * collider.radius)) + 1, 2, _MOST_BALLS))
    places = ends[0] + np.linspace(0.0, 1.0, count)[:, None] * (ends[1] - ends[0])
    return [{"offset": {"x": x, "y": y, "z": -z}, "radius": collider.radius} for x, y, z in places.tolist()]
