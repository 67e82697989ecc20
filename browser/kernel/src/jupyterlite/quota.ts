/** How much cells may add to folders that they may change. If they remove it, they may add as much again. */

import { other } from '../engine/os_error';
import { thousands } from '../source/python_text';

const MOST_BYTES = 1 << 28;
const MOST_FILES = 10_000;

/** The quota of one kernel over all its mounts, also those that were unmounted. Throws OsError as a full disk would. */
export class Quota {
  #bytes = new Map<string, number>(); // added to each file by cells
  #made = new Set<string>();
  #total = 0;

  constructor(
    private readonly mostBytes = MOST_BYTES,
    private readonly mostFiles = MOST_FILES
  ) {}

  /** Check that a file or folder may be created. */
  admitNew(): void {
    if (this.#made.size < this.mostFiles) return;
    throw other(
      'NOSPC',
      `No space left: cells have created ${thousands(this.#made.size)} files and folders, which is the limit`
    );
  }

  /** Check that a file may get this size. */
  admit(file: string, before: number, after: number): void {
    const growth = this.#growth(file, before, after);
    if (growth <= 0 || this.#total + growth <= this.mostBytes) return;
    throw other(
      'NOSPC',
      `No space left: cells have added ${thousands(this.#total)} bytes to mounted folders and may add ${thousands(this.mostBytes)}`
    );
  }

  /** Count a file or folder that was created. */
  made(file: string): void {
    this.removed(file);
    this.#made.add(file);
  }

  /** Count a write. */
  written(file: string, before: number, after: number): void {
    const growth = this.#growth(file, before, after);
    this.#total += growth;
    this.#bytes.set(file, (this.#bytes.get(file) ?? 0) + growth);
  }

  /** Count that a file or folder is gone. */
  removed(file: string): void {
    this.#total -= this.#bytes.get(file) ?? 0;
    this.#bytes.delete(file);
    this.#made.delete(file);
  }

  /** Count that a file has another name. */
  moved(file: string, to: string): void {
    const [bytes, made] = [this.#bytes.get(file), this.#made.has(file)];
    this.removed(to);
    this.#bytes.delete(file);
    this.#made.delete(file);
    if (bytes !== undefined) this.#bytes.set(to, bytes);
    if (made) this.#made.add(to);
  }

  // shortening what was there before gains nothing
  #growth(file: string, before: number, after: number): number {
    return Math.max(after - before, -(this.#bytes.get(file) ?? 0));
  }
}
