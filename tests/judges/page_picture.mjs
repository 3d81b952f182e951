// Pictures of the web app on the way of somebody with a photo and a film: photo, style, shape, outfit, dance.
import { chromium } from "playwright-core";
import { args } from "./browser.mjs";

const { address, browser: executablePath, film, folder, outfit, photo, size, style } = JSON.parse(process.argv[2]);
const browser = await chromium.launch({ executablePath, args });
try {
  const page = await browser.newPage({ viewport: { width: size[0], height: size[1] }, reducedMotion: "reduce" });
  page.setDefaultTimeout(0); // a busy machine is no error
  await walk(page);
} finally {
  await browser.close();
}
process.stdout.write("{}");

async function walk(page) {
  await page.goto(address);
  await page.waitForFunction(() => window.avatarkit?.page?.avatar);
  await page.setInputFiles("#section-photo input[type=file]", photo);
  await page.waitForFunction(() => window.avatarkit.page.timings.photo);
  await page.locator("#section-photo .seen").scrollIntoViewIfNeeded();
  await picture(page, "photo");
  await page.click("#rail-style");
  await page.check(`#section-style input[value="${style}"]`, { force: true });
  await page.waitForFunction((name) => window.avatarkit.page.avatar.recipe.style === name, style);
  await picture(page, "style");
  await page.click("#rail-shape");
  await page.waitForFunction(() => document.querySelector("#avatar").sliders.length > 0);
  await picture(page, "shape");
  await page.click("#rail-outfit");
  await page.click(`#section-outfit label.picture-card[title="${outfit}"]`);
  await picture(page, "outfit");
  await page.getByRole("tab", { name: "Move" }).first().click();
  await page.setInputFiles("#body-move input[type=file]", film);
  await page.waitForSelector("#body-move .tiles");
  await page.waitForTimeout(4000);
  await picture(page, "dance", false);
}

async function picture(page, name, still = true) {
  await page.waitForFunction(() => !document.body.classList.contains("busy") && !document.querySelector("#avatar").hasAttribute("busy"));
  await page.evaluate(() => document.querySelectorAll(".toast").forEach((toast) => toast.remove()));
  if (still) await rested(page);
  await page.screenshot({ path: `${folder}/${name}.png`, timeout: 0 });
}

/** What stands still is drawn finely: seconds of work where the processor draws. */
async function rested(page) {
  const frames = () => page.evaluate(() => document.querySelector("#avatar").stage.renderer.info.render.frame);
  for (let before = -1, now = await frames(); now > before; [before, now] = [now, await frames()]) await page.waitForTimeout(4000);
}
