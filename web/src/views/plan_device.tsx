// One device of the plan: why it does what it does, its goals, what was rejected and what that would cost, and the
// buttons by which people overrule it.

import { useRef, useState } from "preact/hooks";
import { now, store, stream, thing_href } from "../app";
import { format_time } from "../format";
import { t } from "../messages";
import { to_ms, type Json, type Thing } from "../model";
import { Control } from "../parts/control";
import { Icon } from "../parts/icon";
import { is_open, WantedNote } from "../parts/value";
import { slot_at, type Device, type Plan } from "../plan";
import { alternative_words, device_words, goal_amount, goal_state, intent_word, more_words, power_words, slack_words, why_words } from "../plan_sentences";
import { GoalEditor } from "./plan_goals";
import { HeldNow } from "./plan_hold";
import { wished_words } from "../told";
import { device_title, kind_icons, setting_title, settings_of, told } from "./plan_words";
import { Sure, type Wish } from "./plan_what_if";

/** The open wish, else what is reported. */
export function said(address: string): Json | undefined {
  const wanted = store.wanted(address).value;
  return is_open(wanted) ? wanted.value : store.reading(address).value?.value;
}

const offline = (): boolean => stream.link.value.state !== "up";

// ---- overrides -----------------------------------------------------------------------------------------------------

const hour = 3600e3;
const ends = [1, 2, 4, 12];

function Until({ thing, until }: { thing: Thing; until: number }) {
  const set = (hours: string): void => {
    if (hours) stream.set(`${thing.id}/mode_until`, new Date(store.now() + Number(hours) * hour).toISOString().replace(/\.\d+Z$/, "Z"));
  };
  return (
    <label class="plan-line">
      {t("plan.ends")}
      <select disabled={offline()} value="" onChange={(event) => set(event.currentTarget.value)}>
        <option value="">{Number.isFinite(until) ? format_time(until, now.value) : "—"}</option>
        {ends.map((one) => (
          <option key={one} value={one}>
            {t("plan.in_hours", { n: one })}
          </option>
        ))}
      </select>
    </label>
  );
}

function Overrides({ thing, device }: { thing: Thing; device: Device }) {
  const [wish, set_wish] = useState<Wish | null>(null);
  const opener = useRef<HTMLElement | null>(null);
  const title = device_title(device.name);
  const mode = said(thing.id + "/mode");
  const skip = said(thing.id + "/skip");
  const until = to_ms(said(thing.id + "/mode_until"));
  const open = (event: Event, name: string, value: Json, words: string): void => {
    opener.current = event.currentTarget as HTMLElement;
    set_wish({ name, value, words: `${title}: ${words}` });
  };
  const close = (): void => {
    set_wish(null);
    opener.current?.focus();
  };
  const back = (name: string, value: Json): void => {
    set_wish(null);
    stream.set(`${thing.id}/${name}`, value);
  };
  return (
    <>
      <div class="choice" role="group" aria-label={`${title}, ${t("energy.mode")}`}>
        {thing.properties.mode && (
          <>
            <button type="button" aria-pressed={mode === "automatic"} disabled={offline()} onClick={() => back("mode", "automatic")}>
              {t("value.automatic")}
            </button>
            <button type="button" aria-pressed={mode === "now"} disabled={offline()} onClick={(event) => open(event, "mode", "now", t("value.now"))} data-mode="now">
              {t("value.now")}
            </button>
            <button type="button" aria-pressed={mode === "pause"} disabled={offline()} onClick={(event) => open(event, "mode", "pause", t("value.pause"))}>
              {t("value.pause")}
            </button>
          </>
        )}
        {thing.properties.skip && (
          <button type="button" aria-pressed={skip === true} disabled={offline()} onClick={(event) => (skip === true ? back("skip", false) : open(event, "skip", true, t("plan.skip")))}>
            {t("plan.skip")}
          </button>
        )}
      </div>
      <WantedNote address={thing.id + "/mode"} brief />
      <WantedNote address={thing.id + "/skip"} brief />
      {thing.properties.hold && <WantedNote address={thing.id + "/hold"} brief />}
      <HeldNow device={device.name} title={told} />
      {(mode === "now" || mode === "pause") && thing.properties.mode_until && <Until thing={thing} until={until} />}
      {wish && <Sure wish={wish} device={device.name} done={close} />}
    </>
  );
}

// ---- settings ------------------------------------------------------------------------------------------------------

const setting_names = ["least", "most", "reserve", "low", "high", "armed", "ready_by"];

/** What is set here is asked for its price first; whether something is loaded is no wish but a fact. */
function Settings({ thing, device }: { thing: Thing; device: Device }) {
  const [wish, set_wish] = useState<Wish | null>(null);
  const open = (name: string, value: Json): void => set_wish({ name, value, words: `${device_title(device.name)}: ${wished_words(name, value, now.value)}` });
  const names = setting_names.filter((name) => thing.properties[name]?.settable);
  if (names.length === 0) return null;
  return (
    <>
      <dl class="plan-settings">
        {names.map((name) => {
          const spec = thing.properties[name]!;
          const address = `${thing.id}/${name}`;
          const label = `${thing.title}, ${setting_title(name, spec)}`;
          return (
            <div key={name}>
              <dt>
                {setting_title(name, spec)}
                {spec.unit === "%" && typeof said(address) === "number" && ` ${said(address)}\u202f%`}
              </dt>
              <dd>
                {name === "ready_by" ? (
                  <input type="time" aria-label={label} value={String(said(address) ?? "")} disabled={offline()} onChange={(event) => event.currentTarget.value && open(name, event.currentTarget.value)} />
                ) : (
                  <Control address={address} name={name} spec={spec.unit === "%" ? { step: 5, ...spec } : spec} label={label} {...(name === "armed" ? {} : { wish: (value: Json) => open(name, value) })} />
                )}
                <WantedNote address={address} brief />
              </dd>
            </div>
          );
        })}
      </dl>
      {wish && <Sure key={wish.words} wish={wish} device={device.name} done={() => set_wish(null)} />}
    </>
  );
}

