"""Everyday cells run as in the stock kernel, but for those that are known to fail, which say what to write."""

from __future__ import annotations

import pytest

from .known_failures import known_failures
from .running import run, trouble
from .samples import CELLS, Sample, samples

pytestmark = pytest.mark.slow

FAILURES = known_failures()
SAMPLES = samples()
RUN = [sample for sample in SAMPLES if sample.name not in FAILURES]
FAIL = [sample for sample in SAMPLES if sample.name in FAILURES]


def named(sample: Sample) -> str:
    return sample.name


def test_there_are_60_cells_of_8_to_40_lines() -> None:
    assert len(SAMPLES) == 60
    assert [each.name for each in SAMPLES if not 8 <= len(each.text.splitlines()) <= 40] == []


def test_the_outputs_and_the_known_failures_are_of_cells_that_are_there() -> None:
    outputs = {path.name for path in CELLS.glob("*.out")}
    assert outputs == {each.output_file.name for each in SAMPLES if not each.packages}
    assert FAILURES.keys() <= {each.name for each in SAMPLES}


@pytest.mark.parametrize("sample", RUN, ids=named)
def test_it_runs_as_in_the_stock_kernel(sample: Sample) -> None:
    assert trouble(sample, run(sample)) == ""


@pytest.mark.parametrize("sample", FAIL, ids=named)
def test_it_fails_and_says_what_to_write(sample: Sample) -> None:
    ran = run(sample)
    known = FAILURES[sample.name]
    assert trouble(sample, ran), "it runs: take it out of known_failures.toml"
    assert known.hint in ran.hint
    assert bool(known.hint) == bool(ran.hint), "known_failures.toml has no hint for it"
