"""For errors that are Monty's and not the person's: one line that says what Monty lacks, and what to do instead.

A hint must be true. Most errors below look like ordinary mistakes, so each rule looks for what tells the two apart:
Python has the name, the class in the cell defines the method, nobody raised the error by hand.
"""

from __future__ import annotations

import ast
import builtins
import re
import sys
from collections.abc import Callable, Mapping

from ..host import OF_THE_HOST
from ..limits import KINDS
from ..source import Failure
from ..source.ipython import MEDIA
from ..source.ipython import NAMES as DISPLAY_NAMES
from . import object_hints as objects
from . import outside_hints as outside
from .asked_in_vain import CANNOT_WAIT
from .cell_code import failing_text, line_of, parse, raised_by_hand
from .endless import says_so
from .unsupported import (
    BASES,
    BUILTINS,
    ENCODINGS,
    EXCEPTION_BASE,
    INSTEAD_OF_COMMAND,
    INSTEAD_OF_MEMBER,
    MAGIC_WORDS,
    MODULES,
    SYNTAX,
    has_member,
    has_submodule,
    host_type,
    instead_of_module,
)

_MESSAGE_LIMIT = 1_000
_LISTS_IN_MONTY = frozenset({"map", "zip", "enumerate", "filter", "reversed"})


def hint(failure: Failure) -> str | None:
    """One line about what Monty lacks, if that is what made the cell fail; None for ordinary errors."""
    if failure.kind == "crashed":
        return (
            "The process that ran the cell died. The code is not to blame: "
            "Monty crashed, or something stopped the process."
        )
    limit = _LIMITS.get(failure.ename if failure.kind == "limit" else failure.kind)
    if limit is not None:
        return _limit(*limit, failure)
    if failure.kind == "interrupted" or raised_by_hand(failure):
        return None
    message = failure.evalue[:_MESSAGE_LIMIT]
    for pattern, rule in _RULES.get(failure.ename, ()):
        match = re.fullmatch(pattern, message, re.DOTALL)
        if match:
            return rule.format(*match.groups()) if isinstance(rule, str) else rule(failure, *match.groups())
    return None


_LIMITS: Mapping[str, tuple[str, str]] = {
    "memory": ("memory", "memory"),
    "time": ("time", "seconds"),
    "OutputLimitExceeded": ("output", "output"),
    "HostCallLimitExceeded": ("calls to the host", "host_calls"),
    "SleepLimitExceeded": ("sleep", "asleep"),
}
"""By kind or name of the failure: what there was too much of, and the name of the limit."""


def _limit(what: str, name: str, failure: Failure) -> str | None:
    if says_so(failure.note):
        return None
    if "%limits" in failure.evalue:
        return "This notebook tightened the limit itself, with %limits. To lift it, restart the kernel."
    kind = KINDS[name]
    option = f"--MontyKernel.{kind.option}={kind.unit}"
    return (
        f"To allow more {what}, start the kernel with {option}, or `monty-kernel run` with "
        f"--{kind.option.replace('_', '-')}. %limits shows the limit."
    )


# Syntax ---------------------------------------------------------------------------------------------------------------


def _syntax(failure: Failure, what: str) -> str:
    if what == "class inheritance and metaclasses":
        return _inheritance(failing_text(failure)) or SYNTAX[what]
    return SYNTAX.get(what, f"Monty has no {what} yet: write it in another way.")


def _inheritance(text: str) -> str | None:
    head = re.match(r"class\s++\w++\s*+(?:\[[^\]]*+\]\s*+)?\(([^)]*+)\)", text)
    bases = re.findall(r"(?:^|,)\s*(?:\w+\.)*(\w+)", head[1]) if head else []
    for base in bases:
        host = getattr(builtins, base, None)
        if base.endswith(("Error", "Exception")) or (isinstance(host, type) and issubclass(host, BaseException)):
            return EXCEPTION_BASE
        if base in ("IntEnum", "StrEnum", "Flag", "IntFlag"):
            base = "Enum"
        if base in BASES:
            return BASES[base]
    return None


def _no_python(failure: Failure) -> str | None:
    line = line_of(failure.frames[0]) if failure.frames else None
    match = re.match(r"\s*(\w+)\s+\S", line or "")
    return _installs(line or "") or (_command(match[1]) if match else None)


