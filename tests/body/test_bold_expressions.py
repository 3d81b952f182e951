"""A drawn figure's acting: brows slant, sad mouths do not smile, both sides do the same, and a person acts as before."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from avatarkit.avatar.style import load_style
from avatarkit.body import bold_expressions
from avatarkit.body.body import load_body
from avatarkit.body.calm_skin import calmed
from avatarkit.body.lids import lid_margins
from avatarkit.body.lips import lips
from avatarkit.body.mouth_inside import hidden_inside
from avatarkit.body.rest import RestBody, rest_body
from avatarkit.geometry.meshes import face_normals
from avatarkit.vocabulary.arkit import ARKIT_NAMES

DRAWN = {"big-eyes": 1.0, "smiling": 1.0, "bold-expressions": 1.0}
FLAT = {
    "flat-face": 0.6,
    "smooth-face": 1.0,
    "small-mouth": 0.25,
    "small-chin": 0.75,
    "pointed-chin": 1.0,
    "mouth-forward": -0.7,
}


def moved(rest: RestBody, *names: str) -> np.ndarray:
    """(V, 3) metres: what some expressions do together at full strength."""
    columns = [ARKIT_NAMES.index(name) for name in names]
    return np.asarray(rest.expression_offsets[:, columns].sum(axis=1)).reshape(-1, 3)


def brow(rest: RestBody) -> tuple[np.ndarray, np.ndarray]:
    """Vertices of the left brow's skin, and how far from the middle each is, in distances of the eye."""
    eye, top = rest.joint("leftEye"), rest.positions[lid_margins("left")[0], 1].max()
    head = np.unique(load_body().parts["head"].quads)
    at = rest.positions[head]
    near = (np.abs(at[:, 1] - top - 0.015) < 0.006) & (at[:, 0] > 0.2 * eye[0]) & (at[:, 2] > eye[2])
    return head[near], at[near, 0] / eye[0]


@pytest.mark.parametrize(("name", "way"), [("browDownLeft", -1.0), ("browInnerUp", 1.0)])
def test_a_drawn_brow_slants_as_one_stroke(name: str, way: float) -> None:
    drawn = rest_body(DRAWN)
    vertices, across = brow(drawn)
    along = way * moved(drawn, name)[vertices, 1]
    inner, outer = along[across < 0.6], along[(across > 1.5) & (across < 1.9)]
    assert inner.min() > 0.004
    assert outer.max() < 0.5 * inner.min()


def test_a_frown_of_who_smiles_at_rest_ends_where_that_of_others_does() -> None:
    frown = ("mouthFrownLeft", "mouthFrownRight")
    mouth = np.unique(load_body().parts["teeth-upper"].quads)
    calm, friendly = (rest_body({"bold-expressions": 1.0, "smiling": value}) for value in (0.0, 1.0))
    skin = np.setdiff1d(np.unique(load_body().parts["head"].quads), mouth)
    ends = [(rest.positions + moved(rest, *frown))[skin] for rest in (calm, friendly)]
    rests = [rest.positions[skin] for rest in (calm, friendly)]
    assert np.abs(rests[1] - rests[0]).max() > 4e-3
    np.testing.assert_allclose(ends[1], ends[0], atol=1.3e-3)  # but for lips, which a smile pressed into each other


def test_lower_teeth_of_an_open_drawn_mouth_lie_behind_the_lip() -> None:
    drawn, teeth, lip = rest_body(DRAWN), np.unique(load_body().parts["teeth-lower"].quads), lips()[1].edge
    ahead, aside = drawn.positions[teeth, 2], np.abs(drawn.positions[lip, 0])
    incisors, middle = teeth[ahead > ahead.max() - 0.1 * np.ptp(ahead)], lip[aside < 0.5 * aside.max()]
    for weight in (0.3, 0.6, 1.0):
        opened = drawn.positions + weight * moved(drawn, "jawOpen")
        assert opened[incisors, 1].max() < opened[middle, 1].mean()


def test_a_drawn_mouth_that_opens_gets_narrower() -> None:
    drawn, edges = rest_body(DRAWN), np.concatenate([lip.edge for lip in lips()])
    widths = [np.ptp((drawn.positions + weight * moved(drawn, "jawOpen"))[edges, 0]) for weight in (0.0, 0.6)]
    assert widths[1] < 0.9 * widths[0]


def over_an_open_jaw(weight: float) -> np.ndarray:
    """(V, 3) a drawn flat face whose lips are closed over its open jaw."""
    drawn = rest_body({**DRAWN, **FLAT})
    return drawn.positions + weight * moved(drawn, "jawOpen", "mouthClose")


@pytest.mark.parametrize("weight", [0.5, 1.0])
def test_drawn_lips_close_over_an_open_jaw(weight: float) -> None:
    upper, lower = (closed[np.argsort(closed[:, 0])] for closed in (over_an_open_jaw(weight)[lip.edge] for lip in lips()))
    x = np.linspace(-0.01, 0.01, 40)
    assert (np.interp(x, upper[:, 0], upper[:, 1]) - np.interp(x, lower[:, 0], lower[:, 1])).max() < 0.001


