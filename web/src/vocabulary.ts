// The orders in which the binary form of a live moment counts; those of avatarkit/vocabulary/.

/** VRM 1.0's human bones. */
export const HUMAN_BONES = `
  hips spine chest upperChest neck head jaw leftEye rightEye leftUpperLeg leftLowerLeg leftFoot leftToes leftShoulder
  leftUpperArm leftLowerArm leftHand leftThumbMetacarpal leftThumbProximal leftThumbDistal leftIndexProximal
  leftIndexIntermediate leftIndexDistal leftMiddleProximal leftMiddleIntermediate leftMiddleDistal leftRingProximal
  leftRingIntermediate leftRingDistal leftLittleProximal leftLittleIntermediate leftLittleDistal rightUpperLeg rightLowerLeg
  rightFoot rightToes rightShoulder rightUpperArm rightLowerArm rightHand rightThumbMetacarpal rightThumbProximal
  rightThumbDistal rightIndexProximal rightIndexIntermediate rightIndexDistal rightMiddleProximal rightMiddleIntermediate
  rightMiddleDistal rightRingProximal rightRingIntermediate rightRingDistal rightLittleProximal rightLittleIntermediate
  rightLittleDistal`.trim().split(/\s+/);

/** ARKit's expressions. */
export const ARKIT_NAMES = `
  eyeBlinkLeft eyeLookDownLeft eyeLookInLeft eyeLookOutLeft eyeLookUpLeft eyeSquintLeft eyeWideLeft eyeBlinkRight
  eyeLookDownRight eyeLookInRight eyeLookOutRight eyeLookUpRight eyeSquintRight eyeWideRight jawForward jawLeft jawRight
  jawOpen mouthClose mouthFunnel mouthPucker mouthLeft mouthRight mouthSmileLeft mouthSmileRight mouthFrownLeft
  mouthFrownRight mouthDimpleLeft mouthDimpleRight mouthStretchLeft mouthStretchRight mouthRollLower mouthRollUpper
  mouthShrugLower mouthShrugUpper mouthPressLeft mouthPressRight mouthLowerDownLeft mouthLowerDownRight mouthUpperUpLeft
  mouthUpperUpRight browDownLeft browDownRight browInnerUp browOuterUpLeft browOuterUpRight cheekPuff cheekSquintLeft
  cheekSquintRight noseSneerLeft noseSneerRight tongueOut`.trim().split(/\s+/);
