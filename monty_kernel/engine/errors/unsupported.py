"""What Python has and Monty does not, and what to write instead: the tables behind the hints.

They were found by trying pydantic-monty 1.4.0 with all of Python 3.14's syntax, every name in `builtins`, every module
of the standard library and every method of the built-in types; `tests/engine/test_hints.py` tries them again. A later
Monty that has more stops raising the errors by which these are looked up.
"""

from __future__ import annotations

from collections.abc import Mapping

from .. import shipped_names
from .sentences import say


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _each(names: str, instead: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), instead)


MODULES = _words(
    "asyncio base64 binascii bisect collections copy csv dataclasses datetime decimal functools hashlib itertools "
    "json math os pathlib random re sys time tomllib typing unicodedata"
)
"""Those that Monty has."""

IMPORTABLE = tuple(sorted({*MODULES, *shipped_names.MODULES}))
"""These, and those that are written for it."""

SYNTAX: Mapping[str, str] = {
    "the 'del' statement": (
        "Monty has no 'del' for this yet: assign None to a name or an attribute, take an item out with .pop(), "
        "or clear the session with %reset."
    ),
    "yield expressions": "Monty has no generators yet: collect the values in a list and return that.",
    "yield from expressions": "Monty has no generators yet: collect the values in a list and return that.",
    "class inheritance and metaclasses": (
        "Monty has no inheritance yet: write the class without bases and keep the other object in an attribute."
    ),
    "method decorators (classmethod/staticmethod/property)": (
        "Monty has no decorators on methods yet: write a property as an ordinary method and call it, "
        "a static or class method as a function outside the class."
    ),
    "class bodies containing anything other than methods and simple class variables": (
        "A class body in Monty holds only methods and lines of the form 'name = value' yet: "
        "move everything else in front of the class or after it."
    ),
    "complex class variable targets (only `name = <expr>` is allowed)": (
        "A class body in Monty assigns one name at a time yet: write a line 'name = value' for each."
    ),
    "assignment expressions (`:=`) in class bodies": (
        "Monty has no ':=' in class bodies yet: assign on a line of its own, in front of the class."
    ),
    "assigning `__annotations__` in a class body with annotated names": (
        "Monty cannot assign __annotations__ in a class that annotates names yet: keep one of the two."
    ),
    "type aliases": "Monty has no 'type' statement yet: write a plain assignment, such as Pair = tuple[int, int].",
    "exception groups (try*/except*)": (
        "Monty has no exception groups yet: catch the exceptions one by one with 'except'."
    ),
    "template strings (t-strings)": "Monty has no t-strings yet: use an f-string.",
    "async for loops": "Monty has no 'async for' yet: await the values into a list, then use a plain 'for'.",
    "async comprehensions": "Monty has no 'async for' yet: await the values into a list, then use a plain 'for'.",
    "async context managers (async with)": (
        "Monty has no 'async with' yet: await what opens and what closes in a try/finally statement."
    ),
    "starred expressions (*expr)": (
        "A '*' stands only inside a call or the brackets of a list, tuple or set: write [*values]."
    ),
    "aliasing a `__future__` feature": "Leave the 'as' out: what comes from __future__ keeps its name in Monty.",
}
"""Hints, by what follows "The monty syntax parser does not yet support"."""

BASES: Mapping[str, str] = {
    "object": "Monty has no inheritance yet: leave '(object)' out, every class is an object anyway.",
    "Enum": "Monty has no enums yet: write a class whose body holds lines of the form NAME = value.",
    "NamedTuple": "Monty has no inheritance yet: use collections.namedtuple('Name', 'field field') or @dataclass.",
    "TypedDict": "Monty has no inheritance yet: use a plain dict, or @dataclass.",
    "BaseModel": "Monty has no inheritance, so no pydantic models yet: use @dataclass.",
    "ABC": "Monty has no inheritance yet: leave the base out, classes need only have the methods that are called.",
    "Protocol": "Monty has no inheritance yet: leave the base out, classes need only have the methods that are called.",
    "Generic": "Monty has no inheritance yet: leave the base out, it changes nothing when code runs.",
}
"""Hints for a class that inherits, by its base class."""

EXCEPTION_BASE = (
    "Monty has no inheritance, so no exceptions of your own yet: raise a built-in one that fits, "
    "such as ValueError('what happened')."
)

