"""`warnings`: what is shown, and what is collected as in CPython."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.modules.agreement import Sandboxed
from tests.support.kernel_client import Kernel

STEPS = st.one_of(
    st.sampled_from(["a", "b", "ab"]).map(lambda text: f"warnings.warn({text!r})"),
    st.tuples(st.sampled_from(["ignore", "always"]), st.sampled_from(["", "a", "A", "b"]), st.booleans()).map(
        lambda step: f"warnings.filterwarnings({step[0]!r}, message={step[1]!r}, append={step[2]})"
    ),
    st.sampled_from(["ignore", "always"]).map(lambda action: f"warnings.simplefilter({action!r})"),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(STEPS, max_size=12))
def test_what_is_collected(sandboxed: Sandboxed, steps: list[str]) -> None:
    code = "import warnings\nwith warnings.catch_warnings(record=True) as found:\n    warnings.simplefilter('always')\n"
    code += "".join(f"    {step}\n" for step in steps)
    sandboxed.agrees(code + "[(str(each.message), each.category.__name__) for each in found]")


def test_filters_last_as_long_as_the_with(sandboxed: Sandboxed) -> None:
    sandboxed.agrees(
        "import warnings\nwith warnings.catch_warnings(record=True) as out:\n    warnings.simplefilter('always')\n"
        "    with warnings.catch_warnings():\n        warnings.simplefilter('ignore')\n        warnings.warn('hidden')\n"
        "    warnings.warn('shown')\n[str(each.message) for each in out]"
    )


def test_an_error(sandboxed: Sandboxed) -> None:
    raised = sandboxed.run(
        "import warnings\nwith warnings.catch_warnings():\n    warnings.simplefilter('error')\n    warnings.warn('boom')"
    ).raised
    assert raised == ("RuntimeError", "UserWarning: boom")
    raised = sandboxed.run("import warnings\nwarnings.simplefilter('nope')").raised
    assert raised == ("ValueError", "invalid action: 'nope'")


def test_each_text_goes_to_stderr_once(kernel: Kernel) -> None:
    answer = kernel.run(
        "import warnings\nfor _ in range(3):\n    warnings.warn('old')\nwarnings.warn('odd', RuntimeError)"
    )
    assert answer.text("stderr") == "UserWarning: old\nRuntimeError: odd\n"
    answer = kernel.run(
        "warnings.filterwarnings('ignore')\nwarnings.warn('new')\nwarnings.resetwarnings()\nwarnings.warn('new')"
    )
    assert answer.text("stderr") == "UserWarning: new\n"
