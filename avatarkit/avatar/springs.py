"""What swings on an avatar: hair, hems and earrings get joints of their own, and the body's colliders hold them off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from avatarkit.avatar.avatar import Avatar, AvatarMesh, Material
from avatarkit.avatar.colliders import body_colliders
from avatarkit.avatar.hair.chains import hair_chains
from avatarkit.avatar.outfit.hems import cape_chains, earring_chains, hem_chains
from avatarkit.avatar.outfit.make import PIECES
from avatarkit.avatar.secondary import Collider, SpringChain
from avatarkit.avatar.sway import Sway, swaying
from avatarkit.body.rest import RestBody
from avatarkit.rig.skeleton import HumanoidRig, Skeleton

Piece = tuple[AvatarMesh, Material]

_LEAST_RADIUS_M = 0.02  # a collider shrunk below it would hold nothing off


@dataclass(frozen=True)
class Swinging:
    """An avatar's pieces with what swings on it.

    Attributes:
        pieces: meshes, carried by the new joints too, and their materials.
        skeleton: the body's joints, then those of the chains.
        springs, colliders: as an `Avatar` has them.
    """

    pieces: list[Piece]
    skeleton: Skeleton
    springs: tuple[SpringChain, ...] = ()
    colliders: tuple[Collider, ...] = ()


def with_springs(pieces: Sequence[Piece], hair_style: str, rest: RestBody, of_clothes: Sequence[Sway]) -> Swinging:
    """Lay chains along everything on an avatar that hangs.

    Args:
        pieces: meshes and materials as worn, hair under the names of `make_hair`, clothes under those of `make_outfit`.
        hair_style: which hair that is.
        rest: the body.
        of_clothes: their `clothes_sways`.
    """
    hair, clothes = ([mesh for mesh, _ in pieces if mesh.name.startswith(kind)] for kind in ("hair-", "outfit-"))
    sways = [*_told(hair_chains(hair, hair_style, rest, clothes)), *of_clothes]
    colliders = body_colliders(rest)
    heeded = tuple(dict.fromkeys(bone for sway in sways for bone in sway.manner.heeds))
    fitted = {bone: _shrunk(colliders[bone], [s for s in sways if bone in s.manner.heeds], rest) for bone in heeded}
    kept = {bone: collider for bone, collider in fitted.items() if collider.radius >= _LEAST_RADIUS_M}
    skeleton, springs, meshes = rest.skeleton, [], {mesh.name: mesh for mesh, _ in pieces}
    for sway in sways:
        first = len(skeleton.names)
        skeleton = _grown(skeleton, sway, rest)
        length = sway.paths.shape[1]
        joints = first + np.arange(len(sway.names) * length).reshape(-1, length)
        springs += _chains(sway, joints, kept, rest)
        for name, weights in sway.weights.items():
            meshes[name] = swaying(meshes[name], weights.reshape(len(weights), -1), joints[:, :-1].reshape(-1))
    made = [(meshes[mesh.name], material) for mesh, material in pieces]
    return Swinging(made, skeleton, tuple(springs), tuple(kept.values()))


def clothes_sways(meshes: Sequence[AvatarMesh], rest: RestBody) -> list[Sway]:
    """How clothes, under the names of `make_outfit`, hang about the legs and down the back, and earrings at the ears."""
    earrings, capes = ([mesh for mesh in meshes if _slot(mesh) == slot] for slot in ("earrings", "cape"))
    about_legs = [mesh for mesh in meshes if _slot(mesh) != "cape"]
    return _told([hem_chains(about_legs, rest), cape_chains(capes, rest), earring_chains(earrings, rest)])


def _told(sways: Sequence[Sway | None]) -> list[Sway]:
    return [replace(sway, paths=np.round(sway.paths, _DECIMALS)) for sway in sways if sway is not None]


_DECIMALS = 7
"""Of a metre, to which chains' joints are told. Beyond, sums of many points end as these happen to lie in memory, and the same
avatar shall be the same file."""


def _slot(mesh: AvatarMesh) -> str:
    """Where the piece of clothes that a mesh is part of is worn."""
    piece = PIECES.get(mesh.name.rpartition("-")[0].removeprefix("outfit-"))
    return "" if piece is None else piece.slot


def _grown(skeleton: Skeleton, sway: Sway, rest: RestBody) -> Skeleton:
    """The skeleton with a sway's joints, chain by chain, after its own."""
    names, parents, steps = list(skeleton.names), list(skeleton.parents), list(skeleton.rest_translations)
    for chain, bone, path in zip(sway.names, sway.parents, sway.paths, strict=True):
        parent, place = rest.skeleton.names.index(bone), rest.joint(bone)
        for number, joint in enumerate(path):
            names.append(f"{chain}-end" if number == len(path) - 1 else f"{chain}-joint{number + 1}")
            parents.append(parent)
            steps.append(joint - place)
            parent, place = len(names) - 1, joint
    turns = np.tile([0.0, 0.0, 0.0, 1.0], (len(names), 1))
    return Skeleton(tuple(names), np.array(parents), np.array(steps), turns)


