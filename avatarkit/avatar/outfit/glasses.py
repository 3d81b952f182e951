"""Glasses, set before the eyes and over the ears that are measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from avatarkit.avatar.outfit.cloth import Sheet
from avatarkit.avatar.outfit.fabric import Finish
from avatarkit.avatar.outfit.garment import Worn
from avatarkit.avatar.outfit.head import FaceFrame, face_frame
from avatarkit.avatar.outfit.part import Part, joined_parts, solid
from avatarkit.avatar.outfit.pieces import WardrobePiece
from avatarkit.avatar.outfit.shapes import ball, tube
from avatarkit.body.rest import RestBody

GLASSES_LAYER = 80
_HEAD = {"head": 1.0}
_OUTLINE_POINTS = 40
_CLEARANCE_M = 0.0025  # before the brows and beside the head
_LID_M = 0.003  # of a closed lid before the eyeball, and air
_WIDEST = 0.9  # from the middle to where a lens ends, over that to where an ear begins
_TIP_RAD, _TIP_OUT = (0.62, 0.48), 0.30  # of a wing: at which angle and how broad; how far out against up
_TILTS, _NARROWS = 0.35, 0.30  # of a wing's height: what the whole outline rises outward, and how it narrows below
_WIRE_M, _WIRE_BRIDGE = 0.0007, 1.25  # radius of thin metal, and of the bridge against it: that bears all
_TEMPLE_FLAT, _SLEEVE_M, _END_PIECE_M = 1.5, 0.0013, np.array([0.0022, 0.0013, 0.0022])
_PAD_M, _PAD_OFF_M = (0.0008, 0.0038, 0.0020), 0.0012  # half sizes; how far off the skin its middle is
_PAD_BEHIND_M = 0.010  # at most, behind the rim
_FROM_EYE, _HALF_BRIDGE_M = 1.06, 0.0085  # a lens's middle over the eye's, unless the bridge needs more
_LEAST_SCALE = 0.62  # of the eyes': smaller lenses would not hold them


@dataclass(frozen=True)
class Glasses:
    """A pair of glasses.

    Attributes:
        width, height: half sizes of a lens, metres on the average face.
        square: exponent of the lens's outline: 2 is an ellipse, larger is squarer.
        drop: how much wider the outline is below than above, and inward; an aviator's.
        wing: how far its upper outer corner is drawn out to a tip, in half heights; a cat's eye.
        rim_m: radius of the frame's cross-section; `flat` its depth against its width.
        brow_bar: a second bridge.
        both: a pair; a monocle has but the left one.
        wire: bent of thin metal: two pads stand on the nose, temples end in sleeves, stout pieces hold the hinges.
    """

    width: float = 0.0235
    height: float = 0.0235
    square: float = 2.0
    drop: float = 0.0
    wing: float = 0.0
    rim_m: float = 0.0011
    flat: float = 1.0
    brow_bar: bool = False
    both: bool = True
    wire: bool = False

    def worn(self, rest: RestBody, below: Sequence[Sheet]) -> Worn:
        """The glasses on somebody's nose and ears."""
        face = face_frame(rest)
        middle, outline = self._lens(face)
        sides = (1.0, -1.0) if self.both else (1.0,)
        parts: list[Part] = []
        for side in sides:
            turned = np.array([side, 1.0, 1.0])
            parts.append(solid("frame", tube(outline * turned, self._rim(face), 6, closed=True, flat=self.flat), _HEAD, rest))
            parts.append(solid("lenses", self._glass(outline, middle) * turned, _HEAD, rest))
            if self.both:
                parts += [solid("frame", grid * turned, _HEAD, rest) for grid in self._side(face, outline)]
            if self.wire:
                parts += [solid("frame", grid * turned, _HEAD, rest) for grid in self._pad(face, outline)]
        parts += [
            solid("frame", grid, _HEAD, rest)
            for grid in (self._bridges(face, outline) if self.both else self._chain(face, outline))
        ]
        return Worn(tuple(joined_parts(parts)))

    def covers(self, places: np.ndarray) -> np.ndarray:
        """No skin."""
        return np.zeros(len(places), bool)

    def _rim(self, face: FaceFrame) -> float:
        return self.rim_m * max(face.scale, 1.0)

    def _scale(self, face: FaceFrame) -> float:
        """As the eyes, but no wider than the head: large eyes of a drawn figure leave little room beside them."""
        widest = _WIDEST * float(face.ear_root[0])
        before_eyes = (widest - _FROM_EYE * float(face.eye[0])) / self.width
        beside_bridge = widest / (2.0 * self.width + _HALF_BRIDGE_M)
        return min(face.scale, max(min(before_eyes, beside_bridge), _LEAST_SCALE * face.scale))

    def _lens(self, face: FaceFrame) -> tuple[np.ndarray, np.ndarray]:
        """The middle (3,) of the left lens and its outline (N, 3), closed."""
        turn = np.linspace(0.0, 2 * np.pi, _OUTLINE_POINTS + 1)
        cos, sin = np.cos(turn), np.sin(turn)
        x = np.sign(cos) * np.abs(cos) ** (2 / self.square)
        y = np.sign(sin) * np.abs(sin) ** (2 / self.square)
        x = x * (1.0 - self.drop * y) - 0.5 * self.drop * np.maximum(-y, 0.0)
        from_tip = (turn - _TIP_RAD[0] + np.pi) % (2 * np.pi) - np.pi
        tip = self.wing * np.exp(-((from_tip / _TIP_RAD[1]) ** 2))
        x = x * (1.0 - _NARROWS * self.wing * np.maximum(-y, 0.0)) + _TIP_OUT * tip
        y = y + tip + _TILTS * self.wing * x
        scale = self._scale(face)
        width, height = scale * self.width, scale * self.height
        gap = max(_FROM_EYE * float(face.eye[0]), width + scale * _HALF_BRIDGE_M)
        at = face.eye + np.array([gap - face.eye[0], -0.10 * height, 0.0])
        outline = np.stack([at[0] + width * x, at[1] + height * y], axis=1)
        front = face.front(outline[:, 0], outline[:, 1], 0.004) + _CLEARANCE_M + self._rim(face)
        front = max(front, float(face.bridge[2]) - 0.002)
        # Lenses follow the face: farther back outward, and they lean in below.
        back = 0.16 * (outline[:, 0] - outline[:, 0].min()) - 0.09 * (outline[:, 1] - at[1])
        nose = 0.16 * (at[0] - outline[:, 0].min())
        front = max(front, face.cornea + _LID_M + nose)
        at[2] = front - nose
        return at, np.column_stack([outline, front - back])

    @staticmethod
    def _glass(outline: np.ndarray, middle: np.ndarray) -> np.ndarray:
        """(R, N, 3) a lens, a little bulged."""
        centre = outline[:-1].mean(axis=0)
        share = np.array([1.0, 0.75, 0.4, 0.0])[:, None, None]
        bulge = np.array([0.0, 0.0, 0.0016])
        return centre + share * (outline - centre) + (1.0 - share**2) * bulge

    def _side(self, face: FaceFrame, outline: np.ndarray) -> list[np.ndarray]:
        """The left temple from the lens over the ear, and its hinge."""
        hinge = outline[np.argmax(outline[:, 0] + 0.8 * outline[:, 1])]
        root, hook = face.ear_root, face.behind_ear
        root = np.array([root[0], root[1] + 0.002, root[2]])
        corner = hinge + np.array([0.006 * face.scale, 0.0, -0.004])
        straight = corner + (root - corner) * np.linspace(0.0, 1.0, 12)[:, None]
        out = face.side(straight[:, 1], straight[:, 2]) + _CLEARANCE_M
        near_ear = np.linspace(0.0, 1.0, 12) > 0.8
        straight[:, 0] = np.maximum(straight[:, 0], np.where(near_ear, root[0] + 0.001, out))
        straight[:, 0] = np.maximum.accumulate(straight[::-1, 0])[::-1] if straight[0, 0] > straight[-1, 0] else straight[:, 0]
        behind = root + (hook - root) * np.linspace(0.25, 1.0, 5)[:, None] ** [1.0, 1.6, 0.8]
        path = np.concatenate([hinge[None], straight, behind])
        if self.wire:
            ends = ball(0.5 * (hinge + corner), _END_PIECE_M * face.scale, 8)
            sleeve = np.concatenate([straight[-2:], behind])
            return [tube(path, self._rim(face), 6, flat=_TEMPLE_FLAT), ends, tube(sleeve, _SLEEVE_M, 6, flat=_TEMPLE_FLAT)]
        return [tube(path, 0.9 * self._rim(face), 6, flat=max(self.flat, 1.0)), ball(corner, 1.5 * self._rim(face), 8)]

    def _pad(self, face: FaceFrame, outline: np.ndarray) -> list[np.ndarray]:
        """The left pad beside the nose, and the arm that holds it."""
        middle = 0.5 * (outline.max(axis=0) + outline.min(axis=0))
        inner = outline[np.argmin(outline[:, 0] + 0.5 * np.abs(outline[:, 1] - middle[1] + 0.25 * self.height))]
        at = inner - np.array([0.0020, 0.0015, 0.0]) * face.scale
        at[2] = np.clip(face.ahead(at[:2]) + _PAD_OFF_M, inner[2] - _PAD_BEHIND_M * face.scale, inner[2])
        share = np.linspace(0.0, 1.0, 7)[:, None]
        arm = inner + (at - inner) * share + np.array([0.0, 0.0, -0.0025]) * face.scale * np.sin(np.pi * share)
        return [tube(arm, 0.7 * self._rim(face), 5), ball(at, np.array(_PAD_M) * face.scale, 8)]

    def _bridges(self, face: FaceFrame, outline: np.ndarray) -> list[np.ndarray]:
        """Over the nose, from lens to lens."""
        inner = outline[np.argmin(outline[:, 0] - 0.55 * outline[:, 1])]
        arcs = [(inner, 0.0035)]
        if self.brow_bar:
            arcs.append((outline[np.argmin(outline[:, 0] - 1.6 * outline[:, 1])], 0.001))
        made = []
        for end, rise in arcs:
            x = np.linspace(-1.0, 1.0, 11)
            arch = 1.0 - x**2
            ahead = max(end[2], float(face.bridge[2]) + _CLEARANCE_M) - end[2]
            path = np.stack([end[0] * x, end[1] + rise * arch, end[2] + (ahead + 0.001) * arch], axis=1)
            made.append(tube(path, (_WIRE_BRIDGE if self.wire else 1.0) * self._rim(face), 6))
        return made

    def _chain(self, face: FaceFrame, outline: np.ndarray) -> list[np.ndarray]:
        """What a monocle hangs from."""
        start = outline[np.argmax(outline[:, 0] - 0.6 * outline[:, 1])]
        end = face.lobe + np.array([0.004, -0.004, 0.004])
        share = np.linspace(0.0, 1.0, 14)[:, None]
        path = start + (end - start) * share + np.array([0.006, -0.030, 0.0]) * (share * (1.0 - share) * 4.0)
        path[:, 0] = np.maximum(path[:, 0], face.side(path[:, 1], path[:, 2]) + 0.002)
        return [tube(path, 0.0009, 5)]


