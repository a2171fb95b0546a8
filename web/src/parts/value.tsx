// A value as the page tells it: its words, and beside them whatever keeps it from being simply true now.

import { now, store, value_words, detail_words } from "../app";
import { format_exact, format_value, standing_note, standing_of, type Standing } from "../format";
import { t } from "../messages";
import type { PropertySpec, Wanted } from "../model";
import { is_final } from "../store";
import { Icon } from "./icon";

const standing_icons: Record<Standing, string> = {
  good: "",
  estimated: "approx",
  stale: "clock",
  unconfirmed: "restart",
  bad: "problems",
  unknown: "question",
};

export function standing(address: string, spec: PropertySpec | undefined): Standing {
  return standing_of(store.reading(address).value, spec, now.value);
}

interface Shown {
  address: string;
  name: string;
  spec: PropertySpec | undefined;
}

/** The words alone; "—" for what is not known, never "off" or "0". What a word that did not fit followed is struck out. */
export function ValueWords({ address, name, spec }: Shown) {
  const reading = store.reading(address).value;
  const state = standing_of(reading, spec, now.value);
  const empty = state === "unknown" || (state === "bad" && (reading?.value ?? null) === null);
  return (
    <span class={"value is-" + state} data-standing={state}>
      {empty ? "—" : format_value(reading!.value, name, spec)}
    </span>
  );
}

/** Icon and words for stale, unconfirmed, estimated, bad and unknown; nothing for good. */
export function StandingNote({ address, spec }: { address: string; spec: PropertySpec | undefined }) {
  const reading = store.reading(address).value;
  const state = standing_of(reading, spec, now.value);
  if (state === "good") return null;
  return (
    <span class={"note is-" + state} title={reading && reading.value !== null ? format_exact(reading.time) : undefined}>
      <Icon name={standing_icons[state]} size={14} />
      {standing_note(state, reading, now.value)}
    </span>
  );
}

function wanted_words(address: string, wanted: Wanted): string {
  const value = value_words(address, wanted.value);
  const detail = detail_words(wanted.detail);
  const reason = detail ? ": " + detail : "";
  switch (wanted.status) {
    case "asking":
      return t("command.asking");
    case "waiting":
      return t("command.waiting", { value });
    case "pending":
      return t("command.pending", { value });
    case "sent":
      return t("command.sent", { value });
    case "confirmed":
      return t("command.confirmed");
    case "refused":
      return t("command.refused") + reason;
    case "failed":
      return t("command.failed") + reason;
    case "timed_out":
      return t("command.timed_out") + reason;
  }
}

/** What was wished and how that stands; `brief` leaves out old failures (tiles). */
export function WantedNote({ address, brief }: { address: string; brief?: boolean }) {
  const wanted = store.wanted(address).value;
  if (!wanted || (brief && !wanted.live)) return null;
  const words = wanted_words(address, wanted);
  const icon = wanted.status === "confirmed" ? "check" : is_final(wanted.status) ? "cross" : "";
  return (
    <span class={"wanted is-" + wanted.status} data-status={wanted.status} title={words}>
      {icon ? <Icon name={icon} size={14} /> : <span class="spinner" aria-hidden="true" />}
      <span class="wanted-words">{words}</span>
      {is_final(wanted.status) && wanted.status !== "confirmed" && (
        <button type="button" class="dismiss" aria-label={t("why.close")} onClick={() => store.forget_wanted(address)}>
          <Icon name="cross" size={12} />
        </button>
      )}
    </span>
  );
}

/** True while a wish is on its way. */
export function is_open(wanted: Wanted | undefined): wanted is Wanted {
  return wanted !== undefined && !is_final(wanted.status);
}
