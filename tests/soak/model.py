"""What the session must be, kept beside the kernel: the value of `n` now, and after each cell that left a state."""

from __future__ import annotations

from dataclasses import dataclass, field

KEPT = 400
"""States that are remembered here; a soak goes back to no older ones, as the kernel may have dropped those."""


@dataclass
class Model:
    """The counter `n` of a session, which nearly every cell moves by one, and where it stood.

    value: of `n` now. here: the cell whose state this is. states: cell -> (n after it, the cell whose state it began with).
    """

    value: int = 0
    here: int = 0
    states: dict[int, tuple[int, int]] = field(default_factory=dict)

    def ran(self, number: int, value: int) -> None:
        """Cell `number` left a state in which `n` is `value`."""
        self.states[number] = (value, self.here)
        self.value, self.here = value, number
        while len(self.states) > KEPT:
            self.states.pop(next(iter(self.states)))

    def went(self, number: int) -> None:
        """The session is in the state after cell `number` again."""
        self.value, self.here = self.states[number][0], number

    @property
    def parent(self) -> int | None:
        """The state before the present one, if it is still known."""
        state = self.states.get(self.here)
        return state[1] if state is not None and state[1] in self.states else None
