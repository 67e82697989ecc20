/** A session between two cells as a value, and how the page has it. */

import { checkSteps } from './cell_log';
import { contentOf, NOTHING } from './overlay';
import { StateRefused } from './sandbox';
import { layerChanges } from './working_folder';
import type { Layer, Node } from './overlay';
import type { FileNode, Snapshot, SnapshotChange } from '../worker/messages';

/** A session between two cells. */
export interface Saved {
  /** Monty's dump. */
  readonly state: Uint8Array<ArrayBuffer>;
  /** The number of the session's next feed. */
  readonly nextFeed: number;
  /** The names of the prelude's parts that it was fed. */
  readonly parts: readonly string[];
  /** Cells whose source `In` in the sandbox lacks, by their execution counts. */
  readonly unrecorded: readonly (readonly [number, string])[];
  /** The cells that led to it. */
  readonly steps: readonly string[];
  /** What cells had written. */
  readonly files: Layer;
}

interface Outside {
  nextFeed: number;
  parts: string[];
  unrecorded: [number, string][];
}

/** What makes `after` of `before`, as the page is told. */
export function changeOf(before: Saved | null, after: Saved): SnapshotChange {
  const known = before?.steps ?? [];
  let kept = 0;
  while (kept < known.length && kept < after.steps.length && known[kept] === after.steps[kept]) kept += 1;
  const { nextFeed, parts, unrecorded } = after;
  const files = new Map<string, FileNode | null>();
  for (const [path, node] of layerChanges(before?.files ?? NOTHING, after.files)) {
    files.set(`/${path}`, node === null ? null : fileNode(node));
  }
  const outside = JSON.stringify({ nextFeed, parts: [...parts].sort(), unrecorded });
  return { state: after.state, outside, kept, steps: after.steps.slice(kept), files };
}

function fileNode(node: Node): FileNode {
  return { kind: node.kind, data: contentOf(node), modified: node.modified };
}

/**
 * The session that the page has as a snapshot.
 *
 * @throws StateRefused - It is none.
 */
export function savedOf(snapshot: Snapshot): Saved {
  try {
    const outside: unknown = JSON.parse(snapshot.outside);
    if (!isOutside(outside)) throw new TypeError('what was known of it is not there');
    checkSteps(snapshot.steps);
    const files = new Map([...snapshot.files].map(([path, node]) => [path.replace(/^\//, ''), nodeOf(node)]));
    return { state: snapshot.state, ...outside, steps: snapshot.steps, files };
  } catch (error) {
    throw new StateRefused(`it is damaged: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function nodeOf({ kind, data, modified }: FileNode): Node {
  if (!['file', 'folder', 'gone'].includes(kind) || !(data instanceof Uint8Array) || typeof modified !== 'number') {
    throw new TypeError('a file that is none');
  }
  return { kind, data: data.length > 0 ? [data] : [], size: data.length, modified, fresh: kind === 'folder' };
}

function isOutside(value: unknown): value is Outside {
  if (typeof value !== 'object' || value === null) return false;
  const { nextFeed, parts, unrecorded } = value as Partial<Record<keyof Outside, unknown>>;
  const isEntry = (entry: unknown): boolean =>
    Array.isArray(entry) && Number.isSafeInteger(entry[0]) && typeof entry[1] === 'string';
  return (
    Number.isSafeInteger(nextFeed) &&
    Array.isArray(parts) &&
    parts.every(part => typeof part === 'string') &&
    Array.isArray(unrecorded) &&
    unrecorded.every(isEntry)
  );
}
