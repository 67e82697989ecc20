"""What a person does to the session from the timeline of a front end, between two cells.

Nothing that runs in a cell can get here: front ends ask on the control channel, on which no cell can send.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from monty_kernel.isolation.pool import WallsMissing
from monty_kernel.timetravel.timeline import NoSuchState

if TYPE_CHECKING:
    from monty_kernel.session.services import SessionServices
    from monty_kernel.timetravel.travel import TimeTravel

MOST_CELLS = 1_000_000
"""Cells that are undone or redone at once."""


class Act(NamedTuple):
    """What is to be done.

    Attributes:
        action: One of `ACTIONS`.
        state: The state that the person sees as the present one.
        target: The state that it is about; None for the present one.
        cells: How many cells to undo or redo.
        name: For a state.
        session: The one to resume; None for the last one of the notebook.
        tree: The tree that the person sees, by its id; None: the client did not say.
    """

    action: str
    state: int
    target: int | None = None
    cells: int = 1
    name: str = ""
    session: str | None = None
    tree: str | None = None


class Refused(Exception):
    """It is not done; the message says why."""


class TimelineActs:
    """For the sandbox thread, between two cells.

    Args:
        services: The session.
        resumed: Lets cells count on from the last one of a session that was resumed; gives back the line to tell.
    """

    def __init__(self, services: SessionServices, resumed: Callable[[str, int], str]) -> None:
        self._services = services
        self._resumed = resumed
        self._ways: Mapping[str, Callable[[TimeTravel, Act], str]] = {
            "undo": lambda travel, act: travel.undo(act.cells, services.magics.looking),
            "redo": lambda travel, act: travel.redo(act.cells, services.magics.looking),
            "restore": lambda travel, act: travel.restore_state(_target(act)),
            "name": lambda travel, act: travel.name_state(_target(act), act.name),
            "unname": self._unname,
            "resume": self._resume,
            "delete": lambda travel, act: travel.delete(_target(act)),
        }

    def do(self, act: Act) -> str:
        """Do it; a line that says what it did.

        Raises:
            Refused, NoSuchState: It was not done, and the session is as it was.
        """
        services = self._services
        try:
            notice = services.engine.recover()
            travel = services.travel
            travel.cell_id = None
            travel.begin(1)
            timeline = travel.timeline
            if timeline.current != act.state or act.tree not in (None, timeline.id):
                raise Refused("The session has gone on since: another state is the present one now.")
            report = self._ways[act.action](travel, act)
        except KeyboardInterrupt:
            raise Refused("It was interrupted.") from None
        except WallsMissing as error:
            raise Refused(str(error)) from None
        return report if notice is None else f"{notice} {report}"

    def _unname(self, travel: TimeTravel, act: Act) -> str:
        if act.target is not None and act.name not in travel.timeline[act.target].names:
            raise NoSuchState(f"The state {travel.timeline[act.target].place} is not named {act.name!r}.")
        return travel.unname(act.name)

    def _resume(self, travel: TimeTravel, act: Act) -> str:
        chosen, of_another_notebook = travel.earlier.choose(act.session)
        unasked = self._services.settings.resume == "allow" and not of_another_notebook
        if not unasked and not travel.earlier.is_own(chosen):
            raise Refused(
                f"Another kernel left the session {chosen.id}: type %resume {chosen.id} in a cell, which asks you first."
            )
        return self._resumed(*travel.resume(chosen.id))


ACTIONS = ("undo", "redo", "restore", "name", "unname", "resume", "delete")


def _target(act: Act) -> int:
    return act.state if act.target is None else act.target
