/**
 * Passkeys: ask the server what to prove, ask the authenticator, tell the server.
 *
 * A form with `data-passkey="get"` or `"create"` names where to begin and where to finish; both
 * are addresses of the API below the root path.
 */
import { ask, say } from "./shell.js";

const BASE = "/api/v1";

/** @param {string} text  base64url @returns {Uint8Array} */
function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

/** @param {ArrayBuffer} buffer @returns {string} base64url without padding */
function text(buffer) {
  const plain = Array.from(new Uint8Array(buffer), (one) => String.fromCharCode(one)).join("");
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Options as the server sends them, with bytes where the browser wants bytes. */
function readable(options) {
  const found = { ...options, challenge: bytes(options.challenge) };
  if (options.user) found.user = { ...options.user, id: bytes(options.user.id) };
  for (const name of ["allowCredentials", "excludeCredentials"]) {
    if (options[name]) found[name] = options[name].map((one) => ({ ...one, id: bytes(one.id) }));
  }
  return found;
}

/** An authenticator's answer as plain values. */
function plain(credential) {
  const given = credential.response;
  const response = { clientDataJSON: text(given.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (given[name]) response[name] = text(given[name]);
  }
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: {},
  };
}

/** @param {string} path @param {object} value */
async function send(path, value) {
  const response = await ask(BASE + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(value),
  });
  if (response.ok) return response.json();
  const told = await response.json().catch(() => null);
  if (told?.error?.kind === "ProveAgain") {
    const root = document.documentElement.dataset.root ?? "";
    location.assign(`${root}/prove?then=${encodeURIComponent(location.pathname.slice(root.length))}`);
  }
  return null;
}

/** @param {HTMLFormElement} form */
async function passkey(form) {
  const kind = form.dataset.passkey;
  const begun = await send(form.dataset.begin, {});
  if (!begun) return;
  let credential;
  try {
    const publicKey = readable(begun);
    credential = await navigator.credentials[kind]({ publicKey });
  } catch (error) {
    const words = {
      NotAllowedError: "The passkey was not used: it was cancelled, or took too long.",
      InvalidStateError: "This device already holds a passkey for this account.",
      SecurityError: "Passkeys work only at the address that the server was started for.",
    };
    say(words[error.name] ?? "The passkey can't be used here.");
    return;
  }
  const given = Object.fromEntries(new FormData(form).entries());
  delete given.csrf;
  const done = await send(form.dataset.finish, { ...given, answer: plain(credential) });
  if (done?.go) location.assign(done.go);
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) {
    form.querySelector("button").disabled = true;
    form.querySelector("[data-none]")?.removeAttribute("hidden");
    continue;
  }
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    say("");
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      await passkey(form);
    } catch {
      say("The server can't be reached. Try again.");
    } finally {
      button.disabled = false;
    }
  });
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    const words = document.getElementById(button.dataset.copy)?.textContent ?? "";
    await navigator.clipboard.writeText(words.trim());
    button.textContent = button.dataset.done;
  });
}
