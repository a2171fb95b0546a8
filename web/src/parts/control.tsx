// Controls, chosen by a property's type. Each shows the wish while one is open, else what is reported; what is not known
// looks like neither on nor off.

import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { store, stream, value_words } from "../app";
import { boolean_word, enum_word, format_number } from "../format";
import { t } from "../messages";
import type { Json, PropertySpec } from "../model";
import { Icon } from "./icon";
import { is_open } from "./value";

interface Props {
  address: string;
  name: string;
  spec: PropertySpec;
  label: string; // thing and property, for those who do not see where it stands
  tile?: boolean;
  wish?: (value: Json) => void; // instead of setting it at once: who asks first what it costs
}

interface Sure {
  words: string;
  thing: string;
  go: () => void;
}
export const sure = signal<Sure | null>(null);

function offline(): boolean {
  return stream.link.value.state !== "up";
}

function wish(props: Props, value: Json): void {
  if (props.wish) return props.wish(value);
  const go = (): void => stream.set(props.address, value);
  if (props.spec.sensitivity === "critical") {
    sure.value = { words: value_words(props.address, value), thing: props.label, go };
  } else {
    go();
  }
}

/** The open wish if there is one, else the last good word; undefined when not known. */
function shown_value(address: string): Json | undefined {
  const wanted = store.wanted(address).value;
  if (is_open(wanted)) return wanted.value;
  const reading = store.reading(address).value;
  if (!reading || reading.quality === "bad" || reading.value === null) return undefined;
  return reading.value;
}

function Switch(props: Props) {
  const value = shown_value(props.address);
  const known = typeof value === "boolean";
  const busy = is_open(store.wanted(props.address).value);
  return (
    <button
      type="button"
      class={"switch" + (busy ? " is-busy" : "")}
      role={known ? "switch" : "checkbox"}
      aria-checked={known ? value : "mixed"}
      aria-label={props.label}
      aria-busy={busy}
      disabled={offline()}
      onClick={() => wish(props, !(known && value))}
    >
      <span class="switch-track">
        <span class="switch-knob" />
      </span>
    </button>
  );
}

/** Two buttons where the words matter more than on and off: locks, doors. */
function Choice(props: Props & { options: [Json, string][] }) {
  const value = shown_value(props.address);
  return (
    <div class="choice" role="group" aria-label={props.label}>
      {props.options.map(([option, words]) => (
        <button
          type="button"
          key={String(option)}
          aria-pressed={value === option}
          disabled={offline()}
          onClick={() => wish(props, option)}
        >
          {words}
        </button>
      ))}
    </div>
  );
}

function Slider(props: Props) {
  const { spec, address } = props;
  const [draft, set_draft] = useState<number | null>(null);
  const value = shown_value(address);
  const known = typeof value === "number";
  const shown = draft ?? (known ? value : spec.minimum!);
  const share = ((shown - spec.minimum!) / (spec.maximum! - spec.minimum! || 1)) * 100;
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.style.setProperty("--share", `${share}%`));
  return (
    <span class={"slider" + (known ? "" : " is-unknown")}>
      <input
        ref={input}
        type="range"
        min={spec.minimum}
        max={spec.maximum}
        step={spec.step ?? (spec.type === "integer" ? 1 : (spec.maximum! - spec.minimum!) / 200)}
        value={shown}
        aria-label={props.label}
        aria-valuetext={known || draft !== null ? format_number(shown, spec) : t("state.unknown")}
        disabled={offline()}
        onInput={(event) => set_draft(event.currentTarget.valueAsNumber)}
        onChange={(event) => {
          set_draft(null);
          wish(props, event.currentTarget.valueAsNumber);
        }}
      />
      {draft !== null && <output class="slider-draft">{format_number(draft, spec)}</output>}
    </span>
  );
}

/** Waits for more presses before it asks: five quick steps are one wish. */
const stepper_pause_ms = 600;

function Stepper(props: Props) {
  const { spec, address } = props;
  const [draft, set_draft] = useState<number | null>(null);
  const timer = useRef(0);
  const value = shown_value(address);
  const known = typeof value === "number";
  const step = spec.step ?? 0.5;
  const shown = draft ?? (known ? value : null);
  const press = (by: number): void => {
    const from = shown ?? spec.minimum ?? 0;
    const snapped = Math.round((from + by) / step) * step;
    const next = Math.min(spec.maximum ?? Infinity, Math.max(spec.minimum ?? -Infinity, Number(snapped.toFixed(6))));
    set_draft(next);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => {
      set_draft(null);
      wish(props, next);
    }, stepper_pause_ms);
  };
  return (
    <span class="stepper" role="group" aria-label={props.label}>
      <button type="button" aria-label={t("control.less", { title: props.label })} disabled={offline()} onClick={() => press(-step)}>
        −
      </button>
      <output class={"stepper-value" + (draft !== null ? " is-draft" : "")}>
        {shown === null ? "—" : format_number(shown, spec)}
      </output>
      <button type="button" aria-label={t("control.more", { title: props.label })} disabled={offline()} onClick={() => press(step)}>
        +
      </button>
    </span>
  );
}

