// The builder of scenarios: suggestions of what can be hit, and fields that fit the kind of event.

for (const field of document.querySelectorAll("input[data-targets]")) suggest(/** @type {HTMLInputElement} */ (field));
for (const field of document.querySelectorAll(".event")) fit(/** @type {HTMLFieldSetElement} */ (field));

/**
 * Suggest what is called like the last name that is typed.
 * @param {HTMLInputElement} field
 */
function suggest(field) {
  let waiting = 0;
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = window.setTimeout(() => fill(field), 150);
  });
  if (document.activeElement === field) fill(field); // typed before this script was there
}

/** @param {HTMLInputElement} field */
async function fill(field) {
  const typed = field.value;
  const cut = field.dataset.several === undefined ? 0 : typed.lastIndexOf(";") + 1;
  const before = cut ? `${typed.slice(0, cut)} ` : "";
  const sought = typed.slice(cut).trim();
  if (sought.length < 2) return;
  const select = field.closest(".event")?.querySelector("select[name=what]");
  const what = select instanceof HTMLSelectElement ? select.value : field.dataset.what ?? "";
  const query = new URLSearchParams({ q: sought, what });
  const answer = await fetch(`${field.dataset.targets}?${query}`, { headers: { accept: "application/json" } });
  if (!answer.ok || field.value !== typed) return; // an older answer
  const { found } = await answer.json();
  const options = found.map((/** @type {{kind: string, name: string, words: string}} */ one) => {
    const option = document.createElement("option");
    option.value = `${before}${one.kind}${field.dataset.join}${one.name}`;
    option.label = `${one.words} (${one.kind} ${one.name})`;
    return option;
  });
  field.list?.replaceChildren(...options);
}

/**
 * Show the fields that the kind of event has.
 * @param {HTMLFieldSetElement} event
 */
function fit(event) {
  const select = /** @type {HTMLSelectElement | null} */ (event.querySelector("select[name=what]"));
  select?.addEventListener("change", () => {
    event.dataset.by = select.selectedOptions[0]?.dataset.by ?? "lost";
  });
}
