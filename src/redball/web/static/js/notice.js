/** What is said at the head of the page. */

/**
 * Say something at the head of the page.
 * @param {string} words  Empty to take it back.
 * @param {{href: string, words: string}} [link]  Opens beside this page, which stays.
 * @param {string} [where]  Id of the place: `notice`, or `line` for what is said of the connection.
 */
export function say(words, link, where = "notice") {
  const place = document.getElementById(where);
  if (!place) return;
  place.replaceChildren();
  if (!words) return;
  const part = document.createElement("div");
  part.className = "problem-part";
  part.textContent = words;
  if (link) {
    const leads = document.createElement("a");
    leads.href = link.href;
    leads.target = "_blank";
    leads.textContent = link.words;
    part.append(" ", leads);
  }
  place.append(part);
}
