// Speaks the hub's API (docs/api.md) with an invented household, so that the page can be developed and tested without a
// hub. Never shipped. PORT (0 = any), MOCK_THINGS (how many things), MOCK_SIGNUP=CODE (first run), MOCK_QUIET=1 (nothing
// changes by itself). Prints its address.

import { createServer } from "node:http";
import { existsSync, readFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { WebSocketServer } from "ws";
import { desk_answer } from "./desk.mjs";
import { Ledger } from "./ledger.mjs";
import { first_wishes, make_forecasts, make_places, make_plan, make_savings, past_measured, past_power, past_prices, what_if } from "./plan.mjs";
import { grow, problems, rules, things, values } from "./household.mjs";

const dist = join(dirname(fileURLToPath(import.meta.url)), "..", "dist");
const boot = "boot-" + process.pid;
const owner = { name: "anna", passphrase: "correct horse battery" };
const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".webmanifest": "application/manifest+json" };

let signup = process.env.MOCK_SIGNUP ?? null;
let seq = 1000;
const records = [];
const clients = new Set();
const changes = []; // [seq, row] for resume
let ledger = new Ledger();
let older_ledger = ledger.copy();
const session = "s" + Math.random().toString(36).slice(2);

grow(Number(process.env.MOCK_THINGS ?? 0));
for (const one of values.values()) one.seq = ++seq;

const me = { subject: "owner:anna", name: "anna", role: "owner" };
let health = { status: "ok" };

function send(frame) {
  const text = JSON.stringify(frame);
  for (const client of clients) client.send(text);
}

function record(kind, actor, cause, address, body) {
  const one = { seq: ++seq, time: new Date().toISOString(), actor, cause, kind, address, body };
  records.push(one);
  if (kind !== "reading") send({ type: "records", records: [one] });
  return one.seq;
}

function say(address, value, cause = null, actor = "connector:mqtt") {
  const found = values.get(address);
  Object.assign(found, { value, quality: "good", time: Date.now() });
  found.seq = record("reading", actor, cause, address, { value });
  const row = [address, value, "good", found.time, found.seq];
  changes.push([seq, row]);
  if (changes.length > 5000) changes.shift();
  send({ type: "readings", seq, readings: [row] });
  return found.seq;
}

function set(address, value, actor, cause) {
  const spec = things.find((one) => address.startsWith(one.id + "/"))?.properties[address.slice(address.indexOf("/") + 1)];
  if (!spec?.settable) return { ok: false, problem: { status: 404, title: "not found", detail: `there is no settable property ${address}` } };
  if (typeof value === "number" && spec.maximum !== undefined && value > spec.maximum) return { ok: false, problem: { status: 422, title: "refused", detail: `${value} is above the maximum ${spec.maximum}` } };
  const command = record("command", actor, cause, address, { value });
  const tell = (status, detail = "") => send({ type: "wanted", wanted: [[address, value, command, status, detail]] });
  tell("pending");
  setTimeout(() => {
    record("command_sent", "connector:mqtt", command, address, {});
    tell("sent");
  }, 60);
  const silent = values.get(address.split("/")[0] + "/available")?.value === false;
  setTimeout(() => {
    const status = silent ? "timed_out" : "confirmed";
    const detail = silent ? "no answer within 2 s" : "";
    if (!silent) say(address, value, command);
    if (!silent) replan(address, value);
    record("command_ended", "connector:mqtt", command, address, { command, outcome: status, detail });
    tell(status, detail);
  }, silent ? 2000 : 260);
  return { ok: true, command };
}

function run(thing, action, input) {
  const command = record("command", me.subject, null, thing + "/" + action, { action, value: input ?? null });
  const address = `${thing}/${action}`;
  send({ type: "wanted", wanted: [[address, input ?? null, command, "sent", ""]] });
  setTimeout(() => send({ type: "wanted", wanted: [[address, input ?? null, command, "confirmed", ""]] }), 400);
  return { ok: true, command };
}

