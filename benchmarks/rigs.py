"""Are rigs understood? Every humanoid of the media folder and of the zoo, every animal, every mesh without a skeleton.

python -m benchmarks.rigs [--media FOLDER]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from avatarkit.errors import NotHumanoidError
from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE, BONES, EXPRESSIONS, HumanMotion, HumanSkeleton
from avatarkit.motion.kinematics import world_rotations
from avatarkit.retargeting.retarget import retarget
from avatarkit.retargeting.to_human import rig_motion_to_human
from avatarkit.rig.canonical_rest import canonical_rest
from avatarkit.rig.load_rig import load_rig
from avatarkit.rig.skeleton import HumanoidRig
from avatarkit.vocabulary.vrm import HUMAN_BONES, REQUIRED_BONES
from benchmarks.media import DEFAULT_MEDIA
from benchmarks.results import OUT, Figure, figure_table, figures_before, table, write_results
from benchmarks.rig_zoo import Specimen, body_places, creatures, humanoids

MOMENTS, LARGEST_TURN_DEG = 8, 60.0
"""The canonical clip: moments, and how far a joint turns at most."""

_SIDED = {"left": "l", "right": "r"}


def _sided(names: Mapping[str, str], **words: str) -> dict[str, str]:
    """Bones of both sides by a pattern of names: "thigh_{s}"."""
    words = words or _SIDED
    return {f"{side}{bone}": name.format(s=word) for bone, name in names.items() for side, word in words.items()}


UNREAL = {
    "hips": "pelvis", "spine": "spine_01", "head": "head",
    **_sided({"UpperLeg": "thigh_{s}", "LowerLeg": "calf_{s}", "Foot": "foot_{s}", "UpperArm": "upperarm_{s}",
              "LowerArm": "lowerarm_{s}", "Hand": "hand_{s}"}),
}  # fmt: skip
RIGIFY = {
    "hips": "DEF-hips", "spine": "DEF-spine.001", "head": "DEF-head",
    **_sided({"UpperLeg": "DEF-thigh.{s}", "LowerLeg": "DEF-shin.{s}", "Foot": "DEF-foot.{s}", "UpperArm": "DEF-upper_arm.{s}",
              "LowerArm": "DEF-forearm.{s}", "Hand": "DEF-hand.{s}"}, left="L", right="R"),
}  # fmt: skip
KAYKIT = {
    "hips": "hips", "spine": "spine", "head": "head",
    **_sided({"UpperLeg": "upperleg.{s}", "LowerLeg": "lowerleg.{s}", "Foot": "foot.{s}", "UpperArm": "upperarm.{s}",
              "LowerArm": "lowerarm.{s}", "Hand": "wrist.{s}"}),
}  # fmt: skip
CARTOON_ROBOT = {
    "hips": "Body", "spine": "Hips", "head": "Head",
    **_sided({"UpperLeg": "UpperLeg.{s}", "LowerLeg": "LowerLeg.{s}", "Foot": "Foot.{s}", "UpperArm": "UpperArm.{s}",
              "LowerArm": "LowerArm.{s}", "Hand": "Palm2.{s}"}, left="L", right="R"),
}  # fmt: skip
CESIUM_MAN = {
    "hips": 2, "spine": 11, "head": 20, "leftUpperLeg": 7, "leftLowerLeg": 8, "leftFoot": 9, "rightUpperLeg": 3,
    "rightLowerLeg": 4, "rightFoot": 5, "leftUpperArm": 16, "leftLowerArm": 17, "leftHand": 18, "rightUpperArm": 13,
    "rightLowerArm": 14, "rightHand": 15,
}  # fmt: skip
SATURDAY = {
    "hips": "hips", "spine": "spine", "head": "head",
    **_sided({"UpperLeg": "upper_leg.{s}", "LowerLeg": "lower_leg.{s}", "Foot": "foot.{s}", "UpperArm": "upper_arm.{s}",
              "LowerArm": "lower_arm.{s}", "Hand": "hand.{s}"}, left="L", right="R"),
}  # fmt: skip
VOXELS = {
    "hips": "Hips", "spine": "Spine", "head": "Head",
    **_sided({"UpperLeg": "{s} leg", "LowerLeg": "{s} knee", "Foot": "{s} ankle", "UpperArm": "{s} arm",
              "LowerArm": "{s} elbow", "Hand": "{s} wrist"}, left="Left", right="Right"),
}  # fmt: skip
PIXIV = {
    "hips": "Hips", "spine": "Spine", "head": "Head",
    **_sided({"UpperLeg": "UpperLeg.{s}", "LowerLeg": "LowerLeg.{s}", "Foot": "Foot.{s}", "UpperArm": "UpperArm.{s}",
              "LowerArm": "LowerArm.{s}", "Hand": "Hand.{s}"}, left="L", right="R"),
}  # fmt: skip

MEDIA: dict[str, Mapping[str, str] | Mapping[str, int]] = {
    "kaykit_mannequin/manny_med_mod.gltf": KAYKIT,
    **{f"m2m_human_{name}.glb": UNREAL for name in ("bunny", "female", "male", "sintel", "zombie_lowpoly")},
    "m2m_rig_human_bones_only.glb": UNREAL,
    "m2m_rigify_names.glb": RIGIFY,
    "madjin_cryptovoxels_vrm0.vrm": VOXELS,
    **{f"sat_{name}.vrm": SATURDAY for name in ("armature_transform_vrm0", "basic_armature_vrm0", "basic_armature_vrm1",
                                               "debug_robot_vrm1", "debug_robot_vrm1_b", "rest_a_pose_vrm0")},
    "spec_VRMC_materials_mtoon_UV_Animation_Test.vrm": SATURDAY,
    "spec_VRMC_vrm_expressions_isBinary_Overridden.vrm": PIXIV,
    "spec_VRMC_vrm_expressions_isBinary_Overrides.vrm": PIXIV,
    "three_CesiumMan.glb": CESIUM_MAN,
    "three_CesiumMan_embedded.gltf": CESIUM_MAN,
    "three_RobotExpressive.glb": CARTOON_ROBOT,
}  # fmt: skip
"""The required bones of every humanoid, by joint name or node, as seen by looking at the files."""

REFUSED = ("m2m_eagle.glb", "m2m_fox.glb", "m2m_whale.glb", "m2m_unrigged_human.glb", "m2m_unrigged_human_apose.glb")
"""Animals, and human meshes without a skeleton."""


@dataclass(frozen=True)
class Outcome:
    """What became of one rig.

    Attributes:
        name: the rig's.
        family: what told its bones; "refused" where it was refused.
        wrong: required bones that are not where they should be.
        others: how many of its other bones are not.
        seconds: to load it.
        upright_deg: largest error of a limb joint's rotation in the T-pose, against the truth of the zoo; NaN without one.
        round_trip_deg: largest error of a bone's world rotation after the clip went onto the rig and back.
    """

    name: str
    family: str
    wrong: tuple[str, ...]
    others: int
    seconds: float
    upright_deg: float = float("nan")
    round_trip_deg: float = float("nan")


def main() -> None:
    """Run everything, print the tables, write out/benchmarks/rigs.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--media", type=Path, default=DEFAULT_MEDIA)
    options = parser.parse_args()
    clip = canonical_clip()
    media = [] if not options.media.is_dir() else list(media_outcomes(options.media / "rigs", clip))
    zoo = [_zoo_outcome(one, clip) for one in humanoids()]
    refused = [*_refusals(options.media / "rigs"), *(_refusal(one.name, one.data) for one in creatures())]
    print(table([_row(one) for one in media], ("rig", "told by", "wrong", "others", "ms", "T-pose deg", "round trip deg")))
    print()
    poor = [one for one in zoo if one.wrong or one.round_trip_deg > GOAL_DEG]
    print(
        table(
            [_row(one) for one in poor], ("poor in the zoo", "told by", "wrong", "others", "ms", "T-pose deg", "round trip deg")
        )
    )
    figures = _figures(media, zoo, refused)
    path = OUT / "benchmarks" / "rigs.json"
    print()
    print(figure_table(figures, figures_before(path)))
    details = {
        "media": [_plain(one) for one in media],
        "zoo": [_plain(one) for one in zoo],
        "accepted": [n for n, r in refused if not r],
    }
    write_results(path, figures, details)


