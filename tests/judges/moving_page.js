// Runs in the browser: window.move shakes a VRM, or plays a motion on it, with its springs on; then turns its gaze; then looks out
// of its own eyes.
import * as THREE from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import { VRMLoaderPlugin, VRMMetaLoaderPlugin, VRMUtils } from "@pixiv/three-vrm";
import { createVRMAnimationClip, VRMAnimationLoaderPlugin } from "@pixiv/three-vrm-animation";
import { lit, parse } from "./stage.js";

const FRAME = 1 / 60;
const SETTLING = 30; // frames before anything is measured

window.move = async ({ model, motion, times, size, views, gaze_deg }) => {
  const loader = new GLTFLoader();
  loader.register((parser) => new VRMLoaderPlugin(parser, { metaPlugin: new VRMMetaLoaderPlugin(parser, { needThumbnailImage: true }) }));
  loader.register((parser) => new VRMAnimationLoaderPlugin(parser));
  const { vrm } = (await parse(loader, model)).userData;
  VRMUtils.rotateVRM0(vrm);
  vrm.scene.traverse((node) => (node.frustumCulled = false)); // three.js culls by the pose at rest
  const stage = prepared(vrm, size);
  const pictures = {};
  const rest = tips(vrm);
  const mover = motion ? await player(loader, vrm, motion) : (time) => shake(vrm, time);
  mover(0);
  vrm.springBoneManager?.reset();
  for (let frame = 0; frame < SETTLING; frame++) vrm.update(FRAME);
  const settled = tips(vrm);
  const moments = [];
  let time = 0;
  for (const [number, wanted] of times.entries()) {
    for (; time < wanted; time += FRAME) {
      mover(time);
      vrm.update(FRAME);
    }
    moments.push(tips(vrm));
    for (const view of views) pictures[`${number}-${view}`] = stage(view);
  }
  const gaze = Object.fromEntries(gaze_deg.map(([yaw, pitch]) => [`${yaw},${pitch}`, eyes(vrm, yaw, pitch)]));
  pictures.third = stage("head");
  vrm.firstPerson?.setup();
  pictures.first = stage("head", vrm.firstPerson?.firstPersonOnlyLayer);
  return { rest, settled, moments, gaze, thumbnail: Boolean(vrm.meta.thumbnailImage ?? vrm.meta.texture), pictures };
};

async function player(loader, vrm, motion) {
  const [animation] = (await parse(loader, motion)).userData.vrmAnimations;
  const mixer = new THREE.AnimationMixer(vrm.scene);
  mixer.clipAction(createVRMAnimationClip(animation, vrm)).play();
  return (time) => mixer.setTime(time);
}

function shake(vrm, time) {
  vrm.humanoid.getNormalizedBoneNode("head").rotation.y = 0.7 * Math.sin(7 * time);
  vrm.humanoid.getNormalizedBoneNode("hips").rotation.y = 0.5 * Math.sin(6 * time);
}

// Where each swinging joint's bone points, in its parent's frame: at rest it is the rest pose's.
function tips(vrm) {
  vrm.scene.updateMatrixWorld(true);
  return Object.fromEntries(
    [...(vrm.springBoneManager?.joints ?? [])].map(({ bone }) => [bone.name, bone.quaternion.toArray()]),
  );
}

function eyes(vrm, yaw, pitch) {
  const { lookAt, humanoid } = vrm;
  if (!lookAt) return null;
  lookAt.yaw = yaw;
  lookAt.pitch = pitch;
  vrm.update(0);
  const turn = humanoid.getNormalizedBoneNode("leftEye")?.quaternion.toArray() ?? [0, 0, 0, 1];
  const weights = Object.fromEntries((vrm.expressionManager?.expressions ?? []).map((it) => [it.expressionName, it.weight]));
  lookAt.reset();
  return { leftEye: turn, weights };
}

function prepared(vrm, [width, height]) {
  const picture = lit(vrm, [width, height]);
  return (view, layer) => {
    const camera = aimed(vrm, view, width / height);
    if (layer !== undefined) {
      camera.layers.set(0);
      camera.layers.enable(layer);
    } else if (vrm.firstPerson) camera.layers.enable(vrm.firstPerson.thirdPersonOnlyLayer);
    return picture(camera);
  };
}

// "front", "back", "side" show the figure from hip to head, "whole" and "far" all of it, "head" its head.
function aimed(vrm, view, aspect) {
  vrm.scene.updateMatrixWorld(true);
  const place = (bone) => vrm.humanoid.getRawBoneNode(bone).getWorldPosition(new THREE.Vector3());
  const far = { head: 1.0, whole: 4.2, far: 15.0 }[view] ?? 2.2;
  const target = view === "head" ? place("head").add(new THREE.Vector3(0, 0.06, 0)) : place("hips").lerp(place("head"), 0.55);
  if (view === "whole" || view === "far") target.y = 0.85;
  const turn = { back: Math.PI, side: Math.PI / 2 }[view] ?? 0;
  const camera = new THREE.PerspectiveCamera(28, aspect, 0.05, 50);
  camera.position.copy(target).add(new THREE.Vector3(Math.sin(turn) * far, 0.02, Math.cos(turn) * far));
  camera.lookAt(target);
  return camera;
}
