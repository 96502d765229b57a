// Sorting by a click on a heading and filtering by words. Everything can be read without it.
"use strict";
(() => {
  const plain = (cell) => cell.textContent.trim();
  const levels = ["off", "standby", "normal", "caution", "serious", "critical"];
  const figure = (text) => {
    const bare = text.replace(/[\u202f\s]/g, "").replace("\u2212", "-");
    return /^-?\d+(\.\d+)?$/.test(bare) ? Number(bare) : null;
  };
  const compare = (a, b) => {
    const [x, y] = [figure(a), figure(b)];
    if (x !== null && y !== null) return x - y;
    const [p, q] = [levels.indexOf(a), levels.indexOf(b)];
    return p >= 0 && q >= 0 ? p - q : a.localeCompare(b);
  };
  const sort = (table, index, heading) => {
    const down = heading.getAttribute("aria-sort") === "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => [plain(row.cells[index]), row]);
    rows.sort(([a], [b]) => {
      // what is not known stays at the end in both directions
      if (a === "\u2013" || b === "\u2013") return (a === "\u2013") - (b === "\u2013");
      return down ? compare(b, a) : compare(a, b);
    });
    body.append(...rows.map(([, row]) => row));
  };
  const filter = (table, words, status) => {
    let shown = 0;
    for (const row of table.tBodies[0].rows) {
      row.hidden = !row.textContent.toLowerCase().includes(words.toLowerCase());
      shown += row.hidden ? 0 : 1;
    }
    status.textContent = words ? `${shown} rows shown` : "";
  };
  for (const region of document.querySelectorAll(".table:not(.summary)")) {
    const table = region.querySelector("table");
    const headings = [...table.tHead.rows[0].cells];
    headings.forEach((heading, index) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      button.addEventListener("click", () => sort(table, index, heading));
      heading.append(button);
    });
    if (table.tBodies[0].rows.length < 8) continue;
    const bar = document.createElement("div");
    const label = document.createElement("label");
    const input = document.createElement("input");
    const status = document.createElement("span");
    bar.className = "filter";
    input.type = "search";
    status.setAttribute("role", "status");
    label.append("Show rows with ", input);
    input.setAttribute("aria-label", `Show rows with these words: ${region.getAttribute("aria-label")}`);
    input.addEventListener("input", () => filter(table, input.value, status));
    bar.append(label, status);
    region.before(bar);
  }
})();
