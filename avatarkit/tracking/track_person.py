"""One person through pictures: picture in, landmarks out.

The body leads: each picture's hands and face are looked for where its body is, and nothing about the body depends on them. So
hands and face are read beside each other, and in a film the next bodies are read meanwhile; the landmarks are the same. All of
that is done by as many threads as there are processors, whoever comes first: with more, hands that a picture waits for share a
processor with bodies that can wait, and in the end one processor has nothing to do.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any

from avatarkit.errors import UsageError
from avatarkit.media.give_way import AWAITED, give_way
from avatarkit.media.read_ahead import read_ahead
from avatarkit.media.video_frame import VideoFrame
from avatarkit.tracking import follow_face, follow_hands
from avatarkit.tracking.attempts import Attempts
from avatarkit.tracking.coming_frame import ComingFrame
from avatarkit.tracking.detect_faces import MIN_DETECTION_SCORE
from avatarkit.tracking.film_cuts import Glimpse, glimpse_of, is_cut
from avatarkit.tracking.follow_body import BodyMemory, follow_body
from avatarkit.tracking.follow_face import FaceMemory
from avatarkit.tracking.follow_hands import SIDES, HandMemory, LastReading, SeenHand
from avatarkit.tracking.hand_shape import of_its_side
from avatarkit.tracking.mediapipe_graphs import FaceGraphs, face_graphs
from avatarkit.tracking.person_graphs import PersonGraphs, person_graphs
from avatarkit.tracking.square_crop import PhotoPyramid
from avatarkit.tracking.tracked_frame import BodyLandmarks, HandLandmarks, TrackedFace, TrackedFrame


@dataclass(frozen=True)
class PersonMemory:
    """Everything that is carried from one picture to the next.

    Attributes:
        body, face, left_hand, right_hand: what following each needs to know.
        had_body: whether the picture before showed a body.
        glimpse: the picture before, very small.
        time_s: of the picture before.
    """

    body: BodyMemory = field(default_factory=BodyMemory)
    face: FaceMemory = field(default_factory=FaceMemory)
    left_hand: HandMemory = field(default_factory=HandMemory)
    right_hand: HandMemory = field(default_factory=HandMemory)
    had_body: bool = False
    glimpse: Glimpse | None = None
    time_s: float | None = None

    def hand(self, side: str) -> HandMemory:
        """The memory of the left or right hand."""
        return self.left_hand if side == "left" else self.right_hand

    def with_hand(self, side: str, hand: HandMemory) -> PersonMemory:
        """With another memory of the left or right hand."""
        return replace(self, left_hand=hand) if side == "left" else replace(self, right_hand=hand)

    def after_a_cut(self) -> PersonMemory:
        """What is left when the film goes on somewhere else."""
        return PersonMemory(body=self.body.after_a_cut())


@dataclass(frozen=True)
class Graphs:
    """The models; they remember nothing and serve any number of trackers."""

    person: PersonGraphs
    face: FaceGraphs


@dataclass(frozen=True)
class _Look:
    """One picture, looked at.

    Attributes:
        time_s: of the picture.
        pyramid: the picture.
        glimpse: it very small.
        cut: whether another scene begins with it.
    """

    time_s: float
    pyramid: PhotoPyramid
    glimpse: Glimpse
    cut: bool


ComingFace = Future[tuple[FaceMemory, TrackedFace | None]]
"""A face that is being read, and what to remember of it."""


@dataclass(frozen=True)
class SeenBody:
    """The body in a picture, and what to remember of it; `face` is its face where that is read beside the body."""

    look: _Look
    memory: BodyMemory
    body: BodyLandmarks | None
    face: ComingFace | None = None


@dataclass(frozen=True)
class _LateHand:
    """A hand for which its picture did not wait: its reading, the picture, and what was known of the person before."""

    coming: Future[SeenHand | None]
    seen: SeenBody
    memory: PersonMemory


class PersonTracker:
    """Follows one person through the pictures of one stream. Pictures of another stream want another tracker."""

    def __init__(self, person: int | None = None, *, hands: bool = True, face: bool = True, quick: bool = False) -> None:
        """Start without having seen anything.

        Args:
            person: whom to follow, from 1 for the largest in the first picture that shows so many; the largest when None.
            hands, face: whether they are looked for; what is not wanted costs no time.
            quick: no picture takes much longer than others: of two hands one is read, and the other moved along with its wrist;
                a lost hand is looked for step by step from the next picture on. Where no hands are read, a face that was seen
                a moment ago is read beside its body, which it does not need: 21 instead of 31 ms from picture to pose. Beside
                hands nothing is won, which take longer than the face.

        Raises:
            UsageError: `person` is below 1.
        """
        if person is not None and person < 1:
            raise UsageError(f"People are numbered from 1, largest first; there is no person {person}.")
        self._memory = PersonMemory()
        self._left: Callable[[], PersonMemory] | None = None
        self._late: dict[str, _LateHand] = {}
        self._person, self._sides, self._wants_face = person, SIDES if hands else (), face
        self._quick = quick
        self._graphs = Graphs(person_graphs(), face_graphs(MIN_DETECTION_SCORE))
        steps = AWAITED if quick else 0
        self._beside = ThreadPoolExecutor(_threads(), "tracking", initializer=give_way, initargs=(steps,))
        ahead = quick and face and not hands
        self._faces = ThreadPoolExecutor(1, "faces", initializer=give_way, initargs=(steps,)) if ahead else None

    def __enter__(self) -> PersonTracker:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the tracker's threads. The models stay for the next tracker."""
        self._beside.shutdown()
        if self._faces is not None:
            self._faces.shutdown()

    @property
    def memory(self) -> PersonMemory:
        """A value; a tracker that is given another's memory goes on where that one was."""
        self.remember()
        return self._memory

    @memory.setter
    def memory(self, memory: PersonMemory) -> None:
        self._memory, self._left, self._late = memory, None, {}

    def remember(self) -> None:
        """Work out what the last picture leaves, for whoever has time now; else the next picture waits for it."""
        if self._left is not None:
            self._memory, self._left = self._left(), None

    def track(self, frame: VideoFrame) -> TrackedFrame:
        """The person in the next picture.

        Args:
            frame: later than the one before.

        Returns:
            the parts that are seen.

        Raises:
            UsageError: the picture is not later than the one before.
        """
        return next(self.finish(seen) for seen in self.bodies([frame]) if seen is not None)

    def track_all(self, frames: Iterable[VideoFrame]) -> Iterator[TrackedFrame]:
        """The person in each picture of a film: what `track` gives, the bodies being read ahead of faces and hands.

        Args:
            frames: each later than the one before.

        Raises:
            UsageError: a picture is not later than the one before.
        """
        for seen in read_ahead(self.bodies(frames), BODIES_AHEAD, self._beside):
            if seen is not None:
                yield self.finish(seen)

    def bodies(self, frames: Iterable[VideoFrame | None]) -> Iterator[SeenBody | None]:
        """The bodies in pictures, each to be given to `finish` in this order; another thread may be ahead with them.

        Args:
            frames: each later than the one before; where there is None instead of a picture, there is None instead of a body.

        Raises:
            UsageError: a picture is not later than the one before.
        """
        memory, glimpse, time_s = self.memory.body, self.memory.glimpse, self.memory.time_s
        face: ComingFace = Future()
        face.set_result((self.memory.face, None))
        for frame in frames:
            if frame is None:
                yield None
                continue
            look = _look_at(frame, glimpse, time_s)
            if self._faces is not None:
                face = self._faces.submit(_followed_face, look, face, self._graphs.face)
            memory = memory.after_a_cut() if look.cut else memory
            memory, body = follow_body(look.pyramid, look.time_s, memory, self._graphs.person, self._person)
            glimpse, time_s = look.glimpse, look.time_s
            if self._faces is not None:
                face = self._faces.submit(_face_of_body, look, body, face, self._graphs.face)
            yield SeenBody(look, memory, body, face if self._faces else None)

    def finish(self, seen: SeenBody) -> TrackedFrame:
        """The hands and the face beside a body."""
        return self._begun(seen, face_first=False).whole

    def begin(self, seen: SeenBody, hands_until_s: float | None = None) -> ComingFrame:
        """The same, while hands and face are still being read; `whole` of it must have been asked for before the next one.

        Args:
            seen: the body.
            hands_until_s: so long, on the clock of `time.monotonic`, hands are waited for; without end if None. Later ones go
                with their wrists as they were last read, and what is read of them counts from the next picture on.
        """
        return self._begun(seen, face_first=True, hands_until_s=hands_until_s)

    def _begun(self, seen: SeenBody, *, face_first: bool, hands_until_s: float | None = None) -> ComingFrame:
        """Hands take longer: where everything is waited for at once, they come first."""
        if seen.look.cut:
            self.memory = self.memory.after_a_cut()
        memory = self._with_late_hands()
        read = [side for side in self._sides if side not in self._late]
        every_s = {side: _read_every_s(memory, side) if self._quick else follow_hands.READ_EVERY_S for side in read}
        face = seen.face or (self._coming_face(seen, memory.face) if face_first else None)
        hands = {
            side: self._beside.submit(_hand_of, seen, side, memory, self._graphs.person, every, quick=self._quick)
            for side, every in every_s.items()
        }
        face = face or self._coming_face(seen, memory.face)

        def whole() -> TrackedFrame:
            in_time = {side: coming for side, coming in hands.items() if _is_read(coming, hands_until_s)}
            late = [side for side in self._sides if side not in in_time]
            self._late |= {side: _LateHand(hands[side], seen, memory) for side in late if side in hands}
            coming_hands = {side: coming.result() for side, coming in in_time.items()} | {
                side: _carried(seen, side, memory) for side in late
            }
            looked = {side: hand for side, hand in coming_hands.items() if hand is not None}
            found = {side: hand for side, hand in looked.items() if follow_hands.is_sure(hand)}
            hints = {side: hand for side, hand in looked.items() if side not in found}
            settled = _settled_hands(seen, found, memory, self._graphs.person, quick=self._quick) if self._sides else {}
            face_memory, read = face.result() if face else (FaceMemory(), None)
            self._left = lambda: _remembered(seen, {**hints, **settled}, face_memory, memory, late)
            return _tracked(seen, settled, read)

        look = seen.look
        return ComingFrame(look.time_s, look.pyramid.size, seen.body, lambda: face.result()[1] if face else None, whole)

    def _with_late_hands(self) -> PersonMemory:
        """What is remembered, with what has been read meanwhile of hands for which their pictures did not wait."""
        memory = self.memory
        for side, late in list(self._late.items()):
            if late.coming.done():
                memory = memory.with_hand(side, _remember(late.coming.result(), side, late.seen, late.memory))
                del self._late[side]
        return memory

    def _coming_face(self, seen: SeenBody, memory: FaceMemory) -> ComingFace | None:
        return self._beside.submit(_face_of, seen, memory, self._graphs.face) if self._wants_face else None


