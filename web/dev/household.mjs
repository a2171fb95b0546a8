// A lively invented household for developing and testing the page without a hub. Never shipped.

const number = (title, unit, more = {}) => ({ title, type: "number", unit, category: "primary", sensitivity: "home", readable: true, settable: false, ...more });
const flag = (title, more = {}) => ({ title, type: "boolean", category: "primary", sensitivity: "home", readable: true, settable: false, ...more });
const choice = (title, allowed, more = {}) => ({ title, type: "enumeration", allowed, category: "primary", sensitivity: "home", readable: true, settable: false, ...more });
const words = (title, more = {}) => ({ title, type: "string", category: "primary", sensitivity: "home", readable: true, settable: false, ...more });
const set = { settable: true };
const diagnostic = { category: "diagnostic" };
const config = { category: "config" };

const common = {
  available: flag("Available", diagnostic),
  linkquality: { ...number("Link quality", "", diagnostic), type: "integer", minimum: 0, maximum: 255 },
  last_seen: words("Last seen", diagnostic),
};
const battery = { battery: number("Battery", "%", { ...diagnostic, minimum: 0, maximum: 100 }) };

const lamp = {
  on: flag("On", set),
  brightness: number("Brightness", "%", { ...set, minimum: 0, maximum: 100, step: 1 }),
  color_temp: number("Colour temperature", "K", { ...set, minimum: 2200, maximum: 6500, step: 50 }),
  effect: choice("Effect", ["none", "blink", "breathe", "candle", "rainbow"], { ...set, readable: false }),
  power_on_behavior: choice("After a power cut", ["off", "on", "previous"], { ...set, ...config }),
  ...common,
};
const plug = {
  on: flag("On", set),
  power: number("Power", "W", { minimum: 0 }),
  energy: number("Energy", "kW.h", { minimum: 0 }),
  voltage: number("Voltage", "V", diagnostic),
  child_lock: flag("Child lock", { ...set, ...config }),
  ...common,
};
const climate = { temperature: number("Temperature", "Cel", { max_age_s: 7200 }), humidity: number("Humidity", "%", { minimum: 0, maximum: 100, max_age_s: 7200 }), ...battery, ...common };
const window = { open: flag("Open"), tamper: flag("Tamper", diagnostic), ...battery, ...common };
const motion = { occupancy: flag("Occupancy"), illuminance: number("Illuminance", "lx"), ...battery, ...common };
const radiator = {
  local_temperature: number("Room temperature", "Cel"),
  target_temperature: number("Target temperature", "Cel", { ...set, minimum: 5, maximum: 30, step: 0.5 }),
  system_mode: choice("Mode", ["off", "auto", "heat"], set),
  valve: number("Valve", "%"),
  window_detection: flag("Window detection", { ...set, ...config }),
  offset: number("Temperature offset", "Cel", { ...set, ...config, minimum: -3, maximum: 3, step: 0.1 }),
  schedule: { title: "Schedule", type: "object", category: "config", settable: true, readable: true },
  ...battery,
  ...common,
};
const blind = { position: number("Position", "%", { ...set, minimum: 0, maximum: 100, step: 1 }), moving: flag("Moving"), ...common };
const lock = { locked: flag("Locked", { ...set, sensitivity: "critical" }), door: flag("Door open"), ...battery, ...common };
const speaker = {
  playing: flag("Playing", set),
  volume: number("Volume", "%", { ...set, minimum: 0, maximum: 100 }),
  track: words("Track"),
  source: choice("Source", ["Radio", "Library", "Line in", "Bluetooth", "Podcast"], set),
  ...common,
};
const remote = { ...battery, ...common };

const things = [];
const values = new Map();

function add(id, title, place, kind, maker, model, properties, start = {}, more = {}) {
  things.push({ id, kind, title, place, maker, model, connector: more.connector ?? "zigbee2mqtt", description: "", properties, actions: more.actions ?? {}, events: more.events ?? {} });
  const filled = { available: true, linkquality: 120, last_seen: new Date().toISOString(), battery: 87, ...start };
  for (const name of Object.keys(properties)) {
    const value = filled[name];
    values.set(`${id}/${name}`, { value: value === undefined ? null : value, quality: "good", time: Date.now() - 40_000 });
  }
}