def _command(word: str) -> str | None:
    """The hint for a line that is meant for a shell, or for IPython, which takes magics without their %."""
    if word in INSTEAD_OF_COMMAND:
        return f"Cells are Python, and there is no shell: {INSTEAD_OF_COMMAND[word]}"
    return f"Magics begin with a percent sign here: write %{word}." if word in MAGIC_WORDS else None


def _installs(line: str) -> str | None:
    if re.match(r"\s*(?:python3? -m )?(?:pip3?|conda|mamba|uv)\s+[a-z]", line):
        return (
            "Nothing can be installed. The sandbox has only Monty's own modules, such as math, json, re and datetime."
        )
    return None


def _dataclass_option(failure: Failure, function: str, option: str) -> str:
    more = " and sort with key=" if option == "order" else ""
    return f"Monty's {function} has no {option}= yet: leave it out{more}."


# Modules and names ----------------------------------------------------------------------------------------------------


_NO_SHELL = (
    "Cells run in Monty, not in IPython: get_ipython() has little of the stock kernel's; %lsmagic lists the magics."
)


def _module(failure: Failure, name: str) -> str:
    root = name.partition(".")[0]
    line = line_of(failure.frames[-1]) if failure.frames else None
    dotted = re.search(rf"\b{re.escape(root)}(?:\.\w+)+", line or "")  # Monty's message names the package alone
    instead = instead_of_module(dotted[0] if dotted else name)
    if instead is None and not has_submodule(name):
        from difflib import get_close_matches

        close = get_close_matches(name, MODULES, 1, 0.75)
        instead = f"Did you mean {close[0]!r}?" if close else None
    if instead is None and name.isidentifier() and name not in sys.stdlib_module_names:
        instead = f"If it is a file of your own tools, start the kernel with --tools {name}.py."
    if root == "IPython" and instead:
        return instead
    instead = instead or "Write what you need of it in a cell."
    return f"Monty, the sandbox, has no module {name!r}, and none can be installed. {instead}"


def _imported_name(failure: Failure, name: str, module: str) -> str | None:
    if module == "IPython.display":
        return f"The sandbox has these names of {module}: {', '.join(sorted((*DISPLAY_NAMES, *MEDIA)))}."
    if module == "IPython":
        return _NO_SHELL
    return _member(failure, module, name)


def _member(failure: Failure, module: str, name: str) -> str | None:
    if not has_member(module, name):
        return None
    module = "os.path" if module == "posixpath" else module
    instead = INSTEAD_OF_MEMBER.get(f"{module}.{name}", "write what it does by hand, or do without.")
    return f"Python's {module} has {name!r}, but Monty's does not yet: {instead}"


def _name(failure: Failure, name: str) -> str | None:
    if name == "get_ipython":
        return _NO_SHELL
    line = line_of(failure.frames[-1]) if failure.frames else None
    if name not in MODULES and re.fullmatch(rf"\s*{name}\s*(?:\s[-/~]\S.*)?", line or "") and (found := _command(name)):
        return found
    if name == "__builtins__":
        return "Monty has no __builtins__: the built-in functions are there by their names."
    if not hasattr(builtins, name) or _deletes(failure):
        return None
    instead = BUILTINS.get(name)
    if instead is None:
        kind = "exception" if host_type(name) else "built-in"
        instead = "use Exception, or another that is there." if kind == "exception" else "do without."
    return instead if instead[0] == "M" else f"Python has the built-in {name!r}, but Monty does not yet: {instead}"


def _deletes(failure: Failure) -> bool:
    """Whether a `del` statement failed: it looks for the session's names only."""
    frame = failure.frames[-1] if failure.frames else None
    before = (line_of(frame) or "")[: frame.column - 1] if frame else ""
    return re.search(r"(?:^|[;:])\s*del\b[^;]*$", before) is not None


# The outside world ----------------------------------------------------------------------------------------------------


def _asked_in_vain(failure: Failure, asked: str) -> str:
    """For a function of the host that was called where Monty cannot suspend."""
    if asked == OF_THE_HOST["os.urandom"]:
        return "Monty seeds the module random with its first call: call random.random() before, on a line of its own."
    method = next((frame.function for frame in failure.frames if re.fullmatch(r"__\w+__", frame.function)), None)
    if method is not None:
        return (
            f"Monty cannot wait for the host inside {method}: call {asked} in an ordinary method, keep what it gives "
            f"in an attribute, and use that in {method}."
        )
    texts = [line_of(frame) or "" for frame in failure.frames]
    call = asked.removesuffix("()") + "(item)"
    for pattern, instead in (
        (r"\bmap\(", f"write a comprehension instead of map: [{call} for item in items]"),
        (r"\bfilter\(", f"write a comprehension instead of filter: [item for item in items if {call}]"),
        (r"\bkey\s*=", f"compute the keys first, as in keys = [{call} for item in items]"),
        (r"\biter\(", "write a while loop that calls it"),
    ):
        if any(re.search(pattern, text) for text in texts):
            return f"Monty cannot wait for the host inside a built-in function: {instead}."
    return f"Monty cannot wait for the host here: call {asked} in a loop or a comprehension."


