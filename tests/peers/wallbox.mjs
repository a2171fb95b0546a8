// A wallbox with a car on it: npm's `ocpp-rpc` (OCPP 1.6, strict) in front of a little physics, so that no line of the
// protocol is shared with the hub. Three phases, at least 6 A or nothing, current follows a limit some seconds later, and a
// battery that tapers. Energy runs PACE times as fast as the clock: a night fits into minutes.
//
// usage: wallbox.mjs ENDPOINT IDENTITY PASSWORD PACE
// Commands on standard input: {"plug":{"capacity_wh":..,"soc":..,"card":".."}}, {"unplug":true}
// Says twice a second {"tick":{"amps","soc","register","status","limit","online"}}, and {"invalid":..} where the hub breaks a schema.
import readline from 'node:readline';
import { createRequire } from 'node:module';
const { RPCClient } = createRequire(import.meta.url)('ocpp-rpc');

const [endpoint, identity, password, pace] = process.argv.slice(2);
const say = (what) => process.stdout.write(JSON.stringify(what) + '\n');
const tick_s = 0.5;
const follows_after_ms = 3000;
const volts = 230;
const most = 16;

const profiles = new Map(); // stack level to { limit, until }
let car = null;
let register = 1000;
let amps = 0;
let followed = most; // the limit that the current has come to follow
let wanted = [];     // limits on their way: { at, limit }
let transaction = null;
let status = 'Available';
let online = false;
const queue = [];    // what has to be told, in its order, also when the line was down

const keys = new Map(Object.entries({ NumberOfConnectors: '1', ChargingScheduleAllowedChargingRateUnit: 'Current', ChargeProfileMaxStackLevel: '3',
  SupportedFeatureProfiles: 'Core,SmartCharging,RemoteTrigger', MeterValueSampleInterval: '60', MeterValuesSampledData: '', WebSocketPingInterval: '0' }));

function limit_now() {
  let best = { level: -1, limit: most };
  for (const [level, profile] of profiles) {
    if (profile.until !== null && profile.until <= Date.now()) continue;
    if (level > best.level) best = { level, limit: profile.limit };
  }
  return best.limit < 6 ? 0 : Math.min(best.limit, most);
}

const answers = {
  GetConfiguration: () => ({ configurationKey: [...keys].map(([key, value]) => ({ key, value, readonly: key === 'NumberOfConnectors' })) }),
  ChangeConfiguration: ({ key, value }) => (keys.set(key, value), { status: 'Accepted' }),
  TriggerMessage: ({ requestedMessage }) => {
    if (requestedMessage === 'StatusNotification') setTimeout(() => tell_status(), 10);
    return { status: 'Accepted' };
  },
  ClearChargingProfile: () => (profiles.clear(), { status: 'Accepted' }),
  SetChargingProfile: ({ csChargingProfiles: { stackLevel, chargingSchedule } }) => {
    const until = chargingSchedule.duration === undefined ? null : Date.now() + chargingSchedule.duration * 1000;
    profiles.set(stackLevel, { limit: chargingSchedule.chargingSchedulePeriod[0].limit, until });
    return { status: 'Accepted' };
  },
  RemoteStartTransaction: () => ({ status: 'Rejected' }),
  RemoteStopTransaction: () => ({ status: 'Rejected' }),
  SendLocalList: () => ({ status: 'Accepted' }),
};

let line = null;

function connect() {
  line = new RPCClient({ endpoint, identity, protocols: ['ocpp1.6'], password, strictMode: true, callTimeoutMs: 15000, reconnect: false });
  const mine = line;
  mine.handle(({ method, params }) => {
    if (!answers[method]) throw Object.assign(new Error('no'), { rpcErrorCode: 'NotImplemented' });
    return answers[method](params);
  });
  mine.on('strictValidationFailure', (event) => say({ invalid: event.method ?? true, error: String(event.error?.message ?? '') }));
  const again = () => {
    if (mine !== line) return;
    online = false;
    line = null;
    setTimeout(connect, 1000);
  };
  mine.on('close', again);
  mine.connect().then(async () => {
    await mine.call('BootNotification', { chargePointVendor: 'Peer', chargePointModel: 'Physics 11' });
    online = true;
    void drain();
  }).catch(again);
}

