// Does with the web app what a newcomer does, in headless Chromium whose camera shows a clip, and prints what came of it.
import { chromium } from "playwright-core";
import { args } from "./browser.mjs";
import { faintTexts } from "./contrast.mjs";

const { address, browser: executablePath, camera, photo, film, folder, size } = JSON.parse(process.argv[2]);
const fakeCamera = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${camera}`];
const browser = await chromium.launch({ executablePath, args: [...args, ...fakeCamera] });
const told = { problems: [], requests: [], downloads: {}, said: {}, read: {} };
try {
  const page = await browser.newPage({ viewport: { width: size[0], height: size[1] }, reducedMotion: "reduce", permissions: ["camera"] });
  page.setDefaultTimeout(0); // a busy machine is no error
  page.on("console", (message) => {
    const driverNote = message.text().includes("GPU stall");
    if (["warning", "error"].includes(message.type()) && !driverNote) told.problems.push(message.text());
  });
  page.on("pageerror", (error) => told.problems.push(String(error)));
  page.on("request", (request) => told.requests.push(request.url()));
  page.on("websocket", (socket) => told.requests.push(socket.url()));
  await page.addInitScript(() => {
    window.unplug = (stream) => stream.getTracks().forEach((track) => (track.stop(), track.dispatchEvent(new Event("ended"))));
  });
  await walk(page);
  await page.close(); // drawing takes a processor of its own
  told.said.greeted = await greeted();
} finally {
  await browser.close();
}
process.stdout.write(JSON.stringify(told));

async function walk(page) {
  await page.goto(address);
  await page.waitForFunction(() => window.avatarkit?.page?.avatar);
  await page.setInputFiles("#section-photo input[type=file]", photo);
  await page.waitForSelector("#section-photo .seen li");
  told.said.seen = await page.locator("#section-photo .seen li").count();
  await read(page, "photo");
  const before = await page.evaluate(() => window.avatarkit.page.avatar.url);
  await page.click("#section-photo .secondary");
  await page.waitForFunction(() => document.querySelector("dialog video")?.videoWidth > 0);
  await page.click("dialog .primary");
  await page.waitForFunction((url) => window.avatarkit.page.avatar.url !== url, before);
  await settled(page);
  await page.click("#rail-shape");
  await page.waitForFunction(() => document.querySelector("#avatar").sliders.length > 0);
  const slider = page.locator('#section-shape input[aria-label="Face fullness"]');
  await picture(page, "before-molded");
  await read(page, "shape");
  await slider.focus();
  for (let press = 0; press < 6; press++) await page.keyboard.press("PageUp");
  told.said.fullness = Number(await slider.inputValue());
  await page.waitForFunction((value) => window.avatarkit.page.avatar.recipe.sliders["face-fullness"] === value, told.said.fullness);
  await picture(page, "molded");
  await page.click("#rail-hair");
  await page.click("#section-hair .swatch:nth-child(12)");
  await page.click("#rail-outfit");
  await page.click('#section-outfit label.picture-card[title="Summer"]');
  await page.waitForFunction(() => window.avatarkit.page.avatar.recipe.outfit.pieces.includes("summer-dress"));
  await settled(page);
  await picture(page, "dressed");
  await read(page, "outfit");
  await page.click("#rail-save");
  await download(page, "recipe", "#section-save .tile:nth-child(3)");
  await download(page, "vrm", "#section-save .tile:nth-child(1)");
  await read(page, "save");
  await page.fill("#name", "Newcomer");
  await page.click("#section-save .secondary");
  await page.getByRole("tab", { name: "Library" }).first().click();
  told.said.kept = await page.locator(".entry b").first().textContent();
  await read(page, "library");
  await page.getByRole("tab", { name: "Move" }).first().click();
  await page.setInputFiles("#body-move input[type=file]", film);
  await page.waitForSelector("#body-move .tiles");
  await download(page, "motion", "#body-move .tile:nth-child(3)");
  await read(page, "move");
  await page.getByRole("tab", { name: "Live" }).first().click();
  await page.click("#body-live .primary");
  await page.waitForFunction(() => document.getElementById("live-sees").textContent === "you");
  told.said.latency = await page.textContent("#live-latency");
  await read(page, "live");
  told.said.jpegs = await page.evaluate(jpegsWithoutAThread);
  await page.evaluate(() => unplug(document.querySelector("#body-live video").srcObject));
  await page.waitForFunction(() => !document.querySelector("#body-live .primary").hidden);
  told.said.unplugged = await page.textContent("#toasts .problem");
  await page.waitForFunction(() => sessionStorage.getItem("avatarkit-avatar")?.includes("summer-dress"));
  const own = await page.evaluate(() => window.avatarkit.page.avatar.recipe.sliders["face-fullness"]);
  await Promise.all([page.waitForEvent("load"), page.evaluate(() => fetch(`/visit/${sessionStorage.getItem("avatarkit-visit")}`, { method: "DELETE" }).then(() => location.reload()))]);
  await page.waitForFunction((value) => window.avatarkit?.page?.avatar?.recipe.sliders["face-fullness"] === value, own);
  told.said.back = await page.evaluate(() => window.avatarkit.page.avatar.recipe.outfit.pieces);
  const visit = () => page.evaluate(() => sessionStorage.getItem("avatarkit-visit"));
  told.said.visit = await visit();
  await page.click("#forget");
  await Promise.all([page.waitForEvent("load"), page.click("dialog .danger")]);
  await page.waitForFunction((before) => ![null, before].includes(sessionStorage.getItem("avatarkit-visit")), told.said.visit);
  told.said.next = await visit();
  told.said.remembered = await page.evaluate(() => sessionStorage.getItem("avatarkit-avatar"));
}

/** The language of the front page in a browser that prefers Chinese, at first, and once English was chosen. */
async function greeted() {
  const page = await browser.newPage({ locale: "zh-CN", viewport: { width: size[0], height: size[1] } });
  const nothingToDraw = 'customElements.define("avatarkit-viewer", class extends HTMLElement { async load() {} look() {} });';
  await page.route("**/viewer.js*", (route) => route.fulfill({ contentType: "text/javascript", body: nothingToDraw }));
  page.setDefaultTimeout(0);
  const language = async () => {
    await page.waitForFunction(() => document.getElementById("language")?.onclick);
    return page.evaluate(() => document.documentElement.lang);
  };
  await page.goto(address);
  const first = await language();
  await Promise.all([page.waitForEvent("load"), page.click("#language")]);
  await language();
  await page.reload();
  const then = await language();
  await page.close();
  return [first, then];
}

async function settled(page) {
  await page.waitForFunction(() => !document.body.classList.contains("busy") && !document.querySelector("#avatar").hasAttribute("busy"));
}

/** Looks for texts that are hard to read. */
async function read(page, name) {
  told.read[name] = await page.evaluate(faintTexts);
}

async function picture(page, name) {
  await page.evaluate(() => document.querySelector("#avatar").drawn());
  await page.locator("#frame").screenshot({ path: `${folder}/${name}.png`, timeout: 0 });
}

async function download(page, name, button) {
  const [file] = await Promise.all([page.waitForEvent("download"), page.click(button)]);
  told.downloads[name] = `${folder}/${file.suggestedFilename()}`;
  await file.saveAs(told.downloads[name]);
}

/** The first bytes of what the page makes of the camera where the thread for it cannot be loaded: before and after that is known. */
async function jpegsWithoutAThread() {
  const { jpegMaker } = await import("/page/webcam.js");
  const { Worker } = window;
  window.Worker = class {
    postMessage() {
      setTimeout(() => this.onerror());
    }
  };
  const maker = jpegMaker(0.8);
  window.Worker = Worker;
  const beginnings = [];
  for (const video of Array(2).fill(document.querySelector("#body-live video"))) beginnings.push([...new Uint8Array(await maker.bytes(video)).slice(0, 3)]);
  return beginnings;
}
