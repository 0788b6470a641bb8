// Tries everything that the store will need of the bucket, with an object of its own, and says in one line what is missing.
import { BlobStoreError } from "#ports/blob-store.ts";
import type { S3Client } from "./client.ts";
import { abortMultipart, abortOthers, beginMultipart } from "./multipart.ts";
import { deleteObject, listObjects, openObject, putObject } from "./objects.ts";
import { blobHeaders, inPlace, type S3Place } from "./place.ts";
import { isUntrusted, S3Problem } from "./problem.ts";

/** What the server can do beyond what is needed. */
export interface ServerAbilities {
  /** Whether it heeds conditions on writes. */
  conditions: boolean;
}

const probe = new TextEncoder().encode("written by Berth to see that it can be read");

/** @throws BlobStoreError whose message is one line for the operator. */
export async function checkBucket(client: S3Client): Promise<ServerAbilities> {
  const name = inPlace(client.place, `berth-probe-${crypto.randomUUID()}`);
  const needing = async <T>(permission: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw new BlobStoreError("unavailable", explain(client.place, error, permission), { cause: error });
    }
  };
  const put = (headers: Record<string, string>) =>
    putObject(client, name, {
      body: probe,
      headers: { ...blobHeaders(client.place), ...headers },
      what: "take an object",
    });
  await needing("s3:PutObject", () => put({}));
  try {
    await needing("s3:GetObject", () => readRange(client, name));
    const conditions = await needing("s3:PutObject", () => heedsConditions(() => put({ "if-none-match": "*" })));
    const id = await needing("s3:PutObject", () => beginMultipart(client, name, "probe"));
    await needing("s3:AbortMultipartUpload", () => abortMultipart(client, name, id));
    await needing("s3:ListBucketMultipartUploads", () => abortOthers(client, name, null));
    await needing("s3:ListBucket", () => listObjects(client, name).next());
    await needing("s3:DeleteObject", () => deleteObject(client, name));
    return { conditions };
  } catch (error) {
    await deleteObject(client, name).catch(() => {});
    throw error;
  }
}

async function readRange(client: S3Client, name: string): Promise<void> {
  const range = { start: 11, end: 15 };
  const response = await openObject(client, name, { range, etag: null, signal: new AbortController().signal });
  const text = await response?.text();
  if (text !== "Berth") throw new Error("an object that was written cannot be read back by a range of bytes");
}

/** The object is there, so a server that heeds the condition refuses. One that does not know it may refuse in another way. */
async function heedsConditions(putAgain: () => Promise<unknown>): Promise<boolean> {
  try {
    await putAgain();
    return false;
  } catch (error) {
    if (!(error instanceof S3Problem) || error.status === 0 || error.code === "AccessDenied") throw error;
    return error.status === 412;
  }
}

const wrongKeys = "BERTH_S3_ACCESS_KEY or BERTH_S3_SECRET_KEY is wrong";
const unknownKey = () => `the access key is not known there: ${wrongKeys}`;
const sayings: Record<string, (place: S3Place) => string> = {
  NoSuchBucket: ({ bucket }) => `there is no bucket ${bucket}: create it, or correct BERTH_STORAGE`,
  InvalidAccessKeyId: unknownKey,
  XAdminUserNotFound: unknownKey,
  SignatureDoesNotMatch: () => `the secret key does not belong to the access key: ${wrongKeys}`,
  RequestTimeTooSkewed: () => "this machine's clock is wrong by more than S3 allows: set it",
  InvalidStorageClass: ({ storageClass }) =>
    `it knows no storage class ${storageClass}: correct class= in BERTH_STORAGE`,
  ENOTFOUND: () => "its host name is not known: correct endpoint=, region= or style= in BERTH_STORAGE",
  ECONNREFUSED: () => "nothing listens there: start the server, or correct endpoint= in BERTH_STORAGE",
};

/** One line: what was tried, and what to do. @param permission what the attempt needs. */
function explain(place: S3Place, error: unknown, permission: string): string {
  const where = `the bucket ${place.bucket} at ${place.endpoint ?? `Amazon S3 in ${place.region}`} cannot be used`;
  if (!(error instanceof S3Problem)) return `${where}: ${(error as Error).message}`;
  const { code, region, status } = error;
  if (region && region !== place.region)
    return `${where}: it is in another region, set region=${region} in BERTH_STORAGE`;
  const saying = sayings[code];
  if (saying) return `${where}: ${saying(place)}`;
  if (/^KMS\.|InvalidEncryption|ServerSideEncryption/.test(code))
    return `${where}: encryption fails (${code}): correct sse= and kmsKey= in BERTH_STORAGE, and the rights on the key`;
  if (isUntrusted(code))
    return `${where}: its certificate is not trusted (${code}): name its authority's file in NODE_EXTRA_CA_CERTS`;
  if (status === 403) {
    const inside = permission.startsWith("s3:ListBucket") ? "" : `/${inPlace(place, "*")}`;
    return `${where}: the permission ${permission} on arn:aws:s3:::${place.bucket}${inside} is missing (${code || status})`;
  }
  return `${where}: ${error.message} (while ${permission} was tried)`;
}
