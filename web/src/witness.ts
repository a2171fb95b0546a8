// This browser as a witness of the hub's ledger: it keeps the newest checkpoint it saw and takes a newer one only with a proof that
// nothing before was changed. Formats: docs/ledger-format.md (C2SP signed notes and checkpoints, RFC 9162 consistency proofs). The
// same as foxtail/journal/witness.hpp says in C++. No DOM, no storage: who asks and who keeps is elsewhere.

import { hash_of, head_of, lines_of, parse_checkpoint, size_of, unpack, wrong, type Seen } from "./checkpoint";
import { same_bytes, sha256, signed_by } from "./hash";

/** What cannot be true together with what was seen before. */
export class Conflict extends Error {
  constructor(
    readonly kind: "rollback" | "fork" | "other",
    readonly now: Seen,
  ) {
    super(kind);
  }
}

/** True when the signature is the key's. */
export type Verify = (key: Uint8Array, message: Uint8Array, signature: Uint8Array) => Promise<boolean>;

/** By the browser, where it can; else by ourselves. */
export const verify: Verify = async (key, message, signature) => {
  let known: CryptoKey;
  try {
    known = await crypto.subtle.importKey("raw", key as BufferSource, "Ed25519", false, ["verify"]);
  } catch {
    return signed_by(key, message, signature);
  }
  return crypto.subtle.verify("Ed25519", known, signature as BufferSource, message as BufferSource);
};

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

interface Key {
  name: string;
  key: Uint8Array;
  text: string; // as it was written
}

function key_id(name: string, key: Uint8Array): Uint8Array {
  return sha256(utf8(name), new Uint8Array([10, 1]), key).slice(0, 4);
}

function parse_key(text: string): Key {
  const found = /^([^\s+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text) ?? wrong("not a key");
  const bytes = unpack(found[3]!);
  const id = Array.from(key_id(found[1]!, bytes.slice(1)), (one) => one.toString(16).padStart(2, "0")).join("");
  if (bytes.length !== 33 || bytes[0] !== 1 || id !== found[2]) wrong("not a key of a ledger");
  return { name: found[1]!, key: bytes.slice(1), text };
}

/** The text of a signed note, when all of `keys` signed it. */
async function signed_text(note: string, keys: readonly Key[], check: Verify): Promise<string> {
  const gap = note.lastIndexOf("\n\n");
  if (gap < 0) wrong("not a signed note");
  const text = note.slice(0, gap + 1);
  const signatures = lines_of(note.slice(gap + 2)).map((line) => /^— (\S+) (\S+)$/.exec(line) ?? wrong("not a signature"));
  for (const { name, key } of keys) {
    let holds = false;
    for (const [, by, base64] of signatures) {
      const bytes = by === name ? unpack(base64!) : new Uint8Array();
      if (bytes.length !== 68 || !same_bytes(bytes.slice(0, 4), key_id(name, key))) continue;
      holds = (await check(key, utf8(text), bytes.slice(4))) || wrong("a signature is not of this text");
    }
    if (!holds) wrong("not signed by the ledger's key");
  }
  return text;
}

/** The key that signs a ledger of `size` leaves. Each one is signed for by the one before; the first gave the ledger its name. */
async function key_for(lines: string, size: number, check: Verify): Promise<Key> {
  let last: Key | undefined;
  let chosen: Key | undefined;
  let leaf_before = -1;
  for (const line of lines_of(lines)) {
    const note = String((JSON.parse(line) as { note?: unknown }).note);
    const said = head_of(note);
    const [origin, word, leaf_line, , now, before] = said;
    const key = parse_key(now ?? "");
    const leaf = size_of(leaf_line);
    const own = "foxtail/" + Array.from(sha256(key.key).slice(0, 8), (one) => one.toString(16).padStart(2, "0")).join("");
    const follows = last ? leaf > leaf_before && before === last.text && origin === last.name : leaf === 0 && before === undefined && origin === own;
    if (word !== "key" || said.length > 6 || key.name !== origin || !follows) wrong("a key that follows no other");
    await signed_text(note, last ? [last, key] : [key], check);
    if (leaf < size) chosen = key;
    [last, leaf_before] = [key, leaf];
  }
  return chosen ?? wrong("no key of the ledger signs so few leaves");
}

const node = (left: Uint8Array, right: Uint8Array): Uint8Array => sha256(new Uint8Array([1]), left, right);

/** RFC 9162 section 2.1.4.2, 0 < from < to: the first leaves of the newer tree are the older one. */
export function consistent(from: number, to: number, from_root: Uint8Array, to_root: Uint8Array, proof: readonly Uint8Array[]): boolean {
  const half = (n: number): number => Math.floor(n / 2); // shifts would cut at 32 bits
  const whole = (BigInt(from) & BigInt(from - 1)) === 0n; // a power of two: its root is a node of the newer tree
  const path = whole ? [from_root, ...proof] : [...proof];
  let [fn, sn] = [from - 1, to - 1];
  while (fn % 2 === 1) [fn, sn] = [half(fn), half(sn)];
  const first = path.shift();
  if (!first) return false;
  let [old, young] = [first, first];
  for (const hash of path) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      old = node(hash, old);
      young = node(hash, young);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      young = node(young, hash);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && same_bytes(old, from_root) && same_bytes(young, to_root);
}

/** Looks at a checkpoint by the keys the ledger tells of. `prove` gives the hub's answer about the growth between two sizes. Throws
 * a Conflict for what contradicts `before`, an Error for what is no answer of this ledger. */
export async function look(
  note: string,
  keys: string,
  before: Seen | null,
  prove: (from: number, to: number) => Promise<string>,
  check: Verify = verify,
): Promise<Seen> {
  const now = parse_checkpoint(note);
  const key = await key_for(keys, now.size, check);
  await signed_text(note, [key], check);
  if (key.name !== now.origin) wrong("a checkpoint of another ledger");
  if (!before) return now;
  if (before.origin !== now.origin) throw new Conflict("other", now);
  if (now.size < before.size) throw new Conflict("rollback", now);
  if (now.size === before.size) {
    if (now.root !== before.root) throw new Conflict("fork", now);
    return now;
  }
  const answer = await prove(before.size, now.size);
  const [old, ...hashes] = head_of(answer);
  const holds = old === `old ${before.size}` && consistent(before.size, now.size, hash_of(before.root), hash_of(now.root), hashes.map(hash_of));
  if (!holds) throw new Conflict("fork", now);
  return now;
}
