"""Every option once: its name, type, unit, default and help.

The traits of `MontyKernel`, the flags of `monty-kernel run`, the keywords of `run_notebook` and the table in
docs/options.md follow from what is declared here, or are compared with it by a test. Both hosts import this file first,
so it imports nothing heavy.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, dataclass_transform

CONFIGURATION_FILES = ("jupyter_config", "monty_kernel_config")
"""Names without `.py` or `.json`. The later one prevails."""


class Option(NamedTuple):
    """An option of `MontyKernel`.

    Attributes:
        default: Its value where nobody said otherwise.
        help: Its meaning, a phrase that serves in every place.
        more: Further sentences, for places with room for them.
        unit: What its number counts; empty if it is not a number.
        least: The smallest number.
        form: How a text is written.
        choices: Its values, or those of each entry of a mapping.
        none: What None means; empty if it cannot be None.
        flag: Its flag of `monty-kernel run`; empty if it has none.
        only_in_run: Added to the help there.
    """

    default: Any
    help: str
    more: str = ""
    unit: str = ""
    least: float | None = None
    form: str = ""
    choices: tuple[str, ...] = ()
    none: str = ""
    flag: str = ""
    only_in_run: str = ""

    @property
    def sentence(self) -> str:
        """The help for a configuration file: it says what None means."""
        none = f"; None for {self.none}" if self.none else ""
        return f"{self.help[0].upper()}{self.help[1:]}{none}.{' ' if self.more else ''}{self.more}"


def _option(*, default: Any, **more: Any) -> Any:
    return Option(default, **more)


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(_option,))
class _Declared:
    """Makes a class of declared options.

    A dataclass would do the same, but takes 2 ms of the kernel's start to make.
    """

    def __init__(self, **values: Any) -> None:
        unknown = values.keys() - OPTIONS.keys()
        if unknown:
            raise TypeError(f"there is no option {', '.join(sorted(unknown))}")
        vars(self).update({name: values.get(name, option.default) for name, option in OPTIONS.items()})

    def __repr__(self) -> str:
        changed = (
            f"{name}={vars(self)[name]!r}" for name, option in OPTIONS.items() if vars(self)[name] != option.default
        )
        return f"{type(self).__name__}({', '.join(changed)})"


class Settings(_Declared):
    """The values of all options, for one session. Only the person who starts it sets them, never a notebook."""

    max_memory: int | None = _option(
        default=1 << 30,
        help="bytes of memory that a session may use",
        unit="BYTES",
        least=1,
        none="no limit",
        flag="--max-memory",
    )
    max_cell_seconds: float | None = _option(
        default=None,
        help="seconds that a cell may compute in all, not counting sleep() and input()",
        unit="SECONDS",
        least=0,
        none="no limit",
        flag="--max-cell-seconds",
    )
    max_recursion_depth: int | None = _option(
        default=None,
        help="how deep calls may nest",
        unit="CALLS",
        least=1,
        none="Monty's own limit, 1000",
        flag="--max-recursion-depth",
    )
    max_cell_output: int | None = _option(
        default=None,
        help="bytes of output that a cell may make",
        unit="BYTES",
        least=0,
        none="no limit",
        flag="--max-cell-output",
    )
    max_host_calls: int | None = _option(
        default=None,
        help="how often a cell may call the host: tools, files, input(), magics, help()",
        unit="CALLS",
        least=0,
        none="no limit",
        flag="--max-host-calls",
    )
    max_seconds_asleep: float | None = _option(
        default=None,
        help="seconds that a cell may sleep in all; sleeps at the same time count once",
        unit="SECONDS",
        least=0,
        none="no limit",
        flag="--max-seconds-asleep",
    )
    walls: Literal["best", "require"] = _option(
        default="best",
        help="the isolation of the worker process: 'best' is what this computer can build; with 'require', no "
        "worker starts without all of it",
        more="monty-kernel doctor shows what works.",
        choices=("best", "require"),
        flag="--walls",
    )
    snapshots: Literal["disk", "memory", "off"] = _option(
        default="disk",
        help="where the states between cells are kept for time travel: on 'disk', in Jupyter's data folder; in "
        "'memory'; or 'off', which keeps only the last one, for interrupts and crashes",
        choices=("disk", "memory", "off"),
    )
    snapshot_budget: float = _option(
        default=0.1,
        help="share of the cells' time that taking snapshots may cost while other cells wait",
        unit="SHARE",
        least=0,
    )
    snapshot_memory: int = _option(
        default=1 << 29,
        help="bytes of memory that the states between cells may take; the oldest are dropped first, and named ones "
        "may take half",
        unit="BYTES",
        least=0,
        flag="--snapshot-memory",
    )
    resume: Literal["ask", "allow"] = _option(
        default="ask",
        help="whether %resume asks before a notebook gets what another kernel left under its path: 'ask', or "
        "'allow' it",
        more="Resuming the session of another notebook always needs your yes.",
        choices=("ask", "allow"),
    )
    mounts: Sequence[str] = _option(
        default=(),
        help="a folder for cells, as HOST:SANDBOX or HOST:SANDBOX:MODE; MODE is ro, rw or overlay, the default, "
        "which keeps what cells write in memory; can be repeated",
        form="HOST:SANDBOX[:MODE]",
        flag="--mount",
    )
    mount_max_bytes: int | None = _option(
        default=1 << 30,
        help="bytes that cells may add to folders mounted rw while the session lasts",
        unit="BYTES",
        least=0,
        none="no limit",
        flag="--mount-max-bytes",
    )
    mount_max_files: int | None = _option(
        default=10_000,
        help="how many files and folders cells may create in folders mounted rw",
        unit="FILES",
        least=0,
        none="no limit",
        flag="--mount-max-files",
    )
    work_max_bytes: int | None = _option(
        default=1 << 26,
        help="bytes that the files which cells keep in memory, in their working folder, may take",
        unit="BYTES",
        least=0,
        none="no limit",
        flag="--work-max-bytes",
    )
    tools: Sequence[str] = _option(
        default=(),
        help="a Python file, by its path, or a module, by its name, whose functions cells may call outside the "
        "sandbox; can be repeated",
        more="The path must be absolute.",
        form="FILE.py",
        flag="--tools",
    )
    tool_permissions: Mapping[str, Literal["allow", "ask", "deny"]] = _option(
        default={},
        help="what each call of a tool needs, 'allow', 'ask' or 'deny', by the tool's name, as in shop.order=deny; "
        "this prevails over the tools file",
        choices=("allow", "ask", "deny"),
        form="NAME=allow|deny",
        flag="--tool-permission",
        only_in_run="; nobody can be asked here, so 'ask' denies",
    )
    audit_file: str = _option(
        default="",
        help="a file to which each call of a tool is logged, one line of JSON each",
        form="FILE",
        flag="--audit",
    )
    snapshot_max_days: float | None = _option(
        default=30.0,
        help="days that states are kept on disk",
        more="Named states are always kept.",
        unit="DAYS",
        least=0,
        none="no limit",
    )
    snapshot_max_bytes: int | None = _option(
        default=2 << 30,
        help="bytes that the states of all sessions may take on disk; the session that takes the most gives up its "
        "states first; named states may take half, those of one session a quarter",
        unit="BYTES",
        least=0,
        none="no limit",
    )
    snapshot_max_states: int | None = _option(
        default=None,
        help="how many states of all sessions are kept on disk",
        unit="STATES",
        least=0,
        none="no limit",
    )
    history_file: str | None = _option(
        default=None,
        help="SQLite file of the history of inputs, which kernels share; '' keeps no history",
        none="monty_kernel/history.sqlite in Jupyter's data folder",
    )
    trace_file: str = _option(
        default="",
        help="a file to which each step of each cell is traced: when it happened and how large it was, but no content",
    )
    typecheck: Literal["off", "on", "strict"] = _option(
        default="off",
        help="type-check each cell before it runs: 'on' shows the findings and runs the cell, 'strict' runs no "
        "cell with findings",
        more="A notebook can ask for more with %typecheck, never for less.",
        choices=("off", "on", "strict"),
        flag="--typecheck",
    )
    trust_outputs: bool = _option(
        default=False,
        help="pass outputs on as cells make them: with scripts, pictures from the network, any MIME type and any "
        "control sequence",
        more="Only for notebooks that you trust as much as your own programs.",
        flag="--trust-outputs",
    )

    def but(self, **changes: Any) -> Settings:
        """The same settings with some changed."""
        return Settings(**{**vars(self), **changes})


OPTIONS: Mapping[str, Option] = {name: value for name, value in vars(Settings).items() if isinstance(value, Option)}
"""All options of `MontyKernel`, by name."""

HEADLESS = Settings(snapshots="memory", snapshot_memory=1 << 28, history_file="")
"""What holds where no kernel runs and nobody said otherwise.

