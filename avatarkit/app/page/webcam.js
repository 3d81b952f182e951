// The visitor's webcam: asked for only when it is wanted, and let go at once.
import { el, toast } from "./elements.js";

const COUNT_S = 3;

/** The camera's stream; fails with a text for people. `gone` is told, in such a text, that the camera was unplugged or taken away. */
export async function openWebcam(page, width, height, gone) {
  if (!navigator.mediaDevices?.getUserMedia) throw new Error(page.text("camera_insecure"));
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { width: { ideal: width }, height: { ideal: height }, facingMode: "user" } });
    for (const track of stream.getTracks()) track.addEventListener("ended", () => gone(page.text("camera_gone")));
    return stream;
  } catch (problem) {
    const keys = { NotAllowedError: "camera_refused", NotFoundError: "camera_none", NotReadableError: "camera_busy" };
    throw new Error(page.text(keys[problem.name] ?? "camera_none"));
  }
}

export function closeWebcam(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

/** A dialog with the camera's picture; `take` is given what was taken, as a JPEG. */
export async function takeWebcamPicture(page, take) {
  let stream;
  try {
    stream = await openWebcam(page, 1280, 960, (problem) => (dialog.close(), toast(problem, "problem")));
  } catch (problem) {
    return toast(problem.message, "problem");
  }
  const video = el("video", { class: "mirror", autoplay: true, muted: true, playsinline: true });
  video.srcObject = stream;
  const count = el("b", { class: "count", "aria-live": "assertive" });
  const shoot = el("button", { type: "button", class: "primary", onclick: () => countDown() }, page.text("take_picture"));
  const dialog = el("dialog", { class: "camera", "aria-label": page.text("use_webcam") }, el("div", { class: "lens" }, video, count), el("p", { class: "note" }, page.text("camera_hint")),
    el("div", { class: "buttons" }, el("button", { type: "button", class: "quiet", onclick: () => dialog.close() }, page.text("cancel")), shoot));
  const countDown = async () => {
    shoot.disabled = true;
    for (let left = COUNT_S; left > 0 && dialog.open; left--) {
      count.textContent = String(left);
      await new Promise((later) => setTimeout(later, 700));
    }
    if (!dialog.open) return;
    const file = await jpegOf(video);
    dialog.close();
    take(file);
  };
  dialog.addEventListener("close", () => (closeWebcam(stream), dialog.remove()));
  document.body.append(dialog);
  dialog.showModal();
}

/** What a video shows now, as a JPEG, not mirrored. */
export function jpegOf(video, canvas = document.createElement("canvas"), quality = 0.92) {
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d").drawImage(video, 0, 0);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
}

/** Makes JPEGs of a video one after the other, in a thread of its own where there can be one; `bytes` resolves to an ArrayBuffer. */
export function jpegMaker(quality) {
  const canvas = document.createElement("canvas");
  const here = async (video) => (await jpegOf(video, canvas, quality)).arrayBuffer();
  if (!window.OffscreenCanvas || !window.createImageBitmap) return { bytes: here, close: () => undefined };
  const worker = new Worker(new URL("jpeg_worker.js", import.meta.url));
  const wanted = new Map();
  let number = 0;
  let works = true;
  worker.onmessage = ({ data }) => {
    wanted.get(data.number)?.made(data.bytes);
    wanted.delete(data.number);
  };
  worker.onerror = () => {
    works = false; // slower by the page itself, but the avatar follows
    for (const { video, made } of wanted.values()) made(here(video));
    wanted.clear();
  };
  return {
    bytes: async (video) => {
      if (!works) return here(video);
      const picture = await createImageBitmap(video);
      const key = number++;
      const bytes = new Promise((made) => wanted.set(key, { video, made }));
      worker.postMessage({ number: key, picture, quality }, [picture]);
      return bytes;
    },
    close: () => worker.terminate(),
  };
}
