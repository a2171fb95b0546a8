// The wallbox of the tests is itself tested: what the hub is held to is only worth what this box is.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { Box, Car, volts } from './wallbox_physics.mjs';
import { fault_of, faults_at } from './wallbox_faults.mjs';
import { Station16 } from './wallbox_16.mjs';
import { Station201 } from './wallbox_201.mjs';
const schemas = createRequire(import.meta.url)('ocpp-rpc/lib/standard-validators');

const well = { lost: [], lie: 1, waits: false };

function charging({ follows_ms = 3000, ...car } = {}) {
  const box = new Box({ follows_ms });
  box.plug(new Car({ capacity_wh: 50000, soc: 40, ...car }));
  box.step(0, 1);
  return box;
}

test('current follows a limit only after the pilot delay', () => {
  const box = charging({ follows_ms: 30000 });
  box.take_profile(1, 10, null);
  box.step(1000, 1);
  box.step(30999, 1);
  assert.deepEqual(box.amps, [16, 16, 16]);
  box.step(31000, 1);
  assert.deepEqual(box.amps, [10, 10, 10]);
});

test('two limits within the delay take effect one after the other', () => {
  const box = charging();
  box.take_profile(1, 10, null);
  box.step(1000, 1);
  box.take_profile(1, 12, null);
  box.step(2000, 1);
  box.step(4000, 1);
  assert.equal(box.amps[0], 10);
  box.step(5000, 1);
  assert.equal(box.amps[0], 12);
});

test('below 6 A nothing flows, and that is said to be the box\'s doing', () => {
  const box = charging({ follows_ms: 0 });
  box.take_profile(1, 5.9, null);
  box.step(1, 1);
  assert.deepEqual(box.amps, [0, 0, 0]);
  assert.equal(box.status(), 'SuspendedEVSE');
});

test('the highest profile holds until its time is over, then the one below', () => {
  const box = charging();
  box.take_profile(0, 6, null);
  box.take_profile(1, 13, 5000);
  assert.equal(box.limit(4999), 13);
  assert.equal(box.limit(5000), 6);
});

test('a battery takes less and less above 80 %, and nothing when full', () => {
  assert.equal(new Car({ capacity_wh: 1, soc: 80 }).appetite(), 16);
  assert.ok(Math.abs(new Car({ capacity_wh: 1, soc: 90 }).appetite() - 9.6) < 1e-9);
  assert.equal(new Car({ capacity_wh: 1, soc: 99 }).appetite(), 6);
  const box = charging({ soc: 99.6 });
  assert.equal(box.status(), 'SuspendedEV');
});

test('what the register counts is in the battery but for its loss', () => {
  const box = charging({ capacity_wh: 10000, soc: 10 });
  const [register, soc] = [box.register_wh, box.car.soc];
  for (let s = 1; s <= 600; s += 1) box.step(s * 1000, 1);
  const wh = box.register_wh - register;
  assert.ok(Math.abs(wh - (3 * 16 * volts) / 6) < 1e-6, `${wh} Wh`);
  assert.ok(Math.abs(box.car.soc - soc - (wh * 0.92) / 100) < 1e-9);
});

test('a phase that is lost carries nothing, the others go on', () => {
  const box = charging();
  box.faults = { ...well, lost: [2] };
  box.step(500, 1);
  assert.deepEqual(box.amps, [16, 0, 16]);
  assert.equal(charging({ phases: [3] }).watts(), 16 * volts);
});

test('a box that lies draws more than its limit, but no more than its cable', () => {
  const box = charging({ follows_ms: 0 });
  box.faults = { ...well, lie: 1.5 };
  box.take_profile(1, 8, null);
  box.step(1, 1);
  assert.equal(box.amps[0], 12);
  assert.equal(box.limit(1), 8);
  box.take_profile(1, 14, null);
  box.step(2, 1);
  assert.equal(box.amps[0], 16);
  box.take_profile(1, 0, null);
  box.step(3, 1);
  assert.equal(box.amps[0], 0);
});

