"""One person's body from picture to picture: found, followed, found again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from avatarkit.tracking.person_graphs import PersonGraphs
from avatarkit.tracking.read_body import KEPT, BodyReading, closer_views, find_people, is_person, read_body, steadiness
from avatarkit.tracking.regions import distance, whole_picture
from avatarkit.tracking.square_crop import PhotoPyramid, SquareCrop
from avatarkit.tracking.tracked_frame import BodyLandmarks

DOUBT_EVERY_S = 1.0
"""How often a body is doubted while it is followed."""

COUNT_EVERY_S = 3.0
"""How often people are counted meanwhile, which takes as long as two or three bodies."""

WAIT_FOR_S = 1.0
"""How long a lost person is waited for near the place where they were before anybody else is taken."""

SAME_PLACE = 0.35
"""Distance, in sides of the person's square, within which a detection is the same person as before."""

HOP = 0.25
"""A body that moves this much of its square's side from one picture to the next may be another person's."""

NEARBY = 2.0
"""Side of the view in which a lost person is looked for first, in sides of their square."""

MOST_TRIES = 3
"""Detections that are examined in one picture."""

MOST_APPROACHES, ARRIVED = 6, 0.05
"""Readings of a body that was just found, until its square has moved and grown by less, in its sides, and turned by less, in
radians."""

MOST_DOUBTS = 2
"""Looks in a row that find the body unsteady before it is given up."""


@dataclass(frozen=True)
class BodyMemory:
    """What following a body needs to know.

    Attributes:
        square: where to look next; None when nobody is followed.
        place: where the person was last; None before anybody was seen and after a cut.
        seen_s: when the person was seen last.
        doubted_s: when the body was doubted last.
        counted_s: when people were looked for last.
        searches: pictures since the person was seen.
        doubts: looks in a row that found the body unsteady.
        people: the largest number of people seen at once.
    """

    square: SquareCrop | None = None
    place: SquareCrop | None = None
    seen_s: float = -np.inf
    doubted_s: float = -np.inf
    counted_s: float = -np.inf
    searches: int = 0
    doubts: int = 0
    people: int = 0

    def after_a_cut(self) -> BodyMemory:
        """What is left when the film goes on somewhere else."""
        return BodyMemory(people=self.people)


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
    reading = None if memory.square is None else read_body(pyramid, memory.square, graphs)
    hopped = (
        reading is not None and memory.place is not None and distance(reading.square, memory.place) > HOP * memory.place.side
    )
    if reading is not None and time_s - memory.counted_s >= COUNT_EVERY_S:
        memory = _counted(memory, time_s, find_people(pyramid, whole_picture(pyramid.size), graphs))
    if reading is not None and time_s - memory.doubted_s >= DOUBT_EVERY_S:
        steady = steadiness(pyramid, reading, graphs).is_within(KEPT)
        memory = replace(memory, doubted_s=time_s, doubts=0 if steady else memory.doubts + 1)
        reading = reading if memory.doubts < MOST_DOUBTS else None
    if reading is None or hopped:
        memory, found = _search(pyramid, time_s, memory, graphs, person)
        reading = found or reading
    if reading is None:
        return replace(memory, square=None, searches=memory.searches + 1), None
    seen = replace(memory, square=reading.square, place=reading.square, seen_s=time_s, searches=0)
    return seen, reading.body


def _counted(memory: BodyMemory, time_s: float, people: list[SquareCrop]) -> BodyMemory:
    return replace(memory, counted_s=time_s, people=max(memory.people, len(people)))


def _search(
    pyramid: PhotoPyramid, time_s: float, memory: BodyMemory, graphs: PersonGraphs, person: int | None
) -> tuple[BodyMemory, BodyReading | None]:
    """The person, looked for in the whole picture and in one closer view, another one in each picture."""
    whole = find_people(pyramid, whole_picture(pyramid.size), graphs)
    memory = _counted(replace(memory, doubted_s=time_s, doubts=0), time_s, whole)
    found = _first_proven(pyramid, _candidates(time_s, memory, whole, person), graphs)
    if found is None and (person is None or memory.place is not None):  # a closer view cannot say who is the second largest
        closer = find_people(pyramid, _closer_view(pyramid, memory), graphs)
        found = _first_proven(pyramid, _candidates(time_s, memory, closer, person), graphs)
    return memory, found


def _closer_view(pyramid: PhotoPyramid, memory: BodyMemory) -> SquareCrop:
    views = closer_views(pyramid.size)
    if memory.place is not None:
        views = [view for tile in views for view in (replace(memory.place, side=memory.place.side * NEARBY, roll=0.0), tile)]
    return views[memory.searches % len(views)]


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


def _first_proven(pyramid: PhotoPyramid, squares: Iterable[SquareCrop], graphs: PersonGraphs) -> BodyReading | None:
    """The body in the first of the squares that holds a person."""
    for square in list(squares)[:MOST_TRIES]:
        reading = read_body(pyramid, square, graphs)
        if reading is not None and is_person(pyramid, reading, graphs):
            settled = _approached(pyramid, reading, graphs)
            return settled if settled is reading or is_person(pyramid, settled, graphs) else None
    return None


def _approached(pyramid: PhotoPyramid, reading: BodyReading, graphs: PersonGraphs) -> BodyReading:
    """A body that was just found, read again in its own square until that stays: in a bad one who sits seems to lie, and in one
    that is too small who stands seems to bow."""
    for _ in range(MOST_APPROACHES):
        again = read_body(pyramid, reading.square, graphs)
        if again is None:
            break
        before, reading = reading, again
        if _apart(reading.square, before.square) < ARRIVED:
            break
    return reading


def _apart(a: SquareCrop, b: SquareCrop) -> float:
    """How much two squares differ in place, size and turn, in sides of the second and radians."""
    return (distance(a, b) + abs(a.side - b.side)) / b.side + abs(a.roll - b.roll)
