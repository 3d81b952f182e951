// One mesh of a sketch: only the vertices that its few triangles need. The processor morphs, bends and lights them, about a
// microsecond each; a card that is the processor, too, takes ten times as long for it.
import { BufferAttribute, BufferGeometry, DoubleSide, DynamicDrawUsage, FrontSide, Matrix4, Mesh, Vector2 } from "three";
import type { Material, MeshPhysicalMaterial, MeshStandardMaterial, ShaderMaterial, SkinnedMesh, Texture, Vector3 } from "three";
import { cheapened, roughnessAt } from "./sketch_material";
import type { StudioLight, Surface } from "./studio_light";

const UNSEEN = 1e-5; // metres, and shares of an expression
const UNMOVED = new Matrix4().elements;
const BONES = 4; // of a vertex

/** From where it is seen: the eye in the world, and from the world to the picture; `alone`: nothing else sees it, as lamps would. */
export interface Sight {
  eye: Vector3;
  view: Matrix4;
  alone: boolean;
}

export class SketchMesh {
  readonly drawn: Mesh<BufferGeometry, ShaderMaterial>;
  private readonly position: BufferAttribute;
  private readonly light: BufferAttribute;
  private readonly joints: Uint16Array;
  private readonly weights: Float32Array;
  private readonly morphs = new Map<number, { places: Float32Array; normals: Float32Array | null }>();
  private readonly places: Float32Array;
  private readonly normals: Float32Array;
  private readonly triangles: Uint32Array;
  private readonly outside: Uint8Array;
  private state: number[] = []; // when it was posed last
  private matrices = new Float32Array();
  private lit: StudioLight | null = null;

  private constructor(
    private readonly mesh: Mesh, private readonly vertices: Uint32Array, geometry: BufferGeometry, material: ShaderMaterial,
    private readonly surface: Surface, private readonly roughness: Float32Array, private readonly tint: Float32Array,
  ) {
    const count = vertices.length;
    this.position = new BufferAttribute(new Float32Array(3 * count), 3).setUsage(DynamicDrawUsage);
    this.light = new BufferAttribute(new Float32Array(4 * count), 4).setUsage(DynamicDrawUsage);
    geometry.setAttribute("position", this.position).setAttribute("light", this.light);
    this.triangles = Uint32Array.from(geometry.index!.array);
    this.outside = new Uint8Array(count);
    this.places = new Float32Array(3 * count);
    this.normals = new Float32Array(3 * count);
    const { skinIndex, skinWeight } = mesh.geometry.attributes;
    this.joints = Uint16Array.from(gathered(skinIndex, vertices, BONES));
    this.weights = gathered(skinWeight, vertices, BONES);
    this.drawn = new Mesh(geometry, material);
    this.drawn.matrixAutoUpdate = this.drawn.frustumCulled = false; // its vertices are in the world
    this.drawn.castShadow = true;
    this.drawn.renderOrder = mesh.renderOrder;
  }

  /** Null where the material is one that must be drawn as it is. */
  static async of(mesh: Mesh, few: Uint32Array): Promise<SketchMesh | null> {
    const material = mesh.material;
    if (!isPlain(material) || mesh.matrixWorld.determinant() < 0) return null; // a mirrored mesh is seen from its other side
    const [vertices, index] = compacted(few);
    const geometry = new BufferGeometry().setIndex(new BufferAttribute(index, 1).setUsage(DynamicDrawUsage));
    const places = gathered(mesh.geometry.attributes[material.map?.channel ? `uv${material.map.channel}` : "uv"], vertices, 2);
    if (material.map) placed(places, material.map);
    geometry.setAttribute("uv", new BufferAttribute(places, 2));
    const specular = "specularIntensity" in material ? (material as MeshPhysicalMaterial).specularIntensity : 1;
    const surface = { metal: material.metalness > 0.5 && !material.metalnessMap, specular };
    const roughness = await roughnessAt(places, material);
    const tint = tints(mesh, material, vertices);
    return new SketchMesh(mesh, vertices, geometry, await cheapened(material), surface, roughness, tint);
  }

  /** As the mesh stands now. `sight` draws only what can be seen from there; what stands as before is left as it is. */
  pose(light: StudioLight, sight: Sight): void {
    const matrices = matricesOf(this.mesh);
    const { position: places, normal } = this.mesh.geometry.attributes;
    const state = [...sight.eye, ...sight.view.elements, Number(sight.alone), ...(this.mesh.morphTargetInfluences ?? []), versionOf(places), versionOf(normal)];
    if (light === this.lit && alike(state, this.state) && alike(matrices, this.matrices)) return;
    [this.state, this.matrices, this.lit] = [state, matrices.slice(), light];
    this.takeShape();
    this.bend(matrices, light, sight.eye);
    const { index } = this.drawn.geometry;
    const count = sight.alone ? this.choose(sight) : (index!.array.set(this.triangles), this.triangles.length);
    this.drawn.geometry.setDrawRange(0, count);
    this.drawn.visible = count > 0;
    this.position.needsUpdate = this.light.needsUpdate = index!.needsUpdate = true;
  }

