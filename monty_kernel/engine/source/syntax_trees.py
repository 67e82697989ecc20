"""`ast.parse` for the text of cells: from several threads at once, without warnings, and within bounds of time and memory.

What is not obviously cheap is parsed in a helper process first. Trees do not cross a pipe, and what reads them is spread over
the engine: so the helper gives a verdict, and CPython's parser does the same again here, for the same cost, or raises
the same error without doing anything.
"""

from __future__ import annotations

import ast
import re
import threading
import time
import warnings
from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from typing import Any, NamedTuple

from ...bounded import is_modest

MOST_CHARACTERS = 1 << 23
"""Of a text that is tasted at all."""

MOST_SECONDS = 0.4
"""Of processor time that a text may take which is then parsed here; the loop hears nothing meanwhile."""

MOST_MEMORY = 32 << 20
"""Bytes that its parsing may take at its peak, and its tree."""

_NODE = 640  # bytes at least for a node of a tree, with its places
_PATIENCE = 1.2  # seconds of processor time for the helper: more than a tame text takes
_REMEMBERED = 256

_FILENAME = "<monty-kernel cell>"
_SILENCE = re.escape(_FILENAME)
_TRIES = 100

# Up to CPython 3.12 the interpreter counts the depth of a tree in one place for all threads (its issue 106905): a parse that
# meets another one fails with SystemError.
_one_at_a_time = threading.RLock()


def syntax_tree(text: str) -> ast.Module:
    """The tree of a text. One that is not modest is parsed by a helper first.

    Raises:
        SyntaxError, ValueError, RecursionError, MemoryError: as `ast.parse`.
        TooCostly: a ValueError; parsing it would take too much.
        KeyboardInterrupt: this thread was interrupted while it waited for the helper.
    """
    require_tame(text)
    tree = parsed_here(text, "exec")
    assert isinstance(tree, ast.Module)
    return tree


def expression_tree(text: str) -> ast.Expression:
    """The tree of an expression. Raises as `syntax_tree`."""
    require_tame(text, "eval")
    tree = parsed_here(text, "eval")
    assert isinstance(tree, ast.Expression)
    return tree


def parsed_here(text: str, mode: str) -> ast.AST:
    """The tree of a text, whatever it costs. For the helper, and for what is known to cost little."""
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


def _keep_silent() -> None:
    # `catch_warnings` would do, but two threads that use it can leave each other's filters behind for good
    if not any(getattr(module, "pattern", "") == _SILENCE for _, _, _, module, _ in warnings.filters):
        warnings.filterwarnings("ignore", module=_SILENCE)


# Verdicts of the helper -----------------------------------------------------------------------------------------------


class TooCostly(ValueError):
    """CPython's parser would take too long over this text, or too much memory."""


class _Verdict(NamedTuple):
    """error: the arguments of the SyntaxError that the text deserves, after the error's name."""

    tame: bool
    error: tuple[Any, ...] | None = None


_SYNTAX_ERRORS = {each.__name__: each for each in (SyntaxError, IndentationError, TabError)}
_known: OrderedDict[bytes, _Verdict] = OrderedDict()
_lock = threading.Lock()


def require_tame(text: str, mode: str = "exec") -> None:
    """Do nothing if CPython's parser may be given the text in this process. What is not modest is tasted by a helper.

    Raises:
        TooCostly: it may not; or a helper was not to be had.
        SyntaxError: what the parser would say.
        KeyboardInterrupt: this thread was interrupted while it waited.
    """
    if is_modest(text):
        return
    if len(text) > MOST_CHARACTERS:
        raise TooCostly(f"it is longer than {MOST_CHARACTERS:,} characters")
    verdict = _recalled(_key(text, mode)) or _tasted(text, mode)
    if verdict.error is not None:
        name, *arguments = verdict.error
        raise _SYNTAX_ERRORS[name](arguments[0], tuple(arguments[1]))
    if not verdict.tame:
        raise TooCostly("it would take the parser too long, or too much memory")


def vouch(text: str) -> None:
    """Remember that a text is tame: it is made of whole statements of one that is."""
    if not is_modest(text):
        _remember(_key(text, "exec"), _Verdict(tame=True))


def _tasted(text: str, mode: str) -> _Verdict:
    from ...bounded.helper_pool import JobFailed, TooMuch, Unanswered, ask

    try:
        value, _ = ask(f"{__name__}:taste", text, mode, seconds=_PATIENCE)
    except TooMuch:
        verdict = _Verdict(tame=False)
    except (Unanswered, JobFailed) as error:
        raise TooCostly(str(error)) from error
    else:
        verdict = _Verdict(bool(value["tame"]), value["error"])
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


def taste(text: str, mode: str) -> tuple[dict[str, Any], str]:
    """The job: parse a text, and tell what it cost, or what is wrong with it."""
    before = _begin()
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
        return {"tame": False, "error": None}, ""
    finally:
        unlimited()
    tame = seconds <= MOST_SECONDS and max(_grown(before), nodes * _NODE) <= MOST_MEMORY
    return {"tame": tame, "error": error}, ""


def _limit_growth() -> Callable[[], None]:
    """Let this process take little more memory than it has; what is returned ends that."""
    try:
        import resource

        with open("/proc/self/statm", "rb") as file:
            size = int(file.read().split()[0]) * resource.getpagesize()
        soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (size + 3 * MOST_MEMORY, hard))
    except (ImportError, OSError, ValueError):
        return lambda: None  # no Linux
    return lambda: resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _begin() -> int:
    """Set the mark of the most memory in use back to what is in use; that, in bytes."""
    try:
        with open("/proc/self/clear_refs", "wb") as file:
            file.write(b"5")
    except OSError:
        pass  # no Linux: then only the size of the tree counts
    return _high_water()


def _grown(before: int) -> int:
    return _high_water() - before


def _high_water() -> int:
    try:
        with open("/proc/self/status", "rb") as file:
            return next((int(line.split()[1]) << 10 for line in file if line.startswith(b"VmHWM:")), 0)
    except OSError:
        return 0
