/**
 * The map of the theatre. Layers come as GeoJSON from the server and are read and cut into tiles by
 * the map's worker, so the page's own thread stays free however many there are.
 */
import * as maplibre from "../vendor/maplibre-gl.mjs";
import { fillLegend, sign } from "./map_signs.js";
import { style } from "./map_style.js";

maplibre.setWorkerUrl(new URL("../vendor/maplibre-gl-worker.mjs", import.meta.url).href);
maplibre.setWorkerCount(1);
const CLICKED = ["sites", "units", "clusters"];
const NEAR = 6;
const CLOSE = 6;
const EVERYTHING = { center: [10, 50], zoom: 2 };
const REST_MS = 60;
const SOON = 0.5; // of a scale before what comes next is drawn

/** Whether this browser can draw the map. */
export function canDraw() {
  try {
    return Boolean(document.createElement("canvas").getContext("webgl2"));
  } catch {
    return false;
  }
}

export class Theatre {
  /**
   * @param {HTMLElement} place
   * @param {{layers: Record<string, string>, whole: Record<string, string>, far: number, ground: string, many: number, bounds: number[] | null}} data
   *   `layers` are enough up to the scale `far`; from there on `whole` takes the place of what it names.
   * @param {[number, number] | null} at  The site that is looked at.
   * @param {(site: string) => void} chosen  Called with `OWNER:KEY` when a site is clicked.
   */
  constructor(place, data, at, chosen) {
    this.data = data;
    this.place = place;
    this.chosen = chosen;
    this.map = new maplibre.Map({
      container: place,
      style: style(data, absolute),
      ...(at ? { center: at, zoom: CLOSE } : data.bounds ? { bounds: data.bounds, fitBoundsOptions: { padding: 34, maxZoom: 8 } } : EVERYTHING),
      minZoom: 1,
      maxZoom: 13,
      attributionControl: false,
      renderWorldCopies: true,
      fadeDuration: 0,
      dragRotate: false,
      pitchWithRotate: false,
      maxPitch: 0,
      refreshExpiredTiles: false,
      validateStyle: false,
      canvasContextAttributes: { antialias: false },
    });
    this.map.touchZoomRotate?.disableRotation();
    this.map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
    this.map.addControl(new maplibre.ScaleControl({ maxWidth: 120 }), "bottom-right");
    this.map.setMissingStyleImageResolver((name) => this.#draw(name));
    this.map.on("click", (event) => this.#click(event));
    this.map.on("mousemove", (event) => this.#hover(event));
    this.map.on("movestart", () => this.popup?.remove());
    this.map.on("load", () => this.#closer());
    this.map.on("zoomend", () => this.#closer());
    this.map.once("idle", () => {
      place.dataset.ready = String(Math.round(performance.now()));
      fillLegend(document.querySelectorAll("#signs [data-symbol]"));
    });
    this.mark(at);
  }

  /** Draw a picture that the map lacks. */
  #draw(name) {
    const made = sign(name);
    if (made && !this.map.hasImage(name)) this.map.addImage(name, made.image, made.options);
  }

  /** What lies under the pointer, sites first. */
  #under(point, names) {
    const box = [[point.x - NEAR, point.y - NEAR], [point.x + NEAR, point.y + NEAR]];
    const there = names.filter((name) => this.map.getLayer(name));
    return this.map.queryRenderedFeatures(box, { layers: there })[0];
  }

  async #click(event) {
    const found = this.#under(event.point, CLICKED);
    if (!found) {
      this.#strike(event);
      return;
    }
    if (found.properties.cluster_id !== undefined) {
      const zoom = await this.map.getSource("sites").getClusterExpansionZoom(found.properties.cluster_id);
      this.map.easeTo({ center: found.geometry.coordinates, zoom });
      return;
    }
    this.chosen(found.properties.id);
  }

  /** Offer to rehearse that the hazard whose area was clicked strikes. */
  #strike(event) {
    const name = this.#under(event.point, ["hazards", "hazard-points"])?.properties.name;
    if (!name) return;
    const link = document.createElement("a");
    link.href = `${document.documentElement.dataset.root ?? ""}/scenarios/new?hazard=${encodeURIComponent(name)}`;
    link.textContent = `What if this strikes: ${name}?`;
    this.popup?.remove();
    new maplibre.Popup({ closeOnClick: true, offset: 14, maxWidth: "320px" }).setLngLat(event.lngLat).setDOMContent(link).addTo(this.map);
  }

  /** Look under the pointer once it rests: looking for each step would hold up a drag. */
  #hover(event) {
    clearTimeout(this.hovering);
    if (event.originalEvent.buttons || this.map.isMoving()) return;
    this.hovering = setTimeout(() => this.#point(event), REST_MS);
  }

  /** Say what lies under the pointer. */
  #point(event) {
    const found = this.#under(event.point, [...CLICKED, ...laneNames, "hazards", "hazard-points"]);
    this.map.getCanvas().style.cursor = found && CLICKED.includes(found.layer.id) ? "pointer" : "";
    if (!found) {
      this.popup?.remove();
      return;
    }
    this.popup ??= new maplibre.Popup({ closeButton: false, closeOnClick: false, offset: 14, maxWidth: "320px" });
    this.popup.setLngLat(event.lngLat).setText(words(found)).addTo(this.map);
  }

