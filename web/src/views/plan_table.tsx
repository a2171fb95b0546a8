// The plan as a table, a row for each slot.

import { useMemo } from "preact/hooks";
import { now } from "../app";
import { format_time } from "../format";
import { t } from "../messages";
import { grid_of, is_guessed, slot_at, type Plan } from "../plan";
import { code_word, device_words, kilowatts, money, price } from "../plan_sentences";
import { can_hold, type Held } from "./plan_hold";
import { device_title } from "./plan_words";

export function PlanTable({ plan, hold }: { plan: Plan; hold: (held: Held) => void }) {
  const here = slot_at(plan, now.value);
  const grid = useMemo(() => grid_of(plan), [plan]);
  return (
    <div class="scroll plan-table" tabIndex={0} role="region" aria-label={t("plan.table")}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("plan.time")}</th>
            <th scope="col">{t("plan.price")}</th>
            <th scope="col">{t("energy.sun")}</th>
            <th scope="col">{t("plan.load")}</th>
            <th scope="col">{t("plan.grid")}</th>
            <th scope="col">{t("plan.slot_cost")}</th>
            <th scope="col">{t("plan.total")}</th>
            {plan.devices.map((device) => (
              <th scope="col" key={device.name}>
                {device_title(device.name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {plan.slots.map((slot, index) => (
            <tr key={slot.from} aria-current={index === here ? "time" : undefined}>
              <th scope="row">{format_time(slot.from, now.value)}</th>
              <td>
                {is_guessed(plan, index) ? "≈ " : ""}
                {price(plan.buy[index] ?? 0, plan.currency)}
              </td>
              <td>{kilowatts(plan.sun[index] ?? 0)}</td>
              <td>{kilowatts(plan.load[index] ?? 0)}</td>
              <td>{kilowatts(grid[index]!.kw)}</td>
              <td>{money(grid[index]!.cost, plan.currency)}</td>
              <td>{money(grid[index]!.total, plan.currency)}</td>
              {plan.devices.map((device) => (
                <td key={device.name} data-code={device.code[index]} title={device.code[index]}>
                  {can_hold(device) && slot.until > now.value ? (
                    <button type="button" class="plan-cell" aria-label={t("plan.hold_slot", { device: device_title(device.name), time: format_time(slot.from, now.value), does: device_words(device, index) })} onClick={() => hold({ device: device.name, slot: index })}>
                      {device_words(device, index)}
                    </button>
                  ) : (
                    device_words(device, index)
                  )}
                  <span class="soft">{code_word(device.code[index] ?? "")}</span>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
