/** Bytes, compressed. What is unpacked may come from anybody, so its size is known before. */

/** Compress. */
export function packed(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const compressed = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return new Response(compressed).arrayBuffer().then(buffer => new Uint8Array(buffer));
}

/**
 * The bytes that were packed; null if these are not `size` bytes: no more than that is ever unpacked.
 *
 * @param size - How many bytes they should be.
 */
export async function unpacked(bytes: Uint8Array<ArrayBuffer>, size: number): Promise<Uint8Array<ArrayBuffer> | null> {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let left = size;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      left -= next.value.length;
      if (left < 0) break;
      pieces.push(next.value);
    }
  } catch {
    return null; // damaged
  }
  if (left !== 0) {
    await reader.cancel().catch(() => undefined);
    return null;
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}
