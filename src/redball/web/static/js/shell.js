/** What every page has: the token on scripted requests, notices, live refresh. */
import { ended, keep } from "./keeping.js";
import { listen } from "./live.js";
import { say } from "./notice.js";

export { say };

const body = document.body;

/** Requests of htmx carry the session's token. */
body.addEventListener("htmx:configRequest", (event) => {
  if (body.dataset.csrf) event.detail.headers["x-csrf-token"] = body.dataset.csrf;
});

/** What can't be reached is said, and what was typed stays. */
for (const name of ["htmx:sendError", "htmx:timeout"]) {
  body.addEventListener(name, () => say("The server can't be reached. What you typed is still here; try again."));
}
/** Where the session has ended, a part of a page does not take the whole page to the door. */
body.addEventListener("htmx:beforeOnLoad", (event) => {
  const to = event.detail.xhr.getResponseHeader("HX-Redirect");
  if (!to || !/\/sign-in$/.test(new URL(to, location.href).pathname)) return;
  event.preventDefault();
  ended(listen);
});
/** Who stood in a part that htmx exchanges stands in its place afterwards, not at the page's start. */
let stood = false;
body.addEventListener("htmx:beforeSwap", (event) => {
  stood = event.detail.target.contains(document.activeElement) && document.activeElement !== body;
});
body.addEventListener("htmx:afterSettle", () => {
  if (stood && document.activeElement === body) document.getElementById("main")?.focus();
  stood = false;
});
body.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) say("");
});

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
  if (response.status === 401) ended(listen);
  if (!response.ok) {
    const told = await response.clone().json().catch(() => null);
    say(told?.error ? `${told.error.what} ${told.error.mend}` : `The server answered ${response.status}.`);
  }
  return response;
}

if (body.dataset.liveTopics !== undefined) {
  keep();
  listen();
}
