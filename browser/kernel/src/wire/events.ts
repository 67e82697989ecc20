/** What an interpreter says, as the engine reads it. */

import { PrintStream } from './generated/monty/v1/monty_pb';
import type { Print, RaisedException, SourceRange } from './generated/monty/v1/monty_pb';

/** An exception that ended a feed. */
export interface Raised {
  type: string;
  message: string;
  /** The outermost first. */
  frames: RaisedFrame[];
}

/** One frame of its traceback. Lines and columns count characters from 1; `endColumn` is exclusive. */
export interface RaisedFrame {
  filename: string;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
  /** Null at the top level. */
  function: string | null;
  /** Whether it is not that of running code: its source could not be parsed or compiled. */
  isSource: boolean;
}

/** Where the expression stands that asks the host, in UTF-8 bytes of a feed. */
export interface Position {
  filename: string;
  start: number;
  end: number;
}

export function raisedOf(exception: RaisedException | undefined): Raised {
  return {
    type: exception?.excType ?? 'RuntimeError',
    message: exception?.message ?? '',
    frames: (exception?.traceback ?? []).map(frame => ({
      filename: frame.filename,
      line: frame.start?.line ?? 1,
      column: frame.start?.column ?? 1,
      endLine: frame.end?.line ?? frame.start?.line ?? 1,
      endColumn: frame.end?.column ?? frame.start?.column ?? 1,
      function: frame.frameName ?? null,
      isSource: frame.hideFrameName
    }))
  };
}

export function positionOf(range: SourceRange | undefined): Position {
  return { filename: range?.filename ?? '', start: range?.start ?? 0, end: range?.end ?? 0 };
}

/** The pieces of a print, in order. */
export function* printedBy(print: Print): Generator<{ name: 'stdout' | 'stderr'; text: string }> {
  for (const segment of print.segments) {
    yield { name: segment.stream === PrintStream.STDERR ? 'stderr' : 'stdout', text: segment.text };
  }
}
