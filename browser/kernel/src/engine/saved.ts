/** A session between two cells as a value, and how the page has it. */

import { checkSteps } from './cell_log';
import { NOTHING_WRITTEN } from './files';
import { contentOf, NOTHING } from './overlay';
import { StateRefused } from './sandbox';
import { layerChanges } from './working_folder';
import type { Written } from './files';
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
  readonly files: Written;
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
  const was = before?.files ?? NOTHING_WRITTEN;
  const files = told('/', was.work, after.files.work);
  const overlays = new Map<string, FileNode | null>();
  for (const key of new Set([...was.overlays.keys(), ...after.files.overlays.keys()])) {
    const changes = told(`${key}\0`, was.overlays.get(key) ?? NOTHING, after.files.overlays.get(key) ?? NOTHING);
    for (const [path, node] of changes) overlays.set(path, node);
  }
  const outside = JSON.stringify({ nextFeed, parts: [...parts].sort(), unrecorded });
  return { state: after.state, outside, kept, steps: after.steps.slice(kept), files, overlays };
}

function told(prefix: string, before: Layer, after: Layer): Map<string, FileNode | null> {
  const changes = [...layerChanges(before, after)];
  return new Map(changes.map(([path, node]) => [prefix + path, node === null ? null : fileNode(node)]));
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
    const work = new Map([...snapshot.files].map(([path, node]) => [path.replace(/^\//, ''), nodeOf(node)]));
    const files = { work, overlays: overlaysOf(snapshot.overlays ?? new Map<string, FileNode>()) };
    return { state: snapshot.state, ...outside, steps: snapshot.steps, files };
  } catch (error) {
    throw new StateRefused(`it is damaged: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function overlaysOf(flat: ReadonlyMap<string, FileNode>): Map<string, Map<string, Node>> {
  const overlays = new Map<string, Map<string, Node>>();
  for (const [name, node] of flat) {
    const cut = name.lastIndexOf('\0');
    const key = name.slice(0, cut);
    const layer = overlays.get(key) ?? new Map<string, Node>();
    overlays.set(key, layer.set(name.slice(cut + 1), nodeOf(node)));
  }
  return overlays;
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
