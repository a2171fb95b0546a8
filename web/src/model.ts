// The words of the hub's API (docs/api.md) as the page sees them. Times are milliseconds since 1970 unless they end in "_s".

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type Quality = "good" | "stale" | "unconfirmed" | "estimated" | "bad" | "unknown";
export type Type = "boolean" | "integer" | "number" | "string" | "enumeration" | "array" | "object";
export type Category = "primary" | "config" | "diagnostic";
export type Kind = "person" | "vehicle" | "device" | "place" | "service";

export interface PropertySpec {
  title?: string;
  type: Type;
  unit?: string; // UCUM code
  symbol?: string; // what people read for the unit
  minimum?: number;
  maximum?: number;
  step?: number;
  allowed?: string[];
  category?: Category;
  sensitivity?: "home" | "personal" | "sensitive" | "critical";
  readable?: boolean;
  settable?: boolean;
  max_age_s?: number;
}

export interface ActionSpec {
  title?: string;
  input?: PropertySpec | null;
  sensitivity?: string;
}

export interface EventSpec {
  title?: string;
  kinds?: string[];
}

export interface Thing {
  id: string;
  kind: Kind;
  title: string;
  place?: string;
  maker?: string;
  model?: string;
  connector?: string;
  description?: string;
  properties: Record<string, PropertySpec>;
  actions?: Record<string, ActionSpec>;
  events?: Record<string, EventSpec>;
}

export interface Reading {
  value: Json;
  quality: Quality;
  time: number;
  seq: number;
}

export type CommandStatus =
  | "asking" // on its way to the hub; not the hub's word but the page's
  | "waiting" // for a person to confirm it
  | "pending"
  | "sent"
  | "confirmed"
  | "refused"
  | "failed"
  | "timed_out";

/** A wish that somebody may only have if a person says so, each time anew. */
export interface WaitingWish {
  seq: number;
  address: string;
  run: boolean;
  value: Json;
  asked_by: string;
  set_off_by?: string; // the agent that had a hand in it, when a rule asks
  on_behalf_of: string[];
  purpose: string;
  until: number;
}

export interface Wanted {
  value: Json;
  command: number; // 0 while asking
  status: CommandStatus;
  detail: string;
  at: number; // when the page heard it
  live: boolean; // heard after the page had started, so worth telling on a tile
}

/** A record of the journal; called Entry here because TypeScript has a Record of its own. */
export interface Entry {
  seq: number;
  time: number;
  actor: string;
  cause: number | null;
  kind: string;
  address?: string;
  body: { [key: string]: Json };
  sentence?: string;
}

export interface RuleRun {
  seq: number;
  time: number;
  outcome: string;
  detail?: string;
  cause?: number | null;
}

export interface Rule {
  id: string;
  title?: string;
  enabled?: boolean;
  source_file?: string;
  line?: number;
  trigger_text?: string;
  condition_text?: string;
  action_text?: string;
  runs?: number;
  last_runs?: RuleRun[];
}

export interface Problem {
  time: number;
  source: string;
  topic: string;
  sample: string;
  reason: string;
  count: number;
}

export interface Health {
  status: string; // "ok" | "read_only"
  reason?: string;
}

export interface Me {
  subject: string;
  name: string;
  role: string;
}

export interface ProblemDetails {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
}

/** [t_ms, min, max, mean, last, count] */
export type HistoryPoint = [number, number | null, number | null, number | null, Json, number];

export interface History {
  address: string;
  unit?: string;
  type?: Type;
  from: string;
  to: string;
  points: HistoryPoint[];
}

/** Times come as RFC 3339 or as milliseconds; both become milliseconds. NaN when neither. */
export function to_ms(time: unknown): number {
  if (typeof time === "number") return time;
  if (typeof time === "string") return Date.parse(time);
  return NaN;
}

/** Splits "thing/property"; the name is empty when there is no slash. */
export function split_address(address: string): { thing: string; name: string } {
  const at = address.indexOf("/");
  if (at < 0) return { thing: address, name: "" };
  return { thing: address.slice(0, at), name: address.slice(at + 1) };
}

export function same_value(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object") return false;
  return JSON.stringify(a) === JSON.stringify(b);
}
