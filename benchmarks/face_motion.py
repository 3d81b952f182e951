"""python -m benchmarks.face_motion: how faithfully faces in motion are read: expressions, gaze, head, and how fast.

People of known shape make one expression after another, look about and turn their heads, as pictures in a row; the pictures go
the way of a video's: face mesh, identity of the whole clip, `read_face` with memory. Beside it, on the same landmarks, the
plain way: every picture solved by itself, as a photo.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from avatarkit.body.body import load_body
from avatarkit.body.expressions import LOOK_DEG, face_expressions
from avatarkit.body.shape import shape_body
from avatarkit.face_fit.face_model import load_face_model
from avatarkit.face_fit.gaze import read_gaze
from avatarkit.face_fit.landmark_table import load_landmark_table
from avatarkit.face_fit.solve import solve_face
from avatarkit.geometry import quaternions
from avatarkit.media.photo import Photo
from avatarkit.motion.face.identity import fit_identity
from avatarkit.motion.face.read_face import read_face
from avatarkit.tracking.detect_faces import MIN_DETECTION_SCORE
from avatarkit.tracking.face_landmarks import FaceLandmarks
from avatarkit.tracking.follow_face import FaceMemory, find_face, follow_face
from avatarkit.tracking.mediapipe_graphs import face_graphs
from avatarkit.tracking.square_crop import PhotoPyramid
from avatarkit.tracking.tracked_frame import TrackedFace
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from benchmarks.results import OUT, Figure, figure_table, figures_before, table, write_results
from benchmarks.synthetic_heads import HeadStudio, random_sliders

SIZE_PX = 400
LEVELS = (0.25, 0.5, 0.75, 1.0)
FIRST_SEED = 9100
"""Far from those of the landmark table, whose heads must not come back here."""

FPS = 15.0
TOWARDS = np.array([0.0, 0.0, 1.0])

NAMED = (
    "jawOpen", "mouthSmile", "mouthFrown", "mouthPucker", "mouthFunnel", "mouthLeft", "mouthRight", "mouthUpperUp",
    "mouthLowerDown", "mouthStretch", "mouthDimple", "mouthPress", "mouthRollLower", "mouthRollUpper", "mouthShrugLower",
    "mouthShrugUpper", "jawLeft", "jawRight", "jawForward", "browDown", "browInnerUp", "browOuterUp", "eyeBlink", "eyeSquint",
    "eyeWide", "cheekPuff", "cheekSquint", "noseSneer", "eyeBlinkLeft", "eyeBlinkRight", "mouthSmileLeft", "browDownRight",
    "browOuterUpLeft",
)  # fmt: skip
"""One after another; a name without its side means both."""

SURELY_SEEN = ("jawOpen", "mouthSmile", "mouthPucker", "mouthFunnel", "mouthLeft", "mouthRight", "mouthFrown", "browDown",
               "browInnerUp", "browOuterUp", "eyeBlink", "eyeBlinkLeft", "eyeBlinkRight", "mouthSmileLeft")  # fmt: skip
"""What landmarks can tell apart; these have goals."""

TURNS_DEG = ((0, 0, 0), (15, 0, 0), (-15, 0, 0), (30, 0, 0), (-30, 0, 0), (0, 15, 0), (0, -15, 0), (0, 0, 15), (20, 10, -10),
             (-20, -10, 10))  # fmt: skip
"""Yaw, pitch and roll."""

GLANCES = tuple((left, up) for up in (-1.0, -0.5, 0.0, 0.5, 1.0) for left in (-1.0, -0.5, 0.0, 0.5, 1.0))
"""Shares of a full glance to the subject's left and up."""


@dataclass(frozen=True)
class Moment:
    """One picture's truth: what it is for, ARKit weights (52,), yaw, pitch and roll in degrees."""

    purpose: str
    weights: np.ndarray
    turn_deg: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Drawn:
    """A moment's picture (H, W, 3), and the head's true rotation (4,) towards the way to the camera."""

    moment: Moment
    pixels: np.ndarray
    rotation: np.ndarray


@dataclass(frozen=True)
class Sight:
    """A moment as it was seen: its face, the head's true rotation (4,) towards the way to the camera."""

    moment: Moment
    face: TrackedFace
    rotation: np.ndarray


@dataclass(frozen=True)
class Reading:
    """What was read of a sight: weights (52,), rotation (4,), seconds."""

    weights: np.ndarray
    rotation: np.ndarray
    seconds: float


