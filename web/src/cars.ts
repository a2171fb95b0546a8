// A car's signals (docs/cars.md) as the few things that people ask of a car. Pure; no DOM.

import { format_number } from "./format";
import { t, type Key } from "./messages";
import type { Json } from "./model";
import { opened } from "./plan";

/** What may be known of one car: by a signal's name; undefined where it is not known, or not for this reader. */
export type Read = (name: string) => Json | undefined;

const battery = "Powertrain.TractionBattery.";
export const charge_names = [`${battery}StateOfCharge.Displayed`, `${battery}StateOfCharge.Current`];
export const range_names = ["Powertrain.Range", `${battery}Range`];
export const charging_name = `${battery}Charging.IsCharging`;
export const cable_name = `${battery}Charging.ChargingPort.AnyPosition.IsChargingCableConnected`;
export const lock_name = "Foxtail.IsLocked";
export const climate_names = ["Cabin.HVAC.IsAirConditioningActive", "Foxtail.IsClimateActive"];
export const inside_name = "Cabin.HVAC.AmbientAirTemperature";
export const place_names = ["Foxtail.Home", "Foxtail.Place", "CurrentLocation.Latitude"];

// ---- joined cars ---------------------------------------------------------------------------------------------------

export interface Source {
  thing: string;
  state: string; // "fresh" | "silent" | "never heard"
}
export interface Conflict {
  property: string;
  believed: string;
  contradicted_by: string;
}

function list_of<T>(value: Json | undefined): T[] {
  const found = opened<T[]>(value);
  return Array.isArray(found) ? (found as T[]).filter((one) => typeof one === "object" && one !== null) : [];
}

/** What `Foxtail.Sources` says; empty for a car that is not joined. */
export const sources_of = (value: Json | undefined): Source[] => list_of<Source>(value).filter((one) => typeof one.thing === "string");
/** What `Foxtail.Conflicts` says. */
export const conflicts_of = (value: Json | undefined): Conflict[] => list_of<Conflict>(value).filter((one) => typeof one.property === "string");

export function source_state(state: string): string {
  return t(state === "fresh" ? "car.fresh" : state === "silent" ? "car.silent" : "car.never");
}

// ---- words -----------------------------------------------------------------------------------------------------------

/** "Charging", "Connected", "Not connected". */
export function plug_words(read: Read): string {
  if (read(charging_name) === true) return t("car.charging");
  const cable = read(cable_name);
  return typeof cable === "boolean" ? t(cable ? "value.plugged" : "value.unplugged") : "";
}

const parts: [RegExp, Key][] = [
  [/Door/, "car.door"],
  [/Window/, "car.window"],
  [/Hood|Trunk\.Front/, "car.hood"],
  [/Trunk/, "car.trunk"],
];

/** Whether it is locked, and what stands open: "Locked", "Unlocked, window open". */
export function door_words(names: readonly string[], read: Read): string {
  const locked = read(lock_name);
  const open = names
    .filter((name) => /Is(Door|Window)?Open$/.test(name) && read(name) === true)
    .map((name) => parts.find(([part]) => part.test(name))?.[1])
    .filter((key) => key !== undefined);
  const said = [...new Set(open)].map((key) => t("car.open", { part: t(key) }));
  if (typeof locked === "boolean") said.unshift(t(locked ? "value.locked" : "value.unlocked"));
  return said.join(", ");
}

/** "On, 21 °C"; only what is known of it. */
export function climate_words(read: Read): string {
  const on = climate_names.map(read).find((one) => typeof one === "boolean");
  const inside = read(inside_name);
  const said = typeof on === "boolean" ? [t(on ? "value.on" : "value.off")] : [];
  if (typeof inside === "number") said.push(format_number(inside, { type: "number", unit: "Cel" }));
  return said.join(", ");
}

/** A name goes before figures; nothing where this reader may know neither. */
export function where_words(read: Read): string {
  if (read("Foxtail.Home") === true) return t("value.home");
  const place = read("Foxtail.Place");
  if (typeof place === "string" && place !== "") return place;
  const [latitude, longitude] = [read("CurrentLocation.Latitude"), read("CurrentLocation.Longitude")];
  if (typeof latitude !== "number" || typeof longitude !== "number") return "";
  return [latitude, longitude].map((one) => one.toFixed(4)).join(", ");
}
