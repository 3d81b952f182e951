// How soon a slider's move is on the screen, and what a frame of the moving avatar asks of processor and graphics card.
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";
import { args } from "./browser.mjs";

// As on a machine without a graphics card: WebGL by software; pages are put together without it, which the tests' options would forbid.
const forced = ["--use-angle=swiftshader", "--ignore-gpu-blocklist"];
const KEYS = 40;
const REST_MS = 3000; // what is made ready in idle moments is ready
const LIVE_MS = [6000, 10000]; // until the figures of the live tab are steady, and while they are read

const { address, browser: executablePath, size, moments, moves, camera } = JSON.parse(process.argv[2]);
const fakeCamera = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${camera}`];
const browser = await chromium.launch({ executablePath, args: [...args.filter((one) => !forced.includes(one)), ...fakeCamera] });
let told;
try {
  const page = await browser.newPage({ viewport: { width: size[0], height: size[1] }, permissions: ["camera"] });
  page.setDefaultTimeout(0); // a busy machine is no error
  await page.addInitScript(watchFrames);
  await page.goto(address);
  await page.waitForFunction(() => window.avatarkit?.page?.avatar);
  await page.evaluate(() => window.avatarkit.page.ready);
  await page.click("#rail-shape");
  await page.waitForFunction(() => document.querySelector("#avatar").sliders.length > 0);
  await page.waitForTimeout(REST_MS);
  const pressed = await press(page);
  told = await page.evaluate(measure, { moments: JSON.parse(readFileSync(moments, "utf8")), moves });
  told.presented = pressed;
  told.live = await live(page);
} finally {
  await browser.close();
}
process.stdout.write(JSON.stringify(told));

/** Moves a slider by keys; how long each took until the browser had put what followed on the screen, in steps of 8 ms. */
async function press(page) {
  await page.evaluate(() => {
    const told = (window.presented_ = []);
    const keep = (entries) => told.push(...entries.getEntries().filter(({ name }) => name === "keydown").map(({ duration }) => duration));
    new PerformanceObserver(keep).observe({ type: "event", durationThreshold: 16 });
  });
  await page.focus('#section-shape input[type="range"]');
  for (let key = 0; key < KEYS; key++) {
    await page.keyboard.press(key % 20 < 10 ? "ArrowRight" : "ArrowLeft");
    await page.waitForTimeout(100);
  }
  return page.evaluate(() => window.presented_);
}

/** Before the camera, as the page tells it: poses a second, and milliseconds from the lens to the screen. */
async function live(page) {
  await page.getByRole("tab", { name: "Live" }).first().click();
  await page.click("#body-live .primary");
  await page.waitForFunction(() => document.getElementById("live-sees").textContent === "you");
  await page.waitForTimeout(LIVE_MS[0]);
  const read = [];
  for (const end = Date.now() + LIVE_MS[1]; Date.now() < end; await page.waitForTimeout(500)) {
    read.push(await page.evaluate(() => ["poses", "latency"].map((name) => parseFloat(document.getElementById(`live-${name}`).textContent))));
  }
  await page.click("#body-live .secondary");
  return read;
}

/** In the page, before anything else: counts draw calls and triangles, and times what the page computes for each frame. */
function watchFrames() {
  const frames = (window.frames_ = []);
  let now = null;
  const triangles = (mode, count) => (mode === 4 ? count / 3 : 0);
  const gl = WebGL2RenderingContext.prototype;
  for (const [name, place] of [["drawElements", 1], ["drawArrays", 2], ["drawElementsInstanced", 1], ["drawArraysInstanced", 2]]) {
    const draw = gl[name];
    gl[name] = function (...given) {
      if (now) [now.calls, now.triangles] = [now.calls + 1, now.triangles + triangles(given[0], given[place])];
      return draw.apply(this, given);
    };
  }
  const watched = (ask) => (work) => ask((time) => {
    now = { calls: 0, triangles: 0, ms: 0 };
    const start = performance.now();
    work(time);
    now.ms = performance.now() - start;
    if (now.calls) frames.push(now);
    now = null;
  });
  window.requestAnimationFrame = watched(window.requestAnimationFrame.bind(window));
  window.queueMicrotask = watched(window.queueMicrotask.bind(window)); // frames by software wait for no screen
}

/** In the page: moves a slider so many times as a hand does, then shows moments, one after another. */
async function measure({ moments, moves }) {
  const viewer = document.querySelector("#avatar");
  const slider = document.querySelector('#section-shape input[type="range"]');
  const shown = [];
  const told = [];
  for (let move = 0; move < moves; move++) {
    slider.value = Number(slider.min) + ((Number(slider.max) - Number(slider.min)) * (move % 10)) / 10;
    const start = performance.now();
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    told.push(performance.now() - start);
    await viewer.drawn();
    shown.push(performance.now() - start);
    await new Promise((later) => setTimeout(later, 30));
  }
  const before = window.frames_.length;
  const start = performance.now();
  for (const moment of moments) {
    viewer.applyMoment(JSON.parse(moment));
    await viewer.drawn();
  }
  const canvas = viewer.shadowRoot.querySelector("canvas");
  return { shown, told, frames: window.frames_.slice(before), seconds: (performance.now() - start) / 1000, canvas: [canvas.width, canvas.height] };
}
