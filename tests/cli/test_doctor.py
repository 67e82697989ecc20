"""`monty-kernel doctor` says what stands, what does not, and why."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from monty_kernel.cli import doctor
from monty_kernel.isolation import probe
from monty_kernel.isolation.launcher import NOT_TRIED, STEPS
from monty_kernel.isolation.machine import X86_64
from monty_kernel.isolation.trial import Outcome
from tests.support.machine import on_linux
from tests.support.waiting import HANGING


def command(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    path = str(Path(sys.executable).with_name("monty-kernel"))
    return subprocess.run(
        [path, "doctor", *arguments], capture_output=True, text=True, timeout=HANGING, env=env or None
    )


@on_linux
def test_the_command_agrees_with_what_is_found() -> None:
    done = command("--verbose")
    found = doctor.examine()
    assert done.returncode == (0 if found.sound else 1)
    assert done.stderr == ""
    for finding in found.findings:
        assert f"  {'stands' if finding.stands else 'OPEN  '}  {finding.wall}: " in done.stdout
    assert "read /etc/passwd" in done.stdout


@on_linux
def test_what_gets_through_is_named() -> None:
    found = doctor.examine(newest_landlock=0, preload_filter=False)
    assert not found.sound
    files = next(finding for finding in found.findings if finding.wall == "files")
    assert "read a file" in files.through
    assert "write a file" not in files.through
    assert "left out" in files.reason
    said = "\n".join(doctor.report(found))
    assert "OPEN    files" in said
    assert "Landlock is missing" in said
    assert "The preload filter is missing" in said


@on_linux
def test_what_is_missing_is_told_even_if_the_walls_stand_without_it() -> None:
    found = doctor.examine(newest_landlock=0)
    assert any("Landlock is missing" in note for note in found.notes)
    assert not found.sound


@on_linux
def test_a_worker_that_gets_no_walls_is_told(tmp_path: Path) -> None:
    script = tmp_path / "monty"
    script.write_text("#!/bin/sh\nexit 1\n")
    script.chmod(0o755)
    done = command(MONTY_BIN=str(script))
    assert done.returncode == 1
    assert "The worker does not start" in done.stdout


def steps(**changed: int) -> dict[str, int]:
    said = dict.fromkeys(STEPS, 0) | {f"landlock {version}": NOT_TRIED for version in range(1, 6)}
    return said | {name.replace("_v", " "): value for name, value in changed.items()}


@pytest.mark.parametrize(
    ("wall", "said", "word"),
    [
        ("files", {f"landlock_v{v}": -errno.ENOSYS for v in range(1, 7)} | {"landlock": NOT_TRIED}, "5.13"),
        ("files", {f"landlock_v{v}": -errno.EOPNOTSUPP for v in range(1, 7)} | {"landlock": NOT_TRIED}, "lsm="),
        ("files", {f"landlock_v{v}": -errno.EPERM for v in range(1, 7)} | {"landlock": NOT_TRIED}, "container"),
        ("files", {"landlock": -errno.EPERM, "landlock_v1": 3}, "container"),
        ("network", {"seccomp": -errno.EINVAL}, "built without seccomp"),
        ("network", {"seccomp": -errno.EPERM}, "container"),
        ("processes", {"no_new_privs": -errno.EINVAL}, "give up rights"),
        ("descriptors", {"descriptors": -errno.ENOSYS}, "5.9"),
    ],
)
def test_the_reason_is_told(wall: str, said: dict[str, int], word: str) -> None:
    attempt = next(each for each in probe.ATTEMPTS if each.wall == wall)
    finding = doctor._finding(wall, {attempt: Outcome(0, 0, {})}, steps(**said))
    assert not finding.stands
    assert finding.through == (attempt.what,)
    assert word in finding.reason


def test_where_there_are_no_walls_the_doctor_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "this_machine", lambda: None)
    found = doctor.examine()
    assert not found.sound
    assert all("no walls for" in finding.reason for finding in found.findings)


@on_linux
def test_where_no_program_in_memory_can_be_started_the_doctor_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(doctor, "scene", forbidden)
    found = doctor.examine(X86_64)
    assert not found.sound
    assert "programs in memory" in found.findings[0].reason


@pytest.mark.parametrize(
    ("result", "pattern", "stands"),
    [(0, "core", True), (0, "|/reporter", True), (-errno.EPERM, "core", True), (-errno.EPERM, "|/reporter", False)],
)
def test_a_crash_reporter_gets_a_dump_only_where_the_limit_is_zero(
    result: int, pattern: str, stands: bool, tmp_path: Path
) -> None:
    (tmp_path / "core_pattern").write_text(pattern + "\n")
    assert doctor._core_dumps({"core": result}, tmp_path / "core_pattern").stands == stands