  /** Index of the triangles that are in the picture and not turned away; how many numbers that are. */
  private choose({ eye, view }: Sight): number {
    const place = this.position.array;
    const m = view.elements;
    const outside = this.outside;
    for (let vertex = 0, at = 0; vertex < outside.length; vertex++, at += 3) {
      const x = place[at]!, y = place[at + 1]!, z = place[at + 2]!;
      const w = m[3]! * x + m[7]! * y + m[11]! * z + m[15]!;
      const across = m[0]! * x + m[4]! * y + m[8]! * z + m[12]!;
      const up = m[1]! * x + m[5]! * y + m[9]! * z + m[13]!;
      outside[vertex] = (across > w ? 1 : 0) | (across < -w ? 2 : 0) | (up > w ? 4 : 0) | (up < -w ? 8 : 0);
    }
    const { triangles } = this;
    const index = this.drawn.geometry.index!.array;
    const turns = this.drawn.material.side === FrontSide;
    let count = 0;
    for (let t = 0; t < triangles.length; t += 3) {
      const a = triangles[t]!, b = triangles[t + 1]!, c = triangles[t + 2]!;
      if (outside[a]! & outside[b]! & outside[c]!) continue;
      if (turns) {
        const x = place[3 * a]!, y = place[3 * a + 1]!, z = place[3 * a + 2]!;
        const ux = place[3 * b]! - x, uy = place[3 * b + 1]! - y, uz = place[3 * b + 2]! - z;
        const vx = place[3 * c]! - x, vy = place[3 * c + 1]! - y, vz = place[3 * c + 2]! - z;
        if ((uy * vz - uz * vy) * (eye.x - x) + (uz * vx - ux * vz) * (eye.y - y) + (ux * vy - uy * vx) * (eye.z - z) <= 0) continue;
      }
      index[count++] = a;
      index[count++] = b;
      index[count++] = c;
    }
    return count;
  }

  private bend(matrices: Float32Array, light: StudioLight, eye: Vector3): void {
    const { joints, weights, places, normals, surface, roughness, tint } = this;
    const position = this.position.array as Float32Array;
    const shine = this.light.array as Float32Array;
    const flips = this.drawn.material.side === DoubleSide;
    const bones = matrices.length === 16 ? 1 : BONES;
    for (let vertex = 0, at = 0; vertex < this.vertices.length; vertex++, at += 3) {
      const px = places[at]!, py = places[at + 1]!, pz = places[at + 2]!;
      const mx = normals[at]!, my = normals[at + 1]!, mz = normals[at + 2]!;
      let x = 0, y = 0, z = 0, nx = 0, ny = 0, nz = 0;
      for (let bone = 0; bone < bones; bone++) {
        const weight = bones === 1 ? 1 : weights[BONES * vertex + bone]!;
        if (!weight) continue;
        const m = bones === 1 ? 0 : 16 * joints[BONES * vertex + bone]!;
        const a = matrices[m]!, b = matrices[m + 1]!, c = matrices[m + 2]!;
        const d = matrices[m + 4]!, e = matrices[m + 5]!, f = matrices[m + 6]!;
        const g = matrices[m + 8]!, h = matrices[m + 9]!, i = matrices[m + 10]!;
        x += weight * (a * px + d * py + g * pz + matrices[m + 12]!);
        y += weight * (b * px + e * py + h * pz + matrices[m + 13]!);
        z += weight * (c * px + f * py + i * pz + matrices[m + 14]!);
        nx += weight * (a * mx + d * my + g * mz);
        ny += weight * (b * mx + e * my + h * mz);
        nz += weight * (c * mx + f * my + i * mz);
      }
      position[at] = x;
      position[at + 1] = y;
      position[at + 2] = z;
      let vx = eye.x - x, vy = eye.y - y, vz = eye.z - z;
      const near = 1 / Math.sqrt(vx * vx + vy * vy + vz * vz + 1e-12);
      vx *= near;
      vy *= near;
      vz *= near;
      let long = 1 / Math.sqrt(nx * nx + ny * ny + nz * nz + 1e-12);
      if (flips && nx * vx + ny * vy + nz * vz < 0) long = -long;
      light.shine(shine, 4 * vertex, nx * long, ny * long, nz * long, vx, vy, vz, surface, roughness[vertex]!);
      for (let part = 0; part < 3; part++) shine[4 * vertex + part]! *= tint[at + part]!;
    }
  }

  dispose(): void {
    this.drawn.geometry.dispose();
    this.drawn.material.dispose();
    (this.drawn.material.uniforms.map!.value as Texture | null)?.dispose();
  }

