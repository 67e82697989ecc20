"""Every chart of the collection of attacks, drawn by JupyterLab: nothing is loaded, nothing runs, the page stays as it was and answers.

The control draws some of them as they are, and there they succeed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monty_kernel.sanitize.sanitizer import sanitized_bundle
from monty_kernel.sanitize.vega import MIME
from tests.support.frontends.renderers import Renderers, renderers, serving
from tests.support.hostile.attacks import Attack
from tests.support.hostile.charts import BASE, CHARTS

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

SCRIPT = (Path(__file__).parents[1] / "support" / "frontends" / "charts.js").read_text()
TOGETHER = 60
"""Charts on the stage at once."""
FEWEST_DRAWN = 100
"""Of what is left of the attacks: a screen that left out everything would be no test."""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Renderers]:
    with serving(tmp_path_factory.mktemp("lab")) as server, renderers(server) as page:
        page.page.evaluate(SCRIPT)
        # Vega itself is fetched with the first chart
        _examined(page, [{"data": {MIME: BASE}, "metadata": {}}])
        yield page


def _examined(page: Renderers, items: list[dict[str, Any]]) -> dict[str, Any]:
    page.observer.forget()
    found: dict[str, Any] = page.page.evaluate("items => window.charts.examine(items)", items)
    return found


def _clean(attack: Attack) -> dict[str, Any]:
    left = sanitized_bundle(attack.bundle, attack.metadata)
    return {"data": dict(left.data), "metadata": dict(left.metadata)}


def test_what_is_left_of_hostile_charts_is_drawn_and_does_nothing_else(page: Renderers) -> None:
    wrong: dict[str, Any] = {}
    failed: dict[str, str] = {}
    drawn = 0
    for start in range(0, len(CHARTS), TOGETHER):
        group = CHARTS[start : start + TOGETHER]
        found = _examined(page, [_clean(attack) for attack in group])
        for attack, told in zip(group, found["told"], strict=True):
            drawn += told["drawn"]
            if told["wrong"]:
                wrong[attack.name] = told["wrong"]
            if "Error" in told["said"]:
                failed[attack.name] = told["said"][:200]
        others = [*found["page"], *sorted(page.observer.asked), *page.observer.dialogs, *sorted(page.observer.ran)]
        if others:
            wrong[f"one of {group[0].name} … {group[-1].name}"] = others
    assert wrong == {}
    print(drawn, failed)
    assert drawn >= FEWEST_DRAWN


def test_as_they_are_the_attacks_succeed(page: Renderers) -> None:
    failed = []
    for number, attack in enumerate(CHARTS):
        if not attack.fires:
            continue
        found = _examined(page, [{"data": dict(attack.bundle), "metadata": dict(attack.metadata)}])
        if not (page.observer.of_number(number) or found["told"][0]["wrong"] or found["page"]):
            failed.append(attack.name)
    assert failed == []