// ---- the plan ------------------------------------------------------------------------------------------------

const wishes = first_wishes();

/** Tells the plan and what follows from it for each device. */
function tell_plan(tell) {
  const plan = make_plan(Date.now(), wishes);
  const index = plan.slots.findLastIndex((slot) => Date.parse(slot) <= Date.now());
  tell("plan/plan", plan);
  tell("plan/because", plan.because);
  tell("plan/at_risk", plan.at_risk.join(" "));
  tell("plan/price", plan.buy[index]);
  for (const device of plan.devices) {
    tell(`plan-${device.name}/intent`, device.intent[index]);
    tell(`plan-${device.name}/power`, Math.round(device.kw[index] * 1000));
    tell(`plan-${device.name}/why`, device.why);
  }
}
tell_plan((address, value) => (values.get(address).value = value));
values.get("plan/savings").value = make_savings(Date.now());
values.get("plan/places").value = make_places();
values.get("plan/forecasts").value = make_forecasts(Date.now());
values.get("plan/wishes").value = { rule: "order", people: ["anna", "ben"], contested: [{ device: "leaf", setting: "goals", holds: [{ by: "anna", value: "80 % by 07:00 mon-fri" }], lost: [{ by: "ben", value: "60 % by 09:00" }] }] };

/** What somebody set of a planned device changes the plan. */
function replan(address, value) {
  const [, device, name] = /^plan-([^/]+)\/(.+)$/.exec(address) ?? [];
  if (!device) return;
  if (name === "act") wishes.act[device] = value;
  else if (name in wishes && (device === "leaf" || device === "dishwasher")) wishes[name] = value;
  if (name === "mode") say(`plan-${device}/mode_until`, value === "automatic" ? "" : new Date(Date.now() + 12 * 3600e3).toISOString());
  wishes.version += 1;
  wishes.because = `${me.name} set '${name}' of ${device}${typeof value === "string" ? `: ${value}` : ""}`;
  wishes.changed = [{ code: "WISH_SET", values: { who: me.name, setting: name, device, ...(typeof value === "string" ? { value } : {}) } }];
  tell_plan((at, told) => say(at, told));
}

// ---- a life of its own --------------------------------------------------------------------------------------

function drift(address, by, low, high, digits = 1) {
  const found = values.get(address);
  if (typeof found.value !== "number") return;
  say(address, Number(Math.min(high, Math.max(low, found.value + (Math.random() - 0.5) * by)).toFixed(digits)));
}

function ran(rule_id, cause, action) {
  const rule = rules.find((one) => one.id === rule_id);
  const at = record("rule_ran", "rule:" + rule_id, cause, undefined, { rule: rule_id, outcome: "ran", detail: "" });
  rule.runs += 1;
  rule.last_runs = [{ seq: at, time: new Date().toISOString(), outcome: "ran", detail: "", cause }, ...rule.last_runs].slice(0, 5);
  send({ type: "rules", rules: [rule] });
  action(at);
}

function walk_through_hall() {
  const cause = say("hall-motion/occupancy", true);
  ran("hall-light", cause, (at) => set("hall-lamp/on", true, "rule:hall-light", at));
  setTimeout(() => say("hall-motion/occupancy", false), 4000);
}

