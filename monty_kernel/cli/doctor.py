"""`monty-kernel doctor`: attacks the walls around the worker to find out which of them stand on this computer."""

from __future__ import annotations

import argparse
import errno
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..isolation import probe
from ..isolation.launcher import NEWEST_LANDLOCK, NOT_TRIED
from ..isolation.machine import Machine, this_machine
from ..isolation.trial import Outcome, attempt, scene

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

_MEANS = {
    "files": "open, list, change or find no file",
    "network": "open no socket, reach no network and no other program",
    "processes": "start no process and no other program",
    "other processes": "signal, trace, read or change no other process",
    "privileges": "gain no rights, reach no rare part of the system",
    "descriptors": "inherit nothing that the kernel has open",
    "core dumps": "leave no copy of its memory when it crashes",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One wall.

    Attributes:
        wall: Its name.
        tried: How many attempts were made on it.
        through: The attempts that were not refused.
        reason: Why it does not stand, as far as can be told.
    """

    wall: str
    tried: int
    through: tuple[str, ...] = ()
    reason: str = ""

    @property
    def stands(self) -> bool:
        return not self.through and not self.reason


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The state of all walls.

    Attributes:
        findings: One for each wall.
        landlock: The version of Landlock's interface in use, 0 for none.
        worker: Why the real worker does not start behind the walls; empty if it does.
        notes: What is missing here, although the walls stand without it.
    """

    findings: tuple[Finding, ...]
    landlock: int = 0
    worker: str = ""
    notes: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether all walls stand, and nothing that supports them is missing."""
        return not self.worker and not self.notes and all(finding.stands for finding in self.findings)


def examine(
    machine: Machine | None = None, *, newest_landlock: int = NEWEST_LANDLOCK, preload_filter: bool = True
) -> Diagnosis:
    """Let the stand-in attack the walls, and start a real worker behind them. Takes a quarter of a second.

    Args:
        machine: The kind of computer; by default this one's.
        newest_landlock: Judge as if Landlock had no version above this one.
        preload_filter: Judge as if there were no preload filter, if False.
    """
    machine = machine or this_machine()
    if machine is None:
        where = f"{platform.system()} on {platform.machine()}"
        findings = tuple(Finding(wall, 0, (), f"there are no walls for {where} yet") for wall in _MEANS)
        return Diagnosis(findings)
    try:
        with scene(machine) as stage:
            outcomes = {
                what: attempt(machine, what, stage, newest_landlock=newest_landlock, preload_filter=preload_filter)
                for what in probe.attempts(machine)
            }
    except (OSError, subprocess.SubprocessError) as error:
        reason = f"the launcher cannot be started here ({error}); a security module may forbid programs in memory"
        return Diagnosis(tuple(Finding(wall, 0, (), reason) for wall in _MEANS))
    steps = next(iter(outcomes.values())).steps
    findings = tuple(_finding(wall, outcomes, steps) for wall in probe.WALLS)
    trouble, filters = _try_worker()
    notes = []
    if not landlock_version(steps):
        notes.append(f"Landlock is missing: {_landlock_reason(steps)}.")
    if steps.get("preload filter", NOT_TRIED) < 0 or filters == 1:
        notes.append("The preload filter is missing: the worker's dynamic loader is not glibc's, or did not load it.")
    return Diagnosis((*findings, _core_dumps(steps)), landlock_version(steps), trouble, tuple(notes))


def landlock_version(steps: Mapping[str, int]) -> int:
    """The version of Landlock's interface that a launcher used, from what it reported; 0 for none."""
    if steps.get("landlock", -1) < 0:
        return 0
    return next((v for v in range(NEWEST_LANDLOCK, 0, -1) if steps.get(f"landlock {v}", -1) >= 0), 0)


def _finding(wall: str, outcomes: Mapping[probe.Attempt, Outcome], steps: Mapping[str, int]) -> Finding:
    tried = [what for what in outcomes if what.wall == wall]
    through = tuple(what.what for what in tried if not outcomes[what].refused)
    return Finding(wall, len(tried), through, _reason(wall, steps) if through else "")


def _core_dumps(steps: Mapping[str, int], pattern: Path = Path("/proc/sys/kernel/core_pattern")) -> Finding:
    result = steps.get("core", NOT_TRIED)
    try:
        reported = pattern.read_text().startswith("|")
    except OSError:
        reported = True
    if result == 0 or (result == -errno.EPERM and not reported):  # the limit is 0 and cannot be raised, even to 1
        return Finding("core dumps", 1)
    why = "the hard limit is 0, which Linux ignores when it hands dumps to a crash reporter"
    return Finding(
        "core dumps", 1, (), why if result == -errno.EPERM else f"the limit cannot be set ({_described(result)})"
    )


def _reason(wall: str, steps: Mapping[str, int]) -> str:
    if not steps:
        return "the launcher did not report"
    if steps["no_new_privs"] < 0:
        return f"the system does not let a process give up rights ({_described(steps['no_new_privs'])})"
    if steps["seccomp"] < 0:
        return {
            -errno.ENOSYS: "this Linux was built without seccomp",
            -errno.EINVAL: "this Linux was built without seccomp filters",
        }.get(
            steps["seccomp"],
            f"a seccomp filter cannot be set ({_described(steps['seccomp'])}): a container may forbid it",
        )
    if wall == "files" and not landlock_version(steps):
        return _landlock_reason(steps)
    if wall == "files" and steps.get("preload filter", NOT_TRIED) < 0:
        return "there is no preload filter: the worker's dynamic loader is not glibc's"
    if wall == "descriptors" and steps["descriptors"] < 0:
        return f"descriptors cannot be closed at once ({_described(steps['descriptors'])}), which needs Linux 5.9"
    return "the reason is not known: please report this"


def _landlock_reason(steps: Mapping[str, int]) -> str:
    last = steps["landlock 1"] if steps["landlock 1"] < 0 else steps["landlock"]
    return {
        NOT_TRIED: "it was left out",
        -errno.ENOSYS: f"this Linux ({platform.release()}) does not have it; it came with 5.13",
        -errno.EOPNOTSUPP: "it is not switched on: add it to the kernel's boot parameter lsm=",
    }.get(last, f"it cannot be used ({_described(last)}), a container may forbid it")


def _described(result: int) -> str:
    return os.strerror(-result) if -4096 < result < 0 else str(result)


def _try_worker() -> tuple[str, int | None]:
    """Why a worker does not run behind the walls, empty if it does, and how many seccomp filters it has, if known."""
    from ..isolation.pool import IsolatedPool

    try:
        workers = IsolatedPool(min_processes=1, max_processes=1, request_timeout=10.0)
    except Exception as error:  # pydantic_monty raises several types when it cannot start a worker
        return f"The worker does not start: {error}", None
    try:
        if workers.missing is not None:
            return workers.missing.reason, None
        with workers.pool.checkout() as session:
            filters = _seccomp_filters(session.worker_pid)
            answer = session.feed_run("6 * 7")
        return "" if answer == 42 else f"The worker says that six times seven is {answer!r}.", filters
    except Exception as error:
        return f"The worker fails behind its walls: {error}", None
    finally:
        workers.close()


def _seccomp_filters(pid: int | None) -> int | None:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) for line in lines if line.startswith("Seccomp_filters:")), None)


