// One person at the desk of a running hub, told what to do line by line: tests/e2e/desk.py is the other side.
// Reads "give NAME ADDRESS PRECISION SPAN", "take_back", "looks", "close", "open", "desk", "thing ID", "markup VIEW anew", "rule ID", "let_see LINK", "forget ID", "mode POINT MODE",
// "energy", "witness", "proof", "accept", "away", "let_use KIND NAME ADDRESS WAY SPAN [LIMITS]", "tap ADDRESS", "asked", "say YES", "glass", "end_glass", "ask METHOD TARGET [BODY]";
// answers each with one line of JSON.

import { createInterface } from "node:readline";
import { browse, desktop, grave_findings, open, sign_in, who } from "./browser.mjs";

const url = process.env.FOXTAIL_URL;
const browser = await browse();
const invite = process.env.FOXTAIL_INVITE ?? "";
const entrance = who.signup ? `${url}/#signup=${who.signup}` : invite ? `${url}/#invite=${invite}` : url;
const { page, faults } = await open(browser, desktop, entrance);

/** What only a text that became code would do. */
const intruders = [];
page.on("dialog", (dialog) => {
  intruders.push(`dialog: ${dialog.message()}`);
  void dialog.dismiss();
});
page.on("request", (request) => {
  if (!request.url().startsWith(`${url}/`) && !/^(about|blob):/.test(request.url())) intruders.push(`asked elsewhere: ${request.url()}`);
  if (new URL(request.url()).pathname.startsWith("/intruder")) intruders.push(`asked: ${request.url()}`);
});

async function enter() {
  await page.waitForSelector("form.gate-form");
  if (!who.signup && !invite) return sign_in(page);
  if (who.signup) await page.fill('input[name="name"]', who.name);
  await page.fill('input[name="passphrase"]', who.passphrase);
  await page.click('button[type="submit"]');
  await page.waitForSelector(".frame");
}

async function to_desk() {
  await page.goto(`${url}/#/desk`);
  await page.reload();
  await page.waitForSelector("[data-open-give]");
}

/** What a file that the page saves holds. */
async function text_of(download) {
  const parts = [];
  for await (const part of await download.createReadStream()) parts.push(part);
  return Buffer.concat(parts).toString();
}

