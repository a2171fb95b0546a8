// The hub's HTTP routes as functions. Every answer is either the body or an ApiError with the hub's own words.

import type { Certificate, Desk } from "./desk";
import { t } from "./messages";
import type { Entry, History, Me, Problem, ProblemDetails, Rule } from "./model";
import { to_ms, type Json } from "./model";
import type { PlanReason, WhatIf } from "./plan";

export class ApiError extends Error {
  constructor(
    readonly status: number, // 0 = the hub could not be reached
    message: string,
  ) {
    super(message);
  }
}

/** The hub's own words for what went wrong. */
export function words_of(error: unknown): string {
  return error instanceof ApiError && error.message ? error.message : t("gate.unreachable");
}

async function ask(method: string, path: string, body?: unknown): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") headers["X-Foxtail"] = "1";
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let answer: Response;
  try {
    answer = await fetch(path, {
      method,
      headers,
      credentials: "same-origin",
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new ApiError(0, "");
  }
  if (answer.ok) return answer;
  let problem: ProblemDetails = {};
  try {
    problem = (await answer.json()) as ProblemDetails;
  } catch {
    // no problem document: the status has to do
  }
  throw new ApiError(answer.status, problem.detail ?? problem.title ?? `${answer.status} ${answer.statusText}`);
}

async function get<T>(path: string): Promise<T> {
  return (await (await ask("GET", path)).json()) as T;
}

function entries(found: Entry[]): Entry[] {
  return found.map((one) => ({ ...one, time: to_ms(one.time), body: one.body ?? {} }));
}

export const api = {
  me: () => get<Me>("/auth/me"),
  state: () => get<{ signup_needed: boolean }>("/auth/state"),
  sign_in: (name: string, passphrase: string) => ask("POST", "/auth/signin", { name, passphrase }),
  sign_up: (code: string, name: string, passphrase: string) => ask("POST", "/auth/signup", { code, name, passphrase }),
  sign_out: () => ask("POST", "/auth/signout"),
  history: (address: string, from: number, to: number, points: number) => {
    const query = new URLSearchParams({
      address,
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      points: String(points),
    });
    return get<History>(`/history?${query}`);
  },
  async journal(query: Record<string, string>): Promise<{ records: Entry[]; first: number; head: number }> {
    const found = await get<{ records: Entry[]; first?: number; head?: number }>(
      `/journal?${new URLSearchParams(query)}`,
    );
    return { records: entries(found.records), first: found.first ?? 1, head: found.head ?? 0 };
  },
  async why(seq: number): Promise<{ chain: Entry[]; plan?: PlanReason }> {
    const said = await get<{ chain: Entry[]; plan?: PlanReason }>(`/why/${seq}`);
    return { chain: entries(said.chain), plan: said.plan };
  },
  async rules(): Promise<Rule[]> {
    return (await get<{ rules: Rule[] }>("/rules")).rules;
  },
  async problems(): Promise<{ total: number; problems: Problem[] }> {
    const found = await get<{ total: number; problems: Problem[] }>("/problems");
    return { total: found.total, problems: found.problems.map((one) => ({ ...one, time: to_ms(one.time) })) };
  },
  /** Says yes or no to a wish that waits for this person. */
  answer_wish: (seq: number, yes: boolean) => ask("POST", `/commands/${seq}/${yes ? "confirm" : "refuse"}`),
  desk: () => get<Desk>("/desk"),
  /** Who lives or stays here; for who maintains the house. */
  async people(): Promise<string[]> {
    const { subjects } = await get<{ subjects: { name: string; kind: string; left?: boolean }[] }>("/subjects");
    return subjects.filter((one) => !one.left && ["owner", "resident", "guest"].includes(one.kind)).map((one) => one.name);
  },
  older_looks: (before: number) => get<Pick<Desk, "looks" | "looks_before">>(`/desk?looks_before=${before}`),
  async forget(addresses: readonly string[]): Promise<{ seq: number; properties: number; shared: string[] }> {
    return (await (await ask("POST", "/desk/forget", { addresses })).json()) as { seq: number; properties: number; shared: string[] };
  },
  set_privacy: (closed: boolean) => ask("PUT", "/desk/privacy", { closed }),
  async give(grant: unknown): Promise<{ id: number; token?: string }> {
    return (await (await ask("POST", "/grants", grant)).json()) as { id: number; token?: string };
  },
  /** What the body names becomes less; the rest stays. */
  narrow: (id: number, less: { until?: string; addresses?: string[]; verbs?: string[] }) => ask("PUT", `/grants/${id}`, less),
  async take_back(id: number): Promise<Certificate> {
    return (await (await ask("DELETE", `/grants/${id}`)).json()) as Certificate;
  },
  /** All portions of the export, one after the other. */
  async take_along(format: "jsonl" | "csv", so_far: (bytes: number) => void): Promise<Blob> {
    const parts: Blob[] = [];
    let bytes = 0;
    let next: string | undefined = `/export?about=me&format=${format}`;
    while (next) {
      const answer: Response = await ask("GET", next);
      const part: Blob = await answer.blob();
      parts.push(part);
      bytes += part.size;
      so_far(bytes);
      next = /<([^>]+)>;\s*rel="next"/.exec(answer.headers.get("Link") ?? "")?.[1];
    }
    return new Blob(parts, { type: format === "csv" ? "text/csv" : "application/jsonl" });
  },
  /** What changing a device's settings would cost, by a plan made for it and thrown away. */
  async what_if(device: string, set: { [name: string]: Json }): Promise<WhatIf> {
    return (await (await ask("POST", "/plan/what-if", device ? { device, set } : { set })).json()) as WhatIf;
  },
  /** A text of the hub's ledger, such as "checkpoint". */
  ledger: async (what: string) => (await ask("GET", "/ledger/" + what)).text(),
  system: () => get<{ [key: string]: unknown }>("/system"),
};
