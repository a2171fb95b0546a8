// The page in Debian's Chromium. Against the mock server, or against a running hub:
//   FOXTAIL_URL=http://127.0.0.1:8420 FOXTAIL_NAME=anna FOXTAIL_PASSPHRASE=... npm run test:page
// With FOXTAIL_SIGNUP=CODE the owner is created first. What only the mock can bring about is skipped against a real hub.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { browse, desktop, grave_findings, open, phone, real_hub, serve, sign_in, who } from "./browser.mjs";

const mock_only = real_hub ? "needs the mock household" : false;
let hub;
let browser;
let page;
let faults;

before(async () => {
  hub = await serve({ MOCK_QUIET: "1" });
  browser = await browse();
  ({ page, faults } = await open(browser, desktop, hub.url));
});

after(async () => {
  await browser?.close();
  await hub?.stop();
});

/** A tile with a switch that is known; on a real hub the first one there is. */
function switch_tile() {
  const wanted = process.env.FOXTAIL_LAMP ?? (real_hub ? "" : "hall-lamp");
  const tile = wanted ? page.locator(`[data-thing="${wanted}"]`) : page.locator('.tile:not(.is-away):has([role="switch"])').first();
  return { tile, control: tile.locator('[role="switch"]') };
}

async function go(hash) {
  await page.evaluate((to) => (location.hash = to), hash);
}

test("a first run makes the owner through the sign-up link", { skip: !!real_hub && !who.signup && "no sign-up code given" }, async (t) => {
  const fresh = real_hub ? hub : await serve({ MOCK_SIGNUP: "first-run" });
  if (!real_hub) t.after(() => fresh.stop());
  const { page: up, faults: wrong } = await open(browser, desktop, `${fresh.url}/#signup=${who.signup || "first-run"}`);
  await up.waitForSelector("form.gate-form");
  await up.fill('input[name="name"]', who.name);
  await up.fill('input[name="passphrase"]', "short");
  await up.click('button[type="submit"]');
  await up.waitForSelector(".failure:not(:empty)");
  await up.fill('input[name="passphrase"]', who.passphrase);
  await up.click('button[type="submit"]');
  await up.waitForSelector(".frame");
  assert.ok(!up.url().includes("signup"), "the used code must not stay in the address");
  assert.deepEqual(wrong, []);
  await up.context().close();
});

test("a wrong passphrase is told in words, the right one opens the house", async () => {
  // On a real hub this page was opened before there was an owner.
  if (real_hub) await page.reload();
  await page.waitForSelector("form.gate-form");
  await page.fill('input[name="name"]', who.name);
  await page.fill('input[name="passphrase"]', "certainly not this one");
  await page.click('button[type="submit"]');
  await page.waitForSelector(".failure:not(:empty)");
  await sign_in(page);
  assert.ok((await page.locator(".tile").count()) > 3);
  assert.equal(await page.evaluate(() => document.querySelector("script:not([src])")), null);
});

test("people, cars and rooms are there, with values in words", { skip: mock_only }, async () => {
  // Since when is asked of history, after the page stands.
  const anna = page.locator('[data-thing="anna"]', { hasText: "· since" });
  await anna.waitFor();
  assert.match(await anna.innerText(), /Anna\s+Home\s+· since/);
  assert.match(await page.locator('[data-thing="leaf"]').innerText(), /63\.4%/);
  assert.match(await page.locator('[data-thing="bath-climate"]').innerText(), /23\.4°C/);
  assert.deepEqual((await page.locator(".place h2").allInnerTexts()).slice(0, 3).map((text) => text.replace(/\d+/, "").trim()), ["Bathroom", "Bedroom", "Cellar"]);
});

test("a lamp is switched, and the page says so only once the lamp has", async () => {
  const { tile, control } = switch_tile();
  await tile.scrollIntoViewIfNeeded();
  const was = await control.getAttribute("aria-checked");
  const id = await tile.getAttribute("data-thing");
  await control.click();
  await page.waitForFunction(([thing, old]) => {
    const found = document.querySelector(`[data-thing="${thing}"]`);
    return found.querySelector('[role="switch"]')?.getAttribute("aria-checked") !== old && found.querySelector('[data-status="confirmed"]');
  }, [id, was]);
  await page.waitForFunction(() => document.querySelector("[data-voice]").textContent.includes("confirmed"));
  await page.waitForFunction((thing) => !document.querySelector(`[data-thing="${thing}"] [data-status]`), id);
});

test("a wish that gets no answer ends as timed out, and the reported value stays", { skip: mock_only }, async () => {
  const tile = page.locator('[data-thing="washer"]');
  await tile.locator('[role="switch"]').click();
  await tile.locator('[data-status="timed_out"]').waitFor();
  assert.match(await tile.innerText(), /No answer in time: no answer within 2 s/);
  assert.equal(await tile.locator('[role="switch"]').getAttribute("aria-checked"), "true");
  await tile.locator(".dismiss").click();
  assert.equal(await tile.locator("[data-status]").count(), 0);
});

test("a lock asks once more before it moves", { skip: mock_only }, async () => {
  const control = page.locator('[data-thing="front-door"] [role="switch"]');
  await control.click();
  const dialog = page.locator("dialog.sure[open]");
  await dialog.waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  assert.equal(await control.getAttribute("aria-checked"), "true");
  await control.click();
  await page.locator("dialog.sure .primary").click();
  await page.locator('[data-thing="front-door"] [role="switch"][aria-checked="false"]').waitFor();
});

