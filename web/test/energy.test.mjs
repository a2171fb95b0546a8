// Cars, charging points, fuses and sessions of the mock household in Debian's Chromium.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browse, desktop, grave_findings, open, phone, real_hub, serve, sign_in } from "./browser.mjs";

const mock_only = real_hub ? "needs the mock household" : false;
let hub;
let browser;
let page;
let faults;

before(async () => {
  if (real_hub) return;
  hub = await serve({ MOCK_QUIET: "1", MOCK_CARS: "1" });
  browser = await browse();
  ({ page, faults } = await open(browser, desktop, hub.url));
  await sign_in(page);
});

after(async () => {
  await browser?.close();
  await hub?.stop();
});

async function go(hash) {
  await page.evaluate((to) => (location.hash = to), hash);
}

const fact = (root, name) => page.locator(`${root} [data-fact="${name}"]`);

test("a car tells range, plug, plan, doors, climate and where it is", { skip: mock_only }, async () => {
  await go("#/");
  const leaf = '[data-thing="leaf"]';
  assert.match(await fact(leaf, "plug").innerText(), /Charging/);
  assert.match(await fact(leaf, "doors").innerText(), /Locked, window open/);
  assert.match(await fact(leaf, "climate").innerText(), /Off, 14\.5\s?°C/);
  assert.match(await fact(leaf, "where").innerText(), /Home/);
  assert.match(await fact(leaf, "range").innerText(), /231\s?km/);
  assert.match(await fact(leaf, "plan").innerText(), /80% by 07:00, Mon–Fri/);
  await fact(leaf, "climate").locator('[role="switch"]').click();
  await page.waitForFunction(() => document.querySelector('[data-thing="leaf"] [data-fact="climate"]').textContent.includes("On, "));
  await fact(leaf, "plan").locator("a").click();
  await page.waitForSelector("[data-device]");
});