def _is_read(coming: Future[Any], until_s: float | None) -> bool:
    """Whether it is done by then."""
    with suppress(TimeoutError):
        coming.exception(None if until_s is None else max(until_s - time.monotonic(), 0.0))
    return coming.done()


def _threads() -> int:
    """As many as there are processors, and no more than there are things to read at once: body, both hands, face."""
    return min(max(os.cpu_count() or 1, 2), 4)


BODIES_AHEAD = 12
"""Pictures whose body may be read before the face and hands of the one that is being finished: enough that no core waits while
a lost hand is looked for again and again, which takes as long as three bodies each time. With 6, a clip with fast hands takes
6 % longer; with 24, none is quicker."""


def _look_at(frame: VideoFrame, before: Glimpse | None, before_s: float | None) -> _Look:
    if before_s is not None and frame.time_s <= before_s:
        raise UsageError(f"Pictures must come in order: {frame.time_s} s came after {before_s} s.")
    pyramid = PhotoPyramid(frame.pixels)
    glimpse = glimpse_of(pyramid)
    return _Look(frame.time_s, pyramid, glimpse, before is not None and is_cut(before, glimpse))


def _face_of(seen: SeenBody, memory: FaceMemory, graphs: FaceGraphs) -> tuple[FaceMemory, TrackedFace | None]:
    """The followed face if it is the body's, else the face that is found there."""
    look = seen.look
    return _settled_face(look, seen.body, *follow_face.follow_face(look.pyramid, look.time_s, memory, graphs), graphs)


