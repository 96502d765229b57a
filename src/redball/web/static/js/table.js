/**
 * Sort and turn over tables in place: the links lead to the whole page, of which only the table is
 * taken. Without this script they are plain links.
 */

/**
 * @param {string} href
 * @param {string} id  Of the table.
 * @returns {Promise<boolean>}  Whether the table was exchanged.
 */
async function exchange(href, id) {
  const response = await fetch(href, { credentials: "same-origin" });
  if (!response.ok || response.redirected) return false;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const next = page.getElementById(id);
  const place = document.getElementById(id);
  if (!next || !place) return false;
  place.replaceWith(next);
  return true;
}

/** @param {MouseEvent} event */
async function follow(event) {
  if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  const link = /** @type {Element} */ (event.target).closest?.("a[data-sort], a[data-turn]");
  const table = link?.closest(".tidy");
  if (!link || !table?.id) return;
  event.preventDefault();
  const words = link.textContent;
  const done = await exchange(link.href, table.id).catch(() => false);
  if (!done) {
    location.assign(link.href);
    return;
  }
  history.pushState({ tidy: table.id }, "", link.href);
  sorted = true;
  const links = [...document.getElementById(table.id).querySelectorAll("a[data-sort], a[data-turn]")];
  const focus = links.find((one) => one.textContent === words) ?? links[0];
  focus?.focus();
}

document.addEventListener("click", follow);
let sorted = false; // whether the page went to another order of a table since it was loaded
addEventListener("popstate", (event) => {
  if (event.state?.tidy || sorted) location.reload();
});
