// Which of a thing's properties stand on its tile, and which one can be worked there. Decided from the specs alone.

import { as_title, has_own_words } from "./format";
import type { Kind, PropertySpec, Thing } from "./model";

export interface Face {
  /** The property whose value the tile tells first; null when the thing has nothing readable. */
  headline: string | null;
  /** The property worked on the tile; often the headline itself. */
  control: string | null;
  /** Further values, in the order of their weight. */
  others: string[];
}

const on_names = /^(on|state|power|switch|active|enabled|open|locked|charging|playing|running|heating)(_|$)/;
const level_names = /^(position|target|level|brightness|volume|speed)/;
const temperature = new Set(["Cel", "[degF]", "K"]);
const plumbing = /^(available|linkquality|last_seen|battery|voltage|power_on_behavior|update.*|identify|effect|.*_mode|.*_options)$/i;

const counted = new Set(["kW.h", "W.h", "m3"]);

/** How full it is: not how full it may become, nor how full what tracks it is. */
function is_charge(name: string, { unit }: PropertySpec, kind: Kind): boolean {
  if (unit !== "%" || /limit|target|reserve|health/i.test(name)) return false;
  return /(^|[^a-z])soc$|state_?of_?charge/i.test(name) || (kind === "vehicle" && /^(battery|battery_level|charge|level)$/i.test(name));
}

interface Candidate {
  name: string;
  spec: PropertySpec;
  order: number;
}

function leaf(name: string): string {
  return (name.split(".").pop() ?? name).toLowerCase();
}

/** How much a property deserves to be what the tile is about. */
function headline_weight({ name, spec }: Candidate, kind: Kind): number {
  if (spec.readable === false) return -1;
  const key = leaf(name);
  let weight = { boolean: 60, number: 55, integer: 50, enumeration: 52, string: 30, array: 5, object: 5 }[spec.type] ?? 0;
  if ((spec.category ?? "primary") !== "primary") weight -= 60;
  if (plumbing.test(key)) weight -= 25;
  if (spec.unit === "W" || spec.unit === "kW") weight += 4;
  // "No" alone says nothing.
  if (spec.type === "boolean" && !spec.settable && !has_own_words(name, spec.title)) weight -= 20;
  if (spec.type === "boolean" && spec.settable && on_names.test(key)) weight += 45;
  else if (spec.settable && spec.unit === "%" && level_names.test(key)) weight += 14;
  else if (spec.settable) weight -= 4; // what is, before what is wished
  if (temperature.has(spec.unit ?? "") && !spec.settable && kind !== "vehicle") weight += 12;
  if (kind === "person" && /^(place|location|presence|home|zone)$/.test(key)) weight += 80;
  if (kind === "vehicle" && key === "range") weight += 40;
  if (kind === "vehicle" && /^(is(charging)?cableconnected|islocked|plugged_in|locked)$/.test(key)) weight += 30;
  if (is_charge(name, spec, kind)) weight += kind === "vehicle" ? 90 : 20;
  if (counted.has(spec.unit ?? "")) weight -= 8; // what happens, before what has come together
  return weight;
}

/** How much a property deserves to be worked without opening the thing. */
function control_weight({ name, spec }: Candidate): number {
  if (!spec.settable || (spec.category ?? "primary") !== "primary") return -1;
  const key = leaf(name);
  const ranged = spec.minimum !== undefined && spec.maximum !== undefined;
  let weight = 0;
  if (spec.type === "boolean") weight = on_names.test(key) ? 100 : 40;
  else if (spec.type === "number" || spec.type === "integer") {
    weight = temperature.has(spec.unit ?? "") ? 80 : ranged ? 60 : 20;
    if (level_names.test(key)) weight += 15;
  } else if (spec.type === "enumeration") weight = (spec.allowed?.length ?? 99) <= 8 ? 50 : 30;
  if (plumbing.test(key) && !on_names.test(key)) weight -= 25;
  return weight > 0 ? weight : -1;
}

