/** What the host says to an interpreter: one request a turn. */

import { create } from '@bufbuild/protobuf';
import { ParentRequestSchema } from './generated/monty/v1/monty_pb';
import { ArenaBuilder, encodeValue } from './encode';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ConfigureSchema, ExtFunctionResultSchema, ParentRequest } from './generated/monty/v1/monty_pb';
import type { Value } from './values';

/** The version of monty-proto's schema that is spoken here. */
export const PROTOCOL_VERSION = 6;

/** What the host answers to a call of a cell. */
export type Answered =
  | { value: Value }
  /** Raise this in the cell. The type is one of Monty's names. */
  | { raise: string; message: string }
  /** The answer comes later, with `resumeFutures`. */
  | 'later'
  /** Monty gives its own answer. */
  | 'unhandled';

/** An answer that is final. */
export type Settled = Exclude<Answered, string>;

/** What Monty calls sources that it does not count, by default and in the native kernel. */
export const SCRIPT_NAME = 'main.py';

export function configure(settings: MessageInitShape<typeof ConfigureSchema>): ParentRequest {
  return create(ParentRequestSchema, {
    kind: { case: 'configure', value: { protocolVersion: PROTOCOL_VERSION, scriptName: SCRIPT_NAME, ...settings } }
  });
}

/** Run a piece of source. `cwd`: the folder to go to before, or empty. */
export function feed(code: string, inputs: Iterable<readonly [string, Value]>, cwd = ''): ParentRequest {
  const arena = new ArenaBuilder();
  const named = [...inputs].map(([name, value]) => ({ name, value: arena.push(value) }));
  const values = arena.finish();
  return create(ParentRequestSchema, { kind: { case: 'feed', value: { code, inputs: named, values, cwd } } });
}

export function resumeCall(callId: number, answer: Answered): ParentRequest {
  if (typeof answer === 'object' && 'value' in answer) {
    const { values, index } = encodeValue(answer.value);
    const result = { kind: { case: 'returnValue' as const, value: index } };
    return create(ParentRequestSchema, { kind: { case: 'resumeCall', value: { callId, result, values } } });
  }
  const result = resultOf(callId, answer);
  return create(ParentRequestSchema, { kind: { case: 'resumeCall', value: { callId, result } } });
}

function resultOf(
  callId: number,
  answer: Exclude<Answered, { value: Value }>
): MessageInitShape<typeof ExtFunctionResultSchema> {
  if (answer === 'later') return { kind: { case: 'future', value: callId } };
  if (answer === 'unhandled') return { kind: { case: 'notHandled', value: {} } };
  return { kind: { case: 'error', value: raisedMessage(answer) } };
}

function raisedMessage(answer: { raise: string; message: string }): { excType: string; message?: string } {
  return { excType: answer.raise, ...(answer.message !== '' && { message: answer.message }) };
}

export function resumeFutures(settled: Iterable<readonly [number, Settled]>): ParentRequest {
  const arena = new ArenaBuilder();
  const results = [...settled].map(([callId, answer]) => ({
    callId,
    result:
      'value' in answer
        ? { kind: { case: 'returnValue' as const, value: arena.push(answer.value) } }
        : resultOf(callId, answer)
  }));
  return create(ParentRequestSchema, { kind: { case: 'resumeFutures', value: { results, values: arena.finish() } } });
}

/** A name that the session does not define is this value; undefined: it is nothing. */
export function resumeNameLookup(value: Value | undefined): ParentRequest {
  if (value === undefined) {
    const kind = { case: 'undefined' as const, value: {} };
    return create(ParentRequestSchema, { kind: { case: 'resumeNameLookup', value: { kind } } });
  }
  const { values, index } = encodeValue(value);
  const kind = { case: 'value' as const, value: index };
  return create(ParentRequestSchema, { kind: { case: 'resumeNameLookup', value: { values, kind } } });
}

/** End the feed that is suspended: nothing in it can catch this. */
export function abortFeed(raise: string, message: string): ParentRequest {
  const exception = raisedMessage({ raise, message });
  return create(ParentRequestSchema, { kind: { case: 'abortFeed', value: { exception } } });
}

export function dump(): ParentRequest {
  return create(ParentRequestSchema, { kind: { case: 'dump', value: {} } });
}

export function load(state: Uint8Array): ParentRequest {
  return create(ParentRequestSchema, { kind: { case: 'load', value: { state } } });
}
