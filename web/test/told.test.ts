import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { set_language } from "../src/messages";
import { goal_words, told_words } from "../src/told";
import { goals_of } from "../src/goals";
import { de } from "../src/words/de";
import { en } from "../src/words/en";

beforeEach(() => set_language(["en-GB"]));

const noon = new Date(2026, 10, 22, 12, 0).getTime();
const title = (device: string): string => ({ leaf: "Leaf", heating: "Heating" })[device] ?? device;
const plain = (text: string): string => text.replace(/[\u202f\u00a0]/g, " ");
const told = (said: string): string => plain(told_words(said, noon, title));
const stamp = (hour: number): string => new Date(2026, 10, 22, hour, 0).toISOString().replace(".000Z", "Z");

test("what the hub says of its plan is told with the devices' names and the reader's times", () => {
  assert.equal(told("leaf was unplugged; leaf has left"), "Leaf was unplugged; Leaf has left");
  assert.equal(told(`a forecast of the sun until ${stamp(14)} came; it costs less`), "a forecast of the sun until 14:00 came; it costs less");
  assert.equal(told("anna set 'mode' of leaf: now"), "Anna set 'mode' of Leaf: Now");
  assert.equal(told("anna set 'goals' of leaf: 80 % by 07:00 mon-fri"), "Anna set 'goals' of Leaf: 80% by 07:00, Mon–Fri");
  assert.equal(told(`anna: away until ${stamp(18)}`), "Anna: away until 18:00");
});

test("the same in German, numbers and days included", () => {
  set_language(["de-DE"]);
  assert.equal(told("leaf was plugged in; it costs less"), "Leaf wurde angesteckt; es kostet weniger");
  assert.equal(told("leaf is at 41 %, and was at 60 %"), "Leaf ist bei 41 % und war bei 60 %");
  assert.equal(told("the grid asks for at most 4.2 kW"), "das Netz bittet um höchstens 4,2 kW");
  assert.equal(told("ben set 'goals' of leaf: 80 % by 07:00 sat,sun"), "Ben hat für Leaf gesagt: Ziele: 80 % bis 07:00, Sa, So");
  assert.equal(told("somebody set 'ready_by' of dishwasher"), "jemand hat für dishwasher zurückgenommen: fertig bis");
  assert.equal(told(`prices from ${stamp(23)} on: as on earlier days`), "Preise ab 23:00: wie an früheren Tagen");
  assert.equal(told("import ends early: its last day is repeated"), "Bezug endet früh: Ihr letzter Tag wird wiederholt");
  assert.equal(told("leaf: calendar of anna: Work cannot be met as planned"), "Leaf: Kalender von Anna: Work geht nicht wie geplant");
  assert.equal(told("leaf: 'comfort' is at risk by 09:00: 19.5 of 20.5 °C."), "Leaf: Behaglichkeit ist knapp (09:00): 19,5 °C von 20,5 °C.".replace("19,5 °C", "19,5"));
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