function past() {
  const cause = record("reading", "connector:mqtt", null, "hall-motion/occupancy", { value: true });
  ran("hall-light", cause, (at) => {
    const command = record("command", "rule:hall-light", at, "hall-lamp/on", { value: true });
    record("command_ended", "connector:mqtt", command, "hall-lamp/on", { command, outcome: "confirmed", detail: "" });
  });
  record("event", "connector:mqtt", null, "hall-button/action", { event: "action", detail: "hold" });
  record("started", "hub", null, undefined, { boot: 3, version: "0.1.0" });
  record("input_refused", "connector:mqtt", null, undefined, { source: "connector:mqtt", topic: problems[0].topic, sample: problems[0].sample, reason: problems[0].reason, count: 1 });
  rules[0].last_runs.push({ seq: cause + 1, time: new Date(Date.now() - 86400e3).toISOString(), outcome: "condition_false", detail: "it was light outside", cause });
  rules[2].last_runs.push({ seq: cause + 2, time: new Date(Date.now() - 600e3).toISOString(), outcome: "failed", detail: "the rule may not see 'anna/place', so it is not triggered by it: a person it is about has not given it", cause });
  rules[1].last_runs.push({ seq: cause + 1, time: new Date(Date.now() - 3600e3).toISOString(), outcome: "failed", detail: "bath-fan/on: no answer in time", cause });
}
past();

if (!process.env.MOCK_QUIET) {
  setInterval(() => {
    drift("meter/power", 300, -4000, 3000, 0);
    drift("pv/power", 200, 0, 6000, 0);
    drift("dishwasher/power", 60, 0, 2200, 0);
    drift("wallbox/power", 0.4, 0, 11);
  }, 1000);
  setInterval(() => {
    for (const id of ["kitchen-climate", "living-climate", "bath-climate"]) drift(id + "/temperature", 0.3, 17, 25);
    drift("leaf/Powertrain.TractionBattery.StateOfCharge.Displayed", 0.6, 20, 80);
  }, 3000);
  setInterval(walk_through_hall, 15000);
  if (process.env.MOCK_THINGS) {
    const all = [...values.keys()].filter((address) => /^extra-\d+\/(temperature|power|brightness|humidity|linkquality)$/.test(address));
    setInterval(() => {
      const rows = [];
      for (let count = 0; count < 100; count += 1) {
        const address = all[Math.floor(Math.random() * all.length)];
        const found = values.get(address);
        Object.assign(found, { value: Math.round(Math.random() * 100), time: Date.now(), seq: ++seq });
        rows.push([address, found.value, "good", found.time, found.seq]);
      }
      send({ type: "readings", seq, readings: rows });
    }, 50);
  }
}
setInterval(() => send({ type: "time", now: Date.now() }), 15000);

// ---- HTTP ---------------------------------------------------------------------------------------------------

function answer(response, status, body, headers = {}) {
  const problem = status >= 400;
  response.writeHead(status, { "Content-Type": problem ? "application/problem+json" : "application/json", ...headers });
  response.end(body === undefined ? "" : JSON.stringify(problem ? { type: "about:blank", status, ...body } : body));
}

function signed_in(request) {
  return (request.headers.cookie ?? "").includes("foxtail_session=" + session);
}

function page(url, response) {
  const name = url.pathname === "/" ? "/index.html" : url.pathname;
  const file = join(dist, name);
  if (!file.startsWith(dist) || !existsSync(file)) return answer(response, 404, { title: "not found" });
  response.writeHead(200, {
    "Content-Type": types[extname(name)] ?? "application/octet-stream",
    "Content-Encoding": "gzip",
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": /-[A-Z0-9]{8}\./.test(name) ? "public, max-age=31536000, immutable" : "no-cache",
  });
  return response.end(readFileSync(file + ".gz"));
}

