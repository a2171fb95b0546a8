import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { boolean_word, format_age, format_duration, format_number, format_value, humanise, says_locked, standing_note, standing_of, step_digits } from "../src/format";
import { choose_language, set_language, t, tn } from "../src/messages";
import type { PropertySpec, Reading } from "../src/model";

beforeEach(() => set_language(["en-GB"]));

const celsius: PropertySpec = { type: "number", unit: "Cel", max_age_s: 3600 };
const reading = (value: Reading["value"], quality: Reading["quality"] = "good", time = 0): Reading => ({ value, quality, time, seq: 1 });
const plain = (text: string): string => text.replace(/[\u202f\u00a0]/g, " ");

test("a temperature has one digit and the reader's own comma", () => {
  assert.equal(format_number(21, celsius), "21.0°C");
  set_language(["de-DE"]);
  assert.equal(plain(format_number(21.44, celsius)), "21,4 °C");
});

test("a number without a unit of Intl's carries the symbol the hub gave", () => {
  assert.equal(plain(format_number(1830.4, { type: "number", unit: "W", symbol: "W" })), "1,830 W");
  assert.equal(plain(format_number(412.7, { type: "number", unit: "kW.h" })), "412.7 kWh");
});

test("a distance that nobody walks is told in kilometres", () => {
  assert.equal(plain(format_number(176_000, { type: "number", unit: "m" })), "176 km");
  assert.equal(plain(format_number(9_500, { type: "number", unit: "m" })), "9,500 m");
});

test("a step decides how many digits are shown", () => {
  assert.equal(step_digits(0.25), 2);
  assert.equal(step_digits(5), 0);
  assert.equal(step_digits(1e-3), 3);
  assert.equal(step_digits(1e-7), 6);
  assert.equal(format_number(3.14159, { type: "number", step: 0.1 }), "3.1");
});

test("an integer never shows a fraction", () => {
  assert.equal(format_number(15.6, { type: "integer" }), "16");
});

test("true and false get words that fit the property", () => {
  assert.equal(boolean_word(true, "open", false), "Open");
  assert.equal(boolean_word(false, "occupancy", false), "Clear");
  assert.equal(boolean_word(false, "locked", true), "Unlocked");
  assert.equal(boolean_word(true, "on", true), "On");
  assert.equal(boolean_word(true, "something", false), "Yes");
  assert.equal(boolean_word(true, "child_lock", true), "On");
  assert.equal(boolean_word(true, "window_detection", true), "On");
  assert.equal(boolean_word(false, "battery_low", false), "No");
});

test("an open contact never reads as closed, whichever way round its device says it", () => {
  assert.equal(format_value(true, "contact", { type: "boolean", title: "Contact open" }), "Open");
  assert.equal(format_value(false, "contact", { type: "boolean", title: "Contact open" }), "Closed");
  assert.equal(format_value(true, "contact", { type: "boolean", title: "Contact" }), "Contact");
});

test("a lock is locked or unlocked, whatever its device calls the property", () => {
  assert.equal(format_value(true, "state", { type: "boolean", settable: true, title: "Locked" }), "Locked");
  assert.equal(format_value(false, "front_door", { type: "boolean", settable: true, title: "Front door: Locked" }), "Unlocked");
  assert.equal(format_value(true, "state", { type: "boolean", settable: true, title: "State" }), "On");
  assert.equal(format_value(true, "x", { type: "boolean", settable: true, title: "Blocked" }), "On");
  assert.deepEqual([says_locked("state", "Locked"), says_locked("car_locked"), says_locked("state", "State")], [true, true, false]);
});

test("what is not known is a dash, never off and never zero", () => {
  assert.equal(format_value(null, "on", { type: "boolean" }), "—");
  assert.equal(format_value(undefined, "power", { type: "number", unit: "W" }), "—");
  assert.notEqual(format_value(false, "on", { type: "boolean", settable: true }), "—");
  assert.notEqual(format_value(0, "power", { type: "number", unit: "W" }), "—");
});

test("an enumeration's value is translated when common and readable otherwise", () => {
  assert.equal(format_value("hot_water", "mode", { type: "enumeration" }), "Hot water");
  set_language(["de"]);
  assert.equal(format_value("heat", "mode", { type: "enumeration" }), "Heizen");
});

test("a long structure is told by its beginning, so that it does not fill the page", () => {
  const long = format_value(Array.from({ length: 5000 }, (_, index) => index), "plan", { type: "object" });
  assert.ok(long.startsWith("0, 1, 2, 3, ") && long.endsWith(" …"));
  assert.ok(long.length < 400, `${long.length} characters`);
  assert.equal(format_value({ morning: "06:30", evening: null }, "schedule", { type: "object" }), "Morning 06:30");
});

test("technical names become words", () => {
  assert.equal(humanise("target_temperature"), "Target temperature");
  assert.equal(humanise("Powertrain.TractionBattery.StateOfCharge"), "State of charge");
  assert.equal(humanise("x"), "X");
});

test("ages count in the largest fitting unit, and the future is now", () => {
  assert.match(plain(format_age(3 * 3600e3 + 5)), /^3\s?hr? ago$/);
  assert.match(format_age(90e3), /^1\s?min/);
  assert.equal(format_age(-5000), "now");
});

test("durations have at most two parts", () => {
  assert.match(plain(format_duration(3 * 86400 + 4 * 3600 + 59)), /^3\D+4\s?hr?s?$/);
  assert.match(format_duration(0), /^0/);
});

test("a reading older than its property's max age is stale even if the hub has not said so", () => {
  assert.equal(standing_of(reading(20), celsius, 3600e3), "good");
  assert.equal(standing_of(reading(20), celsius, 3600e3 + 1), "stale");
  assert.equal(standing_of(reading(20, "stale"), celsius, 0), "stale");
});

test("every standing but good has a note of its own", () => {
  const notes = new Set<string>();
  for (const quality of ["stale", "unconfirmed", "estimated", "bad"] as const) {
    notes.add(standing_note(standing_of(reading(1, quality), celsius, 0), reading(1, quality), 0));
  }
  notes.add(standing_note(standing_of(reading(null), celsius, 0), reading(null), 0));
  notes.add(standing_note(standing_of(undefined, celsius, 0), undefined, 0));
  assert.equal(notes.size, 6);
  assert.ok(!notes.has(""));
  assert.equal(standing_note("good", reading(1), 0), "");
});

test("the first wish that the table speaks decides the words", () => {
  assert.deepEqual(choose_language(["fr-FR", "de-AT", "en"]), { tag: "de-AT", words: "de" });
  assert.deepEqual(choose_language(["ja"]), { tag: "en", words: "en" });
});

test("plurals and numbers in sentences follow the language", () => {
  assert.equal(tn("home.things", 1), "1 thing");
  assert.equal(tn("home.things", 1200), "1,200 things");
  set_language(["de"]);
  assert.equal(tn("home.away", 2), "2 antworten nicht");
  assert.equal(t("nav.home"), "Zuhause");
});
