// Encrypts what must not be readable at rest with the installation's secret key (AES-256-GCM).

const nonceBytes = 12;

/** Encrypts bytes; `purpose` is bound to the result, so that one sealed thing cannot stand in for another. */
export async function seal(secretKey: Uint8Array, purpose: string, plain: Uint8Array): Promise<Uint8Array> {
  const nonce = crypto.getRandomValues(new Uint8Array(nonceBytes));
  const key = await importKey(secretKey);
  const sealed = new Uint8Array(await crypto.subtle.encrypt(parameters(nonce, purpose), key, plain.slice()));
  const out = new Uint8Array(nonceBytes + sealed.byteLength);
  out.set(nonce);
  out.set(sealed, nonceBytes);
  return out;
}

/** Decrypts what `seal` made. Null when the key or the purpose is another, or the bytes were changed. */
export async function unseal(secretKey: Uint8Array, purpose: string, sealed: Uint8Array): Promise<Uint8Array | null> {
  const key = await importKey(secretKey);
  const nonce = sealed.slice(0, nonceBytes);
  try {
    return new Uint8Array(await crypto.subtle.decrypt(parameters(nonce, purpose), key, sealed.slice(nonceBytes)));
  } catch {
    return null;
  }
}

function importKey(secretKey: Uint8Array): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", secretKey.slice(), "AES-GCM", false, ["encrypt", "decrypt"]);
}

function parameters(nonce: Uint8Array<ArrayBuffer>, purpose: string) {
  return { name: "AES-GCM", iv: nonce, additionalData: new TextEncoder().encode(purpose) };
}
