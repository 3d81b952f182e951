"""How far joints turn.

Sources: the fingers' ranges are the American Academy of Orthopaedic Surgeons', Joint Motion: Method of Measuring and
Recording (1965), active motion, widened by 10 degrees for passive bends, which hands that lean on something show; the
forearm's from the same book, 80 degrees each way, and 10 of the wrist's own play."""

from __future__ import annotations

from math import radians

import numpy as np

from avatarkit.geometry.arrays import checked_array

THUMB_ABDUCTION_DEG = (-20.0, 70.0)
"""At the thumb's root out of the palm's plane."""

THUMB_ROOT_BEND_DEG = (-40.0, 50.0)
"""At the thumb's root in the palm's plane: positive towards the fingers."""

THUMB_SIDE_DEG = (-20.0, 20.0)
"""At the thumb's middle joint, which gives sideways; the other fingers' do not."""

FINGER_SPREAD_DEG = (-30.0, 30.0)
"""At a finger's root, to both sides."""

_THUMB = (THUMB_ROOT_BEND_DEG, (-20.0, 80.0), (-30.0, 100.0))
_FINGER = ((-40.0, 100.0), (-10.0, 120.0), (-20.0, 100.0))
BENDS_RAD = checked_array("bends", np.radians([_THUMB, *[_FINGER] * 4]), (5, 3, 2), np.float64)
"""(5, 3, 2) least and largest bend of each joint of each finger, thumb first."""

SIDES_RAD = checked_array(
    "sides", np.radians([[THUMB_ABDUCTION_DEG, THUMB_SIDE_DEG], *[[FINGER_SPREAD_DEG, (0.0, 0.0)]] * 4]), (5, 2, 2), np.float64
)
"""(5, 2, 2) least and largest sideways turn of the two joints of each finger nearest to the hand."""

ROLLS_RAD = checked_array("rolls", np.radians([(-45.0, 45.0), *[(-20.0, 20.0)] * 4]), (5, 2), np.float64)
"""(5, 2) least and largest roll of each finger's root joint: the knuckles' play and the arch of the palm; the thumb's saddle
joint rolls as it is opposed. Judged on hands signing before a camera."""

MAX_TWIST_RAD = (radians(90.0), radians(90.0), radians(40.0), radians(40.0))
"""Largest twist of hand or foot against the bend plane of its limb, both ways; `LIMBS`' order. The shank turns 40
degrees with a bent knee (AAOS)."""

MAX_ROLL_RAD = (radians(70.0), radians(70.0), radians(45.0), radians(45.0))
"""Largest turn of a whole straight limb about itself that hand or foot tells, both ways: the shoulder turns 70 degrees inward
and the hip 45 each way (AAOS). A hand or foot that asks for more was seen wrongly."""

MAX_HEAD_TURN_RAD = np.radians(100.0)
"""Largest turn of the head against the chest: 80 degrees to the side (AAOS) joined with bending."""
