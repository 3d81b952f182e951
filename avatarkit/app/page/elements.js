// Small pieces that panels are made of.

/** An element: el("button", { class: "quiet", onclick }, "Text", child). */
export function el(tag, given = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "style") made.style.cssText = value;
    else if (name in made && typeof value !== "string") made[name] = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

const ICONS = {
  photo: "M4 7h3l1.500-2h7L17 7h3v12H4zM12 16.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7z",
  style: "M12 3l2.400 5.600L20 11l-5.600 2.400L12 19l-2.400-5.600L4 11l5.600-2.400zM19 16v5M16.500 18.500h5",
  shape: "M4 7h9M17 7h3M4 17h3M11 17h9M15 5v4M9 15v4M4 12h13M20 12h0",
  hair: "M5 20c-1-8 0-16 7-16s8 8 7 16M5 12c4 0 7-2 8-5 1 3 3 5 6 5",
  face: "M2.500 12S6 6 12 6s9.500 6 9.500 6-3.500 6-9.500 6-9.500-6-9.500-6zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  makeup: "M8 11h8v9H8zM9.500 11V6.500L14.500 4v7M8 15h8",
  outfit: "M8 4l4 2 4-2 5 4-2.500 3.500L17 10.500V20H7v-9.500l-1.500 1L3 8z",
  words: "M4 5h16v11H10l-5 4v-4H4zM8 9h8M8 12h5",
  save: "M12 4v10M8 10.500l4 4 4-4M4 17v3h16v-3",
  video: "M4 6h11v12H4zM15 10l5-3v10l-5-3z",
  camera: "M12 14a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM5 21c.600-4 3-6 7-6s6.400 2 7 6",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  check: "M5 12.500l4.500 4.500L19 7.500",
  lock: "M7 11V8a5 5 0 0 1 10 0v3M5 11h14v9H5z",
};

/** A line icon by name; decoration, so hidden from screen readers. */
export function icon(name) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  made.setAttribute("viewBox", "0 0 24 24");
  made.setAttribute("class", "icon");
  made.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name] ?? ICONS.check);
  made.append(path);
  return made;
}

/** A titled card of the panel. */
export function card(title, ...children) {
  return el("section", { class: "card" }, title && el("h3", {}, title), ...children);
}

/** A line that says what happens to what the visitor gives. */
export function privacy(text) {
  return el("p", { class: "privacy" }, icon("lock"), el("span", {}, text));
}

/** Picture cards of which one is chosen: a radio group, so that arrow keys walk through it. */
export function pictureCards(kind, label, entries, chosen, pick) {
  const group = el("div", { class: "cards", role: "radiogroup", "aria-label": label });
  const show = (name) => {
    for (const input of group.querySelectorAll("input")) input.checked = input.value === name;
  };
  group.append(...entries.map((entry) => pictureCard(kind, entry, group, pick)));
  show(chosen);
  return { group, show };
}

function pictureCard(kind, entry, group, pick) {
  const input = el("input", { type: "radio", name: `${kind}-${group.ariaLabel}`, value: entry.name, onchange: () => pick(entry.name) });
  const title = entry.label;
  return el("label", { class: "picture-card", title, "data-kind": entry.kind, "data-family": entry.family },
    input, entry.name ? picture(`/cards/${kind}/${entry.name}`, title) : el("i", { class: "picture none" }), el("span", {}, title, entry.hint && el("small", {}, entry.hint)));
}

/** A card's picture; until it has come, a tile with the first letter. */
function picture(address, title) {
  const frame = el("i", { class: "picture", "data-letter": [...title][0] });
  const image = el("img", { alt: "", loading: "lazy", decoding: "async" });
  image.onload = () => frame.classList.add("drawn");
  image.src = address;
  frame.append(image);
  return frame;
}

/** Colours to choose from, and a field for any other. */
export function swatches(label, colors, value, pick) {
  const own = el("input", { type: "color", "aria-label": label, value, onchange: () => choose(own.value) });
  const buttons = colors.map((color) =>
    el("button", { type: "button", class: "swatch", style: `--dye:${color}`, "aria-label": `${label} ${color}`, onclick: () => choose(color) }));
  const show = (color) => {
    own.value = color;
    for (const [number, button] of buttons.entries()) button.setAttribute("aria-pressed", String(colors[number] === color));
  };
  const choose = (color) => {
    show(color);
    pick(color);
  };
  show(value);
  return { row: el("div", { class: "swatches", role: "group", "aria-label": label }, buttons, el("label", { class: "swatch own" }, own)), show };
}

/** A labelled slider: `moving` while it moves, `settled` when it is let go. */
export function slider(label, low, high, value, moving, settled, step = 0.01) {
  const shown = el("output", {});
  const input = el("input", { type: "range", min: String(low), max: String(high), step: String(step), value: String(value), "aria-label": label });
  const show = (number) => {
    input.value = String(number);
    shown.textContent = Math.round(100 * number);
    input.style.setProperty("--from", `${(100 * (0 - low)) / (high - low)}%`);
    input.style.setProperty("--at", `${(100 * (number - low)) / (high - low)}%`);
  };
  input.addEventListener("input", () => {
    show(Number(input.value));
    moving?.(Number(input.value));
  });
  input.addEventListener("change", () => settled?.(Number(input.value)));
  input.addEventListener("dblclick", () => {
    show(Math.max(low, 0));
    moving?.(Number(input.value));
    settled?.(Number(input.value));
  });
  show(value);
  return { row: el("label", { class: "slider" }, el("span", {}, label), shown, input), show, input };
}

/** A place where a file can be dropped or chosen. */
export function dropzone({ title, hint, button, accept, symbol, take, extra }) {
  const input = el("input", { type: "file", accept, "aria-label": title, onchange: () => input.files[0] && take(input.files[0]) });
  const zone = el("div", { class: "drop" }, icon(symbol), el("b", {}, title), el("p", {}, hint),
    el("div", { class: "buttons" }, el("label", { class: "primary" }, button, input), extra));
  for (const name of ["dragenter", "dragover"]) zone.addEventListener(name, (event) => (event.preventDefault(), zone.classList.add("over")));
  for (const name of ["dragleave", "drop"]) zone.addEventListener(name, (event) => (event.preventDefault(), zone.classList.remove("over")));
  zone.addEventListener("drop", (event) => event.dataTransfer.files[0] && take(event.dataTransfer.files[0]));
  input.addEventListener("click", () => (input.value = ""));
  return zone;
}

const SHOWN_MS = { good: 4000, note: 12000, problem: 12000, lasting: 2 ** 31 - 1 };

/** A short message that goes by itself, problems later than others; or what comes back takes it away. */
export function toast(text, kind = "good") {
  const place = document.getElementById("toasts");
  if (!place || !text) return;
  for (const shown of [...place.children]) if (shown.firstChild.data === text) shown.remove();
  const made = el("p", { class: `toast ${kind}` }, text, el("button", { type: "button", "aria-label": "×", onclick: () => made.remove() }, "×"));
  place.append(made);
  setTimeout(() => made.remove(), SHOWN_MS[kind]);
  return made;
}

export function bytes(count) {
  return count > 1e6 ? `${(count / 1e6).toFixed(1)} MB` : `${Math.max(1, Math.round(count / 1e3))} KB`;
}

/** Fetch a finished file as a download. */
export function fetchFile({ url, name }) {
  const link = el("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
}
