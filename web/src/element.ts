// <avatarkit-viewer>: the custom element that pages use. README.md describes it.
import { Quaternion } from "three";
import type { VRMHumanBoneName } from "@pixiv/three-vrm";
import { Blinking } from "./alive";
import { backdropStyle, paintBackdrop } from "./backdrop";
import { VIEWS } from "./camera_crew";
import type { View } from "./camera_crew";
import { splitContainer } from "./container";
import { Follower } from "./live";
import { Model } from "./model";
import type { ModelFacts } from "./model";
import { readMoment } from "./moment";
import type { Moment } from "./moment";
import { Stage } from "./stage";

const MOST_FLOOR = 0.3; // of the height
const SWING_S = 2.5; // so long springs are given to come to rest
const SHARPNESS = 8; // samples of a texture seen aslant
const SHARPNESS_BY_SOFTWARE = 2; // where the processor takes them one by one
const LABEL = "3-D view of the avatar. Arrow keys turn it, plus and minus zoom, 1, 2 and 3 show face, bust and body.";

const TEMPLATE = `
<style>
  :host { display: block; position: relative; overflow: hidden; min-height: 12rem; contain: content; border-radius: inherit; }
  :host([hidden]) { display: none; }
  canvas { position: absolute; inset: 0; width: 100%; height: 100%; display: block; outline: none; cursor: grab; opacity: 0; transition: opacity 0.25s; }
  canvas.ready { opacity: 1; }
  canvas:active { cursor: grabbing; }
  canvas:focus-visible { box-shadow: inset 0 0 0 3px #2563eb; }
  p { position: absolute; inset: auto 1rem 1rem; margin: 0 auto; width: fit-content; max-width: calc(100% - 2rem); padding: 0.5rem 0.9rem;
      box-sizing: border-box; border-radius: 0.6rem; background: #111827e6; color: #fff; font: 0.875rem/1.4 system-ui, sans-serif; }
  p:empty { display: none; }
  i { position: absolute; inset: 0; margin: auto; width: 2.2rem; height: 2.2rem; border-radius: 50%; border: 3px solid #0002; border-top-color: #2563eb; display: none; animation: turn 0.9s linear infinite; }
  :host([busy]) i { display: block; }
  @keyframes turn { to { rotate: 1turn; } }
  @media (prefers-reduced-motion: reduce) { i { animation-duration: 6s; } canvas { transition: none; } }
</style>
<canvas tabindex="0" role="application"></canvas><i aria-hidden="true"></i><p role="status"></p>`;

export class AvatarkitViewer extends HTMLElement {
  static readonly observedAttributes = ["src", "view", "follow", "background", "aria-label"];

