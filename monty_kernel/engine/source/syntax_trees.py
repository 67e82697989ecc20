"""`ast.parse` for the text of cells: from several threads at once, without warnings, within bounds of time and memory.

A helper process first parses what is not obviously cheap. Trees do not cross a pipe, and what reads them is spread over
the engine. So the helper gives a verdict, and CPython's parser does the same again here, at the same cost, or raises
the same error without parsing.
"""

from __future__ import annotations

import ast
import re
import sys
import threading
import time
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import Any, NamedTuple, TypeVar

from ...bounded import is_modest

T = TypeVar("T")

MOST_CHARACTERS = 1 << 23
"""Characters of a text that the helper is given at all."""

MOST_SECONDS = 0.4
"""Processor time that a text may take which is then parsed here. The event loop waits meanwhile."""

MOST_MEMORY = 32 << 20
"""Bytes that parsing it may take at its peak, and its tree."""

_NODE = 640  # bytes at least for a node of a tree, with its places
_HELPER_SECONDS = 1.2  # of processor time: more than a cheap text takes
_REMEMBERED = 256

_FILENAME = "<monty-kernel cell>"
_SILENCE = re.escape(_FILENAME)
_TRIES = 100

# Up to CPython 3.12 the interpreter counts the depth of a tree in one place for all threads (its issue 106905): of two
# parses at the same time one fails with SystemError.
_one_at_a_time = threading.RLock()


def syntax_tree(text: str) -> ast.Module:
    """The tree of a text. A helper parses it first if it is not obviously cheap.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: as `ast.parse`.
        TooCostly: A ValueError; parsing it would take too long or too much memory.
        KeyboardInterrupt: This thread was interrupted while it waited for the helper.
    """
    require_cheap(text)
    tree = parsed_here(text, "exec")
    assert isinstance(tree, ast.Module)
    return tree


def expression_tree(text: str) -> ast.Expression:
    """The tree of an expression. Raises as `syntax_tree`."""
    require_cheap(text, "eval")
    tree = parsed_here(text, "eval")
    assert isinstance(tree, ast.Expression)
    return tree


def parsed_here(text: str, mode: str) -> ast.AST:
    """The tree of a text, whatever it costs. For the helper, and for what is known to be cheap."""
    with _one_at_a_time:
        for left in reversed(range(_TRIES)):
            _keep_silent()
            try:
                tree: ast.AST = ast.parse(text, _FILENAME, mode)
                return tree
            except SystemError:  # a thread that is not ours parses too
                if not left:
                    raise
    raise AssertionError("the last try returns or raises")


Statement = ast.stmt | ast.excepthandler | ast.match_case


def statements_in(node: ast.AST) -> Iterator[Statement]:
    """The statements directly inside one; `except` and `case` clauses count as statements."""
    for field in ("body", "handlers", "orelse", "finalbody", "cases"):
        below = getattr(node, field, None)
        if isinstance(below, list):  # the body of a lambda is an expression
            yield from below


def _keep_silent() -> None:
    # not `catch_warnings`: two threads that use it can leave each other's filters behind for good
    if not any(getattr(module, "pattern", "") == _SILENCE for _, _, _, module, _ in warnings.filters):
        warnings.filterwarnings("ignore", module=_SILENCE)


# Newer f-strings ------------------------------------------------------------------------------------------------------
# Monty takes `f"{d["key"]}"` (PEP 701), and `ast` does so from Python 3.12 on. Only the places of statements matter, so
# in the tree that Python 3.11 makes each f-string may be an ordinary string.

_STRING = re.compile(r"""(?P<prefix>\b[A-Za-z]{1,2})?(?P<quote>\"\"\"|'''|"|')""")


def parse_tree(text: str) -> tuple[ast.Module, str]:
    """The tree of a text, and the text that its places refer to, which has the same length, line by line.

    Raises as `syntax_tree`.
    """
    return _with_newer_fstrings(syntax_tree, text)


