// Molding: groups of sliders that move the model at once in the browser; the server hears of them when they are let go.
import { card, el, slider, toast } from "./elements.js";
import { ask } from "./talk.js";

export function shapeSection(page, place) {
  const rows = new Map(); // slider name -> { show, of }
  const mold = (name, value) => page.viewer.setSliders({ [name]: value });
  const settle = (name, value) => remember(page, { [name]: value });
  const groups = page.choices.sliders.map((group, number) => {
    const made = group.sliders.map(({ name, label, low, high, of }) => {
      const { row, show } = slider(label, low, high, 0, (value) => mold(name, value), (value) => settle(name, value));
      rows.set(name, { show, of });
      return row;
    });
    const zero = () => {
      const values = Object.fromEntries(group.sliders.map(({ name }) => [name, 0]));
      for (const name of Object.keys(values)) rows.get(name).show(0);
      page.viewer.setSliders(values);
      remember(page, values);
    };
    return el("details", { class: "card group", open: number === 0, name: "sliders" },
      el("summary", {}, group.label, el("small", {}, String(group.sliders.length))),
      el("div", { class: "slider-rows" }, made), el("button", { type: "button", class: "ghost", onclick: zero }, page.text("neutral")));
  });
  const all = el("div", { class: "section" }, groups);
  place.append(el("h2", {}, page.text("shape_title")), el("p", { class: "lead" }, page.text("shape_hint")), all);
  const ready = async () => {
    if (page.avatar && !page.avatar.moldable && !place.hidden) await page.show(page.ask("moldable", {}, page.text("molding")));
  };
  return {
    enter: ready,
    refresh: ({ recipe, moldable }) => {
      all.inert = !moldable;
      if (!moldable) ready();
      for (const { show, of } of rows.values()) show(recipe.sliders[of] ?? 0);
    },
  };
}

/** The values go to the server without a new model: the one on the screen shows them already. */
async function remember(page, values) {
  try {
    await ask("sliders", "mold", { sliders: values });
    for (const [name, value] of Object.entries(values)) for (const one of [name, `${name}-left`, `${name}-right`]) page.avatar.recipe.sliders[one] = value;
    document.getElementById("undo").disabled = false;
  } catch (problem) {
    toast(problem.message, "problem");
  }
}
