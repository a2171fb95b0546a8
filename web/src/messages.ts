// Every sentence and word of the page, in every language it speaks. A key that ends in ".one"/".other" is chosen by
// Intl.PluralRules through tn().

import { de } from "./words/de";
import { en } from "./words/en";

export type Key = keyof typeof en;

export interface Language {
  /** BCP 47 tag for Intl: the browser's, with its region. */
  tag: string;
  /** The table's language. */
  words: "en" | "de";
}

/** The first wish that the table speaks decides the words; its full tag decides numbers and dates. */
export function choose_language(wishes: readonly string[]): Language {
  for (const tag of wishes) {
    const primary = tag.toLowerCase().split("-")[0];
    if (primary === "de") return { tag, words: "de" };
    if (primary === "en") return { tag, words: "en" };
  }
  return { tag: "en", words: "en" };
}

const tables: Record<Language["words"], Record<Key, string>> = { en, de };
let current: Language = choose_language(typeof navigator === "undefined" ? ["en"] : navigator.languages ?? []);
let plural = new Intl.PluralRules(current.tag);

export function language(): Language {
  return current;
}

export function set_language(wishes: readonly string[]): void {
  current = choose_language(wishes);
  plural = new Intl.PluralRules(current.tag);
}

export type Vars = Record<string, string | number>;

function fill(text: string, vars: Vars): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = vars[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? value.toLocaleString(current.tag) : value;
  });
}

export function t(key: Key, vars: Vars = {}): string {
  return fill(tables[current.words][key], vars);
}

/** Chooses key + ".one" or key + ".other"; `n` is at hand as {n}. */
export function tn(key: string, n: number, vars: Vars = {}): string {
  const form = plural.select(n) === "one" ? ".one" : ".other";
  return t((key + form) as Key, { n, ...vars });
}

export function has_key(key: string): key is Key {
  return key in en;
}
