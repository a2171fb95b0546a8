import assert from "node:assert/strict";
import { test } from "node:test";
import { effect } from "@preact/signals";
import type { Thing } from "../src/model";
import { records_max, Store, type Frame } from "../src/store";

const lamp: Thing = { id: "lamp", kind: "device", title: "Lamp", properties: { on: { type: "boolean", settable: true }, available: { type: "boolean" } } };
const hello = (more: object = {}): Frame => ({ type: "hello", household: "Demo", version: "1", boot: "b1", seq: 10, now: 1000, health: { status: "ok" }, resumed: false, ...more });
const readings = (seq: number, ...rows: unknown[]): Frame => ({ type: "readings", seq, readings: rows });
const wanted = (command: number, status: string, detail = ""): Frame => ({ type: "wanted", wanted: [["lamp/on", true, command, status, detail]] });

function filled(): Store {
  const store = new Store(() => 500);
  store.apply([hello(), { type: "things", things: [lamp] }, readings(10, ["lamp/on", false, "good", 900, 10])]);
  return store;
}

test("a start fills things and readings, and remembers where to resume", () => {
  const store = filled();
  assert.equal(store.things.value.get("lamp")?.title, "Lamp");
  assert.equal(store.reading("lamp/on").value?.value, false);
  assert.equal(store.boot, "b1");
  assert.equal(store.seq, 10);
});

test("the household's clock is followed, not this machine's", () => {
  assert.equal(filled().now(), 1000);
});

test("a change wakes only what shows that reading", () => {
  const store = filled();
  let lamp_runs = 0;
  let other_runs = 0;
  effect(() => void (store.reading("lamp/on").value, lamp_runs++));
  effect(() => void (store.reading("other/on").value, other_runs++));
  store.apply([readings(11, ["lamp/on", true, "good", 1000, 11])]);
  assert.equal(lamp_runs, 2);
  assert.equal(other_runs, 1);
});

test("a reading told again after a resume does not undo a newer one", () => {
  const store = filled();
  store.apply([readings(12, ["lamp/on", true, "good", 1000, 12]), readings(12, ["lamp/on", false, "good", 900, 10])]);
  assert.equal(store.reading("lamp/on").value?.value, true);
});

test("what is told coarse is numbered by its time, and does not shut out what is told exactly later, nor the other way round", () => {
  const store = filled();
  const value = (seq: number, next: unknown): unknown => {
    store.apply([readings(seq, ["lamp/on", next, "good", 1000, seq])]);
    return store.reading("lamp/on").value?.value;
  };
  assert.equal(value(1_790_000_000_000, true), true);
  assert.equal(value(13, false), false);
  assert.equal(value(1_790_000_000_001, true), true);
  assert.equal(value(1_790_000_000_000, false), true, "older of the same kind");
});

test("resuming keeps what is known", () => {
  const store = filled();
  store.apply([hello({ resumed: true, seq: 40 }), readings(40)]);
  assert.equal(store.reading("lamp/on").value?.value, false);
  assert.equal(store.things.value.size, 1);
  assert.equal(store.seq, 40);
});

test("a hello that resumed does not move the place to resume from before its readings have come", () => {
  const store = filled();
  store.apply([hello({ resumed: true, seq: 40 })]);
  assert.equal(store.seq, 10);
});

test("after another boot, what the new picture does not name is unknown again", () => {
  const store = filled();
  store.apply([hello({ boot: "b2", seq: 3 }), { type: "things", things: [] }, readings(3)]);
  assert.equal(store.reading("lamp/on").value, undefined);
  assert.equal(store.things.value.size, 0);
  assert.equal(store.boot, "b2");
  assert.equal(store.seq, 3);
});

test("records are kept once each, newest first, and bounded", () => {
  const store = filled();
  const record = (seq: number): object => ({ seq, time: "2026-01-01T00:00:00Z", actor: "hub", cause: null, kind: "notice", body: { text: String(seq) } });
  store.apply([{ type: "records", records: [record(1), record(2)] }, { type: "records", records: [record(2), record(3)] }]);
  assert.deepEqual(store.records.value.map((one) => one.seq), [3, 2, 1]);
  assert.equal(store.records.value[0]!.time, Date.UTC(2026, 0, 1));
  store.apply([{ type: "records", records: Array.from({ length: records_max + 50 }, (_, index) => record(index + 10)) }]);
  assert.equal(store.records.value.length, records_max);
  assert.equal(store.records.value[0]!.seq, records_max + 59);
});

