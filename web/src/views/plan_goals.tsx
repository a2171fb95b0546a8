// A car's goals, set by touch: how much, by when, on which days. What each change would cost is told before it is saved.

import { useEffect, useState } from "preact/hooks";
import { now, store, stream } from "../app";
import { format_number } from "../format";
import { amounts_max, day_names, every_day, goal_text, goals_max, goals_of, goals_text, is_whole, local_text, units, type CarGoal, type Goals } from "../goals";
import { t, type Key } from "../messages";
import type { Thing } from "../model";
import { WantedNote } from "../parts/value";
import { goal_words } from "../told";
import { Difference, use_what_if } from "./plan_what_if";

const steps: Record<CarGoal["unit"], number> = { "%": 5, kWh: 1, km: 10 };
const first: Record<CarGoal["unit"], number> = { "%": 80, kWh: 20, km: 100 };
/** Waits for more touches before it asks the price: five quick steps are one question. */
const pause_ms = 500;

function Amount({ goal, change }: { goal: CarGoal; change: (to: Partial<CarGoal>) => void }) {
  const say = `${format_number(goal.amount, { type: "number" })} ${goal.unit}`;
  const step = (by: number): void => change({ amount: Math.min(amounts_max[goal.unit], Math.max(0, (Math.round(goal.amount / by) + 1) * by)) });
  const back = (by: number): void => change({ amount: Math.max(0, (Math.round(goal.amount / by) - 1) * by) });
  return (
    <div class="plan-amount">
      <span class="stepper" role="group" aria-label={t("plan.amount")}>
        <button type="button" aria-label={t("control.less", { title: t("plan.amount") })} onClick={() => back(steps[goal.unit])}>
          −
        </button>
        <output class="stepper-value">{say}</output>
        <button type="button" aria-label={t("control.more", { title: t("plan.amount") })} onClick={() => step(steps[goal.unit])}>
          +
        </button>
      </span>
      <div class="choice" role="group" aria-label={t("plan.unit")}>
        {units.map((unit) => (
          <button type="button" key={unit} aria-pressed={goal.unit === unit} onClick={() => goal.unit !== unit && change({ unit, amount: first[unit] })}>
            {unit}
          </button>
        ))}
      </div>
    </div>
  );
}

function When({ goal, change }: { goal: CarGoal; change: (to: Partial<CarGoal>) => void }) {
  const once = goal.at !== null;
  return (
    <>
      <div class="plan-line">
        <label class="plan-line">
          {t("plan.by")}
          {once ? (
            <input type="datetime-local" value={Number.isFinite(goal.at) ? local_text(goal.at!) : ""} onChange={(event) => change({ at: new Date(event.currentTarget.value).getTime() })} />
          ) : (
            <input type="time" value={goal.clock} onChange={(event) => change({ clock: event.currentTarget.value })} />
          )}
        </label>
        <label class="plan-line">
          <input type="checkbox" checked={once} onChange={() => change(once ? { at: null } : { at: Math.ceil(store.now() / 3600e3 + 12) * 3600e3 })} />
          {t("plan.once")}
        </label>
      </div>
      {!once && (
        <div class="choice plan-days" role="group" aria-label={t("plan.days")}>
          {day_names.map((day, index) => (
            <button type="button" key={day} aria-pressed={(goal.days & (1 << index)) !== 0} onClick={() => change({ days: (goal.days ^ (1 << index)) & every_day })}>
              {t(("day." + day) as Key)}
            </button>
          ))}
        </div>
      )}
    </>
  );
}

function Editor({ start, thing, device, done }: { start: Goals; thing: Thing; device: string; done: () => void }) {
  const [draft, set_draft] = useState(start);
  const [answer, ask] = use_what_if(device);
  const whole = draft.goals.every(is_whole);
  const changed = goals_text(draft) !== goals_text(start);
  useEffect(() => {
    if (!changed || !whole) return ask(null);
    const timer = window.setTimeout(() => ask({ goals: goals_text(draft) }), pause_ms);
    return () => window.clearTimeout(timer);
  }, [draft]);
  const change = (index: number, to: Partial<CarGoal>): void => set_draft({ ...draft, goals: draft.goals.map((goal, at) => (at === index ? { ...goal, ...to } : goal)) });
  const remove = (index: number): void => set_draft({ ...draft, goals: draft.goals.filter((_, at) => at !== index) });
  const add = (): void => set_draft({ ...draft, goals: [...draft.goals, { amount: 80, unit: "%", at: null, clock: "07:00", days: every_day }] });
  return (
    <div class="plan-editor" role="group" aria-label={t("plan.goals")}>
      {draft.goals.map((goal, index) => (
        <fieldset key={index}>
          <legend>{t("plan.goal_n", { n: index + 1 })}</legend>
          <Amount goal={goal} change={(to) => change(index, to)} />
          <When goal={goal} change={(to) => change(index, to)} />
          <button type="button" onClick={() => remove(index)}>
            {t("plan.remove")}
          </button>
          {!is_whole(goal) && <p class="field-error">{t("plan.not_whole")}</p>}
        </fieldset>
      ))}
      {draft.other.map((one) => (
        <p key={one} class="soft">
          {one}
        </p>
      ))}
      {draft.goals.length + draft.other.length < goals_max && (
        <button type="button" onClick={add}>
          {t("plan.add")}
        </button>
      )}
      <Difference answer={answer} />
      <div class="buttons">
        <button type="button" onClick={done}>
          {t("control.cancel")}
        </button>
        <button
          type="button"
          class="primary"
          disabled={!changed || !whole || stream.link.value.state !== "up"}
          onClick={() => {
            stream.set(thing.id + "/goals", goals_text(draft));
            done();
          }}
        >
          {t("plan.save")}
        </button>
      </div>
    </div>
  );
}

export function GoalEditor({ thing, device }: { thing: Thing; device: string }) {
  const [open, set_open] = useState(false);
  const value = store.reading(thing.id + "/goals").value?.value;
  const goals = goals_of(typeof value === "string" ? value : "");
  return (
    <section class="plan-goal-part" aria-label={t("plan.goals")}>
      <h4>{t("plan.goals")}</h4>
      {!open && (
        <>
          {goals.goals.length + goals.other.length === 0 && <p class="soft">{t("plan.no_goals")}</p>}
          <ul>
            {goals.goals.map((goal) => (
              <li key={goal_text(goal)}>{goal_words(goal, now.value)}</li>
            ))}
            {goals.other.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
          <WantedNote address={thing.id + "/goals"} />
          <button type="button" onClick={() => set_open(true)} data-edit-goals>
            {t("plan.edit")}
          </button>
        </>
      )}
      {open && <Editor start={goals} thing={thing} device={device} done={() => set_open(false)} />}
    </section>
  );
}
