"""Rewritten code inside rewritten code: undone by its tree, it is what was typed, and every name leads back to its place.

The rewrites know nothing of each other, and several may put brackets around the same expression.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Mapping
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monty_kernel.engine.source import CellSource
from monty_kernel.engine.source.cell import CellOptions, Feed, parse
from monty_kernel.engine.source.source_map import Edit, SourceMap, enclosing
from monty_kernel.magics.registry import Magics


class Known:
    """A session that has one function which asks the host, and nothing else."""

    remembers_errors = True
    granted: Mapping[str, Collection[str]] = {}

    def undefined(self, names: frozenset[str]) -> frozenset[str]:
        return names

    def asking(self) -> frozenset[str]:
        return frozenset(["ask"])


LEAVES = ["x", "7", "e.args", "e", "os.environ", "locals()", "open(p)", "ValueError(1, 2)", "OSError(x, 'é')", "len"]
AROUND = [
    *(
        "({})",
        "@[0]",
        "[*@]",
        "f({})",
        "@ + @",
        "({}).args",
        "(lambda: {})",
        "KeyError({})",
        "print({}, e)",
        "f'{e} {e!r} {KeyError(5)}'",
        "({} if {} else {})",
    ),
    *("list({})", "sorted({})", "tuple({})", "''.join({})", "enumerate({})", "zip({}, {})", "max({}, key=@.get)"),
    *("sorted({}, key=ask)", "map(ask, {})", "filter(ask, {})", "@[1].sort(key=ask)", "e.args.sort(key=ask)"),
    *("map(@.index, {})", "list(iter(ask, {}))", "min({}, key=os.environ.get)", "locals()['é'].sort(key=ask)"),
    *(
        "ValueError(n for n in {})",
        "OSError(1, {}).errno",
        "str(KeyError({}))",
        "'%s %s' % (e, {})",
        "@.args",
        "@.strerror",
    ),
    *("locals().get", "sorted({}, key=locals().get)", "os.environ['x'].sort(key=e.args.index)"),
]
ATOMS = (ast.Name, ast.Call, ast.Attribute, ast.Subscript, ast.List)
STATEMENTS = ["assert {}, {}", "del @[{}]", "del @[0], x[{}]", "a, *b = {}", "{}", "x = {}", "if {}: {}", "raise {}"]


def expression(random: Random, depth: int) -> str:
    if depth == 0 or random.random() < 0.2:
        return random.choice(LEAVES)
    return filled(random.choice(AROUND), random, depth)


def filled(text: str, random: Random, depth: int) -> str:
    """The text with expressions in the place of `{}`, and of `@` where operators would need brackets around them."""
    parts = re.split(r"({}|@)", text)
    for at in range(1, len(parts), 2):
        inside = expression(random, depth - 1)
        parts[at] = (
            inside if parts[at] == "{}" or isinstance(ast.parse(inside, mode="eval").body, ATOMS) else f"({inside})"
        )
    return "".join(parts)


def program(random: Random) -> str:
    lines = ["try: f()", "except Exception as e:"]
    for number in range(random.randint(1, 4)):
        text = filled(random.choice(STATEMENTS), random, 4)
        lines.append(f"  {text}" if number else f"  def f():\n    {text}")
    return "\n".join([*lines, random.choice(["", expression(random, 3)])])


class Undone(ast.NodeTransformer):
    """The tree of what was typed, of the tree of what it became."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        args = node.args
        match name:
            case "__mk_of_error" | "__mk_attribute" | "__mk_passed":
                assert isinstance(args[1], ast.Constant)
                return ast.Attribute(args[0], args[1].value, ast.Load())
            case "__mk_sort":
                return ast.Call(ast.Attribute(args[0], "sort", ast.Load()), args[1:], node.keywords)
            case "__mk_locals" | "__mk_lines" | "__mk_as_made":
                return args[0]
        if name.startswith("__mk_"):
            assert isinstance(args[0], ast.Name)
            assert name in ("__mk_made", "__mk_made_of_errno", f"__mk_{args[0].id}")
            return ast.Call(args[0], args[1:], node.keywords)
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        self.generic_visit(node)
        is_name = isinstance(node.test, ast.Constant) and node.test.value == 1
        return node.body if is_name and isinstance(node.body, ast.Name) else node

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        if node.msg is not None:
            assert isinstance(node.test, ast.IfExp)
            node.test = node.test.test
        return self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        call = node.value
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            if call.func.id == "__mk_delete_item":
                value, key = map(self.visit, call.args)
                assert isinstance(key, ast.Subscript)
                return ast.Delete([ast.Subscript(value, key.slice, ast.Del())])
            if call.func.id in ("__mk_begin", "__mk_show"):
                return None
        return self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        self.generic_visit(node)
        target = node.targets[0]
        return ast.Expr(node.value) if isinstance(target, ast.Name) and target.id == "__mk_value" else node


