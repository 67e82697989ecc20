"""`python -m tests.growth`: all entries with texts up to their limits, two at a time. Exit status 0 if nothing grows faster than the text."""

from __future__ import annotations

import argparse
import sys

from .campaign import Tried, campaign
from .entry import MEBI
from .registry import ENTRIES


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser("python -m tests.growth", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600, help="how long each of two processes computes [600]")
    parser.add_argument(
        "--most", type=int, default=4 * MEBI, metavar="N", help="characters of the longest texts [4 Mi]"
    )
    parser.add_argument(
        "--patience", type=float, default=10.0, metavar="X", help="texts grow until one takes X/10 s [10]"
    )
    parser.add_argument("--only", action="append", metavar="WORD", help="only entries whose names hold it")
    parser.add_argument("--threads", type=int, default=2, help="processes at once [2]")
    options = parser.parse_args()
    chosen = [entry for entry in ENTRIES if not options.only or any(word in entry.name for word in options.only)]

    def said(tried: Tried) -> None:
        print(
            f"{tried.entry.name:<60.60} {tried.shapes:>6,} shapes {tried.seconds:6.1f} s  {'TOO STEEP' if tried.finding else 'ok'}",
            flush=True,
        )
        if tried.finding is not None:
            print(tried.finding, flush=True)

    done = campaign(chosen, options.seconds, options.most, said, options.threads, options.patience)
    found = [tried.finding for tried in done if tried.finding is not None]
    print(f"\n{len(done)} entries, {sum(tried.shapes for tried in done):,} shapes: {len(found) or 'nothing'} found.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
