import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { first_wishes, make_plan, make_savings, what_if } from "../dev/plan.mjs";
import { ceiling, marks, scale, ticks } from "../src/axes";
import { as_title } from "../src/format";
import { goals_of, goals_text, is_whole, local_text } from "../src/goals";
import { set_language } from "../src/messages";
import type { HistoryPoint } from "../src/model";
import {
  band_path,
  bars_path,
  flag_level,
  grid_of,
  is_guessed,
  level_at,
  mean_kw,
  past_columns,
  past_path,
  plan_of,
  savings_of,
  slot_at,
  stack,
  step_path,
  type Plan,
  type Way,
} from "../src/plan";
import { alternative_words, device_words, goal_amount, kilowatts, money, more_words, price, risk_words, slack_words, slot_words, way_words, why_words } from "../src/plan_sentences";

beforeEach(() => set_language(["en-GB"]));

const noon = new Date(2026, 10, 22, 16, 5).getTime();
const made = (wishes = first_wishes()): Plan => plan_of(make_plan(noon, wishes))!;
const plain = (text: string): string => text.replace(/[\u202f\u00a0]/g, " ");
const same = (value: number): number => value;
const hour = 3600e3;

test("a plan is read from an object and from its text alike", () => {
  const said = make_plan(noon);
  assert.deepEqual(plan_of(JSON.stringify(said)), plan_of(said));
  const plan = made();
  assert.equal(plan.slots.length, 96);
  assert.equal(plan.slots.at(-1)!.until - plan.slots[0]!.from, 48 * hour);
  for (const [index, slot] of plan.slots.entries()) {
    assert.ok(slot.until > slot.from);
    if (index > 0) assert.equal(slot.from, plan.slots[index - 1]!.until);
  }
  assert.equal(plan.made, Math.floor(noon / 1000) * 1000);
});

test("no plan, an empty one and text that is none are all no plan", () => {
  for (const said of [undefined, null, "", "no JSON", "7", 7, {}, [], { slots: [] }]) assert.equal(plan_of(said), null, JSON.stringify(said));
});

test("a plan of a hub that says less is still read", () => {
  const plan = plan_of({ slots: ["2026-11-22T16:00:00Z"], until: "2026-11-22T17:00:00Z", devices: [{ name: "washer", kind: "appliance", kw: [1], intent: ["run"], code: ["DONE"] }] })!;
  assert.deepEqual([plan.buy, plan.sun_p10, plan.at_risk, plan.devices[0]!.goals, plan.devices[0]!.level], [[], [], [], [], []]);
  assert.equal(device_words(plan.devices[0]!, 0).replace("\u202f", " "), "Runs 1.0 kW");
});

test("a moment has the slot that holds it, and none outside of the plan", () => {
  const plan = made();
  const { from, until } = plan.slots[50]!;
  assert.deepEqual([slot_at(plan, from), slot_at(plan, until - 1), slot_at(plan, until)], [50, 50, 51]);
  assert.deepEqual([slot_at(plan, plan.slots[0]!.from - 1), slot_at(plan, plan.slots.at(-1)!.until)], [-1, -1]);
});

test("prices are guessed from where they are not published", () => {
  const plan = made();
  const first = plan.slots.findIndex((_, index) => is_guessed(plan, index));
  assert.ok(first > 0);
  assert.equal(plan.slots[first]!.from, plan.prices_until);
  assert.ok(is_guessed({ ...plan, prices_until: NaN }, 0), "a plan that knows no price guesses them all");
});

test("a level goes straight from slot's end to slot's end and is not made up beyond the plan", () => {
  const plan = made();
  const car = plan.devices[0]!;
  const index = car.kw.findIndex((kw) => kw > 0) + 1;
  const { from, until } = plan.slots[index]!;
  assert.equal(level_at(car, plan.slots, until), car.level[index]);
  assert.ok(Math.abs(level_at(car, plan.slots, (from + until) / 2)! - (car.level[index - 1]! + car.level[index]!) / 2) < 1e-9);
  assert.equal(level_at(car, plan.slots, plan.slots[0]!.from - 1), null);
  assert.equal(level_at(car, plan.slots, plan.slots.at(-1)!.until + 1), null);
  assert.equal(level_at(car, plan.slots, NaN), null);
});

