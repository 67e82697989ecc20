"""Runs families with both kernels taking turns, so that whatever else the machine does meets both alike."""

from __future__ import annotations

from contextlib import ExitStack

from .figures import Family, Measurement, Samples


def measure(family: Family) -> list[Measurement]:
    """All figures of the family. Who begins a round alternates; the first round does not count."""
    contenders = family.contenders
    aside, aside_rounds = family.aside or ("", 0)
    samples: dict[str, list[Samples]] = {name: [] for name in (*contenders, aside)}
    with ExitStack() as stack:
        rounds = {name: stack.enter_context(family.open(name)) for name in contenders}
        for number in range(family.rounds + 1):
            for name in contenders if number % 2 else reversed(contenders):
                sample = rounds[name]()
                if number:
                    samples[name].append(sample)
    if aside_rounds:
        with family.open(aside) as round_of_aside:
            samples[aside] = [round_of_aside() for _ in range(aside_rounds)]

    def of(name: str, key: str) -> tuple[float, ...]:
        return tuple(sample[key] for sample in samples.get(name, ()) if key in sample)

    ours, *others = contenders
    other = others[0] if others else ""
    return [
        Measurement(figure, of(ours, key), of(figure.contender or other, key), of(aside, key))
        for figure in family.figures
        for key in (figure.sample or figure.key,)
    ]
