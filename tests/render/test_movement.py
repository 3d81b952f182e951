from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from avatarkit.errors import UsageError
from avatarkit.export.scene import avatar_scene
from avatarkit.geometry import quaternions
from avatarkit.gltf.document import Animation, Channel, Document
from avatarkit.gltf.writing import document_to_glb
from avatarkit.render.movement import Movement
from avatarkit.render.pictures import played, render_file, render_moments
from avatarkit.render.scene_from_gltf import posed_meshes
from tests.box_person import box_person

SECONDS = 0.4
KEYS = np.array([0.0, SECONDS], np.float32)
QUARTER = quaternions.from_rotation_vector(np.array([0.0, 0.0, np.pi / 2]))


def walking() -> Document:
    """The box person goes two metres to its left, raising its left arm."""
    document = avatar_scene(box_person()).document
    names = [node.name for node in document.nodes]
    hips, arm = names.index("hips"), names.index("leftUpperArm")
    way = np.asarray(document.nodes[hips].translation) + np.array([[0, 0, 0], [2, 0, 0]])
    turn = np.stack([quaternions.IDENTITY, QUARTER])
    channels = (Channel(hips, "translation", KEYS, np.float32(way)), Channel(arm, "rotation", KEYS, np.float32(turn)))
    return replace(document, animations=(Animation("walk", channels),))


@pytest.fixture(scope="module")
def movement() -> Movement:
    return Movement(walking())


def test_at_its_end_the_figure_is_where_the_same_rotation_and_place_put_it(movement: Movement):
    posed = posed_meshes(walking(), None, {"leftUpperArm": QUARTER})
    for moved, still in zip(movement.meshes_at(SECONDS), posed, strict=True):
        assert moved.positions == pytest.approx(still.positions + np.array([2, 0, 0]), abs=1e-5)


def test_the_camera_sees_the_figure_all_the_way(movement: Movement):
    camera = movement.camera("body", (128, 96))
    for time in np.linspace(0, SECONDS, 7):
        for mesh in movement.meshes_at(float(time)):
            pixels = camera.project(mesh.positions)
            assert (pixels > 0).all()
            assert (pixels < (128, 96)).all()


def test_the_floor_lies_under_the_whole_way(movement: Movement):
    floor = movement.floor()
    assert np.ptp(floor.positions[:, 1]) == 0
    assert floor.positions[:, 0].min() < -1
    assert floor.positions[:, 0].max() > 3


def test_only_vertices_move_so_that_a_renderer_uploads_once(movement: Movement):
    first, later = movement.meshes_at(0.0)[0], movement.meshes_at(0.2)[0]
    assert first.triangles is later.triangles
    assert first.material is later.material


@pytest.mark.vulkan
def test_moved_meshes_are_drawn_where_they_are(drawn_at, movement: Movement):
    renderer, camera = drawn_at((128, 96)), movement.camera("body", (128, 96))
    one_after_another = [renderer.render(movement.meshes_at(t), camera) for t in (0.0, SECONDS, 0.0)]
    fresh = renderer.render(Movement(walking()).meshes_at(SECONDS), camera)
    assert (one_after_another[0] == one_after_another[2]).all()
    assert (one_after_another[1] == fresh).all()
    assert (one_after_another[0] != one_after_another[1]).mean() > 0.02


@pytest.mark.vulkan
def test_a_film_of_an_animated_file_plays_it(drawn_at, tmp_path: Path):
    import av

    path = tmp_path / "walk.glb"
    path.write_bytes(document_to_glb(walking()))
    render_file(path, tmp_path / "walk.mp4", None, (64, 48))
    with av.open(str(tmp_path / "walk.mp4")) as film:
        frames = [frame.to_ndarray(format="rgb24").astype(int) for frame in film.decode(video=0)]
    assert len(frames) == round(SECONDS * 30)
    assert np.abs(frames[0] - frames[-1]).max() > 40


@pytest.mark.vulkan
def test_a_picture_can_take_a_moment_of_an_animation(drawn_at, tmp_path: Path):
    path = tmp_path / "walk.glb"
    path.write_bytes(document_to_glb(walking()))
    for name, time in (("first", 0.0), ("last", SECONDS)):
        render_file(path, tmp_path / f"{name}.png", "body", (64, 64), time_s=time)
    first, last = (np.asarray(Image.open(tmp_path / f"{name}.png")).astype(int) for name in ("first", "last"))
    assert np.abs(first - last).max() > 40


@pytest.mark.vulkan
def test_moments_are_seen_by_one_camera(drawn_at):
    renderer = drawn_at((64, 64))
    first, last, again = render_moments(walking(), (0.0, SECONDS, 0.0), (64, 64), renderer=renderer)
    assert (first == again).all()
    assert (first != last).any()
    assert len(list(played(Movement(walking()), renderer))) == round(SECONDS * 30)


def test_a_film_takes_no_time_and_a_file_without_animation_has_none_to_show(tmp_path: Path):
    path = tmp_path / "still.glb"
    path.write_bytes(document_to_glb(replace(walking(), animations=())))
    with pytest.raises(UsageError, match="time"):
        render_file(path, tmp_path / "out.mp4", None, (64, 48), time_s=1.0)
    with pytest.raises(UsageError, match="none"):
        render_file(path, tmp_path / "out.png", None, (64, 48), time_s=1.0)
