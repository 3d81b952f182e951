"""Makes assets/face_response.npz: how the detector's landmarks answer to each expression, by asking it.

    python assets/scripts/build_face_response.py --people 40 --jobs 2      (about a quarter of an hour on two cores)

People of known shape make known faces while they turn their heads and look about. What each expression adds to the landmarks is
found by least squares, about what the body's own expression shapes would add. What then remains is not noise of single
landmarks: its principal components, the strays, are told apart from expressions when a face is read.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from asset_sources import record_sources

from avatarkit.face_fit.face_model import load_face_model
from avatarkit.face_fit.landmark_table import load_landmark_table
from avatarkit.motion.face.face_points import POINTS
from avatarkit.motion.face.head_view import HeadView
from avatarkit.motion.face.identity import PITCHES_DEG, YAWS_DEG, FaceIdentity, guess_identity
from avatarkit.motion.face.read_face import base_at, eyes_px, first_view, fitted_view, turn_shares
from avatarkit.tracking.face_mesh_mirror import MIRROR
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from benchmarks.face_motion import Moment, Sight, look, see, vector
from benchmarks.synthetic_heads import EXPRESSIONS, expression_vector

ASSETS = Path(__file__).resolve().parents[1]
TURN_DEG = (32.0, 20.0, 10.0)  # yaw, pitch and roll, at most
PICTURES, STILL_PICTURES = 64, 4  # of each person, and how many of them at rest
SIZE_PX = 400
STRAYS = 20
PLAIN_RIDGE, TURN_RIDGE, PERSON_RIDGE = 2.0, 10.0, 0.2  # pictures' worth of belief in what is known without having looked
GRID = (len(YAWS_DEG), len(PITCHES_DEG))
ROUNDS = 3
OUTLYING = 3.0  # times the usual residual: the detector saw something else
X_MIRROR = np.array([-1.0, 1.0, 1.0])

ONE_SIDED = ("mouthLeft", "mouthRight", "jawLeft", "jawRight")
NAMES = sorted(
    {n.removesuffix("Left").removesuffix("Right") for n in ARKIT_NAMES
     if not n.startswith(("eyeLook", "tongue")) and n not in (*ONE_SIDED, "mouthClose")} | set(ONE_SIDED)
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A picture to learn from: whose, how the head is seen, the true weights (52,), and how far the landmarks are from the
    person's guessed neutral face, (N, 2) metres across the picture."""

    person: int
    view: HeadView
    weights: np.ndarray
    away: np.ndarray


@dataclass(frozen=True)
class Found:
    """What is learnt: expressions (3, N, 52), what turns of the head add (Y, P, N, 3) and what each person's face (Q, N, 3)."""

    expressions: np.ndarray
    turns: np.ndarray
    rests: np.ndarray


def moments(seed: int) -> list[Moment]:
    """A person's pictures: at rest, one expression, several, one of the known faces; turned, and looking about."""
    random, result = np.random.default_rng([seed, 1]), []
    names: list[str] = []
    for number in range(PICTURES):
        if len(names) < 3:
            names = [str(name) for name in random.permutation(NAMES)] + names
        weights = _weights(random, names)
        glance = look(*random.uniform(-1, 1, 2)) if random.random() < 0.7 else np.zeros(len(ARKIT_NAMES))
        turn = random.uniform(-1, 1, 3) * TURN_DEG * (1.0 if random.random() < 0.6 else 0.25)
        if number < STILL_PICTURES:
            weights, glance, turn = 0.0 * weights, 0.0 * glance, 0.1 * turn
        result.append(Moment("any", weights + glance, (float(turn[0]), float(turn[1]), float(turn[2]))))
    return result


def _weights(random: np.random.Generator, names: list[str]) -> np.ndarray:
    """Weights of one picture; takes from the end of `names`, so that all have their turn."""
    kind, weights = random.random(), np.zeros(len(ARKIT_NAMES))
    if kind < 0.25:
        return weights
    if kind < 0.35:
        known = list(EXPRESSIONS.values())[random.integers(len(EXPRESSIONS))]
        return np.array(expression_vector(known)) * random.uniform(0.4, 1.0)
    for _ in range(1 if kind < 0.8 else 3):
        value = vector(names.pop(), random.uniform(0.3, 1.0))
        if np.count_nonzero(value) == 2 and random.random() < 0.3:
            value[np.flatnonzero(value)[random.integers(2)]] = 0.0
        weights = np.maximum(weights, value)
    opened, closed = (ARKIT_NAMES.index(name) for name in ("jawOpen", "mouthClose"))
    if weights[opened] > 0.2 and random.random() < 0.3:
        weights[closed] = weights[opened] * random.uniform(0.3, 1.0)
    return weights