def columns(name: str) -> list[int]:
    """Rows of `ARKIT_NAMES` that a name means: itself, or both sides."""
    return [k for k, full in enumerate(ARKIT_NAMES) if full in (name, f"{name}Left", f"{name}Right")]


def vector(name: str, value: float) -> np.ndarray:
    """(52,) weights with one name's set."""
    weights = np.zeros(len(ARKIT_NAMES))
    weights[columns(name)] = value
    return weights


def look(left: float, up: float) -> np.ndarray:
    """(52,) weights of a glance, in shares of a full one."""
    weights = np.zeros(len(ARKIT_NAMES))
    for side, outward in (("Left", left), ("Right", -left)):
        for way, value in (("Out", outward), ("In", -outward), ("Up", up), ("Down", -up)):
            weights[ARKIT_NAMES.index(f"eyeLook{way}{side}")] = max(value, 0.0)
    return weights


def moments() -> Iterator[Moment]:
    """A clip: each expression from nothing to full, at rest, turned and looking about in between."""
    nothing, small = np.zeros(len(ARKIT_NAMES)), ((0.0, 0.0, 0.0), (4.0, -3.0, 2.0), (-5.0, 4.0, -2.0))
    for number, name in enumerate(NAMED):
        turn = small[number % len(small)]
        yield Moment("rest", nothing, turn)
        for level in LEVELS:
            yield Moment(name, vector(name, level), turn)
    for turn in TURNS_DEG:
        yield Moment("turned", nothing, turn)
        yield Moment("turned", vector("jawOpen", 0.5) + vector("mouthSmile", 0.5), turn)
    for number, (left, up) in enumerate(GLANCES):
        yield Moment("glance", look(left, up), TURNS_DEG[number % len(TURNS_DEG)] if number % 2 else (0.0, 0.0, 0.0))


def film(seed: int, size_px: int) -> list[Sight]:
    """A person's clip, drawn and tracked."""
    return see(seed, list(moments()), size_px)


def see(seed: int, clip: Sequence[Moment], size_px: int) -> list[Sight]:
    """Draw and track the moments of one person, whom the seed tells."""
    return track(draw(seed, clip, size_px))


def draw(seed: int, clip: Sequence[Moment], size_px: int) -> list[Drawn]:
    """The moments of one person, whom the seed tells."""
    studio, random = HeadStudio(size_px), np.random.default_rng(seed)
    sliders, body = random_sliders(random), load_body()
    shape = shape_body(sliders)
    eyes = np.stack([shape.joint_heads[body.joint_names.index(f"{side}Eye")] for side in ("left", "right")])
    studio.body = replace(body, expression_offsets=face_expressions(shape.positions, eyes).columns(len(shape.positions)))
    drawn = []
    for moment in clip:
        yaw, pitch, roll = moment.turn_deg
        head = studio.draw(
            np.random.default_rng(seed), sliders, moment.weights, yaw_deg=yaw, pitch_deg=pitch, roll_deg=roll, look=seed
        )
        origin = _turned_about(head.neutral, head.positions, head.rotation)
        to_camera = head.camera.position - quaternions.rotate(head.rotation, eyes.mean(axis=0) - origin)
        turned = quaternions.multiply(quaternions.inverse(quaternions.between(TOWARDS, to_camera)), head.rotation)
        drawn.append(Drawn(moment, head.pixels, turned))
    return drawn


def track(clip: Sequence[Drawn]) -> list[Sight]:
    """The faces that are found in pictures in a row."""
    graphs, memory, sights = face_graphs(MIN_DETECTION_SCORE), FaceMemory(), []
    for number, drawn in enumerate(clip):
        pyramid = PhotoPyramid(drawn.pixels)
        memory, face = follow_face(pyramid, number / FPS, memory, graphs)
        if face is None:
            memory, face = find_face(pyramid, number / FPS, FaceMemory(), None, graphs)
        if face is not None:
            sights.append(Sight(drawn.moment, face, drawn.rotation))
    return sights


def _turned_about(neutral: np.ndarray, positions: np.ndarray, rotation: np.ndarray) -> np.ndarray:
    """(3,) the point of the neutral head that lies in the world's origin; no expression moves the crown."""
    crown = int(np.argmax(neutral[:, 1]))
    return neutral[crown] - quaternions.rotate(quaternions.inverse(rotation), positions[crown])


