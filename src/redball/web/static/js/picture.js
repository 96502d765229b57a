/**
 * The picture: map, filters, time and sheet move together, and the address always says what is
 * shown. Every control is a link or a form that works by itself; this exchanges only what differs.
 */
import { follow } from "./focus.js";
import { mark } from "./marking.js";
import { ask } from "./shell.js";

const PARTS = ["danger", "counts", "time", "sheet", "balance", "twin"];
const filters = document.getElementById("filters");
let theatre = null;
let asking = null;

/** What the server says the map shows. */
function mapData(page = document) {
  return JSON.parse(page.getElementById("map-data").textContent);
}

/** Position of the site that is looked at. */
function position() {
  const { longitude, latitude } = document.getElementById("sheet").dataset;
  return longitude === undefined ? null : [Number(longitude), Number(latitude)];
}

/**
 * Go to another address of the picture without loading the page anew.
 * @param {string} href
 * @param {{push?: boolean, focus?: boolean}} [how]
 */
async function go(href, { push = true, focus = false } = {}) {
  asking?.abort();
  asking = new AbortController();
  let response;
  let text;
  try {
    response = await fetch(href, { credentials: "same-origin", signal: asking.signal });
    text = await response.text();  // a newer question may end this one while it is read
  } catch (error) {
    if (error.name !== "AbortError") location.assign(href);
    return;
  }
  if (!response.ok || response.redirected) {
    location.assign(href);
    return;
  }
  const page = new DOMParser().parseFromString(text, "text/html");
  if (push) history.pushState({ picture: true }, "", href);
  take(page);
  if (focus) document.getElementById("sheet-head")?.focus({ preventScroll: false });
}

/** Classification, moment and links of the frame: another moment may have others. */
function frame(page) {
  for (const part of [".head", ".foot"]) {
    const [place, next] = [document.querySelector(part), page.querySelector(part)];
    if (place && next && place.outerHTML !== next.outerHTML) place.replaceWith(next);
  }
  mark(page);
  document.querySelector(".past")?.remove();
  const past = page.querySelector(".past");
  if (past) document.querySelector(".head").after(past);
}

/** Take over what a fresh page shows. */
function take(page) {
  frame(page);
  const before = document.getElementById("map-data");
  for (const id of PARTS) {
    const [place, next] = [document.getElementById(id), page.getElementById(id)];
    if (!place || !next || place.outerHTML === next.outerHTML) continue;
    const open = [...place.querySelectorAll("details[open][id]")].map((one) => one.id);
    const focus = follow(place, next);
    place.replaceWith(next);
    focus();
    for (const one of open) next.querySelector(`#${CSS.escape(one)}`)?.setAttribute("open", "");
  }
  document.getElementById("theatre").className = page.getElementById("theatre").className;
  syncFilters(page);
  before.textContent = page.getElementById("map-data").textContent;
  theatre?.show(mapData());
  theatre?.mark(position());
  dress();
}

/** Fields of the filters as the fresh page has them, but for what somebody is typing in. */
function syncFilters(page) {
  const fresh = page.getElementById("filters");
  for (const field of fresh.querySelectorAll("select, input")) {
    const mine = filters.querySelector(`[name="${field.name}"]`);
    if (!mine) filters.append(field.cloneNode(true));
    else if (mine !== document.activeElement) mine.value = field.value;
  }
  for (const mine of filters.querySelectorAll("input[type=hidden]")) {
    if (!fresh.querySelector(`input[type=hidden][name="${mine.name}"]`)) mine.remove();
  }
  const [row, next] = [filters.querySelector(".row"), fresh.querySelector(".row")];
  if (!row.isEqualNode(next)) row.replaceWith(next);
}

/** The address that the filters ask for. */
function wanted() {
  const query = new URLSearchParams(new FormData(filters));
  for (const [name, value] of [...query]) if (!value) query.delete(name);
  const words = query.toString();
  return filters.getAttribute("action") + (words ? `?${words}` : "");
}

/** The slider stands for the list of moments. */
function dress() {
  const [list, slider] = [document.getElementById("moment"), document.getElementById("slider")];
  document.getElementById("time-go").hidden = true;
  slider.hidden = false;
  slider.value = String(list.selectedIndex);
  slider.setAttribute("aria-valuetext", list.selectedOptions[0]?.textContent ?? "");
  let waiting = 0;
  const move = (index, pause) => {
    list.selectedIndex = index;
    slider.value = String(index);
    slider.setAttribute("aria-valuetext", list.selectedOptions[0].textContent);
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const had = document.activeElement?.id;
      await go(list.selectedOptions[0].dataset.href);
      if (had === "slider" || had === "moment") document.getElementById(had)?.focus();
    }, pause);
  };
  slider.addEventListener("input", () => move(Number(slider.value), 180));
  list.addEventListener("change", () => move(list.selectedIndex, 0));
}

/** Links to sites and choices stay on the page. */
document.addEventListener("click", (event) => {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  const link = event.target.closest?.("a[href]");
  if (!link || link.closest("header, nav.pages, .skip") || link.matches("[data-sort], [data-turn]")) return;
  const to = new URL(link.href);
  if (to.origin !== location.origin || to.pathname !== location.pathname || to.hash) return;
  event.preventDefault();
  const closed = link.matches("[data-close]") ? document.getElementById("sheet").dataset.site : undefined;
  go(link.href, { focus: new URLSearchParams(to.search).has("site") && !closed }).then(() => {
    // back to whence it was opened; who closed it by mouse keeps what is in view
    const opener = closed && document.querySelector(`#places tr[data-key="${CSS.escape(closed)}"] a`);
    if (opener) opener.focus({ preventScroll: event.detail > 0 });
  });
});

filters.addEventListener("change", (event) => {
  if (event.target.matches("select")) go(wanted());
});
filters.addEventListener("submit", (event) => {
  event.preventDefault();
  go(wanted());
});
document.addEventListener("submit", (event) => {
  if (event.target.id === "time") event.preventDefault();
});
addEventListener("popstate", () => go(location.href, { push: false }));
document.body.addEventListener("live:picture", () => theatre?.again());
document.body.addEventListener("live:exchanged", (event) => {
  if (event.detail.id === "time") dress();
});

/** Site of a click on the map. */
function chosen(site) {
  const to = new URL(location.href);
  to.searchParams.set("site", site);
  go(to.href, { focus: false });
}

/** The drawing in place of the map. */
async function drawInstead(place) {
  const response = await ask("/picture/drawn" + location.search);
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const words = document.createElement("p");
  words.className = "off";
  words.textContent = "This browser has no WebGL: here is the map as a drawing. Choose sites in the table.";
  place.classList.add("instead");
  place.replaceChildren(words, ...page.querySelectorAll("#drawn > *"));
}

async function begin() {
  const place = document.getElementById("map");
  dress();
  const [{ Theatre, canDraw }] = await Promise.all([import("./map.js"), loadSymbols()]);
  if (!canDraw()) {
    await drawInstead(place);
    return;
  }
  theatre = new Theatre(place, mapData(), position(), chosen);
  const again = () => theatre.restyle();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  new MutationObserver(again).observe(document.documentElement, { attributeFilter: ["data-theme"] });
}

/** The drawing of symbols is a plain script. */
function loadSymbols() {
  return new Promise((done, fail) => {
    const script = document.createElement("script");
    script.src = new URL("../vendor/milsymbol.js", import.meta.url).href;
    script.onload = done;
    script.onerror = fail;
    document.head.append(script);
  });
}

begin();
