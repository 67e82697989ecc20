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
from . import call_hints as calls
from . import object_hints as objects
from . import outside_hints as outside
from .asked_in_vain import CANNOT_WAIT
from .cell_code import failing_text, line_of, parse, raised_by_hand
from .endless import says_so
from .host_python import has_member, has_submodule, host_type
from .sentences import SENTENCES, say
from .shipped_hints import missing_attribute as missing_of_shipped
from .shipped_hints import missing_name, only_in_cells
from .unsupported import (
    BASES,
    BUILTINS,
    ENCODINGS,
    EXCEPTION_BASE,
    IMPORTABLE,
    INSTEAD_OF_COMMAND,
    INSTEAD_OF_MEMBER,
    MAGIC_WORDS,
    SYNTAX,
    instead_of_module,
)

_MESSAGE_LIMIT = 1_000
_LISTS_IN_MONTY = frozenset({"map", "zip", "enumerate", "filter", "reversed"})


def hint(failure: Failure) -> str | None:
    """One line about what Monty lacks, if that is what made the cell fail; None for ordinary errors."""
    if failure.kind == "crashed":
        return say("crashed")
    limit = LIMITS.get(failure.ename if failure.kind == "limit" else failure.kind)
    if limit is not None:
        return _limit(*limit, failure)
    if failure.kind == "interrupted" or raised_by_hand(failure):
        return None
    message = failure.evalue[:_MESSAGE_LIMIT]
    for pattern, rule in RULES.get(failure.ename, ()):
        match = re.fullmatch(pattern, message, re.DOTALL)
        if match:
            return rule.format(*match.groups()) if isinstance(rule, str) else rule(failure, *match.groups())
    return None


