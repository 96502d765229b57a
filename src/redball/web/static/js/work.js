/** Progress of long work as the server tells it; goes to the answer when the work is done. */

/** @type {Map<string, {at: number, share: number}>} */
const first = new Map();

/**
 * @param {CustomEvent<{key: string, what: string, done: number, total: number}>} event
 */
function told(event) {
  const { key, what, done, total } = event.detail;
  const place = document.querySelector(`[data-work="${CSS.escape(key)}"]`);
  if (!place) return;
  const share = total ? Math.min(done / total, 1) : 0;
  const bar = place.querySelector("progress");
  if (bar && total) bar.value = share;
  const words = place.querySelector(".progress-words");
  if (words) words.textContent = `${what}, ${Math.round(share * 100)} %${left(`${key} ${what}`, share)}`;
}

/**
 * What is left at the rate so far, once that says something.
 * @param {string} name
 * @param {number} share
 */
function left(name, share) {
  const now = performance.now();
  const begun = first.get(name);
  if (!begun || share < begun.share) {
    first.set(name, { at: now, share });
    return "";
  }
  const passed = (now - begun.at) / 1000;
  if (passed < 2 || share - begun.share < 0.02) return "";
  const seconds = Math.round((passed * (1 - share)) / (share - begun.share));
  return seconds > 90 ? `, about ${Math.round(seconds / 60)} min left` : `, about ${seconds} s left`;
}

document.body.addEventListener("live:progress", told);
document.body.addEventListener("live:exchanged", () => {
  const answer = document.getElementById("work")?.dataset.answer;
  if (answer) location.assign(answer);
});
