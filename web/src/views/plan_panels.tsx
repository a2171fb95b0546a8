// The timeline's panels, each an SVG group on the same clock: price, power, charge and warmth, hours.

import { language, t } from "../messages";
import { ceiling, scale, ticks, type Scale } from "../axes";
import { band_path, bars_path, flag_level, is_guessed, level_path, past_path, stack, step_path, type Column, type Device, type Goal, type Plan } from "../plan";
import type { HistoryPoint } from "../model";
import { goal_state, price } from "../plan_sentences";
import { device_title, told, type Past } from "./plan_words";

export const price_top = 22;
export const left = 34;
const [price_height, power_top, power_height, level_top, level_height] = [46, 92, 150, 268, 92];
export const bottom = level_top + level_height;
const patterns = ["", "M0 6 6 0", "M0 3H6", "M0 0 6 6", "M3 0V6", "M0 6 6 0M0 0 6 6"];

interface Frame {
  x: Scale;
  right: number;
}

function Label({ x, y, end, children }: { x: number; y: number; end?: boolean; children: string }) {
  return (
    <text x={x} y={y} text-anchor={end ? "end" : undefined}>
      {children}
    </text>
  );
}

function digits(value: number, most: number): string {
  return new Intl.NumberFormat(language().tag, { maximumFractionDigits: most }).format(value);
}

/** What goes on without a gap. */
function pieces(columns: readonly Column[]): Column[][] {
  const found: Column[][] = [];
  for (const column of columns) {
    const last = found.at(-1);
    if (last?.at(-1)?.until === column.from) last.push(column);
    else found.push([column]);
  }
  return found;
}

export function PriceBand({ plan, past, x, right }: Frame & { plan: Plan; past: Past }) {
  const was = past.price.filter((one) => one.kw[0] !== null);
  const paid = was.map((one) => one.kw[0]!);
  const low = Math.min(0, ...plan.buy, ...paid);
  const high = Math.max(0.01, ...plan.buy, ...paid);
  const y = scale(low, high, price_top + price_height, price_top);
  const guessed = plan.slots.filter((_, index) => is_guessed(plan, index));
  const area = (inside: boolean): string => {
    const kept = plan.slots.map((slot, index) => ({ slot, value: plan.buy[index] ?? 0 })).filter((_, index) => is_guessed(plan, index) === inside);
    return band_path(kept.map((one) => one.slot), kept.map(() => 0), kept.map((one) => one.value), x, y);
  };
  return (
    <g>
      <Label x={left} y={price_top - 8}>
        {t("plan.price_axis", { currency: plan.currency })}
      </Label>
      <Label x={right} y={price_top - 8} end>
        {`${price(Math.min(...plan.buy), plan.currency)} – ${price(Math.max(...plan.buy), plan.currency)}`}
      </Label>
      <path class="price-area was" d={pieces(was).map((piece) => band_path(piece, piece.map(() => 0), piece.map((one) => one.kw[0]!), x, y)).join("")} />
      <path class="price-line was" d={pieces(was).map((piece) => step_path(piece, piece.map((one) => one.kw[0]!), x, y)).join("")} />
      <path class="price-area" d={area(false)} />
      <path fill="url(#plan-guessed)" d={area(true)} />
      {guessed.length > 0 && <line class="guess-edge" x1={x(guessed[0]!.from)} x2={x(guessed[0]!.from)} y1={price_top} y2={price_top + price_height} />}
      <path class="price-line" d={step_path(plan.slots, plan.buy, x, y)} />
      <line class="zero" x1={left} x2={right} y1={y(0)} y2={y(0)} />
    </g>
  );
}

export function PowerPanel({ plan, past, x, right }: Frame & { plan: Plan; past: Past }) {
  const columns: Column[] = plan.slots.map((slot, index) => ({ ...slot, kw: plan.devices.map((device) => device.kw[index] ?? 0) }));
  const tops = [...columns.map((one, index) => stack(one.kw, plan.load[index] ?? 0)), ...[...past.planned, ...past.came].map((one) => stack(one.kw, 0))].flat();
  const was = past.sun.filter((one) => one.kw[0] !== null);
  const sun_was = was.map((one) => Math.max(0, one.kw[0]!));
  const unsure = plan.slots.filter((slot) => slot.from >= plan.sun_until);
  const high = ceiling(Math.max(0.5, ...sun_was, ...plan.sun_p90, ...plan.sun, ...tops.map((one) => one[1])));
  const lowest = Math.min(0, ...tops.map((one) => one[0]));
  const low = lowest < -0.05 ? -ceiling(-lowest) : 0;
  const y = scale(low, high, power_top + power_height, power_top);
  const none = plan.slots.map(() => 0);
  const marks = [high, high / 2, 0, ...(low < 0 ? [low] : [])];
  return (
    <g>
      <Label x={left} y={power_top - 8}>
        {t("plan.power_axis")}
      </Label>
      {marks.map((mark) => (
        <g key={mark}>
          <line class={mark === 0 ? "zero" : "grid"} x1={left} x2={right} y1={y(mark)} y2={y(mark)} />
          <Label x={left - 5} y={y(mark) + 4} end>
            {digits(mark, 1)}
          </Label>
        </g>
      ))}
      <path class="sun-band" d={band_path(plan.slots, plan.sun_p10, plan.sun_p90, x, y)} />
      <path class="load-area" d={band_path(plan.slots, none, plan.load, x, y)} />
      {plan.devices.map((device, index) => (
        <g key={device.name} data-bars={device.name}>
          <path class="was" fill={`url(#plan-fill-${index})`} d={bars_path(past.came, [], index, x, y)} />
          <path class="was-planned" d={bars_path(past.planned, [], index, x, y)} />
          <path fill={`url(#plan-fill-${index})`} d={bars_path(columns, plan.load, index, x, y)} />
        </g>
      ))}
      <path class="sun-line" d={pieces(was).map((piece) => step_path(piece, piece.map((one) => Math.max(0, one.kw[0]!)), x, y)).join("") + step_path(plan.slots.slice(0, plan.slots.length - unsure.length), plan.sun, x, y)} />
      <path class="sun-line is-guessed" d={step_path(unsure, plan.sun.slice(plan.slots.length - unsure.length), x, y)} />
    </g>
  );
}

