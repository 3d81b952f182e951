"""Rigs of every naming family and every oddity of rest poses, with the truth about them; and creatures that are no humanoids.

All are our own body's joints, renamed, posed, turned, scaled and rehung as rigs of that kind are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import numpy as np

from avatarkit.geometry import quaternions
from avatarkit.gltf.container import join_container
from avatarkit.rig.naming import NamingFamily, naming_families
from avatarkit.vocabulary.vrm import HUMAN_BONE_PARENTS, HUMAN_BONES

A_POSE_DEG, RELAXED_DEG, ELBOW_DEG, LEGS_DEG, CURL_DEG = 45.0, 72.0, 18.0, 8.0, 20.0
"""Arms of an A-pose, arms that hang at ease and their elbows, spread legs, curled fingers."""

UNEVEN = 0.015
"""How much single bones of a body differ from its proportions."""

BODIES = 24
"""Bodies of other proportions, without names."""

FINGERS = ("Thumb", "Index", "Middle", "Ring", "Little")
SIDES = {"left": 1.0, "right": -1.0}
_X, _Y, _Z = np.eye(3)


@dataclass(frozen=True)
class Specimen:
    """One rig.

    Attributes:
        name: family and oddity.
        data: the file, binary glTF.
        truth: human bone -> node; empty for what is no humanoid.
        unnamed: whether its names tell nothing.
        upright: human bone -> (4,) world rotation of its joint in the T-pose, in our axes.
    """

    name: str
    data: bytes
    truth: Mapping[str, int]
    unnamed: bool = False
    upright: Mapping[str, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class Joint:
    """A joint of a rig that is being made: place, parent, human bone, and its axes' world rotation now and in the T-pose."""

    name: str
    parent: int
    place: np.ndarray
    bone: str = ""
    rotation: np.ndarray = field(default_factory=lambda: quaternions.IDENTITY)
    upright: np.ndarray = field(default_factory=lambda: quaternions.IDENTITY)


Joints = list[Joint]


@cache
def body_places() -> dict[str, np.ndarray]:
    """Human bone -> place in our own body's T-pose, metres."""
    from avatarkit.body.rest import rest_body

    rest = rest_body({})
    return {bone: rest.joint(bone) for bone in HUMAN_BONES}


def named_body(family: NamingFamily, without: Callable[[str], bool] = lambda bone: False, number: int = 0) -> Joints:
    """Our body with a family's names; bones that the family does not name are not there."""
    places, joints, row = body_places(), [Joint("reference", -1, np.zeros(3))], {}
    for bone in HUMAN_BONES:
        if bone not in family.bones or without(bone):
            continue
        above: str | None = HUMAN_BONE_PARENTS[bone]
        while above is not None and above not in row:
            above = HUMAN_BONE_PARENTS[above]
        row[bone] = len(joints)
        name = family.prefixes[0] + family.bones[bone][0]
        joints.append(Joint(name, row[above] if above else number, places[bone], bone))
    for name in family.requires:
        if all(joint.name != family.prefixes[0] + name for joint in joints):
            joints.append(Joint(family.prefixes[0] + name, row["hips"], places["hips"] + 0.01 * _Z))
    return joints


def row_of(joints: Joints, bone: str) -> int:
    """Where a bone's joint is in the list."""
    return next(row for row, joint in enumerate(joints) if joint.bone == bone)


def with_leaf(joints: Joints, bone: str, end: str, name: str, share: float) -> Joints:
    """A twist joint beside a bone, a part of the way to the next."""
    start, stop = joints[row_of(joints, bone)], joints[row_of(joints, end)]
    return [*joints, Joint(name, row_of(joints, bone), start.place + share * (stop.place - start.place))]


def with_inline(joints: Joints, bone: str, name: str, share: float) -> Joints:
    """A joint between a bone and what it hangs on, which it hangs on from then on."""
    row = row_of(joints, bone)
    own, above = joints[row], joints[joints[row].parent]
    added = Joint(name, own.parent, above.place + share * (own.place - above.place))
    found = [*joints, added]
    found[row] = replace(own, parent=len(joints))
    return found