  /**
   * Show other layers, such as of another day or other filters; the view stays.
   * @param {{layers: Record<string, string>}} data
   */
  show(data) {
    const fresh = Object.keys(data.layers).filter((name) => this.data.layers[name] !== data.layers[name]);
    this.data = { ...this.data, ...data };
    for (const name of fresh) this.map.getSource(name)?.setData(this.#address(name));
  }

  /** Where a layer comes from at the scale that is looked at. */
  #address(name) {
    return absolute((this.close && this.data.whole[name]) || this.data.layers[name]);
  }

  /** Ask for what is drawn only close up, once somebody comes near. */
  #closer() {
    if (this.close || this.map.getZoom() < this.data.far + SOON) return;
    this.close = true;
    for (const name of Object.keys(this.data.whole)) this.map.getSource(name)?.setData(this.#address(name));
  }

  /** Ask for all layers anew: something changed on the server. */
  again() {
    for (const name of Object.keys(this.data.layers)) this.map.getSource(name)?.setData(this.#address(name));
  }

  /**
   * Mark the site that is looked at, and bring it into view.
   * @param {[number, number] | null} at
   */
  mark(at) {
    const features = at ? [{ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: at } }] : [];
    const put = () => this.map.getSource("here")?.setData({ type: "FeatureCollection", features });
    if (this.map.getSource("here")) put();
    else this.map.once("load", put);
    if (at && !this.map.getBounds().contains(at)) this.map.jumpTo({ center: at, zoom: Math.max(this.map.getZoom(), CLOSE) });
  }

  /** Take the colours of the theme that stands on the page now. */
  restyle() {
    for (const name of this.map.listImages()) this.map.removeImage(name);
    this.map.setStyle(style(this.data, absolute), { diff: false });
    this.close = false;
    this.map.once("idle", () => this.#closer());
  }
}

const laneNames = ["road", "rail", "sea", "inland_water", "air", "pipeline"].map((mode) => `lanes-${mode}`);

/** What a feature is, in words. */
function words(found) {
  const { properties: its, layer } = found;
  if (its.point_count) return `${its.point_count} sites; click to look closer`;
  if (layer.id.startsWith("lanes")) {
    const flow = its.flow === undefined || its.flow === null ? "flow not known" : `${Number(its.flow).toLocaleString("en")} t/d`;
    const load = its.loading === undefined || its.loading === null ? "loading not known" : `${Math.round(100 * its.loading)} % loaded`;
    return `${its.name}: ${its.mode.replace("_", " ")}, ${flow}, ${load}`;
  }
  if (layer.id.startsWith("hazard")) return `Hazard: ${its.name}`;
  const days = its.days === undefined || its.days === null ? "" : `, shortest stock ${its.days} days`;
  return `${its.name}: ${(its.kind ?? "unit").replace("_", " ")}, ${its.level}${days}`;
}

/** The map's worker needs whole addresses. */
function absolute(path) {
  return new URL(path, location.href).href;
}
