// A person's desk as data: who was given what, who really sees what, who looked; and what can be chosen when giving.
// No DOM.

import { humanise } from "./format";
import { t, tn, type Key } from "./messages";
import type { Json, PropertySpec, Rule, Thing } from "./model";

export interface Obligations {
  granularity?: string; // "15m", "30d"
  aggregate?: "last" | "mean" | "sum" | "min" | "max" | "increase";
  precision?: number;
  delay?: string;
  place?: "home_or_away";
  erase_after?: string;
}

export interface Terms {
  forbid?: boolean;
  except?: string[];
  when?: { weekdays?: string[]; from?: string; until?: string; presence?: { address: string; value: Json }; reads_per_hour?: number; values_per_month?: number; network?: "home" };
  obligations?: Obligations;
  envelope?: { minimum?: number; maximum?: number; allowed?: string[]; per_hour?: number; confirm?: "owner" };
  history_window?: string;
}

export interface Grant {
  id: number;
  subject: string;
  grantor: string;
  addresses: string[];
  verbs: string[];
  from: string | null;
  until: string | null;
  purpose: string;
  terms: Terms;
  token: boolean;
  given_by_me: boolean;
  reaches: string[];
  reaches_in_all: number;
  stake: string;
}

/** What is to be erased since a grant has ended. */
export interface Erasure {
  grant: number;
  subject: string;
  addresses: string[];
  purpose: string;
  erase_by: string;
  state: "asked" | "done" | "overdue";
  done: string | null;
}

export interface Insight {
  address: string;
  verbs: string[];
  because: "owner" | "about_them" | "granted" | "household";
  grant?: number;
  limits: Terms;
}

export interface Onlooker {
  subject: string;
  sees: Insight[];
  more: number;
}

export interface Look {
  seq: number | null;
  subject: string;
  grant: number;
  how: "read" | "history" | "stream";
  count: number;
  from: string;
  until: string;
  addresses: string[];
  purpose?: string;
}

export interface Desk {
  subject: string;
  closed: { grant: number; since: string | null; until: string | null } | null;
  forgetting: boolean;
  things: { id: string; stake: string }[];
  grants: Grant[];
  erasures: Erasure[];
  onlookers: Onlooker[];
  looks: Look[];
  looks_before: number | null;
}

export interface Certificate {
  grant: number;
  subject: string;
  effective_seq: number;
  delivered_last_seq: number;
  streams_closed: number;
  commands_cancelled: number;
  erase_by?: string;
  /** The same, signed, with its proof: what foxtail-verify takes. */
  certificate: string;
}

// ---- words --------------------------------------------------------------------------------------------------

const units: Record<string, string> = { d: "day", h: "hour", m: "minute", s: "second" };

/** "15m" → "15 minutes", "1d" → "day" as in "each day"; a sum such as "1h30m" stays as it is. */
export function length_words(text: string): string {
  const found = /^(\d+)([dhms])$/.exec(text);
  if (!found) return text;
  return tn("length." + units[found[2]!]!, Number(found[1]));
}

/** "30 days", and "1 day" rather than "day". */
function span_words(text: string): string {
  const length = length_words(text);
  return /\d/.test(length) ? length : "1 " + length;
}

/** When what came of a grant is to be erased; empty when that was not agreed. */
export function erase_words(limits: Obligations | undefined): string {
  return limits?.erase_after ? t("erase.after", { length: span_words(limits.erase_after) }) : "";
}

/** After the end of a grant: what can be agreed with who gets it. */
export const erase_spans = ["", "1d", "30d", "90d"] as const;

/** How precisely something is told; empty when exactly. */
export function precision_words(limits: Obligations | undefined): string {
  const parts: string[] = [];
  if (limits?.granularity) {
    const key = ("precision." + (limits.aggregate ?? "last")) as Key;
    parts.push(t(key, { length: length_words(limits.granularity) }));
  }
  if (limits?.place) parts.push(t("precision.home_or_away"));
  if (limits?.precision !== undefined) parts.push(t("precision.rounded", { step: limits.precision }));
  if (limits?.delay) parts.push(t("precision.later", { length: span_words(limits.delay) }));
  return parts.join(", ");
}

