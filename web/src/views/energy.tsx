// Power and cars: where the house's power comes from and goes to, what charges and why, and what was charged.

import { useEffect, useRef } from "preact/hooks";
import { now, store, thing_href } from "../app";
import { standing_of } from "../format";
import { language, t } from "../messages";
import type { Thing } from "../model";
import { Icon } from "../parts/icon";
import { CarCard, source_ids } from "./car";
import { Circuits } from "./energy_circuits";
import { Point } from "./energy_point";
import { Sessions } from "./energy_sessions";

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

// ---- the page ------------------------------------------------------------------------------------------------------

export function EnergyPage() {
  const points = charging_points();
  const flow = store.things.value.get(flow_id);
  const cars = [...store.things.value.values()].filter((thing) => thing.kind === "vehicle" && !source_ids.value.has(thing.id));
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
      <Circuits />
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