def with_limb_joints(joints: Joints, name: str, inline: bool) -> Joints:
    """Twist joints in all arms and legs: between the bones or beside them."""
    for side in SIDES:
        for bone, end in (("UpperArm", "LowerArm"), ("LowerArm", "Hand"), ("UpperLeg", "LowerLeg"), ("LowerLeg", "Foot")):
            title = name.format(bone=joints[row_of(joints, side + bone)].name, side=side[0])
            joints = (
                with_inline(joints, side + end, title, 0.5)
                if inline
                else with_leaf(joints, side + bone, side + end, title, 0.5)
            )
    return joints


def _unreal(joints: Joints) -> Joints:
    joints = with_limb_joints(joints, "{bone}_twist_01", inline=False)
    for name in ("ik_foot_root", "ik_hand_root", "interaction"):
        joints = [*joints, Joint(name, 0, np.zeros(3))]
    return joints


def _unreal5(joints: Joints) -> Joints:
    return _unreal(with_inline(with_inline(joints, "chest", "spine_02", 0.5), "upperChest", "spine_04", 0.5))


def _rehung(joints: Joints, bone: str, above: str) -> Joints:
    found = list(joints)
    found[row_of(joints, bone)] = replace(joints[row_of(joints, bone)], parent=row_of(joints, above))
    return found


def _biped(joints: Joints) -> Joints:
    for side in SIDES:
        joints = _rehung(_rehung(joints, f"{side}Shoulder", "neck"), f"{side}UpperLeg", "spine")
    return [*joints, Joint("Bip001 Footsteps", 0, np.zeros(3)), Joint("Bip001 Prop1", 0, _X)]


def _mmd(joints: Joints) -> Joints:
    joints = with_inline(joints, "hips", "センター", 0.8)
    for side, sign in (("left", "左"), ("right", "右")):
        joints = with_inline(joints, f"{side}LowerArm", f"{sign}腕捩", 0.6)
        joints = with_inline(joints, f"{side}Hand", f"{sign}手捩", 0.6)
        joints = [*joints, Joint(f"{sign}足ＩＫ", 0, body_places()[f"{side}Foot"])]
    lower = len(joints)
    joints = [*joints, Joint("下半身", row_of(joints, "hips"), body_places()["hips"])]
    return [replace(joint, parent=lower) if joint.bone.endswith("UpperLeg") else joint for joint in joints]


def _pelvis(name: str, twist: str, *, inline: bool, spine: tuple[tuple[str, str], ...] = ()) -> Callable[[Joints], Joints]:
    """A pelvis under the hips that carries the legs, twist joints, and more joints in the spine."""

    def change(joints: Joints) -> Joints:
        for bone, title in spine:
            joints = with_inline(joints, bone, title, 0.5)
        joints = with_limb_joints(joints, twist, inline=inline)
        pelvis = len(joints)
        joints = [*joints, Joint(name, row_of(joints, "hips"), body_places()["hips"] - 0.02 * _Y)]
        return [replace(joint, parent=pelvis) if joint.bone.endswith("UpperLeg") else joint for joint in joints]

    return change


def _side_joints(name: str, bone: str) -> Callable[[Joints], Joints]:
    """A joint on each side between the hips and the thigh."""

    def change(joints: Joints) -> Joints:
        for side in SIDES:
            title = name.format(side=side[0], SIDE=side[0].upper())
            joints = [joint for joint in joints if joint.name != title or joint.bone]
        for side in SIDES:
            joints = with_inline(joints, side + bone, name.format(side=side[0], SIDE=side[0].upper()), 0.3)
        return joints

    return change


def _more_spine(*added: tuple[str, str]) -> Callable[[Joints], Joints]:
    def change(joints: Joints) -> Joints:
        for bone, name in added:
            joints = with_inline(joints, bone, name, 0.5)
        return joints

    return change


FAMILY_TREES: dict[str, Callable[[Joints], Joints]] = {
    "unreal": _unreal,
    "unreal5": _unreal5,
    "biped": _biped,
    "mmd": _mmd,
    "rigify": lambda joints: with_limb_joints(joints, "{bone}.001", inline=True),
    "daz": _pelvis("pelvis", "{bone}Twist", inline=True, spine=(("upperChest", "chestLower"), ("head", "neckUpper"))),
    "reallusion": _pelvis("CC_Base_Pelvis", "{bone}Twist01", inline=False, spine=(("head", "CC_Base_NeckTwist02"),)),
    "makehuman": _pelvis("pelvis.M", "{bone}02", inline=True, spine=(("chest", "spine04"), ("upperChest", "spine02"))),
    "humanik": _more_spine(("upperChest", "Spine2")),
    "xsens": _more_spine(("chest", "L3")),
    "cmu": _side_joints("{SIDE}HipJoint", "UpperLeg"),
    "poser": _side_joints("{side}Buttock", "UpperLeg"),
}
"""The trees that families have beyond the human bones."""