/** "participant:insurer" → "insurer", with its kind in words; a rule by its title. */
export function who(subject: string, rules: readonly Rule[] = []): { name: string; kind: string } {
  const at = subject.indexOf(":");
  const kind = at < 0 ? subject : subject.slice(0, at);
  if (kind === "hub") return { name: t("desk.everybody"), kind: "" };
  if (kind === "planner") return { name: t(subject.endsWith(":charging") ? "act.charging" : "nav.plan"), kind: t("who.planner") };
  const known = ["participant", "agent", "guest", "token", "resident", "owner", "rule"].includes(kind);
  const name = at < 0 ? subject : subject.slice(at + 1);
  const title = kind === "rule" && (rules.find((one) => one.id === name)?.title || humanise(name));
  return { name: title || name, kind: known ? t(("who." + kind) as Key) : kind };
}

const told_verbs: [string[], Key][] = [
  [["read", "observe"], "verb.read"],
  [["history"], "verb.history"],
  [["set"], "verb.set"],
  [["run"], "verb.run"],
  [["grant"], "verb.grant"],
];

export function verb_words(verbs: readonly string[]): string {
  const said = told_verbs.filter(([names]) => names.some((one) => verbs.includes(one))).map(([, key]) => t(key));
  return said.length > 0 ? said.join(", ") : t("verb.discover");
}

export function when_words(when: Terms["when"]): string {
  if (!when) return "";
  const parts: string[] = [];
  if (when.weekdays?.length) parts.push(when.weekdays.map((day) => t(("day." + day) as Key)).join(", "));
  if (when.from && when.until) parts.push(t("desk.hours", { from: when.from, until: when.until }));
  if (when.presence) parts.push(t("desk.while", { address: when.presence.address, value: JSON.stringify(when.presence.value) }));
  if (when.network) parts.push(t("desk.at_home"));
  if (when.reads_per_hour) parts.push(t("desk.per_hour", { n: when.reads_per_hour }));
  if (when.values_per_month) parts.push(t("desk.per_month", { n: when.values_per_month }));
  return parts.join(", ");
}

/** When it holds, and whether somebody is asked first; empty when always and nobody. */
export function terms_words(terms: Terms): string {
  return [when_words(terms.when), terms.envelope?.confirm ? t("desk.confirmed") : ""].filter(Boolean).join(", ");
}

/** The addresses for which a rule failed when it ran last, because nobody who may gave them to it. */
export function unseen_by(rule: Rule): string[] {
  const found = new Set<string>();
  for (const run of [...(rule.last_runs ?? [])].sort((a, b) => b.seq - a.seq)) {
    const address = run.outcome === "failed" && /the rule may not see '([^']+)'/.exec(run.detail ?? "")?.[1];
    if (!address) break;
    found.add(address);
  }
  return [...found];
}

/** Whether a rule was given it since. */
export function is_given(desk: Desk, rule: Rule, address: string): boolean {
  return desk.grants.some((one) => one.subject === "rule:" + rule.id && !one.terms.forbid && one.reaches.includes(address));
}

// ---- giving -------------------------------------------------------------------------------------------------

export interface Precision {
  key: string;
  label: string;
  obligations: Obligations;
}

/** Counts up by itself: by how much it grew says all about a span; a sum of its values says nothing. */
const counters = /odometer|mileage|TraveledDistance$|total|counter|meter$|^energy/i;
/** What adds up: each value is of a trip or a session by itself. */
const adds_up = /trip|distance|driven|journey|session|consumed|charged|duration/i;
const places = /^(place|zone|region|location|latitude|longitude|lat|lon)$|\.(latitude|longitude)$/i;

function precision(key: string, obligations: Obligations): Precision {
  return { key, obligations, label: precision_words(obligations) || t("precision.exact") };
}

