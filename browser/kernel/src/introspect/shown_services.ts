/** What the worker asks of this room while values are shown. */

import { render } from '../errors/tracebacks';
import type { Services } from '../worker/services';
import { placeOfMethod, shownAs } from './shown';

export function shownServices(): Pick<Services, 'named' | 'misshown'> {
  return {
    named: shownAs,
    misshown: (kind, method, ename, evalue, cells) => {
      const found = placeOfMethod(kind, method, cells);
      if (found === null) return null;
      const { frame, exact } = found;
      const note = exact ? null : `It came from ${kind}.${method}(). Monty does not say where in it.`;
      return { type: 'error', ...render({ kind: 'raised', ename, evalue, frames: [frame], note }) };
    }
  };
}
