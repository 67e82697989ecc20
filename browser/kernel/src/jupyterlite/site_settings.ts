/** What whoever made the site set for this kernel in its jupyter-lite.json. */

import { BadLimit, DEFAULT_LIMITS, KINDS } from '../engine/limits';
import { isRecord } from '../outputs/checked';
import { repr } from '../source/python_text';
import type { LimitKind } from '../engine/limits';
import type { Limits } from '../worker/messages';

/** By this id JupyterLite keeps the settings, under `litePluginSettings`. */
export const PLUGIN = 'jupyterlite-monty-kernel:kernel';

/** The settings cannot be used; the message says which, and what to write. */
export class BadSettings extends Error {}

const BY_OPTION = new Map([...KINDS.values()].map(kind => [kind.option, kind]));

/** The most memory that an instance of the engine can have, in bytes. */
const MOST_MEMORY = 2 ** 30;

/**
 * The limits that a site grants.
 *
 * @param settings - All of `litePluginSettings`, as JSON; empty where a site has none.
 * @throws BadSettings
 */
export function grantedLimits(settings: string): Limits {
  const limits: Limits = { ...DEFAULT_LIMITS };
  for (const [option, value] of Object.entries(ownSettings(settings))) {
    const kind = BY_OPTION.get(option);
    if (kind === undefined) {
      throw wrong(`have no setting ${repr(option.slice(0, 40))}: the settings are ${[...BY_OPTION.keys()].join(', ')}`);
    }
    limits[kind.name] = limitOf(kind, value);
  }
  return limits;
}

function limitOf(kind: LimitKind, value: unknown): number | null {
  const { option } = kind;
  if (value === null) return kind.name === 'memory' ? MOST_MEMORY : null;
  const word = typeof value === 'number' || typeof value === 'string' ? String(value) : JSON.stringify(value);
  let limit: number;
  try {
    limit = kind.read(word);
  } catch (error) {
    if (!(error instanceof BadLimit)) throw error;
    throw wrong(`set ${option} to ${word.slice(0, 40)}: ${error.message}, or null for no limit`);
  }
  if (limit < kind.least) throw wrong(`set ${option} below ${kind.show(kind.least)}, and no cell could run`);
  if (kind.name === 'memory' && limit > MOST_MEMORY) {
    throw wrong(`set ${option} above ${kind.show(MOST_MEMORY)}, which is the most that a page can give`);
  }
  return limit;
}

function ownSettings(settings: string): object {
  if (settings === '') return {};
  let all: unknown;
  try {
    all = JSON.parse(settings);
  } catch {
    throw wrong('are no JSON');
  }
  const own = isRecord(all) ? (all[PLUGIN] ?? {}) : all;
  if (!isRecord(own)) throw wrong(`are something else than names and values`);
  return own;
}

function wrong(what: string): BadSettings {
  return new BadSettings(`The litePluginSettings of ${PLUGIN} in this site's jupyter-lite.json ${what}`);
}
