"""ARKit's expressions on any face."""

from __future__ import annotations

import numpy as np
import pytest

from avatarkit.body.body import load_body
from avatarkit.body.expressions import LOOK_DEG, SIDES, lid_margins
from avatarkit.body.rest import RestBody, rest_body
from avatarkit.vocabulary.arkit import ARKIT_NAMES
from tests.body.random_people import random_face
from tests.body.test_shape import mirrored


def offsets(rest: RestBody, name: str) -> np.ndarray:
    return rest.expression_offsets[:, [ARKIT_NAMES.index(name)]].toarray().reshape(-1, 3)


def line(points: np.ndarray, x: np.ndarray, axis: int) -> np.ndarray:
    """A lid's edge at some places across."""
    order = np.argsort(points[:, 0])
    return np.interp(x, points[order, 0], points[order, axis])


@pytest.mark.parametrize("seed", range(20))
def test_a_blink_closes_the_lids_of_every_face(seed):
    rest = rest_body(random_face(seed))
    for side in SIDES:
        closed = rest.positions + offsets(rest, f"eyeBlink{side.title()}")
        upper, lower = (closed[edge] for edge in lid_margins(side))
        low, high = upper[:, 0].min(), upper[:, 0].max()
        reach = low + 0.06 * (high - low), high - 0.06 * (high - low)  # at the corners the lids are one
        x = np.linspace(*reach, 200)
        assert (line(upper, x, 1) - line(lower, x, 1)).max() < 1e-4, "a gap is left"
        assert (line(upper, x, 2) - line(lower, x, 2))[20:-20].min() > -2e-4, "the upper lid lies behind the lower one"


@pytest.mark.parametrize("seed", range(0, 20, 4))
def test_open_lids_stay_open(seed):
    rest = rest_body(random_face(seed, 0.3))
    for side in SIDES:
        upper, lower = (rest.positions[edge] for edge in lid_margins(side))
        x = np.linspace(*np.quantile(upper[:, 0], [0.3, 0.7]), 20)
        assert (line(upper, x, 1) - line(lower, x, 1)).min() > 0.001


@pytest.mark.parametrize("weight", [0.0, 0.25, 0.5, 0.75, 1.0])
@pytest.mark.parametrize("seed", range(3))
def test_the_upper_lid_never_dips_into_the_eyeball(seed, weight):
    rest = rest_body(random_face(seed, 0.3))
    for side in SIDES:
        moved = rest.positions + weight * offsets(rest, f"eyeBlink{side.title()}")
        ball = rest.positions[np.unique(load_body().parts[f"eye-{side}"].quads)]
        center = rest.joint(f"{side}Eye")
        radius = np.linalg.norm(ball - center, axis=1).mean()
        upper = moved[lid_margins(side)[0]][2:-2]
        assert np.linalg.norm(upper - center, axis=1).min() > radius


@pytest.mark.parametrize("seed", [0, 5])
@pytest.mark.parametrize("way", LOOK_DEG)
def test_a_glance_turns_the_eyeball_rigidly_about_its_middle(seed, way):
    rest = rest_body(random_face(seed))
    for side in SIDES:
        eyeball = np.unique(load_body().parts[f"eye-{side}"].quads)
        around = rest.positions[eyeball] - rest.joint(f"{side}Eye")
        turned = around + offsets(rest, f"eyeLook{way}{side.title()}")[eyeball]
        assert np.allclose(np.linalg.norm(turned, axis=1), np.linalg.norm(around, axis=1), atol=1e-6)
        rotation = np.linalg.lstsq(around, turned, rcond=None)[0].T
        angle = np.degrees(np.arccos(0.5 * (np.trace(rotation) - 1.0)))
        assert angle == pytest.approx(LOOK_DEG[way], abs=0.01)


def test_glances_go_where_their_names_say():
    rest = rest_body({})
    for side, outward in (("left", 1.0), ("right", -1.0)):
        front = np.unique(load_body().parts[f"eye-{side}"].quads)
        front = front[np.argmax(rest.positions[front, 2])]
        moves = {way: offsets(rest, f"eyeLook{way}{side.title()}")[front] for way in LOOK_DEG}
        assert moves["Up"][1] > 0 > moves["Down"][1]
        assert outward * moves["Out"][0] > 0 > outward * moves["In"][0]


@pytest.mark.parametrize("name", [name for name in ARKIT_NAMES if name.endswith("Left") and not name.startswith("mouthLeft")])
def test_a_left_expression_is_the_mirror_of_the_right_one(name):
    rest, body = rest_body({}), load_body()
    left, right = offsets(rest, name), offsets(rest, name.removesuffix("Left") + "Right")
    skin = np.unique(np.concatenate([body.parts[p].quads.reshape(-1) for p in ("head", "eye-left", "eye-right")]))
    assert np.abs(mirrored(left) - right)[skin].max() < 1.5e-3  # as uneven as the data


def test_all_expressions_move_something():
    rest = rest_body({})
    assert all(np.abs(offsets(rest, name)).max() > 1e-3 for name in ARKIT_NAMES)


def test_a_closed_mouth_stays_closed_when_the_jaw_drops_behind_it():
    from avatarkit.body.lips import lips

    rest = rest_body({})
    closed = rest.positions + offsets(rest, "jawOpen") + offsets(rest, "mouthClose")
    upper, lower = (closed[lip.edge] for lip in lips())
    x = np.linspace(-0.012, 0.012, 40)
    assert (line(upper, x, 1) - line(lower, x, 1)).max() < 0.002
