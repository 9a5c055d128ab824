// The static catalog site in a real browser, opened from the disk.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

const site = process.env.FEDLENS_SITE;
const screenshots = process.env.FEDLENS_SCREENSHOTS;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser;

before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
});

after(() => browser.close());

// A page that remembers what went wrong on it.
const open = async (path, colorScheme = "light") => {
  const page = await browser.newPage({ colorScheme, viewport: { width: 1000, height: 1200 } });
  const faults = [];
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("request", (request) => request.url().startsWith("file:") || faults.push(`asks for ${request.url()}`));
  await page.goto(pathToFileURL(join(site, path)).href);
  return { page, faults };
};

for (const [typed, code] of [
  ["user token as assertion", "AADSTS700229"],
  ["700213", "AADSTS700213"],
  ["clinet secret expired", "AADSTS7000222"],
  ["ForbiddenTokenType", "AADSTS700229"],
]) {
  test(`typing "${typed}" finds ${code}`, async () => {
    const { page, faults } = await open("index.html");
    await page.getByLabel("Search codes and words").pressSequentially(typed);
    const results = page.locator("#results a");
    const found = (await results.allTextContents()).slice(0, 3);
    assert.ok(found.some((text) => text.includes(code)), `${typed}: ${found}`);
    await results.filter({ hasText: code }).first().click();
    assert.match(await page.locator("h1").innerText(), new RegExp(code));
    assert.deepEqual(faults, []);
    await page.close();
  });
}

test("a search without a result says so", async () => {
  const { page, faults } = await open("index.html");
  await page.getByLabel("Search codes and words").pressSequentially("zzqqxx");
  assert.match(await page.locator("#results").innerText(), /No code fits/);
  assert.deepEqual(faults, []);
  await page.close();
});

for (const path of ["index.html", "category/authentication.html", "surface/power-bi.html", "code/AADSTS700229.html"]) {
  for (const scheme of ["light", "dark"]) {
    test(`${path} is accessible and quiet in ${scheme}`, async () => {
      const { page, faults } = await open(path, scheme);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => globalThis.axe.run({ preload: false }));
      const serious = violations.filter((one) => ["serious", "critical"].includes(one.impact));
      assert.deepEqual(serious.map((one) => `${one.id}: ${one.nodes[0].html}`), []);
      assert.deepEqual(faults, []);
      if (screenshots) await page.screenshot({ path: join(screenshots, `${path.replaceAll("/", "-")}-${scheme}.png`) });
      await page.close();
    });
  }
}
