"""What `monty-kernel check` finds is what running shows: over the corpus, in both directions."""

from __future__ import annotations

from functools import cache

import pytest

from tests.check.agreement import Agreement, agreement
from tests.check.corpus import Sample, corpus
from tests.engine import test_hints

from .findings import found_in

FOUND = 0.90
"""The share of the cells that fail for a gap that a finding explains."""

FALSE = 0.05
"""The share of the findings whose code may run without an error."""


@cache
def agreements() -> list[tuple[Sample, Agreement]]:
    return [(sample, agreement(sample)) for sample in corpus()]


def test_the_corpus_is_as_large_as_it_says() -> None:
    assert len(corpus()) >= 40
    assert sum(len(sample.cells) for sample in corpus()) >= 300


@pytest.mark.slow
def test_the_cells_that_fail_are_found() -> None:
    failed = sum(len(found.failed) for _, found in agreements())
    missed = [each for _, found in agreements() for each in found.missed]
    assert failed >= 100  # else Monty has grown, and the corpus tells little
    assert len(missed) <= (1 - FOUND) * failed, "\n".join(missed)


@pytest.mark.slow
def test_what_is_found_fails() -> None:
    findings = sum(len(found.findings) for _, found in agreements())
    false = [each for _, found in agreements() for each in found.false]
    assert len(false) <= FALSE * findings, "\n".join(false)


@pytest.mark.slow
def test_a_notebook_without_gaps_has_no_findings() -> None:
    clean = [sample for sample, found in agreements() if not found.failed]
    assert clean
    for sample, found in agreements():
        assert found.failed or not found.findings, sample.title


REWRITTEN = {text for text, _, _ in test_hints.SYNTAX} & {"del x", "def g(xs):\n    del xs[0]", "class A(object): pass"}
"""Cells whose syntax the kernel rewrites."""


@pytest.mark.parametrize(("text", "what", "_"), test_hints.SYNTAX)
def test_every_refusal_of_the_parser_is_found(text: str, what: str, _: str) -> None:
    messages = [finding["message"] for finding in found_in(text)]
    assert text in REWRITTEN or any(what in message for message in messages)


@pytest.mark.parametrize("text", [case if isinstance(case, str) else case[0] for case in test_hints.ORDINARY])
def test_ordinary_errors_are_no_gaps(text: str) -> None:
    assert found_in(text) == []
