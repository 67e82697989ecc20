/** %limits: what the session and each cell may use, and who set it. */

import { firstCharacters, partition, repr } from '../source/python_text';
import { UsageError } from './usage';

/** A limit in words. */
export interface ShownLimit {
  readonly name: string;
  /** What is limited. */
  readonly means: string;
  /** What holds, and what was granted; null for no limit. */
  readonly now: string | null;
  readonly granted: string | null;
  /** The label of the cell that tightened it last; null if none did. */
  readonly tightenedBy: string | null;
  /** Whether it was granted as it is by default. */
  readonly isDefault: boolean;
  /** The setting that grants it, and what it counts. */
  readonly option: string;
  readonly unit: string;
}

/** The limits of a session. */
export interface LimitsOfSession {
  shown(): readonly ShownLimit[];
  /** Set these, by name, from the next cell on. Throws `Bad`. */
  tighten(words: ReadonlyMap<string, string>): void;
  /** Set these of the running cell alone. Throws `Bad`. */
  tightenCell(words: ReadonlyMap<string, string>): void;
  /** Make room for what is told of the limits, however little the cell may show. */
  tell(text: string): void;
  /** A limit cannot be set to this; the message says why. */
  readonly Bad: new (message: string) => Error;
}

/** Words such as `memory=64MiB`, by the limit's name. Throws UsageError. */
export function parsedLimits(words: readonly string[]): Map<string, string> {
  const wanted = new Map<string, string>();
  for (const text of words) {
    const [name, equals, value] = partition(text, '=');
    if (equals === '') {
      throw new UsageError(`%limits: ${repr(firstCharacters(text, 40))} is not of the form NAME=VALUE.`);
    }
    if (wanted.has(name)) throw new UsageError(`%limits: ${firstCharacters(name, 40)} is named twice.`);
    wanted.set(name, value);
  }
  return wanted;
}

export function tightened(names: Iterable<string>, limits: LimitsOfSession): string {
  const shown = new Map(limits.shown().map(each => [each.name, each.now]));
  const now = [...names].map(name => `${name} ${shown.get(name) ?? 'no limit'}`).join(', ');
  return `From the next cell on: ${now}. This holds until the kernel is restarted.`;
}

export function table(limits: LimitsOfSession): string {
  const rows = [['limit', '', 'now', 'granted', 'set by', 'setting']];
  for (const each of limits.shown()) {
    const by = each.isDefault ? 'the default' : 'who made the site';
    rows.push([
      each.name,
      each.means,
      each.now ?? 'no limit',
      each.granted ?? 'no limit',
      each.tightenedBy === null ? by : `%limits in ${each.tightenedBy}`,
      `${each.option}: ${each.unit}`
    ]);
  }
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0))) ?? [];
  const lines = rows.map(row =>
    row
      .map((word, column) => word.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  );
  return `${lines.join('\n')}

To allow more, set it among the settings of this kernel in the site's jupyter-lite.json. A notebook can only
tighten limits: %limits memory=64MiB seconds=5 holds from the next cell until the kernel is restarted.`;
}
