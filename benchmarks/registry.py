"""Every family of figures, in the table's order. A new one is a module with a `Family`, and a line here."""

from __future__ import annotations

from . import (
    completion,
    headless,
    interrupting,
    isolation,
    jupyterlab,
    life,
    long_history,
    memory,
    output,
    programs,
    round_trip,
    sanitizing,
    starting,
    store,
    time_travel,
    timeline,
    wire,
)
from .figures import Family

FAMILIES: tuple[Family, ...] = (
    round_trip.FAMILY,
    life.FAMILY,
    *starting.FAMILIES,
    output.LINES_FAMILY,
    interrupting.FAMILY,
    memory.FAMILY,
    memory.FURTHER_FAMILY,
    completion.FAMILY,
    output.BULK_FAMILY,
    *time_travel.FAMILIES,
    *timeline.FAMILIES,
    *jupyterlab.FAMILIES,
    *long_history.FAMILIES,
    store.FAMILY,
    *headless.FAMILIES,
    programs.FAMILY,
    isolation.FAMILY,
    sanitizing.FAMILY,
    wire.FAMILY,
)