function Flag({ x, y, foot, goal, device }: { x: number; y: number; foot: number; goal: Goal; device: Device }) {
  const mark = goal.state === "met" ? "m3 5 2 2 4-4" : goal.state === "at_risk" ? "m6 2v3.500m0 2v.1" : "m4 2.500 4 4m0-4-4 4";
  return (
    <g class={"flag is-" + goal.state} data-flag={device.name}>
      <title>{`${device_title(device.name)}: ${told(goal.what)}, ${goal_state(goal)}`}</title>
      <path class="pole" d={`M${x} ${foot}V${y - 5}`} />
      <path class="pennant" d={`M${x} ${y - 5}h13l-3 4.500 3 4.500h-13Z`} />
      <path class="flag-mark" d={`M${x - 1} ${y - 5}${mark}`} />
    </g>
  );
}

export function LevelPanel({ plan, past, from, x, right }: Frame & { plan: Plan; past: Past; from: number }) {
  const filled = plan.devices.filter((device) => device.level.length > 0);
  const warm = filled.filter((device) => device.level_unit === "Cel");
  const was = (device: Device): HistoryPoint[] => (device.level_unit === "kWh" ? [] : (past.levels[plan.devices.indexOf(device)] ?? []).filter((point) => point[0] >= from));
  const heat = warm.flatMap((device) => [...device.level, ...was(device).map((point) => point[3] ?? point[4]).filter((one) => typeof one === "number")]);
  const percent = scale(0, 100, bottom, level_top);
  const [coldest, warmest] = [Math.floor(Math.min(...heat) - 0.5), Math.ceil(Math.max(...heat) + 0.5)];
  const celsius = scale(coldest, warmest, bottom, level_top);
  const stored = filled.filter((device) => device.level_unit !== "Cel" && device.level_unit !== "%");
  const kwh = scale(0, ceiling(Math.max(...stored.flatMap((device) => device.level))), bottom, level_top);
  const y_of = (device: Device): Scale => (device.level_unit === "%" ? percent : device.level_unit === "Cel" ? celsius : kwh);
  return (
    <g>
      <Label x={left} y={level_top - 8}>
        {t("plan.level_axis")}
      </Label>
      {[0, 50, 100].map((mark) => (
        <g key={mark}>
          <line class={mark === 0 ? "zero" : "grid"} x1={left} x2={right} y1={percent(mark)} y2={percent(mark)} />
          <Label x={left - 5} y={percent(mark) + 4} end>
            {String(mark)}
          </Label>
        </g>
      ))}
      {warm.length > 0 && [coldest, warmest].map((mark) => (
        <Label key={mark} x={right + 4} y={celsius(mark) + 4}>
          {`${mark}°`}
        </Label>
      ))}
      {filled.map((device) => (
        <path key={device.name} class={`level is-${device.kind} dash-${plan.devices.indexOf(device) % 4}`} d={past_path(was(device), from, x, y_of(device)) + level_path(device, plan.slots, x, y_of(device))} />
      ))}
      {plan.devices.map((device) =>
        device.goals
          .filter((goal) => x(goal.due) >= left && x(goal.due) < right)
          .map((goal) => {
            const at = flag_level(device, goal, plan.slots);
            return <Flag key={device.name + goal.what + goal.due} x={x(goal.due)} y={at === null ? bottom - 12 : Math.max(level_top + 5, y_of(device)(at))} foot={bottom} goal={goal} device={device} />;
          }),
      )}
    </g>
  );
}

export function Clock({ from, to, x, right }: Frame & { from: number; to: number }) {
  const clock = new Intl.DateTimeFormat(language().tag, { hour: "2-digit", minute: "2-digit" });
  const day = new Intl.DateTimeFormat(language().tag, { weekday: "short", day: "numeric" });
  return (
    <g>
      {ticks(from, to, (right - left) / 52).map((at) => {
        const midnight = new Date(at).getHours() === 0;
        return (
          <g key={at}>
            <line class={midnight ? "midnight" : "grid"} x1={x(at)} x2={x(at)} y1={price_top} y2={bottom} />
            <text x={x(at)} y={bottom + 16} text-anchor="middle">
              {midnight ? day.format(at) : clock.format(at)}
            </text>
          </g>
        );
      })}
    </g>
  );
}

export function Patterns({ plan }: { plan: Plan }) {
  return (
    <defs>
      <pattern id="plan-guessed" width="6" height="6" patternUnits="userSpaceOnUse">
        <path class="guess-ink" d="M0 6 6 0" />
      </pattern>
      {plan.devices.map((device, index) => (
        <pattern key={device.name} id={"plan-fill-" + index} width="6" height="6" patternUnits="userSpaceOnUse">
          <rect class={"fill is-" + device.kind} width="6" height="6" />
          <path class="pattern-ink" d={patterns[index % patterns.length]} />
        </pattern>
      ))}
    </defs>
  );
}
