// One charging point: what it was told and why, what it does, which car is there and whose, and what that has cost so far.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { now, store, stream, thing_href } from "../app";
import { enum_word, format_number, format_time } from "../format";
import { local_text } from "../goals";
import { t, tn } from "../messages";
import { to_ms, type Thing } from "../model";
import { Control } from "../parts/control";
import { ValueWords, WantedNote } from "../parts/value";
import { money } from "../plan_sentences";
import { own_share } from "../sessions";
import { measured_at, setup_of } from "./energy_setup";
import { told } from "./plan_words";

function text_at(address: string): string {
  const value = store.reading(address).value?.value;
  return typeof value === "string" ? value : "";
}

function number_at(address: string): number | null {
  const value = store.reading(address).value?.value;
  return typeof value === "number" ? value : null;
}

function Fact({ title, name, children }: { title: string; name: string; children: ComponentChildren }) {
  return (
    <>
      <dt>{title}</dt>
      <dd data-fact={name}>{children}</dd>
    </>
  );
}

/** What each line carries, and on how many phases the car takes it. */
function Drawn({ thing }: { thing: Thing }) {
  const phases = number_at(`${thing.id}/phases_seen`) ?? 0;
  const measured = measured_at(setup_of(thing.id));
  if (measured.length === 0) return <>{t("energy.not_measured")}</>;
  return (
    <>
      {measured.map(({ line, address, name, spec }, index) => (
        <span key={address}>
          {index > 0 && " · "}
          <span class="line">
            {line > 0 && `L${line} `}
            <ValueWords address={address} name={name} spec={spec} />
          </span>
        </span>
      ))}
      {phases > 0 && <span class="soft"> · {tn("energy.on_phases", phases)}</span>}
    </>
  );
}

const kilowatt_hours = (wh: number): string => format_number(Math.round(wh / 10) / 100, { type: "number", unit: "kW.h" });

/** How much the car needs by when: the more and the sooner, the larger its share of a fuse. */
function Need({ thing }: { thing: Thing }) {
  const needed = number_at(`${thing.id}/needed`) ?? 0;
  const deadline = to_ms(text_at(`${thing.id}/deadline`));
  const [open, set_open] = useState(false);
  const [amount, set_amount] = useState("");
  const [by, set_by] = useState("");
  const offline = stream.link.value.state !== "up";
  const words = needed > 0 ? (Number.isFinite(deadline) ? t("energy.needs_by", { amount: kilowatt_hours(needed), time: format_time(deadline, now.value) }) : kilowatt_hours(needed)) : t("energy.needs_nothing");
  const set = (wh: number, when: string): void => {
    stream.set(`${thing.id}/needed`, wh);
    stream.set(`${thing.id}/deadline`, when);
    set_open(false);
  };
  const edit = (): void => {
    set_amount(needed > 0 ? String(Math.round(needed / 100) / 10) : "");
    set_by(deadline > now.value ? local_text(deadline) : "");
    set_open(!open);
  };
  const [kwh, until] = [Number(amount), new Date(by).getTime()];
  return (
    <>
      {words}{" "}
      <button type="button" aria-expanded={open} onClick={edit} data-need>
        {t("energy.change")}
      </button>
      <WantedNote address={`${thing.id}/needed`} brief />
      {open && (
        <form
          class="plan-line"
          onSubmit={(event) => {
            event.preventDefault();
            set(Math.round(kwh * 1000), new Date(until).toISOString().replace(/\.\d+Z$/, "Z"));
          }}
        >
          <label class="plan-line">
            kWh
            <input type="number" name="kwh" min="0.1" max="500" step="0.1" value={amount} onInput={(event) => set_amount(event.currentTarget.value)} />
          </label>
          <label class="plan-line">
            {t("energy.by")}
            <input type="datetime-local" name="by" min={local_text(now.value)} value={by} onInput={(event) => set_by(event.currentTarget.value)} />
          </label>
          <button type="submit" disabled={offline || !(kwh > 0) || !(until > now.value)}>
            {t("control.set")}
          </button>
          {needed > 0 && (
            <button type="button" disabled={offline} onClick={() => set(0, "")}>
              {t("energy.no_need")}
            </button>
          )}
        </form>
      )}
    </>
  );
}

