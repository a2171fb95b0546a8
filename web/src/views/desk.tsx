// My data: who can see what of mine, who looked, the switch that keeps everybody out, giving, taking back, taking along.

import { useEffect, useState } from "preact/hooks";
import { api, words_of } from "../api";
import { announce, names, now, store, stream, whom } from "../app";
import { erase_words, precision_words, terms_words, verb_words, type Certificate, type Desk, type Erasure, type Grant, type Look, type Onlooker } from "../desk";
import { format_clock, format_day, format_exact } from "../format";
import { t, tn, type Key } from "../messages";
import { to_ms } from "../model";
import { GiveDialog, type Asked } from "../parts/give";
import { Icon } from "../parts/icon";
import { Narrow } from "../parts/narrow";
import { save_file } from "../parts/save";
import { subject_name } from "../sentences";

/** So many addresses stand in a card before "and … more". */
const named_max = 4;

function what_words(addresses: readonly string[], in_all: number): string {
  const shown = addresses.slice(0, named_max).map((one) => subject_name(one, names()));
  if (in_all > shown.length) shown.push(t("desk.and_more", { n: in_all - shown.length }));
  return shown.join(", ");
}

function Who({ subject }: { subject: string }) {
  const { name, kind } = whom(subject);
  return (
    <>
      {name} {kind && <span class="badge">{kind}</span>}
    </>
  );
}

// ---- what was given -------------------------------------------------------------------------------------------

function CertificateNote({ certificate }: { certificate: Certificate }) {
  return (
    <div class="certificate" role="status" data-certificate={certificate.grant}>
      <p>
        <Icon name="check" size={18} />
        <strong>{t("desk.taken_back")}</strong>
      </p>
      <p>{t("desk.certificate", { seq: String(certificate.effective_seq) })}</p>
      <dl class="facts">
        <dt>{t("desk.effective_seq")}</dt>
        <dd data-effective>{certificate.effective_seq}</dd>
        <dt>{t("desk.delivered_last")}</dt>
        <dd>{certificate.delivered_last_seq || "—"}</dd>
        <dt>{t("desk.streams_closed")}</dt>
        <dd>{certificate.streams_closed}</dd>
        <dt>{t("desk.commands_cancelled")}</dt>
        <dd>{certificate.commands_cancelled}</dd>
        {certificate.erase_by && <dt>{t("erase.by")}</dt>}
        {certificate.erase_by && <dd data-erase-by>{format_exact(to_ms(certificate.erase_by))}</dd>}
      </dl>
      <button type="button" data-save-certificate onClick={() => save_file(new Blob([certificate.certificate], { type: "text/plain" }), `foxtail-grant-${certificate.grant}.certificate`)}>
        {t("desk.save_certificate")}
      </button>
    </div>
  );
}

interface CardProps {
  grant: Grant;
  certificate: Certificate | undefined;
  take_back: () => void;
  narrowed: () => void;
}

function GrantCard({ grant, certificate, take_back, narrowed }: CardProps) {
  const reached = grant.reaches.length > 0 ? grant.reaches : grant.addresses;
  const precision = precision_words(grant.terms.obligations);
  const when = terms_words(grant.terms);
  const erase = erase_words(grant.terms.obligations);
  const agent = grant.subject.startsWith("agent:") && !grant.terms.forbid;
  return (
    <li class={"panel grant" + (grant.terms.forbid ? " is-forbid" : "")} data-grant={grant.id}>
      <div class="rule-head">
        <h3>
          <Who subject={grant.subject} />
        </h3>
        {!certificate && (
          <button type="button" data-take-back={grant.id} onClick={take_back}>
            {t(grant.terms.forbid ? "desk.allow_again" : "desk.take_back")}
          </button>
        )}
      </div>
      <dl class="rule-what">
        <dt>{t(grant.terms.forbid ? "desk.may_not" : "desk.may")}</dt>
        <dd>{verb_words(grant.verbs)}</dd>
        <dt>{t("give.what")}</dt>
        <dd>{what_words(reached, Math.max(reached.length, grant.reaches_in_all))}</dd>
        {!grant.terms.forbid && <dt>{t("give.how")}</dt>}
        {!grant.terms.forbid && <dd>{precision || t("precision.exact")}</dd>}
        {when && <dt>{t("give.when")}</dt>}
        {when && <dd>{when}</dd>}
        <dt>{t("desk.until")}</dt>
        <dd>{grant.until ? format_exact(to_ms(grant.until)) : t("span.never")}</dd>
        {erase && <dt>{t("erase.erase")}</dt>}
        {erase && <dd>{erase}</dd>}
        {grant.purpose && <dt>{t("give.purpose")}</dt>}
        {grant.purpose && <dd>{grant.purpose}</dd>}
        {agent && <dt>{t("desk.acts_for")}</dt>}
        {!agent && !grant.given_by_me && <dt>{t("desk.given_by")}</dt>}
        {(agent || !grant.given_by_me) && <dd>{whom(grant.grantor).name}</dd>}
      </dl>
      {certificate && <CertificateNote certificate={certificate} />}
      {!certificate && grant.given_by_me && !grant.terms.forbid && <Narrow grant={grant} done={narrowed} />}
    </li>
  );
}

