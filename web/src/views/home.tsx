// People, cars, and the home by place.

import { computed, signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { api } from "../api";
import { now, store, thing_href } from "../app";
import { by_place, face_of } from "../choice";
import { as_title, format_time, format_value, standing_of, title_of } from "../format";
import { held_since } from "../history";
import { t, tn } from "../messages";
import type { Thing } from "../model";
import { Icon } from "../parts/icon";
import { Tile } from "../parts/tile";
import { StandingNote, ValueWords } from "../parts/value";
import { CarCard, source_ids } from "./car";

const find = signal("");

function matches(thing: Thing, text: string): boolean {
  const words = `${thing.title} ${thing.place ?? ""} ${thing.maker ?? ""} ${thing.model ?? ""} ${thing.id}`.toLowerCase();
  return text.toLowerCase().split(/\s+/).every((part) => words.includes(part));
}

const found = computed(() => {
  const text = find.value.trim();
  const all = [...store.things.value.values()];
  return text === "" ? all : all.filter((thing) => matches(thing, text));
});
const people = computed(() => found.value.filter((thing) => thing.kind === "person"));
/** Sources stand beside the car that is joined of them; a search still finds them. */
const cars = computed(() => found.value.filter((thing) => thing.kind === "vehicle" && (find.value.trim() !== "" || !source_ids.value.has(thing.id))));
/** What the plan tells of its devices has a page of its own, and prices beside its buttons; a search still finds it. */
function on_plan_page(thing: Thing): boolean {
  return find.value.trim() === "" && /^plan(-|$)/.test(thing.id) && thing.connector === store.things.value.get("plan")?.connector;
}

const places = computed(() => by_place(found.value.filter((thing) => thing.kind !== "person" && thing.kind !== "vehicle" && !on_plan_page(thing))));
const away_count = computed(() => [...store.things.value.values()].filter((thing) => store.unavailable(thing)).length);

/** Since when a person has been there: from history once, then from what is heard. */
function use_since(address: string): number | null {
  const [since, set_since] = useState<number | null>(null);
  const value = useRef<unknown>(undefined);
  const reading = store.reading(address).value;
  useEffect(() => {
    if (!reading || reading.value === null) return;
    const first = value.current === undefined;
    if (!first && value.current === reading.value) return;
    value.current = reading.value;
    set_since(reading.time);
    if (!first) return;
    const to = store.now();
    api.history(address, to - 7 * 86400e3, to, 2000).then(
      (past) => {
        const held = held_since(past.points);
        if (held < reading.time) set_since(held);
      },
      () => undefined, // the reading's own time has to do
    );
  }, [reading]);
  return since;
}

function Person({ thing }: { thing: Thing }) {
  const { headline, others } = face_of(thing);
  const address = `${thing.id}/${headline ?? ""}`;
  const spec = headline ? thing.properties[headline] : undefined;
  const standing = standing_of(store.reading(address).value, spec, now.value);
  const since = use_since(address);
  const here = store.reading(address).value?.value;
  const unknown = standing === "unknown" || standing === "bad";
  const at_home = typeof here === "boolean" ? here : here === "home" || here === "Home";
  const battery = others.find((name) => /battery/i.test(name));
  return (
    <li class={`person is-${standing}${at_home && !unknown ? " is-home" : ""}`} data-thing={thing.id} data-standing={standing}>
      <span class="avatar" aria-hidden="true">
        {thing.title.slice(0, 1).toUpperCase()}
      </span>
      <div class="person-words">
        <a class="tile-link" href={thing_href(thing.id)}>
          {as_title(thing.title)}
        </a>
        <span class="person-place">
          {unknown ? t("home.place_unknown") : typeof here === "string" ? format_value(here, headline!, { ...spec!, type: "enumeration" }) : <ValueWords address={address} name={headline ?? ""} spec={spec} />}
          {since !== null && !unknown && <span class="soft"> · {t("home.since", { time: format_time(since, now.value) })}</span>}
        </span>
        <StandingNote address={address} spec={spec} />
      </div>
      {battery && (
        <span class="soft person-more">
          <span class="sr">{title_of(battery, thing.properties[battery])} </span>
          <ValueWords address={`${thing.id}/${battery}`} name={battery} spec={thing.properties[battery]} />
        </span>
      )}
    </li>
  );
}

const tiles_at_first = 24;
const row_height_px = 148;

/** Tiles of one place. Far below the fold it only keeps its room; many tiles wait behind a button. */
function Place({ name, things, eager }: { name: string; things: Thing[]; eager: boolean }) {
  const [near, set_near] = useState(eager);
  const [all, set_all] = useState(false);
  const section = useRef<HTMLElement>(null);
  useEffect(() => {
    if (near || !section.current) return;
    const watcher = new IntersectionObserver(
      (seen) => {
        if (seen.some((one) => one.isIntersecting)) set_near(true);
      },
      { rootMargin: "900px 0px" },
    );
    watcher.observe(section.current);
    return () => watcher.disconnect();
  }, [near]);
  const shown = all || things.length <= tiles_at_first + 4 ? things : things.slice(0, tiles_at_first);
  useEffect(() => {
    const rows = Math.ceil(shown.length / 4);
    section.current?.style.setProperty("min-height", near ? "" : `${60 + rows * row_height_px}px`);
  }, [near, shown.length]);
  const id = "place-" + (name || "none");
  return (
    <section ref={section} class={`place span-${Math.min(5, things.length)}`} aria-labelledby={id}>
      <h2 id={id}>
        {name ? as_title(name) : t("home.elsewhere")}
        <span class="count">{things.length}</span>
      </h2>
      {near && (
        <ul class="tiles">
          {shown.map((thing) => (
            <Tile key={thing.id} thing={thing} />
          ))}
        </ul>
      )}
      {near && shown.length < things.length && (
        <button type="button" class="more" onClick={() => set_all(true)}>
          {t("home.more", { n: things.length - shown.length })}
        </button>
      )}
    </section>
  );
}

function Summary() {
  const away = away_count.value;
  return (
    <p class="soft summary">
      {tn("home.things", store.things.value.size)} · {away === 0 ? t("home.all_answer") : tn("home.away", away)}
    </p>
  );
}

export function Home() {
  const nothing = found.value.length === 0;
  return (
    <div class="home">
      <header class="page-head">
        <div>
          <h1 tabIndex={-1}>{store.household.value || t("nav.home")}</h1>
          {store.filled.value && <Summary />}
        </div>
        <label class="find">
          <Icon name="search" size={18} />
          <span class="sr">{t("home.find")}</span>
          <input type="search" placeholder={t("home.find")} value={find.value} onInput={(event) => (find.value = event.currentTarget.value)} />
        </label>
      </header>
      {store.filled.value && nothing && (
        <p class="empty">{find.value.trim() ? t("home.nothing_found", { text: find.value.trim() }) : t("home.empty")}</p>
      )}
      {(people.value.length > 0 || cars.value.length > 0) && (
        <div class="first-row">
          {people.value.length > 0 && (
            <section aria-labelledby="people">
              <h2 id="people">{t("home.people")}</h2>
              <ul class="people">
                {people.value.map((thing) => (
                  <Person key={thing.id} thing={thing} />
                ))}
              </ul>
            </section>
          )}
          {cars.value.length > 0 && (
            <section aria-labelledby="cars">
              <h2 id="cars">{t("home.cars")}</h2>
              <ul class="cars">
                {cars.value.map((thing) => (
                  <CarCard key={thing.id} thing={thing} />
                ))}
              </ul>
            </section>
          )}
        </div>
      )}
      <div class="places">
        {places.value.map(([name, things], index) => (
          <Place key={name} name={name} things={things} eager={index < 4} />
        ))}
      </div>
    </div>
  );
}
