// uPlot with the page's colours: the mean as a line, lowest to highest as a band. A file of its own, loaded when the
// first chart opens.

import uPlot from "uplot";
import { format_number, format_time } from "../format";
import type { Columns } from "../history";
import { language } from "../messages";
import type { PropertySpec } from "../model";

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function axis_times(range_s: number): Intl.DateTimeFormatOptions {
  if (range_s <= 2 * 86400) return { hour: "2-digit", minute: "2-digit" };
  if (range_s <= 45 * 86400) return { day: "numeric", month: "short" };
  return { month: "short", year: "2-digit" };
}

/** Told when the pointer rests on a time; empty when it left. */
export type Readout = (text: string) => void;

function options(width: number, from: number, to: number, spec: PropertySpec, readout: Readout): uPlot.Options {
  const soft = colour("--soft");
  const line = colour("--line");
  const accent = colour("--accent");
  const font = "12px system-ui, sans-serif";
  const grid = { stroke: line, width: 1 };
  const times = new Intl.DateTimeFormat(language().tag, axis_times((to - from) / 1000));
  return {
    width,
    height: width < 500 ? 200 : 260,
    scales: { x: { time: true, min: from / 1000, max: to / 1000, auto: false } },
    legend: { show: false },
    hooks: { setCursor: [(plot) => readout(words_at(plot, spec))] },
    cursor: { drag: { x: false, y: false }, points: { size: 7 } },
    bands: [{ series: [2, 1], fill: colour("--band") }],
    axes: [
      { stroke: soft, font, grid, ticks: grid, values: (_, splits) => splits.map((s) => times.format(s * 1000)) },
      {
        stroke: soft,
        font,
        grid,
        ticks: grid,
        size: 64,
        values: (_, splits) => splits.map((s) => format_number(s, { ...spec, type: "number", step: undefined })),
      },
    ],
    series: [
      {},
      { stroke: "transparent", points: { show: false } },
      { stroke: "transparent", points: { show: false } },
      { stroke: accent, width: 2, points: { show: false } },
    ],
  };
}

/** "14:03:20 · 21.4 °C (21.1 °C – 21.8 °C)" for the bucket under the pointer. */
function words_at(plot: uPlot, spec: PropertySpec): string {
  const index = plot.cursor.idx;
  if (index === null || index === undefined) return "";
  const [time, min, max, mean] = plot.data.map((column) => column[index]);
  if (mean === null || mean === undefined) return "";
  const say = (value: number): string => format_number(value, { ...spec, type: "number" });
  const band = min !== max ? ` (${say(min as number)} – ${say(max as number)})` : "";
  return `${format_time((time as number) * 1000)} · ${say(mean)}${band}`;
}

function shape(columns: Columns): uPlot.AlignedData {
  return [columns.times, columns.min, columns.max, columns.mean] as uPlot.AlignedData;
}

export interface Plot {
  update(columns: Columns): void;
  destroy(): void;
}

export function draw(place: HTMLElement, columns: Columns, from: number, to: number, spec: PropertySpec, readout: Readout): Plot {
  const width = (): number => Math.max(240, Math.floor(place.clientWidth));
  let plot = new uPlot(options(width(), from, to, spec, readout), shape(columns), place);
  let drawn = columns;
  const again = (): void => {
    plot.destroy();
    plot = new uPlot(options(width(), from, to, spec, readout), shape(drawn), place);
  };
  let last_width = width();
  const watcher = new ResizeObserver(() => {
    if (Math.abs(width() - last_width) < 8) return;
    last_width = width();
    again();
  });
  watcher.observe(place);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", again);
  return {
    update: (next) => {
      drawn = next;
      plot.setData(shape(next), false);
      plot.setScale("x", { min: from / 1000, max: to / 1000 });
    },
    destroy: () => {
      watcher.disconnect();
      dark.removeEventListener("change", again);
      plot.destroy();
    },
  };
}
