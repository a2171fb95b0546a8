// What was charged, from plug to unplug: read, added up by month, and as a table to take along. Pure; no DOM.

import { to_ms, type Json } from "./model";
import { opened } from "./plan";

export interface Session {
  id: string;
  point: string;
  from: string;
  until: string;
  energy_wh: number;
  estimated: boolean;
  own_wh?: number; // that did not come from the grid
  cost: number | null;
  priced_wh?: number; // of how much the price was known
  co2_g: number | null;
  car: string;
  certainty?: number;
  who?: string;
  currency: string; // of its point; not told with the session
}

/** What a reading of `last_session` says; null where it says nothing. */
export function session_of(value: Json, currency: string): Session | null {
  const told = opened<Session>(value);
  if (!told || Array.isArray(told) || typeof told.until !== "string" || typeof told.energy_wh !== "number") return null;
  return { ...(told as unknown as Session), currency };
}

/** Newest first. */
export function by_end(sessions: readonly Session[]): Session[] {
  return [...sessions].sort((a, b) => to_ms(b.until) - to_ms(a.until));
}

/** How much of it was the house's own, in percent; null where nothing is known of it. */
export function own_share(energy_wh: Json | undefined, own_wh: Json | undefined): number | null {
  if (typeof own_wh !== "number" || typeof energy_wh !== "number" || energy_wh <= 0) return null;
  return Math.min(100, Math.max(0, (100 * own_wh) / energy_wh));
}

export interface Month {
  key: string; // "2026-11", by the reader's clock
  from: number;
  count: number;
  energy_wh: number;
  own_wh: number | null; // null where of none of them anything is known
  cost: number | null;
  co2_g: number | null;
  currency: string; // empty where there is more than one
}

function month_key(ms: number): string {
  const date = new Date(ms);
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}`;
}

const sum = (values: readonly (number | null | undefined)[]): number | null => {
  const known = values.filter((one) => typeof one === "number");
  return known.length === 0 ? null : known.reduce((all, one) => all + one, 0);
};

/** Newest first. Money of several currencies is not added up. */
export function months_of(sessions: readonly Session[]): Month[] {
  const groups = new Map<string, Session[]>();
  for (const one of by_end(sessions)) {
    const key = month_key(to_ms(one.until));
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups].map(([key, all]) => {
    const currencies = new Set(all.filter((one) => one.cost !== null).map((one) => one.currency));
    return {
      key,
      from: new Date(Number(key.slice(0, 4)), Number(key.slice(5)) - 1, 1).getTime(),
      count: all.length,
      energy_wh: sum(all.map((one) => one.energy_wh)) ?? 0,
      own_wh: sum(all.map((one) => one.own_wh)),
      cost: currencies.size > 1 ? null : sum(all.map((one) => one.cost)),
      co2_g: sum(all.map((one) => one.co2_g)),
      currency: currencies.size === 1 ? [...currencies][0]! : "",
    };
  });
}

const columns = ["id", "point", "from", "until", "energy_wh", "estimated", "own_wh", "cost", "co2_g", "car", "certainty", "who"] as const;

/** RFC 4180; what a spreadsheet could take for a formula is told apart by a space. */
function field(value: unknown): string {
  let text = value === null || value === undefined ? "" : String(value);
  if (typeof value === "string" && /^[=+\-@\t]/.test(text)) text = " " + text;
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

/** The columns of `foxtail charge sessions --csv`, oldest first. */
export function sessions_csv(sessions: readonly Session[]): string {
  const rows = by_end(sessions).reverse();
  return [columns.join(","), ...rows.map((one) => columns.map((name) => field(one[name])).join(","))].join("\r\n") + "\r\n";
}
