// Sign-in, and the first run's sign-up.

import { useEffect, useRef, useState } from "preact/hooks";
import { api, ApiError } from "../api";
import { enter, gate, knock, signup_code } from "../app";
import { t } from "../messages";
import { Mark } from "../parts/icon";

const passphrase_min = 10;

async function pass(up: boolean, name: string, passphrase: string): Promise<string> {
  if (up && [...passphrase].length < passphrase_min) return t("gate.short");
  try {
    if (up) await api.sign_up(signup_code() ?? "", name, passphrase);
    else await api.sign_in(name, passphrase);
    if (up) history.replaceState(null, "", "#/");
    enter();
    return "";
  } catch (error) {
    if (!(error instanceof ApiError) || error.status === 0) return t("gate.unreachable");
    if (!up && error.status === 401) return t("gate.wrong");
    return t("gate.failed", { detail: error.message });
  }
}

function Form({ up, invited = false }: { up: boolean; invited?: boolean }) {
  const [name, set_name] = useState("");
  const [passphrase, set_passphrase] = useState("");
  const [shown, set_shown] = useState(false);
  const [failed, set_failed] = useState("");
  const [busy, set_busy] = useState(false);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  return (
    <form
      class="gate-form"
      onSubmit={async (event) => {
        event.preventDefault();
        set_busy(true);
        set_failed(await pass(up, name.trim(), passphrase));
        set_busy(false);
      }}
    >
      {up && <p class="soft">{t(invited ? "gate.invited_intro" : "gate.up_intro")}</p>}
      {/* An invitation has the name already. */}
      {!invited && (
        <label>
          <span>{t("gate.name")}</span>
          <input ref={first} name="name" required autocomplete="username" autocapitalize="none" value={name} onInput={(event) => set_name(event.currentTarget.value)} />
        </label>
      )}
      <label>
        <span>{t("gate.passphrase")}</span>
        <input
          ref={invited ? first : undefined}
          name="passphrase"
          type={(shown ? "text" : "password") as "text"}
          required
          autocomplete={up ? "new-password" : "current-password"}
          aria-describedby={up ? "passphrase-note" : undefined}
          value={passphrase}
          onInput={(event) => set_passphrase(event.currentTarget.value)}
        />
      </label>
      {up && (
        <p class="soft" id="passphrase-note">
          {t("gate.passphrase_note")}
        </p>
      )}
      <label class="check">
        <input type="checkbox" checked={shown} onChange={(event) => set_shown(event.currentTarget.checked)} />
        <span>{t("gate.show")}</span>
      </label>
      <p class="failure" role="alert">
        {failed}
      </p>
      <button type="submit" class="primary" disabled={busy}>
        {t(invited ? "gate.take_up" : up ? "gate.sign_up" : "gate.sign_in")}
      </button>
    </form>
  );
}

export function GatePage() {
  const state = gate.value;
  return (
    <main class="gate">
      <div class="gate-card">
        <Mark size={56} />
        <h1>{t("gate.title")}</h1>
        <p class="soft">{t("gate.claim")}</p>
        {state === "asking" && <p class="soft">{t("link.connecting")}</p>}
        {state === "sign_in" && <Form up={false} />}
        {state === "sign_up" && <Form up />}
        {state === "invited" && <Form up invited />}
        {state === "need_link" && <p>{t("gate.need_link")}</p>}
        {state === "unreachable" && (
          <>
            <p class="failure">{t("gate.unreachable")}</p>
            <button type="button" class="primary" onClick={() => void knock()}>
              {t("link.retry")}
            </button>
          </>
        )}
      </div>
    </main>
  );
}
