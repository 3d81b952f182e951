"""One person's body from picture to picture: found, followed, found again."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from avatarkit.tracking.person_graphs import BODY_INPUT_PX, PERSON_DETECTOR_PX, PersonGraphs
from avatarkit.tracking.regions import distance, person_square, to_our_axes, whole_picture
from avatarkit.tracking.square_crop import PhotoPyramid, SquareCrop
from avatarkit.tracking.tracked_frame import BodyLandmarks

MIN_BODY_PRESENCE = 0.5
"""MediaPipe's own for following a body."""

LOOK_EVERY_S = 1.0
"""How often other people are looked for while the body is followed."""

WAIT_FOR_S = 0.5
"""How long a lost person is waited for at the place where they were before anybody else is taken."""

SAME_PLACE = 0.35
"""Distance, in sides of the person's square, within which a detection is the same person as before."""

HOP = 0.25
"""A body that moves this much of its square's side from one picture to the next is doubted."""


@dataclass(frozen=True)
class BodyMemory:
    """What following a body needs to know.

    Attributes:
        square: where to look next; None when nobody is followed.
        place: where the person was last.
        seen_s: when the person was seen last.
        looked_s: when people were looked for last.
        people: the largest number of people seen at once.
    """

    square: SquareCrop | None = None
    place: SquareCrop | None = None
    seen_s: float = -np.inf
    looked_s: float = -np.inf
    people: int = 0


@dataclass(frozen=True)
class _Reading:
    body: BodyLandmarks
    square: SquareCrop


def follow_body(
    pyramid: PhotoPyramid, time_s: float, memory: BodyMemory, graphs: PersonGraphs, person: int | None = None
) -> tuple[BodyMemory, BodyLandmarks | None]:
    """The followed person's body in one picture.

    Args:
        pyramid: the picture.
        time_s: its time.
        memory: what the picture before left; a new one at the start.
        graphs: the models.
        person: whom to follow, from 1 for the largest in the first picture that shows so many; the largest when None.

    Returns:
        what to remember, and the body if it is seen.
    """
    reading = None if memory.square is None else _read(pyramid, memory.square, graphs)
    doubted = (
        reading is not None and memory.place is not None and distance(reading.square, memory.place) > HOP * memory.place.side
    )
    if reading is None or doubted or time_s - memory.looked_s >= LOOK_EVERY_S:
        people = _find_people(pyramid, graphs)
        memory = replace(memory, looked_s=time_s, people=max(memory.people, len(people)))
        if reading is None or doubted:
            reading = _first_read(pyramid, _candidates(time_s, memory, people, person), graphs) or reading
    if reading is None:
        return replace(memory, square=None), None
    return replace(memory, square=reading.square, place=reading.square, seen_s=time_s), reading.body


def _first_read(pyramid: PhotoPyramid, squares: list[SquareCrop], graphs: PersonGraphs) -> _Reading | None:
    """The body in the first of the squares that holds one."""
    return next((reading for square in squares if (reading := _read(pyramid, square, graphs)) is not None), None)


def _candidates(time_s: float, memory: BodyMemory, people: list[SquareCrop], person: int | None) -> list[SquareCrop]:
    """Squares to try, best first: the person of before if possible, else the chosen or largest. People come largest first."""
    if memory.place is None:
        if person is None:
            return people
        return [people[person - 1]] if len(people) >= person else []
    place = memory.place
    near = sorted(
        (p for p in people if distance(p, place) < SAME_PLACE * max(p.side, place.side)), key=lambda p: distance(p, place)
    )
    if near or time_s - memory.seen_s < WAIT_FOR_S:
        return near
    return people if person is None else sorted(people, key=lambda p: distance(p, place))


def _find_people(pyramid: PhotoPyramid, graphs: PersonGraphs) -> list[SquareCrop]:
    """Squares for the body model around each person, largest first."""
    view = whole_picture(pyramid.size)
    rows = graphs.detect_people(pyramid.cut(view, PERSON_DETECTOR_PX))
    squares = [person_square(view.to_photo(row[1:].reshape(2, 2))) for row in rows]
    return sorted(squares, key=lambda square: -square.side)


def _read(pyramid: PhotoPyramid, square: SquareCrop, graphs: PersonGraphs) -> _Reading | None:
    found = graphs.read_body(pyramid.cut(square, BODY_INPUT_PX, border=cv2.BORDER_REPLICATE))
    if found is None or found.presence < MIN_BODY_PRESENCE:
        return None
    body = BodyLandmarks(
        points_px=square.to_photo(found.points[:, :2]),
        depth_px=found.points[:, 2] * square.side,
        world_m=to_our_axes(found.world, square.roll),
        visibility=np.clip(found.visibility, 0, 1),
        confidence=float(np.clip(found.presence, 0, 1)),
    )
    return _Reading(body, person_square(square.to_photo(found.circle)))
