import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { by_place, face_of, icon_of, title_within_place } from "../src/choice";
import { held_since, mean_path, nearest, spread_path, summarise, to_columns, to_lanes, to_stretches } from "../src/history";
import { set_language } from "../src/messages";
import type { Entry, HistoryPoint, PropertySpec, Thing } from "../src/model";
import { group_of, kind_groups, sentence_of, type Names } from "../src/sentences";

beforeEach(() => set_language(["en-GB"]));

const thing = (properties: Record<string, PropertySpec>, more: Partial<Thing> = {}): Thing => ({ id: "t", kind: "device", title: "Thing", properties, ...more });
const on: PropertySpec = { type: "boolean", settable: true };
const celsius: PropertySpec = { type: "number", unit: "Cel" };

test("a lamp is about being on, and is switched on its tile", () => {
  const face = face_of(thing({ linkquality: { type: "integer", category: "diagnostic" }, brightness: { type: "number", unit: "%", minimum: 0, maximum: 100, settable: true }, on }));
  assert.deepEqual([face.headline, face.control, face.others[0]], ["on", "on", "brightness"]);
});

test("a radiator tells the room's temperature and offers the target", () => {
  const face = face_of(
    thing({ child_lock: on, target_temperature: { ...celsius, settable: true, minimum: 5, maximum: 30 }, local_temperature: celsius, system_mode: { type: "enumeration", allowed: ["off", "heat"], settable: true } }),
  );
  assert.deepEqual([face.headline, face.control], ["local_temperature", "target_temperature"]);
});

test("a car is about its charge and a person about the place", () => {
  const car = thing({ odometer: { type: "number", unit: "km" }, "Powertrain.TractionBattery.StateOfCharge.Displayed": { type: "number", unit: "%" } }, { kind: "vehicle" });
  assert.equal(face_of(car).headline, "Powertrain.TractionBattery.StateOfCharge.Displayed");
  // Its tracker has a battery too.
  const tracked = thing({ "location.battery_level": { type: "number", unit: "%" }, limit: { type: "number", unit: "%", settable: true }, soc: { type: "number", unit: "%" } });
  assert.equal(face_of({ ...tracked, kind: "vehicle" }).headline, "soc");
  // Beside the charge: how far, whether plugged in and locked; temperatures after that.
  const whole = thing({ "Battery.Temperature": { type: "number", unit: "Cel" }, "Battery.Range": { type: "number", unit: "km" }, "Port.IsChargingCableConnected": { type: "boolean" }, soc: { type: "number", unit: "%" } });
  assert.deepEqual(face_of({ ...whole, kind: "vehicle" }).others, ["Battery.Range", "Port.IsChargingCableConnected", "Battery.Temperature"]);
  const person = thing({ battery: { type: "number", unit: "%" }, place: { type: "string" } }, { kind: "person" });
  assert.equal(face_of(person).headline, "place");
});

test("a thing without properties has a face without a headline", () => {
  assert.deepEqual(face_of(thing({})), { headline: null, control: null, others: [] });
  assert.equal(icon_of(thing({}, { events: { action: {} } })), "button");
});

test("places are sorted and the unplaced come last", () => {
  const places = by_place([thing({}, { id: "a" }), thing({}, { id: "b", place: "Kitchen" }), thing({}, { id: "c", place: "Hall" })]);
  assert.deepEqual(places.map(([name]) => name), ["Hall", "Kitchen", ""]);
});

const names: Names = {
  things: new Map([["lamp", thing({ on, brightness: { type: "number", unit: "%" } }, { id: "lamp", title: "Hall lamp", actions: { blink: { title: "Blink" } } })]]),
  rules: [{ id: "evening", title: "Evening light" }],
};
const entry = (kind: string, more: Partial<Entry> = {}): Entry => ({ seq: 1, time: 0, actor: "owner:anna", cause: null, kind, body: {}, ...more });

test("a title does not say again which place it stands under", () => {
  assert.equal(title_within_place(thing({}, { title: "bathroom/radiator", place: "Bathroom" })), "Radiator");
  assert.equal(title_within_place(thing({}, { title: "ceiling-lamp" })), "Ceiling lamp");
  assert.equal(title_within_place(thing({}, { title: "iPhone of Ben" })), "iPhone of Ben");
  assert.equal(title_within_place(thing({}, { title: "bathroom/", place: "bathroom" })), "bathroom/");
  assert.equal(title_within_place(thing({}, { title: "Bathroom lamp", place: "Bathroom" })), "Bathroom lamp");
  assert.equal(title_within_place(thing({}, { title: "attic/lamp" })), "attic/lamp");
});

