// Molding: groups of sliders that move the model at once in the browser; the server hears of them when they are let go.
import { el, slider, toast } from "./elements.js";
import { ask, unlessLeft, visitToken } from "./talk.js";

export function shapeSection(page, place) {
  const rows = new Map(); // slider name -> { show, of }
  const known = knownGroups(page);
  const groups = page.choices.sliders.map((group, number) => groupOf(page, group, number === 0, rows, known));
  place.append(el("h2", {}, page.text("shape_title")), el("p", { class: "lead" }, page.text("shape_hint")), ...groups);
  const learnOpen = () => {
    if (!place.hidden) for (const group of groups) if (group.open) known(group.dataset.group).catch(() => undefined);
  };
  return {
    enter: learnOpen,
    shown: learnOpen,
    refresh: ({ recipe }) => {
      for (const { show, of } of rows.values()) show(recipe.sliders[of] ?? 0);
    },
  };
}

function groupOf(page, group, open, rows, known) {
  const mold = (values) => known(group.name).then(() => page.viewer.setSliders(values), (problem) => toast(problem.message, "problem"));
  const made = group.sliders.map(({ name, label, low, high, of }) => {
    const { row, show } = slider(label, low, high, 0, (value) => mold({ [name]: value }), (value) => remember(page, { [name]: value }));
    rows.set(name, { show, of });
    return row;
  });
  const zero = () => {
    const values = Object.fromEntries(group.sliders.map(({ name }) => [name, 0]));
    for (const name of Object.keys(values)) rows.get(name).show(0);
    mold(values);
    remember(page, values);
  };
  const box = el("details", { class: "card group", open, name: "sliders", "data-group": group.name, ontoggle: () => box.open && known(group.name).catch(() => undefined) },
    el("summary", {}, group.label, el("small", {}, String(group.sliders.length))),
    el("div", { class: "slider-rows" }, made), el("button", { type: "button", class: "ghost", onclick: zero }, page.text("neutral")));
  return box;
}

/** Resolves when the viewer knows what a group's sliders do to the avatar that is shown; each group is fetched once for each avatar. */
function knownGroups(page) {
  let shown = null;
  let groups = {};
  return (name) => {
    if (page.avatar !== shown) [shown, groups] = [page.avatar, {}];
    const fetched = async () => {
      await page.ready;
      await page.viewer.addSliders(`/visit/${visitToken()}/molding/${name}`);
    };
    return (groups[name] ??= fetched().catch((problem) => {
      delete groups[name];
      throw problem;
    }));
  };
}

/** The values go to the server without a new model: the one on the screen shows them already. */
async function remember(page, values) {
  try {
    await unlessLeft(page.viewer.drawn()); // asking takes the page longer than a frame does
    await ask("sliders", "mold", { sliders: values });
    for (const [name, value] of Object.entries(values)) for (const one of [name, `${name}-left`, `${name}-right`]) page.avatar.recipe.sliders[one] = value;
    document.getElementById("undo").disabled = false;
    page.changed();
  } catch (problem) {
    toast(problem.message, "problem");
  }
}
