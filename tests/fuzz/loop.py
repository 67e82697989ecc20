"""Runs one target in this process for a time: with hypothesis, with atheris, which follows the coverage, or with a browser.

`python -m tests.fuzz.loop ENGINE TARGET SECONDS FOLDER`; exit status 0 if nothing was found. What was found is in
`FOLDER/findings`, to be tried again with `python -m tests.fuzz --replay FILE`.
"""

from __future__ import annotations

import hashlib
import signal
import sys
import time
from pathlib import Path
from typing import NoReturn

from tests.support.own_folders import own_folders

from .target import SECONDS, Target


class TooSlow(AssertionError):
    """An input took longer than `SECONDS`."""


def checked(target: Target, data: bytes) -> None:
    """Check one input, within a time."""

    def late(*_: object) -> NoReturn:
        raise TooSlow(f"{len(data)} bytes took more than {SECONDS:g} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        target.check(data)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def keep(folder: Path, name: str, data: bytes) -> Path:
    """Write an input that broke a promise where it can be tried again."""
    findings = folder / "findings"
    findings.mkdir(parents=True, exist_ok=True)
    path = findings / f"{name}-{hashlib.sha256(data).hexdigest()[:12]}"
    path.write_bytes(data)
    return path


def with_hypothesis(target: Target, seconds: float, folder: Path) -> int:
    """Try what the target's strategy makes until the time is up; how many inputs were tried.

    Raises whatever the first input that was found, and made as small as can be, raises.
    """
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis.database import DirectoryBasedExampleDatabase

    tried = 0
    last = b""
    end = time.monotonic() + seconds

    @settings(
        max_examples=200,
        deadline=None,
        database=DirectoryBasedExampleDatabase(folder / "hypothesis"),
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
        report_multiple_bugs=False,
    )
    @given(target.inputs)
    def try_it(data: bytes) -> None:
        nonlocal tried, last
        if time.monotonic() > end:
            return
        tried, last = tried + 1, data
        checked(target, data)

    while time.monotonic() < end:
        try:
            try_it()
        except BaseException as error:
            error.add_note(f"The input: {keep(folder, target.name, last)}")
            raise
    return tried


def with_atheris(name: str, seconds: float, folder: Path) -> NoReturn:
    """Let libFuzzer change the seeds, and what led to new coverage before, until the time is up. Ends the process."""
    import atheris

    with atheris.instrument_imports(include=["monty_kernel"]):
        from .targets import find

        target = find(name)
    corpus, seeds = folder / "corpus" / name, folder / "seeds" / name
    for path, inputs in ((corpus, ()), (seeds, target.seeds)):
        path.mkdir(parents=True, exist_ok=True)
        for data in inputs:
            (path / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
    words = folder / f"{name}.words"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in target.words if 0 < len(word) <= 64))

    def try_it(data: bytes) -> None:
        begun = time.monotonic()
        try:
            target.check(data)
        except BaseException as error:
            error.add_note(f"The input: {keep(folder, name, data)}")
            raise
        if time.monotonic() - begun > SECONDS:
            raise TooSlow(f"{len(data)} bytes took more than {SECONDS:g} s: {keep(folder, name, data)}")

    options = [
        f"-max_total_time={int(seconds)}",
        f"-timeout={int(5 * SECONDS)}",
        "-rss_limit_mb=3000",
        "-max_len=4096" if name != "store" else "-max_len=100000",
        "-print_final_stats=1",
        f"-dict={words}",
        f"-artifact_prefix={folder}/",
        "-close_fd_mask=1",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus), str(seeds)], try_it)
    atheris.Fuzz()
    raise AssertionError("libFuzzer ends the process itself")


def _escaped(word: bytes) -> str:
    return "".join(chr(byte) if 32 < byte < 127 and byte not in b'"\\' else f"\\x{byte:02x}" for byte in word)


def main() -> int:
    """Run one target with one engine."""
    engine, name, seconds, folder = sys.argv[1], sys.argv[2], float(sys.argv[3]), Path(sys.argv[4])
    folder.mkdir(parents=True, exist_ok=True)
    with own_folders():
        if engine == "atheris":
            with_atheris(name, seconds, folder)
        from .targets import find

        target = find(name)
        try:
            if engine == "browser":
                from .browser import with_a_browser

                tried = with_a_browser(seconds, folder)
            else:
                tried = with_hypothesis(target, seconds, folder)
        finally:
            target.close()
    print(f"tried {tried}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
