// Where a value stands on a drawing, and which marks its axes have. Pure; no DOM.

export type Scale = (value: number) => number;

export function scale(low: number, high: number, from: number, to: number): Scale {
  const factor = (to - from) / (high - low || 1);
  return (value) => from + (value - low) * factor;
}

/** A length as a path spells it: to a tenth of a pixel. */
export const px = (value: number): string => String(Math.round(value * 10) / 10);

/** The next number that is easily halved: for axes from 0. */
export function ceiling(value: number): number {
  if (!(value > 0)) return 1;
  const ten = 10 ** Math.floor(Math.log10(value));
  return Number((ten * [1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10].find((step) => step * ten >= value * 0.9999)!).toPrecision(3));
}

/** Round numbers from below `low` to above `high`, about `most` of them: 1, 2 or 5 of a power of ten apart. */
export function marks(low: number, high: number, most: number): number[] {
  // A value that never changed stands in the middle.
  const slack = high > low ? 0 : Math.abs(high) * 0.01 || 1;
  const least = (high - low + 2 * slack) / most;
  const ten = 10 ** Math.floor(Math.log10(least));
  const step = ten * [1, 2, 5, 10].find((one) => one * ten >= least * 0.9999)!;
  const found: number[] = [];
  const end = Math.ceil((high + slack) / step - 1e-6);
  for (let count = Math.floor((low - slack) / step + 1e-6); count <= end; count += 1) found.push(Number((count * step).toPrecision(12)));
  return found;
}

const day = 1440;
const minutes = [10, 20, 30, 60, 120, 180, 360, 720, day, 2 * day, 7 * day];

/** Round moments of the wall's clock, at most about `most` of them: minutes, hours, days or months apart. */
export function ticks(from: number, to: number, most: number): number[] {
  const length = (to - from) / 60e3;
  const step = minutes.find((one) => length / one <= most);
  const months = Math.ceil(length / (30 * day) / most);
  const first = new Date(from);
  const found: number[] = [];
  for (let count = 0; ; count += 1) {
    const at = step
      ? new Date(first.getFullYear(), first.getMonth(), first.getDate(), 0, count * step).getTime()
      : new Date(first.getFullYear(), first.getMonth() + count * months).getTime();
    if (at > to) return found;
    // A change of clocks may bring one moment twice.
    if (at >= from && at !== found.at(-1)) found.push(at);
  }
}
