// Giving access, one question after the other: who, what and how precisely, how long, yes or no.

import { useEffect, useRef, useState } from "preact/hooks";
import { api, words_of } from "../api";
import { announce, names, now, store, whom } from "../app";
import { critical, end_of, erase_spans, erase_words, givable, no_limits, precision_words, precisions_of, spans, terms_of, terms_words, toggle_day, usable, valid_name, verb_words, verbs_of, week } from "../desk";
import type { Desk, Limits, Obligations, Span, Use } from "../desk";
import { format_exact, title_of } from "../format";
import { t, type Key } from "../messages";
import { split_address, type Thing } from "../model";
import { full_name } from "../sentences";
import { Icon } from "./icon";

/** What of a thing is given, and to do what with it. */
interface Choice {
  address: string; // "thing/property", "thing/action" or "thing/*"
  what: string; // in words
  use: Use;
  obligations: Obligations;
}

interface Wish extends Choice {
  subject: string;
  limits: Limits;
  span: Span | "";
  purpose: string;
  erase: string; // so long after the end; empty = not agreed
}

const nothing: Wish = { subject: "", address: "", what: "", use: "see", obligations: {}, limits: no_limits, span: "", purpose: "", erase: "" };
const kinds = ["participant", "agent", "guest", "token"] as const;

function Who({ desk, set }: { desk: Desk; set: (subject: string) => void }) {
  const [name, set_name] = useState("");
  const [kind, set_kind] = useState<string>("participant");
  const [wrong, set_wrong] = useState(false);
  const [rule, set_rule] = useState("");
  const [people, set_people] = useState<string[]>([]);
  const rules = store.rules.value;
  useEffect(() => {
    // A guest who was invited and has nothing yet is known to who invited them.
    if (store.me.value?.role === "owner") api.people().then(set_people, () => undefined);
  }, []);
  const known = [...new Set([...people, ...desk.grants.map((one) => one.subject), ...desk.onlookers.map((one) => one.subject)])]
    .filter((one) => one !== "hub" && one !== desk.subject)
    .sort();
  return (
    <>
      {known.length > 0 && (
        <div class="give-list" role="group" aria-label={t("give.known")}>
          {known.map((one) => (
            <button type="button" key={one} data-who={one} onClick={() => set(one)}>
              <strong>{whom(one).name}</strong> <span class="soft">{whom(one).kind}</span>
            </button>
          ))}
        </div>
      )}
      <form
        class="give-new"
        onSubmit={(event) => {
          event.preventDefault();
          set_wrong(!valid_name(name));
          if (valid_name(name)) set(`${kind}:${name}`);
        }}
      >
        <label>
          <span>{t("give.new")}</span>
          <input name="who" value={name} maxLength={100} autocomplete="off" aria-invalid={wrong} onInput={(event) => set_name(event.currentTarget.value.trim())} />
        </label>
        <label>
          <span>{t("give.kind")}</span>
          <select value={kind} onChange={(event) => set_kind(event.currentTarget.value)}>
            {(rules.length > 0 ? kinds : [...kinds, "rule"]).map((one) => (
              <option key={one} value={one}>
                {t(("who." + one) as Key)}
              </option>
            ))}
          </select>
        </label>
        <button type="submit">{t("give.next")}</button>
      </form>
      {wrong && <p class="failure">{t("give.name_wrong")}</p>}
      {rules.length > 0 && (
        <form
          class="give-new"
          onSubmit={(event) => {
            event.preventDefault();
            set("rule:" + (rule || rules[0]!.id));
          }}
        >
          <label>
            <span>{t("give.rule")}</span>
            <select name="rule" value={rule} onChange={(event) => set_rule(event.currentTarget.value)}>
              {rules.map((one) => (
                <option key={one.id} value={one.id}>
                  {whom("rule:" + one.id).name}
                </option>
              ))}
            </select>
          </label>
          <button type="submit">{t("give.next")}</button>
        </form>
      )}
    </>
  );
}

