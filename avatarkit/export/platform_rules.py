"""What a platform asks of an avatar besides numbers: each rule says what breaks it, and what would mend it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from avatarkit.errors import InputError
from avatarkit.export.inspection import Inspection, inspect_document
from avatarkit.export.reduction.decode import rest_positions
from avatarkit.export.statistics import measure
from avatarkit.geometry import quaternions
from avatarkit.gltf.document import Document
from avatarkit.gltf.image_size import image_size
from avatarkit.rig.load_rig import rig_of
from avatarkit.rig.skeleton import HumanoidRig

T_POSE_DEG = 12.0
"""How far an upper arm may hang below or stand above the horizontal and still be stretched out sideways."""

SOLES_M = 0.02
"""How far from Y = 0 the lowest point may lie; heels and thick soles have so much."""


@dataclass(frozen=True)
class Subject:
    """A file, and what is found out about it when it is first asked for.

    Attributes:
        document: its content.
        size: of the file, bytes.
        container: "GLB" or "glTF".
    """

    document: Document
    size: int
    container: str = "GLB"

    @cached_property
    def inspection(self) -> Inspection:
        """What `inspect` says of it."""
        return inspect_document(self.document, self.size, self.container)

    @cached_property
    def statistics(self) -> dict[str, float]:
        """Every one of `STATISTICS`."""
        return measure(self.document, self.size)

    @cached_property
    def rig(self) -> HumanoidRig | None:
        """The humanoid in it, or None."""
        try:
            return rig_of(self.document)
        except InputError:  # nobody is in it; the missing bones say so
            return None

    @cached_property
    def morphs(self) -> set[str]:
        """Names of all its morphs."""
        return {name for mesh in self.document.meshes for name in mesh.target_names}


def _t_pose(subject: Subject) -> str | None:
    """Empty where the arms are stretched out sideways, else how they are."""
    rig = subject.rig
    if rig is None:
        return None
    positions = quaternions.rotate(rig.to_canonical, rig.skeleton.rest_world[0])
    worst = 0.0
    for side in ("left", "right"):
        along = positions[rig.human_bones[f"{side}LowerArm"]] - positions[rig.human_bones[f"{side}UpperArm"]]
        across = abs(float(along[0])) / max(float(np.linalg.norm(along)), 1e-9)
        worst = max(worst, float(np.degrees(np.arccos(np.clip(across, 0.0, 1.0)))))
    return "" if worst <= T_POSE_DEG else f"an upper arm is {worst:.0f} degrees away from it"


def _faces(forward: float) -> Callable[[Subject], str | None]:
    def check_facing(subject: Subject) -> str | None:
        if subject.rig is None:
            return None
        ahead = quaternions.rotate(quaternions.inverse(subject.rig.to_canonical), np.array([0.0, 0.0, 1.0]))
        axis = int(np.argmax(np.abs(ahead)))
        return "" if axis == 2 and ahead[2] * forward > 0 else f"it faces {'+' if ahead[axis] > 0 else '-'}{'XYZ'[axis]}"

    return check_facing


def _upright(subject: Subject) -> str | None:
    if subject.rig is None:
        return None
    up = quaternions.rotate(quaternions.inverse(subject.rig.to_canonical), np.array([0.0, 1.0, 0.0]))
    axis = int(np.argmax(np.abs(up)))
    return "" if axis == 1 and up[1] > 0 else f"its head points to {'+' if up[axis] > 0 else '-'}{'XYZ'[axis]}"


def _soles(subject: Subject) -> str | None:
    places = rest_positions(subject.document)
    if not len(places):
        return None
    height = float(places[:, 1].min())
    return "" if abs(height) <= SOLES_M else f"it lies at {height:.2f} m"


def _animations(subject: Subject) -> str:
    count = len(subject.document.animations)
    return f"{count} animations" if count else ""


def _turned_bones(subject: Subject) -> str | None:
    if subject.rig is None:
        return None
    joints = list(subject.rig.human_bones.values())
    turned = np.abs(subject.rig.skeleton.rest_rotations[joints][:, :3]).max(axis=1) > 1e-3
    return f"{int(turned.sum())} are" if turned.any() else ""


def _unskinned_morphs(subject: Subject) -> str:
    document = subject.document
    loose = [node.name for node in document.nodes
             if node.mesh is not None and node.skin is None and document.meshes[node.mesh].target_names]  # fmt: skip
    return f"not {', '.join(loose[:3])}" if loose else ""


def _same_names(subject: Subject) -> str:
    twice = [mesh.name for mesh in subject.document.meshes if len(set(mesh.target_names)) < len(mesh.target_names)]
    return f"{', '.join(twice[:3])} has" if twice else ""


def _empty_morphs(subject: Subject) -> str:
    """Morphs that move nothing in any piece of their mesh, which Unity deletes."""
    empty = []
    for mesh in subject.document.meshes:
        for number, name in enumerate(mesh.target_names):
            parts = [part.targets[number] for part in mesh.primitives if number < len(part.targets)]
            if not any(rows.values.any() for target in parts for rows in target.values()):
                empty.append(name)
    return f"{len(empty)} are, such as {empty[0]}" if empty else ""


def _normal_maps(subject: Subject) -> str:
    count = sum(material.normal_texture is not None for material in subject.document.materials)
    return f"{count} have one" if count else ""


def _odd_sides(subject: Subject) -> str:
    sizes = [size for image in subject.document.images if (size := image_size(image.data))]
    odd = [size for size in sizes if any(side & (side - 1) for side in size)]
    return f"{len(odd)} are not, such as {odd[0][0]}x{odd[0][1]}" if odd else ""


RULE_CHECKS: Mapping[str, Callable[[Subject], str | None]] = {
    "t-pose": _t_pose,
    "faces +Z": _faces(1.0),
    "faces -Z": _faces(-1.0),
    "upright": _upright,
    "soles on the ground": _soles,
    "no animations": _animations,
    "no bone rotations": _turned_bones,
    "morphs on skinned meshes": _unskinned_morphs,
    "unique morph names": _same_names,
    "no empty morphs": _empty_morphs,
    "no normal maps": _normal_maps,
    "power of two textures": _odd_sides,
}
"""Each says what breaks the rule: nothing where it holds, None where that cannot be told."""

RULE_FIXES: Mapping[str, str] = {
    "t-pose": "the T-pose baked into the rest pose",
    "faces +Z": "the figure turned about",
    "faces -Z": "the figure turned about",
    "upright": "the figure set upright",
    "soles on the ground": "the figure moved up or down",
    "no animations": "saved without them",
    "no bone rotations": "turns baked into the meshes",
    "morphs on skinned meshes": "meshes bound to the skeleton",
    "unique morph names": "morphs renamed",
    "no empty morphs": "left out, or given a touch of movement",
    "no normal maps": "saved without them",
    "power of two textures": "textures scaled",
}
