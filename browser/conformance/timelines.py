"""Sessions whose timeline both kernels tell to a front end: cells, acts and questions, and what the native kernel answers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.support.kernel_client import Kernel
from tests.support.timeline_client import Comm, ask

Data = dict[str, Any]
Step = str | Mapping[str, Any]
"""A cell, or the content of a request: to act if it names an action, else to ask. Acts start from the present state."""

_OWN = ("time", "bytes", "where", "session", "last_session", "tree")
"""What depends on the time, the machine, or on where the kernel keeps states."""

SESSIONS: Mapping[str, list[Step]] = {
    "what cells change": [
        "rows = [1, 2, 3]\nold = 'x'",
        "rows.clear()\ndel old\nnew = {'a': 1}\ndef f(): pass\nclass C: pass\nimport math",
        "rows",
        "import os\nos.environ['MY_TOKEN'] = 'secret'\nos.environ['PLAIN'] = 'p'\nos.environ[\"it's\"] = '\\t'",
        "open('a.txt', 'w').write('hello'); os.makedirs('folder/inside')",
        "open('a.txt', 'w').write('other'); open('folder/ü\\n', 'w').write('x')",
        "os.remove('a.txt'); os.environ['MY_TOKEN'] = 'other'; del os.environ['PLAIN']",
        "rows = (1, 'two'); new = frozenset({3}); number = 10 ** 50; text = 'é' * 50; nothing = None; half = 0.5; data = b'\\x00'",
        "1 / 0",
        "text = text + '𝄞'\nraise ValueError('after a change')",
        "def f(): return 1\nclass C: x = 1\nlength = len",
        "from datetime import date\nday = date(2026, 12, 1)\nfrom pathlib import Path\npath = Path('a')",
        "def broken(:",
    ],
    "names and texts": [
        "n" * 5_000 + "1 = 1\n" + "n" * 5_000 + "2 = 1",
        "marked = '<b>\\x1b[31m' + '\\x00' * 100\nbig = 'z' * 1_000_000\nüber = 1\n𝔘𝔫𝔦 = 2\nZ = 3\na_ = 4",
        "\n".join(f"many_{n} = {n}" for n in range(60)),
        "  \n\n# <script>alert(1)</script> & 𝄞" + "x" * 80,
        "many_1 = 'changed'\t# tab",
        {"what": "diff", "from": 0, "to": 3},
        {"what": "variables", "state": 2},
        {"action": "name", "name": "good", "target": 1},
        {"action": "name", "name": "Ünder_1.x-2"},
        {"action": "name", "name": "good", "target": 3},
        {"action": "unname", "name": "good", "target": 1},
        {"action": "unname", "name": "nobody"},
        {"action": "delete", "target": 3},
        {"action": "unname", "name": "good"},
        {"action": "delete", "target": 3},
        {"action": "delete", "target": 0},
        {"action": "delete", "target": 5},
        {"action": "restore", "target": 3},
        {"action": "name", "name": "late", "target": 3},
    ],
    "values that cannot be compared": [
        "class Endless:\n    def __repr__(self):\n        while True: pass\n    def __eq__(self, other):\n"
        "        while True: pass\n    def __hash__(self):\n        while True: pass\n"
        "endless, inside = Endless(), [Endless()]",
        "after = 1",
        "inside.append(1)\nendless = None",
        "holes = [[]] * 3\nfunctions = [len, print]\nnested = {'a': [1, {'b': (2, 3)}]}",
        "nested['a'][1]['b'] = 4",
        {"what": "diff", "from": 1, "to": 2},
    ],
    "travel": [
        {"action": "undo"},
        {"action": "resume"},
        "value = 1",
        "value = 2\nopen('f', 'w').write('2')",
        "value",
        {"action": "undo"},
        {"action": "redo"},
        {"action": "redo"},
        {"action": "undo", "cells": 2},
        {"action": "undo", "cells": 5},
        {"action": "restore", "target": 2},
        "%undo",
        "value = 3",
        "%snapshot branch",
        {"action": "redo"},
        {"action": "restore", "target": 0},
        "%restore branch",
        "%reset -f",
        "%undo",
        {"action": "restore", "target": 99},
        {"what": "source", "state": 0},
        {"what": "source", "state": 2},
        {"what": "diff", "from": 2},
        {"what": "variables", "state": 99},
    ],
    "requests that are wrong": [
        {"what": "variables"},
        {"what": "source"},
        "x = 1",
        {"what": "everything"},
        {"what": 1},
        {"what": "diff", "from": "1"},
        {"what": "diff", "from": None},
        {"what": "source", "state": True},
        {"action": "explode"},
        {"action": "undo", "state": 0},
        {"action": "undo", "state": "1"},
        {"action": "undo", "cells": 0},
        {"action": "undo", "cells": 10_000_000},
        {"action": "restore"},
        {"action": "delete", "target": 1.5},
        {"action": "name", "name": "1st"},
        {"action": "name", "name": "n" * 101},
        {"action": "unname"},
        {"action": "resume", "session": 5},
        {"action": "resume", "session": "nobody"},
    ],
}


def expected() -> list[Data]:
    """Each session with its steps and what the native kernel answers: to its requests, and of its states in the end."""
    return [{"name": name, "steps": steps, **_answers(steps)} for name, steps in SESSIONS.items()]


def _answers(steps: list[Step]) -> Data:
    with TemporaryDirectory() as folder:
        kernel = Kernel(Path(folder))
        try:
            replies = []
            for last, step in zip([None, *steps], steps, strict=False):
                if isinstance(step, str):
                    kernel.run(step)
                    continue
                if isinstance(last, str):
                    kernel.rest()  # so that its state is there
                replies.append(_reply(kernel, step))
            return {"replies": replies, "states": _states(kernel)}
        finally:
            kernel.close()


def _reply(kernel: Kernel, content: Mapping[str, Any]) -> Data:
    if "action" not in content:
        _looked_into(kernel)
        return _common(ask(kernel.client, "timeline_request", dict(content)))
    present = ask(kernel.client, "timeline_request", {})["present"]
    return _common(ask(kernel.client, "timeline_act_request", {"state": present, **content}))


def _looked_into(kernel: Kernel) -> list[Data]:
    """All states, once somebody has looked into them."""
    comm = Comm(kernel.client)
    comm.next()
    comm.until(lambda: all(state["changes"] is not None for state in comm.states.values()))
    comm.close()
    return list(comm.states.values())


def _states(kernel: Kernel) -> list[Data]:
    found = []
    for state in _looked_into(kernel):
        asked = {"state": state["number"]}
        variables = ask(kernel.client, "timeline_request", {"what": "variables", **asked})
        source = ask(kernel.client, "timeline_request", {"what": "source", **asked})
        found.append({**_common(state), "variables": variables["variables"], "source": source["source"]})
    return found


def _common(told: Data) -> Data:
    """What both kernels tell."""
    return {name: value for name, value in told.items() if name not in _OWN}
