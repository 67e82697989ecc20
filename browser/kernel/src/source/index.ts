/** A cell's source: the values that speak of it. The modules rewrite it, and know where each character came from. */

import type { Span } from './source_map';

/** A cell as the person typed it. `label` is what tracebacks call it: `In[3]`, or `<user expression>`. */
export interface CellSource {
  readonly label: string;
  readonly text: string;
}

// What magics become: code around the person's own code, or an action between two feeds --------------------------------

/** Something that the host does to the session between two feeds, such as `%reset`. It has a line of its own. */
export interface Action {
  readonly name: string;
  readonly args: string;
  /** Whether the session may be another one afterwards. */
  readonly changes: boolean;
}

/** The code that replaces a line magic. */
export interface Rewrite {
  /** Source put before the kept code. It may have several lines, which are indented like the magic's line. */
  readonly before?: string;
  /** The span of the magic's arguments that is the person's code; none if no part is. */
  readonly keep?: Span | null;
  /** Source put after the kept code. */
  readonly after?: string;
  /** The names of the prelude's parts that the code calls. */
  readonly parts?: readonly string[];
  /** Whether the whole can stand to the right of `name =`. */
  readonly isExpression?: boolean;
  /** What the host does instead. */
  readonly action?: Action | null;
  /** An expression that follows on a line of its own and is the line's value; `name =` moves in front of it. */
  readonly value?: string;
  /** The span of the arguments that an error belongs to when nothing is kept; by default the whole line. */
  readonly blame?: Span | null;
}

/** The code that replaces a cell magic. */
export interface CellRewrite {
  /** Source put in front of the body. */
  readonly before?: string;
  /** The span of the magic's arguments that is the person's code, put between `before` and `between`. */
  readonly keep?: Span | null;
  /** Source put after the kept arguments. */
  readonly between?: string;
  /** Put in front of each line of the body. */
  readonly indent?: string;
  /** Source that runs after the body, before its last expression is shown. */
  readonly finish?: string;
  /** Source put behind the body. */
  readonly after?: string;
  /** Whether the body is the person's Python. If it is not, only `before` runs. By default it is. */
  readonly keepBody?: boolean;
  /** The names of the prelude's parts that the code calls. */
  readonly parts?: readonly string[];
  /** The span of the arguments that an error belongs to when nothing is kept. */
  readonly blameArgs?: Span | null;
  /** The same of the body. Without either it is the magic's line. */
  readonly blameBody?: Span | null;
}

/** Makes code of magics. Never throws for what a notebook says: a wrong magic becomes code that raises when it runs. */
export interface MagicTable {
  /**
   * The rewrite of `%name args`.
   *
   * `name` is `!` for a shell line, `?` and `??` for help on `args`, `%name` for a cell magic below the first line, `=` for
   * a value asked of the magic `args` that has none, `alone` for the action `args` inside a block.
   */
  line(name: string, args: string): Rewrite;

  /** The rewrite of `%%name args` over `body`; `name` is `!` for `!!` and similar lines. */
  cell(name: string, args: string, body: string): CellRewrite;
}

// What rewriting asks --------------------------------------------------------------------------------------------------

/** Names by module. */
export type Granted = ReadonlyMap<string, readonly string[]>;

/** What is known of the session's names before a cell runs. */
export interface SessionNames {
  /** Those of the names that the session does not define; all if it cannot be asked. */
  undefinedOf(names: ReadonlySet<string>): ReadonlySet<string>;

  /** Those that may lead a call to the host; null if that is unknown. */
  asking(): ReadonlySet<string> | null;

  /** Whether a cell may have made exceptions with other arguments than one text. */
  readonly remembersErrors: boolean;

  /** The modules that the person granted, with the names in each. */
  readonly granted: Granted;
}

/** For a cell that is read without its session: names may be anything. */
export const NOTHING_KNOWN: SessionNames = {
  undefinedOf: names => names,
  asking: () => null,
  remembersErrors: false,
  granted: new Map()
};
