// Who was given something, with programs of others: npm's `eventsource`, `ws` and `mqtt` (3.1.1 and 5.0) and plain HTTP hold
// one grant while values come as fast as a device can say them. It is taken back: each is closed, nothing that was recorded
// from the certificate's number on came to any of them, and coming again gets nothing.
//   FOXTAIL_URL, FOXTAIL_TOKEN (the owner's), FOXTAIL_OPEN (MQTT without a name), FOXTAIL_CLOSED (with one)  node grantees.mjs
// The house has the things porch and cellar, each with a lux.
import assert from 'node:assert/strict';
import {once} from 'node:events';
import {after, test} from 'node:test';
import {EventSource} from 'eventsource';
import mqtt from 'mqtt';
import {WebSocket} from 'ws';

const url = process.env.FOXTAIL_URL;
const patience_ms = 20_000;
const property = '/things/porch/properties/lux';

const ends = [];
after(() => ends.forEach((end) => end()));

/** Asks until it holds; nothing here waits for a fixed time. */
async function until(holds, what) {
  const end = Date.now() + patience_ms;
  while (!(await holds())) {
    assert.ok(Date.now() < end, `not within ${patience_ms} ms: ${typeof what === 'function' ? what() : what}`);
    await new Promise((done) => setTimeout(done, 5));
  }
}

const by = (token) => ({authorization: `Bearer ${token}`});

async function ask(method, path, token = process.env.FOXTAIL_TOKEN, body) {
  const answer = await fetch(url + path, {method, headers: by(token), body: body && JSON.stringify(body)});
  const text = await answer.text();
  return {status: answer.status, headers: answer.headers, value: text && JSON.parse(text)};
}

async function give(name, address) {
  const given = await ask('POST', '/grants', undefined, {
    subject_name: name, addresses: [address], verbs: ['read'], terms: {obligations: {erase_after: '30d'}},
  });
  assert.equal(given.status, 201, JSON.stringify(given.value));
  return given.value;
}

// ---- the peers: each notes the number of every record it was told, and how it ended ------------------------------

function peer(name) {
  return {name, seqs: [], others: [], ended: undefined};
}

function hears(one, address, seq) {
  (address === 'porch/lux' ? one.seqs : one.others).push(seq);
}

function by_events(token, name = 'eventsource') {
  const one = peer(name);
  const source = new EventSource(`${url}${property}/observe`, {fetch: (where, init) => fetch(where, {...init, headers: {...init.headers, ...by(token)}})});
  ends.push(() => source.close());
  source.addEventListener('lux', (event) => hears(one, 'porch/lux', Number(event.lastEventId)));
  // It comes again by itself when a line is lost; what ends it is an answer that is no stream.
  source.addEventListener('error', (error) => {
    if (source.readyState === EventSource.CLOSED) one.ended = error.code;
  });
  return one;
}

function by_socket(token, name = 'ws') {
  const one = peer(name);
  const socket = new WebSocket(url.replace('http', 'ws') + '/stream', {headers: by(token)});
  ends.push(() => socket.terminate());
  socket.on('open', () => socket.send('{"op":"start","boot":null,"seq":null}'));
  socket.on('message', (data) => {
    const frame = JSON.parse(data);
    if (frame.type === 'readings') for (const [address, , , , seq] of frame.readings) hears(one, address, seq);
  });
  socket.on('unexpected-response', (_, answer) => (one.ended = answer.statusCode));
  socket.on('close', (code, reason) => {
    one.ended ??= code;
    one.reason = String(reason);
  });
  socket.on('error', () => undefined);
  return one;
}

function by_mqtt(token, version, name = `mqtt ${version === 5 ? '5.0' : '3.1.1'}`) {
  const one = peer(name);
  const client = mqtt.connect(process.env.FOXTAIL_CLOSED, {protocolVersion: version, username: 'grantee', password: token, reconnectPeriod: 0, clean: true});
  ends.push(() => client.end(true));
  client.on('connect', () => client.subscribe('$foxtail/things/#', {qos: 0}));
  client.on('message', (_, payload) => {
    const said = JSON.parse(payload);
    hears(one, said.address, said.seq);
  });
  client.on('disconnect', (packet) => (one.ended = packet.reasonCode));
  client.on('error', (error) => (one.ended ??= error.code));
  client.on('close', () => (one.ended ??= 'closed'));
  return one;
}

