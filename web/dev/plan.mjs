// A plan as the hub tells it (src/foxtail/app/plan_json.cpp), made for an invented house by simple rules: sun, a price of
// the day, a car, a battery, a heat pump, a dishwasher. For the mock household and the unit tests; never shipped.

const quarter = 900e3;
const hour = 3600e3;
const cut = (value, parts = 1000) => Math.round(value * parts) / parts + 0;
const bell = (hours, middle, width) => Math.exp(-(((hours - middle) / width) ** 2));
const iso = (ms) => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
const hours_of = (ms) => new Date(ms).getHours() + new Date(ms).getMinutes() / 60;

export const house = {
  car: { name: "leaf", capacity: 62, kw: 7.4, level: 41 },
  battery: { name: "battery", capacity: 10, kw: 4, level: 38 },
};

/** 48 quarters, 24 half hours, 24 hours. */
function slots_from(begin) {
  const slots = [];
  let at = begin;
  for (const [count, length] of [[48, quarter], [24, 2 * quarter], [24, hour]]) {
    for (let index = 0; index < count; index += 1) {
      slots.push([at, at + length]);
      at += length;
    }
  }
  return slots;
}

const price_at = (hours) => 0.22 + 0.13 * bell(hours, 8, 1.8) + 0.19 * bell(hours, 19, 2.4) - 0.24 * bell(hours, 13, 2.2) - 0.07 * bell(hours, 3, 3);
const sun_at = (hours) => (hours > 6.5 && hours < 19 ? 6.2 * bell(hours, 12.8, 2.9) : 0);
const load_at = (hours) => 0.32 + 0.5 * bell(hours, 7.3, 1.1) + 1.3 * bell(hours, 18.8, 1.7) + 0.3 * bell(hours, 12.5, 1);

/** The next moment at which the local clock shows `clock`. */
function next_clock(now, clock) {
  const [hours, minutes] = clock.split(":").map(Number);
  const at = new Date(now);
  at.setHours(hours, minutes, 0, 0);
  if (at.getTime() <= now) at.setDate(at.getDate() + 1);
  return at.getTime();
}

/** The cheapest slots before `due` that hold `kwh` in all, as shares of each. */
function cheapest(slots, price, kwh, kw, due) {
  const shares = slots.map(() => 0);
  let left = kwh;
  const order = slots.map((_, index) => index).filter((index) => slots[index][1] <= due).sort((a, b) => price[a] - price[b] || a - b);
  for (const index of order) {
    const most = (kw * (slots[index][1] - slots[index][0])) / hour;
    shares[index] = Math.max(0, Math.min(1, left / most));
    left -= shares[index] * most;
    if (left <= 0) break;
  }
  return shares;
}

function plan_car(slots, price, now, wishes) {
  const { name, capacity, kw, level } = house.car;
  const goal = wishes.goals.split(";")[0]?.trim() ?? "";
  const found = /^(\d+) % by (\d\d:\d\d)/.exec(goal);
  const due = found ? next_clock(now, found[2]) : NaN;
  const wanted = found && !wishes.skip ? (Number(found[1]) / 100) * capacity : 0;
  const missing = Math.max(0, wanted - (level / 100) * capacity) / 0.92;
  let shares = cheapest(slots, price, missing, kw, due);
  if (wishes.mode === "pause") shares = slots.map(() => 0);
  if (wishes.mode === "now") shares = cheapest(slots, slots.map((_, index) => index), missing, kw, due);
  const hold = /^(\S+) kW from (\S+) to (\S+)$/.exec(wishes.hold);
  const held = (from, until) => hold && from >= Date.parse(hold[2]) && until <= Date.parse(hold[3]);
  shares = shares.map((share, index) => (held(...slots[index]) ? Number(hold[1]) / kw : share));
  let kwh = (level / 100) * capacity;
  const levels = [];
  let reached = kwh;
  slots.forEach(([from, until], index) => {
    kwh += ((shares[index] * kw * (until - from)) / hour) * 0.92;
    if (until <= due) reached = kwh;
    levels.push(cut((kwh / capacity) * 100, 100));
  });
  const state = reached >= wanted - 0.05 ? "met" : wishes.mode === "pause" ? "missed" : "at_risk";
  return {
    name,
    kind: "car",
    kw: shares.map((share) => cut(share * kw)),
    level_unit: "%",
    level: levels,
    intent: shares.map((share) => (share > 0 ? "charge" : "off")),
    code: shares.map((share, index) => (share > 0 ? (wishes.mode === "now" || held(...slots[index]) ? "USER_OVERRIDE" : "CHEAP_SLOT") : slots[index][0] < due ? "WAIT_FOR_CHEAPER" : "DONE")),
    goals: found && !wishes.skip ? [{ what: goal, due: iso(due), state, wanted: cut(wanted, 100), reached: cut(reached, 100), slack_min: state === "met" ? 134 : 0 }] : [],
  };
}

