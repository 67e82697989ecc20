"""Charts: any JSON is written anew as a chart that says nothing forbidden, or is not drawn."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from monty_kernel.sanitize.sanitizer import sanitized_bundle
from monty_kernel.sanitize.vega import MIME, UNSAYABLE
from tests.fuzz.target import JSON, Target, as_json, json_of
from tests.support.hostile.charts import BASE
from tests.support.hostile.charts import CHARTS as ATTACKS

_FORBIDDEN = {"url", "href", "usermeta", "element", "signal", "signals", "formatType", "projection", "events"}
_NAMES = st.sampled_from(
    ["mark", "encoding", "transform", "params", "layer", "x", "y", "field", "type", "calculate", "filter", "as", "bin", "scale", "bind", "url", "expr", "value", "config"]
)  # fmt: skip
_PARTS = st.recursive(
    JSON, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4), max_leaves=15
)


def check_chart(data: bytes) -> None:
    """Write a chart anew: it is JSON, says nothing forbidden outside of its data, and is not changed when it is written again."""
    said = json_of(data)
    left = sanitized_bundle({MIME: said}, {})
    assert left.data["text/plain"]
    if MIME not in left.data:
        return
    chart = left.data[MIME]
    json.dumps(chart, allow_nan=False)
    for name, within_data in _names(chart):
        assert name not in UNSAYABLE, name
        assert within_data or name not in _FORBIDDEN, name
    again = sanitized_bundle(left.data, left.metadata)
    assert (again.data, again.note) == (left.data, None)


def _names(value: Any, within_data: bool = False) -> Iterator[tuple[str, bool]]:
    for name, each in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield str(name), within_data
        yield from _names(each, within_data or name in ("values", "datasets"))


_SEEDS = tuple(as_json(attack.bundle[MIME]) for attack in ATTACKS if MIME in attack.bundle)

CHARTS = Target(
    "charts",
    "only what draws from its own data is left, and writing it again changes nothing",
    check_chart,
    st.builds(lambda parts: as_json({**BASE, **parts}), st.dictionaries(_NAMES, _PARTS, max_size=4))
    | _PARTS.map(as_json),
    tuple(said for said in _SEEDS if len(said) < 4_000),
    (b'"url"', b'"expr"', b'"datum.', b'"transform"', b'"bind"', b'"signal"', b'"__proto__"', b'"constructor"'),
)
