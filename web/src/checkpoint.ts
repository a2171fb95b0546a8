// The texts of the ledger (docs/ledger-format.md, C2SP checkpoints), read strictly: one way to write a thing.

/** What a checkpoint says. */
export interface Seen {
  origin: string;
  size: number;
  root: string; // base64
}

export function wrong(what: string): never {
  throw new Error(what);
}

const pack = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

export function unpack(base64: string): Uint8Array {
  const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
  return pack(bytes) === base64 ? bytes : wrong("base64 in another form");
}

export function size_of(line: string | undefined): number {
  const size = Number(line);
  return /^(0|[1-9]\d*)$/.test(line ?? "") && Number.isSafeInteger(size) ? size : wrong("a line is no number");
}

export function hash_of(line: string | undefined): Uint8Array {
  const hash = unpack(line ?? "");
  return hash.length === 32 ? hash : wrong("a line is no hash");
}

/** Lines of a text that ends with a line's end. */
export function lines_of(text: string): string[] {
  return text.endsWith("\n") ? text.slice(0, -1).split("\n") : wrong("the last line does not end");
}

/** What stands before the first empty line, in lines. */
export const head_of = (text: string): string[] => lines_of(text.slice(0, text.indexOf("\n\n") + 1));

/** Its signature unchecked. */
export function parse_checkpoint(note: string): Seen {
  const [origin, size, root] = head_of(note);
  hash_of(root);
  return { origin: origin!, size: size_of(size), root: root! };
}
