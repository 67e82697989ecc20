"""What is measured: families of figures, their limits, and how the samples are judged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from statistics import median
from typing import Literal

Samples = dict[str, float]
"""One round's values by figure key."""

MONTY, IPYKERNEL = "monty", "python3"
"""The usual contenders, by their kernelspecs' names."""

Kind = Literal["ratio at most", "ratio at least", "at most", "added at most"]


@dataclass(frozen=True)
class Limit:
    """A promise: on the ratio Monty / the other, on Monty's own value in the figure's unit (`at most`), or on the
    difference of the two (`added at most`). slack: what the unit may add to a ratio's limit."""

    kind: Kind
    value: float
    slack: float = 0.0

    def __str__(self) -> str:
        match self.kind:
            case "ratio at most" | "ratio at least":
                sign = "≥" if self.kind == "ratio at least" else "≤"
                return f"{sign} {self.value:g}×" + (f" + {self.slack:g}" if self.slack else "")
            case "at most":
                return f"≤ {self.value:g}"
            case "added at most":
                return f"≤ +{self.value:g}"

    def kept(self, monty: Sequence[float], other: Sequence[float]) -> bool:
        """Whether the rounds' samples are within the limit: the median over the rounds, which pair the two."""
        pairs = list(zip(monty, other, strict=False))
        match self.kind:
            case "ratio at most":
                return median((ours - self.slack) / theirs for ours, theirs in pairs) <= self.value
            case "ratio at least":
                return median(ours / theirs for ours, theirs in pairs) >= self.value
            case "at most":
                return median(monty) <= self.value
            case "added at most":
                return median(ours - theirs for ours, theirs in pairs) <= self.value


@dataclass(frozen=True)
class Figure:
    """One number that a round gives. Without a limit it is for information.

    sample: the key of the round's value, where several figures judge the same one.
    against: what the figure is compared with.
    contender: which of the family's contenders that is; by default the second.
    """

    key: str
    title: str
    unit: str
    limit: Limit | None = None
    sample: str | None = None
    against: str = "ipykernel"
    contender: str | None = None


@dataclass(frozen=True)
class Family:
    """Figures that are measured together.

    open: takes a contender and gives a function that measures one round. What a round needs again and again (a running
    kernel) lives as long as the context; what it must have fresh it starts and ends itself.
    rounds: how many count. One more comes first and is thrown away: it fills the disk cache and warms both kernels.
    contenders: what is measured, Monty first; then what it is compared with, if anything.
    aside: a contender that is shown beside them and that no limit is about, and how many rounds it takes part in.
    """

    name: str
    figures: tuple[Figure, ...]
    rounds: int
    open: Callable[[str], AbstractContextManager[Callable[[], Samples]]]
    contenders: tuple[str, ...] = (MONTY, IPYKERNEL)
    aside: tuple[str, int] | None = None


@dataclass(frozen=True)
class Measurement:
    """A figure's samples, one a round: Monty's, those of what it is compared with, and those of the contender beside them."""

    figure: Figure
    monty: tuple[float, ...]
    other: tuple[float, ...] = ()
    aside: tuple[float, ...] = ()

    @property
    def ratio(self) -> float | None:
        """Monty / the other: the median of the rounds' ratios. What slows the machine in a round slows both in it."""
        if not self.other:
            return None
        return median(ours / theirs for ours, theirs in zip(self.monty, self.other, strict=True))

    @property
    def kept(self) -> bool | None:
        """Whether the limit is kept; None if there is none."""
        limit = self.figure.limit
        return None if limit is None else limit.kept(self.monty, self.other)
