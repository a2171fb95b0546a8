// What the hub tells, in the reader's language. Of why a plan changed and what of it is guessed it tells codes with values. Of
// goals, of what was mended and of charging points it tells English sentences: there the sentence is the code, the words "told.…"
// are the hub's own, with places for what changes, and what is none of them is shown as it came, but for its times. Pure.

import { enum_word, format_number, format_time, humanise } from "./format";
import { day_names, every_day, goals_of, type CarGoal } from "./goals";
import { has_key, language, t, type Key } from "./messages";
import type { Json } from "./model";
import type { Reason } from "./plan";
import { kilowatts } from "./plan_sentences";
import { en } from "./words/en";

/** "Mon–Fri, Sun". */
function days_words(days: number): string {
  const parts: string[] = [];
  const name = (day: number): string => t(("day." + day_names[day]!) as Key);
  for (let day = 0; day < 7; day += 1) {
    if (!(days & (1 << day))) continue;
    const first = day;
    while (days & (1 << (day + 1)) & every_day) day += 1;
    parts.push(day > first ? `${name(first)}${day > first + 1 ? "–" : ", "}${name(day)}` : name(first));
  }
  return parts.join(", ");
}

/** A goal in the reader's words. */
export function goal_words(goal: CarGoal, now: number): string {
  const amount = format_number(goal.amount, { type: "number", unit: goal.unit === "kWh" ? "kW.h" : goal.unit });
  if (goal.at !== null) return t("plan.goal_once", { amount, time: format_time(goal.at, now) });
  return t("plan.goal_weekly", { amount, time: goal.clock, days: goal.days === every_day ? t("plan.daily") : days_words(goal.days) });
}

const iso = /\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z/g;
const number = /^(-?\d+(?:\.\d+)?)( ?(?:[^\s\d:-]\S*)?)$/;

/** Goals, moments, numbers and common words; anything else as it is. */
function value_words(said: string, now: number): string {
  const goals = goals_of(said);
  if (goals.goals.length > 0 && goals.other.length === 0) return goals.goals.map((goal) => goal_words(goal, now)).join("; ");
  const found = number.exec(said);
  if (found) return Number(found[1]).toLocaleString(language().tag) + found[2];
  if (has_key("value." + said)) return enum_word(said);
  return said.replace(iso, (moment) => format_time(Date.parse(moment), now));
}

const place = /\{(\w+)\}/g;
// The more of a form is fixed, the sooner it is tried.
const fixed = (key: Key): number => en[key].replace(place, "").length;
const forms = (Object.keys(en) as Key[])
  .filter((key) => key.startsWith("told."))
  .sort((a, b) => fixed(b) - fixed(a))
  .map((key) => ({ key, form: new RegExp(`^${en[key].replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(place, "(?<$1>[^;]+?)")}$`) }));

/** One or more of the hub's sentences, joined as they came. `title` names a device. */
export function told_words(said: string, now: number, title: (device: string) => string): string {
  const form_of = (sentence: string): string | null => {
    for (const { key, form } of forms) {
      const found = form.exec(sentence);
      if (!found) continue;
      const vars: Record<string, string> = {};
      for (const [name, value] of Object.entries(found.groups ?? {})) {
        if (name === "device") vars[name] = title(value);
        else if (name === "who") vars[name] = value === "somebody" ? t("plan.somebody") : humanise(value);
        else if (name === "setting") vars[name] = has_key("setting." + value) ? t(("setting." + value) as Key) : humanise(value);
        else if (name === "what") vars[name] = one(value);
        else vars[name] = value_words(value, now);
      }
      return t(key, vars);
    }
    return null;
  };
  const one = (sentence: string): string => form_of(sentence) ?? value_words(sentence, now);
  return form_of(said) ?? said.split("; ").map(one).join("; ");
}

/** A setting as somebody would have it: "80% by 08:00, every day", "least: 20". */
export function wished_words(setting: string, value: Json, now: number): string {
  const said = value_words(String(value), now);
  if (setting === "mode" || setting === "goals") return said;
  return `${has_key("setting." + setting) ? t(("setting." + setting) as Key) : humanise(setting)}: ${said}`;
}

const moments = new Set(["from", "until", "since"]);

function reason_value(name: string, said: string | number, reason: Reason, now: number, title: (device: string) => string): string {
  if (typeof said === "number") {
    if (name === "kw" || name === "told") return kilowatts(said);
    return name === "by" ? `${said.toLocaleString(language().tag)} ${reason.values.unit ?? ""}` : format_number(said, { type: "number", unit: "%" });
  }
  if (name === "device") return title(said);
  if (moments.has(name)) return format_time(Date.parse(said), now);
  if (name === "who") return said === "somebody" ? t("plan.somebody") : humanise(said);
  if (name === "setting") return has_key("setting." + said) ? t(("setting." + said) as Key) : humanise(said);
  return told_words(said, now, title);
}

/** One reason by its code; null for a code that this page does not know. */
export function reason_words(reason: Reason, now: number, title: (device: string) => string): string | null {
  const vars: Record<string, string> = {};
  for (const [name, said] of Object.entries(reason.values)) vars[name] = reason_value(name, said, reason, now, title);
  const taken_back = reason.code === "WISH_SET" && vars.value === undefined;
  const key = "reason." + (taken_back ? "wish_taken_back" : reason.code.toLowerCase());
  if (!has_key(key)) return null;
  const stands = vars.holder !== undefined ? t("reason.wish_lost", vars) : vars.loser !== undefined ? t("reason.wish_won", vars) : "";
  return t(key, vars) + stands;
}

/** Why the plan changed; by the hub's own sentence where it knows a reason that this page does not. */
export function changed_words(changed: readonly Reason[], because: string, now: number, title: (device: string) => string): string {
  const words = changed.map((one) => reason_words(one, now, title));
  return words.length === 0 || words.includes(null) ? because : words.join("; ");
}
