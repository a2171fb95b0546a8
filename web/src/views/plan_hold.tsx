// A power for a while, as somebody wants it whatever the plan would do: from a slot that was tapped. What it would cost is told
// before it is set.

import { useEffect, useState } from "preact/hooks";
import { store, stream } from "../app";
import { local_text } from "../goals";
import { t } from "../messages";
import type { Device, Plan } from "../plan";
import { device_title, settings_of } from "./plan_words";
import { Difference, use_what_if } from "./plan_what_if";

/** Waits for more touches before it asks the price. */
const pause_ms = 500;

export interface Held {
  device: string;
  slot: number;
}

export function can_hold(device: Device): boolean {
  return settings_of(device.name)?.properties.hold?.settable === true;
}

const utc = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");

export function Hold({ plan, held, done }: { plan: Plan; held: Held; done: () => void }) {
  const devices = plan.devices.filter(can_hold);
  const [name, set_name] = useState(held.device);
  const device = devices.find((one) => one.name === name) ?? devices[0]!;
  const slot = plan.slots[held.slot]!;
  // What is planned there, else the most that is planned at all.
  const usual = (of: Device): number => Math.abs(of.kw[held.slot] ?? 0) > 0.05 ? of.kw[held.slot]! : Math.max(0, ...of.kw);
  const [kw, set_kw] = useState(Math.round(usual(device) * 10) / 10);
  const [from, set_from] = useState(slot.from);
  const [until, set_until] = useState(slot.until);
  const [answer, ask] = use_what_if(device.name);
  const whole = Number.isFinite(kw) && Number.isFinite(from) && until > from;
  const value = whole ? `${kw} kW from ${utc(from)} to ${utc(until)}` : "";
  useEffect(() => {
    if (!whole) return ask(null);
    const timer = window.setTimeout(() => ask({ hold: value }), pause_ms);
    return () => window.clearTimeout(timer);
  }, [device.name, value]);
  const moment = (event: Event): number => new Date((event.currentTarget as HTMLInputElement).value).getTime();
  const waiting = !answer || answer.state === "asking";
  return (
    <div class="plan-sure" role="group" aria-label={t("plan.hold")} onKeyDown={(event) => event.key === "Escape" && done()} data-hold>
      <h4>{t("plan.hold")}</h4>
      <div class="plan-line">
        <label class="plan-line">
          {t("plan.hold_what")}
          <select value={device.name} onChange={(event) => set_name(event.currentTarget.value)}>
            {devices.map((one) => (
              <option key={one.name} value={one.name}>
                {device_title(one.name)}
              </option>
            ))}
          </select>
        </label>
        <label class="plan-line">
          kW
          <input type="number" step="0.1" value={kw} onInput={(event) => set_kw(event.currentTarget.valueAsNumber)} />
        </label>
        <label class="plan-line">
          {t("plan.from")}
          <input type="datetime-local" value={Number.isFinite(from) ? local_text(from) : ""} onChange={(event) => set_from(moment(event))} />
        </label>
        <label class="plan-line">
          {t("plan.to")}
          <input type="datetime-local" value={Number.isFinite(until) ? local_text(until) : ""} onChange={(event) => set_until(moment(event))} />
        </label>
      </div>
      <Difference answer={answer} />
      <div class="buttons">
        <button type="button" onClick={done}>
          {t("control.cancel")}
        </button>
        <button
          type="button"
          class="primary"
          disabled={!whole || waiting || answer.state === "failed" || stream.link.value.state !== "up"}
          onClick={() => {
            stream.set(`plan-${device.name}/hold`, value);
            done();
          }}
        >
          {t("control.do_it")}
        </button>
      </div>
    </div>
  );
}

/** What is held, and a way to take it back. */
export function HeldNow({ device, title }: { device: string; title: (said: string) => string }) {
  const said = store.reading(`plan-${device}/hold`).value?.value;
  if (typeof said !== "string" || said === "") return null;
  return (
    <p class="plan-line" data-held>
      {t("plan.held", { what: title(said) })}
      <button type="button" disabled={stream.link.value.state !== "up"} onClick={() => stream.set(`plan-${device}/hold`, "")}>
        {t("plan.hold_no_more")}
      </button>
    </p>
  );
}
