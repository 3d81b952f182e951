from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image as PillowImage

from avatarkit.errors import InputError, UsageError
from avatarkit.geometry import quaternions
from avatarkit.gltf import document as gltf
from avatarkit.render.humanoid import find_humanoid, relaxed_arms, world_matrices
from avatarkit.render.puppet import vertices_under
from avatarkit.render.scene_from_gltf import posed_meshes
from avatarkit.vocabulary.vrm import HUMAN_BONE_PARENTS

QUAD = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], np.float32)
FACING = np.tile(np.float32([0, 0, 1]), (4, 1))
NOISE = np.random.default_rng(0).integers(0, 256, (40, 50, 3), np.uint8)
CORNERS = np.array([0, 1, 2, 0, 2, 3])
VRM0_BIND = {"mesh": 0, "index": 0, "weight": 50}
MTOON = {"VRMC_materials_mtoon": {}}
STEPS = {"UpperArm": (0.15, 0.4, 0), "LowerArm": (0.3, 0, 0), "Hand": (0.25, 0, 0), "UpperLeg": (0.1, 0, 0)}


def one_mesh(primitive: gltf.Primitive, *, node: gltf.Node | None = None, **parts) -> gltf.Document:
    mesh = gltf.Mesh("mesh", (primitive,), target_names=tuple(f"morph{k}" for k in range(len(primitive.targets))))
    node = replace(node or gltf.Node("node"), mesh=0)
    return gltf.Document(nodes=(node,), meshes=(mesh,), scenes=(gltf.Scene((0,)),), scene=0, **parts)


def quad(**parts) -> gltf.Primitive:
    return gltf.Primitive({"POSITION": QUAD, "NORMAL": FACING, **parts.pop("attributes", {})}, CORNERS, **parts)


def raised(height: float) -> gltf.Primitive:
    offsets = np.zeros((4, 3), np.float32)
    offsets[2] = (0, height, 0)
    return quad(targets=({"POSITION": gltf.sparse_rows(offsets)},))


def humanoid(version: int = 1) -> gltf.Document:
    """Bones without a mesh, in a T-pose; VRM 0 looks the other way."""
    names = [
        name for name in HUMAN_BONE_PARENTS if not any(part in name for part in ("Thumb", "Index", "Middle", "Ring", "Little"))
    ]
    turn = -1.0 if version == 0 else 1.0
    nodes = []
    for name in names:
        x, y, z = next((step for part, step in STEPS.items() if name.endswith(part)), (0, -0.4 if "Leg" in name else 0.1, 0))
        place = ((-x if name.startswith("right") else x) * turn, y, z * turn)
        children = tuple(names.index(child) for child in names if HUMAN_BONE_PARENTS[child] == name)
        nodes.append(gltf.Node(name if version else f"bone-{name}", place, children=children))
    stated = {name: {"node": index} for index, name in enumerate(names)}
    extension = (
        {"VRMC_vrm": {"humanoid": {"humanBones": stated}}}
        if version
        else {"VRM": {"humanoid": {"humanBones": [{"bone": name, **bone} for name, bone in stated.items()]}}}
    )
    return gltf.Document(nodes=tuple(nodes), scenes=(gltf.Scene((0,)),), scene=0, extensions=extension)


def test_a_morph_of_weight_zero_changes_nothing():
    document = one_mesh(raised(0.5))
    plain, zero = posed_meshes(document)[0], posed_meshes(document, {"morph0": 0.0})[0]
    assert (plain.positions == zero.positions).all()
    assert (plain.positions == QUAD).all()


@pytest.mark.parametrize(("extensions", "moved", "blocks"), [({}, 4, True), (MTOON, 1, True), (MTOON, 2, False)])
def test_a_drawn_surface_of_expressions_throws_no_shadow(extensions: dict, moved: int, blocks: bool):
    """A nose's would stand as a spot on the cheek. A body, of which expressions move a throat, throws its own."""
    offsets = np.zeros((4, 3), np.float32)
    offsets[:moved] = (0, 0.1, 0)
    primitive = quad(targets=({"POSITION": gltf.sparse_rows(offsets)},), material=0)
    document = one_mesh(primitive, materials=(gltf.Material(extensions=extensions),))
    assert posed_meshes(document)[0].material.blocks_light == blocks


def test_a_morph_moves_its_vertices_in_proportion_to_its_weight():
    moved = posed_meshes(one_mesh(raised(0.5)), {"morph0": 0.4})[0].positions - QUAD
    assert moved[2] == pytest.approx([0, 0.2, 0])
    assert not moved[[0, 1, 3]].any()