type Ended = ReadonlyMap<number, { grant: Grant; certificate: Certificate }>;

/** What the configuration gave one of the household's own programs, on one card. */
function ConfiguredCard({ grants, ended, take_back }: { grants: Grant[]; ended: Ended; take_back: (grant: Grant) => void }) {
  const { subject } = grants[0]!;
  const reached = grants.reduce((sum, one) => sum + Math.max(one.reaches.length, one.reaches_in_all), 0);
  return (
    <li>
      <details class="panel onlooker" data-configured={subject}>
        <summary>
          <span>
            <Who subject={subject} />
          </span>
          <span class="soft">{tn("desk.sees", reached)}</span>
          <Icon name="more" />
        </summary>
        <ul class="sees">
          {grants.map((one) => (
            <li key={one.id}>
              <span>{what_words(one.reaches.length > 0 ? one.reaches : one.addresses, Math.max(one.reaches.length, one.reaches_in_all))}</span>
              <span class="soft">
                {verb_words(one.verbs)} · {one.purpose}
              </span>
              {ended.has(one.id) ? (
                <CertificateNote certificate={ended.get(one.id)!.certificate} />
              ) : (
                <button type="button" data-take-back={one.id} onClick={() => take_back(one)}>
                  {t("desk.take_back")}
                </button>
              )}
            </li>
          ))}
        </ul>
      </details>
    </li>
  );
}

// ---- what has ended and is to be erased ----------------------------------------------------------------------

function ErasureLine({ erasure }: { erasure: Erasure }) {
  const { state, done, erase_by } = erasure;
  const day = format_exact(to_ms(state === "done" && done ? done : erase_by));
  return (
    <li class="run-line look" data-erasure={erasure.grant} data-state={state}>
      <Icon name={state === "done" ? "check" : state === "overdue" ? "alert" : "clock"} size={18} />
      <span class="look-words">
        <strong>{whom(erasure.subject).name}</strong> {t(("erase." + state) as Key, { day })}
        <span class="soft"> · {what_words(erasure.addresses, erasure.addresses.length)}</span>
        {erasure.purpose && <span class="soft"> · {erasure.purpose}</span>}
      </span>
    </li>
  );
}

/** The newest first, those that are late before them. */
function Erasures({ erasures }: { erasures: Erasure[] }) {
  const late = (one: Erasure): number => (one.state === "overdue" ? 0 : 1);
  const sorted = [...erasures].sort((a, b) => late(a) - late(b) || b.grant - a.grant);
  return (
    <section class="panel" aria-labelledby="erasures">
      <h2 id="erasures">{t("erase.title")}</h2>
      <p class="soft">{t("erase.note")}</p>
      <ol>
        {sorted.map((one) => (
          <ErasureLine key={one.grant} erasure={one} />
        ))}
      </ol>
    </section>
  );
}

// ---- who really sees it ---------------------------------------------------------------------------------------