test("a joined car stands alone, tells its sources and what they contradict each other in; what may not be known is not there", { skip: mock_only }, async () => {
  await go("#/");
  const zoe = page.locator('[data-thing="zoe"]');
  await zoe.waitFor();
  for (const source of ["ovms-zoe", "evcc-zoe"]) assert.equal(await page.locator(`[data-thing="${source}"]`).count(), 0, source);
  assert.match(await zoe.locator("[data-conflict]").innerText(), /State of charge: Zoe in evcc says otherwise, Zoe's module is believed/);
  assert.match(await zoe.locator(".car-sources").innerText(), /Zoe's module \(fresh\), Zoe in evcc \(silent\)/);
  assert.equal(await zoe.locator('[data-fact="where"], [data-fact="climate"]').count(), 0);
  await page.fill('input[type="search"]', "evcc");
  await page.locator('[data-thing="evcc-zoe"]').waitFor();
  await page.fill('input[type="search"]', "");
  await zoe.locator(".car-sources a").first().click();
  await page.waitForFunction(() => location.hash === "#/thing/ovms-zoe");
});

test("a charging point tells what flows, what it has cost, and takes what is needed by when", { skip: mock_only }, async () => {
  await go("#/energy");
  const point = '[data-point="charge-garage"]';
  await page.waitForSelector(point);
  assert.match(await fact(point, "measured").innerText(), /L1 13\.8\s?A · L2 13\.7\s?A · L3 13\.6\s?A · on 3 phases/);
  assert.match(await fact(point, "commanded").innerText(), /14\s?A · 9[.,]66/);
  assert.match(await fact(point, "at_most_power").innerText(), /11[.,]04/);
  assert.match(await fact(point, "session").innerText(), /7\.42\s?kWh · 75% of the house's own/);
  assert.match(await fact(point, "cost").innerText(), /€0\.84 · 1\.3\s?kg CO₂/);
  assert.match(await fact(point, "who").innerText(), /Anna/);
  assert.match(await fact(point, "needed").innerText(), /nothing said/);
  await page.locator(`${point} [data-need]`).click();
  await page.fill(`${point} input[name="kwh"]`, "12.5");
  const tomorrow = await page.evaluate(() => {
    const day = new Date(Date.now() + 86400e3);
    return `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, "0")}-${String(day.getDate()).padStart(2, "0")}T07:00`;
  });
  await page.fill(`${point} input[name="by"]`, tomorrow);
  await page.locator(`${point} form button[type="submit"]`).click();
  await page.waitForFunction((at) => /12\.5\s?kWh by \S+ 07:00/.test(document.querySelector(`${at} [data-fact="needed"]`).textContent), point);
  const sent = await page.evaluate(() => window.__sent.map((text) => JSON.parse(text)).filter((one) => /charge-garage\/(needed|deadline)/.test(JSON.stringify(one))));
  assert.equal(sent.length, 2);
  assert.ok(JSON.stringify(sent[0]).includes("12500"), JSON.stringify(sent));
});

test("the power's picture has its five flows, each with its watts and where they go", { skip: mock_only }, async () => {
  await go("#/energy");
  await page.waitForSelector("[data-flow]");
  const flows = await page.locator("[data-flow]").evaluateAll((nodes) => Object.fromEntries(nodes.map((one) => [one.dataset.flow, Number(one.dataset.watts)])));
  assert.deepEqual(flows, { grid: -310, sun: 5230, battery: -900, home: 620, cars: 3400 });
  const words = (await page.locator(".flow-words li").allInnerTexts()).map((one) => one.replace(/\s+/g, " "));
  assert.equal(words.length, 5);
  assert.match(words.find((one) => one.includes("5.2")), /^Sun: 5\.23? kW/);
  assert.match(await page.locator(".flow svg[role='img']").getAttribute("aria-label"), /620.*3\.4/s, "who sees no picture hears it");
});

test("who knows better which car it is says so with one tap", { skip: mock_only }, async () => {
  await go("#/energy");
  const car = page.locator('[data-point="charge-garage"] [data-fact="car"] select');
  assert.equal(await car.inputValue(), "leaf");
  await car.selectOption("guest");
  await page.waitForFunction(() => window.__sent.some((text) => text.includes("charge-garage/car")));
  const sent = (await page.evaluate(() => window.__sent)).filter((text) => text.includes("charge-garage/car")).map((text) => JSON.parse(text));
  assert.equal(sent.length, 1);
  assert.ok(JSON.stringify(sent[0]).includes('"guest"'), JSON.stringify(sent[0]));
  await car.selectOption("leaf");
});

test("fuses tell limit, current on each phase, and what limits them", { skip: mock_only }, async () => {
  await go("#/energy");
  const main = page.locator('[data-circuit="circuit-main"]');
  assert.match(await main.innerText(), /35\s?A on each phase/);
  const phases = await main.locator("[data-phase]").allInnerTexts();
  assert.deepEqual(phases.map((one) => one.replace(/\s+/g, " ").trim()), ["L1 18.2 A", "L2 31.4 A", "L3 -2.6 A"]);
  assert.match(await main.locator("[data-signal]").innerText(), /limits it to 4\.2\s?kW/);
  assert.equal(await main.locator(".meter-fill").nth(1).evaluate((bar) => Math.round((100 * bar.offsetWidth) / bar.parentElement.offsetWidth)), 90);
  assert.equal(await main.locator(".meter-fill").nth(2).evaluate((bar) => bar.offsetWidth), 0, "what goes out fills no fuse");
  assert.match(await page.locator('[data-circuit="circuit-garage"]').innerText(), /Nothing measures here.*Behind Main/s);
});

test("sessions are added up by month, go on beyond the first fifty, and are taken along as a table", { skip: mock_only }, async () => {
  await go("#/energy");
  await page.waitForSelector("[data-session]");
  assert.equal(await page.locator("[data-session]").count(), 50);
  const months = await page.locator("[data-month]").allInnerTexts();
  assert.ok(months.length >= 2 && months.every((one) => /\d+ sessions?/.test(one) && /€\d/.test(one)), months.join(" | "));
  await page.locator("[data-more]").click();
  await page.waitForFunction(() => document.querySelectorAll("[data-session]").length > 50);
  const shown = await page.locator("[data-session]").count();
  await page.locator("[data-older]").click();
  await page.waitForFunction((before) => document.querySelectorAll("[data-session]").length + (document.querySelector("[data-more]") ? 1 : 0) >= before, shown);
  const coming = page.waitForEvent("download");
  await page.click("[data-csv]");
  const parts = [];
  for await (const part of await (await coming).createReadStream()) parts.push(part);
  const rows = Buffer.concat(parts).toString().trim().split("\r\n");
  assert.equal(rows[0], "id,point,from,until,energy_wh,estimated,own_wh,cost,co2_g,car,certainty,who");
  assert.ok(rows.length - 1 >= shown, `${rows.length - 1} rows for ${shown} sessions`);
});

for (const [name, look] of [["phone in the dark", phone], ["desktop by day", desktop]]) {
  test(`axe finds nothing serious in cars and their form: ${name}`, { skip: mock_only }, async () => {
    const { page: other, context } = await open(browser, look, hub.url);
    await sign_in(other);
    assert.deepEqual(await grave_findings(other), []);
    await other.evaluate(() => (location.hash = "#/energy"));
    await other.locator("[data-need]").click();
    await other.waitForSelector("[data-session]");
    assert.deepEqual(await grave_findings(other), []);
    const wide = await other.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${wide} px wider than the screen`);
    const small = await other.evaluate(() => [...document.querySelectorAll("main button, main select, main input")].filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 43.5).map((one) => one.outerHTML));
    if (look === phone) assert.deepEqual(small, []);
    await context.close();
  });
}

test("nothing went wrong behind the scenes", { skip: mock_only }, () => {
  assert.deepEqual(faults, []);
});