function plan_battery(slots, sun, load, price) {
  const { name, capacity, kw, level } = house.battery;
  let kwh = (level / 100) * capacity;
  const course = { name, kind: "battery", kw: [], level_unit: "%", level: [], intent: [], code: [], goals: [{ what: "reserve", due: null, state: "met", wanted: 2, reached: 2.1, slack_min: 0 }] };
  slots.forEach(([from, until], index) => {
    const length = (until - from) / hour;
    const over = sun[index] - load[index];
    let power = over > 0 ? Math.min(kw, over, (capacity - kwh) / length) : price[index] > 0.27 ? -Math.min(kw, -over, (kwh - 2) / length) : 0;
    if (Math.abs(power) < 0.02) power = 0;
    kwh += power * length;
    course.kw.push(cut(power));
    course.level.push(cut((kwh / capacity) * 100, 100));
    course.intent.push(power > 0 ? "surplus" : power < 0 ? "automatic" : "hold");
    course.code.push(power > 0 ? "PV_SURPLUS" : power < 0 ? "RESERVE_FOR_PEAK" : kwh > capacity - 0.1 ? "FULL" : "HOLD_FOR_HIGHER_PRICE");
  });
  return course;
}

function plan_heat(slots, price) {
  const course = { name: "heat-pump", kind: "heat_pump", kw: [], level_unit: "Cel", level: [], intent: [], code: [], goals: [{ what: "comfort", due: null, state: "met", wanted: 20, reached: 20.1, slack_min: 0 }] };
  let warmth = 20.6;
  let needed = false;
  slots.forEach(([from, until], index) => {
    const length = (until - from) / hour;
    const boost = price[index] < 0.13 && warmth < 22.4;
    needed = warmth < (needed ? 21 : 20.3);
    const power = boost ? 2.4 : needed ? 1.5 : 0;
    warmth += length * (power * 0.42 - 0.24);
    course.kw.push(power);
    course.level.push(cut(warmth, 100));
    course.intent.push(boost ? "boost" : needed ? "normal" : "off");
    course.code.push(boost ? "COMFORT_PREHEAT" : needed ? "COMFORT" : "WAIT_FOR_CHEAPER");
  });
  return course;
}

function plan_dishes(slots, price, now, wishes) {
  const due = next_clock(now, wishes.ready_by);
  const start = slots.findIndex((slot, index) => slot[0] > now && price[index] === Math.min(...price.filter((_, at) => slots[at][1] + 2 * hour <= due)));
  const runs = (index) => start >= 0 && slots[index][0] >= slots[start][0] && slots[index][0] < slots[start][0] + 2 * hour;
  const states = slots.map((_, index) => runs(index));
  return {
    name: "dishwasher",
    kind: "appliance",
    kw: states.map((on) => (on ? 1.1 : 0)),
    intent: states.map((on) => (on ? "run" : "off")),
    code: states.map((on, index) => (on ? "CHEAP_SLOT" : start >= 0 && index < start ? "WAIT_FOR_CHEAPER" : "DONE")),
    goals: [{ what: "dishwasher", due: iso(due), state: "met", wanted: 1, reached: 1, slack_min: 55 }],
  };
}

export const first_wishes = () => ({ mode: "automatic", goals: "80 % by 07:00 mon-fri", skip: false, hold: "", armed: true, ready_by: "06:30", act: { leaf: true, battery: true, "heat-pump": false, dishwasher: true }, version: 17, because: "leaf was plugged in; it costs less", changed: [{ code: "PLUGGED_IN", values: { device: "leaf" } }, { code: "COSTS_LESS", values: {} }] });

function reason(device, price, index) {
  const working = Math.abs(device.kw[index]) > 0.02;
  const next = device.kw.findIndex((kw, at) => at >= index && kw > 0.02);
  if (working) return `${device.kw[index] < 0 ? "Gives back" : "Charges"} at ${Math.abs(device.kw[index]).toFixed(1)} kW: power costs ${price[index].toFixed(2)} EUR/kWh.`;
  return next < 0 ? "Does nothing: nothing speaks for another time." : `Waits until later: ${price[next].toFixed(2)} EUR/kWh then, ${price[index].toFixed(2)} now (it is cheaper later).`;
}

