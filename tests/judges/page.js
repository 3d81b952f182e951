// Runs in the browser: window.judge loads a VRM, lists what three-vrm found in it and takes pictures.
import * as THREE from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import { VRMLoaderPlugin, VRMMetaLoaderPlugin, VRMUtils } from "@pixiv/three-vrm";
import { lit, parse } from "./stage.js";

window.judge = async ({ base64, expression, view, size }) => {
  const vrm = await load(base64);
  const draw = stage(vrm, view, size);
  const pictures = { neutral: draw() };
  if (expression) {
    if (!vrm.expressionManager?.getExpression(expression)) throw new Error(`no expression named ${expression}`);
    vrm.expressionManager.setValue(expression, 1);
    vrm.update(0);
    pictures.expressive = draw();
  }
  const { thumbnailImage, texture, ...meta } = vrm.meta;
  return {
    humanBones: Object.keys(vrm.humanoid.humanBones),
    expressions: Object.keys(vrm.expressionManager?.expressionMap ?? {}),
    meta: { ...meta, hasThumbnail: Boolean(thumbnailImage ?? texture) },
    pictures,
  };
};

async function load(base64) {
  const loader = new GLTFLoader();
  loader.register((parser) => {
    const metaPlugin = new VRMMetaLoaderPlugin(parser, { needThumbnailImage: true });
    return new VRMLoaderPlugin(parser, { metaPlugin });
  });
  const { vrm } = (await parse(loader, base64)).userData;
  if (!vrm) throw new Error("three-vrm found no VRM in this file");
  VRMUtils.rotateVRM0(vrm);
  return vrm;
}

function stage(vrm, view, [width, height]) {
  const picture = lit(vrm, [width, height]);
  vrm.update(0);
  vrm.scene.updateMatrixWorld(true);
  const camera = frame(vrm, view, width / height);
  return () => picture(camera);
}

function frame(vrm, view, aspect) {
  const camera = new THREE.PerspectiveCamera(25, aspect, 0.05, 50);
  const head = vrm.humanoid.getRawBoneNode("head").getWorldPosition(new THREE.Vector3());
  const target = view === "face" ? head.clone().add(new THREE.Vector3(0, 0.08, 0)) : new THREE.Vector3(0, head.y * 0.55, 0);
  const distance = view === "face" ? 0.9 : head.y * 2.9;
  camera.position.copy(target).add(new THREE.Vector3(0, 0, distance));
  camera.lookAt(target);
  return camera;
}
