// Chromium as Debian has it, and what a page of ours did in it that it must not: asked elsewhere, broke its policy, wrote an error.
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** Where no browser of this run finds anything: the name stands for this machine, and to the browser for another. */
export const elsewhere = "registry.test";

export function startChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", `--host-resolver-rules=MAP ${elsewhere} 127.0.0.1`],
  });
}

export interface Watched {
  page: Page;
  /** What went wrong so far; a refused request is no fault of the page. */
  faults(): string[];
}

/** A new page in a browser that has no cookies yet. */
export async function openPage(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const page = await (await browser.newContext(options)).newPage();
  const faults: string[] = [];
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith("data:")) faults.push(`it asked ${url}`);
  });
  page.on("pageerror", (error) => faults.push(error.stack ?? error.message));
  page.on("console", (message) => {
    const isRefusal = message.text().startsWith("Failed to load resource");
    if (message.type() === "error" && !isRefusal) faults.push(message.text());
  });
  return { page, faults: () => faults };
}

/** What axe finds wrong with the page as it is, a line for each. */
export async function accessFaults(page: Page): Promise<string[]> {
  // Its look at style sheets that others import would break the page's policy.
  const { violations } = await new AxeBuilder({ page }).options({ preload: false }).analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}
