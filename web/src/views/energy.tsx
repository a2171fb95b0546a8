// Power and cars: where the house's power comes from and goes to, what charges and why, and what was charged.

import { useEffect, useRef, useState } from "preact/hooks";
import { api, words_of } from "../api";
import { now, store, thing_href } from "../app";
import { as_title, enum_word, format_clock, format_number, standing_of } from "../format";
import { language, t } from "../messages";
import { to_ms, type Json, type Thing } from "../model";
import { Control } from "../parts/control";
import { Icon } from "../parts/icon";
import { ValueWords, WantedNote } from "../parts/value";
import { CarCard } from "./home";
import { told } from "./plan_words";

/** Told by the hub's charging (docs/charging.md). */
const flow_id = "power-flow";

export function charging_points(): Thing[] {
  return [...store.things.value.values()].filter((thing) => thing.connector === "charging" && thing.properties.commanded);
}

export function has_energy(): boolean {
  return store.things.value.has(flow_id) || charging_points().length > 0;
}

// ---- where power comes from and goes to ------------------------------------------------------------------------

interface Node {
  name: string;
  icon: string;
  x: number;
  y: number;
  into: boolean; // positive is into the house
}

const nodes: Node[] = [
  { name: "sun", icon: "sun", x: 200, y: 40, into: true },
  { name: "grid", icon: "bolt", x: 50, y: 130, into: true },
  { name: "battery", icon: "battery", x: 200, y: 220, into: true },
  { name: "home", icon: "home", x: 350, y: 75, into: false },
  { name: "cars", icon: "car", x: 350, y: 185, into: false },
];
const middle = { x: 200, y: 130 };
/** Less is noise of the meters. */
const still_w = 15;

function power_words(watts: number): string {
  const kilo = Math.abs(watts) >= 1000;
  return new Intl.NumberFormat(language().tag, { maximumFractionDigits: kilo ? 1 : 0 }).format(Math.abs(watts) / (kilo ? 1000 : 1)) + (kilo ? " kW" : " W");
}

function Wire({ node, watts }: { node: Node; watts: number | null }) {
  const line = useRef<SVGLineElement>(null);
  const moving = watts !== null && Math.abs(watts) >= still_w;
  const inward = (watts ?? 0) > 0 === node.into;
  useEffect(() => line.current?.setAttribute("stroke-width", String(moving ? Math.min(9, 2 + Math.abs(watts) / 1500) : 1.5)));
  return (
    <line
      ref={line}
      class={"wire" + (moving ? (inward ? " is-in" : " is-out") : "")}
      x1={node.x}
      y1={node.y}
      x2={middle.x}
      y2={middle.y}
    />
  );
}

function Flow({ thing }: { thing: Thing }) {
  const told = nodes
    .filter((node) => thing.properties[node.name])
    .map((node) => {
      const reading = store.reading(`${flow_id}/${node.name}`).value;
      const watts = typeof reading?.value === "number" && standing_of(reading, thing.properties[node.name], now.value) !== "bad" ? reading.value : null;
      return { node, watts };
    })
    .filter(({ node, watts }) => watts !== null || node.name === "grid" || node.name === "home");
  const say = (node: Node, watts: number | null): string => {
    if (watts === null) return t("state.unknown");
    const gives = t(("energy.gives." + node.name) as "energy.gives.grid");
    const takes = t(("energy.takes." + node.name) as "energy.takes.grid");
    return Math.abs(watts) < still_w ? power_words(0) : `${power_words(watts)} ${watts > 0 === node.into ? gives : takes}`;
  };
  return (
    <section class="panel flow" aria-labelledby="flow">
      <h2 id="flow">
        <a href={thing_href(flow_id)}>{t("energy.flow")}</a>
      </h2>
      <svg viewBox="0 0 400 260" role="img" aria-label={told.map(({ node, watts }) => `${t(("energy." + node.name) as "energy.grid")}: ${say(node, watts)}`).join(", ")}>
        {told.map(({ node, watts }) => (
          <Wire key={node.name} node={node} watts={watts} />
        ))}
        <circle class="hub" cx={middle.x} cy={middle.y} r="7" />
        {told.map(({ node, watts }) => (
          <g key={node.name} class={"node is-" + node.name} data-flow={node.name} data-watts={watts ?? ""}>
            <circle cx={node.x} cy={node.y} r="30" />
            <svg x={node.x - 11} y={node.y - 22} width="22" height="22">
              <Icon name={node.icon} size={22} />
            </svg>
            <text x={node.x} y={node.y + 16}>
              {watts === null ? "—" : power_words(watts)}
            </text>
          </g>
        ))}
      </svg>
      <ul class="flow-words soft">
        {told.map(({ node, watts }) => (
          <li key={node.name}>
            {t(("energy." + node.name) as "energy.grid")}: {say(node, watts)}
          </li>
        ))}
      </ul>
    </section>
  );
}

