"""What must happen before anything heavy is imported, for every process of ours that Jupyter starts.

Where Python may import from: no place that depends on the working directory, which is the notebook's folder. `-P` keeps Python
from putting that folder first. An empty or relative entry of `PYTHONPATH` brings it back, and one is easily had:
`export PYTHONPATH=$PYTHONPATH:/srv/lib` has an empty entry where there was no `PYTHONPATH` before.

What is imported: submodules of heavy packages without the packages' own `__init__`. `import ipykernel.kernelbase` costs 180 ms,
of which 70 ms go into `IPython/__init__`, `jupyter_client/__init__` and `ipykernel/__init__`: they import shells, clients and
managers that a kernel never uses. A deferred package is a stand-in in `sys.modules` that has the real one's name, path and spec,
so its submodules import as ever. The first name asked of it runs the real `__init__` in place, so `from IPython import
get_ipython` keeps meaning what it says, only later. The standard library's `importlib.util.LazyLoader` cannot do this: reading
`__path__`, which every import of a submodule does, already loads a lazy module.

Garbage: the process does nothing but import until its session stands, and collecting meanwhile took 4 % of that time.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

HEAVY_PACKAGES = ("IPython", "jupyter_client", "ipykernel")

_NAMES_OF_THE_CONTENTS = frozenset({"__all__", "__doc__", "__version__"})
_loading = threading.RLock()
_being_loaded: set[str] = set()
_VARIABLES = ("PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE")


def without_relative(env: Mapping[str, str]) -> dict[str, str]:
    """An environment for a Python to be started in: without what makes it look for modules in its working directory."""
    clean = dict(env)
    for name in _VARIABLES:
        if name in clean:
            clean[name] = os.pathsep.join(filter(os.path.isabs, clean[name].split(os.pathsep)))
            if not clean[name]:
                del clean[name]
    return clean


def forget_relative() -> None:
    """Take what relative entries of `PYTHONPATH` put into it out of this process's search path. For its very beginning."""
    given = os.environ.get("PYTHONPATH")
    if not given or sys.flags.ignore_environment:
        return
    for entry in given.split(os.pathsep):
        if not os.path.isabs(entry):
            place = os.path.abspath(entry)  # as `site` has it
            sys.path[:] = [each for each in sys.path if each not in (entry, place)]


def begin_start() -> None:
    """The process begins."""
    gc.disable()


def end_start() -> None:
    """The session stands. What is there stays for good, so that no later collection looks at it. Idempotent."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


class DeferredPackage(ModuleType):
    """A package whose `__init__` runs when anything but its module attributes (`__path__`, `__spec__`, ...) is asked for.

    That includes its submodules, since `IPython.core` as an attribute is expected to have what `IPython/__init__` imported into
    it. The import system itself does not ask for them: it looks into `sys.modules`.
    """

    def __getattribute__(self, name: str) -> Any:
        if not (name.startswith("__") and name.endswith("__")) or name in _NAMES_OF_THE_CONTENTS:
            _load(self)
        return ModuleType.__getattribute__(self, name)  # `super()` fails: the class has changed

    def __dir__(self) -> Iterable[str]:
        _load(self)
        return sorted(self.__dict__)


def forgo_missing(names: Iterable[str] = ("opentelemetry",)) -> None:
    """Let imports of packages that are not installed fail at once.

    pydantic_monty tries `import opentelemetry` at every feed, which searches all of `sys.path` each time: 0.12 ms a feed
    instead of 0.045.
    """
    for name in names:
        if name not in sys.modules and find_spec(name) is None:
            sys.modules[name] = None  # type: ignore[assignment]  # as documented for the import system


def import_lightly() -> None:
    """Import jupyter_client.jsonutil without dateutil and tornado.log without curses, which take 10 to 20 ms between them.

    The one reads the date in each message's header with it, which `datetime` can do since Python 3.11; the other would colour
    log lines in a terminal, and the kernel's log has a format of its own. Whoever else imports the two gets them.
    """
    parser, tz = ModuleType("dateutil.parser"), ModuleType("dateutil.tz")
    parser.isoparse, tz.tzlocal = _isoparse, _tzlocal  # type: ignore[attr-defined]
    with _standing_in({"dateutil.parser": parser, "dateutil.tz": tz}):
        import_module("jupyter_client.jsonutil")
    with _standing_in({"curses": None}):
        import_module("tornado.log")


@contextmanager
def _standing_in(modules: Mapping[str, ModuleType | None]) -> Iterator[None]:
    """Let imports find these, or find that there is none, where nobody has imported the real ones yet."""
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
    except ValueError:  # what only dateutil takes: the hour 24
        from dateutil.parser import isoparse  # type: ignore[import-untyped]

        parsed: datetime = isoparse(text)
        return parsed


def _tzlocal() -> tzinfo:
    from dateutil.tz import tzlocal  # type: ignore[import-untyped]

    found: tzinfo = tzlocal()
    return found


def defer_packages(names: Iterable[str] = HEAVY_PACKAGES) -> None:
    """Put a `DeferredPackage` into `sys.modules` for each of `names` that is installed and not yet imported."""
    for name in names:
        if name in sys.modules:
            continue
        spec = find_spec(name)
        if spec is None or spec.loader is None or spec.submodule_search_locations is None:
            continue
        module = module_from_spec(spec)
        module.__class__ = DeferredPackage
        sys.modules[name] = module


def _load(module: ModuleType) -> None:
    """Run the real `__init__`, once. Names it has set so far are all there is while it runs (as in a circular import)."""
    with _loading:
        name = module.__name__
        if type(module) is not DeferredPackage or name in _being_loaded:
            return
        spec = module.__spec__
        assert spec is not None and spec.loader is not None
        _being_loaded.add(name)
        try:
            spec.loader.exec_module(module)
            module.__class__ = ModuleType  # type: ignore[assignment]
        finally:
            _being_loaded.discard(name)