function OnlookerCard({ onlooker }: { onlooker: Onlooker }) {
  return (
    <li>
      <details class="panel onlooker" data-onlooker={onlooker.subject}>
        <summary>
          <span>
            <Who subject={onlooker.subject} />
          </span>
          <span class="soft">{tn("desk.sees", onlooker.sees.length + onlooker.more)}</span>
          <Icon name="more" />
        </summary>
        <ul class="sees">
          {onlooker.sees.map((one) => (
            <li key={one.address + one.verbs.join()}>
              <span>{subject_name(one.address, names())}</span>
              <span class="soft">
                {verb_words(one.verbs)} · {precision_words(one.limits.obligations) || t("precision.exact")} · {t(("because." + one.because) as Key)}
              </span>
            </li>
          ))}
          {onlooker.more > 0 && <li class="soft">{t("desk.and_more", { n: onlooker.more })}</li>}
        </ul>
      </details>
    </li>
  );
}

// ---- who looked -----------------------------------------------------------------------------------------------

function LookLine({ look }: { look: Look }) {
  const time = to_ms(look.until);
  return (
    <li class="run-line look" data-look={look.subject}>
      <time dateTime={look.until} title={format_exact(time)}>
        {format_clock(time)}
      </time>
      <span class="look-words">
        <strong>{whom(look.subject).name}</strong> {tn("look." + look.how, look.count)}
        <span class="soft"> · {what_words(look.addresses, look.addresses.length)}</span>
        {look.purpose && <span class="soft"> · {look.purpose}</span>}
      </span>
    </li>
  );
}

function Looks({ desk, older }: { desk: Desk; older: () => void }) {
  const days = new Map<string, Look[]>();
  for (const look of desk.looks) {
    const day = format_day(to_ms(look.until));
    days.set(day, [...(days.get(day) ?? []), look]);
  }
  return (
    <section class="panel" aria-labelledby="looks">
      <h2 id="looks">{t("desk.looks")}</h2>
      {desk.looks.length === 0 && <p class="soft">{t("desk.no_looks")}</p>}
      {[...days].map(([day, looks]) => (
        <section key={day} aria-label={day}>
          <h3 class="day">{day}</h3>
          <ol>
            {looks.map((look, index) => (
              <LookLine key={`${look.seq}-${look.subject}-${look.grant}-${look.how}-${index}`} look={look} />
            ))}
          </ol>
        </section>
      ))}
      {desk.looks_before !== null && (
        <button type="button" onClick={older}>
          {t("journal.older")}
        </button>
      )}
    </section>
  );
}

// ---- the switch -----------------------------------------------------------------------------------------------

function Privacy({ desk, changed }: { desk: Desk; changed: () => Promise<void> }) {
  const [busy, set_busy] = useState(false);
  const [failed, set_failed] = useState("");
  const closed = desk.closed !== null;
  const turn = async (): Promise<void> => {
    set_busy(true);
    set_failed("");
    try {
      await api.set_privacy(!closed);
      await changed();
      announce(t(closed ? "desk.opened" : "desk.closed"));
    } catch (error) {
      set_failed(words_of(error));
    } finally {
      set_busy(false);
    }
  };
  return (
    <section class={"panel privacy" + (closed ? " is-closed" : "")} aria-labelledby="privacy">
      <div>
        <h2 id="privacy">{t("desk.nobody")}</h2>
        <p class="soft">{t(closed ? "desk.nobody_now" : "desk.nobody_note")}</p>
        {closed && desk.closed?.since && <p class="soft">{t("home.since", { time: format_exact(to_ms(desk.closed.since)) })}</p>}
        {failed && <p class="failure">{failed}</p>}
      </div>
      <button type="button" class="switch" role="switch" aria-checked={closed} aria-labelledby="privacy" data-privacy disabled={busy} onClick={() => void turn()}>
        <span class="switch-track">
          <span class="switch-knob" />
        </span>
      </button>
    </section>
  );
}

// ---- taking along ---------------------------------------------------------------------------------------------