// ---- charging points ---------------------------------------------------------------------------------------------

function text_at(address: string): string {
  const value = store.reading(address).value?.value;
  return typeof value === "string" ? value : "";
}

function Point({ thing }: { thing: Thing }) {
  const at = (name: string): string => `${thing.id}/${name}`;
  const spec = thing.properties;
  const obeyed = text_at(at("obeyed"));
  const plugged = text_at(at("session")) !== "";
  const certainty = store.reading(at("car_certainty")).value?.value;
  const since = to_ms(text_at(at("session_from")));
  const energy = store.reading(at("session_energy")).value?.value; // Wh
  return (
    <li class="panel point" data-point={thing.id}>
      <div class="rule-head">
        <h3>
          <a href={thing_href(thing.id)}>{thing.title}</a>
        </h3>
        <span class={"badge" + (obeyed !== "" && obeyed !== "yes" ? " is-warning" : "")} data-obeyed={obeyed}>
          {plugged ? t("energy.plugged") : t("energy.free")}
        </span>
      </div>
      <Control address={at("mode")} name="mode" spec={spec.mode!} label={`${thing.title}, ${t("energy.mode")}`} />
      <WantedNote address={at("mode")} brief />
      <dl class="rule-what">
        <dt>{t("energy.commanded")}</dt>
        <dd>
          <ValueWords address={at("commanded")} name="commanded" spec={spec.commanded} />
          {obeyed !== "" && <span class="soft"> · {obeyed === "yes" ? t("energy.obeyed") : enum_word(obeyed)}</span>}
        </dd>
        <dt>{t("energy.because")}</dt>
        <dd data-why>{told(text_at(at("why"))) || "—"}</dd>
        {plugged && <dt>{t("energy.car")}</dt>}
        {plugged && (
          <dd>
            <Control address={at("car")} name="car" spec={spec.car!} label={`${thing.title}, ${t("energy.car")}`} tile />
            {typeof certainty === "number" && certainty > 0 && <span class="soft"> {Math.round(certainty)} %</span>}
            <p class="soft">{told(text_at(at("car_reason")))}</p>
          </dd>
        )}
        {plugged && <dt>{t("energy.session")}</dt>}
        {plugged && (
          <dd>
            {typeof energy === "number" ? format_number(energy / 1000, { type: "number", unit: "kW.h" }) : "—"}
            {Number.isFinite(since) && <span class="soft"> · {t("home.since", { time: format_clock(since) })}</span>}
          </dd>
        )}
      </dl>
    </li>
  );
}

// ---- what was charged ----------------------------------------------------------------------------------------------

interface Session {
  id: string;
  point: string;
  until: string;
  energy_wh: number;
  estimated: boolean;
  cost: number | null;
  currency?: string;
  car: string;
  who?: string;
}

const shown_ms = 90 * 86400e3;

