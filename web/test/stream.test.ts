import assert from "node:assert/strict";
import { test } from "node:test";
import { Store } from "../src/store";
import { back_off_ms, silence_ms_max, Stream, type Socket, type Surroundings } from "../src/stream";

class FakeSocket implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((message: { data: unknown }) => void) | null = null;
  onclose: ((why: { code: number }) => void) | null = null;
  sent: { [key: string]: unknown }[] = [];
  closed = false;
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(): void {
    this.closed = true;
  }
  say(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

/** A world in which time moves only when told to. */
class World {
  sockets: FakeSocket[] = [];
  time = 0;
  session: boolean | "unreachable" = true;
  frames: (() => void)[] = [];
  private next_ = 1;
  private timers_ = new Map<number, { at: number; run: () => void }>();
  readonly store = new Store(() => this.time);
  readonly stream = new Stream(this.store, {
    open: () => this.open(),
    now: () => this.time,
    later: (ms, run) => {
      this.timers_.set(this.next_, { at: this.time + ms, run });
      return this.next_++;
    },
    cancel: (id) => void this.timers_.delete(id),
    frame: (run) => void this.frames.push(run),
    random: () => 0,
    signed_in: async () => this.session,
  } satisfies Surroundings);

  refuse_to_open = false;

  private open(): FakeSocket {
    if (this.refuse_to_open) throw new Error("not now");
    const socket = new FakeSocket();
    this.sockets.push(socket);
    return socket;
  }

  get socket(): FakeSocket {
    return this.sockets[this.sockets.length - 1]!;
  }

  pass(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const due = [...this.timers_].filter(([, timer]) => timer.at <= end).sort((a, b) => a[1].at - b[1].at)[0];
      if (!due) break;
      this.timers_.delete(due[0]);
      this.time = due[1].at;
      due[1].run();
    }
    this.time = end;
  }

  draw(): void {
    for (const run of this.frames.splice(0)) run();
  }

  greet(more: object = {}): void {
    this.socket.onopen?.();
    this.socket.say({ type: "hello", boot: "b1", seq: 7, now: this.time, household: "D", version: "1", resumed: false, ...more });
    this.socket.say({ type: "readings", seq: 7, readings: [] });
    this.draw();
  }
}

const settle = (): Promise<void> => new Promise((done) => setImmediate(done));

test("a first start asks for everything, a later one resumes where it was", async () => {
  const world = new World();
  world.stream.connect();
  world.socket.onopen?.();
  assert.deepEqual(world.socket.sent, [{ op: "start", boot: null, seq: null }]);
  world.greet();
  world.socket.say({ type: "readings", seq: 9, readings: [["a/b", 1, "good", 1, 9]] });
  world.draw();
  world.socket.onclose?.({ code: 1006 });
  await settle();
  world.pass(20_000);
  world.socket.onopen?.();
  assert.equal(world.sockets.length, 2);
  assert.deepEqual(world.socket.sent, [{ op: "start", boot: "b1", seq: 9 }]);
});

test("the back-off doubles to fifteen seconds and spreads pages out", () => {
  assert.deepEqual([1, 2, 3, 6, 20].map((attempt) => back_off_ms(attempt, 0)), [500, 1000, 2000, 15000, 15000]);
  assert.equal(back_off_ms(20, 1), 10500);
});

test("the back-off starts over once a hello has come", async () => {
  const world = new World();
  world.stream.connect();
  for (let round = 0; round < 4; round += 1) {
    world.socket.onclose?.({ code: 1006 });
    await settle();
    world.pass(20_000);
  }
  world.greet();
  const before = world.time;
  world.socket.onclose?.({ code: 1006 });
  const link = world.stream.link.value;
  assert.ok(link.state === "waiting" && link.until - before === 500);
});

test("too slow means come back at once", async () => {
  const world = new World();
  world.stream.connect();
  world.greet();
  world.socket.onclose?.({ code: 4408 });
  world.pass(0);
  assert.equal(world.sockets.length, 2);
});

