// What something would cost, asked of the hub before it is done.

import { useEffect, useRef, useState } from "preact/hooks";
import { api, ApiError, words_of } from "../api";
import { announce, stream } from "../app";
import { t } from "../messages";
import type { Json } from "../model";
import type { WhatIf } from "../plan";
import { goal_state, more_words } from "../plan_sentences";
import { Icon } from "../parts/icon";
import { device_title, told } from "./plan_words";

export type Answer = { state: "asking" } | { state: "told"; found: WhatIf } | { state: "failed"; words: string };

/** The answer to the newest question only; null before one was asked. */
export function use_what_if(device: string): [Answer | null, (set: { [name: string]: Json } | null) => void] {
  const [answer, set_answer] = useState<Answer | null>(null);
  const newest = useRef(0);
  const ask = (set: { [name: string]: Json } | null): void => {
    const number = ++newest.current;
    set_answer(set && { state: "asking" });
    if (!set) return;
    const tell = (answered: Answer, words: string): void => {
      if (number !== newest.current) return;
      set_answer(answered);
      announce(words);
    };
    api.what_if(device, set).then(
      (found) => tell({ state: "told", found }, more_words(found.more, found.currency)),
      (error: unknown) => {
        const words = error instanceof ApiError && error.status === 404 ? t("plan.no_price") : words_of(error);
        tell({ state: "failed", words }, words);
      },
    );
  };
  return [answer, ask];
}

export function Difference({ answer }: { answer: Answer | null }) {
  if (!answer) return null;
  if (answer.state === "asking") return <p class="soft">{t("plan.asking")}</p>;
  if (answer.state === "failed") return <p class="failure">{answer.words}</p>;
  const { more, currency, devices } = answer.found;
  return (
    <>
      <p class="plan-difference" data-more={more}>
        {more_words(more, currency)}
      </p>
      {devices?.flatMap((device) =>
        device.goals
          .filter((goal) => goal.state !== "met")
          .map((goal) => (
            <p key={device.name + goal.what} class="note is-stale">
              <Icon name="problems" size={14} />
              {`${device_title(device.name)}: ${told(goal.what)}: ${goal_state(goal)}`}
            </p>
          )),
      )}
    </>
  );
}

export interface Wish {
  name: string;
  value: Json;
  words: string;
}

/** Asks what a wish costs, and whether it is meant. Without a device it is one for the whole house. */
export function Sure({ wish, device, done }: { wish: Wish; device: string; done: () => void }) {
  const [answer, ask] = use_what_if(device);
  const confirm = useRef<HTMLButtonElement>(null);
  useEffect(() => ask({ [wish.name]: wish.value }), [wish]);
  const waiting = !answer || answer.state === "asking";
  useEffect(() => void (waiting || confirm.current?.focus()), [waiting]);
  return (
    <div class="plan-sure" role="group" aria-label={wish.words} onKeyDown={(event) => event.key === "Escape" && done()} data-sure>
      <h4>{wish.words}</h4>
      <Difference answer={answer} />
      <div class="buttons">
        <button type="button" onClick={done}>
          {t("control.cancel")}
        </button>
        <button
          type="button"
          class="primary"
          ref={confirm}
          disabled={waiting || stream.link.value.state !== "up"}
          onClick={() => {
            stream.set(`${device ? "plan-" + device : "plan"}/${wish.name}`, wish.value);
            done();
          }}
        >
          <Icon name="check" size={16} />
          {t("control.do_it")}
        </button>
      </div>
    </div>
  );
}