const steps = {
  async give(name, address, precision, span) {
    await to_desk();
    await page.click("[data-open-give]");
    await page.fill('input[name="who"]', name);
    await page.click(".give-new button"); // who
    await page.selectOption('select[name="thing"]', address.split("/")[0]);
    await page.click(`[data-give="${address} ${precision}"]`); // what
    await page.click(`[data-span="${span}"]`); // until when
    await page.click('[data-answer="give"]'); // yes
    const token = await page.locator("[data-token]").innerText();
    await page.click(".give .primary");
    await page.waitForSelector(".grant");
    return { token, card: await page.locator(".grant").first().innerText(), findings: await grave_findings(page) };
  },
  /** Lets somebody use something. LIMITS are JSON without spaces: from, to, days_off, at_home, ask. */
  async let_use(kind, name, address, way, span, limits = "{}") {
    const { from, to, days_off = [], at_home, ask } = JSON.parse(limits);
    await to_desk();
    await page.click("[data-open-give]");
    await page.click(`[data-who="${kind}:${name}"]`); // who was invited is known
    await page.selectOption('select[name="thing"]', address.split("/")[0]);
    await page.click(`[data-give="${address} ${way}"]`);
    if (from || days_off.length > 0) await page.check('.give input[name="timed"]');
    if (from) {
      await page.fill('.give input[name="from"]', from);
      await page.fill('.give input[name="to"]', to);
    }
    for (const day of days_off) await page.click(`.give [data-day="${day}"]`);
    if (at_home) await page.check('.give input[name="at_home"]');
    if (ask) await page.check('.give input[name="ask"]');
    const findings = await grave_findings(page);
    await page.click(`[data-span="${span}"]`);
    const sure = await page.locator(".give-facts").innerText();
    await page.click('[data-answer="give"]');
    const token = await page.locator("[data-token]").innerText();
    await page.click(".give .primary");
    await page.waitForSelector(".grant");
    return { token, sure, findings, card: await page.locator(".grant").first().innerText() };
  },
  /** Switches what a thing's page has a switch for; says what stands there then. */
  async tap(address) {
    await page.goto(`${url}/#/thing/${encodeURIComponent(address.split("/")[0])}`);
    const row = page.locator(`.row[data-address="${address}"]`);
    await row.locator(".switch:not([aria-busy=true])").click();
    await row.locator(".wanted").first().waitFor({ timeout: 3000 }).catch(() => undefined);
    return { row: await row.innerText(), switches: await page.locator(".row .switch").count() };
  },
  /** What waits for this person's word, wherever they are on the page. */
  async asked() {
    await page.waitForSelector("[data-asking]");
    return { asked: await page.locator("[data-asking]").allInnerTexts(), findings: await grave_findings(page) };
  },
  async say(word) {
    await page.locator(`[data-asking] [data-say="${word}"]`).first().click();
    await page.waitForSelector("[data-asking]", { state: "detached" });
    return {};
  },
  /** What the page says of an emergency access that is open. */
  async glass() {
    await page.waitForSelector("[data-glass]");
    return { text: await page.locator("[data-glass]").innerText(), findings: await grave_findings(page) };
  },
  async end_glass() {
    await page.click("[data-end-glass]");
    await page.waitForSelector("[data-glass]", { state: "detached" });
    return {};
  },
  /** By the session of this page, past its buttons. */
  async ask(method, target, body) {
    const answer = await page.request.fetch(url + target, { method, headers: { "X-Foxtail": "1", "Content-Type": "application/json" }, data: body });
    return { status: answer.status(), body: await answer.text() };
  },
  async take_back() {
    const card = page.locator(".grant").first();
    const id = await card.getAttribute("data-grant");
    const heard = page.waitForResponse((answer) => answer.url().endsWith(`/grants/${id}`) && answer.request().method() === "DELETE");
    await card.locator("[data-take-back]").click();
    const certificate = await (await heard).json();
    await page.waitForSelector(`[data-certificate="${id}"]`);
    const note = page.locator(`[data-certificate="${id}"]`);
    const coming = page.waitForEvent("download");
    await note.locator("[data-save-certificate]").click();
    const saved = await text_of(await coming);
    return { certificate, saved, shown: Number(await note.locator("[data-effective]").innerText()), findings: await grave_findings(page) };
  },
  async looks() {
    await to_desk();
    await page.waitForSelector(".look");
    return { looks: await page.locator(".look").allInnerTexts() };
  },
  /** All that the desk says, and the addresses of what it lets one forget. */
  async desk() {
    await to_desk();
    return { text: await page.locator("main").innerText(), mine: await page.locator("[data-forget-what] option").allInnerTexts() };
  },
  /** What a rule's card says. */
  async rule(id) {
    await page.goto(`${url}/#/rules`);
    await page.reload();
    await page.waitForSelector(`[data-rule="${id}"]`);
    await page.waitForSelector(`[data-rule="${id}"] [data-unseen]`, { timeout: 3000 }).catch(() => undefined);
    const links = await page.locator(`[data-rule="${id}"] [data-link]`).allInnerTexts();
    return { text: await page.locator(`[data-rule="${id}"]`).innerText(), links, offered: await page.locator(`[data-rule="${id}"] [data-let-see]`).count(), findings: await grave_findings(page) };
  },
  /** By a link from a rule's card to what it asks for, given for good. */
  async let_see(link) {
    await page.goto(link);
    await page.reload();
    await page.click('[data-span="never"]');
    const asked = await page.locator(".give-facts").innerText();
    const findings = await grave_findings(page);
    await page.click('[data-answer="give"]');
    await page.locator(".give .primary").click();
    return { asked, findings };
  },
  /** What the page shows of a thing. */
  async thing(id) {
    await page.goto(`${url}/#/thing/${encodeURIComponent(id)}`);
    await page.reload();
    await page.waitForSelector("main h1, main .empty, main p");
    return { text: await page.locator("main").innerText() };
  },
  /** A page by what follows its #/, if need be loaded anew: its text, and what does not belong there: elements that came of texts,
   * dialogs, scripts that ran, requests to elsewhere. */
  async markup(view, anew) {
    await page.goto(`${url}/#/${view}`);
    if (anew === "anew") {
      await page.reload();
      await page.waitForSelector("main *");
      await page.waitForLoadState("networkidle");
    }
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    const strange = await page.evaluate(() => {
      const wild = [...document.querySelectorAll("main *")].filter(
        (one) =>
          /^(script|iframe|img|object|embed|base|meta|link|style|marquee|video|audio)$/i.test(one.tagName) ||
          [...one.attributes].some(({ name, value }) => /^on|^srcdoc$/i.test(name) || (/href|src|action|data$/i.test(name) && /^\s*(javascript|data|vbscript):/i.test(value))) ||
          (one.tagName === "A" && one.origin !== location.origin),
      );
      return [...wild.map((one) => one.outerHTML.slice(0, 300)), ...(window.__ran ? [`ran: ${window.__ran}`] : [])];
    });
    return { text: await page.locator("main").evaluate((main) => main.textContent), strange: [...strange, ...intruders] };
  },
  async forget(id) {
    await to_desk();
    await page.selectOption("[data-forget-what]", id);
    await page.check("[data-forget-sure]");
    await page.click("[data-forget]");
    await page.waitForSelector("[data-forgotten]");
    return { said: await page.locator("[data-forgotten]").innerText(), findings: await grave_findings(page) };
  },
  /** What this browser says of the journal once it has looked again. */
  async witness() {
    await page.goto(`${url}/#/system`);
    await page.reload();
    await page.waitForSelector("[data-witnessed]", { state: "attached" });
    await page.waitForSelector(".facts");
    const banner = page.locator("[data-witness]");
    const kind = (await banner.count()) ? await banner.getAttribute("data-witness") : "holds";
    const size = Number(await page.locator("[data-witnessed]").getAttribute("data-witnessed"));
    return { kind, size, words: kind === "holds" ? "" : await banner.innerText(), findings: await grave_findings(page) };
  },
  async away() {
    await page.goto("about:blank");
    return {};
  },
  async proof() {
    const coming = page.waitForEvent("download");
    await page.click("[data-save-proof]");
    return { text: await text_of(await coming) };
  },
  async accept() {
    await page.click("[data-accept]");
    await page.waitForSelector("[data-witness]", { state: "detached" });
    return {};
  },
  async mode(point, mode) {
    await page.goto(`${url}/#/energy`);
    await page.locator(`[data-point="${point}"] select`).first().selectOption(mode);
    await page.waitForFunction(([id, wanted]) => document.querySelector(`[data-point="${id}"] select`)?.value === wanted, [point, mode]);
    return {};
  },
  async energy() {
    await page.goto(`${url}/#/energy`);
    await page.waitForSelector("[data-point]");
    await page.waitForTimeout(300);
    return { text: await page.locator("main").innerText(), findings: await grave_findings(page) };
  },
  async close() {
    await page.click("[data-privacy]");
    await page.waitForSelector('[data-privacy][aria-checked="true"]');
    return {};
  },
  async open() {
    await page.click("[data-privacy]");
    await page.waitForSelector('[data-privacy][aria-checked="false"]');
    return {};
  },
};

try {
  await enter();
  console.log(JSON.stringify({ entered: true }));
  for await (const line of createInterface({ input: process.stdin })) {
    const [step, ...words] = line.trim().split(" ");
    console.log(JSON.stringify(await steps[step](...words)));
  }
  // The page asks for the past and the ledger; who was given neither gets 404, of which the browser tells in its own words.
  const meant = (one) => process.env.FOXTAIL_GUEST && /status of 404 .*\/(history\?|ledger\/)/.test(one);
  if (faults.some((one) => !meant(one))) throw new Error(faults.join("\n"));
} catch (error) {
  console.log(JSON.stringify({ failed: String(error?.stack ?? error) }));
  process.exitCode = 1;
} finally {
  await browser.close();
}
