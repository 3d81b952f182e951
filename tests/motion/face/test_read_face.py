"""Reading faces in motion: what the model shows is read back, mirrored faces give mirrored readings, nonsense stays finite."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from avatarkit.geometry import quaternions
from avatarkit.motion.face.eyes import apertures
from avatarkit.motion.face.face_points import EYE_CORNERS, IRIS_MIDDLES, POINTS
from avatarkit.motion.face.head_view import HeadView
from avatarkit.motion.face.identity import REST_ROUNDS, SURE, average_identity, rested
from avatarkit.motion.face.read_face import base_at, read_face
from avatarkit.motion.face.response import load_response
from avatarkit.motion.face.solve_expressions import UNOBSERVED, bounded_solve
from avatarkit.tracking.face_landmarks import LANDMARK_COUNT
from avatarkit.tracking.face_mesh_mirror import MIRROR
from avatarkit.tracking.tracked_frame import TrackedFace
from avatarkit.vocabulary.arkit import ARKIT_NAMES

WIDTH_PX = 640
READ = ("jawOpen", "mouthSmileLeft", "mouthFrownRight", "mouthPucker", "browDownLeft", "browInnerUp", "browOuterUpRight")


def view(yaw_deg: float = 0.0, pitch_deg: float = 0.0, roll_deg: float = 0.0) -> HeadView:
    turn = quaternions.IDENTITY
    for axis, angle in ((0, -pitch_deg), (1, yaw_deg), (2, roll_deg)):
        turn = quaternions.multiply(quaternions.from_rotation_vector(np.eye(3)[axis] * np.radians(angle)), turn)
    return HeadView(turn, np.array([300.0, 240.0]), 1500.0, 1.0)


def seen_face(look: HeadView, **weights: float) -> TrackedFace:
    """The average face's landmarks exactly where the model has them."""
    identity = average_identity()
    base, moves = base_at(identity, look), load_response().expressions
    vector = np.array([weights.get(name, 0.0) for name in ARKIT_NAMES])
    points = np.tile(look.shift_px, (LANDMARK_COUNT, 1))
    depth = np.zeros(LANDMARK_COUNT)
    projected = look.project(base + (moves @ vector).T)
    points[POINTS], depth[POINTS] = projected.pixels, -look.scale_px * projected.turned[:, 2]
    across = points[EYE_CORNERS["Left"][1]] - points[EYE_CORNERS["Right"][1]]
    depth[POINTS] += float(np.hypot(*across)) * load_response().depth_bias
    eyes = look.project(identity.eyes[:, :3]).pixels
    points[[IRIS_MIDDLES["Left"], IRIS_MIDDLES["Right"]]] = eyes
    return TrackedFace(points, depth, 1.0)


def read(face: TrackedFace, times: int = 6):
    memory = None
    for _ in range(times):
        reading, memory = read_face(face, average_identity(), memory)
    return reading


@pytest.mark.parametrize("name", READ)
def test_an_expression_of_the_model_is_read_back(name: str) -> None:
    values = read(seen_face(view(5.0, 3.0), **{name: 0.8})).expressions
    assert values[ARKIT_NAMES.index(name)] > 0.3
    assert ARKIT_NAMES[int(np.argmax(values))] == name