def family_body(name: str) -> Joints:
    """Our body in a family's names and tree."""
    family = next(found for found in naming_families() if found.name == name)
    return FAMILY_TREES.get(name, lambda joints: joints)(named_body(family))


def posed(joints: Joints, turns: Mapping[str, np.ndarray]) -> Joints:
    """The body with bones turned, each about its own joint and carrying what hangs on it; turns are about the world's axes."""
    world = [quaternions.IDENTITY] * len(joints)
    places = [joint.place for joint in joints]
    found = list(joints)
    for row in _top_down(joints):
        joint = joints[row]
        above = world[joint.parent] if joint.parent >= 0 else quaternions.IDENTITY
        if joint.parent >= 0:
            places[row] = places[joint.parent] + quaternions.rotate(above, joint.place - joints[joint.parent].place)
        world[row] = quaternions.multiply(turns.get(joint.bone, quaternions.IDENTITY), above)
        found[row] = replace(joint, place=places[row], rotation=quaternions.multiply(world[row], joint.rotation))
    return found


def _top_down(joints: Joints) -> list[int]:
    order = [row for row, joint in enumerate(joints) if joint.parent < 0]
    for row in order:
        order += [child for child, joint in enumerate(joints) if joint.parent == row]
    return order


def arms_down(degrees: float, elbow: float = 0.0, legs: float = 0.0, curl: float = 0.0) -> dict[str, np.ndarray]:
    """Turns that lower the arms, bend elbows and fingers forward and down, and spread the legs."""
    turns: dict[str, np.ndarray] = {}
    for side, sign in SIDES.items():
        turns[f"{side}UpperArm"] = _about(-sign * _Z, degrees)
        hinge = quaternions.rotate(turns[f"{side}UpperArm"], -sign * _Y)
        turns[f"{side}LowerArm"] = _about(hinge, elbow)
        turns[f"{side}UpperLeg"], turns[f"{side}Foot"] = _about(sign * _Z, legs), _about(-sign * _Z, legs)  # soles stay level
        whole = quaternions.multiply(turns[f"{side}LowerArm"], turns[f"{side}UpperArm"])
        for finger in FINGERS[1:]:
            for part in ("Proximal", "Intermediate", "Distal"):
                turns[f"{side}{finger}{part}"] = _about(quaternions.rotate(whole, -sign * _Z), curl)
    return turns


def _about(axis: np.ndarray, degrees: float) -> np.ndarray:
    return quaternions.from_rotation_vector(axis * np.radians(degrees))


def rolled(joints: Joints, seed: int = 3) -> Joints:
    """Every joint's axes turned at random: bones with any roll, along any axis."""
    random = np.random.default_rng(seed)
    turns = quaternions.normalize(random.normal(size=(len(joints), 4)))
    return [
        replace(joint, rotation=quaternions.multiply(joint.rotation, turn), upright=quaternions.multiply(joint.upright, turn))
        for joint, turn in zip(joints, turns, strict=True)
    ]


def glb(
    joints: Joints, *, turn: np.ndarray = quaternions.IDENTITY, scale: float = 1.0, order: np.ndarray | None = None
) -> tuple[bytes, dict[str, int]]:
    """The joints as a file, and which node each human bone is.

    Args:
        joints: world places and rotations, the body facing +Z.
        turn: of a node above all joints; scale: its scale. The joints below it are as the body would be without it.
        order: in which the nodes are written.
    """
    order = np.arange(len(joints)) if order is None else order
    node_of = {int(row): node for node, row in enumerate(order)}
    nodes: list[dict[str, object]] = []
    for row in order:
        joint = joints[int(row)]
        above = joints[joint.parent] if joint.parent >= 0 else Joint("", -1, np.zeros(3))
        back = quaternions.inverse(above.rotation)
        place = quaternions.rotate(back, joint.place - above.place)
        node: dict[str, object] = {
            "translation": place.tolist(),
            "rotation": quaternions.multiply(back, joint.rotation).tolist(),
        }
        if joint.name:
            node["name"] = joint.name
        if children := [node_of[child] for child, other in enumerate(joints) if other.parent == row]:
            node["children"] = children
        nodes.append(node)
    roots = [node_of[row] for row, joint in enumerate(joints) if joint.parent < 0]
    nodes.append({"name": "Armature", "rotation": turn.tolist(), "scale": [scale] * 3, "children": roots})
    content = {
        "asset": {"version": "2.0"}, "scene": 0, "scenes": [{"nodes": [len(nodes) - 1]}], "nodes": nodes,
        "skins": [{"joints": list(range(len(nodes) - 1))}],
    }  # fmt: skip
    truth = {joint.bone: node_of[row] for row, joint in enumerate(joints) if joint.bone}
    return join_container(json.dumps(content).encode(), b""), truth


