"""Every attack of the collection, as an output, a Markdown cell and a raw cell, in JupyterLab's own renderers: it does nothing.

The control shows the same renderers what the sanitizer would have left out, and there it succeeds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence

import pytest

from monty_kernel.sanitize.html import sanitized_html
from monty_kernel.sanitize.markdown import sanitized_markdown
from monty_kernel.sanitize.sanitizer import SanitizedBundle, sanitized_bundle
from tests.support.frontends.renderers import Renderers, Shown, renderers, serving
from tests.support.frontends.server import Server
from tests.support.hostile import ATTACKS
from tests.support.hostile.attacks import Attack
from tests.support.hostile.case import text_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]

TOGETHER = 100
"""Attacks on the stage at once."""
ELSEWHERE = (
    "html: a command of JupyterLab",
    "html: a command on anything",
    "html: an svg that loads",
    "html: a script that starts a kernel",
    "html: a script in svg by address",
)
"""Those that succeed in the notebook of a live session (`test_hostile_outputs.py`), where there is more than renderers."""


def _output(attack: Attack) -> SanitizedBundle:
    return sanitized_bundle(attack.bundle, attack.metadata)


def _markdown_cell(attack: Attack) -> SanitizedBundle:
    return SanitizedBundle({"text/html": sanitized_markdown(text_of(attack)).text}, {}, None)


def _raw_cell(attack: Attack) -> SanitizedBundle:
    return SanitizedBundle({"text/html": sanitized_html(text_of(attack)).text}, {}, None)


FORMS: dict[str, Callable[[Attack], SanitizedBundle]] = {
    "an output": _output,
    "a Markdown cell": _markdown_cell,
    "a raw cell": _raw_cell,
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("lab")) as server:
        yield server


def _distinct() -> list[tuple[Shown, list[str]]]:
    """What there is to render, with the names of the attacks of which the sanitizer leaves it: of many it leaves the same."""
    found: dict[str, tuple[Shown, list[str]]] = {}
    for number, attack in enumerate(ATTACKS):
        for form, sanitized in FORMS.items():
            if form != "an output" and not text_of(attack):
                continue
            left = sanitized(attack)
            key = json.dumps([left.data, left.metadata], sort_keys=True)
            _, names = found.setdefault(key, (Shown(number, left.data, left.metadata), []))
            names.append(f"{attack.name} as {form}")
    return list(found.values())


def test_what_the_sanitizer_leaves_does_nothing(server: Server) -> None:
    everything = _distinct()
    found: dict[str, list[str]] = {}
    with renderers(server) as page:
        for start in range(0, len(everything), TOGETHER):
            group = everything[start : start + TOGETHER]
            for place, said in page.examine([shown for shown, _ in group]).items():
                name = group[place][1][0] if place >= 0 else f"one of {group[0][1][0]} … {group[-1][1][0]}"
                found[name] = said
    assert found == {}


def test_unsanitized_the_attacks_succeed(server: Server) -> None:
    attacks = [
        (number, attack)
        for number, attack in enumerate(ATTACKS)
        if attack.fires and not attack.leaves and attack.name not in ELSEWHERE
    ]
    assert len(attacks) > 500
    with renderers(server) as page:
        failed = _failed(page, attacks, 50, milliseconds=300)
        # some depend on what else is on the stage, or on how busy the machine is
        failed = _failed(page, failed, 5, milliseconds=1500)
    assert len(failed) < len(attacks) // 50, [attack.name for _, attack in failed]


def _failed(
    page: Renderers, attacks: Sequence[tuple[int, Attack]], together: int, *, milliseconds: int
) -> list[tuple[int, Attack]]:
    """Those whose code did not run and who asked for nothing."""
    failed = []
    for start in range(0, len(attacks), together):
        group = attacks[start : start + together]
        shown = [Shown(number, attack.bundle, attack.metadata) for number, attack in group]
        found = page.examine(shown, milliseconds=milliseconds)
        for place, (number, attack) in enumerate(group):
            if not any(said == "its code ran" or said.startswith("http") for said in found.get(place, [])):
                failed.append((number, attack))
    return failed