BUILTINS: Mapping[str, str] = {
    "super": "Monty has no inheritance, so no super() yet: call the function or method you mean by its name.",
    "classmethod": "write a function outside the class.",
    "staticmethod": "write a function outside the class.",
    "issubclass": "there is no inheritance yet, so compare the classes with 'is'.",
    "callable": "call it and catch the TypeError.",
    "dir": "the names of the session are what %who lists, and list(locals()) at the top level of a cell.",
    "globals": "the names of the session are what %who lists, and list(locals()) at the top level of a cell.",
    "vars": "keep values that you want to list in a dict.",
    "delattr": "assign None to the attribute.",
    "bytearray": "collect the parts in a list and join them with b''.join(parts).",
    "memoryview": "use the bytes themselves; slices of them are bytes.",
    "ascii": "use repr().",
    "exit": "a cell ends at its last line; the kernel is stopped from the front end's menu.",
    "quit": "a cell ends at its last line; the kernel is stopped from the front end's menu.",
    "help": "put ? after a name.",
    "input": "assign the value in the cell.",
    "breakpoint": "print what you want to see.",
    "compile": "use eval() or exec() on the text itself.",
    "aiter": "await the values into a list and loop over that.",
    "anext": "await the values into a list and loop over that.",
    "__import__": "write an import statement.",
    "IOError": "use OSError, which is the same exception.",
    "EnvironmentError": "use OSError, which is the same exception.",
    "ConnectionError": "there is no network; OSError is there.",
    "EOFError": "catch Exception.",
    "ExceptionGroup": "raise the first of the exceptions.",
    "BaseExceptionGroup": "raise the first of the exceptions.",
    "GeneratorExit": "there are no generators yet either.",
}
"""What to do instead, by the name of a builtin that Monty lacks."""

_NETWORK = "Code in the sandbox has no network access."
_PROCESSES = "The sandbox has no processes or threads; asyncio.gather(...) runs coroutines side by side."
_COMPILED = "Packages with compiled code cannot be loaded."
_TABLES = f"{_COMPILED} Lists, dicts and the csv, math and random modules are enough for small data."
PLOTS = "matplotlib.pyplot draws everyday charts; for all else build Vega-Lite, SVG or HTML in the cell and display it."
_WIDGETS = "This kernel has no widgets: ask with input()."
_PAGE = "Cells reach neither a page nor its JavaScript: display(HTML(...)) and display(SVG(...)) show something."
_FILES = "Code in the sandbox sees no files of this computer."

INSTEAD_OF_MODULE: Mapping[str, str] = {
    **_each("js pyodide pyodide_js", _PAGE),
    **_each("micropip piplite", "The modules that come with Monty, such as math, json, re and csv, are all there are."),
    **_each(
        "socket socketserver ssl http urllib urllib3 requests httpx aiohttp websockets ftplib smtplib imaplib poplib "
        "telnetlib xmlrpc boto3 paramiko selectors select",
        _NETWORK,
    ),
    **_each("subprocess multiprocessing threading concurrent signal _thread pty joblib dask", _PROCESSES),
    **_each("numpy pandas polars scipy xarray statsmodels pyarrow", _TABLES),
    **_each("sklearn torch tensorflow jax numba cupy cv2 PIL", _COMPILED),
    **_each("seaborn plotly bokeh altair pylab", PLOTS),
    **_each(
        "matplotlib.dates matplotlib.ticker matplotlib.patches matplotlib.colors matplotlib.cm matplotlib.animation",
        PLOTS,
    ),
    **_each("ipywidgets ipykernel tkinter turtle curses", _WIDGETS),
    **_each("fileinput zipfile tarfile mmap", _FILES),
    "glob": "Path('.').glob('*.csv') of pathlib does the same.",
    "tempfile": "Write into the folder /tmp, which the session has in memory: open('/tmp/name', 'w').",
    "shutil": "os.rename() moves a file; to copy one, write what you read.",
    "IPython": "Only IPython.display is there: from IPython.display import display, HTML, Markdown, Image, ...",
    "urllib.parse": "Split the address with .split() or re; .replace(' ', '%20') quotes blanks.",
    "argparse": "A cell has no command line: assign the values.",
    "array": "Use a list.",
    "bs4": "re finds what you need in a short page.",
    "builtins": "The built-in functions are there without an import.",
    "cmath": "Complex numbers have + - * / ** and abs() without it.",
    "ctypes": "Code in the sandbox cannot call compiled libraries.",
    "doctest": "Write assert statements.",
    "gc": "Monty frees what is no longer used by itself.",
    "getopt": "A cell has no command line: assign the values.",
    "graphlib": "Sort the nodes with a loop over those that have no predecessor left.",
    "html": "Replace & < > by hand, with .replace(); HTML(text) from IPython.display shows it.",
    "importlib": "Write an import statement.",
    "inspect": "Put ? after a name to see what is known about it.",
    "keyword": "text.isidentifier() tells whether a text can be a name.",
    "locale": "Format numbers with f-strings, as in f'{number:,.2f}'.",
    "numbers": "Use isinstance(value, (int, float)).",
    "optparse": "A cell has no command line: assign the values.",
    "pickle": "Use json.dumps() and json.loads().",
    "platform": "sys.version and sys.platform say what runs the code.",
    "pydantic": "Use @dataclass.",
    "pytest": "Write assert statements.",
    "pytz": "datetime.timezone(datetime.timedelta(hours=2)) gives a fixed offset.",
    "queue": "Use collections.deque: .append() puts in, .popleft() takes out.",
    "secrets": "random is there, but it is not safe for secrets.",
    "sqlite3": "Keep the rows in a list of dicts, and filter it with comprehensions.",
    "struct": "Build the bytes with bytes.fromhex(f'{number:08x}').",
    "sympy": _COMPILED,
    "traceback": "str(error) gives the message; an error that nothing catches shows its traceback.",
    "typing_extensions": "typing has most of it.",
    "types": "type(value) gives a value's type.",
    "unittest": "Write assert statements; for a mock, assign a function of your own to the name, and later the old one.",
    "weakref": "Use an ordinary reference.",
    "zoneinfo": "datetime.timezone(datetime.timedelta(hours=2)) gives a fixed offset.",
}
"""What to do instead, by the name of a missing module or of its package."""


