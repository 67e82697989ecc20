/**
 * The tree of a cell, as the WebAssembly instance's `syntax` gives it: classes and fields are those of CPython's `ast`.
 *
 * `s` and `e` are where a node begins and ends, in UTF-16 units from the start of the text. Fields come in the order of
 * CPython's `_fields`; operators and contexts are their names alone.
 */

type Of<Name extends string, Fields = unknown> = { readonly _: Name; readonly s: number; readonly e: number } & Fields;
type Many<T> = readonly T[];

/** The text of an identifier. */
type Id = string;
/** The name of an operator's class, such as `Add`. */
type Operator = string;
type Context = 'Load' | 'Store' | 'Del';

// Statements ----------------------------------------------------------------------------------------------------------

export interface Module {
  readonly _: 'Module';
  readonly body: Many<Stmt>;
}

interface Defined {
  readonly name: Id;
  readonly args: Arguments;
  readonly body: Many<Stmt>;
  readonly decorator_list: Many<Expr>;
  readonly returns: Expr | null;
  readonly type_params: Many<TypeParameter>;
}
interface ClassFields {
  readonly name: Id;
  readonly bases: Many<Expr>;
  readonly keywords: Many<Keyword>;
  readonly body: Many<Stmt>;
  readonly decorator_list: Many<Expr>;
  readonly type_params: Many<TypeParameter>;
}
interface Looping {
  readonly target: Expr;
  readonly iter: Expr;
  readonly body: Many<Stmt>;
  readonly orelse: Many<Stmt>;
}
interface Testing {
  readonly test: Expr;
  readonly body: Many<Stmt>;
  readonly orelse: Many<Stmt>;
}
interface Trying {
  readonly body: Many<Stmt>;
  readonly handlers: Many<ExceptHandler>;
  readonly orelse: Many<Stmt>;
  readonly finalbody: Many<Stmt>;
}

/** Begins at `def`, behind its decorators, as the other definitions. */
export type FunctionDef = Of<'FunctionDef', Defined>;
export type AsyncFunctionDef = Of<'AsyncFunctionDef', Defined>;
export type ClassDef = Of<'ClassDef', ClassFields>;
export type Return = Of<'Return', { readonly value: Expr | null }>;
export type Delete = Of<'Delete', { readonly targets: Many<Expr> }>;
export type Assign = Of<'Assign', { readonly targets: Many<Expr>; readonly value: Expr }>;
export type TypeAlias = Of<
  'TypeAlias',
  { readonly name: Expr; readonly type_params: Many<TypeParameter>; readonly value: Expr }
>;
export type AugAssign = Of<'AugAssign', { readonly target: Expr; readonly op: Operator; readonly value: Expr }>;
export type AnnAssign = Of<
  'AnnAssign',
  { readonly target: Expr; readonly annotation: Expr; readonly value: Expr | null; readonly simple: number }
>;
export type For = Of<'For', Looping>;
export type AsyncFor = Of<'AsyncFor', Looping>;
export type While = Of<'While', Testing>;
/** An `elif` is an `If` alone in `orelse`. */
export type If = Of<'If', Testing>;
export type With = Of<'With', { readonly items: Many<WithItem>; readonly body: Many<Stmt> }>;
export type AsyncWith = Of<'AsyncWith', { readonly items: Many<WithItem>; readonly body: Many<Stmt> }>;
export type Match = Of<'Match', { readonly subject: Expr; readonly cases: Many<MatchCase> }>;
export type Raise = Of<'Raise', { readonly exc: Expr | null; readonly cause: Expr | null }>;
export type Try = Of<'Try', Trying>;
export type TryStar = Of<'TryStar', Trying>;
export type Assert = Of<'Assert', { readonly test: Expr; readonly msg: Expr | null }>;
export type Import = Of<'Import', { readonly names: Many<Alias> }>;
export type ImportFrom = Of<
  'ImportFrom',
  { readonly module: string | null; readonly names: Many<Alias>; readonly level: number }
