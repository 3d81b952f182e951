"""One person, live: picture in, landmarks out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType

from avatarkit.errors import UsageError
from avatarkit.media.video_frame import VideoFrame
from avatarkit.tracking.detect_faces import MIN_DETECTION_SCORE
from avatarkit.tracking.follow_body import BodyMemory, follow_body
from avatarkit.tracking.follow_face import belongs, find_face, follow_face
from avatarkit.tracking.follow_hands import (
    SIDES,
    Hands,
    SeenHand,
    find_hand,
    find_hands_alone,
    follow_hand,
    settled,
)
from avatarkit.tracking.mediapipe_graphs import FaceGraphs, face_graphs
from avatarkit.tracking.person_graphs import PersonGraphs, person_graphs
from avatarkit.tracking.regions import face_square
from avatarkit.tracking.square_crop import PhotoPyramid, SquareCrop
from avatarkit.tracking.tracked_frame import BodyLandmarks, TrackedFace, TrackedFrame


@dataclass(frozen=True)
class PersonMemory:
    """Everything that is carried from one picture to the next.

    Attributes:
        body: where the body is looked for.
        seen_body: the body in the picture before.
        face: where the face is looked for; None if it was not seen.
        hands: where each hand that was seen is looked for.
        time_s: of the picture before.
    """

    body: BodyMemory = field(default_factory=BodyMemory)
    seen_body: BodyLandmarks | None = None
    face: SquareCrop | None = None
    hands: dict[str, SquareCrop] = field(default_factory=dict)
    time_s: float | None = None


@dataclass(frozen=True)
class Graphs:
    """The models; they remember nothing and serve any number of trackers."""

    person: PersonGraphs
    face: FaceGraphs


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
    pyramid = PhotoPyramid(frame.pixels)
    followed = beside.submit(_follow_face_and_hands, pyramid, memory, graphs)
    body_memory, body = follow_body(pyramid, frame.time_s, memory.body, graphs.person, person)
    face, hands = followed.result()
    face = _face_of(body, face, pyramid, memory, graphs)
    hands = _hands_of(body, hands, pyramid, memory, graphs)
    remembered = PersonMemory(
        body=body_memory,
        seen_body=body,
        face=None if face is None else face_square(face.points_px),
        hands={side: hand.square for side, hand in hands.items()},
        time_s=frame.time_s,
    )
    left, right = (hands[side].landmarks if side in hands else None for side in SIDES)
    return remembered, TrackedFrame(frame.time_s, pyramid.size, body, left, right, face)


def _follow_face_and_hands(pyramid: PhotoPyramid, memory: PersonMemory, graphs: Graphs) -> tuple[TrackedFace | None, Hands]:
    face = None if memory.face is None else follow_face(pyramid, memory.face, graphs.face)
    if face is None and memory.seen_body is not None:
        face = find_face(pyramid, memory.seen_body, graphs.face)
    hands = {side: _hand_beside(pyramid, memory, side, graphs.person) for side in SIDES}
    return face, {side: hand for side, hand in hands.items() if hand is not None}


def _hand_beside(pyramid: PhotoPyramid, memory: PersonMemory, side: str, graphs: PersonGraphs) -> SeenHand | None:
    hand = follow_hand(pyramid, memory.hands[side], graphs) if side in memory.hands else None
    if hand is None and memory.seen_body is not None:
        hand = find_hand(pyramid, memory.seen_body, side, graphs)
    return hand


def _face_of(
    body: BodyLandmarks | None, face: TrackedFace | None, pyramid: PhotoPyramid, memory: PersonMemory, graphs: Graphs
) -> TrackedFace | None:
    """The followed face if it is the body's, else the face that is found there now."""
    if face is not None and belongs(face, body):
        return face
    already_looked = face is None and memory.seen_body is not None and body is not None
    found = None if already_looked else find_face(pyramid, body, graphs.face)
    return found if found is not None and belongs(found, body) else None


def _hands_of(
    body: BodyLandmarks | None, hands: Hands, pyramid: PhotoPyramid, memory: PersonMemory, graphs: Graphs
) -> dict[str, SeenHand]:
    """The followed hands that are the body's, and those that are found at its wrists now."""
    if body is None:
        return settled(hands or find_hands_alone(pyramid, graphs.person), None)
    kept = settled(hands, body)
    for side in SIDES:
        if side not in kept and (side in hands or memory.seen_body is None):
            hand = find_hand(pyramid, body, side, graphs.person)
            if hand is not None:
                kept[side] = hand
    return settled(kept, body)
