"""Laws of materials on their way into files and back: MToon survives VRM, plain glTF has none of it."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from avatarkit.avatar.avatar import Avatar, MToon, Texture
from avatarkit.export.files import glb_bytes, save_avatar, vrm1_bytes
from avatarkit.gltf.container import split_container
from avatarkit.gltf.reading import document_from_bytes
from avatarkit.render.materials_from_gltf import Materials
from avatarkit.render.scene import RenderMaterial
from tests.box_person import box_person
from tests.judges import assert_khronos_clean, three_vrm_report

WIDTHS = Texture("widths", np.full((8, 8, 3), 128, np.uint8), "png")
DRAWN = MToon(
    shade_color=(0.5, 0.25, 0.125),
    shading_shift=-0.25,
    shading_toony=0.75,
    rim_color=(0.1, 0.2, 0.3),
    rim_fresnel_power=4.0,
    rim_lift=0.125,
    outline="worldCoordinates",
    outline_width=0.002,
    outline_width_texture=WIDTHS,
    outline_color=(0.1, 0.0, 0.05),
    outline_lighting_mix=0.5,
)


@pytest.fixture(scope="module")
def drawn() -> Avatar:
    """Its skin is drawn, its cloth is not."""
    avatar = box_person()
    cloth, skin = avatar.materials
    own = replace(skin, normal_texture=None, mtoon=replace(DRAWN, shade_texture=skin.base_color_texture))
    return replace(avatar, materials=(cloth, own))


def read_back(data: bytes, name: str) -> RenderMaterial:
    document = document_from_bytes(data)
    number = [material.name for material in document.materials].index(name)
    mesh = next(mesh for mesh in document.meshes if mesh.primitives[0].material == number)
    attributes = mesh.primitives[0].attributes
    corners = np.zeros((0, 3), int)
    return Materials(document).dressed(mesh.primitives[0], attributes["POSITION"], attributes["NORMAL"], corners).material


def test_a_drawn_material_survives_writing_and_reading(drawn: Avatar) -> None:
    material = read_back(vrm1_bytes(drawn), "skin")
    toon = material.toon
    assert toon is not None and toon.outline is not None
    assert toon.shade_color == pytest.approx(DRAWN.shade_color)
    assert (toon.shift, toon.toony, toon.rim_lift, toon.rim_power) == (-0.25, 0.75, 0.125, 4.0)
    assert toon.rim_color == pytest.approx(DRAWN.rim_color)
    assert (toon.outline.width, toon.outline.unit, toon.outline.lighting_mix) == (0.002, "world", 0.5)
    assert toon.outline.color == pytest.approx(DRAWN.outline_color)
    assert np.array_equal(toon.outline.width_texture, WIDTHS.pixels)
    assert toon.shade_texture is material.texture  # one picture for both, as it was


def test_what_is_not_drawn_stays_physical_in_the_same_file(drawn: Avatar) -> None:
    assert read_back(vrm1_bytes(drawn), "cloth").toon is None


def test_plain_gltf_has_nothing_of_vrm(drawn: Avatar) -> None:
    text = split_container(glb_bytes(drawn))[0]
    assert b"VRMC" not in text and b"widths" not in text
    assert read_back(glb_bytes(drawn), "skin").toon is None


def test_a_drawn_surface_keeps_its_colour_in_plain_gltf(drawn: Avatar) -> None:
    """What is lit and what it gives off itself add up to it."""
    plain = read_back(glb_bytes(drawn), "skin")
    assert np.add(plain.base_color[:3], plain.emissive) == pytest.approx(drawn.materials[1].base_color[:3])
    assert plain.emissive_texture is plain.texture
    assert plain.roughness == 1.0 and plain.specular == 0.0


def test_see_through_surfaces_never_glow(drawn: Avatar) -> None:
    cloth, skin = drawn.materials
    lash = replace(drawn, materials=(cloth, replace(skin, alpha_mode="BLEND")))
    assert read_back(glb_bytes(lash), "skin").emissive == (0.0, 0.0, 0.0)


def test_gloss_and_relief_survive_writing_and_reading() -> None:
    avatar = box_person()
    cloth, skin = avatar.materials
    rough = Texture("rough", np.full((8, 8, 3), (255, 90, 0), np.uint8), "png")
    wet = replace(skin, roughness_texture=rough, normal_scale=0.5, specular=0.25, clearcoat=0.75, clearcoat_roughness=0.125)
    shown = read_back(glb_bytes(replace(avatar, materials=(cloth, wet))), "skin")
    assert np.array_equal(shown.roughness_texture, rough.pixels)
    assert (shown.normal_scale, shown.specular, shown.clearcoat, shown.clearcoat_roughness) == (0.5, 0.25, 0.75, 0.125)


def test_only_extensions_in_use_are_named(drawn: Avatar) -> None:
    def used(data: bytes) -> set[str]:
        return set(json.loads(split_container(data)[0]).get("extensionsUsed", []))

    assert used(glb_bytes(box_person())) == set()
    assert used(vrm1_bytes(box_person())) == {"VRMC_vrm", "VRMC_node_constraint"}
    assert used(vrm1_bytes(drawn)) == {"VRMC_vrm", "VRMC_node_constraint", "VRMC_materials_mtoon"}
    assert used(glb_bytes(drawn)) == {"KHR_materials_specular"}


def test_a_materials_textures_are_all_that_it_names(drawn: Avatar) -> None:
    material = drawn.materials[1]
    named = [getattr(part, field.name) for part in (material, material.mtoon) for field in fields(part)]
    assert {t.name for t in material.textures} == {t.name for t in named if isinstance(t, Texture)}


@pytest.mark.parametrize(("offset", "depth_written"), [(1, False), (-1, True), (-10, False), (10, True)])
def test_a_render_queue_offset_outside_its_range_is_refused(offset: int, depth_written: bool) -> None:
    with pytest.raises(ValueError, match="between"):
        MToon(render_queue_offset=offset, depth_written=depth_written)


@pytest.mark.node
def test_the_khronos_validator_finds_no_fault_with_drawn_materials(drawn: Avatar, tmp_path: Path) -> None:
    paths = [tmp_path / f"drawn{suffix}" for suffix in (".glb", ".vrm")]
    for path in paths:
        save_avatar(drawn, path)
    assert_khronos_clean(*paths)


@pytest.mark.browser
def test_three_vrm_reads_drawn_materials_without_complaint(drawn: Avatar, tmp_path: Path) -> None:
    save_avatar(drawn, tmp_path / "drawn.vrm")
    assert not three_vrm_report(tmp_path / "drawn.vrm", size=(120, 120)).problems