def add_parser(commands: Subparsers) -> None:
    """Add `doctor`."""
    doctor = commands.add_parser(
        "doctor",
        help="show which walls stand around the sandbox's process on this computer",
        description="Run a program in place of the sandbox's worker process, let it try everything that a worker must not "
        "do, and show which walls held. The exit status is 0 if all of them did, 1 if not.",
    )
    doctor.add_argument("--verbose", "-v", action="store_true", help="name every attempt")
    doctor.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    diagnosis = examine()
    print("\n".join(report(diagnosis, verbose=args.verbose)))
    return 0 if diagnosis.sound else 1


def report(diagnosis: Diagnosis, *, verbose: bool = False) -> Sequence[str]:
    """The diagnosis, as lines of text."""
    where = f"{platform.system()} {platform.release()}, {platform.machine()}"
    if diagnosis.landlock:
        where += f", Landlock {diagnosis.landlock}"
    lines = [f"The walls around the worker process ({where}):", ""]
    for finding in diagnosis.findings:
        lines.append(f"  {'stands' if finding.stands else 'OPEN  '}  {finding.wall}: {_MEANS[finding.wall]}")
        if finding.reason:
            lines.append(f"          Why: {finding.reason}.")
        if finding.through:
            lines.append(f"          {len(finding.through)} of {finding.tried} attempts got through:")
            lines += [f"            {what}" for what in finding.through]
        if verbose and finding.wall in probe.WALLS and finding.tried:
            lines.append(f"          {finding.tried} attempts:")
            lines += [f"            {what.what}" for what in probe.ATTEMPTS if what.wall == finding.wall]
    lines.append("")
    lines += [text for text in (diagnosis.worker, *diagnosis.notes) if text]
    if diagnosis.sound:
        lines.append("All walls stand.")
    else:
        lines.append(
            "Cells run nevertheless, in Monty's sandbox. With `--MontyKernel.walls=require` no worker would start."
        )
    return lines
