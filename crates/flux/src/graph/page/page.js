
"use strict";
// Names come from a repository: they are only ever text, never HTML.
const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const [search, list, count] = [byId("search"), byId("applications"), byId("count")];
const [article, overview] = [byId("application"), byId("overview")];

function element(name, options, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(options || {})) {
    if (value !== undefined && value !== null) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

const plural = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;
const worst = (findings) => ["error", "warning", "note"].find((severity) => findings.some((one) => one.severity === severity));

function link(index) {
  const app = data.applications[index];
  return element("a", { href: `#${index}` }, app.name, element("span", { class: "quiet" }, ` ${app.namespace}`));
}

function items(title, entries) {
  if (!entries.length) return null;
  return element("section", null, element("h3", null, title),
    element("ul", null, ...entries.map((entry) => element("li", null, entry))));
}

function table(title, head, rows) {
  if (!rows.length) return null;
  const cells = (name, row) => element("tr", null, ...row.map((cell) => element(name, name === "th" ? { scope: "col" } : null, cell)));
  return element("section", null, element("h3", null, title),
    element("table", null, element("thead", null, cells("th", head)), element("tbody", null, ...rows.map((row) => cells("td", row)))));
}

// What stands in backticks is code.
function prose(text, options) {
  const parts = text.split("`");
  const isWhole = parts.length % 2 === 1;
  return element("p", options, ...(isWhole ? parts.map((part, at) => (at % 2 ? element("code", null, part) : part)) : [text]));
}

function findings(all) {
  return element("ul", { class: "findings" }, ...all.map((one) => element("li", { class: one.severity },
    element("strong", null, one.severity), " ", element("code", null, one.rule),
    prose(one.message),
    one.hint ? prose(one.hint, { class: "quiet" }) : null,
    one.place ? element("p", { class: "quiet" }, element("code", null, one.place)) : null)));
}

function show(index) {
  const app = data.applications[index];
  const heading = element("h2", { tabindex: "-1" }, app.name);
  const needed = data.applications.flatMap((other, at) => (other.waits.some((one) => one.application === index) ? [link(at)] : []));
  const waits = app.waits.map((one) => (one.application === null ? `${one.name} (missing)` : link(one.application)));
  article.replaceChildren(...[
    heading,
    element("p", { class: "quiet" }, `Kustomization in namespace ${app.namespace}`, app.path ? `, from ${app.path}` : "", app.state === "known" ? "" : ` (${app.state})`),
    items("Waits for", waits),
    items("Needed by", needed),
    items("Applied by", app.parent === null ? [] : [link(app.parent)]),
    items("Applies", app.children.map(link)),
    table("Charts", ["Release", "Chart", "Source"], app.releases.map((one) => [one.name, one.chart, one.source])),
    items("Reads", app.reads),
    table("Reached at", ["Host", "Through", "Answers"], app.hosts.map((one) => [one.host, one.through, one.answers])),
    table("Addresses", ["Address", "Of"], app.addresses.map((one) => [one.address, one.of])),
    items("Images", app.images),
    app.findings.length ? element("section", null, element("h3", null, "Findings"), findings(app.findings)) : null,
    app.objects.length ? element("section", null, element("h3", null, plural(app.objects.length, "object")),
      ...app.objects.map((one) => {
        const details = element("details", null, element("summary", null, element("strong", null, one.kind), ` ${one.name}`));
        const fill = () => { if (details.childElementCount === 1) details.append(element("pre", { tabindex: "0" }, one.yaml)); };
        details.addEventListener("toggle", fill);
        details.fill = fill;
        return details;
      })) : null,
  ].filter(Boolean));
  article.hidden = false;
  overview.hidden = true;
  for (const button of list.querySelectorAll("button")) {
    if (button.dataset.index === String(index)) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
  document.title = `${app.name} - ${data.title}`;
  return heading;
}

function home() {
  article.hidden = true;
  overview.hidden = false;
  list.querySelectorAll("[aria-current]").forEach((button) => button.removeAttribute("aria-current"));
  document.title = data.title;
}

function route() {
  const at = location.hash.slice(1);
  const index = /^\d+$/.test(at) ? Number(at) : -1;
  if (data.applications[index]) {
    show(index).focus();
    window.scrollTo(0, 0);
  } else if (at !== "main") home();
}

const texts = data.applications.map((app) => [app.name, app.namespace, app.path,
  ...app.hosts.map((one) => one.host), ...app.addresses.map((one) => one.address), ...app.images,
  ...app.objects.map((one) => `${one.kind} ${one.name}`)].join("\n").toLowerCase());

function fill() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const found = data.applications.map((_, index) => index).filter((index) => words.every((word) => texts[index].includes(word)));
  const first = words[0] || "";
  const rank = (index) => (data.applications[index].name.toLowerCase().includes(first) ? 0 : 1);
  found.sort((one, other) => rank(one) - rank(other) || one - other);
  list.replaceChildren(...found.map((index) => {
    const app = data.applications[index];
    const severity = worst(app.findings);
    const badge = severity ? element("span", { class: `badge ${severity}` }, plural(app.findings.length, "finding")) : null;
    const name = element("span", null, app.name, " ", element("span", { class: "quiet" }, app.namespace));
    const button = element("button", { type: "button", "data-index": index }, name, badge);
    if (location.hash === `#${index}`) button.setAttribute("aria-current", "true");
    button.addEventListener("click", () => { location.hash = `#${index}`; route(); });
    return element("li", null, button);
  }));
  count.textContent = plural(found.length, "application");
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const buttons = [...list.querySelectorAll("button")];
  const at = buttons.indexOf(document.activeElement);
  const isInList = at >= 0 || document.activeElement === search;
  if (event.key === "/" && document.activeElement !== search) {
    search.focus();
    search.select();
  } else if (event.key === "Escape") {
    search.value = "";
    fill();
    history.replaceState(null, "", "#");
    home();
    search.focus();
  } else if (event.key === "ArrowDown" && isInList) {
    (buttons[at + 1] || buttons[at] || search).focus();
  } else if (event.key === "ArrowUp" && isInList) {
    (at > 0 ? buttons[at - 1] : search).focus();
  } else if (event.key === "Enter" && document.activeElement === search && buttons.length) {
    buttons[0].click();
  } else return;
  event.preventDefault();
});

search.addEventListener("input", fill);
window.addEventListener("hashchange", route);
window.addEventListener("beforeprint", () => {
  for (const details of article.querySelectorAll("details")) {
    details.fill();
    details.open = true;
  }
});

byId("summary").textContent = [plural(data.applications.length, "Kustomization"), plural(data.counts.releases, "HelmRelease"),
  plural(data.counts.objects, "object"), plural(data.counts.findings, "finding")].join(", ");
if (data.findings.length) {
  const problems = byId("problems");
  problems.hidden = false;
  problems.append(findings(data.findings));
}
fill();
route();
