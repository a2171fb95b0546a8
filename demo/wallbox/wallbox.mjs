// A wallbox with a car on it: npm's `ocpp-rpc` (OCPP 1.6 or 2.0.1, strict) in front of a little physics, so that no line of the
// protocol is shared with the hub. Energy runs PACE times as fast as the clock: a night fits into minutes.
//
// usage: wallbox.mjs ENDPOINT IDENTITY PASSWORD PACE [--protocol ocpp1.6|ocpp2.0.1] [--follows SECONDS] [--alone SECONDS]
//   [--switches no|idle|live] [--fault FAULT]...   (FAULT: wallbox_faults.mjs)
// --alone: between the readings that it keeps of hours without a network.
// --switches: between one phase and three not at all, only without current, or at any time.
// A box without a password ('') waits to be accepted, and keeps the one that it is given then.
// Commands on standard input:
//   {"plug":{"capacity_wh":..,"soc":..,"card":"..","phases":[1,2,3],"hours_ago":0}}   without a card: it waits for one; with
//     hours_ago: the network was away since; with "gone_hours_ago": and unplugged then
//   {"unplug":true}   {"show":"CARD"}   a card is held to it
//   {"faults":["lie=1.3"]}   the faults from now on; with "alone":HOURS nobody was there for so long until now
// Says twice a second {"tick":{"amps","phases","watts","soc","register","status","limit","online","queued"}}, {"sent":..} of a start or an
// end that the hub took, {"asked":..} of what the hub asks, {"faults":..} once they are there, and {"invalid":..} where the hub
// breaks a schema.
import readline from 'node:readline';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { Box } from './wallbox_physics.mjs';
import { fault_of, faults_at } from './wallbox_faults.mjs';
import { Station16 } from './wallbox_16.mjs';
import { Station201 } from './wallbox_201.mjs';
const { RPCClient } = createRequire(import.meta.url)('ocpp-rpc');

const tick_ms = 500;
const metered_online_ms = 1000;
const metered_offline_ms = 10000;

const say = (what) => process.stdout.write(JSON.stringify(what) + '\n');
const started = Date.now();
const { values: options, positionals } = parseArgs({ allowPositionals: true,
  options: { protocol: { type: 'string', default: 'ocpp1.6' }, follows: { type: 'string', default: '3' }, alone: { type: 'string', default: '60' },
    switches: { type: 'string', default: 'no' }, fault: { type: 'string', multiple: true, default: [] } } });
const speaks = { 'ocpp1.6': Station16, 'ocpp2.0.1': Station201 }[options.protocol];
if (speaks === undefined) throw new Error(`'${options.protocol}' is not spoken here: ocpp1.6 or ocpp2.0.1`);
if (!['no', 'idle', 'live'].includes(options.switches)) throw new Error(`--switches is no, idle or live, not '${options.switches}'`);
const [endpoint, identity, password, pace] = positionals;
let faults = options.fault.map((text) => fault_of(text, started));
const box = new Box({ follows_ms: Number(options.follows) * 1000, switches: options.switches });
const station = new speaks(box);
station.password = password || null;

let line = null;
let online = false;
let offline = faults_at(faults, started).offline;

function connect() {
  if (line !== null || offline) return;
  const mine = new RPCClient({ endpoint, identity, protocols: [options.protocol], password: station.password ?? undefined, strictMode: true,
    callTimeoutMs: 15000, reconnect: false });
  line = mine;
  mine.handle(({ method, params }) => {
    const answer = station.answer(method, params, Date.now());
    say({ asked: method, params });
    if (answer === undefined) throw Object.assign(new Error('no'), { rpcErrorCode: 'NotImplemented' });
    setTimeout(drain, 10);
    return answer;
  });
  mine.on('strictValidationFailure', (event) => say({ invalid: event.method ?? true, error: String(event.error?.message ?? '') }));
  const again = () => {
    if (mine !== line) return;
    online = false;
    station.away = true;
    line = null;
    setTimeout(connect, 1000);
  };
  mine.on('close', again);
  mine.connect().then(() => boot(mine)).catch(again);
}

async function boot(mine) {
  const { status, interval } = await mine.call('BootNotification', station.boot());
  if (mine !== line) return;
  if (status !== 'Accepted') {
    setTimeout(() => { if (mine === line) boot(mine).catch(() => {}); }, Math.min(interval || 5, 5) * 1000);
    return;
  }
  station.back(Date.now());
  online = true;
  void drain();
}

function cut() {
  const mine = line;
  online = false;
  station.away = true;
  line = null;
  mine?.close({ force: true }).catch(() => {});
}

let draining = false;
async function drain() {
  if (draining) return;
  draining = true;
  while (station.queue.length > 0 && line !== null && online) {
    const { method, params, then, news } = station.queue[0];
    try {
      const result = await line.call(method, typeof params === 'function' ? params() : params);
      station.queue.shift();
      then?.(result);
      if (news !== undefined) say({ sent: news, result });
    } catch (error) {
      if (line === null || !online) break;
      say({ failed: method, why: String(error?.message ?? error) });
      station.queue.shift();
    }
  }
  draining = false;
}

function go_wrong(now) {
  const wrong = faults_at(faults, now);
  box.faults = wrong;
  station.refuses = wrong.refuses;
  station.clears_all = wrong.clears_all;
  station.clock_ms = wrong.clock_ms;
  station.keeps_states = !wrong.live_status;
  if (wrong.offline !== offline) {
    offline = wrong.offline;
    if (offline) cut();
    else connect();
  }
}

let metered_at = 0;
setInterval(() => {
  const now = Date.now();
  go_wrong(now);
  box.step(now, (tick_ms / 1000) * Number(pace));
  station.look(now);
  if (now - metered_at >= (online ? metered_online_ms : metered_offline_ms) - tick_ms / 2) {
    metered_at = now;
    station.meter(now);
  }
  void drain();
  say({ tick: { amps: Math.max(...box.amps), phases: box.amps, watts: box.watts(), soc: box.car?.soc ?? null, register: box.register_wh, status: station.status,
    limit: box.limit(now), online, queued: station.queue.length } });
}, tick_ms);

readline.createInterface({ input: process.stdin }).on('line', (text) => {
  const what = JSON.parse(text);
  const now = Date.now();
  if (what.plug) {
    const { hours_ago = 0, gone_hours_ago = null, ...car } = what.plug;
    const then = now - hours_ago * 3600_000;
    const until = now - (gone_hours_ago ?? 0) * 3600_000;
    station.plug(car, then);
    station.live_alone(then, until, Number(options.alone) * 1000);
    if (gone_hours_ago !== null) station.unplug(until);
  } else if (what.unplug) {
    station.unplug(now);
  } else if (what.show) {
    station.show(what.show, now);
  } else if (what.faults) {
    faults = what.faults.map((fault) => fault_of(fault, now));
    go_wrong(now);
    if (what.alone) station.live_alone(now - what.alone * 3600_000, now, Number(options.alone) * 1000);
    say({ faults: what.faults });
  }
  void drain();
}).on('close', () => process.exit(0));
connect();
