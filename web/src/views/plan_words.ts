// What the plan's views share: the plan as it was told last, the devices' names, and what was.

import { computed } from "@preact/signals";
import { useEffect, useMemo, useState } from "preact/hooks";
import { api } from "../api";
import { store } from "../app";
import { as_title } from "../format";
import { t } from "../messages";
import type { HistoryPoint, Thing } from "../model";
import { past_columns, plan_of, savings_of, type Column, type Device, type Plan } from "../plan";

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
const past_max = 8 * 3600e3;
const points_wanted = 200;

/** What the devices were to take before now: asked for once, then followed. Empty where the past may not be seen. */
export function use_past(shown: Plan, from: number, to: number): Column[] {
  const names = shown.devices.map((device) => device.name).join("/");
  const [pasts, set_pasts] = useState<HistoryPoint[][]>([]);
  useEffect(() => {
    const addresses = shown.devices.map((device) => `${plan_id}-${device.name}/power`);
    const end = store.now();
    let gone = false;
    const none = (): HistoryPoint[] => [];
    void Promise.all(addresses.map((address) => api.history(address, end - past_max, end, points_wanted).then((found) => found.points, none))).then((found) => !gone && set_pasts(found));
    const ends = addresses.map((address, index) =>
      store.reading(address).subscribe((reading) => {
        if (!reading || typeof reading.value !== "number") return;
        const point: HistoryPoint = [reading.time, null, null, null, reading.value, 1];
        set_pasts((old) => (old[index] && reading.time > (old[index]!.at(-1)?.[0] ?? 0) ? old.map((points, at) => (at === index ? [...points, point] : points)) : old));
      }),
    );
    return () => {
      gone = true;
      for (const end_it of ends) end_it();
    };
  }, [names]);
  const until = Math.floor(to / 60e3) * 60e3;
  return useMemo(() => (pasts.length > 0 ? past_columns(pasts, from, until, quarter) : []), [pasts, until, from - to]);
}
