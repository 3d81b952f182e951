// Light like in a portrait studio: a key with soft shadow, a fill, a rim from behind, and softboxes for eyes to reflect.
import * as THREE from "three";
import { LightProbeGenerator } from "three/addons/lights/LightProbeGenerator.js";
import { StudioLight } from "./studio_light";

const SHADOW_PX = 2048;
const ROOM_PX = 32; // of each wall, where the room's light is measured
const GROUND_SHADE = 0.22;
const FULL_LIGHT = Math.PI; // three counts light so that a white surface facing this is white

/** What the lit and the drawn look need of each light. */
const LOOKS = {
  lit: { key: 0.72 * FULL_LIGHT, fill: 0.1 * FULL_LIGHT, rim: 0.6 * FULL_LIGHT, around: 0, environment: 0.52 },
  toon: { key: 0.84 * FULL_LIGHT, fill: 0, rim: 0, around: 0.34 * FULL_LIGHT, environment: 0.5 },
};

export class Studio {
  private readonly key = new THREE.DirectionalLight(0xfff4ea);
  private readonly fill = new THREE.DirectionalLight(0xdfe9ff);
  private readonly rim = new THREE.DirectionalLight(0xeaf2ff);
  private readonly around = new THREE.AmbientLight(0xffffff);
  private readonly ground: THREE.Mesh;
  private readonly contact: THREE.Mesh;
  private told: StudioLight | null = null;
  private room: THREE.SphericalHarmonics3 | null = null; // what the room sheds from every side

  constructor(private readonly scene: THREE.Scene, renderer: THREE.WebGLRenderer) {
    scene.environment = reflections(renderer);
    this.key.castShadow = true;
    this.key.shadow.mapSize.set(SHADOW_PX, SHADOW_PX);
    this.key.shadow.bias = -0.0004;
    this.key.shadow.normalBias = 0.012;
    this.key.shadow.radius = 5;
    this.ground = new THREE.Mesh(new THREE.PlaneGeometry(1, 1), new THREE.ShadowMaterial({ opacity: GROUND_SHADE }));
    this.contact = new THREE.Mesh(new THREE.PlaneGeometry(1, 1), contactMaterial());
    for (const flat of [this.ground, this.contact]) flat.rotation.x = -Math.PI / 2;
    this.ground.receiveShadow = true;
    scene.add(this.key, this.key.target, this.fill, this.rim, this.around, this.ground, this.contact);
  }

  /** Set the lights around a subject of that size. */
  fit(whole: THREE.Box3, toon: boolean): void {
    const size = whole.getSize(new THREE.Vector3());
    const middle = whole.getCenter(new THREE.Vector3());
    const radius = 0.5 * size.length();
    this.place(this.key, middle, [0.75, 1.25, 1.5], radius);
    this.place(this.fill, middle, [-1.6, 0.35, 1.1], radius);
    this.place(this.rim, middle, [-0.9, 1.1, -1.6], radius);
    const { left, right, top, bottom, near, far } = { left: -radius, right: radius, top: radius, bottom: -radius, near: 0.1 * radius, far: 6 * radius };
    Object.assign(this.key.shadow.camera, { left, right, top, bottom, near, far });
    this.key.shadow.camera.updateProjectionMatrix();
    this.ground.scale.setScalar(12 * radius);
    this.ground.position.set(middle.x, whole.min.y, middle.z);
    this.contact.scale.set(0.55 * size.y, 0.42 * size.y, 1);
    this.contact.position.set(middle.x, whole.min.y + 0.001 * size.y, middle.z);
    this.shine(toon ? LOOKS.toon : LOOKS.lit);
  }

  /** Learn, once, what the processor needs to light a figure; where the card does not tell, it has no light of its own. */
  async measure(renderer: THREE.WebGLRenderer): Promise<void> {
    this.room ??= await harmonics(renderer).catch(() => null);
  }

  /** The same light as numbers; null until it is measured. */
  get light(): StudioLight | null {
    return (this.told ??= this.tell());
  }

