// Reads the S3 form of BERTH_STORAGE: s3://bucket/prefix?region=…&endpoint=…&style=…&sse=…&kmsKey=…&class=…

/** A bucket, and how to reach and use it. */
export interface S3Storage {
  readonly kind: "s3";
  readonly bucket: string;
  readonly prefix: string;
  readonly region: string;
  readonly endpoint: string | null;
  readonly style: "path" | "virtual";
  readonly encryption: "AES256" | "aws:kms" | null;
  readonly kmsKey: string | null;
  readonly storageClass: string | null;
}

const known = ["region", "endpoint", "style", "sse", "kmsKey", "class"];

/** The setting, or the sentence that says what is wrong with it. */
export function readS3Storage(input: string): S3Storage | string {
  const [, bucket = "", path = "", search = ""] = /^s3:\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?$/.exec(input) ?? [];
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket))
    return "s3://BUCKET/PREFIX?region=…, with a bucket of 3 to 63 lower-case letters, digits, dots and dashes";
  const prefix = path.replace(/^\/+|\/+$/g, "");
  if (!/^([A-Za-z0-9_-][A-Za-z0-9._-]*(\/(?!$)|$))*$/.test(prefix) || prefix.length > 500)
    return "s3://BUCKET/PREFIX with letters, digits, dots, dashes and underscores in the prefix";
  const query = new URLSearchParams(search);
  const unknown = [...query.keys()].find((name) => !known.includes(name));
  if (unknown !== undefined) return `an s3 URL whose parameters are among ${known.join(", ")}`;
  const get = (name: string) => query.get(name) || null;
  const endpoint = get("endpoint");
  if (endpoint !== null && !isOrigin(endpoint))
    return "an s3 URL whose endpoint is such as https://s3.example.com:9000";
  const region = get("region") ?? (endpoint === null ? null : "us-east-1");
  if (region === null || !/^[a-z0-9-]{1,40}$/.test(region))
    return "an s3 URL with region=, such as region=eu-central-1";
  const style = get("style") ?? (endpoint === null && !bucket.includes(".") ? "virtual" : "path");
  if (style !== "path" && style !== "virtual") return "an s3 URL whose style is path or virtual";
  const kmsKey = get("kmsKey");
  const encryption = get("sse") ?? (kmsKey === null ? null : "aws:kms");
  if (encryption !== null && encryption !== "AES256" && encryption !== "aws:kms")
    return "an s3 URL whose sse is AES256 or aws:kms";
  if (kmsKey !== null && encryption !== "aws:kms") return "an s3 URL with kmsKey= only beside sse=aws:kms";
  const storageClass = get("class");
  if (storageClass !== null && !/^[A-Z_]{1,40}$/.test(storageClass))
    return "an s3 URL whose class is such as STANDARD_IA";
  return { kind: "s3", bucket, prefix, region, endpoint, style, encryption, kmsKey, storageClass };
}

function isOrigin(text: string): boolean {
  return /^https?:\/\/[^/?#@]+$/i.test(text) && URL.canParse(text);
}

/** The setting as it is written in the variable. */
export function showS3Storage(storage: S3Storage): string {
  const { bucket, prefix, region, endpoint, style, encryption, kmsKey, storageClass } = storage;
  const given = { region, endpoint, style, sse: encryption, kmsKey, class: storageClass };
  const parameters = Object.entries(given).filter(([, value]) => value !== null);
  return `s3://${bucket}${prefix === "" ? "" : `/${prefix}`}?${parameters.map(([name, value]) => `${name}=${value}`).join("&")}`;
}
