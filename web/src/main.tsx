// The page's frame: where one is, what is shown there, and what is told on every page.

import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { announcement, gate, route, start, store, stream, type Route } from "./app";
import { format_clock } from "./format";
import { language, t, type Key } from "./messages";
import { SureDialog } from "./parts/control";
import { WhyDialog } from "./parts/entry";
import { Icon, Mark } from "./parts/icon";
import { OpenGlasses } from "./parts/glass";
import { WaitingWishes } from "./parts/waiting";
import { WitnessBanner } from "./parts/witness";
import { GatePage } from "./views/gate";
import { DeskPage } from "./views/desk";
import { EnergyPage, has_energy } from "./views/energy";
import { Home } from "./views/home";
import { Journal } from "./views/journal";
import { PlanPage } from "./views/plan";
import { has_plan } from "./views/plan_words";
import { Problems, Rules, SystemPage, WhyPage } from "./views/others";
import { ThingPage } from "./views/thing";
import "./style.css";

const places: [view: string, key: Key, icon: string][] = [
  ["", "nav.home", "home"],
  ["energy", "nav.energy", "bolt"],
  ["plan", "nav.plan", "clock"],
  ["desk", "nav.desk", "lock"],
  ["journal", "nav.journal", "journal"],
  ["rules", "nav.rules", "rules"],
  ["problems", "nav.problems", "problems"],
  ["system", "nav.system", "system"],
];

function Navigation() {
  const here = route.value.view === "thing" ? "" : route.value.view;
  const total = store.problem_total.value;
  return (
    <nav class="nav" aria-label={t("nav.main")}>
      <a class="brand" href="#/">
        <Mark />
        <span>Foxtail</span>
      </a>
      <ul>
        {places.filter(([view]) => (view !== "energy" || has_energy()) && (view !== "plan" || has_plan())).map(([view, key, icon]) => (
          <li key={view}>
            <a href={"#/" + view} aria-current={here === view ? "page" : undefined}>
              <Icon name={icon} size={22} />
              <span>{t(key)}</span>
              {view === "problems" && total > 0 && <span class="nav-count">{total > 99 ? "99+" : total}</span>}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** Seconds until `until`, counted down. */
function use_countdown(until: number): number {
  const [left, set_left] = useState(0);
  useEffect(() => {
    const count = (): void => set_left(Math.max(0, Math.ceil((until - Date.now()) / 1000)));
    count();
    const timer = window.setInterval(count, 1000);
    return () => window.clearInterval(timer);
  }, [until]);
  return left;
}

/** Waits a moment before it says anything, so that a hiccup passes unseen. */
const patience_ms = 400;

function LinkBanner() {
  const link = stream.link.value;
  const [late, set_late] = useState(false);
  const broken = link.state !== "up" && store.filled.value;
  useEffect(() => {
    if (!broken) {
      set_late(false);
      return;
    }
    const timer = window.setTimeout(() => set_late(true), patience_ms);
    return () => window.clearTimeout(timer);
  }, [broken]);
  useEffect(() => void document.documentElement.classList.toggle("is-offline", broken && late), [broken, late]);
  const left = use_countdown(link.state === "waiting" ? link.until : 0);
  return (
    <div role="status" aria-live="polite">
      {broken && late && (
        <p class="banner is-offline-banner">
          <Icon name="away" />
          <span>
            {t("link.lost", { time: format_clock(stream.last_heard) })}{" "}
            <span aria-hidden="true">{link.state === "waiting" && left > 0 ? t("link.retry_in", { n: left }) : t("link.retrying")}</span>
          </span>
          <button type="button" onClick={() => stream.hurry()}>
            {t("link.retry")}
          </button>
        </p>
      )}
    </div>
  );
}

function HealthBanner() {
  const health = store.health.value;
  return (
    <div role="status">
      {health.status !== "ok" && (
        <p class="banner is-bad">
          <Icon name="problems" />
          <span>
            {t("system.read_only")} {health.reason ?? ""}
          </span>
        </p>
      )}
    </div>
  );
}

function View({ at }: { at: Route }) {
  switch (at.view) {
    case "thing":
      return <ThingPage key={at.argument} id={at.argument} />;
    case "energy":
      return <EnergyPage />;
    case "plan":
      return <PlanPage />;
    case "desk":
      return <DeskPage argument={at.argument} />;
    case "journal":
      return <Journal thing={at.argument} />;
    case "rules":
      return <Rules />;
    case "problems":
      return <Problems />;
    case "system":
      return <SystemPage />;
    case "why":
      return <WhyPage seq={Number(at.argument)} />;
    default:
      return <Home />;
  }
}

function title_of_page(at: Route): string {
  const place = places.find(([view]) => view === at.view);
  if (at.view === "thing") return store.things.value.get(at.argument)?.title ?? at.argument;
  return place && place[0] !== "" ? t(place[1]) : store.household.value;
}

function Frame() {
  const at = route.value;
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  const title = title_of_page(at);
  useEffect(() => {
    document.title = title ? `${title} · Foxtail` : "Foxtail";
  }, [title]);
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    window.scrollTo(0, 0);
    main.current?.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
  }, [at.view, at.argument]);
  return (
    <div class="frame">
      <a
        class="skip"
        href="#content"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        {t("nav.skip")}
      </a>
      <Navigation />
      <div class="body">
        <LinkBanner />
        <HealthBanner />
        <WitnessBanner />
        <OpenGlasses />
        <WaitingWishes />
        <main id="content" ref={main} tabIndex={-1}>
          {!store.filled.value && <p class="soft waiting">{t("link.connecting")}</p>}
          <View at={at} />
        </main>
      </div>
      <WhyDialog />
      <SureDialog />
    </div>
  );
}

function App() {
  return (
    <>
      {gate.value === "in" ? <Frame /> : <GatePage />}
      <div class="sr" role="status" aria-live="polite" data-voice>
        {announcement.value}
      </div>
    </>
  );
}

document.documentElement.lang = language().words;
start();
render(<App />, document.getElementById("app")!);
