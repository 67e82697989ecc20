"""`python -m benchmarks [--check] [--only FAMILY ...] [--list]`."""

from __future__ import annotations

import argparse
import sys

from tests.support.own_folders import own_folders

from . import jupyterlab, kishu
from .figures import Measurement
from .registry import FAMILIES
from .report import head, plain, rows, save
from .runner import measure


def main(arguments: list[str] | None = None) -> int:
    """Measure, print the table as it grows, save it. Returns 1 if `--check` was given and a limit is not kept."""
    names = [family.name for family in FAMILIES]
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure the Monty kernel against ipykernel."
    )
    parser.add_argument("--check", action="store_true", help="exit with status 1 if a figure is over its limit")
    parser.add_argument(
        "--only", nargs="+", choices=names, metavar="FAMILY", help="measure only these, and save nothing"
    )
    parser.add_argument("--list", action="store_true", help="print the names of the families")
    options = parser.parse_args(arguments)
    if options.list:
        print("\n".join(names))
        return 0
    for left_out in filter(None, (kishu.missing(), jupyterlab.missing())):
        print(left_out)
    measurements: list[Measurement] = []
    table: tuple[str, ...] = ()
    with own_folders():
        for family in FAMILIES:
            if not options.only or family.name in options.only:
                found = measure(family)
                measurements += found
                if found and table != (table := head(found[0])):
                    print("\n" + plain(table))
                print("\n".join(map(plain, rows(found))), flush=True)
    if not options.only:
        save(measurements)
    over = [one.figure.title for one in measurements if one.kept is False]
    if over:
        print(f"Over the limit: {'; '.join(over)}.", file=sys.stderr)
    return 1 if over and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
