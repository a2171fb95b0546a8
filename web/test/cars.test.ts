import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { beforeEach, test } from "node:test";
import { climate_words, conflicts_of, door_words, plug_words, sources_of, where_words } from "../src/cars";
import { set_language } from "../src/messages";
import type { Json } from "../src/model";
import { de } from "../src/words/de";
import { en } from "../src/words/en";
import { by_end, months_of, own_share, session_of, sessions_csv, type Session } from "../src/sessions";

beforeEach(() => set_language(["en-GB"]));

const battery = "Powertrain.TractionBattery.";
const read = (said: Record<string, Json>) => (name: string): Json | undefined => said[name];

test("a plug is told by the cable, and by current that flows", () => {
  const cable = `${battery}Charging.ChargingPort.AnyPosition.IsChargingCableConnected`;
  assert.equal(plug_words(read({ [cable]: true })), "Connected");
  assert.equal(plug_words(read({ [cable]: true, [`${battery}Charging.IsCharging`]: true })), "Charging");
  assert.equal(plug_words(read({ [cable]: false, [`${battery}Charging.IsCharging`]: false })), "Not connected");
  assert.equal(plug_words(read({})), "", "what nobody said is not told");
});

test("doors are told with what stands open, each part once, and the charging flap is none", () => {
  const names = ["Foxtail.IsLocked", "Foxtail.IsWindowOpen", "Cabin.Door.Row1.DriverSide.IsOpen", "Cabin.Door.Row2.DriverSide.IsOpen", "Body.Trunk.Rear.IsOpen", `${battery}Charging.ChargingPort.AnyPosition.IsFlapOpen`];
  const all = Object.fromEntries(names.map((name) => [name, true]));
  assert.equal(door_words(names, read({ ...all, "Foxtail.IsLocked": false })), "Unlocked, window open, door open, boot open");
  assert.equal(door_words(names, read({ "Foxtail.IsLocked": true, "Foxtail.IsWindowOpen": false })), "Locked");
  assert.equal(door_words(names, read({})), "");
});

test("climate tells what is known of it", () => {
  assert.equal(climate_words(read({ "Foxtail.IsClimateActive": true, "Cabin.HVAC.AmbientAirTemperature": 21 })), "On, 21.0°C");
  assert.equal(climate_words(read({ "Cabin.HVAC.AmbientAirTemperature": 21 })), "21.0°C");
  assert.equal(climate_words(read({})), "");
});

test("where a car is: home before a name before figures, and nothing for whom may not know", () => {
  const figures = { "CurrentLocation.Latitude": 48.1234567, "CurrentLocation.Longitude": 11.5 };
  assert.equal(where_words(read({ ...figures, "Foxtail.Home": true, "Foxtail.Place": "Garage" })), "Home");
  assert.equal(where_words(read({ ...figures, "Foxtail.Home": false, "Foxtail.Place": "Work" })), "Work");
  assert.equal(where_words(read(figures)), "48.1235, 11.5000");
  assert.equal(where_words(read({ "CurrentLocation.Latitude": 48 })), "");
});

test("sources and contradictions come as lists or as their text, and nonsense is none", () => {
  const sources = [{ thing: "leaf", trust: 2, state: "fresh" }];
  assert.deepEqual(sources_of(JSON.stringify(sources)), sources);
  assert.deepEqual(sources_of(sources), sources);
  for (const wrong of [undefined, null, "nonsense", {}, [1, null, { trust: 1 }]] as (Json | undefined)[]) {
    assert.deepEqual(sources_of(wrong), []);
    assert.deepEqual(conflicts_of(wrong), []);
  }
});

test("each way in which a box obeys or does not has words, in both languages", () => {
  const names = /obeyed_names = \{([^}]+)\}/.exec(readFileSync("../src/foxtail/charging/site.hpp", "utf8"))![1]!.match(/\w+/g)!;
  assert.ok(names.length > 5, String(names));
  for (const name of names) for (const table of [en, de]) assert.ok(`value.${name}` in table, name);
});

const session = (until: string, more: Partial<Session> = {}): Session => ({ id: until, point: "garage", from: until, until, energy_wh: 1000, estimated: false, cost: 0.3, co2_g: 400, own_wh: 250, car: "leaf", currency: "EUR", ...more });

test("sessions are added up by month, and what is not known is not counted as nothing", () => {
  const months = months_of([session("2026-10-30T12:00:00Z", { cost: null, own_wh: undefined }), session("2026-11-20T12:00:00Z"), session("2026-11-02T12:00:00Z", { cost: null, co2_g: null, own_wh: 750 })]);
  assert.deepEqual(months.map(({ key, count, energy_wh, own_wh, cost, co2_g }) => [key, count, energy_wh, own_wh, cost, co2_g]), [
    ["2026-11", 2, 2000, 1000, 0.3, 400],
    ["2026-10", 1, 1000, null, null, 400],
  ]);
  const two = months_of([session("2026-11-20T12:00:00Z"), session("2026-11-21T12:00:00Z", { currency: "CHF" })]);
  assert.equal(two[0]!.cost, null, "money of two currencies is not one sum");
});

test("the own share is one of what was charged", () => {
  assert.equal(own_share(1000, 250), 25);
  assert.equal(own_share(1000, 1000.4), 100, "rounded apart");
  for (const [energy, own] of [[0, 0], [1000, undefined], [undefined, 5], [null, null]] as [Json | undefined, Json | undefined][]) assert.equal(own_share(energy, own), null);
});

test("a session is read from an object or its text; anything else is none", () => {
  const told = { id: "g-1", point: "garage", until: "2026-11-20T12:00:00Z", energy_wh: 5 };
  assert.equal(session_of(told, "EUR")?.currency, "EUR");
  assert.equal(session_of(JSON.stringify(told), "EUR")?.id, "g-1");
  for (const wrong of [null, "nonsense", [], {}, { until: 5, energy_wh: 1 }, { until: "2026-11-20T12:00:00Z" }] as Json[]) assert.equal(session_of(wrong, ""), null);
});

test("the table to take along is oldest first, quotes what has to be quoted, and holds no formulas", () => {
  const text = sessions_csv(by_end([session("2026-11-20T12:00:00Z", { who: '=1+1,"x"', own_wh: undefined }), session("2026-11-02T12:00:00Z", { cost: -0.1 })]));
  assert.equal(
    text,
    "id,point,from,until,energy_wh,estimated,own_wh,cost,co2_g,car,certainty,who\r\n" +
      "2026-11-02T12:00:00Z,garage,2026-11-02T12:00:00Z,2026-11-02T12:00:00Z,1000,false,250,-0.1,400,leaf,,\r\n" +
      '2026-11-20T12:00:00Z,garage,2026-11-20T12:00:00Z,2026-11-20T12:00:00Z,1000,false,,0.3,400,leaf,," =1+1,""x"""\r\n',
  );
});