test('a car that waits takes nothing of what is offered', () => {
  const box = charging();
  box.faults = { ...well, waits: true };
  box.step(500, 1);
  assert.equal(box.watts(), 0);
  assert.equal(box.status(), 'SuspendedEV');
});

test('faults come and go at their moments', () => {
  const noon = new Date(2026, 5, 1, 12).getTime();
  const faults = ['phase-loss=2@+10..+20', 'lie=1.2@22:10', 'clock=-3600', 'offline@11:00..11:30'].map((text) => fault_of(text, noon));
  assert.deepEqual(faults_at(faults, noon), { lost: [], lie: 1, waits: false, refuses: false, offline: false, live_status: false, clears_all: false, clock_ms: -3600000 });
  assert.deepEqual(faults_at(faults, noon + 10000).lost, [2]);
  assert.deepEqual(faults_at(faults, noon + 20000).lost, []);
  assert.equal(faults_at(faults, new Date(2026, 5, 1, 22, 9, 59).getTime()).lie, 1);
  assert.equal(faults_at(faults, new Date(2026, 5, 1, 22, 10).getTime()).lie, 1.2);
  assert.equal(faults_at(faults, new Date(2026, 5, 2, 11, 10).getTime()).offline, true);
  assert.equal(faults_at(faults, new Date(2026, 5, 2, 11, 30).getTime()).offline, false);
});

test('a fault that nobody can mean is refused', () => {
  for (const text of ['', 'fire', 'phase-loss', 'phase-loss=4', 'phase-loss=x', 'lie=0.5', 'refuse=1', 'refuse@25:00', 'refuse@+5..+5',
    'refuse@+1@+2', 'clock=', 'toString'])
    assert.throws(() => fault_of(text, 0), Error, text);
});

test('a session that nobody heard of is told whole afterwards, with the times of then', () => {
  const hour = 3600_000;
  const station = new Station16(new Box());
  station.plug({ capacity_wh: 60000, soc: 20, card: 'A' }, 0);
  station.live_alone(0, 2 * hour, 60_000);
  station.unplug(2 * hour);
  const methods = station.queue.map((one) => one.method);
  assert.deepEqual(methods.slice(0, 3), ['StatusNotification', 'Authorize', 'StartTransaction']);
  assert.equal(methods.filter((one) => one === 'MeterValues').length, 120);
  assert.deepEqual(methods.slice(-2), ['StopTransaction', 'StatusNotification']);
  station.queue[2].then({ transactionId: 7 });
  const end = station.queue.at(-2).params();
  assert.equal(end.transactionId, 7);
  assert.equal(end.timestamp, '1970-01-01T02:00:00.000Z');
  assert.ok(Math.abs(end.meterStop - 1000 - 2 * 3 * 16 * volts) <= 1, `${end.meterStop}`);
  const middle = station.queue.filter((one) => one.method === 'MeterValues')[59].params();
  assert.equal(middle.meterValue[0].timestamp, '1970-01-01T01:00:00.000Z');
});

test('a queue that is full loses readings, never a start or an end', () => {
  const station = new Station16(new Box());
  station.plug({ capacity_wh: 60000, soc: 20, card: 'A' }, 0);
  for (let n = 0; n < 6000; n += 1) station.meter(n);
  station.unplug(6000);
  assert.equal(station.queue.length, 5000);
  assert.ok(station.dropped > 1000);
  const kept = station.queue.map((one) => one.method).filter((one) => one.endsWith('Transaction'));
  assert.deepEqual(kept, ['StartTransaction', 'StopTransaction']);
});

test('a refusal changes no limit, and a wrong clock is in what is told', () => {
  const station = new Station16(new Box());
  const profile = (limit) => ({ csChargingProfiles: { stackLevel: 1, chargingSchedule: { chargingSchedulePeriod: [{ limit }], duration: 60 } } });
  assert.equal(station.answer('SetChargingProfile', profile(9), 0).status, 'Accepted');
  station.refuses = true;
  assert.equal(station.answer('SetChargingProfile', profile(7), 0).status, 'Rejected');
  assert.equal(station.box.limit(1), 9);
  station.clock_ms = -3600_000;
  station.tell_status(3600_000);
  assert.equal(station.queue[0].params.timestamp, '1970-01-01T00:00:00.000Z');
  assert.equal(station.answer('Nonsense', {}, 0), undefined);
});

