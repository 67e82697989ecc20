/** The timeline protocol, version 1, as a front end sees it: docs/protocol.md says what each field means. */

import * as v from 'valibot';

/** The kernel says that it speaks the protocol. */
export const FEATURE = 'monty.timeline';

/** The comm's target. */
export const TARGET = 'monty.timeline';

const NUMBER = v.pipe(v.number(), v.integer());

const VALUE = v.object({
  type: v.string(),
  length: v.nullable(NUMBER),
  text: v.string(),
  compared: v.optional(v.boolean(), true)
});

const CHANGE = v.object({
  name: v.string(),
  kind: v.string(),
  before: v.nullable(VALUE),
  after: v.nullable(VALUE)
});

const CHANGES = v.variant('compared', [
  v.object({ compared: v.literal(true), items: v.array(CHANGE), more: NUMBER, unknown: v.optional(NUMBER, 0) }),
  v.object({ compared: v.literal(false), why: v.string() })
]);

const STATE = v.object({
  number: NUMBER,
  parent: v.nullable(NUMBER),
  label: v.string(),
  names: v.array(v.string()),
  time: v.number(),
  bytes: v.number(),
  failed: v.boolean(),
  where: v.nullable(v.picklist(['memory', 'disk', 'both'])),
  cell_id: v.nullable(v.string()),
  changes: v.nullable(CHANGES)
});

const LAST_SESSION = v.object({
  session: v.string(),
  ended: v.string(),
  at: v.nullable(v.number()),
  states: NUMBER,
  variables: v.nullable(NUMBER),
  own: v.boolean()
});

const RESTORED = v.object({ to: NUMBER, why: v.string() });

const TREE = v.object({
  event: v.literal('tree'),
  version: v.literal(1),
  session: v.nullable(v.string()),
  tree: v.optional(v.nullable(v.string()), null), // the kernel in the browser has no other tree
  present: NUMBER,
  running: v.boolean(),
  last_session: v.nullable(LAST_SESSION),
  states: v.array(STATE)
});

const CHANGED = v.object({
  event: v.literal('changed'),
  present: NUMBER,
  states: v.array(STATE),
  gone: v.array(NUMBER),
  restored: v.optional(RESTORED),
  last_session: v.optional(v.nullable(LAST_SESSION))
});

const GRANTS = {
  tools: v.array(
    v.object({
      name: v.string(),
      signature: v.string(),
      about: v.string(),
      permission: v.picklist(['allow', 'ask', 'deny'])
    })
  ),
  more_tools: NUMBER,
  mounts: v.array(v.object({ place: v.string(), host: v.string(), mode: v.picklist(['ro', 'rw', 'overlay']) })),
  limits: v.array(
    v.object({ name: v.string(), means: v.string(), now: v.nullable(v.string()), granted: v.nullable(v.string()) })
  )
};

const GRANTED = v.object({ event: v.literal('grants'), ...GRANTS });

const EVENT = v.variant('event', [TREE, CHANGED, GRANTED]);

const REFUSED = v.object({ status: v.literal('error'), ename: v.string(), evalue: v.string() });

const ACTED = v.variant('status', [
  v.object({ status: v.literal('ok'), present: NUMBER, report: v.string() }),
  REFUSED
]);

const DIFFERENCE = v.variant('status', [
  v.object({
    status: v.literal('ok'),
    compared: v.boolean(),
    why: v.optional(v.string(), ''),
    items: v.optional(v.array(CHANGE), []),
    more: v.optional(NUMBER, 0),
    unknown: v.optional(NUMBER, 0)
  }),
  REFUSED
]);

const SOURCE = v.variant('status', [v.object({ status: v.literal('ok'), source: v.nullable(v.string()) }), REFUSED]);

const VARIABLES = v.variant('status', [
  v.object({
    status: v.literal('ok'),
    compared: v.boolean(),
    why: v.optional(v.string(), ''),
    variables: v.array(
      v.object({
        name: v.string(),
        kind: v.string(),
        type: v.string(),
        length: v.nullable(NUMBER),
        text: v.string()
      })
    )
  }),
  REFUSED
]);

const SHOWN = v.variant('status', [
  v.object({
    status: v.literal('ok'),
    data: v.optional(v.record(v.string(), v.unknown())),
    metadata: v.optional(v.record(v.string(), v.unknown()), {}),
    error: v.optional(v.string(), '')
  }),
  REFUSED
]);

const QUESTION = v.object({
  kind: v.string(),
  title: v.string(),
  parts: v.array(v.object({ name: v.string(), text: v.string() })),
  note: v.string(),
  choices: v.pipe(v.array(v.object({ answer: v.string(), label: v.string() })), v.minLength(1))
});

const MARKED = v.object({ monty: v.object({ question: QUESTION }) });

export type Value = v.InferOutput<typeof VALUE>;
export type Change = v.InferOutput<typeof CHANGE>;
export type State = v.InferOutput<typeof STATE>;
export type LastSession = v.InferOutput<typeof LAST_SESSION>;
export type Restored = v.InferOutput<typeof RESTORED>;
export type TimelineEvent = v.InferOutput<typeof EVENT>;
export type Acted = v.InferOutput<typeof ACTED>;
export type Difference = v.InferOutput<typeof DIFFERENCE>;
export type SourceOfState = v.InferOutput<typeof SOURCE>;
export type Grants = Omit<v.InferOutput<typeof GRANTED>, 'event'>;
export type Variables = v.InferOutput<typeof VARIABLES>;
export type Variable = Extract<Variables, { status: 'ok' }>['variables'][number];
export type Shown = v.InferOutput<typeof SHOWN>;
export type Question = v.InferOutput<typeof QUESTION>;

/** What to do, and in which state the person believes to be. */
export type Action =
  | { action: 'undo' | 'redo'; cells?: number }
  | { action: 'restore' | 'delete'; target: number }
  | { action: 'name' | 'unname'; name: string; target?: number }
  | { action: 'resume'; session?: string };

/** The event of a comm message; null for what is none, such as one of a later version. */
export function eventOf(data: unknown): TimelineEvent | null {
  return checked(EVENT, data);
}

/** A reply to `timeline_act_request`; null for what is none. */
export function actedOf(content: unknown): Acted | null {
  return checked(ACTED, content);
}

/** A reply to `timeline_request` for a difference; null for what is none. */
export function differenceOf(content: unknown): Difference | null {
  return checked(DIFFERENCE, content);
}

/** A reply to `timeline_request` for a cell's text; null for what is none. */
export function sourceOf(content: unknown): SourceOfState | null {
  return checked(SOURCE, content);
}

/** A reply to `timeline_request` for what a state holds; null for what is none. */
export function variablesOf(content: unknown): Variables | null {
  return checked(VARIABLES, content);
}

/** A reply to `timeline_request` for a value in its own display; null for what is none. */
export function shownOf(content: unknown): Shown | null {
  return checked(SHOWN, content);
}

/** The question that the metadata of an `input_request` marks as the kernel's own; null if a cell asks. */
export function questionOf(metadata: unknown): Question | null {
  return checked(MARKED, metadata)?.monty.question ?? null;
}

function checked<S extends v.GenericSchema>(schema: S, data: unknown): v.InferOutput<S> | null {
  const found = v.safeParse(schema, data);
  return found.success ? found.output : null;
}
