"""A truth clip becomes a film."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from avatarkit.render.renderer import Renderer
from benchmarks.studio.figure import Figure
from benchmarks.studio.stage import Stage
from benchmarks.studio.truth import TruthClip


def filmed(clip: TruthClip, figure: Figure, stage: Stage, samples: int = 2) -> Iterator[np.ndarray]:
    """(H, W, 3) uint8 frames, one at a time.

    Args:
        clip: a motion of the figure's own body, and the camera.
        figure: who is filmed.
        stage: where.
        samples: per side of a pixel.
    """
    with Renderer(clip.size_px, samples) as renderer:
        for frame in range(len(clip.motion)):
            meshes = [*stage.meshes, *figure.meshes(clip.motion, frame)]
            light = stage.lighting(clip.camera_to_world[frame])
            yield renderer.render(meshes, clip.camera(frame), light)[..., :3]
