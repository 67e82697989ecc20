/** What an interrupt does to a cell that waits for the host. One that computes does not hear it. */

/** The person interrupted the cell. */
export class Interrupted extends Error {
  constructor() {
    super('interrupted');
    this.name = 'KeyboardInterrupt';
  }
}

/** So many interrupts within `INSISTENT_SECONDS` stop a cell for good, although it caught those before the last. */
export const INSISTENT = 3;

/** Interrupts that come more slowly may be caught for ever: each may be meant to skip one step of a long loop. */
export const INSISTENT_SECONDS = 5;

/** Milliseconds after which a cell that calls the host again and again lets messages in. */
const BREATH = 10;

/** Interrupts one cell at a time. One that comes while the host works is kept until the cell asks for something. */
export class Interrupts {
  #expected = false;
  #requested = false;
  #times: number[] = [];
  #wake: (() => void) | null = null;
  #breathed = 0;

  /** A cell begins: until `over` an interrupt is meant for it. Idempotent. */
  expect(): void {
    if (this.#expected) return;
    this.#expected = true;
    this.#requested = false;
    this.#times = [];
    this.#breathed = performance.now();
  }

  /** The cell has ended. Idempotent. */
  over(): void {
    this.#expected = this.#requested = false;
  }

  /** Whether a cell runs. */
  get isExpected(): boolean {
    return this.#expected;
  }

  /**
   * Stop the cell: `unheard` if there is none, `insisted` if it caught so many that it has to be stopped from outside.
   */
  interrupt(): 'heard' | 'unheard' | 'insisted' {
    if (!this.#expected) return 'unheard';
    if (!this.#requested) {
      const now = performance.now();
      this.#times = [...this.#times.filter(time => now - time <= INSISTENT_SECONDS * 1000), now];
      if (this.#times.length >= INSISTENT) return 'insisted';
    }
    this.#requested = true;
    this.#wake?.();
    return 'heard';
  }

  /** Whether the cell was interrupted, which the caller now answers. */
  take(): boolean {
    const requested = this.#requested;
    this.#requested = false;
    return requested;
  }

  /** Let messages in if there was no time for them lately. */
  async breathe(): Promise<void> {
    if (performance.now() - this.#breathed < BREATH) return;
    await turnOfTheLoop();
    this.#breathed = performance.now();
  }

  /**
   * Wait for a promise.
   *
   * @throws Interrupted - The cell was interrupted; what the promise will give is of no use any more.
   */
  async wait<T>(promise: Promise<T>): Promise<T> {
    const woken = new Promise<never>((_, reject) => {
      this.#wake = () => {
        reject(new Interrupted());
      };
      if (this.#requested) this.#wake();
    });
    promise.catch(() => undefined); // when it is not waited for any more
    try {
      return await Promise.race([woken, promise]);
    } catch (error) {
      if (error instanceof Interrupted) this.#requested = false;
      throw error;
    } finally {
      this.#wake = null;
      this.#breathed = performance.now();
    }
  }

  /** Wait for so many milliseconds. Throws Interrupted. */
  async sleep(milliseconds: number): Promise<void> {
    if (milliseconds <= 0) {
      await this.breathe();
      if (this.take()) throw new Interrupted();
      return;
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = performance.now() + milliseconds;
    try {
      for (let left = milliseconds; left > 0; left = end - performance.now()) {
        const due = new Promise<void>(resolve => {
          timer = setTimeout(resolve, Math.min(left, LONGEST_TIMER));
        });
        await this.wait(due);
      }
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Milliseconds: timers take no more than 31 bits. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Sooner than a timer, which browsers hold back for 4 ms. */
async function turnOfTheLoop(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  await new Promise(resolve => {
    port2.onmessage = resolve;
    port1.postMessage(null);
  });
  port1.close();
}
