// The page in a real Chromium: each screen shows its data, breaks no policy, can be used
// by keyboard and read by everybody. Usage: node page.mjs URL COOKIE MODULES ALERT CALL
import { createRequire } from "node:module";
import assert from "node:assert/strict";
import fs from "node:fs";

const [url, cookie, modules, alert, call] = process.argv.slice(2);
const require = createRequire(modules + "/");
const { chromium } = require("playwright-core");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

const SCREENS = [
  ["#/", "Overview", "Password guessing from one source"],
  ["#/alerts", "Alerts", "Password guessing from one source"],
  [`#/alerts/${alert}`, "Password guessing", "capacity 5"],
  ["#/calls", "Calls", "answered"],
  [`#/calls/${call}`, "u00001", "PCMU"],
  ["#/registrations", "Registrations", null],
  ["#/captures", "Captures", "svcrack.pcap"],
  ["#/rules", "Rules", "auth-bruteforce"],
  ["#/rules/auth-bruteforce", "auth-bruteforce", "leaky"],
  ["#/entity/ip/127.0.0.1", "127.0.0.1", "Password guessing from one source"],
  ["#/live", "Live calls", "No call is up"],
  ["#/rulesets", "Rule sets", "No set is published"],
  ["#/blocks", "Blocks", "Nothing is blocked"],
  ["#/nodes", "Nodes", "No node was heard of"],
  ["#/notify", "Notify", "Nobody is told"],
  ["#/audit", "Audit log", "capture.upload"],
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

async function open({ accept, ...options }) {
  const context = await browser.newContext({ bypassCSP: false, ...options });
  await context.addCookies([{ name: "rf_session", value: cookie, url }]);
  const page = await context.newPage();
  const faults = [];
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("request", (request) => request.url().startsWith(url) || request.url().startsWith("data:") ||
    faults.push("asks " + request.url()));
  page.on("dialog", (dialog) => {
    if (accept) return dialog.accept(accept === true ? undefined : accept);
    faults.push("dialog " + dialog.message());
    return dialog.dismiss();
  });
  return { context, page, faults };
}

async function screensShowTheirData(colorScheme, width) {
  const { context, page, faults } = await open({ colorScheme, viewport: { width, height: 900 } });
  for (const [hash, title, text] of SCREENS) {
    await page.goto(url + "/" + hash);
    await page.locator("h1", { hasText: title }).first().waitFor({ timeout: 15000 });
    if (text) await page.getByText(text, { exact: false }).first().waitFor({ timeout: 15000, state: "attached" });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert(overflow <= 0, `${hash} is ${overflow} pixels too wide at ${width}`);
  }
  assert.deepEqual(faults, []);
  await context.close();
}

async function everybodyCanReadIt(colorScheme) {
  // axe is put into the page, which its policy forbids to everybody else.
  const { context, page } = await open({ colorScheme, bypassCSP: true, viewport: { width: 1280, height: 900 } });
  for (const [hash, title] of SCREENS) {
    await page.goto(url + "/" + hash);
    await page.locator("h1", { hasText: title }).first().waitFor({ timeout: 15000 });
    await page.waitForTimeout(400);
    await page.evaluate(axe);
    const found = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] }));
    const told = found.violations.map((v) => `${hash} ${colorScheme} ${v.id}: ${v.nodes.map((n) => n.target + " " + n.failureSummary).slice(0, 3).join(" | ")}`);
    assert.deepEqual(told, []);
  }
  await context.close();
}

async function keysAreEnough() {
  const { context, page, faults } = await open({ viewport: { width: 1280, height: 900 } });
  await page.goto(url + "/#/");
  await page.locator("h1", { hasText: "Overview" }).waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("a");
  await page.locator("h1", { hasText: "Alerts" }).waitFor();
  await page.locator("tbody tr").first().waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("rule_id:auth-bruteforce");
  await page.keyboard.press("Enter");
  await page.locator("tbody tr").nth(1).waitFor({ state: "detached" });
  assert.equal(await page.locator("tbody tr").count(), 1);
  assert(page.url().includes("q=rule_id"), page.url());
  await page.locator("tbody tr").first().focus();
  await page.keyboard.press("Enter");
  await page.locator("h1", { hasText: "Password guessing from one source" }).waitFor();
  assert.deepEqual(faults, []);
  await context.close();
}

