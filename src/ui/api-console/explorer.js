// Shows the operations by Swagger UI, which sends what is tried as whoever is logged in.
import { byId } from "./dom.js";
import { berthPlugin } from "./plugin.js";
import { credentialsFor, lookAgain } from "./session.js";

/** @typedef {{ method: string, headers: Record<string, string>, credentials?: RequestCredentials, loadSpec?: boolean }} Sent */

/**
 * @param {import("./documents.js").Document} spec
 * @returns {{ filter(text: string): void }}
 */
export function showOperations(spec) {
  const place = byId("operations", HTMLDivElement);
  const ui = SwaggerUIBundle({
    spec,
    domNode: place,
    plugins: [berthPlugin],
    layout: "BerthLayout",
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: -1,
    defaultModelExpandDepth: 2,
    displayRequestDuration: true,
    tryItOutEnabled: true,
    persistAuthorization: false,
    validatorUrl: null,
    // What it shows as a command for curl is without our credentials.
    showMutatedRequest: false,
    requestInterceptor: (/** @type {Sent} */ request) => {
      const { headers, credentials } = credentialsFor(request.method);
      return Object.assign(request, { headers: { ...request.headers, ...headers }, credentials });
    },
    responseInterceptor: (/** @type {{ status: number }} */ response) => {
      if (response.status === 401) void lookAgain();
      return response;
    },
  });
  new MutationObserver(() => nameFields(place)).observe(place, { childList: true, subtree: true });
  return { filter: (text) => ui.layoutActions.updateFilter(text === "" ? true : text) };
}

/**
 * Fields of parameters are named by the cell beside them, which a screen reader does not know.
 * @param {HTMLElement} place
 */
function nameFields(place) {
  for (const field of place.querySelectorAll("tr[data-param-name] :is(input, select, textarea):not([aria-label])"))
    field.setAttribute("aria-label", field.closest("tr")?.dataset.paramName ?? "");
  for (const body of place.querySelectorAll("textarea.body-param__text:not([aria-label])"))
    body.setAttribute("aria-label", "Request body");
  // What scrolls is reached by the keyboard, too.
  for (const text of place.querySelectorAll("pre:not([tabindex])")) text.setAttribute("tabindex", "0");
}
