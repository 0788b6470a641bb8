// The conformance suite of the OCI distribution specification, all four of its workflows.
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { password, user } from "#test/clients/setup/berth.ts";
import { describeBerths } from "#test/clients/setup/matrix.ts";
import { toolsBin } from "#test/clients/setup/tools.ts";

// Of 79 checks five ask for what a registry may leave out, or for the other of two allowed behaviours.
const leastPassed = 75;

describeBerths("conformance", (stage) => {
  it(`passes ${leastPassed} checks and fails none`, async () => {
    const { host, box } = stage;
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
    const counts = countOf(readFileSync(join(report, "junit.xml"), "utf8"));
    console.log(`conformance: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
    expect(counts.failed).toBe(0);
    expect(counts.passed).toBeGreaterThanOrEqual(leastPassed);
  });
});

/** Counts the checks of a JUnit report; entries in brackets, such as [ReportAfterSuite], are the suite's own business. */
function countOf(junit: string): { passed: number; failed: number; skipped: number } {
  const statuses = [...junit.matchAll(/<testcase name="\[It\][^"]*"[^>]*status="(\w+)"/g)].map(([, status]) => status);
  const of = (...wanted: string[]) => statuses.filter((status) => wanted.includes(status as string)).length;
  const [passed, skipped] = [of("passed"), of("skipped", "pending")];
  return { passed, skipped, failed: statuses.length - passed - skipped };
}
