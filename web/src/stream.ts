// The one connection to the hub: start or resume, batch frames, notice silence, come back with back-off.
// Sockets, timers and the frame pacer are given from outside, so tests drive it without a network or a clock.

import { signal } from "@preact/signals";
import type { Json, ProblemDetails } from "./model";
import type { Frame, Store } from "./store";

export interface Socket {
  onopen: (() => void) | null;
  onmessage: ((message: { data: unknown }) => void) | null;
  onclose: ((why: { code: number }) => void) | null;
  send(text: string): void;
  close(): void;
}

export interface Surroundings {
  open(): Socket;
  now(): number;
  later(ms: number, run: () => void): number;
  cancel(id: number): void;
  /** Runs once before the next picture is drawn. */
  frame(run: () => void): void;
  random(): number;
  /** Whether the session is still good; asked when a connection ends before its hello. */
  signed_in(): Promise<boolean | "unreachable">;
}

export type Link =
  | { state: "off" }
  | { state: "connecting"; attempt: number }
  | { state: "up" }
  | { state: "waiting"; attempt: number; until: number; since: number }
  | { state: "signed_out" };

const first_delay_ms = 500;
const delay_ms_max = 15_000;
/** The hub says the time every 15 s; twice that and some more without a word means the line is dead. */
export const silence_ms_max = 40_000;

/** Pause before attempt n (1, 2, ...): doubles to 15 s, with up to 30 % less so that pages do not return in step. */
export function back_off_ms(attempt: number, random: number): number {
  const full = Math.min(delay_ms_max, first_delay_ms * 2 ** (attempt - 1));
  return Math.round(full * (1 - 0.3 * random));
}

interface Ask {
  address: string;
  value: Json;
  done?: (command: number | null, problem: ProblemDetails | null) => void;
}

export class Stream {
  readonly link = signal<Link>({ state: "off" });
  /** When the hub was last heard, by this machine's clock. */
  last_heard = 0;

  private socket_: Socket | null = null;
  private greeted_ = false;
  private attempt_ = 0;
  private timer_ = 0;
  private watch_ = 0;
  private queue_: Frame[] = [];
  private paced_ = false;
  private next_id_ = 1;
  private readonly asks_ = new Map<number, Ask>();

  constructor(
    private readonly store: Store,
    private readonly around: Surroundings,
  ) {}

  connect(): void {
    if (this.socket_) return;
    this.around.cancel(this.timer_);
    this.greeted_ = false;
    this.link.value = { state: "connecting", attempt: this.attempt_ };
    let socket: Socket;
    try {
      socket = this.around.open();
    } catch {
      void this.closed(1006); // a browser may refuse to try at all; it is tried again like any other loss
      return;
    }
    this.socket_ = socket;
    socket.onopen = () => {
      socket.send(JSON.stringify({ op: "start", boot: this.store.boot, seq: this.store.seq }));
    };
    socket.onmessage = (message) => {
      if (socket === this.socket_) this.hear(String(message.data));
    };
    socket.onclose = (why) => {
      if (socket === this.socket_) void this.closed(why.code);
    };
    this.heard();
    this.watch();
  }

  /** Leaves for good (sign-out). */
  stop(): void {
    const socket = this.socket_;
    this.socket_ = null;
    this.around.cancel(this.timer_);
    this.around.cancel(this.watch_);
    socket?.close();
    this.link.value = { state: "off" };
    this.fail_asks();
  }

  /** Tries at once if it is waiting: the network came back, or the person asked. */
  hurry(): void {
    if (this.link.peek().state === "waiting") this.connect();
  }

  /** Wishes a value. The outcome shows in store.wanted(address). */
  set(address: string, value: Json): void {
    this.store.asking(address, value);
    this.ask({ op: "set", address, value }, { address, value });
  }

  run(thing: string, action: string, input: Json | undefined): void {
    const address = `${thing}/${action}`;
    this.store.asking(address, input ?? null);
    const frame: Record<string, unknown> = { op: "run", thing, action };
    if (input !== undefined) frame.input = input;
    this.ask(frame, { address, value: input ?? null });
  }

  private ask(frame: Record<string, unknown>, ask: Ask): void {
    if (!this.socket_ || !this.greeted_) {
      this.store.not_asked(ask.address, ask.value, "failed", "not_connected");
      return;
    }
    const id = this.next_id_++;
    this.asks_.set(id, ask);
    this.socket_.send(JSON.stringify({ ...frame, id }));
  }

  private heard(): void {
    this.last_heard = this.around.now();
  }

  private watch(): void {
    this.around.cancel(this.watch_);
    this.watch_ = this.around.later(silence_ms_max / 4, () => {
      if (!this.socket_) return;
      if (this.around.now() - this.last_heard > silence_ms_max) {
        const dead = this.socket_;
        void this.closed(1006);
        dead.close();
        return;
      }
      this.watch();
    });
  }

  private hear(text: string): void {
    this.heard();
    let frame: Frame;
    try {
      frame = JSON.parse(text) as Frame;
    } catch {
      return; // not ours; the next frame may be
    }
    if (frame.type === "hello") {
      this.greeted_ = true;
      this.attempt_ = 0;
      this.link.value = { state: "up" };
    }
    this.queue_.push(frame);
    if (this.paced_) return;
    this.paced_ = true;
    this.around.frame(() => this.drain());
  }

  /** Applies all that has queued since the last picture. */
  private drain(): void {
    this.paced_ = false;
    const frames = this.queue_;
    this.queue_ = [];
    this.store.apply(frames.filter((one) => one.type !== "answer"));
    for (const one of frames) {
      if (one.type === "answer") this.answered(one);
    }
  }

  private answered(frame: Frame): void {
    const ask = this.asks_.get(frame.id as number);
    if (!ask) return;
    this.asks_.delete(frame.id as number);
    if (frame.ok) {
      this.store.asked(ask.address, ask.value, Number(frame.command ?? 0));
      return;
    }
    const problem = (frame.problem ?? {}) as ProblemDetails;
    const status = problem.status !== undefined && problem.status >= 500 ? "failed" : "refused";
    this.store.not_asked(ask.address, ask.value, status, problem.detail ?? problem.title ?? "");
  }

  private fail_asks(): void {
    for (const ask of this.asks_.values()) this.store.not_asked(ask.address, ask.value, "failed", "lost");
    this.asks_.clear();
  }

  private async closed(code: number): Promise<void> {
    const was_greeted = this.greeted_;
    this.socket_ = null;
    this.greeted_ = false;
    this.around.cancel(this.watch_);
    this.fail_asks();
    if (code === 4401) {
      this.link.value = { state: "signed_out" };
      return;
    }
    this.attempt_ += 1;
    const delay = code === 4408 ? 0 : back_off_ms(this.attempt_, this.around.random());
    const now = this.around.now();
    this.link.value = { state: "waiting", attempt: this.attempt_, until: now + delay, since: this.last_heard };
    this.timer_ = this.around.later(delay, () => this.connect());
    // A refused handshake tells the page no reason; the session's own route does.
    if (!was_greeted && (await this.around.signed_in()) === false && this.link.peek().state !== "up") {
      this.around.cancel(this.timer_);
      const socket = this.socket_ as Socket | null;
      this.socket_ = null;
      socket?.close();
      this.link.value = { state: "signed_out" };
    }
  }
}
