// Values, units, times and what stands for "we do not know", in the reader's language. Pure; no DOM.

import { has_key, language, t } from "./messages";
import type { Json, PropertySpec, Quality, Reading } from "./model";

/** UCUM codes that Intl can write by itself, in every language. */
const intl_units: Record<string, string> = {
  "%": "percent",
  Cel: "celsius",
  "[degF]": "fahrenheit",
  m: "meter",
  cm: "centimeter",
  mm: "millimeter",
  km: "kilometer",
  "[mi_i]": "mile",
  "km/h": "kilometer-per-hour",
  "m/s": "meter-per-second",
  "[mi_i]/h": "mile-per-hour",
  kg: "kilogram",
  g: "gram",
  s: "second",
  min: "minute",
  h: "hour",
  d: "day",
  ms: "millisecond",
  L: "liter",
  l: "liter",
  mL: "milliliter",
  By: "byte",
  deg: "degree",
};

/** For a hub that sends no symbol: the codes whose spelling people would not expect. */
const symbols: Record<string, string> = {
  "kW.h": "kWh",
  "W.h": "Wh",
  "V.A": "VA",
  "ug/m3": "µg/m³",
  "[ppm]": "ppm",
  "dB[SPL]": "dB",
  "{rpm}": "rpm",
  "m3": "m³",
  "m3/h": "m³/h",
  "L/min": "l/min",
  mbar: "mbar",
};

const number_formats = new Map<string, Intl.NumberFormat>();

function number_format(min_digits: number, max_digits: number, unit?: string): Intl.NumberFormat {
  const key = `${language().tag}|${min_digits}|${max_digits}|${unit ?? ""}`;
  let format = number_formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(language().tag, {
      minimumFractionDigits: min_digits,
      maximumFractionDigits: max_digits,
      ...(unit ? { style: "unit" as const, unit, unitDisplay: "short" as const } : {}),
    });
    number_formats.set(key, format);
  }
  return format;
}

/** Digits after the point that a step of this size needs: 0.5 → 1, 0.25 → 2, 5 → 0. */
export function step_digits(step: number): number {
  const text = String(step);
  const exponent = /e-(\d+)$/.exec(text);
  if (exponent) return Math.min(6, Number(exponent[1]));
  const point = text.indexOf(".");
  return point < 0 ? 0 : Math.min(6, text.length - point - 1);
}

function digits_for(value: number, spec: Pick<PropertySpec, "type" | "step" | "unit">): [number, number] {
  if (spec.type === "integer") return [0, 0];
  const from_step = spec.step && spec.step < 1 ? step_digits(spec.step) : undefined;
  if (spec.unit === "Cel" || spec.unit === "[degF]") return [1, Math.max(1, Math.min(from_step ?? 1, 2))];
  const size = Math.abs(value);
  const natural = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 3;
  return [0, Math.min(from_step ?? natural, natural + 1)];
}

/** A number with its unit: "21.4 °C", "1,250 W". */
export function format_number(value: number, spec: Pick<PropertySpec, "type" | "step" | "unit" | "symbol">): string {
  // A car's range stands in metres where cars have their words from; nobody reads it so.
  if (spec.unit === "m" && Math.abs(value) >= 10_000) return format_number(value / 1000, { type: "number", unit: "km", step: 1 });
  const [min_digits, max_digits] = digits_for(value, spec);
  const unit = spec.unit ? intl_units[spec.unit] : undefined;
  if (unit) return number_format(min_digits, max_digits, unit).format(value);
  const text = number_format(min_digits, max_digits).format(value);
  const symbol = spec.symbol || symbols[spec.unit ?? ""] || spec.unit || "";
  return symbol ? `${text}\u202f${symbol}` : text;
}

/** "target_temperature" → "Target temperature"; VSS's "Powertrain.StateOfCharge" → "State of charge". */
export function humanise(name: string): string {
  const last = name.split(".").filter(Boolean).pop() ?? name;
  const words = last
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/[_-]+/g, " ")
    .trim();
  if (!words) return name;
  const lower = /[a-z] [A-Z][a-z]/.test(words) || words === words.toUpperCase() ? words.toLowerCase() : words;
  return lower.charAt(0).toUpperCase() + lower.slice(1);
}

