"""How far a captured motion is from the truth. All functions take arrays and return numbers; times lead (T, ...).

Sources: jitter, foot sliding and root error as in the published evaluation code of WHAM (Shin et al., CVPR 2024) and GVHMR
(Shen et al., SIGGRAPH Asia 2024); alignment: S. Umeyama, Least-squares estimation of transformation parameters, 1991.
"""

from __future__ import annotations

import numpy as np

STILL_M = 0.01
"""A foot point stands still in a frame in which the truth moves less: the published 1 cm rule."""

JITTER_UNIT = 10.0
"""Jitter is published in tens of metres per second cubed."""


def angle_deg(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Angles (...) between directions (..., 3)."""
    cross = np.linalg.norm(np.cross(a, b), axis=-1)
    return np.asarray(np.degrees(np.arctan2(cross, np.sum(a * b, axis=-1))))


def aligned(points: np.ndarray, target: np.ndarray, *, scale: bool) -> np.ndarray:
    """`points` (N, 3) rotated and shifted, and scaled if wanted, to lie as near as they can to `target` (N, 3)."""
    middle, goal = points.mean(axis=0), target.mean(axis=0)
    a, b = points - middle, target - goal
    u, singular, vt = np.linalg.svd(b.T @ a)
    proper = np.array([1.0, 1.0, np.sign(np.linalg.det(u @ vt)) or 1.0])
    size = (singular * proper).sum() / max((a**2).sum(), 1e-12) if scale else 1.0
    return np.asarray(size * a @ ((u * proper) @ vt).T + goal)


def position_error_mm(points: np.ndarray, truth: np.ndarray) -> float:
    """Mean distance of joints (T, J, 3) in metres."""
    return 1000.0 * float(np.linalg.norm(points - truth, axis=-1).mean())


def aligned_error_mm(points: np.ndarray, truth: np.ndarray) -> float:
    """Mean distance of joints (T, J, 3) after each frame's best rotation, shift and scale."""
    return position_error_mm(np.stack([aligned(p, t, scale=True) for p, t in zip(points, truth, strict=True)]), truth)


def jitter(points: np.ndarray, fps: float) -> float:
    """Mean length of the third difference of joints (T, J, 3), times fps cubed: 10 m/s^3."""
    if len(points) < 4:
        return 0.0
    return float(np.linalg.norm(np.diff(points, 3, axis=0), axis=-1).mean() * fps**3 / JITTER_UNIT)


def skate_mm(soles: np.ndarray, truth: np.ndarray) -> float:
    """Mean movement of foot points (T, F, 3) between frames between which the true ones move less than 1 cm; mm a frame."""
    moves, still = np.linalg.norm(np.diff(soles, axis=0), axis=-1), np.linalg.norm(np.diff(truth, axis=0), axis=-1) < STILL_M
    return 1000.0 * float(moves[still].mean()) if still.any() else 0.0


def contact_skate_mm(balls: np.ndarray, contacts: np.ndarray) -> float:
    """Mean movement of the balls of the feet (T, 2, 3) while they stand: `contacts` (T, 2) before and after; mm a frame."""
    moves, stands = np.linalg.norm(np.diff(balls, axis=0), axis=-1), (contacts[1:] > 0.5) & (contacts[:-1] > 0.5)
    return 1000.0 * float(moves[stands].mean()) if stands.any() else 0.0


def penetration_mm(soles: np.ndarray) -> float:
    """Mean depth of the lowest foot point (T, F, 3) below y = 0."""
    return 1000.0 * float(np.maximum(0.0, -soles[..., 1].min(axis=1)).mean())


def root_error(root: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    """Mean distance of roots (T, 3) after the best rotation and shift of the whole path, metres; the true path's length."""
    path = float(np.linalg.norm(np.diff(truth, axis=0), axis=-1).sum())
    return float(np.linalg.norm(aligned(root, truth, scale=False) - truth, axis=-1).mean()), path


def lag_ms(points: np.ndarray, truth: np.ndarray, fps: float, reach_s: float = 0.4) -> float:
    """By how much joints (T, J, 3) come late: the shift at which their velocities agree best with the true ones."""
    ours, theirs = (np.diff(part, axis=0).reshape(len(part) - 1, -1) for part in (points, truth))
    reach = min(round(reach_s * fps), len(ours) // 3)
    if reach < 1 or not ours.any() or not theirs.any():
        return 0.0
    core = theirs[reach : len(theirs) - reach]
    windows = [ours[reach + shift : len(ours) - reach + shift] for shift in range(-reach, reach + 1)]
    likeness = np.array([np.sum(core * w) / max(np.linalg.norm(core) * np.linalg.norm(w), 1e-12) for w in windows])
    best = int(likeness.argmax())
    return 1000.0 * (best + _peak(likeness, best) - reach) / fps


def _peak(values: np.ndarray, best: int) -> float:
    """Where between samples the parabola through the best and its neighbours has its top."""
    if not 0 < best < len(values) - 1:
        return 0.0
    before, at, after = values[best - 1 : best + 2]
    bend = before - 2.0 * at + after
    return 0.0 if abs(bend) < 1e-15 else float(0.5 * (before - after) / bend)
