// SHA-256 and SHA-512 (FIPS 180-4), and checking an Ed25519 signature (RFC 8032). Browsers have both, but not on a page that came
// over plain HTTP from the house's network, and older ones have no Ed25519. Only for checking: nothing here is secret, so nothing
// has to take the same time for every input. Slow (a signature takes some milliseconds), which is enough for one every few minutes.

const mask = (bits: number): bigint => (1n << BigInt(bits)) - 1n;

/** The first 64 bits after the point of the `degree`th root of `prime`: where the standard takes its constants from. */
function root_bits(prime: bigint, degree: number): bigint {
  const under = prime << BigInt(64 * degree);
  let low = 0n;
  let high = prime << 64n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** BigInt(degree) <= under) low = middle;
    else high = middle;
  }
  return low & mask(64);
}

const primes: bigint[] = [];
for (let n = 2n; primes.length < 80; n++) if (primes.every((one) => n % one !== 0n)) primes.push(n);
const starts = primes.slice(0, 8).map((prime) => root_bits(prime, 2));
const rounds = primes.map((prime) => root_bits(prime, 3));

type Turns = readonly [number, number, number];
interface Shape {
  bits: number; // of a word
  rounds: number;
  big: readonly [Turns, Turns]; // rotations of a and e
  small: readonly [Turns, Turns]; // of the schedule; the last is a shift
}
const narrow: Shape = { bits: 32, rounds: 64, big: [[2, 13, 22], [6, 11, 25]], small: [[7, 18, 3], [17, 19, 10]] };
const wide: Shape = { bits: 64, rounds: 80, big: [[28, 34, 39], [14, 18, 41]], small: [[1, 8, 7], [19, 61, 6]] };

export function concat(...parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Big-endian. */
function to_number(bytes: Uint8Array): bigint {
  return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

function to_bytes(number: bigint, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => Number((number >> BigInt(8 * (length - 1 - at))) & 255n));
}

function sha2(message: Uint8Array, shape: Shape): Uint8Array {
  const all = mask(shape.bits);
  const block = shape.bits * 2; // bytes
  const from = BigInt(64 - shape.bits);
  const turn = (word: bigint, by: number): bigint => ((word >> BigInt(by)) | (word << BigInt(shape.bits - by))) & all;
  const mix = (word: bigint, [x, y, z]: Turns, last: bigint = turn(word, z)): bigint => turn(word, x) ^ turn(word, y) ^ last;
  const zeros = block - 1 - ((message.length + block / 8) % block);
  const padded = concat(message, new Uint8Array([128]), new Uint8Array(zeros), to_bytes(BigInt(message.length) * 8n, block / 8));
  let state = starts.map((start) => start >> from);
  for (let at = 0; at < padded.length; at += block) {
    const w: bigint[] = [];
    for (let t = 0; t < shape.rounds; t++) {
      const [first, second] = shape.small;
      w[t] =
        t < 16
          ? to_number(padded.subarray(at + (t * shape.bits) / 8, at + ((t + 1) * shape.bits) / 8))
          : (mix(w[t - 2]!, second, w[t - 2]! >> BigInt(second[2])) + w[t - 7]! + mix(w[t - 15]!, first, w[t - 15]! >> BigInt(first[2])) + w[t - 16]!) & all;
    }
    let [a, b, c, d, e, f, g, h] = state as [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint];
    for (let t = 0; t < shape.rounds; t++) {
      const one = h + mix(e, shape.big[1]) + ((e & f) ^ (~e & all & g)) + (rounds[t]! >> from) + w[t]!;
      const two = mix(a, shape.big[0]) + ((a & b) ^ (a & c) ^ (b & c));
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) & all, c, b, a, (one + two) & all];
    }
    state = [a, b, c, d, e, f, g, h].map((word, index) => (word + state[index]!) & all);
  }
  return concat(...state.map((word) => to_bytes(word, shape.bits / 8)));
}

export const sha256 = (...parts: Uint8Array[]): Uint8Array => sha2(concat(...parts), narrow);
export const sha512 = (...parts: Uint8Array[]): Uint8Array => sha2(concat(...parts), wide);

// ---- Ed25519 ----------------------------------------------------------------------------------------------

const p = 2n ** 255n - 19n;
const order = 2n ** 252n + 27742317777372353535851937790883648493n;
const mod = (n: bigint): bigint => ((n % p) + p) % p;

function power(base: bigint, exponent: bigint): bigint {
  let out = 1n;
  for (let left = exponent, square = mod(base); left > 0n; left >>= 1n, square = mod(square * square)) if (left & 1n) out = mod(out * square);
  return out;
}
const inverse = (n: bigint): bigint => power(n, p - 2n);
const d = mod(-121665n * inverse(121666n));

interface Point {
  x: bigint; // x/z and y/z are the coordinates, t = xy/z
  y: bigint;
  z: bigint;
  t: bigint;
}

function add(one: Point, two: Point): Point {
  const a = mod((one.y - one.x) * (two.y - two.x));
  const b = mod((one.y + one.x) * (two.y + two.x));
  const c = mod(2n * one.t * two.t * d);
  const dd = mod(2n * one.z * two.z);
  const [e, f, g, h] = [b - a, dd - c, dd + c, b + a];
  return { x: mod(e * f), y: mod(g * h), z: mod(f * g), t: mod(e * h) };
}

function times(point: Point, factor: bigint): Point {
  let out: Point = { x: 0n, y: 1n, z: 1n, t: 0n };
  for (let left = factor, twice = point; left > 0n; left >>= 1n, twice = add(twice, twice)) if (left & 1n) out = add(out, twice);
  return out;
}

const little = (bytes: Uint8Array): bigint => to_number(bytes.slice().reverse());

/** The point with this y and sign of x; null when there is none. */
function point_of(bytes: Uint8Array): Point | null {
  const number = little(bytes);
  const odd = number >> 255n;
  const y = number & mask(255);
  if (y >= p) return null;
  const square = mod((y * y - 1n) * inverse(d * y * y + 1n));
  let x = power(square, (p + 3n) / 8n);
  if (mod(x * x) !== square) x = mod(x * power(2n, (p - 1n) / 4n));
  if (mod(x * x) !== square || (x === 0n && odd === 1n)) return null;
  if ((x & 1n) !== odd) x = p - x;
  return { x, y, z: 1n, t: mod(x * y) };
}

function bytes_of({ x, y, z }: Point): Uint8Array {
  const one = inverse(z);
  return to_bytes(mod(y * one) | ((mod(x * one) & 1n) << 255n), 32).reverse();
}

const base = point_of(to_bytes(mod(4n * inverse(5n)), 32).reverse())!;

export const same_bytes = (one: Uint8Array, two: Uint8Array): boolean => one.length === two.length && one.every((byte, at) => byte === two[at]);

/** True when `signature` (64 bytes) is by `key` (32 bytes), of `message`. */
export function signed_by(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (key.length !== 32 || signature.length !== 64) return false;
  const [nonce, answer] = [signature.slice(0, 32), little(signature.slice(32))];
  const point = point_of(key);
  if (!point || answer >= order) return false;
  const minus: Point = { ...point, x: mod(-point.x), t: mod(-point.t) };
  const asked = little(sha512(nonce, key, message)) % order;
  return same_bytes(bytes_of(add(times(base, answer), times(minus, asked))), nonce);
}
