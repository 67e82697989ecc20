"""Recognises code that front ends send unasked. Nothing of it makes sense in a sandbox, so it is answered, not run.

VS Code sends it with `store_history` false, not as silent cells: probes of ipywidgets and of the interpreter's path, its working
folder, `__vsc_ipynb_file__`, matplotlib defaults, and for its variables view a 230-line program after every cell. It
uses `del`, `globals()` and threads, which Monty does not have; an `ok` without output makes VS Code carry on quietly.
"""

from __future__ import annotations

import re

_MARKS = re.compile(r"_VSCODE_|_VSCode_|__VSCODE_|__vsc_|__jupyter_exec_background__")
_SETTING = re.compile(r"\s*%config Completer\.use_jedi\s*=\s*False\s*\Z")


def is_housekeeping(code: str, *, store_history: bool) -> bool:
    """Whether a front end sent this on its own account, for its own purposes."""
    return not store_history and bool(_MARKS.search(code) or _SETTING.match(code))
