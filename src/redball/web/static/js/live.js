/**
 * Open pages follow what changes on the server.
 *
 * An event names a topic and its version. When it is one of the page's topics and newer than what
 * the page shows, the page is asked for again and every element with `data-live` takes the place of
 * its former self. Other scripts hear `live:TOPIC` on the body, with what was told.
 *
 * When the line is lost for longer than a moment the page says so, and goes on by itself.
 */
import { follow } from "./focus.js";
import { ended } from "./keeping.js";
import { mark } from "./marking.js";
import { say } from "./notice.js";

const MOMENT = 2_000;
const LONGEST = 60_000;
const body = document.body;
let shown = JSON.parse(body.dataset.versions || "{}");
let waiting = false;
let again = false;

let source = null;
let losing = 0;
let pause = MOMENT;

/** Begin to listen; the browser connects again by itself when the line was lost. */
export function listen() {
  const root = document.documentElement.dataset.root ?? "";
  source?.close();
  source = new EventSource(`${root}/live`);
  source.addEventListener("hello", (event) => {
    found();
    const versions = JSON.parse(event.data);
    for (const [topic, version] of Object.entries(versions)) changed(topic, { version });
  });
  source.addEventListener("ended", () => {
    source.close();
    ended(listen);
  });
  source.onerror = lost;
  for (const topic of ["picture", "worklist", "work", "people", "ledger", "progress"]) {
    source.addEventListener(topic, (event) => changed(topic, JSON.parse(event.data)));
  }
}

addEventListener("pagehide", () => source?.close());
addEventListener("pageshow", (event) => { if (event.persisted && source) listen(); });

/** The line stands. */
function found() {
  body.dataset.live = "on";
  clearTimeout(losing);
  losing = 0;
  pause = MOMENT;
  say("", undefined, "line");
}

/** The line broke: wait a moment before saying so, and see to it where the browser gave up. */
function lost() {
  body.dataset.live = "lost";
  const since = new Date().toISOString().slice(11, 16);
  losing ||= setTimeout(() => {
    say(`The connection to the server is lost since ${since}Z. What is shown may have changed since; the page goes on by itself when the server is back.`, undefined, "line");
  }, MOMENT);
  if (source.readyState !== EventSource.CLOSED) return;
  setTimeout(retry, pause);
  pause = Math.min(2 * pause, LONGEST);
}

/** The stream was refused: because nobody is signed in any more, or by something on the way. */
async function retry() {
  const root = document.documentElement.dataset.root ?? "";
  const answer = await fetch(`${root}/api/v1/account`, { credentials: "same-origin" }).catch(() => null);
  if (answer?.status === 401) {
    clearTimeout(losing);
    say("", undefined, "line");
    ended(listen);
  } else {
    listen();
  }
}

/**
 * @param {string} topic
 * @param {{version?: number}} told
 */
function changed(topic, told) {
  if (told.version !== undefined) {
    if (shown[topic] === told.version) return;
    shown[topic] = told.version;
  }
  body.dispatchEvent(new CustomEvent(`live:${topic}`, { detail: told }));
  const topics = (body.dataset.liveTopics || "").split(" ");
  if (told.version !== undefined && topics.includes(topic)) refresh();
}

/** Ask for the page again, one request at a time, and exchange its live parts. */
export async function refresh() {
  if (waiting) { again = true; return; }
  waiting = true;
  try {
    do {
      again = false;
      const response = await fetch(location.href, { headers: { "x-live": "1" }, credentials: "same-origin" });
      if (response.ok && !response.redirected) exchange(new DOMParser().parseFromString(await response.text(), "text/html"));
    } while (again);
  } catch {
    body.dataset.live = "lost";
  } finally {
    waiting = false;
  }
}

/**
 * Exchange live parts that differ, leaving alone what somebody is typing in.
 * @param {Document} fresh
 */
function exchange(fresh) {
  for (const place of document.querySelectorAll("[data-live][id]")) {
    const next = fresh.getElementById(place.id);
    if (!next || next.outerHTML === place.outerHTML) continue;
    const active = document.activeElement;
    if (place.contains(active) && /^(INPUT|TEXTAREA|SELECT)$/.test(active.tagName)) continue;
    const focus = follow(place, next);
    const open = new Set([...place.querySelectorAll("details[open][id]")].map((one) => one.id));
    const top = place.scrollTop;
    place.replaceWith(next);
    for (const id of open) next.querySelector(`#${CSS.escape(id)}`)?.setAttribute("open", "");
    next.scrollTop = top;
    focus();
    window.htmx?.process(next);
    body.dispatchEvent(new CustomEvent("live:exchanged", { detail: { id: next.id } }));
  }
  const foot = fresh.querySelector(".foot");
  if (foot) document.querySelector(".foot")?.replaceWith(foot);
  mark(fresh);
}
