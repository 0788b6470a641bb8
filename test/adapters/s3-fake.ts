// A bucket in memory behind the store's transport, which fails on demand: for what real servers cannot be made to do.
import { createHash } from "node:crypto";
import type { Transport } from "#adapters/blob-store/s3/client.ts";
import type { S3Place } from "#adapters/blob-store/s3/place.ts";
import type { S3Credentials } from "#adapters/blob-store/s3/sign.ts";
import { createS3BlobStore } from "#adapters/blob-store/s3.ts";
import type { BlobStore } from "#ports/blob-store.ts";

interface FakeObject {
  bytes: Uint8Array<ArrayBuffer>;
  etag: string;
  mark: string | null;
}

/** One request as the fake sees it. */
export interface FakeRequest {
  method: string;
  url: URL;
  /** Without the bucket; empty for the bucket itself. */
  name: string;
  query: URLSearchParams;
  headers: Headers;
  body: Uint8Array<ArrayBuffer>;
}

/** What goes wrong with a request: an answer instead of the true one, or made from the true one; null for nothing. */
export type Fault = (request: FakeRequest, answer: () => Response) => Response | Promise<Response> | null;

export interface FakeBucket {
  transport: Transport;
  /** Requests in order: `PUT a?partNumber=1`. */
  log: string[];
  objects: Map<string, FakeObject>;
  uploads: Map<string, { name: string; mark: string | null; parts: Map<number, FakeObject> }>;
  /** Tried on every request, in turn. */
  faults: Fault[];
  open(options?: {
    place?: Partial<S3Place>;
    budgetBytes?: number;
    credentials?: (stale?: S3Credentials) => Promise<S3Credentials>;
  }): Promise<BlobStore>;
}

export const keys = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "sEcReT", sessionToken: null };

/** An S3 error document. */
export function refuse(status: number, code: string, more = ""): Response {
  return new Response(`<?xml version="1.0"?>\n<Error><Code>${code}</Code>${more}</Error>`, { status });
}

/** Lets a fault happen so many times. */
export function times(count: number, fault: Fault): Fault {
  let left = count;
  return (request, answer) => {
    const result = left > 0 ? fault(request, answer) : null;
    if (result !== null) left--;
    return result;
  };
}

export function createFakeBucket(): FakeBucket {
  const fake: FakeBucket = {
    log: [],
    objects: new Map(),
    uploads: new Map(),
    faults: [],
    async transport(url, init) {
      const request = requestOf(url, init);
      fake.log.push(`${init.method} ${request.name}?${request.query}`);
      init.signal.throwIfAborted();
      const answer = () => serve(fake, request);
      for (const fault of fake.faults) {
        const faulty = fault(request, answer);
        if (faulty !== null) return Promise.race([faulty, aborted(init.signal)]);
      }
      return answer();
    },
    open: ({ place = {}, budgetBytes = 128 * 2 ** 20, credentials = async () => keys } = {}) =>
      createS3BlobStore({
        place: {
          bucket: "bucket",
          prefix: "",
          region: "us-east-1",
          endpoint: "https://s3.example.com",
          style: "path",
          encryption: null,
          kmsKey: null,
          storageClass: null,
          ...place,
        },
        credentials,
        transport: fake.transport,
        startHash,
        budgetBytes,
      }),
  };
  return fake;
}

function startHash() {
  const hash = createHash("sha256");
  return { update: (bytes: Uint8Array) => void hash.update(bytes), digest: () => hash.digest("hex") };
}

function requestOf(address: string, { method, headers, body }: Parameters<Transport>[1]): FakeRequest {
  const url = new URL(address);
  const inHost = url.hostname.startsWith("bucket.");
  const name = inHost ? url.pathname.slice(1) : url.pathname.replace(/^\/bucket\/?/, "");
  return { method, url, name, query: url.searchParams, headers, body: body ?? new Uint8Array() };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
}

function serve(fake: FakeBucket, request: FakeRequest): Response {
  const { method, name, query } = request;
  const hash = request.headers.get("x-amz-content-sha256");
  if (hash !== "UNSIGNED-PAYLOAD" && hash !== createHash("sha256").update(request.body).digest("hex"))
    return refuse(400, "XAmzContentSHA256Mismatch");
  if (name === "") return query.has("uploads") ? listUploads(fake, query) : listObjects(fake, query);
  if (query.has("uploads")) return begin(fake, request);
  const uploadId = query.get("uploadId");
  if (uploadId !== null) return serveUpload(fake, request, uploadId);
  const known = fake.objects.get(name);
  if (method === "PUT") return put(fake, request, known);
  if (method === "DELETE") {
    fake.objects.delete(name);
    return new Response(null, { status: 204 });
  }
  return known ? read(request, known) : refuse(404, "NoSuchKey");
}

