"""Human bones told by the words in their names, for rigs that no table knows: "L_Fore_Arm", "armUpper.R", "RightLowerLeg"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from avatarkit.rig.joint_tree import JointTree
from avatarkit.rig.naming import LONGEST_NAME, NamedBones, attached, without_counters
from avatarkit.rig.trunk import trunk_bones
from avatarkit.vocabulary.vrm import REQUIRED_BONES

FAMILY = "words in the names"
"""What a rig's family is called when words told its bones."""

_PIECES = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")

_SIDES = {"left": ("left", "l", "lft", "lt", "左"), "right": ("right", "r", "rgt", "rt", "右")}

_PART_WORDS = {
    "thigh": ("thigh", "femur"),
    "shin": ("shin", "calf", "knee", "tibia", "crus"),
    "ankle": ("ankle",),
    "foot": ("foot", "feet"),
    "toes": ("toe", "toes", "ball"),
    "leg": ("leg",),
    "collar": ("clavicle", "clav", "collar", "collarbone", "scapula"),
    "shoulder": ("shoulder", "shldr"),
    "humerus": ("humerus", "bicep", "biceps"),
    "forearm": ("forearm", "elbow", "radius", "ulna"),
    "arm": ("arm",),
    "wrist": ("wrist",),
    "hand": ("hand", "palm"),
    "hip": ("hip", "hips", "pelvis", "buttock"),
    "neck": ("neck",),
    "head": ("head",),
    "jaw": ("jaw",),
    "eye": ("eye", "eyeball"),
}
_UPPER, _LOWER = ("upper", "up", "upr"), ("lower", "low", "lo", "lwr", "fore")
_FINGERS = {
    "Thumb": ("thumb",),
    "Index": ("index", "pointer"),
    "Middle": ("middle", "mid"),
    "Ring": ("ring",),
    "Little": ("little", "pinky", "pinkie"),
}
_SEGMENTS = {"Thumb": ("Metacarpal", "Proximal", "Distal")}
_USUAL_SEGMENTS = ("Proximal", "Intermediate", "Distal")

_HELPERS = frozenset((
    "twist", "roll", "ik", "pole", "target", "helper", "end", "tip", "nub", "leaf", "hair", "skirt", "breast", "cloth",
    "top", "weapon", "socket", "attach", "ctrl", "control", "mch", "tweak", "cape", "sleeve", "armor", "pad", "lash", "lid",
    "brow", "metacarpal", "carpal", "corrective", "bulge", "root",
))  # fmt: skip
"""Words of joints that accompany a bone and are none."""

_PART_OF_WORD = {word: part for part, words in _PART_WORDS.items() for word in words}
_FINGER_OF_WORD = {word: finger for finger, words in _FINGERS.items() for word in words}
_SIDE_OF_WORD = {word: side for side, words in _SIDES.items() for word in words}
_KNOWN = (
    *_PART_OF_WORD, *_FINGER_OF_WORD, *_HELPERS, *_UPPER, *_LOWER, "left", "right"
)  # fmt: skip
_BY_LENGTH = tuple(sorted(_KNOWN, key=len, reverse=True))


@dataclass(frozen=True)
class Label:
    """What a joint's name says: which side, which part of the body, which finger; empty where it says nothing."""

    side: str
    part: str
    finger: str


def name_by_words(names: Sequence[str], parents: Sequence[int], likely: Sequence[bool] = ()) -> NamedBones | None:
    """Find the human bones by the words in their names; arguments and result are those of `name_human_bones`."""
    labels = [_label(name) for name in without_counters(names)]
    if likely:
        labels = [label if used else Label("", "", "") for label, used in zip(labels, likely, strict=True)]
    tree = JointTree(parents)
    body = _Body(labels, tree, sorted(range(len(labels)), key=lambda joint: tree.depths[joint]))
    bones = {bone: joint for side in _SIDES for bone, joint in (*body.leg(side).items(), *body.arm(side).items())}
    bones |= body.trunk(bones)
    if not all(bone in bones for bone in REQUIRED_BONES):
        return None
    bones = attached(bones, parents)
    return NamedBones(FAMILY, bones) if all(bone in bones for bone in REQUIRED_BONES) else None