test("a command that ended before its answer came stays ended", () => {
  const store = filled();
  store.asking("lamp/on", true);
  store.apply([wanted(20, "confirmed")]);
  store.asked("lamp/on", true, 20);
  assert.equal(store.wanted("lamp/on").value?.status, "confirmed");
  assert.equal(store.ended.value?.wanted.status, "confirmed");
});

test("an older command's late end does not cover a newer wish", () => {
  const store = filled();
  store.apply([wanted(20, "pending"), wanted(21, "pending"), wanted(20, "timed_out")]);
  assert.equal(store.wanted("lamp/on").value?.command, 21);
  assert.equal(store.wanted("lamp/on").value?.status, "pending");
});

test("a late duplicate does not reopen an ended command", () => {
  const store = filled();
  store.apply([wanted(20, "pending"), wanted(20, "failed", "no power"), wanted(20, "sent")]);
  assert.equal(store.wanted("lamp/on").value?.status, "failed");
  assert.equal(store.wanted("lamp/on").value?.detail, "no power");
});

test("commands that had ended before the page came are not announced", () => {
  const store = filled();
  store.apply([wanted(5, "confirmed")]);
  assert.equal(store.wanted("lamp/on").value, undefined);
  store.apply([wanted(6, "failed", "old")]);
  assert.equal(store.wanted("lamp/on").value?.live, false);
  assert.equal(store.ended.value, null);
});

test("a thing answers unless its own connector says that it does not", () => {
  const store = filled();
  assert.equal(store.unavailable(lamp), false);
  store.apply([readings(13, ["lamp/available", false, "good", 1000, 13])]);
  assert.equal(store.unavailable(lamp), true);
});

test("things come, change and go one by one", () => {
  const store = filled();
  store.apply([{ type: "things", things: [{ ...lamp, id: "new" }, { ...lamp, title: "Renamed" }] }]);
  assert.equal(store.things.value.size, 2);
  assert.equal(store.things.value.get("lamp")?.title, "Renamed");
  store.apply([{ type: "gone", things: ["lamp"] }]);
  assert.deepEqual([...store.things.value.keys()], ["new"]);
});

test("the same problem again moves to the top instead of standing twice", () => {
  const store = filled();
  const problem = (reason: string, count: number): object => ({ time: 1, source: "mqtt", topic: "a", sample: "", reason, count });
  store.apply([
    { type: "problem", problem: problem("x", 1), total: 1 },
    { type: "problem", problem: problem("y", 1), total: 2 },
    { type: "problem", problem: problem("x", 2), total: 3 },
  ]);
  assert.deepEqual(store.problems.value.map((one) => [one.reason, one.count]), [["x", 2], ["y", 1]]);
  assert.equal(store.problem_total.value, 3);
});

test("another boot's rules replace the old ones", () => {
  const store = filled();
  store.apply([{ type: "rules", rules: [{ id: "old" }] }, hello({ boot: "b2" }), { type: "rules", rules: [{ id: "new" }] }]);
  assert.deepEqual(store.rules.value.map((one) => one.id), ["new"]);
});

test("things that come in several parts all stay", () => {
  const store = filled();
  store.apply([hello({ boot: "b2" }), { type: "things", things: [{ ...lamp, id: "a" }] }, { type: "things", things: [{ ...lamp, id: "b" }] }]);
  assert.deepEqual([...store.things.value.keys()], ["a", "b"]);
});

test("frames of a kind this page does not know change nothing", () => {
  const store = filled();
  store.apply([{ type: "from the future" }]);
  assert.equal(store.things.value.size, 1);
});

test("what waits for the person at the page is told whole, and anew after a break", () => {
  const store = filled();
  const one = { seq: 12, address: "lamp/on", run: false, value: true, asked_by: "agent:butler", on_behalf_of: ["owner:anna"], purpose: "", until: "2026-11-23T10:00:00Z" };
  store.apply([{ type: "waiting", waiting: [one] }]);
  assert.equal(store.waiting.value[0]!.until, Date.parse("2026-11-23T10:00:00Z"));
  store.apply([{ type: "waiting", waiting: [] }]);
  assert.equal(store.waiting.value.length, 0);
  store.apply([{ type: "waiting", waiting: [one] }, hello({ resumed: true })]);
  assert.equal(store.waiting.value.length, 0);
});
