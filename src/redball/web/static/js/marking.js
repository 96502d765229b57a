/**
 * The classification above and below a page, when the page takes over parts of a fresh one.
 *
 * What comes may be marked higher or lower than what was there, or be the first that is marked.
 */

/**
 * Show the marking of a fresh page.
 * @param {Document} fresh
 */
export function mark(fresh) {
  const [above, below] = fresh.querySelectorAll(".marking");
  const shown = [...document.querySelectorAll(".marking")];
  const same = shown.every((one) => one.textContent === above?.textContent);
  if (same && shown.length === (above ? 2 : 0)) return;
  for (const one of shown) one.remove();
  if (!above) return;
  document.querySelector("header")?.prepend(above.cloneNode(true));
  document.querySelector(".foot")?.after((below ?? above).cloneNode(true));
}
