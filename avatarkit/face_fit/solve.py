"""Camera, sliders and expression that explain a face's landmarks best: damped Gauss-Newton with bounds and priors."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from avatarkit.face_fit.face_model import NOT_SOLVED, FaceModel, PointModel
from avatarkit.face_fit.first_guess import SliderGuess
from avatarkit.face_fit.head_camera import HEAD_ORIGIN, HeadCamera
from avatarkit.face_fit.landmark_table import MESH_LANDMARKS, LandmarkTable
from avatarkit.geometry import quaternions
from avatarkit.vocabulary.arkit import ARKIT_NAMES

OUTER_EYE_CORNERS = (33, 263)
BOUND_ROUNDS = 8  # more are never needed by the faces tried
CAMERA_UNKNOWNS = 7  # three of rotation, two of place, scale, nearness


@dataclass(frozen=True)
class SolveSettings:
    """What the fit trusts.

    Attributes:
        rounds: how often the landmarks are looked up anew on the surface for the pose found so far.
        steps: Gauss-Newton steps in each round, at most.
        settled: no further step is taken once sliders and expression weights move less than this.
        independent_landmarks: how many landmarks' worth of evidence the 468 are: neighbours err together.
        floor: least spread of a landmark, as a part of the distance between the outer eye corners.
        outlier: residual, in spreads, at which a landmark has lost half of its weight.
        expression_width: natural spread of an expression weight; `rare_width` that of the rarely seen ones.
        nearness, nearness_width: 1/metre, distance of an ordinary portrait and how much it varies.
        stray_share: how much of the detector's straying, measured on rendered heads, is believed of photos. All of it
            explains rendered heads best; of photos turned heads fit worse with more.
        depth_weight: how much the landmarks' depth counts beside its own spread.
    """

    rounds: int = 2
    steps: int = 4
    settled: float = 0.01
    independent_landmarks: float = 70.0
    floor: float = 0.008
    outlier: float = 4.0
    expression_width: float = 1.0
    rare_width: float = 0.5
    nearness: float = 1.0
    nearness_width: float = 0.5
    stray_share: float = 0.9
    depth_weight: float = 0.3


RARE = ("jawForward", "jawLeft", "jawRight", "mouthLeft", "mouthRight", "cheekPuff", "mouthRollLower", "mouthRollUpper",
        "mouthShrugLower", "mouthShrugUpper", "mouthClose", "noseSneerLeft", "noseSneerRight")  # fmt: skip


@dataclass(frozen=True)
class FaceState:
    """The unknowns: camera, slider values (K,), expression weights (52,)."""

    camera: HeadCamera
    sliders: np.ndarray
    expression: np.ndarray

    def way_from(self, other: FaceState) -> float:
        """The largest difference of a slider or an expression weight."""
        return float(max(np.abs(self.sliders - other.sliders).max(), np.abs(self.expression - other.expression).max()))


@dataclass(frozen=True)
class Solution:
    """What was found.

    Attributes:
        state: the unknowns.
        residuals_px: (468, 2) landmarks minus model.
        weights: (468,) 0..1, how much each landmark was believed.
        error: mean length of the residuals over the distance between the outer eye corners.
    """

    state: FaceState
    residuals_px: np.ndarray
    weights: np.ndarray
    error: float


def solve_face(  # noqa: PLR0917
    points_px: np.ndarray,
    depth_px: np.ndarray,
    model: FaceModel,
    table: LandmarkTable,
    settings: SolveSettings | None = None,
    likely: SliderGuess | None = None,
) -> Solution:
    """Fit camera, sliders and expression to one face.

    Args:
        points_px: (468 or more, 2); depth_px: (468 or more,) growing away from the camera.
        model: the head.
        table: where the landmarks lie on it.
        settings: what to trust.
        likely: sliders to begin with and to hold likely; without it the average head and the model's covariance.
    """
    settings = settings or SolveSettings()
    likely = likely or SliderGuess(np.zeros(len(model.slider_names)), model.covariance)
    points_px = points_px[:MESH_LANDMARKS]
    eyes_px = float(np.linalg.norm(points_px[OUTER_EYE_CORNERS[0]] - points_px[OUTER_EYE_CORNERS[1]]))
    depth_px = depth_px[:MESH_LANDMARKS] - eyes_px * table.depth_bias
    frontal = model.average_landmarks(table, 0.0, 0.0, settings.stray_share)
    state = FaceState(
        _first_camera(frontal, points_px, depth_px, settings),
        likely.mean,
        np.zeros(len(ARKIT_NAMES)),
    )
    precision = np.linalg.inv(likely.covariance)
    for _ in range(settings.rounds):
        yaw, pitch, _roll = np.radians(state.camera.yaw_pitch_roll_deg)
        places = model.landmarks(table, yaw, pitch, settings.stray_share)
        step = _Step(places, points_px, depth_px, eyes_px, table.spread, likely.mean, precision, settings)
        for _ in range(settings.steps):
            before, state = state, step.improved(state)
            if state.way_from(before) < settings.settled:
                break
    residuals, _ = step.residuals(state, step.places.positions(state.sliders, state.expression))
    error = float(np.linalg.norm(residuals, axis=1).mean() / eyes_px)
    return Solution(state, residuals, step.weights(residuals), error)


def _first_camera(base: np.ndarray, points_px: np.ndarray, depth_px: np.ndarray, settings: SolveSettings) -> HeadCamera:
    """A camera from the average face alone: Umeyama's alignment of the landmarks, depth included."""
    seen = np.column_stack([points_px[:, 0], -points_px[:, 1], -depth_px])
    a, b = base - base.mean(axis=0), seen - seen.mean(axis=0)
    u, s, vt = np.linalg.svd(b.T @ a)
    flip = np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    rotation = u @ flip @ vt
    scale = float((s * np.diag(flip)).sum() / (a**2).sum())
    origin = scale * rotation @ (HEAD_ORIGIN - base.mean(axis=0)) + seen.mean(axis=0)
    return HeadCamera(_quaternion(rotation), origin[:2] * [1.0, -1.0], scale, settings.nearness)


