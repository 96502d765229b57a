/**
 * Drag the budget along the curve. Every place is a point that the server worked out; the script
 * only asks for it and interpolates nothing. The address follows, so that it can be handed on.
 */
import { drawn, extras, redraw, tokens } from "./chart.js";

/** @type {[number, number, number | null][]} */
const points = JSON.parse(document.getElementById("points")?.textContent || "[]");
const slider = /** @type {HTMLInputElement | null} */ (document.getElementById("slider"));
const shown = document.getElementById("shown");
const field = /** @type {HTMLInputElement | null} */ (document.querySelector("#place input[name=budget]"));
let asking = false;
let wanted = -1;

/** @param {number} n */
function words(n) {
  const [cost, readiness] = points[n];
  return `${Math.round(cost).toLocaleString("en")} EUR, ${(100 * readiness).toFixed(1)} %`;
}

/** The chosen point as a line across the chart. */
function marked(options) {
  const [cost, readiness] = points[Number(slider?.value ?? 0)];
  const paint = tokens();
  options.series[0].markLine = {
    silent: true, symbol: "none", animation: false, data: [{ xAxis: cost }],
    lineStyle: { color: paint.ink, width: 2, type: "solid" }, label: { show: false },
  };
  options.series[0].markPoint = {
    silent: true, symbol: "circle", symbolSize: 13, data: [{ coord: [cost, readiness] }],
    itemStyle: { color: paint.surface, borderColor: paint.ink, borderWidth: 3 }, label: { show: false },
  };
  return options;
}

/** Ask for what the point buys; while an answer is on its way only the last wish is kept. */
async function ask() {
  if (asking) return;
  asking = true;
  try {
    while (wanted >= 0) {
      const n = wanted;
      wanted = -1;
      const at = document.getElementById("at");
      at?.setAttribute("aria-busy", "true");
      const address = new URL(location.href);
      for (const name of [...address.searchParams.keys()]) {
        if (name === "target" || name.endsWith("page")) address.searchParams.delete(name);
      }
      address.searchParams.set("budget", String(points[n][0]));
      const response = await fetch(address, { headers: { "hx-request": "true" }, credentials: "same-origin" });
      if (response.status !== 200) { location.assign(address); return; }
      const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
      for (const part of fresh.querySelectorAll("[data-place]")) {
        document.getElementById(part.id)?.replaceWith(part);
      }
      if (field) field.value = String(Math.round(points[n][0] * 100) / 100);
      history.replaceState(history.state, "", address);
    }
  } catch {
    document.getElementById("at")?.removeAttribute("aria-busy");
    const notice = document.getElementById("notice");
    if (notice) notice.textContent = "The server can't be reached. Drag again to try again.";
  } finally {
    asking = false;
  }
}

/** @param {number} n */
function choose(n) {
  if (!slider || !shown) return;
  slider.value = String(n);
  slider.setAttribute("aria-valuetext", words(n));
  shown.textContent = words(n);
  redraw("budget");
  wanted = n;
  ask();
}

/** A click into the chart chooses the point that lies nearest across. */
function clickable(chart) {
  chart.getZr().on("click", (event) => {
    if (!chart.containPixel("grid", [event.offsetX, event.offsetY])) return;
    const [cost] = chart.convertFromPixel("grid", [event.offsetX, event.offsetY]);
    let best = 0;
    points.forEach(([one], n) => { if (Math.abs(one - cost) < Math.abs(points[best][0] - cost)) best = n; });
    choose(best);
  });
}

if (slider && points.length) {
  document.getElementById("drag").hidden = false;
  slider.setAttribute("aria-valuetext", words(Number(slider.value)));
  if (shown) shown.textContent = words(Number(slider.value));
  slider.addEventListener("input", () => choose(Number(slider.value)));
  extras.set("budget", marked);
  drawn("budget").then((chart) => { if (chart) clickable(chart); });
}