def test_more_of_an_expression_reads_as_more() -> None:
    column = ARKIT_NAMES.index("jawOpen")
    values = [read(seen_face(view(), jawOpen=weight)).expressions[column] for weight in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert np.all(np.diff(values) > 0.05)


def test_a_fearful_mouth_reads_as_drawn_wide_even_where_it_is_so_by_half_and_a_surprised_one_does_not() -> None:
    column, wide = ARKIT_NAMES.index("mouthStretchLeft"), {"browInnerUp": 0.6, "eyeWideLeft": 0.7, "eyeWideRight": 0.7}
    fear = read(seen_face(view(), jawOpen=0.25, mouthStretchLeft=0.4, mouthStretchRight=0.4, **wide)).expressions
    surprise = read(seen_face(view(), jawOpen=0.6, browOuterUpLeft=0.6, browOuterUpRight=0.6, **wide)).expressions
    assert fear[column] > 0.1
    assert surprise[column] < 0.02


def test_a_neutral_face_reads_as_nothing() -> None:
    solved = [column for column, name in enumerate(ARKIT_NAMES) if not name.startswith("eyeLook")]
    assert read(seen_face(view())).expressions[solved].max() < 0.05


@pytest.mark.parametrize(("shown", "least", "most"), [(0.9, 0.6, 1.0), (0.2, 0.0, 0.05)])
def test_who_smiles_throughout_smiles_but_a_hint_of_it_is_how_the_face_rests(shown: float, least: float, most: float) -> None:
    faces = [seen_face(view(yaw), mouthSmileLeft=shown, mouthSmileRight=shown) for yaw in (-4.0, -2.0, 0.0, 2.0, 4.0)]
    identity, memory = rested(average_identity(), faces, REST_ROUNDS), None
    for face in faces:
        reading, memory = read_face(face, identity, memory)
    smile = reading.expressions[ARKIT_NAMES.index("mouthSmileLeft")]
    assert least <= smile <= most


def test_who_grins_wider_than_the_model_can_throughout_has_no_wide_mouth() -> None:
    faces = [seen_face(view(yaw), mouthSmileLeft=1.4, mouthSmileRight=1.4) for yaw in (-4.0, -2.0, 0.0, 2.0, 4.0)]
    identity = rested(average_identity(), faces, REST_ROUNDS)
    wide, usual = (mouth_width(base_at(one, view())) for one in (identity, average_identity()))
    grin = mouth_width(base_at(average_identity(), view()) + 1.4 * SMILE)
    assert wide - usual < 0.1 * (grin - usual)


def mouth_width(points: np.ndarray) -> float:
    """Metres between the corners of the mouth of `POINTS` (N, 3)."""
    left, right = np.searchsorted(POINTS, [291, 61])
    return float(np.linalg.norm(points[left] - points[right]))


SMILE = load_response().expressions[..., [ARKIT_NAMES.index(f"mouthSmile{side}") for side in ("Left", "Right")]].sum(axis=2).T


def test_a_face_far_from_any_persons_rests_in_its_most_usual_look() -> None:
    spoken = [{"jawOpen": 0.6}, {"mouthPucker": 0.8}, {"browDownLeft": 0.8, "browDownRight": 0.8}]
    faces = [drawn(seen_face(view(), **weights)) for weights in (*spoken, {}, {}, {}, {})]
    assert read(faces[-1]).confidence < SURE
    identity = rested(average_identity(), faces, REST_ROUNDS)
    still, _ = read_face(faces[-1], identity)
    speaking, _ = read_face(faces[0], identity)
    jaw = ARKIT_NAMES.index("jawOpen")
    acted = [column for column, name in enumerate(ARKIT_NAMES) if not name.startswith("eyeLook")]
    assert still.expressions[acted].max() < 0.05 and still.confidence > SURE
    assert speaking.expressions[jaw] > 0.3


def drawn(face: TrackedFace) -> TrackedFace:
    """A figure with eyes half as large again, and what is below them nearer."""
    points, middle = np.array(face.points_px), face.points_px[POINTS].mean(axis=0)
    for side in ("Left", "Right"):
        eye = face.points_px[list(EYE_CORNERS[side])].mean(axis=0)
        away = face.points_px - eye
        points += 0.7 * away * np.exp(-((np.linalg.norm(away, axis=1) / 45.0) ** 2))[:, None]
    points[:, 1] -= 0.25 * np.maximum(face.points_px[:, 1] - middle[1], 0.0)
    return replace(face, points_px=points)


@pytest.mark.parametrize("turn", [(0, 0, 0), (20, 0, 0), (-20, 5, 10), (0, -15, -20), (30, 10, 5)])
def test_a_turned_head_is_read_as_turned(turn: tuple[float, float, float]) -> None:
    look = view(*turn)
    assert abs(read(seen_face(look)).head_rotation @ look.rotation) > np.cos(np.radians(0.5))


def test_a_mirrored_face_gives_mirrored_readings() -> None:
    face = seen_face(view(12.0, 4.0, 6.0), mouthSmileLeft=0.7, browDownLeft=0.5, jawOpen=0.3)
    mirrored = TrackedFace(face.points_px[MIRROR] * (-1, 1) + (WIDTH_PX, 0), face.depth_px[MIRROR], 1.0)
    one, other = read(face), read(mirrored)
    partner = [ARKIT_NAMES.index(_other_side(name)) for name in ARKIT_NAMES]
    np.testing.assert_allclose(one.expressions[partner], other.expressions, atol=0.12)
    np.testing.assert_allclose(one.head_rotation * (1, -1, -1, 1), other.head_rotation, atol=0.02)
    np.testing.assert_allclose(one.eye_rotations[::-1] * (1, -1, -1, 1), other.eye_rotations, atol=0.05)


def _other_side(name: str) -> str:
    for one, two in (("Left", "Right"), ("Right", "Left")):
        if name.endswith(one):
            return name.removesuffix(one) + two
    return name


def test_irises_to_the_subjects_left_look_left() -> None:
    face = seen_face(view())
    points = np.array(face.points_px)
    points[[IRIS_MIDDLES["Left"], IRIS_MIDDLES["Right"]], 0] += 4.0  # in the picture, the subject's left is to the right
    reading = read(replace(face, points_px=points))
    values = dict(zip(ARKIT_NAMES, reading.expressions, strict=True))
    assert values["eyeLookOutLeft"] > 0.2 and values["eyeLookInRight"] > 0.2
    assert values["eyeLookInLeft"] == values["eyeLookOutRight"] == 0.0
    assert quaternions.rotate(reading.eye_rotations[0], np.array([0.0, 0.0, 1.0]))[0] > 0.05


def test_shut_lids_blink_on_their_own_side() -> None:
    face = seen_face(view())
    points = np.array(face.points_px)
    for upper, lower in ((386, 374), (385, 380), (387, 373)):
        points[upper] = points[lower]
    values = dict(zip(ARKIT_NAMES, read(replace(face, points_px=points), 1).expressions, strict=True))
    assert values["eyeBlinkLeft"] == 1.0
    assert values["eyeBlinkRight"] == 0.0


def test_a_start_in_the_middle_of_a_clip_reads_the_same() -> None:
    face = seen_face(view(15.0), jawOpen=0.5)
    _, memory = read_face(seen_face(view(10.0)), average_identity())
    for _ in range(6):
        reading, memory = read_face(face, average_identity(), memory)
    np.testing.assert_allclose(reading.expressions, read(face).expressions, atol=0.03)


@pytest.mark.parametrize("kind", ["one point", "line", "random", "far outside"])
def test_nonsense_stays_finite_and_unsure(kind: str) -> None:
    random = np.random.default_rng(3)
    points = {
        "one point": np.zeros((LANDMARK_COUNT, 2)),
        "line": np.outer(np.arange(LANDMARK_COUNT), (1.0, 1.0)),
        "random": random.uniform(0, 600, (LANDMARK_COUNT, 2)),
        "far outside": random.uniform(-1e6, 1e6, (LANDMARK_COUNT, 2)),
    }[kind]
    reading = read(TrackedFace(points, np.zeros(LANDMARK_COUNT), 1.0), 3)
    assert np.isfinite(reading.expressions).all() and np.isfinite(reading.head_rotation).all()
    assert reading.expressions.min() >= 0.0 and reading.expressions.max() <= 1.0
    assert kind == "one point" or reading.confidence < 0.5


def test_what_no_landmark_tells_is_0() -> None:
    values = read(seen_face(view(), jawOpen=1.0)).expressions
    assert all(values[ARKIT_NAMES.index(name)] < 1e-3 for name in UNOBSERVED)


@pytest.mark.parametrize("start", [0.0, 0.5, 1.0])
def test_the_bounded_solve_finds_the_minimum_wherever_it_starts(start: float) -> None:
    random = np.random.default_rng(5)
    root = random.normal(size=(40, 12))
    hessian, gradient = root.T @ root, root.T @ (root @ random.uniform(-1.0, 2.0, 12))
    value = bounded_solve(hessian, gradient, np.full(12, start))
    slope = hessian @ value - gradient
    assert np.all(np.abs(slope[(value > 0) & (value < 1)]) < 1e-6)
    assert np.all(slope[value == 0] > -1e-6) and np.all(slope[value == 1] < 1e-6)


def test_apertures_do_not_depend_on_size_or_roll() -> None:
    points = seen_face(view()).points_px[POINTS]
    turned = points @ np.array([[0.0, 1.0], [-1.0, 0.0]]) * 2.5
    np.testing.assert_allclose(apertures(points), apertures(turned))
    assert EYE_CORNERS["Left"] != EYE_CORNERS["Right"]
