// One person before the plan of a running hub, told what to do line by line: tests/e2e/plan_story.py is the other side.
// Reads "look", "goal", "eight", "now", "automatic", "changed WORD", "card"; answers each with one line of JSON.

import { createInterface } from "node:readline";
import { browse, desktop, grave_findings, open, who } from "./browser.mjs";

const url = process.env.FOXTAIL_URL;
const browser = await browse();
const look = { ...desktop, timezoneId: "Europe/Berlin" };
const { page, faults } = await open(browser, look, `${url}/#signup=${who.signup}`);
const car = page.locator('[data-device="leaf"]');
const text_of = async (place) => ((await place.count()) ? (await place.first().innerText()).replaceAll("\u202f", " ") : "");

async function enter() {
  await page.waitForSelector("form.gate-form");
  await page.fill('input[name="name"]', who.name);
  await page.fill('input[name="passphrase"]', who.passphrase);
  await page.click('button[type="submit"]');
  await page.waitForSelector(".frame");
}

/** All that the page says of the plan, and of the car in it. */
async function told() {
  return {
    because: await text_of(page.locator("[data-because]")),
    car: await text_of(car),
    why: await text_of(car.locator("[data-why]")),
    goals: await car.locator(".plan-goals li").allInnerTexts(),
    rejected: await car.locator(".plan-rejected li").allInnerTexts(),
    saved: await text_of(page.locator('[aria-labelledby="plan-saved"] dl')),
    savings: await page.locator('[aria-labelledby="plan-saved"] tbody tr').allInnerTexts(),
    findings: await grave_findings(page),
  };
}

const more_of = async (place) => {
  const found = place.locator("[data-more]");
  await found.waitFor();
  return { more: Number(await found.getAttribute("data-more")), words: await text_of(found) };
};

const steps = {
  /** From the beginning: the house's clock was turned, and a page asks for the time when it comes. */
  async look() {
    await page.goto(`${url}/#/plan`);
    await page.reload();
    await car.waitFor();
    await page.waitForSelector(".plan-place svg path.price-line:not(.was)");
    return told();
  },
  /** "80 % by seven", which is what a new goal begins with. */
  async goal() {
    await car.locator("[data-edit-goals]").click();
    await car.getByRole("button", { name: "Add a goal" }).click();
    const price = await more_of(car.locator(".plan-editor"));
    await car.getByRole("button", { name: "Save" }).click();
    await car.locator(".plan-goal-part", { hasText: "80% by 07:00" }).waitFor();
    await car.locator(".plan-goals li", { hasText: "07:00" }).first().waitFor();
    return { ...price, ...(await told()) };
  },
  /** What leaving at eight would save; nothing is set. */
  async eight() {
    await car.locator("[data-edit-goals]").click();
    await car.locator('.plan-editor input[type="time"]').fill("08:00");
    const price = await more_of(car.locator(".plan-editor"));
    await car.getByRole("button", { name: "Cancel" }).click();
    await car.locator("[data-edit-goals]").waitFor();
    return price;
  },
  /** Now, once its price was told. */
  async now() {
    await car.locator("[data-mode=now]").click();
    const price = await more_of(car.locator(".plan-sure"));
    await car.locator(".plan-sure .primary").click();
    await car.locator('[data-mode=now][aria-pressed="true"]').waitFor();
    return price;
  },
  async automatic() {
    await car.getByRole("button", { name: "Automatic" }).click();
    await car.locator('[data-mode=now][aria-pressed="false"]').waitFor();
    return {};
  },
  /** By itself, on the page as it is: no reload. */
  async changed(...words) {
    await page.locator("[data-because]", { hasText: words.join(" ") }).waitFor();
    return told();
  },
  async card() {
    return told();
  },
};

try {
  await enter();
  console.log(JSON.stringify({ entered: true }));
  for await (const line of createInterface({ input: process.stdin })) {
    const [step, ...words] = line.trim().split(" ");
    console.log(JSON.stringify(await steps[step](...words)));
  }
  if (faults.length > 0) throw new Error(faults.join("\n"));
} catch (error) {
  console.log(JSON.stringify({ failed: String(error?.stack ?? error) }));
  process.exitCode = 1;
} finally {
  await browser.close();
}
