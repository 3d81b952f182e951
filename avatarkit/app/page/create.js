// The tab Create: a rail of sections, one shown at a time.
import { bytes, card, dropzone, el, fetchFile, icon, pictureCards, privacy, toast } from "./elements.js";
import { faceSection, hairSection, makeupSection, outfitSection } from "./looks.js";
import { shapeSection } from "./shape.js";
import { ask, upload } from "./talk.js";
import { takeWebcamPicture } from "./webcam.js";

const SECTIONS = {
  photo: photoSection,
  style: styleSection,
  shape: shapeSection,
  hair: hairSection,
  face: faceSection,
  makeup: makeupSection,
  outfit: outfitSection,
  words: wordsSection,
  save: saveSection,
};

const FACE_SECTIONS = ["shape", "face", "makeup", "hair"];

export function createPanel(page, body) {
  const rail = el("div", { class: "rail", role: "tablist", "aria-label": page.text("create") });
  const sections = {};
  const open = (name) => {
    for (const [other, { button, place }] of Object.entries(sections)) {
      button.setAttribute("aria-selected", String(other === name));
      button.tabIndex = other === name ? 0 : -1;
      place.hidden = other !== name;
    }
    sections[name].button.scrollIntoView({ block: "nearest", inline: "center" }); // on a phone the rail is longer than the screen
    sections[name].place.parentElement?.scrollTo(0, 0); // each begins at its own beginning
    sections[name].enter?.();
    if (page.avatar && FACE_SECTIONS.includes(name)) page.look(name === "hair" ? "bust" : "face");
    if (page.avatar && name === "outfit") page.look("body");
  };
  for (const [name, make] of Object.entries(SECTIONS)) {
    const button = el("button", { type: "button", role: "tab", id: `rail-${name}`, "aria-controls": `section-${name}`, onclick: () => open(name) },
      icon(name), el("span", {}, page.text(`section_${name}`)));
    const place = el("div", { class: "section", role: "tabpanel", id: `section-${name}`, "aria-labelledby": `rail-${name}` });
    sections[name] = { button, place, ...make(page, place, open) };
    rail.append(button);
  }
  rail.addEventListener("keydown", (event) => walk(event, rail));
  body.append(rail, el("div", { class: "sections" }, Object.values(sections).map(({ place }) => place)));
  open("photo");
  return {
    refresh: (answer) => Object.values(sections).forEach((section) => section.refresh?.(answer)),
    open,
  };
}

/** Arrow keys walk along the rail. */
function walk(event, rail) {
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const buttons = [...rail.children];
  const next = buttons[(buttons.indexOf(document.activeElement) + step + buttons.length) % buttons.length];
  next.focus();
  next.click();
  event.preventDefault();
}

function photoSection(page, place, open) {
  const seen = el("div", {});
  const take = async (file) => {
    const start = performance.now();
    page.timings = {};
    try {
      page.work(page.text("sending"), 1);
      await upload("photo", file, page.choices.limits.photo, page.text("photo_too_large", { most: bytes(page.choices.limits.photo) })).finally(() => page.work("", -1));
    } catch (problem) {
      return toast(problem.message, "problem");
    }
    const style = page.avatar?.recipe.style;
    const person = page.choices.styles.find(({ name }) => name === style)?.kind === "family" ? style : "human";
    const asked = page.ask("photo", { style: person }, page.text("making"));
    asked.then(() => (page.timings.answer = performance.now() - start), () => undefined);
    if (await page.show(asked)) {
      page.timings.photo = performance.now() - start;
      page.look("bust");
      toast(page.text("made", { seconds: (page.timings.photo / 1000).toFixed(1) }));
      seen.scrollIntoView({ behavior: "smooth", block: "nearest" });
    }
  };
  const webcam = el("button", { type: "button", class: "secondary", onclick: () => takeWebcamPicture(page, take) }, page.text("use_webcam"));
  place.append(
    el("h2", {}, page.text("photo_title")),
    card("", dropzone({ title: page.text("drop_photo"), hint: page.text("photo_hint"), button: page.text("choose_photo"), accept: "image/*,.heic,.heif,.avif", symbol: "photo", take, extra: webcam }),
      privacy(page.text("photo_privacy"))),
    seen,
    el("button", { type: "button", class: "ghost", onclick: () => open("style") }, page.text("without_photo")),
  );
  return { refresh: ({ report }) => seen.replaceChildren(...(report ? [seenCard(page, report)] : [])) };
}

