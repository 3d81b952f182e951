"""Live, a picture does not wait for a hand without end: it goes with its wrist, and is there anew in the next picture."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from avatarkit.tracking import track_person
from avatarkit.tracking.film_cuts import glimpse_of
from avatarkit.tracking.follow_body import BodyMemory
from avatarkit.tracking.follow_hands import HandMemory, LastReading, SeenHand, view_of
from avatarkit.tracking.square_crop import PhotoPyramid
from avatarkit.tracking.track_person import MOST_CARRIED_S, PersonMemory, PersonTracker, SeenBody, _Look
from avatarkit.vocabulary.mediapipe_points import POSE
from tests.tracking.test_follow_hands import LEFT, body, hand
from tests.waiting import PATIENCE_S, until

STEP = np.array([9.0, -4.0])


class Readings:
    """Instead of the models: the left hand at its wrist, once `allowed`; the right one is never seen."""

    def __init__(self) -> None:
        self.allowed, self.asked_s = threading.Event(), []

    def read(self, seen: SeenBody, side: str, *_: object, **__: object) -> SeenHand | None:
        if side == "right":
            return None
        self.asked_s.append(seen.look.time_s)
        assert self.allowed.wait(PATIENCE_S)
        return replace(hand(wrist(seen), 1.0), landmarks=replace(hand(wrist(seen), 1.0).landmarks, confidence=0.9))


def wrist(seen: SeenBody) -> np.ndarray:
    assert seen.body is not None
    return seen.body.points_px[POSE["leftWrist"]]


def picture(number: int, *, cut: bool = False, time_s: float | None = None) -> SeenBody:
    """The body with its left wrist moved on by `STEP` in each picture, each of another grey."""
    pyramid, seen = PhotoPyramid(np.full((480, 640, 3), 60 + 20 * number, np.uint8)), body()
    points = np.array(seen.points_px)
    points[POSE["leftWrist"]] += number * STEP
    look = _Look(number / 30 if time_s is None else time_s, pyramid, glimpse_of(pyramid), cut)
    return SeenBody(look, BodyMemory(), replace(seen, points_px=points))


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> Iterator[Readings]:
    given = Readings()
    monkeypatch.setattr(track_person, "person_graphs", lambda: None)
    monkeypatch.setattr(track_person, "face_graphs", lambda score: None)
    monkeypatch.setattr(track_person, "_hand_of", given.read)
    yield given
    given.allowed.set()


def tracker_that_saw(number: int) -> PersonTracker:
    """A tracker that read the left hand in that picture."""
    seen, tracker = picture(number), PersonTracker(face=False, quick=True)
    read = hand(wrist(seen), 1.0)
    last = LastReading(read, seen.look.time_s, view_of(seen.look.pyramid, read), wrist(seen))
    tracker.memory = PersonMemory(left_hand=HandMemory(read.square, last=last, body_wrist=wrist(seen)), had_body=True)
    return tracker


def test_a_late_hand_goes_with_its_wrist_and_is_read_once(readings: Readings) -> None:
    with tracker_that_saw(0) as tracker:
        for number in (1, 2):
            shown = tracker.begin(picture(number), time.monotonic()).whole.left_hand
            assert shown is not None and shown.confidence == 1.0
            np.testing.assert_allclose(shown.points_px[0], LEFT + number * STEP)
        readings.allowed.set()
    assert readings.asked_s == [picture(1).look.time_s]  # by now whatever was begun has ended


def test_a_late_hand_does_not_tremble_with_its_wrist(readings: Readings) -> None:
    with tracker_that_saw(0) as tracker:
        trembling = picture(1)
        assert trembling.body is not None
        points = np.array(trembling.body.points_px)
        points[POSE["leftWrist"]] += (1.0, 1.0) - STEP
        shown = tracker.begin(replace(trembling, body=replace(trembling.body, points_px=points)), time.monotonic()).whole
        readings.allowed.set()
    assert shown.left_hand is not None
    np.testing.assert_allclose(shown.left_hand.points_px[0], LEFT)


def test_what_was_read_late_counts_from_the_next_picture_on(readings: Readings) -> None:
    with tracker_that_saw(0) as tracker:
        tracker.begin(picture(1), time.monotonic()).whole  # noqa: B018
        readings.allowed.set()
        until(tracker._late["left"].coming.done)
        tracker.begin(picture(2), time.monotonic() + PATIENCE_S).whole  # noqa: B018
        assert readings.asked_s == [picture(1).look.time_s, picture(2).look.time_s]
        last = tracker.memory.left_hand.last
        assert last is not None and last.hand.landmarks.confidence == 0.9 and last.time_s == picture(2).look.time_s


def test_who_waits_without_end_gets_what_was_read(readings: Readings) -> None:
    readings.allowed.set()
    with tracker_that_saw(0) as tracker:
        shown = tracker.begin(picture(1)).whole.left_hand
    assert shown is not None and shown.confidence == 0.9


def test_an_old_reading_is_not_carried_on(readings: Readings) -> None:
    with tracker_that_saw(0) as tracker:
        late = picture(1, time_s=MOST_CARRIED_S + 0.01)
        assert tracker.begin(late, time.monotonic()).whole.left_hand is None
        readings.allowed.set()
        until(tracker._late["left"].coming.done)
        assert tracker._with_late_hands().left_hand.square is not None


def test_behind_a_cut_a_late_hand_is_forgotten(readings: Readings) -> None:
    with tracker_that_saw(0) as tracker:
        tracker.begin(picture(1), time.monotonic()).whole  # noqa: B018
        assert tracker.begin(picture(2, cut=True), time.monotonic()).whole.left_hand is None
        until(lambda: len(readings.asked_s) == 2)
        readings.allowed.set()
