// One timeline of the plan: price on top, then power with the sun's spread, then charge and warmth with goals as flags.
// Drawn by hand so that all of it stands on one clock. A slider over it reads any slot aloud, by pointer or arrow keys.

import { useMemo, useState } from "preact/hooks";
import { now } from "../app";
import { format_time } from "../format";
import { t } from "../messages";
import { scale } from "../axes";
import { is_guessed, slot_at, type Plan } from "../plan";
import { use_width } from "../parts/plot";
import { slot_words } from "../plan_sentences";
import { bottom, Clock, left, LevelPanel, Patterns, PowerPanel, price_top, PriceBand } from "./plan_panels";
import { can_hold, type Held } from "./plan_hold";
import { device_title, use_past } from "./plan_words";

const hour = 3600e3;
const spans = [12, 24, 48];

function Legend({ plan }: { plan: Plan }) {
  const swatch = (name: string, shape: preact.JSX.Element) => (
    <li key={name}>
      <svg width="20" height="12" aria-hidden="true">
        {shape}
      </svg>
      {name}
    </li>
  );
  return (
    <ul class="plan-legend">
      {swatch(t("plan.sun_spread"), <><rect class="sun-band" width="20" height="12" /><path class="sun-line" d="M0 6H20" /></>)}
      {swatch(t("plan.load"), <rect class="load-area" width="20" height="12" />)}
      {plan.devices.map((device, index) => swatch(device_title(device.name), <><rect fill={`url(#plan-fill-${index})`} width="20" height="12" /></>))}
      {swatch(t("plan.was_planned"), <rect class="was-planned" x="1" y="1" width="18" height="10" />)}
      {plan.slots.some((_, index) => is_guessed(plan, index)) && swatch(t("plan.price_guessed"), <rect fill="url(#plan-guessed)" class="boxed" width="20" height="12" />)}
    </ul>
  );
}

export function Timeline({ plan, hold }: { plan: Plan; hold: (held: Held) => void }) {
  const [width, place] = use_width();
  const [span, set_span] = useState(window.innerWidth < 760 ? 24 : 48);
  const [back, set_back] = useState(false);
  const [picked, set_picked] = useState<number | null>(null);
  const [tapped, set_tapped] = useState<number | null>(null); // stays when the pointer goes on
  const at = now.value;
  const begin = Math.min(at, plan.slots[0]!.from);
  const from = begin - (back ? span * hour : (span * hour) / 6);
  const to = Math.min(begin + span * hour, plan.slots.at(-1)!.until);
  const right = width - 26;
  const past = use_past(plan, from, begin);
  const last = Math.max(0, plan.slots.filter((slot) => slot.from < to).length - 1);
  const here = Math.max(0, slot_at(plan, at));
  const shown = Math.min(picked ?? here, last);
  const x = scale(from, to, left, right);
  const drawing = useMemo(() => {
    const seen = shorten(plan, last, to);
    return (
      <>
        <Patterns plan={plan} />
        <Clock from={from} to={to} x={x} right={right} />
        <PriceBand plan={seen} past={past} x={x} right={right} />
        <PowerPanel plan={seen} past={past} x={x} right={right} />
        <LevelPanel plan={seen} past={past} from={from} x={x} right={right} />
      </>
    );
  }, [plan, past, from, to, width]);
  const pick = (event: PointerEvent): number => {
    const box = place.current!.getBoundingClientRect();
    const time = from + ((event.clientX - box.left - left) / (right - left)) * (to - from);
    const found = slot_at(plan, time);
    const at_slot = found < 0 ? (time < begin ? here : last) : found;
    set_picked(at_slot);
    return at_slot;
  };
  const key = (event: KeyboardEvent): void => {
    const by = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 4, PageDown: -4, Home: -1e9, End: 1e9 }[event.key];
    if (!by) return;
    event.preventDefault();
    const next = Math.min(last, Math.max(0, shown + by));
    set_picked(next);
    set_tapped(next);
  };
  const words = slot_words(plan, shown, at, device_title);
  const slot = plan.slots[shown]!;
  const holdable = plan.devices.find(can_hold);
  return (
    <figure class="plan-chart">
      <div class="choice chart-ranges" role="group" aria-label={t("chart.range")}>
        {spans.map((one) => (
          <button type="button" key={one} aria-pressed={span === one} onClick={() => set_span(one)}>
            {t("plan.hours", { n: one })}
          </button>
        ))}
        <button type="button" aria-pressed={back} onClick={() => set_back(!back)} data-back>
          {t("plan.past", { n: span })}
        </button>
      </div>
      <p class="plan-readout" aria-hidden="true" data-slot={shown}>
        <strong>{words[0]}</strong> {words.slice(1).join(" · ")}
      </p>
      <div
        ref={place}
        class="plan-place"
        tabIndex={0}
        role="slider"
        aria-label={t("plan.timeline")}
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={shown}
        aria-valuetext={words.join(", ")}
        onPointerMove={(event) => (event.pointerType === "mouse" || event.buttons > 0) && pick(event)}
        onPointerDown={(event) => set_tapped(pick(event))}
        onPointerLeave={(event) => event.pointerType === "mouse" && set_picked(null)}
        onKeyDown={key}
      >
        {width > 0 && (
          <svg width={width} height={bottom + 24} aria-hidden="true">
            <rect class="picked" x={x(slot.from)} y={price_top} width={Math.max(2, x(Math.min(slot.until, to)) - x(slot.from))} height={bottom - price_top} />
            {drawing}
            <line class="now" x1={x(at)} x2={x(at)} y1={price_top - 4} y2={bottom} />
            <text class="now-word" x={x(at) + 4} y={bottom - 4}>
              {t("plan.now", { time: format_time(at, at) })}
            </text>
          </svg>
        )}
      </div>
      {holdable && tapped !== null && plan.slots[tapped] && (
        <button type="button" onClick={() => hold({ device: holdable.name, slot: tapped })} data-hold-slot>
          {t("plan.hold_from", { time: format_time(plan.slots[tapped].from, at) })}
        </button>
      )}
      <Legend plan={plan} />
      <figcaption>{t("plan.chart_note")}</figcaption>
    </figure>
  );
}

/** Without what comes after slot `last` and `to`, so that axes fit what is seen. */
function shorten(plan: Plan, last: number, to: number): Plan {
  const cut = (values: number[]): number[] => values.slice(0, last + 1);
  return {
    ...plan,
    slots: plan.slots.slice(0, last + 1).map(({ from, until }) => ({ from, until: Math.min(until, to) })),
    buy: cut(plan.buy),
    load: cut(plan.load),
    sun: cut(plan.sun),
    sun_p10: cut(plan.sun_p10),
    sun_p90: cut(plan.sun_p90),
    devices: plan.devices.map((device) => ({ ...device, kw: cut(device.kw), level: cut(device.level) })),
  };
}
