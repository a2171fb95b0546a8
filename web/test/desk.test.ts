import assert from "node:assert/strict";
import { test } from "node:test";
import { critical, end_of, givable, is_given, no_limits, precision_words, precisions_of, terms_of, terms_words, toggle_day, unseen_by, usable, valid_name, verb_words, verbs_of, week, when_words, who, type Desk } from "../src/desk";
import type { Rule, Thing } from "../src/model";
import { set_language } from "../src/messages";

set_language(["en"]);
const km = { type: "number" as const, unit: "km" };

test("the most private precision is offered first, and it fits what the value says", () => {
  assert.deepEqual(precisions_of("trip", km)[0]!.obligations, { granularity: "30d", aggregate: "sum" });
  assert.deepEqual(precisions_of("odometer", km)[0]!.obligations, { granularity: "30d", aggregate: "increase" }, "a sum of readings of a counter says nothing");
  assert.deepEqual(precisions_of("Powertrain.Range", km)[0]!.obligations, { granularity: "30d", aggregate: "mean" });
  assert.deepEqual(precisions_of("place", { type: "string" })[0]!.obligations, { granularity: "15m", place: "home_or_away" });
  assert.deepEqual(precisions_of("latitude", { type: "number" })[0]!.obligations.place, "home_or_away");
  assert.equal(precisions_of("trip", km).at(-1)!.label, "Exactly");
});

test("limits are told in words, in both languages", () => {
  const limits = { granularity: "30d", aggregate: "sum" as const, precision: 5, delay: "1h" };
  assert.equal(precision_words(limits), "sum of each 30 days, rounded to 5, 1 hour later");
  assert.equal(precision_words({}), "");
  assert.equal(verb_words(["discover", "read", "observe", "history"]), "see it, see its past");
  assert.equal(when_words({ weekdays: ["mon"], from: "08:00", until: "20:00" }), "Mon, from 08:00 to 20:00");
  set_language(["de"]);
  assert.equal(precision_words({ granularity: "1d" }), "am Ende je Tag");
  assert.deepEqual(who("participant:insurer"), { name: "insurer", kind: "Organisation" });
  set_language(["en"]);
});

test("who may use something may set it and see how it is, and gets no past along with it", () => {
  assert.deepEqual(verbs_of("guest:oma", "see"), ["read", "history"]);
  assert.deepEqual(verbs_of("rule:evening", "see"), ["read"]);
  assert.deepEqual(verbs_of("guest:oma", "set"), ["read", "set"]);
  assert.deepEqual(verbs_of("guest:oma", "run"), ["run"]);
  assert.deepEqual(verbs_of("guest:oma", "all"), ["read", "set", "run"]);
});

test("limits that nobody chose do not stand in a grant, and those that stand are told", () => {
  assert.deepEqual(terms_of(no_limits, {}), {});
  assert.deepEqual(terms_of(no_limits, { granularity: "1d" }), { obligations: { granularity: "1d" } });
  const evenings = { ...no_limits, timed: true, from: "18:00", until: "22:00", days: week.slice(0, 5) };
  const chosen = terms_of({ ...evenings, at_home: true, ask: true }, {});
  const days = ["mon", "tue", "wed", "thu", "fri"];
  assert.deepEqual(chosen, { when: { weekdays: days, from: "18:00", until: "22:00", network: "home" }, envelope: { confirm: "owner" } });
  assert.equal(terms_words(chosen), "Mon, Tue, Wed, Thu, Fri, from 18:00 to 22:00, only from the house's own network, each time only if a person allows it");
  // Hours that are the whole day, or not filled in, are none: the days remain.
  assert.deepEqual(terms_of({ ...evenings, until: "18:00" }, {}), { when: { weekdays: days } });
  assert.deepEqual(terms_of({ ...evenings, from: "" }, {}), { when: { weekdays: days } });
  assert.deepEqual(terms_of({ ...no_limits, timed: true, until: "" }, {}), {});
  assert.deepEqual(terms_of({ ...evenings, timed: false }, {}), {}, "taken off again");
});

test("of the days one always stays, for none would be all", () => {
  assert.deepEqual(toggle_day(["mon", "wed"], "tue"), ["mon", "tue", "wed"]);
  assert.deepEqual(toggle_day(["mon", "wed"], "mon"), ["wed"]);
  assert.deepEqual(toggle_day(["wed"], "wed"), ["wed"]);
});

test("what can be used is offered so, and what can open a house is asked about", () => {
  const door = { properties: { locked: { type: "boolean", settable: true, sensitivity: "critical" }, battery: { type: "number" }, pin: { type: "string", readable: false } }, actions: { ring: {} } } as unknown as Thing;
  assert.ok(critical(door, "locked") && critical(door, "*") && !critical(door, "ring") && !critical(door, "battery"));
  assert.ok(usable(door) && !usable({ properties: { battery: { type: "number" } } } as unknown as Thing));
  assert.deepEqual(givable(door).map(([name]) => name), ["locked", "battery"], "what can neither be seen nor set is nobody's to have");
});

test("an end is a day, week, month or year from now, or none", () => {
  const now = Date.UTC(2026, 10, 22, 9);
  assert.equal(end_of("day", now), "2026-11-23T09:00:00.000Z");
  assert.equal(end_of("year", now), "2027-11-22T09:00:00.000Z");
  assert.equal(end_of("never", now), null);
});

test("names the hub would refuse are not offered to it", () => {
  assert.ok(valid_name("acme-insurance.eu"));
  for (const wrong of ["", ".x", "a b", "a:b", "a/b", "ä"]) assert.ok(!valid_name(wrong), wrong);
});

const failed_for = (seq: number, detail: string) => ({ seq, time: "2026-11-22T08:00:00Z", outcome: "failed", detail, cause: 0 });
const blind = "the rule may not see 'ben/place', so it is not triggered by it: a person it is about has not given it";

test("what a rule may not see is what it failed for last, until it was given or ran again", () => {
  const rule = (...last_runs: Rule["last_runs"] & object): Rule => ({ id: "welcome", title: "Welcome", last_runs }) as Rule;
  assert.deepEqual(unseen_by(rule(failed_for(3, blind), failed_for(9, "[string \"if\"]:1: the rule may not see 'anna/place': no grant allows it"))), ["anna/place", "ben/place"]);
  assert.deepEqual(unseen_by(rule(failed_for(3, blind), { ...failed_for(9, ""), outcome: "ran" })), []);
  assert.deepEqual(unseen_by(rule(failed_for(3, "lamp/on: no answer in time"))), []);
  const desk = (subject: string): Desk => ({ grants: [{ subject, reaches: ["ben/place"], terms: {} }] }) as unknown as Desk;
  assert.ok(is_given(desk("rule:welcome"), rule(), "ben/place"));
  assert.ok(!is_given(desk("rule:other"), rule(), "ben/place"));
  assert.ok(!is_given(desk("rule:welcome"), rule(), "ben/battery"));
});

test("a rule goes by its title", () => {
  assert.deepEqual(who("rule:welcome", [{ id: "welcome", title: "Welcome home" } as Rule]), { name: "Welcome home", kind: "rule" });
  assert.equal(who("rule:hall-light").name, "Hall light");
});
