"""The front end of a headless run: outputs go into the notebook, and nobody is there to be asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from monty_kernel.outputs import ClearOutput, Display, Error, Output, Result, Stream, finite
from monty_kernel.session.frontend import SessionFrontend, unanswerable

from .notebook_shape import Node

if TYPE_CHECKING:
    from monty_kernel.history.history import History
    from monty_kernel.session.services import SessionServices


class NotebookFrontend(SessionFrontend):
    """One run's front end. For the sandbox thread, like the session itself.

    Args:
        services: The run's session.
        outputs: Puts outputs into the notebook.
        most: Characters of output that the notebook may hold. When there are more, the run is stopped and `overflowed`
            is set.
    """

    def __init__(self, services: SessionServices, outputs: NotebookOutputs, most: int | None) -> None:
        super().__init__(services)
        self._outputs = outputs
        self._most = most
        self._inputs: dict[int, str] = {}  # that the history does not have yet
        self.overflowed = False

    @property
    def history(self) -> History:
        """The inputs of this run. Notebooks that run unseen have no business with the person's earlier sessions."""
        history = self.services.history
        for number, source in self._inputs.items():
            history.add(number, source)
        self._inputs.clear()
        return history

    def start_cell(self, source: str) -> int:
        """A cell starts; its number."""
        self.payload = []
        self.services.count += 1
        self._inputs[self.services.count] = source
        return self.services.count

    def emit(self, output: Output) -> None:
        """Put an output into the notebook."""
        if self.overflowed:
            return
        self._outputs.add(output, self.services.count)
        if self._most is not None and self._outputs.size > self._most:
            self.overflowed = True
            self.services.engine.interrupts.interrupt()
            self.services.engine.interrupts.kill()

    def ask(self, prompt: str, *, password: bool) -> Future[str]:
        """Nobody answers."""
        return unanswerable(password=password)

    def look_up(self, topic: str, detail_level: int, *, between_feeds: bool) -> str | None:
        """What introspection knows of a name, asked on a loop of its own."""
        return asyncio.run(self.services.introspector.describe(topic, detail_level))


class NotebookOutputs:
    """The outputs of one run, put into cells as nbclient does it with the kernel's messages. For one thread.

    Only neighbouring prints are joined to one output, where nbclient keeps as many as there were messages.

    Args:
        book: The notebook.
        node: Converts a plain dict to the kind of dict that the notebook is made of.
    """

    def __init__(self, book: Node, node: Callable[[Node], Node] = dict) -> None:
        self._cells: list[Node] = book["cells"]
        self._node = node
        self._index = 0
        self._outputs: list[Node] = []
        self._clear_next = False
        self._printed: list[str] = []  # of the stream that is the last output; joined when another comes
        self._displays: dict[str, dict[int, list[int]]] = {}  # display id -> cell -> positions among its outputs
        self.size = 0
        """Characters of output so far, including those that were cleared."""
        self.changed_earlier = False
        """Whether the running cell changed what an earlier one shows."""

    def start_cell(self, index: int) -> None:
        """The cell at this index runs from now on; its old outputs go."""
        self._index, self._outputs, self._clear_next = index, [], False
        self._cells[index]["outputs"] = self._outputs
        self.changed_earlier = False

    def restore_cell(
        self, index: int, outputs: Sequence[Mapping[str, Any]], displays: Mapping[str, Sequence[int]]
    ) -> None:
        """Give a cell that does not run the outputs that it had when it ran.

        displays: The positions among them of each display id.
        """
        self._cells[index]["outputs"] = [self._node(dict(output)) for output in outputs]
        for display_id, positions in displays.items():
            self._displays.setdefault(display_id, {})[index] = list(positions)

    def displays_of(self, index: int) -> dict[str, list[int]]:
        """The positions of each display id among the outputs of a cell."""
        return {display_id: list(cells[index]) for display_id, cells in self._displays.items() if index in cells}

    def end_cell(self) -> None:
        """The cell is over."""
        self._join_printed()

    def add(self, output: Output, number: int = 0) -> None:
        """Take an output of the running cell. number: its execution count, for a result."""
        if isinstance(output, Stream):
            self.size += len(output.text)
            if not self._clear_next and self._printed and self._outputs[-1]["name"] == output.name:
                self._printed.append(output.text)
                return
            self._append({"output_type": "stream", "name": output.name, "text": ""})
            self._printed = [output.text]
        elif isinstance(output, ClearOutput):
            if output.wait:
                self._clear_next = True
            else:
                self._clear()
        elif isinstance(output, Display):
            self._display(output)
        elif isinstance(output, Result):
            self._append(
                {
                    "output_type": "execute_result",
                    "metadata": finite(output.metadata),
                    "data": self._data(output),
                    "execution_count": number,
                }
            )
        elif isinstance(output, Error):
            self.size += sum(map(len, output.traceback))
            traceback = list(output.traceback)
            self._append(
                {"output_type": "error", "ename": output.ename, "evalue": output.evalue, "traceback": traceback}
            )

    def _display(self, output: Display) -> None:
        data, metadata = self._data(output), finite(output.metadata)
        if output.display_id:  # an id that is shown again changes what it showed before, in whatever cell
            for index, positions in self._displays.get(output.display_id, {}).items():
                self.changed_earlier |= index != self._index
                for position in positions:
                    shown = self._cells[index]["outputs"][position]
                    shown["data"], shown["metadata"] = self._node(dict(data)), self._node(dict(metadata))
        if output.update:
            return
        self._append({"output_type": "display_data", "metadata": metadata, "data": data})
        if output.display_id:
            cells = self._displays.setdefault(output.display_id, {})
            cells.setdefault(self._index, []).append(len(self._outputs) - 1)

    def _data(self, output: Display | Result) -> dict[str, Any]:
        data: dict[str, Any] = finite(dict(output.data))
        self.size += sum(len(value if isinstance(value, str) else repr(value)) for value in data.values())
        return data

    def _append(self, output: Node) -> None:
        if self._clear_next:
            self._clear()
            self._clear_next = False
        self._join_printed()
        self._outputs.append(self._node(output))

    def _clear(self) -> None:
        self._printed = []
        self._outputs.clear()
        for cells in self._displays.values():
            cells.pop(self._index, None)

    def _join_printed(self) -> None:
        if self._printed:
            self._outputs[-1]["text"] = "".join(self._printed)
            self._printed = []