@pytest.mark.parametrize(
    "extensions",
    [
        {"VRMC_vrm": {"expressions": {"preset": {"happy": {"morphTargetBinds": [{"node": 0, "index": 0, "weight": 0.5}]}}}}},
        {
            "VRM": {
                "blendShapeMaster": {"blendShapeGroups": [{"name": "happy", "binds": [{"mesh": 0, "index": 0, "weight": 50}]}]}
            }
        },
    ],
    ids=["VRM 1.0", "VRM 0.x"],
)
def test_a_vrm_expression_moves_the_morphs_it_binds(extensions):
    document = replace(one_mesh(raised(1.0)), extensions=extensions)
    assert np.abs(posed_meshes(document, {"happy": 1.0})[0].positions).max() == pytest.approx(1.5)


def test_an_unknown_expression_or_bone_is_named_with_what_exists():
    with pytest.raises(UsageError, match="morph0"):
        posed_meshes(one_mesh(raised(1.0)), {"morph1": 1.0})
    with pytest.raises(UsageError, match="leftUpperArm"):
        posed_meshes(humanoid(), None, {"leftUperArm": quaternions.IDENTITY})


def test_a_mirrored_node_keeps_its_outside_outside():
    mesh = posed_meshes(one_mesh(quad(), node=gltf.Node("mirror", scale=(-1.0, 2.0, 1.0))))[0]
    a, b, c = (mesh.positions[mesh.triangles[:, k]] for k in range(3))
    outside = np.cross(b - a, c - a)
    assert (np.einsum("ti,ti->t", outside, mesh.normals[mesh.triangles[:, 0]]) > 0).all()
    assert mesh.normals == pytest.approx(FACING)


def test_normals_stay_upright_on_a_slope_that_is_stretched():
    slope = np.float32([[0, 0, 0], [1, 0, 0], [1, 1, -1], [0, 1, -1]])
    normals = np.tile(np.float32([0, 1, 1]) / np.sqrt(np.float32(2)), (4, 1))
    primitive = gltf.Primitive({"POSITION": slope, "NORMAL": normals}, CORNERS)
    mesh = posed_meshes(one_mesh(primitive, node=gltf.Node("tall", scale=(1.0, 3.0, 1.0))))[0]
    assert (mesh.positions[2] - mesh.positions[1]) @ mesh.normals[1] == pytest.approx(0, abs=1e-6)


def skinned() -> gltf.Document:
    """The quad's upper edge hangs on a joint at (0, 1, 0), its lower edge on one at the origin."""
    inverse_bind = np.stack([np.eye(4), np.eye(4)])
    inverse_bind[1, 1, 3] = -1.0
    attributes = {
        "JOINTS_0": np.array([[0, 0, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0]], np.uint16),
        "WEIGHTS_0": np.tile(np.float32([1, 0, 0, 0]), (4, 1)),
    }
    nodes = (
        gltf.Node("mesh", (5.0, 5.0, 5.0), mesh=0, skin=0),
        gltf.Node("low", children=(2,)),
        gltf.Node("high", (0.0, 1.0, 0.0)),
    )
    mesh = gltf.Mesh("mesh", (quad(attributes=attributes),))
    return gltf.Document(nodes, (mesh,), (gltf.Skin((1, 2), inverse_bind),), scenes=(gltf.Scene((0, 1)),), scene=0)


def test_a_skinned_mesh_in_its_bind_pose_lies_where_it_was_modelled():
    assert posed_meshes(skinned())[0].positions == pytest.approx(QUAD)


def test_a_turned_joint_carries_its_vertices_along_and_no_others():
    quarter = quaternions.from_rotation_vector(np.array([0, np.pi / 2, 0]))
    posed = posed_meshes(skinned(), None, {"high": quarter})[0]
    assert posed.positions == pytest.approx(np.array([[0, 0, 0], [1, 0, 0], [0, 1, -1], [0, 1, 0]]), abs=1e-6)
    assert posed.normals[2] == pytest.approx([1, 0, 0], abs=1e-6)


def test_a_rotation_means_the_same_whatever_axes_joints_have_at_rest():
    quarter = quaternions.from_rotation_vector(np.array([0, np.pi / 2, 0]))
    low, high = (quaternions.normalize(np.array(q)) for q in ([0.3, -0.5, 0.2, 0.8], [-0.1, 0.4, 0.6, 0.2]))
    plain = skinned()
    nodes = (
        plain.nodes[0],
        replace(plain.nodes[1], rotation=tuple(low)),
        gltf.Node("high", tuple(quaternions.rotate(quaternions.inverse(low), np.array([0, 1.0, 0]))), tuple(high)),
    )
    odd = replace(plain, nodes=nodes)
    rest = world_matrices(odd, find_humanoid(odd))
    odd = replace(odd, skins=(gltf.Skin((1, 2), np.stack([np.linalg.inv(rest[joint]) for joint in (1, 2)])),))
    assert posed_meshes(odd)[0].positions == pytest.approx(QUAD, abs=1e-6)
    expected = posed_meshes(plain, None, {"high": quarter})[0].positions
    assert posed_meshes(odd, None, {"high": quarter})[0].positions == pytest.approx(expected, abs=1e-6)


