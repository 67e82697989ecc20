/** Ids that nobody else has. `crypto.randomUUID` is missing where a site has no HTTPS. */

/** `bytes` random bytes, as hexadecimal digits. */
export function randomId(bytes = 16): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), byte => byte.toString(16).padStart(2, '0')).join('');
}