test("stale, unconfirmed, unknown and bad never look like off or zero", { skip: mock_only }, async () => {
  const look = (id) =>
    page.locator(`[data-thing="${id}"]`).evaluate((tile) => {
      const value = tile.querySelector(".value");
      const control = tile.querySelector(".switch-track");
      return {
        standing: tile.dataset.standing,
        words: value.textContent,
        note: tile.querySelector(".note")?.textContent ?? "",
        icon: tile.querySelector(".note .icon path")?.getAttribute("d") ?? "",
        value_border: getComputedStyle(value).borderBottomStyle,
        tile_border: getComputedStyle(tile).borderTopStyle,
        track: control ? getComputedStyle(control).borderTopStyle : "",
        checked: tile.querySelector(".switch")?.getAttribute("aria-checked") ?? "",
      };
    });
  const off = await look("reading-lamp");
  const unknown = await look("garden-pump");
  const unconfirmed = await look("tv");
  const stale = await look("bed-climate");
  assert.deepEqual([off.standing, off.words, off.note, off.tile_border, off.checked], ["good", "Off", "", "solid", "false"]);
  assert.deepEqual([unknown.standing, unknown.words, unknown.tile_border, unknown.track, unknown.checked], ["unknown", "—", "dashed", "dashed", "mixed"]);
  assert.match(unknown.note, /unknown/);
  assert.deepEqual([unconfirmed.standing, unconfirmed.words, unconfirmed.value_border, unconfirmed.tile_border], ["unconfirmed", "Off", "dashed", "dashed"]);
  assert.match(unconfirmed.note, /since before restart/);
  assert.equal(stale.standing, "stale");
  assert.match(stale.note, /3\s?hr? ago/);
  const icons = [unknown.icon, unconfirmed.icon, stale.icon];
  assert.equal(new Set(icons).size, 3, "each has a picture of its own, so colour is not what tells them apart");
  await go("#/thing/garden-soil");
  const bad = page.locator('[data-address="garden-soil/soil_moisture"]');
  await bad.waitFor();
  assert.equal(await bad.locator(".value").innerText(), "—");
  assert.match(await bad.innerText(), /unreadable/);
});

test("a tile opens the thing, whose chart draws and changes its range", async () => {
  await go("#/");
  const name = real_hub ? "" : "bath-climate";
  const tile = name ? page.locator(`[data-thing="${name}"]`) : page.locator(".tile").first();
  await tile.locator(".tile-link").click();
  await page.waitForSelector("article.thing h1");
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), "H1");
  await page.waitForSelector(".chart .plot .mean[d], .chart .lanes, .chart .chart-wait");
  if (!real_hub) {
    await page.waitForSelector(".chart .plot .mean[d]");
    assert.ok(Number(await page.locator(".chart .plot").getAttribute("data-points")) > 100);
    const box = await page.locator(".chart .plot svg").boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.locator(".chart .rests").waitFor();
    assert.match(await page.locator(".chart .readout").innerText(), /\d\d:\d\d · [\d.]+°C/);
    assert.match(await page.locator(".chart figcaption").innerText(), /Lowest .*°C, highest .*°C, mean .*°C/);
  }
  const asked = page.waitForRequest((request) => request.url().includes("/history?"));
  await page.locator(".chart-ranges button").nth(2).click();
  const range = new URL((await asked).url()).searchParams;
  assert.equal(Date.parse(range.get("to")) - Date.parse(range.get("from")), 7 * 86400e3);
});

test("states get a lane each, with their names and shares", { skip: mock_only }, async () => {
  await go("#/thing/boiler");
  await page.locator('[data-address="boiler/mode"] button[aria-expanded]').click();
  await page.waitForSelector('[data-address="boiler/mode"] .lane');
  const lanes = await page.locator('[data-address="boiler/mode"] .lane-name').allInnerTexts();
  assert.ok(lanes.length >= 2);
  for (const lane of lanes) assert.match(lane, /^\w.* \d+%$/);
});

test("a stepper collects presses into one wish", { skip: mock_only }, async () => {
  await go("#/thing/living-radiator");
  const row = page.locator('[data-address="living-radiator/target_temperature"]');
  await row.waitFor();
  await page.evaluate(() => (window.__sent.length = 0));
  for (let press = 0; press < 3; press += 1) await row.locator(".stepper button").last().click();
  await row.locator('[data-status="confirmed"]').waitFor();
  const wishes = (await page.evaluate(() => window.__sent)).map((text) => JSON.parse(text)).filter((one) => one.op === "set");
  assert.deepEqual(wishes.map((one) => one.value), [23]);
});

test("the journal grows by itself, and why leads from an entry to its root", async () => {
  await go("#/journal");
  await page.waitForSelector(".entry");
  if (!real_hub) {
    const before_it = await page.locator(".entry").count();
    await fetch(hub.url + "/mock/walk");
    await page.waitForFunction((count) => document.querySelectorAll(".entry").length >= count + 3, before_it);
    await page.locator('.entry[data-kind="command"] .why').first().click();
  } else {
    await page.locator(".entry .why").first().click();
  }
  await page.waitForSelector("dialog.why-dialog[open] .chain-step");
  const steps = await page.locator(".chain-step .chain-words").allInnerTexts();
  if (!real_hub) {
    assert.deepEqual(steps, ["Rule “Hall light at night” asked for Hall lamp: On", "Rule “Hall light at night” ran", "Hall motion is Motion"]);
  }
  assert.ok(steps.length >= 1);
  await page.keyboard.press("Escape");
  await page.waitForSelector("dialog.why-dialog[open]", { state: "detached" });
});

