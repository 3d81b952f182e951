"""A small avatar of boxes: all 55 human bones, a head whose boxes move with a few expressions, two materials, two textures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from avatarkit.avatar.avatar import Avatar, AvatarMesh, LookAt, Material, MorphTarget, Texture
from avatarkit.geometry.meshes import vertex_normals
from avatarkit.rig.skeleton import HumanoidRig, Skeleton
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from avatarkit.vocabulary.vrm import HUMAN_BONE_PARENTS, HUMAN_BONES

_CORNERS = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float32)
_SIDES = np.array([[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]])

_STEPS = {
    "hips": (0, 0.95, 0), "jaw": (0, 0.01, 0.02), "Eye": (0.03, 0.06, 0.07), "UpperLeg": (0.1, -0.05, 0),
    "LowerLeg": (0, -0.4, 0), "Foot": (0, -0.42, 0), "Toes": (0, -0.06, 0.12), "Shoulder": (0.05, 0.1, 0),
    "UpperArm": (0.12, 0, 0), "LowerArm": (0.27, 0, 0), "Hand": (0.25, 0, 0), "Proximal": (0.08, 0, 0),
    "Metacarpal": (0.03, 0, 0.02), "Intermediate": (0.04, 0, 0), "Distal": (0.03, 0, 0),
}  # fmt: skip
_FINGER_SPREAD = {"Index": 0.03, "Middle": 0.01, "Ring": -0.01, "Little": -0.03}


def box_person(*, texture_side: int = 64) -> Avatar:
    """The avatar. Its head carries all 52 morph targets: five move vertices, the others are empty."""
    skeleton = _skeleton()
    bones = {name: joint for joint, name in enumerate(skeleton.names)}
    body = _boxes(skeleton, [name for name in bones if name not in ("head", "jaw", "leftEye", "rightEye")], 0.03, "body")
    head = _boxes(skeleton, ["head", "jaw", "leftEye", "rightEye"], 0.05, "head")
    stripes = np.zeros((texture_side, texture_side, 3), np.uint8)
    stripes[:, ::2] = (200, 120, 90)
    flat = np.full((16, 16, 3), (128, 128, 255), np.uint8)
    materials = (
        Material("cloth", base_color=(0.2, 0.3, 0.6, 1.0), double_sided=True),
        Material("skin", base_color_texture=Texture("skin", stripes), normal_texture=Texture("skin-normal", flat, "png")),
    )
    return Avatar(
        rig=HumanoidRig(skeleton, bones, ARKIT_NAMES, "boxes"),
        meshes=(replace(body, material="cloth"), replace(head, material="skin", morphs=_morphs(head))),
        materials=materials,
        expression_names=ARKIT_NAMES,
        look_at=LookAt((0.0, 0.06, 0.07)),
    )


def _skeleton() -> Skeleton:
    names = list(HUMAN_BONES)
    parents = [-1 if parent is None else names.index(parent) for parent in HUMAN_BONE_PARENTS.values()]
    steps = np.array([_step(name) for name in names], np.float64)
    return Skeleton(tuple(names), np.array(parents), steps, np.tile([0.0, 0.0, 0.0, 1.0], (len(names), 1)))


def _step(name: str) -> tuple[float, float, float]:
    x, y, z = next((step for part, step in _STEPS.items() if part in name), (0.0, 0.12, 0.0))
    if name.endswith("Proximal"):
        z += next((spread for finger, spread in _FINGER_SPREAD.items() if finger in name), 0.0)
    return (-x if name.startswith("right") else x, y, z)


def _boxes(skeleton: Skeleton, bones: list[str], half: float, name: str) -> AvatarMesh:
    centres = skeleton.rest_world[0]
    positions, triangles, joints = [], [], []
    for bone in bones:
        joint, start = skeleton.names.index(bone), 24 * len(joints)
        corners = centres[joint] + (half if bone != "head" else 0.09) * _CORNERS + (0, 0.08 * (bone == "head"), 0)
        positions.append(corners[_SIDES].reshape(24, 3))
        quads = start + np.arange(24).reshape(6, 4)
        triangles.append(np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]))
        joints.append(np.tile([joint, 0, 0, 0], (24, 1)))
    points, faces = np.concatenate(positions), np.concatenate(triangles)
    uvs = np.tile([[0, 0], [1, 0], [1, 1], [0, 1]], (len(points) // 4, 1))
    weights = np.tile([1.0, 0.0, 0.0, 0.0], (len(points), 1))
    return AvatarMesh(
        name, points, vertex_normals(points, faces), uvs, faces, np.concatenate(joints), weights, material="cloth"
    )


def _morphs(head: AvatarMesh) -> tuple[MorphTarget, ...]:
    moves = {"jawOpen": (24, (0, -0.05, 0)), "eyeBlinkLeft": (48, (0, -0.03, 0)), "eyeBlinkRight": (72, (0, -0.03, 0)),
             "mouthSmileLeft": (24, (0.03, 0.01, 0)), "mouthSmileRight": (24, (-0.03, 0.01, 0))}  # fmt: skip
    return tuple(_morph(name, *moves.get(name, (0, None))) for name in ARKIT_NAMES)


def _morph(name: str, start: int, offset: tuple[float, float, float] | None) -> MorphTarget:
    count = 0 if offset is None else 24
    shift = np.tile(offset or (0.0, 0.0, 0.0), (count, 1)).reshape(count, 3)
    return MorphTarget(name, np.arange(start, start + count), shift, np.zeros((count, 3)))