/** Asks again and again, one request after the other. */
function by_http(token, name = 'HTTP') {
  const one = peer(name);
  const poll = async () => {
    while (one.ended === undefined) {
      const {status, headers} = await ask('GET', property, token);
      if (status === 200) hears(one, 'porch/lux', Number(headers.get('foxtail-seq')));
      else one.ended = status;
    }
  };
  poll().catch((error) => (one.ended = String(error)));
  ends.push(() => (one.ended ??= 'left'));
  return one;
}

const all = (token) => [by_events(token), by_socket(token), by_mqtt(token, 4), by_mqtt(token, 5), by_http(token)];
const heard = (peers) => JSON.stringify(peers.map(({name, seqs, ended}) => [name, seqs.length, seqs.at(-1), ended]));

test('a grant that is taken back ends for every peer, and nothing comes late', async () => {
  const device = mqtt.connect(process.env.FOXTAIL_OPEN, {reconnectPeriod: 0});
  await once(device, 'connect');
  ends.push(() => device.end(true));
  let value = 0;
  const speaks = () => device.publishAsync('porch/lux', JSON.stringify({v: (value += 1)}), {qos: 0});
  await device.publishAsync('cellar/lux', '{"v": 7}', {qos: 1});
  await speaks();
  await until(async () => (await ask('GET', property)).value > 0, 'the first value');

  const given = await give('participant:insurer', 'porch/lux');
  const control = await give('participant:utility', 'porch/lux');
  const peers = all(given.token);
  const others = all(control.token);
  await until(() => [...peers, ...others].every((one) => one.seqs.length > 0), () => `all hear of it: ${heard(peers)} ${heard(others)}`);

  let speaking = true;
  const flood = (async () => {
    while (speaking) {
      await speaks();
      await new Promise((done) => setTimeout(done, 1));
    }
  })();
  const lately = peers.map((one) => one.seqs.length);
  await until(() => peers.every((one, i) => one.seqs.length > lately[i] + 3), () => `values come to each: ${heard(peers)}`);
  const taken = await ask('DELETE', `/grants/${given.id}`);
  assert.equal(taken.status, 200, JSON.stringify(taken.value));
  const {effective_seq: effective, delivered_last_seq: delivered} = taken.value;
  assert.ok(delivered < effective && taken.value.certificate && taken.value.erase_by, JSON.stringify(taken.value));

  await until(() => peers.every((one) => one.ended !== undefined), () => `each is closed: ${heard(peers)}`);
  // The house goes on, and tells those who still have a grant of it.
  await until(() => others.every((one) => one.seqs.at(-1) > effective + 20), () => `the others go on: ${heard(others)}`);
  const late = peers.flatMap((one) => one.seqs.filter((seq) => seq >= effective).map((seq) => `${one.name}: ${seq}`));
  assert.deepEqual(late, [], `told although it was recorded from ${effective} on`);
  assert.deepEqual(peers.map((one) => one.ended), [401, 4401, 'closed', 0x87, 401], heard(peers));
  assert.match(peers[1].reason, /erase by .*, then POST \/erasure$/);
  assert.deepEqual([...peers, ...others].flatMap((one) => one.others), [], 'nobody was given the cellar');
  assert.ok(others.every((one) => one.ended === undefined), heard(others));

  const again = all(given.token);
  await until(() => again.every((one) => one.ended !== undefined), () => `none is let in again: ${heard(again)}`);
  await until(() => others.every((one) => one.seqs.at(-1) > effective + 40), () => `values came meanwhile: ${heard(others)}`);
  speaking = false;
  await flood;
  assert.deepEqual(again.flatMap((one) => one.seqs), [], heard(again));
  assert.equal(peers.flatMap((one) => one.seqs).filter((seq) => seq >= effective).length, 0);

  // The one thing that the token still opens.
  const done = await ask('POST', '/erasure', given.token);
  assert.deepEqual([done.status, done.value.state, done.value.erase_by], [200, 'done', taken.value.erase_by]);
  assert.equal((await ask('POST', '/erasure', control.token)).status, 404, 'a grant in force has nothing to erase');
});
