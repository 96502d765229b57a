/**
 * What somebody types is not lost when their session or the server goes away.
 *
 * Before a form is sent with something typed in it, or while the line is broken, the server is asked
 * whether it is there and who is signed in. Where that is nobody, the form stays as it is until they
 * have signed in beside it; the same person's new session then takes the place of the old one.
 */
import { say } from "./notice.js";

const body = document.body;
const root = document.documentElement.dataset.root ?? "";
const LEAVING = 5_000;
const WORDS = {
  nobody: "Your session has ended. What you typed is still here: sign in beside this page, come back, and send it then.",
  other: "Somebody else is signed in with this browser now. What you typed is still here; it can only be sent as yourself.",
  away: "The server can't be reached. Nothing was sent, and what you typed is still here; try again.",
};
let left = -LEAVING; // when the page was last about to be left
let sure = null; // the form that is being sent
let asking = false;
let resume = null; // what goes on once they are signed in again

/**
 * Whether a form holds what somebody typed and the server has not taken.
 * @param {HTMLFormElement} form
 */
function typed(form) {
  const shownAgain = body.dataset.posted !== undefined; // by the server, as it was typed
  return [...form.elements].some((one) => {
    if (one.type === "hidden" || one.type === "password") return false;
    if (one instanceof HTMLSelectElement) {
      const options = [...one.options];
      const first = Math.max(options.findIndex((option) => option.defaultSelected), 0);
      return one.multiple ? options.some((option) => option.selected !== option.defaultSelected) : one.selectedIndex !== first;
    }
    if (one.type === "checkbox" || one.type === "radio") return one.checked !== one.defaultChecked;
    if (one.type === "file") return one.files.length > 0;
    if (!/^(INPUT|TEXTAREA)$/.test(one.tagName)) return false;
    return one.value !== one.defaultValue || (shownAgain && one.value !== "");
  });
}

/** @param {HTMLFormElement} form */
const posts = (form) => form.getAttribute("method")?.toLowerCase() === "post";

/**
 * Who the server says is signed in, compared with whom the page was made for.
 * @returns {Promise<"same" | "nobody" | "other" | "away">}
 */
async function standing() {
  try {
    const response = await fetch(`${root}/api/v1/account`, { credentials: "same-origin" });
    if (response.status === 401) return "nobody";
    if (!response.ok) return "away";
    const told = await response.json();
    if (told.account !== body.dataset.account) return "other";
    body.dataset.csrf = told.csrf;
    for (const field of document.querySelectorAll("input[name=csrf]")) field.value = told.csrf;
    return "same";
  } catch {
    return "away";
  }
}

/** @param {"nobody" | "other" | "away"} found */
function tell(found) {
  say(WORDS[found], found === "nobody" ? { href: `${root}/sign-in`, words: "Sign in" } : undefined);
}

/**
 * The session has ended: to the door, or, where something is typed, stay and say so.
 * @param {() => void} [again]  Called when they have signed in again.
 * @returns {void}
 */
export function ended(again) {
  if (performance.now() - left < LEAVING) {
    setTimeout(() => ended(again), LEAVING); // a form is on its way: its answer shows what is
    return;
  }
  if (![...document.forms].some((form) => posts(form) && typed(form))) {
    location.assign(location.pathname + location.search);
    return;
  }
  resume = again ?? (() => {});
  tell("nobody");
}

/** Whoever comes back to the page may have signed in meanwhile. */
async function back() {
  if (!resume || document.hidden) return;
  const found = await standing();
  if (found === "other") tell(found);
  if (found !== "same" || !resume) return;
  say("You are signed in again. What you typed is still here: send it now.");
  resume();
  resume = null;
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement | null} submitter
 */
async function send(form, submitter) {
  if (asking) return;
  asking = true;
  const found = await standing();
  asking = false;
  if (found !== "same") {
    resume ??= () => {};
    tell(found);
    return;
  }
  say("");
  sure = form;
  form.requestSubmit(submitter);
  sure = null;
}

/**
 * Name of a file that the server would refuse for its size: it ends the connection over that, and
 * browsers then show their own error in place of the answer.
 * @param {HTMLFormElement} form
 */
function tooLarge(form) {
  for (const one of form.elements) {
    const most = Number(one.dataset?.most ?? 0);
    const file = most ? [...(one.files ?? [])].find((given) => given.size > most) : undefined;
    if (file) return `${file.name} is too large: at most ${Math.floor(most / 2 ** 20)} MB fit here. Send it in smaller parts.`;
  }
  return "";
}

/** Look at forms before they are sent. */
export function keep() {
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    const form = /** @type {HTMLFormElement} */ (event.target);
    const large = tooLarge(form);
    if (large) {
      event.preventDefault();
      say(large);
      return;
    }
    const loss = body.dataset.live === "lost" || typed(form);
    if (form === sure || !posts(form) || !loss) {
      left = performance.now();
      return;
    }
    event.preventDefault();
    send(form, event.submitter);
  });
  addEventListener("focus", back);
  document.addEventListener("visibilitychange", back);
}
