/** Monty's module, fetched and compiled once for a page. Each worker gets it, and fetches and compiles nothing. */

import { EngineUnavailable, said, whyNotCompiled } from '../engine/unavailable';

const MAGIC = [0x00, 0x61, 0x73, 0x6d];

export class EngineModule {
  #compiled: Promise<WebAssembly.Module> | null = null;
  #again = false;

  constructor(
    private readonly url: string,
    private readonly request: typeof fetch = (...how) => fetch(...how)
  ) {}

  /** The module. After a failure, it is tried again. @throws EngineUnavailable */
  compiled(): Promise<WebAssembly.Module> {
    this.#compiled ??= this.#make().catch((error: unknown) => {
      this.#compiled = null;
      this.#again = true;
      throw error;
    });
    return this.#compiled;
  }

  async #make(): Promise<WebAssembly.Module> {
    if (!('WebAssembly' in globalThis)) {
      throw new EngineUnavailable('this browser has no WebAssembly, or it is turned off. Use a newer browser.');
    }
    const response = await this.#fetched();
    try {
      if (isWasm(response)) return await WebAssembly.compileStreaming(response);
      const bytes = await response.arrayBuffer();
      requireMagic(new Uint8Array(bytes, 0, Math.min(4, bytes.byteLength)), response);
      return await WebAssembly.compile(bytes);
    } catch (error) {
      throw error instanceof EngineUnavailable ? error : new EngineUnavailable(whyNotCompiled(error));
    }
  }

  async #fetched(): Promise<Response> {
    let response: Response;
    try {
      // what the browser has kept may be what failed
      response = await this.request(this.url, this.#again ? { cache: 'reload' } : {});
    } catch (error) {
      throw new EngineUnavailable(
        `the engine could not be fetched (${said(error)}). Check the connection, and run the cell again.`
      );
    }
    if (response.ok) return response;
    const status = `${response.status} ${response.statusText}`.trim();
    throw new EngineUnavailable(
      `the engine could not be fetched (${status}). The site has to have ${this.url}; then run the cell again.`
    );
  }
}

function isWasm(response: Response): boolean {
  return response.headers.get('Content-Type')?.startsWith('application/wasm') === true;
}

function requireMagic(start: Uint8Array, response: Response): void {
  if (MAGIC.every((byte, index) => start[index] === byte)) return;
  const type = response.headers.get('Content-Type') ?? 'no type';
  throw new EngineUnavailable(
    `what the site has at ${response.url} is not the engine (${type}). Once it is there, run the cell again.`
  );
}