function seenCard(page, report) {
  const { seen } = report;
  const color = (key, value) => value && el("li", {}, el("i", { class: "dot", style: `--dye:${value}` }), page.text(key));
  const facts = [
    seen.glasses && page.text("seen_glasses"),
    seen.beard && seen.beard !== "none" && page.text("seen_beard"),
    report.faces_found > 1 && page.text("seen_faces", { count: report.faces_found }),
    seen.skin?.monk && page.text("seen_monk", { tone: seen.skin.monk }),
  ].filter(Boolean);
  return card(page.text("seen_title"),
    el("ul", { class: "seen" }, color("seen_skin", seen.skin?.color), color("seen_hair", seen.hair), color("seen_eyes", seen.iris), color("seen_lips", seen.lips),
      facts.map((fact) => el("li", {}, icon("check"), fact))),
    el("label", { class: "meter" }, el("span", {}, page.text("sureness")), el("meter", { min: "0", max: "1", low: "0.4", value: String(report.confidence) }), el("b", {}, `${Math.round(100 * report.confidence)} %`)),
    (report.notes ?? []).map((note) => el("p", { class: "note" }, note)));
}

function styleSection(page, place) {
  const { group, show } = pictureCards("styles", page.text("section_style"), page.choices.styles, page.choices.welcome, (name) => page.change({ style: name }));
  const kinds = ["all", "family", "person", "character"];
  const chips = kinds.map((kind) =>
    el("button", { type: "button", class: "chip", "aria-pressed": String(kind === "all"), onclick: () => filter(kind) }, page.text(`kind_${kind}`)));
  const filter = (kind) => {
    chips.forEach((chip, number) => chip.setAttribute("aria-pressed", String(kinds[number] === kind)));
    for (const one of group.children) one.hidden = kind !== "all" && one.dataset.kind !== kind;
  };
  place.append(el("h2", {}, page.text("style_title")), el("p", { class: "lead" }, page.text("style_hint")), el("div", { class: "chips" }, chips), group);
  return { refresh: ({ recipe }) => show(recipe.style) };
}

function wordsSection(page, place) {
  const field = el("textarea", { rows: "4", maxlength: "2000", id: "words", placeholder: page.text("words_example") });
  const said = el("div", {});
  const go = async () => {
    const answer = await page.show(page.ask("describe", { text: field.value }));
    if (!answer) return;
    said.replaceChildren(
      el("ul", { class: "understood" }, Object.entries(answer.understood).map(([word, what]) => el("li", {}, icon("check"), el("b", {}, word), ...deed(page, word, what)))),
      notUnderstood(page, answer));
  };
  place.append(el("h2", {}, page.text("words_title")),
    card("", el("label", { class: "field", for: "words" }, page.text("words_hint")), field,
      el("button", { type: "button", class: "primary", onclick: go }, page.text("words_go")), said));
  return {};
}

function notUnderstood(page, { understood, unknown }) {
  if (unknown.length) return el("p", { class: "note" }, page.text("not_understood", { words: unknown.join(", ") }));
  return Object.keys(understood).length ? "" : el("p", { class: "note" }, page.text("nothing_understood"));
}

