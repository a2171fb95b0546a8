// A record of the journal as a sentence for people. Pure. Bodies are read leniently: a record this page does not know
// still gets a line, from the hub's own sentence if it sent one.

import { as_title, format_any, format_duration, format_time, format_value, humanise, title_of } from "./format";
import { t, tn } from "./messages";
import type { Entry, Json, Rule, Thing } from "./model";
import { split_address, to_ms } from "./model";

export interface Names {
  things: ReadonlyMap<string, Thing>;
  rules: readonly Rule[];
}

type Body = { [key: string]: Json };

function text(body: Body, ...keys: string[]): string {
  for (const key of keys) {
    const value = body[key];
    if (typeof value === "string" && value !== "") return value;
    if (typeof value === "number") return String(value);
  }
  return "";
}

export function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

export function rule_title(id: string, names: Names): string {
  return names.rules.find((one) => one.id === id)?.title || humanise(id);
}

/** "mqtt" → "MQTT". */
export function connector_name(name: string): string {
  return name.length <= 4 ? name.toUpperCase() : humanise(name);
}

/** "owner:anna" → "Anna", "rule:evening" → "rule “Evening”". */
export function actor_name(actor: string, names: Names): string {
  const at = actor.indexOf(":");
  const kind = at < 0 ? actor : actor.slice(0, at);
  const name = at < 0 ? "" : actor.slice(at + 1);
  if (kind === "hub" || kind === "system" || actor === "") return t("actor.hub");
  if (kind === "rule") return t("actor.rule", { name: rule_title(name, names) });
  if (kind === "token") return t("actor.token", { name });
  if (kind === "connector") return t("actor.connector", { name: connector_name(name) });
  if (kind === "device") return names.things.get(name)?.title ?? humanise(name);
  return name ? capital(name) : humanise(kind);
}

/** Properties that are what the thing is about: it goes by its own title. */
const main_names = /^(on|state|open|locked|place|position|occupancy|contact)$/;