>;
export type Global = Of<'Global', { readonly names: Many<Id> }>;
export type Nonlocal = Of<'Nonlocal', { readonly names: Many<Id> }>;
export type ExprStatement = Of<'Expr', { readonly value: Expr }>;

export type Stmt =
  | FunctionDef
  | AsyncFunctionDef
  | ClassDef
  | Return
  | Delete
  | Assign
  | TypeAlias
  | AugAssign
  | AnnAssign
  | For
  | AsyncFor
  | While
  | If
  | With
  | AsyncWith
  | Match
  | Raise
  | Try
  | TryStar
  | Assert
  | Import
  | ImportFrom
  | Global
  | Nonlocal
  | ExprStatement
  | Of<'Pass'>
  | Of<'Break'>
  | Of<'Continue'>;

// Expressions ---------------------------------------------------------------------------------------------------------

interface Comprehending {
  readonly elt: Expr;
  readonly generators: Many<Comprehension>;
}
interface Formatted {
  readonly value: Expr;
  readonly conversion: number;
  readonly format_spec: Expr | null;
}
interface Listed {
  readonly elts: Many<Expr>;
  readonly ctx: Context;
}

export type BoolOp = Of<'BoolOp', { readonly op: Operator; readonly values: Many<Expr> }>;
export type NamedExpr = Of<'NamedExpr', { readonly target: Expr; readonly value: Expr }>;
export type BinOp = Of<'BinOp', { readonly left: Expr; readonly op: Operator; readonly right: Expr }>;
export type UnaryOp = Of<'UnaryOp', { readonly op: Operator; readonly operand: Expr }>;
export type Lambda = Of<'Lambda', { readonly args: Arguments; readonly body: Expr }>;
export type IfExp = Of<'IfExp', { readonly test: Expr; readonly body: Expr; readonly orelse: Expr }>;
/** A key is null before `**`. */
export type Dict = Of<'Dict', { readonly keys: Many<Expr | null>; readonly values: Many<Expr> }>;
export type SetDisplay = Of<'Set', { readonly elts: Many<Expr> }>;
export type ListComp = Of<'ListComp', Comprehending>;
export type SetComp = Of<'SetComp', Comprehending>;
export type DictComp = Of<
  'DictComp',
  { readonly key: Expr; readonly value: Expr; readonly generators: Many<Comprehension> }
>;
export type GeneratorExp = Of<'GeneratorExp', Comprehending>;
export type Await = Of<'Await', { readonly value: Expr }>;
export type Yield = Of<'Yield', { readonly value: Expr | null }>;
export type YieldFrom = Of<'YieldFrom', { readonly value: Expr }>;
export type Compare = Of<
  'Compare',
  { readonly left: Expr; readonly ops: Many<Operator>; readonly comparators: Many<Expr> }
>;
export type Call = Of<'Call', { readonly func: Expr; readonly args: Many<Expr>; readonly keywords: Many<Keyword> }>;
export type FormattedValue = Of<'FormattedValue', Formatted>;
export type JoinedStr = Of<'JoinedStr', { readonly values: Many<Expr> }>;
export type Interpolation = Of<'Interpolation', Formatted & { readonly str: string }>;
export type TemplateStr = Of<'TemplateStr', { readonly values: Many<Expr> }>;
/** `value` is the text of a `str`; of the others it is their source. */
export type Constant = Of<
  'Constant',
  {
    readonly kind: 'str' | 'bytes' | 'int' | 'float' | 'complex' | 'bool' | 'none' | 'ellipsis';
    readonly value: string;
  }
