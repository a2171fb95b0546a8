// How points and circuits are set up, and what is measured at them: the hub tells where, and those things tell what.

import { store } from "../app";
import { split_address, type Json, type PropertySpec } from "../model";
import { opened } from "../plan";

export interface Setup {
  name?: string;
  circuit?: string;
  in?: string; // the circuit above
  limit?: number; // A per phase
  volts?: number;
  currency?: string;
  [role: string]: string | number | undefined; // "current_l1": its address
}

export function setup_of(thing: string): Setup {
  return (opened<Setup>(store.reading(`${thing}/setup`).value?.value) as Setup | null) ?? {};
}

export interface Measured {
  line: number; // 1 to 3; 0 = all together
  address: string;
  name: string;
  spec: PropertySpec | undefined;
  value: number;
}

/** What was said under the first of these kinds that anything is known of: currents before powers, lines before their sum. */
export function measured_at(setup: Setup): Measured[] {
  for (const kind of ["current_l", "power_l", "power"]) {
    const lines = kind === "power" ? [0] : [1, 2, 3];
    const found = lines.flatMap((line): Measured[] => {
      const address = setup[line === 0 ? kind : kind + line];
      if (typeof address !== "string") return [];
      const value: Json | undefined = store.reading(address).value?.value;
      const { thing, name } = split_address(address);
      return typeof value === "number" ? [{ line, address, name, spec: store.things.value.get(thing)?.properties[name], value }] : [];
    });
    if (found.length > 0) return found;
  }
  return [];
}
