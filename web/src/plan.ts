// The hub's plan as the page draws it: read, stacked, scaled, turned into paths. Pure; no DOM.

import { px, type Scale } from "./axes";
import { to_ms, type HistoryPoint, type Json } from "./model";

/** What could be said otherwise of a goal that is missed or at risk. */
export interface Way {
  code: string; // "LATER", "LESS", "NOW"
  values: { minutes?: number; to?: number };
  set: string;
  value: string | number;
  more: number;
  reached: number;
  state: string;
}

export interface Goal {
  what: string;
  due: number; // ms; NaN when it has no moment of its own
  state: string; // "met" | "at_risk" | "missed"
  wanted: number;
  reached: number;
  slack_min: number;
  ways?: Way[];
}

export interface Alternative {
  what: string;
  act?: string; // "charging", "not_charging"
  at: number;
  more: number; // money; less than 0 saves
  possible: boolean;
}

export interface Device {
  name: string;
  kind: string;
  act: boolean;
  why: string;
  kw: number[]; // + takes, - gives
  level: number[]; // at the slot's end; empty for appliances
  level_unit: string;
  intent: string[];
  code: string[];
  goals: Goal[];
  alternatives: Alternative[];
}

export interface Slot {
  from: number;
  until: number;
}

/** Why the plan changed, or what of it is guessed: a code and its values by name. */
export interface Reason {
  code: string; // "PLUGGED_IN"
  values: { [name: string]: string | number };
}

export interface Plan {
  version: number;
  made: number;
  because: string;
  changed: Reason[];
  stage: string;
  gap?: number; // left out where nothing is proved
  cost: number;
  currency: string;
  prices_until: number;
  sun_until: number; // NaN where no source tells of the sun
  slots: Slot[];
  buy: number[];
  sell: number[];
  marginal: number[];
  import: number[];
  export: number[];
  curtailed: number[];
  load: number[];
  sun: number[];
  sun_p10: number[];
  sun_p90: number[];
  devices: Device[];
  at_risk: string[];
  guesses: Reason[];
  mended: { where: string; what: string }[];
}

export interface WhatIf {
  more: number;
  currency: string;
  devices: { name: string; goals: Goal[] }[];
}

/** What a plan on record says of what it led to (GET /why). */
export interface PlanReason {
  record: number;
  version: number;
  device?: string;
  slot?: { from: string; until: string };
  goal?: { who?: string; what: string; due: string | null; state: string };
}

/** Where what the plan looks at is measured. */
export interface Places {
  sun?: string;
  sun_per_kw?: number;
  devices?: { [name: string]: { power?: string; per_kw?: number; level?: string } | undefined };
}

interface OneSaid {
  by: string;
  value: string;
}

export interface Wishes {
  rule: string;
  people: string[];
  contested: { device: string; setting: string; holds: OneSaid[]; lost: OneSaid[] }[];
}

/** How well something was foretold, by how long before, and by whom. */
export interface Score {
  source?: string;
  late?: boolean;
  heard?: string;
  failed?: string;
  [lead: string]: { mae: number; bias: number; coverage?: number; mean: number } | string | boolean | undefined;
}

export interface SavedDay {
  day: string; // "2026-11-21"
  saved: number;
  paid: number;
  would: number;
  note?: string;
  devices?: { name: string; saved: number }[];
  count?: number; // days, of a week; `day` is its Monday
}

type Said<T> = { [key in keyof T]?: unknown };

function list<T>(value: unknown): T[] {
  return Array.isArray(value) ? (value as T[]) : [];
}

/** Objects come as such or as their text. */
export function opened<T>(value: Json | undefined): Said<T> | null {
  try {
    const said = (typeof value === "string" ? JSON.parse(value) : value) as unknown;
    return typeof said === "object" ? (said as Said<T> | null) : null;
  } catch {
    return null;
  }
}

function device_of(said: Device): Device {
  return {
    ...said,
    level: list(said.level),
    goals: list<Goal>(said.goals).map((one) => ({ ...one, due: to_ms(one.due) })),
    alternatives: list<Alternative>(said.alternatives).map((one) => ({ ...one, at: to_ms(one.at) })),
  };
}

/** What the reading of plan/plan says; null while there is no plan. */
export function plan_of(value: Json | undefined): Plan | null {
  const said = opened<Plan & { until: string }>(value);
  const begins = list<string>(said?.slots).map(to_ms);
  if (!said || begins.length === 0) return null;
  const ends = [...begins.slice(1), to_ms(said.until)];
  return {
    ...(said as Plan),
    made: to_ms(said.made),
    prices_until: to_ms(said.prices_until),
    sun_until: to_ms(said.sun_until),
    slots: begins.map((from, index) => ({ from, until: ends[index]! })),
    buy: list(said.buy),
    sell: list(said.sell),
    marginal: list(said.marginal),
    import: list(said.import),
    export: list(said.export),
    curtailed: list(said.curtailed),
    load: list(said.load),
    sun: list(said.sun),
    sun_p10: list(said.sun_p10),
    sun_p90: list(said.sun_p90),
    devices: list<Device>(said.devices).map(device_of),
    at_risk: list(said.at_risk),
    changed: list(said.changed),
    guesses: list(said.guesses),
    mended: list(said.mended),
  };
}