def _specimen(name: str, joints: Joints, *, unnamed: bool = False, **how: object) -> Specimen:
    if unnamed:
        joints = [replace(joint, name=f"bone_{row}" if row % 2 else "") for row, joint in enumerate(joints)]
    data, truth = glb(joints, **how)  # type: ignore[arg-type]
    return Specimen(name, data, truth, unnamed, {joint.bone: joint.upright for joint in joints if joint.bone})


def _scaled(joints: Joints, unit: float, turn: np.ndarray = quaternions.IDENTITY) -> Joints:
    """The joints in another unit and other axes, to be put upright by the node above them."""
    return [
        replace(joint, place=quaternions.rotate(turn, joint.place) * unit, rotation=quaternions.multiply(turn, joint.rotation))
        for joint in joints
    ]


def oddities(joints: Joints) -> Iterator[tuple[str, Joints, dict[str, object]]]:
    """A body in every kind of rest pose: name, joints, and how the file is written."""
    down = _about(_X, 90.0)  # +Y to +Z: Blender's axes
    own = _about(np.array([0.3, 1.0, 0.2]) / np.linalg.norm([0.3, 1.0, 0.2]), 137.0)
    random = np.random.default_rng(11)
    yield "T-pose", joints, {}
    yield "A-pose", posed(joints, arms_down(A_POSE_DEG)), {}
    yield "relaxed", posed(joints, arms_down(RELAXED_DEG, ELBOW_DEG, LEGS_DEG, CURL_DEG)), {}
    yield "rolled axes", rolled(joints), {}
    yield "rolled axes, A-pose", rolled(posed(joints, arms_down(A_POSE_DEG))), {}
    yield "centimetres", _scaled(joints, 100.0), {"scale": 0.01}
    yield "centimetres as metres", _scaled(joints, 100.0), {}
    yield "Z-up below a turned armature", _scaled(joints, 1.0, down), {"turn": quaternions.inverse(down)}
    yield "lying, Z-up as it is", _scaled(joints, 1.0, down), {}
    yield "armature turned and scaled", joints, {"turn": own, "scale": 1.3}
    yield "facing -Z", _scaled(joints, 1.0, _about(_Y, 180.0)), {}
    yield "nodes in any order", joints, {"order": random.permutation(len(joints))}
    yield "several roots", [*joints, Joint("Prop", -1, 2.0 * _X), Joint("Camera_Target", -1, 3.0 * _Z)], {}


def proportioned(joints: Joints, seed: int) -> Joints:
    """Another body: legs, arms, trunk and head between a toddler's and a giant's, left and right a little uneven."""
    random = np.random.default_rng(seed)
    leg, arm, trunk, head = random.uniform((0.45, 0.7, 0.7, 0.7), (1.3, 1.3, 1.4, 2.0))
    scales = {"Leg": leg, "Foot": leg, "Arm": arm, "Hand": arm, "neck": head, "head": head}
    places = [joint.place for joint in joints]
    for row in _top_down(joints):
        joint = joints[row]
        if joint.parent >= 0:
            scale = next((scales[part] for part in scales if part in joint.bone), trunk) * (1 + random.normal(0, UNEVEN))
            places[row] = places[joint.parent] + scale * (joint.place - joints[joint.parent].place)
    return [replace(joint, place=place) for joint, place in zip(joints, places, strict=True)]