/** A title as people say it: "hall/ceiling-lamp" is "Hall ceiling lamp". */
function spoken(title: string): string {
  return as_title(/^[a-z0-9_/-]+$/.test(title) ? title.replace(/\//g, " ") : title);
}

/** "ben/place" → "Ben · Place": nothing left out. */
export function full_name(address: string, names: Names): string {
  const { thing: id, name } = split_address(address);
  const thing = names.things.get(id);
  return `${spoken(thing?.title ?? id)} · ${thing?.events?.[name]?.title ?? title_of(name, thing?.properties[name])}`;
}

/** "hall-lamp/on" → "Hall lamp"; "hall-lamp/brightness" → "Hall lamp · Brightness". */
export function subject_name(address: string | undefined, names: Names): string {
  if (!address) return "";
  const { thing: id, name } = split_address(address);
  const thing = names.things.get(id);
  const thing_title = spoken(thing?.title ?? id);
  if (!name || (thing?.properties[name] && main_names.test(name))) return thing_title;
  const title = thing?.actions?.[name]?.title ?? thing?.events?.[name]?.title ?? title_of(name, thing?.properties[name]);
  if (title.toLowerCase().startsWith(thing_title.toLowerCase())) return title;
  return `${thing_title} · ${title}`;
}

function value_text(entry: Entry, names: Names): string {
  const { thing: id, name } = split_address(entry.address ?? "");
  return format_value(entry.body.value, name, names.things.get(id)?.properties[name]);
}

function with_detail(sentence: string, detail: string): string {
  return detail ? `${sentence}: ${detail}` : sentence;
}

/** What was wished, or what a person said yes to. */
function command_sentence(entry: Entry, names: Names): string {
  const confirmed = entry.kind === "wish_confirmed";
  const waits = entry.body.confirm_within_s === undefined ? "" : " " + t("say.waits");
  const actor = actor_name(entry.actor, names);
  const action = text(entry.body, "action");
  if (action) {
    const { thing: id } = split_address(entry.address ?? "");
    const title = names.things.get(id)?.actions?.[action]?.title ?? humanise(action);
    return t(confirmed ? "say.action_confirmed" : "say.action", { actor, subject: subject_name(id, names), action: title }) + waits;
  }
  return t(confirmed ? "say.command_confirmed" : "say.command", { actor, subject: subject_name(entry.address, names), value: value_text(entry, names) }) + waits;
}

function ended_sentence(entry: Entry, subject: string): string | null {
  const outcome = text(entry.body, "outcome", "status");
  const detail = text(entry.body, "detail", "reason");
  const who = subject || text(entry.body, "address") || "…";
  if (outcome === "confirmed") return t("say.confirmed", { subject: who });
  if (outcome === "refused") return with_detail(t("say.refused", { subject: who }), detail);
  if (outcome === "failed") return with_detail(t("say.failed", { subject: who }), detail);
  if (outcome === "timed_out") return with_detail(t("say.timed_out", { subject: who }), detail);
  return null;
}

function event_sentence(entry: Entry, names: Names, subject: string): string {
  const { thing: id, name } = split_address(entry.address ?? "");
  const event_name = text(entry.body, "event") || name;
  const thing = names.things.get(id);
  const event = thing?.events?.[event_name]?.title ?? humanise(event_name);
  const detail = entry.body.detail ?? entry.body.value ?? entry.body.data ?? entry.body.kind ?? null;
  const who = id ? spoken(thing?.title ?? id) : subject;
  if (detail === null || detail === "") return t("say.event", { subject: who, event });
  const words = typeof detail === "string" ? humanise(detail) : format_any(detail);
  return t("say.event_detail", { subject: who, event, detail: words });
}

function rule_sentence(entry: Entry, names: Names): string {
  const rule = rule_title(text(entry.body, "rule", "id") || entry.actor.replace(/^rule:/, ""), names);
  const outcome = text(entry.body, "outcome");
  const detail = text(entry.body, "detail");
  if (outcome === "failed") return with_detail(t("say.rule_failed", { rule }), detail);
  if (outcome === "condition_false") return t("say.rule_condition", { rule });
  return with_detail(t("say.rule_ran", { rule }), detail);
}

function clock_sentence(entry: Entry): string {
  const by = entry.body.by_s ?? entry.body.by ?? entry.body.by_ms;
  const seconds = typeof by === "number" ? (entry.body.by_ms === by ? by / 1000 : by) : NaN;
  const sign = seconds < 0 ? "−" : "+";
  const words = Number.isFinite(seconds) ? sign + format_duration(Math.abs(seconds)) : format_any(by ?? null);
  return t("say.clock_jump", { by: words });
}

function dropped_sentence(entry: Entry): string {
  const count = Number(entry.body.count ?? 1);
  return tn("say.dropped", count, { where: text(entry.body, "where") });
}

function config_sentence(entry: Entry): string {
  const what = humanise(text(entry.body, "what") || "configuration");
  const summary = text(entry.body, "summary");
  return summary ? t("say.config", { what, summary }) : t("say.config_plain", { what });
}

function grant_sentence(entry: Entry, names: Names): string {
  const addresses = entry.body.addresses;
  const list = Array.isArray(addresses) ? addresses.join(", ") : "";
  const subject = actor_name(text(entry.body, "subject_name", "subject", "name"), names);
  return t("say.grant", { actor: actor_name(entry.actor, names), subject, addresses: list || "…" });
}

function known_sentence(entry: Entry, names: Names): string | null {
  const subject = subject_name(entry.address, names) || text(entry.body, "title", "thing");
  const actor = actor_name(entry.actor, names);
  const reason = text(entry.body, "reason", "detail");
  switch (entry.kind) {
    case "reading":
      return t("say.reading", { subject, value: value_text(entry, names) });
    case "reading_refused":
      return t("say.reading_refused", { subject, said: text(entry.body, "said", "sample"), reason });
    case "thing_told":
      return t("say.thing_told", { subject, actor });
    case "thing_gone":
      return t("say.thing_gone", { subject });
    case "event":
      return event_sentence(entry, names, subject);
    case "command":
    case "wish_confirmed":
      return command_sentence(entry, names);
    case "command_sent":
      return t("say.command_sent", { subject: subject || "…" });
    case "command_ended":
      return ended_sentence(entry, subject);
    case "command_denied":
      if (!subject && !text(entry.body, "address")) return `${actor}: ${reason}`; // many of them
      return with_detail(t("say.command_denied", { actor, subject: subject || text(entry.body, "address") }), reason);
    case "rule_ran":
      return rule_sentence(entry, names);
    case "rule_waits": {
      const rule = rule_title(text(entry.body, "rule", "id") || entry.actor.replace(/^rule:/, ""), names);
      return t("say.rule_waits", { rule, time: format_time(to_ms(entry.body.until), entry.time) });
    }
    case "notice":
      return t("say.notice", { text: text(entry.body, "text", "message") });
    case "subject":
      return t("say.subject", { name: capital(actor_name(text(entry.body, "name", "subject"), names)) });
    case "grant":
      return grant_sentence(entry, names);
    case "grant_ended":
      return with_detail(t("say.grant_ended"), reason);
    case "erasure":
      return t(entry.body.done === true ? "say.erased" : "say.not_erased", { subject: actor_name(text(entry.body, "subject"), names) });
    case "started":
      return t("say.started", { version: text(entry.body, "version") });
    case "stopped":
      return t("say.stopped");
    case "clock_jump":
      return clock_sentence(entry);
    case "dropped":
      return dropped_sentence(entry);
    case "input_refused":
      return t("say.input_refused", { source: text(entry.body, "topic", "source") || actor, reason });
    case "config":
      return config_sentence(entry);
    default:
      return null;
  }
}

export function sentence_of(entry: Entry, names: Names): string {
  const known = known_sentence(entry, names);
  // The hub knows more than a record's body alone; prefer its words where this page has only a general line.
  if (known === null || known.includes("…")) {
    if (entry.sentence) return entry.sentence;
  }
  if (known !== null) return capital(known.replace(/\s+([:.])/g, "$1").trim());
  const subject = subject_name(entry.address, names) || actor_name(entry.actor, names);
  return t("say.other", { kind: humanise(entry.kind), subject });
}

/** Kinds of record as a person groups them; the first of a group is what older pages are asked for. */
export const kind_groups: Record<string, string[]> = {
  event: ["event"],
  command: ["command", "command_sent", "command_ended", "command_denied", "wish_confirmed"],
  rule: ["rule_ran", "rule_waits"],
  notice: ["notice"],
  reading: ["reading"],
  thing: ["thing_told", "thing_gone"],
  access: ["subject", "grant", "grant_ended", "erasure"],
  trouble: ["reading_refused", "input_refused", "dropped", "clock_jump"],
  system: ["started", "stopped", "config"],
};

export function group_of(kind: string): string {
  for (const [group, kinds] of Object.entries(kind_groups)) {
    if (kinds.includes(kind)) return group;
  }
  return "system";
}

