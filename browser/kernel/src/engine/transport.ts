/** One interpreter as the engine drives it: a turn is a request, prints, and the event that ends it. */

import type { ChildEvent, ParentRequest } from '../wire/generated/monty/v1/monty_pb';

/** Text that the program printed. */
export interface Printed {
  name: 'stdout' | 'stderr';
  text: string;
}

/** An interpreter with at most one session. */
export interface Transport {
  /**
   * One turn.
   *
   * @param printed - Takes what is printed, as it happens. What it throws ends the interpreter and is thrown on.
   * @throws TransportLost - The interpreter is gone.
   */
  turn(request: ParentRequest, printed: (text: Printed) => void): ChildEvent | Promise<ChildEvent>;
  /** End it. Idempotent. */
  close(): void;
}

/** Makes interpreters without a session. */
export type Transports = () => Promise<Transport>;

/** The interpreter is gone, and its session with it. */
export class TransportLost extends Error {
  constructor(
    readonly why: 'crashed' | 'memory',
    message: string
  ) {
    super(message);
    this.name = 'TransportLost';
  }
}
