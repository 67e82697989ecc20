"""`python -m tests.everyday`: how many of the cells run, and what the others lack."""

from __future__ import annotations

from collections import Counter

from tests.support.own_folders import own_folders

from .known_failures import known_failures
from .running import run, trouble
from .samples import samples


def main() -> None:
    """Run all cells, and print what became of them."""
    every = samples()
    known = known_failures()
    lacks: Counter[str] = Counter()
    failed = 0
    for sample in every:
        ran = run(sample)
        if not (wrong := trouble(sample, ran)):
            continue
        failed += 1
        print(f"{sample.name}: {wrong}\n    {ran.hint or 'It does not say what to write.'}")
        lacks.update(known[sample.name].missing if sample.name in known else ["what known_failures.toml does not say"])
    print(
        f"\n{len(every) - failed} of {len(every)} run as in the stock kernel. What the others lack, and how many of them:"
    )
    for missing, count in lacks.most_common():
        print(f"{count:>4}  {missing}")


if __name__ == "__main__":
    with own_folders():
        main()