  /** Vertices as sliders have left them, and as expressions move them. */
  private takeShape(): void {
    const { geometry, morphTargetInfluences } = this.mesh;
    gathered(geometry.attributes.position, this.vertices, 3, this.places);
    gathered(geometry.attributes.normal, this.vertices, 3, this.normals);
    (morphTargetInfluences ?? []).forEach((weight, number) => {
      if (!weight || !geometry.morphAttributes.position?.[number]) return;
      const { places, normals } = this.morph(number);
      for (let k = 0; k < places.length; k++) this.places[k]! += weight * places[k]!;
      if (normals) for (let k = 0; k < normals.length; k++) this.normals[k]! += weight * normals[k]!;
    });
  }

  private morph(number: number) {
    const known = this.morphs.get(number);
    if (known) return known;
    const { position, normal } = this.mesh.geometry.morphAttributes;
    const made = { places: gathered(position![number], this.vertices, 3), normals: normal?.[number] ? gathered(normal[number], this.vertices, 3) : null };
    this.morphs.set(number, made);
    return made;
  }
}

/** Skin, cloth, hair, leather: not eyes, which mirror the room, nor what is drawn by lines. */
function isPlain(material: Material | Material[]): material is MeshStandardMaterial {
  if (Array.isArray(material) || !("isMeshStandardMaterial" in material)) return false;
  const { clearcoat, transmission } = material as MeshPhysicalMaterial;
  return !clearcoat && !transmission;
}

function alike(now: ArrayLike<number>, before: ArrayLike<number>): boolean {
  if (now.length !== before.length) return false;
  for (let k = 0; k < now.length; k++) if (Math.abs(now[k]! - before[k]!) > UNSEEN) return false;
  return true;
}

function versionOf(attribute: BufferGeometry["attributes"][string] | undefined): number {
  return (attribute as BufferAttribute | undefined)?.version ?? 0; // packed ones stay as the file has them
}

/** The vertices that are used, and the triangles over these. */
function compacted(few: Uint32Array): [Uint32Array, Uint32Array] {
  const numbers = new Map<number, number>();
  const index = few.map((vertex) => {
    if (!numbers.has(vertex)) numbers.set(vertex, numbers.size);
    return numbers.get(vertex)!;
  });
  return [Uint32Array.from(numbers.keys()), index];
}

function gathered(attribute: BufferGeometry["attributes"][string] | undefined, vertices: Uint32Array, size: number, into: Float32Array = new Float32Array(size * vertices.length)): Float32Array {
  if (!attribute) return into;
  const { array, normalized } = attribute;
  const direct = array instanceof Float32Array && !normalized && attribute.itemSize === size && "isBufferAttribute" in attribute;
  for (let k = 0, at = 0; k < vertices.length; k++) {
    const from = size * vertices[k]!;
    for (let part = 0; part < size; part++) into[at++] = direct ? array[from + part]! : attribute.getComponent(vertices[k]!, part);
  }
  return into;
}

/** Places in the picture, moved and turned as the file says. */
function placed(places: Float32Array, picture: Texture): void {
  if (picture.matrixAutoUpdate) picture.updateMatrix();
  const point = new Vector2();
  for (let at = 0; at < places.length; at += 2) {
    point.set(places[at]!, places[at + 1]!).applyMatrix3(picture.matrix);
    [places[at], places[at + 1]] = [point.x, point.y];
  }
}

/** Colour of each vertex: the material's, and the mesh's own. */
function tints(mesh: Mesh, { color, vertexColors }: MeshStandardMaterial, vertices: Uint32Array): Float32Array {
  const own = vertexColors && mesh.geometry.attributes.color ? gathered(mesh.geometry.attributes.color, vertices, 3) : null;
  const tint = new Float32Array(3 * vertices.length);
  for (let at = 0; at < tint.length; at++) tint[at] = [color.r, color.g, color.b][at % 3]! * (own?.[at] ?? 1);
  return tint;
}

/** For each bone, from the mesh as it lies in the file to the world; one alone where nothing bends. */
function matricesOf(mesh: Mesh): Float32Array {
  const { skeleton, bindMatrix, bindMatrixInverse } = mesh as SkinnedMesh;
  if (!skeleton) return Float32Array.from(mesh.matrixWorld.elements);
  skeleton.update();
  const before = new Matrix4().multiplyMatrices(mesh.matrixWorld, bindMatrixInverse);
  if (alike(before.elements, UNMOVED) && alike(bindMatrix.elements, UNMOVED)) return skeleton.boneMatrices as Float32Array;
  const all = new Float32Array(16 * skeleton.bones.length);
  const one = new Matrix4();
  for (let bone = 0; bone < skeleton.bones.length; bone++) {
    one.fromArray(skeleton.boneMatrices as unknown as number[], 16 * bone).premultiply(before).multiply(bindMatrix);
    one.toArray(all, 16 * bone);
  }
  return all;
}
