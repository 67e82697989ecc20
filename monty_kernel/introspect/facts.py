"""What the installed Monty has: builtins, keywords, modules, methods of builtin types, keyword arguments.

A scratch session is asked. Nothing else is reliable, since Monty differs between versions. Each candidate name, taken
from CPython, is tried inside the sandbox. The error "has no attribute" means no; any other outcome, such as an error
about missing arguments, means yes. The scratch worker has nobody's data in it and can reach nothing.
"""

from __future__ import annotations

import builtins
import importlib
import inspect
import keyword
import re
import sys
import threading
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any

import pydantic_monty

from monty_kernel.isolation.pool import IsolatedPool

from . import Kind, shipped
from .candidates import (
    ALIASES,
    DOTTED_MODULES,
    DUNDERS,
    NEWER,
    SAMPLES,
    SILENT_SIGNATURES,
    STATEMENTS,
    Sample,
)
from .host_modules import host_module
from .shipped_facts import added

Kinds = Mapping[str, Kind]


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """The facts about one version of Monty, as far as Monty could be asked.

    The keys of types and callables are their names in CPython without `builtins.`: `str`, `collections.deque`,
    `json.dumps`, `str.split`. `type_names` maps the name in Monty's `repr(type(value))` to that key.
    """

    builtins: Kinds = field(default_factory=dict)
    keywords: frozenset[str] = frozenset()
    modules: frozenset[str] = frozenset()
    members: Mapping[str, Kinds] = field(default_factory=dict)
    methods: Mapping[str, Kinds] = field(default_factory=dict)
    class_members: Mapping[str, Kinds] = field(default_factory=dict)
    type_names: Mapping[str, str] = field(default_factory=dict)
    arguments: Mapping[str, frozenset[str]] = field(default_factory=dict)
    shipped: Mapping[str, shipped.Member] = field(default_factory=dict)
    """What modules hold that are written for Monty, by its full name. Their names are among the modules and members."""
    shipped_docs: Mapping[str, str] = field(default_factory=dict)
    """The docstrings of those of these modules that Monty lacks as a whole."""
    granted: Mapping[str, object] = field(default_factory=dict)
    """Granted modules of tools, by name. Their functions and constants are read, never called."""

    def with_granted(self, modules: Mapping[str, object]) -> Facts:
        """These facts, with those about modules of tools."""
        if not modules:
            return self
        members: dict[str, Kinds] = {
            name: {
                each: "function" if callable(value) else "instance"
                for each, value in vars(module).items()
                if not each.startswith("_")
            }
            for name, module in modules.items()
        }
        return replace(
            self,
            modules=self.modules | set(modules),
            members={**self.members, **members},
            shipped={name: each for name, each in self.shipped.items() if name.rpartition(".")[0] not in modules},
            shipped_docs={name: doc for name, doc in self.shipped_docs.items() if name not in modules},
            granted=dict(modules),
        )

    def with_shipped(self) -> Facts:
        """These facts about Monty itself, with the modules that are written for it."""
        members, arguments, written, docs = added(self.modules, self.members)
        return replace(
            self,
            modules=self.modules | docs.keys(),
            members=members,
            arguments={**self.arguments, **arguments},
            shipped=written,
            shipped_docs=docs,
        )

    def of_module(self, name: str) -> Kinds:
        """The members of a module; empty if Monty has no such module."""
        return self.members.get(name, {})

    def of_value(self, type_name: str) -> Kinds | None:
        """The attributes of a value, by the name of its type in CPython or Monty; None for an unknown type."""
        return self.methods.get(self.type_key(type_name))

    def of_class(self, type_name: str) -> Kinds | None:
        """The attributes of a builtin class itself; None for an unknown one."""
        return self.class_members.get(self.type_key(type_name))

    def type_key(self, type_name: str) -> str:
        """The key of a type, for names such as `builtins.str`, `str`, `Counter` or `_decimal.Decimal`."""
        name = type_name.removeprefix("builtins.")
        return name if name in self.methods else self.type_names.get(name, name)


