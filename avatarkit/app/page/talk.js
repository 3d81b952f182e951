// Talks with the server: events by Gradio's queue, files by plain requests, presence by a WebSocket.

const VISIT = "avatarkit-visit";
const AVATAR = "avatarkit-avatar"; // in this window alone, and gone with it
const REMEMBER_MS = 800;
const RETRY_MS = 2000;

const channels = {}; // name -> { trigger, waiting: Map(call -> tell), last: Promise }
let calls = 0;
let token = "";
let unfinished = 0; // work that a reload would lose

addEventListener("beforeunload", (event) => unfinished && event.preventDefault());

/** While that work is under way, the browser asks before the page is left. */
export function unlessLeft(work) {
  unfinished += 1;
  return work.finally(() => (unfinished -= 1));
}

export const visitToken = () => token;

/** An address of the visit's; problems come back in the page's language. */
const ours = (path) => `/visit${path}?language=${window.avatarkit.language}`;

/** What a hidden widget of Gradio's gives us: its way to send, and its value when an answer has come. */
export function connect(name, trigger, watch, props) {
  const channel = (channels[name] ??= { waiting: new Map(), last: Promise.resolve() });
  channel.trigger = trigger;
  watch("value", () => receive(channel, props.value));
}

function receive(channel, text) {
  if (!text) return;
  const answer = JSON.parse(text);
  channel.waiting.get(answer.call)?.(answer);
}

/**
 * Ask the server for something; resolves with the last answer, fails with a text for people.
 * One request of a channel is under way at a time. `progress` is told of answers that say how far it is.
 */
export function ask(name, event, data = {}, progress = null) {
  const channel = (channels[name] ??= { waiting: new Map(), last: Promise.resolve() });
  const asked = channel.last.then(() => send(channel, event, data, progress));
  channel.last = asked.catch(() => undefined);
  return unlessLeft(asked);
}

function send(channel, event, data, progress) {
  const call = ++calls;
  return new Promise((resolve, reject) => {
    channel.waiting.set(call, (answer) => {
      if (progress && answer.progress !== undefined && !answer.url) return progress(answer.progress);
      channel.waiting.delete(call);
      return answer.problem ? reject(new Error(answer.problem)) : resolve(answer);
    });
    channel.trigger(event, { ...data, visit: token, call });
  });
}

/**
 * Begin a visit, or go on with the one this window had before a reload; resolves with whether that one is over.
 * `away` is told when the server does not answer any more, and when it does again.
 */
export async function startVisit(away) {
  const before = sessionStorage.getItem(VISIT);
  const known = before && (await fetch(ours(`/${before}`)).then(json, () => null));
  token = known?.visit ? before : (await json(await fetch(ours(""), { method: "POST" }))).visit;
  sessionStorage.setItem(VISIT, token);
  stay(away);
  return Boolean(before) && token !== before;
}

/** Be here: when this connection ends for good, the server forgets the visit. */
function stay(away) {
  const socket = new WebSocket(socketAddress("here"));
  socket.onopen = () => away(false);
  socket.onclose = ({ code }) => {
    if (code === 1008) return startAnew();
    away(true);
    setTimeout(() => stay(away), RETRY_MS);
  };
}

/** The visit is over; what was under way is lost already. */
function startAnew() {
  unfinished = 0;
  location.reload();
}

let remembering = 0;

/** Keep the avatar in this window's own memory, so that it outlives the server; soon, and once for changes that follow each other. */
export function rememberAvatar() {
  clearTimeout(remembering);
  remembering = setTimeout(async () => {
    const answer = await fetch(ours(`/${token}/recipe`)).catch(() => null);
    if (!answer?.ok) return;
    try {
      sessionStorage.removeItem(AVATAR);
      if (answer.status === 200) sessionStorage.setItem(AVATAR, await answer.text());
    } catch {
      // the browser keeps nothing, or not so much
    }
  }, REMEMBER_MS);
}

/** Bring the avatar that this window remembers into the visit; resolves with whether there was one. */
export async function bringAvatar() {
  const kept = sessionStorage.getItem(AVATAR);
  if (kept) await upload("recipe", new Blob([kept]));
  return Boolean(kept);
}

/** Of the visit's socket of that name. */
export const socketAddress = (name) => `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${ours(`/${token}/${name}`)}`;

export async function forgetVisit() {
  await fetch(ours(`/${token}`), { method: "DELETE" });
  clearTimeout(remembering);
  sessionStorage.clear();
}

/** Send a file into the visit's folder; fails with a text for people. */
export function upload(kind, file, most, tooLarge, progress = () => undefined) {
  return unlessLeft(new Promise((resolve, reject) => {
    if (most && file.size > most) return reject(new Error(tooLarge));
    const request = new XMLHttpRequest();
    request.open("PUT", ours(`/${token}/${kind}`));
    request.upload.onprogress = ({ loaded, total }) => progress(total ? loaded / total : 0);
    request.onload = () => (request.status === 200 ? resolve() : reject(new Error(problemOf(request.responseText))));
    request.onerror = () => reject(new Error(tooLarge));
    request.send(file);
  }));
}

export async function json(response) {
  const values = await response.json();
  if (!response.ok) throw new Error(values.problem ?? response.statusText);
  return values;
}

function problemOf(text) {
  try {
    return JSON.parse(text).problem;
  } catch {
    return text.slice(0, 200);
  }
}
