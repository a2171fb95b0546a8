// The journal as it grows: sentences, newest first, by thing and kind, back to its beginning.

import { useEffect, useState } from "preact/hooks";
import { api, ApiError } from "../api";
import { store } from "../app";
import { format_day } from "../format";
import { t, type Key } from "../messages";
import type { Entry } from "../model";
import { EntryLine } from "../parts/entry";
import { group_of, kind_groups } from "../sentences";

const page_size = 100;
/** Pages fetched for one press when a filter lets nothing through. */
const pages_max = 5;

interface Filter {
  thing: string;
  group: string; // "" = all but readings
}

function passes(entry: Entry, filter: Filter): boolean {
  if (filter.thing) {
    const address = entry.address ?? "";
    if (address !== filter.thing && !address.startsWith(filter.thing + "/")) return false;
  }
  if (!filter.group) return entry.kind !== "reading";
  return group_of(entry.kind) === filter.group;
}

function query_of(filter: Filter, before: number): Record<string, string> {
  const query: Record<string, string> = { before: String(before), limit: String(page_size) };
  if (filter.thing) query.thing = filter.thing;
  const kinds = filter.group ? kind_groups[filter.group]! : [];
  if (kinds.length === 1) query.kind = kinds[0]!;
  return query;
}

/** Older records that pass, and where the next page starts; 1 or less means the journal's beginning. */
async function load_older(filter: Filter, before: number): Promise<{ found: Entry[]; before: number }> {
  const found: Entry[] = [];
  let at = before;
  for (let page = 0; page < pages_max && found.length === 0 && at > 1; page += 1) {
    const { records, first } = await api.journal(query_of(filter, at));
    if (records.length === 0) return { found, before: 0 };
    at = Math.min(...records.map((one) => one.seq));
    if (at <= first) at = 0;
    found.push(...records.filter((one) => passes(one, filter)));
  }
  return { found, before: at };
}

function Filters({ filter, set }: { filter: Filter; set: (next: Filter) => void }) {
  const things = [...store.things.value.values()].sort((a, b) => a.title.localeCompare(b.title));
  const groups = ["", ...Object.keys(kind_groups)];
  return (
    <div class="filters">
      <label>
        <span>{t("journal.thing")}</span>
        <select value={filter.thing} onChange={(event) => set({ ...filter, thing: event.currentTarget.value })}>
          <option value="">{t("journal.all")}</option>
          {things.map((one) => (
            <option key={one.id} value={one.id}>
              {one.title}
            </option>
          ))}
        </select>
      </label>
      <div class="choice chips" role="group" aria-label={t("journal.kind")}>
        {groups.map((group) => (
          <button type="button" key={group} aria-pressed={filter.group === group} onClick={() => set({ ...filter, group })}>
            {group ? t(("kind." + group) as Key) : t("journal.all")}
          </button>
        ))}
      </div>
    </div>
  );
}

function by_day(entries: Entry[]): [string, Entry[]][] {
  const days = new Map<string, Entry[]>();
  for (const entry of entries) {
    const day = format_day(entry.time);
    const list = days.get(day);
    if (list) list.push(entry);
    else days.set(day, [entry]);
  }
  return [...days];
}

export function Journal({ thing }: { thing: string }) {
  const [filter, set_filter] = useState<Filter>({ thing, group: "" });
  const [older, set_older] = useState<Entry[]>([]);
  const [before, set_before] = useState(Infinity);
  const [busy, set_busy] = useState(false);
  const [failed, set_failed] = useState("");
  const load = async (from: number, kept: Entry[], wish: Filter): Promise<void> => {
    set_busy(true);
    set_failed("");
    try {
      const more = await load_older(wish, from);
      set_older([...kept, ...more.found]);
      set_before(more.before);
    } catch (error) {
      set_failed(error instanceof ApiError && error.message ? error.message : t("gate.unreachable"));
    }
    set_busy(false);
  };
  useEffect(() => set_filter((old) => ({ ...old, thing })), [thing]);
  const lagged = store.lagged.value;
  useEffect(() => void load(Number.MAX_SAFE_INTEGER, [], filter), [filter, lagged]);
  const seen = new Set<number>();
  const shown = [...store.records.value, ...older]
    .filter((one) => passes(one, filter) && !seen.has(one.seq) && seen.add(one.seq))
    .sort((a, b) => b.seq - a.seq);
  return (
    <div>
      <header class="page-head">
        <h1 tabIndex={-1}>{t("journal.title")}</h1>
      </header>
      <Filters filter={filter} set={set_filter} />
      {shown.length === 0 && !busy && <p class="empty">{t("journal.none")}</p>}
      {by_day(shown).map(([day, entries]) => (
        <section class="panel" key={day} aria-label={day}>
          <h2>{day}</h2>
          <ol class="entries">
            {entries.map((entry) => (
              <EntryLine key={entry.seq} entry={entry} />
            ))}
          </ol>
        </section>
      ))}
      {failed && <p class="failure">{failed}</p>}
      {before > 1 ? (
        <button type="button" class="more" disabled={busy} onClick={() => void load(Math.min(before, Number.MAX_SAFE_INTEGER), older, filter)}>
          {busy ? t("chart.loading") : t("journal.older")}
        </button>
      ) : (
        <p class="soft journal-start">{t("journal.start")}</p>
      )}
    </div>
  );
}