test('a limit holds from when to when it says, by the box\'s own clock', () => {
  const station = new Station16(new Box());
  const profile = (id, stackLevel, limit, startSchedule, duration) => station.answer('SetChargingProfile', { csChargingProfiles: { chargingProfileId: id,
    stackLevel, chargingSchedule: { startSchedule, duration, chargingSchedulePeriod: [{ startPeriod: 0, limit }] } } }, 0).status;
  assert.equal(profile(1, 0, 6, '1970-01-01T00:00:00Z'), 'Accepted');
  assert.equal(profile(2, 1, 12, '1970-01-01T01:00:00Z', 60), 'Accepted');
  const at = (seconds) => station.box.limit(seconds * 1000);
  assert.deepEqual([at(0), at(3599), at(3600), at(3659), at(3660)], [6, 6, 12, 12, 6]);
  station.clock_ms = 3600_000;
  assert.deepEqual([at(0), at(60)], [12, 6]);
  assert.equal(profile(3, 1, 9, '1970-01-01T00:00:00Z'), 'Rejected', 'another one of that level is there');
});

function under_sun(switches) {
  const box = new Box({ follows_ms: 0, switches });
  box.plug(new Car({ capacity_wh: 50000, soc: 40 }));
  box.take_profile(1, 10, null);
  box.step(0, 1);
  box.take_profile(1, 10, null, { phases: 1 });
  for (let s = 1; s <= 10; s += 1) box.step(s * 1000, 1);
  return box;
}

test('phases are switched as the box can: not at all, only without current, or with a pause of its own', () => {
  assert.deepEqual(under_sun('no').amps, [10, 10, 10]);
  assert.deepEqual(under_sun('live').amps, [10, 0, 0]);
  const box = under_sun('idle');
  assert.deepEqual(box.amps, [10, 10, 10]);
  box.take_profile(1, 0, null, { phases: 1 });
  box.step(11000, 1);
  box.take_profile(1, 13, null, { phases: 1 });
  box.step(12000, 1);
  assert.equal(box.watts(), 0, 'the relays take their time');
  assert.equal(box.status(), 'SuspendedEVSE');
  box.step(17000, 1);
  assert.deepEqual(box.amps, [13, 0, 0]);
});

const spoken = { 'ocpp1.6': Station16, 'ocpp2.0.1': Station201 };

/** Everything it has to tell is as the standard's schemas say. */
function all_valid(protocol, station) {
  const [validator] = schemas.filter((one) => one.subprotocol === protocol);
  for (const { method, then } of station.queue) if (method === 'StartTransaction') then({ transactionId: 7 });
  for (const { method, params } of station.queue)
    validator.validate(`urn:${method}.req`, typeof params === 'function' ? params() : params);
}

/** What a transaction of 2.0.1 has told: type, trigger, charging state. */
function events(station) {
  return station.queue.filter((one) => one.method === 'TransactionEvent')
    .map(({ params }) => `${params.eventType} ${params.triggerReason} ${params.transactionInfo.chargingState}`);
}

