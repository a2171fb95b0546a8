// What the page believes about the household: a fold over the frames of /stream. One signal for each reading, so that a
// change redraws only what shows it. No DOM, no sockets.

import { batch, signal, type Signal } from "@preact/signals";
import type { Entry, Health, Json, Me, Problem, Quality, Reading, Rule, Thing, WaitingWish, Wanted } from "./model";
import { same_value, split_address, to_ms } from "./model";
import type { CommandStatus } from "./model";

/** Newest records kept while live; older ones are loaded on demand. */
export const records_max = 400;
export const problems_max = 200;

export type Frame = { type: string; [key: string]: unknown };

type ReadingRow = [string, Json, Quality, number, number];
type WantedRow = [string, Json, number, CommandStatus, string?];

export class Store {
  readonly me = signal<Me | null>(null);
  readonly household = signal("");
  readonly version = signal("");
  readonly health = signal<Health>({ status: "ok" });
  readonly things = signal<ReadonlyMap<string, Thing>>(new Map());
  /** Newest first, no reading records. */
  readonly records = signal<readonly Entry[]>([]);
  /** Records the hub had to leave out of the stream; the journal has them. */
  readonly lagged = signal(0);
  readonly rules = signal<readonly Rule[]>([]);
  readonly problems = signal<readonly Problem[]>([]);
  readonly problem_total = signal(0);
  /** What waits for the person at this page to say yes or no; oldest first. */
  readonly waiting = signal<readonly WaitingWish[]>([]);
  /** False until the first whole picture has come. */
  readonly filled = signal(false);
  /** Ended commands worth telling aloud, newest last. */
  readonly ended = signal<{ address: string; wanted: Wanted } | null>(null);

  /** Where to resume: the boot the numbers belong to, and the last batch of readings seen whole. */
  boot: string | null = null;
  seq: number | null = null;
  /** Household clock minus this machine's, milliseconds. */
  clock_offset = 0;

  private readonly readings_ = new Map<string, Signal<Reading | undefined>>();
  private readonly wanted_ = new Map<string, Signal<Wanted | undefined>>();
  private replace_things_ = false;

  constructor(private readonly machine_now: () => number = () => Date.now()) {}

  /** The household's clock. */
  now(): number {
    return this.machine_now() + this.clock_offset;
  }

  reading(address: string): Signal<Reading | undefined> {
    let found = this.readings_.get(address);
    if (!found) {
      found = signal<Reading | undefined>(undefined);
      this.readings_.set(address, found);
    }
    return found;
  }

  wanted(address: string): Signal<Wanted | undefined> {
    let found = this.wanted_.get(address);
    if (!found) {
      found = signal<Wanted | undefined>(undefined);
      this.wanted_.set(address, found);
    }
    return found;
  }

  /** Applies frames in their order as one change. */
  apply(frames: readonly Frame[]): void {
    batch(() => {
      for (const frame of frames) this.apply_one(frame);
    });
  }

  private apply_one(frame: Frame): void {
    switch (frame.type) {
      case "hello":
        return this.apply_hello(frame);
      case "things":
        return this.apply_things(frame.things as Thing[]);
      case "gone":
        return this.apply_gone(frame.things as string[]);
      case "readings":
        return this.apply_readings(frame.readings as ReadingRow[], frame.seq as number | undefined);
      case "wanted":
        return this.apply_wanted(frame.wanted as WantedRow[]);
      case "waiting":
        this.waiting.value = (frame.waiting as WaitingWish[]).map((one) => ({ ...one, until: to_ms(one.until) }));
        return;
      case "records":
        return this.apply_records(frame.records as Entry[]);
      case "rules":
        return this.apply_rules(frame.rules as Rule[]);
      case "problem":
        return this.apply_problem(frame.problem as Problem, frame.total as number | undefined);
      case "health":
        this.health.value = frame.health as Health;
        return;
      case "lagged":
        this.lagged.value += Number(frame.records ?? 1);
        return;
      case "time":
        this.clock_offset = to_ms(frame.now) - this.machine_now();
        return;
      default:
        return; // a newer hub may say more than this page knows
    }
  }

  private apply_hello(frame: Frame): void {
    this.household.value = String(frame.household ?? "");
    this.version.value = String(frame.version ?? "");
    this.me.value = (frame.me as Me | undefined) ?? this.me.value;
    this.health.value = (frame.health as Health | undefined) ?? { status: "ok" };
    if (frame.now !== undefined) this.clock_offset = to_ms(frame.now) - this.machine_now();
    this.boot = String(frame.boot ?? "");
    this.waiting.value = []; // told anew
    if (frame.resumed) return;
    // A whole picture follows; what it does not name is not known any more.
    this.seq = typeof frame.seq === "number" ? frame.seq : null;
    this.replace_things_ = true;
    this.records.value = [];
    this.rules.value = [];
    for (const one of this.readings_.values()) one.value = undefined;
    for (const one of this.wanted_.values()) one.value = undefined;
  }