/** Newest day first. */
export function savings_of(value: Json | undefined): { currency: string; days: SavedDay[]; weeks: SavedDay[] } {
  const said = opened<{ currency: string; days: SavedDay[]; weeks: SavedDay[] }>(value);
  const newest = (all: unknown): SavedDay[] => [...list<SavedDay>(all)].sort((a, b) => (a.day < b.day ? 1 : -1));
  return { currency: String(said?.currency ?? ""), days: newest(said?.days), weeks: newest(said?.weeks) };
}

/** The slot that holds at `time`; -1 outside of the plan. */
export function slot_at(plan: Plan, time: number): number {
  return plan.slots.findIndex((slot) => slot.from <= time && time < slot.until);
}

/** What a slot takes from the grid (kW, less than 0 gives), what that costs, and what all costs until its end. */
export function grid_of(plan: Plan): { kw: number; cost: number; total: number }[] {
  let total = 0;
  return plan.slots.map(({ from, until }, index) => {
    const [taken, given] = [plan.import[index] ?? 0, plan.export[index] ?? 0];
    const cost = ((taken * (plan.buy[index] ?? 0) - given * (plan.sell[index] ?? 0)) * (until - from)) / 3600e3;
    return { kw: taken - given, cost, total: (total += cost) };
  });
}

/** The two prices of a kWh that speak for working in slot `then` rather than in `now`, as the hub compares them (planner/comparison.cpp). */
export function compared(plan: Plan, device: Device, now: number, then: number): { by: "sun" | "some_sun" | "grid" | "house"; then: number; now: number } | null {
  const at = (values: readonly number[], index: number): number => values[index] ?? 0;
  const works = (index: number): boolean => at(device.kw, index) > 0.02;
  const run = [0];
  while (device.kind === "appliance" && works(then + run.length)) run.push(run.length);
  const mean = (values: readonly number[], from: number): number => run.reduce((sum, i) => sum + at(values, from + i), 0) / run.length;
  const kwh = (slot: number, kw: number, own: number): number => {
    const fed_in = at(plan.curtailed, slot) > 0.05 ? Math.min(0, at(plan.sell, slot)) : at(plan.sell, slot);
    const free = Math.max(0, Math.min(own, kw));
    return free * fed_in + (kw - free) * at(plan.buy, slot);
  };
  let [all, bought, costs_then, costs_now] = [0, 0, 0, 0];
  for (const i of run) {
    const kw = at(device.kw, then + i);
    const grid = Math.min(kw, at(plan.import, then + i));
    all += kw;
    bought += grid;
    costs_then += kwh(then + i, kw, kw - grid);
    costs_now += kwh(now + i, kw, at(plan.export, now + i) + at(plan.curtailed, now + i));
  }
  const pays = (less: number, more: number): boolean => less < more - 0.0005;
  const stored = plan.devices.some((one) => (one.kind === "battery" || one.kind === "car") && at(one.kw, then) < -0.05);
  const sunny = all > 0 && !stored && bought <= all / 2 && mean(plan.sun, then) > mean(plan.load, then) + 0.05;
  if (sunny && pays(costs_then / all, costs_now / all))
    return { by: costs_then / all < at(plan.sell, then) + 0.0005 ? "sun" : "some_sun", then: costs_then / all, now: costs_now / all };
  const grid = { by: "grid" as const, then: mean(plan.buy, then), now: mean(plan.buy, now) };
  if (at(plan.import, then) > 0.05 && pays(grid.then, grid.now)) return grid;
  const house = { by: "house" as const, then: mean(plan.marginal, then), now: mean(plan.marginal, now) };
  if (pays(house.then, house.now)) return house;
  return pays(grid.then, grid.now) ? grid : null;
}

/** Prices of this slot are not published yet. */
export function is_guessed(plan: Plan, index: number): boolean {
  return !(plan.slots[index]!.from < plan.prices_until);
}

/** A device's level at `time`, straight between the ends of slots; null outside of the plan. */
export function level_at(device: Device, slots: readonly Slot[], time: number): number | null {
  for (let index = 0; index < device.level.length && index < slots.length; index += 1) {
    const { from, until } = slots[index]!;
    if (time > until) continue;
    if (!(time >= from)) return null;
    const after = device.level[index]!;
    const before = index > 0 ? device.level[index - 1]! : after;
    return before + ((after - before) * (time - from)) / (until - from);
  }
  return null;
}

/**
 * Where a goal's flag stands, in the unit of the device's level. Goals of storage are told in kWh and levels in percent,
 * but what was reached is the level at that moment, whichever way it is told.
 */
