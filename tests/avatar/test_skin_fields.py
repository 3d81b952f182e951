"""Laws of the stored skin fields, and of the pictures that are made with them."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from avatarkit.avatar.colors import parse_color
from avatarkit.avatar.photo_skin import lifted
from avatarkit.avatar.skin import face_picture, shine_share
from avatarkit.avatar.skin_fields import FACTOR_UNIT, body_factor, head_fields
from avatarkit.avatar.style import default_recipe, load_style
from avatarkit.avatar.wrinkles import ageing, wrinkle_depth
from avatarkit.body.body import load_body
from avatarkit.body.texture_space import head_texels


def test_the_skin_is_nothing_but_tone_where_head_and_body_meet() -> None:
    """Or the seam would show: both pictures end in the same colour."""
    body = load_body()
    seam = np.intersect1d(body.parts["head"].quads, body.parts["body"].quads)
    texels = head_texels()
    on_seam = texels.texels[np.isin(texels.vertices, seam).sum(axis=1) >= 2]
    assert FACTOR_UNIT * head_fields().factor.reshape(-1, 3)[on_seam] == pytest.approx(1.0, abs=0.06)
    corners = np.unique(body.parts["body"].uv_quads[np.isin(body.parts["body"].quads, seam)])
    columns, rows = (body.uvs[corners] * body_factor().shape[0]).astype(int).T.clip(0, body_factor().shape[0] - 1)
    assert FACTOR_UNIT * body_factor()[rows, columns] == pytest.approx(1.0, abs=0.06)


def test_plain_skin_has_the_recipes_tone() -> None:
    """Grain and blush differ around the tone, not away from it."""
    recipe = default_recipe()
    skin = replace(recipe.skin, tone="#b98a6e", photo=None)
    picture = face_picture(skin, recipe.brows, replace(load_style(recipe.style).look, skin_variation=0.0))
    texels = head_texels()
    fields = head_fields()
    plain = (fields.inside + fields.lips).reshape(-1)[texels.texels] == 0
    colors = picture[::2, ::2].reshape(-1, 3)[texels.texels[plain]]
    assert np.median(colors, axis=0) == pytest.approx(255.0 * np.array(parse_color("#b98a6e")), abs=1.5)


def test_grain_neither_lightens_nor_darkens() -> None:
    assert abs(head_fields().grain.mean()) < 0.5


def test_wrinkles_come_with_age_and_lie_symmetrically() -> None:
    recipe, look = default_recipe(), replace(load_style("hyper-realistic").look, skin_life=0.0)
    young, old, oldest = (face_picture(recipe.skin, recipe.brows, look, age).astype(int) for age in (0.0, 0.5, 1.0))
    darker = [(young - aged).sum() for aged in (old, oldest)]
    assert 0 < darker[0] < darker[1]
    depth = wrinkle_depth()
    halves = [cv2.GaussianBlur(half, (0, 0), 12.0) for half in (depth, depth[:, ::-1])]
    assert np.corrcoef(halves[0].reshape(-1), halves[1].reshape(-1))[0, 1] > 0.9
    assert ageing(default_recipe("birgit")) > 0.5 > ageing(default_recipe("amara"))


def test_lifting_takes_a_fold_out_of_a_photo_and_leaves_fine_lines() -> None:
    below = np.full((1024, 1024, 3), 150.0, np.float32)
    photo, alpha = below.copy(), np.ones((1024, 1024), np.float32)
    photo[585:625, 380:420] = 90.0  # as broad as a laugh line's shadow
    photo[640:642, 380:420] = 138.0
    smooth = lifted(photo, below, alpha, 1.0)
    assert np.abs(smooth[595:615, 390:410] - 150.0).max() < 15.0
    assert (smooth[640:642, 385:415] < 146.0).all()
    assert np.abs(lifted(photo, below, alpha, 0.0) - photo).max() < 1e-3


def test_darker_skin_shines_no_more_than_lighter_skin() -> None:
    shares = [shine_share(tone) for tone in ("#3c251a", "#8a5a3b", "#d2a184", "#f3dccb")]
    assert shares == sorted(shares) and shares[0] < 0.6 and shares[-1] == 1.0
