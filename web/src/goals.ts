// What a person wants of a car's battery by when, as the hub writes it: "80 % by 07:00 mon-fri; 100 % by
// 2026-12-24T09:00:00Z; 120 km by 18:30 sat,sun". Pure.

export const units = ["%", "kWh", "km"] as const;
export const day_names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export const every_day = 0x7f;
export const goals_max = 16;

export interface CarGoal {
  amount: number;
  unit: (typeof units)[number];
  at: number | null; // once, at that moment (ms)
  clock: string; // else at this local time ...
  days: number; // ... on these days; bit 0 = Monday
}

export interface Goals {
  goals: CarGoal[];
  other: string[]; // what this page does not understand; kept as it is
}

const shape = /^(\d+(?:\.\d+)?)\s*(%|kWh|km)\s+by\s+(\S+)(?:\s+(\S+))?$/;

function days_of(text: string): number | null {
  if (text === "" || text === "daily") return every_day;
  let days = 0;
  for (const part of text.split(",")) {
    const [from, to] = part.split("-").map((name) => day_names.indexOf(name as "mon"));
    if (from === undefined || from < 0 || to === -1) return null;
    for (let day = from; ; day = (day + 1) % 7) {
      days |= 1 << day;
      if (day === (to ?? from)) break;
    }
  }
  return days;
}

export function days_text(days: number): string {
  const parts: string[] = [];
  for (let day = 0; day < 7; day += 1) {
    if (!(days & (1 << day))) continue;
    let last = day;
    while (days & (1 << (last + 1)) & every_day) last += 1;
    parts.push(day_names[day]! + (last > day ? (last > day + 1 ? "-" : ",") + day_names[last]! : ""));
    day = last;
  }
  return parts.join(",");
}

function goal_of(text: string): CarGoal | null {
  const found = shape.exec(text);
  if (!found) return null;
  const [, amount, unit, when, days = ""] = found;
  const goal = { amount: Number(amount), unit: unit as CarGoal["unit"], at: null, clock: "07:00", days: every_day };
  if (when!.length > 5) {
    const at = Date.parse(when!);
    return Number.isFinite(at) && days === "" ? { ...goal, at } : null;
  }
  const clock = /^(\d{1,2}):(\d\d)$/.exec(when!);
  const on = days_of(days);
  if (!clock || Number(clock[1]) > 23 || Number(clock[2]) > 59 || on === null) return null;
  return { ...goal, clock: when!.padStart(5, "0"), days: on };
}

export function goals_of(text: string): Goals {
  const found: Goals = { goals: [], other: [] };
  for (const part of text.split(";").map((one) => one.trim())) {
    if (part === "") continue;
    const goal = goal_of(part);
    if (goal) found.goals.push(goal);
    else found.other.push(part);
  }
  return found;
}

export function goal_text(goal: CarGoal): string {
  const what = `${goal.amount} ${goal.unit} by `;
  if (goal.at !== null) return what + new Date(goal.at).toISOString().replace(/\.\d+Z$/, "Z");
  return what + goal.clock + (goal.days === every_day ? "" : " " + days_text(goal.days));
}

export function goals_text({ goals, other }: Goals): string {
  return [...goals.map(goal_text), ...other].join("; ");
}

export const amounts_max: Record<CarGoal["unit"], number> = { "%": 100, kWh: 500, km: 2000 };

/** Whether the hub would take it. */
export function is_whole(goal: CarGoal): boolean {
  const amount = goal.amount >= 0 && goal.amount <= amounts_max[goal.unit];
  return amount && (goal.at !== null ? Number.isFinite(goal.at) : /^\d\d:\d\d$/.test(goal.clock) && goal.days !== 0);
}

/** For <input type="datetime-local">, in this machine's time. */
export function local_text(ms: number): string {
  const date = new Date(ms);
  const two = (part: number): string => String(part).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}