let draining = false;
async function drain() {
  if (draining) return;
  draining = true;
  while (queue.length > 0 && line !== null && online) {
    const { method, params, then } = queue[0];
    try {
      const filled = typeof params === 'function' ? params() : params;
      const result = await line.call(method, filled);
      queue.shift();
      then?.(result);
    } catch (error) {
      if (line === null || !online) break;
      say({ failed: method, why: String(error?.message ?? error) });
      queue.shift();
    }
  }
  draining = false;
}

function tell(method, params, then) {
  queue.push({ method, params, then });
  void drain();
}

function tell_status() {
  tell('StatusNotification', { connectorId: 1, errorCode: 'NoError', status, timestamp: new Date().toISOString() });
}

function become(next) {
  if (status === next) return;
  status = next;
  tell_status();
}

function meter_values() {
  if (!online || transaction === null) return;
  const watts = amps * volts;
  const sampledValue = [{ value: String(Math.round(register)), unit: 'Wh' }];
  for (const phase of ['L1', 'L2', 'L3']) {
    sampledValue.push({ value: amps.toFixed(1), measurand: 'Current.Import', phase, unit: 'A' });
    sampledValue.push({ value: watts.toFixed(0), measurand: 'Power.Active.Import', phase, unit: 'W' });
  }
  tell('MeterValues', { connectorId: 1, transactionId: transaction, meterValue: [{ timestamp: new Date().toISOString(), sampledValue }] });
}

/** What the car takes at most: all it can up to 80 %, then less and less. */
function appetite() {
  if (car === null || car.soc >= 99.5) return 0;
  return car.soc <= 80 ? most : Math.max(6, most * (1 - (car.soc - 80) / 25));
}

let turn = 0;
setInterval(() => {
  const limit = limit_now();
  if (wanted.length === 0 ? limit !== followed : wanted.at(-1).limit !== limit) wanted.push({ at: Date.now() + follows_after_ms, limit });
  while (wanted.length > 0 && wanted[0].at <= Date.now()) followed = wanted.shift().limit;
  const may = car === null ? 0 : Math.min(followed, appetite());
  amps = may < 6 ? 0 : may;
  const wh = (3 * amps * volts * tick_s * Number(pace)) / 3600;
  register += wh;
  if (car !== null) car.soc = Math.min(100, car.soc + (wh * 0.92 * 100) / car.capacity_wh);
  if (car !== null) become(amps > 0 ? 'Charging' : followed === 0 ? 'SuspendedEVSE' : 'SuspendedEV');
  turn += 1;
  if (turn % 2 === 0) meter_values();
  say({ tick: { amps, soc: car?.soc ?? null, register, status, limit, online } });
}, tick_s * 1000);

readline.createInterface({ input: process.stdin }).on('line', (text) => {
  const what = JSON.parse(text);
  if (what.plug) {
    become('Preparing');
    tell('Authorize', { idTag: what.plug.card });
    const begin = { connectorId: 1, idTag: what.plug.card, meterStart: Math.round(register), timestamp: new Date().toISOString() };
    tell('StartTransaction', begin, ({ transactionId }) => { transaction = transactionId; });
    car = { ...what.plug };
  } else if (what.unplug) {
    car = null;
    amps = 0;
    const meterStop = Math.round(register);
    const timestamp = new Date().toISOString();
    tell('StopTransaction', () => ({ transactionId: transaction, meterStop, timestamp, reason: 'EVDisconnected' }), () => { transaction = null; });
    become('Available');
  }
}).on('close', () => process.exit(0));
connect();