def instead_of_module(name: str) -> str | None:
    """What to do instead of a missing module, named with its package or without; None if nothing is known."""
    return INSTEAD_OF_MODULE.get(name) or INSTEAD_OF_MODULE.get(name.partition(".")[0])


INSTEAD_OF_MEMBER: Mapping[str, str] = {
    **_each(
        "os.system os.popen os.fork os.kill os.execv os.spawnv os.startfile",
        "code in the sandbox cannot start processes.",
    ),
    **_each(
        "asyncio.create_task asyncio.TaskGroup asyncio.wait asyncio.as_completed asyncio.ensure_future",
        "asyncio.gather(...) runs coroutines side by side.",
    ),
    **_each(
        "asyncio.get_event_loop asyncio.get_running_loop asyncio.new_event_loop",
        "a cell awaits at its top level, and asyncio.run(...) is there.",
    ),
    "asyncio.TimeoutError": "use TimeoutError, which is the same exception.",
    "asyncio.wait_for": "await the coroutine itself; %limits sets how long a cell may take.",
    "asyncio.timeout": "await the coroutine itself; %limits sets how long a cell may take.",
    "asyncio.Queue": "use collections.deque.",
    "asyncio.Lock": "leave it out: only one coroutine runs at a time, until it awaits.",
    "asyncio.Semaphore": "gather a few coroutines at a time.",
    "asyncio.to_thread": "call the function itself.",
    "sys.exit": "a cell ends at its last line; raise an exception to end it early.",
    "sys.stdin": "ask with input().",
    "sys.path": "only Monty's own modules can be imported.",
    "sys.modules": "only Monty's own modules can be imported.",
    "sys.exc_info": "'except ... as error' gives the exception.",
    "sys.setrecursionlimit": "the kernel's option max_recursion_depth sets the limit.",
    "re.subn": "use re.sub().",
    "json.JSONEncoder": "turn values into dicts, lists and strings before json.dumps().",
    "random.SystemRandom": "random.random() and the other functions are there.",
    "pathlib.PurePath": "use pathlib.Path.",
}
"""What to do instead, by the name of a module's member that Monty lacks."""

