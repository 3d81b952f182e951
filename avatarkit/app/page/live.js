// The tab Live: the visitor's webcam moves the avatar. Pictures go to the server on this computer, moments come back.
import { card, el, icon, privacy, toast } from "./elements.js";
import { socketAddress } from "./talk.js";
import { closeWebcam, jpegMaker, openWebcam } from "./webcam.js";

const FRAME = [640, 480];
const IN_FLIGHT = 2; // pictures under way at once: one is looked at while the next travels
const LOST_MS = 1500; // a picture that brought no moment by then was dropped
const QUALITY = 0.8;
const FIGURES_MS = 400;
const HOME_S = 1.5; // so slowly whoever moves away is brought back into the picture

export function livePanel(page, body) {
  const video = el("video", { class: "mirror", muted: true, playsinline: true });
  const lens = el("div", { class: "lens idle" }, video, el("p", {}, icon("camera"), page.text("live_idle")));
  const start = el("button", { type: "button", class: "primary", onclick: () => begin() }, page.text("live_start"));
  const stop = el("button", { type: "button", class: "secondary", hidden: true, onclick: () => end() }, page.text("live_stop"));
  const calibrate = el("button", { type: "button", class: "quiet", hidden: true, onclick: () => (run?.socket.send("calibrate"), toast(page.text("live_calibrating"))) }, page.text("live_calibrate"));
  const figures = el("dl", { class: "figures", hidden: true }, ["latency", "poses", "sees"].map((key) => [el("dt", {}, page.text(`live_${key}`)), el("dd", { id: `live-${key}` }, "–")]).flat());
  let run = null;

  async function begin() {
    start.disabled = true;
    try {
      const stream = await openWebcam(page, ...FRAME, end);
      video.srcObject = stream;
      await video.play();
      run = follow(page, video, stream, end);
      show(true);
      page.look("bust");
    } catch (problem) {
      toast(problem.message, "problem");
    }
    start.disabled = false;
  }

  function end(problem) {
    if (typeof problem === "string") toast(problem, "problem");
    run?.close();
    run = null;
    video.srcObject = null;
    show(false);
    page.viewer.stop();
  }

  function show(on) {
    lens.classList.toggle("idle", !on);
    start.hidden = on;
    stop.hidden = calibrate.hidden = figures.hidden = !on;
  }

  body.append(el("div", { class: "sections" }, el("h2", {}, page.text("live_title")), el("p", { class: "lead" }, page.text("live_hint")),
    card("", lens, el("div", { class: "buttons" }, start, stop, calibrate), figures, privacy(page.text("live_privacy"))),
    card(page.text("live_tips_title"), el("ul", { class: "tips" }, ["live_tip_light", "live_tip_distance", "live_tip_still"].map((key) => el("li", {}, page.text(key))))),
    el("p", { class: "note" }, page.text("live_elsewhere"), " ", el("code", {}, "avatarkit live --send vmc://127.0.0.1:39539"))));
  return { leave: () => run && end() };
}

/** Send pictures as fast as moments come back, and show the moments. */
function follow(page, video, stream, lost) {
  const socket = new WebSocket(socketAddress("live"));
  const jpegs = jpegMaker(QUALITY);
  const sent = new Map(); // time of each picture under way
  const figures = { latency: [], poses: 0, since: performance.now(), seen: false };
  const home = stayInPicture();
  let closed = false;
  let waiting = true;
  page.work(page.text("live_starting"), 1);

  function started() {
    if (waiting) page.work("", -1);
    waiting = false;
  }

  async function send() {
    const now = performance.now();
    for (const [stamp, at] of sent) if (now - at > LOST_MS) sent.delete(stamp);
    if (closed || socket.readyState !== WebSocket.OPEN || sent.size >= IN_FLIGHT) return;
    const stamp = Date.now() / 1000;
    sent.set(stamp, now);
    const jpeg = await jpegs.bytes(video).catch(() => null); // the camera has just gone, or shows nothing yet
    if (!jpeg) return void sent.delete(stamp);
    if (closed || socket.readyState !== WebSocket.OPEN) return;
    const message = new Uint8Array(8 + jpeg.byteLength);
    new DataView(message.buffer).setFloat64(0, stamp, true);
    message.set(new Uint8Array(jpeg), 8);
    socket.send(message);
  }

  function next() {
    if (closed) return;
    send();
    video.requestVideoFrameCallback ? video.requestVideoFrameCallback(next) : setTimeout(next, 33);
  }

  socket.onmessage = ({ data }) => {
    const moment = JSON.parse(data);
    if (moment.type === "problem") return lost(moment.problem);
    if (moment.type === "ready") return started(), next();
    for (const stamp of sent.keys()) if (stamp <= moment.sent_s) sent.delete(stamp);
    page.viewer.applyMoment({ ...moment, root: home(moment) });
  };
  socket.onclose = () => closed || lost(page.text("live_lost"));
  const drawn = ({ detail: moment }) => {
    figures.poses += 1;
    figures.seen = moment.seen;
    if (moment.sent_s) figures.latency.push(Date.now() - 1000 * moment.sent_s);
  };
  page.viewer.addEventListener("moment", drawn);
  const timer = setInterval(() => tell(page, figures), FIGURES_MS);
  return {
    socket,
    close: () => {
      closed = true;
      started();
      clearInterval(timer);
      page.viewer.removeEventListener("moment", drawn);
      socket.close();
      jpegs.close();
      closeWebcam(stream);
    },
  };
}

/** Where the hips are drawn: steps and leaps are seen, but the avatar never leaves the picture. */
function stayInPicture() {
  let centre = null;
  let before = 0;
  return ({ root, seen, time_s: now }) => {
    if (!root || !seen) return [0, 0, 0];
    centre ??= [...root];
    const share = 1 - Math.exp(-Math.max(now - before, 0) / HOME_S);
    before = now;
    centre = centre.map((at, axis) => at + share * (root[axis] - at));
    return root.map((at, axis) => at - centre[axis]);
  };
}

function tell(page, figures) {
  if (!figures.latency.length) return;
  const seconds = (performance.now() - figures.since) / 1000;
  const recent = figures.latency.slice(-30);
  const latency = Math.round(recent.reduce((sum, one) => sum + one, 0) / recent.length);
  const poses = Math.round(figures.poses / Math.max(seconds, 0.001));
  page.timings.live = { latency, poses };
  document.getElementById("live-latency").textContent = `${latency} ms`;
  document.getElementById("live-poses").textContent = `${poses} / s`;
  document.getElementById("live-sees").textContent = page.text(figures.seen ? "live_you" : "live_nobody");
  if (seconds > 2) Object.assign(figures, { poses: 0, since: performance.now(), latency: recent });
}
