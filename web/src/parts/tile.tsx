// A thing on the home page: what it is, how it stands, and its one main control. The whole tile opens the thing.

import { now, store, stream, thing_href } from "../app";
import { face_of, icon_of, title_within_place } from "../choice";
import { format_any, format_time, has_own_words, humanise, says_locked, standing_of, title_of } from "../format";
import { t } from "../messages";
import type { Thing } from "../model";
import { Control } from "./control";
import { Icon } from "./icon";
import { StandingNote, ValueWords, WantedNote } from "./value";

export function control_label(thing: Thing, name: string): string {
  const title = title_of(name, thing.properties[name]);
  return title.startsWith(thing.title) ? title : `${thing.title}, ${title}`;
}

/** Whether the thing counts as "at work": its headline is a true boolean that is known. */
function is_on(thing: Thing, headline: string | null): boolean {
  if (!headline) return false;
  const reading = store.reading(`${thing.id}/${headline}`).value;
  if (typeof reading?.value !== "boolean" || reading.quality === "bad") return false;
  // A lock asks for attention when it is not locked.
  return reading.value !== says_locked(headline, thing.properties[headline]?.title);
}

const others_shown = 2;

function Others({ thing, names }: { thing: Thing; names: string[] }) {
  const known = names.filter((name) => {
    const value = store.reading(`${thing.id}/${name}`).value?.value;
    // "No" alone says nothing; "Moving" does.
    if (value === false && !has_own_words(name, thing.properties[name]?.title)) return false;
    return value !== undefined && value !== null;
  });
  return (
    <>
      {known.slice(0, others_shown).map((name) => (
        <span class="other" key={name}>
          {thing.properties[name]!.type === "boolean" && !has_own_words(name, thing.properties[name]!.title) ? (
            title_of(name, thing.properties[name])
          ) : (
            <>
              <span class="sr">{title_of(name, thing.properties[name])} </span>
              <ValueWords address={`${thing.id}/${name}`} name={name} spec={thing.properties[name]} />
            </>
          )}
        </span>
      ))}
    </>
  );
}

/** For things that only tell of events: the newest one heard. */
function LastEvent({ thing }: { thing: Thing }) {
  const last = store.records.value.find((one) => one.kind === "event" && one.address?.startsWith(thing.id + "/"));
  if (!last) return <span class="soft">{t("thing.no_events")}</span>;
  const detail = last.body.detail ?? last.body.value;
  return (
    <>
      <span class="value">{typeof detail === "string" ? humanise(detail) : format_any(detail ?? last.body.event ?? "")}</span>
      <span class="other">{format_time(last.time, now.value)}</span>
    </>
  );
}

function RunButton({ thing }: { thing: Thing }) {
  const found = Object.entries(thing.actions ?? {}).find(([, action]) => !action.input);
  if (!found) return null;
  const [name, action] = found;
  return (
    <button
      type="button"
      class="run"
      disabled={stream.link.value.state !== "up"}
      aria-label={`${thing.title}, ${action.title ?? name}`}
      onClick={() => stream.run(thing.id, name, undefined)}
    >
      {action.title ?? t("control.run")}
    </button>
  );
}

export function Tile({ thing }: { thing: Thing }) {
  const { headline, control, others } = face_of(thing);
  const spec = headline ? thing.properties[headline] : undefined;
  const address = `${thing.id}/${headline ?? ""}`;
  const away = store.unavailable(thing);
  const standing = headline ? standing_of(store.reading(address).value, spec, now.value) : "none";
  const inline = control !== null && ["boolean"].includes(thing.properties[control]!.type);
  const on = !away && is_on(thing, headline);
  return (
    <li
      class={`tile is-${standing}${on ? " is-on" : ""}${away ? " is-away" : ""}`}
      data-thing={thing.id}
      data-standing={standing}
    >
      <div class="tile-top">
        <span class="tile-icon">
          <Icon name={icon_of(thing)} />
        </span>
        {inline && (
          <Control address={`${thing.id}/${control}`} name={control} spec={thing.properties[control]!} label={control_label(thing, control)} tile />
        )}
      </div>
      <a class="tile-link" href={thing_href(thing.id)}>
        {title_within_place(thing)}
      </a>
      <div class="tile-state">
        {headline ? <ValueWords address={address} name={headline} spec={spec} /> : <LastEvent thing={thing} />}
        <Others thing={thing} names={others.filter((name) => name !== control || inline)} />
      </div>
      <div class="tile-notes">
        {away && (
          <span class="note is-away">
            <Icon name="away" size={14} />
            {t("state.unavailable")}
          </span>
        )}
        {headline && !away && <StandingNote address={address} spec={spec} />}
        {control && <WantedNote address={`${thing.id}/${control}`} brief />}
      </div>
      {control && !inline && (
        <div class="tile-control">
          {control !== headline && thing.properties[control]!.unit !== "Cel" && (
            <span class="tile-label">{title_of(control, thing.properties[control])}</span>
          )}
          <Control address={`${thing.id}/${control}`} name={control} spec={thing.properties[control]!} label={control_label(thing, control)} tile />
        </div>
      )}
      {!control && !headline && (
        <div class="tile-control">
          <RunButton thing={thing} />
        </div>
      )}
    </li>
  );
}