function history(url) {
  const address = url.searchParams.get("address");
  const from = Date.parse(url.searchParams.get("from"));
  const to = Date.parse(url.searchParams.get("to"));
  const [id, name] = [address.slice(0, address.indexOf("/")), address.slice(address.indexOf("/") + 1)];
  const spec = things.find((one) => one.id === id)?.properties[name];
  const now = values.get(address)?.value ?? null;
  const points = [];
  if (name === "last_session") {
    for (let back = 1; back <= 70; back += 1) {
      const until = to - back * 1.3 * 86400e3;
      if (until < from) break;
      const energy_wh = 6100 + (back % 9) * 1731;
      points.unshift([until, null, null, null, { id: `garage-${90 - back}`, point: "garage", from: new Date(until - 9e6).toISOString(), until: new Date(until).toISOString(), energy_wh, estimated: back === 3, cost: back === 4 ? null : 0.00021 * energy_wh, priced_wh: energy_wh, own_wh: 0.4 * energy_wh, co2_g: 0.21 * energy_wh, car: back === 2 ? "unknown" : "leaf", certainty: 0.96, who: "anna" }, 1]);
    }
    return { address, unit: "", type: "object", from: new Date(from).toISOString(), to: new Date(to).toISOString(), points };
  }
  if (/^plan-.*\/measured(_level)?$/.test(address)) {
    const [name, level] = [id.slice(5), address.endsWith("level")];
    for (const [time, value] of past_measured(name, level, from, to)) points.push([time, value, value, value, value, 1]);
    return { address, unit: "", type: "number", from: new Date(from).toISOString(), to: new Date(to).toISOString(), points };
  }
  if (/^plan-.*\/power$/.test(address)) {
    for (const [time, watts] of past_power(address.slice(5, -6), from, to)) points.push([time, watts, watts, watts, watts, 1]);
    return { address, unit: "W", type: "number", from: new Date(from).toISOString(), to: new Date(to).toISOString(), points };
  }
  if (address === "plan/price") {
    for (const [time, price] of past_prices(from, to)) points.push([time, price, price, price, price, 1]);
    return { address, unit: "", type: "number", from: new Date(from).toISOString(), to: new Date(to).toISOString(), points };
  }
  const count = Math.min(300, Number(url.searchParams.get("points") ?? 600));
  for (let index = 0; index < count; index += 1) {
    const time = from + ((to - from) * index) / count;
    const wave = Math.sin(time / 3.6e6 / 3.8) + 0.3 * Math.sin(time / 9e5);
    if (spec?.type === "number" || spec?.type === "integer") {
      const base = typeof now === "number" ? now : 20;
      const mean = base + wave * Math.max(1, Math.abs(base) * 0.08);
      const spread = Math.abs(base) * 0.02 + 0.1;
      points.push([time, mean - spread, mean + spread, mean, mean, 4]);
    } else if (spec?.type === "boolean") points.push([time, null, null, null, index === count - 1 ? now : wave > 0.4, 2]);
    else if (spec?.allowed) points.push([time, null, null, null, spec.allowed[Math.floor((wave + 1.3) * 1.2) % spec.allowed.length], 2]);
    else points.push([time, null, null, null, index > count * 0.6 ? now : "elsewhere", 1]);
  }
  return { address, unit: spec?.unit ?? "", type: spec?.type, from: new Date(from).toISOString(), to: new Date(to).toISOString(), points };
}

function journal(url) {
  const before = Number(url.searchParams.get("before") ?? seq + 1);
  const limit = Number(url.searchParams.get("limit") ?? 100);
  const thing = url.searchParams.get("thing");
  const kind = url.searchParams.get("kind");
  const found = records.filter((one) => one.seq < before && (!kind || one.kind === kind) && (!thing || one.address === thing || one.address?.startsWith(thing + "/")));
  return { records: found.slice(-limit).reverse(), first: records[0]?.seq ?? 1, last: records.at(-1)?.seq ?? 0, head: seq };
}

function why(asked) {
  const chain = [];
  let at = asked;
  while (at) {
    const found = records.find((one) => one.seq === at);
    if (!found) break;
    chain.push({ ...found, sentence: `${found.kind} ${found.address ?? ""}`.trim() });
    at = found.cause;
  }
  return { seq: asked, chain };
}

function sign(url, body, response) {
  if (url.pathname === "/auth/signup") {
    if (signup === null || body.code !== signup) return answer(response, 403, { title: "refused", detail: "this sign-up link has been used or is not right" });
    signup = null;
    Object.assign(owner, { name: body.name, passphrase: body.passphrase });
  } else if (body.name !== owner.name || body.passphrase !== owner.passphrase) {
    return answer(response, 401, { title: "not signed in", detail: "name or passphrase is not right" });
  }
  return answer(response, 204, undefined, { "Set-Cookie": `foxtail_session=${session}; HttpOnly; SameSite=Strict; Path=/` });
}

