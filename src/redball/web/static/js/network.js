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
 * @typedef {{id: string, kind: string, name: string, word: string, count: number, lost: number,
 *   step: number, point: boolean, marked: boolean, found: number, x: number, y: number,
 *   href: string, fail: string}} Shown
 * @typedef {{from: string, to: string}} Link
 */

/**
 * What stands beside a node; what fails first, so that it is not cut off.
 * @param {Shown} one
 * @param {DOMStringMap} said  Words of the page's language.
 */
function words(one, said) {
  if (one.count <= 1) return (one.lost ? `✕ ${said.step} ${one.step} · ` : "") + one.name;
  const group = said[one.word] ?? one.word;
  return `${group}: ${one.count}` + (one.lost ? ` · ✕ ${one.lost} ${said.fail}` : "");
}

/** @param {(name: string) => string} colour */
function looks(colour) {
  return [
    { selector: "node", style: { label: "data(words)", color: colour("--ink"), "font-family": "Plex, sans-serif", "font-size": 12, "text-wrap": "ellipsis", "text-max-width": "150px", "text-halign": "right", "text-valign": "center", "text-margin-x": 4, "text-background-color": colour("--surface"), "text-background-opacity": 0.85, width: 13, height: 13, "background-color": colour("--standby"), "border-width": 1.5, "border-color": colour("--outline") } },
    { selector: "node[kind = 'item']", style: { shape: "rectangle" } },
    { selector: "node[kind = 'undisclosed']", style: { "border-style": "dashed", "background-color": colour("--off") } },
    { selector: "node[count > 1]", style: { width: 20, height: 20, "border-style": "double", "border-width": 4 } },
    { selector: "node[?point][count = 1]", style: { shape: "diamond", width: 17, height: 17, "background-color": colour("--caution"), "font-weight": 600 } },
    { selector: "node[lost > 0]", style: { "background-color": colour("--critical"), "font-weight": 600 } },
    { selector: "node[?marked], node[found > 0]", style: { "outline-width": 3, "outline-offset": 2, "outline-color": colour("--accent"), "font-weight": 600 } },
    { selector: "edge", style: { width: 1, "line-color": colour("--line"), "curve-style": "haystack" } },
    { selector: "edge[?lost]", style: { "line-color": colour("--critical"), width: 1.5 } },
    { selector: ".near", style: { "line-color": colour("--accent"), width: 2 } },
  ];
}

/**
 * @param {HTMLElement} place
 * @param {{nodes: Shown[], links: Link[]}} graph
 */
async function draw(place, graph) {
  const address = new URL("../vendor/cytoscape.esm.min.mjs", import.meta.url);
  const { default: cytoscape } = await import(address.href);
  place.hidden = false;
  const style = getComputedStyle(document.documentElement);
  const lost = new Set(graph.nodes.filter((one) => one.lost).map((one) => one.id));
  const net = cytoscape({
    container: place,
    elements: [
      ...graph.nodes.map((one) => ({ data: { ...one, words: words(one, place.dataset) }, position: { x: one.x, y: one.y } })),
      ...graph.links.map((one) => ({ data: { source: one.from, target: one.to, lost: lost.has(one.from) && lost.has(one.to) } })),
    ],
    layout: { name: "preset", fit: true, padding: 16 },
    autoungrabify: true,
    userZoomingEnabled: false, // the wheel turns the page; buttons zoom
    minZoom: 0.1,
    maxZoom: 3,
    style: looks((name) => style.getPropertyValue(name).trim()),
  });
  legible(net);
  const tools = document.getElementById("network-tools");
  if (tools) tools.hidden = false;
  tools?.addEventListener("click", (event) => {
    const factor = Number(/** @type {HTMLElement} */ (event.target).closest("button")?.dataset.zoom ?? NaN);
    if (factor === 0) net.fit(undefined, 16);
    else if (factor) net.zoom({ level: net.zoom() * factor, renderedPosition: { x: net.width() / 2, y: net.height() / 2 } });
  });
  net.on("mouseover", "node", (/** @type {any} */ event) => {
    event.target.connectedEdges().addClass("near");
    place.title = event.target.data("words");
  });
  net.on("mouseout", "node", (/** @type {any} */ event) => event.target.connectedEdges().removeClass("near"));
  net.on("tap", "node", (/** @type {any} */ event) => {
    const to = event.target.data("href") || event.target.data("fail");
    if (to) window.location.assign(to);
  });
  place.dataset.drawn = String(graph.nodes.length);
}

/**
 * Whole where that can be read; else as large as can be read, with what was sought in the middle.
 * @param {any} net
 */
function legible(net) {
  if (net.zoom() >= 0.75) return;
  net.zoom(0.75);
  const sought = net.nodes("[?marked], [found > 0]");
  if (sought.nonempty()) net.center(sought[0]);
  else {
    const box = net.elements().boundingBox();
    net.pan({ x: 16 - box.x1 * 0.75, y: net.height() / 2 - ((box.y1 + box.y2) / 2) * 0.75 });
  }
}
