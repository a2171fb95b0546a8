// What the plan saved, being away, and quiet hours.

import { useState } from "preact/hooks";
import { now, store, stream } from "../app";
import { format_day, format_time } from "../format";
import { local_text } from "../goals";
import { t } from "../messages";
import { to_ms } from "../model";
import { WantedNote } from "../parts/value";
import { type SavedDay } from "../plan";
import { money } from "../plan_sentences";
import { said } from "./plan_device";
import { Sure, type Wish } from "./plan_what_if";
import { device_title, plan, savings } from "./plan_words";

const shown_at_first = 7;

function Day({ day, currency }: { day: SavedDay; currency: string }) {
  return (
    <tr>
      <th scope="row">
        {day.count ? t("plan.week", { day: format_day(new Date(day.day + "T12:00").getTime()) }) : format_day(new Date(day.day + "T12:00").getTime())}
        {day.devices?.map((one) => (
          <span key={one.name} class="soft">
            {device_title(one.name)} {money(one.saved, currency, true)}
          </span>
        ))}
        {day.note && <span class="soft">{day.note}</span>}
      </th>
      <td class="number">{money(day.paid, currency)}</td>
      <td class="number wide">{money(day.would, currency)}</td>
      <td class="number">
        <strong>{money(day.saved, currency, true)}</strong>
      </td>
    </tr>
  );
}

export function Savings() {
  const [all, set_all] = useState(false);
  const [by_week, set_by_week] = useState(false);
  const { weeks } = savings.value;
  const days = by_week ? weeks : savings.value.days;
  const currency = savings.value.currency || (plan.value?.currency ?? "");
  const sum = (name: string): string => {
    const value = store.reading("plan/" + name).value?.value;
    return typeof value === "number" ? money(value, currency) : "—";
  };
  return (
    <section class="panel" aria-labelledby="plan-saved">
      <h2 id="plan-saved">{t("plan.saved")}</h2>
      <p class="soft">{t("plan.saved_note")}</p>
      <dl class="plan-sums">
        <div>
          <dt>{t("plan.today")}</dt>
          <dd>{sum("saved_today")}</dd>
        </div>
        <div>
          <dt>{t("plan.total")}</dt>
          <dd>{sum("saved_total")}</dd>
        </div>
      </dl>
      {days.length === 0 && <p class="soft">{t("plan.saved_none")}</p>}
      {days.length > 0 && (
        <table class="sessions">
          <thead>
            <tr>
              <th>{t("plan.day")}</th>
              <th class="number">{t("plan.paid")}</th>
              <th class="number wide">{t("plan.would")}</th>
              <th class="number">{t("plan.saved_short")}</th>
            </tr>
          </thead>
          <tbody data-spans={by_week ? "weeks" : "days"}>
            {days.slice(0, all ? undefined : shown_at_first).map((day) => (
              <Day key={day.day} day={day} currency={currency} />
            ))}
          </tbody>
        </table>
      )}
      {weeks.length > 0 && (
        <button type="button" class="more" onClick={() => set_by_week(!by_week)}>
          {t(by_week ? "plan.by_day" : "plan.by_week")}
        </button>
      )}
      {!all && days.length > shown_at_first && (
        <button type="button" class="more" onClick={() => set_all(true)}>
          {t("home.more", { n: days.length - shown_at_first })}
        </button>
      )}
    </section>
  );
}

export function Away() {
  const address = "plan/away_until";
  const [draft, set_draft] = useState("");
  const [wish, set_wish] = useState<Wish | null>(null);
  const until = to_ms(said(address));
  const away = until > now.value;
  const chosen = new Date(draft).getTime();
  const offline = stream.link.value.state !== "up";
  const ask = (): void => set_wish({ name: "away_until", value: new Date(chosen).toISOString().replace(/\.\d+Z$/, "Z"), words: t("plan.away_until", { time: format_time(chosen, now.value) }) });
  return (
    <section class="panel" aria-labelledby="plan-away">
      <h2 id="plan-away">{t("plan.away")}</h2>
      <p class="soft">{away ? t("plan.away_until", { time: format_time(until, now.value) }) : t("plan.away_note")}</p>
      <div class="plan-line">
        {away ? (
          <button type="button" disabled={offline} onClick={() => stream.set(address, "")}>
            {t("plan.back")}
          </button>
        ) : (
          <>
            <label class="plan-line">
              {t("plan.until")}
              <input type="datetime-local" min={local_text(now.value)} value={draft} onInput={(event) => set_draft(event.currentTarget.value)} />
            </label>
            <button type="button" disabled={offline || !(chosen > now.value)} onClick={ask}>
              {t("plan.we_go")}
            </button>
          </>
        )}
      </div>
      {wish && <Sure key={wish.words} wish={wish} device="" done={() => set_wish(null)} />}
      <WantedNote address={address} brief />
    </section>
  );
}

/** When machines make no noise. */
export function Quiet() {
  const address = "plan/quiet";
  const held = /^(\d\d:\d\d) to (\d\d:\d\d)$/.exec(String(said(address) ?? ""));
  const [begin, set_begin] = useState("22:00");
  const [end, set_end] = useState("06:00");
  const [wish, set_wish] = useState<Wish | null>(null);
  const offline = stream.link.value.state !== "up";
  const words = held ? t("plan.quiet_is", { begin: held[1]!, end: held[2]! }) : t("plan.quiet_none");
  return (
    <section class="panel" aria-labelledby="plan-quiet">
      <h2 id="plan-quiet">{t("plan.quiet")}</h2>
      <p class="soft">{t("plan.quiet_note")}</p>
      <p data-quiet>{words}</p>
      <div class="plan-line">
        <label class="plan-line">
          {t("plan.from")}
          <input type="time" value={begin} onChange={(event) => set_begin(event.currentTarget.value)} />
        </label>
        <label class="plan-line">
          {t("plan.to")}
          <input type="time" value={end} onChange={(event) => set_end(event.currentTarget.value)} />
        </label>
        <button type="button" disabled={offline || !begin || !end || begin === end} onClick={() => set_wish({ name: "quiet", value: `${begin} to ${end}`, words: t("plan.quiet_is", { begin, end }) })}>
          {t("plan.quiet_set")}
        </button>
        {held && (
          <button type="button" disabled={offline} onClick={() => set_wish({ name: "quiet", value: "", words: t("plan.quiet_none") })}>
            {t("plan.quiet_none")}
          </button>
        )}
      </div>
      {wish && <Sure key={wish.words} wish={wish} device="" done={() => set_wish(null)} />}
      <WantedNote address={address} brief />
    </section>
  );
}
