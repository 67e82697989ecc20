/** Which state a cell of a notebook left. */

import type { CodeCell } from '@jupyterlab/cells';

import type { KernelTimeline } from './kernel_timeline';
import type { State } from './protocol';

/** The state that the last run of a cell left; undefined if there is none. */
export function stateOf(cell: CodeCell, timeline: KernelTimeline): State | undefined {
  const count = cell.model.executionCount;
  const state = count === null ? undefined : timeline.states.get(count);
  // numbers in a notebook may be those of an earlier session
  return state?.cell_id === cell.model.id || state?.cell_id === null ? state : undefined;
}
