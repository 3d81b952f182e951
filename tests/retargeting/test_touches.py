"""Laws of hands that touch: on a body with other proportions they touch as on the source's, and nothing else changes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from avatarkit.geometry import quaternions
from avatarkit.motion.human_motion import BONE, BONES, HumanSkeleton
from avatarkit.motion.kinematics import PARENTS, local_rotations, world_positions, world_rotations
from avatarkit.motion.person import average_person
from avatarkit.retargeting.retarget import retarget
from avatarkit.retargeting.to_human import human_skeleton, rig_motion_to_human
from avatarkit.retargeting.touches import MIDDLE_OF_PALM, make_touches, touch, touch_shape
from avatarkit.vocabulary.vrm import HUMAN_BONES
from tests.retargeting.moving_people import BODY as RIG_BODY
from tests.retargeting.moving_people import DISGUISES, random_motion, scaled

BODY = average_person().skeleton
SIDES = ("left", "right")
EYES = [BONE["leftEye"], BONE["rightEye"]]
FINGER_ENDS = ("Metacarpal", "Proximal", "Intermediate", "Distal")
STRETCHES = {
    "long arms": {"UpperArm": 1.25, "LowerArm": 1.25},
    "short arms": {"UpperArm": 0.9, "LowerArm": 0.85},
    "broad shoulders": {"Shoulder": 1.4},
    "large hands": {"Hand": 1.3},
    "large head": {"neck": 1.1, "head": 1.25},
    "long trunk": {"spine": 1.4, "chest": 1.4},
}
UP_TO_THE_FACE, HIGHER, BEFORE_THE_BREAST, HANGING = 1.15, 0.8, 0.55, -1.0


def stretched(factors: dict[str, float]) -> HumanSkeleton:
    """The body with the steps below some bones, of both sides, multiplied."""
    rest = np.array(BODY.rest_positions)
    for row in range(1, BONES):
        factor = factors.get(HUMAN_BONES[PARENTS[row]].removeprefix("left").removeprefix("right"), 1.0)
        rest[row] = rest[PARENTS[row]] + factor * (BODY.rest_positions[row] - BODY.rest_positions[PARENTS[row]])
    return HumanSkeleton(rest, BODY.present)


def arms_before(lift: float | np.ndarray) -> np.ndarray:
    """(T, 55, 4) arms forward, lifted by so many radians, elbows bent inward until the palms touch."""
    lifts = np.atleast_1d(lift)
    world = np.tile(quaternions.IDENTITY, (len(lifts), BONES, 1))
    for side, sign in zip(SIDES, (1.0, -1.0), strict=True):
        upper = quaternions.multiply(about(-(lifts - 0.4), 0), about(-sign * np.pi / 2 * np.ones(1), 1))
        bent = quaternions.multiply(upper, about(-sign * 0.75 * np.ones(1), 1))
        lower = quaternions.multiply(about(-0.9 * np.minimum(lifts, 1.0), 0), bent)
        world[:, BONE[side + "UpperArm"]] = upper
        for row, bone in enumerate(HUMAN_BONES):
            if bone.startswith(side) and bone.endswith(("LowerArm", "Hand", *FINGER_ENDS)):
                world[:, row] = lower
    return local_rotations(world)


def about(angles: np.ndarray, axis: int) -> np.ndarray:
    """(T, 4) turns about one of the world's axes."""
    return quaternions.from_rotation_vector(angles[:, None] * np.eye(3)[axis])


