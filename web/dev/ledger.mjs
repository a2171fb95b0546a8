// A ledger that grows (docs/ledger-format.md), with real signatures: for the mock household and the witness's tests.

import { createHash, generateKeyPairSync, sign } from "node:crypto";

const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts.map((one) => Buffer.from(one)))).digest();
const node = (left, right) => sha256([1], left, right);

/** The largest power of two below n. */
function split(n) {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

function root_of(leaves) {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0];
  const k = split(leaves.length);
  return node(root_of(leaves.slice(0, k)), root_of(leaves.slice(k)));
}

/** RFC 6962 section 2.1.2, as it is written there. */
function sub_proof(m, leaves, whole) {
  if (m === leaves.length) return whole ? [] : [root_of(leaves)];
  const k = split(leaves.length);
  if (m <= k) return [...sub_proof(m, leaves.slice(0, k), whole), root_of(leaves.slice(k))];
  return [...sub_proof(m - k, leaves.slice(k), false), root_of(leaves.slice(0, k))];
}

export class Ledger {
  constructor() {
    this.leaves = [];
    this.keys = []; // { leaf, private, raw, text }
    this.key_lines = "";
    this.rotate();
  }

  /** The same ledger, to go another way from here. */
  copy() {
    return Object.assign(Object.create(Ledger.prototype), { ...this, leaves: [...this.leaves], keys: [...this.keys] });
  }

  rotate() {
    const pair = generateKeyPairSync("ed25519");
    const raw = pair.publicKey.export({ format: "der", type: "spki" }).subarray(-32);
    this.origin ??= "foxtail/" + sha256(raw).toString("hex").slice(0, 16);
    const id = sha256(this.origin, [10, 1], raw).subarray(0, 4);
    const made = { leaf: this.leaves.length, private: pair.privateKey, raw, id };
    made.text = `${this.origin}+${id.toString("hex")}+${Buffer.concat([Buffer.from([1]), raw]).toString("base64")}`;
    const before = this.keys.at(-1);
    const text = `${this.origin}\nkey\n${made.leaf}\n0\n${made.text}\n${before ? before.text + "\n" : ""}`;
    const note = this.sign(text, before ? [before, made] : [made]);
    this.keys.push(made);
    this.key_lines += this.append(JSON.stringify({ kind: "key", note, time: 1763772063123000, v: 1 })) + "\n";
  }

  append(line) {
    this.leaves.push(sha256([0], line));
    return line;
  }

  sign(text, keys = [this.keys.at(-1)]) {
    const line = (key) => `— ${this.origin} ${Buffer.concat([key.id, sign(null, Buffer.from(text), key.private)]).toString("base64")}\n`;
    return text + "\n" + keys.map(line).join("");
  }

  checkpoint(size = this.leaves.length) {
    return this.sign(`${this.origin}\n${size}\n${root_of(this.leaves.slice(0, size)).toString("base64")}\n`);
  }

  consistency(from, to) {
    const proof = from === to ? [] : sub_proof(from, this.leaves.slice(0, to), true);
    return `old ${from}\n${proof.map((hash) => hash.toString("base64") + "\n").join("")}\n`;
  }
}