function person(id, title, place, level) {
  add(id, title, "", "person", "", "", { place: words("Place", { sensitivity: "personal" }), accuracy: number("Accuracy", "m", diagnostic), battery: number("Phone battery", "%", { minimum: 0, maximum: 100 }), latitude: number("Latitude", "deg", { ...diagnostic, sensitivity: "sensitive" }) }, { place, accuracy: 12, battery: level, latitude: 52.5 }, { connector: "owntracks", events: { transition: { title: "Came or went", kinds: ["enter", "leave"] } } });
}

/** The plan's things; what they say is made by the server, which knows the time and what was wished. */
function planned() {
  const until = words("Until", { ...set, ...config });
  const thing = (name, properties, start) =>
    add(`plan-${name}`, `Plan of ${name}`, "", "service", "", "", { act: flag("The plan acts", { ...set, ...config }), mode: choice("Mode", ["automatic", "now", "pause"], set), mode_until: until, ...properties, intent: choice("Does", ["off", "hold", "automatic", "surplus", "minimum", "charge", "discharge", "normal", "boost", "run"]), power: number("Planned power", "W"), measured: number("Measured power", "W"), measured_level: number("Measured level", ""), why: words("Why"), obeys: flag("Obeys", diagnostic) }, { mode: "automatic", mode_until: "", obeys: true, ...start }, { connector: "plan" });
  const percent = (title) => number(title, "%", { ...set, ...config, minimum: 0, maximum: 100 });
  const warmth = (title) => number(title, "Cel", { ...set, ...config, minimum: 5, maximum: 35 });
  add("plan", "Plan", "", "service", "", "", { plan: { title: "Plan", type: "object", readable: true }, because: words("Changed because"), at_risk: words("At risk"), away_until: words("Away until", set), quiet: words("Machines are quiet from, to", set), price: number("Price of a kWh from the grid", ""), saved_today: number("Saved today", ""), saved_total: number("Saved in all", ""), savings: { title: "Savings", type: "object", readable: true }, forecasts: { title: "Forecasts", type: "object", readable: true }, wishes: { title: "Wishes", type: "object", readable: true }, places: { title: "Places", type: "object", readable: true } }, { away_until: "", quiet: "", saved_today: 1.23, saved_total: 184.2 }, { connector: "plan" });
  thing("leaf", { goals: words("Goals", set), skip: flag("Skip next", set), least: percent("Charged at any price up to"), most: percent("Charged at most to"), hold: words("Held at a power", set) }, { act: true, hold: "", goals: "80 % by 07:00 mon-fri", skip: false, least: 20, most: 90 });
  thing("battery", { reserve: percent("Kept for an outage") }, { act: true, reserve: 20 });
  thing("heat-pump", { low: warmth("Not colder than"), high: warmth("Not warmer than") }, { act: false, low: 20, high: 22.5 });
  thing("dishwasher", { armed: flag("Filled and waiting", set), ready_by: words("Ready by", set) }, { act: true, armed: true, ready_by: "06:30", obeys: false });
}

const cable = "Powertrain.TractionBattery.Charging.ChargingPort.AnyPosition.IsChargingCableConnected";
const is_charging = "Powertrain.TractionBattery.Charging.IsCharging";
const personal = { sensitivity: "personal" };
const signals = {
  [cable]: flag("Charging cable"),
  [is_charging]: flag("Charges"),
  "Foxtail.IsLocked": flag("Locked"),
  "Foxtail.IsWindowOpen": flag("A window open"),
  "Cabin.HVAC.IsAirConditioningActive": flag("Air conditioning", set),
  "Cabin.HVAC.AmbientAirTemperature": number("Temperature inside", "Cel"),
  "Foxtail.Home": flag("At home", personal),
  "Foxtail.Place": words("Place", personal),
};
const amps = (of) => Object.fromEntries([1, 2, 3].map((line) => [`current_l${line}`, number(`${of}, phase ${line}`, "A", diagnostic)]));
const setup = { title: "How it is set up", type: "object", category: "diagnostic", sensitivity: "home", readable: true, settable: false };
const lines = (thing) => Object.fromEntries([1, 2, 3].map((line) => [`current_l${line}`, `${thing}/current_l${line}`]));

