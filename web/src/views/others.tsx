// Rules, problems, why, and the system itself.

import { useEffect, useState } from "preact/hooks";
import { api, words_of } from "../api";
import { leave, names, now, role_words, store, stream, why_seq } from "../app";
import { is_given, unseen_by, type Desk } from "../desk";
import { format_any, format_bytes, format_duration, format_exact, format_number, format_time, humanise } from "../format";
import { has_key, t, tn } from "../messages";
import { split_address, to_ms, type Json, type Problem, type Rule, type RuleRun } from "../model";
import { WhyChain } from "../parts/entry";
import { Icon } from "../parts/icon";
import { actor_name, full_name } from "../sentences";
import { sighting } from "../sighting";

// ---- rules ------------------------------------------------------------------------------------------------

const runs_shown = 5;
const outcome_icons: Record<string, string> = { ran: "check", failed: "problems", condition_false: "cross" };

/** Addresses in a text as people know them. */
function named(text: string): string {
  const known = names();
  return text.replace(/[\w.-]+\/[\w.-]+/g, (address) => (known.things.has(split_address(address).thing) ? full_name(address, known) : address));
}

function Run({ run }: { run: RuleRun }) {
  const key = "outcome." + run.outcome;
  const time = to_ms(run.time);
  return (
    <li class={"run-line is-" + run.outcome}>
      <Icon name={outcome_icons[run.outcome] ?? "check"} size={16} />
      <time dateTime={new Date(time).toISOString()} title={format_exact(time)}>
        {format_time(time, now.value)}
      </time>
      <span class="run-words">
        {has_key(key) ? t(key) : humanise(run.outcome)}
        {run.detail ? `: ${named(run.detail)}` : ""}
      </span>
      <button type="button" class="why" onClick={() => (why_seq.value = run.seq)}>
        {t("thing.why")}
      </button>
    </li>
  );
}

/** Where whoever it is about can let a rule see something: their own desk. */
function give_link(rule: Rule, address: string): string {
  return `${location.origin}/#/desk/give/${encodeURIComponent(`rule:${rule.id}/${address}`)}`;
}

/** What a rule failed for, and the way to give it: only those it is about can. */
function Unseen({ rule, desk }: { rule: Rule; desk: Desk | null }) {
  const unseen = desk ? unseen_by(rule).filter((one) => !is_given(desk, rule, one)) : [];
  return (
    <>
      {unseen.map((one) => (
        <p key={one} class="rule-unseen" data-unseen={one}>
          <span>{t("rules.unseen", { what: full_name(one, names()) })}</span>
          {desk!.things.some((thing) => thing.id === split_address(one).thing) ? (
            <button type="button" class="primary" data-let-see={one} onClick={() => location.assign(give_link(rule, one))}>
              {t("rules.let_see")}
            </button>
          ) : (
            <span class="soft">
              {t("rules.not_yours")} <code data-link>{give_link(rule, one)}</code>
            </span>
          )}
        </p>
      ))}
    </>
  );
}

function RuleCard({ rule, desk }: { rule: Rule; desk: Desk | null }) {
  const runs = [...(rule.last_runs ?? [])].sort((a, b) => b.seq - a.seq).slice(0, runs_shown);
  const enabled = rule.enabled !== false;
  return (
    <li class={"panel rule" + (enabled ? "" : " is-disabled")} data-rule={rule.id}>
      <div class="rule-head">
        <h2>{rule.title || humanise(rule.id)}</h2>
        <span class={"badge" + (enabled ? " is-good" : "")}>
          <Icon name={enabled ? "check" : "cross"} size={14} />
          {t(enabled ? "rules.on" : "rules.off")}
        </span>
      </div>
      <dl class="rule-what">
        <dt>{t("rules.when")}</dt>
        <dd>{named(rule.trigger_text ?? "—")}</dd>
        {rule.condition_text && <dt>{t("rules.if")}</dt>}
        {rule.condition_text && <dd>{named(rule.condition_text)}</dd>}
        <dt>{t("rules.then")}</dt>
        <dd>{named(rule.action_text ?? "—")}</dd>
      </dl>
      <p class="soft rule-foot">
        {rule.runs ? tn("rules.runs", rule.runs) : t("rules.never")}
        {rule.source_file ? ` · ${rule.source_file.split("/").pop()}${rule.line ? ":" + String(rule.line) : ""}` : ""}
      </p>
      <Unseen rule={rule} desk={desk} />
      {runs.length > 0 && (
        <ol class="runs" aria-label={t("rules.last")}>
          {runs.map((run) => (
            <Run key={run.seq} run={run} />
          ))}
        </ol>
      )}
    </li>
  );
}

