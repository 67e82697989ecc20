/** Why the engine cannot be had in a browser, in words for the person who runs a cell. */

/** The engine cannot be had here. The message says why, and what to do. */
export class EngineUnavailable extends Error {}

/** Why the engine was not compiled or could not begin, and what to do. */
export function whyNotCompiled(error: unknown): string {
  const message = said(error);
  if (/unsafe-eval|content security policy|\bCSP\b|disallowed by embedder/i.test(message)) {
    return (
      "the site's content security policy forbids WebAssembly. Whoever runs the site has to add " +
      "'wasm-unsafe-eval' to its script-src."
    );
  }
  if (error instanceof WebAssembly.CompileError) {
    return (
      `the engine could not be compiled (${message}): it did not arrive whole, or this browser is too old. ` +
      'Run the cell again, and use a newer browser if that does not help.'
    );
  }
  return `the engine could not be loaded (${message}). Run the cell again.`;
}

/** What an error says. */
export function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
