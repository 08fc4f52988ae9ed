// Drives Debian's Chromium through the product as one person: signs in, looks
// at every page, and holds each against WCAG with axe-core. What it expects
// stands in the environment as JSON; what it found goes to standard output.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core"), "utf8");
const plan = JSON.parse(process.env.JOURNEY);
mkdirSync(plan.screens, { recursive: true });

const found = { problems: [], pages: {}, hosts: [], bytes: 0, tabs: [] };
const browser = await chromium.launch({
  executablePath: plan.chromium,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});

// visit runs one person's journey in a fresh browser.
async function visit(name, options, journey) {
  const context = await browser.newContext({ viewport: { width: 1024, height: 768 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  page.on("console", (m) => m.type() === "error" && !/status of 4\d\d/.test(m.text()) && found.problems.push(`${name}: console: ${m.text()}`));
  page.on("pageerror", (e) => found.problems.push(`${name}: ${e.message}`));
  page.on("request", (r) => found.hosts.push(new URL(r.url()).host));
  const cdp = await context.newCDPSession(page);
  await cdp.send("Network.enable");
  let bytes = 0;
  cdp.on("Network.loadingFinished", (e) => { bytes += e.encodedDataLength; });
  await journey(page, () => bytes);
  await context.close();
}

// look takes a picture and holds the page against WCAG 2.2 A and AA.
async function look(page, name) {
  await page.screenshot({ path: `${plan.screens}/${name}.png`, fullPage: true });
  await page.evaluate(axeSource); // a script tag is what the page's policy forbids
  const { violations } = await page.evaluate(() => axe.run(document, {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  }));
  for (const v of violations) {
    found.problems.push(`${name}: ${v.id}: ${v.help} (${v.nodes.map((n) => n.target.join(" ")).join(", ")})`);
  }
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth + 1);
  if (wide) found.problems.push(`${name}: wider than the window`);
  found.pages[name] = { title: await page.title(), lang: await page.getAttribute("html", "lang"), url: page.url() };
}

// onePage holds that a sheet of n cards like the first is printed on one A4.
async function onePage(page, n) {
  await page.evaluate((count) => {
    const list = document.querySelector(".cards");
    while (list.children.length < count) list.append(list.firstElementChild.cloneNode(true));
  }, n);
  const pdf = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
  const pages = pdf.match(/\/Type\s*\/Page\b/g).length;
  if (pages !== 1 || !/\/MediaBox\s*\[0 0 59[45][.\d]* 84[12]/.test(pdf)) found.problems.push(`${n} cards take ${pages} pages`);
}

async function signIn(page, person) {
  await page.getByLabel(/Gebruikersnaam|Username/).fill(person.username);
  await page.getByLabel(/^(Wachtwoord|Password)$/).fill(person.password);
  await page.getByRole("button", { name: /^(Inloggen|Sign in)$/ }).click();
}

try {
  for (const [lang, scheme, width] of [["nl", "light", 1024], ["en", "dark", 320]]) {
    const tag = `${lang}-${scheme}-${width}`;
    await visit(tag, { locale: lang, colorScheme: scheme, viewport: { width, height: 768 } }, async (page, bytes) => {
      await page.goto(plan.base + "/");
      await look(page, `login-${tag}`);
      await signIn(page, { username: plan.pupil.username, password: "dit-is-fout-00" });
      await page.getByRole("alert").waitFor();
      await look(page, `login-failed-${tag}`);
      await page.goto(plan.base + "/badge#" + plan.pupil.badge); // as a camera opens it
      await page.waitForFunction(() => location.hash === "" && document.getElementById("code").value !== "");
      await look(page, `badge-${tag}`);
      await page.keyboard.press("Enter"); // the button has the focus
      await page.locator(".tile").waitFor();
      await page.goto(plan.base + "/logout");
      await page.locator("main button").click();
      await page.waitForURL(plan.base + "/login");
      await signIn(page, plan.pupil);
      await page.waitForURL(plan.base + "/");
      await page.locator(".tile").waitFor();
      found.bytes = Math.max(found.bytes, bytes());
      await look(page, `start-${tag}`);
      await page.goto(plan.base + "/me");
      await look(page, `me-${tag}`);
      await page.goto(plan.base + "/password");
      await look(page, `password-${tag}`);
      await page.goto(plan.base + "/bestaat-niet");
      await look(page, `error-${tag}`);
      await page.goto(plan.base + "/logout");
      await look(page, `logout-${tag}`);
    });
    await visit(`admin-${tag}`, { locale: lang, colorScheme: scheme, viewport: { width, height: 768 } }, async (page) => {
      await page.goto(plan.base + "/admin/");
      await signIn(page, plan.admin);
      await page.waitForURL(plan.base + "/admin/");
      await look(page, `admin-${tag}`);
      await page.locator("a[href^='/admin/groups/']").first().click();
      await page.waitForURL(/groups/);
      await look(page, `admin-class-${tag}`);
      await page.goto(plan.base + "/admin/");
      await page.locator("a[href^='/admin/imports/']").first().click();
      await page.waitForURL(/imports/);
      await look(page, `admin-import-${tag}`);
      await page.locator("a[href*='/rows/people']").click();
      await page.waitForURL(/rows/);
      await look(page, `admin-rows-${tag}`);
      await page.goto(plan.base + "/admin/");
      await page.locator("a[href^='/admin/schools/']").first().click();
      await page.waitForURL(/schools/);
      await look(page, `admin-school-${tag}`);
      await page.goto(plan.base + "/admin/bin");
      await look(page, `admin-bin-${tag}`);
      for (const part of ["people", "people/new", "people/file", "groups", "links", "names", "rights", "log"]) {
        await page.goto(`${plan.base}/admin/${part}`);
        await look(page, `admin-${part.replace("/", "-")}-${tag}`);
      }
      await page.goto(plan.base + "/admin/names");
      await page.locator("button[value=preview]").click();
      await page.locator("#preview").waitFor();
      await look(page, `admin-names-preview-${tag}`);
      await page.goto(plan.base + "/admin/people");
      await page.locator("main select[name=kind]").selectOption("pupil");
      await page.locator("main form[role=search] button").click();
      await page.locator("#found").waitFor();
      await look(page, `admin-people-found-${tag}`);
      await page.locator("a[href^='/admin/people/a']").last().click();
      await page.waitForURL(/people\/a/);
      await look(page, `admin-person-${tag}`);
      await page.locator("form[action$='/card'] button").click();
      await page.waitForURL(/sheets/);
      await look(page, `admin-sheet-${tag}`);
      if (width > 320) await onePage(page, 30);
      await page.locator("form[action$='/printed'] button.second").click();
      await page.waitForURL(plan.base + "/admin/");
    });
  }

  // A pupil opens an application: signs in once, by keyboard alone, and lands there.
  await visit("application", { locale: "nl" }, async (page) => {
    await page.goto(plan.application);
    await page.waitForURL(/\/login/);
    await page.waitForFunction(() => document.activeElement?.id === "name");
    await page.keyboard.type(plan.pupil.username);
    await page.keyboard.press("Tab");
    await page.keyboard.type(plan.pupil.password);
    await page.keyboard.press("Enter");
    await page.locator("#who").waitFor();
    found.pages.application = { url: page.url(), text: await page.locator("#who").textContent() };
    await page.goto(plan.base + "/");
    for (let i = 0; i < 6; i += 1) {
      await page.keyboard.press("Tab");
      found.tabs.push(await page.evaluate(() => document.activeElement.className || document.activeElement.tagName));
    }
    await page.locator(".tile").click();
    await page.locator("#who").waitFor();
  });
} catch (e) {
  found.problems.push(String(e.stack || e));
} finally {
  await browser.close();
}
found.hosts = [...new Set(found.hosts)];
console.log(JSON.stringify(found, null, 2));
