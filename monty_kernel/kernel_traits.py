"""The kernel's own options."""

from __future__ import annotations

from traitlets import Bool, CaselessStrEnum, Dict, Float, Integer, List, Unicode

from monty_kernel.limit_options import LimitOptions


class KernelTraits(LimitOptions):
    """Set as `MontyKernel.…`, on the command line or in a configuration file in one of Jupyter's configuration folders."""

    walls = CaselessStrEnum(
        ["best", "require"],
        "best",
        help="The walls around the worker process: the 'best' that this computer can build, or 'require' them all and start no "
        "worker without. `monty-kernel doctor` shows which stand.",
    ).tag(config=True)
    snapshots = CaselessStrEnum(
        ["disk", "memory", "off"],
        "disk",
        help="Where the states between cells are kept, for %undo and its kin: on disk, under Jupyter's data folder, for "
        "%resume too. With 'off' only the last one is kept, for interrupts and crashes.",
    ).tag(config=True)
    snapshot_memory = Integer(
        1 << 29,
        min=0,
        help="Bytes that the states between cells may take; the oldest without a name make room, and named ones may take half.",
    ).tag(config=True)
    snapshot_budget = Float(
        0.1, min=0.0, help="Share of the cells' time that snapshots may take while other cells wait."
    ).tag(config=True)
    resume = CaselessStrEnum(
        ["ask", "allow"],
        "ask",
        help="Whether %resume asks before a notebook gets what another kernel left under its path: 'ask', or 'allow' it. Sessions of "
        "other notebooks always take your yes.",
    ).tag(config=True)
    trust_outputs = Bool(
        False,
        help="Let outputs reach the front end as cells make them: with scripts, pictures from the network, any MIME type and "
        "any control sequence. For notebooks that you trust as your own programs.",
    ).tag(config=True)
    tools = List(
        Unicode(),
        help="Tools for cells: the absolute path of a FILE.py, or a module's name. May be given several times.",
    ).tag(config=True)
    mounts = List(
        Unicode(),
        help="Folders for cells, each as HOST:SANDBOX or HOST:SANDBOX:MODE; MODE is ro, rw or overlay [overlay], which "
        "keeps what cells write in memory. May be given several times.",
    ).tag(config=True)
    mount_max_bytes = Integer(
        1 << 30,
        min=0,
        allow_none=True,
        help="Bytes that cells may add to the folders that are mounted rw, as long as the kernel runs; None for no limit.",
    ).tag(config=True)
    mount_max_files = Integer(
        10_000,
        min=0,
        allow_none=True,
        help="How many files and folders cells may make in the folders that are mounted rw; None for no limit.",
    ).tag(config=True)
    tool_permissions = Dict(
        value_trait=CaselessStrEnum(["allow", "ask", "deny"]),
        key_trait=Unicode(),
        help="What each call of a tool needs, by its name (`tools.pay`), instead of what the tools file says.",
    ).tag(config=True)
    typecheck = CaselessStrEnum(
        ["off", "on", "strict"],
        "off",
        help="Type-check each cell before it runs: 'on' shows what is found and runs the cell, 'strict' does not run a cell "
        "with findings. A notebook can ask for more by %typecheck, never for less.",
    ).tag(config=True)
    audit_file = Unicode("", help="A file to which each call of a tool is logged, one line of JSON each.").tag(
        config=True
    )
    snapshot_max_days = Float(
        30.0,
        min=0.0,
        allow_none=True,
        help="Days that states are kept on disk; None for no limit. Named ones always are.",
    ).tag(config=True)
    snapshot_max_bytes = Integer(
        2 << 30,
        min=0,
        allow_none=True,
        help="Bytes that all states on disk may take; the session that takes the most makes room first, and named states may take half. "
        "None: no limit.",
    ).tag(config=True)
    snapshot_max_states = Integer(
        None, min=0, allow_none=True, help="How many states are kept on disk, of all sessions; None for no limit."
    ).tag(config=True)
    history_file = Unicode(
        None,
        allow_none=True,
        help="SQLite file of the history kept between kernels; '' keeps none [in Jupyter's data folder].",
    ).tag(config=True)
