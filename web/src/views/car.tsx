// A car on a card: how full, how far, plugged or not, what is planned, its doors, its climate, and where it is, as far as this
// reader may know; and whose words it goes by where it is joined of several sources.

import { computed } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { now, store, thing_href } from "../app";
import { cable_name, charging_name, climate_names, climate_words, conflicts_of, door_words, inside_name, lock_name, place_names, plug_words, range_names, source_state, sources_of, where_words, type Read } from "../cars";
import { face_of } from "../choice";
import { format_value, standing_of, title_of } from "../format";
import { t } from "../messages";
import type { Thing } from "../model";
import { opened, type Places } from "../plan";
import { intent_word } from "../plan_sentences";
import { told } from "./plan_words";
import { Control } from "../parts/control";
import { Icon } from "../parts/icon";
import { control_label } from "../parts/tile";
import { StandingNote, ValueWords, WantedNote } from "../parts/value";

/** Vehicles that are sources of a joined one: they would stand there twice. */
export const source_ids = computed(() => {
  const ids = new Set<string>();
  for (const thing of store.things.value.values()) {
    if (thing.kind !== "vehicle" || !thing.properties["Foxtail.Sources"]) continue;
    for (const source of sources_of(store.reading(`${thing.id}/Foxtail.Sources`).value?.value)) ids.add(source.thing);
  }
  return ids;
});

/** A bar for a share of a hundred; the words beside it say the same. */
export function Meter({ share, full }: { share: number | null; full?: boolean }) {
  const bar = useRef<HTMLSpanElement>(null);
  useEffect(() => bar.current?.style.setProperty("width", share === null ? "0" : `${Math.min(100, Math.max(0, share))}%`));
  return (
    <span class={"meter" + (share === null ? " is-unknown" : full ? " is-full" : "")} aria-hidden="true">
      <span ref={bar} class="meter-fill" />
    </span>
  );
}

function read_of(thing: Thing): Read {
  return (name) => {
    const spec = thing.properties[name];
    const reading = spec && store.reading(`${thing.id}/${name}`).value;
    const standing = standing_of(reading, spec, now.value);
    return standing === "unknown" || standing === "bad" ? undefined : reading?.value;
  };
}

/** The name by which the plan knows a car: by what it measures there, else the car's own. */
function planned_as(thing: Thing): string | null {
  const places = opened<Places>(store.reading("plan/places").value?.value) as Places | null;
  const measured = Object.entries(places?.devices ?? {}).find(([, at]) => at?.level?.startsWith(thing.id + "/"))?.[0];
  return measured ?? (store.things.value.get("plan-" + thing.id)?.properties.goals ? thing.id : null);
}

function plan_words(thing: Thing): string {
  const name = planned_as(thing);
  const said = (property: string): string => {
    const value = name === null ? undefined : store.reading(`plan-${name}/${property}`).value?.value;
    return typeof value === "string" ? value : "";
  };
  const [intent, goals] = [said("intent"), said("goals")];
  return [intent && intent_word(intent), goals && told(goals)].filter(Boolean).join(" · ");
}

interface Row {
  key: string;
  title: string;
  names: readonly string[]; // of the car's own signals; the first that is there tells how it stands
  words: string;
  href?: string;
  control?: string;
}

function rows_of(thing: Thing, read: Read): Row[] {
  const there = (names: readonly string[]): string | undefined => names.find((name) => read(name) !== undefined && read(name) !== null);
  const range = there(range_names);
  const rows: Row[] = [
    { key: "range", title: t("car.range"), names: range_names, words: range ? format_value(read(range), range, thing.properties[range]) : "" },
    { key: "plug", title: t("car.plug"), names: [charging_name, cable_name], words: plug_words(read) },
    { key: "plan", title: t("nav.plan"), names: [], words: plan_words(thing), href: "#/plan" },
    { key: "doors", title: t("car.doors"), names: [lock_name], words: door_words(Object.keys(thing.properties), read), control: lock_name },
    { key: "climate", title: t("car.climate"), names: [...climate_names, inside_name], words: climate_words(read), control: climate_names.find((name) => thing.properties[name]?.settable) },
    { key: "where", title: t("car.where"), names: place_names, words: where_words(read) },
  ];
  return rows.filter((row) => row.words !== "");
}

