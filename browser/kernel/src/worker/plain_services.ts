/** A session without rooms around it: every magic is the page's, and errors stay as Monty has them. */

import { repr } from '../source/python_text';
import type { Action, Rewrite } from '../source/index';
import type { Services } from './services';

/** @param actions - The magics that stand on a line of their own. */
export function plainServices(actions: ReadonlySet<string> = new Set()): Services {
  const line = (name: string, args: string): Rewrite =>
    actions.has(name)
      ? { action: { name, args, changes: true } }
      : { before: `__mk_magic(${repr(name)}, ${repr(args)})`, isExpression: true };
  return {
    magics: () => ({
      line,
      cell: (name, args, body) => ({
        before: `__mk_magic(${repr(`%${name}`)}, ${repr(`${args}\n${body}`)})`,
        keepBody: false
      })
    }),
    magic: (name, args, context) => context.page(name, args),
    act: async (action: Action, context) => {
      await context.page(action.name, action.args);
    },
    stray: () => null,
    explainer: { unparsed: () => null, located: failure => failure, restOfImport: () => null },
    told: outcome => outcome,
    remember: () => undefined,
    help: topic => Promise.resolve(`No documentation found for ${repr(topic)}.`),
    named: () => null,
    misshown: () => null
  };
}
