"""A picture whose hands and face are still being read gives the pose of the whole picture, and waits for nothing too early."""

from __future__ import annotations

import numpy as np
import pytest

from avatarkit.motion import steps
from avatarkit.motion.live_steps import LiveMemory, live_step
from avatarkit.tracking.coming_frame import ComingFrame
from avatarkit.tracking.tracked_frame import TrackedFace, TrackedFrame
from tests.motion.simulated import PERSON, filmed, walking


def coming(frame: TrackedFrame, told: list[str]) -> ComingFrame:
    def face() -> TrackedFace | None:
        told.append("face waited for")
        return frame.face

    def whole() -> TrackedFrame:
        told.append("hands waited for")
        return frame

    return ComingFrame(frame.time_s, frame.size_px, frame.body, face, whole)


def test_a_coming_picture_gives_the_pose_of_the_whole_one() -> None:
    known: LiveMemory | None = None
    waited: LiveMemory | None = None
    for frame in filmed(walking(np.arange(10) / 30), noise_m=0.01).frames:
        pose, known = live_step(frame, PERSON, known)
        other, waited = live_step(coming(frame, []), PERSON, waited)
        np.testing.assert_array_equal(pose.rotations, other.rotations)
        np.testing.assert_array_equal(pose.expressions, other.expressions)


def test_the_face_is_read_before_hands_are_waited_for_and_the_body_is_lifted_by_its_hands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []
    lift = steps.lift
    monkeypatch.setattr(steps, "lift", lambda *given: (told.append("body lifted"), lift(*given))[1])
    frame = filmed(walking(np.array([0.0]))).frames[0]
    steps.pose_step(coming(frame, told), PERSON)
    assert told == ["face waited for", "hands waited for", "body lifted"]