/** What could be wished instead, as far as it leads out. */
function ways_out(now, wishes, goal) {
  const clock = /by (\d\d):(\d\d)/.exec(wishes.goals);
  const later = clock && wishes.goals.replace(clock[0], `by ${String((Number(clock[1]) + 1) % 24).padStart(2, "0")}:${clock[2]}`);
  const tries = [...(later ? [{ code: "LATER", values: { minutes: 60 }, set: "goals", value: later }] : []), { code: "NOW", values: {}, set: "mode", value: "now" }];
  return tries
    .map((way) => {
      const other = what_if(now, wishes, { [way.set]: way.value });
      const then = other.devices.find((device) => device.name === house.car.name).goals[0];
      return { ...way, more: other.more, reached: then.reached, state: then.state };
    })
    .filter((way) => way.state !== "missed" || way.reached > goal.reached + 0.05);
}

/** The plan made at `now` (ms). */
export function make_plan(now, wishes = first_wishes(), with_ways = true) {
  const slots = slots_from(Math.floor(now / quarter) * quarter);
  const middles = slots.map(([from, until]) => hours_of((from + until) / 2));
  const buy = middles.map((at) => cut(price_at(at), 1e5));
  const sun = middles.map((at) => cut(sun_at(at)));
  const load = middles.map((at) => cut(load_at(at)));
  const car = plan_car(slots, buy, now, wishes);
  const devices = [car, plan_battery(slots, sun, load, buy), plan_heat(slots, buy), ...(wishes.armed ? [plan_dishes(slots, buy, now, wishes)] : [])];
  if (with_ways) for (const goal of car.goals) if (goal.state !== "met") goal.ways = ways_out(now, wishes, goal);
  const net = slots.map((_, index) => devices.reduce((sum, one) => sum + one.kw[index], load[index] - sun[index]));
  const cost = slots.reduce((sum, [from, until], index) => sum + (net[index] > 0 ? net[index] * buy[index] : net[index] * 0.08) * ((until - from) / hour), 0);
  const next_noon = new Date(now);
  next_noon.setHours(24, 0, 0, 0);
  const alternatives = { leaf: [{ what: "charging now", act: "charging", at: iso(slots[0][0]), more: 0.84, possible: true }, ...[4, 8, 12].map((at) => ({ what: `charging at ${new Date(slots[at][0]).toTimeString().slice(0, 5)}`, act: "charging", at: iso(slots[at][0]), more: cut(0.5 - at / 30), possible: true }))], "heat-pump": [{ what: "heating now", act: "heating", at: iso(slots[0][0]), more: 0, possible: false }] };
  const missed = devices.flatMap((one) => one.goals.filter((goal) => goal.state !== "met").map((goal) => `${one.name}: '${goal.what}' is at risk: ${goal.reached} of ${goal.wanted} kWh.`));
  return {
    made: iso(now),
    version: wishes.version,
    because: wishes.because,
    changed: wishes.changed,
    stage: "proved",
    gap: 0.004,
    cost: cut(cost),
    currency: "EUR",
    prices_until: iso(next_noon.getTime() + (new Date(now).getHours() >= 13 ? 24 : 0) * hour),
    slots: slots.map(([from]) => iso(from)),
    until: iso(slots.at(-1)[1]),
    buy,
    sell: slots.map(() => 0.08),
    marginal: buy,
    load,
    sun,
    import: net.map((kw) => cut(Math.max(0, kw))),
    export: net.map((kw) => cut(Math.max(0, -kw))),
    curtailed: slots.map(() => 0),
    load_p10: load.map((kw) => cut(kw * 0.7)),
    load_p90: load.map((kw) => cut(kw * 1.5)),
    sun_p10: sun.map((kw) => cut(kw * 0.55)),
    sun_p90: sun.map((kw) => cut(kw * 1.25)),
    outdoor: middles.map((at) => cut(6 + 4 * bell(at, 14, 4), 10)),
    devices: devices.map((one) => ({ ...one, act: wishes.act[one.name] ?? true, why: reason(one, buy, 0), alternatives: alternatives[one.name] ?? [] })),
    at_risk: missed,
    guessed: [`prices from ${iso(next_noon.getTime())} on: as on earlier days`],
    guesses: [{ code: "PRICES_AS_BEFORE", values: { from: iso(next_noon.getTime()) } }],
    mended: [{ where: "battery", what: "state of charge 101 % is above its capacity: 100 % is planned with" }],
  };
}