/** Shadow or not: a switch, and in words what that means. */
function Acting({ thing, device }: { thing: Thing; device: Device }) {
  const spec = thing.properties.act;
  if (!spec) return null;
  const acts = said(thing.id + "/act") ?? device.act;
  return (
    <div class="plan-act">
      <div>
        <strong>{t(acts ? "plan.acts" : "plan.shadow")}</strong>
        <p class="soft">{t(acts ? "plan.acts_note" : "plan.shadow_note")}</p>
        <WantedNote address={thing.id + "/act"} brief />
      </div>
      <Control address={thing.id + "/act"} name="act" spec={spec} label={`${device_title(device.name)}: ${t("plan.acts")}`} tile />
    </div>
  );
}

// ---- the card ------------------------------------------------------------------------------------------------------

const state_icons: Record<string, string> = { met: "check", at_risk: "problems", missed: "cross" };

function GoalList({ device }: { device: Device }) {
  return (
    <ul class="plan-goals">
      {device.goals.map((goal) => (
        <li key={goal.what + goal.due} class={"is-" + goal.state}>
          <Icon name={state_icons[goal.state] ?? "question"} size={16} />
          <span>
            {told(goal.what)}
            {Number.isFinite(goal.due) && <span class="soft"> ({format_time(goal.due, now.value)})</span>}: <strong>{goal_state(goal)}</strong>
            <span class="soft"> {[goal_amount(device, goal), slack_words(goal)].filter(Boolean).join(" · ")}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}

const rejected_at_first = 3;

function Rejected({ device, currency }: { device: Device; currency: string }) {
  const [all, set_all] = useState(false);
  const more = device.alternatives.length - rejected_at_first;
  return (
    <>
      <h4>{t("plan.rejected")}</h4>
      <ul class="plan-rejected">
        {device.alternatives.slice(0, all ? undefined : rejected_at_first).map((one) => (
          <li key={one.what + one.at}>
            {alternative_words(one, now.value)}: <strong>{one.possible ? more_words(one.more, currency) : t("plan.impossible")}</strong>
          </li>
        ))}
      </ul>
      {!all && more > 0 && (
        <button type="button" class="more" onClick={() => set_all(true)}>
          {t("home.more", { n: more })}
        </button>
      )}
    </>
  );
}

export function DeviceCard({ plan, device }: { plan: Plan | null; device: Device }) {
  const thing = settings_of(device.name);
  const at = (name: string): string => `${thing?.id ?? ""}/${name}`;
  const slot = plan ? slot_at(plan, now.value) : -1;
  const watts = store.reading(at("power")).value?.value;
  const intent = store.reading(at("intent")).value?.value;
  const why = store.reading(at("why")).value?.value;
  const acts = thing ? (said(at("act")) ?? device.act) : device.act;
  const obeys = store.reading(at("obeys")).value?.value !== false;
  const held = store.reading(at("held_back")).value?.value;
  const does = typeof intent === "string" && typeof watts === "number" ? `${intent_word(intent)}${Math.abs(watts) >= 50 ? power_words(intent, watts / 1000) : ""}` : slot >= 0 ? device_words(device, slot) : "";
  return (
    <li class="panel plan-device" data-device={device.name}>
      <div class="rule-head">
        <h3>
          <Icon name={kind_icons[device.kind] ?? "device"} />
          {thing ? <a href={thing_href(thing.id)}>{device_title(device.name)}</a> : device_title(device.name)}
        </h3>
        {does !== "" && <span class="badge">{does.trim()}</span>}
      </div>
      {acts && !obeys && (
        <p class="note is-bad">
          <Icon name="problems" size={14} />
          {t("plan.disobeys")}
        </p>
      )}
      {acts && typeof held === "string" && held !== "" && (
        <p class="note" data-held-back>
          {t("plan.held_back", { why: told(held) })}
        </p>
      )}
      <p data-why>{plan && slot >= 0 && device.code[slot] ? why_words(plan, device, slot, now.value) : typeof why === "string" && why !== "" ? why : device.why}</p>
      {device.goals.length > 0 && <GoalList device={device} />}
      {thing && <Overrides thing={thing} device={device} />}
      {plan && device.alternatives.length > 0 && <Rejected device={device} currency={plan.currency} />}
      {thing?.properties.goals?.settable && <GoalEditor thing={thing} device={device.name} />}
      {thing && (
        <details class="plan-more">
          <summary>{t("thing.config")}</summary>
          <Settings thing={thing} device={device} />
        </details>
      )}
      {thing && <Acting thing={thing} device={device} />}
    </li>
  );
}
