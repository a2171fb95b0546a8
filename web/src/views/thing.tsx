// One thing: every property with its control, standing, wish and past; its events and actions.

import { useEffect, useState } from "preact/hooks";
import { api } from "../api";
import { now, store, stream } from "../app";
import { face_of, icon_of } from "../choice";
import { format_age, format_exact, format_time, standing_of, title_of } from "../format";
import { t, type Key } from "../messages";
import type { ActionSpec, Category, Entry, Json, PropertySpec, Thing } from "../model";
import { Chart } from "../parts/chart";
import { Control, parse_typed, sure } from "../parts/control";
import { EntryLine } from "../parts/entry";
import { Icon } from "../parts/icon";
import { control_label } from "../parts/tile";
import { StandingNote, ValueWords, WantedNote } from "../parts/value";
import { connector_name } from "../sentences";

/** "3 min ago", quietly, for a value that is good; other standings tell their own age. */
function Age({ address }: { address: string }) {
  const reading = store.reading(address).value;
  if (!reading || reading.value === null || reading.quality !== "good") return null;
  return (
    <time class="age" dateTime={new Date(reading.time).toISOString()} title={format_exact(reading.time)}>
      {format_age(now.value - reading.time)}
    </time>
  );
}

function Row({ thing, name, spec, open }: { thing: Thing; name: string; spec: PropertySpec; open?: boolean }) {
  const [charted, set_charted] = useState(open ?? false);
  const address = `${thing.id}/${name}`;
  const title = title_of(name, spec);
  const can_tell = spec.readable !== false;
  const wanted = store.wanted(address).value;
  const good = standing_of(store.reading(address).value, spec, now.value) === "good";
  // Choices and steppers show the value themselves; it stands apart only when wish and report may differ.
  const said_by_control = spec.settable && good && !wanted && spec.type !== "boolean" && !(spec.maximum !== undefined && spec.unit !== "Cel");
  const structure = spec.type === "array" || spec.type === "object";
  return (
    <li class="row" data-address={address}>
      <div class="row-line">
        <div class="row-words">
          <span class="row-title">{title}</span>
          {can_tell && <StandingNote address={address} spec={spec} />}
          {can_tell && <Age address={address} />}
          <WantedNote address={address} />
        </div>
        {can_tell && !said_by_control && (
          <span class="row-value">
            <ValueWords address={address} name={name} spec={spec} />
          </span>
        )}
        {spec.settable && (
          <div class="row-control">
            <Control address={address} name={name} spec={spec} label={control_label(thing, name)} />
          </div>
        )}
        {can_tell && !structure && (
          <button type="button" class="quiet" aria-expanded={charted} aria-label={t("thing.history_of", { title })} onClick={() => set_charted(!charted)}>
            <Icon name="chart" />
          </button>
        )}
      </div>
      {charted && <Chart address={address} name={name} spec={spec} />}
    </li>
  );
}

function rows_of(thing: Thing, category: Category): [string, PropertySpec][] {
  return Object.entries(thing.properties).filter(([, spec]) => (spec.category ?? "primary") === category);
}

function Rows({ thing, category, first }: { thing: Thing; category: Category; first: string | null }) {
  const rows = rows_of(thing, category);
  if (rows.length === 0) return null;
  const sorted = [...rows].sort(([a], [b]) => Number(b === first) - Number(a === first));
  const list = (
    <ul class="rows">
      {sorted.map(([name, spec]) => (
        <Row key={name} thing={thing} name={name} spec={spec} open={name === first && category === "primary"} />
      ))}
    </ul>
  );
  const heading = t(("thing." + category) as Key);
  if (category === "primary") {
    return (
      <section class="panel" aria-labelledby="primary">
        <h2 id="primary">{heading}</h2>
        {list}
      </section>
    );
  }
  return <Folded heading={heading} count={rows.length} body={() => list} />;
}

/** A section that is built only once it is opened: some things have hundreds of properties. */
function Folded({ heading, count, body }: { heading: string; count: number; body: () => preact.JSX.Element }) {
  const [open, set_open] = useState(false);
  return (
    <details class="panel" open={open} onToggle={(event) => set_open(event.currentTarget.open)}>
      <summary>
        <h2>
          {heading}
          <span class="count">{count}</span>
        </h2>
        <Icon name="more" />
      </summary>
      {open && body()}
    </details>
  );
}

