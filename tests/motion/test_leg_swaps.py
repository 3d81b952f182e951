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


def test_legs_between_exchanged_and_not_are_where_they_were() -> None:
    video = filmed(standing(TIMES), noise_m=0.004)
    tracked = blended(exchanged(video, set(range(40, 60))), {38, 39, 60})
    assert apart_px(tracked, video) > 3.0 * apart_px(unswapped(tracked), video)
    assert {number for number in range(90) if not same_picture(unswapped(tracked), video, number)} <= {38, 39, 60}


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


def blended(video: TrackedVideo, which: set[int]) -> TrackedVideo:
    """The video in which both legs are in the middle between the two."""
    frames = list(video.frames)
    for number in which:
        body = frames[number].body
        assert body is not None
        other = with_legs_exchanged(body)
        points, metres = (body.points_px + other.points_px) / 2, (body.world_m + other.world_m) / 2
        frames[number] = replace(frames[number], body=replace(body, points_px=points, world_m=metres))
    return TrackedVideo(tuple(frames), video.source)


def apart_px(a: TrackedVideo, b: TrackedVideo) -> float:
    """How far points of the two are from each other at most."""
    pairs = [(one.body, other.body) for one, other in zip(a.frames, b.frames, strict=True)]
    return max(float(np.abs(one.points_px - other.points_px).max()) for one, other in pairs if one and other)


def same_picture(a: TrackedVideo, b: TrackedVideo, number: int) -> bool:
    one, other = a.frames[number].body, b.frames[number].body
    return one is not None and other is not None and bool((one.points_px == other.points_px).all())


def same(a: TrackedVideo, b: TrackedVideo) -> bool:
    return all(
        one.body is not None and other.body is not None and (one.body.points_px == other.body.points_px).all()
        for one, other in zip(a.frames, b.frames, strict=True)
    )
