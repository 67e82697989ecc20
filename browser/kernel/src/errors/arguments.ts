/** Whether the arguments of a call fit a function, as Python binds them. */

import type { Arguments, Call } from '../source/tree';

interface Parameter {
  readonly name: string;
  readonly kind: 'positional' | 'either' | 'rest' | 'keyword' | 'more';
  readonly required: boolean;
}

export type Signature = readonly Parameter[];

/** The parameters of a function without the first `bound`, which a method gets from its object. */
export function signatureOf(args: Arguments, bound: number): Signature {
  const plain = [...args.posonlyargs, ...args.args];
  const first = plain.length - args.defaults.length;
  const found = plain.map((each, index): Parameter => {
    const kind = index < args.posonlyargs.length ? 'positional' : 'either';
    return { name: each.arg, kind, required: index < first };
  });
  const rest = (name: string, kind: 'rest' | 'more'): Parameter => ({ name, kind, required: false });
  return [
    ...found.slice(bound),
    ...(args.vararg === null ? [] : [rest(args.vararg.arg, 'rest')]),
    ...args.kwonlyargs.map((each, index): Parameter => {
      return { name: each.arg, kind: 'keyword', required: (args.kw_defaults[index] ?? null) === null };
    }),
    ...(args.kwarg === null ? [] : [rest(args.kwarg.arg, 'more')])
  ];
}

/**
 * Whether the arguments fit; false only for the mistake that is looked for, too `few` or too many. Null if unknown.
 */
export function fits(call: Call, signature: Signature, few: boolean): boolean | null {
  if (call.args.some(each => each._ === 'Starred') || call.keywords.some(each => each.arg === null)) return null;
  const mistake = wrong(call.args.length, new Set(call.keywords.map(each => each.arg ?? '')), signature);
  return mistake === null || (mistake === 'missing') !== few;
}

/** The first thing that is wrong, in the order in which `inspect.Signature.bind` looks. */
function wrong(given: number, names: Set<string>, signature: Signature): 'missing' | 'other' | null {
  const left = new Set(names);
  let index = 0;
  for (let at = 0; at < given; at += 1) {
    const parameter = signature[index];
    if (parameter === undefined || parameter.kind === 'more' || parameter.kind === 'keyword') return 'other';
    index += 1;
    if (parameter.kind === 'rest') break;
    if (left.has(parameter.name) && parameter.kind !== 'positional') return 'other';
  }
  for (const parameter of signature.slice(index)) {
    if (parameter.kind === 'more' || parameter.kind === 'rest') continue;
    const passed = left.delete(parameter.name);
    if (passed && parameter.kind === 'positional') return 'other';
    if (!passed && parameter.required) return 'missing';
  }
  const takesMore = signature.some(parameter => parameter.kind === 'more');
  return left.size > 0 && !takesMore ? 'other' : null;
}
