"""MediaPipe's names of body and hand landmarks, in its order; left and right are the subject's own.

Source: google-ai-edge/mediapipe, pose_landmark.proto's 33 points and hand_landmark's 21.
"""

from __future__ import annotations

POSE_POINTS: tuple[str, ...] = (
    "nose", "leftEyeInner", "leftEye", "leftEyeOuter", "rightEyeInner", "rightEye", "rightEyeOuter", "leftEar", "rightEar",
    "mouthLeft", "mouthRight", "leftShoulder", "rightShoulder", "leftElbow", "rightElbow", "leftWrist", "rightWrist",
    "leftPinky", "rightPinky", "leftIndex", "rightIndex", "leftThumb", "rightThumb", "leftHip", "rightHip", "leftKnee",
    "rightKnee", "leftAnkle", "rightAnkle", "leftHeel", "rightHeel", "leftFootIndex", "rightFootIndex",
)  # fmt: skip

HAND_POINTS: tuple[str, ...] = (
    "wrist",
    "thumbCmc", "thumbMcp", "thumbIp", "thumbTip",
    "indexMcp", "indexPip", "indexDip", "indexTip",
    "middleMcp", "middlePip", "middleDip", "middleTip",
    "ringMcp", "ringPip", "ringDip", "ringTip",
    "littleMcp", "littlePip", "littleDip", "littleTip",
)  # fmt: skip

POSE: dict[str, int] = {name: index for index, name in enumerate(POSE_POINTS)}
"""Body landmark name -> its row."""

HAND: dict[str, int] = {name: index for index, name in enumerate(HAND_POINTS)}
"""Hand landmark name -> its row."""
