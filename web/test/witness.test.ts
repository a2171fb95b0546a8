import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, randomBytes, sign, webcrypto } from "node:crypto";
import { test } from "node:test";
import { Ledger } from "../dev/ledger.mjs";
import { parse_checkpoint, type Seen } from "../src/checkpoint";
import { sha256, sha512, signed_by } from "../src/hash";
import { Conflict, look, verify, type Verify } from "../src/witness";

if (!globalThis.crypto) Object.defineProperty(globalThis, "crypto", { value: webcrypto });

const ours: Verify = async (key, message, signature) => signed_by(key, message, signature);

function asked(ledger: Ledger, before: Seen | null, check: Verify = ours): Promise<Seen> {
  return look(ledger.checkpoint(), ledger.key_lines, before, async (from, to) => ledger.consistency(from, to), check);
}

function grow(ledger: Ledger, count: number, what = "leaf"): Ledger {
  for (let n = 0; n < count; n++) ledger.append(`{"${what}":${n}}`);
  return ledger;
}

async function kind_of(looking: Promise<Seen>): Promise<string> {
  return looking.then(
    () => "holds",
    (error: unknown) => (error instanceof Conflict ? error.kind : "no answer"),
  );
}

test("hashes are those of everybody else, for every length around a block", () => {
  for (const length of [0, 1, 3, 55, 56, 57, 63, 64, 65, 111, 112, 113, 119, 120, 127, 128, 129, 300]) {
    const message = randomBytes(length);
    for (const [name, hash] of [["sha256", sha256], ["sha512", sha512]] as const)
      assert.equal(Buffer.from(hash(message)).toString("hex"), createHash(name).update(message).digest("hex"), `${name} of ${length} bytes`);
  }
});

test("signatures of RFC 8032 and of others hold, and nothing that was changed does", async () => {
  const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));
  const key = hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  const signature = hex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00");
  assert.ok(signed_by(key, hex("72"), signature), "section 7.1, test 2");
  for (let round = 0; round < 6; round++) {
    const pair = generateKeyPairSync("ed25519");
    const raw = new Uint8Array(pair.publicKey.export({ format: "der", type: "spki" }).subarray(-32));
    const message = new Uint8Array(randomBytes(100 * round));
    const made = new Uint8Array(sign(null, message, pair.privateKey));
    for (const check of [ours, verify]) {
      assert.ok(await check(raw, message, made));
      assert.ok(!(await check(raw, new Uint8Array([...message, 0]), made)), "another message");
      const [at, bit] = [(round * 11) % 64, 1 << round];
      assert.ok(!(await check(raw, message, made.map((byte, index) => (index === at ? byte ^ bit : byte)))), `byte ${at} changed`);
    }
    // The same answer plus the group's order: two ways to write one signature are one too many.
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    let more = made.slice(32).reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n) + order;
    const other = made.map((byte, index) => {
      if (index < 32) return byte;
      const low = Number(more & 255n);
      more >>= 8n;
      return low;
    });
    assert.ok(!signed_by(raw, message, other), "not reduced");
  }
});

test("a ledger that only grows is followed from every size to every other", async () => {
  const ledger = new Ledger();
  const seen: Seen[] = [];
  for (let size = 1; size <= 33; size++) {
    const now = await asked(ledger, null, async () => true);
    assert.equal(now.size, size);
    for (const before of seen) assert.deepEqual(await asked(ledger, before, async () => true), now, `${before.size} to ${size}`);
    seen.push(now);
    grow(ledger, 1);
  }
});

test("a new key is followed when the one before signed for it, and no other", async () => {
  const ledger = grow(new Ledger(), 4);
  const before = await asked(ledger, null);
  const elsewhere = new Ledger();
  ledger.rotate();
  grow(ledger, 3);
  assert.equal((await asked(ledger, before)).size, 9);
  ledger.key_lines = ledger.key_lines.split("\n")[0] + "\n" + elsewhere.key_lines;
  assert.equal(await kind_of(asked(ledger, before)), "no answer");
  const stolen = Object.assign(ledger.copy(), { keys: elsewhere.keys, key_lines: elsewhere.key_lines });
  assert.equal(await kind_of(asked(stolen, before)), "no answer", "its name with another's key");
});

test("a rollback, a fork and another ledger are told apart, and kept is what was seen first", async () => {
  const ledger = grow(new Ledger(), 10);
  const older = ledger.copy();
  grow(ledger, 7);
  const before = await asked(ledger, null);
  assert.equal(await kind_of(asked(older, before)), "rollback");
  for (const more of [7, 8, 40]) assert.equal(await kind_of(asked(grow(older.copy(), more, "other"), before)), "fork", `${more} more`);
  assert.equal(await kind_of(asked(grow(new Ledger(), 30), before)), "other");
  assert.equal(await kind_of(asked(ledger, before)), "holds");
  const lying = look(grow(ledger.copy(), 5).checkpoint(), ledger.key_lines, before, async () => older.consistency(3, 11), ours);
  assert.equal(await kind_of(lying), "fork", "a proof of something else");
});

test("whatever byte of an answer is changed, it is not taken for the ledger's", async () => {
  const ledger = grow(new Ledger(), 20);
  const before = await asked(ledger, null);
  grow(ledger, 12);
  const [note, keys, proof] = [ledger.checkpoint(), ledger.key_lines, ledger.consistency(before.size, ledger.leaves.length)];
  const flip = (text: string, at: number): string => text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1);
  for (let at = 0; at < note.length; at += 5) assert.notEqual(await kind_of(look(flip(note, at), keys, before, async () => proof, verify)), "holds", `byte ${at} of the checkpoint`);
  for (let at = 0; at < proof.length; at += 3) assert.notEqual(await kind_of(look(note, keys, before, async () => flip(proof, at), verify)), "holds", `byte ${at} of the proof`);
  for (let at = 0; at < keys.length; at += 7) {
    if (/"time":\d*$/.test(keys.slice(0, at + 1)) || keys.slice(at).startsWith("1}\n")) continue; // signed for by the tree, not by the note
    const flipped = flip(keys, at);
    if (JSON_says_the_same(flipped, keys)) continue;
    assert.notEqual(await kind_of(look(note, flipped, before, async () => proof, verify)), "holds", `byte ${at} of the keys`);
  }
  for (const cut of ["", "\n", "\n\n", note.slice(0, 40), note + "x"]) assert.notEqual(await kind_of(look(cut, keys, before, async () => proof, verify)), "holds");
  assert.equal(parse_checkpoint(note).size, 33);
});

/** The note alone is signed; the words around it (kind, time) are in the leaf. */
function JSON_says_the_same(one: string, two: string): boolean {
  try {
    return (JSON.parse(one) as { note: string }).note === (JSON.parse(two) as { note: string }).note;
  } catch {
    return false;
  }
}
