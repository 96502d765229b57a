/** Sources and layers of the map, from the theme's colours. */
import { colours } from "./map_signs.js";

/** Above this number of sites those that stand close together are drawn as one. */
export const MANY = 400;
const BUSY = 0.6;
const FULL = 0.85;
const DASHES = { road: null, rail: [4, 1.5], sea: [1.5, 2], inland_water: [4, 2, 1, 2], air: [0.6, 2.4], pipeline: [6, 1.5, 1.5, 1.5] };
const FONT = ["Plex"];

const loading = ["coalesce", ["get", "loading"], -1];
const flow = ["coalesce", ["get", "flow"], 0];

/**
 * Width of lanes: by the root of the flow, as areas are read.
 * @param {number} more  Added on both sides together.
 */
function width(more) {
  const thick = ["+", 1.2 + more, ["*", 1.5, ["min", 3.4, ["ln", ["+", 1, ["*", 0.6, flow]]]]]];
  return ["interpolate", ["linear"], ["zoom"], 3, ["*", 0.6, thick], 6, thick, 10, ["*", 1.5, thick]];
}

/**
 * @param {{layers: Record<string, string>, ground: string, many: number}} data
 * @param {(path: string) => string} absolute
 */
export function style(data, absolute) {
  const tones = colours();
  const many = data.many > MANY;
  const from = (url, more = {}) => ({ type: "geojson", data: absolute(url), ...more });
  const sources = {
    lanes: from(data.layers.lanes, { tolerance: 0.6, buffer: 16, maxzoom: 9 }),
    hazards: from(data.layers.hazards, { maxzoom: 8 }),
    units: from(data.layers.units, { maxzoom: 10 }),
    sites: from(data.layers.sites, {
      maxzoom: 10,
      cluster: true,
      clusterRadius: many ? 46 : 20,
      clusterMaxZoom: many ? 8 : 5,
      clusterMinPoints: 3,
      clusterProperties: { worst: ["max", ["get", "rank"]] },
    }),
    here: { type: "geojson", data: { type: "FeatureCollection", features: [] } },
  };
  if (data.ground) sources.ground = from(data.ground, { tolerance: 0.5, buffer: 32, maxzoom: 7 });
  return { version: 8, sources, layers: layers(tones, many, Boolean(data.ground)) };
}

