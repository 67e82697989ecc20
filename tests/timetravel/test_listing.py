"""How states are listed: a tree, of which a long one shows its newest part and what has a name."""

from __future__ import annotations

from monty_kernel.timetravel.listing import as_html, as_text
from monty_kernel.timetravel.timeline import Timeline


def grown(count: int) -> Timeline[str]:
    timeline = Timeline("", 100)
    for number in range(1, count + 1):
        timeline.record(number, f"<cell> {number}", False, "", 100)
        if number == 3:
            timeline.name("early")
    return timeline


def test_a_long_history_shows_its_end_and_what_has_a_name() -> None:
    timeline = grown(300)
    lines = as_text(timeline, most=20).splitlines()
    assert lines[0] == "280 earlier states are not shown; %snapshots -a shows all."
    assert [line.split()[0] for line in lines[1:3]] == ["In[3]", "In[281]"]
    assert lines[-1].startswith("-> In[300]")
    timeline.go(timeline[2])
    assert [line.split()[0] for line in as_text(timeline, most=20).splitlines()[1:3]] == ["->", "│"]
    table = as_html(timeline, most=20)
    assert table.count("<tr") == 1 + 22
    assert "279 earlier states are not shown" in table
    assert "<cell>" not in table
    assert len(as_text(timeline).splitlines()) == 301
