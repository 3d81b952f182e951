"""One person's hands from picture to picture: found by the body's wrists, and never one hand taken for both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import cv2
import numpy as np

from avatarkit.tracking.attempts import Attempts
from avatarkit.tracking.hand_shape import hand_metres
from avatarkit.tracking.person_graphs import HAND_INPUT_PX, PALM_DETECTOR_PX, HandInCrop, PersonGraphs
from avatarkit.tracking.regions import (
    HAND_SQUARE_M,
    hand_square,
    hand_square_from_body,
    is_inside,
    palm_square,
    pixels_per_metre,
    whole_picture,
)
from avatarkit.tracking.square_crop import PhotoPyramid, SquareCrop
from avatarkit.tracking.tracked_frame import BodyLandmarks, HandLandmarks
from avatarkit.vocabulary.mediapipe_points import HAND, POSE

SIDES = ("left", "right")

MIN_HAND_PRESENCE = 0.5
"""MediaPipe's own for following a hand."""

HOPELESS_PRESENCE = 0.02
"""Below this a first look at a wrist has not even an idea of where the hand is."""

MIN_WRIST_VISIBILITY = 0.3
"""A wrist less visible than this is a guess and shows no hand."""

NO_SECOND_LOOK = 0.12
"""Presence in the first look after the glance below which a second one is in vain: on 13 clips none of 30 found a hand, and of
those above every fourth."""

LOOK_SIZES = (1.0, 1.3, 0.8)
"""Times the expected size of a hand, taken in turn: hands before the body look larger, hands behind it smaller."""

MOST_LOOKS = 2
"""After a first glance. Each look at a hand tells where to look more closely."""

LEAST_SQUARE = 0.85
"""Of the square expected by the body's size. On signed clips, hands seen edge on kept a presence above 0.9 in it and fell to
0.7 in squares that followed their outline."""

MAX_MISFIT = 0.4
"""Distance of the hand's wrist from the body's, in sides of the hand's square, beyond which it is another hand.
Measured on 15 signed clips: median 0.05 to 0.15, 95th percentile 0.25."""

LOOKS_MATTER = 0.4
"""How much of that distance it is worth whether a hand looks like a left or a right one; the label alone errs in 5 % of the
pictures, but two hands that touch are told apart by little else."""

SAME_HAND = 0.08
"""Two hands whose points lie this near to each other on average, in sides of the larger square, are one hand taken twice;
hands that touch or cover each other have different shapes."""

SAME_LOOKS = 0.25
"""The same of two that both look like a left hand, or both like a right one: the hidden one of two hands before each other is
read off the other. Measured on clips with touching hands: 0.10 to 0.23, and 0.27 and more where they were two."""

STEADY_WRIST = 0.05
"""A body's wrist that moved by less than this, in sides of the hand's square, trembles. From there on the hand is looked for as
far on as the wrist has moved: on 10 clips 2 % more hands are seen, a tenth of the error in fast ones is gone, and fewer have to
be looked for again."""

SMALL_HAND_PX = 80.0
"""Side of a hand's square below which the lite model reads it. On rendered films it errs less there than the full one (finger
curl of hands 42 to 53 pixels large: 8.9, 15.3 and 5.9 degrees against 9.4, 16.1 and 6.9) and costs half; at 110 pixels it errs
more (13.9 against 8.8)."""

READ_EVERY_S = 0.025
"""How soon a hand is read again: films of more than 40 pictures a second move it along with the wrist in between."""

STILL_FOR_S = 0.2
"""How long a hand in a picture that does not change stays as it was read."""

STILL_SIDE_PX, STILL_CHANGE, STILL_SHARE = 32, 10, 0.95
"""A hand's picture of so many pixels a side does not change while that share of them changes by less than so many of 255
levels. On signed clips the landmarks then move by 0.6 % of the square, as much as they tremble."""


