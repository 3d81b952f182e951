"""Shape of the joined skin, whoever was built before."""

import numpy as np

from avatarkit.avatar.skinned_parts import SKIN_PARTS, shape_surface, surface_of
from avatarkit.body.rest import rest_body
from avatarkit.vocabulary.arkit import ARKIT_NAMES

DRAWN = {"big-eyes": 1.0, "bold-expressions": 1.0}  # their lids are kept before their eyes: more moves than on a person


def test_expressions_do_not_depend_on_who_was_built_before():
    surface_of.cache_clear()
    alone = shape_surface(SKIN_PARTS, rest_body(DRAWN))
    surface_of.cache_clear()
    shape_surface(SKIN_PARTS, rest_body({}))
    after = shape_surface(SKIN_PARTS, rest_body(DRAWN))
    assert list(alone.morphs) == list(after.morphs)
    for name, morph in alone.morphs.items():
        for own, other in zip((morph.vertices, morph.positions, morph.normals), vars(after.morphs[name]).values(), strict=True):
            assert np.array_equal(own, other), name


def test_every_move_of_the_skin_is_kept_on_any_face():
    shape_surface(SKIN_PARTS, rest_body({}))
    rest = rest_body(DRAWN)
    shape, surface = shape_surface(SKIN_PARTS, rest), np.unique(surface_of(SKIN_PARTS).triangles)
    for name, morph in shape.morphs.items():
        moves = np.zeros_like(rest.positions)
        moves[morph.vertices] = morph.positions
        wanted = rest.expression_offsets[:, [ARKIT_NAMES.index(name)]].toarray().reshape(-1, 3)
        assert np.abs(moves - wanted)[surface].max() < 2e-5, name