export function flag_level(device: Device, goal: Goal, slots: readonly Slot[]): number | null {
  const level = level_at(device, slots, goal.due);
  if (level === null) return null;
  if (device.level_unit !== "%") return goal.wanted;
  const percent = /(?:^|: )(\d+(?:\.\d+)?)\s*%/.exec(goal.what);
  if (percent) return Math.min(100, Number(percent[1]));
  return goal.reached > 0 ? Math.min(100, (level * goal.wanted) / goal.reached) : level;
}

// ---- power, planned and past ----------------------------------------------------------------------------------

/** A stretch of time with each device's power; null = not known. */
export interface Column extends Slot {
  kw: (number | null)[];
}

/** Mean kW of a reported power (W) from `from` to `until`: a value holds until the next one. Null before the first. */
export function mean_kw(points: readonly HistoryPoint[], from: number, until: number, per_kw = 1000): number | null {
  let sum = 0;
  let known = 0;
  for (let index = 0; index < points.length; index += 1) {
    const [time, , , mean, last] = points[index]!;
    const begin = Math.max(time, from);
    const end = Math.min(points[index + 1]?.[0] ?? Infinity, until);
    const watts = typeof last === "number" ? last : mean;
    if (end <= begin || typeof watts !== "number") continue;
    sum += (watts / per_kw) * (end - begin);
    known += end - begin;
  }
  return known > 0 ? sum / known : null;
}

export function past_columns(pasts: readonly (readonly HistoryPoint[])[], from: number, to: number, step: number, per_kw: readonly number[] = []): Column[] {
  const columns: Column[] = [];
  for (let begin = Math.ceil(from / step) * step; begin < to; begin += step) {
    const until = Math.min(to, begin + step);
    columns.push({ from: begin, until, kw: pasts.map((points, index) => mean_kw(points, begin, until, per_kw[index])) });
  }
  return columns;
}

/** Of each column and device from where to where its bar goes: what is taken upwards from the base load, what is given downwards from 0. */
export function stack(kw: readonly (number | null)[], base: number): [low: number, high: number][] {
  let up = base;
  let down = 0;
  return kw.map((one) => {
    const power = one ?? 0;
    if (power >= 0) return [up, (up += power)];
    return [(down += power), down - power];
  });
}

// ---- drawing ----------------------------------------------------------------------------------------------------

/** A line that holds each value for its slot. */
export function step_path(slots: readonly Slot[], values: readonly number[], x: Scale, y: Scale): string {
  let path = "";
  slots.forEach((slot, index) => {
    const value = values[index];
    if (value === undefined) return;
    path += `${path ? "V" + px(y(value)) : `M${px(x(slot.from))} ${px(y(value))}`}H${px(x(slot.until))}`;
  });
  return path;
}

/** The area between two such lines; of slots beyond the values nothing. */
export function band_path(slots: readonly Slot[], low: readonly number[], high: readonly number[], x: Scale, y: Scale): string {
  const count = Math.min(slots.length, low.length, high.length);
  if (count === 0) return "";
  let path = step_path(slots.slice(0, count), high, x, y);
  for (let index = count - 1; index >= 0; index -= 1) path += `V${px(y(low[index]!))}H${px(x(slots[index]!.from))}`;
  return path + "Z";
}

/** One device's bars as one path; what goes on as it was is one bar. */
export function bars_path(columns: readonly Column[], bases: readonly number[], device: number, x: Scale, y: Scale): string {
  let path = "";
  let begin = NaN;
  columns.forEach((column, index) => {
    const [low, high] = stack(column.kw, bases[index] ?? 0)[device] ?? [0, 0];
    if (high - low < 0.005) return;
    const next = columns[index + 1];
    begin = begin || column.from;
    const goes_on = next?.from === column.until && String(stack(next.kw, bases[index + 1] ?? 0)[device]) === String([low, high]);
    if (goes_on) return;
    path += `M${px(x(begin))} ${px(y(low))}V${px(y(high))}H${px(x(column.until))}V${px(y(low))}Z`;
    begin = NaN;
  });
  return path;
}

/** Through the ends of the slots. */
export function level_path(device: Device, slots: readonly Slot[], x: Scale, y: Scale): string {
  return device.level.map((level, index) => (slots[index] ? `${index === 0 ? "M" : "L"}${px(x(slots[index]!.until))} ${px(y(level))}` : "")).join("");
}

/** A level as it was, straight from word to word; from `from` on. */
export function past_path(points: readonly HistoryPoint[], from: number, x: Scale, y: Scale): string {
  return points
    .filter((point) => point[0] >= from)
    .map(([time, , , mean, last]) => [time, mean ?? last] as const)
    .filter((point): point is readonly [number, number] => typeof point[1] === "number")
    .map(([time, level], index) => `${index === 0 ? "M" : "L"}${px(x(time))} ${px(y(level))}`)
    .join("");
}
