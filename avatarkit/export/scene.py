"""An `Avatar` as a glTF document: the part that every format shares."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from avatarkit.avatar.avatar import Avatar, AvatarMesh, Material, MorphTarget, Texture
from avatarkit.export.materials import drawn_material, extensions_of, lit_material
from avatarkit.export.pictures import encode_picture
from avatarkit.export.tangents import vertex_tangents
from avatarkit.geometry import quaternions
from avatarkit.gltf import document as gltf
from avatarkit.rig.skeleton import Skeleton

ROOT_NAME = "Armature"
"""Name of the node above all joints, as Ready Player Me and Mixamo files have it."""

_TRILINEAR = {"magFilter": 9729, "minFilter": 9987}
"""glTF's sampler: linear with mipmaps."""
_REPEATED, _CLAMPED = 10497, 33071
_WITHIN = 1e-4
"""Of a picture: so far beyond its edges is no wish to repeat it."""


@dataclass(frozen=True)
class AvatarScene:
    """A document and where the avatar's parts are in it.

    Attributes:
        document: the whole scene in plain glTF, without what VRM adds.
        joint_nodes: node index of each joint of the skeleton.
        mesh_nodes: node index of each of the avatar's meshes.
    """

    document: gltf.Document
    joint_nodes: tuple[int, ...]
    mesh_nodes: tuple[int, ...]


def avatar_scene(avatar: Avatar) -> AvatarScene:
    """The avatar as one scene: a root node with the joints, and beside it the meshes, all bound to one skin.

    Drawn materials are what is nearest to them in plain glTF; `drawn_document` makes MToon ones of them.
    """
    skeleton = avatar.rig.skeleton
    joint_nodes = tuple(range(1, len(skeleton.names) + 1))
    mesh_nodes = tuple(range(len(joint_nodes) + 1, len(joint_nodes) + 1 + len(avatar.meshes)))
    textures = _distinct_textures(avatar)
    numbers = {name: number for number, name in enumerate(textures)}
    materials = tuple(lit_material(material, numbers) for material in avatar.materials)
    names = [material.name for material in avatar.materials]
    document = gltf.Document(
        nodes=(_root(skeleton), *_joints(skeleton), *(_mesh_node(mesh, number) for number, mesh in enumerate(avatar.meshes))),
        meshes=tuple(_mesh(mesh, names.index(mesh.material), avatar.materials) for mesh in avatar.meshes),
        skins=(gltf.Skin(joint_nodes, _inverse_bind(skeleton), skeleton=0, name=ROOT_NAME),),
        materials=materials,
        textures=tuple(gltf.Texture(number, _sampler(avatar, name), name) for number, name in enumerate(textures)),
        images=tuple(_image(texture) for texture in textures.values()),
        scenes=(gltf.Scene((0, *mesh_nodes), avatar.meta.name),),
        scene=0,
        extensions_used=extensions_of(materials),
        generator="avatarkit",
        copyright=avatar.meta.copyright,
    )
    return AvatarScene(document, joint_nodes, mesh_nodes)


def drawn_document(avatar: Avatar, document: gltf.Document) -> gltf.Document:
    """A scene's document with its drawn materials as VRM 1.0's MToon ones."""
    numbers = {texture.name: number for number, texture in enumerate(document.textures)}
    pairs = zip(avatar.materials, document.materials, strict=True)
    materials = tuple(lit if own.mtoon is None else drawn_material(own, numbers) for own, lit in pairs)
    return replace(document, materials=materials, extensions_used=extensions_of(materials))


def _root(skeleton: Skeleton) -> gltf.Node:
    return gltf.Node(ROOT_NAME, children=tuple(int(joint) + 1 for joint in np.flatnonzero(skeleton.parents < 0)))