test("a flag stands at the percentage that was wished, and where kWh or km were wished at the same share of what is reached", () => {
  const plan = made();
  const car = plan.devices[0]!;
  const goal = car.goals[0]!;
  assert.equal(flag_level(car, goal, plan.slots), 80);
  const level = level_at(car, plan.slots, goal.due)!;
  assert.ok(Math.abs(flag_level(car, { ...goal, what: "31 kWh by 07:00", wanted: goal.reached / 2 }, plan.slots)! - level / 2) < 1e-9);
  assert.equal(flag_level(car, { ...goal, what: "anna: 70 % by 07:00" }, plan.slots), 70, "who wished it stands before the goal");
  assert.equal(flag_level(car, { ...goal, what: "40 kWh by 07:00", wanted: 1e6 }, plan.slots), 100);
  assert.equal(flag_level({ ...car, level_unit: "Cel" }, { ...goal, what: "comfort", wanted: 20.5 }, plan.slots), 20.5);
  assert.equal(flag_level(car, { ...goal, due: NaN }, plan.slots), null);
});

test("what is taken stacks upwards from the base load, what is given downwards from nothing", () => {
  assert.deepEqual(stack([7, -2, 1, null, -1], 0.5), [[0.5, 7.5], [-2, 0], [7.5, 8.5], [8.5, 8.5], [-3, -2]]);
});

test("a reported power holds until the next one and is unknown before the first", () => {
  const point = (time: number, watts: number): HistoryPoint => [time, watts, watts, watts, watts, 1];
  const points = [point(100, 1000), point(200, 3000)];
  assert.equal(mean_kw(points, 150, 250), 2);
  assert.equal(mean_kw(points, 300, 400), 3);
  assert.equal(mean_kw(points, 0, 100), null);
  assert.equal(mean_kw(points, 50, 150), 1, "only what is known counts");
  assert.equal(mean_kw([], 0, 100), null);
  assert.deepEqual(past_columns([points, []], 100, 300, 100).map((one) => one.kw), [[1, null], [3, null]]);
});

test("a level is drawn as it was told, without what is not known", () => {
  const points: HistoryPoint[] = [[50, 1, 1, 1, 1, 1], [100, 40, 44, 42, 44, 2], [200, null, null, null, 50, 1], [300, null, null, null, null, 1], [400, null, null, null, "off", 1]];
  const same = (value: number): number => value;
  assert.equal(past_path(points, 100, same, same), "M100 42L200 50");
  assert.equal(past_path([], 0, same, same), "");
});

test("what a meter counts for a kilowatt is minded, also the other way round", () => {
  const points: HistoryPoint[] = [[100, null, null, null, -2500, 1]];
  assert.deepEqual(past_columns([points, points], 100, 300, 200, [1000, -1000]).map((one) => one.kw), [[-2.5, 2.5]]);
});

test("paths hold a value for its slot and bands come back along their lower edge", () => {
  const slots = [{ from: 0, until: 10 }, { from: 10, until: 30 }];
  assert.equal(step_path(slots, [1, 2], same, same), "M0 1H10V2H30");
  assert.equal(band_path(slots, [0, 0.5], [1, 2], same, same), "M0 1H10V2H30V0.5H10V0H0Z");
  assert.equal(band_path(slots, [], [], same, same), "");
  const columns = slots.map((slot, index) => ({ ...slot, kw: [index, 0] }));
  assert.equal(bars_path(columns, [2, 2], 0, same, same), "M10 2V3H30V2Z", "nothing is drawn where nothing is taken");
  assert.equal(bars_path(columns, [2, 2], 1, same, same), "");
});

test("no path of a whole plan holds a number that is none", () => {
  const plan = made();
  const x = scale(plan.slots[0]!.from, plan.slots.at(-1)!.until, 34, 340);
  const y = scale(0, 10, 150, 0);
  const columns = plan.slots.map((slot, index) => ({ ...slot, kw: plan.devices.map((device) => device.kw[index]!) }));
  for (const path of [step_path(plan.slots, plan.buy, x, y), band_path(plan.slots, plan.sun_p10, plan.sun_p90, x, y), ...plan.devices.map((_, index) => bars_path(columns, plan.load, index, x, y))]) {
    assert.ok(path.length > 10);
    assert.doesNotMatch(path, /NaN|Infinity|undefined|e-/);
  }
});

