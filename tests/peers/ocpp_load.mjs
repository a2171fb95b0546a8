// Many chargers against one central system, for the benchmark: each calls, waits for the answer, and calls again after a pause.
// Prints {"calls","errors","p50_ms","p99_ms"} of the calls after the warm-up.
//
// usage: ocpp_load.mjs ENDPOINT CHARGERS SECONDS PAUSE_MS heartbeat|meter
import { performance } from 'node:perf_hooks';
import WebSocket from 'ws';

const [endpoint, chargers, seconds, pause, what] = process.argv.slice(2);
const count = Number(chargers), warm = Number(seconds) * 250, until = Number(seconds) * 1000 + warm;
const taken = [];
let errors = 0, began = 0, connected = 0;
const body = () => what === 'heartbeat' ? ['Heartbeat', {}] : ['MeterValues', { connectorId: 1, meterValue: [{ timestamp: new Date().toISOString(), sampledValue: [
  { value: '12345', unit: 'Wh' }, ...['L1', 'L2', 'L3'].flatMap((phase) => [
    { value: '10.1', measurand: 'Current.Import', phase, unit: 'A' }, { value: '2.32', measurand: 'Power.Active.Import', phase, unit: 'kW' }]) ] }] }];

function drive(socket, index) {
  let number = 0, sent = 0;
  const call = () => {
    if (performance.now() - began > until) return;
    sent = performance.now();
    socket.send(JSON.stringify([2, `${index}-${++number}`, ...body()]));
  };
  socket.on('message', (bytes) => {
    const frame = JSON.parse(bytes);
    if (frame[0] === 2) return void socket.send(JSON.stringify([4, frame[1], 'NotImplemented', '', {}]));
    if (frame[1] === 'boot') return;
    const now = performance.now();
    if (frame[0] === 4) ++errors;
    if (now - began > warm) taken.push(now - sent);
    setTimeout(call, Number(pause));
  });
  // Spread over one pause, as they would be in life.
  setTimeout(call, Math.random() * Number(pause));
}

const sockets = [];
for (let i = 0; i < count; ++i) {
  const socket = new WebSocket(`${endpoint}/LOAD-${i}`, ['ocpp1.6'], { perMessageDeflate: false });
  sockets.push(socket);
  await new Promise((done, failed) => { socket.on('open', done); socket.on('error', failed); });
  ++connected;
  await new Promise((done) => {
    socket.once('message', done);
    socket.send(JSON.stringify([2, 'boot', 'BootNotification', { chargePointVendor: 'Load', chargePointModel: 'Bench' }]));
  });
}
// What is asked of each after its boot must not stand in the figures.
began = performance.now() + 2000;
setTimeout(() => sockets.forEach(drive), 2000);
setTimeout(() => {
  taken.sort((a, b) => a - b);
  const at = (q) => taken[Math.min(taken.length - 1, Math.floor(taken.length * q))];
  console.log(JSON.stringify({ calls: taken.length, errors, p50_ms: at(0.5), p99_ms: at(0.99) }));
  process.exit(0);
}, 2000 + until + 500);
