// What the hub tells of its plan in English sentences, in the reader's language. The sentence is the code: the words
// "told.…" are the hub's own, with places for what changes. What is none of them is shown as it came, but for its times. Pure.

import { enum_word, format_number, format_time, humanise } from "./format";
import { day_names, every_day, goals_of, type CarGoal } from "./goals";
import { has_key, language, t, type Key } from "./messages";
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