@dataclass(frozen=True)
class SeenHand:
    """A hand.

    Attributes:
        landmarks: its points.
        leftness: 0..1, how much it looks like a left one.
        reading: where it was not read anew, how it was when it was.
    """

    landmarks: HandLandmarks
    leftness: float
    reading: LastReading | None = None

    @property
    def wrist(self) -> np.ndarray:
        """(2,) pixels."""
        return self.landmarks.points_px[HAND["wrist"]]

    @cached_property
    def square(self) -> SquareCrop:
        """Where to look for it next."""
        return hand_square(self.landmarks.points_px)


@dataclass(frozen=True)
class LastReading:
    """A hand when it was last read.

    Attributes:
        hand: what was seen.
        time_s: when.
        view: (32, 32, 3) its picture, small.
        body_wrist: (2,) pixels, where the body had that wrist; None without a body.
    """

    hand: SeenHand
    time_s: float
    view: np.ndarray
    body_wrist: np.ndarray | None


@dataclass(frozen=True)
class HandMemory:
    """What following a hand needs to know.

    Attributes:
        square: where to look next; None when it is not followed.
        attempts: to find it.
        hint: where the last of them, not quite in vain, says to look next.
        last: how it was when it was read.
        body_wrist: (2,) pixels, where the body had that wrist; None without a body.
    """

    square: SquareCrop | None = None
    attempts: Attempts = field(default_factory=Attempts)
    hint: SquareCrop | None = None
    last: LastReading | None = None
    body_wrist: np.ndarray | None = None


Hands = Mapping[str, SeenHand]
"""Side -> hand; a hand that is not seen is not in it."""


def follow_hand(
    pyramid: PhotoPyramid,
    time_s: float,
    memory: HandMemory,
    body_wrist: np.ndarray | None,
    graphs: PersonGraphs,
    *,
    read_every_s: float = READ_EVERY_S,
) -> SeenHand | None:
    """A hand that was seen a moment ago, read anew if it is time or if its picture has changed.

    Args:
        pyramid: the picture.
        time_s: its time.
        memory: what the picture before left.
        body_wrist: (2,) pixels, where the body has that wrist; None without a body.
        graphs: the models.
        read_every_s: how soon it is read again.
    """
    if memory.square is None:
        return None
    last = memory.last
    if last is not None and _needs_no_reading(pyramid, time_s, last, read_every_s):
        return moved_along(replace(last.hand, reading=last), pyramid, body_wrist)
    return read_hand(pyramid, expected_square(memory.square, memory.body_wrist, body_wrist), graphs)


def wrist_of(body: BodyLandmarks | None, side: str) -> np.ndarray | None:
    """(2,) pixels, where a body has that wrist."""
    return None if body is None else body.points_px[POSE[side + "Wrist"]]


def expected_square(square: SquareCrop, before: np.ndarray | None, now: np.ndarray | None) -> SquareCrop:
    """Where a hand's square has gone with the body's wrist.

    Args:
        square: a moment ago.
        before, now: (2,) pixels, where the body had the wrist then, and where it has it.
    """
    if before is None or now is None or np.hypot(*(now - before)) < STEADY_WRIST * square.side:
        return square
    (x, y), (right, down) = square.centre, (now - before).tolist()
    return replace(square, centre=(x + right, y + down))


def _needs_no_reading(pyramid: PhotoPyramid, time_s: float, last: LastReading, read_every_s: float) -> bool:
    age = time_s - last.time_s
    return age < read_every_s or (age < STILL_FOR_S and is_still(pyramid, last))


def is_still(pyramid: PhotoPyramid, last: LastReading) -> bool:
    """Whether the picture is where a hand was read as it was then."""
    change = cv2.absdiff(view_of(pyramid, last.hand), last.view).max(axis=2)
    return bool(np.count_nonzero(change < STILL_CHANGE) >= STILL_SHARE * change.size)


def view_of(pyramid: PhotoPyramid, hand: SeenHand) -> np.ndarray:
    """(32, 32, 3) a hand's picture, small."""
    return pyramid.cut(hand.square, STILL_SIDE_PX, border=cv2.BORDER_REPLICATE)