def test_what_is_in_the_mouth_stays_behind_drawn_lips_closed_over_an_open_jaw() -> None:
    closed = over_an_open_jaw(1.0)
    assert np.abs(hidden_inside(closed) - closed).max() < 0.0005


@pytest.mark.parametrize("name", ["browDown", "browOuterUp", "mouthFrown", "noseSneer", "cheekSquint"])
def test_both_sides_do_the_same(name: str) -> None:
    drawn, body = rest_body(DRAWN), load_body()
    head = np.unique(body.parts["head"].quads)
    left, right = (moved(drawn, name + side) for side in ("Left", "Right"))
    np.testing.assert_allclose(right[body.mirror[head]] * (-1, 1, 1), left[head], atol=1e-3)


def test_half_as_bold_is_half_way() -> None:
    still, half, whole = (moved(rest_body({**DRAWN, "bold-expressions": bold}), "browDownLeft") for bold in (0.0, 0.5, 1.0))
    np.testing.assert_allclose(half, 0.5 * (still + whole), atol=5e-5)


def test_whole_vertices_are_stored() -> None:
    offsets = rest_body(DRAWN).expression_offsets
    for first, last in zip(offsets.indptr, offsets.indptr[1:], strict=False):
        rows = offsets.indices[first:last].reshape(-1, 3)
        assert (rows == 3 * (rows[:, :1] // 3) + np.arange(3)).all() and (np.diff(rows[:, 0]) > 0).all()


def test_machine_code_mixes_expressions_as_matrices_do() -> None:
    random, count, some = np.random.default_rng(4), 9, len(ARKIT_NAMES)
    acted = sparse.random(3 * count, some, 0.2, format="csc", random_state=5).toarray().reshape(count, 3, some)
    own = np.where(random.random((count, some)) < 0.1, 0.3, 0.0)[:, None] * random.normal(size=(count, 3, some))
    shares, bold = np.where(random.random((some, some)) < 0.1, 1.0, 0.0), 0.7
    wanted = acted @ shares + bold * own

    def rows(moves: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        each = [np.flatnonzero(moves[:, :, number].any(axis=1)) for number in range(some)]
        values = np.concatenate([moves[vertices, :, number] for number, vertices in enumerate(each)])
        return np.cumsum([0, *map(len, each)]), np.concatenate(each), values

    for mixed in (bold_expressions._mixed, bold_expressions._mixed.__wrapped__):
        for one, other in zip(mixed(*rows(acted), *rows(own), shares, bold, np.arange(count)), rows(wanted), strict=True):
            np.testing.assert_allclose(one, other, atol=1e-12)


def test_a_head_sunk_between_the_shoulders_acts_too() -> None:
    sunk = {"neck-length": -1.0, "neck-height": -1.0, "head-up": -1.0, "head-forward": 1.0, "face-angle": 1.0}
    low = {"mouth-height": -1.0, "lower-lip-height": 1.0, "mouth-thickness": 1.0, "nose-depth": -1.0}
    rest = rest_body(sunk | low | {"bold-expressions": 1.0})
    teeth = np.unique(load_body().parts["teeth-lower"].quads)
    assert rest.positions[teeth, 1].max() < rest.joint("neck")[1]
    assert moved(rest, "jawOpen")[teeth].max() < 0.1


def most_overhanging(rest: RestBody) -> float:
    """The most downward of the unit normals of the cheeks beside the nose, at a full smile."""
    at = load_body().positions
    triangles = load_body().parts["head"].triangles
    away = at[triangles].mean(axis=1) - at[np.concatenate([lip.edge for lip in lips()])].mean(axis=0)
    beside = (np.abs(np.abs(away[:, 0]) - 0.041) < 0.019) & (np.abs(away[:, 1] - 0.025) < 0.02) & (away[:, 2] > -0.06)
    smiling = rest.positions + moved(rest, "mouthSmileLeft", "mouthSmileRight")
    normals = face_normals(smiling, triangles[beside])
    return float((normals[:, 1] / np.linalg.norm(normals, axis=1)).min())


@pytest.mark.parametrize("family", ["anime", "cartoon"])
def test_a_drawn_smile_makes_no_ledge_beside_the_nose(family: str) -> None:
    figure = load_style(family).family.shape.figure
    assert most_overhanging(rest_body(figure)) > -0.8


def test_what_is_calmed_moves_the_lips_as_before_and_nothing_more() -> None:
    smile = load_body().expression_offsets[:, [ARKIT_NAMES.index("mouthSmileLeft")]].toarray().reshape(-1, 3)
    calm = calmed(smile)
    edges = np.concatenate([lip.edge for lip in lips()])
    np.testing.assert_array_equal(calm[edges], smile[edges])
    assert not calm[~smile.any(axis=1)].any()
    assert np.abs(calm - smile).max() > 2e-3
