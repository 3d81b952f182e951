"""An animated file as a figure that moves: its meshes at any time, a camera that sees all of it, the floor below."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from avatarkit.errors import InputError
from avatarkit.gltf.document import Animation, Document
from avatarkit.render.animation import find_animation, pose_at
from avatarkit.render.camera import PinholeCamera
from avatarkit.render.framing import VIEWS, Figure, View, aim, measure
from avatarkit.render.humanoid import find_head, find_humanoid, world_matrices
from avatarkit.render.puppet import Puppet, vertices_under
from avatarkit.render.scene import RenderMaterial, RenderMesh
from avatarkit.render.scene_from_gltf import morph_weights

LONGEST_FILM_S = 600.0
"""A film ends after ten minutes: a file may claim to last for years."""

_LOOKS = 40
"""So many moments, evenly spread, tell how far a figure moves."""

_THINNING = 7
"""Every seventh vertex tells where a figure is."""

_FLOOR_TEXTURE_PX = 1024
_FLOOR_TILE_M = 0.5
_FLOOR_MARGIN_M = 1.6


class Movement:
    """One animation of a document. Frames may be asked for in any order."""

    def __init__(self, document: Document, animation: int = 0) -> None:
        """Prepare the figure and look through the movement.

        Raises:
            UsageError: there is no such animation.
            InputError: nothing to draw, or damaged.
        """
        self._document, self._humanoid = document, find_humanoid(document)
        self._animation: Animation = find_animation(document, animation)
        self._rest_weights = morph_weights(document, {})
        matrices = world_matrices(document, self._humanoid)
        self._puppet = Puppet(document, matrices)
        self._head = find_head(document, self._humanoid)
        self._of_head = [] if self._head is None else vertices_under(document, matrices, self._head)

    @property
    def seconds(self) -> float:
        """How long it lasts, at most `LONGEST_FILM_S`.

        Raises:
            InputError: the file's times are no numbers.
        """
        seconds = self._animation.seconds
        if not np.isfinite(seconds):
            raise InputError("damaged glTF: the times of an animation are no numbers")
        return min(max(seconds, 0.0), LONGEST_FILM_S)

    def matrices_at(self, time_s: float) -> Mapping[int, np.ndarray]:
        """Node index -> (4, 4) to the world, the subject facing +Z at rest."""
        return world_matrices(self._document, self._humanoid, animated=pose_at(self._animation, time_s))

    def meshes_at(self, time_s: float) -> list[RenderMesh]:
        """What is drawn at a time."""
        pose = pose_at(self._animation, time_s)
        matrices = world_matrices(self._document, self._humanoid, animated=pose)
        return self._puppet.meshes(matrices, {**self._rest_weights, **pose.weights})

    def camera(self, view: str | View, size_px: tuple[int, int], times_s: np.ndarray | None = None) -> PinholeCamera:
        """A camera that stands still and sees the whole movement, or the head all the time.

        Args:
            view: a name of `VIEWS`, or a view of another kind.
            size_px: width and height.
            times_s: moments that count; without them the whole animation.
        """
        figures = [self._figure(float(time)) for time in (self._moments() if times_s is None else times_s)]
        view_of = VIEWS["body" if view == "turntable" else view] if isinstance(view, str) else view
        return aim(_united(figures) if view_of.top is None else _average_head(figures), view_of, size_px)

    def floor(self) -> RenderMesh:
        """A plate with a grid under the whole way, at y = 0, fading out: feet that slide are seen against it."""
        points = np.concatenate([figure.points for figure in map(self._figure, self._moments())])
        low, high = points[:, [0, 2]].min(axis=0), points[:, [0, 2]].max(axis=0)
        return _grid((low + high) / 2, float(np.hypot(*(high - low)) / 2 + _FLOOR_MARGIN_M))

    def _moments(self) -> Iterator[float]:
        return iter(np.linspace(0.0, self.seconds, _LOOKS).tolist())

    def _figure(self, time_s: float) -> Figure:
        meshes = self.meshes_at(time_s)
        place = None if self._head is None else self.matrices_at(time_s).get(self._head)
        figure = measure(meshes) if place is None else measure(meshes, place[:3, 3], self._of_head)
        return Figure(figure.points[::_THINNING], figure.chin, figure.head_height)


def _united(figures: list[Figure]) -> Figure:
    """All places of a figure at once."""
    return Figure(np.concatenate([figure.points for figure in figures]), figures[0].chin, figures[0].head_height)


def _average_head(figures: list[Figure]) -> Figure:
    """The head where it is on average, as tall as the room in which it moves up and down."""
    chins = np.array([figure.chin for figure in figures])
    head = float(np.median([figure.head_height for figure in figures]))
    room = head + float(np.ptp(chins[:, 1]))
    return Figure(figures[0].points, chins.mean(axis=0) * [1, 0, 1] + [0.0, chins[:, 1].min(), 0.0], room)


def _grid(middle: np.ndarray, radius: float) -> RenderMesh:
    """A round plate at y = 0 about `middle` (x, z), `radius` in metres, lines every half metre of the world."""
    x, z = middle
    corners = np.array([[x - radius, 0, z + radius], [x + radius, 0, z + radius],
                        [x + radius, 0, z - radius], [x - radius, 0, z - radius]])  # fmt: skip
    uvs = np.array([[0.0, 1.0], [1.0, 1.0], [1.0, 0.0], [0.0, 0.0]])
    across = (np.arange(_FLOOR_TEXTURE_PX) + 0.5) / _FLOOR_TEXTURE_PX * 2 * radius - radius
    line_m = max(0.02, 3.5 * radius / _FLOOR_TEXTURE_PX)
    on_line = [np.abs((across + at + line_m / 2) % _FLOOR_TILE_M) < line_m for at in (x, z)]
    shade = np.full((_FLOOR_TEXTURE_PX, _FLOOR_TEXTURE_PX), _PLATE, np.uint8)
    shade[:, on_line[0]] = shade[on_line[1]] = _LINE
    away = np.hypot(across[:, None], across) / radius
    alpha = np.rint(255 * np.clip((1.0 - away) / _FADE, 0.0, 1.0)).astype(np.uint8)
    texture = np.dstack([shade, shade, shade, alpha])
    look = RenderMaterial(texture=texture, roughness=1.0, alpha_mode="BLEND", casts_shadow=False)
    return RenderMesh(corners, np.tile([0.0, 1.0, 0.0], (4, 1)), np.array([[0, 1, 2], [0, 2, 3]]), uvs, None, look)


_PLATE, _LINE, _FADE = 226, 178, 0.45
"""sRGB greys of the plate and its lines; the plate fades over the outer 45 % of its radius. Judged by eye."""
