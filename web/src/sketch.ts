// A model of few triangles over the vertices it has: joints, expressions and sliders move it as they move the whole. Processors
// that draw spend their time on triangles, not pixels; what moves is drawn of few, what stands still of all.
import type { MeshoptSimplifier } from "meshoptimizer/simplifier";
import { BufferAttribute, Group, Matrix4 } from "three";
import type { BufferGeometry, Camera, Mesh, Object3D, Scene } from "three";
import { SketchMesh } from "./sketch_mesh";
import type { StudioLight } from "./studio_light";

const TRIANGLES = 7000; // of the whole model
const FACE_COUNTS = 3; // times as much as other meshes: expressions are read there
const FACE_MORPHS = 20; // a mesh with more of them is a face
const FEWEST = 64; // smaller meshes stay whole: buttons, studs
const MOST_ERROR = 0.05; // of a mesh's size; what cannot be had for less keeps more triangles
const ATTRIBUTE_WEIGHTS = [0.3, 0.3, 0.3, 0.5, 0.5]; // normals, then places in the picture

type Simplifier = typeof MeshoptSimplifier;

/** Drawn by its own material, of few triangles. */
interface Drawing {
  geometry: BufferGeometry;
  whole: BufferAttribute;
  few: BufferAttribute;
}

export class Sketch {
  readonly group = new Group();

  private constructor(private readonly root: Object3D, private readonly drawings: Drawing[], private readonly stands: Mesh[], private readonly posed: SketchMesh[]) {
    for (const { drawn } of posed) this.group.add(drawn);
  }

  /** Null where the page forbids it. */
  static async of(root: Object3D, meshes: Mesh[]): Promise<Sketch | null> {
    const simplifier = await readySimplifier();
    if (!simplifier) return null;
    root.updateMatrixWorld(true);
    const geometries = [...new Set(meshes.map((mesh) => mesh.geometry))].filter(isSound);
    const total = geometries.reduce((sum, geometry) => sum + counted(geometry), 0);
    const drawings: Drawing[] = [];
    const posed = new Map<Mesh, SketchMesh>();
    for (const geometry of geometries) {
      const few = simplified(simplifier, geometry, (TRIANGLES * counted(geometry)) / total);
      const users = meshes.filter((mesh) => mesh.geometry === geometry);
      for (const mesh of users) {
        const made = await SketchMesh.of(mesh, few ?? Uint32Array.from(geometry.index!.array));
        if (made) posed.set(mesh, made);
      }
      if (few && !users.every((mesh) => posed.has(mesh))) drawings.push({ geometry, whole: geometry.index!, few: new BufferAttribute(few, 1) });
      await pause(); // the page goes on
    }
    return new Sketch(root, drawings, [...posed.keys()], [...posed.values()]);
  }

  /** Everything that `draw` draws of this scene is drawn of few triangles, as it stands now; lamps see it, too, if it is `shaded`. */
  during(scene: Scene, camera: Camera, light: StudioLight, shaded: boolean, draw: () => void): void {
    this.root.updateMatrixWorld();
    camera.updateMatrixWorld();
    const sight = { eye: camera.position, view: new Matrix4().multiplyMatrices(camera.projectionMatrix, camera.matrixWorldInverse), alone: !shaded };
    for (const mesh of this.posed) mesh.pose(light, sight);
    for (const { geometry, few } of this.drawings) geometry.index = few;
    const seen = this.stands.map(({ layers }) => layers.mask);
    for (const { layers } of this.stands) layers.disableAll();
    scene.add(this.group);
    try {
      draw();
    } finally {
      this.group.removeFromParent();
      this.stands.forEach(({ layers }, k) => (layers.mask = seen[k]!));
      for (const { geometry, whole } of this.drawings) geometry.index = whole;
    }
  }

  dispose(): void {
    for (const mesh of this.posed) mesh.dispose();
  }
}

/** Begun only where it is needed; null where the page allows no WebAssembly. */
async function readySimplifier(): Promise<Simplifier | null> {
  try {
    const { MeshoptSimplifier: simplifier } = await import("meshoptimizer/simplifier");
    await simplifier.ready;
    return simplifier.supported ? simplifier : null;
  } catch {
    return null;
  }
}

/** A damaged file is drawn by the card as far as it can be; the simplifier would read beyond its memory. */
function isSound({ index, attributes, groups }: BufferGeometry): boolean {
  const count = attributes.position?.count ?? 0;
  return index !== null && index.count % 3 === 0 && groups.every(({ start }) => start === 0) && index.array.every((vertex) => vertex < count);
}

/** Triangles, those with expressions more than once. */
function counted(geometry: BufferGeometry): number {
  const faces = (geometry.morphAttributes.position?.length ?? 0) > FACE_MORPHS;
  return (geometry.index!.count / 3) * (faces ? FACE_COUNTS : 1);
}

function simplified(simplifier: Simplifier, geometry: BufferGeometry, triangles: number): Uint32Array | null {
  const index = geometry.index!;
  const wanted = 3 * Math.max(Math.round(triangles), FEWEST);
  if (wanted >= index.count) return null;
  const position = valuesOf(geometry, "position", 3);
  const [few] = simplifier.simplifyWithAttributes(
    Uint32Array.from(index.array), position, 3, seams(geometry), ATTRIBUTE_WEIGHTS.length, ATTRIBUTE_WEIGHTS, null, wanted, MOST_ERROR,
  );
  return few.length && few.length < index.count ? few : null;
}

/** Normals and places in the picture, interleaved: where they jump, edges stay. */
function seams(geometry: BufferGeometry): Float32Array {
  const normals = valuesOf(geometry, "normal", 3);
  const places = valuesOf(geometry, "uv", 2);
  const count = geometry.attributes.position!.count;
  const together = new Float32Array(ATTRIBUTE_WEIGHTS.length * count);
  for (let vertex = 0, at = 0; vertex < count; vertex++) {
    for (let part = 0; part < 3; part++) together[at++] = normals[3 * vertex + part]!;
    for (let part = 0; part < 2; part++) together[at++] = places[2 * vertex + part]!;
  }
  return together;
}

/** What a file may have packed, as plain numbers; zeros where it has none. */
function valuesOf(geometry: BufferGeometry, name: string, size: number): Float32Array {
  const attribute = geometry.attributes[name];
  const values = new Float32Array(size * geometry.attributes.position!.count);
  if (!attribute) return values;
  for (let vertex = 0, at = 0; vertex < attribute.count; vertex++) {
    for (let part = 0; part < size; part++) values[at++] = attribute.getComponent(vertex, part);
  }
  return values;
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