test("the journal is filtered by kind and by thing", { skip: mock_only }, async () => {
  await page.getByRole("button", { name: "Events", exact: true }).click();
  await page.waitForFunction(() => [...document.querySelectorAll(".entry")].every((one) => one.dataset.kind === "event"));
  assert.ok((await page.locator(".entry").count()) >= 1);
  await page.getByRole("button", { name: "All", exact: true }).click();
  await page.locator(".filters select").selectOption("hall-lamp");
  await page.waitForFunction(() => document.querySelectorAll(".entry").length > 0 && [...document.querySelectorAll(".entry")].every((one) => one.textContent.includes("Hall lamp")));
});

test("rules, problems and system tell what they know", async () => {
  await go("#/rules");
  await page.waitForSelector(".rule, .empty");
  await go("#/problems");
  await page.waitForSelector(".problem, .empty");
  await go("#/system");
  await page.waitForSelector(".facts dd");
  if (!real_hub) {
    await page.waitForSelector("table td");
    await fetch(hub.url + "/mock/health?status=read_only&reason=disk%20full");
    await page.waitForSelector(".banner.is-bad");
    assert.match(await page.locator(".banner.is-bad").innerText(), /disk full/);
    await fetch(hub.url + "/mock/health?status=ok");
    await page.waitForSelector(".banner.is-bad", { state: "detached" });
  }
});

test("what waits for a person's word is told on every page, and answered with one tap", { skip: mock_only }, async () => {
  await go("#/journal");
  const ask = async () => {
    await fetch(hub.url + "/mock/ask");
    const card = page.locator("[data-asking]");
    await card.waitFor();
    return card;
  };
  const first = await ask();
  assert.match(await first.innerText(), /butler \(for anna\) asks for Front door/);
  assert.match(await first.innerText(), /parcels/);
  assert.match(await page.locator("[data-voice]").innerText(), /butler/);
  assert.deepEqual(await grave_findings(page), []);
  await first.locator('[data-say="no"]').click();
  await page.waitForSelector("[data-asking]", { state: "detached" });
  const second = await ask();
  const seq = await second.getAttribute("data-asking");
  await second.locator('[data-say="yes"]').click();
  await page.waitForSelector("[data-asking]", { state: "detached" });
  await page.locator('[data-kind="wish_confirmed"]').first().waitFor();
  assert.match(await page.locator('[data-kind="wish_confirmed"]').first().innerText(), /allowed Front door/, seq);
});

test("after the line was cut the page says so, comes back by itself and has missed nothing", async () => {
  await go("#/");
  await page.waitForSelector(".tile");
  await page.evaluate(() => {
    window.__hold = true;
    window.__sockets.at(-1).close();
  });
  await page.waitForSelector(".is-offline-banner");
  const { tile, control } = switch_tile();
  assert.ok(await control.isDisabled(), "nothing can be worked while the hub is away");
  const was = await control.getAttribute("aria-checked");
  if (!real_hub) await fetch(hub.url + "/mock/walk");
  await page.evaluate(() => {
    window.__hold = false;
    window.__sent.length = 0;
  });
  await page.waitForSelector(".is-offline-banner", { state: "detached" });
  const start = JSON.parse((await page.evaluate(() => window.__sent)).find((text) => text.includes('"start"')));
  assert.ok(start.boot && start.seq > 0, "it resumes where it was instead of asking for everything");
  assert.ok(await control.isEnabled());
  if (!real_hub) {
    await page.locator('[data-thing="hall-lamp"] [role="switch"][aria-checked="true"]').waitFor();
  } else {
    assert.equal(await tile.locator('[role="switch"]').getAttribute("aria-checked"), was);
  }
});

test("on a real hub values change by themselves", { skip: real_hub ? false : "needs a real hub" }, async () => {
  await go("#/");
  await page.waitForSelector(".tile");
  const before_it = await page.locator(".tile .value").allInnerTexts();
  await page.waitForFunction((old) => [...document.querySelectorAll(".tile .value")].some((one, i) => one.innerText !== old[i]), before_it, { timeout: 60_000 });
});

test("on a real hub the car stands among the cars", { skip: real_hub ? false : "needs a real hub" }, async () => {
  const cars = page.locator("section", { has: page.getByRole("heading", { name: /^Cars/ }) });
  assert.deepEqual(await cars.locator("[data-thing]").evaluateAll((all) => all.map((one) => one.dataset.thing)), ["Leaf_green"]);
});

test("the page does not poll", async () => {
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.waitForTimeout(6000);
  assert.deepEqual(asked, []);
});

