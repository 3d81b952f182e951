"""What people do in the clips: each move is a choreography that any body can carry out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from benchmarks.studio.choreography import Choreography, arm, still
from benchmarks.studio.curves import added, bump, keyed, wandering
from benchmarks.studio.faces import lively_face
from benchmarks.studio.hands import hand_curves, random_hands
from benchmarks.studio.steps import FeetPaths, Stance, feet_paths

Hands = tuple[np.ndarray, np.ndarray]
HALF_STANCE_M = 0.12
"""Half of the distance between the feet of somebody who stands at ease."""


def standing(times_s: np.ndarray, apart: float = HALF_STANCE_M, yaw_deg: float = 10.0, ahead: float = 0.12) -> FeetPaths:
    """Both feet on the floor throughout."""
    end = float(times_s[-1]) + 1.0
    return feet_paths(times_s, [Stance(-1.0, end, apart, ahead, yaw_deg)], [Stance(-1.0, end, -apart, ahead, -yaw_deg)])


def bare(times_s: np.ndarray, feet: FeetPaths, seed: int) -> Choreography:
    """Somebody who stands, breathes and looks about, hands loose: what moves build upon."""
    random = np.random.default_rng(seed)
    noise = wandering(random, times_s, 6, 2.0)
    parts = still(times_s)
    parts["head"] = noise[:, :3] * [0.05, 0.10, 0.03]
    parts["spine"] = noise[:, 3:] * [0.02, 0.03, 0.02]
    parts["expressions"] = lively_face(random, times_s)
    parts["spread"] = np.full((len(times_s), 2), 0.03)
    return Choreography(times_s=times_s, feet=feet, arms=(arm(times_s), arm(times_s)), **parts)  # type: ignore[arg-type]


def walk(times_s: np.ndarray, seed: int, step_m: float = 0.58, step_s: float = 0.55) -> Choreography:
    """Steps towards +Z from standing, arms swinging."""
    left: list[Stance] = []
    right: list[Stance] = []
    z, moment, number = 0.0, 0.3, 0
    down = {1: (-1.0, 0.0), -1: (-1.0, 0.0)}
    while moment < times_s[-1] + 2.0:
        side = 1 if number % 2 == 0 else -1
        start, place = down[side]
        (left if side > 0 else right).append(Stance(start, moment, 0.085 * side, place, 6.0 * side, push_deg=38.0, push_s=0.24))
        z += step_m / 2 if number == 0 else step_m
        down[side] = (moment + 0.75 * step_s, z)
        moment, number = moment + step_s, number + 1
    for side, stances in ((1, left), (-1, right)):
        stances.append(Stance(down[side][0], moment + 5.0, 0.085 * side, down[side][1], 6.0 * side))
    plan = bare(times_s, feet_paths(times_s, left, right), seed)
    phase = np.pi * (times_s - 0.3) / step_s
    gait = keyed(times_s, (0.2, 0.0), (0.9, 1.0))
    swing = gait * np.sin(phase - 0.4)
    arms = tuple(
        arm(times_s, direction=np.stack([0.2 + 0 * swing, -1.0 + 0 * swing, side * 0.45 * swing], axis=-1),
            elbow=0.35 + 0.25 * np.clip(side * swing, 0, 1))
        for side in (-1.0, 1.0)
    )  # fmt: skip
    zero = 0 * swing
    return replace(
        plan, arms=arms, pelvis=np.stack([zero, 0.12 * swing, 0.04 * gait * np.cos(phase)], axis=-1), follow_s=0.2,
        spine=plan.spine + np.stack([0.05 * gait, -0.22 * swing, -0.04 * gait * np.cos(phase)], axis=-1),
        hips=np.stack([zero, -0.02 * gait + 0.015 * gait * np.cos(2 * phase), 0.05 * gait], axis=-1),
    )  # fmt: skip


def jumping_jacks(times_s: np.ndarray, seed: int, beat_s: float = 0.5) -> Choreography:
    """Feet apart with arms up, together with arms down, hopping."""
    closed, wide, fly = 0.1, 0.36, 0.2
    feet: tuple[list[Stance], list[Stance]] = ([], [])
    count = int(times_s[-1] / beat_s) + 2
    for beat in range(count):
        start = -1.0 if beat == 0 else 0.4 + (beat - 1) * beat_s + fly
        end = 0.4 + beat * beat_s
        for sign, stances in zip((1, -1), feet, strict=True):
            stances.append(Stance(start, end, sign * (wide if beat % 2 else closed), 0.1, sign * 12.0, 0.06, 30.0))
    plan = bare(times_s, feet_paths(times_s, *feet), seed)
    keys = [
        (0.4 + beat * beat_s + (fly if landed else 0.0), float((beat + landed) % 2))
        for beat in range(count)
        for landed in (0, 1)
    ]
    up = keyed(times_s, (0.0, 0.0), *keys)
    angle = -1.25 + 2.5 * up
    arms = tuple(
        arm(times_s, direction=np.stack([np.cos(angle), np.sin(angle), 0.08 + 0 * up], axis=-1), elbow=0.15 + 0.15 * up,
            shrug=0.3 * up, palm=-0.8 * up)
        for _ in range(2)
    )  # fmt: skip
    zero = np.zeros_like(up)
    hops = added(bump(times_s, 0.4 + beat * beat_s + fly / 2, fly / 2, 0.0, fly / 2) for beat in range(count))
    dips = added(bump(times_s, 0.4 + beat * beat_s + fly + 0.08, 0.1, 0.02, 0.15) for beat in range(count))
    return replace(plan, arms=arms, hips=np.stack([zero, 0.05 * hops - 0.035 * dips - 0.01, zero], axis=-1))


def wave(times_s: np.ndarray, seed: int) -> Choreography:
    """A raised right hand waves."""
    plan = bare(times_s, standing(times_s), seed)
    end = float(times_s[-1])
    up = keyed(times_s, (0.3, 0.0), (0.9, 1.0), (end - 0.6, 1.0), (end, 0.0))
    direction = (1 - up)[:, None] * [0.22, -1.0, 0.02] + up[:, None] * [0.85, -0.25, 0.35]
    sway = up * np.sin(2 * np.pi * 1.7 * times_s)
    waving = arm(times_s, direction=direction, elbow=0.25 + 1.75 * up + 0.25 * sway, twist=-1.35 * up, palm=0.5 * up,
                 wrist=np.stack([0.1 * (1 - up), 0.3 * sway], axis=-1))  # fmt: skip
    curls, spread = hand_curves(times_s, [(0.4, "relaxed"), (0.9, "open"), (end - 0.5, "open"), (end, "relaxed")])
    plan.curls.setflags(write=True)
    plan.curls[:, 1], plan.spread[:, 1] = curls, spread
    lean = np.stack([0 * up, 0 * up, 0.07 * up], axis=-1)
    return replace(plan, arms=(plan.arms[0], waving), spine=plan.spine + lean, head=plan.head - lean)


def squats(times_s: np.ndarray, seed: int, every_s: float = 1.8) -> Choreography:
    """Down with the arms held out in front, and up."""
    plan = bare(times_s, standing(times_s, 0.2, 18.0), seed)
    down = added(bump(times_s, 0.2 + every_s * (k + 0.5), 0.6, 0.2, 0.6) for k in range(int(times_s[-1] / every_s) + 1))
    direction = (1 - down)[:, None] * [0.22, -1.0, 0.02] + down[:, None] * [0.1, 0.05, 1.0]
    arms = tuple(arm(times_s, direction=direction, elbow=0.25 - 0.15 * down) for _ in range(2))
    zero = np.zeros_like(down)
    return replace(
        plan, arms=arms, hips=np.stack([zero, -0.36 * down, -0.17 * down], axis=-1),
        pelvis=np.stack([0.45 * down, zero, zero], axis=-1), spine=plan.spine + np.stack([0.15 * down, zero, zero], axis=-1),
        head=plan.head - np.stack([0.4 * down, zero, zero], axis=-1),
    )  # fmt: skip


def jump(times_s: np.ndarray, seed: int, every_s: float = 1.7) -> Choreography:
    """Crouch, fly, land, again: both feet leave the floor."""
    fly = 0.42
    feet: tuple[list[Stance], list[Stance]] = ([], [])
    starts = [0.75 + every_s * k for k in range(int(times_s[-1] / every_s) + 1)]
    for sign, stances in zip((1, -1), feet, strict=True):
        landed = -1.0
        for start in starts:
            stances.append(Stance(landed, start, sign * 0.14, 0.1, sign * 10.0, 0.24, 40.0))
            landed = start + fly
        stances.append(Stance(landed, landed + 9.0, sign * 0.14, 0.1, sign * 10.0))
    plan = bare(times_s, feet_paths(times_s, *feet), seed)
    crouch = sum(
        bump(times_s, s - 0.22, 0.35, 0.05, 0.2) + 0.8 * bump(times_s, s + fly + 0.14, 0.14, 0.02, 0.4) for s in starts
    )
    share = added(np.where((times_s > s) & (times_s < s + fly), (times_s - s) / fly, 0.0) for s in starts)
    flight = 9.81 / 2 * fly**2 * share * (1 - share)
    zero = np.zeros_like(crouch)
    back = added(bump(times_s, s - 0.25, 0.3, 0.02, 0.2) for s in starts)
    forth = added(bump(times_s, s + fly / 2, 0.25, 0.1, 0.4) for s in starts)
    direction = np.stack([0.25 + zero, -1.0 + 0.7 * forth, -0.7 * back + 1.1 * forth], axis=-1)
    arms = tuple(arm(times_s, direction=direction, elbow=0.3 + 0.5 * forth) for _ in range(2))
    return replace(
        plan, arms=arms, hips=np.stack([zero, flight - 0.24 * crouch, -0.10 * crouch], axis=-1),
        pelvis=np.stack([0.35 * crouch, zero, zero], axis=-1),
        spine=plan.spine + np.stack([0.25 * crouch, zero, zero], axis=-1),
        head=plan.head - np.stack([0.4 * crouch, zero, zero], axis=-1),
    )  # fmt: skip


def turn_around(times_s: np.ndarray, seed: int, steps: int = 6, step_s: float = 0.45) -> Choreography:
    """Once around on the spot in small steps."""
    feet: tuple[list[Stance], list[Stance]] = ([], [])
    total, start = 360.0, 0.4
    landed, at = [-1.0, -1.0], [0.0, 0.0]
    for step in range(2 * steps):
        side = step % 2
        feet[side].append(_turned(landed[side], start + step * step_s / 2, at[side], side))
        at[side] = total * (step // 2 + 1) / steps
        landed[side] = start + step * step_s / 2 + 0.3
    for side in range(2):
        feet[side].append(_turned(landed[side], 99.0, at[side], side))
    plan = bare(times_s, feet_paths(times_s, *feet), seed)
    end = start + steps * step_s
    yaw = np.radians(keyed(times_s, (start, 0.0), (end, total), ease_s=0.15))
    zero = np.zeros_like(yaw)
    glance = 0.35 * bump(times_s, (start + end) / 2, (end - start) / 2, 0.1, (end - start) / 2)
    swing = (
        0.25 * np.sin(2 * np.pi * (times_s - start) / step_s) * bump(times_s, (start + end) / 2, 0.4, end - start - 0.6, 0.4)
    )
    arms = tuple(
        arm(times_s, direction=np.stack([0.25 + zero, -1.0 + zero, side * swing], axis=-1), elbow=0.4) for side in (-1, 1)
    )
    return replace(plan, arms=arms, pelvis=np.stack([zero, yaw, zero], axis=-1), follow_s=0.2,
                   head=plan.head + np.stack([zero, glance, zero], axis=-1))  # fmt: skip


def _turned(start_s: float, end_s: float, yaw_deg: float, side: int) -> Stance:
    angle, across, ahead = np.radians(yaw_deg), (HALF_STANCE_M, -HALF_STANCE_M)[side], 0.1
    x, z = across * np.cos(angle) + ahead * np.sin(angle), ahead * np.cos(angle) - across * np.sin(angle)
    return Stance(start_s, end_s, float(x), float(z), yaw_deg + (8.0, -8.0)[side], 0.05, 12.0)


def gestures(times_s: np.ndarray, seed: int) -> Choreography:
    """Upper body: both hands before the chest, going through poses, turning, spreading: as somebody who explains."""
    random = np.random.default_rng(seed)
    plan = bare(times_s, standing(times_s), seed)
    arms = []
    for _ in range(2):
        noise = wandering(random, times_s, 6, 1.3)
        direction = np.array([0.45, -0.85, 0.35]) + noise[:, :3] * [0.15, 0.15, 0.15]
        arms.append(arm(times_s, direction=direction, elbow=2.0 + 0.25 * noise[:, 3], twist=-0.35 + 0.25 * noise[:, 4],
                        palm=-0.9 + 0.8 * noise[:, 5], wrist=0.15 * noise[:, :2]))  # fmt: skip
    curls, spread = random_hands(random, times_s)
    return replace(plan, arms=(arms[0], arms[1]), curls=curls, spread=spread)


def signing(times_s: np.ndarray, seed: int) -> Choreography:
    """Upper body: the right hand before the mouth, beside the head, at the brow, both hands crossed before the breast, and a
    finger that points ahead: as in signs, and as people touch their faces."""
    plan = bare(times_s, standing(times_s), seed)
    stays = [
        ("rest", 0.0, 0.2),
        ("mouth", 0.6, 1.1),
        ("beside", 1.5, 1.9),
        ("brow", 2.3, 2.7),
        ("breast", 3.1, 3.6),
        ("ahead", 4.0, 4.3),
    ]
    right = [(moment, SIGNING_ARMS[name]) for name, start, end in stays for moment in (start, end)] + [
        (4.7, SIGNING_ARMS["rest"])
    ]
    left = [(moment, SIGNING_ARMS[name]) for name, moment in (("rest", 2.7), ("breast", 3.1), ("breast", 3.6), ("rest", 4.0))]
    arms = []
    for keys in (left, right):
        curve = keyed(times_s, *keys)
        arms.append(arm(times_s, direction=curve[:, :3], elbow=curve[:, 3], twist=curve[:, 4], palm=curve[:, 5]))
    shapes = {"rest": "relaxed", "mouth": "point", "beside": "fist", "brow": "open", "breast": "open", "ahead": "point"}
    curls, spread = hand_curves(times_s, [(moment, shapes[name]) for name, *ends in stays for moment in ends])
    plan.curls.setflags(write=True)
    plan.curls[:, 1], plan.spread[:, 1] = curls, spread
    return replace(plan, arms=(arms[0], arms[1]))


SIGNING_ARMS = {
    "rest": (0.22, -1.0, 0.02, 0.25, 0.0, 0.0),
    "mouth": (-0.22, -0.66, 0.72, 1.85, -0.51, 0.6),
    "beside": (0.35, -0.65, 0.55, 1.95, -0.5, 0.2),
    "brow": (0.4, -0.1, 0.92, 1.75, -0.8, 0.3),
    "breast": (-0.05, -0.93, 0.25, 1.57, 0.19, -0.3),
    "ahead": (0.13, -0.3, 0.9, 0.9, -0.49, 0.0),
}
"""Direction, elbow, twist and palm of `arm`."""


def talking_head(times_s: np.ndarray, expressions: np.ndarray, seed: int, turn: float = 1.0) -> Choreography:
    """A head that nods and turns as in speech; the face as told."""
    random = np.random.default_rng(seed)
    plan = bare(times_s, standing(times_s), seed)
    head = turn * wandering(random, times_s, 3, 1.6) * [0.10, 0.22, 0.06]
    return replace(plan, head=head, expressions=expressions)


def arms_and_torso(times_s: np.ndarray, seed: int) -> Choreography:
    """Standing exercise: arms through their whole reach, torso bending and turning, knees giving way."""
    random = np.random.default_rng(seed)
    plan = bare(times_s, standing(times_s, 0.2, 15.0), seed)
    arms = []
    for _ in range(2):
        noise = wandering(random, times_s, 7, 2.2)
        angle = np.clip(-0.2 + 0.75 * noise[:, 0], -1.3, 1.25)
        direction = np.stack([np.cos(angle) * (0.75 + 0.2 * noise[:, 1]), np.sin(angle), 0.45 + 0.3 * noise[:, 2]], axis=-1)
        elbow = np.clip(0.9 + 0.6 * noise[:, 3], 0.05, 2.3)
        arms.append(arm(times_s, direction=direction, elbow=elbow, twist=0.5 * noise[:, 4],
                        palm=0.6 * noise[:, 5], wrist=0.2 * noise[:, 5:7]))  # fmt: skip
    noise = wandering(random, times_s, 7, 2.5)
    sink = np.clip(0.5 + 0.5 * noise[:, 0], 0.0, 1.2)
    curls, spread = random_hands(random, times_s, 1.6)
    return replace(
        plan, arms=(arms[0], arms[1]), curls=curls, spread=spread,
        spine=noise[:, 1:4] * [0.25, 0.35, 0.2] + [0.08, 0.0, 0.0], pelvis=noise[:, 4:7] * [0.06, 0.15, 0.06],
        hips=np.stack([0.05 * noise[:, 4], -0.12 * sink - 0.01, 0 * sink - 0.02], axis=-1),
    )  # fmt: skip
