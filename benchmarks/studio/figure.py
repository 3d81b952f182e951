"""An avatar made ready to be filmed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from avatarkit.avatar.avatar import Avatar, Material, Texture
from avatarkit.avatar.build import build_avatar
from avatarkit.avatar.recipe import AvatarRecipe
from avatarkit.export.scene import avatar_scene
from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE, BONES, HumanMotion, HumanSkeleton
from avatarkit.motion.kinematics import world_positions, world_rotations
from avatarkit.render.puppet import Puppet
from avatarkit.render.scene import RenderMesh
from avatarkit.vocabulary.arkit import ARKIT_NAMES

_TEXTURE_SIDE_PX = 1024
"""A face fills at most a few hundred pixels of a clip."""


@dataclass(frozen=True)
class Figure:
    """A person to film.

    Attributes:
        recipe: who it is.
        skeleton: its proportions.
        puppet: its triangles.
        joint_nodes: node index -> human bone's row.
        height_m: from the floor to the crown.
        morphs: node index of each mesh -> rows of `ARKIT_NAMES` of its morph targets.
    """

    recipe: AvatarRecipe
    skeleton: HumanSkeleton
    puppet: Puppet
    height_m: float
    joint_nodes: dict[int, int]
    morphs: dict[int, np.ndarray]

    def meshes(self, motion: HumanMotion, frame: int) -> list[RenderMesh]:
        """What is drawn of one moment of a motion of this very body."""
        world = world_rotations(motion.rotations[frame])
        places = np.tile(np.eye(4), (BONES, 1, 1))
        places[:, :3, :3] = quaternions.to_matrix(world)
        places[:, :3, 3] = world_positions(self.skeleton, motion.root_positions[frame], world)
        matrices = {node: np.eye(4) for node in self.morphs} | {node: places[row] for node, row in self.joint_nodes.items()}
        weights = {node: motion.expressions[frame][rows] for node, rows in self.morphs.items()}
        return self.puppet.meshes(matrices, weights)


def make_figure(recipe: AvatarRecipe) -> Figure:
    """Build a recipe's avatar for filming."""
    avatar = _small(build_avatar(recipe))
    scene = avatar_scene(avatar)
    bones = {joint: bone for bone, joint in avatar.rig.human_bones.items()}
    morphs = {
        node: np.array([ARKIT_NAMES.index(morph.name) for morph in mesh.morphs], int)
        for node, mesh in zip(scene.mesh_nodes, avatar.meshes, strict=True)
    }
    joint_nodes = {node: BONE[bones[joint]] for joint, node in enumerate(scene.joint_nodes)}
    puppet, crown = (
        Puppet(scene.document, scene.mesh_nodes),
        max(mesh.positions[:, 1].max() for mesh in avatar.meshes if mesh.morphs),
    )
    return Figure(recipe, human_skeleton(avatar), puppet, float(crown), joint_nodes, morphs)


def human_skeleton(avatar: Avatar) -> HumanSkeleton:
    """An avatar's proportions; it has all bones and stands on y = 0."""
    places, _ = avatar.rig.skeleton.rest_world
    rest = np.stack([places[avatar.rig.human_bones[bone]] for bone in BONE])
    return HumanSkeleton(rest, np.ones(BONES, bool))


def _small(avatar: Avatar) -> Avatar:
    """Without relief, and with textures no finer than a clip shows."""
    return replace(avatar, materials=tuple(_plain(material) for material in avatar.materials))


def _plain(material: Material) -> Material:
    texture = material.base_color_texture
    return replace(material, base_color_texture=texture and _reduced(texture), normal_texture=None)


def _reduced(texture: Texture) -> Texture:
    share = _TEXTURE_SIDE_PX / max(texture.pixels.shape[:2])
    if share >= 1.0:
        return texture
    return replace(texture, pixels=cv2.resize(texture.pixels, None, fx=share, fy=share, interpolation=cv2.INTER_AREA))


def _crown(avatar: Avatar) -> float:
    """Height of the head's top, metres; the head is among what expressions move, hair is not."""
    return max(float(mesh.positions[:, 1].max()) for mesh in avatar.meshes if mesh.morphs)