def read_by_memory(sights: Sequence[Sight]) -> list[Reading]:
    """Our way."""
    identity, memory, readings = fit_identity([sight.face for sight in sights]), None, []
    for sight in sights:
        start = time.perf_counter()
        reading, memory = read_face(sight.face, identity, memory)
        readings.append(Reading(reading.expressions, reading.head_rotation, time.perf_counter() - start))
    return readings


def read_as_photos(sights: Sequence[Sight]) -> list[Reading]:
    """The plain way: each picture's face is solved by itself."""
    model, landmark_table, readings = load_face_model(), load_landmark_table(), []
    for sight in sights:
        start = time.perf_counter()
        state = solve_face(sight.face.points_px, sight.face.depth_px, model, landmark_table).state
        shape = shape_body(dict(zip(model.slider_names, np.clip(state.sliders, -1, 1).tolist(), strict=True)))
        blank = FaceLandmarks(sight.face.points_px, sight.face.depth_px, Photo(np.zeros((8, 8, 3), np.uint8)), 1.0)
        weights = state.expression + read_gaze(blank, shape, state.camera)
        readings.append(Reading(np.clip(weights, 0, 1), state.camera.rotation, time.perf_counter() - start))
    return readings


@dataclass(frozen=True)
class Scores:
    """What the readings of some people's clips come to.

    Attributes:
        response: name -> what is read at each of `LEVELS`, the mean over people.
        crosstalk: name -> name -> what is read of the other at full weight, above rest; only what exceeds `WORTH_TELLING`.
        numbers: name of a measure -> its value.
    """

    response: dict[str, list[float]]
    crosstalk: dict[str, dict[str, float]]
    numbers: dict[str, float]


WORTH_TELLING = 0.1
"""Cross-talk below this is not listed."""


def scores(clips: Sequence[tuple[Sequence[Sight], Sequence[Reading]]]) -> Scores:
    """Compare readings with the truth; each clip is one person's."""
    pairs = [pair for sights, readings in clips for pair in zip(sights, readings, strict=True)]
    truth, read = (np.array(part) for part in zip(*[(s.moment.weights, r.weights) for s, r in pairs], strict=True))
    purposes = np.array([sight.moment.purpose for sight, _ in pairs])
    glances = np.array([name.startswith("eyeLook") for name in ARKIT_NAMES])
    rest, one = purposes == "rest", np.isin(purposes, NAMED)
    angle = [_angle_deg(sight.rotation, reading.rotation) for sight, reading in pairs]
    gaze = np.linalg.norm(gaze_deg(read).mean(axis=1) - gaze_deg(truth).mean(axis=1), axis=-1)
    response = {name: _response(name, purposes, truth, read) for name in NAMED}
    spill = {name: _spill(name, purposes, truth, read, glances) for name in NAMED}
    seen = [response[name] for name in SURELY_SEEN]
    numbers = {
        "rest: mean of all": float(read[rest][:, ~glances].mean()),
        "rest: 95 % of all are below": float(np.quantile(read[rest][:, ~glances], 0.95)),
        "one expression: mean error of all": float(np.abs(read - truth)[one][:, ~glances].mean()),
        "one expression: mean error of the one": float(np.mean([_own_error(n, purposes, truth, read) for n in NAMED])),
        "one expression: mean strongest other": float(np.mean([max(spill[n].values()) for n in NAMED])),
        "surely seen: least read at full": min(curve[-1] for curve in seen),
        "surely seen: mean read at full": float(np.mean([curve[-1] for curve in seen])),
        "surely seen: least rise in a quarter": min(float(np.diff([0.0, *curve]).min()) for curve in seen),
        "surely seen: strongest other": max(max(spill[name].values()) for name in SURELY_SEEN),
        "gaze of glances": float(gaze[purposes == "glance"].mean()),
        "gaze at rest": float(gaze[rest].mean()),
        "head": float(np.mean(angle)),
        "head turned": float(np.mean([a for a, p in zip(angle, purposes, strict=True) if p == "turned"])),
        "95 % of readings take less than": 1000.0 * float(np.quantile([r.seconds for _, r in pairs], 0.95)),
    }
    told = {n: {o: round(v, 3) for o, v in others.items() if v > WORTH_TELLING} for n, others in spill.items()}
    return Scores({n: [round(v, 3) for v in curve] for n, curve in response.items()}, told, numbers)


