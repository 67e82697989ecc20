/** What a cell that calls `help(value)` wants to know about: the name in the call, or the name of the value. */

import { special, textOf, typeName } from '../wire/values';
import type { Position } from '../wire/events';
import type { Value } from '../wire/values';

/** Functions, classes and modules cross as text. */
const NAMED = /^<(?:function|class|module) '([\p{L}_][\p{L}\p{N}_]*)'(?: at 0x[0-9a-f]+)?>$/u;

/** How a line begins that may be inside a function. */
const INSIDE = /^(?:[ \t]|(?:async[ \t]+)?def\b|.*\blambda\b)/;

const IDENTIFIER = /^[\p{L}_][\p{L}\p{N}_]*$/u;

/**
 * The topic of a call of `help`, and the class of its value if that is an instance. Empty if there is none.
 *
 * @param textOfFeed - Gives the text of a feed, by the name that Monty has for it.
 */
export function helpTopic(
  args: readonly Value[],
  position: Position,
  textOfFeed: (filename: string) => string | null
): [topic: string, kind: string] {
  const bytes = new TextEncoder().encode(textOfFeed(position.filename) ?? '');
  const call = new TextDecoder().decode(bytes.subarray(position.start, position.end));
  const before = new TextDecoder().decode(bytes.subarray(0, position.start));
  const line = before.slice(before.lastIndexOf('\n') + 1) + call;
  let topic = call.endsWith(')') ? call.slice(call.indexOf('(') + 1, -1).trim() : '';
  const value = args[0];
  if (value === undefined) return [topic, ''];
  const kind = classOf(value);
  const named = nameOf(value);
  if (named !== '' && topic.slice(topic.lastIndexOf('.') + 1) !== named && !/^['"]/.test(topic)) {
    topic = named; // the call has another name for it, such as a function's parameter
  } else if (IDENTIFIER.test(kind) && IDENTIFIER.test(topic) && INSIDE.test(line)) {
    topic = kind; // the name may be a function's own, and the session may have another value of that name
  }
  return [topic === '' ? kind : topic, kind];
}

/** The class of a value that a cell passed. Empty for functions, classes and modules. */
function classOf(value: Value): string {
  const found = special(value)?.py;
  if (found === 'type' || found === 'builtin' || textOf(value)?.startsWith('<') === true) return '';
  return typeName(value);
}

/** The name of a function, class or module that a cell passed, as far as it crosses; empty for anything else. */
function nameOf(value: Value): string {
  const found = special(value);
  if (found?.py === 'type' || found?.py === 'builtin') return found.name;
  return NAMED.exec(textOf(value) ?? '')?.[1] ?? '';
}