  private readonly canvas: HTMLCanvasElement;
  private readonly message: HTMLElement;
  private readonly reduced = window.matchMedia("(prefers-reduced-motion: reduce)");
  private readonly resized = new ResizeObserver(() => this.fit());
  private readonly blinking = new Blinking(() => this.stage?.stir());
  private stage: Stage | null = null;
  private model: Model | null = null;
  private follower: Follower | null = null;
  private wanted = 0; // number of the newest load; older ones are dropped when they come late
  private swingUntil = 0;
  private lastSliderMs = 0;
  private latencyMs = 0;
  private moment: Moment | null = null; // the newest, not yet shown
  private shown: Moment | null = null;
  private led = false; // by live moments

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.innerHTML = TEMPLATE;
    this.canvas = root.querySelector("canvas")!;
    this.message = root.querySelector("p")!;
    this.canvas.addEventListener("keydown", (event) => this.onKey(event));
  }

  connectedCallback(): void {
    this.paint();
    if (!this.startStage()) return;
    this.resized.observe(this);
    this.fit();
    if (this.getAttribute("src")) void this.load(this.getAttribute("src")!).catch(() => undefined);
    if (this.getAttribute("follow")) this.follow(this.getAttribute("follow")!);
  }

  disconnectedCallback(): void {
    this.wanted += 1;
    this.unfollow();
    this.resized.disconnect();
    this.blinking.run(false);
    this.model?.dispose();
    this.stage?.dispose();
    this.model = this.stage = null;
  }

  attributeChangedCallback(name: string, before: string | null, value: string | null): void {
    if (name === "background" || name === "aria-label") this.paint();
    if (!this.stage || before === value) return;
    if (name === "src" && value) void this.load(value).catch(() => undefined);
    if (name === "view" && value) this.look(value as View);
    if (name === "follow") value ? this.follow(value) : this.unfollow();
  }

  /** Show a GLB or VRM; what is shown goes on being shown until the new one is there. */
  async load(url: string): Promise<ModelFacts> {
    const number = ++this.wanted;
    this.toggleAttribute("busy", true);
    this.message.textContent = "";
    try {
      const model = await Model.load(url);
      await this.stage?.prepare(model.scene);
      if (this.stage?.slow) await model.makeSketch((group) => this.stage!.prepare(group));
      if (number !== this.wanted || !this.stage) {
        model.dispose();
        throw new Error("Another file was asked for meanwhile.");
      }
      const before = this.model;
      this.show(model);
      await this.stage.nextDrawn();
      before?.dispose(); // not earlier: what both share on the graphics card is kept
      this.canvas.classList.add("ready");
      this.dispatchEvent(new CustomEvent("loaded", { detail: model.facts }));
      void model.molding?.prepare(() => this.model === model);
      return model.facts;
    } catch (problem) {
      throw number === this.wanted ? this.report(loadProblem(problem)) : problem;
    } finally {
      if (number === this.wanted) this.toggleAttribute("busy", false);
    }
  }

  /** Mold the model: slider name -> -1..1. False if the file carries none of them. */
  setSliders(values: Record<string, number>): boolean {
    const start = performance.now();
    const { model, stage } = this;
    if (!model?.molding || !stage) return false;
    const known = model.molding.set(values);
    if (known) {
      stage.mold();
      void stage.nextDrawn().then(() => (this.lastSliderMs = performance.now() - start));
    }
    return known;
  }

  /** Fetch more sliders for the model shown; false if another one is shown when they come. */
  async addSliders(url: string): Promise<boolean> {
    const { model } = this;
    if (!model?.molding) return false;
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`The sliders could not be fetched: the server responded with ${answer.status}.`);
    const { json, binary } = splitContainer(await answer.arrayBuffer());
    if (model !== this.model) return false;
    model.molding.add(json, binary);
    return true;
  }

  /** The sliders that this file can be molded with. */
  get sliders(): string[] {
    return this.model?.molding?.names ?? [];
  }

  setExpression(name: string, weight: number): void {
    this.setExpressions({ [name]: weight });
  }

  setExpressions(weights: Record<string, number>): void {
    for (const [name, weight] of Object.entries(weights)) this.model?.expressions.set(name, weight);
    this.stage?.stir();
  }

  /** Play a .vrma or .glb motion by its address, or one of the file's own clips by its number. */
  async play(motion: string | number): Promise<void> {
    try {
      await this.model?.play(motion);
    } catch (problem) {
      throw this.report(loadProblem(problem));
    }
    this.liven();
  }

  /** Back to standing at ease. */
  stop(): void {
    this.led = false;
    this.model?.rest();
    this.liven();
  }

  /** Follow live moments from a ws:// address until `unfollow`. */
  follow(url: string): void {
    this.unfollow();
    try {
      this.follower = new Follower(url, (moment) => this.take(moment), (text) => this.report(text));
    } catch {
      this.report(`${url} is no address of live motion; it would begin with ws:// or wss://.`);
    }
    this.liven();
  }

  unfollow(): void {
    this.follower?.close();
    this.follower = null;
    this.led = false;
    this.liven();
  }

  /** Show one live moment; false if it is none. */
  applyMoment(message: unknown): boolean {
    const moment = readMoment(message);
    if (moment) this.take(moment);
    return moment !== null;
  }

  look(view: View): void {
    if (!VIEWS.includes(view)) return;
    this.stage?.crew.look(view);
    this.stage?.wake();
  }

  /** What is seen now, as a PNG. */
  async takePicture(): Promise<Blob> {
    const { stage } = this;
    if (!stage) throw new Error("The viewer is not on a page.");
    this.model?.molding?.settle(this.model.humanoid);
    stage.drawFine(); // in the same task as the copy: a canvas is empty once it has been shown
    const copy = document.createElement("canvas");
    [copy.width, copy.height] = [this.canvas.width, this.canvas.height];
    const context = copy.getContext("2d")!;
    paintBackdrop(context, this.getAttribute("background"));
    context.drawImage(this.canvas, 0, 0);
    const blob = await new Promise<Blob | null>((resolve) => copy.toBlob(resolve, "image/png"));
    if (!blob) throw new Error("This browser cannot make a picture of that size.");
    this.dispatchEvent(new CustomEvent("picture", { detail: blob }));
    return blob;
  }

  /** Resolves when all that was asked for until now is on the screen. */
  async drawn(): Promise<void> {
    await this.stage?.nextDrawn();
  }

  stats(): { fps: number; lastSliderMs: number; latencyMs: number } {
    return { fps: this.stage?.fps ?? 0, lastSliderMs: this.lastSliderMs, latencyMs: this.latencyMs };
  }

  private startStage(): boolean {
    try {
      this.stage = new Stage(this.canvas, () => this.reduced.matches, (seconds) => this.act(seconds));
      return true;
    } catch {
      this.report("This browser shows no 3-D graphics (WebGL 2 is off or missing).");
      return false;
    }
  }

  private show(model: Model): void {
    const { scene, crew, studio, renderer, bySoftware } = this.stage!;
    model.sharpen(Math.min(bySoftware ? SHARPNESS_BY_SOFTWARE : SHARPNESS, renderer.capabilities.getMaxAnisotropy()));
    const first = this.model === null;
    this.model?.scene.removeFromParent();
    this.model = model;
    this.led = false;
    scene.add(model.scene);
    const measures = model.measures();
    studio.fit(measures.whole, model.toon);
    const view = this.getAttribute("view") as View | null;
    if (first) crew.meet(measures, view && VIEWS.includes(view) ? view : crew.view);
    else crew.meetNext(measures);
    model.settleSprings();
    this.liven();
  }

  /** After a change of who leads the figure: gaze and blinking are its own only while it stands. */
  private liven(): void {
    const own = this.model !== null && !this.led && !this.model.playing;
    if (this.model?.lookAt) this.model.lookAt.target = own ? this.stage!.crew.camera : null;
    this.blinking.run(own && !this.reduced.matches && !this.stage!.slow); // where it would turn a fine picture coarse, the figure keeps still
    this.swingUntil = performance.now() + 1000 * SWING_S;
    this.stage?.expect();
  }

  private act(seconds: number): boolean {
    const { model } = this;
    const stage = this.stage!;
    if (!model) return false;
    if (stage.slow) void model.makeSketch((group) => stage.prepare(group));
    stage.sketch = model.sketch;
    model.molding?.settle(model.humanoid);
    if (this.moment) this.pose(this.moment);
    this.shown = this.moment ?? this.shown;
    this.moment = null;
    const blinks = this.blinking.update(seconds, model.expressions);
    model.update(seconds);
    const swings = model.swings && performance.now() < this.swingUntil && !(this.led && stage.slow); // the time is needed to follow whoever leads
    return model.playing || blinks || swings;
  }

  /** The newest moment waits for the next frame; older ones are never shown late. */
  private take(moment: Moment): void {
    this.moment = moment;
    this.swingUntil = performance.now() + 1000 * SWING_S;
    if (!this.led) {
      this.led = true;
      this.liven();
    }
    this.stage?.stir();
    void this.stage?.nextDrawn().then(() => {
      if (moment !== this.shown) return; // a newer one took its place
      if (moment.sent_s > 0) this.latencyMs = Date.now() - 1000 * moment.sent_s;
      this.dispatchEvent(new CustomEvent("moment", { detail: moment }));
    });
  }

  private pose({ root, hip_height_m, bones, expressions }: Moment): void {
    const model = this.model!;
    if (root) model.setRoot(root, hip_height_m);
    const rotation = new Quaternion();
    for (const [bone, parts] of Object.entries(bones)) model.setBone(bone as VRMHumanBoneName, rotation.fromArray(parts).normalize());
    for (const [name, weight] of Object.entries(expressions)) model.expressions.set(name, weight);
  }

  private fit(): void {
    if (!this.stage) return;
    this.stage.crew.floor = Math.min(Number(this.getAttribute("floor")) / Math.max(this.clientHeight, 1) || 0, MOST_FLOOR);
    this.stage.resize(this.clientWidth, this.clientHeight);
  }

  private paint(): void {
    this.style.background = backdropStyle(this.getAttribute("background"));
    this.canvas.setAttribute("aria-label", this.getAttribute("aria-label") ?? LABEL);
  }

  private onKey(event: KeyboardEvent): void {
    const crew = this.stage?.crew;
    if (!crew || event.ctrlKey || event.metaKey || event.altKey) return;
    const deeds: Record<string, () => void> = {
      ArrowLeft: () => crew.turn(-1, 0),
      ArrowRight: () => crew.turn(1, 0),
      ArrowUp: () => crew.turn(0, -1),
      ArrowDown: () => crew.turn(0, 1),
      "+": () => crew.step(true),
      "=": () => crew.step(true),
      "-": () => crew.step(false),
      1: () => crew.look("face"),
      2: () => crew.look("bust"),
      3: () => crew.look("body"),
    };
    const deed = deeds[event.key];
    if (!deed) return;
    event.preventDefault();
    deed();
    this.stage!.wake();
  }

  private report(text: string): Error {
    this.message.textContent = text;
    this.dispatchEvent(new CustomEvent("error", { detail: text }));
    return new Error(text);
  }
}

function loadProblem(problem: unknown): string {
  const text = problem instanceof Error ? problem.message : String(problem);
  if (/fetch|HttpError|responded with/i.test(text)) return "The file could not be fetched: is its address right, and the server running?";
  if (/DRACOLoader|KTX2Loader|MeshoptDecoder/.test(text)) return "The file is compressed in a way that is not shown here; export it without compression.";
  if (/JSON|token|magic|version|Unsupported asset|RangeError|offset|typed array|undefined/i.test(text)) return "This is no GLB or VRM file, or it is damaged.";
  return text;
}

if (!customElements.get("avatarkit-viewer")) customElements.define("avatarkit-viewer", AvatarkitViewer);

declare global {
  interface HTMLElementTagNameMap {
    "avatarkit-viewer": AvatarkitViewer;
  }
}