function What({ desk, set }: { desk: Desk; set: (choice: Choice, ask: boolean) => void }) {
  const mine = desk.things.map((one) => store.things.value.get(one.id)).filter((one): one is Thing => one !== undefined);
  const order = (thing: Thing): number => ["vehicle", "person"].indexOf(thing.kind) >>> 0;
  const sorted = [...mine].sort((a, b) => order(a) - order(b) || a.title.localeCompare(b.title));
  const [id, set_id] = useState(sorted[0]?.id ?? "");
  const thing = mine.find((one) => one.id === id);
  if (!thing) return <p class="empty">{t("give.nothing")}</p>;
  const everything = t("give.everything", { thing: thing.title });
  const chip = (name: string, title: string, use: Use, obligations: Obligations, key: string, label: string) => (
    <button
      type="button"
      key={key}
      data-give={`${thing.id}/${name} ${key}`}
      onClick={() =>
        set({ address: `${thing.id}/${name}`, what: name === "*" ? everything : `${thing.title} · ${title}`, use, obligations }, use !== "see" && critical(thing, name))
      }
    >
      {label}
    </button>
  );
  const line = (name: string, title: string, chips: preact.ComponentChildren) => (
    <li key={name}>
      <span>{title}</span>
      <span class="choice chips" role="group" aria-label={title}>
        {chips}
      </span>
    </li>
  );
  return (
    <>
      <label class="give-thing">
        <span>{t("journal.thing")}</span>
        <select name="thing" value={id} onChange={(event) => set_id(event.currentTarget.value)}>
          {sorted.map((one) => (
            <option key={one.id} value={one.id}>
              {one.title}
            </option>
          ))}
        </select>
      </label>
      <ul class="give-what">
        {givable(thing).map(([name, spec]) => {
          const title = title_of(name, spec);
          const see = spec.readable === false ? [] : precisions_of(name, spec);
          const chips = see.map((one) => chip(name, title, "see", one.obligations, one.key, one.label));
          return line(name, title, spec.settable ? [...chips, chip(name, title, "set", {}, "use", t("give.see_use"))] : chips);
        })}
        {Object.entries(thing.actions ?? {}).map(([name, action]) => {
          const title = title_of(name, { title: action.title, type: "string" });
          return line(name, title, chip(name, title, "run", {}, "run", t("give.run")));
        })}
        {line("*", everything, [
          chip("*", "", "see", {}, "exact", t("precision.exact")),
          usable(thing) && chip("*", "", "all", {}, "use", t("give.see_use")),
        ])}
      </ul>
    </>
  );
}

function Check({ name, words, on, set }: { name: string; words: string; on: boolean; set: (on: boolean) => void }) {
  return (
    <label class="check">
      <input type="checkbox" name={name} checked={on} onChange={(event) => set(event.currentTarget.checked)} />
      {words}
    </label>
  );
}

function Until({ wish, set, go }: { wish: Wish; set: (limits: Limits) => void; go: (span: Span) => void }) {
  const { limits } = wish;
  return (
    <>
      <Check name="timed" words={t("give.timed")} on={limits.timed} set={(timed) => set({ ...limits, timed })} />
      {limits.timed && (
        <>
          <p class="give-hours">
            <label>
              <span>{t("give.from")}</span>
              <input type="time" name="from" value={limits.from} onInput={(event) => set({ ...limits, from: event.currentTarget.value })} />
            </label>
            <label>
              <span>{t("give.to")}</span>
              <input type="time" name="to" value={limits.until} onInput={(event) => set({ ...limits, until: event.currentTarget.value })} />
            </label>
          </p>
          <p class="choice" role="group" aria-label={t("give.days")}>
            {week.map((day) => (
              <button type="button" key={day} data-day={day} aria-pressed={limits.days.includes(day)} onClick={() => set({ ...limits, days: toggle_day(limits.days, day) })}>
                {t(("day." + day) as Key)}
              </button>
            ))}
          </p>
        </>
      )}
      {!wish.subject.startsWith("rule:") && <Check name="at_home" words={t("give.at_home")} on={limits.at_home} set={(at_home) => set({ ...limits, at_home })} />}
      {wish.use !== "see" && <Check name="ask" words={t("give.ask")} on={limits.ask} set={(ask) => set({ ...limits, ask })} />}
      <div class="give-list" role="group" aria-label={t("give.until")}>
        {spans.map((one) => (
          <button type="button" key={one} data-span={one} onClick={() => go(one)}>
            {t(("span." + one) as Key)}
          </button>
        ))}
      </div>
    </>
  );
}

function Sure({ wish, set, give, refuse, busy }: { wish: Wish; set: (wish: Wish) => void; give: () => void; refuse: () => void; busy: boolean }) {
  const end = wish.span === "" ? null : end_of(wish.span, now.value);
  return (
    <>
      <dl class="facts give-facts">
        <dt>{t("give.who")}</dt>
        <dd>
          {whom(wish.subject).name} <span class="soft">{whom(wish.subject).kind}</span>
        </dd>
        <dt>{t("give.what")}</dt>
        <dd>{wish.what}</dd>
        <dt>{t("desk.may")}</dt>
        <dd>{verb_words(verbs_of(wish.subject, wish.use))}</dd>
        {wish.use === "see" && <dt>{t("give.how")}</dt>}
        {wish.use === "see" && <dd>{precision_words(wish.obligations) || t("precision.exact")}</dd>}
        <dt>{t("give.when")}</dt>
        <dd>{terms_words(terms_of(wish.limits, {})) || t("give.always")}</dd>
        <dt>{t("desk.until")}</dt>
        <dd>{end ? format_exact(Date.parse(end)) : t("span.never")}</dd>
      </dl>
      <label class="give-purpose">
        <span>{t("give.purpose")}</span>
        <input name="purpose" value={wish.purpose} maxLength={200} onInput={(event) => set({ ...wish, purpose: event.currentTarget.value })} />
      </label>
      {!wish.subject.startsWith("rule:") && (
        <label class="give-purpose">
          <span>{t("erase.erase")}</span>
          <select name="erase" value={wish.erase} onChange={(event) => set({ ...wish, erase: event.currentTarget.value })}>
            {erase_spans.map((one) => (
              <option key={one} value={one}>
                {one === "" ? t("erase.never") : erase_words({ erase_after: one })}
              </option>
            ))}
          </select>
        </label>
      )}
      <p class="soft">{t("give.note")}</p>
      <div class="give-answer">
        <button type="button" data-answer="refuse" onClick={refuse}>
          <Icon name="cross" size={16} />
          {t("give.refuse")}
        </button>
        <button type="button" data-answer="give" disabled={busy} onClick={give}>
          <Icon name="check" size={16} />
          {t("give.give")}
        </button>
      </div>
    </>
  );
}

