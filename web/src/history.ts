// Points of /history as what a chart draws. Pure.

import { px, type Scale } from "./axes";
import type { HistoryPoint, Json } from "./model";

/** Times in ms. Buckets far apart get a gap between them. */
export interface Columns {
  times: number[];
  min: (number | null)[];
  max: (number | null)[];
  mean: (number | null)[];
}

export function to_columns(points: readonly HistoryPoint[], gap_ms: number): Columns {
  const columns: Columns = { times: [], min: [], max: [], mean: [] };
  let before = NaN;
  for (const [time, min, max, mean, last] of points) {
    if (time - before > gap_ms) push(columns, (before + time) / 2, null, null, null);
    const plain = typeof last === "number" ? last : null;
    push(columns, time, min ?? plain, max ?? plain, mean ?? plain);
    before = time;
  }
  return columns;
}

function push(columns: Columns, time: number, min: number | null, max: number | null, mean: number | null): void {
  columns.times.push(time);
  columns.min.push(min);
  columns.max.push(max);
  columns.mean.push(mean);
}

/** The means as a line, broken at gaps; what stands alone is a dot. */
export function mean_path({ times, mean }: Columns, x: Scale, y: Scale): string {
  let path = "";
  mean.forEach((value, index) => {
    if (value === null) return;
    const goes_on = typeof mean[index - 1] === "number";
    path += `${goes_on ? "L" : "M"}${px(x(times[index]!))} ${px(y(value))}${goes_on ? "" : "h0"}`;
  });
  return path;
}

/** From lowest to highest, as areas broken at gaps. */
export function spread_path({ times, min, max }: Columns, x: Scale, y: Scale): string {
  let path = "";
  let back = "";
  max.forEach((value, index) => {
    const low = min[index];
    if (value === null || typeof low !== "number") return;
    const at = px(x(times[index]!));
    path += `${back ? "L" : "M"}${at} ${px(y(value))}`;
    back = `L${at} ${px(y(low))}${back}`;
    if (typeof max[index + 1] === "number") return;
    path += back + "Z";
    back = "";
  });
  return path;
}

/** The place of the known mean nearest to `time`; -1 without one. */
export function nearest({ times, mean }: Columns, time: number): number {
  let found = -1;
  mean.forEach((value, index) => {
    if (value !== null && !(Math.abs(times[index]! - time) >= Math.abs((times[found] ?? Infinity) - time))) found = index;
  });
  return found;
}

export interface Summary {
  min: number;
  max: number;
  mean: number; // each reading counted once
}

export function summarise(points: readonly HistoryPoint[]): Summary | null {
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  let count = 0;
  for (const [, low, high, mean, last, readings] of points) {
    const plain = typeof last === "number" ? last : null;
    const at_least = low ?? plain;
    const at_most = high ?? plain;
    const middle = mean ?? plain;
    if (at_least === null || at_most === null || middle === null) continue;
    min = Math.min(min, at_least);
    max = Math.max(max, at_most);
    sum += middle * Math.max(1, readings);
    count += Math.max(1, readings);
  }
  return count === 0 ? null : { min, max, mean: sum / count };
}

/** A stretch of time in which one state held. */
export interface Stretch {
  from: number;
  to: number;
  value: Json;
}

/** Consecutive buckets with the same last value become one stretch; the last one reaches to `end`. */
export function to_stretches(points: readonly HistoryPoint[], end: number): Stretch[] {
  const stretches: Stretch[] = [];
  for (const [time, , , , value] of points) {
    const open = stretches[stretches.length - 1];
    const same = open !== undefined && JSON.stringify(open.value) === JSON.stringify(value);
    if (same) continue;
    if (open) open.to = time;
    stretches.push({ from: time, to: end, value });
  }
  return stretches;
}

export interface Lane {
  value: Json;
  share: number; // 0..1 of the known time
  stretches: Stretch[];
}

/** One lane for each state, the longest-held first; beyond `lanes_max` the rest is left to "other" (null value, last). */
export function to_lanes(stretches: readonly Stretch[], lanes_max: number): Lane[] {
  const lanes = new Map<string, Lane>();
  let whole = 0;
  for (const stretch of stretches) {
    const length = Math.max(0, stretch.to - stretch.from);
    if (stretch.value === null) continue;
    whole += length;
    const key = JSON.stringify(stretch.value);
    const lane = lanes.get(key) ?? { value: stretch.value, share: 0, stretches: [] };
    lane.share += length;
    lane.stretches.push(stretch);
    lanes.set(key, lane);
  }
  const sorted = [...lanes.values()].sort((a, b) => b.share - a.share);
  for (const lane of sorted) lane.share = whole > 0 ? lane.share / whole : 0;
  if (sorted.length <= lanes_max) return sorted;
  const rest = sorted.slice(lanes_max - 1);
  const other: Lane = {
    value: null,
    share: rest.reduce((sum, lane) => sum + lane.share, 0),
    stretches: rest.flatMap((lane) => lane.stretches),
  };
  return [...sorted.slice(0, lanes_max - 1), other];
}

/** Since when the last value has held without another in between; NaN without points. */
export function held_since(points: readonly HistoryPoint[]): number {
  const stretches = to_stretches(points, Infinity);
  return stretches.length === 0 ? NaN : stretches[stretches.length - 1]!.from;
}
