// Hair, face, makeup and clothes.
import { card, el, pictureCards, slider, swatches } from "./elements.js";

export function hairSection(page, place) {
  const hair = () => page.avatar.recipe.hair;
  const styles = pictureCards("hair", page.text("section_hair"), page.choices.hair, "", (style) => page.change({ hair: { style } }));
  const dye = swatches(page.text("dye"), page.choices.dyes, "#4e2f1d", (color) => page.change({ hair: { color } }));
  const roots = swatches(page.text("roots"), page.choices.dyes.slice(0, 6), "#2c1b14", (color) => page.change({ hair: { roots: color } }));
  const grey = slider(page.text("grey"), 0, 1, 0, null, (value) => page.change({ hair: { grey: value } }));
  place.append(el("h2", {}, page.text("hair_title")), card(page.text("dye"), dye.row),
    el("details", { class: "card group" }, el("summary", {}, page.text("roots_and_grey")), roots.row, grey.row,
      el("button", { type: "button", class: "ghost", onclick: () => page.change({ hair: { roots: null } }) }, page.text("no_roots"))),
    card(page.text("hair_style"), styles.group));
  return {
    refresh: () => {
      styles.show(hair().style);
      dye.show(hair().color);
      if (hair().roots) roots.show(hair().roots);
      grey.show(hair().grey);
    },
  };
}

export function faceSection(page, place) {
  const iris = swatches(page.text("iris"), page.choices.irises, "#6b4423", (color) => page.change({ eyes: { iris: color } }));
  const lashes = chipRow(page.text("lashes"), page.choices.lashes, (name) => page.change({ eyes: { lashes: name } }));
  const brows = chipRow(page.text("brows"), page.choices.brows, (name) => page.change({ brows: { shape: name } }));
  const browColor = swatches(page.text("brow_color"), page.choices.dyes.slice(0, 8), "#2c1b14", (color) => page.change({ brows: { color } }));
  const beards = chipRow(page.text("beard"), page.choices.beards, (name) => page.change({ beard: { style: name } }));
  const skin = swatches(page.text("skin"), ["#f6d7c3", "#ecc1a3", "#d9a47e", "#bd8258", "#95603c", "#6d4329", "#4a2c1b", "#33201a"], "#d9a47e", (color) => page.change({ skin: { tone: color, photo: null } }));
  place.append(el("h2", {}, page.text("face_title")), card(page.text("iris"), iris.row), card(page.text("lashes"), lashes.row),
    card(page.text("brows"), brows.row, browColor.row), page.choices.beards.length > 1 && card(page.text("beard"), beards.row),
    card(page.text("skin"), skin.row, el("p", { class: "note" }, page.text("skin_hint"))));
  return {
    refresh: ({ recipe }) => {
      iris.show(recipe.eyes.iris);
      lashes.show(recipe.eyes.lashes);
      brows.show(recipe.brows.shape);
      browColor.show(recipe.brows.color);
      beards.show(recipe.beard.style);
      skin.show(recipe.skin.tone);
    },
  };
}

/** A row of names of which one is chosen. */
function chipRow(label, entries, pick) {
  const buttons = entries.map(({ name, label: text }) => el("button", { type: "button", class: "chip", "data-name": name, onclick: () => (show(name), pick(name)) }, text));
  const show = (name) => buttons.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.name === name)));
  return { row: el("div", { class: "chips", role: "group", "aria-label": label }, buttons), show };
}

export function makeupSection(page, place) {
  const items = page.choices.makeup.map((item) => makeupItem(page, item));
  place.append(el("h2", {}, page.text("makeup_title")), ...items.map(({ box }) => box));
  return { refresh: ({ recipe }) => items.forEach(({ refresh }) => refresh(recipe.makeup)) };
}