export function Rules() {
  useEffect(() => {
    api.rules().then(
      (rules) => (store.rules.value = rules),
      () => undefined, // what the stream told stays
    );
  }, []);
  const blind = store.rules.value.some((one) => unseen_by(one).length > 0);
  const [desk, set_desk] = useState<Desk | null>(null);
  useEffect(() => void (blind && api.desk().then(set_desk, () => undefined)), [blind]);
  const rules = [...store.rules.value].sort((a, b) => (a.title ?? a.id).localeCompare(b.title ?? b.id));
  return (
    <div>
      <header class="page-head">
        <h1 tabIndex={-1}>{t("rules.title")}</h1>
      </header>
      {rules.length === 0 && <p class="empty">{t("rules.none")}</p>}
      <ul class="rules">
        {rules.map((rule) => (
          <RuleCard key={rule.id} rule={rule} desk={desk} />
        ))}
      </ul>
    </div>
  );
}

// ---- problems ---------------------------------------------------------------------------------------------

function ProblemCard({ problem }: { problem: Problem }) {
  return (
    <li class="panel problem">
      <p class="problem-reason">
        <Icon name="problems" size={18} />
        <span>{problem.reason}</span>
        {problem.count > 1 && <span class="badge">{t("problems.times", { n: problem.count })}</span>}
      </p>
      <dl class="facts">
        <dt>{t("problems.source")}</dt>
        <dd>{problem.source || "—"}</dd>
        <dt>{t("problems.topic")}</dt>
        <dd>
          <code>{problem.topic || "—"}</code>
        </dd>
        <dt>{t("problems.sample")}</dt>
        <dd>
          <code class="sample">{problem.sample || "—"}</code>
        </dd>
      </dl>
      <time class="soft" dateTime={Number.isFinite(problem.time) ? new Date(problem.time).toISOString() : undefined}>
        {format_exact(problem.time)}
      </time>
    </li>
  );
}

export function Problems() {
  const [failed, set_failed] = useState("");
  useEffect(() => {
    api.problems().then(
      (found) => {
        store.problems.value = found.problems;
        store.problem_total.value = found.total;
      },
      (error) => set_failed(words_of(error)),
    );
  }, []);
  const problems = store.problems.value;
  return (
    <div>
      <header class="page-head">
        <div>
          <h1 tabIndex={-1}>{t("problems.title")}</h1>
          <p class="soft">{t("problems.intro")}</p>
        </div>
        {store.problem_total.value > 0 && <span class="badge">{tn("problems.total", store.problem_total.value)}</span>}
      </header>
      {failed && <p class="failure">{failed}</p>}
      {problems.length === 0 && !failed && <p class="empty">{t("problems.none")}</p>}
      <ul class="problems">
        {problems.map((problem) => (
          <ProblemCard key={`${problem.source}|${problem.topic}|${problem.reason}`} problem={problem} />
        ))}
      </ul>
    </div>
  );
}

// ---- why, by its own address --------------------------------------------------------------------------------

export function WhyPage({ seq }: { seq: number }) {
  return (
    <div>
      <header class="page-head">
        <h1 tabIndex={-1}>{t("why.title")}</h1>
      </header>
      <section class="panel" aria-label={t("why.title")}>
        <WhyChain seq={seq} />
      </section>
    </div>
  );
}

// ---- system -----------------------------------------------------------------------------------------------

type System = { [key: string]: unknown };

function number_of(value: unknown): string {
  return typeof value === "number" ? format_number(value, { type: "number" }) : "—";
}

function facts_of(system: System): [string, string][] {
  const seen = sighting.value;
  const store_figures = (system.store ?? {}) as { [key: string]: unknown };
  return [
    [t("system.version"), String(system.version ?? store.version.value)],
    [t("system.household"), String(system.household ?? store.household.value)],
    [t("system.uptime"), typeof system.uptime_s === "number" ? format_duration(system.uptime_s) : "—"],
    [t("system.seq"), number_of(system.seq)],
    [t("system.durable"), number_of(system.durable_seq)],
    [t("system.rate"), number_of(system.readings_per_s)],
    [t("system.bytes"), typeof store_figures.bytes === "number" ? format_bytes(store_figures.bytes) : "—"],
    [t("system.records"), number_of(store_figures.records)],
    [t("system.things"), number_of(system.things)],
    [t("system.pending"), number_of(system.pending)],
    [t("system.streams"), number_of(system.streams)],
    [t("system.witness"), seen ? t("system.witnessed", { n: seen.held.size, time: format_time(seen.at, now.value) }) : "—"],
  ];
}