test("axes end at round numbers that hold everything", () => {
  assert.deepEqual([0, 0.3, 1, 1.1, 7.4, 10, 10.1, 17].map(ceiling), [1, 0.3, 1, 1.2, 8, 10, 12, 20]);
});

test("the clock's marks are whole hours of the wall's clock, no more than there is room for", () => {
  const from = new Date(2026, 10, 22, 10, 20).getTime();
  const hours = (most: number): number[] => ticks(from, from + 24 * hour, most).map((at) => new Date(at).getHours());
  assert.deepEqual(hours(5), [12, 18, 0, 6]);
  assert.deepEqual(hours(12), [12, 14, 16, 18, 20, 22, 0, 2, 4, 6, 8, 10]);
  // 23 and 25 hours, where the zone has such days; every mark once, in order.
  for (const day of [new Date(2026, 2, 29), new Date(2026, 9, 25)]) {
    const found = ticks(day.getTime(), day.getTime() + 48 * hour, 100);
    assert.deepEqual([...new Set(found)].sort((a, b) => a - b), found);
  }
});

test("a short past is marked by minutes, a long one by days and months", () => {
  const from = new Date(2026, 10, 22, 10, 20).getTime();
  const words = (hours: number, most: number): string[] => ticks(from, from + hours * hour, most).map((at) => new Date(at).toLocaleString("sv").slice(0, 16));
  assert.deepEqual(words(1, 4), ["2026-11-22 10:20", "2026-11-22 10:40", "2026-11-22 11:00", "2026-11-22 11:20"]);
  assert.deepEqual(words(7 * 24, 4), ["2026-11-24", "2026-11-26", "2026-11-28"].map((day) => day + " 00:00"));
  assert.deepEqual(words(365 * 24, 5), ["2027-02-01", "2027-05-01", "2027-08-01", "2027-11-01"].map((day) => day + " 00:00"));
});

test("an axis of values has round marks around all of them, also where nothing changed", () => {
  assert.deepEqual(marks(19.3, 22.1, 4), [19, 20, 21, 22, 23]);
  assert.deepEqual(marks(-1200, 800, 5), [-1500, -1000, -500, 0, 500, 1000]);
  assert.deepEqual(marks(0.12, 0.31, 4), [0.1, 0.15, 0.2, 0.25, 0.3, 0.35]);
  for (const value of [0, 230, -40, 0.001]) {
    const found = marks(value, value, 4);
    assert.ok(found[0]! < value && value < found.at(-1)! && found.length < 8, `${value}: ${found}`);
  }
});

test("what each slot takes from the grid, costs, and what all costs so far adds up to the plan's cost", () => {
  const plan = plan_of({ slots: ["2026-11-22T16:00:00Z", "2026-11-22T16:15:00Z"], until: "2026-11-22T17:15:00Z", buy: [0.4, 0.2], sell: [0.08, 0.1], import: [2, 0], export: [0, 3], devices: [] })!;
  const [first, second] = grid_of(plan);
  assert.deepEqual([first!.kw, second!.kw], [2, -3]);
  assert.ok(Math.abs(first!.cost - 0.2) < 1e-9 && Math.abs(second!.cost + 0.3) < 1e-9);
  assert.ok(Math.abs(second!.total + 0.1) < 1e-9);
  const whole = made();
  assert.ok(Math.abs(grid_of(whole).at(-1)!.total - whole.cost) < 0.02, "the invented plan has no cost but the grid's");
});

test("a way out is told with what it is and what it costs, and when it does not lead all the way", () => {
  const car = made().devices[0]!;
  const way = (code: string, values: Way["values"], value: string, more: number, state = "met"): string => plain(way_words(car, { code, values, set: "", value, more, reached: 0, state }, "EUR"));
  assert.equal(way("LATER", { minutes: 90 }, "80 % by 08:30", -0.42), "1 hr 30 mins later: saves €0.42");
  assert.equal(way("LESS", { to: 57 }, "57 % by 07:00", 0), "57% instead: costs the same");
  assert.equal(way("LESS", { to: 20 }, "20 kWh by 07:00", 0), "20 kWh instead: costs the same");
  assert.equal(way("NOW", {}, "now", 0.84, "missed"), "Now: costs €0.84 more (missed)");
  const room = { ...car, kind: "heat_pump", level_unit: "Cel" };
  assert.equal(plain(way_words(room, { code: "LESS", values: { to: 19.5 }, set: "low", value: 19.5, more: -0.1, reached: 19.5, state: "met" }, "EUR")), "19.5°C instead: saves €0.10");
});