def _chains(sway: Sway, joints: np.ndarray, colliders: dict[str, Collider], rest: RestBody) -> list[SpringChain]:
    manner, order = sway.manner, list(colliders)
    heeds = tuple(order.index(bone) for bone in manner.heeds if bone in colliders)
    room = [
        min((_distance(colliders[order[one]], path[1:], rest).min() for one in heeds), default=np.inf) for path in sway.paths
    ]
    return [
        SpringChain(
            name,
            tuple(int(joint) for joint in row),
            manner.stiffness,
            manner.drag,
            manner.gravity,
            float(np.clip(space, 0.0, manner.radius)),
            heeds,
        )
        for name, row, space in zip(sway.names, joints, room, strict=True)
    ]


def _shrunk(collider: Collider, sways: Sequence[Sway], rest: RestBody) -> Collider:
    """A collider that holds at rest nothing that heeds it."""
    nearest = min(float(_distance(collider, sway.paths[:, 1:].reshape(-1, 3), rest).min()) for sway in sways)
    return replace(collider, radius=max(collider.radius + min(nearest, 0.0), 0.0))


def _distance(collider: Collider, points: np.ndarray, rest: RestBody) -> np.ndarray:
    """(N,) metres from points (N, 3) to a collider's surface, negative inside."""
    start = rest.joints[collider.joint] + collider.offset
    step = np.zeros(3) if collider.tail is None else np.subtract(collider.tail, collider.offset)
    share = np.clip((points - start) @ step / max(float(step @ step), 1e-12), 0.0, 1.0)
    return np.asarray(np.linalg.norm(points - start - share[:, None] * step, axis=1) - collider.radius)


def with_chains(avatar: Avatar, kept: Sequence[int]) -> Avatar:
    """The avatar with only some of its chains, by their places in `springs`; what the others carried their parents carry."""
    skeleton, chains = avatar.rig.skeleton, [avatar.springs[number] for number in kept]
    staying = {joint for chain in chains for joint in chain.joints}
    gone = {joint for chain in avatar.springs for joint in chain.joints} - staying
    carriers = np.arange(len(skeleton.names))
    for joint in sorted(gone):  # parents come first
        carriers[joint] = carriers[skeleton.parents[joint]]
    left = np.array([joint for joint in range(len(carriers)) if joint not in gone])
    numbers = np.searchsorted(left, carriers)
    used = sorted({one for chain in chains for one in chain.colliders})
    return replace(
        avatar,
        rig=_rig_of(avatar.rig, left, numbers),
        meshes=tuple(_carried(mesh, numbers) for mesh in avatar.meshes),
        springs=tuple(
            replace(
                chain,
                joints=tuple(int(numbers[joint]) for joint in chain.joints),
                colliders=tuple(used.index(one) for one in chain.colliders),
            )
            for chain in chains
        ),
        colliders=tuple(replace(avatar.colliders[one], joint=int(numbers[avatar.colliders[one].joint])) for one in used),
    )


def _rig_of(rig: HumanoidRig, left: np.ndarray, numbers: np.ndarray) -> HumanoidRig:
    """The rig with the joints `left` (K,) alone; `numbers` (B,) are the new ones of all."""
    old = rig.skeleton
    parents = np.where(old.parents[left] < 0, -1, numbers[old.parents[left]])
    rows = old.rest_translations[left], old.rest_rotations[left], old.rest_scales[left]
    skeleton = Skeleton(tuple(old.names[joint] for joint in left), parents, *rows)
    bones = {bone: int(numbers[joint]) for bone, joint in rig.human_bones.items()}
    return replace(rig, skeleton=skeleton, human_bones=bones, t_pose=rig.t_pose[left])


def _carried(mesh: AvatarMesh, numbers: np.ndarray) -> AvatarMesh:
    """The mesh with its joints renumbered, each vertex's weights of one joint as one."""
    joints, weights = numbers[mesh.joints], mesh.weights.copy()
    for one in range(1, 4):
        for other in range(one):
            same = (joints[:, one] == joints[:, other]) & (weights[:, one] > 0.0)
            weights[same, other] += weights[same, one]
            weights[same, one] = 0.0
    order = np.argsort(-weights, axis=1, kind="stable")
    joints, weights = np.take_along_axis(joints, order, axis=1), np.take_along_axis(weights, order, axis=1)
    return replace(mesh, joints=np.where(weights > 0.0, joints, 0), weights=weights)