function Action({ thing, name, action }: { thing: Thing; name: string; action: ActionSpec }) {
  const [input, set_input] = useState("");
  const title = title_of(name, { title: action.title, type: "string" });
  const run = (value: Json | undefined): void => {
    const go = (): void => stream.run(thing.id, name, value);
    if (action.sensitivity === "critical") sure.value = { words: title, thing: thing.title, go };
    else go();
  };
  const spec = action.input ?? null;
  return (
    <li class="row">
      <form
        class="row-line"
        onSubmit={(event) => {
          event.preventDefault();
          const value = spec ? parse_typed(input || (spec.allowed?.[0] ?? ""), spec) : undefined;
          if (!spec || value !== undefined) run(value);
        }}
      >
        <div class="row-words">
          <span class="row-title">{title}</span>
          <WantedNote address={`${thing.id}/${name}`} />
        </div>
        {spec && (spec.allowed ?? []).length > 0 && (
          <select aria-label={title} value={input || spec.allowed![0]} onChange={(event) => set_input(event.currentTarget.value)}>
            {spec.allowed!.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </select>
        )}
        {spec && (spec.allowed ?? []).length === 0 && (
          <input aria-label={title_of("input", spec)} value={input} onInput={(event) => set_input(event.currentTarget.value)} />
        )}
        <button type="submit" class="run" disabled={stream.link.value.state !== "up"} aria-label={`${t("control.run")}: ${title}`}>
          {t("control.run")}
        </button>
      </form>
    </li>
  );
}

const entries_shown = 8;

/** The newest records about the thing: what the stream brought, and before that what the journal holds. */
function use_entries(thing_id: string): Entry[] {
  const [older, set_older] = useState<Entry[]>([]);
  useEffect(() => {
    let gone = false;
    set_older([]);
    api.journal({ thing: thing_id, limit: "60", before: "9007199254740991" }).then(
      (found) => !gone && set_older(found.records),
      () => undefined, // the live ones still show
    );
    return () => {
      gone = true;
    };
  }, [thing_id]);
  const about = (one: Entry): boolean => {
    const address = one.address ?? "";
    return one.kind !== "reading" && (address === thing_id || address.startsWith(thing_id + "/"));
  };
  const live = store.records.value.filter(about);
  const known = new Set(live.map((one) => one.seq));
  return [...live, ...older.filter((one) => about(one) && !known.has(one.seq))].sort((a, b) => b.seq - a.seq);
}

function Events({ thing, entries }: { thing: Thing; entries: Entry[] }) {
  const names = Object.entries(thing.events ?? {});
  if (names.length === 0) return null;
  return (
    <section class="panel" aria-labelledby="events">
      <h2 id="events">{t("thing.events")}</h2>
      <ul class="rows">
        {names.map(([name, event]) => {
          const last = entries.find((one) => one.kind === "event" && (one.address === `${thing.id}/${name}` || one.body.event === name));
          return (
            <li class="row" key={name}>
              <div class="row-line">
                <span class="row-title">{title_of(name, { title: event.title, type: "string" })}</span>
                <span class="soft">{last ? `${t("thing.last")}: ${format_time(last.time, now.value)}` : t("thing.no_events")}</span>
              </div>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Head({ thing }: { thing: Thing }) {
  const parts = [thing.place, [thing.maker, thing.model].filter(Boolean).join(" ")].filter(Boolean);
  return (
    <header class="page-head thing-head">
      <a class="back" href="#/" aria-label={t("thing.back")}>
        <Icon name="back" />
      </a>
      <span class="tile-icon big">
        <Icon name={icon_of(thing)} size={26} />
      </span>
      <div>
        <h1 tabIndex={-1}>{thing.title}</h1>
        <p class="soft">
          {parts.join(" · ")}
          {thing.connector ? `${parts.length ? " · " : ""}${t("thing.by", { connector: connector_name(thing.connector) })}` : ""}
        </p>
        {thing.description && <p class="soft">{thing.description}</p>}
        {store.unavailable(thing) && (
          <p class="note is-away">
            <Icon name="away" size={16} />
            {t("state.unavailable")}
          </p>
        )}
      </div>
    </header>
  );
}

export function ThingPage({ id }: { id: string }) {
  const thing = store.things.value.get(id);
  const entries = use_entries(id);
  if (!thing) {
    return (
      <div>
        <header class="page-head">
          <h1 tabIndex={-1}>{id}</h1>
        </header>
        {store.filled.value && <p class="empty">{t("thing.missing")}</p>}
      </div>
    );
  }
  const { headline } = face_of(thing);
  const actions = Object.entries(thing.actions ?? {});
  return (
    <article class="thing">
      <Head thing={thing} />
      <Rows thing={thing} category="primary" first={headline} />
      {actions.length > 0 && (
        <section class="panel" aria-labelledby="actions">
          <h2 id="actions">{t("thing.actions")}</h2>
          <ul class="rows">
            {actions.map(([name, action]) => (
              <Action key={name} thing={thing} name={name} action={action} />
            ))}
          </ul>
        </section>
      )}
      <Events thing={thing} entries={entries} />
      <Rows thing={thing} category="config" first={headline} />
      <Rows thing={thing} category="diagnostic" first={headline} />
      <section class="panel" aria-labelledby="thing-journal">
        <h2 id="thing-journal">{t("nav.journal")}</h2>
        {entries.length === 0 && <p class="soft">{t("journal.none")}</p>}
        <ol class="entries">
          {entries.slice(0, entries_shown).map((entry) => (
            <EntryLine key={entry.seq} entry={entry} dated />
          ))}
        </ol>
        <a class="more" href={"#/journal/" + encodeURIComponent(id)}>
          {t("thing.journal")}
        </a>
      </section>
    </article>
  );
}