def moved_along(hand: SeenHand, pyramid: PhotoPyramid, body_wrist: np.ndarray | None) -> SeenHand:
    """A hand that was not read anew, where the body's wrist has taken it since, unless its picture says that it stays."""
    last = hand.reading
    if last is None or last.body_wrist is None or body_wrist is None or is_still(pyramid, last):
        return hand
    return _shifted(hand, body_wrist - last.body_wrist)


def _shifted(hand: SeenHand, way_px: np.ndarray) -> SeenHand:
    return replace(hand, landmarks=replace(hand.landmarks, points_px=hand.landmarks.points_px + way_px))


def carried(last: LastReading, body_wrist: np.ndarray | None) -> SeenHand:
    """The same by the wrist alone, which trembles: for whoever waits and has no time to look at the picture."""
    hand, before = replace(last.hand, reading=last), last.body_wrist
    if before is None or body_wrist is None or np.hypot(*(body_wrist - before)) < STEADY_WRIST * hand.square.side:
        return hand
    return _shifted(hand, body_wrist - before)


def read_hand(
    pyramid: PhotoPyramid, square: SquareCrop, graphs: PersonGraphs, min_presence: float = MIN_HAND_PRESENCE
) -> SeenHand | None:
    """The hand in a square; None where there is none."""
    picture, place = pyramid.window(square, HAND_INPUT_PX)
    small = square.side < SMALL_HAND_PX
    found = graphs.read_hand(picture, place, lite=small)
    if small and found is not None and HOPELESS_PRESENCE <= found.presence < MIN_HAND_PRESENCE:
        found = graphs.read_hand(picture, place)  # it misses fewer hands
    return _seen(found, square, min_presence)


def glance_at_hand(pyramid: PhotoPyramid, square: SquareCrop, graphs: PersonGraphs) -> SeenHand | None:
    """About where the hand in a square is, at half the cost of a reading; None where nothing hints at one."""
    picture, place = pyramid.window(square, HAND_INPUT_PX)
    return _seen(graphs.read_hand(picture, place, lite=True), square, HOPELESS_PRESENCE)


def _seen(found: HandInCrop | None, square: SquareCrop, min_presence: float) -> SeenHand | None:
    if found is None or found.presence < min_presence:
        return None
    landmarks = HandLandmarks(
        points_px=square.to_photo(found.points[:, :2]),
        depth_px=found.points[:, 2] * square.side,
        world_m=hand_metres(found, square.roll),
        confidence=float(np.clip(found.presence, 0, 1)),
    )
    return SeenHand(landmarks, found.leftness)


def find_hand(
    pyramid: PhotoPyramid,
    body: BodyLandmarks,
    side: str,
    memory: HandMemory,
    graphs: PersonGraphs,
    *,
    most_looks: int = MOST_LOOKS,
) -> SeenHand | None:
    """A hand that was not followed, at the body's wrist; if the looks do not reach, the hint of one; see `is_sure`.

    Args:
        pyramid: the picture.
        body: in it.
        side: of the body.
        memory: what attempts before this one left.
        graphs: the models.
        most_looks: after the first glance, which a hint takes the place of.
    """
    square = memory.hint or _glanced_at(pyramid, body, side, memory.attempts, graphs)
    hand = None
    for _ in range(most_looks):
        hand = None if square is None else read_hand(pyramid, square, graphs, NO_SECOND_LOOK)
        if hand is None:
            return None
        if is_sure(hand):
            return hand if belongs(hand, body, side) else None
        square = next_square(hand, body)
    return hand


def is_sure(hand: SeenHand) -> bool:
    """Whether it is a hand, and not the hint of one."""
    return hand.landmarks.confidence >= MIN_HAND_PRESENCE


def _glanced_at(
    pyramid: PhotoPyramid, body: BodyLandmarks, side: str, attempts: Attempts, graphs: PersonGraphs
) -> SquareCrop | None:
    square = hand_square_from_body(body, side)
    square = replace(square, side=square.side * LOOK_SIZES[attempts.count % len(LOOK_SIZES)])
    hand = glance_at_hand(pyramid, square, graphs)
    return None if hand is None else next_square(hand, body)


