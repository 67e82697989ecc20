/**
 * A link that saves a file of the session, as `monty_kernel/sanitize/downloads.py` makes it: the one `data:` link that is
 * shown. The page makes it of a file that the worker hands over; no text of a cell becomes one.
 */

import { downloads, everywhere } from './rules';
import { escapedAttribute, grouped } from './text';

const TYPES = new Map(Object.entries(downloads.types));
const ODD = everywhere(downloads.patterns.odd);
/** Bytes that become characters at a time: a call takes no more arguments. */
const CHUNK = 1 << 15;

/** A file cannot be saved in this way; the message says why. */
export class NoDownload extends Error {}

/**
 * The bundle that shows the link.
 *
 * @param name - The file's name, without folders. What could mislead in it is replaced.
 * @throws NoDownload
 */
export function download(name: string, data: Uint8Array): Record<string, string> {
  const dot = name.lastIndexOf('.');
  const ending = name.slice(dot + 1).toLowerCase();
  const kind = dot < 0 ? undefined : TYPES.get(ending);
  if (kind === undefined) {
    const known = [...TYPES.keys()].map(each => `.${each}`).join(', ');
    throw new NoDownload(`only files that end in ${known} can be saved`);
  }
  const [size, most] = [grouped(data.length), downloads.mostBytes];
  if (data.length > most) throw new NoDownload(`it has ${size} bytes, and at most ${grouped(most)} can be saved`);
  const stem = name.slice(0, dot).replace(ODD, '_').replace(/^\.+/, '').slice(0, downloads.longest);
  const plain = `${stem || 'file'}.${ending}`;
  const charset = kind.startsWith('text/') ? ';charset=utf-8' : '';
  const address = `data:${kind}${charset};base64,${base64(data)}`;
  const shown = escapedAttribute(plain);
  const link = `<a download="${shown}" href="${address}" target="_blank" rel="noopener noreferrer">${shown}</a>`;
  const bytes = `${size} byte${data.length === 1 ? '' : 's'}`;
  return { 'text/plain': `${plain} (${bytes})`, 'text/html': `${link} (${bytes})` };
}

/** Bytes in base64. */
export function base64(data: Uint8Array): string {
  const pieces: string[] = [];
  for (let start = 0; start < data.length; start += CHUNK) {
    pieces.push(String.fromCharCode(...data.subarray(start, start + CHUNK)));
  }
  return btoa(pieces.join(''));
}
