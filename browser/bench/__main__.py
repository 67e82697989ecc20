"""`python -m browser.bench [--check] [--rounds N] [--pages]`, after `make site`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks.figures import Measurement, Samples

from .chromium import cold_browser
from .figures import FIGURES, measure
from .kernels import MONTY, PYODIDE, Contender
from .pyodide_site import built
from .report import HEAD, conditions, plain, refresh, row, save
from .servers import served

HERE = Path(__file__).parent
ROUNDS = 5
SITE = HERE.parent / "site"
PAGES = (HERE.parent.parent / "README.md", HERE.parent / "README.md")


def main(arguments: list[str] | None = None) -> int:
    """Measure, print the table, save it. Returns 1 if `--check` was given and a goal is missed."""
    parser = argparse.ArgumentParser(
        prog="python -m browser.bench", description="Measure the kernel in the browser against Pyodide's, in Chromium."
    )
    parser.add_argument("--check", action="store_true", help="exit with status 1 if a goal is missed")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each is measured (default: %(default)s)")
    parser.add_argument("--pages", action="store_true", help="write the table into the README files, too")
    parser.add_argument(
        "--site", type=Path, default=SITE, help="the site with our kernel (default: what `make site` built)"
    )
    options = parser.parse_args(arguments)
    measurements, browser = _measured(options.site, options.rounds)
    print(plain(HEAD), *(plain(row(one)) for one in measurements), sep="\n")
    said = conditions(options.rounds, browser)
    save(measurements, said)
    for page in PAGES if options.pages else ():
        refresh(page, measurements, said)
    missed = [one.figure.title for one in measurements if one.kept is False]
    if missed:
        print(f"Goals missed: {'; '.join(missed)}.", file=sys.stderr)
    return 1 if missed and options.check else 0


def _measured(site: Path, rounds: int) -> tuple[list[Measurement], str]:
    samples: dict[str, list[Samples]] = {MONTY: [], PYODIDE: []}
    with served(site) as ours, served(built(HERE / "dist" / "pyodide")) as theirs, sync_playwright() as playwright:
        contenders = [Contender(MONTY, ours), Contender(PYODIDE, theirs)]
        for number in range(rounds):
            for contender in contenders if number % 2 else reversed(contenders):
                samples[contender.kernel].append(measure(playwright, contender))
                print(f"round {number + 1} of {rounds}: {contender.kernel}", file=sys.stderr)
        with cold_browser(playwright) as browser:
            about = browser.context.browser
            chromium = "" if about is None else about.version

    def of(kernel: str, key: str) -> tuple[float, ...]:
        return tuple(sample[key] for sample in samples[kernel] if key in sample)

    return [Measurement(figure, of(MONTY, figure.key), of(PYODIDE, figure.key)) for figure in FIGURES], chromium


if __name__ == "__main__":
    sys.exit(main())