function best(candidates: Candidate[], weight: (one: Candidate) => number): Candidate[] {
  return candidates
    .map((one) => ({ one, weight: weight(one) }))
    .filter((entry) => entry.weight >= 0)
    .sort((a, b) => b.weight - a.weight || a.one.order - b.one.order)
    .map((entry) => entry.one);
}

const faces = new WeakMap<Thing, Face>();

export function face_of(thing: Thing): Face {
  let face = faces.get(thing);
  if (!face) {
    face = choose_face(thing);
    faces.set(thing, face);
  }
  return face;
}

function choose_face(thing: Thing): Face {
  const candidates = Object.entries(thing.properties).map(([name, spec], order) => ({ name, spec, order }));
  const ranked = best(candidates, (one) => headline_weight(one, thing.kind));
  const control = best(candidates, control_weight)[0]?.name ?? null;
  const headline = ranked[0]?.name ?? null;
  // Two values of one unit side by side cannot be told apart.
  const units = new Set([headline && thing.properties[headline]!.unit]);
  const tells_itself = ({ name, spec }: Candidate): boolean => {
    if (!spec.unit) return spec.type !== "number" && spec.type !== "integer";
    return !/^colou?r/.test(name) && !units.has(spec.unit) && units.add(spec.unit) !== undefined;
  };
  const others = ranked
    .filter((one) => one.name !== headline && (one.spec.category ?? "primary") === "primary")
    .filter((one) => one.spec.type !== "array" && one.spec.type !== "object")
    .filter(tells_itself)
    .map((one) => one.name);
  return { headline, control, others };
}

/** The picture that fits a thing, by what it can tell and do. */
export function icon_of(thing: Thing): string {
  if (thing.kind === "person") return "person";
  if (thing.kind === "vehicle") return "car";
  if (thing.kind === "place") return "place";
  if (thing.kind === "service") return "service";
  const names = Object.keys(thing.properties).map(leaf);
  const has = (pattern: RegExp): boolean => names.some((name) => pattern.test(name));
  const settable = Object.values(thing.properties).some((spec) => spec.settable);
  const units = new Set(Object.values(thing.properties).map((spec) => spec.unit));
  if (has(/^(brightness|color|color_temp|light)/)) return "lamp";
  if (has(/lock_state|^locked?$/)) return "lock";
  if (has(/^(position|tilt|cover)/)) return "blind";
  if (has(/setpoint|target_temperature/) || (settable && units.has("Cel") && has(/mode|temp/))) return "heat";
  if (has(/^(contact|door|window|open)/)) return "door";
  if (has(/occupancy|motion|presence/)) return "motion";
  if (has(/smoke|leak|gas|alarm/)) return "alert";
  if (units.has("kW.h") || units.has("W") || units.has("kW")) return settable ? "plug" : "bolt";
  if (has(/volume|media|playing/)) return "speaker";
  if (units.has("Cel") || units.has("[degF]")) return "thermometer";
  if (has(/humidity|moisture/)) return "drop";
  if (has(/^(on|state|switch)/)) return "plug";
  if (has(/action|button/) || Object.keys(thing.events ?? {}).length > 0) return "button";
  return "device";
}

/** A thing's title where its place stands above it already: "bathroom/radiator" is "radiator" in the bathroom. */
export function title_within_place(thing: Thing): string {
  const prefix = `${thing.place ?? ""}/`.toLowerCase();
  const rest = thing.title.slice(prefix.length);
  return prefix.length > 1 && rest !== "" && thing.title.toLowerCase().startsWith(prefix) ? as_title(rest) : as_title(thing.title);
}

/** By place, places in the order of their names, the unplaced last. */
export function by_place(things: Iterable<Thing>): [string, Thing[]][] {
  const places = new Map<string, Thing[]>();
  for (const thing of things) {
    const place = thing.place ?? "";
    const list = places.get(place);
    if (list) list.push(thing);
    else places.set(place, [thing]);
  }
  const sorted = [...places].sort(([a], [b]) => (a === "" ? 1 : b === "" ? -1 : a.localeCompare(b)));
  for (const [, list] of sorted) list.sort((a, b) => a.title.localeCompare(b.title));
  return sorted;
}