function Select(props: Props) {
  const value = shown_value(props.address);
  const known = typeof value === "string" && (props.spec.allowed ?? []).includes(value);
  return (
    <select
      aria-label={props.label}
      value={known ? value : ""}
      disabled={offline()}
      onChange={(event) => wish(props, event.currentTarget.value)}
    >
      {!known && (
        <option value="" disabled>
          — {t("control.choose")}
        </option>
      )}
      {(props.spec.allowed ?? []).map((one) => (
        <option key={one} value={one}>
          {enum_word(one)}
        </option>
      ))}
    </select>
  );
}

/** What was typed as a value of the type; undefined when it is none. */
export function parse_typed(text: string, spec: PropertySpec): Json | undefined {
  if (spec.type === "string" || spec.type === "enumeration") return text;
  if (spec.type === "number" || spec.type === "integer") {
    const number = Number(text.trim().replace(",", "."));
    if (text.trim() === "" || !Number.isFinite(number)) return undefined;
    return spec.type === "integer" ? Math.round(number) : number;
  }
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function Typed(props: Props) {
  const { spec } = props;
  const [draft, set_draft] = useState<string | null>(null);
  const [wrong, set_wrong] = useState(false);
  const value = shown_value(props.address);
  const plain = value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
  const numeric = spec.type === "number" || spec.type === "integer";
  return (
    <form
      class="typed"
      onSubmit={(event) => {
        event.preventDefault();
        const parsed = parse_typed(draft ?? plain, spec);
        set_wrong(parsed === undefined);
        if (parsed === undefined) return;
        set_draft(null);
        wish(props, parsed);
      }}
    >
      <input
        type={(numeric ? "number" : "text") as "text"}
        min={spec.minimum}
        max={spec.maximum}
        step={numeric ? (spec.step ?? "any") : undefined}
        aria-label={props.label}
        aria-invalid={wrong}
        value={draft ?? plain}
        disabled={offline()}
        onInput={(event) => set_draft(event.currentTarget.value)}
      />
      <button type="submit" disabled={offline()}>
        {t("control.set")}
      </button>
      {wrong && <span class="field-error">{t("control.not_json")}</span>}
    </form>
  );
}

function short(spec: PropertySpec): boolean {
  const allowed = spec.allowed ?? [];
  return allowed.length >= 2 && allowed.length <= 4 && allowed.join("").length <= 24;
}

export function Control(props: Props) {
  const { spec, name } = props;
  switch (spec.type) {
    case "boolean":
      if (spec.sensitivity === "critical" && !props.tile) {
        const options: [Json, string][] = [
          [true, boolean_word(true, name, true, spec.title)],
          [false, boolean_word(false, name, true, spec.title)],
        ];
        return <Choice {...props} options={options} />;
      }
      return <Switch {...props} />;
    case "enumeration":
      if (short(spec) && !props.tile) return <Choice {...props} options={spec.allowed!.map((one) => [one, enum_word(one)])} />;
      return <Select {...props} />;
    case "number":
    case "integer": {
      const ranged = spec.minimum !== undefined && spec.maximum !== undefined;
      if (spec.unit === "Cel" || spec.unit === "[degF]") return <Stepper {...props} />;
      if (ranged && spec.maximum! > spec.minimum! && spec.maximum! - spec.minimum! <= 100_000) return <Slider {...props} />;
      return props.tile ? null : <Typed {...props} />;
    }
    default:
      return props.tile ? null : <Typed {...props} />;
  }
}

/** Asks once more before a lock, a garage or an alarm moves. */
export function SureDialog() {
  const asked = sure.value;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (asked) dialog.current?.showModal();
    else dialog.current?.close();
  }, [asked]);
  return (
    <dialog ref={dialog} class="sure" aria-labelledby="sure-title" onClose={() => (sure.value = null)}>
      {asked && (
        <>
          <h2 id="sure-title">{t("control.sure", { value: asked.words, thing: asked.thing })}</h2>
          <p>{t("control.sure_note")}</p>
          <div class="buttons">
            <button type="button" onClick={() => (sure.value = null)}>
              {t("control.cancel")}
            </button>
            <button
              type="button"
              class="primary"
              onClick={() => {
                asked.go();
                sure.value = null;
              }}
            >
              <Icon name="check" size={16} />
              {t("control.do_it")}
            </button>
          </div>
        </>
      )}
    </dialog>
  );
}