_LIMITS: pydantic_monty.ResourceLimits = {
    "max_memory": 64 << 20,
    "max_feed_duration_secs": 1.0,
    "max_suspensions": 10**6,
}


class _Scratch:
    """A session in a worker of its own. A snippet that exceeds its limits loses only its own answer."""

    def __init__(self, pool: pydantic_monty.Monty) -> None:
        self._pool = pool
        self._session: Any = None

    def ask(self, code: str) -> Any:
        """The value of the snippet's last expression, or None if it raised."""
        try:
            return self._run(code)
        except pydantic_monty.MontyError:
            return None

    def supports(self, code: str) -> bool:
        """Whether Monty's parser accepts the snippet."""
        try:
            self._run(code)
        except pydantic_monty.MontySyntaxError:
            return False
        except pydantic_monty.MontyError as error:
            return not isinstance(error.exception(), NotImplementedError)
        return True

    def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.__exit__(None, None, None)

    def _run(self, code: str) -> Any:
        if self._session is None:
            self._session = self._pool.checkout(limits=_LIMITS)
            self._session.__enter__()
        try:
            snapshot = self._session.feed_start(code, print_callback=lambda stream, text: None)
            while not isinstance(snapshot, pydantic_monty.MontyComplete):
                snapshot = _answer(snapshot)
            return snapshot.output
        except pydantic_monty.MontyError as error:
            if isinstance(error.exception(), (MemoryError, TimeoutError)) or self._session.worker_pid is None:
                self.close()  # after a session exceeded a limit, its heap cannot be trusted
            raise


def _answer(snapshot: Any) -> Any:
    if isinstance(snapshot, pydantic_monty.NameLookupSnapshot):
        return snapshot.resume()
    if isinstance(snapshot, pydantic_monty.FutureSnapshot):
        return snapshot.resume({call: {"exception": RuntimeError("probing")} for call in snapshot.pending_call_ids})
    if snapshot.is_os_function and snapshot.function_name == "open":
        mode = snapshot.args[1] if len(snapshot.args) > 1 else "r"
        return snapshot.resume({"return_value": pydantic_monty.MontyFileHandle("/x", mode)})
    if snapshot.is_os_function:
        return snapshot.resume_not_handled()
    return snapshot.resume({"exception": NameError(snapshot.function_name)})


_lock = threading.Lock()
_facts: Facts | None = None


def load_facts() -> Facts:
    """The facts about the installed Monty, and what is written for it. They are asked for once per process, which takes about 0.1 s. Thread-safe.

    If no worker can be started, the answer is empty and the next call tries again.
    """
    global _facts
    with _lock:
        if _facts is None:
            try:
                _facts = _of_a_worker().with_shipped()
            except Exception:  # completion must still answer, whatever kept the worker from starting
                return Facts()
        return _facts


def _of_a_worker() -> Facts:
    pool = IsolatedPool(min_processes=1, max_processes=1, request_timeout=5.0)
    with closing(pool), closing(_Scratch(pool.pool)) as scratch:
        return _probe(scratch)