function fuses() {
  const properties = { over: flag("Over its limit"), meter: choice("Meter", ["none", "heard", "silent"]), signal: number("Limit by signal", "W"), setup };
  add("circuit-main", "Circuit main", "", "service", "", "", properties, { over: false, meter: "heard", signal: 4200, setup: { name: "main", volts: 230, limit: 35, ...lines("meter") } }, { connector: "charging" });
  add("circuit-garage", "Circuit garage", "", "service", "", "", properties, { over: false, meter: "none", setup: { name: "garage", volts: 230, limit: 20, in: "main" } }, { connector: "charging" });
}

/** Joined of two sources that contradict each other; where it is this reader may not know. */
function joined_car() {
  const soc = "Powertrain.TractionBattery.StateOfCharge.Displayed";
  const counted = { [soc]: number("State of charge", "%", { minimum: 0, maximum: 100 }), "Powertrain.Range": number("Range", "m"), [cable]: signals[cable] };
  const list = (title) => ({ title, type: "array", category: "diagnostic", sensitivity: "home", readable: true, settable: false });
  add("ovms-zoe", "Zoe's module", "", "vehicle", "Renault", "Zoe", counted, { [soc]: 55, "Powertrain.Range": 172000, [cable]: false }, { connector: "mqtt" });
  add("evcc-zoe", "Zoe in evcc", "", "vehicle", "", "", counted, { [soc]: 48, [cable]: false }, { connector: "mqtt" });
  const sources = [{ thing: "ovms-zoe", trust: 2, state: "fresh" }, { thing: "evcc-zoe", trust: 1, state: "silent" }];
  const conflicts = [{ property: soc, believed: "ovms-zoe", contradicted_by: "evcc-zoe" }];
  add("zoe", "Zoe", "", "vehicle", "Renault", "Zoe", { ...counted, "Foxtail.IsLocked": signals["Foxtail.IsLocked"], "Foxtail.Sources": list("Sources"), "Foxtail.Conflicts": list("Contradictions") }, { [soc]: 55, "Powertrain.Range": 172000, [cable]: false, "Foxtail.IsLocked": true, "Foxtail.Sources": sources, "Foxtail.Conflicts": conflicts }, { connector: "cars" });
}