INSTEAD_OF_COMMAND: Mapping[str, str] = {
    **_each("ls dir", "os.listdir(folder) lists a folder, after 'import os'."),
    **_each("cat head tail less more type", "print(open(path).read()) shows a file."),
    **_each("wget curl git ssh", "code in the sandbox has no network access and starts no programs."),
    **_each("python python3 bash sh sudo make node", "code in the sandbox starts no programs."),
    "pwd": "os.getcwd() gives the working folder, after 'import os'.",
    "cd": "write paths in full, such as open('/data/file.csv').",
    "mkdir": "os.makedirs(folder) makes one, after 'import os'.",
    "rm": "os.remove(path) removes a file, after 'import os'.",
    "rmdir": "os.rmdir(folder) removes one, after 'import os'.",
    "mv": "os.rename(old, new) moves a file, after 'import os'.",
    "cp": "open(new, 'w').write(open(old).read()) copies a file.",
    "echo": "print(text) prints.",
    "grep": "[line for line in open(path) if 'text' in line] finds lines.",
    "wc": "len(open(path).readlines()) counts lines.",
    "clear": "clear_output() clears what a cell showed, after 'from IPython.display import clear_output'.",
    "man": "put ? after a name to see what is known about it.",
    "export": "assign the value to a name.",
}
"""What to do instead, by the first word of a line that is a command for a shell."""

MAGIC_WORDS = frozenset(
    _words(
        "diff history limits lsmagic mount redo reset restore resume sessions snapshots time timeit tools typecheck "
        "undo who who_ls whos"
    )
)
"""Magics that IPython's users may type without their %, as its automagic allows."""

MISSING_METHODS: Mapping[str, frozenset[str]] = {
    "str": frozenset({"format_map", "maketrans", "translate"}),
    "bytes": frozenset({"expandtabs", "maketrans", "translate"}),
    "int": frozenset(
        _words(
            "as_integer_ratio bit_count bit_length conjugate denominator from_bytes imag is_integer numerator real to_bytes"
        )
    ),
    "float": frozenset(_words("as_integer_ratio conjugate fromhex hex imag is_integer real")),
    "complex": frozenset({"imag", "real"}),
    "set": frozenset({"difference_update", "intersection_update", "symmetric_difference_update"}),
    "range": frozenset({"count", "index", "start", "step", "stop"}),
}
"""The methods that Monty lacks, by built-in type. bool is like int; the types that are not here are complete."""

INSTEAD_OF_METHOD: Mapping[str, str] = {
    "PosixPath.touch": "write open(path, 'a').close().",
    "str.format_map": "use .format(**mapping).",
    "str.maketrans": "use .replace() for each character.",
    "str.translate": "use .replace() for each character.",
    "int.bit_length": "use len(f'{number:b}').",
    "int.bit_count": "use bin(number).count('1').",
    "int.real": "the number is its own real part.",
    "int.imag": "it is 0.",
    "int.numerator": "the number is its own numerator.",
    "int.denominator": "it is 1.",
    "float.is_integer": "compare with int(number).",
    "float.real": "the number is its own real part.",
    "float.imag": "it is 0.",
    "set.difference_update": "use -=.",
    "set.intersection_update": "use &=.",
    "set.symmetric_difference_update": "use ^=.",
    "range.start": "keep the number you made it from.",
    "range.stop": "keep the number you made it from.",
    "range.step": "keep the number you made it from.",
    "datetime.datetime.utcnow": "use .now(), which is in UTC here, or .now(timezone.utc).",
    "datetime.datetime.utcfromtimestamp": "use .fromtimestamp(seconds, timezone.utc).",
    "ctime": "use .strftime('%a %b %d %H:%M:%S %Y').",
    "toordinal": "write (day - date(1, 1, 1)).days + 1.",
    "as_integer_ratio": "write Decimal(number).as_integer_ratio().",
    "__class__": "use type(value).",
    "__init__": "make a new object by calling the class.",
    "__module__": "all classes are defined in the notebook.",
    "__mro__": "there is no inheritance.",
    "__bases__": "there is no inheritance.",
    "__dict__": "keep values that you want to list in a dict.",
    "__cause__": "keep the other exception in a variable.",
    "__context__": "keep the other exception in a variable.",
    "add_note": "put the note into the message.",
    "with_traceback": "raise the exception itself.",
    "__traceback__": "the traceback is shown when nothing catches the exception.",
    "__name__": "write the name out.",
    "__doc__": "put ? after the name to see it.",
}
"""What to do instead, by `type.name`, or by a name that any type may have."""


def instead_of_attribute(type_name: str, name: str) -> str:
    """What to do without an attribute that Monty's type lacks."""
    special = name.startswith("__") and any(hasattr(kind, name) for kind in (int, list, dict))
    return (
        INSTEAD_OF_METHOD.get(f"{type_name}.{name}")
        or INSTEAD_OF_METHOD.get(name)
        or say("use_operator" if special else "otherwise")
    )


ENCODINGS = "ascii, utf-8, utf-16 and utf-32"
