// The wallbox of the tests is itself tested: what the hub is held to is only worth what this box is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Box, Car, volts } from './wallbox_physics.mjs';
import { fault_of, faults_at } from './wallbox_faults.mjs';
import { Station } from './wallbox_station.mjs';

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
  assert.deepEqual(faults_at(faults, noon), { lost: [], lie: 1, waits: false, refuses: false, offline: false, live_status: false, clock_ms: -3600000 });
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
  const station = new Station(new Box());
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
  const station = new Station(new Box());
  station.plug({ capacity_wh: 60000, soc: 20, card: 'A' }, 0);
  for (let n = 0; n < 6000; n += 1) station.meter(n);
  station.unplug(6000);
  assert.equal(station.queue.length, 5000);
  assert.ok(station.dropped > 1000);
  const kept = station.queue.map((one) => one.method).filter((one) => one.endsWith('Transaction'));
  assert.deepEqual(kept, ['StartTransaction', 'StopTransaction']);
});

test('a refusal changes no limit, and a wrong clock is in what is told', () => {
  const station = new Station(new Box());
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
