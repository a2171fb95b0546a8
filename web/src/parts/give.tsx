// Giving access, one question after the other: who, what and how precisely, how long, yes or no.

import { useEffect, useRef, useState } from "preact/hooks";
import { api, words_of } from "../api";
import { announce, names, now, store, whom } from "../app";
import { end_of, erase_spans, erase_words, givable, precision_words, precisions_of, spans, valid_name, type Desk, type Obligations, type Span } from "../desk";
import { format_exact, title_of } from "../format";
import { t, type Key } from "../messages";
import { split_address, type Thing } from "../model";
import { full_name } from "../sentences";
import { Icon } from "./icon";

interface Wish {
  subject: string;
  address: string; // "thing/property" or "thing/*"
  what: string; // in words
  obligations: Obligations;
  span: Span | "";
  hours: boolean;
  from: string;
  until: string;
  purpose: string;
  erase: string; // so long after the end; empty = not agreed
}

const nothing: Wish = { subject: "", address: "", what: "", obligations: {}, span: "", hours: false, from: "08:00", until: "20:00", purpose: "", erase: "" };
const kinds = ["participant", "agent", "guest", "token"] as const;

function Who({ desk, set }: { desk: Desk; set: (subject: string) => void }) {
  const [name, set_name] = useState("");
  const [kind, set_kind] = useState<string>("participant");
  const [wrong, set_wrong] = useState(false);
  const [rule, set_rule] = useState("");
  const rules = store.rules.value;
  const known = [...new Set([...desk.grants.map((one) => one.subject), ...desk.onlookers.map((one) => one.subject)])]
    .filter((one) => one !== "hub")
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

function What({ desk, set }: { desk: Desk; set: (address: string, what: string, obligations: Obligations) => void }) {
  const mine = desk.things.map((one) => store.things.value.get(one.id)).filter((one): one is Thing => one !== undefined);
  const order = (thing: Thing): number => ["vehicle", "person"].indexOf(thing.kind) >>> 0;
  const sorted = [...mine].sort((a, b) => order(a) - order(b) || a.title.localeCompare(b.title));
  const [id, set_id] = useState(sorted[0]?.id ?? "");
  const thing = mine.find((one) => one.id === id);
  if (!thing) return <p class="empty">{t("give.nothing")}</p>;
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
        {givable(thing).map(([name, spec]) => (
          <li key={name}>
            <span>{title_of(name, spec)}</span>
            <span class="choice chips" role="group" aria-label={title_of(name, spec)}>
              {precisions_of(name, spec).map((one) => (
                <button
                  type="button"
                  key={one.key}
                  data-give={`${thing.id}/${name} ${one.key}`}
                  onClick={() => set(`${thing.id}/${name}`, `${thing.title} · ${title_of(name, spec)}`, one.obligations)}
                >
                  {one.label}
                </button>
              ))}
            </span>
          </li>
        ))}
        <li>
          <span>{t("give.everything", { thing: thing.title })}</span>
          <button type="button" data-give={`${thing.id}/* exact`} onClick={() => set(`${thing.id}/*`, t("give.everything", { thing: thing.title }), {})}>
            {t("precision.exact")}
          </button>
        </li>
      </ul>
    </>
  );
}

function Until({ wish, set, go }: { wish: Wish; set: (wish: Wish) => void; go: (span: Span) => void }) {
  return (
    <>
      <label class="check">
        <input type="checkbox" checked={wish.hours} onChange={(event) => set({ ...wish, hours: event.currentTarget.checked })} />
        {t("give.only_hours")}
      </label>
      {wish.hours && (
        <p class="give-hours">
          <label>
            <span>{t("give.from")}</span>
            <input type="time" value={wish.from} onInput={(event) => set({ ...wish, from: event.currentTarget.value })} />
          </label>
          <label>
            <span>{t("give.to")}</span>
            <input type="time" value={wish.until} onInput={(event) => set({ ...wish, until: event.currentTarget.value })} />
          </label>
        </p>
      )}
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
        <dt>{t("give.how")}</dt>
        <dd>{precision_words(wish.obligations) || t("precision.exact")}</dd>
        <dt>{t("give.when")}</dt>
        <dd>{wish.hours ? t("desk.hours", { from: wish.from, until: wish.until }) : t("give.always")}</dd>
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
      const terms: Record<string, unknown> = {};
      const obligations = { ...wish.obligations, ...(wish.erase && { erase_after: wish.erase }) };
      if (Object.keys(obligations).length > 0) terms.obligations = obligations;
      if (wish.hours) terms.when = { from: wish.from, until: wish.until };
      const answer = await api.give({
        subject_name: wish.subject,
        addresses: [wish.address],
        verbs: wish.subject.startsWith("rule:") ? ["read"] : ["read", "history"],
        until: wish.span === "" ? null : end_of(wish.span, now.value),
        purpose: wish.purpose,
        terms,
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
              set={(address, what, obligations) => {
                set_wish({ ...wish, address, what, obligations });
                set_step(2);
              }}
            />
          )}
          {step === 2 && (
            <Until
              wish={wish}
              set={set_wish}
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
