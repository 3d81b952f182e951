// How large a figure is and where its head is, as it stands now. The rules are those of the project's own pictures
// (render/framing.py).
import { Box3, Vector3 } from "three";
import type { Mesh, Object3D, SkinnedMesh } from "three";

const STRIP = 0.03; // half width of what lies before the head's joint, of the figure's height
const LOWEST_CHIN = 0.6; // below the joint, of the way from the joint to the crown
const LEAST_HEAD = 0.08;
const LARGEST_HEAD = 0.45; // of the figure's height
const HEADS_TALL = 7.5; // for figures whose head nobody names

/** All in world space. `chin` lies under the middle of the head; `headHeight` reaches from there to the crown, hair included. */
export interface Measures {
  whole: Box3;
  chin: Vector3;
  headHeight: number;
}

export function measure(meshes: Mesh[], head: Object3D | null): Measures {
  const whole = new Box3();
  const carried = new Set<Object3D>();
  head?.traverse((node) => carried.add(node));
  const joint = head?.getWorldPosition(new Vector3()) ?? null;
  const ofHead: Vector3[] = [];
  for (const mesh of meshes) {
    eachPoint(mesh, carried, (point, onHead) => {
      whole.expandByPoint(point);
      if (onHead) ofHead.push(point.clone());
    });
  }
  if (whole.isEmpty()) whole.set(new Vector3(-0.4, 0, -0.2), new Vector3(0.4, 1.7, 0.2));
  return joint && ofHead.length ? withHead(whole, joint, ofHead) : withoutHead(whole);
}

function withHead(whole: Box3, joint: Vector3, points: Vector3[]): Measures {
  const tall = whole.max.y - whole.min.y;
  let crown = joint.y;
  let chin = joint.y;
  for (const { x, y, z } of points) {
    if (Math.hypot(x - joint.x, z - joint.z) < 0.1 * tall) crown = Math.max(crown, y); // ears and horns further out do not count
    if (Math.abs(x - joint.x) < STRIP * tall && z > joint.z) chin = Math.min(chin, y); // where no hair hangs
  }
  chin = Math.max(chin, joint.y - LOWEST_CHIN * (crown - joint.y));
  const headHeight = Math.min(Math.max(crown - chin, LEAST_HEAD * tall), LARGEST_HEAD * tall);
  return { whole, chin: new Vector3(joint.x, crown - headHeight, joint.z), headHeight };
}

function withoutHead(whole: Box3): Measures {
  const size = whole.getSize(new Vector3());
  const middle = whole.getCenter(new Vector3());
  const headHeight = size.z < size.y ? size.y / HEADS_TALL : size.y; // what walks on four legs is shown whole
  return { whole, chin: new Vector3(middle.x, whole.max.y - headHeight, middle.z), headHeight };
}

function eachPoint(mesh: Mesh, carried: Set<Object3D>, use: (point: Vector3, onHead: boolean) => void): void {
  const { position, skinIndex, skinWeight } = mesh.geometry.attributes;
  const onHead = (mesh as SkinnedMesh).skeleton?.bones.map((bone) => carried.has(bone)) ?? [];
  const point = new Vector3();
  for (let k = 0; k < (position?.count ?? 0); k++) {
    mesh.getVertexPosition(k, point).applyMatrix4(mesh.matrixWorld);
    use(point, Boolean(skinIndex && skinWeight && skinWeight.getX(k) > 0.5 && onHead[skinIndex.getX(k)]));
  }
}