def test_the_vertices_a_joint_carries_are_told():
    assert vertices_under(skinned(), range(3), 2)[0].tolist() == [False, False, True, True]
    assert vertices_under(skinned(), range(3), 1)[0].all()  # the lower joint carries the upper one


@pytest.mark.parametrize("version", [0, 1])
def test_relaxed_arms_hang_at_65_degrees_and_keep_their_length(version: int):
    document = humanoid(version)
    human = find_humanoid(document)
    rotations = {human.bones[name]: rotation for name, rotation in relaxed_arms(document, human).items()}
    rest, posed = world_matrices(document, human), world_matrices(document, human, rotations)
    for side, outward in (("left", 1), ("right", -1)):
        upper, lower = human.bones[f"{side}UpperArm"], human.bones[f"{side}LowerArm"]
        before, after = (matrices[lower][:3, 3] - matrices[upper][:3, 3] for matrices in (rest, posed))
        assert before[0] * outward > 0.2  # the subject's left is +X once it faces +Z
        assert np.linalg.norm(after) == pytest.approx(np.linalg.norm(before))
        assert np.degrees(np.arcsin(-after[1] / np.linalg.norm(after))) == pytest.approx(65, abs=0.5)
        assert after[0] * outward > 0


def test_a_glb_whose_nodes_bear_vrm_names_counts_as_a_humanoid():
    assert set(find_humanoid(replace(humanoid(), extensions={})).bones) == set(find_humanoid(humanoid()).bones)


def test_damaged_humanoid_data_is_passed_over():
    nonsense = {"head": {"node": 10**6}, "hips": {"node": "0"}, "spine": 7, "neck": {"node": True}, "tail": {"node": 0}}
    document = replace(humanoid(), extensions={"VRMC_vrm": {"humanoid": {"humanBones": nonsense}}})
    assert find_humanoid(document).bones == {}


@pytest.mark.parametrize(
    "document",
    [
        one_mesh(quad(), node=gltf.Node("far", scale=(1e39, 1e39, 1e39), translation=(1e38, 0, 0))),
        one_mesh(gltf.Primitive({"POSITION": QUAD, "NORMAL": FACING[:2]}, CORNERS)),
        one_mesh(gltf.Primitive({"POSITION": QUAD}, CORNERS + 2)),
        one_mesh(quad(attributes={"TEXCOORD_0": QUAD[:3, :2]})),
    ],
    ids=["beyond floats", "too few normals", "a corner that is not there", "too few texture coordinates"],
)
def test_a_mesh_that_does_not_fit_together_is_an_input_error(document: gltf.Document):
    with pytest.raises(InputError, match="damaged glTF"):
        posed_meshes(document)


def png(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    PillowImage.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def textured(data: bytes) -> gltf.Document:
    material = gltf.Material("skin", base_color_texture=gltf.TextureUse(0))
    primitive = quad(material=0, attributes={"TEXCOORD_0": QUAD[:, :2]})
    parts = {"materials": (material,), "textures": (gltf.Texture(0),), "images": (gltf.Image(data, "image/png"),)}
    return one_mesh(primitive, **parts)


def test_a_texture_arrives_as_it_was_saved():
    assert (posed_meshes(textured(png(NOISE)))[0].material.texture == NOISE).all()


@pytest.mark.parametrize("data", [b"", b"GIF89a", png(NOISE)[:2000]], ids=["empty", "GIF", "cut off"])
def test_a_damaged_texture_is_an_input_error(data: bytes):
    with pytest.raises(InputError, match="texture 0"):
        posed_meshes(textured(data))


def test_strips_and_fans_become_the_same_triangles_as_a_list():
    def area(mode: int, indices: list[int]) -> np.ndarray:
        primitive = gltf.Primitive({"POSITION": QUAD, "NORMAL": FACING}, np.array(indices), mode=mode)
        mesh = posed_meshes(one_mesh(primitive))[0]
        a, b, c = (mesh.positions[mesh.triangles[:, k]] for k in range(3))
        return np.cross(b - a, c - a)

    for normals in (area(4, [0, 1, 2, 0, 2, 3]), area(5, [0, 1, 3, 2]), area(6, [0, 1, 2, 3])):
        assert normals == pytest.approx(np.tile([0, 0, 1], (2, 1)))
