"""One person, live: picture in, landmarks out."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType

import numpy as np

from avatarkit.errors import UsageError
from avatarkit.media.video_frame import VideoFrame
from avatarkit.tracking import follow_face, follow_hands
from avatarkit.tracking.attempts import EAGER, Attempts
from avatarkit.tracking.detect_faces import MIN_DETECTION_SCORE
from avatarkit.tracking.film_cuts import Glimpse, glimpse_of, is_cut
from avatarkit.tracking.follow_body import BodyMemory, follow_body
from avatarkit.tracking.follow_face import FaceMemory
from avatarkit.tracking.follow_hands import SIDES, HandMemory, SeenHand
from avatarkit.tracking.mediapipe_graphs import FaceGraphs, face_graphs
from avatarkit.tracking.person_graphs import PersonGraphs, person_graphs
from avatarkit.tracking.regions import hand_square_from_body
from avatarkit.tracking.square_crop import PhotoPyramid
from avatarkit.tracking.tracked_frame import BodyLandmarks, TrackedFace, TrackedFrame
from avatarkit.vocabulary.mediapipe_points import POSE

SWIFT = 0.3
"""A wrist that moved this much of a hand's square since the picture before is worth a second look where it is now."""


@dataclass(frozen=True)
class PersonMemory:
    """Everything that is carried from one picture to the next.

    Attributes:
        body, face, left_hand, right_hand: what following each needs to know.
        seen_body: the body in the picture before.
        glimpse: the picture before, very small.
        time_s: of the picture before.
    """

    body: BodyMemory = field(default_factory=BodyMemory)
    face: FaceMemory = field(default_factory=FaceMemory)
    left_hand: HandMemory = field(default_factory=HandMemory)
    right_hand: HandMemory = field(default_factory=HandMemory)
    seen_body: BodyLandmarks | None = None
    glimpse: Glimpse | None = None
    time_s: float | None = None

    def hand(self, side: str) -> HandMemory:
        """The memory of the left or right hand."""
        return self.left_hand if side == "left" else self.right_hand

    def after_a_cut(self) -> PersonMemory:
        """What is left when the film goes on somewhere else."""
        return PersonMemory(body=self.body.after_a_cut())


@dataclass(frozen=True)
class Graphs:
    """The models; they remember nothing and serve any number of trackers."""

    person: PersonGraphs
    face: FaceGraphs


@dataclass(frozen=True)
class _FaceBeside:
    """What was found of the face beside the body, before it was known where the body is now."""

    memory: FaceMemory
    face: TrackedFace | None
    searched: bool


@dataclass(frozen=True)
class _HandBeside:
    """The same of a hand."""

    hand: SeenHand | None
    searched: bool


class PersonTracker:
    """Follows one person through the pictures of one stream. Pictures of another stream want another tracker.

    Attributes:
        memory: a value; a tracker that is given another's memory goes on where that one was.
    """

    def __init__(self, person: int | None = None) -> None:
        """Start without having seen anything.

        Args:
            person: whom to follow, from 1 for the largest in the first picture that shows so many; the largest when None.

        Raises:
            UsageError: `person` is below 1.
        """
        if person is not None and person < 1:
            raise UsageError(f"People are numbered from 1, largest first; there is no person {person}.")
        self.memory = PersonMemory()
        self._person = person
        self._graphs = Graphs(person_graphs(), face_graphs(MIN_DETECTION_SCORE))
        self._beside = ThreadPoolExecutor(max_workers=1, thread_name_prefix="face-and-hands")

    def __enter__(self) -> PersonTracker:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the tracker's thread. The models stay for the next tracker."""
        self._beside.shutdown()

    def track(self, frame: VideoFrame) -> TrackedFrame:
        """The person in the next picture.

        Args:
            frame: later than the one before.

        Returns:
            the parts that are seen.

        Raises:
            UsageError: the picture is not later than the one before.
        """
        if self.memory.time_s is not None and frame.time_s <= self.memory.time_s:
            raise UsageError(f"Pictures must come in order: {frame.time_s} s came after {self.memory.time_s} s.")
        self.memory, tracked = track_step(frame, self.memory, self._graphs, self._beside, self._person)
        return tracked