Nothing is kept on disk, and notebooks run unseen have no history.
"""


def traits() -> dict[str, Any]:
    """The options as traits, for the body of a class named `MontyKernel`."""
    from traitlets import Bool, CaselessStrEnum, Dict, Float, Integer, List, Unicode

    class Seconds(Float[float, float]):
        """Finite, which a float need not be."""

        info_text = "a finite number of seconds"

        def validate(self, obj: Any, value: Any) -> Any:
            seconds = super().validate(obj, value)
            if seconds is not None and not math.isfinite(seconds):
                self.error(obj, value)
            return seconds

    numbers = {"SECONDS": Seconds, "DAYS": Float, "SHARE": Float}

    unicode: Any = Unicode

    def trait(option: Option) -> Any:
        default, none = option.default, bool(option.none)
        if option.unit:
            kind = numbers.get(option.unit, Integer)
            return kind(default, min=option.least, allow_none=none, help=option.sentence)
        if isinstance(default, Mapping):
            values = CaselessStrEnum(list(option.choices))
            return Dict(value_trait=values, key_trait=Unicode(), help=option.sentence)
        if option.choices:
            return CaselessStrEnum(list(option.choices), default, help=option.sentence)
        if isinstance(default, bool):
            return Bool(default, help=option.sentence)
        if isinstance(default, tuple):
            return List(Unicode(), help=option.sentence)
        return unicode(default, allow_none=none, help=option.sentence)

    return {name: trait(option).tag(config=True) for name, option in OPTIONS.items()}


def configuration_folders() -> list[str]:
    """Jupyter's configuration folders.

    Folders given relative to the working directory are left out, because a notebook must not configure its own kernel.
    """
    from jupyter_core.paths import jupyter_config_path

    return [folder for folder in jupyter_config_path() if os.path.isabs(folder)]


def configured() -> Settings:
    """What the person's configuration files say of the options of a run that has no kernel.

    Nothing is imported for it where there is no such file: that would take longer than running many a notebook.

    Raises:
        UsageError: a file cannot be used, or sets an option to something that it cannot be.
    """
    folders = configuration_folders()
    names = [name + suffix for name in CONFIGURATION_FILES for suffix in (".py", ".json")]
    if not any(os.path.isfile(os.path.join(folder, name)) for folder in folders for name in names):
        return HEADLESS
    from traitlets.config.application import Application
    from traitlets.config.configurable import Configurable
    from traitlets.traitlets import TraitError

    from monty_kernel.engine.frontend import UsageError

    reader = Application()
    reader.raise_config_file_errors = True
    try:
        for name in CONFIGURATION_FILES:
            reader.load_config_file(name, path=folders)
        values: Any = type("MontyKernel", (Configurable,), traits())(config=reader.config)
    except TraitError as error:
        raise UsageError(f"an option in Jupyter's configuration folders: {error}") from error
    except Exception as error:  # the files are programs
        raise UsageError(
            f"a configuration file in {', '.join(folders)} cannot be used: {type(error).__name__}: {error}"
        ) from error
    kept = ("snapshot_max_days", "snapshot_max_bytes", "snapshot_max_states")  # of the store, which all share
    found = {name: getattr(values, name) for name, option in OPTIONS.items() if option.flag or name in kept}
    return HEADLESS.but(
        **found | {"snapshot_memory": HEADLESS.snapshot_memory}
    )  # a kernel's would be too much for each of many
