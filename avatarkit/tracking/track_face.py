"""A photo to the landmarks of a face in it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

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
    readings = _Search(PhotoPyramid(photo.pixels), face_graphs(MIN_DETECTION_SCORE)).run()
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


@dataclass
class _Search:
    """The search for the faces of one photo: what was found so far, and what turned out not to be a face."""

    pyramid: PhotoPyramid
    graphs: FaceGraphs
    faces: list[FaceReading] = field(default_factory=list)
    rejected: list[SquareCrop] = field(default_factory=list)

    def run(self) -> list[FaceReading]:
        """The faces, largest first: look closer until a large one is found, or smaller ones and all that are as large."""
        for squares in views(*self.pyramid.size):
            if self.faces and squares[0].roll:
                continue  # one camera held all faces the same way
            for view in squares:
                self._look_at(view)
            if max((face.width for face in self.faces), default=0.0) > LARGE_FACE * squares[0].side:
                break
        return sorted(self.faces, key=lambda face: -face.width)

    def _look_at(self, view: SquareCrop) -> None:
        for _, crop in detect_faces(self.pyramid, view, self.graphs):
            if self._is_known(crop):
                continue
            reading = self._examine(crop)
            if reading is None:
                self.rejected.append(crop)
            elif not self._is_known(reading.box):
                self.faces.append(reading)

    def _is_known(self, crop: SquareCrop) -> bool:
        return any(_distance(crop, face.box) < face.width / 2 for face in self.faces) or any(
            _is_same_view(crop, other) for other in self.rejected
        )

    def _examine(self, crop: SquareCrop) -> FaceReading | None:
        """The face in a crop, read as well as it can be; `None` where it turns out not to be one."""
        best = read_face(self.pyramid, crop, self.graphs)
        if best is not None and HOPELESS_CONFIDENCE < best.confidence < SURE_CONFIDENCE:
            for turn in (0.0, np.pi):
                again = read_face(self.pyramid, replace(best.box, side=crop.side, roll=best.box.roll + turn), self.graphs)
                best = max((best, again or best), key=lambda reading: reading.confidence)
        usable = best is not None and best.confidence >= MIN_CONFIDENCE and best.width >= MIN_FACE_PX
        return best if usable else None


def _distance(a: SquareCrop, b: SquareCrop) -> float:
    return float(np.hypot(a.centre[0] - b.centre[0], a.centre[1] - b.centre[1]))


def _is_same_view(a: SquareCrop, b: SquareCrop) -> bool:
    """Whether two crops show so nearly the same that the second tells nothing new."""
    turn = abs(np.angle(np.exp(1j * (a.roll - b.roll))))
    return _distance(a, b) < 0.1 * a.side and abs(np.log2(a.side / b.side)) < 0.3 and bool(turn < np.deg2rad(15))
