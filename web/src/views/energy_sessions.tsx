// What was charged: each session, the sums of its month, and all of it as a file.

import { useEffect, useMemo, useState } from "preact/hooks";
import { api, words_of } from "../api";
import { store } from "../app";
import { as_title, enum_word, format_number } from "../format";
import { language, t, tn } from "../messages";
import { to_ms, type Thing } from "../model";
import { save_file } from "../parts/save";
import { money } from "../plan_sentences";
import { by_end, months_of, own_share, session_of, sessions_csv, type Month, type Session } from "../sessions";
import { setup_of } from "./energy_setup";

const day_ms = 86400e3;
/** How far back one looks; each "older" goes on to the next. */
const spans_days = [90, 400, 4000];
const shown_at_first = 50;

/** Months are added up whole. */
function month_begin(ms: number): number {
  const date = new Date(ms);
  return new Date(date.getFullYear(), date.getMonth(), 1).getTime();
}

interface Figures {
  energy_wh: number;
  own_wh?: number | null;
  cost: number | null;
  co2_g: number | null;
  currency: string;
}

function figure(value: number, digits: number): string {
  return new Intl.NumberFormat(language().tag, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
}

/** The same columns for a session and for a month. */
function Cells({ of, estimated }: { of: Figures; estimated?: boolean }) {
  const own = own_share(of.energy_wh, of.own_wh);
  return (
    <>
      <td class="number">
        {estimated ? "≈ " : ""}
        {figure(of.energy_wh / 1000, 2)}
      </td>
      <td class="number wide">{own === null ? "—" : format_number(Math.round(own), { type: "number", unit: "%" })}</td>
      <td class="number">{of.cost === null ? "—" : money(of.cost, of.currency)}</td>
      <td class="number wide">{of.co2_g === null ? "—" : figure(of.co2_g / 1000, 1)}</td>
    </>
  );
}

function MonthRow({ month }: { month: Month }) {
  const name = new Intl.DateTimeFormat(language().tag, { month: "long", year: "numeric" }).format(month.from);
  return (
    <tr class="month" data-month={month.key}>
      <th scope="row">{name}</th>
      <td class="wide" />
      <td class="soft">{tn("energy.count", month.count)}</td>
      <Cells of={month} />
    </tr>
  );
}

function SessionRow({ one }: { one: Session }) {
  const ended = new Intl.DateTimeFormat(language().tag, { dateStyle: "medium", timeStyle: "short" });
  const car = one.car === "unknown" ? "—" : (store.things.value.get(one.car)?.title ?? enum_word(one.car));
  const who = one.who && (store.things.value.get(one.who)?.title ?? one.who);
  return (
    <tr data-session={one.id}>
      <td>{ended.format(to_ms(one.until))}</td>
      <td class="wide">{as_title(one.point)}</td>
      <td>{[car, who].filter(Boolean).join(" · ")}</td>
      <Cells of={one} estimated={one.estimated} />
    </tr>
  );
}

/** All sessions of the points that ended in so many days; null while they are asked for. */
function use_sessions(points: Thing[], days: number): [Session[] | null, string] {
  const [sessions, set_sessions] = useState<Session[] | null>(null);
  const [failed, set_failed] = useState("");
  const ended = points.map((thing) => store.reading(`${thing.id}/last_session`).value?.seq ?? 0).join();
  useEffect(() => {
    let gone = false;
    const to = store.now();
    const of = async (thing: Thing): Promise<Session[]> => {
      const found = await api.history(`${thing.id}/last_session`, month_begin(to - days * day_ms), to, 0);
      const currency = setup_of(thing.id).currency ?? "";
      return found.points.map((point) => session_of(point[4], currency)).filter((one) => one !== null);
    };
    Promise.all(points.map(of)).then(
      (all) => {
        if (gone) return;
        set_failed("");
        set_sessions(by_end(all.flat()));
      },
      (error: unknown) => gone || set_failed(words_of(error)),
    );
    return () => {
      gone = true;
    };
  }, [ended, points.length, days]);
  return [sessions, failed];
}

function Table({ sessions, rows }: { sessions: Session[]; rows: number }) {
  const months = useMemo(() => months_of(sessions), [sessions]);
  let from = 0;
  return (
    <table class="sessions">
      <thead>
        <tr>
          <th>{t("energy.ended")}</th>
          <th class="wide">{t("energy.point")}</th>
          <th>{t("energy.car")}</th>
          <th class="number">kWh</th>
          <th class="number wide">{t("energy.own_short")}</th>
          <th class="number">{t("energy.cost")}</th>
          <th class="number wide">kg CO₂</th>
        </tr>
      </thead>
      {months.map((month) => {
        const mine = sessions.slice(from, Math.min(from + month.count, rows));
        from += month.count;
        return (
          mine.length > 0 && (
            <tbody key={month.key}>
              <MonthRow month={month} />
              {mine.map((one) => (
                <SessionRow key={one.point + one.id} one={one} />
              ))}
            </tbody>
          )
        );
      })}
    </table>
  );
}

export function Sessions({ points }: { points: Thing[] }) {
  const [span, set_span] = useState(0);
  const [rows, set_rows] = useState(shown_at_first);
  const days = spans_days[span]!;
  const [sessions, failed] = use_sessions(points, days);
  const left = Math.max(0, (sessions?.length ?? 0) - rows);
  return (
    <section class="panel" aria-labelledby="sessions">
      <div class="rule-head">
        <h2 id="sessions">{t("energy.sessions")}</h2>
        {sessions !== null && sessions.length > 0 && (
          <button type="button" onClick={() => save_file(new Blob([sessions_csv(sessions)], { type: "text/csv" }), "sessions.csv")} data-csv>
            {t("energy.csv")}
          </button>
        )}
      </div>
      {failed && <p class="failure">{failed}</p>}
      {sessions?.length === 0 && <p class="soft">{t("energy.no_sessions", { days })}</p>}
      {sessions !== null && sessions.length > 0 && <Table sessions={sessions} rows={rows} />}
      <div class="buttons">
        {left > 0 && (
          <button type="button" class="more" onClick={() => set_rows(rows + 10 * shown_at_first)} data-more>
            {t("home.more", { n: left })}
          </button>
        )}
        {left === 0 && sessions !== null && span + 1 < spans_days.length && (
          <button type="button" class="more" onClick={() => set_span(span + 1)} data-older>
            {t("energy.older", { days: spans_days[span + 1]! })}
          </button>
        )}
      </div>
    </section>
  );
}