test('a transaction of 2.0.1 goes from the cable over the card to the unplugging', () => {
  const station = new Station201(new Box());
  station.back(0);
  station.plug({ capacity_wh: 60000, soc: 20, card: 'A' }, 0);
  station.live_alone(0, 60_000, 30_000);
  station.unplug(90_000);
  assert.deepEqual(events(station), ['Started CablePluggedIn EVConnected', 'Updated Authorized EVConnected', 'Updated ChargingStateChanged Charging',
    'Updated MeterValuePeriodic Charging', 'Updated MeterValuePeriodic Charging', 'Ended EVCommunicationLost Idle']);
  const told = station.queue.filter((one) => one.method === 'TransactionEvent').map((one) => one.params);
  assert.deepEqual(told.map((one) => one.seqNo), [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(told[1].idToken, { idToken: 'A', type: 'ISO14443' });
  const register = (one) => one.meterValue[0].sampledValue[0].value;
  assert.ok(Math.abs(register(told.at(-1)) - register(told[0]) - (3 * 16 * volts) / 60000) < 0.002);
  assert.equal(told.at(-1).transactionInfo.stoppedReason, 'EVDisconnected');
  assert.deepEqual(station.queue.filter((one) => one.method === 'StatusNotification').map((one) => one.params.connectorStatus), ['Occupied', 'Available']);
  all_valid('ocpp2.0.1', station);
});

test('what became of a transaction of 2.0.1 without a network says so', () => {
  const station = new Station201(new Box());
  station.back(0);
  station.plug({ capacity_wh: 60000, soc: 20, card: 'A' }, 0);
  station.away = true;
  station.live_alone(0, 60_000, 30_000);
  const offline = station.queue.filter((one) => one.method === 'TransactionEvent').map((one) => one.params.offline);
  assert.deepEqual(offline, [false, false, true, true, true]);
});

for (const [protocol, speaks] of Object.entries(spoken)) {
  test(`${protocol}: a box without a card waits, and is started and stopped by the hub`, () => {
    const station = new speaks(new Box({ follows_ms: 0 }));
    const start = { 'ocpp1.6': ['RemoteStartTransaction', { idTag: 'HUB' }],
      'ocpp2.0.1': ['RequestStartTransaction', { remoteStartId: 7, idToken: { idToken: 'HUB', type: 'Central' } }] }[protocol];
    station.plug({ capacity_wh: 60000, soc: 20 }, 0);
    station.live_alone(0, 30_000, 10_000);
    assert.equal(station.box.watts(), 0);
    assert.equal(station.status, 'Preparing');
    assert.equal(station.answer(...start, 30_000).status, 'Accepted');
    assert.equal(station.answer(...start, 30_000).status, 'Rejected');
    station.live_alone(30_000, 60_000, 10_000);
    assert.equal(station.status, 'Charging');
    station.queue.find((one) => one.method === 'StartTransaction')?.then({ transactionId: 7 });
    const stop = { 'ocpp1.6': ['RemoteStopTransaction', { transactionId: 7 }],
      'ocpp2.0.1': ['RequestStopTransaction', { transactionId: station.transaction.id }] }[protocol];
    assert.equal(station.answer(...stop, 60_000).status, 'Accepted');
    assert.equal(station.answer(...stop, 60_000).status, 'Rejected');
    station.live_alone(60_000, 70_000, 10_000);
    assert.equal(station.box.watts(), 0);
    assert.equal(station.status, 'Finishing');
    all_valid(protocol, station);
  });

  test(`${protocol}: a card that the hub does not know ends what it began`, () => {
    const station = new speaks(new Box({ follows_ms: 0 }));
    station.plug({ capacity_wh: 60000, soc: 20, card: 'STRANGER' }, 0);
    const [asked] = station.queue.filter((one) => one.then !== undefined);
    asked.then({ transactionId: 7, idTagInfo: { status: 'Invalid' }, idTokenInfo: { status: 'Invalid' } });
    station.box.step(1000, 1);
    assert.equal(station.box.watts(), 0);
    assert.equal(station.transaction, null);
    all_valid(protocol, station);
  });

  test(`${protocol}: a card without a car waits a minute for one`, () => {
    const station = new speaks(new Box());
    station.show('A', 0);
    station.look(59_000);
    assert.equal(station.status, 'Preparing');
    station.look(60_000);
    assert.equal(station.status, 'Available');
    if (protocol === 'ocpp2.0.1') assert.deepEqual(events(station), ['Started Authorized Idle', 'Ended EVConnectTimeout Idle']);
    else assert.ok(station.queue.every((one) => !one.method.endsWith('Transaction')));
    station.show('A', 100_000);
    station.plug({ capacity_wh: 60000, soc: 20 }, 110_000);
    station.live_alone(110_000, 120_000, 10_000);
    assert.equal(station.status, 'Charging');
    all_valid(protocol, station);
  });
}

test('a box of 2.0.1 says what it can be set to, and takes nothing else', () => {
  const station = new Station201(new Box({ switches: 'idle' }));
  const name = (key) => { const [component, variable] = key.split('.'); return { component: { name: component }, variable: { name: variable } }; };
  const set = (key, attributeValue) =>
    station.answer('SetVariables', { setVariableData: [{ ...name(key), attributeValue }] }, 0).setVariableResult[0].attributeStatus;
  const get = (key) => station.answer('GetVariables', { getVariableData: [name(key)] }, 0).getVariableResult[0];
  assert.equal(set('SampledDataCtrlr.TxUpdatedMeasurands', 'Current.Import,SoC'), 'Rejected');
  assert.equal(set('SampledDataCtrlr.TxUpdatedMeasurands', 'Current.Import,Voltage'), 'Accepted');
  assert.equal(get('SampledDataCtrlr.TxUpdatedMeasurands').attributeValue, 'Current.Import,Voltage');
  assert.equal(set('SmartChargingCtrlr.RateUnit', 'W'), 'Rejected');
  assert.equal(set('Nothing.AtAll', '1'), 'UnknownVariable');
  assert.equal(set('SecurityCtrlr.BasicAuthPassword', 'a-new-key-of-20-chars'), 'Accepted');
  assert.equal(station.password, 'a-new-key-of-20-chars');
  assert.equal(get('SecurityCtrlr.BasicAuthPassword').attributeStatus, 'Rejected');
  assert.equal(station.answer('GetBaseReport', { requestId: 3, reportBase: 'FullInventory' }, 0).status, 'Accepted');
  assert.deepEqual(station.queue.map((one) => [one.method, one.params.tbc]), [['NotifyReport', true], ['NotifyReport', false]]);
  const rows = station.queue.flatMap((one) => one.params.reportData);
  assert.equal(rows.find((one) => one.variable.name === 'Phases3to1').variableAttribute[0].value, 'true');
  all_valid('ocpp2.0.1', station);
});

test('a box of 2.0.1 tells whether a transaction goes on, and whether something of it still waits', () => {
  const station = new Station201(new Box());
  const status = (transactionId) => station.answer('GetTransactionStatus', { transactionId }, 0);
  station.plug({ capacity_wh: 60000, soc: 20, card: 'A' }, 0);
  const { id } = station.transaction;
  assert.deepEqual(status(id), { messagesInQueue: true, ongoingIndicator: true });
  station.queue.length = 0;
  assert.deepEqual(status(id), { messagesInQueue: false, ongoingIndicator: true });
  assert.deepEqual(status('another'), { messagesInQueue: false, ongoingIndicator: false });
  assert.deepEqual(status(undefined), { messagesInQueue: false });
});

test('what is cleared is what was named, unless the box clears everything', () => {
  const profile = (id, stackLevel, limit) => ({ id, stackLevel, chargingProfilePurpose: 'TxDefaultProfile', chargingProfileKind: 'Absolute',
    chargingSchedule: [{ id, chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit }] }] });
  const old = (one) => ({ connectorId: 1, csChargingProfiles: { ...one, chargingProfileId: one.id, chargingSchedule: one.chargingSchedule[0] } });
  const criteria = { chargingProfilePurpose: 'TxDefaultProfile', stackLevel: 2 };
  for (const [station, set, clear] of [
    [new Station16(new Box()), (one) => ['SetChargingProfile', old(one)], (what) => ['ClearChargingProfile', { connectorId: 1, ...what }]],
    [new Station201(new Box()), (one) => ['SetChargingProfile', { evseId: 1, chargingProfile: one }],
      (what) => ['ClearChargingProfile', { chargingProfileCriteria: { evseId: 1, ...what } }]]]) {
    const levels = () => [...station.box.profiles.keys()];
    for (const level of [0, 1, 2]) station.answer(...set(profile(70 + level, level, 6 + level)), 0);
    assert.equal(station.answer(...clear(criteria), 0).status, 'Accepted');
    assert.deepEqual(levels(), [0, 1]);
    assert.equal(station.answer(...clear(criteria), 0).status, 'Unknown');
    station.clears_all = true;
    assert.equal(station.answer(...clear(criteria), 0).status, 'Accepted');
    assert.deepEqual(levels(), []);
  }
});