>;
export type Attribute = Of<'Attribute', { readonly value: Expr; readonly attr: Id; readonly ctx: Context }>;
export type Subscript = Of<'Subscript', { readonly value: Expr; readonly slice: Expr; readonly ctx: Context }>;
export type Starred = Of<'Starred', { readonly value: Expr; readonly ctx: Context }>;
export type Name = Of<'Name', { readonly id: Id; readonly ctx: Context }>;
export type List = Of<'List', Listed>;
export type Tuple = Of<'Tuple', Listed>;
export type Slice = Of<
  'Slice',
  { readonly lower: Expr | null; readonly upper: Expr | null; readonly step: Expr | null }
>;

export type Expr =
  | BoolOp
  | NamedExpr
  | BinOp
  | UnaryOp
  | Lambda
  | IfExp
  | Dict
  | SetDisplay
  | ListComp
  | SetComp
  | DictComp
  | GeneratorExp
  | Await
  | Yield
  | YieldFrom
  | Compare
  | Call
  | FormattedValue
  | JoinedStr
  | Interpolation
  | TemplateStr
  | Constant
  | Attribute
  | Subscript
  | Starred
  | Name
  | List
  | Tuple
  | Slice;

// Parts of both -------------------------------------------------------------------------------------------------------

export type Comprehension = Of<
  'comprehension',
  { readonly target: Expr; readonly iter: Expr; readonly ifs: Many<Expr>; readonly is_async: number }
>;
export type ExceptHandler = Of<
  'ExceptHandler',
  { readonly type: Expr | null; readonly name: Id | null; readonly body: Many<Stmt> }
>;
export type Arg = Of<'arg', { readonly arg: Id; readonly annotation: Expr | null }>;
/** `arg` is null before `**`. */
export type Keyword = Of<'keyword', { readonly arg: Id | null; readonly value: Expr }>;
/** `name` is `*` for all of a module. */
export type Alias = Of<'alias', { readonly name: string; readonly asname: Id | null }>;
export type WithItem = Of<'withitem', { readonly context_expr: Expr; readonly optional_vars: Expr | null }>;
export type MatchCase = Of<
  'match_case',
  { readonly pattern: Pattern; readonly guard: Expr | null; readonly body: Many<Stmt> }
>;

/** `kw_defaults` has null where a keyword-only argument has no default. */
export interface Arguments {
  readonly _: 'arguments';
  readonly posonlyargs: Many<Arg>;
  readonly args: Many<Arg>;
  readonly vararg: Arg | null;
  readonly kwonlyargs: Many<Arg>;
  readonly kw_defaults: Many<Expr | null>;
  readonly kwarg: Arg | null;
  readonly defaults: Many<Expr>;
}

export type Pattern =
  | Of<'MatchValue', { readonly value: Expr }>
  | Of<'MatchSingleton', { readonly value: string }>
  | Of<'MatchSequence', { readonly patterns: Many<Pattern> }>
  | Of<'MatchMapping', { readonly keys: Many<Expr>; readonly patterns: Many<Pattern>; readonly rest: Id | null }>
  | Of<
      'MatchClass',
      {
        readonly cls: Expr;
        readonly patterns: Many<Pattern>;
        readonly kwd_attrs: Many<Id>;
        readonly kwd_patterns: Many<Pattern>;
      }
    >
  | Of<'MatchStar', { readonly name: Id | null }>
  | Of<'MatchAs', { readonly pattern: Pattern | null; readonly name: Id | null }>
  | Of<'MatchOr', { readonly patterns: Many<Pattern> }>;

export type TypeParameter = Of<
  'TypeVar' | 'TypeVarTuple' | 'ParamSpec',
  { readonly name: Id; readonly bound?: Expr | null; readonly default_value?: Expr | null }
>;

export type Node =
  | Module
  | Stmt
  | Expr
  | Pattern
  | Comprehension
  | ExceptHandler
  | Arguments
  | Arg
  | Keyword
  | Alias
  | WithItem
  | MatchCase
  | TypeParameter;

/** What `syntax` replies: a tree, or what is wrong with the text, and where. */
export type Reply = Module | { readonly error: string; readonly s: number; readonly e: number };