def _followed_face(look: _Look, before: ComingFace, graphs: FaceGraphs) -> tuple[FaceMemory, TrackedFace | None]:
    """The face of the picture before, followed; whoever waits for it does so in the thread that has read it already."""
    memory = FaceMemory() if look.cut else before.result()[0]
    return follow_face.follow_face(look.pyramid, look.time_s, memory, graphs)


def _face_of_body(
    look: _Look, body: BodyLandmarks | None, followed: ComingFace, graphs: FaceGraphs
) -> tuple[FaceMemory, TrackedFace | None]:
    """`_face_of`, of a face that has been followed."""
    return _settled_face(look, body, *followed.result(), graphs)


def _settled_face(
    look: _Look, body: BodyLandmarks | None, memory: FaceMemory, face: TrackedFace | None, graphs: FaceGraphs
) -> tuple[FaceMemory, TrackedFace | None]:
    if face is not None and follow_face.belongs(face, body):
        return memory, face
    return follow_face.find_face(look.pyramid, look.time_s, FaceMemory(attempts=memory.attempts), body, graphs)


def _read_every_s(memory: PersonMemory, side: str) -> float:
    """How soon a hand is read again where hands are read in turn: at once when its last reading is the older one."""
    is_left = side == "left"
    own, other = memory.hand(side).last, memory.hand("right" if is_left else "left").last
    if own is None or other is None or own.time_s < other.time_s or (is_left and own.time_s == other.time_s):
        return follow_hands.READ_EVERY_S
    return NEXT_TURN_S


