"""Laws of legs that a tracker took for each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from avatarkit.motion.leg_swaps import unswapped, with_legs_exchanged
from avatarkit.tracking.tracked_frame import TrackedVideo
from tests.motion.simulated import filmed, standing, walking

TIMES = np.arange(90) / 30.0


@pytest.mark.parametrize("wrong", [{20}, {20, 22}, set(range(40, 60)), set(range(70, 90))])
def test_exchanged_legs_are_put_back(wrong: set[int]) -> None:
    video = filmed(standing(TIMES), noise_m=0.004)
    assert not same(exchanged(video, wrong), video)
    assert same(unswapped(exchanged(video, wrong)), video)


def test_legs_that_cross_are_not_exchanged() -> None:
    video = filmed(walking(TIMES - 1.0), noise_m=0.004)
    assert all(a is b for a, b in zip(unswapped(video).frames, video.frames, strict=True))


def test_pictures_far_apart_are_left_as_they_are() -> None:
    video = filmed(walking(np.arange(8) / 1.0))
    assert same(unswapped(video), video)


def test_exchanging_twice_changes_nothing() -> None:
    body = filmed(standing(TIMES[:1])).frames[0].body
    assert body is not None
    assert (with_legs_exchanged(with_legs_exchanged(body)).points_px == body.points_px).all()


def exchanged(video: TrackedVideo, wrong: set[int]) -> TrackedVideo:
    frames = [
        replace(frame, body=with_legs_exchanged(frame.body)) if number in wrong and frame.body else frame
        for number, frame in enumerate(video.frames)
    ]
    return TrackedVideo(tuple(frames), video.source)


def same(a: TrackedVideo, b: TrackedVideo) -> bool:
    return all(
        one.body is not None and other.body is not None and (one.body.points_px == other.body.points_px).all()
        for one, other in zip(a.frames, b.frames, strict=True)
    )
