// The page's one store and stream, its route, its clock and its voice.

import { effect, signal } from "@preact/signals";
import { api, ApiError } from "./api";
import { who } from "./desk";
import { enum_word, format_value, title_of } from "./format";
import { t } from "./messages";
import { split_address, type Json, type Wanted } from "./model";
import type { Names } from "./sentences";
import { look_again } from "./sighting";
import { Store } from "./store";
import { Stream, type Socket } from "./stream";

export const store = new Store();

export const stream = new Stream(store, {
  open: () => new WebSocket(location.origin.replace(/^http/, "ws") + "/stream") as unknown as Socket,
  now: () => Date.now(),
  later: (ms, run) => window.setTimeout(run, ms),
  cancel: (id) => window.clearTimeout(id),
  // A hidden page draws nothing, so it would never get a frame; it still follows, four times a second.
  frame: (run) => void (document.hidden ? window.setTimeout(run, 250) : window.requestAnimationFrame(run)),
  random: () => Math.random(),
  signed_in: async () => {
    try {
      await api.me();
      return true;
    } catch (error) {
      return error instanceof ApiError && error.status === 401 ? false : "unreachable";
    }
  },
});

// ---- session ----------------------------------------------------------------------------------------------

export type Gate = "asking" | "sign_in" | "sign_up" | "invited" | "need_link" | "unreachable" | "in";
export const gate = signal<Gate>("asking");

export function signup_code(): string | null {
  const found = /^#(?:signup|invite)=(.+)$/.exec(location.hash);
  return found ? decodeURIComponent(found[1]!) : null;
}

function is_invited(): boolean {
  return location.hash.startsWith("#invite=") && signup_code() !== null;
}

export function enter(): void {
  gate.value = "in";
  stream.connect();
}

export async function knock(): Promise<void> {
  try {
    // Whoever opens an invitation wants to be who it is for, also where somebody else is signed in.
    if (is_invited()) {
      gate.value = "invited";
      return;
    }
    if (signup_code() !== null && (await api.state()).signup_needed) {
      gate.value = "sign_up";
      return;
    }
    store.me.value = await api.me();
    enter();
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) {
      gate.value = "unreachable";
      return;
    }
    const needed = await api.state().then((found) => found.signup_needed, () => false);
    gate.value = needed ? (signup_code() === null ? "need_link" : "sign_up") : "sign_in";
  }
}

export async function leave(): Promise<void> {
  await api.sign_out().catch(() => undefined);
  stream.stop();
  location.hash = "#/";
  location.reload();
}

effect(() => {
  if (stream.link.value.state === "signed_out") gate.value = "sign_in";
});

// ---- route ------------------------------------------------------------------------------------------------

export interface Route {
  view: string; // "", "thing", "energy", "plan", "desk", "journal", "rules", "problems", "system", "why"
  argument: string;
}

function read_route(): Route {
  const [view = "", ...rest] = location.hash.replace(/^#\/?/, "").split("/");
  return { view: /^(signup|invite)=/.test(view) ? "" : view, argument: decodeURIComponent(rest.join("/")) };
}

export const route = signal<Route>(read_route());
export const why_seq = signal<number | null>(null);

export function thing_href(id: string): string {
  return "#/thing/" + encodeURIComponent(id);
}

// ---- clock: ages and staleness move without new readings ---------------------------------------------------

/** The household's time, a few times a minute; ages are shown against it. */
export const now = signal(store.now());

function tick(): void {
  now.value = store.now();
}

// ---- voice: what a screen reader is told, politely ----------------------------------------------------------

export const announcement = signal("");

export function announce(text: string): void {
  // The same words twice in a row would not be read again.
  announcement.value = announcement.peek() === text ? text + "\u00a0" : text;
}

export function names(): Names {
  return { things: store.things.value, rules: store.rules.value };
}

/** A subject by the name that people know it by, and what it is. */
export function whom(subject: string): { name: string; kind: string } {
  return who(subject, store.rules.value);
}

export function value_words(address: string, value: Json): string {
  const { thing, name } = store.spec_of(address);
  if (thing?.actions?.[name]) return thing.actions[name]!.title ?? name;
  return format_value(value, name, thing?.properties[name]);
}

/** The hub's reason in words; the stream's own reasons are keys. */
export function detail_words(detail: string): string {
  if (detail === "lost") return t("command.lost");
  if (detail === "not_connected") return t("command.not_connected");
  return detail;
}

function tell_ended(address: string, wanted: Wanted): void {
  const { thing: id, name } = split_address(address);
  const thing = store.things.peek().get(id);
  const who = thing ? `${thing.title}, ${title_of(name, thing.properties[name])}` : address;
  const words = { thing: who, value: value_words(address, wanted.value), detail: detail_words(wanted.detail) };
  if (wanted.status === "confirmed") announce(t("command.said_confirmed", words));
  else if (wanted.status === "refused") announce(t("command.said_refused", words));
  else if (wanted.status === "failed") announce(t("command.said_failed", words));
  else announce(t("command.said_timed_out", words));
}

export function role_words(role: string): string {
  return enum_word(role);
}

/** How often this browser looks whether the journal's past is the one it knows; also after each break. */
const look_ms = 5 * 60_000;

/** How long a tick stays beside a value that a command just reached. */
const confirmed_shown_ms = 3000;

export function start(): void {
  window.addEventListener("hashchange", () => {
    route.value = read_route();
    why_seq.value = null;
    if (signup_code() !== null) void knock();
  });
  window.addEventListener("online", () => stream.hurry());
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    stream.hurry();
    tick();
  });
  window.setInterval(tick, 5000);
  window.setInterval(() => stream.link.peek().state === "up" && void look_again(), look_ms);
  let was_up = false;
  effect(() => {
    const up = stream.link.value.state === "up";
    if (up) {
      tick();
      void look_again();
    }
    if (up && was_up) announce(t("link.back"));
    was_up ||= up;
  });
  effect(() => {
    const ended = store.ended.value;
    if (!ended) return;
    tell_ended(ended.address, ended.wanted);
    if (ended.wanted.status !== "confirmed") return;
    window.setTimeout(() => {
      if (store.wanted(ended.address).peek() === ended.wanted) store.forget_wanted(ended.address);
    }, confirmed_shown_ms);
  });
  void knock();
}
