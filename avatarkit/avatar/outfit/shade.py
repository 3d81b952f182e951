"""How much light reaches cloth: less in hollows, between limbs and beside what lies on it. The same on everybody."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy import sparse

from avatarkit.avatar.outfit.pattern import Pattern
from avatarkit.geometry.compiled import NUMBER, compiled, packed_floats, packed_indices
from avatarkit.geometry.meshes import vertex_normals
from avatarkit.geometry.nearest import tree_of
from avatarkit.geometry.plain_vectors import dot, minus, row_of

_REACH_M, _NEAR_M = 0.10, 0.04  # what hides the sky, and what of that is looked at closely
_ONE_IN = 3  # of the points stands for its neighbours to those farther away
_NEIGHBOURS, _APART_M, _TURNED = 4, 0.002, 0.05  # how these are told what they tell each other
_NO_WAY_M2 = 1e-12
_HIDES = 0.9  # how much of the light that is kept off is missed: some comes back from what is near
_DEEP = 2.2  # folds shade as if they were so much deeper: they are finer than the cloth's points
_SCALES = ((1, 34.0), (5, 22.0))  # rounds of evening, and shade per metre below what is even then
_BESIDE_M, _BESIDE = 0.018, 0.45
_DARKEST = 0.45
_THIGH_X = 0.115  # of a thigh's middle


def shade(pattern: Pattern, over: tuple[Pattern, ...]) -> np.ndarray:
    """(N,) share of the light that reaches each point of a garment, worn under others."""
    light = _own_shade(pattern)
    for other in over:
        away = np.asarray(other.tree.query(pattern.places)[0])
        light = light * (1.0 - _BESIDE * np.exp(-away / _BESIDE_M))
    return np.asarray(np.clip(light, _DARKEST, 1.0))


def unworn(places: np.ndarray) -> np.ndarray:
    """(N,) 0..1: where trousers at places (N, 3) on the average body keep their dye; they lose it on thighs, knees and seat."""
    x, y, z = np.abs(places[:, 0]) - _THIGH_X, places[:, 1], places[:, 2]
    before = np.exp(-((x / 0.055) ** 2)) * np.clip((z - 0.02) / 0.05, 0.0, 1.0)
    thigh = np.exp(-(((y + 0.17) / 0.13) ** 2))
    knee = 0.7 * np.exp(-(((y + 0.42) / 0.08) ** 2))
    seat = 0.6 * np.exp(-((x / 0.06) ** 2) - ((y + 0.02) / 0.06) ** 2) * (z < 0)
    return np.asarray(1.0 - np.minimum(before * (thigh + knee) + seat, 1.0))


@cache
def _own_shade(pattern: Pattern) -> np.ndarray:
    normals = vertex_normals(pattern.places, pattern.triangles).astype(float)
    folded = pattern.places + (pattern.ease_m + _DEEP * pattern.fold_m)[:, None] * normals
    return np.asarray((1.0 - _HIDES * _hidden(pattern.places, normals)) * (1.0 - _hollow(folded, normals, pattern.around)))


def _hollow(points: np.ndarray, normals: np.ndarray, around: sparse.csr_matrix) -> np.ndarray:
    """(N,) how far points lie in hollows of the surface, as shade."""
    dark, even, rounds = np.zeros(len(points)), points, 0
    for upto, gain in _SCALES:
        for _ in range(upto - rounds):
            even = around @ even
        rounds = upto
        dark += gain * np.maximum(((even - points) * normals).sum(axis=1), 0.0)
    return np.minimum(0.5 * dark + 0.5 * (around @ dark), 1.0 - _DARKEST)


def _hidden(points: np.ndarray, normals: np.ndarray) -> np.ndarray:
    """(N,) share of the sky over each point that other points, as little discs, hide.

    Source: Bunnell, Dynamic Ambient Occlusion and Indirect Lighting, GPU Gems 2, 2005.
    """
    area = float(np.median(np.asarray(tree_of(points).query(points[::_ONE_IN], k=3)[0])[:, 1:])) ** 2
    some, facing = points[::_ONE_IN], normals[::_ONE_IN]
    far = _hidden_by(some, facing, area * _ONE_IN, (_NEAR_M, _REACH_M))
    distance, nearest = map(np.asarray, tree_of(some).query(points, k=min(_NEIGHBOURS, len(some))))
    share = np.maximum(np.einsum("nc,nkc->nk", normals, facing[nearest]), _TURNED) / (distance + _APART_M)
    far = np.einsum("nk,nk->n", share, far[nearest]) / share.sum(axis=1)
    return np.minimum(_hidden_by(points, normals, area, (0.0, _NEAR_M)) + far, 1.0)


def _hidden_by(points: np.ndarray, normals: np.ndarray, area: float, apart_m: tuple[float, float]) -> np.ndarray:
    """(N,) the share that discs of an area hide which lie so far apart, from one distance to another."""
    nearest, farthest = apart_m
    pairs = tree_of(points).query_pairs(farthest, output_type="ndarray")
    hides: np.ndarray = _hiding(np.ascontiguousarray(points), np.ascontiguousarray(normals), pairs, area, nearest**2)
    return hides


@compiled(packed_floats(2), packed_floats(2), packed_indices(2), NUMBER, NUMBER)
def _hiding(points: np.ndarray, normals: np.ndarray, pairs: np.ndarray, area: float, nearest_m2: float) -> np.ndarray:
    """(N,) the share that discs at the others hide, by pairs (P, 2) of points that lie not nearer than so far."""
    hidden = np.zeros(len(points))
    for pair in range(len(pairs)):
        first, second = pairs[pair, 0], pairs[pair, 1]
        way = minus(row_of(points, second), row_of(points, first))
        over, under = dot(way, row_of(normals, first)), dot(way, row_of(normals, second))
        far2 = max(dot(way, way), _NO_WAY_M2)
        if over > 0.0 and under < 0.0 and far2 >= nearest_m2:  # they see each other: both miss the same light
            hides = -over * under * area / (far2 * (np.pi * far2 + area))
            hidden[first] += hides
            hidden[second] += hides
    return hidden
