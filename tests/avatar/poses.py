"""Ten poses."""

# Bone -> degrees about X (forward bend of what points down is negative), Y and Z, one after the other.
POSES = {
    "arms down": {"leftUpperArm": (0, 0, -75), "rightUpperArm": (0, 0, 75)},
    "arms up": {
        "leftUpperArm": (0, 0, 70),
        "rightUpperArm": (0, 0, -70),
        "leftShoulder": (0, 0, 15),
        "rightShoulder": (0, 0, -15),
    },
    "arms forward": {"leftUpperArm": (0, -80, 0), "rightUpperArm": (0, 80, 0)},
    "elbows bent": {
        "leftUpperArm": (0, 0, -60),
        "rightUpperArm": (0, 0, 60),
        "leftLowerArm": (0, -100, 0),
        "rightLowerArm": (0, 100, 0),
    },
    "a step": {
        "leftUpperLeg": (-30, 0, 0),
        "leftLowerLeg": (15, 0, 0),
        "rightUpperLeg": (20, 0, 0),
        "rightLowerLeg": (25, 0, 0),
    },
    "a long step": {
        "rightUpperLeg": (-45, 0, 0),
        "rightLowerLeg": (20, 0, 0),
        "leftUpperLeg": (25, 0, 0),
        "leftLowerLeg": (40, 0, 0),
    },
    "a knee up": {"leftUpperLeg": (-75, 0, 0), "leftLowerLeg": (80, 0, 0)},
    "sitting": {
        "leftUpperLeg": (-85, 0, 0),
        "rightUpperLeg": (-85, 0, 0),
        "leftLowerLeg": (85, 0, 0),
        "rightLowerLeg": (85, 0, 0),
    },
    "bent and turned": {"spine": (20, 15, 0), "chest": (10, 15, 5), "neck": (0, 20, 0)},
    "legs apart": {"leftUpperLeg": (0, 0, 20), "rightUpperLeg": (0, 0, -20), "spine": (0, 0, 8)},
}  # fmt: skip
