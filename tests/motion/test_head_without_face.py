"""Heads whose face is lost go on as the face showed them."""

from itertools import pairwise

import numpy as np
import pytest

from avatarkit.geometry import quaternions
from avatarkit.motion import steps
from avatarkit.motion.estimate import raw_motion
from avatarkit.motion.face.read_face import FaceReading
from avatarkit.motion.head_without_face import APART_S, MOST, nodding_as_before, remembered
from avatarkit.motion.human_motion import BONE, EXPRESSIONS
from avatarkit.motion.joints.head import HEAD_ROWS, HEAD_SHAPE, head_rotation
from avatarkit.motion.kinematics import world_rotations
from avatarkit.vocabulary.mediapipe_points import POSE_POINTS
from tests.motion.simulated import PERSON, SIZE_PX, filmed, standing


def nod(degrees: float) -> np.ndarray:
    return quaternions.from_rotation_vector(np.radians([degrees, 0.0, 0.0]))


def body_with_head(rotation: np.ndarray) -> np.ndarray:
    body = np.zeros((len(POSE_POINTS), 3))
    body[HEAD_ROWS] = quaternions.rotate(rotation, HEAD_SHAPE) + np.array([0.1, 0.5, 0.0])
    return body


def degrees_between(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.degrees(2.0 * np.arccos(min(abs(float(a @ b)), 1.0))))


@pytest.mark.parametrize("wrong_by", [20.0, -8.0])
def test_who_turns_away_until_the_face_is_lost_bows_little(wrong_by: float) -> None:
    turned = quaternions.from_rotation_vector(np.array([0.1, 0.9, 0.0]))
    aside = body_with_head(quaternions.multiply(turned, nod(wrong_by)))
    heads = remembered((), 0.0, quaternions.IDENTITY, body_with_head(nod(wrong_by)))
    assert degrees_between(head_rotation(nodding_as_before(aside, heads)), turned) < 0.35 * abs(wrong_by)


def test_one_misread_face_nods_no_head() -> None:
    heads = ()
    for number, wrong_by in enumerate([5.0, 5.0, 5.0, 25.0]):
        heads = remembered(heads, number * 2.0 * APART_S, nod(-wrong_by), body_with_head(nod(0.0)))
    assert degrees_between(head_rotation(nodding_as_before(body_with_head(nod(0.0)), heads)), nod(0.0)) < 6.0


def test_what_is_remembered_of_heads_does_not_grow() -> None:
    heads = ()
    for number in range(1000):
        heads = remembered(heads, number / 30.0, nod(0.0), body_with_head(nod(0.0)))
    assert len(heads) == MOST
    assert np.diff([head.time_s for head in heads]).min() > 0.99 * APART_S


def test_nobody_who_stands_still_nods_when_the_face_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    times, wrong_by = np.arange(40) / 20.0, 18.0
    video = filmed(standing(times))
    without = raw_motion(video, PERSON)
    head = quaternions.multiply(world_rotations(without.rotations)[:, BONE["head"]], nod(-wrong_by))
    straight = np.tile(quaternions.IDENTITY, (2, 1))
    faces = iter(
        FaceReading(one, np.array(SIZE_PX) / 2, 60.0, np.zeros(EXPRESSIONS), straight, np.ones(2), np.zeros((2, 2)), 1.0)
        if time < 1.0
        else None
        for one, time in zip(head, times, strict=True)
    )
    monkeypatch.setattr(steps, "_face", lambda *_: (next(faces), None))
    heads = world_rotations(raw_motion(video, PERSON).rotations)[:, BONE["head"]]
    assert max(degrees_between(a, b) for a, b in pairwise(heads)) < 0.4 * wrong_by
