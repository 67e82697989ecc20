/** What the rooms of errors do for a session. */

import type { CellRequest, Failure, Outcome, Result } from '../worker/messages';
import type { Services } from '../worker/services';
import { EXPLAINER } from './explainer';
import { FailedCells } from './failed_cells';
import { stray } from './failures';
import { render } from './tracebacks';

export function errorServices(): Pick<Services, 'explainer' | 'stray' | 'told'> {
  const failedCells = new FailedCells();

  function told(outcome: Outcome, request: CellRequest): Outcome {
    if (outcome.failure === null) {
      if (request.remember) failedCells.passed(request.code);
      const values = Object.entries(outcome.expressions).map(([name, value]) => [name, laidOut(value)]);
      return { ...outcome, expressions: Object.fromEntries(values) as Outcome['expressions'] };
    }
    const cell = { label: `In[${request.number}]`, text: request.code };
    const failure = request.remember ? failedCells.explained(outcome.failure, cell) : outcome.failure;
    return { ...outcome, failure: laidOut(failure) };
  }

  return { explainer: EXPLAINER, stray, told };
}

function laidOut<Value extends Result | Failure>(value: Value): Value {
  return 'ename' in value ? { ...value, ...render(value) } : value;
}
