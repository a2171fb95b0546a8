// The household's plan: what runs when, why, what it costs, and how people overrule it.

import { useRef, useState } from "preact/hooks";
import { names, now, store, stream } from "../app";
import { format_number, format_time, humanise } from "../format";
import { t, type Key } from "../messages";
import { to_ms, type Json } from "../model";
import { Icon } from "../parts/icon";
import { StandingNote } from "../parts/value";
import { opened, type Device, type Goal, type Plan, type Score, type Wishes } from "../plan";
import { full_name } from "../sentences";
import { money, risk_words, stage_word, way_words } from "../plan_sentences";
import { changed_words, reason_words, wished_words } from "../told";
import { DeviceCard } from "./plan_device";
import { Hold, type Held } from "./plan_hold";
import { Away, Quiet, Savings } from "./plan_money";
import { PlanTable } from "./plan_table";
import { Timeline } from "./plan_timeline";
import { Sure, type Wish } from "./plan_what_if";
import { device_title, has_plan, idle_devices, plan, plan_id, setting_title, settings_of, told } from "./plan_words";

function Changed({ shown }: { shown: Plan }) {
  const because = changed_words(shown.changed, shown.because, now.value, device_title);
  if (!because) return null;
  return (
    <p class="banner plan-changed" role="status" data-because>
      <Icon name="restart" />
      <span>{t("plan.changed", { because, time: format_time(shown.made, now.value) })}</span>
    </p>
  );
}

/** What could be wished instead, each with its price; nothing is set before it was confirmed. */
function WaysOut({ device, goal, currency }: { device: Device; goal: Goal; currency: string }) {
  const [wish, set_wish] = useState<Wish | null>(null);
  const opener = useRef<HTMLElement | null>(null);
  const title = device_title(device.name);
  const may = (name: string): boolean => settings_of(device.name)?.properties[name]?.settable === true;
  const ways = (goal.ways ?? []).filter((way) => may(way.set));
  if (ways.length === 0) return null;
  return (
    <>
      <div class="choice" role="group" aria-label={t("plan.ways")} data-ways>
        {ways.map((way) => (
          <button
            type="button"
            key={way.set + way.value}
            disabled={stream.link.value.state !== "up"}
            onClick={(event) => {
              opener.current = event.currentTarget;
              set_wish({ name: way.set, value: way.value, words: `${title}: ${wished_words(way.set, way.value, now.value)}` });
            }}
          >
            {way_words(device, way, currency)}
          </button>
        ))}
      </div>
      {wish && (
        <Sure
          wish={wish}
          device={device.name}
          done={() => {
            set_wish(null);
            opener.current?.focus();
          }}
        />
      )}
    </>
  );
}

function AtRisk({ shown }: { shown: Plan }) {
  const over = shown.slots.at(-1)!.until <= now.value;
  if (shown.at_risk.length === 0 && !over) return null;
  return (
    <section class="panel plan-risk" aria-labelledby="plan-risk">
      <h2 id="plan-risk">
        <Icon name="problems" size={18} /> {t("plan.at_risk")}
      </h2>
      <ul>
        {over && <li>{t("plan.over")}</li>}
        {shown.devices.flatMap((device) =>
          device.goals
            .filter((goal) => goal.state !== "met")
            .map((goal) => (
              <li key={device.name + goal.what + goal.due}>
                {risk_words(device, goal, device_title(device.name), told(goal.what))}
                <WaysOut device={device} goal={goal} currency={shown.currency} />
              </li>
            )),
        )}
      </ul>
    </section>
  );
}

const words = (said: readonly { by: string; value: string }[]): string => said.map((one) => `${one.by}: ${one.value ? told(one.value) : t("plan.no_goals")}`).join(", ");

/** Whose wish holds and whose does not. */
function Contested() {
  const { rule, people, contested } = (opened<Wishes>(store.reading("plan/wishes").value?.value) ?? {}) as Partial<Wishes>;
  if (!contested?.length) return null;
  return (
    <section class="panel" aria-labelledby="plan-contested" data-contested>
      <h2 id="plan-contested">{t("plan.contested")}</h2>
      <ul>
        {contested.map((one) => (
          <li key={one.device + one.setting}>
            {device_title(one.device)}, {setting_title(one.setting, settings_of(one.device)?.properties[one.setting])}: {t("plan.contest", { holds: words(one.holds), lost: words(one.lost) })}
          </li>
        ))}
      </ul>
      <p class="soft">{t(("plan.rule_" + rule) as Key, { people: people?.join(", ") ?? "" })}</p>
    </section>
  );
}

const foretold = ["load", "sun", "outdoor", "prices", "trips"] as const;
const units: Record<string, string> = { load: "kW", sun: "kW", outdoor: "Cel" };

/** A source by its place, or by the name of the value that tells it. */
function source_words(source: string): string {
  const address = /^list, (.+\/.+)$/.exec(source)?.[1];
  return address ? full_name(address, names()) : source;
}