def track_step(
    frame: VideoFrame, memory: PersonMemory, graphs: Graphs, beside: ThreadPoolExecutor, person: int | None = None
) -> tuple[PersonMemory, TrackedFrame]:
    """The person in one picture, and what to remember for the next.

    The body model takes as long as face and hands together, so these are followed beside it, where they were a moment ago
    or where the body was a moment ago; what is then missing is looked for where the body is now.

    Args:
        frame: the picture.
        memory: what the picture before left.
        graphs: the models.
        beside: a thread for face and hands.
        person: as in `PersonTracker`.
    """
    pyramid, time_s = PhotoPyramid(frame.pixels), frame.time_s
    glimpse = glimpse_of(pyramid)
    if memory.glimpse is not None and is_cut(memory.glimpse, glimpse):
        memory = memory.after_a_cut()
    face_beside = beside.submit(_face_beside, pyramid, time_s, memory, graphs)
    hands_beside = {side: beside.submit(_hand_beside, pyramid, time_s, memory, side, graphs) for side in SIDES}
    body_memory, body = follow_body(pyramid, time_s, memory.body, graphs.person, person)
    # What the other thread has not begun is done here.
    found = {side: _taken_over(hands_beside[side], _hand_beside, pyramid, time_s, memory, side, graphs) for side in SIDES[::-1]}
    face_memory, face = _face_of(body, face_beside.result(), pyramid, time_s, graphs)
    hands = _hands_of(body, found, pyramid, memory, graphs)
    left, right = (hands.get(side) for side in SIDES)
    remembered = PersonMemory(
        body=body_memory,
        face=face_memory,
        left_hand=_remember(left, body, memory.left_hand, time_s),
        right_hand=_remember(right, body, memory.right_hand, time_s),
        seen_body=body,
        glimpse=glimpse,
        time_s=time_s,
    )
    return remembered, TrackedFrame(
        time_s, pyramid.size, body, left.landmarks if left else None, right.landmarks if right else None, face
    )


def _taken_over(future: Future[_HandBeside], step: Callable[..., _HandBeside], *arguments: object) -> _HandBeside:
    return step(*arguments) if future.cancel() else future.result()


def _face_beside(pyramid: PhotoPyramid, time_s: float, memory: PersonMemory, graphs: Graphs) -> _FaceBeside:
    face_memory, face = follow_face.follow_face(pyramid, time_s, memory.face, graphs.face)
    if face is not None or memory.seen_body is None:
        return _FaceBeside(face_memory, face, searched=False)
    return _FaceBeside(*follow_face.find_face(pyramid, time_s, face_memory, memory.seen_body, graphs.face), searched=True)


def _hand_beside(pyramid: PhotoPyramid, time_s: float, memory: PersonMemory, side: str, graphs: Graphs) -> _HandBeside:
    before = memory.hand(side)
    hand = None if before.square is None else follow_hands.read_hand(pyramid, before.square, graphs.person)
    if hand is not None or memory.seen_body is None or not _is_worth_a_look(memory.seen_body, side, before, pyramid, time_s):
        return _HandBeside(hand, searched=False)
    return _HandBeside(follow_hands.find_hand(pyramid, memory.seen_body, side, before.attempts, graphs.person), searched=True)


def _is_worth_a_look(body: BodyLandmarks, side: str, before: HandMemory, pyramid: PhotoPyramid, time_s: float) -> bool:
    return before.attempts.are_due(time_s) and follow_hands.wrist_is_visible(body, side, pyramid.size)


def _face_of(
    body: BodyLandmarks | None, found: _FaceBeside, pyramid: PhotoPyramid, time_s: float, graphs: Graphs
) -> tuple[FaceMemory, TrackedFace | None]:
    """The followed face if it is the body's, else the face that is found there now."""
    if found.face is not None and follow_face.belongs(found.face, body):
        return found.memory, found.face
    if found.face is None and found.searched and body is not None:
        return found.memory, None  # it was looked for already, where the body was a moment ago
    start = FaceMemory(attempts=found.memory.attempts)
    return follow_face.find_face(pyramid, time_s, start, body, graphs.face)


def _hands_of(
    body: BodyLandmarks | None, found: dict[str, _HandBeside], pyramid: PhotoPyramid, memory: PersonMemory, graphs: Graphs
) -> dict[str, SeenHand]:
    """The followed hands that are the body's, and those that are found at its wrists now."""
    followed = {side: beside.hand for side, beside in found.items() if beside.hand is not None}
    if body is None:
        # Hands that a body led to are not believed without it until the palm detector sees them.
        believed = followed if memory.seen_body is None else {}
        return follow_hands.settled(believed or follow_hands.find_hands_alone(pyramid, graphs.person), None)
    kept = follow_hands.settled(followed, body)
    for side in SIDES:
        news = side in followed or memory.seen_body is None or (found[side].searched and _is_swift(body, side, memory))
        if side not in kept and news and follow_hands.wrist_is_visible(body, side, pyramid.size):
            hand = follow_hands.find_hand(pyramid, body, side, memory.hand(side).attempts, graphs.person)
            if hand is not None:
                kept[side] = hand
    return follow_hands.settled(kept, body)


def _is_swift(body: BodyLandmarks, side: str, memory: PersonMemory) -> bool:
    """Whether the wrist moved so far that a look where it was could not show the hand; not asked for ever."""
    before, wrist = memory.seen_body, POSE[side + "Wrist"]
    if before is None or memory.hand(side).attempts.count >= EAGER:
        return False
    moved = np.hypot(*(body.points_px[wrist] - before.points_px[wrist]))
    return bool(moved > SWIFT * hand_square_from_body(body, side).side)


def _remember(hand: SeenHand | None, body: BodyLandmarks | None, before: HandMemory, time_s: float) -> HandMemory:
    if hand is not None:
        return HandMemory(follow_hands.next_square(hand, body))
    attempts = before.attempts if before.square is None else Attempts()
    return HandMemory(None, attempts.after_another(time_s) if attempts.are_due(time_s) else attempts)
