"""A photo to the landmarks of a face in it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from avatarkit.errors import NoFaceError, UsageError
from avatarkit.media.photo import Photo
from avatarkit.tracking.detect_faces import MIN_DETECTION_SCORE, MIN_FACE_PX, detect_faces, views
from avatarkit.tracking.face_landmarks import FaceLandmarks
from avatarkit.tracking.mediapipe_graphs import FaceGraphs, face_graphs
from avatarkit.tracking.read_face import FaceReading, read_face
from avatarkit.tracking.square_crop import PhotoPyramid, SquareCrop

MIN_CONFIDENCE = 0.5
"""Faces in the test pictures have 0.58 (dark profile under a helmet) to 0.95; dog, drawing and rocket stay below 0.4."""

SURE_CONFIDENCE = 0.75
"""Below this a face is looked at again from where the first reading landed, and upside down, too."""

HOPELESS_CONFIDENCE = 0.1
"""Below this a second look has never helped."""

LARGE_FACE = 1 / 8
"""Of the picture's longer side. Once a face this wide is found no closer look can find a larger one."""


def track_face(photo: Photo, face: int | None = None) -> FaceLandmarks:
    """The landmarks of one face.

    Args:
        photo: a picture with at least one face; any roll of the head, from about 24 pixels wide.
        face: which one, from 1 for the largest; the largest when not given.

    Returns:
        478 landmarks in pixels of the photo, averaged over several crops; `faces_found` says how many faces there are.

    Raises:
        NoFaceError: no face is found.
        UsageError: there is no face of that number.
    """
    if face is not None and face < 1:
        raise UsageError(f"Faces are numbered from 1, largest first; there is no face {face}.")
    found = find_faces(photo)
    if not found:
        raise NoFaceError(
            f"No face found in {photo.source}. Use a photo in good light in which the person looks towards the camera "
            f"and the face is larger, at least about 60 pixels wide."
        )
    if face is not None and face > len(found):
        holds = "one face" if len(found) == 1 else f"{len(found)} faces, numbered from 1, largest first"
        raise UsageError(f"There is no face {face} in {photo.source}: it holds {holds}.")
    return found[(face or 1) - 1]


def find_faces(photo: Photo) -> list[FaceLandmarks]:
    """All faces that can be used, largest first.

    Args:
        photo: any picture.

    Returns:
        the landmarks of each; empty where there is no face.
    """
    readings = _search(PhotoPyramid(photo.pixels), face_graphs(MIN_DETECTION_SCORE))
    readings.sort(key=lambda reading: -reading.width)
    return [
        FaceLandmarks(
            points_px=reading.points,
            depth_px=reading.depth,
            photo=photo,
            confidence=reading.confidence,
            face=number,
            faces_found=len(readings),
            roll_deg=float(np.degrees(reading.box.roll)),
            face_width_px=reading.width,
        )
        for number, reading in enumerate(readings, start=1)
    ]


def _search(pyramid: PhotoPyramid, graphs: FaceGraphs) -> list[FaceReading]:
    """Look closer until a large face is found, or smaller ones and everything as large has been seen."""
    faces: list[FaceReading] = []
    for round_number, squares in enumerate(views(*pyramid.size)):
        turned = round_number % 2 == 1
        if turned and faces:
            continue  # one camera held all faces the same way
        for view in squares:
            _add_faces(faces, pyramid, view, graphs)
        if max((face.width for face in faces), default=0.0) > LARGE_FACE * squares[0].side:
            break
    return faces


def _add_faces(faces: list[FaceReading], pyramid: PhotoPyramid, view: SquareCrop, graphs: FaceGraphs) -> None:
    for _, crop in detect_faces(pyramid, view, graphs):
        if any(_is_within(crop, face) for face in faces):
            continue
        reading = _examine(pyramid, crop, graphs)
        if reading is not None and not any(_is_within(reading.box, face) for face in faces):
            faces.append(reading)


def _is_within(crop: SquareCrop, face: FaceReading) -> bool:
    return float(np.linalg.norm(np.subtract(crop.centre, face.box.centre))) < face.width / 2


def _examine(pyramid: PhotoPyramid, crop: SquareCrop, graphs: FaceGraphs) -> FaceReading | None:
    """The face in a crop, read as well as it can be; `None` where it turns out not to be one."""
    best = read_face(pyramid, crop, graphs)
    if best is not None and HOPELESS_CONFIDENCE < best.confidence < SURE_CONFIDENCE:
        for turn in (0.0, np.pi):
            again = read_face(pyramid, replace(best.box, side=crop.side, roll=best.box.roll + turn), graphs)
            best = max((best, again or best), key=lambda reading: reading.confidence)
    usable = best is not None and best.confidence >= MIN_CONFIDENCE and best.width >= MIN_FACE_PX
    return best if usable else None