function get(url, response) {
  const path = url.pathname;
  if (path === "/history") return answer(response, 200, history(url));
  if (path === "/journal") return answer(response, 200, journal(url));
  if (path === "/rules") return answer(response, 200, { rules });
  if (path === "/problems") return answer(response, 200, { total: 13, problems });
  if (path === "/things") return answer(response, 200, things);
  if (path.startsWith("/why/")) return answer(response, 200, why(Number(path.slice(5))));
  if (path === "/system") {
    const connections = [{ name: "zigbee2mqtt", user: "z2m", address: "127.0.0.1:51810", since: new Date(Date.now() - 9e6).toISOString() }];
    return answer(response, 200, { version: "0.1.0", household: "Demo", uptime_s: Math.round(process.uptime()), seq, durable_seq: seq, read_only: health.status !== "ok", reason: health.reason ?? "", dropped: { mqtt_inbox: 3, stream: 0 }, connections, readings_per_s: 8.4, store: { bytes: 48_211_004, records: 812_004 } });
  }
  return answer(response, 404, { title: "not found" });
}

const server = createServer((request, response) => {
  const url = new URL(request.url, "http://localhost");
  let text = "";
  request.on("data", (part) => (text += part));
  request.on("end", () => {
    if (url.pathname === "/auth/state") return answer(response, 200, { signup_needed: signup !== null });
    if (request.method === "POST" && request.headers["x-foxtail"] !== "1") return answer(response, 403, { title: "refused", detail: "X-Foxtail is missing" });
    if (request.method === "POST" && /^\/auth\/sign(in|up)$/.test(url.pathname)) return sign(url, JSON.parse(text), response);
    if (url.pathname === "/auth/signout") return answer(response, 204, undefined, { "Set-Cookie": "foxtail_session=; Max-Age=0; Path=/" });
    if (url.pathname === "/auth/me") return signed_in(request) ? answer(response, 200, me) : answer(response, 401, { title: "not signed in" });
    if (url.pathname === "/" || extname(url.pathname)) return page(url, response);
    if (url.pathname.startsWith("/mock/")) return mock(url, response);
    if (!signed_in(request)) return answer(response, 401, { title: "not signed in" });
    if (url.pathname.startsWith("/ledger/")) return response.end(of_ledger(url));
    if (request.method !== "GET" && request.headers["x-foxtail"] !== "1") return answer(response, 403, { title: "refused", detail: "X-Foxtail is missing" });
    const said = /^\/commands\/(\d+)\/(confirm|refuse)$/.exec(url.pathname);
    if (said) return answer_wish(Number(said[1]), said[2] === "confirm", response);
    if (url.pathname === "/plan/what-if") {
      const { device, set: changes } = JSON.parse(text);
      if (device !== undefined && !things.some((one) => one.id === "plan-" + device)) return answer(response, 404, { title: "not found" });
      return answer(response, 200, what_if(Date.now(), wishes, changes));
    }
    const of_desk = desk_answer(request.method, url, text, () => record("grant_ended", me.subject, null, undefined, {}));
    if (!of_desk) return get(url, response);
    const [status, body, headers] = of_desk;
    if (typeof body !== "string") return answer(response, status, body, headers);
    response.writeHead(status, { "Content-Type": "text/csv; charset=utf-8", ...headers });
    return response.end(body);
  });
});

// ---- what waits for a person -----------------------------------------------------------------------------------

let waiting = [];

function ask_a_person() {
  const asked = record("command", "agent:butler", null, "front-door/locked", { value: false, confirm_within_s: 600 });
  const until = new Date(Date.now() + 600_000).toISOString();
  waiting.push({ seq: asked, address: "front-door/locked", run: false, value: false, asked_by: "agent:butler", on_behalf_of: ["owner:anna"], grant: 7, purpose: "parcels", asked_at: new Date().toISOString(), until, to_answer: true });
  send({ type: "waiting", waiting });
}

