// What somebody may only have if a person says so: told on every page at once, with one tap for yes and one for no.

import { useEffect, useState } from "preact/hooks";
import { api, words_of } from "../api";
import { announce, names, now, store, value_words, whom } from "../app";
import { format_time } from "../format";
import { t } from "../messages";
import type { WaitingWish } from "../model";
import { subject_name } from "../sentences";
import { Icon } from "./icon";

function asks_words(one: WaitingWish): string {
  const givers = one.on_behalf_of.map((giver) => whom(giver).name).join(", ");
  const led = one.set_off_by ? t("waiting.led", { name: whom(one.set_off_by).name }) : givers && t("waiting.for", { names: givers });
  const who = whom(one.asked_by).name + (led ? ` (${led})` : "");
  const what = subject_name(one.address, names());
  return one.run ? t("waiting.run", { who, what }) : t("waiting.set", { who, what, value: value_words(one.address, one.value) });
}

function Asking({ one }: { one: WaitingWish }) {
  const [busy, set_busy] = useState(false);
  const [failed, set_failed] = useState("");
  const answer = async (yes: boolean): Promise<void> => {
    set_busy(true);
    try {
      await api.answer_wish(one.seq, yes); // the hub tells that it no longer waits
    } catch (error) {
      set_failed(words_of(error));
      set_busy(false);
    }
  };
  return (
    <li class="banner asking" data-asking={one.seq}>
      <Icon name="question" />
      <span>
        <strong>{asks_words(one)}</strong>
        {one.purpose && <span class="soft"> · {t("waiting.why", { purpose: one.purpose })}</span>}
        <span class="soft"> · {t("waiting.until", { time: format_time(one.until, now.value) })}</span>
        {failed && <span class="failure"> {failed}</span>}
      </span>
      <button type="button" data-say="no" disabled={busy} onClick={() => void answer(false)}>
        {t("waiting.no")}
      </button>
      <button type="button" data-say="yes" disabled={busy} onClick={() => void answer(true)}>
        {t("waiting.yes")}
      </button>
    </li>
  );
}

export function WaitingWishes() {
  const waiting = store.waiting.value;
  const newest = waiting[waiting.length - 1];
  useEffect(() => {
    if (newest) announce(asks_words(newest));
  }, [newest?.seq]);
  if (waiting.length === 0) return null;
  return (
    <ul class="askings" aria-label={t("waiting.title")}>
      {waiting.map((one) => (
        <Asking key={one.seq} one={one} />
      ))}
    </ul>
  );
}
