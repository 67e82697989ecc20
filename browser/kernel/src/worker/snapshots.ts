/** Puts snapshots together: a worker sends only what is new in one. For the page. */

import type { FileNode, Snapshot, SnapshotChange } from './messages';

/** The snapshot that `change` makes of the worker's last one. What did not change is the same object in both. */
export function nextSnapshot(last: Snapshot | null, change: SnapshotChange): Snapshot {
  const kept = last?.steps.slice(0, change.kept) ?? [];
  if (kept.length !== change.kept) throw new RangeError('a snapshot that builds on cells which are not known');
  return {
    state: change.state,
    outside: change.outside,
    steps: [...kept, ...change.steps],
    files: changed(last?.files ?? NONE, change.files),
    overlays: changed(last?.overlays ?? NONE, change.overlays)
  };
}

const NONE: ReadonlyMap<string, FileNode> = new Map();

function changed(
  before: ReadonlyMap<string, FileNode>,
  changes: ReadonlyMap<string, FileNode | null>
): ReadonlyMap<string, FileNode> {
  if (changes.size === 0) return before;
  const files = new Map(before);
  for (const [path, node] of changes) {
    if (node === null) files.delete(path);
    else files.set(path, node);
  }
  return files;
}
