// Who is logged in, in the bar at the top; the form that logs in; the button that logs out.
import { byId, make } from "./dom.js";
import { logIn, logOut, onPerson, Refused, takesCookies, useToken } from "./session.js";

const dialog = byId("login", HTMLDialogElement);
const passwordFields = byId("by-password", HTMLFieldSetElement);
const tokenFields = byId("by-token", HTMLFieldSetElement);
const problem = byId("login-error", HTMLParagraphElement);
const other = byId("login-other", HTMLButtonElement);
const go = byId("login-go", HTMLButtonElement);
const code = byId("login-code", HTMLLabelElement);
const form = /** @type {HTMLFormElement} */ (dialog.querySelector("form"));

export function showLogin() {
  const why = byId("login-why", HTMLParagraphElement);
  why.hidden = takesCookies;
  why.textContent =
    "This page came over plain http from another machine, where a password or a session could be read on the way: " +
    "the server begins sessions over https alone. A token can be read on the way as well: use one that may do little.";
  other.hidden = !takesCookies;
  other.addEventListener("click", () => choose(tokenFields.hidden === true));
  byId("login-cancel", HTMLButtonElement).addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", forget);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void submit();
  });
  onPerson((person) => {
    const inside = person
      ? [
          make("span", { className: "person", title: person.isAdmin ? "system admin" : "user" }, person.name),
          make("span", { className: "how" }, person.by === "token" ? "by token" : person.isAdmin ? "admin" : ""),
          make("button", { type: "button", className: "quiet", onclick: () => void leave() }, "Log out"),
        ]
      : [make("button", { type: "button", className: "primary", onclick: open }, "Log in")];
    byId("who", HTMLDivElement).replaceChildren(...inside);
  });
}

function open() {
  choose(!takesCookies);
  dialog.showModal();
  first().focus();
}

/** @param {boolean} byToken */
function choose(byToken) {
  tokenFields.hidden = !byToken;
  passwordFields.hidden = byToken;
  other.textContent = byToken ? "Use a password" : "Use an access token";
  problem.textContent = "";
  if (dialog.open) first().focus();
}

function first() {
  return field(tokenFields.hidden ? "username" : "token");
}

/** @param {string} name */
function field(name) {
  return /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
}

async function submit() {
  go.disabled = true;
  problem.textContent = "";
  try {
    if (tokenFields.hidden) await logIn(field("username").value, field("password").value, field("code").value.trim());
    else await useToken(field("token").value.trim());
    dialog.close();
  } catch (error) {
    tell(error);
  } finally {
    go.disabled = false;
  }
}

/** @param {unknown} error */
function tell(error) {
  problem.textContent = error instanceof Refused ? error.message : `The server does not answer: ${error}`;
  if (!(error instanceof Refused) || !error.code.startsWith("SECOND_FACTOR")) return first().select();
  code.hidden = false;
  field("code").select();
}

/** Nothing that was typed stays in the page. */
function forget() {
  form.reset();
  code.hidden = true;
  problem.textContent = "";
}

async function leave() {
  try {
    await logOut();
  } catch (error) {
    open();
    tell(error);
  }
}
