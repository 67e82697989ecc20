"""Static analysis of half-typed code by jedi, fenced in: it reads the standard library and nothing else.

Nothing is imported from, listed in or read from the notebook's folder or the environment's packages: the environment below
finds modules in the standard library only, whatever the code says about `sys.path`, and loads compiled ones only
where Monty has a module of that name. jedi's own way of doing both swaps the process's `sys.path` for a moment, which other threads
would see.

Everything here is slow (milliseconds to a second) and runs in a helper process; `jedi_client.py` is its other end.
"""

from __future__ import annotations

import gc
import importlib
import importlib.machinery
import keyword
import os
import re
import sys
import sysconfig
from collections.abc import Iterable
from dataclasses import astuple, dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import tempfile

    from .interface import Kind

_KINDS: dict[str, Kind] = {
    "module": "module",
    "namespace": "module",
    "class": "class",
    "function": "function",
    "param": "param",
    "keyword": "keyword",
    "property": "property",
    "path": "path",
}


@dataclass(frozen=True, slots=True)
class Source:
    """Code to analyse: what comes before (`head`, earlier statements) and the statement at hand with the place in it."""

    head: str
    chunk: str
    offset: int  # in `chunk`


@dataclass(frozen=True, slots=True)
class Known:
    """A name jedi found. full_name: `builtins.str`, `json.dumps`; beginning with `__main__.` for the notebook's own."""

    name: str
    kind: Kind
    full_name: str = ""
    local: bool = False  # defined in the statement at hand
    doc: str = ""
    signatures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Signature:
    """A callable's parameters in order, each with its `inspect.Parameter` kind."""

    full_name: str
    parameters: tuple[tuple[str, int], ...]


class StaticAnalysis:
    """jedi, set up once. jedi is not thread-safe, not even two of these: use them from one thread."""

    def __init__(self, modules: Iterable[str]) -> None:
        """modules: the compiled ones that may be loaded."""
        jedi: Any = importlib.import_module("jedi")
        settings: Any = importlib.import_module("jedi.settings")
        self._jedi = jedi
        self._loaded: set[str] = set()
        self._environment = _environment(jedi, modules)
        # the folder is only where relative imports would lead, were they not taken out
        self._project = jedi.Project(_STDLIB[0], sys_path=list(_STDLIB), added_sys_path=(), smart_sys_path=False)
        settings.dynamic_params_for_other_modules = False
        settings.cache_directory = _cache_directory(settings.cache_directory)
        forgive_damage()

    def load(self, module: str) -> bool:
        """Load what questions about a module (or builtins and typing) need; False if that was done already.

        Builtins take 0.3 s, once per machine 1 s; other modules 10 to 250 ms.
        """
        if module in self._loaded:
            return False
        self._loaded.add(module)
        gc.disable()  # there is no garbage in what stays for good, and to look for it takes a quarter of the time
        try:
            if module == "builtins":
                self.names(Source("", "def f(a):\n    return a\n", 23))
                self.signature(Source("", '"".join(', 8))
                self.infer(Source("", 'open("").read()', 15))
            else:
                text = f"import {module}\n{module}."
                self.names(Source("", text, len(text)))
        finally:
            _set_aside()
        return True

    def names(self, source: Source) -> list[Known]:
        """What may be completed at the offset: names in scope, or attributes after a dot.

        Only the notebook's own names get a kind: to tell that of others jedi parses whole modules.
        """
        script, line, column, first = self._script(source)
        found: list[Known] = []
        for each in script.complete(line, column):
            if each.name_with_symbols.endswith("=") or each.type == "path":
                continue  # keyword arguments are told from the signature; files are none of jedi's business
            if each.module_name == "__main__":
                kind = _KINDS.get(each.type, "instance")
                local = (each.line or 0) >= first
                found.append(Known(each.name, "instance" if kind == "param" else kind, _full_name(each), local))
            elif not keyword.iskeyword(each.name):
                found.append(Known(each.name, "instance", _full_name(each)))
        return found

    def infer(self, source: Source) -> list[Known]:
        """What the expression that ends at the offset may be. An instance has its class's `full_name`."""
        return [self._known(each, first) for each, first in self._inferred(source, prefer_stubs=True)]

    def document(self, source: Source) -> list[Known]:
        """The same with docstrings and signatures; slower."""
        return [
            replace(
                self._known(each, first),
                doc=each.docstring(raw=True),
                signatures=tuple(signature.to_string() for signature in each.get_signatures()),
            )
            for each, first in self._inferred(source, prefer_stubs=False)
        ]

    def _inferred(self, source: Source, prefer_stubs: bool) -> list[tuple[Any, int]]:
        script, line, column, first = self._script(source)
        return [(each, first) for each in script.infer(line, column, prefer_stubs=prefer_stubs)]

    def _known(self, name: Any, first: int) -> Known:
        local = name.module_name == "__main__" and (name.line or 0) >= first
        return Known(name.name, _KINDS.get(name.type, "instance"), _full_name(name), local)

    def signature(self, source: Source) -> Signature | None:
        """The function whose call the offset is in, and its parameters."""
        script, line, column, _ = self._script(source)
        for each in script.get_signatures(line, column):
            return Signature(_full_name(each), tuple((parameter.name, parameter.kind) for parameter in each.params))
        return None

    def _script(self, source: Source) -> tuple[Any, int, int, int]:
        before = source.chunk[: source.offset]
        after = source.chunk[source.offset :]
        if not before[-1:].strip() and not after[:1].strip():
            after = "_" + after  # where nothing is typed yet jedi sees no scope
        first = source.head.count("\n") + 1
        line = first + before.count("\n")
        column = len(before) - (before.rfind("\n") + 1)
        code = fenced(source.head + before + after)
        return self._jedi.Script(code, project=self._project, environment=self._environment), line, column, first


