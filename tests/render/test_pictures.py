from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from avatarkit.errors import InputError, UsageError
from avatarkit.export.files import vrm1_bytes
from avatarkit.gltf.reading import document_from_bytes
from avatarkit.render.contact_sheet import contact_sheet
from avatarkit.render.framing import VIEWS, Figure, aim, measure
from avatarkit.render.humanoid import find_head, find_humanoid, world_matrices
from avatarkit.render.pictures import render_file, render_views
from avatarkit.render.scene import RenderMesh
from avatarkit.render.scene_from_gltf import posed_meshes
from tests.box_person import box_person


@pytest.fixture(scope="session")
def box_vrm(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("boxes") / "boxes.vrm"
    path.write_bytes(vrm1_bytes(box_person()))
    return path


@pytest.mark.vulkan
@pytest.mark.parametrize("view", ["face", "bust", "body"])
def test_a_picture_has_the_size_asked_for_and_shows_something(drawn_at, box_vrm: Path, tmp_path: Path, view: str):
    render_file(box_vrm, tmp_path / "out.png", view, (96, 128))
    picture = np.asarray(Image.open(tmp_path / "out.png"))
    assert picture.shape == (128, 96, 3)
    assert np.ptp(picture.astype(int), axis=1).max() > 40
    assert [path.name for path in tmp_path.iterdir()] == ["out.png"]


@pytest.mark.vulkan
def test_a_transparent_picture_is_clear_around_the_figure(drawn_at, box_vrm: Path, tmp_path: Path):
    render_file(box_vrm, tmp_path / "out.png", "face", (64, 64), transparent=True)
    alpha = np.asarray(Image.open(tmp_path / "out.png"))[..., 3]
    assert (alpha.min(), alpha.max()) == (0, 255)


@pytest.mark.vulkan
def test_a_turntable_has_the_frames_and_the_size_promised(drawn_at, box_vrm: Path, tmp_path: Path):
    import av

    seen = []
    render_file(box_vrm, tmp_path / "out.mp4", "turntable", (64, 48), progress=lambda done, total: seen.append((done, total)))
    with av.open(str(tmp_path / "out.mp4")) as film:
        stream = film.streams.video[0]
        frames = [frame.to_ndarray(format="rgb24") for frame in film.decode(stream)]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (len(frames), float(stream.average_rate)) == (120, 30)
        assert float(stream.duration * stream.time_base) == pytest.approx(4)
    assert {frame.shape for frame in frames} == {(48, 64, 3)}
    assert seen[-1] == (120, 120)
    differs = [np.abs(frames[0].astype(int) - frames[k]).mean() for k in (1, 45, 119)]
    assert differs[1] > 2 * max(differs[0], differs[2])  # it turns, and comes back to where it began


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (("out.jpg", "bust"), "must end in .png or .mp4"),
        (("out", "bust"), "must end in .png or .mp4"),
        (("out.png", "buts"), "Did you mean 'bust'"),
        (("out.png", "turntable"), "name an .mp4"),
        (("out.mp4", "turntable", (63, 64)), "even sides"),
        (("nowhere/out.png",), "Cannot write"),
        (("out.png", "bust", (9000, 10)), "between 1 and 4096"),
    ],
)
def test_a_wrong_call_is_a_usage_error_and_writes_nothing(box_vrm: Path, tmp_path: Path, call, said):
    with pytest.raises(UsageError, match=said):
        render_file(box_vrm, tmp_path / call[0], *call[1:])
    assert not list(tmp_path.iterdir())


@pytest.mark.vulkan
def test_an_existing_picture_survives_a_file_that_cannot_be_drawn(drawn_at, tmp_path: Path):
    (tmp_path / "broken.glb").write_bytes(b"glTF\2\0\0\0")
    (tmp_path / "out.png").write_bytes(b"old")
    with pytest.raises(InputError):
        render_file(tmp_path / "broken.glb", tmp_path / "out.png", size_px=(64, 64))
    assert (tmp_path / "out.png").read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.vulkan
def test_views_of_one_figure_differ_and_an_expression_shows(drawn_at, box_vrm: Path):
    views, data = ("front", "three-quarter", "profile", "back"), box_vrm.read_bytes()
    renderer = drawn_at((64, 64))
    pictures = render_views(data, views, (64, 64), renderer=renderer)
    assert len({picture.tobytes() for picture in pictures}) == 4
    neutral, zero, open_jaw = (
        render_views(data, ("face",), (64, 64), expression_weights={"jawOpen": weight}, renderer=renderer)[0]
        for weight in (0.0, 0.0, 1.0)
    )
    assert (neutral == zero).all()
    assert (neutral != open_jaw).any()