def _probe(scratch: _Scratch) -> Facts:
    names = [name for name in {*dir(builtins), *NEWER["builtins"]} if not name.startswith("_")] + list(DUNDERS)
    present = _ask_each(scratch, ((name, name) for name in names))
    modules = _modules(scratch)
    hosts = {name: host for name in modules if (host := host_module(name)) is not None}
    members = {name: _members(scratch, name, host) for name, host in hosts.items()}
    scratch.ask("\n".join(f"import {name}" for name in modules if "." not in name))
    methods: dict[str, Kinds] = {}
    class_members: dict[str, Kinds] = {}
    type_names = {name: "ValueError" for name in present if _is_exception(name)} | dict(ALIASES)
    for sample in SAMPLES:
        shown = scratch.ask(f"repr(type({sample.value}))")
        if shown is None:
            continue
        host = _host_type(sample)
        name = shown.removeprefix("<class '").removesuffix("'>")
        if name != "namedtuple":  # the name that every named tuple of the standard library shows
            type_names[name] = sample.key
        candidates = [name for name in [*dir(host), *sample.extra] if not name.startswith("_")]
        methods[sample.key] = _attributes(scratch, sample.value, candidates)
        if sample.key.split(".")[0] in present or sample.key.split(".")[0] in modules:
            class_members[sample.key] = _attributes(scratch, sample.key, candidates)
    return Facts(
        builtins={name: _kind(getattr(builtins, name, "")) for name in sorted(present)},
        keywords=frozenset(
            word for word in {*keyword.kwlist, *STATEMENTS} if scratch.supports(STATEMENTS.get(word, ""))
        ),
        modules=frozenset(modules),
        members=members,
        methods=methods,
        class_members=class_members,
        type_names=type_names,
        arguments=_arguments(scratch, present, hosts, members, methods),
    )


def _ask_each(scratch: _Scratch, tries: Iterable[tuple[str, str]], refusal: str = "NameError") -> set[str]:
    """The labels of the expressions that do not raise `refusal`. All expressions must be valid syntax."""
    lines = ["__mk_had = []"]
    for label, expression in tries:
        lines.append(
            f"try:\n    {expression}\nexcept {refusal}: pass\nexcept BaseException: __mk_had.append({label!r})"
        )
        lines.append(f"else: __mk_had.append({label!r})")
    lines.append("__mk_had")
    return set(scratch.ask("\n".join(lines)) or ())


def _modules(scratch: _Scratch) -> list[str]:
    candidates = [*(name for name in sys.stdlib_module_names if not name.startswith("_")), *DOTTED_MODULES]
    return sorted(_ask_each(scratch, ((name, f"import {name}") for name in candidates), "ImportError"))


def _host_type(sample: Sample) -> Any:
    module, _, name = (sample.owner or sample.key).rpartition(".")
    try:
        return getattr(importlib.import_module(module or "builtins"), name, None)
    except ImportError:
        return None


def _members(scratch: _Scratch, module: str, host: Any) -> Kinds:
    candidates = {name for name in (*dir(host), *NEWER.get(module, ())) if not name.startswith("_")}
    scratch.ask(f"import {module}")
    found = _ask_each(scratch, ((name, f"{module}.{name}") for name in candidates), "AttributeError")
    return {
        name: _kind(getattr(host, name)) if hasattr(host, name) else _kind_in_monty(scratch, f"{module}.{name}")
        for name in sorted(found)
    }


def _attributes(scratch: _Scratch, value: str, candidates: Iterable[str]) -> Kinds:
    """The attributes of a value. In Monty, methods can only be called: an attribute that can be read is data."""
    tries = (_TRY_ATTRIBUTE.format(value=value, name=name) for name in sorted(set(candidates)))
    return dict(scratch.ask("\n".join(["__mk_had = []", *tries, "__mk_had"])) or ())


_TRY_ATTRIBUTE = """
try:
    {value}.{name}
    __mk_had.append(('{name}', 'instance'))
except BaseException as e:
    try: {value}.{name}()
    except AttributeError as e:
        if "has no attribute '{name}'" not in str(e): __mk_had.append(('{name}', 'function'))
    except BaseException: __mk_had.append(('{name}', 'function'))
    else: __mk_had.append(('{name}', 'function'))
"""


def _is_exception(name: str) -> bool:
    value = getattr(builtins, name, None)
    return isinstance(value, type) and issubclass(value, BaseException)


def _kind(value: Any) -> Kind:
    if inspect.ismodule(value):
        return "module"
    if inspect.isclass(value):
        return "class"
    return "function" if callable(value) else "instance"


