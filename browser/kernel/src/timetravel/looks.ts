/** Which cells only look, as far as their source can tell: what they name has to be plain data besides. */

import { walk } from '../source/walk';
import type { Call, Node } from '../source/tree';

const BUILTINS = words(`
  abs all any ascii bin bool bytes chr dict display divmod enumerate filter float format frozenset hex int isinstance len
  list max min oct ord pow print range repr reversed round set sorted str sum tuple type zip
`);
/** Methods that change nothing, of every type of plain data that has one of this name; and fields of such types. */
const ATTRIBUTES = words(`
  as_integer_ratio bit_length capitalize casefold center copy count date decode difference elements encode endswith find
  format get hex index intersection isalnum isalpha isascii isdecimal isdigit isdisjoint isidentifier islower isnumeric
  isoformat isprintable isspace issubset issuperset istitle isupper is_integer items join keys ljust lower lstrip
  most_common partition removeprefix removesuffix replace rfind rindex rjust rpartition rsplit rstrip split splitlines
  startswith strftime strip swapcase symmetric_difference time title total_seconds translate union upper values weekday
  zfill year month day hour minute second microsecond days seconds real imag name stem suffix
`);
const KNOWN = words(`
  Expr If Assert Pass Attribute BinOp BoolOp Call Compare Constant Dict DictComp FormattedValue GeneratorExp IfExp JoinedStr
  Lambda List ListComp Name Set SetComp Slice Starred Subscript Tuple UnaryOp Module arg arguments comprehension keyword
`);

const MAGIC = /^%(\w+)(?:[ \t][\w \t.,~/=:*-]*)?$/gmu;
const QUERY = /^%{0,2}[A-Za-z_][\w.]*\?{1,2}[ \t]*$/gmu;

/** A cell that changes nothing if these names are what they should be. */
export interface Look {
  /** Plain data, or what the cell itself binds, or functions of Python's own. */
  data: ReadonlySet<string>;
  /** Modules whose functions change nothing. */
  modules: ReadonlySet<string>;
  /** Those of `data` that need not be there: the cell binds them, or Python does. */
  own: ReadonlySet<string>;
}

/** What is left of a cell without its magics and questions that only look; the rest may be Python. */
export function withoutMagics(source: string, magics: ReadonlySet<string>): string {
  return source.replace(MAGIC, (line, name: string) => (magics.has(name) ? '' : line)).replace(QUERY, '');
}

/** What has to be so for a cell to change nothing; null if its tree does not tell. */
export function look(tree: Node): Look | null {
  const nodes = [...walk(tree)];
  const own = new Set<string>();
  for (const node of nodes) {
    if (!KNOWN.has(node._)) return null;
    if (node._ === 'Name' && node.ctx !== 'Load') own.add(node.id);
    if (node._ === 'arg') own.add(node.arg);
    // [0 for x[0] in ...] changes x
    if ((node._ === 'Attribute' || node._ === 'Subscript' || node._ === 'Starred') && node.ctx !== 'Load') return null;
  }
  const modules = new Set<string>();
  const bases = new Set<Node>();
  for (const node of nodes) {
    if (node._ === 'Attribute' && !ATTRIBUTES.has(node.attr)) {
      if (node.value._ !== 'Name' || own.has(node.value.id)) return null;
      modules.add(node.value.id);
      bases.add(node.value);
    }
    if (node._ === 'Call' && !isKnown(node, own)) return null;
  }
  const data = new Set<string>();
  for (const node of nodes) if (node._ === 'Name' && !bases.has(node)) data.add(node.id);
  return { data, modules, own: new Set([...data].filter(name => own.has(name) || BUILTINS.has(name))) };
}

/** Whether the cell changes nothing in a session in which the names are this; see `__mk_steady`. */
export function isOne(found: Look, kinds: ReadonlyMap<unknown, unknown>): boolean {
  return (
    [...found.data].every(
      name => kinds.get(name) === 'plain' || (found.own.has(name) && kinds.get(name) === 'absent')
    ) && [...found.modules].every(name => kinds.get(name) === 'module')
  );
}

/** Whether a call changes nothing if what it is given is plain data, and no function that the session defines. */
function isKnown(call: Call, own: ReadonlySet<string>): boolean {
  if (call.func._ === 'Attribute') return true; // of plain data or a module, as its name says
  return call.func._ === 'Name' && BUILTINS.has(call.func.id) && !own.has(call.func.id);
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}
