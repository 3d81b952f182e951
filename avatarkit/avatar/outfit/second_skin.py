"""What lies on the skin like skin: gloves and socks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from avatarkit.avatar.outfit.cloth import Sheet
from avatarkit.avatar.outfit.garment import Worn
from avatarkit.avatar.outfit.part import Part
from avatarkit.avatar.skinned_parts import corners_of
from avatarkit.body.body import load_body
from avatarkit.body.rest import RestBody
from avatarkit.geometry.meshes import vertex_normals

_UV_M = 2.0  # metres that the skin's whole texture is wide, nearly
_ROLL_M, _INSIDE_M = 0.012, 0.006
_SKIN = ("body",)
_BONES_OF = {"Hand": ("Hand", "Thumb", "Index", "Middle", "Ring", "Little"), "Foot": ("Foot", "Toes")}


@dataclass(frozen=True)
class SecondSkin:
    """A pair of things that cover the end of each arm or leg.

    Attributes:
        from_bone, to_bone: the limb's last long bone, without "left" or "right", and the one at its end.
        up: how far it reaches back from the end, as a share of the limb's.
        thick_m: of its cloth; `edge_m` more at its edge.
    """

    from_bone: str
    to_bone: str
    up: float
    thick_m: float = 0.0013
    edge_m: float = 0.0022

    def worn(self, rest: RestBody, below: Sequence[Sheet]) -> Worn:
        """Both on somebody."""
        share = self._share(rest)
        corners = corners_of(_SKIN)
        kept = (share[corners.vertices[corners.triangles]] > 0.0).any(axis=1)
        used = np.unique(corners.triangles[kept])
        vertices = corners.vertices[used]
        positions = np.asarray(rest.positions, float)
        normals = vertex_normals(positions, load_body().parts["body"].triangles)
        edge = np.clip(1.0 - share[vertices] * self._length(rest) / _ROLL_M, 0.0, 1.0)
        moved = self._trimmed(rest, positions, share)[vertices]
        moved = moved + (self.thick_m + self.edge_m * edge)[:, None] * normals[vertices]
        body = load_body()
        renumbered = np.searchsorted(used, corners.triangles[kept])
        part = Part(
            "fabric", moved, normals[vertices], corners.uvs[used] * _UV_M, renumbered,
            body.joint_indices[vertices], body.joint_weights[vertices], body.positions[vertices].astype(float),
        )  # fmt: skip
        hides = np.flatnonzero(share * self._length(rest) > _INSIDE_M)
        return Worn((part,), Sheet(moved, normals[vertices], part.joints, part.weights), hides)

    def covers(self, places: np.ndarray) -> np.ndarray:
        """Nothing but skin."""
        return np.zeros(len(places), bool)

    def _length(self, rest: RestBody) -> float:
        return float(np.linalg.norm(rest.joint(f"left{self.to_bone}") - rest.joint(f"left{self.from_bone}")))

    def _axis(self, rest: RestBody, side: str) -> tuple[np.ndarray, np.ndarray]:
        start, end = (np.asarray(rest.joint(side + bone), float) for bone in (self.from_bone, self.to_bone))
        return start + (end - start) * (1.0 - self.up), (end - start) / np.linalg.norm(end - start) ** 2

    def _share(self, rest: RestBody) -> np.ndarray:
        """(V,) how far beyond the edge body vertices lie, in lengths of the limb; others below 0."""
        positions = np.asarray(rest.positions, float)
        share = np.full(len(positions), -1.0)
        for side in ("left", "right"):
            at, along = self._axis(rest, side)
            limb = _limb(side, self.from_bone, self.to_bone)
            share[limb] = (positions[limb] - at) @ along
            end = _limb(side, self.to_bone, self.to_bone)
            share[end] = np.maximum(share[end], self.up)
        return share

    def _trimmed(self, rest: RestBody, positions: np.ndarray, share: np.ndarray) -> np.ndarray:
        """(V, 3) with vertices beyond the edge moved onto it, along the limb."""
        trimmed = positions.copy()
        for side in ("left", "right"):
            _, along = self._axis(rest, side)
            limb = _limb(side, self.from_bone, self.to_bone)
            back = np.minimum(share[limb], 0.0)
            trimmed[limb] -= back[:, None] * along / (along @ along)
        return trimmed


@cache
def _limb(side: str, from_bone: str, to_bone: str) -> np.ndarray:
    """Body vertices that a limb's last bone, unless it is the end itself, the end and what hangs on that carry."""
    body = load_body()
    bones = tuple(side + bone for bone in (from_bone, *_BONES_OF[to_bone]))
    joints = [k for k, name in enumerate(body.joint_names) if name.startswith(bones)]
    of_limb = (np.isin(body.joint_indices, joints) * body.joint_weights).sum(axis=1)
    skin = np.unique(body.parts["body"].quads)
    return skin[of_limb[skin] > 0.5]
