// The tab Library: avatars that were saved on purpose.
import { bytes, el, icon, privacy, toast } from "./elements.js";
import { ask, upload } from "./talk.js";

export function libraryPanel(page, body) {
  const list = el("div", { class: "shelf" });
  const all = el("a", { class: "secondary", hidden: true, href: "/library/all.zip", download: "avatars.zip" }, page.text("export_all"));

  const show = ({ entries }) => {
    all.hidden = entries.length === 0;
    list.replaceChildren(...(entries.length ? entries.map(entryCard) : [el("p", { class: "empty" }, icon("save"), page.text("library_empty"))]));
  };
  const ask_ = async (event, data) => {
    try {
      show(await ask("library", event, data));
    } catch (problem) {
      list.replaceChildren(el("p", { class: "empty" }, problem.message));
      all.hidden = true;
    }
  };
  const rename = (entry, title) => {
    const field = el("input", { type: "text", maxlength: "100", value: entry.name, "aria-label": page.text("avatar_name") });
    let done = false;
    const finish = (keep) => {
      if (done) return;
      done = true;
      const name = field.value.trim();
      return keep && name && name !== entry.name ? ask_("rename", { id: entry.id, name }) : field.replaceWith(title);
    };
    field.addEventListener("blur", () => finish(true));
    field.addEventListener("keydown", ({ key }) => (key === "Enter" ? finish(true) : key === "Escape" && finish(false)));
    title.replaceWith(field);
    field.select();
  };
  const remove = async (entry) => {
    if (await page.confirm(page.text("delete_title", { name: entry.name }), page.text("delete_text"), page.text("delete"))) await ask_("delete", { id: entry.id });
  };
  const entryCard = (entry) => {
    const title = el("b", {}, entry.name);
    const date = new Date(entry.made).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
    return el("article", { class: "entry" },
      el("button", { type: "button", class: "cover", "aria-label": page.text("open_named", { name: entry.name }), onclick: () => page.show(page.ask("open", { id: entry.id })) },
        el("img", { src: `/library/${entry.id}/picture?${encodeURIComponent(entry.made)}`, alt: "", onerror: (event) => event.target.remove() })),
      el("div", { class: "about" }, title, el("small", {}, date)),
      el("div", { class: "buttons" },
        el("button", { type: "button", class: "quiet", onclick: () => rename(entry, title) }, page.text("rename")),
        el("button", { type: "button", class: "quiet danger", onclick: () => remove(entry) }, page.text("delete"))));
  };
  const openFile = async (file) => {
    if (!file) return;
    try {
      const most = page.choices.limits.recipe;
      await upload("recipe", file, most, page.text("recipe_too_large", { most: bytes(most) }));
      if (await page.show(page.ask("recipe", {}, page.text("loading")))) toast(page.text("recipe_opened"));
    } catch (problem) {
      toast(problem.message, "problem");
    }
  };
  const chosen = el("input", { type: "file", accept: ".json,application/json", hidden: true, onchange: () => (openFile(chosen.files[0]), (chosen.value = "")) });
  const open = el("button", { type: "button", class: "secondary", onclick: () => chosen.click() }, page.text("open_recipe"));
  body.append(el("div", { class: "sections" }, el("h2", {}, page.text("library_title")), el("p", { class: "lead" }, page.text("library_hint")), list,
    el("div", { class: "buttons" }, open, all, chosen), privacy(page.text("library_privacy"))));
  ask_("list");
  return { enter: () => ask_("list") };
}
