"""Everything that cells were granted. It decides about each call, makes the call, and logs it."""

from __future__ import annotations

import inspect
import sys
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from logging import Logger, LoggerAdapter
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import pydantic_monty as monty

from monty_kernel.engine.access import (
    Answer,
    Asking,
    NotAskedAgain,
)
from monty_kernel.engine.frontend import StdinUnavailable
from monty_kernel.engine.questions import Question, call_question, mount_question, never_mounted
from monty_kernel.engine.workers import only_by_name
from monty_kernel.engine.written import Written
from monty_kernel.outputs.visible_text import plain_name

from .audit import Audit, AuditFailed
from .files import Files, Mount
from .mounting import MountRefused, MountSpec, OpenFolder, open_folder, parse_mount
from .plain import NotPlain, arguments_laid_out, arguments_shown, call_shown, exception_for_cell, one_line, plain_copy
from .quota import Quota
from .threads import ToolLoop, ToolThread
from .tool_files import Permission, Tool, ToolModule, ToolsRefused, load

if TYPE_CHECKING:
    from pydantic_monty import ExcType, ExternalExceptionData, ExternalResult, ExternalSettledResult

Refused = Callable[[str, ToolsRefused | MountRefused | AuditFailed], None]
"""Told what was refused ("Tools", "A mount", "A permission") and why. If it raises, nothing more is granted."""


def _raise(what: str, error: Exception) -> None:
    """Refuse with the error itself."""
    raise error


