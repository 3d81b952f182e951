// Runs in the browser: window.play puts a VRM animation on a VRM as three-vrm does, and tells where the bones are at some times.
import * as THREE from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import { VRMLoaderPlugin } from "@pixiv/three-vrm";
import { createVRMAnimationClip, VRMAnimationLoaderPlugin, VRMLookAtQuaternionProxy } from "@pixiv/three-vrm-animation";
import { lit, parse } from "./stage.js";

window.play = async ({ model, motion, times, size }) => {
  const loader = new GLTFLoader();
  loader.register((parser) => new VRMLoaderPlugin(parser));
  loader.register((parser) => new VRMAnimationLoaderPlugin(parser));
  const { vrm } = (await parse(loader, model)).userData;
  const [animation] = (await parse(loader, motion)).userData.vrmAnimations;
  const gaze = new VRMLookAtQuaternionProxy(vrm.lookAt);
  gaze.name = "gaze";
  vrm.scene.add(gaze);
  const clip = createVRMAnimationClip(animation, vrm);
  const mixer = new THREE.AnimationMixer(vrm.scene);
  mixer.clipAction(clip).play();
  const draw = stage(vrm, size);
  const moments = times.map((time) => {
    mixer.setTime(time);
    vrm.update(0);
    vrm.scene.updateMatrixWorld(true);
    return { bones: places(vrm), expressions: weights(vrm), gaze: [vrm.lookAt?.yaw ?? 0, vrm.lookAt?.pitch ?? 0], picture: draw() };
  });
  return { seconds: clip.duration, moments };
};

function places(vrm) {
  const entries = Object.keys(vrm.humanoid.humanBones).map((bone) => {
    const place = vrm.humanoid.getRawBoneNode(bone).getWorldPosition(new THREE.Vector3());
    return [bone, place.toArray()];
  });
  return Object.fromEntries(entries);
}

function weights(vrm) {
  return Object.fromEntries((vrm.expressionManager?.expressions ?? []).map((it) => [it.expressionName, it.weight]));
}

function stage(vrm, [width, height]) {
  const picture = lit(vrm, [width, height]);
  const camera = new THREE.PerspectiveCamera(35, width / height, 0.05, 50);
  camera.position.set(0, 1.2, 4.5);
  camera.lookAt(0, 0.9, 0);
  return () => picture(camera);
}