function session_of(value: Json): Session | null {
  const told = typeof value === "string" ? (JSON.parse(value) as Json) : value;
  if (typeof told !== "object" || told === null || Array.isArray(told) || typeof told.until !== "string") return null;
  return told as unknown as Session;
}

function Sessions({ points }: { points: Thing[] }) {
  const [sessions, set_sessions] = useState<Session[] | null>(null);
  const [failed, set_failed] = useState("");
  const ended = points.map((thing) => store.reading(`${thing.id}/last_session`).value?.seq ?? 0).join();
  useEffect(() => {
    const to = store.now();
    Promise.all(points.map((thing) => api.history(`${thing.id}/last_session`, to - shown_ms, to, 0))).then(
      (all) => {
        const found = all.flatMap((one) => one.points.map((point) => session_of(point[4]))).filter((one) => one !== null);
        set_sessions(found.sort((a, b) => to_ms(b.until) - to_ms(a.until)));
      },
      (error: unknown) => set_failed(words_of(error)),
    );
  }, [ended, points.length]);
  const number = (digits: number): Intl.NumberFormat => new Intl.NumberFormat(language().tag, { maximumFractionDigits: digits });
  const ended_words = new Intl.DateTimeFormat(language().tag, { dateStyle: "medium", timeStyle: "short" });
  return (
    <section class="panel" aria-labelledby="sessions">
      <h2 id="sessions">{t("energy.sessions")}</h2>
      {failed && <p class="failure">{failed}</p>}
      {sessions?.length === 0 && <p class="soft">{t("energy.no_sessions")}</p>}
      {sessions !== null && sessions.length > 0 && (
        <table class="sessions">
          <thead>
            <tr>
              <th>{t("energy.ended")}</th>
              <th class="wide">{t("energy.point")}</th>
              <th>{t("energy.car")}</th>
              <th class="number">kWh</th>
              <th class="number">{t("energy.cost")}</th>
            </tr>
          </thead>
          <tbody>
            {sessions.slice(0, 50).map((one) => (
              <tr key={one.point + one.id} data-session={one.id}>
                <td>{ended_words.format(to_ms(one.until))}</td>
                <td class="wide">{as_title(one.point)}</td>
                <td>{[one.car === "unknown" ? "—" : (store.things.value.get(one.car)?.title ?? enum_word(one.car)), one.who].filter(Boolean).join(" · ")}</td>
                <td class="number">
                  {one.estimated ? "≈ " : ""}
                  {number(2).format(one.energy_wh / 1000)}
                </td>
                <td class="number">{one.cost === null ? "—" : `${number(2).format(one.cost)} ${one.currency ?? ""}`}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

// ---- the page ------------------------------------------------------------------------------------------------------

export function EnergyPage() {
  const points = charging_points();
  const flow = store.things.value.get(flow_id);
  const cars = [...store.things.value.values()].filter((thing) => thing.kind === "vehicle");
  return (
    <div>
      <header class="page-head">
        <h1 tabIndex={-1}>{t("nav.energy")}</h1>
      </header>
      {store.filled.value && !flow && points.length === 0 && <p class="empty">{t("energy.nothing")}</p>}
      <div class="columns">
        {flow && <Flow thing={flow} />}
        {cars.length > 0 && (
          <section aria-labelledby="energy-cars">
            <h2 id="energy-cars">{t("home.cars")}</h2>
            <ul class="cars">
              {cars.map((thing) => (
                <CarCard key={thing.id} thing={thing} />
              ))}
            </ul>
          </section>
        )}
      </div>
      {points.length > 0 && (
        <section aria-labelledby="points">
          <h2 id="points">{t("energy.points")}</h2>
          <ul class="rules points">
            {points.map((thing) => (
              <Point key={thing.id} thing={thing} />
            ))}
          </ul>
        </section>
      )}
      {points.length > 0 && <Sessions points={points} />}
    </div>
  );
}