/** Whatever a newer hub tells beyond what this page has words for. */
const told = new Set(["version", "household", "uptime_s", "seq", "durable_seq", "readings_per_s", "store", "dropped", "connections", "read_only", "reason", "boot", "pending", "streams", "things", "properties", "problems"]);

function Dropped({ dropped }: { dropped: { [key: string]: Json } }) {
  const counts = Object.entries(dropped).filter(([, count]) => count !== 0);
  return (
    <section class="panel" aria-labelledby="dropped">
      <h2 id="dropped">{t("system.dropped")}</h2>
      {counts.length === 0 ? (
        <p class="soft">{t("system.dropped_none")}</p>
      ) : (
        <dl class="facts">
          {counts.map(([where, count]) => (
            <>
              <dt>{humanise(where)}</dt>
              <dd>{format_any(count)}</dd>
            </>
          ))}
        </dl>
      )}
    </section>
  );
}

interface Connection {
  name?: string;
  user?: string;
  address?: string;
  since?: unknown;
}

function Connections({ connections }: { connections: Connection[] }) {
  return (
    <div class="panel">
      <h2 id="connections">
        {t("system.connections")} <span class="count">{connections.length}</span>
      </h2>
      {connections.length === 0 ? (
        <p class="soft">{t("system.no_connections")}</p>
      ) : (
        <div class="scroll" tabIndex={0} role="region" aria-labelledby="connections">
          <table>
            <thead>
              <tr>
                <th scope="col">{t("system.name")}</th>
                <th scope="col" class="wide">{t("system.user")}</th>
                <th scope="col">{t("system.address")}</th>
                <th scope="col">{t("system.since")}</th>
              </tr>
            </thead>
            <tbody>
              {connections.map((one, index) => (
                <tr key={index}>
                  <td>{one.name ?? "—"}</td>
                  <td class="wide">{one.user ? actor_name(one.user, names()) : "—"}</td>
                  <td>{one.address ?? "—"}</td>
                  <td>{format_time(to_ms(one.since), now.value)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </div>
  );
}

function Figures({ system }: { system: System }) {
  const more = Object.entries(system).filter(([key, value]) => !told.has(key) && (typeof value !== "object" || value === null));
  return (
    <section class="panel" aria-label={t("system.title")}>
      <dl class="facts">
        {facts_of(system).map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
        {more.map(([name, value]) => (
          <>
            <dt>{humanise(name)}</dt>
            <dd>{format_any(value as Json)}</dd>
          </>
        ))}
      </dl>
    </section>
  );
}

export function SystemPage() {
  const [system, set_system] = useState<System | null>(null);
  const [failed, set_failed] = useState("");
  const load = (): void => {
    api.system().then(set_system, (error) => set_failed(words_of(error)));
  };
  useEffect(load, [stream.link.value.state]);
  const read_only = store.health.value.status !== "ok";
  const me = store.me.value;
  return (
    <div>
      <header class="page-head">
        <h1 tabIndex={-1}>{t("system.title")}</h1>
        <button type="button" onClick={load}>
          {t("system.refresh")}
        </button>
      </header>
      <p class={"health " + (read_only ? "is-bad" : "is-good")}>
        <Icon name={read_only ? "problems" : "check"} />
        {read_only ? `${t("system.read_only")} ${store.health.value.reason ?? ""}` : t("system.healthy")}
      </p>
      {failed && <p class="failure">{t("system.failed", { detail: failed })}</p>}
      {system && (
        <div class="columns">
          <Figures system={system} />
          <Dropped dropped={(system.dropped ?? {}) as { [key: string]: Json }} />
        </div>
      )}
      {system && <Connections connections={(system.connections ?? []) as Connection[]} />}
      <section class="panel session" aria-label={t("system.sign_out")}>
        <span>{me ? `${t("nav.signed_in", { name: me.name })} (${role_words(me.role)})` : ""}</span>
        <button type="button" onClick={() => void leave()}>
          {t("system.sign_out")}
        </button>
      </section>
    </div>
  );
}
