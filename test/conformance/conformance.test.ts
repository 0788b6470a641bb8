// The conformance suite of the OCI distribution specification, all four of its workflows.
import { expect, it } from "vitest";
import { leastPassed, runConformance } from "#test/clients/setup/conformance.ts";
import { describeBerths } from "#test/clients/setup/matrix.ts";

describeBerths("conformance", (stage) => {
  it(`passes ${leastPassed} checks and fails none`, async () => {
    const counts = await runConformance(stage.host, stage.box);
    console.log(`conformance: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
    expect(counts.failed).toBe(0);
    expect(counts.passed).toBeGreaterThanOrEqual(leastPassed);
  });
});