function Export({ desk }: { desk: Desk }) {
  const [busy, set_busy] = useState("");
  const [failed, set_failed] = useState("");
  const save = async (format: "jsonl" | "csv"): Promise<void> => {
    set_failed("");
    try {
      const file = await api.take_along(format, (bytes) => set_busy(t("desk.so_far", { kb: Math.round(bytes / 1000) })));
      save_file(file, `foxtail-export.${format}`);
    } catch (error) {
      set_failed(words_of(error));
    } finally {
      set_busy("");
    }
  };
  return (
    <section class="panel" aria-labelledby="export">
      <h2 id="export">{t("desk.export")}</h2>
      <p class="soft">{t("desk.export_note")}</p>
      <div class="desk-buttons">
        <button type="button" data-export="jsonl" disabled={busy !== ""} onClick={() => void save("jsonl")}>
          {t("desk.export_jsonl")}
        </button>
        <button type="button" data-export="csv" disabled={busy !== ""} onClick={() => void save("csv")}>
          {t("desk.export_csv")}
        </button>
        {busy && <span class="soft">{busy}</span>}
      </div>
      {failed && <p class="failure">{failed}</p>}
      {desk.things.length > 0 && (
        <details class="sheets">
          <summary>{t("desk.sheets")}</summary>
          <ul>
            {desk.things.map((one) => (
              <li key={one.id}>
                <a href={`/things/${encodeURIComponent(one.id)}/data-sheet`} target="_blank" rel="noopener">
                  {store.things.value.get(one.id)?.title ?? one.id}
                </a>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

// ---- forgetting -----------------------------------------------------------------------------------------------

function Forget({ desk, changed }: { desk: Desk; changed: () => Promise<void> }) {
  const [thing, set_thing] = useState("");
  const [sure, set_sure] = useState(false);
  const [said, set_said] = useState("");
  const [failed, set_failed] = useState("");
  const mine = desk.things.filter((one) => one.stake !== "household");
  if (mine.length === 0) return null;
  const title = (id: string): string => store.things.value.get(id)?.title ?? id;
  const forget = async (): Promise<void> => {
    set_failed("");
    try {
      const done = await api.forget(thing === "*" ? mine.map((one) => `${one.id}/*`) : [`${thing}/*`]);
      const left = done.shared.length > 0 ? " " + tn("desk.forget_shared", done.shared.length) : "";
      set_said(tn("desk.forgotten", done.properties) + left);
      announce(tn("desk.forgotten", done.properties));
      set_sure(false);
      await changed();
    } catch (error) {
      set_failed(words_of(error));
    }
  };
  return (
    <section class="panel forget" aria-labelledby="forget">
      <h2 id="forget">{t("desk.forget")}</h2>
      <p class="soft">{t("desk.forget_note")}</p>
      <div class="desk-buttons">
        <select aria-labelledby="forget" data-forget-what value={thing} onChange={(event) => set_thing(event.currentTarget.value)}>
          <option value="">{t("desk.forget_choose")}</option>
          {mine.map((one) => (
            <option key={one.id} value={one.id}>
              {title(one.id)}
            </option>
          ))}
          <option value="*">{t("desk.forget_all")}</option>
        </select>
        <label>
          <input type="checkbox" data-forget-sure checked={sure} onChange={(event) => set_sure(event.currentTarget.checked)} /> {t("desk.forget_sure")}
        </label>
        <button type="button" class="danger" data-forget disabled={!sure || thing === ""} onClick={() => void forget()}>
          {t("desk.forget_do")}
        </button>
      </div>
      {said && (
        <p role="status" data-forgotten>
          {said}
        </p>
      )}
      {desk.forgetting && <p class="soft">{t("desk.forgetting")}</p>}
      {failed && <p class="failure">{failed}</p>}
    </section>
  );
}

// ---- the page -------------------------------------------------------------------------------------------------

/** "give/rule:welcome/ben/place": to give something that was asked for elsewhere. */
function asked_for(argument: string): Asked | null {
  const found = /^give\/([^/]+)\/(.+\/.+)$/.exec(argument);
  return found && { subject: found[1]!, address: found[2]! };
}

export function DeskPage({ argument }: { argument: string }) {
  const [desk, set_desk] = useState<Desk | null>(null);
  const [failed, set_failed] = useState("");
  const [giving, set_giving] = useState(false);
  const [ended, set_ended] = useState<Ended>(new Map());
  const load = async (): Promise<void> => {
    try {
      set_desk(await api.desk());
      set_failed("");
    } catch (error) {
      set_failed(words_of(error));
    }
  };
  useEffect(() => void load(), [stream.link.value.state]);
  const take_back = async (grant: Grant): Promise<void> => {
    try {
      const certificate = await api.take_back(grant.id);
      set_ended(new Map([...ended, [grant.id, { grant, certificate }]]));
      announce(t("desk.taken_back"));
      await load();
    } catch (error) {
      set_failed(words_of(error));
    }
  };
  const narrowed = (): void => {
    announce(t("desk.narrowed"));
    void load();
  };
  const older = async (): Promise<void> => {
    if (!desk || desk.looks_before === null) return;
    const more = await api.older_looks(desk.looks_before);
    set_desk({ ...desk, looks: [...desk.looks, ...more.looks], looks_before: more.looks_before });
  };
  const asked = asked_for(argument);
  const close = (): void => {
    set_giving(false);
    if (asked) location.hash = "#/rules";
  };
  const gone = [...ended.values()].map((one) => one.grant).filter((one) => !desk?.grants.some((still) => still.id === one.id));
  const over = (one: Grant): boolean => one.until !== null && to_ms(one.until) <= now.value;
  const grants = [...(desk?.grants ?? []).filter((one) => !over(one)), ...gone].sort((a, b) => b.id - a.id);
  const given = grants.filter((one) => one.grantor !== "hub");
  const configured = new Map<string, Grant[]>();
  for (const one of grants) if (one.grantor === "hub") configured.set(one.subject, [...(configured.get(one.subject) ?? []), one]);
  return (
    <div>
      <header class="page-head">
        <div>
          <h1 tabIndex={-1}>{t("desk.title")}</h1>
          <p class="soft">{t("desk.intro")}</p>
        </div>
        {desk && (
          <button type="button" class="primary" data-open-give onClick={() => set_giving(true)}>
            {t("desk.give")}
          </button>
        )}
      </header>
      {failed && <p class="failure">{failed}</p>}
      {!desk && !failed && <p class="soft">{t("chart.loading")}</p>}
      {desk && (
        <>
          <Privacy desk={desk} changed={load} />
          <section aria-labelledby="given">
            <h2 id="given">{t("desk.given")}</h2>
            {given.length === 0 && <p class="empty">{t("desk.nothing_given")}</p>}
            <ul class="rules">
              {given.map((grant) => (
                <GrantCard key={grant.id} grant={grant} certificate={ended.get(grant.id)?.certificate} take_back={() => void take_back(grant)} narrowed={narrowed} />
              ))}
            </ul>
          </section>
          {desk.erasures.length > 0 && <Erasures erasures={desk.erasures} />}
          {configured.size > 0 && (
            <section aria-labelledby="configured">
              <h2 id="configured">{t("desk.configured")}</h2>
              <p class="soft desk-note">{t("desk.configured_note")}</p>
              <ul class="rules">
                {[...configured].map(([subject, theirs]) => (
                  <ConfiguredCard key={subject} grants={theirs} ended={ended} take_back={(grant) => void take_back(grant)} />
                ))}
              </ul>
            </section>
          )}
          <section aria-labelledby="onlookers">
            <h2 id="onlookers">{t("desk.onlookers")}</h2>
            <p class="soft desk-note">{t("desk.onlookers_note")}</p>
            {desk.onlookers.length === 0 && <p class="empty">{t("desk.no_onlookers")}</p>}
            <ul class="rules">
              {desk.onlookers.map((one) => (
                <OnlookerCard key={one.subject} onlooker={one} />
              ))}
            </ul>
          </section>
          <div class="columns">
            <Looks desk={desk} older={() => void older()} />
            <div>
              <Export desk={desk} />
              <Forget desk={desk} changed={load} />
            </div>
          </div>
          <GiveDialog desk={desk} asked={asked} open={giving || asked !== null} close={close} given={() => void load()} />
        </>
      )}
    </div>
  );
}