def require_expression(text: str) -> None:
    """Do nothing if the text is one expression. Raises as `syntax_tree`."""
    _with_newer_fstrings(expression_tree, text)


def _with_newer_fstrings(parse: Callable[[str], T], text: str) -> tuple[T, str]:
    try:
        return parse(text), text
    except SyntaxError:
        if not _may_be_newer(text):
            raise
        plain = without_fstrings(text)
        return parse(plain), plain


def _may_be_newer(text: str) -> bool:
    return sys.version_info < (3, 12) and re.search(r"\b[rR]?[fF][rR]?[\"']", text) is not None


def without_fstrings(text: str) -> str:
    """The text with every f-string replaced by an ordinary string of the same length and with the same line breaks."""
    pieces: list[str] = []
    position = 0
    while (match := _next_string(text, position)) is not None:
        end = _end_of_string(text, match)
        pieces.append(text[position : match.start()])
        literal = text[match.start() : end]
        finished = end <= len(text) and end - match.end() >= len(match["quote"]) and literal.endswith(match["quote"])
        pieces.append(_ordinary(literal, match) if finished and "f" in (match["prefix"] or "").lower() else literal)
        position = end
    return "".join(pieces) + text[position:]


def _next_string(text: str, position: int) -> re.Match[str] | None:
    while True:
        match = _STRING.search(text, position)
        comment = text.find("#", position)
        if match is None or comment < 0 or comment > match.start():
            return match
        position = text.find("\n", comment)
        if position < 0:
            return None


def _end_of_string(text: str, match: re.Match[str]) -> int:
    quote, prefix = match["quote"], (match["prefix"] or "").lower()
    position = match.end()
    while position < len(text):
        if text.startswith(quote, position):
            return position + len(quote)
        character = text[position]
        if character == "\\":
            position += 2
        elif character == "{" and "f" in prefix:
            position = position + 2 if text[position + 1 : position + 2] == "{" else _end_of_field(text, position + 1)
        elif character == "\n" and len(quote) == 1:
            return position
        else:
            position += 1
    return len(text) + 1  # unfinished


def _end_of_field(text: str, position: int) -> int:
    depth = 0
    while position < len(text):
        character = text[position]
        if character in "\"'":
            match = _STRING.match(text, position)
            assert match is not None  # it begins with a quote
            head = re.search(r"\b[A-Za-z]{1,2}\Z", text[max(0, position - 3) : position])
            match = _STRING.match(text, position - len(head[0])) if head else match
            assert match is not None
            position = _end_of_string(text, match)
            continue
        if character in "([{":
            depth += 1
        elif character == "}" and depth == 0:
            return position + 1
        elif character in ")]}":
            depth -= 1
        position += 1
    return len(text) + 1  # unfinished


def _ordinary(literal: str, match: re.Match[str]) -> str:
    quote, prefix = match["quote"], match["prefix"]
    inside = literal[len(prefix) + len(quote) : -len(quote)]
    filled = "x" * (len(prefix) - 1) + re.sub(r"[^\n]", "x", inside)
    if len(quote) == 1:
        filled = re.sub(r"x\n", r"\\\n", filled)  # a line break in a short string needs a backslash
    return "r" + quote + filled + quote


# Verdicts of the helper -----------------------------------------------------------------------------------------------


class TooCostly(ValueError):
    """CPython's parser would take too long for this text, or too much memory."""


class _Verdict(NamedTuple):
    """Whether a text is cheap. error: the name and the arguments of its SyntaxError, if it has one."""

    cheap: bool
    error: tuple[Any, ...] | None = None


_SYNTAX_ERRORS = {each.__name__: each for each in (SyntaxError, IndentationError, TabError)}
_known: OrderedDict[bytes, _Verdict] = OrderedDict()
_lock = threading.Lock()


