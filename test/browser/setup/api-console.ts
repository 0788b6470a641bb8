// The API console as a person uses it.
import type { Locator, Page } from "playwright-core";

export async function logIn(page: Page, name: string, password: string): Promise<void> {
  await page.getByRole("button", { name: "Log in" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByLabel("Password").fill(password);
  await page.keyboard.press("Enter");
}

/** Waits until the page says who asks; null for nobody. */
export async function seesWho(page: Page, name: string | null): Promise<void> {
  if (name === null) await page.getByRole("banner").getByRole("button", { name: "Log in" }).waitFor();
  else await page.locator(".person", { hasText: name }).waitFor();
}

/** Finds one operation and opens it. @param path with its base */
export async function openOperation(page: Page, method: string, path: string): Promise<Locator> {
  await page.getByRole("searchbox").fill(`${method} ${path}`);
  const operation = page.locator(`.opblock-${method.toLowerCase()}`, { has: page.locator(`[data-path="${path}"]`) });
  const control = operation.locator(".opblock-summary-control");
  if ((await control.getAttribute("aria-expanded")) === "false") await control.click();
  return operation;
}

/** Sends what was filled in. @returns the answer as the page shows it */
export async function execute(operation: Locator): Promise<{ status: string; body: string }> {
  await operation.getByRole("button", { name: "Execute" }).click();
  const answer = operation.locator(".live-responses-table tbody tr.response");
  await answer.waitFor();
  const body = answer.locator(".highlight-code pre");
  return {
    status: (await answer.locator(".response-col_status").textContent())?.trim() ?? "",
    body: (await body.count()) > 0 ? ((await body.first().textContent()) ?? "") : "",
  };
}

/** All that the browser keeps for the page's origin beside cookies, as one text. */
export function kept(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const databases = await indexedDB.databases();
    return JSON.stringify({ ...localStorage, ...sessionStorage, databases });
  });
}