function conditionFails({ headers }: FakeRequest, known: FakeObject | undefined): boolean {
  if (headers.get("if-none-match") === "*" && known) return true;
  const wanted = headers.get("if-match");
  return wanted !== null && wanted !== `"${known?.etag}"`;
}

function put(fake: FakeBucket, request: FakeRequest, known: FakeObject | undefined): Response {
  if (conditionFails(request, known)) return refuse(412, "PreconditionFailed");
  const object = objectOf(request.body.slice(), request.headers.get("x-amz-meta-berth-writer"));
  fake.objects.set(request.name, object);
  return new Response(null, { headers: { etag: `"${object.etag}"` } });
}

function read({ method, headers }: FakeRequest, { bytes, etag, mark }: FakeObject): Response {
  const wanted = headers.get("if-match");
  if (wanted !== null && wanted !== `"${etag}"`) return refuse(412, "PreconditionFailed");
  const more = { etag: `"${etag}"`, ...(mark ? { "x-amz-meta-berth-writer": mark } : {}) };
  if (method === "HEAD")
    return new Response(null, { headers: { ...more, "content-length": String(bytes.byteLength) } });
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers.get("range") ?? "") ?? [];
  const start = Number(from);
  if (start >= bytes.byteLength) return refuse(416, "InvalidRange");
  const end = Math.min(Number(to), bytes.byteLength - 1);
  const range = `bytes ${start}-${end}/${bytes.byteLength}`;
  return new Response(bytes.slice(start, end + 1), { status: 206, headers: { ...more, "content-range": range } });
}

function begin(fake: FakeBucket, { name, headers }: FakeRequest): Response {
  const id = `upload-${fake.uploads.size + fake.log.length}`;
  fake.uploads.set(id, { name, mark: headers.get("x-amz-meta-berth-writer"), parts: new Map() });
  return new Response(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
}

function serveUpload(fake: FakeBucket, request: FakeRequest, id: string): Response {
  const upload = fake.uploads.get(id);
  if (!upload) return refuse(404, "NoSuchUpload");
  if (request.method === "PUT") {
    const part = objectOf(request.body.slice(), null);
    upload.parts.set(Number(request.query.get("partNumber")), part);
    return new Response(null, { headers: { etag: `"${part.etag}"` } });
  }
  if (request.method === "POST") {
    if (conditionFails(request, fake.objects.get(upload.name))) return refuse(412, "PreconditionFailed");
    const named = [...new TextDecoder().decode(request.body).matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>"(\w+)"/g)];
    const parts = named.map(([, number, etag]) => ({ part: upload.parts.get(Number(number)), etag }));
    if (parts.some(({ part, etag }) => part?.etag !== etag)) return refuse(400, "InvalidPart");
    const object = objectOf(Buffer.concat(parts.map(({ part }) => (part as FakeObject).bytes)), upload.mark);
    fake.objects.set(upload.name, object);
    fake.uploads.delete(id);
    return new Response(
      `<CompleteMultipartUploadResult><ETag>&quot;${object.etag}&quot;</ETag></CompleteMultipartUploadResult>`,
    );
  }
  fake.uploads.delete(id);
  return new Response(null, { status: 204 });
}

/** One per page, so that paging is always tried. */
function listObjects({ objects }: FakeBucket, query: URLSearchParams): Response {
  const after = query.get("continuation-token") ?? "";
  const names = [...objects.keys()].filter((name) => name.startsWith(query.get("prefix") ?? "") && name > after).sort();
  const [first, second] = names;
  const contents = first === undefined ? "" : `<Contents><Key>${first}</Key></Contents>`;
  const more = `<IsTruncated>${second !== undefined}</IsTruncated><NextContinuationToken>${first ?? ""}</NextContinuationToken>`;
  return new Response(`<ListBucketResult>${contents}${second === undefined ? "" : more}</ListBucketResult>`);
}

function listUploads({ uploads }: FakeBucket, query: URLSearchParams): Response {
  const found = [...uploads].filter(([, { name }]) => name.startsWith(query.get("prefix") ?? ""));
  const items = found.map(([id, { name }]) => `<Upload><Key>${name}</Key><UploadId>${id}</UploadId></Upload>`);
  return new Response(
    `<ListMultipartUploadsResult>${items.join("")}<IsTruncated>false</IsTruncated></ListMultipartUploadsResult>`,
  );
}

function objectOf(bytes: Uint8Array<ArrayBuffer>, mark: string | null): FakeObject {
  return { bytes, etag: createHash("md5").update(bytes).digest("hex"), mark };
}