def film(seed: int) -> list[Sight]:
    """One person's pictures, drawn and tracked."""
    return see(seed, moments(seed), SIZE_PX)


def learn(clips: Sequence[Sequence[Sight]]) -> dict[str, np.ndarray]:
    """What the asset holds, from some people's pictures."""
    plain = symmetric(plain_expressions())
    people = [guess_identity([sight.face for sight in clip], turns=0.0) for clip in clips]
    pairs = [(person, sight) for person, clip in enumerate(clips) for sight in clip]
    found = Found(plain, np.zeros((*GRID, len(POINTS), 3)), np.zeros((len(clips), len(POINTS), 3)))
    for _ in range(ROUNDS):
        posed = [known_view(people[p], found.rests[p], sight, found) for p, sight in pairs]
        found = regress(
            [case(p, people[p], sight, view) for (p, sight), view in zip(pairs, posed, strict=True)], plain, len(clips)
        )
    depth = np.mean([deeper(people[p], found.rests[p], sight, found) for p, sight in pairs], axis=0)
    left = np.array([remaining(people[p], found.rests[p], sight, found, depth) for p, sight in pairs])
    strays, noise = components(left)
    print(f"{len(pairs)} pictures; {1000 * np.sqrt((left**2).sum(2).mean()):.2f} mm unexplained, noise {1000 * noise:.2f} mm")
    return {
        "points": POINTS.astype(np.int16),
        "expressions": found.expressions.astype(np.float16),
        "turns": found.turns.astype(np.float16),
        "depth_bias": depth.astype(np.float16),
        "strays": strays.astype(np.float16),
        "noise": np.float32(noise),
    }


def plain_expressions() -> np.ndarray:
    """(3, N, 52) metres: what the landmark table says of a head seen from the front."""
    return load_face_model().landmarks(load_landmark_table(), 0.0, 0.0).expressions[:, POINTS]


def known_view(identity: FaceIdentity, rest: np.ndarray, sight: Sight, found: Found) -> HeadView:
    """How a picture sees the head: turned as it truly was, placed where the landmarks say."""
    view = HeadView(sight.rotation, np.zeros(2), 1.0, identity.nearness)
    flat = view.project(known_points(identity, rest, sight, found, view)).pixels
    columns = np.zeros((2 * len(flat), 3))
    columns[:, 0], columns[::2, 1], columns[1::2, 2] = flat.ravel(), 1.0, 1.0
    (scale, *shift), *_ = np.linalg.lstsq(columns, sight.face.points_px[POINTS].ravel(), rcond=None)
    return replace(view, shift_px=np.array(shift), scale_px=float(scale))


def known_points(identity: FaceIdentity, rest: np.ndarray, sight: Sight, found: Found, view: HeadView) -> np.ndarray:
    """(N, 3) metres: the landmarks of a picture whose truth is known."""
    turned = np.tensordot(turn_shares(view), found.turns, axes=2)
    return base_at(identity, view) + turned + rest + (found.expressions @ sight.moment.weights).T


def deeper(identity: FaceIdentity, rest: np.ndarray, sight: Sight, found: Found) -> np.ndarray:
    """(N,) how much farther the landmarks of a picture are said to be than they are, over the distance of the outer corners."""
    view = known_view(identity, rest, sight, found)
    seen = view.project(known_points(identity, rest, sight, found, view))
    behind = sight.face.depth_px[POINTS] + view.scale_px * seen.turned[:, 2]
    return (behind - behind.mean()) / eyes_px(sight.face)


def case(person: int, identity: FaceIdentity, sight: Sight, view: HeadView) -> Case:
    """One picture to learn from."""
    base = view.project(base_at(identity, view))
    away = (sight.face.points_px[POINTS] - base.pixels) / base.gain[:, None] * (1.0, -1.0)
    return Case(person, view, sight.moment.weights, away)


