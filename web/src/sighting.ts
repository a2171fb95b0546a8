// What this browser keeps of the hub's ledger, and what it finds when it looks again (witness.ts). One for all who use this browser.

import { signal } from "@preact/signals";
import { api, ApiError } from "./api";
import { parse_checkpoint, type Seen } from "./checkpoint";

interface Kept {
  note: string; // the newest checkpoint whose past was checked
  at: number;
  /** What contradicts it. Stays until somebody says that they know why. */
  conflict?: { kind: "rollback" | "fork" | "other"; note: string };
}

export interface Sighting {
  held: Seen;
  at: number;
  conflict?: { kind: "rollback" | "fork" | "other"; now: Seen };
  /** Why the newest answer of the hub could not be checked. */
  unchecked?: string;
}

const place = "foxtail.witness";
export const sighting = signal<Sighting | null>(null);

function read(): Kept | null {
  try {
    const kept = JSON.parse(localStorage.getItem(place) ?? "null") as Kept | null;
    if (kept) parse_checkpoint(kept.note);
    return kept;
  } catch {
    return null; // nothing that this page wrote, or a browser that keeps nothing
  }
}

function show(kept: Kept, unchecked?: string): void {
  sighting.value = {
    held: parse_checkpoint(kept.note),
    at: kept.at,
    conflict: kept.conflict && { kind: kept.conflict.kind, now: parse_checkpoint(kept.conflict.note) },
    unchecked,
  };
}

function keep(kept: Kept): void {
  show(kept);
  try {
    localStorage.setItem(place, JSON.stringify(kept));
  } catch {
    // then it is known until the page closes
  }
}

let looking = false; // or told not to

/** Asks the hub for its newest checkpoint and compares. Who may not see it is no witness. */
export async function look_again(): Promise<void> {
  if (looking) return;
  looking = true;
  let welcome = true;
  const before = read();
  let note = "";
  try {
    if (before?.conflict) return show(before);
    note = await api.ledger("checkpoint");
    const [{ look }, keys] = await Promise.all([import("./witness"), api.ledger("keys")]);
    const prove = (from: number, to: number): Promise<string> => api.ledger(`proof/consistency?from=${from}&to=${to}`);
    await look(note, keys, before && parse_checkpoint(before.note), prove);
    keep({ note, at: Date.now() });
  } catch (error) {
    welcome = !(error instanceof ApiError && error.status === 404);
    const kind = (error as { kind?: "rollback" | "fork" | "other" }).kind;
    if (kind && before) keep({ ...before, conflict: { kind, note } });
    else if (!(error instanceof ApiError) && before) show(before, (error as Error).message);
  } finally {
    looking = !welcome;
  }
}

/** Somebody knows why the past is another: from here on the new one counts. */
export function accept(): void {
  const kept = read();
  if (kept?.conflict) keep({ note: kept.conflict.note, at: Date.now() });
}

/** Both notes: two signatures that cannot both be true. */
export function evidence(): Blob {
  const kept = read();
  return new Blob([kept?.note ?? "", "\n", kept?.conflict?.note ?? ""], { type: "text/plain" });
}
