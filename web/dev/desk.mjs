// The mock household's desk: grants, who looked, the switch, the export. Just enough of the hub to be worked with.

import { things, values } from "./household.mjs";

const ago = (ms) => new Date(Date.now() - ms).toISOString();
let next = 9000;
let closed = null;

const grants = [
  { id: 8101, subject: "participant:utility", grantor: "owner:anna", addresses: ["meter/power"], verbs: ["discover", "read", "observe", "history"], from: ago(40 * 86400e3), until: new Date(Date.now() + 200 * 86400e3).toISOString(), purpose: "billing", terms: { obligations: { granularity: "15m", aggregate: "mean" } }, token: true },
  { id: 8102, subject: "agent:planner-cloud", grantor: "owner:anna", addresses: ["leaf/*"], verbs: ["discover", "read", "observe", "set"], from: ago(3 * 86400e3), until: null, purpose: "", terms: { except: ["leaf/odometer"], when: { from: "08:00", until: "20:00", weekdays: ["mon", "tue"] } }, token: true },
];
const looks = [
  { seq: 880, subject: "participant:utility", grant: 8101, how: "history", count: 3, from: ago(7200e3), until: ago(7100e3), addresses: ["meter/power"] },
  { seq: 870, subject: "agent:planner-cloud", grant: 8102, how: "stream", count: 41, from: ago(90e6), until: ago(89.9e6), addresses: ["leaf/charging", "leaf/plugged"] },
];

const erasures = [
  { grant: 7001, subject: "participant:garage", grantor: "owner:anna", addresses: ["leaf/odometer"], purpose: "service", ended_seq: 7100, ended: ago(100 * 86400e3), erase_by: ago(10 * 86400e3), state: "overdue", done: null },
  { grant: 7002, subject: "participant:insurer", grantor: "owner:anna", addresses: ["leaf/trip"], purpose: "tariff", ended_seq: 7200, ended: ago(50 * 86400e3), erase_by: ago(20 * 86400e3), state: "done", done: ago(30 * 86400e3) },
];

function reached(grant) {
  return [...values.keys()].filter((address) => grant.addresses.some((one) => one === address || (one.endsWith("/*") && address.startsWith(one.slice(0, -1)))) && !grant.terms.except?.includes(address));
}

function shown(grant) {
  const all = reached(grant);
  return { ...grant, sentence: "", given_by_me: true, reaches: all.slice(0, 50), reaches_in_all: all.length, stake: "household" };
}

function onlookers() {
  const limits = (grant) => (grant.terms.obligations ? { obligations: grant.terms.obligations } : {});
  const by_grants = closed ? [] : grants.map((grant) => ({ subject: grant.subject, more: 0, sees: reached(grant).map((address) => ({ address, verbs: grant.verbs, because: "granted", grant: grant.id, precision: "", limits: limits(grant) })) }));
  return [...by_grants, { subject: "owner:ben", more: 0, sees: [{ address: "hall-lamp/on", verbs: ["read", "observe", "history", "set"], because: "owner", precision: "exactly", limits: {} }] }];
}

function desk(url) {
  if (url.searchParams.has("looks_before")) {
    return { looks: [{ seq: 12, subject: "participant:utility", grant: 8101, how: "read", count: 1, from: ago(20 * 86400e3), until: ago(20 * 86400e3), addresses: ["meter/power"] }], looks_before: null };
  }
  return { subject: "owner:anna", closed, things: things.map((one) => ({ id: one.id, stake: "household" })), grants: grants.map(shown), erasures, onlookers: onlookers(), looks, looks_before: 870, forgetting: false };
}

function give(asked) {
  const id = ++next;
  const verbs = ["discover", ...asked.verbs.flatMap((one) => (one === "read" ? ["read", "observe"] : [one]))];
  grants.push({ id, subject: asked.subject_name, grantor: "owner:anna", addresses: asked.addresses, verbs, from: new Date().toISOString(), until: asked.until ?? null, purpose: asked.purpose ?? "", terms: asked.terms ?? {}, token: true });
  return asked.subject_name.startsWith("rule:") ? { id } : { id, token: "fxt_shown_this_once" };
}

const rows = ["record,received (RFC 3339 UTC),kind,address,value,unit (UCUM),quality,time (RFC 3339 UTC),actor,sentence\r\n", "1,2026-11-22T07:00:00Z,reading,leaf/odometer,48211,km,good,,connector:vss,\r\n"];

/** Answers [status, body, headers] to what is about the desk; nothing to everything else. */
export function desk_answer(method, url, text, effective) {
  const path = url.pathname;
  if (method === "GET" && path === "/desk") return [200, desk(url)];
  if (method === "GET" && path === "/subjects") return [200, { subjects: [{ name: "owner:anna", kind: "owner" }, { name: "guest:oma", kind: "guest" }, { name: "guest:eve", kind: "guest", left: true }] }];
  if (method === "GET" && path === "/grants") return [200, { grants, erasures }];
  if (method === "POST" && path === "/grants") return [201, give(JSON.parse(text))];
  if (method === "PUT" && path.startsWith("/grants/")) {
    const at = grants.findIndex((one) => one.id === Number(path.slice(8)));
    if (at < 0) return [403, { detail: "not yours" }];
    grants[at] = { ...grants[at], ...JSON.parse(text), id: ++next };
    return [200, { id: next }];
  }
  if (method === "DELETE" && path.startsWith("/grants/")) {
    const at = grants.findIndex((one) => one.id === Number(path.slice(8)));
    if (at < 0) return [404, { detail: "no such grant" }];
    const [ended] = grants.splice(at, 1);
    const asked = ended.terms.obligations?.erase_after ? { erase_by: new Date(Date.now() + 30 * 86400e3).toISOString() } : {};
    if (asked.erase_by) erasures.push({ grant: ended.id, subject: ended.subject, grantor: ended.grantor, addresses: ended.addresses, purpose: ended.purpose, ended_seq: 7300, ended: ago(0), ...asked, state: "asked", done: null });
    return [200, { ...asked, grant: ended.id, subject: ended.subject, effective_seq: effective(), delivered_last_seq: 41, streams_closed: 3, commands_cancelled: 0 }];
  }
  if (method === "PUT" && path === "/desk/privacy") {
    closed = JSON.parse(text).closed ? { grant: ++next, since: new Date().toISOString(), until: null } : null;
    return [200, { closed: closed !== null, effective_seq: effective() }];
  }
  if (method === "GET" && path === "/export") {
    const last = url.searchParams.has("cursor");
    return [200, last ? rows[1] : rows[0], last ? {} : { Link: `</export?about=me&format=csv&cursor=1.1>; rel="next"` }];
  }
  return undefined;
}
