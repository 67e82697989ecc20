/** A regular expression that is compiled when it is first used. */

/**
 * Each class that names a property of Unicode takes 0.2 ms to compile, and a worker has a hundred patterns, most of which
 * its cells never need.
 */
export class LatePattern extends RegExp {
  #compiled: RegExp | null = null;
  readonly #make: () => string;

  /** @param make - Gives the source. */
  constructor(flags: string, make: () => string) {
    super('', flags);
    this.#make = make;
  }

  override get source(): string {
    return this.#pattern().source;
  }

  override exec(text: string): RegExpExecArray | null {
    return this.#through(pattern => pattern.exec(text));
  }

  override test(text: string): boolean {
    return this.#through(pattern => pattern.test(text));
  }

  override [Symbol.match](text: string): RegExpMatchArray | null {
    return this.#through(pattern => pattern[Symbol.match](text));
  }

  override [Symbol.matchAll](text: string): RegExpStringIterator<RegExpExecArray> {
    return this.#through(pattern => pattern[Symbol.matchAll](text));
  }

  override [Symbol.replace](text: string, by: string | ((match: string, ...groups: unknown[]) => string)): string {
    return this.#through(pattern => pattern[Symbol.replace](text, by as string)); // or a function, as it is declared twice
  }

  override [Symbol.search](text: string): number {
    return this.#pattern()[Symbol.search](text);
  }

  override [Symbol.split](text: string, limit?: number): string[] {
    return this.#pattern()[Symbol.split](text, limit);
  }

  override toString(): string {
    return this.#pattern().toString();
  }

  #through<T>(use: (pattern: RegExp) => T): T {
    const pattern = this.#pattern();
    pattern.lastIndex = this.lastIndex;
    try {
      return use(pattern);
    } finally {
      this.lastIndex = pattern.lastIndex;
    }
  }

  #pattern(): RegExp {
    this.#compiled ??= new RegExp(this.#make(), this.flags);
    return this.#compiled;
  }
}
