"""Spring bones: VRM 0.x's secondaryAnimation and VRM 1.0's VRMC_springBone.

VRM 0.x swings whole branches of nodes, the last of which get a tail of 7 cm that no node has, and knows balls only. VRM 1.0
swings rows of joints, whose last only ends the one before.

Source: vrm-c/vrm-specification, 0.0 (secondaryAnimation) and VRMC_springBone-1.0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from avatarkit.gltf.checked_json import CheckedObject
from avatarkit.gltf.document import Document, Node

_TAIL_M = 0.07
"""Of a branch's last node in VRM 0.x. Source: UniVRM's VRMSpringBone, which the format follows."""

_MOST_BALLS, _LEAST_RADIUS_M = 5, 1e-3
_NO_LENGTH_M = 1e-6
Vector = tuple[float, float, float]


@dataclass(frozen=True)
class SpringsOfVrm1:
    """A document with the ends that VRM 1.0 needs, and its extension VRMC_springBone or None."""

    document: Document
    extension: dict[str, Any] | None


def springs_for_vrm1(document: Document, second: CheckedObject) -> SpringsOfVrm1:
    """VRM 1.0's springs of VRM 0.x's.

    Args:
        document: turned to face +Z already.
        second: VRM 0.x's secondaryAnimation, still in Unity's axes.

    Raises:
        InputError: a node or collider group that does not exist.
    """
    count = len(document.nodes)
    groups = second.children("boneGroups")
    colliders, members = _colliders_for_vrm1(second.children("colliderGroups"), count)
    nodes, springs = list(document.nodes), []
    taken: set[int] = set()
    carrying = {joint for skin in document.skins for joint in skin.joints}
    for group in groups:
        heeds = group.indices("colliderGroups", len(members))
        for root in group.indices("bones", count):
            for row in _rows(document, root, taken):
                taken.update(row)
                springs.append(_spring(group, _ended(row, nodes, carrying), heeds, count))
    if not springs and not colliders:
        return SpringsOfVrm1(document, None)
    extension = {
        "specVersion": "1.0",
        "colliders": colliders,
        "colliderGroups": [{"colliders": own} for own in members],
        "springs": springs,
    }
    made = {key: value for key, value in extension.items() if value != []}
    return SpringsOfVrm1(replace(document, nodes=tuple(nodes)), made)


def _colliders_for_vrm1(groups: tuple[CheckedObject, ...], count: int) -> tuple[list[dict[str, Any]], list[list[int]]]:
    """All balls, and those of each group."""
    colliders: list[dict[str, Any]] = []
    members = []
    for group in groups:
        own = []
        for ball in group.children("colliders"):
            shape = {"offset": list(_from_unity(ball.child("offset"))), "radius": ball.number("radius", 0.0)}
            own.append(len(colliders))
            colliders.append({"node": group.integer("node", most=count - 1), "shape": {"sphere": shape}})
        members.append(own)
    return colliders, members


def _from_unity(vector: CheckedObject) -> Vector:
    """A vector of VRM 0.x, in Unity's axes, as it is in a figure that faces +Z in glTF: Unity's X points the other way."""
    return (-vector.number("x", 0.0) + 0.0, vector.number("y", 0.0), vector.number("z", 0.0))


def _rows(document: Document, root: int, taken: set[int]) -> Iterator[list[int]]:
    """The branch below a node as rows from parent to child; a second child begins a row of its own."""
    waiting = [root]
    while waiting:
        row, node = [], waiting.pop()
        while node not in taken:
            row.append(node)
            children = document.nodes[node].children
            if not children:
                break
            waiting.extend(children[1:])
            node = children[0]
        if row:
            yield row


def _ended(row: list[int], nodes: list[Node], carrying: set[int]) -> list[int]:
    """The row with an end: its last node if that carries nothing, or a new one at the tail that VRM 0.x thinks of behind it."""
    last = nodes[row[-1]]
    if len(row) > 1 and row[-1] not in carrying and last.mesh is None:
        return row
    step = np.array(last.translation)
    length = float(np.linalg.norm(step))
    direction = step / length if length > _NO_LENGTH_M else np.array([0.0, -1.0, 0.0])
    nodes.append(Node(f"{last.name}_end", translation=tuple((_TAIL_M * direction).tolist())))
    nodes[row[-1]] = replace(last, children=(*last.children, len(nodes) - 1))
    return [*row, len(nodes) - 1]


def _spring(group: CheckedObject, row: list[int], heeds: tuple[int, ...], count: int) -> dict[str, Any]:
    numbers = {
        "hitRadius": group.number("hitRadius", 0.0),
        "stiffness": max(group.number("stiffiness", 1.0), 0.0),
        "gravityPower": group.number("gravityPower", 0.0),
        "gravityDir": list(_direction(group)),
        "dragForce": min(max(group.number("dragForce", 0.5), 0.0), 1.0),
    }
    spring: dict[str, Any] = {"name": group.text("comment")} if group.text("comment") else {}
    spring["joints"] = [{"node": node, **numbers} for node in row[:-1]] + [{"node": row[-1]}]
    if heeds:
        spring["colliderGroups"] = list(heeds)
    center = group.integer("center", -1, least=-1, most=count - 1)
    return spring | ({"center": center} if center >= 0 else {})


def _direction(group: CheckedObject) -> Vector:
    if not group.has("gravityDir"):
        return (0.0, -1.0, 0.0)
    vector = np.array(_from_unity(group.child("gravityDir")))
    length = float(np.linalg.norm(vector))
    x, y, z = (vector / length if length > 1e-9 else np.array([0.0, -1.0, 0.0])).tolist()
    return (x, y, z)


def springs_for_vrm0(document: Document, extension: CheckedObject) -> tuple[dict[str, Any], list[str]]:
    """VRM 0.x's secondaryAnimation of VRM 1.0's springs, and what could not be said in it.

    Args:
        document: with its nodes' rotations laid into its meshes.
        extension: VRMC_springBone, in axes of a figure that faces +Z.

    Raises:
        InputError: a node, collider or group that does not exist.
    """
    count = len(document.nodes)
    colliders = extension.children("colliders")
    notes: list[str] = []
    groups: list[dict[str, Any]] = []
    members = []
    for group in extension.children("colliderGroups"):
        own = _groups_for_vrm0([colliders[one] for one in group.indices("colliders", len(colliders))], count, notes)
        groups += [one for one in own if one not in groups]
        members.append([groups.index(one) for one in own])
    springs = extension.children("springs")
    swinging = {joint.integer("node", most=count - 1) for spring in springs for joint in spring.children("joints")}
    made: dict[str, dict[str, Any]] = {}
    for spring in springs:
        joints = spring.children("joints")
        root = joints[0].integer("node", most=count - 1) if joints else -1
        if root < 0 or document.parents[root] in swinging:
            continue  # a branch of a row that VRM 0.x swings as a whole
        heeds = [one for group in spring.indices("colliderGroups", len(members)) for one in members[group]]
        like = _bone_group(spring, joints, heeds, count)
        if any(_numbers(joint) != _numbers(joints[0]) for joint in joints[1:-1]):
            notes.append("springs with different strengths along one row have those of the first joint")
        made.setdefault(repr(like), like | {"bones": []})["bones"].append(root)
    return {"boneGroups": list(made.values()), "colliderGroups": groups}, list(dict.fromkeys(notes))


def _groups_for_vrm0(colliders: list[CheckedObject], count: int, notes: list[str]) -> list[dict[str, Any]]:
    """Colliders by node, as VRM 0.x groups them."""
    by_node: dict[int, list[dict[str, Any]]] = {}
    for collider in colliders:
        balls = list(_balls(collider.child("shape")))
        if not balls:
            notes.append("colliders that are neither balls nor capsules are left out")
        by_node.setdefault(collider.integer("node", most=count - 1), []).extend(balls)
    return [{"node": node, "colliders": balls} for node, balls in by_node.items()]


def _balls(shape: CheckedObject) -> Iterator[dict[str, Any]]:
    """A ball, or a row of them along a capsule."""
    if shape.has("sphere"):
        ball = shape.child("sphere")
        yield _ball(np.array(ball.numbers("offset", (0.0, 0.0, 0.0))), ball.number("radius", 0.0))
    elif shape.has("capsule"):
        capsule = shape.child("capsule")
        start, tail = (np.array(capsule.numbers(key, (0.0, 0.0, 0.0))) for key in ("offset", "tail"))
        radius, length = capsule.number("radius", 0.0), float(np.linalg.norm(tail - start))
        for share in np.linspace(0.0, 1.0, ball_count(length, radius)):
            yield _ball(start + share * (tail - start), radius)


def ball_count(length: float, radius: float) -> int:
    """How many balls stand for a capsule in VRM 0.x: about one for each radius of its length."""
    return int(np.clip(round(length / max(radius, _LEAST_RADIUS_M)) + 1, 2, _MOST_BALLS))


def _ball(place: np.ndarray, radius: float) -> dict[str, Any]:
    return {"offset": _to_unity(place), "radius": radius}


def _to_unity(vector: np.ndarray) -> dict[str, float]:
    x, y, z = vector.tolist()
    return {"x": -x + 0.0, "y": y, "z": z}


def _numbers(joint: CheckedObject) -> tuple[float, ...]:
    named = (("stiffness", 1.0), ("gravityPower", 0.0), ("dragForce", 0.5), ("hitRadius", 0.0))
    return (*(joint.number(key, usual) for key, usual in named), *joint.numbers("gravityDir", (0.0, -1.0, 0.0)))


def _bone_group(spring: CheckedObject, joints: tuple[CheckedObject, ...], heeds: list[int], count: int) -> dict[str, Any]:
    stiffness, gravity, drag, radius, *direction = _numbers(joints[0])
    return {
        "comment": spring.text("name"),
        "stiffiness": stiffness,  # the format's own spelling
        "gravityPower": gravity,
        "gravityDir": _to_unity(np.array(direction)),
        "dragForce": drag,
        "center": spring.integer("center", -1, least=-1, most=count - 1),
        "hitRadius": radius,
        "colliderGroups": heeds,
    }
