"""Recognises code that VS Code sends for its own purposes. It makes no sense in a sandbox, so it is answered but not
run.

VS Code sends it with `store_history` false and not as silent cells: it probes for ipywidgets and the interpreter's
path, sets its working folder, `__vsc_ipynb_file__` and defaults of matplotlib, and sends a 230-line program for its
variables view after every cell. The code uses `del`, `globals()` and threads, which Monty does not have. VS Code takes
an `ok` without output and says nothing to the person.
"""

from __future__ import annotations

import re

_MARKS = re.compile(r"_VSCODE_|_VSCode_|__VSCODE_|__vsc_|__jupyter_exec_background__")
_SETTING = re.compile(r"\s*%config Completer\.use_jedi\s*=\s*False\s*\Z")


def is_housekeeping(code: str, *, store_history: bool) -> bool:
    """Whether a front end sent this code on its own account, and not because the person ran it."""
    return not store_history and bool(_MARKS.search(code) or _SETTING.match(code))
