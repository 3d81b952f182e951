"""avatarkit: one photo becomes an editable, rigged avatar, and an ordinary video its motion.

    import avatarkit as ak

    photo = ak.read_photo("me.jpg")
    fit = ak.fit_face(ak.track_face(photo))
    recipe = ak.make_recipe(fit).with_sliders({"nose-width": 0.3})
    ak.build_avatar(recipe).save("me.vrm")

    motion = ak.estimate_motion(ak.track_video("dance.mp4"))
    ak.retarget(motion, ak.load_rig("hero.glb")).save("hero_dances.glb")

Each public name is loaded when it is first used, so that importing the package costs nothing and needs no heavy library.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # what editors and type checkers see; `_HOME` is the same at run time, and a test keeps the two equal
    from avatarkit.avatar.avatar import Avatar as Avatar
    from avatarkit.avatar.avatar import AvatarMeta as AvatarMeta
    from avatarkit.avatar.build import build_avatar as build_avatar
    from avatarkit.avatar.make_recipe import make_recipe as make_recipe
    from avatarkit.avatar.recipe import AvatarRecipe as AvatarRecipe
    from avatarkit.avatar.recipe_json import load_recipe as load_recipe
    from avatarkit.body.body import load_body as load_body
    from avatarkit.errors import AvatarkitError as AvatarkitError
    from avatarkit.errors import InputError as InputError
    from avatarkit.errors import MissingError as MissingError
    from avatarkit.errors import NoFaceError as NoFaceError
    from avatarkit.errors import NoPersonError as NoPersonError
    from avatarkit.errors import NotHumanoidError as NotHumanoidError
    from avatarkit.errors import UsageError as UsageError
    from avatarkit.export.convert import ConvertedAvatar as ConvertedAvatar
    from avatarkit.export.convert import convert as convert
    from avatarkit.export.files import save_avatar as save_avatar
    from avatarkit.export.inspection import inspect_file as inspect_file
    from avatarkit.export.platform_check import check as check
    from avatarkit.export.thumbnail import with_thumbnail as with_thumbnail
    from avatarkit.face_fit.fit import FaceFit as FaceFit
    from avatarkit.face_fit.fit import fit_face as fit_face
    from avatarkit.live.session import LiveSession as LiveSession
    from avatarkit.live.session import open_live as open_live
    from avatarkit.media.photo import Photo as Photo
    from avatarkit.media.read_photo import read_photo as read_photo
    from avatarkit.media.read_video import open_video as open_video
    from avatarkit.media.video_frame import VideoFrame as VideoFrame
    from avatarkit.motion.estimate import estimate_motion as estimate_motion
    from avatarkit.motion.human_motion import HumanMotion as HumanMotion
    from avatarkit.motion.human_motion import HumanPose as HumanPose
    from avatarkit.motion.resample import resample as resample
    from avatarkit.render.pictures import render_file as render_file
    from avatarkit.retargeting.read_motion import read_motion as read_motion
    from avatarkit.retargeting.retarget import retarget as retarget
    from avatarkit.retargeting.rig_motion import RigMotion as RigMotion
    from avatarkit.rig.load_rig import load_rig as load_rig
    from avatarkit.rig.skeleton import HumanoidRig as HumanoidRig
    from avatarkit.tracking.face_landmarks import FaceLandmarks as FaceLandmarks
    from avatarkit.tracking.track_face import track_face as track_face
    from avatarkit.tracking.track_video import track_video as track_video
    from avatarkit.tracking.tracked_frame import TrackedFrame as TrackedFrame
    from avatarkit.tracking.tracked_frame import TrackedVideo as TrackedVideo

__version__ = "0.1.0"

_HOME = {
    "Avatar": "avatar.avatar",
    "AvatarMeta": "avatar.avatar",
    "AvatarRecipe": "avatar.recipe",
    "AvatarkitError": "errors",
    "ConvertedAvatar": "export.convert",
    "FaceFit": "face_fit.fit",
    "FaceLandmarks": "tracking.face_landmarks",
    "HumanMotion": "motion.human_motion",
    "HumanPose": "motion.human_motion",
    "HumanoidRig": "rig.skeleton",
    "InputError": "errors",
    "LiveSession": "live.session",
    "MissingError": "errors",
    "NoFaceError": "errors",
    "NoPersonError": "errors",
    "NotHumanoidError": "errors",
    "Photo": "media.photo",
    "RigMotion": "retargeting.rig_motion",
    "TrackedFrame": "tracking.tracked_frame",
    "TrackedVideo": "tracking.tracked_frame",
    "UsageError": "errors",
    "VideoFrame": "media.video_frame",
    "build_avatar": "avatar.build",
    "check": "export.platform_check",
    "convert": "export.convert",
    "estimate_motion": "motion.estimate",
    "fit_face": "face_fit.fit",
    "inspect_file": "export.inspection",
    "load_body": "body.body",
    "load_recipe": "avatar.recipe_json",
    "load_rig": "rig.load_rig",
    "make_recipe": "avatar.make_recipe",
    "open_live": "live.session",
    "open_video": "media.read_video",
    "read_motion": "retargeting.read_motion",
    "read_photo": "media.read_photo",
    "render_file": "render.pictures",
    "resample": "motion.resample",
    "retarget": "retargeting.retarget",
    "save_avatar": "export.files",
    "track_face": "tracking.track_face",
    "track_video": "tracking.track_video",
    "with_thumbnail": "export.thumbnail",
}
"""Public name -> the module that has it."""


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'avatarkit' has no attribute {name!r}")
    value = getattr(import_module(f"avatarkit.{_HOME[name]}"), name)
    globals()[name] = value  # the next access finds it without coming here
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
