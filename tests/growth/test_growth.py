"""Small texts of every entry: none takes time or memory that grows faster than it. And the test sees it where one does.

`make fuzz` tries longer and more texts, `python -m tests.growth` one's own choice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from monty_kernel.jupyter.kernel import QUESTIONS
from monty_kernel.jupyter.request_content import _FIELDS
from monty_kernel.magics.registry import Magics
from monty_kernel.sanitize.sanitizer import SHOWN

from .campaign import Tried, try_entry
from .controls import CONTROLS, INNOCENT
from .entries import asked, magics, shown
from .entry import MEBI, Entry
from .measure import MEMORY, Probe
from .patterns import BOUNDED, found_patterns
from .registry import ENTRIES, find
from .shapes import Shape

pytestmark = pytest.mark.slow

MOST = 1 << 15
"""Characters of the longest texts here."""

LIMIT = 1.5  # seconds of the processor that one text may take
_SECONDS = {"pattern": 0.015, "magic": 0.04}
_OTHERS = 0.25


@pytest.fixture(scope="module")
def probe() -> Iterator[Probe]:
    with Probe(LIMIT) as probe:
        yield probe


@pytest.fixture(scope="module")
def patient() -> Iterator[Probe]:
    """A probe for long texts."""
    with Probe(30.0) as probe:
        yield probe


def _rooms() -> dict[str, list[Entry]]:
    rooms: dict[str, list[Entry]] = {}
    for entry in ENTRIES:
        rooms.setdefault(entry.name.partition(":")[0], []).append(entry)
    return rooms


def _tried(probe: Probe, entries: Sequence[Entry]) -> list[Tried]:
    return [
        try_entry(probe, entry, MOST, _SECONDS.get(entry.name.partition(":")[0], _OTHERS), seed=1) for entry in entries
    ]


@pytest.mark.timeout(900)
@pytest.mark.parametrize("room", sorted(_rooms()))
def test_no_text_costs_more_than_its_share(probe: Probe, room: str) -> None:
    tried = _tried(probe, _rooms()[room])
    assert all(each.shapes for each in tried)
    found = [str(each.finding) for each in tried if each.finding is not None]
    assert not found, "\n".join(["", *found])


@pytest.mark.timeout(300)
@pytest.mark.parametrize("control", CONTROLS, ids=lambda entry: entry.name)
def test_what_costs_too_much_is_found(probe: Probe, control: Entry) -> None:
    assert try_entry(probe, control, 1 << 16, 0.1, seed=1, patience=10).finding is not None


@pytest.mark.timeout(300)
@pytest.mark.parametrize("control", INNOCENT, ids=lambda entry: entry.name)
def test_what_grows_with_the_text_is_not_found(probe: Probe, control: Entry) -> None:
    assert try_entry(probe, control, 1 << 16, 0.3, seed=1).finding is None


LARGE = (
    ("execute_request: cell", Shape("\n")),
    ("execute_request: cell", Shape("x = 1\n")),
    ("execute_request: cell", Shape("\n", "x = '''", tail="'''")),
    ("execute_request: cell", Shape("%who\n")),
    ("execute_request: cell", Shape("é", "%%html\n")),
    ("traceback: source", Shape("\n")),
    ("shown: print in one piece", Shape("\x1b")),
    ("shown: text/html", Shape("é ")),
    ("question: prompt", Shape("\x1b")),
    ("history_request: inputs", Shape("ab\n")),
)
"""What took a hundred megabytes and more once."""


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("name", "shape"), LARGE, ids=str)
def test_a_long_text_takes_little_memory(patient: Probe, name: str, shape: Shape) -> None:
    assert patient.cost(find(name), shape, 2 * MEBI).memory < MEMORY


def test_every_type_that_is_shown_is_an_entry() -> None:
    assert set(shown.MIME_TOKENS) == SHOWN | {"text/markdown"}, "Markdown is taken too, and leaves as HTML"


def test_every_magic_is_an_entry() -> None:
    table = Magics()
    names = {entry.name for entry in ENTRIES}
    assert {f"magic: %{name}" for name in (*table.line_names(), *table.cell_names())} <= names
    assert {f"magic: body of %%{name}" for name in table.cell_names()} <= names


def test_every_request_that_says_text_is_an_entry() -> None:
    requests = {*QUESTIONS, *(kind for kind, fields in _FIELDS.items() if str in fields.values())}
    assert requests == {*asked.REQUESTS, *asked.WITHOUT_TEXT, "execute_request"}
    assert any(entry.name.startswith("execute_request") for entry in ENTRIES)


def test_every_pattern_is_an_entry() -> None:
    found = found_patterns()
    assert len(found) > 100
    assert {f"pattern: {name}" for name in found} <= {entry.name for entry in ENTRIES}
    assert set(BOUNDED) <= set(found), "a bound for a pattern that is not there"


def test_refused_magics_are_entries_too() -> None:
    assert {"bash", "nothing", "!"} <= set(magics.NAMES)
