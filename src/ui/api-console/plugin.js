// What Berth changes in Swagger UI: only the operations are shown, finding looks at paths and summaries, and what is wrong with its
// markup for keyboards and screen readers is mended.
import { finder } from "./find.js";

/**
 * @typedef {(type: unknown, props: object | null, ...children: unknown[]) => unknown} CreateElement
 * @typedef {{ React: { createElement: CreateElement }, getComponent: (name: string, container?: boolean) => unknown }} System
 * @typedef {{ get(key: string): any, getIn(keys: string[]): any }} ImmutableMap
 */

/** @param {System} system */
export function berthPlugin({ React, getComponent }) {
  const h = React.createElement;
  return {
    components: {
      BerthLayout: () => h("div", { className: "swagger-ui" }, h(getComponent("operations", true), null)),
      // A link within a button is reached by no keyboard. The address of an operation is in the location once it is open.
      DeepLink: (/** @type {{ text: unknown }} */ { text }) => h("span", null, text),
      authorizeBtn: () => null,
      authorizeOperationBtn: () => null,
      // A second button that does what the operation's own does.
      OperationServers: () => null,
    },
    fn: { opsFilter },
    statePlugins: { spec: { wrapActions: { requestResolvedSubtree: onlyOperations } } },
  };
}

/**
 * At the start Swagger UI would read the whole document once more for what it shows of credentials, which is nothing here.
 * @param {(path: string[]) => unknown} resolve
 */
function onlyOperations(resolve) {
  return (/** @type {string[]} */ path) => (path[0] === "paths" ? resolve(path) : undefined);
}

/**
 * The groups of operations in which a text occurs.
 * @param {any} groups Immutable.js' map of groups, by tag
 * @param {string} phrase
 */
function opsFilter(groups, phrase) {
  const isFound = finder(phrase);
  /** @type {(operation: ImmutableMap, tag: string) => boolean} */
  const fits = (operation, tag) =>
    isFound([operation.get("method"), operation.get("path"), operation.getIn(["operation", "summary"]), tag]);
  return groups
    .map((/** @type {any} */ group, /** @type {string} */ tag) =>
      group.set(
        "operations",
        group.get("operations").filter((/** @type {ImmutableMap} */ operation) => fits(operation, tag)),
      ),
    )
    .filter((/** @type {any} */ group) => group.get("operations").size > 0);
}
