"""`python -m tests.fuzz`: all targets with all engines at once, each engine for a time that its targets share.

Beside them `tests.growth` looks for texts, up to the limits of each entry, that take time or memory which grows faster than they do.
Exit status 0 if nothing was found. An input that breaks a promise is kept in the folder's `findings`; `--replay` tries it
again. It becomes a file in `tests/fuzz/found`, which the test suite tries every time, and then it is fixed.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from importlib.util import find_spec
from pathlib import Path

from tests.support.own_folders import own_folders

from .loop import checked
from .targets import IN_A_BROWSER, NAMES, find

ENGINES = ("hypothesis", "atheris", "browser")
GROWTH = "growth"
"""Beside the engines: it tries texts that double, of every entry where a notebook supplies text, instead of the targets."""
FOLDER = Path(__file__).parents[2] / ".fuzz"
_GRACE = 120.0
"""Seconds that a target may take beyond its share, to start and to make what it found small."""


class Campaign:
    """One engine's way through the targets. found: the targets of which a promise was broken, with what was printed."""

    def __init__(self, engine: str, names: list[str], seconds: float, folder: Path) -> None:
        self.engine = engine
        self.found: dict[str, str] = {}
        self._names = names
        self._share = seconds / len(names)
        self._folder = folder / engine

    def run(self) -> None:
        """Run one target after the other, each in a process of its own."""
        for name in self._names:
            begun = time.monotonic()
            said = self._run(name)
            line = f"{self.engine:<11} {name:<14} {time.monotonic() - begun:4.0f} s  {self._tried(said) or 'nothing':>10} inputs"
            print(f"{line}  {'A PROMISE IS BROKEN' if name in self.found else 'ok'}", flush=True)

    def _run(self, name: str) -> str:
        command = self._command(name)
        with tempfile.TemporaryFile() as output:
            # a group of its own, so that a browser or a server ends with it
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )
            try:
                status: int | str = process.wait(self._share + _GRACE)
            except subprocess.TimeoutExpired:
                status = "it did not end"
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
            output.seek(0)
            said = output.read().decode(errors="replace")
        if status != 0:
            self.found[name] = f"{said[-6000:]}\n(status: {status})"
        return said

    def _command(self, name: str) -> list[str]:
        return [sys.executable, "-m", "tests.fuzz.loop", self.engine, name, str(self._share), str(self._folder)]

    @staticmethod
    def _tried(said: str) -> str:
        for line in reversed(said.splitlines()):
            words = line.split()
            if line.startswith(("tried ", "stat::number_of_executed_units:")):
                return f"{int(words[-1]):,}"
        return ""


class Growth(Campaign):
    """`tests.growth` with texts up to the entries' limits, for as long as the engines run."""

    promise = "no text takes time or memory that grows faster than it"

    def __init__(self, seconds: float, folder: Path) -> None:
        super().__init__(GROWTH, ["entries"], seconds, folder)

    def _command(self, name: str) -> list[str]:
        # what one text takes at the limits comes on top of each entry's share
        return [sys.executable, "-m", "tests.growth", "--seconds", str(self._share), "--threads", "1"]

    @staticmethod
    def _tried(said: str) -> str:
        words = said.splitlines()[-1].split() if said.strip() else []
        return words[2] if words[1:2] == ["entries,"] else ""


def replay(paths: list[Path]) -> int:
    """Try inputs that were kept; the exit status."""
    for path in paths:
        target = find(path.name.partition("-")[0])
        print(f"{path.name}: {target.promise}")
        try:
            if target.name in IN_A_BROWSER:
                target.check(path.read_bytes())  # a browser takes its time to start
            else:
                checked(target, path.read_bytes())
        finally:
            target.close()
    return 0


def main() -> int:
    """Read the command line and run."""
    everything = (*NAMES, *IN_A_BROWSER)
    parser = argparse.ArgumentParser("python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600, help="how long each engine runs [600]")
    parser.add_argument("--engine", choices=(*ENGINES, GROWTH), action="append", help="only this one [all]")
    parser.add_argument(
        "--only", choices=everything, action="append", metavar="TARGET", help=f"only this one: {', '.join(everything)}"
    )
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where inputs that led somewhere are kept [.fuzz]")
    parser.add_argument("--replay", type=Path, nargs="+", metavar="FILE", help="try inputs that were found")
    options = parser.parse_args()
    with own_folders():
        return replay(options.replay) if options.replay else fuzz(options)


def fuzz(options: argparse.Namespace) -> int:
    """Run the engines; the exit status."""
    engines = options.engine or [*ENGINES, *(() if options.only else (GROWTH,))]
    if "atheris" in engines and find_spec("atheris") is None:
        print(
            "atheris is not installed: pip install -e '.[fuzz]', on Linux and x86-64; or --engine hypothesis",
            file=sys.stderr,
        )
        return 2
    wanted = options.only or [*NAMES, *IN_A_BROWSER]
    shares = {
        engine: [name for name in wanted if (name in IN_A_BROWSER) == (engine == "browser")]
        for engine in engines
        if engine != GROWTH
    }
    campaigns = [Campaign(engine, names, options.seconds, options.folder) for engine, names in shares.items() if names]
    campaigns += [Growth(options.seconds, options.folder)] if GROWTH in engines else []
    threads = [threading.Thread(target=campaign.run) for campaign in campaigns]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = [(campaign.engine, name, said) for campaign in campaigns for name, said in campaign.found.items()]
    for engine, name, said in found:
        promise = Growth.promise if engine == GROWTH else find(name).promise
        print(f"\n{engine} found that in {name} this does not hold: {promise}.\n\n{said}")
    print(
        f"\n{len({name for names in shares.values() for name in names})} targets, {options.seconds:g} s with each of {', '.join(engines)}: {len(found) or 'nothing'} found."
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