_PARTLY = {
    "no chest": lambda bone: bone in ("chest", "upperChest"),
    "no upper chest": lambda bone: bone == "upperChest",
    "no neck": lambda bone: bone == "neck",
    "no shoulders": lambda bone: bone.endswith("Shoulder"),
    "no fingers": lambda bone: any(finger in bone for finger in FINGERS),
    "no toes": lambda bone: bone.endswith("Toes"),
    "only what is required": lambda bone: (
        bone.endswith(("Shoulder", "Toes", "Eye", "hest", "neck", "jaw")) or any(finger in bone for finger in FINGERS)
    ),
}


def humanoids(*, quick: bool = False) -> Iterator[Specimen]:
    """Every family at rest and at ease, every oddity, every lack, named and unnamed; fewer families of each when `quick`."""
    for family in naming_families():
        body = family_body(family.name)
        yield _specimen(f"{family.name}, T-pose", body)
        yield _specimen(
            f"{family.name}, relaxed, rolled axes", rolled(posed(body, arms_down(RELAXED_DEG, ELBOW_DEG, LEGS_DEG)))
        )
        if not quick:
            yield _specimen(f"{family.name} tree, unnamed", _by_shape(family.name, body), unnamed=True)
    for name in ("mixamo",) if quick else ("mixamo", "unreal", "vrm"):
        for oddity, joints, how in oddities(family_body(name)):
            yield _specimen(f"{name}, {oddity}", joints, **how)
            yield _specimen(f"unnamed ({name} tree), {oddity}", joints, unnamed=True, **how)
    vrm = next(found for found in naming_families() if found.name == "vrm")
    for lack, without in _PARTLY.items():
        yield _specimen(f"vrm, {lack}", named_body(vrm, without))
        yield _specimen(f"unnamed, {lack}", named_body(vrm, without), unnamed=True)
    for seed in range(BODIES // 4 if quick else BODIES):
        family = ("mixamo", "unreal", "vrm", "rigify", "daz", "smpl")[seed % 6]
        body = proportioned(family_body(family), seed)
        body = posed(body, arms_down(RELAXED_DEG * (seed % 4) / 3, ELBOW_DEG * (seed % 3)))
        yield _specimen(f"unnamed ({family} tree), proportions {seed}", rolled(body, seed), unnamed=True)
    for prefix in ("Armature|", "mixamorig12:", "rig_", "Character1_"):
        body = family_body("mixamo")
        named = [replace(joint, name=prefix + joint.name.removeprefix("mixamorig:")) for joint in body]
        yield _specimen(f"mixamo with {prefix!r}", named)
    counted = [replace(joint, name=f"{joint.name}_{row:02d}") for row, joint in enumerate(family_body("mixamo"))]
    yield _specimen("mixamo, numbered by an exporter", counted)


def _by_shape(family: str, joints: Joints) -> Joints:
    """The truth that the shape alone can tell: a Biped's thighs hang on its spine, so that is where the hips are."""
    if family != "biped":
        return joints
    moved = {"hips": "", "spine": "hips", "chest": "spine", "upperChest": "chest"}
    return [replace(joint, bone=moved.get(joint.bone, joint.bone)) for joint in joints]


def _chain(joints: Joints, parent: int, names: list[str], places: Sequence[tuple[float, float, float]]) -> Joints:
    for name, place in zip(names, places, strict=True):
        joints = [*joints, Joint(name, parent, np.array(place))]
        parent = len(joints) - 1
    return joints


def quadruped(human_names: bool) -> Joints:
    """A dog: trunk along Z, four legs, tail; its names those of a humanoid, or an animal's."""
    places = [(0, 0, 0), (0, 0.6, -0.3), (0, 0.62, -0.1), (0, 0.63, 0.1), (0, 0.7, 0.3), (0, 0.85, 0.45)]
    joints: Joints = _chain([], -1, ["root", "Hips", "Spine", "Spine1", "Neck", "Head"], places)
    joints = _chain(joints, 1, ["Tail", "Tail1", "Tail2"], [(0, 0.6, -0.4), (0, 0.55, -0.55), (0, 0.5, -0.7)])
    hind, fore = (("UpLeg", "Leg", "Foot", "ToeBase"), ("Arm", "ForeArm", "Hand", "HandMiddle1"))
    if not human_names:
        hind, fore = tuple(f"Hind{n}" for n in "ABCD"), tuple(f"Fore{n}" for n in "ABCD")
    for side, sign in (("Left", 0.1), ("Right", -0.1)):
        places = [(sign, 0.55, -0.3), (sign, 0.33, -0.22), (sign, 0.1, -0.32), (sign, 0.02, -0.25)]
        joints = _chain(joints, 1, [side + part for part in hind], places)
        places = [(sign, 0.55, 0.15), (sign, 0.32, 0.08), (sign, 0.1, 0.12), (sign, 0.02, 0.2)]
        joints = _chain(joints, 3, [side + part for part in fore], places)
    return joints


def bird() -> Joints:
    """Wings of many joints, short legs, a beak, a tail."""
    places = [(0, 0.3, 0), (0, 0.35, 0.1), (0, 0.4, 0.2), (0, 0.5, 0.28), (0, 0.58, 0.32), (0, 0.57, 0.4)]
    joints: Joints = _chain([], -1, ["hips", "spine", "chest", "neck", "head", "beak"], places)
    joints = _chain(joints, 0, ["tail_1", "tail_2"], [(0, 0.28, -0.15), (0, 0.27, -0.3)])
    for side, sign in (("l", 1), ("r", -1)):
        names = [f"wing_{number}_{side}" for number in range(5)]
        joints = _chain(joints, 2, names, [(sign * x, 0.4, 0.15 - 0.1 * x) for x in (0.06, 0.3, 0.7, 1.0, 1.2)])
        joints = _chain(
            joints,
            0,
            [f"leg_{n}_{side}" for n in range(4)],
            [(sign * 0.05, y, z) for y, z in ((0.27, 0), (0.2, 0.06), (0.08, -0.02), (0.02, 0.06))],
        )
    return joints


def snake() -> Joints:
    """One chain."""
    return _chain([], -1, [f"spine_{n}" for n in range(14)] + ["head"], [(0, 0.05, 0.1 * n) for n in range(15)])


def chair() -> Joints:
    """Four legs, a seat, a back, two arm rests, each with a joint or two."""
    joints: Joints = _chain([], -1, ["seat", "back", "head_rest"], [(0, 0.45, 0), (0, 0.5, -0.2), (0, 0.95, -0.25)])
    for side, sign in (("L", 1), ("R", -1)):
        joints = _chain(joints, 0, [f"leg_front.{side}", f"foot_front.{side}"], [(sign * 0.2, 0.44, 0.2), (sign * 0.2, 0, 0.2)])
        joints = _chain(joints, 0, [f"leg_back.{side}", f"foot_back.{side}"], [(sign * 0.2, 0.44, -0.2), (sign * 0.2, 0, -0.2)])
        joints = _chain(joints, 1, [f"arm.{side}", f"hand.{side}"], [(sign * 0.25, 0.65, -0.2), (sign * 0.25, 0.65, 0.2)])
    return joints


def spider() -> Joints:
    """Eight legs on one joint."""
    joints: Joints = _chain([], -1, ["body", "head"], [(0, 0.2, 0), (0, 0.22, 0.15)])
    for side, sign in (("L", 1), ("R", -1)):
        for number in range(4):
            z = 0.12 - 0.08 * number
            names = [f"leg{number}_{part}_{side}" for part in ("upper", "lower", "foot")]
            joints = _chain(joints, 0, names, [(sign * 0.06, 0.2, z), (sign * 0.3, 0.4, 2 * z), (sign * 0.5, 0, 3 * z)])
    return joints


def creatures() -> Iterator[Specimen]:
    """What must be refused, named and unnamed."""
    vrm = next(found for found in naming_families() if found.name == "vrm")
    armless = named_body(vrm, lambda bone: any(part in bone for part in ("Arm", "Hand", "Shoulder", *FINGERS)))
    legless = named_body(vrm, lambda bone: any(part in bone for part in ("Leg", "Foot", "Toes")))
    headless = named_body(vrm, lambda bone: bone in ("head", "neck", "jaw") or bone.endswith("Eye"))
    kinds = {
        "dog": quadruped(human_names=False), "dog with a human's names": quadruped(human_names=True), "bird": bird(),
        "snake": snake(), "chair": chair(), "spider": spider(), "body without arms": armless, "body without legs": legless,
        "body without a head": headless,
    }  # fmt: skip
    for name, joints in kinds.items():
        meaningless = [replace(joint, bone="") for joint in joints]
        yield _specimen(name, meaningless)
        yield _specimen(f"{name}, unnamed", meaningless, unnamed=True)
