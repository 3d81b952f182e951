"""Pictures of a file: stills, turntables, contact sheets."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image

from avatarkit.errors import UsageError, unknown_name
from avatarkit.gltf.document import Document
from avatarkit.gltf.reading import document_from_bytes, read_document
from avatarkit.render.camera import PinholeCamera
from avatarkit.render.framing import VIEWS, Figure, aim, measure
from avatarkit.render.humanoid import find_head, find_humanoid, relaxed_arms, world_matrices
from avatarkit.render.movement import Movement
from avatarkit.render.puppet import vertices_under
from avatarkit.render.renderer import Renderer
from avatarkit.render.scene import NEUTRAL_BACKGROUND, RenderMesh
from avatarkit.render.scene_from_gltf import posed_meshes
from avatarkit.render.video import FRAMES_PER_SECOND, mp4_bytes
from avatarkit.whole_files import check_target, write_whole

Pose = Literal["rest", "relaxed"]
Progress = Callable[[int, int], None]

TURNTABLE_SECONDS = 4
FILE_VIEWS = ("face", "bust", "body", "turntable")
"""What `render_file` draws; a turntable is the body, once around."""

_STILL_SIZE_PX = (1024, 1024)
_FILM_SIZE_PX = (640, 640)


@dataclass(frozen=True)
class _Subject:
    meshes: tuple[RenderMesh, ...]
    figure: Figure


def render_file(
    path: str | Path,
    output: str | Path,
    view: str | None = None,
    size_px: tuple[int, int] | None = None,
    *,
    pose: Pose = "relaxed",
    animation: int | None = None,
    time_s: float | None = None,
    transparent: bool = False,
    progress: Progress | None = None,
) -> None:
    """Draw a glTF or VRM file into a PNG; into an MP4 play its animation, or turn it around once if it has none.

    Args:
        path: a .glb, .gltf or .vrm file.
        output: a .png, or an .mp4: 30 frames a second, H.264, a turn of 4 s or an animation of at most ten minutes;
            written whole or not at all.
        view: face, bust, body, or turntable (the body, turned; films only). Without it a PNG shows the bust (of an animation
            the body), an MP4 the whole body: moving if the file has an animation, else turning.
        size_px: width and height; without it 1024x1024 for a PNG and 640x640 for an MP4, whose sides must be even.
        pose: "relaxed" lets the arms of a humanoid hang, "rest" leaves it as the file has it. Animations overrule it.
        animation: which one, from 0; the first unless told.
        time_s: the moment of the animation that a PNG shows; 0 if only `animation` is given, and without both no animation.
        transparent: no background (PNG only).
        progress: told the number of frames drawn and to draw.

    Raises:
        UsageError: an unknown view, suffix or animation, a size out of range, a target that cannot be written.
        InputError: a file that cannot be read or has nothing to draw.
        MissingError: no Vulkan driver.
    """
    path, output = Path(path), Path(output)
    film = _is_film(output, view, transparent)
    if film and time_s is not None:
        raise UsageError("A film shows a whole animation: give a time for a .png only.")
    check_target(output)
    size_px = size_px or (_FILM_SIZE_PX if film else _STILL_SIZE_PX)
    if film and (size_px[0] % 2 or size_px[1] % 2):
        raise UsageError(f"H.264 needs even sides, not {size_px[0]}x{size_px[1]}.")
    document = read_document(path)
    movement = _movement(document, animation, time_s, film=film, view=view)
    with Renderer(size_px) as renderer:
        if film:
            tell = progress or _silent
            if movement is None:
                frames = _turning(renderer, _subject(document, pose), view or "turntable", tell)
            else:
                frames = played(movement, renderer, view or "body", tell)
            content = mp4_bytes(frames, size_px)
        else:
            moment = None if movement is None else (movement, time_s or 0.0)
            meshes, camera = _still(document, pose, moment, view, size_px)
            pixels = renderer.render(meshes, camera, background=None if transparent else NEUTRAL_BACKGROUND)
            content = _png(pixels if transparent else pixels[..., :3])
    write_whole(output, content)


def render_views(
    document: Document | bytes,
    views: Sequence[str] = ("front", "three-quarter", "profile", "back"),
    size_px: tuple[int, int] = (512, 512),
    *,
    pose: Pose = "relaxed",
    expression_weights: Mapping[str, float] | None = None,
    renderer: Renderer | None = None,
) -> list[np.ndarray]:
    """Several pictures of one file.

    Args:
        document: a file's content or its bytes.
        views: names from `VIEWS`: face, bust, body; front, three-quarter, profile, back show the head.
        size_px: width and height of each.
        pose: as in `render_file`.
        expression_weights: as in `posed_meshes`.
        renderer: one to use again, of the same size; without it one is made and closed.

    Returns:
        one (H, W, 3) uint8 picture per view.

    Raises:
        UsageError, InputError, MissingError: as in `render_file`.
    """
    for view in views:
        if view not in VIEWS:
            raise unknown_name("view", view, VIEWS)
    if renderer is None:
        with Renderer(size_px) as own:
            return render_views(document, views, size_px, pose=pose, expression_weights=expression_weights, renderer=own)
    content = document_from_bytes(document) if isinstance(document, bytes) else document
    subject = _subject(content, pose, expression_weights)
    return [renderer.render(subject.meshes, aim(subject.figure, VIEWS[view], size_px))[..., :3] for view in views]


def _movement(
    document: Document, animation: int | None, time_s: float | None, *, film: bool, view: str | None
) -> Movement | None:
    """What moves in the picture, if anything."""
    asked = animation is not None or time_s is not None
    if not asked and not (film and document.animations and view != "turntable"):
        return None
    return Movement(document, animation or 0)


def _still(
    document: Document, pose: Pose, moment: tuple[Movement, float] | None, view: str | None, size_px: tuple[int, int]
) -> tuple[Sequence[RenderMesh], PinholeCamera]:
    """What a PNG shows, and from where."""
    if moment is not None:
        movement, time_s = moment
        return movement.meshes_at(time_s), movement.camera(view or "body", size_px, np.array([time_s]))
    subject = _subject(document, pose)
    return subject.meshes, aim(subject.figure, VIEWS[view or "bust"], size_px)


def played(
    movement: Movement, renderer: Renderer, view: str = "body", progress: Progress = lambda done, whole: None
) -> Iterator[np.ndarray]:
    """(H, W, 3) frames of a whole animation, 30 a second, before a camera that stands still, on a floor with a grid."""
    count = max(round(movement.seconds * FRAMES_PER_SECOND), 1)
    camera, floor = movement.camera(view, renderer.size_px), movement.floor()
    for frame in range(count):
        yield renderer.render([floor, *movement.meshes_at(frame / FRAMES_PER_SECOND)], camera)[..., :3]
        progress(frame + 1, count)


def render_moments(
    document: Document | bytes,
    times_s: Sequence[float],
    size_px: tuple[int, int] = (512, 512),
    *,
    animation: int = 0,
    view: str = "body",
    camera: PinholeCamera | None = None,
    renderer: Renderer | None = None,
) -> list[np.ndarray]:
    """Pictures of an animated file at some moments, all by one camera, without a floor.

    Args:
        document: a file's content or its bytes.
        times_s: seconds, one per picture.
        size_px: width and height of each.
        animation: which one, from 0.
        view: what the camera frames; all of the moments together.
        camera: another camera, of the same size.
        renderer: one to use again, of the same size.

    Returns:
        one (H, W, 3) uint8 picture per moment.

    Raises:
        UsageError, InputError, MissingError: as in `render_file`.
    """
    if renderer is None:
        with Renderer(size_px) as own:
            return render_moments(document, times_s, size_px, animation=animation, view=view, camera=camera, renderer=own)
    if view not in VIEWS:
        raise unknown_name("view", view, VIEWS)
    movement = Movement(document_from_bytes(document) if isinstance(document, bytes) else document, animation)
    chosen = camera or movement.camera(view, size_px, np.asarray(times_s))
    return [renderer.render(movement.meshes_at(time), chosen)[..., :3] for time in times_s]


def _subject(document: Document, pose: Pose, expression_weights: Mapping[str, float] | None = None) -> _Subject:
    if pose not in ("rest", "relaxed"):
        raise unknown_name("pose", pose, ("rest", "relaxed"))
    humanoid = find_humanoid(document)
    rotations = relaxed_arms(document, humanoid) if pose == "relaxed" else {}
    meshes = tuple(posed_meshes(document, expression_weights, rotations))
    head = find_head(document, humanoid)
    matrices = world_matrices(document, humanoid)
    if head not in matrices:
        return _Subject(meshes, measure(meshes))
    figure = measure(meshes, matrices[head][:3, 3], vertices_under(document, matrices, head))
    hand = humanoid.bones.get("leftHand")
    if hand in matrices:
        of_hand = zip(meshes, vertices_under(document, matrices, hand), strict=True)
        figure = replace(figure, hand=np.concatenate([np.zeros((0, 3)), *(mesh.positions[mask] for mesh, mask in of_hand)]))
    return _Subject(meshes, figure)


def _turning(renderer: Renderer, subject: _Subject, view: str, progress: Progress) -> Iterator[np.ndarray]:
    """(H, W, 3) frames of one turn."""
    frames = TURNTABLE_SECONDS * FRAMES_PER_SECOND
    turned = VIEWS["turntable" if view == "body" else view]
    for frame in range(frames):
        camera = aim(subject.figure, turned, renderer.size_px, 360.0 * frame / frames)
        yield renderer.render(subject.meshes, camera)[..., :3]
        progress(frame + 1, frames)


def _is_film(output: Path, view: str | None, transparent: bool) -> bool:
    if view is not None and view not in FILE_VIEWS:
        raise unknown_name("view", view, FILE_VIEWS)
    suffix = output.suffix.lower()
    if suffix not in (".png", ".mp4"):
        raise UsageError(f"{output.name!r} is no picture's name: it must end in .png or .mp4.")
    if suffix == ".png" and view == "turntable":
        raise UsageError("A turntable is a film: name an .mp4 as output.")
    if suffix == ".mp4" and transparent:
        raise UsageError("A film cannot be transparent: name a .png as output.")
    return suffix == ".mp4"


def _png(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def _silent(_done: int, _all: int) -> None:
    pass