/** A name as devices have it ("ceiling-lamp") in words; what a person spelt with care is left alone. */
export function as_title(given: string): string {
  return /^[a-z0-9 _-]+$/.test(given) ? humanise(given) : given;
}

export function title_of(name: string, spec: PropertySpec | undefined): string {
  return spec?.title || humanise(name);
}

/**
 * Words for true and false, by what the property's name says. First match counts. Only whole names and endings: a
 * setting called "window_detection" is no window. What is ambiguous keeps yes and no.
 */
const boolean_words: [RegExp, string, string][] = [
  [/^(open|opened|window|door|garage|gate)$|_open$|^contact open$/, "value.open", "value.closed"],
  [/(^|_)contact$/, "value.contact", "value.no_contact"],
  [/(^|_)(motion|occupancy|occupied)$/, "value.motion", "value.clear"],
  [/(^|_)(presence|present)$/, "value.present", "value.absent"],
  [/(^|_)(smoke|gas|leak|carbon_monoxide|tamper|vibration|rain|moisture|alarm)$/, "value.detected", "value.clear"],
  [/(^|_)locked$/, "value.locked", "value.unlocked"],
  [/plugged|isconnected|cable/, "value.plugged", "value.unplugged"],
  [/^(home|at_home)$/, "value.home", "value.away"],
  [/(^|_)(on|state|power|switch|light|relay|active|enabled?|running|heating|charging|playing)(_|$)/, "value.on", "value.off"],
];

/**
 * A contact says by its title whether true is open: connectors turn them so that true is the device's "on". Of a lock
 * the title says that true is locked, whatever the device calls it.
 */
function boolean_key(name: string, title: string): string {
  const key = name.split(".").pop()!.toLowerCase();
  if (/\blocked$/i.test(title)) return "locked";
  return /contact$/.test(key) && /\bopen$/i.test(title) ? "contact open" : key;
}

/** Whether true of this property means locked. */
export function says_locked(name: string, title = ""): boolean {
  return /(^|_)locked$/.test(boolean_key(name, title));
}

/** Whether true and false of this property have words of their own, so that they can stand without its title. */
export function has_own_words(name: string, title = ""): boolean {
  const key = boolean_key(name, title);
  return boolean_words.some(([pattern]) => pattern.test(key));
}

export function boolean_word(value: boolean, name: string, settable: boolean, title = ""): string {
  const key = boolean_key(name, title);
  for (const [pattern, yes, no] of boolean_words) {
    if (pattern.test(key)) return word(value ? yes : no);
  }
  if (settable) return word(value ? "value.on" : "value.off");
  return word(value ? "value.yes" : "value.no");
}

function word(key: string): string {
  return has_key(key) ? t(key) : key;
}

/** A closed list's value for people: translated when common, otherwise made readable. */
export function enum_word(value: string): string {
  const key = "value." + value.toLowerCase();
  if (has_key(key)) return t(key);
  return humanise(value);
}

const iso_time = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;

/** More of a structure is nothing to read in a line. */
const structure_max = 300; // characters

function format_structure(value: Json[] | { [key: string]: Json }): string {
  const is_list = Array.isArray(value);
  let text = "";
  for (const [key, one] of Object.entries(value)) {
    if (text.length > structure_max) return text.slice(0, structure_max) + " …";
    if (is_list || one !== null) text += (text && ", ") + (is_list ? "" : humanise(key) + " ") + format_any(one);
  }
  return text || (is_list ? "[]" : "{}");
}

/** A value whose property is not known. */
export function format_any(value: Json | undefined): string {
  if (value === null || value === undefined) return "—";
  if (typeof value === "boolean") return t(value ? "value.on" : "value.off");
  if (typeof value === "number") return format_number(value, { type: "number" });
  if (typeof value === "string") return iso_time.test(value) ? format_time(Date.parse(value)) : value;
  return format_structure(value);
}

export function format_value(value: Json | undefined, name: string, spec: PropertySpec | undefined): string {
  if (value === null || value === undefined) return "—";
  if (!spec) return format_any(value);
  if (typeof value === "boolean") return boolean_word(value, name, spec.settable ?? false, spec.title);
  if (typeof value === "number") return format_number(value, spec);
  if (typeof value === "string" && spec.type === "enumeration") return enum_word(value);
  if (typeof value === "string" && value === "") return "“”";
  return format_any(value);
}