/** What changing one device's settings would cost. */
export function what_if(now, wishes, set) {
  const [plan, other] = [make_plan(now, wishes, false), make_plan(now, { ...wishes, ...set }, false)];
  const car = (one) => one.devices.find((device) => device.name === "leaf");
  const paid = (one) => car(one).kw.reduce((sum, kw, index) => sum + kw * one.buy[index] * ((Date.parse(one.slots[index + 1] ?? one.until) - Date.parse(one.slots[index])) / hour), 0);
  const devices = other.devices.map((one) => ({ name: one.name, now: one.why, goals: one.goals }));
  return { more: cut(paid(other) - paid(plan)), currency: "EUR", cost: other.cost, cost_now: plan.cost, at_risk: other.at_risk, devices };
}

/** What a device was to take before `to`: [ms, W], a value for each quarter of an hour. */
export function past_power(name, from, to) {
  const planned = { leaf: (ago) => (ago > 3 && ago <= 5 ? 7400 : 0), battery: (ago) => (ago > 5.5 ? 1800 : ago > 1 && ago < 2.5 ? -900 : 0), "heat-pump": (ago) => (ago % 3 > 1.8 ? 1500 : 0) }[name] ?? (() => 0);
  const points = [];
  for (let time = Math.ceil(from / quarter) * quarter; time < to; time += quarter) points.push([time, planned((to - time) / hour)]);
  return points;
}

/** What it took instead: a little less, and a quarter of an hour late. How full it was then. */
export function past_measured(name, level, from, to) {
  const first = { leaf: 41, battery: 38, "heat-pump": 20.6 }[name] ?? 0;
  let back = first;
  const points = [];
  for (const [time, watts] of past_power(name, from - quarter, to - quarter).reverse()) {
    points.unshift([time + quarter, level ? cut(back, 100) : watts * 0.93]);
    back -= name === "heat-pump" ? watts / 14e3 - 0.06 : (watts / 4000) / (name === "leaf" ? 0.62 : 0.1);
    back = Math.max(name === "heat-pump" ? 18 : 3, Math.min(name === "heat-pump" ? 23 : 97, back));
  }
  return points;
}

export function make_places() {
  const devices = Object.fromEntries(["leaf", "battery", "heat-pump", "dishwasher"].map((name) => [name, { power: `plan-${name}/measured`, per_kw: 1000, level: `plan-${name}/measured_level` }]));
  return { sun: "power-flow/sun", sun_per_kw: 1000, devices };
}

export function make_forecasts(now) {
  const lead = (mae, bias, mean) => ({ hours: 210, mae, bias, coverage: 0.78, mean });
  return {
    load: { "6h": lead(0.14, -0.02, 0.61), "24h": lead(0.21, 0.03, 0.61) },
    sun: { source: "open_meteo, weather.example", late: true, heard: iso(now - 9 * hour), "24h": lead(0.38, -0.12, 1.2) },
    outdoor: { source: "open_meteo, weather.example", late: false, "24h": lead(1.1, 0.4, 6.2) },
    prices: { source: "awattar, prices.example", late: false },
  };
}

export function make_savings(now) {
  const days = [1.23, 0.41, -0.12, 1.87, 0.66, 0.94, 1.4].map((saved, back) => ({
    day: iso(now - back * 86400e3).slice(0, 10),
    saved,
    paid: cut(2.1 + back * 0.13),
    would: cut(2.1 + back * 0.13 + saved),
    note: saved < 0 ? "the sun came later than forecast" : back === 0 ? "until now" : "",
    devices: [{ name: "leaf", saved: cut(saved * 0.7, 100) }, { name: "battery", saved: cut(saved * 0.3, 100) }],
  }));
  const monday = (back) => iso(now - (((new Date(now).getDay() + 6) % 7) + 7 * back) * 86400e3).slice(0, 10);
  const weeks = [6.39, 9.12].map((saved, back) => ({ day: monday(back), saved, paid: 18.4, would: cut(18.4 + saved), count: 7, devices: [{ name: "leaf", saved }] }));
  return { currency: "EUR", days, weeks };
}

/** What a kWh cost, quarter by quarter. */
export function past_prices(from, to) {
  const points = [];
  for (let time = Math.ceil(from / 900e3) * 900e3; time < to; time += 900e3) points.push([time, cut(price_at(new Date(time).getHours() + new Date(time).getMinutes() / 60), 10000)]);
  return points;
}
