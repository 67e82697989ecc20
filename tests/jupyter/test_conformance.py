"""The Jupyter project's own conformance suite, with every optional part filled in, so that nothing is skipped."""

from __future__ import annotations

import unittest
from collections.abc import Iterator
from typing import Any, ClassVar

import jupyter_kernel_test  # type: ignore[import-untyped]
import pytest

from tests.support.own_folders import own_folders


@pytest.fixture(scope="class", autouse=True)
def unused() -> Iterator[None]:
    """Each run of the suite finds a kernel that nobody has used before: what it says of the history holds for such a one."""
    with own_folders():
        yield


class TestKernel(jupyter_kernel_test.KernelTests):  # type: ignore[misc]
    """Each test of the suite, against one kernel process."""

    kernel_name = "monty"
    language_name = "python"
    file_extension = ".py"
    code_hello_world = "print('hello, world')"
    code_stderr = "import sys; print('test', file=sys.stderr)"
    completion_samples: ClassVar[list[dict[str, Any]]] = [
        {"text": "zi", "matches": {"zip"}},
        {"text": "import tomll", "matches": {"tomllib"}},
        {"text": "'word'.capi", "matches": {"capitalize"}},
    ]
    complete_code_samples: ClassVar[list[str]] = ["1", "print('hello')", "def f(x):\n    return x * 2\n\n", "%who"]
    incomplete_code_samples: ClassVar[list[str]] = [
        "print('''hello",
        "def f(x):\n    x * 2",
        "(1 +",
        "for i in range(3):",
    ]
    invalid_code_samples: ClassVar[list[str]] = ["import = 7q", "print('hello'))", "1 2"]
    code_page_something = "zip?"
    code_generate_error = "raise Exception('on purpose')"
    code_execute_result: ClassVar[list[dict[str, str]]] = [
        {"code": "1+2+3", "result": "6"},
        {"code": "[n * n for n in range(1, 4)]", "result": "[1, 4, 9]"},
        {"code": "'quoted'", "result": "'quoted'"},
    ]
    code_display_data: ClassVar[list[dict[str, str]]] = [
        {"code": "from IPython.display import HTML, display\ndisplay(HTML('<b>test</b>'))", "mime": "text/html"},
        {"code": "from IPython.display import Markdown, display\ndisplay(Markdown('*a*'))", "mime": "text/html"},
        {"code": "from IPython.display import SVG, display\ndisplay(SVG('<svg/>'))", "mime": "image/svg+xml"},
        {"code": "from IPython.display import Latex, display\ndisplay(Latex('$E$'))", "mime": "text/latex"},
    ]
    code_history_pattern = "1?2*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "zip"
    code_clear_output = "from IPython.display import clear_output\nclear_output()"

    def execute_helper(self, code: str, **options: Any) -> Any:
        """As in the suite, which gives up on a message after 0.1 s: too soon for a machine that is busy elsewhere."""
        channel = self.kc.iopub_channel
        get_msg = channel.get_msg
        channel.get_msg = lambda timeout: get_msg(timeout=max(timeout, 5.0))
        try:
            return super().execute_helper(code, **options)
        finally:
            channel.get_msg = get_msg


class TestIopubWelcome(jupyter_kernel_test.IopubWelcomeTests):  # type: ignore[misc]
    """`iopub_welcome` when a client subscribes."""

    kernel_name = "monty"
    support_iopub_welcome = True


@pytest.mark.parametrize("suite", [TestKernel, TestIopubWelcome])
def test_no_test_of_the_suite_is_skipped(suite: type[unittest.TestCase]) -> None:
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(suite).run(result)
    assert result.skipped == []
    assert result.testsRun > 0