def asked(text: str, question: str, modules: list[str], *arguments: Any) -> tuple[Any, str]:
    """The job: import jedi, load a module, or answer a question about a text, given the length of its head and the offset in the rest."""
    if question == "import":
        importlib.import_module("jedi")
        return None, ""
    analysis = _shared_analysis(tuple(modules))
    if question == "load":
        return analysis.load(arguments[0]), ""
    head, offset = arguments
    source = Source(text[:head], text[head:], offset)
    if question == "signature":
        found = analysis.signature(source)
        return None if found is None else (found.full_name, found.parameters), ""
    answers = {"names": analysis.names, "infer": analysis.infer, "document": analysis.document}
    return [astuple(each) for each in answers[question](source)], ""


@cache
def _shared_analysis(modules: tuple[str, ...]) -> StaticAnalysis:
    """The process's one: what jedi has parsed is global anyhow."""
    return StaticAnalysis(modules)


def _set_aside() -> None:
    """Take what jedi has loaded, some 500,000 objects that stay for good, out of the garbage collector's rounds.

    Each full round would take 50 to 250 ms to find nothing.
    """
    gc.enable()
    gc.collect(1)
    gc.freeze()


def _full_name(name: Any) -> str:
    try:
        return name.full_name or ""
    except Exception:  # jedi's own mistakes in odd code
        return ""


_SYS_PATH = re.compile(r"(\bsys\s*\.\s*)path\b")
_RELATIVE = re.compile(r"(\bfrom\s*)(\.[.\s]*)")
_UNSUITABLE = re.compile("[\0\ud800-\udfff\x0c\r]")


def fenced(code: str) -> str:
    """The same code, character for character, without what would lead jedi to folders or what it cannot read."""
    code = _UNSUITABLE.sub(" ", code)
    code = _SYS_PATH.sub(r"\1_ath", code)
    return _RELATIVE.sub(
        lambda match: match[1] + "_" * len(match[2].rstrip()) + match[2][len(match[2].rstrip()) :], code
    )


_STDLIB = tuple(
    dict.fromkeys(
        path
        for path in (
            sysconfig.get_path("stdlib"),
            sysconfig.get_path("platstdlib"),
            sysconfig.get_config_var("DESTSHARED") or "",
        )
        if path and os.path.isdir(path)
    )
)


def _environment(jedi: Any, modules: Iterable[str]) -> Any:
    access: Any = importlib.import_module("jedi.inference.compiled.access")
    subprocess: Any = importlib.import_module("jedi.inference.compiled.subprocess")
    functions: Any = importlib.import_module("jedi.inference.compiled.subprocess.functions")
    loadable = {*modules, "builtins"}

    class StandardLibraryOnly(subprocess.InferenceStateSameProcess):  # type: ignore[misc]
        """Answers jedi's questions about modules from the standard library, without touching `sys.path`."""

        def get_module_info(self, sys_path: Any = None, full_name: str | None = None, **options: Any) -> Any:
            name = full_name or options["string"]
            if name.split(".")[0] not in sys.stdlib_module_names:
                return None, None
            if name in sys.builtin_module_names:
                return None, False
            path = [each for each in options.get("path") or _STDLIB if _in_standard_library(str(each))]
            spec = importlib.machinery.PathFinder.find_spec(options["string"], path)
            if spec is None or spec.loader is None:
                return None, None
            try:
                return functions._from_loader(spec.loader, options["string"])
            except (ImportError, OSError):
                return None, None

        def load_module(self, dotted_name: str, sys_path: Any) -> Any:
            if dotted_name not in sys.modules:
                if dotted_name not in loadable:
                    return None
                importlib.import_module(dotted_name)
            if dotted_name.split(".")[0] not in sys.stdlib_module_names:
                return None
            return access.create_access_path(self._inference_state_weakref(), sys.modules[dotted_name])

        def iter_module_names(self, paths: Iterable[str]) -> list[str]:
            return []

    class Environment(jedi.InterpreterEnvironment):  # type: ignore[misc]
        def get_inference_state_subprocess(self, inference_state: Any) -> Any:
            return StandardLibraryOnly(inference_state)

        def get_sys_path(self) -> list[str]:
            return list(_STDLIB)

    return Environment()


def _in_standard_library(path: str) -> bool:
    return "site-packages" not in path and any(path == root or path.startswith(root + os.sep) for root in _STDLIB)


def _cache_directory(usual: str) -> str:
    """jedi's cache of parsed standard library modules; a temporary folder where the usual one cannot be written."""
    try:
        os.makedirs(usual, exist_ok=True)
        if os.access(usual, os.W_OK | os.X_OK):
            return usual
    except OSError:
        pass
    return _temporary().name


def _temporary() -> tempfile.TemporaryDirectory[str]:
    global _temporary_directory
    import tempfile  # few need it

    if _temporary_directory is None:
        _temporary_directory = tempfile.TemporaryDirectory(prefix="monty-kernel-jedi-")
    return _temporary_directory


_temporary_directory: tempfile.TemporaryDirectory[str] | None = None


def forgive_damage() -> None:
    """Have parso parse a module anew where its file cannot be read, and keep in memory what cannot be written."""
    grammar: Any = importlib.import_module("parso.grammar")
    cache: Any = importlib.import_module("parso.cache")

    def load_module(*args: Any, **options: Any) -> Any:
        try:
            return cache.load_module(*args, **options)
        except Exception:  # unpickling half a file fails in any way
            return None

    def try_to_save_module(*args: Any, **options: Any) -> None:
        try:
            cache.try_to_save_module(*args, **options)
        except OSError:  # it is in memory by now
            return

    grammar.load_module = load_module
    grammar.try_to_save_module = try_to_save_module
