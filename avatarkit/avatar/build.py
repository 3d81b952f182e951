"""A recipe becomes an avatar."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from avatarkit.avatar.avatar import Avatar, AvatarMesh, AvatarMeta, LookAt, Material
from avatarkit.avatar.eyes import eyes_material, eyes_mesh
from avatarkit.avatar.finish import finished
from avatarkit.avatar.hair import HairKind, HairPaint, make_beard, make_hair, prepare_beard, prepare_hair
from avatarkit.avatar.lashes import lashes_material, lashes_mesh
from avatarkit.avatar.licences import licences_of
from avatarkit.avatar.look import Look
from avatarkit.avatar.makeup import glossiness, made_up_material, with_mascara, with_nail_polish
from avatarkit.avatar.mouth import mouth_material, mouth_mesh
from avatarkit.avatar.outfit import Outfit, hair_under, make_outfit, prepare_outfit
from avatarkit.avatar.recipe import AvatarRecipe
from avatarkit.avatar.skin import BODY_MATERIAL, FACE_MATERIAL, body_material, face_material
from avatarkit.avatar.skin_relief import with_gloss
from avatarkit.avatar.skinned_parts import SKIN_PARTS, SurfaceShape, corners_of, shape_surface, skinned_mesh
from avatarkit.avatar.springs import clothes_sways, with_springs
from avatarkit.avatar.style import load_style
from avatarkit.avatar.stylise import stylised_sliders
from avatarkit.avatar.tears import tears_mesh
from avatarkit.avatar.wrinkles import ageing
from avatarkit.body.body import load_macro_targets
from avatarkit.body.rest import RestBody, rest_body
from avatarkit.rig.skeleton import HumanoidRig, Skeleton
from avatarkit.vocabulary.arkit import ARKIT_NAMES

_OF_HEAD = 0.5  # share of the head in a mesh's every vertex: hair, hats, glasses, earrings

FACE_PARTS, BODY_PARTS = SKIN_PARTS[:-1], SKIN_PARTS[-1:]


def build_avatar(recipe: AvatarRecipe) -> Avatar:
    """The avatar that a recipe describes.

    Raises:
        UsageError: a style, hair style, outfit or piece that does not exist.
        InputError: a damaged skin photo.
    """
    family = load_style(recipe.style).family
    look = family.look
    with ThreadPoolExecutor(2, "painting") as painting:  # skin and eyes are painted without knowing the shape
        face = painting.submit(_painted_face, recipe, look)
        for prepare in (_prepared_outfit, _prepared_hair, _prepared_beard):  # where it is worn what is wrong is said
            painting.submit(prepare, recipe, look)
        body = painting.submit(_painted_body, recipe, look)
        eyes = painting.submit(eyes_material, recipe.eyes.iris, look)
        rest = rest_body(stylised_sliders(recipe.sliders, family.shape))
        surface, lashes = painting.submit(shape_surface, SKIN_PARTS, rest), painting.submit(_lashes, recipe, look, rest)
        beard, mouth = painting.submit(_beard, recipe, look, rest), painting.submit(mouth_mesh, rest)
        painting.submit(load_macro_targets)  # who is built first may need none; who comes next need not wait for them
        outfit = make_outfit(recipe.outfit.pieces, recipe.outfit.colors, rest)
        hanging = painting.submit(clothes_sways, [mesh for mesh, _ in outfit.pieces], rest)
        lined = look.outline_width > 0
        grown = _hair(recipe, look, rest, outfit)
        hair = [(hair_under(mesh, outfit.hat, lined=lined), material) for mesh, material in grown]
        pieces = [
            (mouth.result(), mouth_material(look.mouth_roughness)),
            *lashes.result(),
            *hair,
            *beard.result(),
            *outfit.pieces,
        ]
        face_mesh, body_mesh = _skin_meshes(surface.result(), rest, outfit.hidden_vertices)
        skin = [(face_mesh, face.result()), (body_mesh, body.result()), (eyes_mesh(rest, look), eyes.result())]
        if look.eyes == "lifelike":
            skin.append((tears_mesh(rest), eyes.result()))
    pieces = [piece for piece in (*skin, *pieces) if len(piece[0].triangles)]  # a hat may leave no lock to be seen
    swinging = with_springs(finished(pieces, look, rest, recipe.skin.tone), recipe.hair.style, rest, hanging.result())
    of_head = _of_head(swinging.skeleton)
    materials = {material.name: material for _, material in swinging.pieces}
    return Avatar(
        rig=_rig(swinging.skeleton, rest, recipe.name),
        meshes=tuple(_hidden_from_its_wearer(mesh, of_head) for mesh, _ in swinging.pieces),
        materials=tuple(materials.values()),
        expression_names=ARKIT_NAMES,
        look_at=LookAt(_between_eyes(rest)),
        meta=AvatarMeta(name=recipe.name, third_party_licences=licences_of([mesh.name for mesh, _ in swinging.pieces])),
        springs=swinging.springs,
        colliders=swinging.colliders,
    )


def _skin_meshes(shape: SurfaceShape, rest: RestBody, hidden: np.ndarray) -> tuple[AvatarMesh, AvatarMesh]:
    """Face and body, the latter without what clothes hide."""
    face = skinned_mesh("Face", FACE_MATERIAL, corners_of(FACE_PARTS), shape, rest, first_person="thirdPersonOnly")
    return face, skinned_mesh("Body", BODY_MATERIAL, corners_of(BODY_PARTS).without(hidden), shape, rest, first_person="both")


def _painted_face(recipe: AvatarRecipe, look: Look) -> Material:
    painted = made_up_material(face_material(recipe.skin, recipe.brows, look, ageing(recipe)), recipe.makeup, recipe.skin.tone)
    return with_gloss(painted, glossiness(recipe.makeup))


def _painted_body(recipe: AvatarRecipe, look: Look) -> Material:
    return with_nail_polish(body_material(recipe.skin, look), recipe.makeup.get("nail-polish"))


def _prepared_outfit(recipe: AvatarRecipe, _look: Look) -> None:
    prepare_outfit(recipe.outfit.pieces, recipe.outfit.colors)


def _prepared_hair(recipe: AvatarRecipe, look: Look) -> None:
    prepare_hair(recipe.hair.style, recipe.hair.color, 1.0 + look.hair_fineness, **_dye(recipe, look))


def _prepared_beard(recipe: AvatarRecipe, look: Look) -> None:
    color = recipe.beard.color or recipe.hair.color
    solid, contrast = look.hair == "solid", 1.0 - look.hair_calm
    prepare_beard(recipe.beard.style, color, recipe.hair.grey, solid=solid, contrast=contrast)


def _dye(recipe: AvatarRecipe, look: Look) -> HairPaint:
    kind: HairKind = "strands" if look.hair == "strands" else "drawn" if look.shading == "drawn" else "clumps"
    dye, contrast = recipe.hair, 1.0 - look.hair_calm
    return {"roots": dye.roots, "grey": dye.grey, "kind": kind, "contrast": contrast, "skin": recipe.skin.tone}


def _hair(recipe: AvatarRecipe, look: Look, rest: RestBody, outfit: Outfit) -> list[tuple[AvatarMesh, Material]]:
    worn, fineness = [mesh for mesh, _ in outfit.pieces], 1.0 + look.hair_fineness
    return make_hair(recipe.hair.style, recipe.hair.color, rest, fineness=fineness, worn=worn, **_dye(recipe, look))


def _beard(recipe: AvatarRecipe, look: Look, rest: RestBody) -> list[tuple[AvatarMesh, Material]]:
    color = recipe.beard.color or recipe.hair.color
    solid, contrast = look.hair == "solid", 1.0 - look.hair_calm
    return make_beard(recipe.beard.style, color, rest, grey=recipe.hair.grey, solid=solid, contrast=contrast)


def _lashes(recipe: AvatarRecipe, look: Look, rest: RestBody) -> list[tuple[AvatarMesh, Material]]:
    mesh = lashes_mesh(rest, recipe.eyes.lashes, look.lashes)
    return [] if mesh is None else [(mesh, with_mascara(lashes_material(look), recipe.makeup.get("mascara")))]


def _of_head(skeleton: Skeleton) -> np.ndarray:
    """(J,) bool: which joints are the head's or carried by it."""
    of_head = np.zeros(len(skeleton.names), bool)
    for joint, name in enumerate(skeleton.names):  # parents come first
        of_head[joint] = name == "head" or (skeleton.parents[joint] >= 0 and of_head[skeleton.parents[joint]])
    return of_head


def _hidden_from_its_wearer(mesh: AvatarMesh, of_head: np.ndarray) -> AvatarMesh:
    """The mesh, marked as not to be seen out of its own eyes if the head's joints, (J,) bool, carry it."""
    carried = (mesh.weights * of_head[mesh.joints]).sum(axis=1)
    return replace(mesh, first_person="thirdPersonOnly") if len(carried) and carried.min() > _OF_HEAD else mesh


def _rig(skeleton: Skeleton, rest: RestBody, name: str) -> HumanoidRig:
    bones = {bone: joint for joint, bone in enumerate(rest.skeleton.names)}
    return HumanoidRig(skeleton, bones, ARKIT_NAMES, source=name)


def _between_eyes(rest: RestBody) -> tuple[float, float, float]:
    """From the head joint to the middle between the eyes, metres."""
    x, y, z = (float(v) for v in 0.5 * (rest.joint("leftEye") + rest.joint("rightEye")) - rest.joint("head"))
    return x, y, z