def _joints(skeleton: Skeleton) -> list[gltf.Node]:
    return [
        gltf.Node(
            name,
            translation=tuple(skeleton.rest_translations[joint].tolist()),
            rotation=tuple(skeleton.rest_rotations[joint].tolist()),
            children=tuple(int(child) + 1 for child in np.flatnonzero(skeleton.parents == joint)),
        )
        for joint, name in enumerate(skeleton.names)
    ]


def _inverse_bind(skeleton: Skeleton) -> np.ndarray:
    """(J, 4, 4): from the mesh's space, which is the world's, into each joint's at rest."""
    positions, rotations = skeleton.rest_world
    back = quaternions.inverse(rotations)
    matrices = np.tile(np.eye(4), (len(positions), 1, 1))
    matrices[:, :3, :3] = quaternions.to_matrix(back)
    matrices[:, :3, 3] = -quaternions.rotate(back, positions)
    return matrices.astype(np.float32)


def _mesh_node(mesh: AvatarMesh, number: int) -> gltf.Node:
    return gltf.Node(mesh.name, mesh=number, skin=0)


def _mesh(mesh: AvatarMesh, material: int, materials: tuple[Material, ...]) -> gltf.Mesh:
    attributes = {
        "POSITION": mesh.positions,
        "NORMAL": mesh.normals,
        "TEXCOORD_0": mesh.uvs,
        "JOINTS_0": np.where(mesh.weights > 0, mesh.joints, 0).astype(np.uint16),
        "WEIGHTS_0": (mesh.weights / mesh.weights.sum(axis=1, keepdims=True, dtype=np.float64)).astype(np.float32),
    }
    if mesh.light is not None:
        attributes["COLOR_0"] = np.repeat(mesh.light[:, None], 3, axis=1).astype(np.float32)
    if materials[material].normal_texture is not None:
        attributes["TANGENT"] = vertex_tangents(mesh.positions, mesh.normals, mesh.uvs, mesh.triangles)
    turning = any(morph.normals.any() for morph in mesh.morphs)  # hair that only goes along has no need of normals
    targets = tuple(_target(morph, len(mesh.positions), turning=turning) for morph in mesh.morphs)
    primitive = gltf.Primitive(attributes, mesh.triangles.reshape(-1), material, targets)
    names = tuple(morph.name for morph in mesh.morphs)
    return gltf.Mesh(mesh.name, (primitive,), names, weights=(0.0,) * len(names))


def _target(morph: MorphTarget, count: int, *, turning: bool) -> dict[str, gltf.SparseRows]:
    moved = {"POSITION": gltf.SparseRows(count, morph.indices, morph.positions)}
    return {"NORMAL": gltf.SparseRows(count, morph.indices, morph.normals), **moved} if turning else moved


def _distinct_textures(avatar: Avatar) -> dict[str, Texture]:
    return {texture.name: texture for material in avatar.materials for texture in material.textures}


def _sampler(avatar: Avatar, texture: str) -> dict[str, int]:
    """Repeated along the axes that some mesh goes beyond; else the last row would mix with the first where a surface ends."""
    u, v = (_REPEATED if repeated else _CLAMPED for repeated in repeats(avatar, texture))
    return _TRILINEAR | {"wrapS": u, "wrapT": v}


def repeats(avatar: Avatar, texture: str) -> tuple[bool, bool]:
    """Whether some mesh repeats the picture of that name, along u and along v."""
    wearing = {material.name for material in avatar.materials if texture in (own.name for own in material.textures)}
    uvs = [mesh.uvs for mesh in avatar.meshes if mesh.material in wearing and len(mesh.uvs)]
    if not uvs:
        return False, False
    lowest, highest = np.min([part.min(axis=0) for part in uvs], axis=0), np.max([part.max(axis=0) for part in uvs], axis=0)
    u, v = (lowest < -_WITHIN) | (highest > 1.0 + _WITHIN)
    return bool(u), bool(v)


def _image(texture: Texture) -> gltf.Image:
    return gltf.Image(encode_picture(texture.pixels, texture.encoding), f"image/{texture.encoding}", texture.name)