function build() {
  person("anna", "Anna", "home", 78);
  person("ben", "Ben", "Office", 41);
  add("leaf", "Leaf", "", "vehicle", "Nissan", "Leaf 62 kWh", { "Powertrain.TractionBattery.StateOfCharge.Displayed": number("State of charge", "%", { minimum: 0, maximum: 100 }), "Powertrain.Range": number("Range", "km"), ...signals, plugged: flag("Plugged in"), charging: flag("Charging", set), charge_limit: number("Charge limit", "%", { ...set, minimum: 50, maximum: 100, step: 5 }), trip: number("Distance driven", "km"), odometer: number("Odometer", "km", diagnostic), available: flag("Available", diagnostic) }, { "Powertrain.TractionBattery.StateOfCharge.Displayed": 63.4, "Powertrain.Range": 231, ...{ [cable]: true, [is_charging]: true, "Foxtail.IsLocked": true, "Foxtail.IsWindowOpen": true, "Cabin.HVAC.IsAirConditioningActive": false, "Cabin.HVAC.AmbientAirTemperature": 14.5, "Foxtail.Home": true, "Foxtail.Place": "Home" }, plugged: true, charging: true, charge_limit: 80, trip: 12.4, odometer: 48211 }, { connector: "vss", actions: { precondition: { title: "Preheat" }, honk: { title: "Honk" } } });

  add("power-flow", "Power flow", "", "service", "", "", { grid: number("From the grid", "W"), sun: number("From the sun", "W"), battery: number("From the battery", "W"), home: number("Into the home", "W"), cars: number("Into cars", "W") }, { grid: -310, sun: 5230, battery: -900, home: 620, cars: 3400 }, { connector: "charging" });
  add("charge-garage", "Charging at garage", "", "service", "", "", { mode: choice("Mode", ["off", "sun", "min_sun", "now", "planned"], set), at_most: number("At most", "A", { ...set, ...config, minimum: 6, maximum: 16, step: 1 }), at_most_power: number("At most, of all phases", "W", { ...set, ...config, minimum: 1380, maximum: 11040 }), car: choice("Car", ["unknown", "guest", "leaf"], set), car_certainty: number("How certain", "%"), car_reason: words("Why this car"), who: words("Who charges", { sensitivity: "personal" }), commanded: number("Commanded", "A"), commanded_power: number("Commanded, of all phases", "W"), obeyed: choice("Obeyed", ["yes", "waiting", "draws_more", "refused", "offline"]), why: words("Why"), session: words("Session"), session_from: words("Plugged in at"), session_energy: number("Energy", "W.h"), session_cost: number("Cost", ""), session_co2: number("CO2", "g"), session_own: number("Of the house's own", "W.h"), needed: number("Energy needed", "W.h", { ...set, ...config, minimum: 0, maximum: 500000 }), deadline: words("Needed by", { ...set, ...config }), phases_seen: { ...number("Phases that carry current", "", diagnostic), type: "integer" }, setup, last_session: { title: "Last session", type: "object", category: "primary", sensitivity: "personal", readable: true, settable: false } }, { mode: "min_sun", at_most: 16, at_most_power: 11040, car: "leaf", car_certainty: 96, car_reason: "the car says it was plugged in 4 s after this point", commanded: 14, commanded_power: 9660, obeyed: "yes", why: "14 A from the sun: 3.2 kW would leave the house", session: "garage-17", session_from: new Date(Date.now() - 5400e3).toISOString(), session_energy: 7420, session_cost: 0.84, session_co2: 1310, session_own: 5565, needed: 0, deadline: "", phases_seen: 3, who: "anna", setup: { circuit: "garage", currency: "EUR", volts: 230, ...lines("wallbox") }, last_session: { id: "garage-16", until: new Date(Date.now() - 86400e3).toISOString() } }, { connector: "charging", events: { session: { title: "A session ended" } } });
  fuses();
  if (process.env.MOCK_CARS) joined_car();

  add("hall-lamp", "Hall lamp", "Hall", "device", "IKEA", "TRADFRI E27", lamp, { on: false, brightness: 60, color_temp: 2700, power_on_behavior: "previous" }, { actions: { identify: { title: "Blink" } } });
  add("hall-motion", "Hall motion", "Hall", "device", "Aqara", "RTCGQ11LM", motion, { occupancy: false, illuminance: 42 });
  add("front-door", "Front door", "Hall", "device", "Nuki", "Smart Lock 4", lock, { locked: true, door: false });
  add("hall-button", "Hall button", "Hall", "device", "IKEA", "E1743", remote, {}, { events: { action: { title: "Pressed", kinds: ["on", "off", "hold"] } } });
  add("kitchen-lamp", "Kitchen lamp", "Kitchen", "device", "Philips", "Hue White", lamp, { on: true, brightness: 80, color_temp: 3000, power_on_behavior: "on" });
  add("kitchen-strip", "Worktop strip", "Kitchen", "device", "Gledopto", "GL-C-008P", lamp, { on: true, brightness: 35, color_temp: 4000 });
  add("dishwasher", "Dishwasher", "Kitchen", "device", "Shelly", "Plug S", plug, { on: true, power: 1830, energy: 412.7, voltage: 231, child_lock: true });
  add("fridge", "Fridge", "Kitchen", "device", "Shelly", "Plug S", plug, { on: true, power: 62, energy: 188.2, voltage: 231 });
  add("kitchen-climate", "Kitchen climate", "Kitchen", "device", "Aqara", "WSDCGQ11LM", climate, { temperature: 22.6, humidity: 48 });
  add("kitchen-window", "Kitchen window", "Kitchen", "device", "Aqara", "MCCGQ11LM", window, { open: false, tamper: false });
  add("smoke", "Smoke alarm", "Kitchen", "device", "Heiman", "HS1SA", { smoke: flag("Smoke", { sensitivity: "sensitive" }), ...battery, ...common }, { smoke: false }, { actions: { test: { title: "Test" } } });
  add("living-lamp", "Floor lamp", "Living room", "device", "IKEA", "LED1836G9", lamp, { on: true, brightness: 40, color_temp: 2400 });
  add("reading-lamp", "Reading lamp", "Living room", "device", "Innr", "RB 285 C", lamp, { on: false, brightness: 100, color_temp: 2700 });
  add("living-radiator", "Radiator", "Living room", "device", "Danfoss", "Ally", radiator, { local_temperature: 20.9, target_temperature: 21.5, system_mode: "auto", valve: 34, window_detection: true, offset: 0.5, schedule: { morning: "06:30", evening: "22:00" } });
  add("living-blind", "Blind", "Living room", "device", "IKEA", "FYRTUR", blind, { position: 70, moving: false });
  add("speaker", "Speaker", "Living room", "device", "Sonos", "One", speaker, { playing: true, volume: 22, track: "Nils Frahm – Says", source: "Library" }, { actions: { next: { title: "Next" }, say: { title: "Say", input: { title: "Text", type: "string" } } } });
  add("living-climate", "Living room climate", "Living room", "device", "Sonoff", "SNZB-02", climate, { temperature: 20.8, humidity: 51 });
  add("living-window", "Terrace door", "Living room", "device", "Aqara", "MCCGQ11LM", window, { open: true, tamper: false });
  add("tv", "Television", "Living room", "device", "Tasmota", "Plug", plug, { on: false, power: 0.4, energy: 92, voltage: 230 });
  add("bath-lamp", "Mirror light", "Bathroom", "device", "Philips", "Hue", lamp, { on: false, brightness: 100, color_temp: 4000 });
  add("bath-climate", "Bathroom climate", "Bathroom", "device", "Aqara", "WSDCGQ11LM", climate, { temperature: 23.4, humidity: 67 });
  add("bath-radiator", "Towel radiator", "Bathroom", "device", "Danfoss", "Ally", radiator, { local_temperature: 23.2, target_temperature: 24, system_mode: "heat", valve: 61 });
  add("bath-leak", "Leak sensor", "Bathroom", "device", "Aqara", "SJCGQ11LM", { water_leak: flag("Water leak"), ...battery, ...common }, { water_leak: false });
  add("bath-fan", "Fan", "Bathroom", "device", "Sonoff", "Mini", { on: flag("On", set), speed: choice("Speed", ["low", "medium", "high"], set), ...common }, { on: true, speed: "low" });
  add("bed-lamp", "Bedside lamp", "Bedroom", "device", "IKEA", "LED1649C5", lamp, { on: false, brightness: 20, color_temp: 2200 });
  add("bed-window", "Bedroom window", "Bedroom", "device", "Aqara", "MCCGQ11LM", window, { open: false });
  add("bed-climate", "Bedroom climate", "Bedroom", "device", "Aqara", "WSDCGQ11LM", climate, { temperature: 18.3, humidity: 55 });
  add("bed-blind", "Bedroom blind", "Bedroom", "device", "IKEA", "FYRTUR", blind, { position: 0, moving: false });
  add("garage-door", "Garage door", "Garage", "device", "ESPHome", "ratgdo", { open: flag("Open", { ...set, sensitivity: "critical" }), ...common }, { open: false });
  add("wallbox", "Wallbox", "Garage", "device", "go-e", "Charger", { charging: flag("Charging", set), power: number("Power", "kW", { minimum: 0, maximum: 22 }), current_limit: { ...number("Current limit", "A", { ...set, minimum: 6, maximum: 32, step: 1 }), type: "integer" }, mode: choice("Mode", ["off", "pv", "minpv", "now"], set), session: number("This session", "kW.h"), ...amps("Current"), ...common }, { charging: true, current_l1: 13.8, current_l2: 13.7, current_l3: 13.6, power: 7.2, current_limit: 16, mode: "pv", session: 11.4 });
  add("meter", "Grid meter", "Cellar", "device", "Shelly", "3EM", { power: number("Power", "W"), import: number("Imported", "kW.h"), export: number("Exported", "kW.h"), ...amps("Current"), ...common }, { current_l1: 18.2, current_l2: 31.4, current_l3: -2.6, power: -1240, import: 8421.3, export: 3902.8 });
  add("pv", "Solar roof", "Cellar", "device", "Fronius", "Symo", { power: number("Power", "W"), today: number("Today", "kW.h"), ...common }, { power: 3420, today: 14.2 });
  add("boiler", "Heat pump", "Cellar", "device", "Vaillant", "aroTHERM", { flow_temperature: number("Flow temperature", "Cel"), mode: choice("Mode", ["standby", "heating", "hot_water", "defrost"]), power: number("Power", "kW"), cop: number("Coefficient of performance", ""), ...common }, { flow_temperature: 34.1, mode: "heating", power: 1.4, cop: 4.1 });
  add("washer", "Washing machine", "Cellar", "device", "Shelly", "Plug S", plug, { on: true, power: 2.1, energy: 300.5, voltage: 230 });
  add("garden-pump", "Garden pump", "Garden", "device", "Tuya", "TS011F", plug, { on: false, power: 0, energy: 12, voltage: 229 });
  add("garden-soil", "Soil moisture", "Garden", "device", "Tuya", "TS0601", { soil_moisture: number("Soil moisture", "%"), temperature: number("Temperature", "Cel"), ...battery, ...common }, { soil_moisture: 31, temperature: 12.4 });
  add("weather", "Weather", "", "service", "met.no", "", { temperature: number("Outside", "Cel"), wind: number("Wind", "m/s"), condition: choice("Sky", ["clear", "cloudy", "rain", "snow"]) }, { temperature: 13.2, wind: 4.1, condition: "cloudy" }, { connector: "weather" });

  planned();

  // One of each that is not simply true now; the tests rely on these.
  Object.assign(values.get("bed-climate/temperature"), { quality: "stale", time: Date.now() - 3 * 3600e3 });
  Object.assign(values.get("bed-climate/humidity"), { quality: "stale", time: Date.now() - 3 * 3600e3 });
  Object.assign(values.get("tv/on"), { quality: "unconfirmed", time: Date.now() - 26 * 3600e3 });
  values.get("garden-pump/on").value = null;
  Object.assign(values.get("bath-fan/speed"), { quality: "estimated" });
  Object.assign(values.get("garden-soil/soil_moisture"), { value: null, quality: "bad" });
  values.get("washer/available").value = false;
}

