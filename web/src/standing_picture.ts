// The fine picture of what stands, where the processor draws: seconds of work. The page would wait for all of it before it can
// do anything else, so it is drawn beside the canvas, a few meshes at a time, and shown when it is whole; who moves something
// meanwhile waits for one part of it at most.
import { NoBlending, ShaderMaterial, SRGBColorSpace, Vector2, WebGLRenderTarget } from "three";
import type { BufferGeometry, GeometryGroup, WebGLRenderer } from "three";
import { FullScreenQuad } from "three/addons/postprocessing/Pass.js";
import { whenDrawn } from "./fence";

const SAMPLES = 4; // of a pixel, as many as a canvas has
const TRIANGLES_AT_ONCE = 6000;
const BEGINNING: Place = { call: 0, corner: 0 };

/** In all that a scene draws: the number of a call, and the corner of its triangles. */
interface Place {
  call: number;
  corner: number;
}

export class StandingPicture {
  private readonly quad = new FullScreenQuad(copying());
  private target: WebGLRenderTarget | null = null;
  private stopWaiting: (() => void) | null = null;

  constructor(private readonly renderer: WebGLRenderer) {}

  /** Draw what `draw` draws, at this many pixels of the canvas to one of the page; `done` is called when all of it is. */
  begin(draw: () => void, ratio: number, done: () => void): void {
    this.stop();
    const { x, y } = this.renderer.getSize(new Vector2());
    this.target ??= likeCanvas();
    this.target.setSize(Math.floor(ratio * x), Math.floor(ratio * y));
    const { autoClear } = this.renderer;
    const part = (from: Place) => {
      this.renderer.autoClear = autoClear && from === BEGINNING;
      const next = this.drawPart(draw, from);
      this.renderer.autoClear = autoClear;
      this.stopWaiting = whenDrawn(this.renderer.getContext() as WebGL2RenderingContext, () => {
        this.stopWaiting = null;
        if (next) part(next);
        else done();
      });
    };
    part(BEGINNING);
  }

  /** What is drawn of it is dropped. */
  stop(): void {
    this.stopWaiting?.();
    this.stopWaiting = null;
  }

  /** Put it on the canvas. */
  show(): void {
    (this.quad.material as ShaderMaterial).uniforms.picture!.value = this.target!.texture;
    this.quad.render(this.renderer);
    this.target!.dispose(); // as much memory as the canvas has
  }

  dispose(): void {
    this.stop();
    this.target?.dispose();
    this.quad.material.dispose();
    this.quad.dispose();
  }

  /** Draw as much as is sensible at once of what comes from there on; where shadows must fall anew, these alone. Where to go on; null at the end. */
  private drawPart(draw: () => void, from: Place): Place | null {
    const { renderer } = this;
    const direct = renderer.renderBufferDirect;
    let room = renderer.shadowMap.needsUpdate ? 0 : 3 * TRIANGLES_AT_ONCE;
    let next = from, calls = 0;
    renderer.renderBufferDirect = (seenFrom, place, geometry, material, object, group) => {
      const issue = () => direct.call(renderer, seenFrom, place, geometry, material, object, group);
      if (place === null) return issue(); // of a shadow
      if (calls++ !== next.call || !room) return;
      const { start, end } = rangeOf(geometry, group);
      const [first, { start: before, count }] = [start + next.corner, geometry.drawRange];
      const last = Math.max(Math.min(end, first + room), first);
      geometry.setDrawRange(first, last - first);
      issue();
      geometry.setDrawRange(before, count);
      room -= last - first;
      next = last < end ? { call: next.call, corner: last - start } : { call: next.call + 1, corner: 0 };
    };
    renderer.setRenderTarget(this.target);
    try {
      draw();
    } finally {
      renderer.renderBufferDirect = direct;
      renderer.setRenderTarget(null);
    }
    return next.call < calls ? next : null;
  }
}

/** What a call draws of this geometry. */
function rangeOf({ index, attributes, drawRange }: BufferGeometry, group: GeometryGroup | null) {
  const start = Math.max(drawRange.start, group?.start ?? 0);
  const end = Math.min(index?.count ?? attributes.position?.count ?? 0, drawRange.start + drawRange.count, group ? group.start + group.count : Infinity);
  return { start, end };
}

/** Three draws for headsets as for a canvas, with the same programs and colours: tones mapped, and coded for the screen. */
function likeCanvas(): WebGLRenderTarget {
  const options = { samples: SAMPLES, colorSpace: SRGBColorSpace, internalFormat: "RGBA8", resolveDepthBuffer: false } as const; // coded by the programs, not by the card
  const target = new WebGLRenderTarget(1, 1, options);
  return Object.assign(target, { isXRRenderTarget: true });
}

function copying(): ShaderMaterial {
  return new ShaderMaterial({
    uniforms: { picture: { value: null } },
    blending: NoBlending,
    depthTest: false,
    depthWrite: false,
    toneMapped: false,
    vertexShader: "varying vec2 place; void main() { place = uv; gl_Position = vec4(position.xy, 0.0, 1.0); }",
    fragmentShader: "uniform sampler2D picture; varying vec2 place; void main() { gl_FragColor = texture2D(picture, place); }",
  });
}