test("money is cut to cents, never minus nothing, and a currency nobody knows is still told", () => {
  assert.equal(money(0.8449, "EUR"), "€0.84");
  assert.equal(money(-0.001, "EUR", true), "€0.00");
  assert.equal(money(1.23, "EUR", true), "+€1.23");
  assert.equal(plain(money(1.5, "points")), "1.50 points");
  assert.equal(money(2, ""), "2.00");
  assert.equal(price(-0.0173, "EUR"), "-€0.017");
  set_language(["de-DE"]);
  assert.equal(plain(money(0.84, "EUR")), "0,84 €");
  assert.equal(plain(kilowatts(-0.01)), "0,0 kW");
});

test("what something costs is told as more, as a saving, or as the same", () => {
  assert.deepEqual([0.84, -0.3, 0.004].map((more) => more_words(more, "EUR")), ["costs €0.84 more", "saves €0.30", "costs the same"]);
  set_language(["de-DE"]);
  assert.equal(plain(more_words(0.84, "EUR")), "kostet 0,84 € mehr");
});

test("why is told in the reader's language, from codes and numbers alone", () => {
  const plan = made();
  const car = plan.devices[0]!;
  const works = car.kw.findIndex((kw) => kw > 7);
  const rests = works - 1;
  assert.match(plain(why_words(plan, car, rests, noon)), /^Waits until .*\d\d:\d\d: €0\.\d{3}\/kWh then, €0\.\d{3} now\. Charging now costs €0\.84 more\.$/);
  set_language(["de-DE"]);
  assert.match(plain(why_words(plan, car, rests, noon)), /^Wartet bis .*\d\d:\d\d: 0,\d{3} €\/kWh dann, 0,\d{3} € jetzt\. Laden jetzt kostet 0,84 € mehr\.$/);
  assert.match(plain(why_words(plan, car, works, noon)), /^Lädt 7,4 kW: günstig: 0,\d{3} €, im Mittel 0,\d{3} €\./);
  const battery = plan.devices[1]!;
  const gives = battery.kw.findIndex((kw) => kw < -0.5);
  assert.match(plain(why_words(plan, battery, gives, noon)), /^Folgt dem Haus(, gibt)? \d,\d kW: .*\.$/);
  const missed = made({ ...first_wishes(), mode: "pause" }).devices[0]!;
  assert.match(plain(risk_words(missed, missed.goals[0]!, "Leaf", missed.goals[0]!.what)), /^Leaf: 80 % by 07:00.*: verfehlt · \d/);
  assert.equal(alternative_words({ what: "something new", at: noon, more: 1, possible: true }, noon), "something new");
});

test("who waits for the sun is told what the sun would bring, not the grid's price of then", () => {
  const plan = made();
  const car = { ...plan.devices[0]!, alternatives: [] };
  const next = car.kw.findIndex((kw) => kw > 7);
  const odd = { ...plan, devices: [car], buy: plan.buy.map((_, at) => (at < next ? 0.238 : 0.3)), sell: plan.sell.map(() => 0.08), marginal: plan.buy.map(() => 0.1), sun: plan.sun.map((_, at) => (at < next ? 0 : 9)), import: plan.import.map(() => 0), export: plan.export.map(() => 0), curtailed: [] };
  const coded = { ...car, code: car.code.map(() => "WAIT_FOR_SUN") };
  assert.match(plain(why_words(odd, coded, next - 1, noon)), /^Waits until .*: the sun gives it then, fed in it would bring €0\.080\/kWh; €0\.238 now\.$/);
  const bought = { ...odd, import: odd.import.map(() => 2.5) };
  assert.match(plain(why_words(bought, coded, next - 1, noon)), /most of it comes from the sun then, €0\.1\d\d\/kWh; €0\.238 now/);
  // Whatever the code says: without a price that speaks for it, nothing is claimed.
  const dear = { ...odd, sell: odd.sell.map(() => 0.5), marginal: odd.buy };
  assert.match(plain(why_words(dear, coded, next - 1, noon)), /^Waits until .*: no difference\.$/);
});