@pytest.mark.parametrize("size", [(100, 100), (60, 140), (200, 80)])
@pytest.mark.parametrize("yaw", range(0, 360, 45))
def test_the_whole_body_is_in_the_picture_however_it_is_turned(box_vrm: Path, size, yaw: int):
    document = document_from_bytes(box_vrm.read_bytes())
    meshes = posed_meshes(document)
    head = world_matrices(document, find_humanoid(document))[find_head(document, find_humanoid(document))][:3, 3]
    figure = measure(meshes, head)
    for view in ("body", "turntable"):
        pixels = aim(figure, VIEWS[view], size, yaw).project(figure.points)
        assert (pixels >= 0).all()
        assert (pixels <= size).all()


def test_a_subject_that_turns_to_its_left_looks_to_the_right_of_the_picture(box_vrm: Path):
    figure = measure(posed_meshes(document_from_bytes(box_vrm.read_bytes())), np.array([0.0, 1.6, 0.0]))
    camera = aim(figure, VIEWS["three-quarter"], (100, 100))
    nose, nape = camera.project(figure.chin + np.array([[0, 0, 0.1], [0, 0, -0.1]]))
    assert nose[0] > nape[0]


def test_a_head_is_measured_from_chin_to_crown_wherever_its_joint_sits():
    face = np.array([[x, y, z] for x in (-0.07, 0.0, 0.07) for y in (1.45, 1.55, 1.68) for z in (-0.08, 0.1)])
    hair = np.array([[0.1, 1.2, -0.05], [-0.1, 1.2, -0.05], [0.0, 1.2, -0.1]])
    torso = np.array([[0.3, 0.0, 0.0], [-0.3, 0.0, 0.0], [0.3, 1.4, 0.05], [-0.3, 1.4, 0.05]])
    points = np.concatenate([face, hair, torso])
    triangles = np.arange(len(points) - len(points) % 3).reshape(-1, 3)
    mesh = RenderMesh(points, np.tile([0, 0, 1], (len(points), 1)), triangles)
    carried = np.arange(len(points)) < len(face) + len(hair)
    for joint_y in (1.46, 1.5, 1.54):
        figure = measure([mesh], np.array([0.0, joint_y, 0.0]), [carried])
        assert figure.chin[1] == pytest.approx(1.45, abs=0.01)
        assert figure.head_height == pytest.approx(0.23, abs=0.01)


def test_a_file_without_triangles_is_an_input_error():
    with pytest.raises(InputError, match="nothing to draw"):
        measure([], None)


def test_a_contact_sheet_shows_each_picture_in_its_cell():
    colors = [(250, 0, 0), (0, 250, 0), (0, 0, 250)]
    images = [np.full((20, 30, 3), color, np.uint8) for color in colors]
    sheet = contact_sheet(images, 2)
    assert sheet.shape == (8 + 2 * 28, 8 + 2 * 38, 3)
    assert [tuple(sheet[y, x]) for y, x in ((18, 20), (18, 58), (46, 20))] == colors
    labelled = contact_sheet(images, 2, ["one", "two", "a very long name that does not fit"])
    assert labelled.shape[0] > sheet.shape[0]
    with pytest.raises(ValueError, match="labels"):
        contact_sheet(images, 2, ["one"])


@pytest.mark.vulkan
@pytest.mark.shared_media
@pytest.mark.parametrize("rig", ["madjin_cryptovoxels_vrm0.vrm", "m2m_human_sintel.glb", "three_RobotExpressive.glb"])
def test_avatars_of_other_makers_can_be_drawn(drawn_at, shared_media: Path, rig: str):
    picture = render_views((shared_media / "rigs" / rig).read_bytes(), ("body",), (64, 64), renderer=drawn_at((64, 64)))[0]
    Image.fromarray(picture).save(io.BytesIO(), "PNG")
    assert np.ptp(picture.astype(int), axis=1).max() > 40


def test_the_view_of_a_hand_shows_all_of_the_left_one_and_little_else():
    points = np.random.default_rng(1).uniform((-0.8, 0.0, -0.2), (0.8, 1.7, 0.2), (2000, 3))
    hand = np.random.default_rng(2).uniform((0.3, 0.7, -0.05), (0.35, 0.9, 0.05), (200, 3))
    figure = Figure(np.concatenate([points, hand]), np.array([0.0, 1.5, 0.0]), 0.2, hand)
    camera = aim(figure, VIEWS["hand"], (100, 120))
    pixels = camera.project(hand)
    assert (pixels > 0).all() and (pixels < (100, 120)).all() and np.ptp(pixels[:, 1]) > 90
    of_others = camera.project(points)
    assert ((of_others > 0) & (of_others < (100, 120))).all(axis=1).mean() < 0.05
    assert camera.position[0] > hand[:, 0].max()  # from where one sees its back


def test_the_view_of_a_hand_that_nobody_names_shows_the_figure():
    points = np.random.default_rng(1).uniform((-0.8, 0.0, -0.2), (0.8, 1.7, 0.2), (2000, 3))
    pixels = aim(Figure(points, np.array([0.0, 1.5, 0.0]), 0.2), VIEWS["hand"], (100, 120)).project(points)
    assert (pixels > 0).all() and (pixels < (100, 120)).all()
