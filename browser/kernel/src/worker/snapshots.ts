/** Puts snapshots together: a worker sends only what is new in one. For the page. */

import type { Snapshot, SnapshotChange } from './messages';

/** The snapshot that `change` makes of the worker's last one. What did not change is the same object in both. */
export function nextSnapshot(last: Snapshot | null, change: SnapshotChange): Snapshot {
  const kept = last?.steps.slice(0, change.kept) ?? [];
  if (kept.length !== change.kept) throw new RangeError('a snapshot that builds on cells which are not known');
  const before = last?.files ?? new Map<string, never>();
  if (change.files.size === 0) {
    return { state: change.state, outside: change.outside, steps: [...kept, ...change.steps], files: before };
  }
  const files = new Map(before);
  for (const [path, node] of change.files) {
    if (node === null) files.delete(path);
    else files.set(path, node);
  }
  return { state: change.state, outside: change.outside, steps: [...kept, ...change.steps], files };
}
