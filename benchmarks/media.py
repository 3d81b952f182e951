"""The faces of the media folder: which file shows whom, as seen by looking at the pictures."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from avatarkit.media.read_photo import read_photo
from avatarkit.tracking.face_landmarks import FaceLandmarks
from avatarkit.tracking.track_face import find_faces
from benchmarks.results import CHECKOUT

DEFAULT_MEDIA = CHECKOUT.parent / "shared" / "media"


@dataclass(frozen=True)
class Face:
    """One usable face of the media folder.

    Attributes:
        file: picture below faces/.
        number: which face in it, from 1 for the largest.
        person: who it is, by our own names.
        shot: which photograph; copies and crops of one photograph share it.
    """

    file: str
    number: int
    person: str
    shot: str

    @property
    def label(self) -> str:
        """Short name for tables and sheets."""
        return Path(self.file).stem + (f" #{self.number}" if self.number > 1 else "")


FACES = (
    Face("azure_couple_beach_asian.jpg", 1, "moustache", "beach"),
    Face("azure_couple_beach_asian.jpg", 2, "dark-hair", "beach"),
    Face("azure_couple_older.jpg", 1, "grey-hair", "hug"),
    Face("azure_couple_older.jpg", 2, "white-hair", "hug"),
    Face("azure_dad_smile.jpg", 1, "dad", "smile"),
    Face("azure_dad_tiny.jpg", 1, "dad", "tiny"),
    Face("azure_group_greyscale.jpg", 1, "group-1", "group"),
    Face("azure_group_greyscale.jpg", 2, "group-2", "group"),
    Face("azure_group_greyscale.jpg", 3, "group-3", "group"),
    Face("azure_group_greyscale.jpg", 4, "group-4", "group"),
    Face("azure_lady_asian_older.jpg", 1, "dark-hair", "alone"),
    Face("azure_lady_white_hair.jpg", 1, "white-hair", "alone"),
    Face("azure_man_asian_older.jpg", 1, "moustache", "alone"),
    Face("azure_man_grey_hair.jpg", 1, "grey-hair", "alone"),
    Face("azure_man_helmet_profile.jpg", 1, "helmet", "mine"),
    Face("azure_market_woman_small.jpg", 1, "market", "market"),
    Face("azure_mom.jpg", 1, "mom", "plain"),
    Face("azure_mom_tiny.jpg", 1, "mom", "tiny"),
    Face("azure_several_restaurant.jpg", 1, "blurred", "restaurant"),
    Face("azure_several_restaurant.jpg", 2, "bearded", "restaurant"),
    Face("azure_several_restaurant.jpg", 3, "laughing", "restaurant"),
    Face("fr_biden_arms_crossed.jpg", 1, "biden", "arms"),
    Face("fr_obama_fulllength.jpg", 1, "obama", "room"),
    Face("fr_obama_letterbox240p.jpg", 1, "obama", "portrait"),
    Face("fr_obama_portrait.jpg", 1, "obama", "portrait"),
    Face("fr_obama_rgba32.png", 1, "obama", "speech"),
    Face("fr_obama_speech.jpg", 1, "obama", "speech"),
    Face("fr_two_men.jpg", 1, "obama", "room"),
    Face("fr_two_men.jpg", 2, "biden", "arms"),
    Face("pillow_hopper.jpg", 1, "hopper", "navy"),
    Face("pillow_hopper_badjpeg.jpg", 1, "hopper", "navy"),
    Face("pillow_hopper_exif3.jpg", 1, "hopper", "navy"),
    Face("pillow_hopper_exif6.jpg", 1, "hopper", "navy"),
    Face("pillow_hopper_exif8.jpg", 1, "hopper", "navy"),
    Face("pillow_hopper_gray.jpg", 1, "hopper", "navy"),
    Face("skimage_astronaut.png", 1, "astronaut", "suit"),
)
"""Every face that a person would call usable. The couples' photos show the people of the single portraits."""

BEST_COPY = ("azure_lady_asian_older.jpg", "fr_obama_portrait.jpg", "fr_obama_speech.jpg", "fr_obama_fulllength.jpg",
             "fr_biden_arms_crossed.jpg", "pillow_hopper.jpg")  # fmt: skip
"""Of several copies of one photograph, the one that stands for it."""

NOBODY = (
    "azure_noface_dog.jpg",
    "azure_noface_house.jpg",
    "azure_noface_lion_drawing.png",
    "azure_noface_mountain_train.jpg",
    "skimage_noface_cat.png",
    "skimage_noface_rocket.jpg",
)
"""Pictures without a human face. The skateboarder, who looks at the ground, counts neither way."""


def one_per_shot() -> list[Face]:
    """The faces without further copies of the same photograph."""
    chosen: dict[tuple[str, str], Face] = {}
    for face in FACES:
        key = (face.person, face.shot)
        if key not in chosen or face.file in BEST_COPY:
            chosen[key] = face
    return list(chosen.values())


@cache
def faces_in(path: Path) -> tuple[FaceLandmarks, ...]:
    """All faces found in a picture, largest first."""
    return tuple(find_faces(read_photo(path)))


def found_faces(media: Path) -> dict[Face, FaceLandmarks]:
    """The usable faces that are found."""
    found = {face: faces_in(media / "faces" / face.file) for face in FACES}
    return {face: faces[face.number - 1] for face, faces in found.items() if len(faces) >= face.number}


def check_media(media: Path) -> None:
    """Leave with a clear line if the folder is not there."""
    if not (media / "faces").is_dir():
        raise SystemExit(f"No folder {media / 'faces'}: name the media folder with --media.")