NEXT_TURN_S = 0.06
"""A hand that lets the other go first is read within so long: two pictures of a camera, of which a slow machine uses one."""


def _hand_of(
    seen: SeenBody, side: str, memory: PersonMemory, graphs: PersonGraphs, read_every_s: float, *, quick: bool
) -> SeenHand | None:
    """The followed hand if it is at its wrist, else the hand that is found there, or the hint of one."""
    if seen.body is None and memory.had_body:
        return None  # hands that a body led to are not believed without it until the palm detector sees them
    look = seen.look
    wrist = follow_hands.wrist_of(seen.body, side)
    hand = follow_hands.follow_hand(look.pyramid, look.time_s, memory.hand(side), wrist, graphs, read_every_s=read_every_s)
    if seen.body is None or (hand is not None and follow_hands.belongs(hand, seen.body, side)):
        return hand
    if not quick:
        hand = _find_hand(seen, seen.body, side, memory, graphs)
        return hand if hand is not None and follow_hands.is_sure(hand) else None
    if memory.hand(side).square is not None:
        return None  # it was read in this picture, which is enough
    return _find_hand(seen, seen.body, side, memory, graphs, most_looks=1)


def _find_hand(
    seen: SeenBody,
    body: BodyLandmarks,
    side: str,
    memory: PersonMemory,
    graphs: PersonGraphs,
    *,
    most_looks: int = follow_hands.MOST_LOOKS,
) -> SeenHand | None:
    look, before = seen.look, memory.hand(side)
    due = before.square is not None or before.attempts.are_due(look.time_s)
    if not due or not follow_hands.wrist_is_visible(body, side, look.pyramid.size):
        return None
    return follow_hands.find_hand(look.pyramid, body, side, before, graphs, most_looks=most_looks)