def _quaternion(matrix: np.ndarray) -> np.ndarray:
    from scipy.spatial.transform import Rotation

    return Rotation.from_matrix(matrix).as_quat()


@dataclass(frozen=True)
class _Step:
    """Gauss-Newton on one set of surface points."""

    places: PointModel
    points_px: np.ndarray
    depth_px: np.ndarray
    eyes_px: float
    spread: np.ndarray
    mean: np.ndarray
    precision: np.ndarray
    settings: SolveSettings

    def residuals(self, state: FaceState, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Pixels (N, 2) and depth (N,) that points (N, 3) of the model leave unexplained; the depth's own zero is taken out."""
        away = -state.camera.scale_px * state.camera.turned(points)[:, 2]
        behind = self.depth_px - away
        return self.points_px - state.camera.project(points), behind - np.median(behind)

    def weights(self, flat: np.ndarray) -> np.ndarray:
        """(N,) Geman-McClure weights of residuals (N, 2): landmarks that disagree with all others lose their say."""
        spread = np.maximum(self.spread[:, :2].mean(axis=1), self.settings.floor) * self.eyes_px
        length = np.linalg.norm(flat, axis=1)
        # far from the solution all landmarks disagree: an outlier is then one that does so more than most
        share = length / (self.settings.outlier * np.maximum(spread, np.median(length)))
        return 1.0 / (1.0 + share**2) ** 2

    def improved(self, state: FaceState) -> FaceState:
        """One bounded step downhill."""
        moves = self.places.slopes(state.sliders)
        points = self.places.positions(state.sliders, state.expression)
        flat, deep = self.residuals(state, points)
        flat_slopes, deep_slopes = self._slopes(state.camera, points, moves)
        believed = self.weights(flat) * self.settings.independent_landmarks / MESH_LANDMARKS
        across = np.maximum(self.spread[:, :2], self.settings.floor) * self.eyes_px
        along = np.maximum(self.spread[:, 2], self.settings.floor) * self.eyes_px / np.sqrt(self.settings.depth_weight)
        rows = np.concatenate([flat_slopes[0], flat_slopes[1], deep_slopes])
        wrong = np.concatenate([flat[:, 0], flat[:, 1], deep])
        certain = np.sqrt(np.concatenate([believed / across[:, 0] ** 2, believed / across[:, 1] ** 2, believed / along**2]))
        rows *= _single(certain)[:, None]
        hessian, gradient = (rows.T @ rows).astype(float), (rows.T @ _single(certain * wrong)).astype(float)
        self._add_priors(hessian, gradient, state)
        return self._moved(state, self._bounded_solve(hessian, gradient, state))

    def _slopes(self, camera: HeadCamera, points: np.ndarray, moves: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Jacobians of pixels (2, N, U) and depth (N, U), single: a step needs no more digits and takes half of the time."""
        count, q = len(points), camera.turned(points)
        unknowns = CAMERA_UNKNOWNS + moves.shape[2]
        dq = np.zeros((3, count, unknowns), np.float32)
        dq[:, :, :3] = np.cross(np.eye(3)[:, None], q[None]).transpose(2, 1, 0)
        matrix = _single(quaternions.to_matrix(camera.rotation))
        dq[:, :, CAMERA_UNKNOWNS:] = (matrix @ moves.reshape(3, -1)).reshape(moves.shape)
        q = _single(q)
        gain = 1.0 / (1.0 - camera.nearness * q[:, 2:])
        flat = np.empty((2, count, unknowns), np.float32)
        for axis, sign in ((0, camera.scale_px), (1, -camera.scale_px)):
            aside = q[:, axis, None]
            flat[axis] = sign * gain * (dq[axis] + camera.nearness * gain * aside * dq[2])
            flat[axis, :, 3 + axis] = 1.0
            flat[axis, :, 5:6] = sign * aside * gain
            flat[axis, :, 6:7] = sign * aside * q[:, 2:] * gain**2
        deep = -camera.scale_px * dq[2]
        deep[:, 5] = -camera.scale_px * q[:, 2]
        return flat, deep - deep.mean(axis=0)

    def _add_priors(self, hessian: np.ndarray, gradient: np.ndarray, state: FaceState) -> None:
        """What is likely before anything was seen; adds to both arrays in place."""
        sliders = slice(CAMERA_UNKNOWNS, CAMERA_UNKNOWNS + len(state.sliders))
        hessian[sliders, sliders] += self.precision
        gradient[sliders] -= self.precision @ (state.sliders - self.mean)
        expression = np.arange(sliders.stop, len(gradient))
        narrow = 1.0 / expression_widths(self.settings) ** 2
        hessian[expression, expression] += narrow
        gradient[expression] -= narrow * state.expression
        hessian[6, 6] += 1.0 / self.settings.nearness_width**2
        gradient[6] += (self.settings.nearness - state.camera.nearness) / self.settings.nearness_width**2
        hessian[np.arange(6), np.arange(6)] *= 1.0 + 1e-6

    def _bounded_solve(self, hessian: np.ndarray, gradient: np.ndarray, state: FaceState) -> np.ndarray:
        """The step with unknowns held that stand at a bound and want to leave it."""
        value = np.concatenate([np.zeros(CAMERA_UNKNOWNS), state.sliders, state.expression])
        low, high = _bounds(len(state.sliders))
        held = np.zeros(len(value), bool)
        step = np.zeros(len(value))
        for _ in range(BOUND_ROUNDS):
            free = ~held
            step = np.where(held, np.clip(step, low - value, high - value), 0.0)
            known = gradient - hessian[:, held] @ step[held]
            step[free] = np.linalg.solve(hessian[np.ix_(free, free)], known[free])
            beyond = free & ((value + step < low - 1e-9) | (value + step > high + 1e-9))
            if not beyond.any():
                break
            held |= beyond
        return np.clip(step, low - value, high - value)

    def _moved(self, state: FaceState, step: np.ndarray) -> FaceState:
        camera = state.camera
        turn = quaternions.from_rotation_vector(step[:3])
        count = CAMERA_UNKNOWNS + len(state.sliders)
        return FaceState(
            replace(
                camera,
                rotation=quaternions.normalize(quaternions.multiply(turn, camera.rotation)),
                shift_px=camera.shift_px + step[3:5],
                scale_px=camera.scale_px * float(np.exp(np.clip(step[5], -0.5, 0.5))),
                nearness=float(np.clip(camera.nearness + step[6], 0.05, 4.0)),
            ),
            state.sliders + step[CAMERA_UNKNOWNS:count],
            state.expression + step[count:],
        )


def _single(numbers: np.ndarray) -> np.ndarray:
    return numbers.astype(np.float32)


def expression_widths(settings: SolveSettings) -> np.ndarray:
    """(52,) natural spread of each expression weight."""

    def width(name: str) -> float:
        if name.startswith(NOT_SOLVED):
            return 1e-4
        return settings.rare_width if name in RARE else settings.expression_width

    return np.array([width(name) for name in ARKIT_NAMES])


def _bounds(slider_count: int) -> tuple[np.ndarray, np.ndarray]:
    free = np.full(CAMERA_UNKNOWNS, np.inf)
    ones, expressions = np.ones(slider_count), np.ones(len(ARKIT_NAMES))
    return np.concatenate([-free, -ones, 0 * expressions]), np.concatenate([free, ones, expressions])