  private tell(): StudioLight | null {
    if (!this.room) return null;
    const lamps = [this.key, this.fill, this.rim].filter(({ intensity }) => intensity > 0).map((lamp) => ({
      toward: lamp.position.clone().sub(lamp.target.position).normalize(),
      color: lamp.color.clone().multiplyScalar(lamp.intensity),
    }));
    return new StudioLight(lamps, this.around.color.clone().multiplyScalar(this.around.intensity), this.room, this.scene.environmentIntensity);
  }

  dispose(): void {
    this.scene.environment?.dispose();
    this.key.dispose();
  }

  private shine(look: (typeof LOOKS)["lit"]): void {
    this.key.intensity = look.key;
    this.fill.intensity = look.fill;
    this.rim.intensity = look.rim;
    this.around.intensity = look.around;
    this.scene.environmentIntensity = look.environment;
    this.told = null;
  }

  private place(light: THREE.DirectionalLight, middle: THREE.Vector3, toward: [number, number, number], radius: number): void {
    light.position.copy(middle).addScaledVector(new THREE.Vector3(...toward).normalize(), 3 * radius);
    light.target.position.copy(middle);
    light.target.updateMatrixWorld();
  }
}

/** The room as blurred reflections. */
function reflections(renderer: THREE.WebGLRenderer): THREE.Texture {
  const room = softboxRoom();
  const generator = new THREE.PMREMGenerator(renderer);
  const { texture } = generator.fromScene(room, 0.02);
  generator.dispose();
  clear(room);
  return texture;
}

/** The room's light by direction, as nine numbers a colour. */
async function harmonics(renderer: THREE.WebGLRenderer): Promise<THREE.SphericalHarmonics3> {
  const room = softboxRoom();
  const target = new THREE.WebGLCubeRenderTarget(ROOM_PX, { type: THREE.FloatType });
  new THREE.CubeCamera(0.1, 100, target).update(renderer, room);
  const { sh } = await LightProbeGenerator.fromCubeRenderTarget(renderer, target);
  target.dispose();
  clear(room);
  return sh;
}

/** A dark room with three softboxes. */
function softboxRoom(): THREE.Scene {
  const room = new THREE.Scene();
  const shell = new THREE.Mesh(new THREE.SphereGeometry(10, 32, 16), skyMaterial());
  return room.add(shell, softbox(9, [4, 5, 6], [3, 3]), softbox(2.6, [-7, 2, 4], [3, 5]), softbox(5, [-3, 5, -7], [5, 2]));
}

function clear(room: THREE.Scene): void {
  room.traverse((object) => {
    const mesh = object as THREE.Mesh;
    mesh.geometry?.dispose();
    (mesh.material as THREE.Material | undefined)?.dispose();
  });
}

function skyMaterial(): THREE.ShaderMaterial {
  return new THREE.ShaderMaterial({
    side: THREE.BackSide,
    vertexShader: "varying vec3 v; void main() { v = normalize(position); gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0); }",
    fragmentShader: "varying vec3 v; void main() { gl_FragColor = vec4(mix(vec3(0.34, 0.32, 0.31), vec3(0.86, 0.9, 0.96), smoothstep(-0.6, 0.8, v.y)), 1.0); }",
  });
}

function softbox(brightness: number, place: [number, number, number], [wide, high]: [number, number]): THREE.Mesh {
  const color = new THREE.Color().setScalar(brightness);
  const box = new THREE.Mesh(new THREE.PlaneGeometry(wide, high), new THREE.MeshBasicMaterial({ color, side: THREE.DoubleSide }));
  box.position.set(...place);
  box.lookAt(0, 0, 0);
  return box;
}

/** The dimness where soles nearly touch the ground, which a lamp's shadow alone does not give. */
function contactMaterial(): THREE.ShaderMaterial {
  return new THREE.ShaderMaterial({
    transparent: true,
    depthWrite: false,
    vertexShader: "varying vec2 v; void main() { v = uv * 2.0 - 1.0; gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0); }",
    fragmentShader: "varying vec2 v; void main() { float d = max(1.0 - length(v), 0.0); gl_FragColor = vec4(0.0, 0.0, 0.0, 0.34 * d * d); }",
  });
}
