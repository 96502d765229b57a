/** What every page has: the token on scripted requests, notices, live refresh. */
import { listen } from "./live.js";

const body = document.body;

/** Requests of htmx carry the session's token. */
body.addEventListener("htmx:configRequest", (event) => {
  if (body.dataset.csrf) event.detail.headers["x-csrf-token"] = body.dataset.csrf;
});

/** What can't be reached is said, and what was typed stays. */
for (const name of ["htmx:sendError", "htmx:timeout"]) {
  body.addEventListener(name, () => say("The server can't be reached. What you typed is still here; try again."));
}
body.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) say("");
});

/**
 * Say something at the head of the page.
 * @param {string} words  Empty to take it back.
 */
export function say(words) {
  const place = document.getElementById("notice");
  if (!place) return;
  place.replaceChildren();
  if (!words) return;
  const part = document.createElement("div");
  part.className = "problem-part";
  part.textContent = words;
  place.append(part);
}

/**
 * Fetch from this server with the session's token; errors are said as the server tells them.
 * @param {string} path  Below the root path.
 * @param {RequestInit} [options]
 * @returns {Promise<Response>}
 */
export async function ask(path, options = {}) {
  const headers = new Headers(options.headers);
  if (body.dataset.csrf) headers.set("x-csrf-token", body.dataset.csrf);
  const root = document.documentElement.dataset.root ?? "";
  const response = await fetch(root + path, { ...options, headers, credentials: "same-origin" });
  if (response.status === 401) location.reload();
  if (!response.ok) {
    const told = await response.clone().json().catch(() => null);
    say(told?.error ? `${told.error.what} ${told.error.mend}` : `The server answered ${response.status}.`);
  }
  return response;
}

if (body.dataset.liveTopics !== undefined) listen();
