// What the pages share: a file's content as a glTF, and a lit scene that can be photographed.
import * as THREE from "three";

export async function parse(loader, base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return loader.parseAsync(bytes.buffer, "");
}

// A function that takes a picture of the figure with a camera.
export function lit(vrm, [width, height]) {
  const renderer = new THREE.WebGLRenderer({
    canvas: document.querySelector("canvas"), antialias: true, preserveDrawingBuffer: true,
  });
  renderer.setSize(width, height);
  const scene = new THREE.Scene();
  scene.background = new THREE.Color(0xdddddd);
  const sun = new THREE.DirectionalLight(0xffffff, 2.2);
  sun.position.set(0.5, 1, 1.5);
  scene.add(vrm.scene, sun, new THREE.AmbientLight(0xffffff, 1.0));
  return (camera) => {
    renderer.render(scene, camera);
    renderer.getContext().readPixels(0, 0, 1, 1, 6408, 5121, new Uint8Array(4)); // waits until all is drawn
    return renderer.domElement.toDataURL("image/png");
  };
}