test("everything can be reached by keyboard, and focus is seen", async () => {
  await page.evaluate(() => (document.activeElement instanceof HTMLElement ? document.activeElement.blur() : undefined));
  await page.keyboard.press("Tab");
  const seen = new Set();
  for (let press = 0; press < 40; press += 1) {
    const found = await page.evaluate(() => {
      const one = document.activeElement;
      const ring = [getComputedStyle(one), getComputedStyle(one, "::after")].some((style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2);
      return { name: one.getAttribute("aria-label") ?? one.textContent.trim().slice(0, 40), ring };
    });
    assert.ok(found.ring, `no focus ring on “${found.name}”`);
    seen.add(found.name);
    await page.keyboard.press("Tab");
  }
  assert.ok(seen.size > 25);
});

test("access is given in four taps: who, what, until when, yes", async () => {
  const asked = [];
  const hear = (request) => request.method() === "POST" && request.url().endsWith("/grants") && asked.push(request.postDataJSON());
  page.on("request", hear);
  await go("#/desk");
  await page.click("[data-open-give]");
  if (real_hub) {
    await page.fill('input[name="who"]', "utility");
    await page.click(".give-new button");
  } else {
    await page.click('[data-who="participant:utility"]'); // 1
  }
  const what = real_hub ? page.locator("[data-give]").first() : page.locator('[data-give="leaf/trip month"]');
  await what.click(); // 2
  await page.click('[data-span="year"]'); // 3
  const sizes = await page.locator(".give-answer button").evaluateAll((all) => all.map((one) => [one.offsetWidth, one.offsetHeight, getComputedStyle(one).backgroundColor].join()));
  assert.equal(sizes[0], sizes[1], "to refuse is as easy as to give");
  await page.click('[data-answer="give"]'); // 4
  await page.waitForSelector("[data-token]");
  await page.click(".give .primary");
  page.off("request", hear);
  assert.equal(asked.length, 1);
  assert.ok(asked[0].until.startsWith(String(new Date().getFullYear() + 1)));
  if (!real_hub) assert.deepEqual(asked[0].terms, { obligations: { granularity: "30d", aggregate: "sum" } });
});

test("somebody is let use a lamp on weekday evenings, only at home, and asks each time", { skip: mock_only }, async () => {
  await go("#/desk");
  await page.click("[data-open-give]");
  await page.waitForSelector('[data-who="guest:oma"]');
  assert.equal(await page.locator('[data-who="guest:eve"], [data-who="owner:anna"]').count(), 0, "who has left, and oneself, is nobody to give to");
  await page.click('[data-who="guest:oma"]');
  await page.selectOption('select[name="thing"]', "hall-lamp");
  await page.click('[data-give="hall-lamp/on use"]');
  await page.check('.give input[name="timed"]');
  await page.fill('.give input[name="from"]', "18:00");
  await page.fill('.give input[name="to"]', "22:00");
  for (const day of ["sat", "sun"]) await page.click(`.give [data-day="${day}"]`);
  for (const limit of ["at_home", "ask"]) await page.check(`.give input[name="${limit}"]`);
  assert.deepEqual(await grave_findings(page), []);
  await page.click('[data-span="week"]');
  assert.match(await page.locator(".give-facts").innerText(), /see it, set it[^]*Mon, Tue, Wed, Thu, Fri, from 18:00 to 22:00, only from the house's own network, each time only if a person allows it/);
  const asked = page.waitForRequest((request) => request.method() === "POST" && request.url().endsWith("/grants"));
  await page.click('[data-answer="give"]');
  const given = (await asked).postDataJSON();
  assert.deepEqual([given.subject_name, given.addresses, given.verbs], ["guest:oma", ["hall-lamp/on"], ["read", "set"]]);
  assert.deepEqual(given.terms, { when: { weekdays: ["mon", "tue", "wed", "thu", "fri"], from: "18:00", until: "22:00", network: "home" }, envelope: { confirm: "owner" } });
  await page.click(".give .primary");
  await page.locator('.grant:has-text("oma") [data-take-back]').click();
  await page.waitForSelector('.grant:has-text("oma") [data-certificate]');
});

test("what was given is made narrower: sooner over and without the past", async () => {
  await page.waitForSelector(".grant [data-narrow]");
  const narrow = page.locator("[data-narrow]").first();
  const id = await narrow.getAttribute("data-narrow");
  await narrow.locator("summary").click();
  assert.ok(await narrow.locator("[data-do-narrow]").isDisabled(), "as it is, it is no narrower");
  const ends = await narrow.locator("select option").evaluateAll((all) => all.map((one) => one.value));
  assert.deepEqual(ends, ["", "day", "week", "month"], "a year is no sooner");
  await narrow.locator("select").selectOption("week");
  await narrow.locator('input[name="past"]').uncheck();
  const asked = page.waitForRequest((request) => request.method() === "PUT" && request.url().endsWith("/grants/" + id));
  await narrow.locator("[data-do-narrow]").click();
  const less = (await asked).postDataJSON();
  assert.ok(Date.parse(less.until) - Date.now() < 8 * 86400e3 && !less.verbs.includes("history") && less.verbs.includes("read"), JSON.stringify(less));
  await page.waitForSelector(`[data-grant="${id}"]`, { state: "detached" });
});

test("what was given is taken back with one tap, and the certificate is shown", async () => {
  await page.waitForSelector(".grant");
  const card = page.locator(".grant").first();
  const id = await card.getAttribute("data-grant");
  await card.locator("[data-take-back]").click();
  await page.waitForSelector(`[data-certificate="${id}"]`);
  const effective = Number(await page.locator(`[data-certificate="${id}"] [data-effective]`).innerText());
  assert.ok(effective > Number(id) || !real_hub);
  assert.equal(await page.locator(`[data-take-back="${id}"]`).count(), 0);
});

test("what is to be erased afterwards is agreed when it is given, and asked for when it ends", async () => {
  await go("#/desk");
  await page.click("[data-open-give]");
  await page.fill('input[name="who"]', "lender");
  await page.click(".give-new button");
  await page.locator("[data-give]").first().click();
  await page.click('[data-span="month"]');
  await page.selectOption('.give select[name="erase"]', "30d");
  const asked = page.waitForRequest((request) => request.method() === "POST" && request.url().endsWith("/grants"));
  await page.click('[data-answer="give"]');
  assert.equal((await asked).postDataJSON().terms.obligations.erase_after, "30d");
  await page.click(".give .primary");
  const card = page.locator('.grant:has-text("lender")');
  await card.waitFor();
  assert.match(await card.innerText(), /30 days after the end/);
  const id = await card.getAttribute("data-grant");
  await card.locator("[data-take-back]").click();
  await page.waitForSelector(`[data-certificate="${id}"] [data-erase-by]`);
  assert.match(await page.locator(`[data-erasure="${id}"][data-state="asked"]`).innerText(), /lender is to erase it by/);
  if (real_hub) return;
  const others = await page.locator("[data-erasure]").evaluateAll((all) => all.map((one) => one.dataset.state));
  assert.deepEqual(others, ["overdue", "asked", "done"], "who is late comes first");
  assert.match(await page.locator('[data-state="overdue"]').innerText(), /garage was to erase it by .*, and has not said that it is done/);
  assert.match(await page.locator('[data-state="done"]').innerText(), /insurer erased it, they said on/);
});

test("a rule that may not see something is let see it with one tap, for as long as one says", { skip: mock_only }, async () => {
  await go("#/rules");
  await page.click('[data-rule="welcome"] [data-let-see="anna/place"]');
  await page.waitForSelector(".give[open] [data-span]");
  const asked = page.waitForRequest((request) => request.method() === "POST" && request.url().endsWith("/grants"));
  await page.click('[data-span="never"]');
  assert.match(await page.locator(".give-facts").innerText(), /Welcome home rule[^]*Anna · Place/);
  await page.click('[data-answer="give"]');
  const given = (await asked).postDataJSON();
  assert.deepEqual([given.subject_name, given.addresses, given.verbs, given.until], ["rule:welcome", ["anna/place"], ["read"], null]);
  await page.locator(".give p", { hasText: "It is given, and on record." }).waitFor();
  assert.equal(await page.locator("[data-token]").count(), 0, "a rule needs no key");
  await page.click(".give .primary");
  await page.waitForSelector('[data-rule="welcome"]');
  await page.waitForTimeout(300);
  assert.equal(await page.locator("[data-unseen]").count(), 0, "it has it now");
  // The same from the desk, where a rule stands among those one can give to.
  await go("#/desk");
  await page.click("[data-open-give]");
  await page.selectOption('.give select[name="rule"]', "hall-light");
  await page.locator(".give-new button").last().click();
  await page.waitForSelector('.give select[name="thing"]');
  await page.keyboard.press("Escape");
  await page.locator('.grant:has-text("Welcome home") [data-take-back]').click();
  await page.waitForSelector('.grant:has-text("Welcome home") [data-certificate]');
});

test("nobody else may look or control, and back, with one tap each", async () => {
  const control = page.locator("[data-privacy]");
  assert.equal(await control.getAttribute("aria-checked"), "false");
  await control.click();
  await page.waitForSelector('[data-privacy][aria-checked="true"]');
  await control.click();
  await page.waitForSelector('[data-privacy][aria-checked="false"]');
});

test("who looked is told by day, and older looks on demand", { skip: mock_only }, async () => {
  assert.match(await page.locator('[data-look="participant:utility"]').first().innerText(), /utility looked at the past 3 times · Grid meter/);
  const before_it = await page.locator(".look").count();
  await page.click("[aria-labelledby=looks] > button");
  await page.waitForFunction((old) => document.querySelectorAll(".look").length > old, before_it);
});

test("everything of mine is taken along as a file, portion after portion", async () => {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click('[data-export="csv"]')]);
  assert.equal(download.suggestedFilename(), "foxtail-export.csv");
  const { readFile } = await import("node:fs/promises");
  const text = await readFile(await download.path(), "utf8");
  assert.match(text, /^record,received .*unit \(UCUM\)/);
  assert.match(text, /,reading,/);
});