function Fact({ title, name, children }: { title: string; name: string; children: ComponentChildren }) {
  return (
    <div data-fact={name}>
      <dt>{title}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** A switch, where people may work it here. */
function Worked({ thing, name }: { thing: Thing; name: string | undefined }) {
  const spec = name === undefined ? undefined : thing.properties[name];
  if (!spec) return null;
  const address = `${thing.id}/${name}`;
  return (
    <>
      {spec.settable && spec.type === "boolean" && <Control address={address} name={name!} spec={spec} label={control_label(thing, name!)} tile />}
      <WantedNote address={address} brief />
    </>
  );
}

function Known({ thing, row }: { thing: Thing; row: Row }) {
  const name = row.names.find((one) => store.reading(`${thing.id}/${one}`).value !== undefined);
  const standing = name === undefined ? "good" : standing_of(store.reading(`${thing.id}/${name}`).value, thing.properties[name], now.value);
  return (
    <Fact title={row.title} name={row.key}>
      <span class={"value is-" + standing} data-standing={standing}>
        {row.href ? <a href={row.href}>{row.words}</a> : row.words}
      </span>
      <Worked thing={thing} name={row.control} />
    </Fact>
  );
}

const title_at = (id: string): string => store.things.value.get(id)?.title ?? id;

/** Whose words it goes by, each with a way to it, and what they contradict each other in. */
function Sources({ thing }: { thing: Thing }) {
  const sources = sources_of(store.reading(`${thing.id}/Foxtail.Sources`).value?.value);
  const conflicts = conflicts_of(store.reading(`${thing.id}/Foxtail.Conflicts`).value?.value);
  if (sources.length === 0) return null;
  return (
    <div class="car-sources">
      {conflicts.map((one) => (
        <p key={one.property} class="note is-warning" data-conflict={one.property}>
          <Icon name="alert" size={14} />
          {t("car.disagree", { what: title_of(one.property, thing.properties[one.property]), believed: title_at(one.believed), other: title_at(one.contradicted_by) })}
        </p>
      ))}
      <p class="soft">
        {t("car.sources")}{" "}
        {sources.map((one, index) => (
          <span key={one.thing}>
            {index > 0 && ", "}
            {store.things.value.has(one.thing) ? <a href={thing_href(one.thing)}>{title_at(one.thing)}</a> : one.thing} ({source_state(one.state)})
          </span>
        ))}
      </p>
    </div>
  );
}

const others_shown = 4;

/** What else stands on the card: of a car that speaks other words what it tells first, of each what can be switched. */
function others_of(thing: Thing, rows: readonly Row[]): string[] {
  const used = new Set(rows.flatMap((row) => [...row.names, row.control]));
  const others = face_of(thing).others.filter((name) => !used.has(name));
  // A source has words for more than a car tells; what never came stands on the thing's own page.
  const worth = (name: string): boolean => thing.properties[name]!.settable === true || (rows.length < 3 && (store.reading(`${thing.id}/${name}`).value?.value ?? null) !== null);
  return others.filter(worth).filter((name) => rows.length < 3 || thing.properties[name]!.type === "boolean").slice(0, others_shown);
}

export function CarCard({ thing }: { thing: Thing }) {
  const { headline } = face_of(thing);
  const address = `${thing.id}/${headline ?? ""}`;
  const spec = headline ? thing.properties[headline] : undefined;
  const value = store.reading(address).value?.value;
  const standing = standing_of(store.reading(address).value, spec, now.value);
  const rows = rows_of(thing, read_of(thing)).filter((row) => headline === null || !row.names.includes(headline));
  return (
    <li class={`car is-${standing}`} data-thing={thing.id} data-standing={standing}>
      <div class="car-top">
        <span class="tile-icon">
          <Icon name="car" />
        </span>
        <div>
          <a class="tile-link" href={thing_href(thing.id)}>
            {thing.title}
          </a>
          <span class="soft car-model">{[thing.maker, thing.model].filter(Boolean).join(" ")}</span>
        </div>
        {headline && (
          <span class="car-main">
            <ValueWords address={address} name={headline} spec={spec} />
          </span>
        )}
      </div>
      {spec?.unit === "%" && <Meter share={typeof value === "number" ? value : null} />}
      {headline && <StandingNote address={address} spec={spec} />}
      <dl class="car-more">
        {rows.map((row) => (
          <Known key={row.key} thing={thing} row={row} />
        ))}
        {others_of(thing, rows).map((name) => (
          <Fact key={name} title={title_of(name, thing.properties[name])} name={name}>
            <ValueWords address={`${thing.id}/${name}`} name={name} spec={thing.properties[name]} />
            <Worked thing={thing} name={name} />
          </Fact>
        ))}
      </dl>
      <Sources thing={thing} />
    </li>
  );
}