// ---- times ------------------------------------------------------------------------------------------------

const steps: [number, Intl.RelativeTimeFormatUnit][] = [
  [60, "second"],
  [60, "minute"],
  [24, "hour"],
  [7, "day"],
  [4.348, "week"],
  [12, "month"],
  [Infinity, "year"],
];

/** "3 h ago". Times in the future (clocks differ a little) count as now. */
export function format_age(age_ms: number): string {
  let amount = Math.max(0, age_ms) / 1000;
  const format = new Intl.RelativeTimeFormat(language().tag, { style: "narrow", numeric: "auto" });
  if (amount < 10) return format.format(0, "second");
  for (const [size, unit] of steps) {
    if (amount < size) return format.format(-Math.floor(amount), unit);
    amount /= size;
  }
  return "";
}

/** Clock time today, weekday and clock this week, else the date. */
export function format_time(ms: number, now: number = Date.now()): string {
  if (!Number.isFinite(ms)) return "—";
  const date = new Date(ms);
  const same_day = date.toDateString() === new Date(now).toDateString();
  const clock: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };
  if (same_day) return date.toLocaleTimeString(language().tag, clock);
  if (Math.abs(now - ms) < 6 * 86400e3) return date.toLocaleString(language().tag, { weekday: "short", ...clock });
  return date.toLocaleString(language().tag, { day: "numeric", month: "short", year: "numeric", ...clock });
}

/** To the second, with the date: for records. */
export function format_exact(ms: number): string {
  if (!Number.isFinite(ms)) return "—";
  return new Date(ms).toLocaleString(language().tag, { dateStyle: "medium", timeStyle: "medium" });
}

export function format_clock(ms: number): string {
  if (!Number.isFinite(ms)) return "—";
  return new Date(ms).toLocaleTimeString(language().tag, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}

export function format_day(ms: number): string {
  return new Date(ms).toLocaleDateString(language().tag, { weekday: "long", day: "numeric", month: "long" });
}

/** "3 d 4 h", "5 min": the two largest parts. */
export function format_duration(seconds: number): string {
  const parts: string[] = [];
  let rest = Math.max(0, Math.round(seconds));
  for (const [size, unit] of [[86400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]] as const) {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    if (amount > 0 && parts.length < 2) parts.push(number_format(0, 0, unit).format(amount));
  }
  return parts.join(" ") || number_format(0, 0, "second").format(0);
}

export function format_bytes(bytes: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  let at = 0;
  let amount = bytes;
  while (amount >= 1000 && at < units.length - 1) {
    amount /= 1000;
    at += 1;
  }
  return number_format(0, at === 0 ? 0 : 1, units[at]).format(amount);
}

// ---- what a reading looks like ----------------------------------------------------------------------------

/** What the page makes of a reading: never lets "not known" look like "off" or "0". */
export type Standing = "good" | "estimated" | "stale" | "unconfirmed" | "bad" | "unknown";

export function standing_of(reading: Reading | undefined, spec: PropertySpec | undefined, now: number): Standing {
  if (!reading) return "unknown";
  const quality: Quality = reading.quality;
  if (quality === "bad") return "bad";
  if (reading.value === null || reading.value === undefined) return "unknown";
  if (quality === "unconfirmed") return "unconfirmed";
  if (quality === "stale") return "stale";
  if (spec?.max_age_s && now - reading.time > spec.max_age_s * 1000) return "stale";
  return quality === "estimated" ? "estimated" : "good";
}

/** The note that stands beside a value which is not simply good; empty when it is. */
export function standing_note(standing: Standing, reading: Reading | undefined, now: number): string {
  switch (standing) {
    case "good":
      return "";
    case "estimated":
      return t("state.estimated");
    case "stale":
      return t("state.stale", { age: format_age(now - (reading?.time ?? now)) });
    case "unconfirmed":
      return t("state.unconfirmed");
    case "bad":
      return t("state.bad");
    case "unknown":
      return t(reading ? "state.unknown" : "state.no_reading");
  }
}
