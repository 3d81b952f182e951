"""How near two avatars are as pictures of a person: the one space in which likeness is measured.

A person is a point in the space of the face's sliders, each of whose axes is counted in what two photographs of one person
disagree by along it: how people differ is the prior of the fit, what a photograph leaves open of it the fit's own table.
Nothing here is learned from the people that are compared.

The same steps are taken on the surface of an avatar: what each axis does to the front of a family's figure tells which
movements of its surface are errors of reading, and how large.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.linalg import eigh

from avatarkit.avatar.style import load_family
from avatarkit.avatar.stylise import stylised_sliders
from avatarkit.body.body import load_body
from avatarkit.face_fit.face_model import load_face_model
from avatarkit.face_fit.face_sight import load_sight_table
from benchmarks.face_fit.surface import aligned, face_front, neutral_shape

Sliders = Mapping[str, float]

ALWAYS_OPEN = 0.1  # of how people differ, in every direction: lenses, poses and expressions that no rendered head had
SEEN_MM = 0.1  # a movement of the whole face's front that is not noticed
MILLIMETRES = 1000.0


@dataclass(frozen=True)
class PersonAxes:
    """Directions in which people differ, apart from each other both between people and in what photographs leave open.

    Attributes:
        names: the K sliders.
        directions: (K, K) sliders of one usual difference between people, in columns.
        inverse: (K, K) what turns sliders into axes.
        errors: (K,) variance of what photographs of one person say, of the variance between people.
    """

    names: tuple[str, ...]
    directions: np.ndarray
    inverse: np.ndarray
    errors: np.ndarray


@cache
def person_axes() -> PersonAxes:
    """The axes, from the fit's prior and its table of what stays open.

    What stays open of an axis is never left at the average by a fit: landmarks that err together move it, so that answers of
    one person vary by all of it.
    """
    model = load_face_model()
    still_open, vectors = eigh(load_sight_table().left_open, model.covariance)
    still_open = np.clip(still_open, 0.0, 1.0)
    return PersonAxes(model.slider_names, model.covariance @ vectors, vectors.T, still_open + ALWAYS_OPEN)


def slider_places(family: str, people: Sequence[Sliders]) -> np.ndarray:
    """(N, K) where people are by the sliders of their avatars, the family's own proportions taken off."""
    axes, shape, known = person_axes(), load_family(family).shape, load_body().sliders
    keep = np.array([shape.keep.get(known[name].group, 1.0) for name in axes.names])
    figure = np.array([shape.figure.get(name, 0.0) for name in axes.names])
    avatars = (stylised_sliders(sliders, shape) for sliders in people)
    own = (np.array([[values.get(n, 0.0) for n in axes.names] for values in avatars]) - figure) / keep
    return np.asarray(own @ axes.inverse.T / np.sqrt(axes.errors))


def surface_places(family: str, people: Sequence[Sliders]) -> np.ndarray:
    """(N, K) where people are by the front of their avatars' faces: the likeliest person of whom each is an avatar."""
    along, sizes, across = np.linalg.svd(np.sqrt(person_axes().errors)[:, None] * _surface_axes(family), full_matrices=False)
    read = (along * (sizes / (sizes**2 + SEEN_MM**2))) @ across
    return np.asarray(_departures(family, people) @ read.T)


def distances(places: np.ndarray, others: np.ndarray | None = None) -> np.ndarray:
    """(N, M) from each place to each other one."""
    others = places if others is None else others
    return np.linalg.norm(places[:, None] - others[None], axis=-1)


@cache
def _surface_axes(family: str) -> np.ndarray:
    """(K, D) what a usual difference along each axis does to the front of the family's face, millimetres."""
    axes = person_axes()
    both = [[dict(zip(axes.names, sign * line, strict=True)) for line in axes.directions.T] for sign in (1.0, -1.0)]
    more, less = (_departures(family, people) for people in both)
    return 0.5 * (more - less)


def _departures(family: str, people: Sequence[Sliders]) -> np.ndarray:
    """(N, D) how faces differ from the family's own figure; the length of a row is the usual distance, millimetres."""
    shape, front = load_family(family).shape, face_front()
    figure = neutral_shape(stylised_sliders({}, shape))[front.vertices]
    weights = MILLIMETRES * np.sqrt(front.area)[:, None]
    faces = (neutral_shape(stylised_sliders(sliders, shape))[front.vertices] for sliders in people)
    return np.stack([((aligned(face, figure, front.area) - figure) * weights).reshape(-1) for face in faces])
