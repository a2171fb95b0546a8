// What the plan's views share: the plan as it was told last, the devices' names, and what was.

import { computed } from "@preact/signals";
import { useEffect, useMemo, useState } from "preact/hooks";
import { api } from "../api";
import { now, store } from "../app";
import { as_title, title_of } from "../format";
import { has_key, t, type Key } from "../messages";
import type { HistoryPoint, PropertySpec, Thing } from "../model";
import { opened, past_columns, plan_of, savings_of, type Column, type Device, type Places, type Plan } from "../plan";
import { capital } from "../sentences";
import { told_words } from "../told";

export const plan_id = "plan";

/** The plan as it was told last. */
export const plan = computed(() => plan_of(store.reading("plan/plan").value?.value));
export const savings = computed(() => savings_of(store.reading("plan/savings").value?.value));

/** Whether there is a plan that may be read: one may know of a thing without being told its values. */
export function has_plan(): boolean {
  const thing = store.things.value.get(plan_id);
  return thing !== undefined && Object.keys(thing.properties).some((name) => store.reading(`${plan_id}/${name}`).value !== undefined);
}

export function settings_of(name: string): Thing | undefined {
  return store.things.value.get(`${plan_id}-${name}`);
}

/** The thing's own title where one of that name is known: a car's. */
export function device_title(name: string): string {
  return as_title(store.things.value.get(name)?.title ?? name);
}

/** The hub's sentence about the plan, in the reader's language. */
export function told(said: string): string {
  return told_words(said, now.value, device_title);
}

/** A setting by a word of the page's own, else by its title. */
export function setting_title(name: string, spec: PropertySpec | undefined): string {
  const key = "setting." + name;
  return has_key(key) ? capital(t(key as Key)) : title_of(name, spec);
}

export const kind_icons: Record<string, string> = { car: "car", battery: "battery", heat_pump: "heat", hot_water: "drop", appliance: "plug" };

const kind_marks: [string, string][] = [["armed", "appliance"], ["reserve", "battery"], ["low", "heat_pump"], ["goals", "car"]];

/** Devices of which nothing is planned just now: a dishwasher that is not loaded, a car whose battery is not known. */
export function idle_devices(shown: Plan | null): Device[] {
  const things = [...store.things.value.values()].filter((thing) => thing.id.startsWith(plan_id + "-") && thing.properties.act);
  return things
    .map((thing) => ({ name: thing.id.slice(plan_id.length + 1), kind: kind_marks.find(([mark]) => thing.properties[mark])?.[1] ?? "hot_water" }))
    .filter(({ name }) => !shown?.devices.some((device) => device.name === name))
    .map((one) => ({ ...one, act: false, why: t("plan.idle"), kw: [], level: [], level_unit: "", intent: [], code: [], goals: [], alternatives: [] }));
}

const quarter = 900e3;
const past_max = 50 * 3600e3;
const points_wanted = 200;

/** What was before now: as planned, as it came, and how full and warm it was, each by device. */
export interface Past {
  planned: Column[];
  came: Column[];
  levels: HistoryPoint[][];
  sun: Column[];
  price: Column[]; // of money per kWh
}

/** Asked for once, then followed. Empty where the past may not be seen. */
export function use_past(shown: Plan, from: number, to: number): Past {
  const places = opened<Places>(store.reading("plan/places").value?.value) as Places | null;
  const names = shown.devices.map((device) => device.name);
  const at = names.map((name) => places?.devices?.[name]);
  const addresses = [...names.map((name) => `${plan_id}-${name}/power`), ...at.map((one) => one?.power), ...at.map((one) => one?.level), places?.sun, `${plan_id}/price`];
  const key = addresses.join();
  const [pasts, set_pasts] = useState<HistoryPoint[][]>([]);
  useEffect(() => {
    const end = store.now();
    let gone = false;
    set_pasts([]); // of other devices
    const none = (): HistoryPoint[] => [];
    void Promise.all(addresses.map((address) => (address ? api.history(address, end - past_max, end, points_wanted).then((found) => found.points, none) : none()))).then((found) => !gone && set_pasts(found));
    const ends = addresses.map((address, index) =>
      address && store.reading(address).subscribe((reading) => {
        if (!reading || typeof reading.value !== "number") return;
        const point: HistoryPoint = [reading.time, null, null, null, reading.value, 1];
        set_pasts((old) => (old[index] && reading.time > (old[index]!.at(-1)?.[0] ?? 0) ? old.map((points, which) => (which === index ? [...points, point] : points)) : old));
      }),
    );
    return () => {
      gone = true;
      for (const end_it of ends) if (end_it) end_it();
    };
  }, [key]);
  const until = Math.floor(to / 60e3) * 60e3;
  return useMemo(() => {
    const count = names.length;
    const part = (index: number): HistoryPoint[][] => pasts.slice(index * count, (index + 1) * count);
    const columns = (points: HistoryPoint[][], per_kw: number[]): Column[] => (pasts.length === addresses.length ? past_columns(points, from, until, quarter, per_kw) : []);
    return { planned: columns(part(0), []), came: columns(part(1), at.map((one) => one?.per_kw ?? 1000)), levels: part(2), sun: columns(pasts.slice(3 * count, 3 * count + 1), [places?.sun_per_kw ?? 1000]), price: columns(pasts.slice(3 * count + 1), [1]) };
  }, [pasts, key, until, from - to]);
}
