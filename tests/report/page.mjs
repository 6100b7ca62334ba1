// The report's page in headless Chromium. usage: node page.mjs PAGE MODULES BROWSER [PICTURES]
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [page, modules, browser, pictures] = process.argv.slice(2);
const require = createRequire(`${modules}/package.json`);
const { chromium } = require("playwright-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const url = pathToFileURL(page).href;

let failures = 0;
function hold(what, holds, detail = "") {
  console.log(`${holds ? "ok  " : "FAIL"} ${what}${holds || !detail ? "" : `: ${detail}`}`);
  failures += holds ? 0 : 1;
}

const engine = await chromium.launch({ executablePath: browser, args: ["--no-sandbox", "--disable-gpu"] });
if (pictures) mkdirSync(pictures, { recursive: true });

async function open(width, colorScheme, script = true) {
  const context = await engine.newContext({ viewport: { width, height: 900 }, colorScheme, javaScriptEnabled: script, bypassCSP: false });
  const tab = await context.newPage();
  const heard = { errors: [], requests: [] };
  tab.on("console", (message) => ["error", "warning"].includes(message.type()) && heard.errors.push(message.text()));
  tab.on("pageerror", (error) => heard.errors.push(String(error)));
  tab.on("request", (request) => request.url() !== url && !request.url().startsWith("data:") && heard.requests.push(request.url()));
  await tab.goto(url);
  return { tab, heard, close: () => context.close() };
}

for (const scheme of ["light", "dark"]) {
  for (const width of [1280, 390]) {
    const { tab, heard, close } = await open(width, scheme);
    const name = `${scheme}, ${width} wide`;
    const wide = await tab.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    hold(`${name}: nothing sticks out`, wide <= 0, `${wide} px`);
    const small = await tab.evaluate(() => {
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const found = new Set();
      while (walker.nextNode()) {
        const parent = walker.currentNode.parentElement;
        const shown = walker.currentNode.textContent.trim() && !["SCRIPT", "STYLE"].includes(parent.tagName);
        if (shown && parseFloat(getComputedStyle(parent).fontSize) < 12) found.add(parent.className || parent.tagName);
      }
      return [...found];
    });
    hold(`${name}: no text is smaller than 12 px`, small.length === 0, small.join(" "));
    // The page's own policy lets no other script in; axe is put there past it, by the debugger.
    const session = await tab.context().newCDPSession(tab);
    await session.send("Runtime.evaluate", { expression: axe });
    const { result } = await session.send("Runtime.evaluate", {
      expression: `axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"] }).then((found) => JSON.stringify([found.passes.length, found.violations.map((one) => [one.impact, one.id, one.nodes.length, one.nodes[0].html.slice(0, 120)])]))`,
      awaitPromise: true,
      returnByValue: true,
    });
    const [passed, violations] = JSON.parse(result.value);
    hold(`${name}: axe-core looked`, passed > 15, String(passed));
    const serious = violations.filter(([impact]) => ["serious", "critical"].includes(impact));
    hold(`${name}: axe-core finds nothing serious`, serious.length === 0, JSON.stringify(serious));
    for (const [impact, id, count] of violations) console.log(`     axe: ${impact} ${id} (${count})`);
    hold(`${name}: no error on the console`, heard.errors.length === 0, heard.errors.join("; "));
    hold(`${name}: no request`, heard.requests.length === 0, heard.requests.join("; "));
    if (pictures) {
      const height = await tab.evaluate(() => document.documentElement.scrollHeight);
      for (let top = 0, part = 0; top < height && part < 8; top += 1400, part += 1) {
        await tab.screenshot({ path: `${pictures}/${scheme}-${width}-${part}.png`, fullPage: true, clip: { x: 0, y: top, width, height: Math.min(1400, height - top) } });
      }
    }
    await close();
  }
}

// Without the script everything is there to be read.
const plain = await open(1280, "light", false);
hold("without script: tables have their rows", (await plain.tab.locator("tbody tr").count()) > 100);
hold("without script: charts are drawn", (await plain.tab.locator("svg rect.bar").count()) > 20);
await plain.close();

// Sorting and filtering.
const live = await open(1280, "light");
const table = live.tab.locator(".table", { hasText: "Commands" }).first();
const column = async () => (await table.locator("tbody td.number").allTextContents()).map(Number);
await table.getByRole("button", { name: "Sort by count" }).click();
const up = await column();
hold("a click sorts", up.length > 5 && up.every((value, at) => at === 0 || up[at - 1] <= value), up.join(" "));
await table.getByRole("button", { name: "Sort by count" }).click();
const down = await column();
hold("another click sorts the other way", down.every((value, at) => at === 0 || down[at - 1] >= value), down.join(" "));
hold("the order is announced", (await table.locator("th[aria-sort=descending]").count()) === 1);
const filter = live.tab.locator("label.filter", { hasText: "Filter" }).first();
await filter.locator("input").fill("audit-logger-no-such-row");
const region = live.tab.locator("label.filter + .table").first();
hold("the filter hides what does not fit", (await region.locator("tbody tr:visible").count()) === 0);
await live.close();

// Printed: no table is cut at the side, none loses its head.
const print = await open(1280, "dark");
await print.tab.emulateMedia({ media: "print", colorScheme: "light" });
const paper = 210 - 28;
await print.tab.setViewportSize({ width: Math.floor((paper / 25.4) * 96), height: 1000 });
const cut = await print.tab.evaluate(() => {
  const edge = document.documentElement.clientWidth + 1;
  const over = [...document.querySelectorAll("table, figure, dl, p")].filter((one) => one.getBoundingClientRect().right > edge);
  return over.map((one) => one.querySelector("caption")?.textContent ?? one.tagName);
});
hold("printed: nothing is wider than A4", cut.length === 0, cut.join("; "));
const scrolls = await print.tab.evaluate(() => [...document.querySelectorAll(".table")].filter((one) => one.scrollWidth > one.clientWidth + 1).length);
hold("printed: no table would have to be scrolled", scrolls === 0, String(scrolls));
const pdf = await print.tab.pdf({ format: "A4", printBackground: true, preferCSSPageSize: true });
const pages = (pdf.toString("latin1").match(/\/Type\s*\/Page[^s]/g) ?? []).length;
hold("printed: a PDF of several pages", pages > 3, String(pages));
if (pictures) writeFileSync(`${pictures}/report.pdf`, pdf);
await print.close();
await engine.close();
process.exit(failures === 0 ? 0 : 1);
