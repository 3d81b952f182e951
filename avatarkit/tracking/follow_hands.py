"""One person's hands from picture to picture: found by the body's wrists, and never one hand taken for both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from avatarkit.tracking.person_graphs import HAND_INPUT_PX, PALM_DETECTOR_PX, PersonGraphs
from avatarkit.tracking.regions import (
    distance,
    hand_square,
    hand_square_from_body,
    is_inside,
    palm_square,
    to_our_axes,
    whole_picture,
)
from avatarkit.tracking.square_crop import PhotoPyramid, SquareCrop
from avatarkit.tracking.tracked_frame import BodyLandmarks, HandLandmarks
from avatarkit.vocabulary.mediapipe_points import HAND, POSE

SIDES = ("left", "right")

MIN_HAND_PRESENCE = 0.5
"""MediaPipe's own for following a hand."""

MIN_WRIST_VISIBILITY = 0.3
"""A wrist less visible than this is a guess and shows no hand."""

OFF_THE_WRIST = 0.5
"""A hand whose wrist is this far from the body's, in sides of the hand's square, is not that hand."""

SAME_HAND = 0.3
"""Two hands nearer to each other than this, in sides of the larger square, are one hand taken twice."""


@dataclass(frozen=True)
class SeenHand:
    """A hand, and how much it looks like a left one (0..1)."""

    landmarks: HandLandmarks
    leftness: float

    @property
    def wrist(self) -> np.ndarray:
        """(2,) pixels."""
        return self.landmarks.points_px[HAND["wrist"]]

    @property
    def square(self) -> SquareCrop:
        """Where to look for it next."""
        return hand_square(self.landmarks.points_px)


Hands = Mapping[str, SeenHand]
"""Side -> hand; a hand that is not seen is not in it."""


def follow_hand(pyramid: PhotoPyramid, square: SquareCrop, graphs: PersonGraphs) -> SeenHand | None:
    """The hand in a square; None where there is none."""
    found = graphs.read_hand(pyramid.cut(square, HAND_INPUT_PX, border=cv2.BORDER_REPLICATE))
    if found is None or found.presence < MIN_HAND_PRESENCE:
        return None
    landmarks = HandLandmarks(
        points_px=square.to_photo(found.points[:, :2]),
        depth_px=found.points[:, 2] * square.side,
        world_m=to_our_axes(found.world, square.roll),
        confidence=float(np.clip(found.presence, 0, 1)),
    )
    return SeenHand(landmarks, found.leftness)


def find_hand(pyramid: PhotoPyramid, body: BodyLandmarks, side: str, graphs: PersonGraphs) -> SeenHand | None:
    """A hand that was not followed, at the body's wrist."""
    if not wrist_is_visible(body, side, pyramid.size):
        return None
    first = follow_hand(pyramid, hand_square_from_body(body.points_px, side), graphs)
    if first is None or not belongs(first, body, side):
        return None
    # The first look only tells where to look: its square has the body model's coarse idea of the hand.
    second = follow_hand(pyramid, first.square, graphs)
    return second if second is not None and belongs(second, body, side) else None


def find_hands_alone(pyramid: PhotoPyramid, graphs: PersonGraphs) -> dict[str, SeenHand]:
    """Hands in a picture without a body: by the palm detector, left and right by their looks."""
    view = whole_picture(pyramid.size)
    rows = graphs.detect_palms(pyramid.cut(view, PALM_DETECTOR_PX))
    hands: dict[str, SeenHand] = {}
    for row in sorted(rows, key=lambda row: -row[3])[: len(SIDES)]:
        centre, wrist, root = view.to_photo(row[[1, 2, 4, 5, 6, 7]].reshape(3, 2))
        hand = follow_hand(pyramid, palm_square(centre, row[3] * view.side, wrist, root), graphs)
        if hand is not None:
            looks, other = SIDES if hand.leftness >= 1 / 2 else SIDES[::-1]
            hands.setdefault(other if looks in hands else looks, hand)
    return hands


def wrist_is_visible(body: BodyLandmarks, side: str, size: tuple[int, int]) -> bool:
    """Whether the body shows that hand at all."""
    wrist = POSE[side + "Wrist"]
    return bool(body.visibility[wrist] >= MIN_WRIST_VISIBILITY) and is_inside(body.points_px[wrist], size)


def belongs(hand: SeenHand, body: BodyLandmarks, side: str) -> bool:
    """Whether a hand may be the one at that wrist of the body."""
    return _off_wrist(hand, body, side) < OFF_THE_WRIST


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
    """The hands exchanged if both are then nearer to their wrists."""
    if len(hands) < len(SIDES):
        return hands
    straight = sum(_off_wrist(hands[side], body, side) for side in SIDES)
    crossed = sum(_off_wrist(hands[side], body, other) for side, other in zip(SIDES, SIDES[::-1], strict=True))
    return {"left": hands["right"], "right": hands["left"]} if crossed < straight else hands


def _are_one(a: SeenHand, b: SeenHand) -> bool:
    return distance(a.square, b.square) < SAME_HAND * max(a.square.side, b.square.side)


def _less_likely(hands: Mapping[str, SeenHand], body: BodyLandmarks | None) -> str:
    """The side whose wrist is farther from the hand that both claim; by its looks where there is no body."""
    if body is None:
        return "right" if sum(hand.leftness for hand in hands.values()) >= 1 else "left"
    return max(hands, key=lambda side: _off_wrist(hands[side], body, side))


def _off_wrist(hand: SeenHand, body: BodyLandmarks, side: str) -> float:
    """Distance of the hand's wrist from the body's, in sides of the hand's square."""
    return float(np.hypot(*(hand.wrist - body.points_px[POSE[side + "Wrist"]]))) / hand.square.side