_METAL, _HORN = Finish("satin", 0.28, 1.0), Finish("satin", 0.3)
# As metal it only mirrors: what a clear body gave off in all directions would lie over the eyes like milk.
_CLEAR, _DARK = Finish("satin", 0.05, 1.0, alpha=0.05), Finish("satin", 0.08, alpha=0.88)


def _glasses(make: Glasses, frame: str, lens: str, finish: Finish, glass: Finish) -> WardrobePiece:
    return WardrobePiece(
        ("glasses",), {"frame": frame, "lenses": lens}, GLASSES_LAYER, make, {"frame": finish, "lenses": glass}
    )


GLASSES: Mapping[str, WardrobePiece] = {
    "round-glasses": _glasses(Glasses(), "#8c6a3c", "#dfe8ec", _METAL, _CLEAR),
    "square-glasses": _glasses(Glasses(0.0255, 0.0190, 4.5, rim_m=0.0019), "#1e1c1d", "#dfe8ec", _HORN, _CLEAR),
    "rectangular-glasses": _glasses(Glasses(0.0255, 0.0140, 5.0, rim_m=0.0012), "#4d4f55", "#dfe8ec", _METAL, _CLEAR),
    "round-wire-glasses": _glasses(
        Glasses(0.0220, 0.0215, 2.15, rim_m=_WIRE_M, wire=True), "#b08d57", "#dfe8ec", _METAL, _CLEAR
    ),
    "rectangular-wire-glasses": _glasses(
        Glasses(0.0250, 0.0150, 4.0, rim_m=_WIRE_M, wire=True), "#8d9096", "#dfe8ec", _METAL, _CLEAR
    ),
    "cat-eye-glasses": _glasses(Glasses(0.0250, 0.0178, 2.4, wing=0.42, rim_m=0.0021), "#7b1f2b", "#dfe8ec", _HORN, _CLEAR),
    "aviators": _glasses(
        Glasses(0.0275, 0.0245, 2.6, drop=0.10, brow_bar=True), "#c7a457", "#3c3a2c", _METAL, _DARK
    ),
    "sunglasses": _glasses(Glasses(0.0270, 0.0215, 3.6, rim_m=0.0021), "#161517", "#15161a", _HORN, _DARK),
    "monocle": _glasses(Glasses(0.0215, 0.0215, rim_m=0.0012, both=False), "#c7a457", "#dfe8ec", _METAL, _CLEAR),
}  # fmt: skip
