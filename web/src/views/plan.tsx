// The household's plan: what runs when, why, what it costs, and how people overrule it.

import { useState } from "preact/hooks";
import { now, store } from "../app";
import { format_time } from "../format";
import { t } from "../messages";
import { Icon } from "../parts/icon";
import { StandingNote } from "../parts/value";
import { type Plan } from "../plan";
import { money, stage_word } from "../plan_sentences";
import { DeviceCard } from "./plan_device";
import { Away, Savings } from "./plan_money";
import { PlanTable } from "./plan_table";
import { Timeline } from "./plan_timeline";
import { has_plan, idle_devices, plan, plan_id } from "./plan_words";

function Changed({ shown }: { shown: Plan }) {
  const told = store.reading("plan/because").value?.value;
  const because = typeof told === "string" && told !== "" ? told : shown.because;
  if (!because) return null;
  return (
    <p class="banner plan-changed" role="status" data-because>
      <Icon name="restart" />
      <span>{t("plan.changed", { because, time: format_time(shown.made, now.value) })}</span>
    </p>
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
        {shown.at_risk.map((one) => (
          <li key={one}>{one}</li>
        ))}
      </ul>
    </section>
  );
}

/** What the plan rests on that is not simply known. */
function Grounds({ shown }: { shown: Plan }) {
  const gap = shown.gap !== undefined ? " · " + t("plan.gap", { money: money(Math.max(0.01, shown.gap), shown.currency) }) : "";
  return (
    <div class="plan-grounds">
      <p class="soft">
        {t("plan.cost", { money: money(shown.cost, shown.currency), time: format_time(shown.slots.at(-1)!.until, now.value) })} · {stage_word(shown.stage)}
        {gap} · {t("plan.version", { n: shown.version })}
      </p>
      {shown.guessed.length + shown.mended.length > 0 && (
        <details>
          <summary>{t("plan.guessed", { n: shown.guessed.length + shown.mended.length })}</summary>
          <ul>
            {shown.guessed.map((one) => (
              <li key={one}>{one}</li>
            ))}
            {shown.mended.map((one) => (
              <li key={one.where + one.what}>
                {one.where}: {one.what}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function Shown({ shown }: { shown: Plan }) {
  const [table, set_table] = useState(false);
  return (
    <>
      <Changed shown={shown} />
      <AtRisk shown={shown} />
      <section class="panel" aria-label={t("nav.plan")}>
        <div class="choice plan-views" role="group" aria-label={t("plan.view")}>
          <button type="button" aria-pressed={!table} onClick={() => set_table(false)}>
            {t("plan.timeline")}
          </button>
          <button type="button" aria-pressed={table} onClick={() => set_table(true)} data-table>
            {t("plan.table")}
          </button>
        </div>
        {table ? <PlanTable plan={shown} /> : <Timeline plan={shown} />}
        <Grounds shown={shown} />
      </section>
    </>
  );
}

function Devices({ shown }: { shown: Plan | null }) {
  return (
    <section aria-labelledby="plan-devices">
      <h2 id="plan-devices">{t("plan.devices")}</h2>
      <ul class="rules">
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
        </div>
      )}
    </div>
  );
}
