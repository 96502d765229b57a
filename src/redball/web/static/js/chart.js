/**
 * Draw the charts of a page with ECharts, in the colours of the page's tokens.
 *
 * A chart is an element with `data-chart`, followed by its values as JSON. Only when one is on the
 * page is ECharts loaded. Charts are drawn again when the theme, the size or their part of the page
 * changes. What they show also stands in a table below: nothing is told by the drawing alone.
 */
const SYMBOLS = ["circle", "rect", "triangle", "diamond"];
const DASHES = ["solid", "dashed", "dotted", [8, 3, 2, 3]];
/** @type {Map<Element, any>} */
const charts = new Map();
let engine;

/** ECharts, loaded once. */
async function echarts() {
  engine ??= import(new URL("../vendor/echarts.min.js", import.meta.url).href).then(() => globalThis.echarts);
  return engine;
}

/**
 * Tokens of the theme that is shown.
 * @returns {{ink: string, quiet: string, line: string, surface: string, edge: string, font: string, series: string[]}}
 */
export function tokens() {
  const style = getComputedStyle(document.documentElement);
  const token = (name) => style.getPropertyValue(name).trim();
  return {
    ink: token("--ink"), quiet: token("--quiet"), line: token("--line"), surface: token("--surface"),
    edge: token("--edge"), font: token("--font"),
    series: [1, 2, 3, 4, 5, 6].map((n) => token(`--s${n}`)),
  };
}

/**
 * A number in few signs: 1.2 M, 340 k.
 * @param {number} value
 */
export function short(value) {
  const size = Math.abs(value);
  const cut = (one) => String(Math.round(one * 100) / 100);
  if (size >= 1e9) return `${cut(value / 1e9)} G`;
  if (size >= 1e6) return `${cut(value / 1e6)} M`;
  if (size >= 1e4) return `${cut(value / 1e3)} k`;
  return cut(value);
}

/**
 * @param {number} value
 * @param {boolean} percent
 */
function figure(value, percent) {
  if (percent) return `${(100 * value).toFixed(2)} %`;
  return value.toLocaleString("en", { maximumFractionDigits: Math.abs(value) >= 1000 ? 0 : 2 });
}

function frame(paint) {
  return {
    animation: false,
    textStyle: { fontFamily: paint.font, color: paint.ink },
    tooltip: {
      renderMode: "richText", confine: true, backgroundColor: paint.surface, borderColor: paint.edge,
      textStyle: { color: paint.ink, fontSize: 12 },
    },
  };
}

function axis(paint, more) {
  return {
    nameTextStyle: { color: paint.quiet }, axisLine: { lineStyle: { color: paint.edge } },
    axisLabel: { color: paint.quiet }, splitLine: { lineStyle: { color: paint.line } }, ...more,
  };
}

/** Options of a chart of lines. */
function lines(data, paint) {
  const series = [];
  data.series.forEach((one, n) => {
    const colour = paint.series[n % paint.series.length];
    if (one.band.length) series.push(...band(one, n, colour));
    series.push({
      type: "line", name: one.name, data: one.points, step: one.steps ? "end" : false,
      symbol: SYMBOLS[n % 4], symbolSize: one.points.length > 80 ? 0 : 6, showSymbol: true,
      lineStyle: { color: colour, width: 2, type: DASHES[n % 4] }, itemStyle: { color: colour },
      emphasis: { disabled: true },
    });
  });
  if (data.target !== null && series.length) {
    series[0].markLine = {
      silent: true, symbol: "none", data: [{ yAxis: data.target }],
      lineStyle: { color: paint.ink, width: 2, type: "solid" }, label: { color: paint.ink },
    };
  }
  return {
    ...frame(paint),
    tooltip: {
      ...frame(paint).tooltip, trigger: "axis",
      formatter: (points) => [
        `${data.across}: ${figure(points[0].axisValue, false)}`,
        ...points.filter((p) => !p.seriesName.startsWith("band "))
          .map((p) => `${p.seriesName}: ${figure(p.value[1], data.percent)}`),
      ].join("\n"),
    },
    legend: {
      show: data.series.length > 1, top: 0, left: 0, textStyle: { color: paint.ink },
      data: data.series.map((one) => one.name), icon: undefined,
    },
    grid: { left: 12, right: 24, top: data.series.length > 1 ? 44 : 30, bottom: 28, containLabel: true },
    xAxis: axis(paint, {
      type: "value", name: data.across, nameLocation: "middle", nameGap: 30,
      axisLabel: { color: paint.quiet, formatter: short }, splitLine: { show: false },
    }),
    yAxis: axis(paint, {
      type: "value", name: data.up, nameTextStyle: { color: paint.quiet, align: "left" }, scale: !data.fromZero,
      axisLabel: { color: paint.quiet, formatter: data.percent ? (v) => `${Math.round(1000 * v) / 10} %` : short },
    }),
    series,
  };
}