/** Adds invented things until there are `count`: for trying how a large home feels. */
function grow(count) {
  const kinds = [[lamp, { on: true, brightness: 50 }], [climate, { temperature: 21, humidity: 50 }], [plug, { on: true, power: 12 }], [window, { open: false }], [radiator, { local_temperature: 20, target_temperature: 21, system_mode: "auto" }]];
  for (let index = things.length; index < count; index += 1) {
    const [properties, start] = kinds[index % kinds.length];
    add(`extra-${index}`, `Extra ${index}`, `Room ${String(index % 40).padStart(2, "0")}`, "device", "Acme", "X1", properties, start);
  }
}

export const rules = [
  { id: "hall-light", title: "Hall light at night", enabled: true, source_file: "rules/hall.yaml", line: 3, trigger_text: "hall-motion/occupancy becomes true", condition_text: "sun.below_horizon", action_text: "set hall-lamp/on to true, wait 3 min, set it to false", runs: 148, last_runs: [] },
  { id: "vent-bath", title: "Air the bathroom", enabled: true, source_file: "rules/bath.yaml", line: 1, trigger_text: "bath-climate/humidity rises above 65 %", action_text: "set bath-fan/on to true", runs: 21, last_runs: [] },
  { id: "welcome", title: "Welcome home", enabled: true, source_file: "rules/people.yaml", line: 3, trigger_text: "anna/place becomes home", action_text: "tell everybody: Anna is here", runs: 0, last_runs: [] },
  { id: "away", title: "Everyone out", enabled: false, source_file: "rules/people.yaml", line: 12, trigger_text: "anna/place and ben/place are not home", action_text: "set every lamp off, target temperature 17 °C", runs: 0, last_runs: [] },
];

export const problems = [
  { time: new Date(Date.now() - 600e3).toISOString(), source: "connector:mqtt", topic: "zigbee2mqtt/old-sensor", sample: '{"temperature":"warm","linkquality":64}', reason: "temperature is “warm”, a number was expected", count: 12 },
  { time: new Date(Date.now() - 7200e3).toISOString(), source: "connector:mqtt", topic: "homeassistant/sensor/foo/config", sample: '{"value_template":"{{ value_json.x | round(2) }}"}', reason: "this template is more than a plain path; it is not supported yet", count: 1 },
];

build();

export { things, values, grow };
