"""Each pattern that the browser is given finds there what it finds in Python."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from random import Random
from types import ModuleType

import pytest

from browser.shared.patterns import Untranslatable, javascript
from browser.shared.sanitizer_rules import rules
from monty_kernel.sanitize import allowed, downloads, formulas, markdown, markup, sanitizer, terminal

MODULES = (allowed, downloads, formulas, markdown, markup, sanitizer, terminal)
PIECES = [
    *"\t\n\x0b\x0c\r \x1c\x1f\x85\xa0\u2028\u3000\ufeff", *"azAZ09_é\u017f\u212a中٣²Ⅷ\u0301🐍\ud800\udc00", *"^$\\.*+?()[]{}|/-:;,'\"`<>=&#@!%~",
    "url(", "URL(#a)", "https://", "HTTP:", "mailto:", "www.", "data:image/png;base64,", "data:audio/wav;base64,AA==", "text-align:left",
    "\x1b", "\x1b[", "\x1b[31m", "\x9b", "\x07", "\u202e", "\ufdd0", "\\begin{a}", "\\end{a*}", "\\href", "\\htmlX", "\\delimsize", "\\[", "$$", "repeat(1000",
    "&#99", "0" * 5, "a@b.c", "[x]", "[^a]", "<a.b object at 0x1f>", "text/html", "border-", "grid-",
]  # fmt: skip
_SEARCH = """
const {patterns, texts} = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const found = patterns.map(source => texts.map(text => {
    const points = text.match(/[^]/gu) ?? [];  // counted as Python counts
    const at = new Map([[0, 0]]);
    let units = 0;
    points.forEach((point, index) => at.set(units += point.length, index + 1));
    return [...text.matchAll(new RegExp(source, 'gu'))].map(each => [at.get(each.index), at.get(each.index + each[0].length), ...each.slice(1).map(group => group ?? null)]);
}));
process.stdout.write(JSON.stringify(found));
"""


def _known() -> Iterator[tuple[str, re.Pattern[str]]]:
    translated = json.dumps(rules())
    for module in MODULES:
        for name, value in vars(module).items():
            public = isinstance(value, re.Pattern) and not name.startswith("_")
            if public and json.dumps(javascript(value)) in translated:
                yield f"{module.__name__}.{name}", value


def _of(module: ModuleType) -> int:
    return sum(name.startswith(module.__name__) for name, _ in _known())


def _texts() -> list[str]:
    random = Random(13)
    made = ["".join(random.choices(PIECES, k=random.randint(1, 12))) for _ in range(3_000)]
    return [text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace") for text in made]


def _spans(pattern: re.Pattern[str], text: str) -> list[list[object]]:
    return [[*found.span(), *found.groups()] for found in pattern.finditer(text)]


def test_the_patterns_find_the_same() -> None:
    names, patterns = zip(*_known(), strict=True)
    assert len(names) > 25
    texts = _texts()
    given = json.dumps({"patterns": [javascript(pattern) for pattern in patterns], "texts": texts})
    answer = subprocess.run(["node", "-e", _SEARCH], input=given, capture_output=True, text=True, check=True)
    for name, pattern, found in zip(names, patterns, json.loads(answer.stdout), strict=True):
        expected = [_spans(pattern, text) for text in texts]
        assert any(expected) or not any(found), name
        assert [text for text, mine, theirs in zip(texts, expected, found, strict=True) if mine != theirs] == [], name


def test_every_module_has_some() -> None:
    assert min(map(_of, MODULES)) > 0


@pytest.mark.parametrize("source", [r"\bx", r"a$", r"(?i:a)b", r"[\w]*+\w", r"[\Sa]", r"(?:ab)*+c"])
def test_what_cannot_be_said_in_javascript_is_refused(source: str) -> None:
    with pytest.raises(Untranslatable):
        javascript(re.compile(source))


def test_flags_that_change_what_lines_are_are_refused() -> None:
    with pytest.raises(Untranslatable):
        javascript(re.compile("^a", re.MULTILINE))
