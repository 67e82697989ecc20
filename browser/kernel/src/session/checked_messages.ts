/**
 * What a worker says, checked: anything can be posted by a worker whose interpreter a cell broke out of. What passes has
 * the types of `messages.ts`; values that stay `unknown` there are looked at where they are used.
 */

import * as v from 'valibot';

import type { FromWorker } from '../worker/messages';

/** Characters of a name, of an error's message, and of what a magic is given. */
const MOST_OF_NAME = 1_000;
const MOST_OF_TEXT = 1 << 24;

/** Names that lead to a file of the drive. */
const MOST_NAMES = 2_000;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const name = v.pipe(v.string(), v.maxLength(MOST_OF_NAME));
const text = v.pipe(v.string(), v.maxLength(MOST_OF_TEXT));
const bytes = v.custom<Uint8Array<ArrayBuffer>>(
  value => value instanceof Uint8Array && value.buffer instanceof ArrayBuffer
);
const record = v.custom<Record<string, unknown>>(value => {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
});

const failure = v.object({
  kind: v.picklist(['raised', 'syntax', 'interrupted', 'crashed', 'memory', 'time', 'limit']),
  ename: text,
  evalue: text,
  // the page shows the traceback that the worker laid out, and looks at no place itself
  frames: v.pipe(
    v.unknown(),
    v.transform(() => [])
  ),
  note: v.nullable(text),
  traceback: v.exactOptional(v.array(v.string()))
});
const result = v.object({ data: record, metadata: record });
const outcome = v.object({
  failure: v.nullable(failure),
  result: v.nullable(result),
  expressions: v.record(v.string(), v.union([failure, result]))
});

const file = v.object({ kind: v.picklist(['file', 'folder', 'gone']), data: bytes, modified: v.number() });
const change = v.nullable(
  v.object({
    state: bytes,
    outside: v.string(),
    kept: count,
    steps: v.array(v.string()),
    files: v.map(v.string(), v.nullable(file)),
    overlays: v.map(v.string(), v.nullable(file))
  })
);

const limit = v.nullable(v.pipe(v.number(), v.minValue(0)));
const limits = v.object({
  memory: limit,
  seconds: limit,
  recursion: limit,
  output: limit,
  host_calls: limit,
  asleep: limit
});

const path = v.pipe(v.array(v.string()), v.maxLength(MOST_NAMES));
const call = v.variant('do', [
  v.object({ do: v.picklist(['info', 'read', 'entries']), path }),
  v.object({ do: v.picklist(['makeFolder', 'remove']), path }),
  v.object({ do: v.picklist(['write', 'append']), path, data: bytes }),
  v.object({ do: v.literal('rename'), path, target: path })
]);

const question = v.variant('kind', [
  v.object({ kind: v.literal('input'), prompt: text, password: v.boolean() }),
  v.object({ kind: v.literal('magic'), name, args: text, between: v.boolean(), unsaved: v.boolean() }),
  v.object({ kind: v.literal('exit') }),
  v.object({ kind: v.literal('contents'), place: name, call })
]);

const message = v.variant('type', [
  v.object({ type: v.literal('started'), id: count, change }),
  v.object({ type: v.literal('failed'), id: count, message: text, refused: v.boolean() }),
  // the sanitizer checks outputs
  v.object({ type: v.literal('output'), id: count, output: v.custom<never>(value => typeof value === 'object') }),
  v.object({ type: v.literal('payload'), id: count, payload: record }),
  v.object({ type: v.literal('ask'), question: count, what: question }),
  v.object({
    type: v.literal('limits'),
    limits: v.object({ granted: limits, now: limits, tightened: v.record(name, name) })
  }),
  v.object({ type: v.literal('finished'), id: count, outcome, line: count }),
  v.object({ type: v.literal('saved'), id: count, change }),
  v.object({ type: v.literal('value'), id: count, value: v.unknown() }),
  v.object({ type: v.literal('explained'), id: count, failure }),
  v.object({ type: v.literal('loaded'), id: count, failure: v.nullable(text), change }),
  v.object({ type: v.literal('heard') }),
  v.object({
    type: v.literal('lost'),
    id: v.nullable(count),
    why: v.picklist(['crashed', 'memory', 'time', 'insisted']),
    message: text
  })
]);

/** A message of a worker; null for what is none. */
export function checkedMessage(said: unknown): FromWorker | null {
  const checked = v.safeParse(message, said, { abortEarly: true });
  return checked.success ? checked.output : null;
}
