// A record as a line, and the chain of reasons behind it.

import { useEffect, useRef, useState } from "preact/hooks";
import { api, ApiError } from "../api";
import { names, now, thing_href, why_seq, store } from "../app";
import { as_title, format_clock, format_exact, format_time } from "../format";
import { t } from "../messages";
import type { Entry } from "../model";
import { to_ms, type Json } from "../model";
import { plan_of, slot_at, type PlanReason } from "../plan";
import { goal_state, why_words } from "../plan_sentences";
import { split_address } from "../model";
import { actor_name, group_of, sentence_of } from "../sentences";
import { Icon } from "./icon";

const group_icons: Record<string, string> = {
  event: "button",
  command: "check",
  rule: "rules",
  notice: "journal",
  reading: "chart",
  thing: "device",
  access: "person",
  trouble: "problems",
  system: "system",
};

function bad(entry: Entry): boolean {
  const outcome = entry.body.outcome ?? entry.body.status;
  return group_of(entry.kind) === "trouble" || entry.kind === "command_denied" || outcome === "failed" || outcome === "refused" || outcome === "timed_out";
}

export function EntryLine({ entry, dated }: { entry: Entry; dated?: boolean }) {
  const group = group_of(entry.kind);
  return (
    <li class={"entry" + (bad(entry) ? " is-trouble" : "")} data-seq={entry.seq} data-kind={entry.kind}>
      <time dateTime={new Date(entry.time).toISOString()} title={format_exact(entry.time)}>
        {dated ? format_time(entry.time, now.value) : format_clock(entry.time)}
      </time>
      <span class="entry-icon" title={entry.kind}>
        <Icon name={bad(entry) ? "problems" : group_icons[group]!} size={16} />
      </span>
      <span class="entry-words">{sentence_of(entry, names())}</span>
      <button type="button" class="why" aria-label={`${t("why.title")} ${sentence_of(entry, names())}`} onClick={() => (why_seq.value = entry.seq)}>
        {t("thing.why")}
      </button>
    </li>
  );
}

/** From the asked record down to the root, each step with who and when. */
export function WhyChain({ seq }: { seq: number }) {
  const [chain, set_chain] = useState<{ chain: Entry[]; plan?: PlanReason } | null>(null);
  const [failed, set_failed] = useState("");
  useEffect(() => {
    let gone = false;
    set_chain(null);
    set_failed("");
    api.why(seq).then(
      (found) => !gone && set_chain(found),
      (error) => !gone && set_failed(error instanceof ApiError && error.message ? error.message : t("gate.unreachable")),
    );
    return () => {
      gone = true;
    };
  }, [seq]);
  if (failed) return <p class="failure">{t("why.failed", { detail: failed })}</p>;
  if (!chain) return <p class="soft">{t("chart.loading")}</p>;
  return (
    <>
      <ol class="chain">
        {chain.chain.map((entry, index) => (
          <ChainStep key={entry.seq} entry={entry} first={index === 0} plan={chain.plan?.record === entry.seq ? chain.plan : undefined} />
        ))}
      </ol>
      <p class="soft chain-end">{t("why.root")}</p>
    </>
  );
}

/** The slot of the plan that led here, and the goal that it is for: from the plan that stands in this record. */
function PlanWords({ entry, reason }: { entry: Entry; reason: PlanReason }) {
  const plan = plan_of(entry.body.value as Json);
  const device = plan?.devices.find((one) => one.name === reason.device);
  const { slot, goal } = reason;
  const index = plan && slot ? slot_at(plan, to_ms(slot.from)) : -1;
  return (
    <p class="plan-reason" data-plan-reason={reason.version}>
      {slot && `${format_time(to_ms(slot.from), now.value)} – ${format_clock(to_ms(slot.until)).slice(0, 5)}`}
      {plan && device && index >= 0 && ` · ${as_title(store.things.value.get(device.name)?.title ?? device.name)}: ${why_words(plan, { ...device, alternatives: [] }, index, now.value)}`}
      {goal && ` ${t("why.goal", { goal: (goal.who ? goal.who + ": " : "") + goal.what, state: goal_state(goal) })}`}
      {` ${t("why.plan", { version: String(reason.version) })}`}
    </p>
  );
}

function ChainStep({ entry, first, plan }: { entry: Entry; first: boolean; plan?: PlanReason }) {
  const { thing } = split_address(entry.address ?? "");
  const known = store.things.value.get(thing);
  return (
    <li class="chain-step" data-seq={entry.seq}>
      {!first && <span class="because">{t("why.because")}</span>}
      <p class="chain-words">{sentence_of(entry, names())}</p>
      <p class="soft">
        {format_exact(entry.time)} · {t("why.by", { actor: actor_name(entry.actor, names()) })} · {t("why.record", { seq: String(entry.seq) })}
        {known && (
          <>
            {" · "}
            <a href={thing_href(known.id)}>{known.title}</a>
          </>
        )}
      </p>
      {plan && <PlanWords entry={entry} reason={plan} />}
    </li>
  );
}

export function WhyDialog() {
  const seq = why_seq.value;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (seq !== null && !dialog.current?.open) dialog.current?.showModal();
    if (seq === null) dialog.current?.close();
  }, [seq]);
  return (
    <dialog
      ref={dialog}
      class="why-dialog"
      aria-labelledby="why-title"
      onClose={() => (why_seq.value = null)}
      onClick={(event) => {
        if (event.target === dialog.current) why_seq.value = null;
      }}
    >
      {seq !== null && (
        <div class="dialog-body">
          <div class="dialog-head">
            <h2 id="why-title">{t("why.title")}</h2>
            <button type="button" class="quiet" aria-label={t("why.close")} onClick={() => (why_seq.value = null)}>
              <Icon name="cross" />
            </button>
          </div>
          <WhyChain seq={seq} />
        </div>
      )}
    </dialog>
  );
}