/** How precisely a property can sensibly be given, the most private first. */
export function precisions_of(name: string, spec: PropertySpec): Precision[] {
  const exact = precision("exact", {});
  if (places.test(name)) return [precision("home", { granularity: "15m", place: "home_or_away" }), exact];
  if (spec.type !== "number" && spec.type !== "integer") return [precision("day", { granularity: "1d" }), exact];
  const sums = adds_up.test(name + " " + (spec.title ?? "")) && !counters.test(name);
  const aggregate = counters.test(name) ? "increase" : sums ? "sum" : "mean";
  const span = (granularity: string): Obligations => ({ granularity, aggregate });
  return [
    precision("month", span("30d")),
    precision("day", span("1d")),
    precision("quarter", span("15m")),
    exact,
  ];
}

/** The properties somebody would give, what people use first. */
export function givable(thing: Thing): [string, PropertySpec][] {
  const rank = (spec: PropertySpec): number => (spec.category === "diagnostic" ? 1 : spec.category === "config" ? 2 : 0);
  return Object.entries(thing.properties)
    .filter(([, spec]) => spec.readable !== false || spec.settable)
    .sort(([, a], [, b]) => rank(a) - rank(b));
}

/** What somebody may do with what they are given: look at it, also set it, run an action, or all of that with a whole thing. */
export type Use = "see" | "set" | "run" | "all";

/** Who may use something sees how it is, and not its past: that is given by itself. */
export function verbs_of(subject: string, use: Use): string[] {
  if (use === "set") return ["read", "set"];
  if (use === "run") return ["run"];
  if (use === "all") return ["read", "set", "run"];
  return subject.startsWith("rule:") ? ["read"] : ["read", "history"];
}

/** Whether anything of the thing can be used at all by who sees this. */
export function usable(thing: Thing): boolean {
  return Object.values(thing.properties).some((spec) => spec.settable) || Object.keys(thing.actions ?? {}).length > 0;
}

/** Whether it can open or endanger a house: then it is asked about each time unless somebody says otherwise. */
export function critical(thing: Thing, name: string): boolean {
  const all = { ...thing.properties, ...thing.actions };
  return Object.entries(all).some(([one, spec]) => (name === "*" || name === one) && spec.sensitivity === "critical");
}

export const week = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

/** What a person can say besides who, what and until when; as it stands, nothing. */
export interface Limits {
  timed: boolean; // only at the hours, on the days
  from: string; // "18:00"; the same as until, or none = the whole day
  until: string;
  days: readonly string[];
  at_home: boolean;
  ask: boolean;
}
export const no_limits: Limits = { timed: false, from: "08:00", until: "20:00", days: week, at_home: false, ask: false };

/** A day more or less, but never none: no day would be every day. */
export function toggle_day(days: readonly string[], day: string): readonly string[] {
  const next = week.filter((one) => (one === day ? !days.includes(one) : days.includes(one)));
  return next.length > 0 ? next : days;
}

/** The terms of a grant as the hub takes them; only what was chosen stands in them. */
export function terms_of(limits: Limits, obligations: Obligations): Terms {
  const { timed, from, until, days } = limits;
  const hours = timed && from !== "" && until !== "" && from !== until;
  const when = {
    ...(timed && days.length < week.length && { weekdays: [...days] }),
    ...(hours && { from, until }),
    ...(limits.at_home && { network: "home" as const }),
  };
  return {
    ...(Object.keys(when).length > 0 && { when }),
    ...(Object.keys(obligations).length > 0 && { obligations }),
    ...(limits.ask && { envelope: { confirm: "owner" as const } }),
  };
}

export const spans = ["day", "week", "month", "year", "never"] as const;
export type Span = (typeof spans)[number];

/** When a grant that is given now for so long ends; null = until it is taken back. */
export function end_of(span: Span, now: number): string | null {
  const end = new Date(now);
  if (span === "never") return null;
  if (span === "day") end.setDate(end.getDate() + 1);
  if (span === "week") end.setDate(end.getDate() + 7);
  if (span === "month") end.setMonth(end.getMonth() + 1);
  if (span === "year") end.setFullYear(end.getFullYear() + 1);
  return end.toISOString();
}

/** The name a subject can have in the hub: letters, digits, "_", "-", ".". */
export function valid_name(name: string): boolean {
  return /^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,127}$/.test(name);
}
