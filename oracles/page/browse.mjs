// Looks at the page of `flux graph --html` in a real Chromium, over its pipe for debuggers:
//   node browse.mjs CHROMIUM PAGE INJECTED [SCREENSHOTS]
// PAGE is that of crates/flux/tests/graph/home.yaml, INJECTED that of injected.yaml beside it.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [program, page, injected, screenshots] = process.argv.slice(2);
const profile = mkdtempSync(join(tmpdir(), "ichor-page-"));
const browser = spawn(program, [
  "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-pipe",
  `--user-data-dir=${profile}`, "--window-size=1300,1000", "about:blank",
], { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
const waiting = new Map();
const events = [];
let [number, rest] = [0, ""];
browser.stdio[4].on("data", (chunk) => {
  const parts = (rest + chunk).split("\0");
  rest = parts.pop();
  for (const part of parts) {
    const message = JSON.parse(part);
    if (message.id) {
      const { done, failed } = waiting.get(message.id);
      if (message.error) failed(new Error(message.error.message));
      else done(message.result);
    } else events.push(message);
  }
});
let session;
function call(method, params = {}) {
  const id = ++number;
  browser.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId: session })}\0`);
  return new Promise((done, failed) => waiting.set(id, { done, failed }));
}
async function ask(expression) {
  const { result, exceptionDetails } = await call("Runtime.evaluate", { expression, returnByValue: true, awaitPromise: true });
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description || exceptionDetails.text);
  return result.value;
}
const pause = (time) => new Promise((done) => setTimeout(done, time));
async function open(path) {
  events.length = 0;
  await call("Page.navigate", { url: pathToFileURL(resolve(path)).href });
  for (let tries = 0; tries < 200 && !events.some((one) => one.method === "Page.loadEventFired"); tries += 1) await pause(25);
  await pause(100);
}
async function press(key) {
  const text = key.length === 1 ? key : key === "Enter" ? "\r" : undefined;
  const codes = { Enter: 13, Escape: 27, ArrowDown: 40, ArrowUp: 38, Tab: 9 };
  const windowsVirtualKeyCode = codes[key] || key.toUpperCase().charCodeAt(0);
  await call("Input.dispatchKeyEvent", { type: "keyDown", key, text, windowsVirtualKeyCode });
  await call("Input.dispatchKeyEvent", { type: "keyUp", key, windowsVirtualKeyCode });
  await pause(60);
}
async function type(text) {
  for (const one of text) await press(one);
}
async function click(selector) {
  const at = await ask(`(() => { const one = document.querySelector(${JSON.stringify(selector)}); one.scrollIntoView({ block: "center" });
    const box = one.getBoundingClientRect(); return { x: box.x + box.width / 2, y: box.y + box.height / 2 }; })()`);
  for (const kind of ["mousePressed", "mouseReleased"]) {
    await call("Input.dispatchMouseEvent", { type: kind, ...at, button: "left", clickCount: 1 });
  }
  await pause(80);
}
async function picture(name) {
  if (!screenshots) return;
  const { data } = await call("Page.captureScreenshot", { format: "png" });
  writeFileSync(join(screenshots, `${name}.png`), Buffer.from(data, "base64"));
}
let checks = 0;
function same(what, is, wanted) {
  checks += 1;
  if (JSON.stringify(is) !== JSON.stringify(wanted)) {
    throw new Error(`${what}: ${JSON.stringify(is)} instead of ${JSON.stringify(wanted)}`);
  }
}
const listed = () => ask(`[...document.querySelectorAll("#applications button > span:first-child")].map((one) => one.firstChild.data)`);
const heading = () => ask(`document.querySelector("#application:not([hidden]) h2")?.textContent ?? ""`);
const focused = () => ask(`document.activeElement.id || document.activeElement.tagName`);
const outside = () => events.filter((one) => one.method === "Network.requestWillBeSent" && !/^(file|data):/.test(one.params.request.url)).length;
const complaints = () => events.filter((one) => ["Log.entryAdded", "Runtime.exceptionThrown", "Page.javascriptDialogOpening"].includes(one.method))
  .map((one) => one.params.entry?.text || one.method);

async function look() {
  const { targetId } = await call("Target.createTarget", { url: "about:blank" });
  session = (await call("Target.attachToTarget", { targetId, flatten: true })).sessionId;
  for (const domain of ["Page", "Runtime", "Network", "Log", "Accessibility"]) await call(`${domain}.enable`);

  await open(page);
  same("applications", await listed(), ["cluster-apps", "cert-manager", "envoy-gateway", "echo", "site"]);
  same("pictures", await ask(`document.querySelectorAll(".picture svg rect").length > 10`), true);
  await picture("overview");

  // By keyboard alone.
  await press("/");
  same("focus after /", await focused(), "search");
  await type("www");
  same("found by a host", await listed(), ["site"]);
  await press("ArrowDown");
  same("focus in the list", await focused(), "BUTTON");
  same("the focus is seen", await ask(`getComputedStyle(document.activeElement).outlineStyle`), "solid");
  await press("Enter");
  same("opened by Enter", await heading(), "site");
  same("the overview is away", await ask(`document.getElementById("overview").hidden`), true);
  same("what it exposes", await ask(`[...document.querySelectorAll("#application table tbody td:first-child")].map((one) => one.textContent)`),
    ["www.example.com", "example.com", "lost.example.com", "10.10.10.240"]);
  same("its findings", await ask(`document.querySelectorAll("#application .findings li").length`), 2);
  await picture("application");
  await press("Escape");
  same("back", [await heading(), await focused(), (await listed()).length], ["", "search", 5]);
  await type("site");
  await press("Enter");
  same("opened from the search", await heading(), "site");
  await press("Escape");

  // By pointer.
  await click("#applications li:nth-child(4) button");
  same("opened by a click", await heading(), "echo");
  same("what it waits for", await ask(`[...document.querySelectorAll("#application section:first-of-type li")].map((one) => one.textContent)`),
    ["envoy-gateway network", "network/gone (missing)"]);
  await click("#application section:nth-of-type(2) a");
  same("what needs it, followed", await heading(), "site");
  await ask("history.back()");
  await pause(100);
  same("the way back", await heading(), "echo");
  await click("#applications li:nth-child(5) button");
  const secret = "#application details:nth-of-type(5)";
  await click(`${secret} summary`);
  same("a Secret", await ask(`document.querySelector("${secret} pre").textContent.match(/<redacted>/g).length`), 3);
  same("nothing of it", await ask(`document.documentElement.outerHTML.includes("canary")`), false);
  await picture("object");

  // In the dark, on paper, read aloud.
  const back = `getComputedStyle(document.body).backgroundColor`;
  const light = await ask(back);
  await call("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: "dark" }] });
  same("dark is another colour", (await ask(back)) === light, false);
  await picture("dark");
  await call("Emulation.setEmulatedMedia", { media: "print", features: [] });
  same("no list on paper", await ask(`getComputedStyle(document.querySelector("nav")).display`), "none");
  await call("Emulation.setEmulatedMedia", { media: "", features: [] });
  const { nodes } = await call("Accessibility.getFullAXTree");
  const roles = ["button", "link", "searchbox", "textbox", "navigation", "image", "region", "DisclosureTriangle"];
  const nameless = nodes.filter((one) => !one.ignored && roles.includes(one.role?.value) && !one.name?.value);
  same("names for screen readers", nameless.map((one) => one.role.value), []);
  await call("Emulation.setDeviceMetricsOverride", { width: 390, height: 800, deviceScaleFactor: 1, mobile: true });
  same("no scrolling sideways on a phone", await ask(`document.documentElement.scrollWidth <= 390`), true);
  await picture("phone");
  await call("Emulation.clearDeviceMetricsOverride");
  same("requests to the outside", outside(), 0);
  same("complaints", complaints(), []);

  // What others wrote is text.
  await open(injected);
  same("title", (await ask(`document.title`)).includes("broken'"), true);
  same("elements", await ask(`document.querySelectorAll("img, main b, #applications script").length`), 0);
  same("names as they are", (await listed())[0], "</script><script>document.title='broken'</script>");
  for (const index of [1, 2]) {
    await click(`#applications li:nth-child(${index}) button`);
    for (const fill of await ask(`[...document.querySelectorAll("#application details")].map((one, at) => { one.open = true; return at; })`)) void fill;
    await pause(100);
    same("an application of it", await ask(`document.querySelectorAll("main img, main b, main iframe, main script").length`), 0);
  }
  await picture("injected");
  same("requests of it", outside(), 0);
  same("complaints of it", complaints(), []);
}

let failed = false;
try {
  await Promise.race([look(), pause(60_000).then(() => { throw new Error("it takes longer than a minute"); })]);
  console.log(`${checks} checks of the page`);
} catch (error) {
  failed = true;
  console.error(String(error.message));
}
browser.kill("SIGKILL");
await pause(200);
rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
process.exit(failed ? 1 : 0);
