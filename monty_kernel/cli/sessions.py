"""`monty-kernel sessions`: shows, exports, imports and deletes the sessions whose states are kept on disk."""

from __future__ import annotations

import argparse
import logging
import os
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from monty_kernel.engine.frontend import UsageError
from monty_kernel.outputs.visible_text import display_width, visible, visible_line
from monty_kernel.store import StoreError
from monty_kernel.store.records import Retention, SessionInfo, StateInfo
from monty_kernel.store.store import SnapshotStore
from monty_kernel.timetravel.user_store import user_store

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_LABEL = 60  # columns
_EXAMPLES = """\
examples:
  monty-kernel sessions list
  monty-kernel sessions show k7m2
  monty-kernel sessions export k7m2@12 before-lunch.monty
  monty-kernel sessions import before-lunch.monty --trust
"""


def add_parser(commands: Subparsers) -> None:
    """Add `sessions` and its subcommands."""
    defaults = Retention()
    sessions = commands.add_parser(
        "sessions",
        help="see and manage the sessions whose states are kept",
        description="Every session's states are kept on disk, so that a notebook can go back to them. "
        "An ID may be shortened to its first letters.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = sessions.add_subparsers(title="commands", metavar="COMMAND", required=True)

    shown = actions.add_parser("list", help="show the sessions, newest first")
    shown.add_argument("--notebook", metavar="FILE", help="only those of this notebook")
    _runs(shown, _list)

    show = actions.add_parser("show", help="show the states of a session")
    show.add_argument("id", metavar="ID")
    _runs(show, _show)

    export = actions.add_parser("export", help="write a session, or one state of it, into a file")
    export.add_argument("id", metavar="ID[@N]", help="the session; with @N only the state after its cell In[N]")
    export.add_argument("file", metavar="FILE", type=Path, help="a new file")
    _runs(export, _export)

    take = actions.add_parser(
        "import",
        help="add a session from a file",
        description="Add a session that `export` wrote. Loading a state hands it to native code, so a file that your "
        "own kernel did not sign is refused unless you trust it.",
    )
    take.add_argument("file", metavar="FILE", type=Path)
    take.add_argument("--trust", action="store_true", help="add it although somebody else made it, whom you trust")
    _runs(take, _import)

    delete = actions.add_parser("delete", help="forget sessions")
    delete.add_argument("ids", metavar="ID", nargs="+")
    _runs(delete, _delete)

    collect = actions.add_parser(
        "gc",
        help="drop old states, and free their space on the disk",
        description="Drop the oldest states beyond these limits, but never those with a name or the current ones of "
        "running sessions, and free their space on the disk.",
    )
    collect.add_argument("--days", metavar="N", type=_positive, help=f"keep the states of N days [{defaults.days}]")
    collect.add_argument("--states", metavar="N", type=_positive, help="keep N states [all]")
    collect.add_argument("--size", metavar="BYTES", type=_positive, help=f"keep this much in all [{defaults.size}]")
    _runs(collect, _gc)


def _runs(command: argparse.ArgumentParser, action: Callable[[argparse.Namespace, SnapshotStore], None]) -> None:
    def run(args: argparse.Namespace) -> int:
        log = logging.getLogger("monty_kernel.sessions")
        try:
            store = user_store(log, versions={})
            try:
                action(args, store)
            finally:
                store.close()
        except StoreError as error:
            raise UsageError(f"{visible(str(error))}.") from error
        return 0

    command.set_defaults(run=run)


def _list(args: argparse.Namespace, store: SnapshotStore) -> None:
    notebook = None if args.notebook is None else str(Path(args.notebook).absolute())
    found = store.sessions(notebook)[::-1]
    if not found:
        print("There is no stored session." if notebook is None else "There is no stored session of this notebook.")
        return
    _print_table(("ID", "STARTED", "ENDED", "STATES", "CURRENT", "NOTEBOOK"), map(_session_row, found))


def _session_row(info: SessionInfo) -> Sequence[str]:
    ended = "running" if info.how == "running" else "died" if info.how == "died" else _when(info.ended or info.started)
    if info.how == "incomplete":
        ended += ", incomplete"
    current = "" if info.last is None else f"In[{info.last}]"
    return info.id, _when(info.started), ended, str(info.states), current, visible_line(info.notebook or "")


def _show(args: argparse.Namespace, store: SnapshotStore) -> None:
    info = store.session(args.id)
    states = store.states(info.id)
    print(f"{info.id}  {visible_line(info.notebook or 'of no notebook')}  started {_when(info.started)}, {_end(info)}")
    if states:
        rows = (_state_row(state, info.last) for state in states)
        _print_table(("STATE", "AFTER", "TIME", "SIZE", "ADDED", "KEPT AS", "CELL"), rows)


def _end(info: SessionInfo) -> str:
    if info.how in ("running", "died"):
        return "running" if info.how == "running" else "died"
    missing = "; its last cells could not be stored and are missing" if info.how == "incomplete" else ""
    return f"ended {_when(info.ended or info.started)}{missing}"


def _state_row(state: StateInfo, current: int | None) -> Sequence[str]:
    number = state.id.number
    kept = [state.kind, *(f"“{visible(name)}”" for name in state.names)]
    if number == current:
        kept.append("current")
    return (
        f"In[{number}]" if number else "start",
        "" if state.parent is None else f"In[{state.parent}]" if state.parent else "start",
        _when(state.created),
        _bytes(state.size) if state.size else "",
        _bytes(state.added) if state.added else "",
        ", ".join(kept),
        _short(visible(state.label.partition("\n")[0])) + (" (failed)" if state.failed else ""),
    )


def _export(args: argparse.Namespace, store: SnapshotStore) -> None:
    session, at, number = args.id.partition("@")
    if at and not number.isdecimal():
        raise UsageError(f"{args.id!r} is not the name of a state: write ID@N, where N is the number in In[N].")
    if os.path.lexists(args.file):
        raise UsageError(f"{args.file} exists; choose another name.")
    try:
        size = store.export(session, int(number) if at else None, args.file)
    except FileExistsError:
        raise UsageError(f"{args.file} exists; choose another name.") from None
    except OSError as error:
        raise UsageError(f"cannot write {args.file}: {error.strerror}.") from error
    print(f"Wrote {args.file} ({_bytes(size)})")


def _import(args: argparse.Namespace, store: SnapshotStore) -> None:
    try:
        info = store.import_(args.file, trust=args.trust)
    except OSError as error:
        raise UsageError(f"cannot read {args.file}: {error.strerror}.") from error
    except StoreError as error:
        hint = "" if args.trust or "your key" not in str(error) else ". If you know who made it, add --trust"
        raise UsageError(f"{visible(str(error))}{hint}.") from error
    print(f"Added the session {info.id} with {_count(info.states)}. In a notebook, %resume {info.id} continues it.")


def _delete(args: argparse.Namespace, store: SnapshotStore) -> None:
    for session in [store.session(name).id for name in args.ids]:
        print(f"Deleted {session}; {_bytes(store.delete(session))} freed")


def _gc(args: argparse.Namespace, store: SnapshotStore) -> None:
    defaults = Retention()
    keep = Retention(args.days or defaults.days, args.states or defaults.states, args.size or defaults.size)
    print(f"{_bytes(store.gc(keep, thorough=True))} freed")


def _positive(word: str) -> int:
    if not word.isdecimal() or int(word) == 0:
        raise argparse.ArgumentTypeError(f"{word!r} is not a positive number")
    return int(word)


def _when(moment: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(moment))


def _count(states: int) -> str:
    return f"{states:,} state{'' if states == 1 else 's'}"


def _bytes(count: int) -> str:
    if count < 1000:
        return f"{count} B"
    size = float(count)
    for unit in ("kB", "MB"):
        size /= 1000
        if size < 1000:
            return f"{size:.3g} {unit}" if size < 999.5 else f"{size:.0f} {unit}"
    return f"{size / 1000:,.3g} GB"


def _short(text: str) -> str:
    text = text.replace("\n", " ").replace("\t", " ")
    if display_width(text) <= _LABEL:
        return text
    while display_width(text) > _LABEL - 1:
        text = text[:-1]
    return text + "…"


def _print_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    lines = [heads, *rows]
    widths = [max(display_width(line[column]) for line in lines) for column in range(len(heads))]
    for line in lines:
        cells = [cell + " " * (width - display_width(cell)) for cell, width in zip(line, widths, strict=True)]
        print("  ".join(cells).rstrip())
