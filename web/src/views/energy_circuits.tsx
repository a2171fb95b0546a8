// Fuses: how much may flow on each phase and how much does, and what keeps a circuit from being sure of it.

import { now, store, thing_href } from "../app";
import { as_title, format_number, standing_of } from "../format";
import { t } from "../messages";
import type { Thing } from "../model";
import { StandingNote } from "../parts/value";
import { Meter } from "./car";
import { measured_at, setup_of, type Setup } from "./energy_setup";

const amperes = (value: number): string => format_number(Math.round(value * 10) / 10, { type: "number", unit: "A", step: 0.1 });

function Phases({ setup }: { setup: Setup }) {
  const measured = measured_at(setup).filter((one) => one.line > 0);
  const volts = setup.volts ?? 230;
  return (
    <dl class="phases">
      {measured.map(({ line, address, spec, value }) => {
        const amps = spec?.unit === "W" ? value / volts : value;
        const standing = standing_of(store.reading(address).value, spec, now.value);
        const known = standing !== "bad" && standing !== "unknown";
        return (
          <div key={line} data-phase={line}>
            <dt>L{line}</dt>
            {setup.limit !== undefined && <Meter share={known ? (100 * Math.max(0, amps)) / setup.limit : null} full={amps > setup.limit} />}
            <dd>
              <span class={"value is-" + standing}>{known ? amperes(amps) : "—"}</span> <StandingNote address={address} spec={spec} />
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

function Circuit({ thing }: { thing: Thing }) {
  const setup = setup_of(thing.id);
  const told = (name: string) => store.reading(`${thing.id}/${name}`).value?.value;
  const [over, meter, signal] = [told("over") === true, told("meter"), told("signal")];
  return (
    <li class="panel circuit" data-circuit={thing.id} data-over={over}>
      <div class="rule-head">
        <h3>
          <a href={thing_href(thing.id)}>{as_title(setup.name ?? thing.title)}</a>
        </h3>
        <span class={"badge" + (over ? " is-bad" : meter === "silent" ? " is-warning" : "")}>
          {over ? t("circuit.over") : meter === "silent" ? t("circuit.silent") : setup.limit !== undefined ? t("circuit.limit", { amps: amperes(setup.limit) }) : t("circuit.no_limit")}
        </span>
      </div>
      <Phases setup={setup} />
      {(over || meter === "silent") && setup.limit !== undefined && <p class="soft">{t("circuit.limit", { amps: amperes(setup.limit) })}</p>}
      {meter === "none" && <p class="soft">{t("circuit.no_meter")}</p>}
      {typeof signal === "number" && (
        <p class="note is-warning" data-signal>
          {t("circuit.signal", { power: format_number(signal / 1000, { type: "number", unit: "kW" }) })}
        </p>
      )}
      {setup.in && <p class="soft">{t("circuit.in", { name: as_title(setup.in) })}</p>}
    </li>
  );
}

export function Circuits() {
  const circuits = [...store.things.value.values()].filter((thing) => thing.connector === "charging" && thing.properties.over);
  if (circuits.length === 0) return null;
  return (
    <section aria-labelledby="circuits">
      <h2 id="circuits">{t("circuit.title")}</h2>
      <ul class="rules circuits">
        {circuits.map((thing) => (
          <Circuit key={thing.id} thing={thing} />
        ))}
      </ul>
    </section>
  );
}
