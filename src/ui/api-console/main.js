// Starts the API console.

import { readDocuments } from "./documents.js";
import { byId, make } from "./dom.js";
import { showOperations } from "./explorer.js";
import { showLogin } from "./login.js";
import { showGroups, startFinding } from "./navigation.js";
import { lookAgain } from "./session.js";

function showTheme() {
  const root = document.documentElement.classList;
  const button = byId("theme", HTMLButtonElement);
  const tell = () => button.setAttribute("aria-pressed", String(root.contains("dark-mode")));
  button.addEventListener("click", () => {
    localStorage.setItem("berth-theme", root.toggle("dark-mode") ? "dark" : "light");
    tell();
  });
  tell();
}

async function start() {
  const found = byId("found", HTMLParagraphElement);
  try {
    const spec = await readDocuments();
    byId("about", HTMLParagraphElement).textContent = spec.info.description ?? "";
    showGroups(spec);
    const { filter } = showOperations(spec);
    startFinding(spec, filter);
  } catch (error) {
    const again = make("button", { type: "button", className: "link", onclick: () => void start() }, "Try again");
    found.replaceChildren(`What this server can do could not be read: ${String(error)}. `, again);
  }
}

showTheme();
showLogin();
void lookAgain().catch(() => {});
// Another page of the browser may have logged in or out meanwhile.
window.addEventListener("focus", () => void lookAgain().catch(() => {}));
void start();
