import { describe, expect, it } from "vitest";
import { dockerfileLines, lineOf } from "#oci/dockerfile.ts";

describe("a line of the history", () => {
  it.each([
    ["/bin/sh -c #(nop) ADD file:88252a in / ", "ADD file:88252a in /"],
    ['/bin/sh -c #(nop)  CMD ["bash"]', 'CMD ["bash"]'],
    ["/bin/sh -c apt-get update", "RUN apt-get update"],
    ["|1 VERSION=3 /bin/sh -c make install", "RUN make install"],
    ["RUN /bin/sh -c apk add curl # buildkit", "RUN apk add curl"],
    ["RUN |2 A=1 B=2 /bin/sh -c echo $A # buildkit", "RUN echo $A"],
    ["COPY . /app # buildkit", "COPY . /app"],
    ['ENTRYPOINT ["/app"]', 'ENTRYPOINT ["/app"]'],
    ["cmd /S /C #(nop) WORKDIR C:\\app", "WORKDIR C:\\app"],
    ["cmd /S /C dir", "RUN dir"],
    ["/bin/sh -c a &&\n  b", "RUN a &&\n  b"],
    ["bazel build ...", "bazel build ..."],
    ["", ""],
  ])("%j stood in the Dockerfile as %j", (createdBy, line) => {
    expect(lineOf(createdBy)).toBe(line);
  });

  it.each([" ", "|1 ", "/bin/sh -c", "#"])("of many %j takes no time", (piece) => {
    const beganMs = performance.now();
    lineOf(piece.repeat(32_768 / piece.length));
    lineOf(`|1 ${piece.repeat(32_000 / piece.length)}`);
    expect(performance.now() - beganMs).toBeLessThan(200);
  });
});

describe("the lines of an image", () => {
  const layer = (name: string) => ({ digest: `sha256:${name}`, mediaType: "layer", sizeBytes: 1, urls: [] });
  const step = (createdBy: string, isEmpty = false) => ({ createdBy, isEmpty });
  const short = (lines: ReturnType<typeof dockerfileLines>) =>
    lines.map(({ line, layer }) => [line, layer?.digest ?? ""]);

  it("stand beside the layers that they made", () => {
    const lines = dockerfileLines([step("A"), step("B", true), step("C")], [layer("a"), layer("c")]);
    expect(short(lines)).toEqual([
      ["A", "sha256:a"],
      ["B", ""],
      ["C", "sha256:c"],
    ]);
  });

  it("are as many as the layers where there is no history", () => {
    expect(short(dockerfileLines([], [layer("a"), layer("b")]))).toEqual([
      ["", "sha256:a"],
      ["", "sha256:b"],
    ]);
  });

  it("are empty where the history names more layers than there are", () => {
    expect(short(dockerfileLines([step("A"), step("B")], [layer("a")]))).toEqual([
      ["A", "sha256:a"],
      ["B", ""],
    ]);
  });

  it("are cut off where they are too many or too long", () => {
    expect(dockerfileLines(Array(2000).fill(step("A", true)), []).length).toBe(1000);
    const long = dockerfileLines(Array(100).fill(step("x".repeat(10_000), true)), []);
    expect(JSON.stringify(long).length).toBeLessThan(132_000);
    expect(long.length).toBeGreaterThan(10);
  });
});
