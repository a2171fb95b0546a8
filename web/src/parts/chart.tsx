// A property's past: a line with its band for numbers, a lane for each state for everything else.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { api, ApiError } from "../api";
import { store } from "../app";
import { format_number, format_time, format_value, title_of } from "../format";
import { summarise, to_columns, to_lanes, to_stretches } from "../history";
import { language, t, type Key } from "../messages";
import type { HistoryPoint, PropertySpec } from "../model";
import { Plot } from "./plot";

const hour = 3600e3;
export const ranges: [string, number][] = [
  ["1h", hour],
  ["24h", 24 * hour],
  ["7d", 7 * 24 * hour],
  ["30d", 30 * 24 * hour],
  ["1y", 365 * 24 * hour],
];
const points_wanted = 600;
const lanes_max = 8;

interface Past {
  from: number;
  to: number;
  points: HistoryPoint[];
}

interface Props {
  address: string;
  name: string;
  spec: PropertySpec;
}

function is_numeric(spec: PropertySpec): boolean {
  return spec.type === "number" || spec.type === "integer";
}

function NumberChart({ past, spec }: { past: Past; spec: PropertySpec }) {
  const gap = Math.max((past.to - past.from) / 12, ((past.to - past.from) / points_wanted) * 4);
  const columns = useMemo(() => to_columns(past.points, gap), [past]);
  return <Plot columns={columns} from={past.from} to={past.to} spec={spec} />;
}

function Bar({ from, to, past, title }: { from: number; to: number; past: Past; title: string }) {
  const bar = useRef<HTMLSpanElement>(null);
  const whole = past.to - past.from;
  const left = (Math.max(from, past.from) - past.from) / whole;
  const width = (Math.min(to, past.to) - Math.max(from, past.from)) / whole;
  useEffect(() => {
    bar.current?.style.setProperty("left", `${left * 100}%`);
    bar.current?.style.setProperty("width", `max(2px, ${width * 100}%)`);
  });
  return <span ref={bar} class="lane-bar" title={title} />;
}

function StateChart({ past, name, spec }: { past: Past; name: string; spec: PropertySpec }) {
  const lanes = to_lanes(to_stretches(past.points, past.to), lanes_max);
  const share = new Intl.NumberFormat(language().tag, { style: "percent", maximumFractionDigits: 0 });
  return (
    <div class="lanes" data-points={past.points.length}>
      {lanes.map((lane) => {
        const words = lane.value === null ? t("chart.other") : format_value(lane.value, name, spec);
        return (
          <div class="lane" key={JSON.stringify(lane.value)}>
            <span class="lane-name">
              {words} <span class="soft">{share.format(lane.share)}</span>
            </span>
            <span class="lane-track" aria-hidden="true">
              {lane.stretches.map((one) => (
                <Bar key={one.from} from={one.from} to={one.to} past={past} title={`${words}: ${format_time(one.from)} – ${format_time(one.to)}`} />
              ))}
            </span>
          </div>
        );
      })}
      <div class="lane-axis soft" aria-hidden="true">
        <span>{format_time(past.from)}</span>
        <span>{format_time(past.to)}</span>
      </div>
    </div>
  );
}

function caption(past: Past, spec: PropertySpec): string {
  if (!is_numeric(spec)) return "";
  const found = summarise(past.points);
  if (!found) return "";
  const say = (value: number): string => format_number(value, { ...spec, type: "number" });
  return t("chart.summary", { min: say(found.min), max: say(found.max), mean: say(found.mean) });
}

/** Adds what is heard while the chart is open; the hub is not asked again. */
function use_live(address: string, set: (change: (past: Past | null) => Past | null) => void): void {
  useEffect(
    () =>
      store.reading(address).subscribe((reading) => {
        if (!reading || reading.value === null) return;
        set((past) => {
          const last = past?.points[past.points.length - 1];
          if (!past || (last && reading.time <= last[0]) || reading.time < past.from) return past;
          const number = typeof reading.value === "number" ? reading.value : null;
          const point: HistoryPoint = [reading.time, number, number, number, reading.value, 1];
          const length = past.to - past.from;
          const slide = reading.time > past.to;
          const to = slide ? reading.time + length / 20 : past.to;
          return { from: to - length, to, points: [...past.points.slice(-4000), point] };
        });
      }),
    [address],
  );
}

/** Who may use something sees how it is; its past is given by itself. */
const not_found = "404";

export function Chart({ address, name, spec }: Props) {
  const [range, set_range] = useState("24h");
  const [past, set_past] = useState<Past | null>(null);
  const [failed, set_failed] = useState("");
  const not_given = failed === not_found;
  useEffect(() => {
    let gone = false;
    const to = store.now();
    const from = to - ranges.find(([key]) => key === range)![1];
    set_failed("");
    set_past(null);
    api.history(address, from, to, points_wanted).then(
      (found) => !gone && set_past({ from, to, points: found.points ?? [] }),
      (error) => !gone && set_failed(error instanceof ApiError && error.status === 404 ? not_found : error instanceof ApiError && error.message ? error.message : t("gate.unreachable")),
    );
    return () => {
      gone = true;
    };
  }, [address, range]);
  use_live(address, set_past);
  const empty = past !== null && past.points.length === 0;
  return (
    <figure class="chart" data-address={address}>
      <div class="choice chart-ranges" role="group" aria-label={t("chart.range")}>
        {ranges.map(([key]) => (
          <button type="button" key={key} aria-pressed={range === key} onClick={() => set_range(key)}>
            {t(("chart." + key) as Key)}
          </button>
        ))}
      </div>
      {not_given && <p class="soft chart-wait">{t("chart.not_given")}</p>}
      {failed && !not_given && <p class="failure">{t("chart.failed", { detail: failed })}</p>}
      {!failed && !past && <p class="soft chart-wait">{t("chart.loading")}</p>}
      {empty && <p class="soft chart-wait">{t("chart.empty")}</p>}
      {past && !empty && (is_numeric(spec) ? <NumberChart past={past} spec={spec} /> : <StateChart past={past} name={name} spec={spec} />)}
      <figcaption>
        <span class="sr">{t("thing.history_of", { title: title_of(name, spec) })}. </span>
        {past && caption(past, spec)}
      </figcaption>
    </figure>
  );
}
