// Making less of what was given: sooner over, fewer things, without the past. More is given anew.

import { useState } from "preact/hooks";
import { api, words_of } from "../api";
import { now, names } from "../app";
import { end_of, spans, type Grant, type Span } from "../desk";
import { t, type Key } from "../messages";
import { to_ms } from "../model";
import { subject_name } from "../sentences";

const used: readonly string[] = ["set", "run"];

/** The spans that end before the grant does. */
export function sooner(grant: Pick<Grant, "until">, at: number): Span[] {
  const end = grant.until === null ? Infinity : to_ms(grant.until);
  return spans.filter((one) => one !== "never" && to_ms(end_of(one, at)!) < end);
}

export function Narrow({ grant, done }: { grant: Grant; done: () => void }) {
  const [span, set_span] = useState<Span | "">("");
  const [dropped, set_dropped] = useState<readonly string[]>([]);
  const [past, set_past] = useState(true);
  const [use, set_use] = useState(true);
  const [failed, set_failed] = useState("");
  const kept = grant.addresses.filter((one) => !dropped.includes(one));
  const verbs = grant.verbs.filter((one) => (past || one !== "history") && (use || !used.includes(one)));
  const same = span === "" && dropped.length === 0 && verbs.length === grant.verbs.length;
  const drop = (address: string): void => set_dropped(dropped.includes(address) ? dropped.filter((one) => one !== address) : [...dropped, address]);
  const narrow = async (): Promise<void> => {
    const end = span === "" ? null : end_of(span, now.value);
    try {
      await api.narrow(grant.id, {
        ...(end === null ? {} : { until: end }),
        ...(dropped.length === 0 ? {} : { addresses: kept }),
        ...(verbs.length === grant.verbs.length ? {} : { verbs }),
      });
      done();
    } catch (error) {
      set_failed(words_of(error));
    }
  };
  return (
    <details class="narrower" data-narrow={grant.id}>
      <summary>{t("desk.narrow")}</summary>
      <div>
        <label>
          <span>{t("desk.until")}</span>
          <select name="until" value={span} onChange={(event) => set_span(event.currentTarget.value as Span | "")}>
            <option value="">{t("desk.as_it_is")}</option>
            {sooner(grant, now.value).map((one) => (
              <option key={one} value={one}>
                {t(("span." + one) as Key)}
              </option>
            ))}
          </select>
        </label>
        {grant.addresses.length > 1 &&
          grant.addresses.map((one) => (
            <label key={one}>
              <input type="checkbox" checked={!dropped.includes(one)} onChange={() => drop(one)} /> {subject_name(one, names())}
            </label>
          ))}
        {grant.verbs.includes("history") && (
          <label>
            <input type="checkbox" name="past" checked={past} onChange={() => set_past(!past)} /> {t("desk.with_the_past")}
          </label>
        )}
        {grant.verbs.includes("read") && grant.verbs.some((one) => used.includes(one)) && (
          <label>
            <input type="checkbox" name="use" checked={use} onChange={() => set_use(!use)} /> {t("desk.with_use")}
          </label>
        )}
        {failed && <p class="failure">{failed}</p>}
        <button type="button" data-do-narrow disabled={same || kept.length === 0} onClick={() => void narrow()}>
          {t("desk.narrow")}
        </button>
      </div>
    </details>
  );
}
