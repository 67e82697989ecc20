"""In place of the worker the stand-in is refused every attempt; without isolation it gets through."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from monty_kernel.cli.doctor import landlock_version
from monty_kernel.isolation import probe, trial
from monty_kernel.isolation.launcher import NEWEST_LANDLOCK, NOT_TRIED
from tests.support.machine import MACHINE, on_linux

pytestmark = on_linux
ATTEMPTS = probe.attempts(MACHINE) if MACHINE is not None else ()
# What any process may do on any machine; the rest may be forbidden to all, by a container or an administrator.
ORDINARY = {
    *(attempt.what for attempt in ATTEMPTS if attempt.wall == "files" and "memory" not in attempt.what),
    *("open a TCP socket", "open a Unix socket", "open a pair of sockets"),
    *("fork with clone", "start a shell", "start a shell with execveat"),
    *("map memory where the launcher was", "move memory to where the launcher was"),
    *("signal another process", "signal the kernel that started it", "signal its process group"),
    *("limit another process", "slow another process down", "use a descriptor of the kernel's"),
}


@pytest.fixture(scope="module")
def scene() -> Iterator[probe.Scene]:
    assert MACHINE is not None
    with trial.scene(MACHINE) as made:
        yield made


@pytest.fixture(scope="module")
def has_landlock(scene: probe.Scene) -> bool:
    assert MACHINE is not None
    return landlock_version(trial.attempt(MACHINE, ATTEMPTS[0], scene).steps) > 0


def by_name(attempt: probe.Attempt) -> str:
    return f"{attempt.wall}: {attempt.what}"


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=by_name)
def test_refused_behind_the_walls(attempt: probe.Attempt, scene: probe.Scene, has_landlock: bool) -> None:
    assert MACHINE is not None
    outcome = trial.attempt(MACHINE, attempt, scene)
    if not outcome.refused and attempt.wall == "files" and not (has_landlock and outcome.steps["preload filter"] >= 0):
        pytest.skip("this machine lacks Landlock or the preload filter; `monty-kernel doctor` says why")
    assert outcome.refused, outcome
    assert outcome.status == 0, "the worker goes on, so that a call nobody thought of does no harm"


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=by_name)
def test_not_refused_without_walls(attempt: probe.Attempt, scene: probe.Scene) -> None:
    assert MACHINE is not None
    outcome = trial.attempt(MACHINE, attempt, scene, isolated=False)
    if outcome.refused and attempt.privileged and os.geteuid() != 0:
        pytest.skip("only a privileged process may do this at all")
    if outcome.refused and attempt.what not in ORDINARY:
        pytest.skip("this machine allows it to nobody")
    assert not outcome.refused, outcome


@pytest.mark.parametrize("version", range(NEWEST_LANDLOCK))
def test_an_older_linux_has_the_walls_that_it_can_build(version: int, scene: probe.Scene) -> None:
    assert MACHINE is not None
    read, write, connect, kill = (
        next(attempt for attempt in ATTEMPTS if attempt.what == what)
        for what in ("read a file", "write a file", "open a TCP socket", "signal another process")
    )
    outcome = trial.attempt(MACHINE, read, scene, newest_landlock=version, preload_filter=False)
    if version and not landlock_version(outcome.steps):
        pytest.skip("this machine has no Landlock")
    assert landlock_version(outcome.steps) == version
    assert outcome.refused == (version > 0)
    for attempt in (write, connect, kill):
        assert trial.attempt(MACHINE, attempt, scene, newest_landlock=version, preload_filter=False).refused


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=by_name)
def test_either_landlock_or_the_preload_filter_is_enough(
    attempt: probe.Attempt, scene: probe.Scene, has_landlock: bool
) -> None:
    assert MACHINE is not None
    outcome = trial.attempt(MACHINE, attempt, scene, newest_landlock=0)
    assert outcome.steps["landlock"] == NOT_TRIED
    if not outcome.refused and outcome.steps["preload filter"] == NOT_TRIED:
        pytest.skip("the worker's dynamic loader takes no preload filter")
    assert outcome.refused, outcome

    outcome = trial.attempt(MACHINE, attempt, scene, preload_filter=False)
    assert outcome.steps["preload filter"] == NOT_TRIED
    if not has_landlock and attempt.wall == "files":
        pytest.skip("this machine has no Landlock")
    # C libraries of old spell fstat as a call that takes a path too: until they are loaded, it cannot be taken away
    assert outcome.refused == (attempt.what != "see whether a file exists, as the loader does"), outcome
