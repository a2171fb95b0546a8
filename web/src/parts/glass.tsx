// An emergency access that somebody has opened: told on every page as long as it is open, with one tap to end it.

import { useEffect } from "preact/hooks";
import { announce, now, store, stream, whom } from "../app";
import { format_time } from "../format";
import { t } from "../messages";
import { to_ms, type Thing } from "../model";
import { Icon } from "./icon";

const value_of = (thing: Thing, name: string): string => String(store.reading(`${thing.id}/${name}`).value?.value ?? "");

function words(thing: Thing): string {
  return t("glass.open", { who: whom(value_of(thing, "by")).name, title: thing.title });
}

function Open({ thing }: { thing: Thing }) {
  useEffect(() => announce(words(thing)), [thing.id]);
  const until = to_ms(value_of(thing, "until"));
  return (
    <li class="banner is-bad asking" data-glass={thing.id}>
      <Icon name="alert" />
      <span>
        <strong>{words(thing)}</strong>: {value_of(thing, "reason")}
        {!Number.isNaN(until) && <span class="soft"> · {t("glass.until", { time: format_time(until, now.value) })}</span>}
      </span>
      {thing.actions?.end && (
        <button type="button" data-end-glass onClick={() => stream.run(thing.id, "end", undefined)}>
          {t("glass.end")}
        </button>
      )}
    </li>
  );
}

export function OpenGlasses() {
  const open = [...store.things.value.values()].filter((one) => one.connector === "break-glass" && value_of(one, "state") === "open");
  if (open.length === 0) return null;
  return (
    <ul class="askings" aria-label={t("glass.title")}>
      {open.map((one) => (
        <Open key={one.id} thing={one} />
      ))}
    </ul>
  );
}
