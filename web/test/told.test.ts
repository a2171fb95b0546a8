import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { beforeEach, test } from "node:test";
import { set_language } from "../src/messages";
import type { Reason } from "../src/plan";
import { changed_words, goal_words, told_words } from "../src/told";
import { goals_of } from "../src/goals";
import { de } from "../src/words/de";
import { en } from "../src/words/en";

beforeEach(() => set_language(["en-GB"]));

const noon = new Date(2026, 10, 22, 12, 0).getTime();
const title = (device: string): string => ({ leaf: "Leaf", heating: "Heating" })[device] ?? device;
const plain = (text: string): string => text.replace(/[\u202f\u00a0]/g, " ");
const told = (said: string): string => plain(told_words(said, noon, title));
const stamp = (hour: number): string => new Date(2026, 10, 22, hour, 0).toISOString().replace(".000Z", "Z");

const changed = (...all: Reason[]): string => plain(changed_words(all, "the hub's sentence", noon, title));
const of = (code: string, values: Reason["values"] = {}): Reason => ({ code, values });

test("why the plan changed is told from codes, with the devices' names and the reader's times", () => {
  assert.equal(changed(of("UNPLUGGED", { device: "leaf" }), of("CAR_LEFT", { device: "leaf" })), "Leaf was unplugged; Leaf has left");
  assert.equal(changed(of("SUN_FORECAST_CAME", { until: stamp(14) }), of("COSTS_LESS")), "a forecast of the sun until 14:00 came; it costs less");
  assert.equal(changed(of("WISH_SET", { who: "anna", setting: "mode", device: "leaf", value: "now" })), "Anna set 'mode' of Leaf: Now");
  assert.equal(changed(of("WISH_SET", { who: "anna", setting: "goals", device: "leaf", value: "80 % by 07:00 mon-fri" })), "Anna set 'goals' of Leaf: 80% by 07:00, Mon–Fri");
  assert.equal(changed(of("AWAY", { who: "anna", until: stamp(18) })), "Anna: away until 18:00");
  assert.equal(changed(of("DISOBEYS", { device: "leaf", kw: 0, told: 8 })), "Leaf: takes 0.0 kW, was told 8.0 kW");
  assert.equal(changed(of("BELOW_PLAN", { device: "leaf", by: 1.6, unit: "kWh" })), "Leaf: 1.6 kWh below the plan");
});

test("the same in German, numbers and days included", () => {
  set_language(["de-DE"]);
  assert.equal(changed(of("PLUGGED_IN", { device: "leaf" }), of("COSTS_LESS")), "Leaf wurde angesteckt; es kostet weniger");
  assert.equal(changed(of("LEVEL_JUMPED", { device: "leaf", level: 41, before: 60 })), "Leaf ist bei 41 % und war bei 60 %");
  assert.equal(changed(of("GRID_LIMIT", { kw: 4.2 })), "das Netz bittet um höchstens 4,2 kW");
  assert.equal(changed(of("WISH_SET", { who: "ben", setting: "goals", device: "leaf", value: "80 % by 07:00 sat,sun" })), "Ben hat für Leaf gesagt: Ziele: 80 % bis 07:00, Sa, So");
  assert.equal(changed(of("WISH_SET", { who: "somebody", setting: "ready_by", device: "dishwasher" })), "jemand hat für dishwasher zurückgenommen: fertig bis");
  assert.equal(changed(of("PRICES_AS_BEFORE", { from: stamp(23) })), "Preise ab 23:00: wie an früheren Tagen");
  assert.equal(changed(of("GOAL_UNREACHABLE", { device: "leaf", goal: "calendar of anna: Work" })), "Leaf: Kalender von Anna: Work geht nicht wie geplant");
  assert.equal(told("import ends early: its last day is repeated"), "Bezug endet früh: Ihr letzter Tag wird wiederholt");
});

test("who sets something that does not hold is told so", () => {
  const lost = of("WISH_SET", { who: "ben", setting: "least", device: "leaf", value: "20", holder: "anna: 40", rule: "last" });
  assert.ok(changed(lost).includes("but Anna: 40 holds"), changed(lost));
});

test("a reason that the page does not know is told in the hub's own words", () => {
  assert.equal(changed(of("COSTS_LESS"), of("MOON_FULL")), "the hub's sentence");
  assert.equal(changed(), "the hub's sentence");
});

test("each code that the hub knows has words, in both languages", () => {
  const forms = readFileSync("../src/foxtail/planner/told.cpp", "utf8");
  const codes = [...forms.matchAll(/^ {4}\{"([A-Z_]+)"/gm)].map((found) => found[1]!);
  assert.ok(codes.length > 40, String(codes.length));
  for (const code of codes) for (const table of [en, de]) assert.ok(`reason.${code.toLowerCase()}` in table, code);
});

test("what nobody foresaw is shown as it came, but for its times", () => {
  assert.equal(told(`the moon until ${stamp(14)} is full`), "the moon until 14:00 is full");
  assert.equal(told(""), "");
  assert.equal(told("$& (x) [y] \\d+"), "$& (x) [y] \\d+");
});

test("no sentence of the hub is taken for another, in either language", () => {
  for (const [key, text] of Object.entries(en).filter(([key]) => key.startsWith("told.") && key !== "told.by")) {
    const filled = text.replace(/\{(\w+)\}/g, (_, name: string) => (name === "what" ? "comfort" : name === "time" ? "x" : "leaf"));
    for (const [language, table] of [["en", en], ["de", de]] as const) {
      set_language([language]);
      const words = table[key as keyof typeof en];
      const fixed = words.split(/\{\w+\}/).filter((part) => part.trim().length > 1);
      for (const part of fixed) assert.ok(told(filled).includes(part), `${key}: ${filled} → ${told(filled)}`);
    }
  }
});

test("goals name days in runs", () => {
  const words = (text: string): string => plain(goal_words(goals_of(text).goals[0]!, noon));
  assert.equal(words("80 % by 07:00"), "80% by 07:00, every day");
  assert.equal(words("20.5 kWh by 07:00 mon,tue,sun"), "20.5 kWh by 07:00, Mon, Tue, Sun");
  assert.equal(words("120 km by 18:30 fri-sun"), "120 km by 18:30, Fri–Sun");
});
