/** Names made of a text, the same as the native kernel makes, so that no two texts of a document share an id. */

import { blake2s } from '@noble/hashes/blake2.js';
import { sha256 } from '@noble/hashes/sha2.js';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567';

/** For a drawing: 80 bits, so that no author finds two drawings with one name. */
export function drawingDigest(text: string): string {
  const digest = blake2s(new TextEncoder().encode(text), { dkLen: 10 });
  let [bits, value, name] = [0, 0, ''];
  for (const byte of digest) {
    value = (value << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) name += LETTERS.charAt((value >> (bits - 5)) & 31);
    value &= 0xff;
  }
  return name;
}

/** For a Markdown text: that equal texts of a document differ is seen to otherwise. */
export function textDigest(text: string): string {
  const digest = sha256(new TextEncoder().encode(text));
  return [...digest.subarray(0, 4)].map(byte => byte.toString(16).padStart(2, '0')).join('');
}