def points(skeleton: HumanSkeleton, rotations: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Middles of the palms (T, 2, 3) and of the eyes (T, 3)."""
    world = world_rotations(rotations)
    places = world_positions(skeleton, np.zeros((len(rotations), 3)), world)
    hands, fingers = ([BONE[side + bone] for side in SIDES] for bone in ("Hand", "MiddleProximal"))
    palms = places[:, hands] + MIDDLE_OF_PALM * (places[:, fingers] - places[:, hands])
    return palms, places[:, [BONE["leftEye"], BONE["rightEye"]]].mean(axis=1)


def put_on(target: HumanSkeleton, rotations: np.ndarray, source: HumanSkeleton = BODY) -> np.ndarray:
    return touch(rotations, make_touches(touch_shape(source), touch_shape(target)))


def apart(skeleton: HumanSkeleton, rotations: np.ndarray) -> np.ndarray:
    palms, _ = points(skeleton, rotations)
    return np.asarray(palms[:, 1] - palms[:, 0])


@pytest.mark.parametrize("lift", [UP_TO_THE_FACE, BEFORE_THE_BREAST, HANGING])
def test_on_the_same_body_of_any_size_nothing_moves(lift: float) -> None:
    rotations = arms_before(lift)
    for size in (1.0, 1.7):
        same = HumanSkeleton(size * BODY.rest_positions, BODY.present)
        np.testing.assert_allclose(put_on(same, rotations), rotations, atol=1e-9)


@pytest.mark.parametrize("name", STRETCHES)
def test_palms_that_touch_touch_on_other_proportions(name: str) -> None:
    rotations, target = arms_before(BEFORE_THE_BREAST), stretched(STRETCHES[name])
    wanted = apart(BODY, rotations) * touch_shape(target).palm / touch_shape(BODY).palm
    assert np.linalg.norm(wanted) < 0.1
    np.testing.assert_allclose(apart(target, put_on(target, rotations)), wanted, atol=0.004)


def test_arms_of_other_lengths_would_not_touch_by_themselves() -> None:
    rotations, target = arms_before(BEFORE_THE_BREAST), stretched(STRETCHES["long arms"])
    assert np.linalg.norm(apart(target, rotations) - apart(BODY, rotations)) > 0.05


@pytest.mark.parametrize("name", STRETCHES)
def test_hands_at_the_face_are_there_on_other_proportions(name: str) -> None:
    rotations, target = arms_before(UP_TO_THE_FACE), stretched(STRETCHES[name])
    (palms, eyes), (own, own_eyes) = points(BODY, rotations), points(target, put_on(target, rotations))
    wanted = (palms - eyes[:, None]) * touch_shape(target).face / touch_shape(BODY).face
    now, before = own - own_eyes[:, None], points(target, rotations)[0] - points(target, rotations)[1][:, None]
    assert np.linalg.norm(now.mean(axis=1) - wanted.mean(axis=1)) < 0.03
    assert np.linalg.norm(now.mean(axis=1) - wanted.mean(axis=1)) <= np.linalg.norm((before - wanted).mean(axis=1)) + 1e-9


@pytest.mark.parametrize("name", STRETCHES)
def test_a_body_without_eyes_is_touched_at_the_face_as_one_of_its_size_with_eyes(name: str) -> None:
    rotations, target = arms_before(UP_TO_THE_FACE), stretched(STRETCHES[name])
    blind = HumanSkeleton(target.rest_positions, BODY.present & ~np.isin(np.arange(BONES), EYES))
    (palms, eyes), (own, own_eyes) = points(BODY, rotations), points(target, put_on(blind, rotations))
    shoulders = [skeleton.rest_positions[BONE["leftUpperArm"], 1] for skeleton in (BODY, target)]
    missed = (own - own_eyes[:, None]).mean(axis=1) - (palms - eyes[:, None]).mean(axis=1) * shoulders[1] / shoulders[0]
    assert np.linalg.norm(missed) < 0.04


def test_on_the_same_body_of_any_size_without_eyes_nothing_moves() -> None:
    rotations = arms_before(UP_TO_THE_FACE)
    for size in (1.0, 1.7):
        same = HumanSkeleton(size * BODY.rest_positions, BODY.present & ~np.isin(np.arange(BONES), EYES))
        np.testing.assert_allclose(put_on(same, rotations), rotations, atol=1e-9)


def test_hands_that_are_far_from_each_other_and_from_the_head_stay() -> None:
    rotations = np.tile(quaternions.IDENTITY, (1, BONES, 1))
    np.testing.assert_array_equal(put_on(stretched(STRETCHES["long arms"]), rotations), rotations)


def test_what_touches_comes_and_goes_without_a_jump() -> None:
    rotations = arms_before(np.linspace(-0.6, 1.5, 400))
    for factors in STRETCHES.values():
        turned = put_on(stretched(factors), rotations)
        assert turns_of(turned).max() < 4.0 * turns_of(rotations).max()


def turns_of(rotations: np.ndarray) -> np.ndarray:
    """(T - 1, 55) radians from each moment to the next."""
    return np.asarray(2.0 * np.arccos(np.minimum(np.abs((rotations[1:] * rotations[:-1]).sum(axis=-1)), 1.0)))


@pytest.mark.parametrize("name", STRETCHES)
def test_hands_keep_their_turn_and_bones_that_touch_nothing_stay(name: str) -> None:
    rotations = arms_before(UP_TO_THE_FACE)
    turned = put_on(stretched(STRETCHES[name]), rotations)
    hands = [BONE[side + "Hand"] for side in SIDES]
    between = (world_rotations(turned)[:, hands] * world_rotations(rotations)[:, hands]).sum(axis=-1)
    np.testing.assert_allclose(np.abs(between), 1.0, atol=1e-9)
    arms = [BONE[side + bone] for side in SIDES for bone in ("UpperArm", "LowerArm", "Hand")]
    np.testing.assert_array_equal(np.delete(turned, arms, axis=1), np.delete(rotations, arms, axis=1))


def test_mirrored_people_touch_mirrored() -> None:
    rotations, target = one_hand_higher(), stretched({**STRETCHES["long arms"], **STRETCHES["large head"]})
    assert np.abs(put_on(target, rotations) - rotations).max() > 0.01
    there, back = put_on(target, mirrored(rotations)), mirrored(put_on(target, rotations))
    np.testing.assert_allclose(np.abs((there * back).sum(axis=-1)), 1.0, atol=1e-7)


def one_hand_higher() -> np.ndarray:
    """(1, 55, 4) hands that nearly touch, the left one nearer to the face."""
    rotations = arms_before(HIGHER)
    right = [row for row, bone in enumerate(HUMAN_BONES) if bone.startswith("right")]
    rotations[:, right] = arms_before(BEFORE_THE_BREAST)[:, right]
    return rotations


def mirrored(rotations: np.ndarray) -> np.ndarray:
    """The poses seen in a mirror."""
    swapped = {"left": "right", "right": "left"}
    rows = [
        BONE[next((swapped[side] + bone.removeprefix(side) for side in SIDES if bone.startswith(side)), bone)]
        for bone in HUMAN_BONES
    ]
    return rotations[:, rows] * (1.0, -1.0, -1.0, 1.0)


def test_a_rig_touches_as_the_source_does() -> None:
    rig = scaled(DISGUISES["rolled axes"], {f"{side}{bone}": 1.3 for side in SIDES for bone in ("UpperArm", "LowerArm")})
    rotations = np.where(RIG_BODY.present[:, None], arms_before(BEFORE_THE_BREAST), quaternions.IDENTITY)
    motion = replace(random_motion(RIG_BODY, moments=1), rotations=rotations)
    back = rig_motion_to_human(retarget(motion, rig))
    gaps = [apart(skeleton, one.rotations) for skeleton, one in ((RIG_BODY, motion), (human_skeleton(rig)[0], back))]
    sizes = [touch_shape(skeleton) for skeleton in (RIG_BODY, human_skeleton(rig)[0])]
    scale = sizes[1].palm / sizes[0].palm if sizes[0].palm else sizes[1].arm / sizes[0].arm
    np.testing.assert_allclose(gaps[1], scale * gaps[0], atol=0.004)
