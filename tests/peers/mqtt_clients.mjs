// npm's `mqtt`, as MQTT 3.1.1 and as 5.0, against a house:
//   FOXTAIL_OPEN=mqtt://127.0.0.1:PORT    a listener for anonymous clients, who may everything but $-topics
//   FOXTAIL_CLOSED=mqtt://127.0.0.1:PORT  one that asks for a name: meter (publishes meter/out, hears meter/in/#)
//                                         and lab (everything, and $lab/#); FOXTAIL_PASSWORD is both's
//   FOXTAIL_PACKET_MAX=BYTES              the largest packet both take
//   node mqtt_clients.mjs
//
// Nothing waits for a fixed time: that something does not come is shown by a later message that does.
import assert from 'node:assert/strict';
import {once} from 'node:events';
import {after, test} from 'node:test';
import mqtt from 'mqtt';

const open_door = process.env.FOXTAIL_OPEN;
const closed_door = process.env.FOXTAIL_CLOSED;
const password = process.env.FOXTAIL_PASSWORD;
const packet_max = Number(process.env.FOXTAIL_PACKET_MAX);
const patience_ms = 15_000;

const clients = [];
after(() => clients.forEach((client) => client.end(true)));

/** Waits for a promise, and says what for when it does not come. */
async function soon(promise, what) {
  let timer;
  const late = new Promise((_, refuse) => {
    timer = setTimeout(() => refuse(new Error(`not within ${patience_ms} ms: ${what}`)), patience_ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

let clients_made = 0;

/** A connected client; what it hears stands in `heard`, what CONNACK said in `connack`. */
async function come(version, options = {}, door = open_door) {
  const client = mqtt.connect(door, {
    protocolVersion: version,
    clientId: `peer-${process.pid}-${(clients_made += 1)}`,
    clean: true,
    reconnectPeriod: 0,
    connectTimeout: patience_ms,
    ...options,
  });
  clients.push(client);
  client.heard = [];
  client.on('message', (topic, payload, packet) => {
    client.heard.push({topic, text: payload.toString(), payload, retain: packet.retain, qos: packet.qos, properties: packet.properties});
    client.emit('heard');
  });
  client.on('disconnect', (packet) => (client.farewell = packet.reasonCode));
  const failed = new Promise((_, refuse) => client.once('error', refuse));
  failed.catch(() => undefined);
  const [connack] = await soon(Promise.race([once(client, 'connect'), failed]), 'CONNACK');
  client.connack = connack;
  client.on('error', (error) => (client.error = error));
  return client;
}

async function until(client, holds, what) {
  await soon((async () => {
    while (!holds(client.heard)) await once(client, 'heard');
  })(), `${what}; heard ${JSON.stringify(client.heard.map((one) => [one.topic, one.text.slice(0, 40)]))}`);
}

/** What a client heard before the mark, which is sent now by `from` and comes after all that was sent before. */
async function heard_before_mark(client, from, topic) {
  const mark = `mark ${Math.random()}`;
  await from.publishAsync(topic, mark, {qos: 1});
  await until(client, (heard) => heard.some((one) => one.text === mark), `the mark on ${topic}`);
  return client.heard.filter((one) => !one.text.startsWith('mark '));
}

const texts = (heard) => heard.map((one) => one.text);

function code_of(error) {
  return error.code ?? error.packet?.reasonCode;
}

/** The reason codes of SUBACK, one for each filter; a refusal is no exception here. */
function subscribe(client, filters, options = {qos: 1}) {
  return soon(new Promise((done, refuse) => {
    client.subscribe(filters, options, (error, granted, packet) => {
      const suback = packet ?? error?.packet;
      if (suback?.granted) done(suback.granted.map((one) => (typeof one === 'number' ? one : one.qos)));
      else if (error) refuse(error);
      else done(granted.map((one) => one.qos));
    });
  }), 'SUBACK');
}

async function closed(client) {
  if (client.connected) await soon(once(client, 'close'), 'the connection is closed');
  return client.farewell;
}

for (const version of [4, 5]) {
  const base = `peer${version}`;
  const told = (name, run) => test(`${version === 5 ? '5.0' : '3.1.1'}: ${name}`, run);

  told('messages go both ways at QoS 0 and 1, as they were', async () => {
    const [one, other] = [await come(version), await come(version)];
    assert.deepEqual(await subscribe(one, [`${base}/a`], {qos: 0}), [0]);
    assert.deepEqual(await subscribe(other, [`${base}/b`], {qos: 1}), [1]);
    const large = Buffer.alloc(20_000, 0).map((_, i) => i % 251);
    for (const payload of ['plain', '', 'Grüße \u{1F33E}', large]) {
      for (const qos of [0, 1]) {
        await other.publishAsync(`${base}/a`, payload, {qos});
        await one.publishAsync(`${base}/b`, payload, {qos});
      }
    }
    await until(one, (heard) => heard.length === 8, 'eight messages');
    await until(other, (heard) => heard.length === 8, 'eight messages');
    assert.ok(one.heard.every((message) => message.qos === 0), 'QoS is at most what was subscribed');
    assert.deepEqual(other.heard.map((message) => message.qos), [0, 1, 0, 1, 0, 1, 0, 1]);
    assert.deepEqual(texts(one.heard).slice(0, 6), ['plain', 'plain', '', '', 'Grüße \u{1F33E}', 'Grüße \u{1F33E}']);
    assert.ok(one.heard[7].payload.equals(large) && other.heard[7].payload.equals(large), 'bytes were changed');
  });

  told('the order of a topic is kept', async () => {
    const [one, other] = [await come(version), await come(version)];
    await subscribe(one, [`${base}/order`]);
    for (let at = 0; at < 600; at += 100) {
      await Promise.all(Array.from({length: 100}, (_, i) => other.publishAsync(`${base}/order`, String(at + i), {qos: 1})));
    }
    await until(one, (heard) => heard.length >= 600, '600 messages');
    assert.deepEqual(texts(one.heard), Array.from({length: 600}, (_, i) => String(i)));
  });

  told('a retained message waits for who comes later, until an empty one takes it away', async () => {
    const [speaker, early] = [await come(version), await come(version)];
    const topic = `${base}/kept`;
    await subscribe(early, [topic]);
    await speaker.publishAsync(topic, 'first', {qos: 1, retain: true});
    await speaker.publishAsync(topic, 'second', {qos: 1, retain: true});
    const late = await come(version);
    await subscribe(late, [`${base}/+`]);
    assert.deepEqual((await heard_before_mark(late, speaker, topic)).map((one) => [one.text, one.retain]), [['second', true]]);
    assert.deepEqual((await heard_before_mark(early, speaker, topic)).map((one) => [one.text, one.retain]), [['first', false], ['second', false]]);
    await speaker.publishAsync(topic, '', {qos: 1, retain: true});
    const last = await come(version);
    await subscribe(last, [topic]);
    assert.deepEqual(await heard_before_mark(last, speaker, topic), []);
  });

  told('wildcards match levels, and # the level above too', async () => {
    const speaker = await come(version);
    const sent = ['w', 'w/a', 'w/a/b', 'w//b', 'w/b', 'wa'].map((topic) => `${base}/${topic}`);
    const expected = {
      [`${base}/w/#`]: ['w', 'w/a', 'w/a/b', 'w//b', 'w/b'],
      [`${base}/w/+`]: ['w/a', 'w/b'],
      [`${base}/w/+/b`]: ['w/a/b', 'w//b'],
      [`${base}/+/a/#`]: ['w/a', 'w/a/b'],
      [`+/w/b`]: ['w/b'],
      [`${base}/w/a`]: ['w/a'],
    };
    const listeners = [];
    for (const filter of Object.keys(expected)) {
      const listener = await come(version);
      await subscribe(listener, [filter, `${base}/mark`]);
      listeners.push([filter, listener]);
    }
    for (const topic of sent) await speaker.publishAsync(topic, topic, {qos: 1});
    for (const [filter, listener] of listeners) {
      const heard = await heard_before_mark(listener, speaker, `${base}/mark`);
      assert.deepEqual(heard.map((one) => one.topic), expected[filter].map((topic) => `${base}/${topic}`), filter);
    }
  });

  told('# and + at the front do not reach topics that begin with $', async () => {
    const lab = await come(version, {username: 'lab', password}, closed_door);
    const everything = await come(version, {username: 'lab', password}, closed_door);
    await subscribe(lab, ['$lab/#']);
    await subscribe(everything, ['#', '+/x']);
    await lab.publishAsync('$lab/x', 'hidden', {qos: 1});
    await until(lab, (heard) => texts(heard).includes('hidden'), 'what was asked for by its name');
    const heard = await heard_before_mark(everything, lab, `${base}/open`);
    assert.deepEqual(heard.filter((one) => one.topic.startsWith('$')), []);
  });

  told('a will is told when the line breaks, and not after a farewell', async () => {
    const witness = await come(version);
    await subscribe(witness, [`${base}/will/#`]);
    const will = (name) => ({will: {topic: `${base}/will/${name}`, payload: `${name} is gone`, qos: 1, retain: true}});
    const polite = await come(version, will('polite'));
    await polite.endAsync();
    const broken = await come(version, will('broken'));
    broken.stream.destroy();
    await until(witness, (heard) => texts(heard).includes('broken is gone'), 'the will');
    assert.deepEqual(texts(await heard_before_mark(witness, witness, `${base}/will/mark`)), ['broken is gone']);
    const late = await come(version);
    await subscribe(late, [`${base}/will/broken`]);
    await until(late, (heard) => heard.some((one) => one.retain && one.text === 'broken is gone'), 'the retained will');
    await witness.publishAsync(`${base}/will/broken`, '', {qos: 1, retain: true});
  });

  told('a clean start knows nothing of the time before, and takes the place of its namesake', async () => {
    const clientId = `${base}-namesake`;
    const before = await come(version, {clientId});
    await subscribe(before, [`${base}/before`]);
    const gone = closed(before);
    const now = await come(version, {clientId});
    assert.equal(now.connack.sessionPresent, false);
    assert.equal(await gone, version === 5 ? 0x8e : undefined, 'session taken over');
    await subscribe(now, [`${base}/mark`]);
    await now.publishAsync(`${base}/before`, 'old', {qos: 1});
    assert.deepEqual(await heard_before_mark(now, now, `${base}/mark`), []);
  });

  told('no name, a wrong password and an unknown name are refused with their reason', async () => {
    const nobody = version === 5 ? 0x87 : 5;
    const wrong = version === 5 ? 0x86 : 4;
    const refused = async (options) => {
      try {
        await come(version, options, closed_door);
      } catch (error) {
        return code_of(error);
      }
      return 'let in';
    };
    assert.equal(await refused({}), nobody);
    assert.equal(await refused({username: 'meter', password: 'wrong horse'}), wrong);
    assert.equal(await refused({username: 'stranger', password}), wrong);
    const meter = await come(version, {username: 'meter', password}, closed_door);
    assert.equal(meter.connected, true);
  });

  told('what a client may not say or hear is refused, and nobody hears it', async () => {
    const meter = await come(version, {username: 'meter', password}, closed_door);
    const lab = await come(version, {username: 'lab', password}, closed_door);
    await subscribe(lab, ['meter/#', 'boiler/#', `${base}/mark`]);
    const no = version === 5 ? 0x87 : 0x80;
    assert.deepEqual(await subscribe(meter, ['meter/in/#', 'boiler/#', '#', 'meter/out']), [1, no, no, no]);
    const refusal = await meter.publishAsync('boiler/set', 'on', {qos: 1}).then(() => 0, code_of);
    assert.equal(refusal, version === 5 ? 0x87 : 0, '3.1.1 has no word for no');
    await meter.publishAsync('boiler/set', 'on', {qos: 0});
    await meter.publishAsync('meter/out', '7', {qos: 1});
    assert.deepEqual(texts(await heard_before_mark(lab, lab, `${base}/mark`)), ['7']);
    await lab.publishAsync('boiler/set', 'off', {qos: 1});
    await lab.publishAsync('meter/in/rate', '12', {qos: 1});
    await until(meter, (heard) => heard.length > 0, 'what is for the meter');
    assert.deepEqual(texts(meter.heard), ['12']);
    assert.equal(meter.connected, true, 'one topic too many is no reason to throw a whole device out');
  });

  told('who falls silent for one and a half times its keep alive is closed, and its will told', async () => {
    const witness = await come(version);
    await subscribe(witness, [`${base}/silent`]);
    const silent = await come(version, {keepalive: 1, will: {topic: `${base}/silent`, payload: 'fell silent', qos: 0}});
    const talking = await come(version, {keepalive: 1});
    silent.keepaliveManager.destroy(); // neither pings any more, nor gives up by itself
    silent.keepaliveManager = null;
    const begun = performance.now();
    const reason = await closed(silent);
    const took = performance.now() - begun;
    assert.ok(took > 1200, `closed after ${took} ms`);
    assert.equal(reason, version === 5 ? 0x8d : undefined, 'keep alive timeout');
    await until(witness, (heard) => texts(heard).includes('fell silent'), 'the will');
    assert.equal(talking.connected, true, 'who pings stays');
  });

  told('after UNSUBSCRIBE nothing comes any more', async () => {
    const client = await come(version);
    await subscribe(client, [`${base}/left`, `${base}/mark`]);
    await client.publishAsync(`${base}/left`, 'one', {qos: 1});
    await until(client, (heard) => heard.length === 1, 'the first');
    const packet = await client.unsubscribeAsync([`${base}/left`, `${base}/never`]);
    if (version === 5) assert.deepEqual([...(packet?.granted ?? packet?.reasonCodes ?? [])].slice(0, 2), [0, 0x11]);
    await client.publishAsync(`${base}/left`, 'two', {qos: 1});
    assert.deepEqual(texts(await heard_before_mark(client, client, `${base}/mark`)), ['one']);
  });

  told('a packet beyond the limit ends the connection and nobody else', async () => {
    const [witness, large] = [await come(version), await come(version)];
    await subscribe(witness, [`${base}/large`]);
    large.publish(`${base}/large`, Buffer.alloc(packet_max + 1, 120), {qos: 0});
    assert.equal(await closed(large), version === 5 ? 0x95 : undefined, 'packet too large');
    assert.deepEqual(await heard_before_mark(witness, witness, `${base}/large`), []);
  });

  told('a client without an id gets one', async () => {
    const client = await come(version, {clientId: ''});
    if (version === 5) assert.match(client.connack.properties.assignedClientIdentifier, /^.{8,}$/);
    assert.equal(client.connected, true);
  });
}

test('5.0: CONNACK tells what is offered', async () => {
  const {properties} = (await come(5)).connack;
  assert.equal(properties.maximumQoS, 1);
  assert.equal(properties.maximumPacketSize, packet_max);
  assert.equal(properties.sharedSubscriptionAvailable, false);
  assert.ok(properties.receiveMaximum >= 1 && properties.topicAliasMaximum >= 1);
});

test('5.0: QoS 2 is refused with its reason', async () => {
  const client = await come(5);
  assert.deepEqual(await subscribe(client, ['peer5/two'], {qos: 2}), [1], 'granted is at most 1');
  client.publish('peer5/two', 'x', {qos: 2});
  assert.equal(await closed(client), 0x9b);
});

test('5.0: a shared subscription is refused with its reason', async () => {
  assert.deepEqual(await subscribe(await come(5), ['$share/group/peer5/shared']), [0x9e]);
});

test('5.0: retain handling and retain as published are kept', async () => {
  const speaker = await come(5);
  await speaker.publishAsync('peer5/handled', 'kept', {qos: 1, retain: true});
  for (const [rh, first, again] of [[0, 1, 1], [1, 1, 0], [2, 0, 0]]) {
    const client = await come(5);
    await subscribe(client, ['peer5/handled', 'peer5/mark'], {qos: 1, rh});
    assert.equal((await heard_before_mark(client, speaker, 'peer5/mark')).length, first, `retain handling ${rh}, first`);
    client.heard.length = 0;
    await subscribe(client, ['peer5/handled'], {qos: 1, rh});
    assert.equal((await heard_before_mark(client, speaker, 'peer5/mark')).length, again, `retain handling ${rh}, again`);
  }
  const [plain, published] = [await come(5), await come(5)];
  await subscribe(plain, ['peer5/handled'], {qos: 1, rh: 2, rap: false});
  await subscribe(published, ['peer5/handled'], {qos: 1, rh: 2, rap: true});
  await speaker.publishAsync('peer5/handled', 'new', {qos: 1, retain: true});
  assert.deepEqual((await heard_before_mark(plain, speaker, 'peer5/handled')).map((one) => one.retain), [false]);
  assert.deepEqual((await heard_before_mark(published, speaker, 'peer5/handled')).map((one) => one.retain), [true]);
  await speaker.publishAsync('peer5/handled', '', {qos: 1, retain: true});
});

test('5.0: no local keeps one\'s own words away', async () => {
  const [client, other] = [await come(5), await come(5)];
  await subscribe(client, ['peer5/local'], {qos: 1, nl: true});
  await client.publishAsync('peer5/local', 'mine', {qos: 1});
  assert.deepEqual(await heard_before_mark(client, other, 'peer5/local'), []);
});

test('5.0: properties travel with their message', async () => {
  const [one, other] = [await come(5), await come(5)];
  await subscribe(one, ['peer5/props'], {qos: 1, properties: {subscriptionIdentifier: 77}});
  await other.publishAsync('peer5/props', '{}', {qos: 1, properties: {
    payloadFormatIndicator: true, contentType: 'application/json', responseTopic: 'peer5/answer',
    correlationData: Buffer.from([1, 0, 255]), messageExpiryInterval: 600, userProperties: {room: 'hall', floor: ['1', '2']},
  }});
  await until(one, (heard) => heard.length === 1, 'the message');
  const {properties} = one.heard[0];
  assert.equal(properties.contentType, 'application/json');
  assert.equal(properties.payloadFormatIndicator, true);
  assert.equal(properties.responseTopic, 'peer5/answer');
  assert.deepEqual([...properties.correlationData], [1, 0, 255]);
  assert.deepEqual({...properties.userProperties}, {room: 'hall', floor: ['1', '2']});
  assert.ok(properties.messageExpiryInterval > 590 && properties.messageExpiryInterval <= 600);
  assert.equal(properties.subscriptionIdentifier, 77);
  assert.equal(properties.topicAlias, undefined);
});

test('5.0: topic aliases stand for their topics', async () => {
  const [one, other] = [await come(5), await come(5)];
  await subscribe(one, ['peer5/alias/#']);
  for (let alias = 1; alias <= other.connack.properties.topicAliasMaximum; alias += 1) {
    await other.publishAsync(`peer5/alias/${alias}`, 'named', {qos: 1, properties: {topicAlias: alias}});
  }
  for (let alias = 1; alias <= other.connack.properties.topicAliasMaximum; alias += 1) {
    await other.publishAsync('', `by alias ${alias}`, {qos: 1, properties: {topicAlias: alias}});
  }
  const count = other.connack.properties.topicAliasMaximum;
  await until(one, (heard) => heard.length === 2 * count, 'twice as many messages as aliases');
  one.heard.slice(count).forEach((message, i) => assert.deepEqual([message.topic, message.text], [`peer5/alias/${i + 1}`, `by alias ${i + 1}`]));
});

test('5.0: an expired message is not kept for who comes later', async () => {
  const speaker = await come(5);
  await speaker.publishAsync('peer5/short', 'soon over', {qos: 1, retain: true, properties: {messageExpiryInterval: 1}});
  await speaker.publishAsync('peer5/long', 'still true', {qos: 1, retain: true, properties: {messageExpiryInterval: 600}});
  const again = async () => {
    const client = await come(5);
    await subscribe(client, ['peer5/short', 'peer5/long', 'peer5/mark']);
    const heard = texts(await heard_before_mark(client, speaker, 'peer5/mark'));
    client.end(true);
    return heard;
  };
  const begun = performance.now();
  let heard = await again();
  assert.ok(heard.includes('still true'));
  while (heard.includes('soon over') && performance.now() - begun < patience_ms) heard = await again();
  assert.deepEqual(heard, ['still true']);
  await speaker.publishAsync('peer5/long', '', {qos: 1, retain: true});
});

test('5.0: what is larger than a client takes is left out for it alone', async () => {
  const [small, large, speaker] = [await come(5, {properties: {maximumPacketSize: 200}}), await come(5), await come(5)];
  await subscribe(small, ['peer5/size']);
  await subscribe(large, ['peer5/size']);
  await speaker.publishAsync('peer5/size', 'x'.repeat(300), {qos: 1});
  assert.deepEqual(await heard_before_mark(small, speaker, 'peer5/size'), []);
  assert.equal((await heard_before_mark(large, speaker, 'peer5/size')).length, 1);
  assert.equal(small.connected, true);
});

test('5.0: a farewell with will has its will told', async () => {
  const witness = await come(5);
  await subscribe(witness, ['peer5/last']);
  const client = await come(5, {will: {topic: 'peer5/last', payload: 'so be it', qos: 1}});
  await client.endAsync(false, {reasonCode: 4});
  await until(witness, (heard) => texts(heard).includes('so be it'), 'the will');
});