async function hostileTextStaysText() {
  const { context, page, faults } = await open({ viewport: { width: 1280, height: 900 } });
  await page.goto(url + "/#/calls?q=hostile");
  await page.getByText("<script>", { exact: false }).first().waitFor({ timeout: 15000 });
  await page.locator("tbody tr").first().click();
  await page.locator(".ladder").first().waitFor({ timeout: 15000 });
  assert.equal(await page.evaluate(() => window.hostile), undefined);
  assert.equal(await page.locator("main script, main img").count(), 0);
  assert.deepEqual(faults, []);
  await context.close();
}

const RULE = `rules:
- id: any-request
  title: Any request
  category: policy
  severity: low
  on: sip.request
  when: { method: INVITE }
  key: [src.ip]
  trigger: first
  respond: [alert]
`;

async function rulesArePublished() {
  const { context, page } = await open({ viewport: { width: 1280, height: 900 }, accept: true });
  await page.goto(url + "/#/rulesets");
  await page.getByLabel("Rules, as YAML").fill(RULE.replace("severity: low", "severity: loud"));
  await page.getByRole("button", { name: "Validate" }).click();
  await page.getByText("line 5, column 13").waitFor();
  await page.getByLabel("Rules, as YAML").fill(RULE);
  await page.getByRole("button", { name: "Validate" }).click();
  await page.getByText("These rules are valid.").waitFor();
  await page.getByLabel("Note").fill("one rule <b>alone</b>");
  await page.getByRole("button", { name: "Stage" }).click();
  await page.getByText("one rule <b>alone</b>").waitFor();
  await page.getByRole("button", { name: "Compare" }).click();
  await page.locator(".changes li", { hasText: "any-request" }).waitFor();
  await page.getByRole("button", { name: "Publish" }).click();
  await page.getByText("is in force").first().waitFor();
  await context.close();
}

async function alertsAreSuppressed() {
  const { context, page } = await open({ viewport: { width: 1280, height: 900 }, accept: "our own scanner" });
  await page.goto(url + `/#/alerts/${alert}`);
  await page.getByText("What this rule would have done").waitFor();
  await page.getByRole("button", { name: "Suppress" }).click();
  await page.getByText("suppressed for a week").waitFor();
  await page.goto(url + "/#/notify");
  await page.getByText("our own scanner").waitFor();
  await page.getByLabel("Name").fill("night");
  await page.getByLabel("Where to").fill("https://192.0.2.9/hook");
  await page.getByRole("button", { name: "Add" }).click();
  await page.getByText("send a trial").waitFor();
  await page.getByRole("cell", { name: "night" }).waitFor();
  await context.close();
}

async function nobodyMustSignIn() {
  const context = await browser.newContext({ viewport: { width: 900, height: 700 } });
  const page = await context.newPage();
  await page.goto(url + "/");
  await page.getByLabel("Name").fill("ann");
  await page.getByLabel("Password").fill("wrong wrong wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").filter({ hasText: "wrong" }).waitFor();
  await page.getByLabel("Password").fill("correct horse");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator("h1", { hasText: "Overview" }).waitFor();
  await context.close();
}

try {
  await screensShowTheirData("dark", 1360);
  await screensShowTheirData("light", 390);
  await everybodyCanReadIt("dark");
  await everybodyCanReadIt("light");
  await keysAreEnough();
  await hostileTextStaysText();
  await rulesArePublished();
  await alertsAreSuppressed();
  await nobodyMustSignIn();
  console.log(`${SCREENS.length} screens`);
} finally {
  await browser.close();
}