test("the plan is read by pointer, by arrow keys and as a table", { skip: mock_only }, async () => {
  await go("#/plan");
  await page.waitForSelector(".plan-place svg path.price-line");
  const slider = page.locator(".plan-place");
  const first = await slider.getAttribute("aria-valuetext");
  assert.match(first, /\d\d:\d\d – \d\d:\d\d, -?€0\.\d{3}, Sun \S+\skW, House \S+\skW, Leaf: /);
  await slider.focus();
  const here = Number(await slider.getAttribute("aria-valuenow"));
  await page.keyboard.press("ArrowRight");
  assert.equal(Number(await slider.getAttribute("aria-valuenow")), here + 1);
  await page.keyboard.press("End");
  assert.match(await slider.getAttribute("aria-valuetext"), /about -?€/, "the last prices are guessed, and said to be");
  const box = await slider.boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + 60);
  await page.waitForFunction(() => Number(document.querySelector("[data-slot]").dataset.slot) > 5);
  assert.ok((await page.locator("[data-bars=leaf] path.was").getAttribute("d")).length > 10, "the past comes from the history");
  assert.match(await page.locator('[data-flag="leaf"] title').textContent(), /^Leaf: 80% by 07:00, Mon–Fri, (reached|at risk)$/);
  await page.click("[data-table]");
  assert.equal(await page.locator(".plan-table tbody tr").count(), 96);
  assert.match(await page.locator(".plan-table tbody tr").first().innerText(), /(Off|Charges \S+\skW) → \d+%\s+\p{L}+/u);
  assert.equal(await page.locator('.plan-table tr[aria-current="time"]').count(), 1);
});