LIMITS: Mapping[str, tuple[str, str]] = {
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
        return say("tightened")
    kind = KINDS[name]
    option, flag = f"--MontyKernel.{kind.option}={kind.unit}", f"--{kind.option.replace('_', '-')}"
    return say("more_allowed", what=what, option=option, flag=flag)


# Syntax ---------------------------------------------------------------------------------------------------------------


def _syntax(failure: Failure, what: str) -> str:
    if what == "class inheritance and metaclasses":
        return _inheritance(failing_text(failure)) or SYNTAX[what]
    return SYNTAX.get(what) or say("no_syntax", what)


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
        return say("no_commands", INSTEAD_OF_COMMAND[word])
    return say("percent", word) if word in MAGIC_WORDS else None


def _installs(line: str) -> str | None:
    if re.match(r"\s*(?:python3? -m )?(?:pip3?|conda|mamba|uv)\s+[a-z]", line):
        return say("no_installing")
    return None


def _dataclass_option(failure: Failure, function: str, option: str) -> str:
    return say("no_dataclass_order" if option == "order" else "no_dataclass_option", function, option)


# Modules and names ----------------------------------------------------------------------------------------------------


def _module(failure: Failure, name: str) -> str:
    root = name.partition(".")[0]
    line = line_of(failure.frames[-1]) if failure.frames else None
    dotted = re.search(rf"\b{re.escape(root)}(?:\.\w+)+", line or "")  # Monty's message names the package alone
    instead = instead_of_module(dotted[0] if dotted else name)
    if instead is None and (unread := only_in_cells(name)) is not None:
        return unread
    if instead is None and not has_submodule(name):
        from difflib import get_close_matches

        close = get_close_matches(name, IMPORTABLE, 1, 0.75)
        instead = say("meant", close[0]) if close else None
    if instead is None and name.isidentifier() and name not in sys.stdlib_module_names:
        instead = say("own_tools", name)
    if root == "IPython" and instead:
        return instead
    return say("no_module", name, instead or say("by_hand"))


def _imported_name(failure: Failure, name: str, module: str) -> str | None:
    if module == "IPython.display":
        return say("names_there", module, ", ".join(sorted((*DISPLAY_NAMES, *MEDIA))))
    if module == "IPython":
        return say("no_shell")
    return _member(failure, module, name)


def _member(failure: Failure, module: str, name: str) -> str | None:
    if (lacking := missing_name(module, name)) is not None:
        return lacking
    if not has_member(module, name):
        return None
    module = "os.path" if module == "posixpath" else module
    return say("no_member", module, name, INSTEAD_OF_MEMBER.get(f"{module}.{name}") or say("otherwise"))


def _name(failure: Failure, name: str) -> str | None:
    if name == "get_ipython":
        return say("no_shell")
    line = line_of(failure.frames[-1]) if failure.frames else None
    if (
        name not in IMPORTABLE
        and re.fullmatch(rf"\s*{name}\s*(?:\s[-/~]\S.*)?", line or "")
        and (found := _command(name))
    ):
        return found
    if name == "__builtins__":
        return say("no_builtins_module")
    if name not in vars(builtins) or _deletes(failure):
        return None
    instead = BUILTINS.get(name)
    if instead is None:
        instead = say("other_exception" if host_type(name) else "do_without")
    return instead if instead[0] == "M" else say("no_builtin", name, instead)


def _deletes(failure: Failure) -> bool:
    """Whether a `del` statement failed: it looks for the session's names only."""
    frame = failure.frames[-1] if failure.frames else None
    before = (line_of(frame) or "")[: frame.column - 1] if frame else ""
    return re.search(r"(?:^|[;:])\s*del\b[^;]*$", before) is not None


# The outside world ----------------------------------------------------------------------------------------------------


def _asked_in_vain(failure: Failure, asked: str) -> str:
    """For a function of the host that was called where Monty cannot suspend."""
    if asked == OF_THE_HOST["os.urandom"]:
        return say("no_seed")
    method = next((frame.function for frame in failure.frames if re.fullmatch(r"__\w+__", frame.function)), None)
    if method is not None:
        return say("no_waiting_in_method", method=method, asked=asked)
    texts = [line_of(frame) or "" for frame in failure.frames]
    call = asked.removesuffix("()") + "(item)"
    for pattern, instead in (
        (r"\bmap\(", "instead_of_map"),
        (r"\bfilter\(", "instead_of_filter"),
        (r"\bkey\s*=", "instead_of_key"),
        (r"\biter\(", "instead_of_iter"),
    ):
        if any(re.search(pattern, text) for text in texts):
            return say("no_waiting_in_builtin", say(instead, call))
    return say("no_waiting", asked)


# Calls ----------------------------------------------------------------------------------------------------------------


def _not_an_iterator(failure: Failure) -> str | None:
    argument, values = _given_to_next(failure)
    name = argument.id if isinstance(argument, ast.Name) else ""
    use = say("iter_once", name) if name else say("iter_here")
    if any(isinstance(value, ast.GeneratorExp) or _calls_list_maker(value) for value in values):
        return say("lists", use)
    if name and not values:
        return say("perhaps_list", name, use)
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
    if option == "strict" and kind == "De":
        return say("no_argument", "json.loads", option)
    if option not in known:
        return None
    function, when = ("dumps", "before") if kind == "En" else ("loads", "after")
    return say("no_json_option", function, option, when)


def _encoding(failure: Failure, name: str) -> str | None:
    from encodings.aliases import aliases  # not codecs.lookup: it imports a module whose name the notebook chooses

    known = re.sub(r"\W", "_", name.lower())
    if known not in aliases and known not in aliases.values():
        return None
    return say("few_encodings", ENCODINGS)


_Rule = str | Callable[..., str | None]
RULES: Mapping[str, tuple[tuple[str, _Rule], ...]] = {
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
        (r"(\w+)\(\) does not yet support keyword arguments",
         "Monty's {}() finds its arguments by their places only: leave their names out."),
        (r"cannot reassign read-only module attribute '(\w+)'",
         "Monty does not let cells assign {} yet: use a name of your own."),
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
        (r"(?:Invalid format specifier|Unknown format code) '.*' for object of type '([\w.]+)'", objects.no_format),
        (r"pow\(\) 2nd argument cannot be negative when 3rd argument specified",
         "Monty's pow() inverts no numbers yet: for a prime m write pow(n, m - 2, m), and for any m "
         "[x for x in range(m) if n * x % m == 1][0]."),
        (r"time data '(.*)' does not match format '(.*)'", calls.partial_date),
        (r"(?:invalid literal for int\(\) with base \d+|could not convert string to float): '(.*)'", calls.foreign_digits),
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
        (r"'module' object has no attribute '(\w+)'", missing_of_shipped),
        (r"'_Axes' object has no attribute '(\w+)'", missing_of_shipped),
        (r"type object '([\w.]+)' has no attribute '(\w+)'", objects.missing_type_attribute),
        (r"'([\w.]+)' object has no attribute '(\w+)'", objects.missing_attribute),
        (r"'([\w.]+)' object has no attribute '\w+' and no __dict__ for setting new .*", objects.new_attribute),
    ),
    "TypeError": (
        (r"(?:read|write)_text\(\) takes .*", SENTENCES["files_are_utf_8"]),
        (r"'(encoding|errors|buffering)' argument is not yet supported", outside.argument_of_open),
        (r"object of type '([\w.]+)' has no len\(\)", objects.no_len),
        (r"'([\w.]+)' object is not reversible", objects.not_reversible),
        (r"'([\w.]+)' object is not iterable", objects.not_iterable),
        (r"cannot unpack non-iterable ([\w.]+) object", objects.not_iterable),
        (r"Value after \* must be an iterable, not ([\w.]+)", objects.not_iterable),
        (r"argument of type '([\w.]+)' is not a container or iterable", objects.no_container),
        (r"((?:frozen)?set)\.(\w+)\(\) takes exactly one argument \((\d+) given\)", objects.set_method),
        (r"'([<>]=?)' not supported between instances of '([\w.]+)' and '([\w.]+)'", objects.no_order),
        (r"unsupported operand type\(s\) for [*/]: (?:'float' and )?'datetime\.timedelta'(?: and 'float')?",
         "Monty multiplies and divides a timedelta by whole numbers only: "
         "write timedelta(seconds=delta.total_seconds() * factor)."),
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
        (r"(\w+)\(\) got an unexpected keyword argument '(\w+)'", calls.unknown_argument),
        (r"(?:re\.)?Match\.(groups|groupdict)\(\) takes no arguments .*",
         "Monty's match.{}() has no default yet: put one in the place of each None, "
         "as in ['-' if group is None else group for group in match.groups()]."),
        (r"Pattern\.(findall|finditer|fullmatch|match|search)\(\) takes exactly one argument .*",
         "Monty's pattern.{0}() takes the text only: cut it before, as in pattern.{0}(text[start:end])."),
        (r"(readline|readlines)\(\) takes no arguments .*",
         "Monty's file.{}() takes no size: leave it out, and cut what it gives."),
        (r"ord\(\) expected string of length 1, but bytes found",
         "Monty's ord() takes a text only: of bytes, write data[0]."),
        (r"float\(\) argument must be a string or a real number, not 'bytes'",
         "Monty makes no float of bytes yet: write float(data.decode())."),
        (r"a bytes-like object is required", calls.search_in_bytes),
        (r"first argument must be string or compiled pattern", calls.pattern_of_bytes),
        (r'argument 1 must have a "write" method', calls.writer_of_rows),
        (r"(?:cannot use '.+' as a (?:dict key|set element) \()?unhashable type: '([\w.]+)'\)?", calls.unhashable),
        (r"print\(\) 'file' argument must be sys\.stdout or sys\.stderr, not ([\w.]+)", objects.print_file),
        (r"'typing\._SpecialForm' object is not subscriptable", objects.type_alias),
        (r"'typing\._SpecialForm' object is not callable",
         "Monty has no type variables yet: leave them out, since they change nothing when code runs."),
    ),
}  # fmt: skip
"""By the name of the error: patterns of Monty's message, and the hint, with what the pattern's groups found in its place, or
what makes the hint of them."""