/** What a word did, as people read it: "hair curly #9c4423" is "Curly" and a dot of that colour; "height +0.5" is "Height +50". */
function deed(page, word, what) {
  const { sliders, hair, beards, styles, slots } = page.choices;
  const known = new Map([...sliders.flatMap((group) => group.sliders), ...hair, ...beards, ...styles, ...slots.flatMap(({ pieces }) => pieces)].map(({ name, label }) => [name, label]));
  const parts = what.split(/[\s,]+/).filter((part) => part && !/^(None|hair|beard|brows|makeup|wears|(eyes|skin|style)\..*)$/.test(part));
  const says = parts.map((part) => {
    if (part.startsWith("#")) return el("i", { class: "dot", style: `--dye:${part}` });
    return /^[+-]/.test(part) ? `${part[0] === "-" ? "−" : "+"}${Math.round(100 * Math.abs(Number(part)))}` : known.get(part) ?? part;
  });
  return says.filter((one) => typeof one !== "string" || one.toLowerCase() !== word).flatMap((one) => [" ", one]);
}

function saveSection(page, place) {
  const name = el("input", { type: "text", maxlength: "100", id: "name" });
  const platform = el("select", { id: "platform" }, page.choices.platforms.map(({ name: value, label }) => el("option", { value }, label)));
  const verdict = el("div", { "aria-live": "polite" });
  const download = async (target) => {
    page.work(page.text("writing"), 1);
    try {
      const answer = await ask("file", "download", { target });
      verdict.replaceChildren(...(answer.verdict ? [verdictCard(page, answer)] : [el("p", { class: "note" }, `${answer.name}, ${bytes(answer.bytes)}`)]));
      fetchFile(answer);
    } catch (problem) {
      toast(problem.message, "problem");
    } finally {
      page.work("", -1);
    }
  };
  const keep = async () => {
    try {
      const picture = await page.viewer.takePicture();
      await upload("picture", picture);
      await ask("library", "save", { name: name.value.trim() || page.text("unnamed") });
      toast(page.text("saved"));
      page.panels.library?.enter(); // who went there at once sees it come
    } catch (problem) {
      toast(problem.message, "problem");
    }
  };
  const plain = ["vrm", "glb", "recipe"].map((target) =>
    el("button", { type: "button", class: "tile", onclick: () => download(target) }, el("b", {}, page.text(`file_${target}`)), el("span", {}, page.text(`file_${target}_hint`))));
  place.append(el("h2", {}, page.text("save_title")),
    card(page.text("download"), el("div", { class: "tiles" }, plain),
      el("label", { class: "field", for: "platform" }, page.text("for_platform")), platform,
      el("button", { type: "button", class: "primary", onclick: () => download(platform.value) }, page.text("check_and_download")), verdict),
    card(page.text("library"), el("label", { class: "field", for: "name" }, page.text("avatar_name")), name,
      el("button", { type: "button", class: "secondary", onclick: keep }, page.text("save_to_library")), privacy(page.text("library_privacy"))));
  return { refresh: ({ recipe }) => (name.value = recipe.name === "Avatar" ? "" : recipe.name) };
}

function verdictCard(page, { verdict, name, bytes: size }) {
  const mark = { true: "pass", false: "fail", null: "open" };
  const rows = verdict.findings.map((finding) =>
    el("tr", { class: mark[String(finding.passes)] },
      el("td", {}, finding.what, finding.why && el("small", {}, finding.why), finding.fix && el("small", {}, finding.fix)), el("td", {}, finding.measured), el("td", {}, finding.allowed),
      el("td", {}, el("span", { class: "mark" }, page.text(`verdict_${mark[String(finding.passes)]}`)))));
  return el("div", { class: `verdict ${mark[String(verdict.passes)]}` },
    el("p", { class: "headline" }, el("b", {}, page.text(verdict.passes ? "verdict_good" : "verdict_bad")), verdict.rank ? ` ${page.text("rank", { rank: verdict.rank })}` : "",
      el("small", {}, `${name}, ${bytes(size)}`)),
    el("div", { class: "scroll", tabindex: "0" }, el("table", {}, el("thead", {}, el("tr", {}, ["limit", "measured", "allowed", "verdict"].map((key) => el("th", { scope: "col" }, page.text(key))))), el("tbody", {}, rows))));
}
