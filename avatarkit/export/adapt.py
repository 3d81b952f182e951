"""An avatar as a platform wants it: names of bones and meshes, and the mouth shapes that its speech needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from avatarkit.avatar.avatar import Avatar, AvatarMesh, MorphTarget
from avatarkit.export.platforms import Platform
from avatarkit.geometry.vertex_moves import VertexMoves, mixed_moves
from avatarkit.rig.naming import naming_families
from avatarkit.rig.skeleton import Skeleton

VISEMES: Mapping[str, Mapping[str, float]] = {
    "viseme_sil": {"mouthClose": 0.02, "jawOpen": 0.02},
    "viseme_PP": {"mouthPressLeft": 0.6, "mouthPressRight": 0.6, "mouthRollLower": 0.35, "mouthRollUpper": 0.35},
    "viseme_FF": {"mouthRollLower": 0.7, "mouthUpperUpLeft": 0.25, "mouthUpperUpRight": 0.25, "jawOpen": 0.05},
    "viseme_TH": {"jawOpen": 0.16, "tongueOut": 0.35, "mouthLowerDownLeft": 0.1, "mouthLowerDownRight": 0.1},
    "viseme_DD": {"jawOpen": 0.14, "mouthUpperUpLeft": 0.15, "mouthUpperUpRight": 0.15, "mouthLowerDownLeft": 0.2,
                  "mouthLowerDownRight": 0.2},
    "viseme_kk": {"jawOpen": 0.2, "mouthUpperUpLeft": 0.1, "mouthUpperUpRight": 0.1, "mouthStretchLeft": 0.15,
                  "mouthStretchRight": 0.15},
    "viseme_CH": {"jawOpen": 0.1, "mouthFunnel": 0.45, "mouthShrugUpper": 0.2},
    "viseme_SS": {"mouthStretchLeft": 0.3, "mouthStretchRight": 0.3, "mouthLowerDownLeft": 0.25, "mouthLowerDownRight": 0.25,
                  "mouthUpperUpLeft": 0.2, "mouthUpperUpRight": 0.2, "jawOpen": 0.04},
    "viseme_nn": {"jawOpen": 0.12, "mouthLowerDownLeft": 0.15, "mouthLowerDownRight": 0.15, "tongueOut": 0.08},
    "viseme_RR": {"jawOpen": 0.14, "mouthFunnel": 0.3, "mouthPucker": 0.15},
    "viseme_aa": {"jawOpen": 0.55, "mouthLowerDownLeft": 0.15, "mouthLowerDownRight": 0.15},
    "viseme_E": {"jawOpen": 0.25, "mouthStretchLeft": 0.35, "mouthStretchRight": 0.35, "mouthSmileLeft": 0.15,
                 "mouthSmileRight": 0.15},
    "viseme_I": {"jawOpen": 0.12, "mouthStretchLeft": 0.45, "mouthStretchRight": 0.45, "mouthSmileLeft": 0.2,
                 "mouthSmileRight": 0.2},
    "viseme_O": {"jawOpen": 0.35, "mouthFunnel": 0.6},
    "viseme_U": {"jawOpen": 0.15, "mouthPucker": 0.75, "mouthFunnel": 0.2},
}  # fmt: skip
"""Oculus' visemes of ARKit's shapes, judged by eye. Silence moves a touch: Unity deletes morphs that move nothing."""

EXTRAS: Mapping[str, Mapping[str, float]] = {
    "mouthOpen": {"jawOpen": 0.6},
    "mouthSmile": {"mouthSmileLeft": 0.8, "mouthSmileRight": 0.8},
    "eyesClosed": {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0},
    "eyesLookUp": {"eyeLookUpLeft": 1.0, "eyeLookUpRight": 1.0},
    "eyesLookDown": {"eyeLookDownLeft": 1.0, "eyeLookDownRight": 1.0},
}
"""What Ready Player Me's files have beside them, of ARKit's shapes."""

_RPM_MESHES: Mapping[str, str] = {
    "Face": "Wolf3D_Head", "Mouth": "Wolf3D_Teeth", "Body": "Wolf3D_Body", "Lashes": "Wolf3D_Eyelashes",
}  # fmt: skip
_RPM_PREFIXES: Mapping[str, str] = {"hair": "Wolf3D_Hair", "beard": "Wolf3D_Beard"}
_RPM_OUTFIT = "Wolf3D_Outfit"


FEW_FOR_TRIMS = 0.3
"""Where less than this share of the triangles may stay, flat trims come to lie in their cloth and show as dark slivers of it.
Source: looked at; a T-shirt's collar and hem at a sixth of its triangles."""


def without_trims(avatar: Avatar, most: float) -> Avatar:
    """The avatar without what is sewn flat onto its clothes, where so few triangles may stay that it would lie in the cloth.

    Args:
        avatar: as built.
        most: triangles that may stay.
    """
    if most >= FEW_FOR_TRIMS * sum(len(mesh.triangles) for mesh in avatar.meshes):
        return avatar
    meshes = (mesh if mesh.sewn is None else part_of(mesh, ~mesh.sewn, mesh.name) for mesh in avatar.meshes)
    return replace(avatar, meshes=tuple(mesh for mesh in meshes if len(mesh.triangles)))


