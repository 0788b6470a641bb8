// Ways through the operations: the list of groups, the field that finds, and keys.
import { byId, make } from "./dom.js";
import { finder } from "./find.js";

const search = byId("search", HTMLInputElement);
const found = byId("found", HTMLParagraphElement);
const operations = byId("operations", HTMLDivElement);

/**
 * @typedef {{ words: (string | undefined)[], tags: string[] }} Entry
 * @typedef {import("./documents.js").Document} Document
 */

/**
 * @param {Document} spec
 * @returns {Entry[]}
 */
function entriesOf(spec) {
  return Object.entries(spec.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { summary, tags = [] }]) => ({
      words: [method, path, summary, ...tags],
      tags,
    })),
  );
}

/** @param {Document} spec */
export function showGroups(spec) {
  const entries = entriesOf(spec);
  const links = spec.tags.map(({ name }) => {
    const count = entries.filter(({ tags }) => tags.includes(name)).length;
    const inside = [make("span", { className: "group" }, name), make("span", { className: "count" }, String(count))];
    const link = make("a", { href: `#/${encodeURIComponent(name)}`, onclick: (event) => goTo(event, name) }, ...inside);
    return make("li", {}, link);
  });
  byId("groups", HTMLElement).replaceChildren(make("ul", {}, ...links));
}

/**
 * @param {Event} event
 * @param {string} name
 */
function goTo(event, name) {
  event.preventDefault();
  const heading = [...operations.querySelectorAll("[data-tag]")].find((tag) => tag.getAttribute("data-tag") === name);
  const button = /** @type {HTMLElement | null | undefined} */ (heading?.querySelector("button"));
  if (heading?.getAttribute("data-is-open") === "false") button?.click();
  heading?.scrollIntoView({ block: "start" });
  button?.focus({ preventScroll: true });
}

/**
 * @param {Document} spec
 * @param {(text: string) => void} filter
 */
export function startFinding(spec, filter) {
  const entries = entriesOf(spec);
  const show = () => {
    const text = search.value.trim();
    filter(text);
    const isFound = finder(text);
    tellCount(text, entries.filter(({ words }) => isFound(words)).length);
  };
  search.addEventListener("input", show);
  search.addEventListener("keydown", (event) => {
    if (event.key === "Escape") search.value = "";
    else if (event.key === "Enter" || event.key === "ArrowDown") firstOperation()?.focus();
    else return;
    event.preventDefault();
    show();
  });
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    search.focus();
    search.select();
  });
  show();
}

function firstOperation() {
  return /** @type {HTMLElement | null} */ (operations.querySelector(".opblock-summary-control"));
}

/**
 * @param {string} text
 * @param {number} count
 */
function tellCount(text, count) {
  const words = count === 1 ? "1 operation" : `${count} operations`;
  const nothing = `No operation has “${text}” in its path, its summary or its group.`;
  found.textContent = text === "" ? words : count > 0 ? `${words} with “${text}”` : nothing;
}
