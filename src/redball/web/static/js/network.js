// The supply network: suggestions while typing, and the graph where the server has placed it.

const search = document.getElementById("network-q");
if (search instanceof HTMLInputElement) suggest(search);
const data = document.getElementById("network-data");
const canvas = document.getElementById("network-graph");
if (data && canvas) draw(canvas, JSON.parse(data.textContent ?? "{}"));

/** @param {HTMLInputElement} field */
function suggest(field) {
  let waiting = 0;
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = window.setTimeout(async () => {
      const sought = field.value;
      const address = `${field.dataset.search}${field.dataset.search?.includes("?") ? "&" : "?"}q=${encodeURIComponent(sought)}`;
      const answer = await fetch(address, { headers: { accept: "application/json" } });
      if (!answer.ok || field.value !== sought) return; // an older answer
      const { found } = await answer.json();
      const options = found.map((/** @type {{name: string, table: string, key: string}} */ one) => {
        const option = document.createElement("option");
        option.value = one.name;
        option.label = `${one.table} ${one.key}`;
        return option;
      });
      document.getElementById("network-names")?.replaceChildren(...options);
    }, 150);
  });
}

/**
 * @param {HTMLElement} place
 * @param {{nodes: any[], links: any[]}} graph
 */
async function draw(place, graph) {
  const address = new URL("../vendor/cytoscape.esm.min.mjs", import.meta.url);
  const { default: cytoscape } = await import(address.href);
  place.hidden = false;
  const style = getComputedStyle(document.documentElement);
  const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const words = (/** @type {any} */ one) =>
    (one.count > 1 ? `${one.word || one.kind}: ${one.count}` : one.name) +
    (one.lost ? (one.count > 1 ? ` (${one.lost} fail)` : ` (fails, step ${one.step})`) : "");
  const net = cytoscape({
    container: place,
    elements: [
      ...graph.nodes.map((one) => ({ data: { ...one, words: words(one) }, position: { x: one.x, y: one.y } })),
      ...graph.links.map((one) => ({ data: { source: one.from, target: one.to } })),
    ],
    layout: { name: "preset", fit: true, padding: 24 },
    autoungrabify: true,
    style: [
      { selector: "node", style: { label: "data(words)", color: colour("--ink"), "font-family": "Plex, sans-serif", "font-size": 11, "text-wrap": "ellipsis", "text-max-width": "170px", "text-valign": "bottom", "text-margin-y": 2, width: 16, height: 16, "background-color": colour("--standby"), "border-width": 1, "border-color": colour("--outline") } },
      { selector: "node[kind = 'item']", style: { shape: "rectangle" } },
      { selector: "node[kind = 'undisclosed']", style: { "border-style": "dashed", "background-color": colour("--off") } },
      { selector: "node[count > 1]", style: { width: 26, height: 26, "border-style": "double", "border-width": 4 } },
      { selector: "node[?point]", style: { "border-width": 4 } },
      { selector: "node[lost > 0]", style: { "background-color": colour("--critical"), "font-weight": 600 } },
      { selector: "node[?marked]", style: { "border-width": 5, "border-color": colour("--accent") } },
      { selector: "edge", style: { width: 1, "line-color": colour("--line"), "curve-style": "straight" } },
      { selector: ".near", style: { "line-color": colour("--accent"), width: 2 } },
    ],
  });
  net.on("mouseover", "node", (/** @type {any} */ event) => event.target.connectedEdges().addClass("near"));
  net.on("mouseout", "node", (/** @type {any} */ event) => event.target.connectedEdges().removeClass("near"));
  net.on("tap", "node", (/** @type {any} */ event) => {
    const to = event.target.data("href") || event.target.data("fail");
    if (to) window.location.assign(to);
  });
}