function answer_wish(seq, yes, response) {
  const wish = waiting.find((one) => one.seq === seq);
  if (!wish) return answer(response, 404, { title: "not found", detail: "no such thing, or no access to it" });
  waiting = waiting.filter((one) => one !== wish);
  send({ type: "waiting", waiting });
  if (yes) say(wish.address, wish.value, record("wish_confirmed", me.subject, seq, wish.address, { command: seq, value: wish.value }));
  else record("command_ended", me.subject, seq, wish.address, { command: seq, outcome: "refused", detail: "a person did not confirm it" });
  return answer(response, 204);
}

/** It has grown whenever somebody looks. */
function of_ledger(url) {
  if (url.pathname === "/ledger/keys") return ledger.key_lines;
  if (url.pathname === "/ledger/proof/consistency") return ledger.consistency(Number(url.searchParams.get("from")), Number(url.searchParams.get("to")));
  for (let n = 0; n < 3; n += 1) ledger.append(`{"leaf":${ledger.leaves.length}}`);
  if (older_ledger.leaves.length === 1) {
    older_ledger = ledger.copy();
    for (let n = 0; n < 12; n += 1) ledger.append(`{"leaf":${ledger.leaves.length}}`);
  }
  return ledger.checkpoint();
}

/** What only tests ask for: /mock/health?status=read_only&reason=..., /mock/walk, /mock/ask, /mock/rollback, /mock/fork */
function mock(url, response) {
  if (url.pathname === "/mock/walk") walk_through_hall();
  if (url.pathname === "/mock/ask") ask_a_person();
  if (/rollback|fork/.test(url.pathname)) ledger = older_ledger.copy();
  if (url.pathname === "/mock/fork") for (let n = 0; n < 100; n += 1) ledger.append(`{"other":${n}}`);
  if (url.pathname === "/mock/health") {
    health = { status: url.searchParams.get("status"), reason: url.searchParams.get("reason") ?? "" };
    send({ type: "health", health });
  }
  return answer(response, 204);
}

// ---- stream -------------------------------------------------------------------------------------------------

const sockets = new WebSocketServer({ server, path: "/stream" });
sockets.on("connection", (socket, request) => {
  if (!signed_in(request)) return socket.close(4401);
  socket.on("close", () => clients.delete(socket));
  socket.on("message", (text) => {
    const asked = JSON.parse(text);
    if (asked.op === "start") start(socket, asked);
    else if (asked.op === "set") socket.send(JSON.stringify({ type: "answer", id: asked.id, ...set(asked.address, asked.value, me.subject, null) }));
    else if (asked.op === "run") socket.send(JSON.stringify({ type: "answer", id: asked.id, ...run(asked.thing, asked.action, asked.input) }));
  });
});

function start(socket, asked) {
  const resumed = asked.boot === boot && asked.seq !== null;
  const tell = (frame) => socket.send(JSON.stringify(frame));
  tell({ type: "hello", household: "Demo", version: "0.1.0", me, boot, seq, now: Date.now(), health, resumed });
  if (!resumed) {
    tell({ type: "things", things });
    tell({ type: "readings", seq, readings: [...values].map(([address, one]) => [address, one.value, one.quality, one.time, one.seq]) });
    tell({ type: "records", records: records.filter((one) => one.kind !== "reading").slice(-100) });
    tell({ type: "rules", rules });
    tell({ type: "problem", problem: problems[0], total: 13 });
  } else {
    tell({ type: "readings", seq, readings: changes.filter(([at]) => at > asked.seq).map(([, row]) => row) });
    tell({ type: "records", records: records.filter((one) => one.seq > asked.seq && one.kind !== "reading") });
  }
  clients.add(socket);
}

server.listen(Number(process.env.PORT ?? 8421), "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