test("the past stands beside the plan, with what was planned then", { skip: mock_only }, async () => {
  await go("#/plan");
  await page.locator(".plan-views button").first().click();
  await page.waitForSelector('[data-bars="leaf"] .was-planned[d^="M"]', { state: "attached" });
  const left_of_now = () => page.evaluate(() => document.querySelector(".plan-place line.now").getBoundingClientRect().x);
  const before = await left_of_now();
  await page.locator("[data-back]").click();
  await page.waitForFunction((x) => document.querySelector(".plan-place line.now").getBoundingClientRect().x > x + 100, before);
  for (const drawn of ['[data-bars="leaf"] .was[d^="M"]', '.price-line.was[d^="M"]', ".level.is-car[d*='M']", ".sun-line.is-guessed, .sun-line"]) assert.ok((await page.locator(drawn).count()) > 0, drawn);
  const car = await page.locator(".level.is-car").getAttribute("d");
  assert.equal(car.match(/M/g).length, 2, "as it was, and as it is to be");
  await page.locator("[data-back]").click();
});

test("the plan tells whose wish holds, by which rule, and how well it was foretold", { skip: mock_only }, async () => {
  await go("#/plan");
  const contested = await page.locator("[data-contested]").innerText();
  assert.match(contested, /Leaf, Goals: anna: 80% by 07:00, Mon–Fri holds, ben: 60% by 09:00, every day does not/);
  assert.match(contested, /The first of these holds: anna, ben\./);
  await page.locator("[data-forecasts] summary").click();
  const told = await page.locator("[data-forecasts]").innerText();
  assert.match(told, /Sun \(open_meteo, weather\.example\) silent since .*: off by 0\.38\skW a day ahead \(-0\.12\skW on the whole\), of 1\.2\skW; 78 % within the spread/);
  assert.match(told, /House \(from the past\): off by/);
  await page.locator("[data-forecasts] summary").click();
});

test("now is said only after its price was told, and the plan tells why it changed", { skip: mock_only }, async () => {
  const car = page.locator('[data-device="leaf"]');
  await page.evaluate(() => (window.__sent.length = 0));
  await car.locator("[data-mode=now]").click();
  await car.locator("[data-more]").waitFor();
  assert.match(await car.locator(".plan-sure").innerText(), /Leaf: Now\s+(costs €\d+\.\d\d more|saves €|costs the same)/);
  assert.deepEqual(await page.evaluate(() => window.__sent), [], "nothing was wished yet");
  await page.keyboard.press("Escape");
  await car.locator(".plan-sure").waitFor({ state: "detached" });
  assert.equal(await page.evaluate(() => document.activeElement.dataset.mode), "now", "the focus is back where it was");
  await page.keyboard.press("Enter");
  await car.locator(".plan-sure .primary:focus").waitFor();
  await page.keyboard.press("Enter");
  await car.locator('[data-mode=now][aria-pressed="true"]').waitFor();
  await page.waitForFunction(() => document.querySelector("[data-because]")?.textContent.includes("Anna set 'mode' of Leaf: Now"));
  await car.getByRole("button", { name: "Automatic" }).click();
  await car.locator('[data-mode=now][aria-pressed="false"]').waitFor();
});

test("a slot is held at a power by a tap on the table, after its price was told, and given back", { skip: mock_only }, async () => {
  const car = page.locator('[data-device="leaf"]');
  await page.locator("[data-table]").click();
  await page.evaluate(() => (window.__sent.length = 0));
  await page.getByRole("button", { name: /^Leaf, .*hold a power$/ }).nth(6).click();
  const form = page.locator("[data-hold]");
  await form.locator('input[type="number"]').fill("3.7");
  await form.locator("[data-more]").waitFor();
  assert.match(await form.innerText(), /costs €\d+\.\d\d more|saves €|costs the same/);
  assert.deepEqual(await page.evaluate(() => window.__sent), [], "nothing was wished yet");
  await form.getByRole("button", { name: "Yes, do it" }).click();
  await car.locator("[data-held]").waitFor();
  assert.match(await car.locator("[data-held]").innerText(), /Held: 3\.7 kW from .*\d\d:\d\d to .*\d\d:\d\d/);
  await page.locator('.plan-table td[data-code="USER_OVERRIDE"]', { hasText: "3.7" }).waitFor();
  await car.getByRole("button", { name: "Hold no more" }).click();
  await car.locator("[data-held]").waitFor({ state: "detached" });
  await page.locator(".plan-views button").first().click();
  await page.locator(".plan-place").focus();
  await page.keyboard.press("ArrowRight");
  await page.locator("[data-hold-slot]").click();
  await form.locator("[data-more]").waitFor();
  await form.getByRole("button", { name: "Cancel" }).click();
  await form.waitFor({ state: "detached" });
});

test("a goal that cannot be met has its ways out, each with its price", { skip: mock_only }, async () => {
  const car = page.locator('[data-device="leaf"]');
  await car.getByRole("button", { name: "Pause" }).click();
  await car.locator(".plan-sure .primary:focus").waitFor();
  await page.keyboard.press("Enter");
  const way = page.locator(".plan-risk [data-ways] button", { hasText: /^Now: (costs|saves)/ });
  await way.waitFor();
  assert.match(await page.locator(".plan-risk").innerText(), /Leaf: 80% by 07:00, Mon–Fri: (missed|at risk)/);
  await page.evaluate(() => (window.__sent.length = 0));
  await way.click();
  await page.locator(".plan-risk [data-more]").waitFor();
  assert.match(await page.locator(".plan-risk .plan-sure").innerText(), /Leaf: Now/);
  assert.deepEqual(await page.evaluate(() => window.__sent), [], "nothing was wished yet");
  await page.locator(".plan-risk .plan-sure .primary").click();
  await car.locator('[data-mode=now][aria-pressed="true"]').waitFor();
  await car.getByRole("button", { name: "Automatic" }).click();
  await car.locator('[data-mode=now][aria-pressed="false"]').waitFor();
});

