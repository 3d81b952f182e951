"""Mouth shapes of speech, as others name them."""

from __future__ import annotations

OCULUS_VISEMES = tuple(
    f"viseme_{name}" for name in ("sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa", "E", "I", "O", "U")
)
"""Source: Oculus LipSync's fifteen visemes, named as Ready Player Me's files name them."""

READY_PLAYER_ME_EXTRAS = ("mouthOpen", "mouthSmile", "eyesClosed", "eyesLookUp", "eyesLookDown")
"""Morphs that Ready Player Me's files have beside ARKit's and the visemes. Source: rpm-unity-sdk-core, AvatarMorphTarget.cs."""