test("records become sentences", () => {
  const cases: [Entry, string][] = [
    [entry("command", { address: "lamp/on", body: { value: true } }), "Anna asked for Hall lamp: On"],
    [entry("command", { actor: "rule:evening", address: "lamp/brightness", body: { value: 40 } }), "Rule “Evening light” asked for Hall lamp · Brightness: 40%"],
    [entry("command", { address: "lamp/blink", body: { action: "blink" } }), "Anna asked Hall lamp to run “Blink”"],
    [entry("command_ended", { address: "lamp/on", body: { outcome: "timed_out", detail: "no word in 5 s" } }), "Hall lamp did not answer the command in time: no word in 5 s"],
    [entry("rule_ran", { actor: "rule:evening", body: { rule: "evening", outcome: "ran" } }), "Rule “Evening light” ran"],
    [entry("rule_ran", { body: { rule: "unknown_rule", outcome: "failed", detail: "no such thing" } }), "Rule “Unknown rule” failed: no such thing"],
    [entry("event", { actor: "connector:mqtt", address: "lamp/action", body: { event: "action", detail: "double" } }), "Hall lamp: Action (Double)"],
    [entry("reading", { address: "lamp/on", body: { value: false } }), "Hall lamp is Off"],
    [entry("thing_told", { actor: "connector:mqtt", address: "lamp" }), "Hall lamp was made known by MQTT"],
    [entry("dropped", { actor: "hub", body: { where: "mqtt", count: 2 } }), "2 inputs were left out because the queue “mqtt” was full"],
    [entry("notice", { body: { text: "Laundry is done" } }), "Notice: Laundry is done"],
    [entry("started", { actor: "hub", body: { version: "0.1.0" } }), "Foxtail 0.1.0 started"],
  ];
  for (const [one, sentence] of cases) assert.equal(sentence_of(one, names), sentence);
});

test("a kind this page does not know is told in the hub's words", () => {
  assert.equal(sentence_of(entry("plan_made", { sentence: "A plan for tonight was made" }), names), "A plan for tonight was made");
  assert.match(sentence_of(entry("plan_made", { address: "lamp" }), names), /Plan made.*Hall lamp/);
});

test("every kind of record has a sentence in both languages, with nothing left to fill in", () => {
  for (const language of ["en", "de"]) {
    set_language([language]);
    for (const kind of Object.values(kind_groups).flat()) {
      const body = { value: 1, outcome: "ran", rule: "evening", text: "x", until: 0, count: 1, where: "q", summary: "s", what: "rules", name: "owner:ben", reason: "r", said: "z", version: "1", by_s: -3600 };
      const words = sentence_of(entry(kind, { address: "lamp/on", body }), names);
      assert.ok(words.length > 3, kind);
      assert.doesNotMatch(words, /[{}]|undefined|NaN/, `${kind}: ${words}`);
    }
  }
});

test("every kind stands in exactly one group", () => {
  const kinds = Object.values(kind_groups).flat();
  assert.equal(new Set(kinds).size, kinds.length);
  assert.equal(group_of("command_ended"), "command");
});

const numbers: HistoryPoint[] = [
  [0, 1, 3, 2, 3, 3],
  [1000, 4, 6, 5, 6, 1],
  [60_000, 2, 2, 2, 2, 1],
];
const states: HistoryPoint[] = [
  [0, null, null, null, false, 1],
  [10, null, null, null, false, 1],
  [20, null, null, null, true, 1],
  [50, null, null, null, false, 1],
];

test("a long silence becomes a gap in the line", () => {
  const columns = to_columns(numbers, 10_000);
  assert.deepEqual(columns.mean, [2, 5, null, 2]);
  const x = (time: number): number => time / 1000;
  const y = (value: number): number => 10 - value;
  assert.equal(mean_path(columns, x, y), "M0 8h0L1 5M60 8h0");
  assert.equal(spread_path(columns, x, y), "M0 7L1 4L1 6L0 9ZM60 8L60 8Z");
  assert.deepEqual([-5, 400, 600, 29_000, 32_000, 1e9].map((time) => nearest(columns, time)), [0, 0, 1, 1, 3, 3]);
  assert.equal(nearest(to_columns([], 1), 0), -1);
});

test("the mean over all counts each reading once", () => {
  assert.deepEqual(summarise(numbers), { min: 1, max: 6, mean: (2 * 3 + 5 + 2) / 5 });
  assert.equal(summarise(states), null);
});

test("equal states join into stretches, and lanes share out the time", () => {
  const stretches = to_stretches(states, 100);
  assert.deepEqual(stretches.map((one) => [one.from, one.to, one.value]), [[0, 20, false], [20, 50, true], [50, 100, false]]);
  const lanes = to_lanes(stretches, 8);
  assert.deepEqual(lanes.map((lane) => [lane.value, lane.share]), [[false, 0.7], [true, 0.3]]);
});

test("too many states leave the shortest to one lane", () => {
  const many = to_stretches(Array.from({ length: 20 }, (_, n): HistoryPoint => [n * n, null, null, null, "s" + n, 1]), 400);
  const lanes = to_lanes(many, 4);
  assert.equal(lanes.length, 4);
  assert.equal(lanes[3]!.value, null);
  assert.ok(Math.abs(lanes.reduce((sum, lane) => sum + lane.share, 0) - 1) < 1e-9);
});

test("someone is where they are since the last change, not since the last message", () => {
  assert.equal(held_since(states), 50);
  assert.ok(Number.isNaN(held_since([])));
});

test("a meter is about what happens now, a battery about how full it is", () => {
  const meter = thing({ energy: { type: "number", unit: "kWh" }, power: { type: "number", unit: "W" } });
  assert.equal(face_of(meter).headline, "power");
  const battery = thing({ charged: { type: "number", unit: "kWh" }, power: { type: "number", unit: "W" }, soc: { type: "number", unit: "%" } });
  assert.equal(face_of(battery).headline, "soc");
});