test("what was saved is told by day and by week", { skip: mock_only }, async () => {
  await go("#/plan");
  const saved = page.locator('[aria-labelledby="plan-saved"]');
  await saved.locator("tbody[data-spans=days] tr").first().waitFor();
  await saved.getByRole("button", { name: "Weeks" }).click();
  const rows = await saved.locator("tbody[data-spans=weeks] tr").allInnerTexts();
  assert.equal(rows.length, 2);
  assert.match(rows[0], /^Week from .*Leaf \+€6\.39.*€18\.40\s+€24\.79\s+\+€6\.39$/s);
  await saved.getByRole("button", { name: "Days" }).click();
  await saved.locator("tbody[data-spans=days] tr").first().waitFor();
});

test("a goal is changed by touch, with the difference told before it is saved", { skip: mock_only }, async () => {
  const car = page.locator('[data-device="leaf"]');
  await car.locator("[data-edit-goals]").click();
  assert.ok(await car.getByRole("button", { name: "Save" }).isDisabled(), "nothing is changed yet");
  const asked = [];
  const hear = (request) => request.url().endsWith("/plan/what-if") && asked.push(request.postDataJSON());
  page.on("request", hear);
  await car.getByRole("button", { name: "Amount: more" }).click();
  await car.getByRole("button", { name: "Amount: more" }).click();
  await car.getByRole("button", { name: "Sat" }).click();
  await car.locator("[data-more]").waitFor();
  page.off("request", hear);
  assert.deepEqual(asked, [{ device: "leaf", set: { goals: "90 % by 07:00 mon-sat" } }], "quick touches are one question");
  await car.getByRole("button", { name: "Save" }).click();
  await page.waitForFunction(() => document.querySelector('[data-device="leaf"] .plan-goal-part').textContent.includes("90% by 07:00, Mon–Sat"));
});

test("a setting is set only after its price was told", { skip: mock_only }, async () => {
  const car = page.locator('[data-device="leaf"]');
  await car.locator(".plan-more summary").click();
  await page.evaluate(() => (window.__sent.length = 0));
  const least = car.locator('.plan-settings input[type="range"]').first();
  await least.focus();
  await page.keyboard.press("ArrowRight");
  await car.locator(".plan-sure [data-more]").waitFor();
  assert.match(await car.locator(".plan-sure").innerText(), /Leaf: least: 25/);
  assert.deepEqual(await page.evaluate(() => window.__sent), [], "nothing was wished yet");
  await car.locator(".plan-sure .primary").click();
  await car.getByText(/Least 25\s%/).waitFor();
  await car.locator(".plan-more summary").click();
});

test("being away and quiet hours are set only after their price was told", { skip: mock_only }, async () => {
  await page.evaluate(() => (window.__sent.length = 0));
  const away = page.locator('[aria-labelledby="plan-away"]');
  await away.locator('input[type="datetime-local"]').fill(new Date(Date.now() + 50 * 3600e3).toISOString().slice(0, 16));
  await away.getByRole("button", { name: "We are away" }).click();
  await away.locator("[data-sure] [data-more]").waitFor();
  await away.getByRole("button", { name: "Cancel" }).click();
  const quiet = page.locator('[aria-labelledby="plan-quiet"]');
  await quiet.locator('input[type="time"]').first().fill("21:30");
  await quiet.getByRole("button", { name: "Set" }).click();
  await quiet.locator("[data-sure] [data-more]").waitFor();
  assert.match(await quiet.locator("[data-sure]").innerText(), /Quiet from 21:30 to 06:00\s+(costs|saves|the same)/);
  assert.deepEqual(await page.evaluate(() => window.__sent), [], "nothing was wished yet");
  await quiet.locator("[data-sure] .primary").click();
  await quiet.locator("[data-quiet]", { hasText: "Quiet from 21:30 to 06:00" }).waitFor();
  await quiet.getByRole("button", { name: "No quiet hours" }).click();
  await quiet.locator("[data-sure] .primary").click();
  await quiet.locator("[data-quiet]", { hasText: "No quiet hours" }).waitFor();
});

test("a device of which nothing is planned can still be set", { skip: mock_only }, async () => {
  const dishes = page.locator('[data-device="dishwasher"]');
  await dishes.locator("summary").click();
  await dishes.getByRole("switch", { name: "Filled and waiting" }).click();
  await dishes.getByText("Nothing is planned for it now.").or(dishes.locator(".wanted.is-confirmed")).first().waitFor();
  await page.waitForFunction(() => document.querySelector("[data-because]").textContent.includes("filled and waiting"));
  assert.equal(await dishes.locator(".plan-goals").count(), 0);
  await dishes.getByRole("switch", { name: "Filled and waiting" }).click();
  await dishes.locator(".plan-goals").waitFor();
});

test("shadow and disobedience are told in words", { skip: mock_only }, async () => {
  assert.match(await page.locator('[data-device="heat-pump"]').innerText(), /Shadow: shown only/);
  assert.match(await page.locator('[data-device="dishwasher"]').innerText(), /It does not do what the plan says/);
  const pump = page.locator('[data-device="heat-pump"]');
  await pump.locator('[role="switch"]').last().click();
  await pump.getByText("The plan acts").waitFor();
});

