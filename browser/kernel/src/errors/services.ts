/** What the rooms of errors do for a session. */

import type { CellRequest, Failure, Outcome, PastCell, Result } from '../worker/messages';
import type { Services } from '../worker/services';
import { EXPLAINER } from './explainer';
import { FailedCells } from './failed_cells';
import { stray } from './failures';
import { render } from './tracebacks';

export function errorServices(): Pick<Services, 'explainer' | 'stray' | 'told' | 'remember'> {
  let failedCells = new FailedCells();
  let past: PastCell[] = []; // that `failedCells` does not have yet: it would parse them all

  function remember(cells: readonly PastCell[] | null): void {
    if (cells !== null) {
      past.push(...cells);
      return;
    }
    failedCells = new FailedCells();
    past = [];
  }

  function told(outcome: Outcome, request: CellRequest): Outcome {
    for (const cell of past) note(failedCells, cell);
    past = [];
    if (outcome.failure === null) {
      if (request.remember) failedCells.passed(request.code);
      const values = Object.entries(outcome.expressions).map(([name, value]) => [name, laidOut(value)]);
      return { ...outcome, expressions: Object.fromEntries(values) as Outcome['expressions'] };
    }
    const cell = { label: `In[${request.number}]`, text: request.code };
    const failure = request.remember ? failedCells.explained(outcome.failure, cell) : outcome.failure;
    return { ...outcome, failure: laidOut(failure) };
  }

  return { explainer: EXPLAINER, stray, told, remember };
}

function note(cells: FailedCells, cell: PastCell): void {
  if (cell.type === 'passed') cells.passed(cell.code);
  else if (cell.type === 'passedOver') cells.passedOver(cell.code);
  else cells.explained(failureOf(cell), { label: `In[${cell.number}]`, text: cell.code });
}

/** As much of the failure as matters to later cells. */
function failureOf({ code, number, line, kind, ename, evalue }: Extract<PastCell, { type: 'failed' }>): Failure {
  const cell = { label: `In[${number}]`, text: code };
  const place = { cell, line, column: 1, endLine: line, endColumn: 1, function: '<module>' };
  return { kind, ename, evalue, frames: line > 0 ? [place] : [], note: null };
}

function laidOut<Value extends Result | Failure>(value: Value): Value {
  return 'ename' in value ? { ...value, ...render(value) } : value;
}
