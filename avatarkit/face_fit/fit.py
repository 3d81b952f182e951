"""One face, fitted: the whole step from landmarks to a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from avatarkit.body.body import load_body
from avatarkit.body.shape import shape_body
from avatarkit.face_fit.appearance import Appearance, read_appearance
from avatarkit.face_fit.face_model import load_face_model
from avatarkit.face_fit.face_sight import likely_sliders
from avatarkit.face_fit.gaze import read_gaze
from avatarkit.face_fit.head_camera import HeadCamera
from avatarkit.face_fit.landmark_table import load_landmark_table
from avatarkit.face_fit.light import hex_lab
from avatarkit.face_fit.skin_scale import monk_tone
from avatarkit.face_fit.solve import Solution, SolveSettings, solve_face
from avatarkit.geometry.arrays import checked_array
from avatarkit.tracking.face_landmarks import FaceLandmarks
from avatarkit.vocabulary.arkit import ARKIT_NAMES

SMALLEST_SLIDER = 0.005  # below it nothing can be seen, and recipes stay readable
GOOD_WIDTH_PX, TURNED_DEG, GOOD_ERROR = 120.0, 35.0, 0.02
ODD_LIGHT = 0.75  # of plain light's brightness, or of its strongest channel: what is below is worth a note


@dataclass(frozen=True)
class FaceFit:
    """A person, read from one photo.

    Attributes:
        sliders: slider name -> value.
        expression: (52,) ARKit weights of the photo's expression, gaze included; it is not part of the avatar's shape.
        camera: how the photo sees the head.
        appearance: colours and face texture.
        error: mean distance between landmarks and model over the distance between the outer eye corners.
        confidence: 0..1.
        notes: what was weak or not seen, in words.
        landmarks: what all of this was read from.
    """

    sliders: Mapping[str, float]
    expression: np.ndarray
    camera: HeadCamera
    appearance: Appearance
    error: float
    confidence: float
    notes: tuple[str, ...]
    landmarks: FaceLandmarks

    def __post_init__(self) -> None:
        object.__setattr__(self, "expression", checked_array("expression", self.expression, (len(ARKIT_NAMES),), float))

    def report(self) -> dict[str, object]:
        """The figures of the fit, ready for JSON."""
        yaw, pitch, roll = self.camera.yaw_pitch_roll_deg
        strongest = sorted(zip(ARKIT_NAMES, self.expression, strict=True), key=lambda item: -item[1])
        return {
            "fit_error": round(self.error, 5),
            "confidence": round(self.confidence, 3),
            "head_pose_deg": {"yaw": round(yaw, 1), "pitch": round(pitch, 1), "roll": round(roll, 1)},
            "face": self.landmarks.face,
            "faces_found": self.landmarks.faces_found,
            "face_width_px": round(self.landmarks.face_width_px, 1),
            "face_seen": round(self.appearance.seen, 3),
            "expression": {name: round(float(value), 3) for name, value in strongest if value >= 0.05},
            "seen": self._seen(),
            "notes": list(self.notes),
        }

    def _seen(self) -> dict[str, object]:
        """What the photo shows beside the shape: colours, hair, beard, glasses."""
        look, hair = self.appearance, self.appearance.hair_look
        lightness, red, yellow = (round(float(value), 1) for value in hex_lab(look.skin))
        return {
            "skin": {"color": look.skin, "lab": [lightness, red, yellow], "monk": monk_tone(look.skin)},
            "lips": look.lips,
            "brows": look.brows,
            "iris": look.iris if look.iris_seen else None,
            "hair": look.hair if look.hair_seen else None,
            "hair_length": None if hair is None else round(hair.length, 2),
            "hair_cover": None if hair is None else round(hair.cover, 2),
            "beard": look.wear.beard,
            "glasses": look.wear.glasses,
        }


def fit_face(landmarks: FaceLandmarks, settings: SolveSettings | None = None) -> FaceFit:
    """Fit the parametric face to the landmarks of one photo and read the person's colours from it.

    Args:
        landmarks: from `track_face`.
        settings: what the solve trusts.
    """
    model, body = load_face_model(), load_body()
    likely = likely_sliders(landmarks)
    solution = solve_face(landmarks.points_px, landmarks.depth_px, model, load_landmark_table(), settings, likely)
    sliders = {
        name: round(float(value), 4)
        for name, value in zip(model.slider_names, solution.state.sliders, strict=True)
        if abs(value) >= SMALLEST_SLIDER
    }
    shape = shape_body(sliders, body)
    expression = solution.state.expression + read_gaze(landmarks, shape, solution.state.camera)
    posed = shape.positions + (body.expression_offsets @ expression.astype(np.float32)).reshape(-1, 3)
    appearance = read_appearance(landmarks, shape, posed, solution.state.camera)
    return FaceFit(
        sliders=sliders,
        expression=expression,
        camera=solution.state.camera,
        appearance=appearance,
        error=solution.error,
        confidence=_confidence(landmarks, solution, appearance),
        notes=_notes(landmarks, solution, appearance),
        landmarks=landmarks,
    )


def _confidence(landmarks: FaceLandmarks, solution: Solution, appearance: Appearance) -> float:
    """0..1: the detector's, lowered by small faces, bad agreement, landmarks disbelieved and surface unseen."""
    size = min(1.0, landmarks.face_width_px / GOOD_WIDTH_PX)
    agreement = float(np.clip(2.0 - solution.error / GOOD_ERROR, 0.0, 1.0))
    believed = float(solution.weights.mean())
    return float(
        np.clip(landmarks.confidence * np.sqrt(size) * agreement * believed * min(1.0, 0.4 + appearance.seen), 0.0, 1.0)
    )


