/**
 * Pictures of the map: APP-6 symbols with how a place stands, clusters, arrows, hatching. Each is
 * drawn once, when the map first asks for it.
 */

const SCALE = 2;
const SYMBOL = 17;
const LEVELS = ["off", "standby", "normal", "caution", "serious", "critical"];
/** Paths of the shapes of levels, on a field of 20 by 20: the same as in templates/parts/status. */
const SHAPES = {
  critical: "M10 1.5 19 17.5H1Z",
  serious: "M10 1.5 18.5 10 10 18.5 1.5 10Z",
  caution: "M3.5 3.5H16.5V16.5H3.5Z",
  normal: "M17 10A7 7 0 1 1 3 10A7 7 0 1 1 17 10Z",
  standby: "M17 10A7 7 0 1 1 3 10A7 7 0 1 1 17 10ZM10 9V11",
  off: "M17 10A7 7 0 1 1 3 10A7 7 0 1 1 17 10ZM5 15 15 5",
};

/**
 * Colours of the theme that stands on the page.
 * @returns {Record<string, string>}
 */
export function colours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(`--${name}`).trim();
  const names = ["land", "sea", "border", "coast", "ink", "quiet", "surface", "accent", "outline",
    "s1", "s2", "s4", "bad", ...LEVELS];
  return Object.fromEntries(names.map((name) => [name, of(name)]));
}

/**
 * @param {number} width
 * @param {number} height
 */
function canvas(width, height) {
  const made = document.createElement("canvas");
  made.width = Math.ceil(width * SCALE);
  made.height = Math.ceil(height * SCALE);
  const pen = made.getContext("2d", { willReadFrequently: true });
  pen.scale(SCALE, SCALE);
  return { made, pen };
}

/** The shape of a level at a place of a drawing. */
function shape(pen, level, x, y, size, tones) {
  pen.save();
  pen.translate(x, y);
  pen.scale(size / 20, size / 20);
  const path = new Path2D(SHAPES[level] ?? SHAPES.off);
  pen.lineJoin = "round";
  pen.lineWidth = 5.5;
  pen.strokeStyle = "#ffffff";
  pen.stroke(path);
  pen.fillStyle = tones[level] ?? tones.off;
  pen.fill(path);
  pen.lineWidth = 2.6;
  pen.strokeStyle = "#16202b";
  pen.stroke(path);
  pen.restore();
}

/** A place: its symbol, and at the corner how it stands unless all is well. */
function place(code, level, tones) {
  const symbol = new window.ms.Symbol(code, { size: SYMBOL, outlineWidth: 3, outlineColor: "#ffffff", simpleStatusModifier: true });
  const drawn = symbol.asCanvas(SCALE);
  const [wide, tall] = [drawn.width / SCALE, drawn.height / SCALE];
  const sign = level === "normal" ? 0 : level === "critical" || level === "serious" ? 14 : 11;
  const anchor = symbol.getAnchor();
  const half = Math.max(anchor.x, wide - anchor.x) + sign / 2;
  const rise = Math.max(anchor.y, tall - anchor.y) + sign / 2;
  const { made, pen } = canvas(2 * half, 2 * rise);
  pen.drawImage(drawn, half - anchor.x, rise - anchor.y, wide, tall);
  if (sign) shape(pen, level, half + (wide - anchor.x) - sign * 0.75, rise - anchor.y - sign * 0.35, sign, tones);
  return made;
}

/** Several places: a plate with the shape of the worst. */
function cluster(level, tones) {
  const { made, pen } = canvas(54, 24);
  pen.fillStyle = tones.surface;
  pen.strokeStyle = level === "critical" || level === "serious" ? tones[level] : tones.quiet;
  pen.lineWidth = 2;
  pen.beginPath();
  pen.roundRect(1, 1, 52, 22, 4);
  pen.fill();
  pen.stroke();
  shape(pen, level, 4, 5, 14, tones);
  return made;
}

function arrow() {
  const { made, pen } = canvas(10, 10);
  pen.fillStyle = "#000000";
  pen.fill(new Path2D("M1 1 9 5 1 9 3 5Z"));
  return made;
}

function hatch(tones) {
  const { made, pen } = canvas(8, 8);
  pen.strokeStyle = tones.s4;
  pen.globalAlpha = 0.55;
  pen.lineWidth = 1.2;
  pen.stroke(new Path2D("M-1 9 9 -1M-3 3 3 -3M5 11 11 5"));
  return made;
}

function cross(tones) {
  const { made, pen } = canvas(16, 16);
  const path = new Path2D("M3 3 13 13M13 3 3 13");
  for (const [width, tone] of [[5, "#ffffff"], [2.4, tones.s4]]) {
    pen.lineWidth = width;
    pen.strokeStyle = tone;
    pen.stroke(path);
  }
  return made;
}

/**
 * The picture of a name: `place|CODE|LEVEL`, `cluster|LEVEL`, `arrow`, `hatch`, `cross`.
 * @param {string} name
 * @returns {{image: ImageData, options: object} | null}
 */
export function sign(name) {
  const [kind, ...parts] = name.split("|");
  const tones = colours();
  const makers = {
    place: () => place(parts[0], parts[1], tones),
    cluster: () => cluster(parts[0], tones),
    arrow,
    hatch: () => hatch(tones),
    cross: () => cross(tones),
  };
  if (!makers[kind]) return null;
  const made = makers[kind]();
  const image = made.getContext("2d").getImageData(0, 0, made.width, made.height);
  return { image, options: { pixelRatio: SCALE, sdf: kind === "arrow" } };
}

/**
 * Put the symbols into the legend.
 * @param {Iterable<HTMLElement>} places  Elements with `data-symbol`.
 */
export function fillLegend(places) {
  for (const one of places) {
    if (one.querySelector("canvas")) continue;
    const drawn = new window.ms.Symbol(one.dataset.symbol, { size: 12 }).asCanvas(SCALE);
    drawn.className = "sign";
    drawn.setAttribute("aria-hidden", "true");
    one.prepend(drawn);
  }
}