/** What stands in place of the questions once it is given. */
function Given({ token, done }: { token: string; done: () => void }) {
  const [copied, set_copied] = useState(false);
  return (
    <>
      <p>{t("give.done")}</p>
      {token && <p class="soft">{t("give.token")}</p>}
      {token && (
        <p class="give-token">
          <code data-token>{token}</code>
        </p>
      )}
      <div class="buttons">
        {token && (
          <button type="button" onClick={() => void navigator.clipboard?.writeText(token).then(() => set_copied(true))}>
            {t(copied ? "give.copied" : "give.copy")}
          </button>
        )}
        <button type="button" class="primary" onClick={done}>
          {t("why.close")}
        </button>
      </div>
    </>
  );
}

const steps: Key[] = ["give.who", "give.what", "give.until", "give.sure", "give.given"];

/** What was asked for elsewhere: only how long is left to say, and yes or no. */
export interface Asked {
  subject: string;
  address: string;
}

interface Props {
  desk: Desk;
  asked: Asked | null;
  open: boolean;
  close: () => void;
  given: () => void;
}

export function GiveDialog({ desk, asked, open, close, given }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const [step, set_step] = useState(0);
  const [wish, set_wish] = useState<Wish>(nothing);
  const [token, set_token] = useState("");
  const [failed, set_failed] = useState("");
  const [busy, set_busy] = useState(false);
  useEffect(() => {
    if (open && !dialog.current?.open) {
      const mine = asked && desk.things.some((one) => one.id === split_address(asked.address).thing);
      set_step(!asked ? 0 : mine ? 2 : 1);
      set_wish(asked ? { ...nothing, ...asked, what: full_name(asked.address, names()) } : nothing);
      set_token("");
      set_failed("");
      dialog.current?.showModal();
    }
    if (!open) dialog.current?.close();
  }, [open]);
  useEffect(() => {
    if (open) heading.current?.focus();
  }, [step, open]);
  const give = async (): Promise<void> => {
    set_busy(true);
    try {
      const answer = await api.give({
        subject_name: wish.subject,
        addresses: [wish.address],
        verbs: verbs_of(wish.subject, wish.use),
        until: wish.span === "" ? null : end_of(wish.span, now.value),
        purpose: wish.purpose,
        terms: terms_of(wish.limits, { ...wish.obligations, ...(wish.erase && { erase_after: wish.erase }) }),
      });
      set_token(answer.token ?? "");
      set_step(4);
      announce(t("give.done"));
      given();
    } catch (error) {
      set_failed(words_of(error));
    } finally {
      set_busy(false);
    }
  };
  return (
    <dialog ref={dialog} class="why-dialog give" aria-labelledby="give-title" onClose={close}>
      {open && (
        <div class="dialog-body">
          <div class="dialog-head">
            {step > 0 && step < 4 && (
              <button type="button" class="quiet" aria-label={t("thing.back")} onClick={() => set_step(step - 1)}>
                <Icon name="back" />
              </button>
            )}
            <h2 id="give-title" ref={heading} tabIndex={-1}>
              {t(steps[step]!)}
            </h2>
            <button type="button" class="quiet" aria-label={t("why.close")} onClick={close}>
              <Icon name="cross" />
            </button>
          </div>
          {step === 0 && (
            <Who
              desk={desk}
              set={(subject) => {
                set_wish({ ...wish, subject });
                set_step(1);
              }}
            />
          )}
          {step === 1 && (
            <What
              desk={desk}
              set={(choice, ask) => {
                set_wish({ ...wish, ...choice, limits: { ...wish.limits, ask } });
                set_step(2);
              }}
            />
          )}
          {step === 2 && (
            <Until
              wish={wish}
              set={(limits) => set_wish({ ...wish, limits })}
              go={(span) => {
                set_wish({ ...wish, span });
                set_step(3);
              }}
            />
          )}
          {step === 3 && <Sure wish={wish} set={set_wish} give={() => void give()} refuse={close} busy={busy} />}
          {step === 4 && <Given token={token} done={close} />}
          {failed && <p class="failure">{failed}</p>}
        </div>
      )}
    </dialog>
  );
}