GOAL_DEG = 0.1


def _figures(media: list[Outcome], zoo: list[Outcome], refused: list[tuple[str, bool]]) -> list[Figure]:
    every = [*media, *zoo]
    return [
        Figure("humanoids of the media folder with a wrong bone", sum(bool(one.wrong) for one in media), goal=0),
        Figure("humanoids of the zoo with a wrong bone", sum(bool(one.wrong) for one in zoo), goal=0),
        Figure("humanoids looked at", len(every)),
        Figure("animals, things and mere meshes taken for humanoids", sum(not kept_out for _, kept_out in refused), goal=0),
        Figure("animals, things and mere meshes looked at", len(refused)),
        Figure("clip onto a rig and back, worst", max((one.round_trip_deg for one in every), default=0.0), "deg", GOAL_DEG),
        Figure("T-pose of limbs against the truth, worst in the zoo", _worst([one.upright_deg for one in zoo]), "deg"),
        Figure(
            "T-pose of limbs against the truth, median in the zoo", float(np.nanmedian([one.upright_deg for one in zoo])), "deg"
        ),
        Figure("loading a rig, median", 1e3 * float(np.median([one.seconds for one in every])), "ms"),
        Figure("loading a rig, slowest", 1e3 * max(one.seconds for one in every), "ms"),
    ]


def _worst(values: list[float]) -> float:
    return float(np.nanmax(values))