/** The interval around a line, as two stacked areas of which the lower is not seen. */
function band(one, n, colour) {
  const base = {
    type: "line", stack: `band ${n}`, symbol: "none", silent: true, lineStyle: { opacity: 0 },
    emphasis: { disabled: true }, tooltip: { show: false },
  };
  return [
    { ...base, name: `band ${n} low`, data: one.band.map(([x, low]) => [x, low]), areaStyle: { opacity: 0 } },
    {
      ...base, name: `band ${n} high`, data: one.band.map(([x, low, high]) => [x, high - low]),
      areaStyle: { color: colour, opacity: 0.18 },
    },
  ];
}

/** Options of a chart of bars, the first on top. */
function bars(data, paint) {
  const names = data.bars.map((one) => (one.level ? `${one.name} (${one.level})` : one.name));
  const targets = data.bars.flatMap((one, n) => (one.target === null ? [] : [[one.target, n]]));
  return {
    ...frame(paint),
    tooltip: { ...frame(paint).tooltip, formatter: (p) => `${p.name}\n${figure(Array.isArray(p.value) ? p.value[0] : p.value, data.percent)} ${data.percent ? "" : data.unit}` },
    grid: { left: 12, right: 74, top: 8, bottom: 28, containLabel: true },
    xAxis: axis(paint, {
      type: "value", name: data.percent ? "" : data.unit, nameLocation: "middle", nameGap: 28,
      axisLabel: { color: paint.quiet, formatter: data.percent ? (v) => `${Math.round(100 * v)} %` : short },
    }),
    yAxis: axis(paint, {
      type: "category", inverse: true, data: names, axisTick: { show: false },
      axisLabel: { color: paint.ink, width: 220, overflow: "truncate" },
    }),
    series: [
      {
        type: "bar", data: data.bars.map((one) => one.value), barMaxWidth: 18, itemStyle: { color: paint.series[0] },
        label: { show: true, position: "right", color: paint.ink, formatter: (p) => (p.value === null ? "" : data.percent ? figure(p.value, true) : short(p.value)) },
        emphasis: { disabled: true },
      },
      {
        type: "scatter", data: targets, symbol: "rect", symbolSize: [3, 20], itemStyle: { color: paint.ink },
        emphasis: { disabled: true }, silent: true,
      },
    ],
  };
}

/**
 * Options for ECharts from values of a chart.
 * @param {any} data  As redball.web.answers.charts makes it.
 */
export function options(data) {
  const paint = tokens();
  return data.kind === "lines" ? lines(data, paint) : bars(data, paint);
}

/**
 * Draw one chart, or draw it again.
 * @param {HTMLElement} place
 */
export async function draw(place) {
  const source = place.parentElement?.querySelector('script[type="application/json"]');
  if (!source) return null;
  place.hidden = false;
  const library = await echarts();
  let chart = charts.get(place);
  if (!chart) {
    chart = library.init(place, null, { renderer: "canvas" });
    charts.set(place, chart);
    new ResizeObserver(() => { if (charts.has(place)) chart.resize(); }).observe(place);
  }
  const data = JSON.parse(source.textContent);
  const more = place.dataset.chart ? extras.get(place.dataset.chart) : undefined;
  chart.setOption(more ? more(options(data), data) : options(data), true);
  return chart;
}

/** Pages may add to a chart: name in `data-chart`, from options and data to options. */
export const extras = new Map();

/**
 * The chart of a name, once it is drawn; null where there is none.
 * @param {string} name
 */
export async function drawn(name) {
  const place = document.querySelector(`[data-chart="${CSS.escape(name)}"]`);
  return place ? draw(/** @type {HTMLElement} */ (place)) : null;
}

/**
 * Draw one chart anew, with what is added to it now.
 * @param {string} name
 */
export function redraw(name) {
  for (const place of charts.keys()) if (place.dataset.chart === name) draw(place);
}

/** Draw all charts of the page; forget those that are gone. */
export async function drawAll() {
  for (const [place, chart] of charts) {
    if (!place.isConnected) { chart.dispose(); charts.delete(place); }
  }
  await Promise.all([...document.querySelectorAll("[data-chart]")].map(draw));
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
new MutationObserver(drawAll).observe(document.documentElement, { attributeFilter: ["data-theme"] });
for (const name of ["live:exchanged", "htmx:afterSwap"]) document.body.addEventListener(name, drawAll);
addEventListener("beforeprint", () => { for (const chart of charts.values()) chart.resize(); });
drawAll();
