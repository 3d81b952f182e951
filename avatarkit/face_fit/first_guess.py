"""What a face's landmarks tell of its sliders at first sight, learned from rendered heads.

The detector draws unusual faces nearer to the usual one, and its landmarks err together. To ask which head explains the
landmarks best is to follow those errors; to ask which heads were rendered where it said the same is not. The second answer is
where the solve begins and what it holds likely: landmarks then only have to tell what the guess could not know.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from avatarkit.data_files import asset_path
from avatarkit.face_fit.landmark_table import MESH_LANDMARKS

MILLIMETRES = 1000.0
TURN_UNIT_RAD = 0.3  # turns are counted in this, so that they weigh like the other features
MOST_TURN = 2.5  # of these units: beyond it no head was rendered


@dataclass(frozen=True)
class SliderGuess:
    """Sliders that are likely: mean (K,) and covariance (K, K) of what is left unknown."""

    mean: np.ndarray
    covariance: np.ndarray


@dataclass(frozen=True)
class GuessTable:
    """A linear answer, corrected for how far the head is turned.

    Attributes:
        frame: (468, 3) metres, the average face's landmarks, onto which others are laid.
        average: (1404,) mean of the rendered heads' landmarks in that frame, millimetres from it.
        linear: (1404, K) slider for each further millimetre.
        turning: (1404, B) landmarks' combinations whose meaning changes with the turn of the head.
        turned: (5 + 3 B, K) sliders for `turn_terms`.
        covariance: (K, K) of the sliders about the guess.
    """

    frame: np.ndarray
    average: np.ndarray
    linear: np.ndarray
    turning: np.ndarray
    turned: np.ndarray
    covariance: np.ndarray

    def guess(self, points_px: np.ndarray, depth_px: np.ndarray) -> SliderGuess:
        """The likely sliders of a face with landmarks (468 or more, 2) in pixels and depth (468 or more,)."""
        laid, turn = laid_on(self.frame, points_px, depth_px)
        away = laid - self.average
        terms = turn_terms(turn[None], (away @ self.turning)[None])[0]
        return SliderGuess(np.clip(away @ self.linear + terms @ self.turned, -1.0, 1.0), self.covariance)


def laid_on(frame: np.ndarray, points_px: np.ndarray, depth_px: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Landmarks turned, moved and scaled onto the frame (468, 3).

    Returns:
        (1404,) millimetres from the frame, and yaw and pitch of the head (2,) in `TURN_UNIT_RAD`.

    Source: Umeyama 1991.
    """
    seen = np.column_stack([points_px[:, 0], -points_px[:, 1], -depth_px])[:MESH_LANDMARKS]
    a, b = seen - seen.mean(axis=0), frame - frame.mean(axis=0)
    u, s, vt = np.linalg.svd(b.T @ a)
    flip = np.diag([1.0, 1.0, np.sign(np.linalg.det(u @ vt))])
    rotation = u @ flip @ vt
    scale = (s * np.diag(flip)).sum() / (a**2).sum()
    sight = rotation[:, 2]  # toward the camera, in the head's axes: rolling the picture does not change it
    yaw, pitch = np.arctan2(-sight[0], sight[2]), np.arcsin(np.clip(-sight[1], -1.0, 1.0))
    turn = np.clip(np.array([yaw, pitch]) / TURN_UNIT_RAD, -MOST_TURN, MOST_TURN)
    return MILLIMETRES * (scale * a @ rotation.T - b).reshape(-1), turn


def turn_terms(turns: np.ndarray, combinations: np.ndarray) -> np.ndarray:
    """(N, 5 + 3 B) what the answer is linear in beside the landmarks, of turns (N, 2) and combinations (N, B)."""
    yaw, pitch = turns[:, :1], turns[:, 1:]
    return np.concatenate(
        [np.ones_like(yaw), turns, turns**2, yaw * combinations, pitch * combinations, yaw**2 * combinations], axis=1
    )


@cache
def load_guess_table() -> GuessTable:
    """The table, made by assets/scripts/build_first_guess.py."""
    with np.load(asset_path("first_guess.npz")) as archive:
        return GuessTable(**{name: archive[name].astype(float) for name in archive.files})
