"""A video to one person's landmarks through time."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from os import PathLike

from avatarkit.errors import InputError, NoPersonError, UsageError
from avatarkit.media.read_ahead import read_ahead
from avatarkit.media.read_video import VideoReader, open_video
from avatarkit.tracking.track_person import PersonTracker
from avatarkit.tracking.tracked_frame import TrackedFrame, TrackedVideo

Progress = Callable[[int, int | None], None]
"""Called after each picture with how many are done, and of how many as far as the file says."""


MOST_PICTURES = 130_000
"""Followed at once: more than an hour at thirty a second. Their landmarks and solving them take 46 KB each, 6 GB in all; who
has a film of three hours must not learn after half a day of work that it does not fit."""


def track_video(
    video: str | PathLike[str] | VideoReader, person: int | None = None, progress: Progress | None = None
) -> TrackedVideo:
    """Follow one person through a video.

    Args:
        video: a file, or a reader that is open; a reader is read to its end and left to its owner.
        person: whom to follow, from 1 for the largest in the first picture that shows so many; the largest when None.
        progress: told after each picture.

    Returns:
        every picture's landmarks; memory grows by these alone.

    Raises:
        InputError: the file cannot be used, or has more than `MOST_PICTURES`.
        NoPersonError: no picture shows a body, a hand or a face.
        UsageError: there is no person of that number.
    """
    if isinstance(video, VideoReader):
        return _track(video, person, progress)
    with PersonTracker(person) as tracker, open_video(video) as reader:
        return _tracked(reader, tracker, person, progress)


def _track(reader: VideoReader, person: int | None, progress: Progress | None) -> TrackedVideo:
    with PersonTracker(person) as tracker:
        return _tracked(reader, tracker, person, progress)


def _tracked(reader: VideoReader, tracker: PersonTracker, person: int | None, progress: Progress | None) -> TrackedVideo:
    _check_length(reader)
    frames: list[TrackedFrame] = []
    for tracked in tracker.track_all(islice(read_ahead(reader), MOST_PICTURES)):
        frames.append(tracked)
        if progress is not None:
            progress(len(frames), reader.frame_count)
    people = tracker.memory.body.people
    if person is not None and 0 < people < person:
        raise UsageError(f"There is no person {person} in {reader.source}: at most {people} are seen at once.")
    if not any(frame.body or frame.left_hand or frame.right_hand or frame.face for frame in frames):
        raise NoPersonError(
            f"Nobody is seen in {reader.source}. Film one person in good light, at least a third as tall as the picture."
        )
    notes = list(reader.notes)
    if len(frames) == MOST_PICTURES:
        notes.append(f"Only the first {MOST_PICTURES} pictures of {reader.source} are followed.")
    if people > 1:
        notes.append(f"{people} people are seen in {reader.source}; one is followed.")
    return TrackedVideo(tuple(frames), reader.source, tuple(notes), max(people, 1))


def _check_length(reader: VideoReader) -> None:
    count = reader.frame_count or 0
    if count > MOST_PICTURES:
        raise InputError(
            f"{reader.source} has {count} pictures; up to {MOST_PICTURES} are followed at once. Cut it into parts."
        )
