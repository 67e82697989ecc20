/** Cells that lost their session: it is as it was in an earlier state. */

import type { Failure } from '../worker/messages';

const WHY: Partial<Record<Failure['kind'], string>> = {
  interrupted: 'interrupt',
  crashed: 'crash',
  memory: 'memory',
  time: 'time',
  limit: 'limit'
};

/** Why the session fell back to an earlier state over a failure, whose note tells the person so; null if it did not. */
export function whyFellBack(failure: Failure): string | null {
  return failure.note === null ? null : (WHY[failure.kind] ?? null);
}
