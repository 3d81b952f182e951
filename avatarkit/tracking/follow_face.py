"""One person's face from picture to picture."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from avatarkit.tracking.attempts import Attempts
from avatarkit.tracking.detect_faces import detect_faces
from avatarkit.tracking.mediapipe_graphs import DETECTOR_INPUT_PX, MESH_INPUT_PX, FaceGraphs
from avatarkit.tracking.read_face import upright_box
from avatarkit.tracking.regions import distance, face_square, faces_away, head_square, whole_picture
from avatarkit.tracking.square_crop import PhotoPyramid, SquareCrop
from avatarkit.tracking.tracked_frame import BodyLandmarks, TrackedFace

MIN_FACE_PRESENCE = 0.5
"""MediaPipe's own for following a face."""

OFF_THE_HEAD = 0.75
"""A face this far from the body's head, in sides of the head's square, is somebody else's."""

DETECTOR_VIEW = 2.0
"""How many head squares the detector sees where the first look at a head shows no face."""

PROOFS = (("Short", 2.0), ("Short", 3.0), ("Full", 3.0))
"""Detectors that are asked about a face, one after another, and how many face sizes they see."""

MIN_PROOF = 0.5
"""Score that one of them must give. The mesh takes backs of heads for faces, with a presence of 0.99; measured on clips, the
best of the three scores is 0.3 to 0.5 there and 0.6 to 0.96 for faces."""

MIN_LONELY_PROOF = 0.8
"""The same where no body says where a face should be."""

PROVE_EVERY_S = 0.5
"""How often a followed face is proven again."""

BELIEVED_FOR_S = 1.2
"""How long a face is followed that cannot be proven any more: heads turn away and come back."""

SAME_SPOT = 0.25
"""Of the detector's view: a detection this near to its middle is the face in question."""


@dataclass(frozen=True)
class FaceMemory:
    """What following a face needs to know.

    Attributes:
        square: where to look next; None when no face is followed.
        proven_s: when a detector last agreed that it is one.
        asked_s: when one was asked last.
        attempts: to find it.
    """

    square: SquareCrop | None = None
    proven_s: float = -np.inf
    asked_s: float = -np.inf
    attempts: Attempts = field(default_factory=Attempts)


def follow_face(
    pyramid: PhotoPyramid, time_s: float, memory: FaceMemory, graphs: FaceGraphs
) -> tuple[FaceMemory, TrackedFace | None]:
    """The face that was seen a moment ago, if it is still seen and still a face."""
    if memory.square is None:
        return memory, None
    face = _read(pyramid, memory.square, graphs)
    if face is None:
        return FaceMemory(), None
    if time_s - memory.asked_s >= PROVE_EVERY_S:
        proven = is_proven(pyramid, face, graphs, MIN_PROOF)
        memory = replace(memory, asked_s=time_s, proven_s=time_s if proven else memory.proven_s)
    if time_s - memory.proven_s > BELIEVED_FOR_S:
        return FaceMemory(attempts=Attempts().after_another(time_s)), None
    return replace(memory, square=face_square(face.points_px)), face


def find_face(
    pyramid: PhotoPyramid, time_s: float, memory: FaceMemory, body: BodyLandmarks | None, graphs: FaceGraphs
) -> tuple[FaceMemory, TrackedFace | None]:
    """A face that was not followed: at the body's head, else by the detectors there, or anywhere if there is no body."""
    if (body is not None and faces_away(body)) or not memory.attempts.are_due(time_s):
        return memory, None
    for square in _candidates(pyramid, body, graphs):
        face = _read_twice(pyramid, square, graphs)
        needed = MIN_LONELY_PROOF if body is None else MIN_PROOF
        if face is not None and belongs(face, body) and is_proven(pyramid, face, graphs, needed):
            return FaceMemory(face_square(face.points_px), proven_s=time_s, asked_s=time_s), face
    return FaceMemory(attempts=memory.attempts.after_another(time_s)), None


def _candidates(pyramid: PhotoPyramid, body: BodyLandmarks | None, graphs: FaceGraphs) -> list[SquareCrop]:
    if body is None:
        view = whole_picture(pyramid.size)
        return [square for _, square in sorted(detect_faces(pyramid, view, graphs), key=lambda item: -item[1].side)]
    head = head_square(body.points_px)
    around = SquareCrop(head.centre, head.side * DETECTOR_VIEW, head.roll)
    return [head, *(square for _, square in detect_faces(pyramid, around, graphs)[:1])]


def belongs(face: TrackedFace, body: BodyLandmarks | None) -> bool:
    """Whether a face may be this body's."""
    if body is None:
        return True
    head = head_square(body.points_px)
    return distance(face_square(face.points_px), head) < OFF_THE_HEAD * head.side


def is_proven(pyramid: PhotoPyramid, face: TrackedFace, graphs: FaceGraphs, needed: float) -> bool:
    """Whether a detector sees a face where the landmarks are."""
    box, _ = upright_box(face.points_px)
    for name, sizes in PROOFS:
        view = replace(box, side=box.side * sizes)
        # Reflected at the picture's edge, half a face becomes a whole one, which is all the detectors know.
        rows = graphs.detect(name, pyramid.cut(view, DETECTOR_INPUT_PX[name], border=cv2.BORDER_REFLECT))
        if any(row[0] >= needed and np.hypot(*(row[1:3] - 0.5)) < SAME_SPOT for row in rows):
            return True
    return False


def _read(pyramid: PhotoPyramid, square: SquareCrop, graphs: FaceGraphs) -> TrackedFace | None:
    # Beyond the picture's edge the mesh model is used to see the edge's colours go on.
    points, presence = graphs.read_mesh(*pyramid.window(square, MESH_INPUT_PX))
    if presence < MIN_FACE_PRESENCE:
        return None
    return TrackedFace(square.to_photo(points[:, :2]), points[:, 2] * square.side, float(np.clip(presence, 0, 1)))


def _read_twice(pyramid: PhotoPyramid, square: SquareCrop, graphs: FaceGraphs) -> TrackedFace | None:
    """A first look only tells where to look."""
    first = _read(pyramid, square, graphs)
    return None if first is None else _read(pyramid, face_square(first.points_px), graphs)
