"""Prepares each of our processes that Jupyter starts, before anything heavy is imported.

Where imports come from: no place may depend on the working directory, which is the notebook's folder. `-P` keeps Python
from putting that folder first, but an empty or relative entry of `PYTHONPATH` brings it back. Such an entry is easily
made: without a `PYTHONPATH`, `export PYTHONPATH=$PYTHONPATH:/srv/lib` begins with an empty one.

What is imported: submodules of heavy packages without the packages' own `__init__`. `import ipykernel.kernelbase` costs
180 ms, of which 70 ms go into `IPython/__init__`, `jupyter_client/__init__` and `ipykernel/__init__`: they import
shells, clients and managers that a kernel never uses. asyncio takes ssl along, 10 ms and 1.4 MB, and jupyter_core
tempfile and platformdirs, 0.9 MB. A deferred module takes the real one's place in `sys.modules`, with its name, path and
spec, so that submodules are imported as usual. The first access to any of its names runs the real one in place, so that
`from IPython import get_ipython` still works, and so does the TLS of a tool that uses asyncio. The standard library's
`importlib.util.LazyLoader` cannot do this, because it loads the module as soon as `__path__` is read, which every
import of a submodule does.

Garbage collection: until the session has started, the process only imports. Collecting garbage took 4 % of that time.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

HEAVY = ("IPython", "jupyter_client", "ipykernel", "ssl", "asyncio.sslproto", "tempfile", "platformdirs")

_NAMES_OF_THE_CONTENTS = frozenset({"__all__", "__doc__", "__version__"})
_loading = threading.RLock()
_being_loaded: set[str] = set()
_VARIABLES = ("PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE")


def without_relative(env: Mapping[str, str]) -> dict[str, str]:
    """A copy of the environment for a new Python, without entries that make it import from its working directory."""
    clean = dict(env)
    for name in _VARIABLES:
        if name in clean:
            clean[name] = os.pathsep.join(filter(os.path.isabs, clean[name].split(os.pathsep)))
            if not clean[name]:
                del clean[name]
    return clean


def forget_relative() -> None:
    """Remove from this process's search path what relative entries of `PYTHONPATH` added. To be called first."""
    given = os.environ.get("PYTHONPATH")
    if not given or sys.flags.ignore_environment:
        return
    for entry in given.split(os.pathsep):
        if not os.path.isabs(entry):
            place = os.path.abspath(entry)  # as `site` writes it
            sys.path[:] = [folder for folder in sys.path if folder not in (entry, place)]


def begin_start() -> None:
    """The process begins: collect no garbage until `end_start`."""
    gc.disable()


def end_start() -> None:
    """The session has started. Later collections skip all objects that exist now. Idempotent."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


class DeferredModule(ModuleType):
    """A module that runs when anything but its module attributes (`__path__`, `__spec__`, ...) is read.

    That includes submodules, since `IPython.core` as an attribute must have what `IPython/__init__` imports into
    it. The import system itself does not read them as attributes: it looks into `sys.modules`.
    """

    def __getattribute__(self, name: str) -> Any:
        if not (name.startswith("__") and name.endswith("__")) or name in _NAMES_OF_THE_CONTENTS:
            _load(self)
        return ModuleType.__getattribute__(self, name)  # `super()` fails: the class has changed

    def __setattr__(self, name: str, value: object) -> None:
        if not isinstance(value, ModuleType) and not (name.startswith("__") and name.endswith("__")):
            _load(self)  # else it would undo this; only the import system sets submodules
        ModuleType.__setattr__(self, name, value)  # `super()` fails: the class has changed

    def __dir__(self) -> Iterable[str]:
        _load(self)
        return sorted(self.__dict__)


def forgo_missing(names: Iterable[str] = ("opentelemetry",)) -> None:
    """Make imports of packages that are not installed fail at once.

    pydantic_monty tries `import opentelemetry` at every feed. Searching all of `sys.path` each time makes a feed take
    0.12 ms instead of 0.045.
    """
    for name in names:
        if name not in sys.modules and find_spec(name) is None:
            sys.modules[name] = None  # type: ignore[assignment]  # as documented for the import system


def import_lightly() -> None:
    """Import jupyter_client.jsonutil without dateutil and tornado.log without curses, which saves 10 to 20 ms.

    jsonutil uses dateutil to read the date in each message's header, which `datetime` can do since Python 3.11.
    tornado.log uses curses to colour log lines, but the kernel's log has a format of its own. Other code that imports
    dateutil or curses gets the real ones.
    """
    parser, tz = ModuleType("dateutil.parser"), ModuleType("dateutil.tz")
    parser.isoparse, tz.tzlocal = _isoparse, _tzlocal  # type: ignore[attr-defined]
    with _standing_in({"dateutil.parser": parser, "dateutil.tz": tz}):
        import_module("jupyter_client.jsonutil")
    with _standing_in({"curses": None}):
        import_module("tornado.log")


@contextmanager
def _standing_in(modules: Mapping[str, ModuleType | None]) -> Iterator[None]:
    """Let imports find these modules, None for a missing one, unless the real ones have been imported already."""
    absent = {name: module for name, module in modules.items() if name not in sys.modules}
    sys.modules.update(absent)  # type: ignore[arg-type]  # None: as documented for the import system
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


def _isoparse(text: str) -> datetime:
    from datetime import datetime

    try:
        return datetime.fromisoformat(text)
    except ValueError:  # only dateutil accepts the hour 24
        from dateutil.parser import isoparse  # type: ignore[import-untyped]

        parsed: datetime = isoparse(text)
        return parsed


def _tzlocal() -> tzinfo:
    from dateutil.tz import tzlocal  # type: ignore[import-untyped]

    found: tzinfo = tzlocal()
    return found


def defer_modules(names: Iterable[str] = HEAVY) -> None:
    """Put a `DeferredModule` into `sys.modules` for each of `names` that is installed and not yet imported."""
    for name in names:
        if name in sys.modules:
            continue
        spec = _spec(name)
        if spec is None or spec.loader is None:
            continue
        module = module_from_spec(spec)
        module.__class__ = DeferredModule
        sys.modules[name] = module


def _spec(name: str) -> ModuleSpec | None:
    """Where a module is, found without importing the package that it is in."""
    package, _, _ = name.rpartition(".")
    if not package:
        return find_spec(name)
    parent = find_spec(package)
    places = None if parent is None else parent.submodule_search_locations
    return None if places is None else PathFinder.find_spec(name, list(places))


def _load(module: ModuleType) -> None:
    """Run the real module once. While it runs, only the names that it has set exist, as in a circular import."""
    with _loading:
        name = module.__name__
        if type(module) is not DeferredModule or name in _being_loaded:
            return
        spec = module.__spec__
        assert spec is not None and spec.loader is not None
        _being_loaded.add(name)
        try:
            spec.loader.exec_module(module)
            module.__class__ = ModuleType  # type: ignore[assignment]
        finally:
            _being_loaded.discard(name)