@dataclass(frozen=True)
class _Body:
    """Labelled joints, nearer to the root first."""

    labels: Sequence[Label]
    tree: JointTree
    order: Sequence[int]

    def first(self, side: str, *parts: str, below: int | None = None) -> int | None:
        """The first joint of a side that bears one of the parts, earlier parts preferred."""
        for part in parts:
            for joint in self.order:
                label = self.labels[joint]
                if (label.side, label.part) == (side, part) and (below is None or self.tree.is_below(joint, below)):
                    return joint
        return None

    def leg(self, side: str) -> dict[str, int]:
        """The bones of one leg."""
        upper = self.first(side, "upper leg", "thigh", "leg", "hip")
        lower = self.first(side, "lower leg", "shin", "leg", below=upper) if upper is not None else None
        foot = self.first(side, "ankle", "foot")
        toes = self.first(side, "toes", "foot", below=foot) if foot is not None else None
        return _present({"UpperLeg": upper, "LowerLeg": lower, "Foot": foot, "Toes": toes}, side)

    def arm(self, side: str) -> dict[str, int]:
        """The bones of one arm and its hand."""
        upper = self.first(side, "upper arm", "humerus", "arm", "shoulder")
        if upper is None:
            return {}
        lower = self.first(side, "lower arm", "forearm", "arm", below=upper)
        hand = self.first(side, "wrist", "hand", below=lower if lower is not None else upper)
        collars = [joint for joint in (self.first(side, "collar"), self.first(side, "shoulder")) if joint is not None]
        shoulder = next((joint for joint in collars if self.tree.is_below(upper, joint)), None)
        found = _present({"Shoulder": shoulder, "UpperArm": upper, "LowerArm": lower, "Hand": hand}, side)
        return found | (self.fingers(side, lower if lower is not None else hand) if hand is not None else {})

    def fingers(self, side: str, arm: int) -> dict[str, int]:
        """The finger bones below a forearm (some hang beside the hand), as many of each as there are, the nearest first."""
        found: dict[str, int] = {}
        for finger in _FINGERS:
            joints = [joint for joint in self.order if self.labels[joint].finger == finger and self.tree.is_below(joint, arm)]
            segments = _SEGMENTS.get(finger, _USUAL_SEGMENTS)
            found |= {f"{side}{finger}{segment}": joint for segment, joint in zip(segments, joints, strict=False)}
        return found

    def trunk(self, bones: Mapping[str, int]) -> dict[str, int]:
        """Hips, spine, neck, head, eyes and jaw of a body whose limbs are known."""
        limbs = [bones.get(f"{side}{part}") for part in ("UpperLeg", "UpperArm") for side in _SIDES]
        head = self.first("", "head")
        if head is None or None in limbs:
            return {}
        neck = self.first("", "neck")
        top = neck if neck is not None and self.tree.is_below(head, neck) else head
        thighs, arms = [joint for joint in limbs[:2] if joint is not None], [joint for joint in limbs[2:] if joint is not None]
        found = trunk_bones(self.tree, thighs, arms, top) or {}
        found |= {"head": head} | ({"neck": top} if top != head else {})
        eyes = {f"{side}Eye": self.first(side, "eye", below=head) for side in _SIDES}
        face = {**eyes, "jaw": self.first("", "jaw", below=head)}
        return found | {bone: joint for bone, joint in face.items() if joint is not None}


def _present(parts: Mapping[str, int | None], side: str) -> dict[str, int]:
    return {side + part: joint for part, joint in parts.items() if joint is not None}


def _label(name: str) -> Label:
    words = split_words(name)
    sides = {_SIDE_OF_WORD[word] for word in words if word in _SIDE_OF_WORD}
    side = sides.pop() if len(sides) == 1 else ""
    if not _HELPERS.isdisjoint(words):
        return Label("", "", "")
    finger = next((_FINGER_OF_WORD[word] for word in words if word in _FINGER_OF_WORD), "")
    part = next((_PART_OF_WORD[word] for word in reversed(words) if word in _PART_OF_WORD), "")
    return Label(side, "" if finger else _qualified(part, words), finger)


def _qualified(part: str, words: Sequence[str]) -> str:
    """ "leg" and "arm" with what else the name says: upper or lower."""
    if part not in ("leg", "arm"):
        return part
    if any(word in _UPPER for word in words):
        return f"upper {part}"
    return f"lower {part}" if any(word in _LOWER for word in words) else part


def split_words(name: str) -> tuple[str, ...]:
    """The words of a name in lower case, without its namespace: "Rig|LArmUpper01" is l, arm, upper, 01."""
    return _words(name[:LONGEST_NAME])


@lru_cache(maxsize=4096)
def _words(name: str) -> tuple[str, ...]:
    plain = re.split(r"[:|]", unicodedata.normalize("NFKC", name))[-1]
    return tuple(word for piece in _PIECES.findall(plain) for word in _known_words(piece.casefold()))


def _known_words(word: str) -> list[str]:
    """The known words that a word is joined of, with a side's letter before them or behind; else the word itself."""
    if len(word) < 3 or word in _KNOWN:
        return [word]
    for sided, rest in ((word[:1], word[1:]), (word[-1:], word[:-1])):
        if sided in ("l", "r") and (found := _joined(rest)):
            return [sided, *found]
    return _joined(word) or [word]


def _joined(text: str) -> list[str]:
    """Known words that make up `text` exactly, the longest first; empty when there are none."""
    if not text:
        return []
    for known in _BY_LENGTH:
        if text == known:
            return [known]
        if text.startswith(known) and (rest := _joined(text[len(known) :])):
            return [known, *rest]
    return []
