// The tab Move: a video becomes a dance.
import { bytes, card, dropzone, el, fetchFile, privacy, toast } from "./elements.js";
import { ask, upload } from "./talk.js";

const SENDING_SHARE = 0.1; // of the bar; the rest is the work on the film

export function movePanel(page, body) {
  const bar = el("progress", { max: "1", value: "0", "aria-label": page.text("progress") });
  const state = el("p", { role: "status" });
  const stop = el("button", { type: "button", class: "quiet", onclick: () => ask("cancel", "cancel") }, page.text("cancel"));
  const progress = el("div", { class: "progress", hidden: true }, state, bar, stop);
  const result = el("div", {});
  let dance = null;

  const take = async (file) => {
    progress.hidden = false;
    result.replaceChildren();
    bar.value = 0;
    try {
      const answer = await follow(file);
      if (answer.cancelled) return toast(page.text("cancelled"));
      learn(answer);
      play();
    } catch (problem) {
      toast(problem.message, "problem");
    } finally {
      progress.hidden = true;
    }
  };
  const follow = async (file) => {
    state.textContent = page.text("sending");
    await upload("video", file, page.choices.limits.video, page.text("video_too_large", { most: bytes(page.choices.limits.video) }), (share) => (bar.value = SENDING_SHARE * share));
    return ask("dance", "dance", {}, (share) => {
      bar.value = SENDING_SHARE + (1 - SENDING_SHARE) * share;
      state.textContent = page.text(share > 0.8 ? "solving" : "following", { percent: Math.round(100 * share) });
    });
  };
  const learn = (answer) => {
    dance = answer;
    result.replaceChildren(danceCard(page, answer));
  };
  const play = () => {
    if (!dance) return;
    page.look("body");
    page.viewer.play(dance.url).catch(() => undefined);
  };
  body.append(el("div", { class: "sections" }, el("h2", {}, page.text("move_title")), el("p", { class: "lead" }, page.text("move_hint")),
    card("", dropzone({ title: page.text("drop_video"), hint: page.text("video_hint", { minutes: page.choices.limits.video_s / 60 }), button: page.text("choose_video"), accept: "video/*,.mkv,.gif", symbol: "video", take }),
      progress, privacy(page.text("video_privacy"))), result));
  return {
    enter: play,
    leave: () => page.viewer.stop(),
    refresh: (answer) => {
      if (answer.dance) learn(answer.dance); // of before a reload
      if (page.current === "move") page.viewer.addEventListener("loaded", play, { once: true });
    },
  };
}

function danceCard(page, dance) {
  const download = async (kind) => {
    page.work(page.text("writing"), 1);
    try {
      fetchFile(await ask("motion", "motion", { kind }));
    } catch (problem) {
      toast(problem.message, "problem");
    } finally {
      page.work("", -1);
    }
  };
  const tiles = ["glb", "vrma", "bvh"].map((kind) =>
    el("button", { type: "button", class: "tile", onclick: () => download(kind) }, el("b", {}, kind.toUpperCase()), el("span", {}, page.text(`motion_${kind}`))));
  return card(page.text("dance_title"),
    el("p", { class: "lead" }, page.text("dance_facts", { seconds: dance.seconds.toFixed(1), frames: dance.frames })),
    el("div", { class: "buttons" },
      el("button", { type: "button", class: "secondary", onclick: () => page.viewer.play(dance.url) }, page.text("play")),
      el("button", { type: "button", class: "quiet", onclick: () => page.viewer.stop() }, page.text("stop"))),
    el("h4", {}, page.text("download")), el("div", { class: "tiles" }, tiles));
}
