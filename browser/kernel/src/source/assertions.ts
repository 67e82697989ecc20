/** `assert test, message`: Monty adds the compared values to the message, which `str(error)` must not hold. */

import { enclosing } from './source_map';
import { statementsIn } from './walk';
import type { Edit } from './source_map';
import type { Module } from './tree';

/** The edits. An assertion without a message keeps Monty's, which Python leaves empty. */
export function* assertionEdits(tree: Module): Generator<Edit> {
  const waiting = statementsIn(tree);
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node._ === 'Assert' && node.msg !== null) {
      yield* enclosing([node.test.s, node.test.e], '(True if (', ') else False)');
    }
    waiting.push(...statementsIn(node));
  }
}
