// The plan in the reader's words. Pure.

import { format_duration, format_number, format_time, humanise } from "./format";
import { has_key, language, t } from "./messages";
import { compared, is_guessed, type Alternative, type Device, type Goal, type Plan, type Way } from "./plan";

function currency_format(value: number, currency: string, digits: number, signDisplay: "auto" | "exceptZero" = "auto"): string {
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay };
  try {
    return new Intl.NumberFormat(language().tag, { ...options, style: "currency", currency }).format(value);
  } catch {
    return `${new Intl.NumberFormat(language().tag, options).format(value)} ${currency}`.trim();
  }
}

/** Cut to cents first: nothing costs "−0.00". */
export function money(value: number, currency: string, signed = false): string {
  return currency_format(Math.round(value * 100) / 100 + 0, currency, 2, signed ? "exceptZero" : "auto");
}

export function price(value: number, currency: string): string {
  return currency_format(value, currency, 3);
}

export function kilowatts(kw: number): string {
  const cut = Math.abs(kw) < 0.05 ? 0 : kw;
  return new Intl.NumberFormat(language().tag, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(cut) + "\u202fkW";
}

function word_of(prefix: string, said: string): string {
  const key = `${prefix}.${said.toLowerCase()}`;
  return has_key(key) ? t(key) : humanise(said.toLowerCase());
}

export const intent_word = (intent: string): string => word_of("intent", intent);
export const code_word = (code: string): string => word_of("code", code);
export const stage_word = (stage: string): string => word_of("stage", stage);

export function goal_state(goal: Pick<Goal, "state">): string {
  return word_of("goal", goal.state);
}

/** "49.6 kWh of 49.6 kWh", of what is to hold all the time the lowest; nothing where only whether it ran counts. */
export function goal_amount(device: Device, goal: Goal): string {
  if (device.kind === "appliance") return "";
  const unit = device.level_unit === "Cel" ? "Cel" : "kW.h";
  const say = (value: number): string => format_number(Math.round(value * 10) / 10, { type: "number", unit });
  return t(device.kind === "car" ? "plan.of" : "plan.lowest", { reached: say(goal.reached), wanted: say(goal.wanted) });
}

export function slack_words(goal: Goal): string {
  return goal.slack_min > 0 ? t("plan.slack", { length: format_duration(Math.round(goal.slack_min) * 60) }) : "";
}

/** "costs €0.84 more", "saves €0.30", "costs the same". */
export function more_words(more: number, currency: string): string {
  if (Math.abs(more) < 0.005) return t("plan.same");
  return t(more > 0 ? "plan.costs" : "plan.saves", { money: money(Math.abs(more), currency) });
}

/** "Charging at 17:45": from its code, where the hub tells one. */
export function alternative_words(one: Alternative, now: number): string {
  const key = "act." + one.act;
  if (!has_key(key)) return one.what;
  return t(key) + " " + (one.at <= now ? t("value.now").toLowerCase() : t("plan.at", { time: format_time(one.at, now) }));
}

/** What it takes, or in words what it gives, to be said after what it does. */
export function power_words(intent: string, kw: number): string {
  if (kw >= 0 || intent.toLowerCase() === "discharge") return " " + kilowatts(Math.abs(kw));
  return ", " + t("plan.gives", { kw: kilowatts(-kw) });
}

/** What is bought is called cheap only where it is. */
function bought_words(plan: Plan, index: number): string {
  const cost = plan.buy[index] ?? 0;
  const told = price(cost, plan.currency);
  if (Math.max(...plan.buy) - Math.min(...plan.buy) < 0.0005) return t("plan.one_price", { price: told });
  let [sum, time] = [0, 0];
  plan.slots.forEach(({ from, until }, at) => ((sum += (plan.buy[at] ?? 0) * (until - from)), (time += until - from)));
  return cost > sum / time - 0.0005 ? `${code_word("CHEAP_SLOT")}: ${told}` : t("plan.cheap", { price: told, mean: price(sum / time, plan.currency) });
}

/** What a slot's code says, with the numbers that it is about. */
function because_words(plan: Plan, device: Device, index: number): string {
  const code = device.code[index] ?? "";
  const told = price(plan.buy[index] ?? 0, plan.currency);
  if (code === "CHEAP_SLOT") return bought_words(plan, index);
  if (code === "HOLD_FOR_HIGHER_PRICE") return `${code_word(code)} (${t("plan.up_to", { most: price(Math.max(...plan.buy.slice(index + 1)), plan.currency), now: told })})`;
  if (code === "EXPORT_BEATS_STORE") return `${code_word(code)} (${price(plan.sell[index] ?? 0, plan.currency)})`;
  if (code === "MIN_SOC" && device.kind === "battery") return t("plan.empty");
  if (/^WAIT_FOR/.test(code)) {
    const next = next_work(device, index);
    const two = next > 0 ? compared(plan, device, index, next) : null;
    return two ? t(`plan.by_${two.by}`, { then: price(two.then, plan.currency), now: price(two.now, plan.currency) }) : code_word("INDIFFERENT");
  }
  return /PREHEAT|NEGATIVE|AVOIDS|FROM_B|TOO_HIGH/.test(code) ? `${code_word(code)} (${told})` : code_word(code);
}

const works = (kw: number | undefined): boolean => Math.abs(kw ?? 0) > 0.02;
const next_work = (device: Device, index: number): number => device.kw.findIndex((one, at) => at > index && one > 0.02);

/** Why a device does what it does in a slot, from the plan's codes and numbers; what else it might do and what that costs. */
export function why_words(plan: Plan, device: Device, index: number, now: number): string {
  const kw = device.kw[index];
  const next = next_work(device, index);
  const waits = !works(kw) && next > 0 && device.kind !== "battery" && device.code[index] !== "NOT_OBEYING";
  const why = because_words(plan, device, index);
  const first = waits
    ? t("plan.waits", { time: format_time(plan.slots[next]!.from, now), why })
    : `${intent_word(device.intent[index] ?? "")}${works(kw) ? power_words(device.intent[index] ?? "", kw!) : ""}: ${why}.`;
  const other = device.alternatives.find((one) => one.possible && one.at <= plan.slots[index]!.from) ?? device.alternatives.find((one) => one.possible);
  return first + (other ? ` ${alternative_words(other, now)} ${more_words(other.more, plan.currency)}.` : "");
}

/** "1 h later: saves €0.42", "57 % instead: costs the same"; whether the goal is missed even so. */
export function way_words(device: Device, way: Way, currency: string): string {
  const unit = device.level_unit === "Cel" ? "Cel" : device.kind === "car" ? / (kWh|km) by /.exec(String(way.value))?.[1] ?? "%" : "%";
  const what =
    way.code === "LATER"
      ? t("plan.way_later", { length: format_duration((way.values.minutes ?? 0) * 60) })
      : way.code === "LESS"
        ? t("plan.way_less", { amount: format_number(way.values.to ?? 0, { type: "number", unit: unit === "kWh" ? "kW.h" : unit }) })
        : t("value.now");
  return `${what}: ${more_words(way.more, currency)}${way.state === "missed" ? ` (${goal_state({ state: way.state })})` : ""}`;
}

/** A goal that is missed or at risk; `what` it is, in words. */
export function risk_words(device: Device, goal: Goal, title: string, what: string): string {
  return [`${title}: ${what}: ${goal_state(goal)}`, goal_amount(device, goal)].filter(Boolean).join(" · ");
}

export function level_words(device: Device, index: number): string {
  const level = device.level[index];
  if (level === undefined) return "";
  return format_number(device.level_unit === "%" ? Math.round(level) : level, { type: "number", unit: device.level_unit === "kWh" ? "kW.h" : device.level_unit });
}

export function device_words(device: Device, index: number): string {
  const kw = device.kw[index] ?? 0;
  const power = Math.abs(kw) >= 0.05 ? power_words(device.intent[index] ?? "", kw) : "";
  const level = level_words(device, index);
  return `${intent_word(device.intent[index] ?? "")}${power}${level ? ` → ${level}` : ""}`;
}

function clock(ms: number): string {
  return new Date(ms).toLocaleTimeString(language().tag, { hour: "2-digit", minute: "2-digit" });
}

/** A slot: its time first, then what holds in it. */
export function slot_words(shown: Plan, index: number, now: number, title: (device: string) => string): string[] {
  const slot = shown.slots[index]!;
  const cost = price(shown.buy[index] ?? 0, shown.currency);
  return [
    `${format_time(slot.from, now)} – ${clock(slot.until)}`,
    is_guessed(shown, index) ? t("plan.about", { price: cost }) : cost,
    `${t("energy.sun")} ${kilowatts(shown.sun[index] ?? 0)}`,
    `${t("plan.load")} ${kilowatts(shown.load[index] ?? 0)}`,
    ...shown.devices.map((device) => `${title(device.name)}: ${device_words(device, index)}`),
  ];
}
