"""When a dump is taken: at once where it is cheap or nobody waits, else within the budget."""

from __future__ import annotations

from monty_kernel.timetravel.dump_budget import FREE, MOST_RERUNS, RERUN, DumpBudget


def test_what_is_cheap_is_always_allowed() -> None:
    budget = DumpBudget(0.1)
    budget.dumped(FREE, kept_waiting=True)
    assert budget.allows(cells_wait=True)


def test_what_is_dear_is_allowed_when_nobody_waits_or_the_cells_took_long() -> None:
    budget = DumpBudget(0.1)
    budget.worked(1.0)
    budget.dumped(0.2, kept_waiting=False)
    assert budget.allows(cells_wait=False)
    assert not budget.allows(cells_wait=True)
    budget.worked(1.1)
    assert budget.allows(cells_wait=True)
    budget.dumped(0.2, kept_waiting=True)
    assert not budget.allows(cells_wait=True), "that is spent"


def test_a_dump_waits_for_a_pause_while_little_would_have_to_run_again() -> None:
    budget = DumpBudget(0.1)
    for _ in range(MOST_RERUNS):
        budget.worked(RERUN / MOST_RERUNS / 2)
        assert budget.can_wait
    budget.worked(0.0)
    assert not budget.can_wait, "so many cells"
    budget.dumped(FREE, kept_waiting=False)
    assert budget.can_wait
    budget.worked(RERUN * 1.01)
    assert not budget.can_wait, "so long"
    budget.dumped(FREE * 1.01, kept_waiting=False)
    assert not budget.can_wait, "a large session: its dump begins at once, so that the next cell waits less"