test("a revoked session ends at the door and does not knock again", async () => {
  const world = new World();
  world.stream.connect();
  world.greet();
  world.socket.onclose?.({ code: 4401 });
  await settle();
  world.pass(60_000);
  assert.equal(world.stream.link.value.state, "signed_out");
  assert.equal(world.sockets.length, 1);
});

test("a refused handshake leads to the door only if the session is gone", async () => {
  const world = new World();
  world.session = "unreachable";
  world.stream.connect();
  world.socket.onclose?.({ code: 1006 });
  await settle();
  assert.equal(world.stream.link.value.state, "waiting");
  world.session = false;
  world.pass(20_000);
  world.socket.onclose?.({ code: 1006 });
  await settle();
  assert.equal(world.stream.link.value.state, "signed_out");
});

test("a line that says nothing is given up", () => {
  const world = new World();
  world.stream.connect();
  world.greet();
  const dead = world.socket;
  for (let second = 0; second < 15; second += 1) world.pass(1000);
  world.socket.say({ type: "time", now: world.time });
  world.pass(silence_ms_max - 1000);
  assert.equal(world.sockets.length, 1);
  world.pass(silence_ms_max);
  assert.ok(dead.closed);
  assert.ok(world.sockets.length > 1);
});

test("many frames between two pictures are applied together", () => {
  const world = new World();
  world.stream.connect();
  world.greet();
  for (let n = 1; n <= 50; n += 1) world.socket.say({ type: "readings", seq: 10 + n, readings: [["a/b", n, "good", n, 10 + n]] });
  assert.equal(world.frames.length, 1);
  assert.equal(world.store.reading("a/b").value, undefined);
  world.draw();
  assert.equal(world.store.reading("a/b").value?.value, 50);
});

test("a wish is asked, answered and pending; a refusal carries its reason", () => {
  const world = new World();
  world.stream.connect();
  world.greet();
  world.stream.set("lamp/on", true);
  assert.equal(world.store.wanted("lamp/on").value?.status, "asking");
  const asked = world.socket.sent[world.socket.sent.length - 1]!;
  assert.deepEqual(asked, { op: "set", address: "lamp/on", value: true, id: 1 });
  world.socket.say({ type: "answer", id: 1, ok: true, command: 30 });
  world.draw();
  assert.deepEqual([world.store.wanted("lamp/on").value?.status, world.store.wanted("lamp/on").value?.command], ["pending", 30]);
  world.stream.set("lamp/on", 7);
  world.socket.say({ type: "answer", id: 2, ok: false, problem: { status: 422, title: "refused", detail: "not a boolean" } });
  world.draw();
  assert.deepEqual([world.store.wanted("lamp/on").value?.status, world.store.wanted("lamp/on").value?.detail], ["refused", "not a boolean"]);
});

test("a wish whose answer was lost is told as failed, and one without a connection is not kept for later", () => {
  const world = new World();
  world.stream.connect();
  world.greet();
  world.stream.set("lamp/on", true);
  world.socket.onclose?.({ code: 1006 });
  assert.deepEqual([world.store.wanted("lamp/on").value?.status, world.store.wanted("lamp/on").value?.detail], ["failed", "lost"]);
  world.stream.set("lamp/on", false);
  assert.equal(world.store.wanted("lamp/on").value?.detail, "not_connected");
  world.pass(1000);
  world.greet({ resumed: true });
  assert.equal(world.socket.sent.filter((one) => one.op === "set").length, 0);
});

test("a browser that refuses to try is asked again", async () => {
  const world = new World();
  world.refuse_to_open = true;
  world.stream.connect();
  await settle();
  assert.equal(world.stream.link.value.state, "waiting");
  world.refuse_to_open = false;
  world.pass(1000);
  world.greet();
  assert.equal(world.stream.link.value.state, "up");
});

test("what is no JSON is passed over", () => {
  const world = new World();
  world.stream.connect();
  world.greet();
  world.socket.onmessage?.({ data: "{" });
  world.socket.say({ type: "readings", seq: 11, readings: [["a/b", 1, "good", 1, 11]] });
  world.draw();
  assert.equal(world.store.reading("a/b").value?.value, 1);
});
