// Numbers over time: the mean as a line, lowest to highest as a band, and in words what the pointer rests on.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { marks, scale, ticks } from "../axes";
import { format_number, format_time, step_digits } from "../format";
import { mean_path, nearest, spread_path, type Columns } from "../history";
import { language } from "../messages";
import type { PropertySpec } from "../model";

/** The width that something has, followed; 0 before it is known. */
export function use_width(): [number, preact.RefObject<HTMLDivElement | null>] {
  const place = useRef<HTMLDivElement | null>(null);
  const [width, set_width] = useState(0);
  useEffect(() => {
    const watcher = new ResizeObserver((seen) => set_width(Math.floor(seen[0]!.contentRect.width)));
    watcher.observe(place.current!);
    return () => watcher.disconnect();
  }, []);
  return [width, place];
}

function axis_times(range_ms: number): Intl.DateTimeFormatOptions {
  if (range_ms <= 2 * 86400e3) return { hour: "2-digit", minute: "2-digit" };
  if (range_ms <= 45 * 86400e3) return { day: "numeric", month: "short" };
  return { month: "short", year: "2-digit" };
}

const top = 22;
const below = 24;
const digit = 7; // px that one takes, about

interface Props {
  columns: Columns;
  from: number;
  to: number;
  spec: PropertySpec;
}

/** "14:03:20 · 21.4 °C (21.1 °C – 21.8 °C)" for one place. */
function words_at({ times, min, max, mean }: Columns, at: number, spec: PropertySpec): string {
  const say = (value: number | null | undefined): string => format_number(value ?? 0, { ...spec, type: "number" });
  return `${format_time(times[at]!)} · ${say(mean[at])}${min[at] !== max[at] ? ` (${say(min[at])} – ${say(max[at])})` : ""}`;
}

function Drawing({ columns, from, to, spec, width, rested }: Props & { width: number; rested: number }) {
  const height = width < 500 ? 200 : 260;
  const values = useMemo(() => {
    const known = [...columns.min, ...columns.max].filter((one) => one !== null);
    return known.length > 0 ? marks(Math.min(...known), Math.max(...known), height / 50) : [0, 1];
  }, [columns, height]);
  const digits = step_digits(Number((values[1]! - values[0]!).toPrecision(6)));
  const number = new Intl.NumberFormat(language().tag, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const words = values.map((value) => number.format(value));
  const left = 8 + digit * Math.max(...words.map((one) => one.length));
  const x = scale(from, to, left, width - 8);
  const rests = Number.isNaN(rested) ? -1 : nearest(columns, scale(left, width - 8, from, to)(rested));
  const y = scale(values[0]!, values.at(-1)!, height - below, top);
  const times = new Intl.DateTimeFormat(language().tag, axis_times(to - from));
  const paths = useMemo(() => [spread_path(columns, x, y), mean_path(columns, x, y)], [columns, from, to, width, values]);
  return (
    <>
      <p class="readout">{rests >= 0 && words_at(columns, rests, spec)}</p>
      <svg width={width} height={height}>
        <text x={left - 6} y="12" text-anchor="end">
          {format_number(0, spec).replace(/^[\d.,\s]+/, "")}
        </text>
        {values.map((value, index) => (
          <g key={value}>
            <path class="grid" d={`M${left} ${y(value)}H${width}`} />
            <text x={left - 6} y={y(value) + 4} text-anchor="end">
              {words[index]}
            </text>
          </g>
        ))}
        {ticks(from, to, (width - left) / 72).map((time) => (
          <g key={time}>
            <path class="grid" d={`M${x(time)} ${top}V${height - below}`} />
            <text x={Math.min(x(time), width - 24)} y={height - 6} text-anchor="middle">
              {times.format(time)}
            </text>
          </g>
        ))}
        <path class="spread" d={paths[0]} />
        <path class="mean" d={paths[1]} />
        {rests >= 0 && <circle class="rests" cx={x(columns.times[rests]!)} cy={y(columns.mean[rests]!)} r="4" />}
      </svg>
    </>
  );
}

export function Plot(props: Props) {
  const [width, place] = use_width();
  const [rested, set_rested] = useState(NaN);
  const rest = (event: PointerEvent): void => set_rested(event.clientX - place.current!.getBoundingClientRect().left);
  return (
    <div ref={place} class="plot" aria-hidden="true" data-points={props.columns.times.length} onPointerMove={rest} onPointerDown={rest} onPointerLeave={() => set_rested(NaN)}>
      {width > 0 && <Drawing {...props} width={width} rested={rested} />}
    </div>
  );
}