def require_cheap(text: str, mode: str = "exec") -> None:
    """Do nothing if CPython's parser may be given the text in this process. A helper decides where that is not obvious.

    Raises:
        TooCostly: It may not, or there was no helper.
        SyntaxError: What the parser would say.
        KeyboardInterrupt: This thread was interrupted while it waited.
    """
    if is_modest(text):
        return
    if len(text) > MOST_CHARACTERS:
        raise TooCostly(f"it is longer than {MOST_CHARACTERS:,} characters")
    verdict = _recalled(_key(text, mode)) or _judged(text, mode)
    if verdict.error is not None:
        name, *arguments = verdict.error
        raise _SYNTAX_ERRORS[name](arguments[0], tuple(arguments[1]))
    if not verdict.cheap:
        raise TooCostly("it would take the parser too long, or too much memory")


def vouch(text: str) -> None:
    """Note that a text is cheap: it consists of whole statements of one that is."""
    if not is_modest(text):
        _remember(_key(text, "exec"), _Verdict(cheap=True))


def _judged(text: str, mode: str) -> _Verdict:
    from ...bounded.helper_pool import JobFailed, TooMuch, Unanswered, ask

    try:
        value, _ = ask(f"{__name__}:judge", text, mode, seconds=_HELPER_SECONDS)
    except TooMuch:
        verdict = _Verdict(cheap=False)
    except (Unanswered, JobFailed) as error:
        raise TooCostly(str(error)) from error
    else:
        verdict = _Verdict(bool(value["cheap"]), value["error"])
    return _remember(_key(text, mode), verdict)


def _key(text: str, mode: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16, person=mode.encode()).digest()


def _recalled(key: bytes) -> _Verdict | None:
    with _lock:
        if key in _known:
            _known.move_to_end(key)
        return _known.get(key)


def _remember(key: bytes, verdict: _Verdict) -> _Verdict:
    with _lock:
        _known[key] = verdict
        while len(_known) > _REMEMBERED:
            _known.popitem(last=False)
    return verdict


# In the helper --------------------------------------------------------------------------------------------------------


def judge(text: str, mode: str) -> tuple[dict[str, Any], str]:
    """The job: parse a text, and say whether it is cheap, or what is wrong with it."""
    before = _reset_high_water()
    start = time.process_time()
    unlimited = _limit_growth()
    error: list[Any] | None = None
    nodes = 0
    try:
        tree = parsed_here(text, mode)
        seconds = time.process_time() - start
        nodes = sum(1 for _ in ast.walk(tree))
    except SyntaxError as wrong:
        seconds = time.process_time() - start
        place = [
            wrong.filename,
            wrong.lineno,
            wrong.offset,
            (wrong.text or "")[:1_000],
            wrong.end_lineno,
            wrong.end_offset,
        ]
        error = [type(wrong).__name__, wrong.msg, place]
    except (ValueError, RecursionError, OverflowError, MemoryError):  # CPython says MemoryError of deep nesting too
        return {"cheap": False, "error": None}, ""
    finally:
        unlimited()
    cheap = seconds <= MOST_SECONDS and max(_grown(before), nodes * _NODE) <= MOST_MEMORY
    return {"cheap": cheap, "error": error}, ""


def _limit_growth() -> Callable[[], None]:
    """Let this process take little more memory than it has. Call the result to lift that."""
    try:
        import resource

        with open("/proc/self/statm", "rb") as file:
            size = int(file.read().split()[0]) * resource.getpagesize()
        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (size + 3 * MOST_MEMORY, hard))
    except (ImportError, OSError, ValueError):
        return lambda: None  # not Linux
    return lambda: resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _reset_high_water() -> int:
    """Reset the mark of the most memory that was in use; the bytes in use now."""
    try:
        with open("/proc/self/clear_refs", "wb") as file:
            file.write(b"5")
    except OSError:
        pass  # not Linux: only the size of the tree counts
    return _high_water()


def _grown(before: int) -> int:
    return _high_water() - before


def _high_water() -> int:
    try:
        with open("/proc/self/status", "rb") as file:
            return next((int(line.split()[1]) << 10 for line in file if line.startswith(b"VmHWM:")), 0)
    except OSError:
        return 0
