// A picture of the web app as it stands after a photo: the style chosen, the cards of styles beside it.
import { chromium } from "playwright-core";
import { args } from "./browser.mjs";

const { address, browser: executablePath, photo, style, picture, size } = JSON.parse(process.argv[2]);
const browser = await chromium.launch({ executablePath, args });
try {
  const page = await browser.newPage({ viewport: { width: size[0], height: size[1] }, reducedMotion: "reduce" });
  page.setDefaultTimeout(0); // a busy machine is no error
  await page.goto(address);
  await page.waitForFunction(() => window.avatarkit?.page?.avatar);
  await page.setInputFiles("#section-photo input[type=file]", photo);
  await page.waitForFunction(() => window.avatarkit.page.timings.photo);
  await page.click("#rail-style");
  await page.check(`#section-style input[value="${style}"]`, { force: true });
  await page.waitForFunction((name) => window.avatarkit.page.avatar.recipe.style === name, style);
  await page.waitForFunction(() => !document.body.classList.contains("busy") && !document.querySelector("#avatar").hasAttribute("busy"));
  await page.evaluate(() => document.querySelectorAll(".toast").forEach((toast) => toast.remove()));
  await page.waitForTimeout(8000); // what stands still is drawn finely
  await page.screenshot({ path: picture, type: "jpeg", quality: 88, timeout: 0 });
} finally {
  await browser.close();
}
process.stdout.write("{}");
