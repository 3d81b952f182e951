from __future__ import annotations

import numpy as np
import pytest

from avatarkit.render.color import to_linear, to_srgb
from avatarkit.render.tone import compress, expand


def test_srgb_and_linear_are_inverse_and_meet_at_the_ends():
    values = np.linspace(0, 1, 256)
    assert to_srgb(to_linear(values)) == pytest.approx(values)
    assert to_linear(np.array([0.0, 1.0])) == pytest.approx([0, 1])


def test_compressed_light_can_be_expanded_again():
    light = np.linspace(0, 1.5, 100)
    assert expand(compress(light, 1.5), 1.5) == pytest.approx(light)


def test_tones_of_skin_are_kept_and_brighter_light_stays_brighter():
    light = np.linspace(0, 1.5, 1000)
    assert compress(light[light < 0.7], 1.5) == pytest.approx(light[light < 0.7])
    assert (np.diff(compress(light, 1.5)) > 0).all()
    assert compress(np.array(1.5), 1.5) == pytest.approx(1)


def test_without_headroom_nothing_is_compressed():
    light = np.linspace(0, 1, 100)
    assert compress(light, 1.0) == pytest.approx(light)