# Calls ----------------------------------------------------------------------------------------------------------------


def _not_an_iterator(failure: Failure) -> str | None:
    argument, values = _given_to_next(failure)
    name = argument.id if isinstance(argument, ast.Name) else ""
    use = f"write {name} = iter({name}) once, then next({name})." if name else "write next(iter(...))."
    if any(isinstance(value, ast.GeneratorExp) or _calls_list_maker(value) for value in values):
        return f"Generator expressions, map(), zip() and similar functions give lists in Monty: {use}"
    if name and not values:
        return f"If `{name}` is from a generator expression, map(), zip() or the like, it is a list in Monty: {use}"
    return None


def _calls_list_maker(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in _LISTS_IN_MONTY


def _given_to_next(failure: Failure) -> tuple[ast.expr | None, list[ast.expr]]:
    """The argument of the failing `next(...)`, and what it may be: itself, or what the same cell assigned to it."""
    tree = parse(failing_text(failure))
    call = tree.body[0].value if tree and tree.body and isinstance(tree.body[0], ast.Expr) else None
    if not isinstance(call, ast.Call) or not call.args:
        return None, []
    argument = call.args[0]
    if not isinstance(argument, ast.Name):
        return argument, [argument]
    cell = failure.frames[-1].cell
    return argument, [
        node.value
        for node in ast.walk((parse(cell.text) if cell is not None else None) or ast.Module([], []))
        if isinstance(node, ast.Assign) and argument.id in (getattr(target, "id", None) for target in node.targets)
    ]


def _json_option(failure: Failure, kind: str, option: str) -> str | None:
    known = ("default", "cls", "check_circular") if kind == "En" else ("cls", "object_hook", "object_pairs_hook")
    if option not in known:
        return None
    function, when = ("dumps", "before") if kind == "En" else ("loads", "after")
    return f"Monty's json.{function}() has no {option}= yet: convert the values {when} it."


def _encoding(failure: Failure, name: str) -> str | None:
    from encodings.aliases import aliases  # not codecs.lookup: it imports a module whose name the notebook chooses

    known = re.sub(r"\W", "_", name.lower())
    if known not in aliases and known not in aliases.values():
        return None
    return f"Monty knows only the encodings {ENCODINGS}."


_Rule = str | Callable[..., str | None]
_RULES: Mapping[str, tuple[tuple[str, _Rule], ...]] = {
    "NotImplementedError": (
        (r"The monty syntax parser does not yet support (.+)", _syntax),
        (r"Wildcard imports .*",
         "Monty imports no '*' yet: name what you need, as in 'from math import sqrt, pi'."),
        (r"(dataclass\(\)|field\(\)) does not yet support the (\w+) (?:option|argument)", _dataclass_option),
        (r"iterating an unread _io\.\w+ is only supported by .*",
         "Monty reads a file line by line only in a 'for' loop: elsewhere, write .readlines() behind the file."),
        (r"gather\(\) does not yet support keyword arguments",
         "Monty's asyncio.gather() has no return_exceptions= yet: catch the error inside each coroutine and return it, "
         "as in 'except Exception as error: return error'."),
        (rf"(.+?) {CANNOT_WAIT}", _asked_in_vain),
        (r"OS function '([^']+)\)?' not implemented with standard execution", outside.environment),
    ),
    "SyntaxError": (
        (r"function too large: .*",
         "Monty takes at most 65,535 elements in one literal: join several shorter ones, or parse the data with "
         "json.loads('...')."),
        (r"invalid syntax|leading zeros .*|invalid decimal literal|unterminated string literal .*", _no_python),
        (r"Invalid format specifier '.*'", objects.format_specifier),
        (r"matrix multiplication augmented assignment .*", "Monty has no '@=' yet: write a = a @ b."),
    ),
    "ModuleNotFoundError": ((r"No module named '([^']+)'.*", _module),),
    "ImportError": ((r"cannot import name '(\w+)' from '([\w.]+)'.*", _imported_name),),
    "NameError": ((r"name '(\w+)' is not defined", _name),),
    "KeyError": ((r".*", outside.variable),),
    "PermissionError": (
        (r"Permission denied: '(.*)'", outside.forbidden_file),
        (r"\[Errno 30\] Read-only file system: '(.*)'", "{!r} is mounted for reading only."),
    ),
    "FileNotFoundError": ((r"\[Errno 2\] No such file or directory: '(.*)'", outside.missing_file),),
    "ValueError": (
        (r"Invalid format specifier '.*' for object of type '([\w.]+)'", objects.no_format),
        (r"exclusive creation mode is not supported",
         "Monty has no mode 'x' yet: look with os.path.exists(), then open with 'w'."),
        (r"update modes \('\+'\) are not yet supported",
         "Monty opens a file to read or to write, not both: open it twice."),
    ),
    "LookupError": ((r"unknown encoding: (.+)", _encoding),),
    "RuntimeError": (
        (r"'([\w.]+)' is not supported in this environment", outside.environment),
        (r"Internal error in monty: exceptions can only be called with zero or one string arg.*",
         "An exception in Monty takes one string or nothing: put everything into one f-string."),
        (r"Internal error in monty: asyncio scheduler stalled.*",
         "The result of asyncio.sleep() cannot be awaited in a later cell: call it and await it in the same cell."),
        (r"Internal error in monty: .*",
         "This is a bug in Monty, not in your code. Writing the line in another way may avoid it."),
    ),
    "AttributeError": (
        (r"module '([\w.]+)' has no attribute '(\w+)'", _member),
        # the prelude's stand-ins for modules are objects of a class with this name
        (r"'module' object has no attribute '\w+'",
         "Of IPython the sandbox has the names of IPython and IPython.display, without what is below them."),
        (r"type object '([\w.]+)' has no attribute '(\w+)'", objects.missing_type_attribute),
        (r"'([\w.]+)' object has no attribute '(\w+)'", objects.missing_attribute),
        (r"'([\w.]+)' object has no attribute '\w+' and no __dict__ for setting new .*", objects.new_attribute),
    ),
    "TypeError": (
        (r"(?:read|write)_text\(\) takes .*", outside.UTF_8),
        (r"'(encoding|errors|buffering)' argument is not yet supported", outside.argument_of_open),
        (r"object of type '([\w.]+)' has no len\(\)", objects.no_len),
        (r"'([\w.]+)' object is not reversible", objects.not_reversible),
        (r"'([\w.]+)' object is not iterable", objects.not_iterable),
        (r"cannot unpack non-iterable ([\w.]+) object", objects.not_iterable),
        (r"Value after \* must be an iterable, not ([\w.]+)", objects.not_iterable),
        (r"argument of type '([\w.]+)' is not a container or iterable", objects.no_container),
        (r"((?:frozen)?set)\.(\w+)\(\) takes exactly one argument \((\d+) given\)", objects.set_method),
        (r"'([<>]=?)' not supported between instances of '([\w.]+)' and '([\w.]+)'", objects.no_order),
        (r"unsupported operand type\(s\) for (\S+?)(?: or pow\(\))?: '([\w.]+)' and .*", objects.in_place_operator),
        (r"exceptions must derive from BaseException", objects.not_raisable),
        (r"catching classes that do not inherit from BaseException is not allowed", objects.not_raisable),
        (r"cannot create '(\w+)' instances", objects.no_instances),
        (r"callable replacement is not yet supported in re\.sub\(\)",
         "Monty's re.sub() takes only a string as replacement: loop over re.finditer() and join the pieces yourself."),
        (r"type\(\) bases are not supported", SYNTAX["class inheritance and metaclasses"]),
        (r"'list' object is not an iterator", _not_an_iterator),
        (r"cannot convert '([\w.]+)' object to bytes", objects.bytes_of),
        (r"JSON(En|De)coder\.__init__\(\) got an unexpected keyword argument '(\w+)'", _json_option),
        (r"print\(\) 'file' argument must be sys\.stdout or sys\.stderr, not ([\w.]+)", objects.print_file),
        (r"'typing\._SpecialForm' object is not subscriptable", objects.type_alias),
        (r"'typing\._SpecialForm' object is not callable",
         "Monty has no type variables yet: leave them out, since they change nothing when code runs."),
    ),
}  # fmt: skip
"""By the name of the error: patterns of Monty's message, and the hint, with what the pattern's groups found in its place, or
what makes the hint of them."""