  private apply_things(things: Thing[]): void {
    const next = new Map(this.replace_things_ ? [] : this.things.value);
    this.replace_things_ = false;
    for (const thing of things) next.set(thing.id, { ...thing, properties: thing.properties ?? {} });
    this.things.value = next;
    this.filled.value = true;
  }

  private apply_gone(ids: string[]): void {
    const next = new Map(this.things.value);
    for (const id of ids) next.delete(id);
    this.things.value = next;
  }

  private apply_readings(rows: ReadingRow[], seq: number | undefined): void {
    for (const [address, value, quality, time, at_seq] of rows) {
      const found = this.reading(address);
      const before = found.peek();
      if (before && before.seq > at_seq && by_time(before.seq) === by_time(at_seq)) continue; // told again after a resume
      found.value = { value, quality, time: to_ms(time), seq: at_seq };
    }
    if (seq !== undefined && seq > (this.seq ?? 0)) this.seq = seq;
  }

  private apply_wanted(rows: WantedRow[]): void {
    for (const [address, value, command, status, detail] of rows) {
      const found = this.wanted(address);
      const before = found.peek();
      if (before && before.command > command) continue; // a newer wish has replaced it
      const same = before && before.command === command;
      if (same && is_final(before.status) && !is_final(status)) continue;
      // A wish whose end was already told when the page came is no news.
      const live = before !== undefined || !is_final(status);
      const wanted: Wanted = { value, command, status, detail: detail ?? "", at: this.now(), live };
      if (is_final(status) && !live && status === "confirmed") continue;
      found.value = wanted;
      if (is_final(status) && live && !(same && before.status === status)) this.ended.value = { address, wanted };
    }
  }

  private apply_records(entries: Entry[]): void {
    const known = new Set(this.records.value.map((one) => one.seq));
    const fresh = entries
      .filter((one) => !known.has(one.seq))
      .map((one) => ({ ...one, time: to_ms(one.time), body: one.body ?? {} }));
    if (fresh.length === 0) return;
    const all = [...fresh, ...this.records.value].sort((a, b) => b.seq - a.seq);
    this.records.value = all.slice(0, records_max);
  }

  private apply_rules(rules: Rule[]): void {
    const next = new Map(this.rules.value.map((one) => [one.id, one]));
    for (const rule of rules) next.set(rule.id, rule);
    this.rules.value = [...next.values()];
  }

  private apply_problem(problem: Problem, total: number | undefined): void {
    const told = { ...problem, time: to_ms(problem.time) };
    const same = (one: Problem): boolean =>
      one.source === told.source && one.topic === told.topic && one.reason === told.reason;
    this.problems.value = [told, ...this.problems.value.filter((one) => !same(one))].slice(0, problems_max);
    if (total !== undefined) this.problem_total.value = total;
  }

  // ---- what this page itself asked for --------------------------------------------------------------------

  asking(address: string, value: Json): void {
    this.wanted(address).value = { value, command: 0, status: "asking", detail: "", at: this.now(), live: true };
  }

  /** The hub took the wish as command `command`, unless it has already told more about it. */
  asked(address: string, value: Json, command: number): void {
    const found = this.wanted(address);
    const before = found.peek();
    if (before && before.command >= command) return;
    if (before && before.status === "asking" && !same_value(before.value, value)) return; // asked again meanwhile
    found.value = { value, command, status: "pending", detail: "", at: this.now(), live: true };
  }

  not_asked(address: string, value: Json, status: "refused" | "failed", detail: string): void {
    const wanted: Wanted = { value, command: 0, status, detail, at: this.now(), live: true };
    this.wanted(address).value = wanted;
    this.ended.value = { address, wanted };
  }

  forget_wanted(address: string): void {
    this.wanted(address).value = undefined;
  }

  /** True when the thing's own connector says that it does not answer. */
  unavailable(thing: Thing): boolean {
    if (thing.properties.available?.type !== "boolean") return false;
    return this.reading(thing.id + "/available").value?.value === false;
  }

  spec_of(address: string): { thing: Thing | undefined; name: string } {
    const { thing, name } = split_address(address);
    return { thing: this.things.value.get(thing), name };
  }
}

/** What is told coarse is numbered in milliseconds, all else by its record: the two do not compare. */
function by_time(seq: number): boolean {
  return seq > 1e11;
}

export function is_final(status: CommandStatus): boolean {
  return status === "confirmed" || status === "refused" || status === "failed" || status === "timed_out";
}
