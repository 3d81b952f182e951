"""An avatar's springs as VRM 1.0 has them, as many as a platform allows.

Source: vrm-c/vrm-specification, VRMC_springBone-1.0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from avatarkit.avatar.avatar import Avatar
from avatarkit.avatar.secondary import Collider, SpringChain
from avatarkit.avatar.springs import with_chains
from avatarkit.export.platforms import Platform
from avatarkit.export.vrm_versions.springs import ball_count

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


def bounded_springs(avatar: Avatar, platform: Platform) -> Avatar:
    """The avatar with as many of its chains as a platform allows, the most visible ones.

    Where a platform fixes the bones' names there are none: it would know no others.
    """
    if not avatar.springs:
        return avatar
    if platform.naming is not None:
        return with_chains(avatar, ())
    most = {name: platform.most(name) for name in ("spring_chains", "spring_joints", "spring_colliders", "joints")}
    own = len(avatar.rig.skeleton.names) - sum(len(chain.joints) for chain in avatar.springs)
    room = min(most["spring_joints"], most["joints"] - own)
    kept: list[int] = []
    for number, chain in enumerate(avatar.springs):
        if len(chain.joints) <= room and len(kept) < most["spring_chains"]:
            room -= len(chain.joints)
            kept.append(number)
    avatar = with_chains(avatar, kept)
    return _heeding(avatar, most["spring_colliders"], balls="VRM 0.x" in platform.formats[:1])


def _heeding(avatar: Avatar, most: float, *, balls: bool) -> Avatar:
    """The avatar with its first colliders, as many as are allowed; in VRM 0.x each ball of a capsule counts."""
    counts = [_ball_count(one) if balls else 1 for one in avatar.colliders]
    kept = int((np.cumsum(counts) <= most).sum())
    chains = (replace(chain, colliders=tuple(one for one in chain.colliders if one < kept)) for chain in avatar.springs)
    return replace(avatar, springs=tuple(chains), colliders=avatar.colliders[:kept])


def _ball_count(collider: Collider) -> int:
    return 1 if collider.tail is None else ball_count(math.dist(collider.offset, collider.tail), collider.radius)


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
