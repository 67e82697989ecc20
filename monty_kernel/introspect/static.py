"""Static analysis of half-typed code by jedi, which may read only the standard library.

Nothing is imported, listed or read from the notebook's folder or from installed packages. The environment below finds
modules only in the standard library, whatever the code does to `sys.path`, and loads compiled modules only if Monty
has a module of that name. jedi's own way would replace the process's `sys.path` for a moment, which other threads
would see.

Everything here is slow (milliseconds to a second) and runs in a helper process. `analysis.py` asks it.
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

    from . import Kind

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
    """Code to analyse: earlier statements (`head`), and the statement with the place in it (`chunk`)."""

    head: str
    chunk: str
    offset: int  # in `chunk`


@dataclass(frozen=True, slots=True)
class JediName:
    """A name that jedi found.

    `full_name` is like `json.dumps`, and begins with `__main__.` for names of the notebook.
    """

    name: str
    kind: Kind
    full_name: str = ""
    local: bool = False  # defined in the statement with the cursor
    doc: str = ""
    signatures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Signature:
    """A callable's parameters in order, each with its `inspect.Parameter` kind."""

    full_name: str
    parameters: tuple[tuple[str, int], ...]


class StaticAnalysis:
    """jedi with its environment. jedi is not thread-safe, even with several instances: use them on one thread only."""

    def __init__(self, modules: Iterable[str]) -> None:
        """`modules` are the compiled modules that may be loaded."""
        jedi: Any = importlib.import_module("jedi")
        settings: Any = importlib.import_module("jedi.settings")
        self._jedi = jedi
        self._loaded: set[str] = set()
        self._environment = _environment(jedi, modules)
        # relative imports would lead to this folder, but `fenced` removes them
        self._project = jedi.Project(_STDLIB[0], sys_path=list(_STDLIB), added_sys_path=(), smart_sys_path=False)
        settings.dynamic_params_for_other_modules = False
        settings.cache_directory = _cache_directory(settings.cache_directory)
        forgive_damage()

    def load(self, module: str) -> bool:
        """Load what questions about a module (or builtins and typing) need. Returns False if it is loaded already.

        Builtins take 0.3 s, and 1 s the first time on a machine. Other modules take 10 to 250 ms.
        """
        if module in self._loaded:
            return False
        self._loaded.add(module)
        gc.disable()  # loaded modules stay for good, and looking for garbage in them takes a quarter of the time
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

    def names(self, source: Source) -> list[JediName]:
        """Completions at the offset: names in scope, or attributes after a dot.

        Only the notebook's own names get a kind, since jedi would parse whole modules for the kinds of others.
        """
        script, line, column, first = self._script(source)
        found: list[JediName] = []
        for each in script.complete(line, column):
            if each.name_with_symbols.endswith("=") or each.type == "path":
                continue  # keyword arguments come from the signature, and jedi must not complete files
            if each.module_name == "__main__":
                kind = _KINDS.get(each.type, "instance")
                local = (each.line or 0) >= first
                found.append(JediName(each.name, "instance" if kind == "param" else kind, _full_name(each), local))
            elif not keyword.iskeyword(each.name):
                found.append(JediName(each.name, "instance", _full_name(each)))
        return found

    def infer(self, source: Source) -> list[JediName]:
        """What the expression that ends at the offset may be. An instance has the `full_name` of its class."""
        return [self._known(each, first) for each, first in self._inferred(source, prefer_stubs=True)]

    def document(self, source: Source) -> list[JediName]:
        """The same as `infer`, with docstrings and signatures; slower."""
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

    def _known(self, name: Any, first: int) -> JediName:
        local = name.module_name == "__main__" and (name.line or 0) >= first
        return JediName(name.name, _KINDS.get(name.type, "instance"), _full_name(name), local)

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
            after = "_" + after  # without a typed name jedi sees no scope
        first = source.head.count("\n") + 1
        line = first + before.count("\n")
        column = len(before) - (before.rfind("\n") + 1)
        code = fenced(source.head + before + after)
        return self._jedi.Script(code, project=self._project, environment=self._environment), line, column, first


def asked(text: str, question: str, modules: list[str], *arguments: Any) -> tuple[Any, str]:
    """The helper process's job: import jedi, load a module, or answer a question about a text.

    The arguments of a question are the length of the text's head and the offset in the rest.
    """
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
    """The one analysis of the process, since what jedi has parsed is global anyway."""
    return StaticAnalysis(modules)


def _set_aside() -> None:
    """Exclude what jedi has loaded from garbage collection: about 500,000 objects that stay for good.

    Each full collection would take 50 to 250 ms and find nothing.
    """
    gc.enable()
    gc.collect(1)
    gc.freeze()


def _full_name(name: Any) -> str:
    try:
        return name.full_name or ""
    except Exception:  # jedi fails on unusual code
        return ""


_SYS_PATH = re.compile(r"(\bsys\s*\.\s*)path\b")
_RELATIVE = re.compile(r"(\bfrom\s*)(\.[.\s]*)")
_UNSUITABLE = re.compile("[\0\ud800-\udfff\x0c\r]")


def fenced(code: str) -> str:
    """The same code, character for character, without anything that leads jedi to folders or that it cannot read."""
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
        """Answers jedi's questions about modules from the standard library, without changing `sys.path`."""

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
    """The folder of jedi's cache of parsed modules, or a temporary one if that is not writable."""
    try:
        os.makedirs(usual, exist_ok=True)
        if os.access(usual, os.W_OK | os.X_OK):
            return usual
    except OSError:
        pass
    return _temporary().name


def _temporary() -> tempfile.TemporaryDirectory[str]:
    global _temporary_directory
    import tempfile  # rarely needed

    if _temporary_directory is None:
        _temporary_directory = tempfile.TemporaryDirectory(prefix="monty-kernel-jedi-")
    return _temporary_directory


_temporary_directory: tempfile.TemporaryDirectory[str] | None = None


def forgive_damage() -> None:
    """Let parso parse a module again if its cache file cannot be read, and keep it in memory if it cannot be written.

    Every program that uses jedi shares this cache, and parso writes its files in place. A program that is killed
    meanwhile, or a full disk, leaves half a file, on which parso fails every time. So does reading a file while it is
    written.
    """
    grammar: Any = importlib.import_module("parso.grammar")
    cache: Any = importlib.import_module("parso.cache")

    def load_module(*args: Any, **options: Any) -> Any:
        try:
            return cache.load_module(*args, **options)
        except Exception:  # unpickling half a file fails in many ways
            return None

    def try_to_save_module(*args: Any, **options: Any) -> None:
        try:
            cache.try_to_save_module(*args, **options)
        except OSError:  # the module is in memory already
            return

    grammar.load_module = load_module
    grammar.try_to_save_module = try_to_save_module