function makeupItem(page, item) {
  let layer = null;
  const put = (change) => page.change({ makeup: { [item.name]: { color: layer?.color ?? item.color, strength: layer?.strength ?? item.strength, ...change } } });
  const box = el("details", { class: "card group item" });
  const on = el("input", { type: "checkbox", role: "switch", "aria-label": item.label, onclick: (event) => event.stopPropagation(),
    onchange: () => ((box.open = on.checked), on.checked ? put({}) : page.change({ makeup: { [item.name]: null } })) });
  const color = el("input", { type: "color", "aria-label": `${item.label}: ${page.text("color")}`, value: item.color, onchange: () => put({ color: color.value }) });
  const strength = slider(page.text("strength"), 0, 1, item.strength, null, (value) => put({ strength: Math.max(value, 0.01) }));
  const finish = chipRow(page.text("finish"), item.finishes, (name) => put({ finish: name }));
  box.append(el("summary", {}, el("span", { class: "dot", style: `--dye:${item.color}` }), item.label, el("label", { class: "switch", onclick: (event) => event.stopPropagation() }, on)),
    el("div", { class: "item-row" }, el("label", { class: "swatch own big" }, color), item.finishes.length > 1 && finish.row), strength.row);
  return {
    box,
    refresh: (makeup) => {
      layer = makeup[item.name] ?? null;
      on.checked = layer !== null;
      color.value = layer?.color ?? item.color;
      box.querySelector(".dot").style.setProperty("--dye", color.value);
      strength.show(layer?.strength ?? item.strength);
      finish.show(layer?.finish ?? item.finishes[0].name);
    },
  };
}

export function outfitSection(page, place) {
  const worn = () => page.avatar.recipe.outfit.pieces;
  const all = page.choices.slots.flatMap(({ pieces }) => pieces);
  const known = Object.fromEntries(all.map((piece) => [piece.name, piece]));
  const wear = (slot, name) => {
    const others = worn().filter((one) => one !== name && !slot.pieces.some((piece) => piece.name === one) && !known[name]?.excludes.includes(one));
    page.change({ outfit: { pieces: name ? [...others, name] : others } });
  };
  const slots = page.choices.slots.map((slot) => {
    const none = { name: "", label: page.text("nothing") };
    const cards = pictureCards("pieces", slot.label, [none, ...slot.pieces], "", (name) => wear(slot, name));
    const colors = el("div", { class: "piece-colors" });
    const box = el("details", { class: "card group", name: "outfit" }, el("summary", {}, slot.label, el("small", {})), cards.group, colors);
    return { slot, cards, colors, box };
  });
  const outfits = pictureCards("outfits", page.text("outfits"), page.choices.outfits, "", (named) => page.change({ outfit: { named } }));
  place.append(el("h2", {}, page.text("outfit_title")),
    el("details", { class: "card group", name: "outfit", open: true }, el("summary", {}, page.text("outfits"), el("small", {}, String(page.choices.outfits.length))), outfits.group),
    ...slots.map(({ box }) => box));
  return {
    refresh: ({ recipe }) => {
      if (!page.choices.outfits.some(({ name }) => name === outfits.group.querySelector(":checked")?.value && recipe.outfit.pieces.length)) outfits.show("");
      for (const { slot, cards, colors, box } of slots) {
        const piece = slot.pieces.find(({ name }) => recipe.outfit.pieces.includes(name));
        cards.show(piece?.name ?? "");
        box.querySelector("summary small").textContent = piece?.label ?? "";
        colors.replaceChildren(...(piece ? pieceColors(page, piece, recipe.outfit.colors) : []));
      }
    },
  };
}

function pieceColors(page, piece, colors) {
  return piece.parts.map((part, number) => {
    const target = number === 0 ? piece.name : `${piece.name}/${part.name}`;
    const value = colors[target] ?? colors[`${piece.name}/${part.name}`] ?? part.color;
    const input = el("input", { type: "color", value, onchange: () => page.change({ outfit: { colors: { [target]: input.value } } }) });
    return el("label", { class: "piece-color" }, el("span", { class: "swatch own" }, input), part.label);
  });
}
