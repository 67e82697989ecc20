"""Travel in a large session: its report says what was not compared, and a person who waits is told that it is at work."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.kernel_client import Kernel

Start = Callable[..., Kernel]

ROWS = "data = [{'id': i, 'name': str(i), 'ok': True} for i in range(300_000)]"
"""A session whose dump has 40 MB."""


def test_the_report_names_what_is_too_large_to_be_compared(start: Start) -> None:
    kernel = start()
    kernel.run("small = [1]\n" + ROWS)
    kernel.run("small.append(2)\ndata[7]['name'] = 'changed'")
    kernel.run("data.clear()\nx = 1")
    found = kernel.run("%restore 1").text()
    assert found == (
        "The session is as it was after In[1]: "
        "changed: small = list of 1 (was list of 2), data = list of 300000 (was list of 0); gone: x.\n"
    )
    assert kernel.run("small, data[7]['name']", store_history=False).plain == "([1], '7')"
    found = kernel.run("%restore 2").text()
    assert found.endswith("changed: small = list of 2 (was list of 1); not compared: data.\n")
    assert kernel.run("small, data[7]['name']", store_history=False).plain == "([1, 2], 'changed')"


def test_a_person_who_waits_is_told(start: Start) -> None:
    kernel = start("--MontyKernel.max_memory=4000000000")
    kernel.run(ROWS.replace("300_000", "800_000"))  # takes more than a second to load on any computer of today
    kernel.run("data[0] = 1")
    answer = kernel.run("%restore 1")
    assert answer.text("stderr") == "At work: states of this session take a while to load.\n"
    streams = [content["name"] for content in answer.all("stream")]
    assert streams == ["stderr", "stdout"]  # the report comes last
