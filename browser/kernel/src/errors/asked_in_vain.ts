/** What Monty means by a function that "cannot suspend": it asks the host, inside a built-in function or special method. */

import errors from '../generated/errors.json';

const CANNOT_SUSPEND = /^(?<kind>external|OS) function '(?<asked>[^']+)' cannot suspend in this synchronous context$/;
const OF_THE_HOST = new Map(Object.entries(errors.of_the_host));
const CALLED_BY_NAME = new Set(errors.called_by_name);

/** The name and the message of the error. Monty takes every unknown name for one of the host. */
export function askedInVain(name: string, message: string): [name: string, message: string] {
  const match = CANNOT_SUSPEND.exec(message)?.groups;
  if (match === undefined) return [name, message];
  const { kind = '', asked: own = '' } = match;
  const asked = OF_THE_HOST.get(own) ?? own;
  if (kind === 'external' && !asked.includes('.') && asked === own && !CALLED_BY_NAME.has(asked)) {
    return ['NameError', `name '${asked}' is not defined`];
  }
  return [name, `${asked}${asked.includes(' ') ? '' : '()'} ${errors.cannot_wait}`];
}