def _kind_in_monty(scratch: _Scratch, value: str) -> Kind:
    """The kind of a value that Monty has and the running, older Python lacks."""
    kinds: dict[str, Kind] = {"function": "function", "builtin_function_or_method": "function", "type": "class"}
    return kinds.get(scratch.ask(f"type({value}).__name__"), "instance")


def _arguments(
    scratch: _Scratch,
    present: set[str],
    hosts: Mapping[str, Any],
    members: Mapping[str, Kinds],
    methods: Mapping[str, Kinds],
) -> Mapping[str, frozenset[str]]:
    """The keyword arguments that Monty accepts, for everything whose parameters CPython knows."""
    calls = [_Call(name, f"{name}(*p, **k)", getattr(builtins, name, None)) for name in sorted(present)]
    for module, kinds in members.items():
        for name, kind in kinds.items():
            if kind != "instance" and f"{module}.{name}" not in _NOT_CALLED:
                calls.append(_Call(f"{module}.{name}", f"{module}.{name}(*p, **k)", getattr(hosts[module], name, None)))
    for sample in SAMPLES:
        owner = _host_type(sample)
        for name, kind in methods.get(sample.key, {}).items():
            if kind == "function":
                calls.append(
                    _Call(f"{sample.key}.{name}", f"{sample.value}.{name}(*p, **k)", getattr(owner, name, None))
                )
    accepted: dict[str, frozenset[str]] = {}
    _accepted(scratch, [(call, names) for call in calls if (names := call.parameters())], accepted)
    return accepted


_NOT_CALLED = frozenset({"time.sleep", "asyncio.sleep", "asyncio.run"})

_TRY_ARGUMENTS = """
def __mk_refused(f, p, name):
    try:
        f(p, {name: None})
    except BaseException as e:
        return 'keyword argument' in str(e)
    return False
def __mk_accepts(f, names):
    # positional arguments are added until the call complains about a nonsensical keyword
    for p in ((), (None,), (None, None), (None, None, None)):
        if __mk_refused(f, p, '__mk_nonsense'):
            return [name for name in names if not __mk_refused(f, p, name)]
    return list(names)
"""


@dataclass(frozen=True, slots=True)
class _Call:
    key: str
    expression: str  # with `p` for the positional and `k` for the keyword arguments
    host: Any

    def parameters(self) -> tuple[str, ...]:
        """The names that CPython accepts as keywords."""
        if self.key in SILENT_SIGNATURES:
            return SILENT_SIGNATURES[self.key]
        if isinstance(self.host, type) and issubclass(self.host, BaseException):
            return ()  # several arguments cause an internal error in Monty 1.4, which no `except` catches
        try:
            parameters = inspect.signature(self.host).parameters.values()
        except (TypeError, ValueError):
            return ()
        keyworded = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
        return tuple(each.name for each in parameters if each.kind in keyworded and each.name != "self")


def _accepted(scratch: _Scratch, calls: list[tuple[_Call, tuple[str, ...]]], found: dict[str, frozenset[str]]) -> None:
    """Ask about all calls at once. If one of them exceeds the worker's limits, ask about each half separately."""
    if not calls:
        return
    # a new session may have replaced the one that had these imports
    imports = sorted({module for call, _ in calls for module in _modules_in(call.expression)})
    lines = [_TRY_ARGUMENTS, *(f"import {name}" for name in imports)]
    tries = (f"({call.key!r}, __mk_accepts(lambda p, k: {call.expression}, {names!r}))" for call, names in calls)
    answer = scratch.ask("\n".join([*lines, f"[{', '.join(tries)}]"]))
    if answer is not None:
        found.update((key, frozenset(names)) for key, names in answer)
    elif len(calls) > 1:
        middle = len(calls) // 2
        _accepted(scratch, calls[:middle], found)
        _accepted(scratch, calls[middle:], found)


def _modules_in(expression: str) -> Iterable[str]:
    return (
        word
        for word in re.findall(r"(?<![\w.])[a-z_0-9]+(?=\.[A-Za-z_])", expression)
        if word in sys.stdlib_module_names
    )