function layers(tones, many, ground) {
  return [
    { id: "sea", type: "background", paint: { "background-color": tones.sea } },
    ...(ground ? groundLayers(tones) : []),
    { id: "hazards", type: "fill", source: "hazards", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-pattern": "hatch" } },
    { id: "hazard-edges", type: "line", source: "hazards", filter: ["==", ["geometry-type"], "Polygon"], paint: { "line-color": tones.s4, "line-width": 1.6, "line-dasharray": [4, 2] } },
    ...laneLayers(tones),
    { id: "hazard-points", type: "symbol", source: "hazards", filter: ["==", ["geometry-type"], "Point"], layout: { "icon-image": "cross", "icon-offset": [-18, 0], "icon-allow-overlap": true } },
    ...siteLayers(tones, many),
    { id: "here", type: "circle", source: "here", paint: { "circle-radius": 22, "circle-color": "rgba(0,0,0,0)", "circle-stroke-color": tones.accent, "circle-stroke-width": 3.5 } },
  ];
}

function groundLayers(tones) {
  const part = (name) => ["==", ["get", "part"], name];
  return [
    { id: "land", type: "fill", source: "ground", filter: part("land"), paint: { "fill-color": tones.land, "fill-outline-color": tones.coast } },
    { id: "borders", type: "line", source: "ground", filter: part("border"), paint: { "line-color": tones.border, "line-width": 0.9, "line-dasharray": [4, 2] } },
  ];
}

function laneLayers(tones) {
  const colour = ["case", ["<", loading, 0], tones.quiet, ["<", loading, BUSY], tones.s1, ["<", loading, FULL], tones.s2, tones.bad];
  const drawn = [">=", ["zoom"], ["get", "scale"]]; // the greatest flows first
  const aside = ["interpolate", ["linear"], ["zoom"], 4, 0.8, 9, 2.5];
  const found = [{
    id: "lanes-full", type: "line", source: "lanes", filter: ["all", drawn, [">=", loading, FULL]],
    layout: { "line-cap": "butt" }, paint: { "line-color": tones.ink, "line-width": width(3), "line-offset": aside },
  }];
  const known = Object.keys(DASHES);
  for (const [mode, dash] of Object.entries(DASHES)) {
    const of = mode === "road" ? ["any", ["==", ["get", "mode"], "road"], ["!", ["in", ["get", "mode"], ["literal", known]]]] : ["==", ["get", "mode"], mode];
    const paint = { "line-color": colour, "line-width": width(0), "line-offset": aside, "line-opacity": ["case", ["<", loading, 0], 0.55, 0.9] };
    if (dash) paint["line-dasharray"] = dash;
    found.push({ id: `lanes-${mode}`, type: "line", source: "lanes", filter: ["all", drawn, of], paint });
  }
  found.push({
    id: "lane-arrows", type: "symbol", source: "lanes", minzoom: 4, filter: ["all", drawn, [">", flow, 0]],
    layout: { "symbol-placement": "line-center", "icon-image": "arrow", "icon-size": ["interpolate", ["linear"], flow, 0, 0.9, 200, 1.6], "icon-rotation-alignment": "map", "icon-allow-overlap": true },
    paint: { "icon-color": tones.ink, "icon-halo-color": tones.surface, "icon-halo-width": 1 },
  });
  found.push({
    id: "lane-words", type: "symbol", source: "lanes", minzoom: 4, filter: ["all", drawn, [">=", loading, BUSY]],
    layout: { "symbol-placement": "line-center", "text-field": ["concat", ["to-string", ["round", ["*", 100, loading]]], " %"], "text-font": FONT, "text-size": 12, "text-offset": [0, -1] },
    paint: { "text-color": tones.ink, "text-halo-color": tones.surface, "text-halo-width": 2 },
  });
  return found;
}

function siteLayers(tones, many) {
  const single = ["!", ["has", "point_count"]];
  const size = ["interpolate", ["linear"], ["zoom"], 2, 0.5, 4, 0.72, 6, 1, 9, 1.25];
  const icon = ["concat", "place|", ["get", "symbol"], "|", ["get", "level"]];
  const over = { "icon-allow-overlap": true, "icon-ignore-placement": true };
  const words = ["off", "standby", "normal", "caution", "serious", "critical"];
  return [{
    id: "units", type: "symbol", source: "units", minzoom: many ? 7 : 5,
    layout: { ...over, "icon-image": icon, "icon-size": 0.8, "icon-offset": ["interpolate", ["linear"], ["get", "number"], 0, ["literal", [34, -26]], 4, ["literal", [170, -26]]] },
  }, {
    id: "sites", type: "symbol", source: "sites", filter: single,
    layout: { ...over, "icon-image": icon, "icon-size": size, "symbol-sort-key": ["get", "rank"] },
  }, {
    id: "clusters", type: "symbol", source: "sites", filter: ["has", "point_count"],
    layout: {
      ...over, "icon-image": ["concat", "cluster|", ["at", ["get", "worst"], ["literal", words]]],
      "text-allow-overlap": true, "text-ignore-placement": true, "symbol-sort-key": ["get", "worst"],
      "text-field": ["get", "point_count_abbreviated"], "text-font": FONT, "text-size": 12, "text-offset": [0.7, 0],
    },
    paint: { "text-color": tones.ink },
  }, {
    id: "site-names", type: "symbol", source: "sites", minzoom: many ? 7 : 5, filter: single,
    layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 11.5, "text-variable-anchor": ["top", "bottom", "left", "right"], "text-radial-offset": 1.5, "text-optional": true, "symbol-sort-key": ["-", 0, ["get", "rank"]] },
    paint: { "text-color": tones.ink, "text-halo-color": tones.land, "text-halo-width": 1.6 },
  }];
}
