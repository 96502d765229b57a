/** Who works by keyboard stands where they stood when a part of the page is exchanged. */

/** @param {Element} one  What tells it from others of the page that are not it. */
function signs(one) {
  const names = ["href", "name", "value", "aria-label", "data-key"].map((name) => one.getAttribute(name));
  const words = /^(A|BUTTON|SUMMARY)$/.test(one.tagName) ? one.textContent.trim() : "";
  return JSON.stringify([one.tagName, ...names, one.form?.getAttribute("action"), words]);
}

/**
 * Give the focus that was in a place to what is the same in its successor.
 * @param {Element} place  Still in the page.
 * @param {Element} next
 * @returns {() => void}  To be called when the successor stands in the page.
 */
export function follow(place, next) {
  const had = document.activeElement;
  if (!had || had === document.body || !place.contains(had)) return () => {};
  const alike = (root) => [root, ...root.querySelectorAll(had.tagName)].filter((one) => signs(one) === signs(had));
  const byId = had.id ? [next, ...next.querySelectorAll("[id]")].find((one) => one.id === had.id) : undefined;
  const found = byId ?? alike(next)[alike(place).indexOf(had)] ?? alike(next)[0];
  return () => {
    if (found) {
      found.focus({ preventScroll: true });
      return;
    }
    if (!next.hasAttribute("tabindex")) next.setAttribute("tabindex", "-1"); // it is gone: the part it was in
    next.focus({ preventScroll: true });
    if (document.activeElement !== next) document.getElementById("main")?.focus({ preventScroll: true });
  };
}
