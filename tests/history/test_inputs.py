"""Inputs by their numbers: a dict in all but the memory that old ones take."""

from __future__ import annotations

import random
import sys

import pytest

from monty_kernel.history.history import Input, Inputs


@pytest.mark.parametrize("seed", range(4))
def test_they_are_what_a_dict_would_hold(seed: int) -> None:
    chance = random.Random(seed)
    inputs, wanted = Inputs(), dict[int, Input]()
    number = 0
    for _ in range(1500):
        number = chance.choice(
            [number + 1, number + 1, number + 1, number + chance.randrange(1, 50), chance.randrange(1, number + 2)]
        )
        text = chance.choice(["n += 1", "é\ud800", "", "long " * 3000])
        inputs[number] = Input(text)
        wanted[number] = Input(text)
        if chance.random() < 0.3:
            changed = chance.choice(list(wanted)) if chance.random() < 0.1 else number
            found = inputs.get(changed)
            assert found == wanted[changed] and found is not None
            found.output = wanted[changed].output = f"out {changed}"
        if chance.random() < 0.02:
            first, end = sorted(chance.randrange(-2, number + 3) for _ in range(2))
            assert inputs.between(first, end) == sorted((n, each) for n, each in wanted.items() if first <= n < end)
            count = chance.randrange(300)
            assert inputs.tail(count) == sorted(wanted.items())[len(wanted) - count if count <= len(wanted) else 0 :]
    assert list(inputs) == sorted(wanted.items())
    assert (len(inputs), inputs.last, inputs.get(-1)) == (len(wanted), max(wanted), None)
    inputs.clear()
    assert (list(inputs), len(inputs), inputs.last) == ([], 0, 0)


def test_old_ones_take_little() -> None:
    inputs = Inputs()
    for number in range(1, 10_001):
        inputs[number] = Input(f"value_{number} = compute({number})\nvalue_{number}", str(number * number))
    packed = sum(sys.getsizeof(block.data) for block in inputs._blocks)
    assert len(inputs._recent) < 200 and packed < 60 * 10_000