/** How well it was foretold, and by whom. */
function Forecasts() {
  const scores = (opened<Record<string, Score>>(store.reading("plan/forecasts").value?.value) ?? {}) as Record<string, Score | undefined>;
  const rows = foretold.flatMap((name) => (scores[name] ? [{ name, score: scores[name] }] : []));
  if (rows.length === 0) return null;
  return (
    <details data-forecasts>
      <summary>{t("plan.forecasts")}</summary>
      <ul>
        {rows.map(({ name, score }) => {
          const day = score["24h"] ?? score["6h"] ?? score["1h"];
          const say = (value: number): string => format_number(Math.round(value * 100) / 100, { type: "number", unit: units[name] });
          return (
            <li key={name}>
              <strong>{t(name === "sun" ? "energy.sun" : (("plan." + name) as Key))}</strong> ({score.source ? source_words(score.source) : t("plan.own_past")}){score.late && <strong class="is-late"> {t("plan.late", { time: format_time(to_ms(score.heard), now.value) })}</strong>}
              {typeof day === "object" && ": " + t("plan.score", { mae: say(day.mae), bias: (day.bias > 0 ? "+" : "") + say(day.bias), mean: say(day.mean) }) + (day.coverage === undefined ? "" : t("plan.within", { share: Math.round(day.coverage * 100) }))}
            </li>
          );
        })}
      </ul>
    </details>
  );
}

/** What the plan rests on that is not simply known. */
function Grounds({ shown }: { shown: Plan }) {
  const at = (name: string): Json | undefined => store.reading("plan/" + name).value?.value;
  const left = at("gap") ?? shown.gap;
  const gap = typeof left === "number" ? " · " + t("plan.gap", { money: money(Math.max(0.01, left), shown.currency) }) : "";
  return (
    <div class="plan-grounds">
      <p class="soft">
        {t("plan.cost", { money: money(shown.cost, shown.currency), time: format_time(shown.slots.at(-1)!.until, now.value) })} · {stage_word(String(at("stage") ?? shown.stage))}
        {gap} · {t("plan.version", { n: shown.version })}
      </p>
      {shown.guesses.length + shown.mended.length > 0 && (
        <details>
          <summary>{t("plan.guessed", { n: shown.guesses.length + shown.mended.length })}</summary>
          <ul>
            {shown.guesses.map((one, index) => (
              <li key={one.code + index}>{reason_words(one, now.value, device_title) ?? humanise(one.code.toLowerCase())}</li>
            ))}
            {shown.mended.map((one) => (
              <li key={one.where + one.what}>
                {told(one.where)}: {told(one.what)}
              </li>
            ))}
          </ul>
        </details>
      )}
      <Forecasts />
    </div>
  );
}

function Shown({ shown }: { shown: Plan }) {
  const [table, set_table] = useState(false);
  const [held, set_held] = useState<Held | null>(null);
  return (
    <>
      <Changed shown={shown} />
      <AtRisk shown={shown} />
      <Contested />
      <section class="panel" aria-label={t("nav.plan")}>
        <div class="choice plan-views" role="group" aria-label={t("plan.view")}>
          <button type="button" aria-pressed={!table} onClick={() => set_table(false)}>
            {t("plan.timeline")}
          </button>
          <button type="button" aria-pressed={table} onClick={() => set_table(true)} data-table>
            {t("plan.table")}
          </button>
        </div>
        {table ? <PlanTable plan={shown} hold={set_held} /> : <Timeline plan={shown} hold={set_held} />}
        {held && shown.slots[held.slot] && <Hold key={held.device + held.slot} plan={shown} held={held} done={() => set_held(null)} />}
        <Grounds shown={shown} />
      </section>
    </>
  );
}

function Devices({ shown }: { shown: Plan | null }) {
  return (
    <section aria-labelledby="plan-devices">
      <h2 id="plan-devices">{t("plan.devices")}</h2>
      <ul class="plan-cards">
        {[...(shown?.devices ?? []), ...idle_devices(shown)].map((device) => (
          <DeviceCard key={device.name} plan={shown} device={device} />
        ))}
      </ul>
    </section>
  );
}

export function PlanPage() {
  const shown = plan.value;
  const things = store.things.value;
  return (
    <div>
      <header class="page-head">
        <h1 tabIndex={-1}>{t("nav.plan")}</h1>
        {shown && <StandingNote address="plan/plan" spec={things.get(plan_id)?.properties.plan} />}
      </header>
      {store.filled.value && !shown && <p class="empty">{t(has_plan() ? "plan.none_yet" : "plan.none")}</p>}
      {shown && <Shown shown={shown} />}
      {has_plan() && <Devices shown={shown} />}
      {has_plan() && (
        <div class="columns">
          <Savings />
          <Away />
          {store.things.value.get(plan_id)?.properties.quiet?.settable && <Quiet />}
        </div>
      )}
    </div>
  );
}