const views = ["#/", "#/energy", "#/plan", "#/desk", "#/journal", "#/rules", "#/problems", "#/system"];

test("a journal that was put back or changed is told on every page until somebody knows why", { skip: mock_only }, async (t) => {
  const other_hub = await serve();
  t.after(() => other_hub.stop());
  const { page: other, faults: wrong, context } = await open(browser, phone, other_hub.url);
  await sign_in(other);
  const banner = other.locator("[data-witness]");
  const witnessed = async () => {
    await other.reload();
    await other.waitForSelector("[data-witnessed]", { state: "attached" });
    return Number(await other.locator("[data-witnessed]").getAttribute("data-witnessed"));
  };
  const first = await witnessed();
  const second = await witnessed();
  assert.ok(first > 0 && second > first, `it follows: ${first}, ${second}`);
  assert.equal(await banner.count(), 0);
  for (const kind of ["rollback", "fork"]) {
    const held = await witnessed();
    await fetch(other_hub.url + "/mock/" + kind);
    assert.equal(await witnessed(), held, "kept is what was seen first");
    assert.equal(await banner.getAttribute("data-witness"), kind);
    assert.match(await banner.innerText(), new RegExp(`\\b${held} entries`));
    await other.evaluate(() => (location.hash = "#/journal"));
    assert.ok(await banner.isVisible(), "on every page");
    assert.deepEqual(await grave_findings(other), []);
    const wide = await other.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `the banner is ${wide} px wider than the screen`);
    await other.click("[data-accept]");
    await other.waitForSelector("[data-witness]", { state: "detached" });
    await witnessed();
    assert.equal(await banner.count(), 0, "accepted is accepted");
    // What comes next is another past again: more of it than the older copy has.
    for (let look = 0; look < 3; look += 1) await witnessed();
  }
  assert.deepEqual(wrong, []);
  await context.close();
});

const looks = [
  ["phone in the dark", phone],
  ["phone by day", { ...phone, colorScheme: "light" }],
  ["desktop by day", desktop],
  ["desktop in the dark", { ...desktop, colorScheme: "dark" }],
];

for (const [name, look] of looks) {
  test(`axe finds nothing serious: ${name}`, async () => {
    const { page: other, faults: wrong, context } = await open(browser, look, hub.url);
    await other.waitForSelector("form.gate-form");
    assert.deepEqual(await grave_findings(other), []);
    await sign_in(other);
    const thing = await other.locator(".tile").first().getAttribute("data-thing");
    for (const view of [...views, "#/thing/" + thing]) {
      await other.evaluate((to) => (location.hash = to), view);
      await other.waitForTimeout(500);
      assert.deepEqual(await grave_findings(other), [], view);
      const wide = await other.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wide <= 0, `${view} is ${wide} px wider than the screen`);
    }
    assert.deepEqual(wrong, []);
    await context.close();
  });
}

test("what can be pressed is at least 44 px on a phone", { skip: mock_only }, async () => {
  const { page: other, context } = await open(browser, phone, hub.url);
  await sign_in(other);
  for (const view of [...views, "#/thing/living-radiator"]) {
    await other.evaluate((to) => (location.hash = to), view);
    await other.waitForTimeout(300);
    const small = await other.evaluate(() =>
      [...document.querySelectorAll("button, select, input, nav a")]
        .filter((one) => one.checkVisibility())
        .map((one) => ({ box: one.getBoundingClientRect(), name: one.getAttribute("aria-label") ?? one.textContent }))
        .filter(({ box }) => box.height < 43.5 || box.width < 40)
        .map(({ box, name }) => `${name}: ${Math.round(box.width)}×${Math.round(box.height)}`),
    );
    assert.deepEqual(small, [], view);
  }
  await context.close();
});

test("German readers get German words and numbers", { skip: mock_only }, async () => {
  const { page: other, context } = await open(browser, { ...desktop, locale: "de-DE" }, hub.url);
  await sign_in(other);
  assert.equal(await other.evaluate(() => document.documentElement.lang), "de");
  assert.match(await other.locator('[data-thing="bath-climate"]').innerText(), /23,4\s°C/);
  assert.match(await other.locator(".nav").innerText(), /Regeln/);
  await context.close();
});

test("a thousand things with 2,000 changes a second stay fluid", { skip: mock_only, timeout: 60_000 }, async (t) => {
  const large = await serve({ MOCK_THINGS: "1000", MOCK_QUIET: "" });
  t.after(() => large.stop());
  const { page: other, context } = await open(browser, desktop, large.url);
  // The page's own processor time: frame times would tell how busy the test machine is with other things.
  const cdp = await context.newCDPSession(other);
  await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
  const busy_s = async () => (await cdp.send("Performance.getMetrics")).metrics.find((one) => one.name === "TaskDuration").value;
  await sign_in(other);
  await other.waitForTimeout(1000);
  const first = await busy_s();
  const begun = Date.now();
  for (let step = 0; step < 30; step += 1) {
    await other.evaluate(() => window.scrollBy(0, 200));
    await other.waitForTimeout(100);
  }
  const share = (await busy_s() - first) / ((Date.now() - begun) / 1000);
  assert.ok(first < 4, `the first picture took ${first.toFixed(2)} s of processor time, limit 4`);
  assert.ok(share < 0.6, `following 2,000 changes a second while scrolling takes ${(share * 100).toFixed(0)} % of a core, limit 60 %`);
  if (process.env.FOXTAIL_TELL) console.log({ first, share });
  await context.close();
});

test("nothing went wrong behind the scenes", () => {
  assert.deepEqual(faults, []);
});