function SessionFacts({ thing }: { thing: Thing }) {
  const at = (name: string): string => `${thing.id}/${name}`;
  const [energy, cost, co2] = [number_at(at("session_energy")), number_at(at("session_cost")), number_at(at("session_co2"))];
  const own = own_share(energy ?? undefined, number_at(at("session_own")) ?? undefined);
  const certainty = number_at(at("car_certainty")) ?? 0;
  const since = to_ms(text_at(at("session_from")));
  const who = text_at(at("who"));
  return (
    <>
      <Fact title={t("energy.car")} name="car">
        <Control address={at("car")} name="car" spec={thing.properties.car!} label={`${thing.title}, ${t("energy.car")}`} tile />
        {certainty > 0 && <span class="soft"> {Math.round(certainty)} %</span>}
        <p class="soft">{told(text_at(at("car_reason")))}</p>
      </Fact>
      {who && (
        <Fact title={t("energy.who")} name="who">
          {store.things.value.get(who)?.title ?? who}
        </Fact>
      )}
      {thing.properties.needed?.settable && (
        <Fact title={t("energy.needs")} name="needed">
          <Need thing={thing} />
        </Fact>
      )}
      <Fact title={t("energy.session")} name="session">
        {energy === null ? "—" : kilowatt_hours(energy)}
        {own !== null && <span> · {t("energy.own", { share: format_number(Math.round(own), { type: "number", unit: "%" }) })}</span>}
        {Number.isFinite(since) && <span class="soft"> · {t("home.since", { time: format_time(since, now.value) })}</span>}
      </Fact>
      <Fact title={t("energy.cost")} name="cost">
        {cost === null ? "—" : money(cost, setup_of(thing.id).currency ?? "")}
        {co2 !== null && <span> · {co2_words(co2)}</span>}
      </Fact>
    </>
  );
}

/** "1.3 kg CO₂". */
export function co2_words(grams: number): string {
  return format_number(grams >= 1000 ? Math.round(grams / 100) / 10 : Math.round(grams), { type: "number", unit: grams >= 1000 ? "kg" : "g" }) + " CO₂";
}

const disobeys = new Set(["draws_more", "refused", "offline", "gives_none", "wrong_phases"]);

export function Point({ thing }: { thing: Thing }) {
  const at = (name: string): string => `${thing.id}/${name}`;
  const spec = thing.properties;
  const obeyed = text_at(at("obeyed"));
  const plugged = text_at(at("session")) !== "";
  return (
    <li class="panel point" data-point={thing.id}>
      <div class="rule-head">
        <h3>
          <a href={thing_href(thing.id)}>{thing.title}</a>
        </h3>
        <span class={"badge" + (disobeys.has(obeyed) ? " is-warning" : "")} data-obeyed={obeyed}>
          {plugged ? t("energy.plugged") : t("energy.free")}
        </span>
      </div>
      <Control address={at("mode")} name="mode" spec={spec.mode!} label={`${thing.title}, ${t("energy.mode")}`} />
      <WantedNote address={at("mode")} brief />
      <dl class="rule-what">
        <Fact title={t("energy.commanded")} name="commanded">
          <ValueWords address={at("commanded")} name="commanded" spec={spec.commanded} />
          {spec.commanded_power && " · "}
          {spec.commanded_power && <ValueWords address={at("commanded_power")} name="commanded_power" spec={spec.commanded_power} />}
          {obeyed !== "" && <span class="soft"> · {obeyed === "yes" ? t("energy.obeyed") : enum_word(obeyed)}</span>}
        </Fact>
        {plugged && (
          <Fact title={t("energy.measured")} name="measured">
            <Drawn thing={thing} />
          </Fact>
        )}
        <Fact title={t("energy.because")} name="why">
          {told(text_at(at("why"))) || "—"}
        </Fact>
        {(["at_most", "at_most_power"] as const).map(
          (name) =>
            spec[name] && (
              <Fact title={t(`energy.${name}`)} name={name}>
                <span class="plan-line">
                  <ValueWords address={at(name)} name={name} spec={spec[name]} />
                  <Control address={at(name)} name={name} spec={spec[name]} label={`${thing.title}, ${t(`energy.${name}`)}`} />
                </span>
                <WantedNote address={at(name)} brief />
              </Fact>
            ),
        )}
        {plugged && <SessionFacts thing={thing} />}
      </dl>
    </li>
  );
}