def media_outcomes(folder: Path, clip: HumanMotion) -> Iterator[Outcome]:
    """All humanoids of the media folder."""
    for name, expected in MEDIA.items():
        started = time.perf_counter()
        try:
            rig = load_rig(folder / name)
        except NotHumanoidError:
            yield Outcome(name, "refused", REQUIRED_BONES, 0, time.perf_counter() - started)
            continue
        seconds = time.perf_counter() - started
        found = {bone: rig.nodes[joint] for bone, joint in rig.human_bones.items()}
        names = dict(zip(rig.skeleton.names, rig.nodes, strict=True))
        truth = {bone: names.get(joint, -1) if isinstance(joint, str) else joint for bone, joint in expected.items()}
        wrong = tuple(bone for bone in REQUIRED_BONES if found.get(bone) != truth[bone])
        yield Outcome(name, rig.family, wrong, 0, seconds, round_trip_deg=round_trip(rig, clip))


def _zoo_outcome(one: Specimen, clip: HumanMotion) -> Outcome:
    started = time.perf_counter()
    try:
        rig = load_rig(one.data, name=one.name)
    except NotHumanoidError:
        return Outcome(one.name, "refused", REQUIRED_BONES, 0, time.perf_counter() - started)
    seconds = time.perf_counter() - started
    found = {bone: rig.nodes[joint] for bone, joint in rig.human_bones.items()}
    wrong = tuple(bone for bone in REQUIRED_BONES if found.get(bone) != one.truth[bone])
    others = sum(found.get(bone) != node for bone, node in one.truth.items()) - len(wrong)
    return Outcome(one.name, rig.family, wrong, others, seconds, upright_error(rig, one), round_trip(rig, clip))


def upright_error(rig: HumanoidRig, one: Specimen) -> float:
    """Degrees, the worst of arms, hands, legs and feet."""
    _, rotations = canonical_rest(rig)
    limbs = [bone for bone in REQUIRED_BONES if bone.startswith(("left", "right")) and bone in one.upright]
    joints = [rig.human_bones[bone] for bone in limbs]
    return float(_angles_deg(rotations[joints], np.array([one.upright[bone] for bone in limbs])).max())


def canonical_clip() -> HumanMotion:
    """A clip in which every bone turns, and the root travels."""
    random = np.random.default_rng(5)
    rest = np.array([body_places()[bone] for bone in HUMAN_BONES])
    axes = random.normal(size=(MOMENTS, BONES, 3))
    angles = np.radians(LARGEST_TURN_DEG) * random.uniform(0, 1, (MOMENTS, BONES, 1))
    rotations = quaternions.from_rotation_vector(angles * axes / np.linalg.norm(axes, axis=-1, keepdims=True))
    return HumanMotion(
        skeleton=HumanSkeleton(rest, np.ones(BONES, bool)),
        times_s=np.arange(MOMENTS) / 30.0,
        root_positions=rest[BONE["hips"]] + random.normal(0, 0.3, (MOMENTS, 3)),
        rotations=rotations,
        confidence=np.ones((MOMENTS, BONES)),
        expressions=np.zeros((MOMENTS, EXPRESSIONS)),
        foot_contacts=np.zeros((MOMENTS, 2)),
    )


def round_trip(rig: HumanoidRig, clip: HumanMotion) -> float:
    """Degrees, the worst difference of a bone's world rotation after the clip went onto the rig and was read back."""
    back = rig_motion_to_human(retarget(clip, rig, feet="never"))
    rows = [BONE[bone] for bone in rig.human_bones]
    return float(_angles_deg(world_rotations(back.rotations)[:, rows], world_rotations(clip.rotations)[:, rows]).max())


def _angles_deg(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Angles between rotations, by the vector part: the cosine alone is blind below a hundredth of a degree."""
    between = quaternions.multiply(first, quaternions.inverse(second))
    return np.degrees(2.0 * np.arctan2(np.linalg.norm(between[..., :3], axis=-1), np.abs(between[..., 3])))


def _refusals(folder: Path) -> Iterator[tuple[str, bool]]:
    if folder.is_dir():
        yield from (_refusal(name, folder / name) for name in REFUSED)


def _refusal(name: str, source: bytes | Path) -> tuple[str, bool]:
    """The name and whether it was refused."""
    try:
        load_rig(source)
    except NotHumanoidError:
        return name, True
    return name, False


def _row(one: Outcome) -> tuple[object, ...]:
    numbers = (f"{1e3 * one.seconds:.0f}", f"{one.upright_deg:.1f}", f"{one.round_trip_deg:.3f}")
    return (one.name, one.family, ", ".join(one.wrong[:3]) or "-", one.others, *(n.replace("nan", "") for n in numbers))


def _plain(one: Outcome) -> dict[str, object]:
    values = {**vars(one), "wrong": list(one.wrong)}
    return {name: None if isinstance(value, float) and np.isnan(value) else value for name, value in values.items()}


if __name__ == "__main__":
    main()
