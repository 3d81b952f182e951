// The page as a whole: it begins the visit, fills the tabs, and keeps the one avatar that all of them show.
import { createPanel } from "./create.js";
import { el, fetchFile, toast } from "./elements.js";
import { libraryPanel } from "./library.js";
import { livePanel } from "./live.js";
import { movePanel } from "./move.js";
import { ask, bringAvatar, connect, forgetVisit, rememberAvatar, startVisit, visitToken } from "./talk.js";

const PANELS = { create: createPanel, move: movePanel, live: livePanel, library: libraryPanel };

/** What all panels share. */
class Page {
  constructor() {
    this.panels = {};
    this.places = {};
    this.avatar = null; // the last answer about the avatar
    this.busy = 0;
    this.waiting = null; // changes that wait for the ones under way
    this.timings = {};
    this.current = "create";
    this.views = { create: "bust", move: "body", live: "bust", library: "bust" };
    this.ready = Promise.resolve(); // when the last answer's file is on the screen
    this.tabs = new BroadcastChannel("avatarkit"); // other windows of this browser; a duplicated one shares the visit
    this.tabs.onmessage = ({ data }) => this.avatar && data === visitToken() && this.show(this.ask("hello", {}));
  }

  get viewer() {
    return document.getElementById("avatar");
  }

  text(key, values = {}) {
    const text = this.choices.texts[key] ?? key;
    return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  }

  async start() {
    const language = window.avatarkit.language;
    document.documentElement.lang = language === "zh" ? "zh-Hans" : language;
    const [choices, lost] = await Promise.all([fetch(`/choices/${language}`).then((answer) => answer.json()), startVisit((gone) => this.away(gone))]);
    this.choices = choices;
    for (const [name, element] of Object.entries(this.places)) this.fill(name, element);
    const back = lost && (await this.bring());
    if (!back) await this.show(this.ask("hello", {}, this.text("loading")));
    if (lost) toast(this.text(back ? "visit_back" : "visit_over"), back ? "note" : "problem");
  }

  /** Say that the server does not answer, for as long as it does not. */
  away(gone) {
    if (gone === Boolean(this.notice)) return;
    this.notice?.remove();
    this.notice = gone && this.choices ? toast(this.text("app_away"), "lasting") : null;
  }

  /** Go on with the avatar that this window remembers of a visit that is over; false without one. */
  async bring() {
    try {
      return (await bringAvatar()) && (await this.show(this.ask("recipe", {}, this.text("loading"))));
    } catch {
      return false;
    }
  }

  mount(name, element) {
    this.places[name] = element;
    if (this.choices) this.fill(name, element);
  }

  fill(name, element) {
    if (name === "header") return this.fillHeader();
    if (name === "viewer") return this.fillStage();
    const body = element.querySelector(".tab-body");
    if (!PANELS[name] || !body || body.childElementCount) return;
    this.panels[name] = PANELS[name](this, body);
    if (this.avatar) this.panels[name].refresh?.(this.avatar);
  }

  tab(name) {
    this.current = name;
    if (this.choices) this.look(this.views[name]);
    for (const [other, panel] of Object.entries(this.panels)) if (other !== name) panel.leave?.();
    this.panels[name]?.enter?.();
  }

  /** Ask about the avatar; the stage shows that something is under way. */
  async ask(event, data, working) {
    this.work(working ?? this.text("working"), 1);
    try {
      const answer = await ask("avatar", event, data);
      if (event !== "hello") this.changed();
      return answer;
    } finally {
      this.work("", -1);
    }
  }

  /** Let other windows of the same visit show what has become of the avatar. */
  changed() {
    rememberAvatar();
    this.tabs.postMessage(visitToken());
  }

  /** Take the answer: load its file, tell the panels. Resolves when it is on the screen; false if there was a problem. */
  async show(asked) {
    try {
      const answer = await asked;
      this.avatar = answer;
      for (const panel of Object.values(this.panels)) panel.refresh?.(answer);
      document.getElementById("undo").disabled = !answer.can_undo;
      this.ready = this.viewer.load(answer.url);
      for (const panel of Object.values(this.panels)) panel.shown?.();
      await this.ready.catch((problem) => {
        if (answer === this.avatar) throw problem;
      });
      return answer;
    } catch (problem) {
      toast(problem.message, "problem");
      return false;
    }
  }

  /** Change the avatar; what is changed while another change is made goes along with the next. */
  async change(changes) {
    if (this.waiting) {
      for (const [part, wish] of Object.entries(changes)) {
        const mapping = typeof wish === "object" && wish !== null && this.waiting[part];
        this.waiting[part] = mapping ? { ...this.waiting[part], ...wish } : wish;
      }
      return;
    }
    this.waiting = { ...changes };
    while (this.changing) await this.changing;
    const all = this.waiting;
    this.waiting = null;
    this.changing = this.show(this.ask("alter", { changes: all }));
    await this.changing;
    this.changing = null;
  }

  work(text, more) {
    this.busy += more;
    const place = document.getElementById("working");
    if (place) place.textContent = this.busy > 0 ? text || place.textContent : "";
    document.body.classList.toggle("busy", this.busy > 0);
  }

  /** Look at face, bust or body; each tab remembers how it was looked at. */
  look(view) {
    this.views[this.current] = view;
    for (const button of document.querySelectorAll("#stage-bar [data-view]")) button.setAttribute("aria-pressed", String(button.dataset.view === view));
    this.viewer.look(view);
  }

  fillHeader() {
    const link = document.getElementById("language");
    link.onclick = () => sessionStorage.setItem("avatarkit-language", link.lang);
    document.getElementById("forget").onclick = () => this.forget();
  }

  fillStage() {
    for (const button of document.querySelectorAll("#stage-bar [data-view]")) button.onclick = () => this.look(button.dataset.view);
    document.getElementById("undo").onclick = () => this.show(this.ask("back", {}));
    document.getElementById("picture").onclick = async () => {
      const url = URL.createObjectURL(await this.viewer.takePicture());
      fetchFile({ url, name: "avatar.png" });
      setTimeout(() => URL.revokeObjectURL(url), 10000);
    };
  }

  /** Ask first, then have everything of this visit deleted. */
  async forget() {
    if (!(await this.confirm(this.text("forget_title"), this.text("forget_text"), this.text("forget")))) return;
    for (const panel of Object.values(this.panels)) panel.leave?.();
    await forgetVisit();
    location.reload();
  }

  confirm(title, text, yes) {
    return new Promise((resolve) => {
      const dialog = el("dialog", { class: "ask", "aria-label": title }, el("form", { method: "dialog" }, el("h3", {}, title), el("p", {}, text),
        el("div", { class: "buttons" }, el("button", { class: "quiet", value: "" }, this.text("cancel")), el("button", { class: "primary danger", value: "yes" }, yes))));
      dialog.addEventListener("close", () => (resolve(dialog.returnValue === "yes"), dialog.remove()));
      document.body.append(dialog);
      dialog.showModal();
    });
  }
}

const page = new Page();
const deeds = { connect, mount: (...given) => page.mount(...given), tab: (...given) => page.tab(...given) };
const before = window.avatarkit.calls;
Object.assign(window.avatarkit, deeds, { page });
for (const [name, given] of before) deeds[name](...given);

async function whenReady() {
  while (!document.getElementById("channel-avatar") || !page.places.viewer) await new Promise((later) => setTimeout(later, 30));
  await customElements.whenDefined("avatarkit-viewer");
  await page.start();
}
whenReady().catch((problem) => toast(problem.message, "problem"));
