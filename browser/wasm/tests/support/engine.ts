/** An engine that speaks monty-proto: the WebAssembly module, or the native worker. */

import type { MessageInitShape } from '@bufbuild/protobuf';
import type {
  ChildEvent,
  ConfigureSchema,
  ParentRequestSchema,
  PrintSegment,
  PrintStream
} from '../../../kernel/src/wire/generated/monty/v1/monty_pb';

export type Request = NonNullable<MessageInitShape<typeof ParentRequestSchema>['kind']>;
export type End = ChildEvent['kind'];
/** An event that ends a turn, of one kind. */
export type EndOf<Case extends End['case']> = Extract<End, { case: Case }>;

/** What one request led to. */
export interface Turn {
  readonly prints: readonly PrintSegment[];
  readonly event: ChildEvent;
}

export interface Engine {
  /**
   * Send a request and take what comes of it.
   *
   * @throws EngineLost - The engine ended instead.
   */
  turn(request: Request): Promise<Turn>;
  close(): Promise<void>;
}

/** The engine has ended, and said this last. */
export class EngineLost extends Error {
  constructor(
    message: string,
    readonly exitCode: number | null
  ) {
    super(message);
  }
}

/** The protocol that both engines speak. */
export const PROTOCOL_VERSION = 6;

/** Start a session. */
export async function configure(
  engine: Engine,
  settings: MessageInitShape<typeof ConfigureSchema> = {}
): Promise<void> {
  const { event } = await engine.turn({
    case: 'configure',
    value: { scriptName: 'main.py', protocolVersion: PROTOCOL_VERSION, ...settings }
  });
  if (event.kind.case !== 'ok') throw new Error(`the engine answered ${String(event.kind.case)} to Configure`);
}

/** The event if it is of the kind that is expected. */
export function ended<Case extends End['case']>(turn: Turn, kind: Case): EndOf<Case>['value'] {
  const end = turn.event.kind;
  if (end.case !== kind) throw new Error(`the turn ended with ${describe(end)} instead of ${String(kind)}`);
  return end.value as EndOf<Case>['value'];
}

function describe(end: End): string {
  if (end.case === 'error') return `${end.value.exception?.excType ?? '?'}: ${end.value.exception?.message ?? ''}`;
  return String(end.case);
}

/** The text of one stream, or of both in order. */
export function printed(turn: Turn, stream?: PrintStream): string {
  return turn.prints
    .filter(segment => stream === undefined || segment.stream === stream)
    .map(segment => segment.text)
    .join('');
}