test("a slot is told in words: when, what it costs, what each device does and how full it is then", () => {
  const plan = made();
  const index = plan.devices[0]!.kw.findIndex((kw) => kw > 7);
  const words = slot_words(plan, index, noon, as_title).map(plain);
  assert.match(words[0]!, /\d\d:\d\d – \d\d:\d\d$/);
  assert.match(words[1]!, /^€0\.\d{3}$/);
  assert.ok(words.some((one) => /^Leaf: Charges 7\.4 kW → \d+%$/.test(one)), words.join("; "));
  assert.match(slot_words(plan, 95, noon, as_title)[1]!, /^about /);
});

test("goals are told with what is reached and how much time is left", () => {
  const plan = made();
  const [car, , heat, dishes] = plan.devices;
  assert.equal(plain(goal_amount(car!, car!.goals[0]!)), "49.6 kWh, 49.6 kWh needed");
  assert.equal(plain(goal_amount(heat!, heat!.goals[0]!)), "(lowest 20.1°C, wanted 20.0°C)");
  assert.equal(goal_amount(dishes!, dishes!.goals[0]!), "");
  assert.match(plain(slack_words(car!.goals[0]!)), /^2 hrs? 14 mins? to spare$/);
  assert.equal(slack_words({ ...car!.goals[0]!, slack_min: 0 }), "");
});

test("the invented house answers what-if as the hub would: dearer now, at risk when paused", () => {
  assert.ok(what_if(noon, first_wishes(), { mode: "now" }).more > 0);
  assert.equal(what_if(noon, first_wishes(), { mode: "automatic" }).more, 0);
  assert.equal(what_if(noon, first_wishes(), { mode: "pause" }).devices.flatMap((one) => one.goals).filter((goal) => goal.state !== "met").length, 1);
  assert.equal(made({ ...first_wishes(), mode: "pause" }).devices[0]!.goals[0]!.state, "missed");
});

test("savings come newest first, with their days that lost", () => {
  const { currency, days, weeks } = savings_of(make_savings(noon));
  assert.equal(currency, "EUR");
  assert.deepEqual(days.map((one) => one.day), [...days.map((one) => one.day)].sort().reverse());
  assert.ok(days.some((one) => one.saved < 0));
  assert.ok(weeks[0]!.day > weeks[1]!.day && weeks[0]!.count === 7);
  assert.deepEqual(savings_of(undefined), { currency: "", days: [], weeks: [] });
});

test("goals are read as people write them and written as the hub reads them", () => {
  const text = "80 % by 07:00 mon-fri; 100 % by 2026-12-24T09:00:00Z; 40.5 kWh by 18:30 sat,sun; 120 km by 08:00";
  const read = goals_of(text);
  assert.equal(read.goals.length, 4);
  assert.deepEqual(read.goals.map((one) => one.days), [0b0011111, 0x7f, 0b1100000, 0x7f]);
  assert.equal(goals_text(read), text);
  assert.equal(goals_text(goals_of("80% by 7:00 daily ;; 5 km by 23:59 fri-mon,wed")), "80 % by 07:00; 5 km by 23:59 mon,wed,fri-sun");
  assert.deepEqual(goals_of("  "), { goals: [], other: [] });
});

test("a goal this page does not understand is kept as it is", () => {
  const strange = ["full by sunrise", "80 % by 25:00", "80 % by 07:00 mon-xyz", "80 % by 2026-12-24T09:00:00Z mon", "-5 % by 07:00", "80 % by 07:00 mon,"];
  for (const one of strange) assert.deepEqual(goals_of(one), { goals: [], other: [one] }, one);
  assert.equal(goals_text(goals_of("full by sunrise; 80 % by 07:00")), "80 % by 07:00; full by sunrise");
});

test("a goal without a day, without a time or of more than there is cannot be saved", () => {
  const goal = goals_of("80 % by 07:00").goals[0]!;
  assert.ok(is_whole(goal));
  for (const wrong of [{ days: 0 }, { clock: "" }, { at: NaN }, { amount: 101 }, { amount: -1 }, { unit: "km" as const, amount: 2001 }]) assert.ok(!is_whole({ ...goal, ...wrong }), JSON.stringify(wrong));
  assert.ok(is_whole({ ...goal, at: noon, days: 0 }), "once needs no days");
  assert.equal(new Date(local_text(noon)).getTime(), noon);
});