def _tracked(seen: SeenBody, hands: dict[str, SeenHand], face: TrackedFace | None) -> TrackedFrame:
    """What was seen."""
    look = seen.look
    left_hand, right_hand = (_shape_of(hands.get(side), side) for side in SIDES)
    return TrackedFrame(look.time_s, look.pyramid.size, seen.body, left_hand, right_hand, face)


def _carried(seen: SeenBody, side: str, memory: PersonMemory) -> SeenHand | None:
    """A hand whose reading is not waited for, as it was when it was last read, where its wrist has gone since."""
    last = memory.hand(side).last
    lost = seen.body is None and memory.had_body
    if lost or last is None or seen.look.time_s - last.time_s > MOST_CARRIED_S:
        return None
    return follow_hands.carried(last, follow_hands.wrist_of(seen.body, side))


MOST_CARRIED_S = 0.25
"""How old a reading may be that is shown still: two pictures of each hand's turns, and one of a machine that is late."""


def _remembered(
    seen: SeenBody, hands: dict[str, SeenHand], face: FaceMemory, memory: PersonMemory, late: Sequence[str]
) -> PersonMemory:
    """What to remember for the next picture; of hands that are late and were not shown, what was known before."""
    left_hand, right_hand = (
        memory.hand(side) if side in late and side not in hands else _remember(hands.get(side), side, seen, memory)
        for side in SIDES
    )
    return PersonMemory(
        body=seen.memory,
        face=face,
        left_hand=left_hand,
        right_hand=right_hand,
        had_body=seen.body is not None,
        glimpse=seen.look.glimpse,
        time_s=seen.look.time_s,
    )


def _shape_of(hand: SeenHand | None, side: str) -> HandLandmarks | None:
    return None if hand is None else of_its_side(hand.landmarks, hand.leftness, side)


def _settled_hands(
    seen: SeenBody, found: dict[str, SeenHand], memory: PersonMemory, graphs: PersonGraphs, *, quick: bool
) -> dict[str, SeenHand]:
    if seen.body is None:
        return follow_hands.settled(found or follow_hands.find_hands_alone(seen.look.pyramid, graphs), None)
    kept = follow_hands.settled(found, seen.body)
    if quick:
        return kept
    again = dict(kept)
    for side in [side for side in SIDES if side in found and side not in kept]:  # one that took the other for itself
        was_followed = memory.hand(side).square is not None  # else it was looked for a moment ago, in the very same squares
        hand = _find_hand(seen, seen.body, side, memory, graphs) if was_followed else None
        if hand is not None and follow_hands.is_sure(hand):
            again[side] = hand
    return kept if len(again) == len(kept) else follow_hands.settled(again, seen.body)


def _remember(hand: SeenHand | None, side: str, seen: SeenBody, memory: PersonMemory) -> HandMemory:
    before, look = memory.hand(side), seen.look
    if hand is None or not follow_hands.is_sure(hand):
        attempts = before.attempts if before.square is None else Attempts()
        hint = None if hand is None else follow_hands.next_square(hand, seen.body)
        return HandMemory(None, attempts.after_another(look.time_s) if attempts.are_due(look.time_s) else attempts, hint)
    wrist = follow_hands.wrist_of(seen.body, side)
    last = hand.reading or LastReading(hand, look.time_s, follow_hands.view_of(look.pyramid, hand), wrist)
    return HandMemory(follow_hands.next_square(hand, seen.body), last=last, body_wrist=wrist)