def find_hands_alone(pyramid: PhotoPyramid, graphs: PersonGraphs) -> dict[str, SeenHand]:
    """Hands in a picture without a body: by the palm detector, left and right by their looks."""
    view = whole_picture(pyramid.size)
    rows = graphs.detect_palms(pyramid.cut(view, PALM_DETECTOR_PX))
    hands: dict[str, SeenHand] = {}
    for row in sorted(rows, key=lambda row: -row[3])[: len(SIDES)]:
        centre, wrist, root = view.to_photo(row[[1, 2, 4, 5, 6, 7]].reshape(3, 2))
        hand = read_hand(pyramid, palm_square(centre, row[3] * view.side, wrist, root), graphs)
        if hand is not None:
            looks, other = SIDES if hand.leftness >= 1 / 2 else SIDES[::-1]
            hands.setdefault(other if looks in hands else looks, hand)
    return hands


def next_square(hand: SeenHand, body: BodyLandmarks | None) -> SquareCrop:
    """Where to look for a hand next: around it, but not much closer than the body's size says; a hand seen edge on is narrow,
    and squares that shrink with it lose it."""
    least = 0.0 if body is None else LEAST_SQUARE * HAND_SQUARE_M * pixels_per_metre(body)
    return replace(hand.square, side=max(hand.square.side, least))


def wrist_is_visible(body: BodyLandmarks, side: str, size: tuple[int, int]) -> bool:
    """Whether the body shows that hand at all."""
    wrist = POSE[side + "Wrist"]
    return bool(body.visibility[wrist] >= MIN_WRIST_VISIBILITY) and is_inside(body.points_px[wrist], size)


def belongs(hand: SeenHand, body: BodyLandmarks, side: str) -> bool:
    """Whether a hand may be the one at that wrist of the body."""
    return _misfit(hand, body, side) < MAX_MISFIT


def settled(hands: Hands, body: BodyLandmarks | None) -> dict[str, SeenHand]:
    """Hands at their own wrists only, and no hand taken twice.

    Args:
        hands: as followed.
        body: the body in the same picture.
    """
    kept = dict(hands)
    if body is not None:
        kept = _uncrossed(kept, body)
        kept = {side: hand for side, hand in kept.items() if belongs(hand, body, side)}
    if len(kept) == len(SIDES) and _are_one(*kept.values()):
        del kept[_less_likely(kept, body)]
    return kept


def _uncrossed(hands: dict[str, SeenHand], body: BodyLandmarks) -> dict[str, SeenHand]:
    """The hands exchanged if they then fit the body better."""
    if len(hands) < len(SIDES):
        return hands
    straight = sum(_misfit(hands[side], body, side) for side in SIDES)
    crossed = sum(_misfit(hands[side], body, other) for side, other in zip(SIDES, SIDES[::-1], strict=True))
    return {"left": hands["right"], "right": hands["left"]} if crossed < straight else hands


def _are_one(a: SeenHand, b: SeenHand) -> bool:
    apart = np.linalg.norm(a.landmarks.points_px - b.landmarks.points_px, axis=1).mean()
    alike = (a.leftness >= 1 / 2) == (b.leftness >= 1 / 2)
    return bool(apart < (SAME_LOOKS if alike else SAME_HAND) * max(a.square.side, b.square.side))


def _less_likely(hands: Hands, body: BodyLandmarks | None) -> str:
    """The side that the hand which both claim fits less; by its looks alone where there is no body."""
    if body is None:
        return "right" if sum(hand.leftness for hand in hands.values()) >= 1 else "left"
    return max(hands, key=lambda side: _misfit(hands[side], body, side))


def _misfit(hand: SeenHand, body: BodyLandmarks, side: str) -> float:
    """How little a hand fits that wrist: its distance in sides of the hand's square, less if it looks like that side's."""
    away = float(np.hypot(*(hand.wrist - body.points_px[POSE[side + "Wrist"]]))) / hand.square.side
    looks_like_it = hand.leftness if side == "left" else 1 - hand.leftness
    return away + LOOKS_MATTER * (1 / 2 - looks_like_it)
