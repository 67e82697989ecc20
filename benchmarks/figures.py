"""What is measured: families of figures, their limits, and how the samples are judged."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from statistics import median
from typing import Literal

Samples = dict[str, float]
"""One round's values by figure key."""

Kind = Literal["ratio at most", "ratio at least", "at most"]


@dataclass(frozen=True)
class Limit:
    """A promise: on the ratio Monty / ipykernel, or (`at most`) on Monty's own value in the figure's unit."""

    kind: Kind
    value: float

    def __str__(self) -> str:
        sign = "≥" if self.kind == "ratio at least" else "≤"
        return f"{sign} {self.value:g}" + ("" if self.kind == "at most" else "×")

    def kept(self, ratio: float, monty: float) -> bool:
        """Whether this ratio, and this value of Monty's own, are within the limit."""
        match self.kind:
            case "ratio at most":
                return ratio <= self.value
            case "ratio at least":
                return ratio >= self.value
            case "at most":
                return monty <= self.value


@dataclass(frozen=True)
class Figure:
    """One number that a round gives. Without a limit it is for information."""

    key: str
    title: str
    unit: str
    limit: Limit | None = None


@dataclass(frozen=True)
class Family:
    """Figures that are measured together.

    open: takes a kernelspec's name and gives a function that measures one round. What a round needs again and again (a running
    kernel) lives as long as the context; what it must have fresh it starts and ends itself.
    rounds: how many count. One more comes first and is thrown away: it fills the disk cache and warms both kernels.
    """

    name: str
    figures: tuple[Figure, ...]
    rounds: int
    open: Callable[[str], AbstractContextManager[Callable[[], Samples]]]


@dataclass(frozen=True)
class Measurement:
    """A figure's samples from both kernels, one a round."""

    figure: Figure
    monty: tuple[float, ...]
    ipykernel: tuple[float, ...]

    @property
    def ratio(self) -> float:
        """Monty / ipykernel: the median of the rounds' ratios. What slows the machine in a round slows both kernels in it."""
        return median(ours / theirs for ours, theirs in zip(self.monty, self.ipykernel, strict=True))

    @property
    def kept(self) -> bool | None:
        """Whether the limit is kept; None if there is none."""
        limit = self.figure.limit
        return None if limit is None else limit.kept(self.ratio, median(self.monty))
