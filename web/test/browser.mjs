// Starts Debian's Chromium and, unless FOXTAIL_URL names a running hub, the mock server.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const real_hub = process.env.FOXTAIL_URL ?? "";
export const who = {
  name: process.env.FOXTAIL_NAME ?? "anna",
  passphrase: process.env.FOXTAIL_PASSPHRASE ?? "correct horse battery",
  signup: process.env.FOXTAIL_SIGNUP ?? "",
};

/** The address to test, and how to end what was started. */
export async function serve(environment = {}) {
  if (real_hub) return { url: real_hub.replace(/\/$/, ""), stop: async () => undefined };
  const child = spawn(process.execPath, [join(here, "../dev/mock-server.mjs")], {
    env: { ...process.env, PORT: "0", ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  process.on("exit", () => child.kill());
  const [line] = await once(child.stdout, "data");
  child.unref();
  child.stdout.unref();
  return {
    url: String(line).trim(),
    stop: async () => {
      child.kill();
    },
  };
}

/** The first start on a fresh machine reads a quarter of a gigabyte from its disk. */
const first_start_ms = 120_000;
const patience_ms = 30_000;

export async function browse() {
  return chromium.launch({
    timeout: first_start_ms,
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--headless=new",
      "--disable-dev-shm-usage",
      "--disable-gpu",
      "--disable-background-networking",
      "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    ],
  });
}

export const desktop = { viewport: { width: 1280, height: 860 }, colorScheme: "light", locale: "en-GB" };
export const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, colorScheme: "dark", locale: "en-GB", isMobile: true, hasTouch: true };

/** A page whose sockets the test can cut (`cut_sockets`) and keep from coming back (`window.__hold`). */
export async function open(browser, look, url) {
  const context = await browser.newContext(look);
  await context.addInitScript(() => {
    const Real = window.WebSocket;
    window.__sockets = [];
    window.__sent = [];
    window.WebSocket = class extends Real {
      constructor(address, protocols) {
        super(window.__hold ? address + "-held" : address, protocols);
        window.__sockets.push(this);
      }
      send(text) {
        window.__sent.push(text);
        super.send(text);
      }
    };
  });
  const page = await context.newPage();
  page.setDefaultTimeout(patience_ms);
  page.setDefaultNavigationTimeout(first_start_ms);
  const faults = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !/ERR_CONNECTION|WebSocket connection|401/.test(message.text())) faults.push(`${message.text()} ${message.location().url}`);
  });
  await page.goto(url);
  return { page, faults, context };
}

export async function sign_in(page) {
  await page.waitForSelector("form.gate-form, .frame");
  if (await page.locator(".frame").count()) return;
  await page.fill('input[name="name"]', who.name);
  await page.fill('input[name="passphrase"]', who.passphrase);
  await page.click('button[type="submit"]');
  await page.waitForSelector(".tile");
}

/** axe's serious and critical findings, each as a line. */
export async function grave_findings(page) {
  // Through the debugger, so the page's own content policy stays as it is.
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations
    .filter((one) => one.impact === "serious" || one.impact === "critical")
    .map((one) => `${one.id} (${one.impact}): ${one.nodes.map((node) => node.target.join(" ") + " " + node.failureSummary).join(" | ")}`);
}
