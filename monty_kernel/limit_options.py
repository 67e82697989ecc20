"""The kernel's options that limit a session: which there are, and which values they take."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from traitlets import Float, HasTraits, Integer

if TYPE_CHECKING:
    from monty_kernel.engine.limits import Limits


class Seconds(Float[float, float]):
    """A number of seconds, which NaN and infinity are not."""

    info_text = "a finite number of seconds"

    def validate(self, obj: Any, value: Any) -> Any:
        """Raises TraitError."""
        seconds = super().validate(obj, value)
        if seconds is not None and not math.isfinite(seconds):
            self.error(obj, value)
        return seconds


class LimitOptions(HasTraits):
    """What one session may use. Only who starts the kernel sets these; `%limits` can tighten them."""

    max_memory = Integer(
        1 << 30, min=1, allow_none=True, help="Bytes of memory a session may use; None for no limit."
    ).tag(config=True)
    max_cell_seconds = Seconds(
        None,
        min=0.0,
        allow_none=True,
        help="Seconds a cell may compute in all, not counting sleep() and input(); None for no limit.",
    ).tag(config=True)
    max_recursion_depth = Integer(
        None, min=1, allow_none=True, help="How deep calls may nest; None for Monty's own limit (1000)."
    ).tag(config=True)
    max_cell_output = Integer(
        None, min=0, allow_none=True, help="Bytes of output a cell may make; None for no limit."
    ).tag(config=True)
    max_host_calls = Integer(
        None,
        min=0,
        allow_none=True,
        help="How often a cell may call the host: tools, files, input(), magics, help(); None for no limit.",
    ).tag(config=True)
    max_seconds_asleep = Seconds(
        None,
        min=0.0,
        allow_none=True,
        help="Seconds a cell may sleep in all, sleeps at the same time counted once; None for no limit.",
    ).tag(config=True)

    @property
    def limits(self) -> Limits:
        """The limits as the engine takes them."""
        from monty_kernel.engine.limits import Limits

        return Limits(
            self.max_memory,
            self.max_cell_seconds,
            self.max_recursion_depth,
            self.max_cell_output,
            self.max_host_calls,
            self.max_seconds_asleep,
        )