def regress(cases: Sequence[Case], plain: np.ndarray, people: int) -> Found:
    """The least squares answer, robustly, one landmark like the other."""
    features = np.array([features_of(one, people) for one in cases])
    seen = np.array([one.away.T for one in cases])
    sizes = 3 * np.array([len(ARKIT_NAMES), GRID[0] * GRID[1], people])
    start = np.zeros((sizes.sum(), len(POINTS)))
    start[: sizes[0]] = np.moveaxis(plain, 2, 0).reshape(sizes[0], -1)
    ridge, believed = np.diag(np.repeat([PLAIN_RIDGE, TURN_RIDGE, PERSON_RIDGE], sizes)), np.ones(len(cases))
    for _ in range(3):
        flat, weights = features.reshape(-1, features.shape[2]), np.repeat(believed, 2)[:, None]
        missed = (seen - features @ start).reshape(-1, len(POINTS))
        found = start + np.linalg.solve((flat * weights).T @ flat + ridge, (flat * weights).T @ missed)
        size = np.sqrt(((seen - features @ found) ** 2).mean(axis=(1, 2)))
        believed = 1.0 / (1.0 + (0.5 * size / np.median(size)) ** 2)
    expressions, turns, rests = (
        np.moveaxis(part.reshape(-1, 3, len(POINTS)), 1, 2) for part in np.split(found, np.cumsum(sizes)[:2])
    )
    turns = turns.reshape(*GRID, -1, 3) + rests.mean(axis=0)
    turns = 0.5 * (turns + X_MIRROR * turns[::-1][:, :, mirrored_points()])
    return Found(symmetric(np.moveaxis(expressions, (0, 2), (2, 0))), turns, rests - rests.mean(axis=0))


def features_of(one: Case, people: int) -> np.ndarray:
    """(2, U) what a landmark's place across the picture is linear in."""
    across = one.view.matrix[:2]
    whose = np.eye(people)[one.person]
    return np.concatenate([np.kron(part, across) for part in (one.weights, turn_shares(one.view).ravel(), whose)], axis=1)


def symmetric(expressions: np.ndarray) -> np.ndarray:
    """(3, N, 52) made to be their own mirror image."""
    partners = [ARKIT_NAMES.index(other_side(name)) for name in ARKIT_NAMES]
    return 0.5 * (expressions + X_MIRROR[:, None, None] * expressions[:, mirrored_points()][:, :, partners])


def mirrored_points() -> np.ndarray:
    """(N,) row of each of `POINTS`' partner on the other side."""
    return np.searchsorted(POINTS, np.asarray(MIRROR)[POINTS])


def other_side(name: str) -> str:
    """mouthLeft -> mouthRight, and so on; other names stay."""
    if name.endswith("Left"):
        return name.removesuffix("Left") + "Right"
    return name.removesuffix("Right") + "Left" if name.endswith("Right") else name


def remaining(identity: FaceIdentity, rest: np.ndarray, sight: Sight, found: Found, depth: np.ndarray) -> np.ndarray:
    """(N, 3) metres in the head's axes: what of a picture is left to explain when it is read with the pose found as usual."""
    own = replace(identity, bases=identity.bases + found.turns + rest)
    moved = (found.expressions @ sight.moment.weights).T
    view = fitted_view(first_view(sight.face, own), sight.face, own, moved, bias=depth)
    across, seen = view.matrix[:2], view.project(base_at(own, view) + moved)
    return (sight.face.points_px[POINTS] - seen.pixels) / seen.gain[:, None] * (1.0, -1.0) @ across


def components(left: np.ndarray) -> tuple[np.ndarray, float]:
    """The strays (3, N, S), one standard deviation each, and the noise beside them, of residuals (P, N, 3)."""
    size = np.sqrt((left**2).sum(axis=2).mean(axis=1))
    left = left[size < OUTLYING * np.median(size)]
    left = np.concatenate([left, left[:, mirrored_points()] * X_MIRROR])
    flat = left.reshape(len(left), -1)
    _, lengths, ways = np.linalg.svd(flat, full_matrices=False)
    ways, lengths = ways[:STRAYS], lengths[:STRAYS] / np.sqrt(len(flat))
    rest = (flat - (flat @ ways.T) @ ways).reshape(left.shape)
    strays = np.moveaxis((ways * lengths[:, None]).reshape(STRAYS, -1, 3), (0, 2), (2, 0))
    return strays, float(np.sqrt((rest[..., :2] ** 2).mean()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=40)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--output", type=Path, default=ASSETS / "face_response.npz")
    options = parser.parse_args()
    with ProcessPoolExecutor(options.jobs) as pool:
        clips = list(pool.map(film, range(options.people)))
    np.savez_compressed(options.output, **learn(clips))
    if options.output.parent == ASSETS:
        record_sources(ASSETS, [options.output.name], "measured on renders of body.npz with MediaPipe 0.10.21", "CC0-1.0",
                       "assets/scripts/build_face_response.py")  # fmt: skip


if __name__ == "__main__":
    main()