def _response(name: str, purposes: np.ndarray, truth: np.ndarray, read: np.ndarray) -> list[float]:
    own = columns(name)
    at = [(purposes == name) & np.isclose(truth[:, own[0]], level) for level in LEVELS]
    return [float(read[rows][:, own].mean()) for rows in at]


def _own_error(name: str, purposes: np.ndarray, truth: np.ndarray, read: np.ndarray) -> float:
    own, rows = columns(name), purposes == name
    return float(np.abs(read - truth)[rows][:, own].mean())


def _spill(name: str, purposes: np.ndarray, truth: np.ndarray, read: np.ndarray, left_out: np.ndarray) -> dict[str, float]:
    """Other expression -> what is read of it at full weight of one."""
    own = columns(name)
    full = read[(purposes == name) & np.isclose(truth[:, own[0]], 1.0)].mean(axis=0)
    return {other: float(full[k]) for k, other in enumerate(ARKIT_NAMES) if k not in own and not left_out[k]}


def _angle_deg(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.degrees(2.0 * np.arccos(min(abs(float(a @ b)), 1.0))))


def gaze_deg(weights: np.ndarray) -> np.ndarray:
    """(..., 2 eyes, 2) degrees to the subject's left and up of ARKit weights (..., 52), as the body's eyes turn."""
    turned = np.zeros((*weights.shape[:-1], 2, 2))
    for eye, (side, outward) in enumerate((("Left", 1.0), ("Right", -1.0))):
        for way, axis, sign in (("Out", 0, outward), ("In", 0, -outward), ("Up", 1, 1.0), ("Down", 1, -1.0)):
            turned[..., eye, axis] += sign * LOOK_DEG[way] * weights[..., ARKIT_NAMES.index(f"eyeLook{way}{side}")]
    return turned


Goal = tuple[float | None, Literal["most", "least"], str]
NO_GOAL: Goal = (None, "most", "")


def figures(ours: Scores, plain: Scores) -> list[Figure]:
    """The measures with their goals, and the plain way's beside ours."""
    goals: dict[str, Goal] = {
        "rest: mean of all": (0.01, "most", ""),
        "rest: 95 % of all are below": (0.05, "most", ""),
        "one expression: mean error of all": (0.025, "most", ""),
        "one expression: mean error of the one": (0.4, "most", ""),
        "one expression: mean strongest other": (0.2, "most", ""),
        "surely seen: mean read at full": (0.7, "least", ""),
        "surely seen: least rise in a quarter": (0.0, "least", ""),
        "gaze of glances": (7.0, "most", "deg"),
        "gaze at rest": (3.0, "most", "deg"),
        "head": (4.0, "most", "deg"),
        "head turned": (6.0, "most", "deg"),
        "95 % of readings take less than": (0.9, "most", "ms"),
    }
    result = []
    for name, value in ours.numbers.items():
        goal, better, unit = goals.get(name, NO_GOAL)
        result.append(Figure(name, value, unit, goal, better))
        result.append(Figure(f"{name}, as photos", plain.numbers[name], unit))
    return result


def response_table(ours: Scores, plain: Scores) -> str:
    """What is read of each expression at each level, ours and plain, and what else is read at full weight."""
    rows = []
    for name in NAMED:
        others = sorted(ours.crosstalk[name].items(), key=lambda item: -item[1])[:3]
        read = [f"{value:.2f}" for value in (*ours.response[name], *plain.response[name])]
        rows.append((name, *read, ", ".join(f"{other} {value:.2f}" for other, value in others)))
    levels = [f"{level:g}" for level in LEVELS]
    return table(rows, ("set to", *levels, *[f"photo {level}" for level in levels], "also read at 1"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED)
    parser.add_argument("--output", type=Path, default=OUT / "face_motion.json")
    options = parser.parse_args()
    clips = [film(options.first_seed + number, SIZE_PX) for number in range(options.people)]
    ours = scores([(clip, read_by_memory(clip)) for clip in clips])
    plain = scores([(clip, read_as_photos(clip)) for clip in clips])
    found = figures(ours, plain)
    print(response_table(ours, plain))
    print(figure_table(found, figures_before(options.output)))
    details = {
        "people": options.people, "pictures": sum(len(clip) for clip in clips), "levels": LEVELS,
        "response": ours.response, "response as photos": plain.response,
        "crosstalk": ours.crosstalk, "crosstalk as photos": plain.crosstalk,
    }  # fmt: skip
    write_results(options.output, found, details)


if __name__ == "__main__":
    main()
