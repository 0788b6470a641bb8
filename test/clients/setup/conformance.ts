// Runs the conformance suite of the OCI distribution specification, all four of its workflows, and counts its checks.
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { password, user } from "./berth.ts";
import type { Box } from "./box.ts";
import { toolsBin } from "./tools.ts";

export interface Checks {
  passed: number;
  failed: number;
  skipped: number;
}

/** Of 79 checks four ask for what a registry may leave out, or for the other of two allowed behaviours. */
export const leastPassed = 75;

export async function runConformance(host: string, box: Box): Promise<Checks> {
  const report = join(box.folder, "report");
  mkdirSync(report);
  const workflows = ["TEST_PULL", "TEST_PUSH", "TEST_CONTENT_DISCOVERY", "TEST_CONTENT_MANAGEMENT"];
  const env = {
    OCI_ROOT_URL: `http://${host}`,
    OCI_NAMESPACE: "oci/suite",
    OCI_CROSSMOUNT_NAMESPACE: "oci/mounted",
    OCI_USERNAME: user,
    OCI_PASSWORD: password,
    OCI_AUTOMATIC_CROSSMOUNT: "1",
    OCI_REPORT_DIR: report,
    ...Object.fromEntries(workflows.map((name) => [`OCI_${name}`, "1"])),
  };
  await box.run(join(toolsBin, "conformance"), { env });
  return countOf(readFileSync(join(report, "junit.xml"), "utf8"));
}

/** Counts the checks of a JUnit report; entries in brackets, such as [ReportAfterSuite], are the suite's own business. */
function countOf(junit: string): Checks {
  const statuses = [...junit.matchAll(/<testcase name="\[It\][^"]*"[^>]*status="(\w+)"/g)].map(([, status]) => status);
  const of = (...wanted: string[]) => statuses.filter((status) => wanted.includes(status as string)).length;
  const [passed, skipped] = [of("passed"), of("skipped", "pending")];
  return { passed, skipped, failed: statuses.length - passed - skipped };
}
