"""`logging` against CPython's."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.modules.agreement import Sandboxed
from tests.support.kernel_client import Kernel

START = "import logging, io\nout = io.StringIO()\n"
NAMES = st.sampled_from(["", "a", "a.b", "a.b.c", "b"])
LEVELS = st.sampled_from(["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL", "NOTSET"])
STEPS = st.one_of(
    st.tuples(st.sampled_from(["debug", "info", "warning", "error", "critical"]), NAMES).map(
        lambda step: f"logging.getLogger({step[1]!r}).{step[0]}('%s says %d', {step[1]!r}, 3)"
    ),
    st.tuples(NAMES, LEVELS).map(lambda step: f"logging.getLogger({step[0]!r}).setLevel({step[1]!r})"),
    # with a handler, since what finds none goes to stderr
    st.tuples(NAMES, st.booleans()).map(
        lambda step: (
            f"logging.getLogger({step[0]!r}).propagate = {step[1]}\n"
            f"logging.getLogger({step[0]!r}).addHandler(logging.StreamHandler(out))"
        )
    ),
    st.tuples(NAMES, LEVELS).map(
        lambda step: (
            f"h = logging.StreamHandler(out)\nh.setLevel({step[1]!r})\n"
            "h.setFormatter(logging.Formatter('{levelname:>8} {name} {message}', style='{'))\n"
            f"logging.getLogger({step[0]!r}).addHandler(h)"
        )
    ),
    LEVELS.map(lambda level: f"logging.disable(logging.{level})"),
)
OVER = """
logging.disable(logging.NOTSET)
for name in ("", "a", "a.b", "a.b.c", "b"):
    logger = logging.getLogger(name)
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
    logger.setLevel(logging.WARNING if name == "" else logging.NOTSET)
    logger.propagate = True
out.getvalue()"""


@settings(max_examples=40, deadline=None)
@given(st.lists(STEPS, max_size=25))
def test_loggers_and_handlers(sandboxed: Sandboxed, steps: list[str]) -> None:
    first = "logging.basicConfig(stream=out, force=True, format='%(levelname)-8s|%(name)s|%(levelno)d|%(message)s')\n"
    sandboxed.agrees(START + first + "\n".join(steps) + OVER)


def test_what_else_there_is(sandboxed: Sandboxed) -> None:
    for code in (
        "logging.basicConfig(stream=out, force=True, level='INFO')\nlogging.info('%(a)s', {'a': 5})\nlogging.debug('no')",
        "logging.basicConfig(stream=out, force=True)\nlogging.warning('100%')\nlogging.error(3)\nlogging.log(35, 'between')",
        "logging.basicConfig(stream=out, force=True, format='%(who)s %(message)s')\nlogging.error('a', extra={'who': 'me'})",
        "logging.basicConfig(stream=out, force=True, format='%(asctime)s %(message)s', datefmt='now')\nlogging.error('a')",
        "logging.basicConfig(stream=out, force=True)\nlogging.getLogger().handlers[0].addFilter(lambda r: 'q' in r.getMessage())\nlogging.error('q')\nlogging.error('a')",
        "logging.basicConfig(stream=out, force=True)\nlogging.getLogger('x').addFilter(logging.Filter('y'))\nlogging.getLogger('x').error('a')",
        "logging.basicConfig(handlers=[logging.StreamHandler(out)], force=True, format='%(message)s')\nlogging.error('a')",
        "print(logging.getLogger('x'), logging.getLogger(), logging.getLevelName(10), logging.getLevelName('INFO'), logging.getLevelName(3))",
        "log = logging.getLogger('x.y')\nprint(log.name, log.parent.name, log is logging.getLogger('x.y'), log.getChild('z').name, log.isEnabledFor(20))",
    ):
        sandboxed.agrees(START + code + OVER)
    for code in (
        "logging.getLogger().setLevel('NOPE')",
        "logging.getLogger().log('a', 'b')",
        "logging.Formatter(style='x')",
    ):
        sandboxed.agrees(START + code, messages=False)


def test_messages_go_to_stderr(kernel: Kernel) -> None:
    answer = kernel.run(
        "import logging\nlogging.info('no')\nlogging.warning('yes')\nlogging.getLogger('mine').error('e')"
    )
    assert answer.text("stderr") == "WARNING:root:yes\nERROR:mine:e\n"
    assert answer.text("stdout") == ""
    answer = kernel.run(
        "logging.basicConfig(level=logging.DEBUG, format='%(asctime)s %(message)s', force=True)\nlogging.debug('a')\n"
        "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    logging.error('b', exc_info=error)\nlogging.error('%d', 'c')"
    )
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} a\n[-:, \d]{24}b\nZeroDivisionError: division by zero\n"
        r"--- Logging error ---\nTypeError: .*\n",
        answer.text("stderr"),
    )


def test_files_are_not_to_be_had(sandboxed: Sandboxed) -> None:
    raised = sandboxed.run("import logging\nlogging.basicConfig(filename='a.log')").raised
    assert raised is not None
    assert "logging writes no files here" in raised[1]