def _in_odd_light(appearance: Appearance) -> bool:
    return min(appearance.light) < ODD_LIGHT or min(appearance.light) < ODD_LIGHT * max(appearance.light)


def _notes(landmarks: FaceLandmarks, solution: Solution, appearance: Appearance) -> tuple[str, ...]:
    yaw, _, _ = solution.state.camera.yaw_pitch_roll_deg
    others = landmarks.faces_found - 1
    covered, bearded = appearance.hair_look is not None and appearance.hair_look.covered, appearance.wear.beard != "none"
    doubts = {
        f"{others} more face{'s' if others > 1 else ''} in the picture": others > 0,
        f"the face is only {landmarks.face_width_px:.0f} pixels wide": landmarks.face_width_px < GOOD_WIDTH_PX,
        f"the head is turned by {abs(yaw):.0f} degrees; the far side was taken from the near one": abs(yaw) > TURNED_DEG,
        "some landmarks disagree with the rest: part of the face may be covered": solution.weights.mean() < 0.75,
        "much of the face could not be seen": appearance.seen < 0.45,
        "the photo is black and white: the colours of skin, hair and eyes are assumed": appearance.colorless,
        "the light was dim or coloured: colours are as they would be in plain light": _in_odd_light(appearance),
        "the glasses are dark: eyes and brows are assumed": appearance.wear.dark_glasses,
        "something is before the mouth: lips and chin are assumed": appearance.wear.mouth_covered and not bearded,
        "the beard hides the mouth: lips and chin are assumed": appearance.wear.mouth_covered and bearded,
        "something is before one eye: that side is taken from the other": appearance.wear.covered_eye is not None,
        "lips or cheeks are painted: how they look without is not known": appearance.wear.painted,
        "the head is covered: the hair is assumed": covered,
        "the hair's colour could not be read": not (appearance.hair_seen or covered),
        "the eyes' colour could not be read": not (
            appearance.iris_seen or appearance.wear.dark_glasses or appearance.colorless
        ),
        "the ears and the back of the head are assumed": True,
    }
    return tuple(text for text, holds in doubts.items() if holds)