def deletions_apart(tree: ast.Module) -> ast.Module:
    class Apart(ast.NodeTransformer):
        def visit_Delete(self, node: ast.Delete) -> list[ast.stmt]:
            return [ast.Delete([target]) for target in node.targets]

    return Apart().visit(tree)  # type: ignore[no-any-return]


def fed(text: str) -> Feed:
    (feed,) = parse(CellSource("In[1]", text), Magics, CellOptions(1, names=Known())).steps
    assert isinstance(feed, Feed)
    return feed


@given(st.integers(0, 100_000))
@example(0)
def test_any_nesting(seed: int) -> None:
    text = program(Random(seed))
    require_undone(text)


@pytest.mark.parametrize(
    "text",
    [
        "try: f()\nexcept Exception as e:\n    e.args[0].sort(key=ask)",
        "try: f()\nexcept Exception as e:\n    assert e.args, e.args",
        "assert locals(), 'é'; locals()",
        "max(x, key=os.environ.get)",
        "list(open(p)).sort(key=ask)",
        "sorted(open(p), key=ask)",
        "del locals()['x'], x[locals()]",
        "(locals())",
        "try: f()\nexcept OSError as e:\n    print(e, KeyError(5), OSError(1, 2).errno, (e).args, e.args[0].args)",
        "raise ValueError(n for n in locals())",
        "e = KeyError(n for n in e.args); print(KeyError(n for n in e.args))",
    ],
)
def test_brackets_at_one_place(text: str) -> None:
    require_undone(text)


def require_undone(text: str) -> None:
    feed = fed(text)
    rewritten = ast.parse(feed.text)
    undone = Undone().visit(ast.parse(feed.text))
    typed = deletions_apart(ast.parse(text))
    if not (typed.body and isinstance(typed.body[-1], ast.Expr)):
        undone.body.pop()  # the None that says that there is no value
    assert ast.dump(undone) == ast.dump(typed), feed.text
    lines = text.split("\n")
    for node in ast.walk(rewritten):
        if isinstance(node, ast.Name) and not node.id.startswith("__mk_"):
            row = feed.text.split("\n")[node.lineno - 1].encode()
            column = len(row[: node.col_offset].decode()) + 1
            if not feed.maps[0].inserted(node.lineno, column):
                place = feed.to_cell(node.lineno, column, node.lineno, column + len(node.id))
                assert lines[place[0] - 1][place[1] - 1 : place[3] - 1] == node.id


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=8), st.randoms())
def test_brackets_nest_in_whatever_order_they_come(spans: list[tuple[int, int]], random: Random) -> None:
    nested = [
        (start, end)
        for start, end in ((min(span), max(span)) for span in spans)
        if start < end and not any(a < start < b < end or start < a < end < b for a, b in map(sorted, spans))
    ]
    random.shuffle(nested)
    edits = [edit for n, span in enumerate(nested) for edit in enclosing(span, f"<{n}:{span[0]}-{span[1]}|", f"|{n}>")]
    made = SourceMap("abcdef", edits)
    open_now: list[str] = []
    for part in made.text.replace("<", "\n<").replace("|", "|\n").replace(">", ">\n").split("\n"):
        if part.startswith("<"):
            open_now.append(part[1:].partition(":")[0])
        elif part.endswith(">"):
            assert open_now.pop() == part[:-1], made.text
    assert not open_now
    assert SourceMap("abcdef", [Edit(*edit[:4]) for edit in made.edits]).text == made.text  # as states are stored