def adapted(avatar: Avatar, platform: Platform) -> Avatar:
    """The avatar with what the platform's profile asks for; unchanged where it asks for nothing.

    Args:
        avatar: as built.
        platform: its `without`, `morphs`, `naming` and `meshes` are followed.
    """
    if platform.without:
        left = (mesh for mesh in avatar.meshes if not mesh.name.startswith(platform.without))
        avatar = replace(avatar, meshes=tuple(left))
    if platform.body is not None:
        return avatar  # cut into parts, and named, when its triangles are few enough
    sets = {"visemes": VISEMES, "readyplayerme": EXTRAS}
    shapes = {name: parts for kind in platform.morphs if kind in sets for name, parts in sets[kind].items()}
    if shapes:
        avatar = replace(avatar, meshes=tuple(_with_shapes(mesh, shapes) for mesh in avatar.meshes))
    if platform.naming is not None:
        avatar = _with_bone_names(avatar, platform.naming)
    if platform.meshes:
        avatar = replace(avatar, meshes=tuple(_uniquely_named(_rpm_meshes(avatar))))
    return avatar


def _with_shapes(mesh: AvatarMesh, shapes: Mapping[str, Mapping[str, float]]) -> AvatarMesh:
    """The mesh with each shape that moves it."""
    known = {morph.name: morph for morph in mesh.morphs}
    made = [
        _mixed(name, [(known[part], share) for part, share in parts.items() if part in known]) for name, parts in shapes.items()
    ]
    return replace(mesh, morphs=(*mesh.morphs, *(morph for morph in made if morph is not None)))


def _mixed(name: str, parts: list[tuple[MorphTarget, float]]) -> MorphTarget | None:
    if not parts:
        return None
    moves = mixed_moves([(VertexMoves(one.indices, one.positions, one.normals), share) for one, share in parts])
    return MorphTarget(name, moves.vertices, moves.positions, moves.normals)


def _with_bone_names(avatar: Avatar, family: str) -> Avatar:
    """Joints under a family's names; bones that it has no name for keep theirs."""
    table = next(known for known in naming_families() if known.name == family)
    prefix = table.prefixes[0] if table.prefixes else ""
    skeleton = avatar.rig.skeleton
    names = [prefix + table.bones[bone][0] if bone in table.bones else bone for bone in skeleton.names]
    renamed = Skeleton(
        tuple(names), skeleton.parents, skeleton.rest_translations, skeleton.rest_rotations, skeleton.rest_scales
    )
    return replace(avatar, rig=replace(avatar.rig, skeleton=renamed))


def _rpm_meshes(avatar: Avatar) -> Iterator[AvatarMesh]:
    """The meshes under Ready Player Me's names, the eyeballs one by one; these know no tears."""
    for mesh in avatar.meshes:
        if mesh.name == "Tears":
            continue
        kind = mesh.name.split("-")[0]
        if mesh.name == "Eyes":
            yield from _each_eye(mesh)
        elif mesh.name in _RPM_MESHES:
            yield replace(mesh, name=_RPM_MESHES[mesh.name])
        elif kind in _RPM_PREFIXES:
            yield replace(mesh, name=_RPM_PREFIXES[kind])
        else:
            yield replace(mesh, name=f"{_RPM_OUTFIT}_{_place(mesh, avatar)}")


def _place(mesh: AvatarMesh, avatar: Avatar) -> str:
    """Where on the body a piece of clothing is: by the height of its middle."""
    joints = dict(zip(avatar.rig.skeleton.names, avatar.rig.skeleton.rest_world[0], strict=True))
    named = {bone: avatar.rig.skeleton.names[joint] for bone, joint in avatar.rig.human_bones.items()}
    middle = float(mesh.positions[:, 1].mean())
    if middle < 2.0 * float(joints[named["leftFoot"]][1]):
        return "Footwear"
    return "Top" if middle > float(joints[named["hips"]][1]) else "Bottom"


def _each_eye(mesh: AvatarMesh) -> Iterator[AvatarMesh]:
    left = mesh.positions[:, 0] > 0.0
    for name, chosen in (("EyeLeft", left), ("EyeRight", ~left)):
        yield part_of(mesh, chosen, name)


def part_of(mesh: AvatarMesh, chosen: np.ndarray, name: str) -> AvatarMesh:
    """The triangles of a mesh whose three vertices are all among the chosen ones, (V,) bool, under another name."""
    triangles = mesh.triangles[chosen[mesh.triangles].all(axis=1)]
    used = np.zeros(len(mesh.positions), bool)
    used[triangles] = True
    numbers = np.cumsum(used) - 1
    morphs = []
    for morph in mesh.morphs:
        kept = used[morph.indices]
        if kept.any():
            morphs.append(MorphTarget(morph.name, numbers[morph.indices[kept]], morph.positions[kept], morph.normals[kept]))
    arrays = {key: getattr(mesh, key)[used] for key in ("positions", "normals", "uvs", "joints", "weights")}
    known = {key: values[used] for key in ("light", "sewn") if (values := getattr(mesh, key)) is not None}
    return replace(mesh, name=name, triangles=numbers[triangles], morphs=tuple(morphs), **known, **arrays)


def _uniquely_named(meshes: Iterator[AvatarMesh]) -> Iterator[AvatarMesh]:
    """A second mesh of one name gets a number."""
    seen: dict[str, int] = {}
    for mesh in meshes:
        seen[mesh.name] = seen.get(mesh.name, 0) + 1
        yield mesh if seen[mesh.name] == 1 else replace(mesh, name=f"{mesh.name}_{seen[mesh.name]}")