class Grants:
    """Implements the engine's `Access`. All methods except `close` are for the sandbox thread.

    Args:
        audit: where calls, questions and mounts are logged; by default in memory only.
        permissions: the permission of each tool, by a name such as `tools.pay`. They override those of the tools
            file.
        own_files: files that cells must never change, such as the configuration and the history, in addition to the
            tools files and the audit log.
        quota: the limit for what cells add to folders that are mounted `rw`.
        work_max_bytes: the limit for the working folder; None for no limit.
    """

    def __init__(
        self,
        audit: Audit | None = None,
        permissions: Mapping[str, Permission] | None = None,
        own_files: Iterable[Path] = (),
        quota: Quota | None = None,
        work_max_bytes: int | None = 1 << 26,
    ) -> None:
        self._own_files = tuple(own_files)
        self.audit = audit or Audit()
        self._permissions = dict(permissions or {})
        self._modules: dict[str, ToolModule] = {}
        self._notices: list[str] = []
        self._always: set[str] = set()
        self._thread = ToolThread()
        self._loop = ToolLoop()
        self._files = Files(lambda what, where: self.audit.add("write", where, what, "allowed"), quota, work_max_bytes)

    def grant(
        self, tools: Iterable[str], mounts: Iterable[str], refused: Refused = _raise, *, relative_mounts: bool
    ) -> None:
        """Load the tools and mount the folders that the options of a kernel or of a headless run name.

        Args:
            tools: files by their absolute paths, and modules by their names.
            mounts: folders, as `HOST:SANDBOX[:MODE]`.
            refused: called for each tool, mount or permission that cannot be granted.
            relative_mounts: whether HOST may be relative to the working directory. A kernel starts in the notebook's
                folder, which a stranger may have chosen.
        """
        for spec in tools:
            try:
                self._load(spec)
            except ToolsRefused as error:
                refused("Tools", error)
        for text in mounts:
            try:
                mount = parse_mount(text)
                if not relative_mounts and not mount.host.expanduser().is_absolute():
                    raise MountRefused(f"{text!r}: use the folder's absolute path, such as /home/me/data:/data")
                self.mount(mount)
            except (MountRefused, AuditFailed) as error:
                refused("A mount", error)
        known = {tool.qualified for module in self._modules.values() for tool in module.tools.values()}
        for name in sorted(set(self._permissions) - known):  # most likely misspelt
            refused("A permission", ToolsRefused(f"there is no such tool as {name}"))

    def grant_or_tell(self, tools: Iterable[str], mounts: Iterable[str], log: Logger | LoggerAdapter[Any]) -> None:
        """Grant what a kernel's options name.

        A kernel starts without what is refused; its log and its next cell say why.
        """

        def tell(what: str, error: Exception) -> None:
            log.error("%s refused: %s", what, error, exc_info=error.__cause__)
            self._notices.append(f"{what} {'were' if what == 'Tools' else 'was'} refused: {error}.")

        self.grant(tools, mounts, tell, relative_mounts=False)
        try:
            self.audit.check()
        except AuditFailed as error:
            log.error("Calls of tools are refused: %s (%s)", error, self.audit.path)
            self._notices.append(f"Calls of tools are refused: {error}.")

    # Tools

    def _load(self, spec: str) -> None:
        """Run a tools file or import a module, on the thread that will run its tools. Raises ToolsRefused."""
        module = self._thread.submit(lambda: load(spec)).result()
        if module.name in self._modules:
            raise ToolsRefused(f"two modules of tools are named {module.name}: rename one of the files")
        self._modules[module.name] = module

    @property
    def tool_modules(self) -> Mapping[str, ToolModule]:
        """The modules of tools, by the names under which cells import them."""
        return self._modules

    @property
    def modules(self) -> Mapping[str, monty.ExternalModule]:
        """The modules in Monty's form. Their functions are placeholders: calls arrive at `call` by name."""
        return {
            name: monty.ExternalModule(
                {**module.constants, **dict.fromkeys(module.tools, only_by_name)}, stubs=module.stub
            )
            for name, module in self._modules.items()
        }

    def permission(self, tool: Tool) -> Permission:
        """The tool's permission now, after the person's "always"."""
        permission = self._permissions.get(tool.qualified, tool.permission)
        return "allow" if permission == "ask" and tool.qualified in self._always else permission

    # Calls

    def notices(self) -> list[str]:
        """The notices that the person has not seen yet. Each is returned once."""
        notices, self._notices = self._notices, []
        return notices

    def cell_starts(self, cell: str) -> None:
        """A cell starts; its label goes into the log."""
        self.audit.cell = cell

    def call(
        self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], asking: Asking
    ) -> ExternalResult | Future[ExternalSettledResult]:
        """Answer a call of `module.function` with its result, or with a future for an async function.

        Raises:
            KeyboardInterrupt: the person interrupted the question or the tool. An interrupted tool runs on unattended.
        """
        began = time.perf_counter()
        module, _, function = name.partition(".")
        tool = self._modules[module].tools.get(function) if module in self._modules else None
        try:
            self.audit.check()
            if tool is None:
                self.audit.add("tool", name, "", "denied: not granted", began)
                return _refused("PermissionError", f"{one_line(name, 100)}() is not granted to this session")
            try:
                bound = tool.bind(args, kwargs)
            except TypeError as error:
                message = one_line(str(error))
                self.audit.add("tool", name, call_shown(args, kwargs), f"TypeError: {message}", began)
                return _refused("TypeError", message)
            denied = self._denied(tool, bound, asking)
            if denied:
                self.audit.add("tool", name, arguments_shown(bound), f"denied: {denied}", began)
                return _refused("PermissionError", f"{name}() was not allowed: {denied}")
            return self._start_async(tool, bound) if tool.is_async else self._run(tool, bound, asking)
        except AuditFailed as error:
            return _refused("PermissionError", f"{name}() was not allowed: {error}")

    def _denied(self, tool: Tool, bound: inspect.BoundArguments, asking: Asking) -> str:
        """Why a call is denied, or an empty string if it is allowed."""
        permission = self.permission(tool)
        if permission != "ask":
            return "its calls are denied where the kernel is started" if permission == "deny" else ""
        began, arguments = time.perf_counter(), arguments_shown(bound)
        try:
            answer = asking.ask(call_question(plain_name(tool.qualified), arguments, arguments_laid_out(bound)))
        except NotAskedAgain as error:
            return str(error)
        except (StdinUnavailable, EOFError) as error:
            nobody = isinstance(error, StdinUnavailable)
            why = (
                "it needs the person's answer, and nobody can be asked here"
                if nobody
                else "the question was not answered"
            )
            self.audit.add("question", tool.qualified, arguments, why, began)
            return why
        except (KeyboardInterrupt, CancelledError):
            self.audit.add("question", tool.qualified, arguments, "interrupted", began)
            raise KeyboardInterrupt from None
        self.audit.add("question", tool.qualified, arguments, answer, began)
        if answer == "always":
            self._always.add(tool.qualified)
        return "the person said no" if answer == "no" else ""

    def _run(self, tool: Tool, bound: inspect.BoundArguments, asking: Asking) -> ExternalResult:
        began, arguments = time.perf_counter(), arguments_shown(bound)

        def call() -> tuple[ExternalSettledResult, str]:
            try:
                return {"return_value": plain_copy(tool.function(*bound.args, **bound.kwargs))}, "ok"
            except BaseException as error:  # whatever a tool raises is raised in the cell
                return _raised_by(tool, error)
            finally:
                _flush()

        try:
            data, outcome = asking.wait_for(self._thread.submit(call))
        except KeyboardInterrupt:
            self._thread.abandon()
            self.audit.add("tool", tool.qualified, arguments, "interrupted, and left behind", began)
            raise
        self.audit.add("tool", tool.qualified, arguments, outcome, began)
        return data

    def _start_async(self, tool: Tool, bound: inspect.BoundArguments) -> Future[ExternalSettledResult]:
        began, arguments, cell = time.perf_counter(), arguments_shown(bound), self.audit.cell

        async def call() -> ExternalSettledResult:
            try:
                made: Coroutine[Any, Any, Any] = tool.function(*bound.args, **bound.kwargs)
                data: ExternalSettledResult = {"return_value": plain_copy(await made)}
                outcome = "ok"
            except BaseException as error:
                if _is_cancelled(error):  # by an interrupt, or because the cell ended without awaiting it
                    self.audit.add("tool", tool.qualified, arguments, "cancelled", began, cell)
                    raise
                data, outcome = _raised_by(tool, error)  # a SystemExit must not reach the loop, which it would end
            finally:
                _flush()
            try:
                self.audit.add("tool", tool.qualified, arguments, outcome, began, cell)
            except AuditFailed as error:
                return _refused("PermissionError", f"the result of {tool.qualified}() is withheld: {error}")
            return data

        return self._loop.submit(call())

    # Files

    @property
    def mounts(self) -> Sequence[Mount]:
        """The mounted folders."""
        return self._files.mounts

    def mount(self, spec: MountSpec) -> Mount:
        """Mount a folder that the person named.

        Raises:
            MountRefused: it is never mounted, or it overlaps another mount.
            AuditFailed: it cannot be logged.
        """
        self.audit.check()
        with open_folder(spec.host, spec.mode, self._own) as folder:
            return self._mount(spec, folder)

    def _mount(self, spec: MountSpec, folder: OpenFolder, *, asked: bool = False) -> Mount:
        mount = self._files.add(spec, folder, asked=asked)
        self.audit.add("mount", str(mount.place), f"{mount.host} {mount.mode}", "mounted")
        return mount

    def mounted_by_asking(self, spec: MountSpec) -> Mount | None:
        """The mount that this very request of a notebook led to before, if it is still there."""
        return self._files.mounted_by_asking(spec)

    def ask_to_mount(self, spec: MountSpec, ask: Callable[[Question], Answer]) -> Mount:
        """Mount a folder that a notebook asks for, if the person says yes.

        The folder that is mounted is the one the question showed, whatever is renamed or linked meanwhile. Only the
        person learns from the question what the host's disk holds: the notebook gets the same error for a folder that
        they declined, one that is never mounted, and one that does not exist.

        Raises:
            MountRefused: it is not mounted; the message is for the notebook.
            KeyboardInterrupt: the person interrupted the question.
        """
        began = time.perf_counter()
        asked = f"{one_line(str(spec.host), 300)} {spec.mode}"

        def note(outcome: str) -> None:
            self.audit.add("question", str(spec.place), asked, outcome, began)

        try:
            self.audit.check()
            try:
                with open_folder(spec.host, spec.mode, self._own) as folder:
                    self._files.check(spec.place, folder)
                    answer = ask(mount_question(str(folder.path), str(spec.place), spec.mode))
                    note("no" if answer == "no" else "yes")
                    if answer != "no":
                        return self._mount(spec, folder, asked=True)
            except MountRefused as error:
                note("refused")
                ask(never_mounted(one_line(str(error))))
            why = "you declined, or the question said why not"
        except NotAskedAgain as error:
            note("not asked again")
            why = str(error)
        except (StdinUnavailable, EOFError):
            note("nobody can be asked")
            why = "you did not answer, or this front end cannot ask you"
        except CancelledError:
            raise KeyboardInterrupt from None
        except AuditFailed as error:
            why = str(error)
        raise MountRefused(f"not mounted: {why}")

    def unmount(self, place: PurePosixPath) -> bool:
        """Unmount the folder at a place. Returns whether there was one."""
        return self._files.remove(place)

    def file(self, name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> ExternalResult | None:
        """Answer an OS call about a file, or return None if it is about something else."""
        return self._files.call(name, args, kwargs)

    def freeze(self) -> Written:
        """The present contents of the working folder and of the overlays."""
        return self._files.freeze()

    def thaw(self, written: Written) -> None:
        """Restore the working folder, and the contents of the overlays that are mounted now."""
        self._files.thaw(written)

    @property
    def _own(self) -> list[Path]:
        """All files that cells must not change."""
        own = [module.origin for module in self._modules.values()] + [self.audit.path, *self._own_files]
        return [file for file in own if file is not None]

    def interrupted(self) -> None:
        """Async calls were cancelled by an interrupt."""
        self._loop.check_before_next()

    def close(self) -> None:
        """End the threads and close the log file. Running tools are not stopped. Idempotent."""
        self._thread.close()
        self._loop.close()
        self._files.close()
        self.audit.close()


def _raised_by(tool: Tool, error: BaseException) -> tuple[ExternalSettledResult, str]:
    """A tool's exception as the cell gets it, and as the log has it."""
    if isinstance(error, NotPlain):
        data = _refused(
            "TypeError", f"{tool.qualified}() returned a value that cannot be passed to a cell: the result {error}"
        )
    else:
        data = exception_for_cell(error)
    return data, f"{data['exc_type']}: {data['message']}"


def _is_cancelled(error: BaseException) -> bool:
    """Whether the running call was cancelled. A tool may also raise CancelledError itself."""
    import asyncio

    task = asyncio.current_task()
    return isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling() > 0


def _flush() -> None:
    if sys.stdout is not None:  # a tool's output belongs in the log, where it helps to find what went wrong
        with suppress(OSError, ValueError):
            sys.stdout.flush()


def _refused(kind: ExcType, message: str) -> ExternalExceptionData:
    return {"exc_type": kind, "message": message}
