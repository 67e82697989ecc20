"""Warnings, written to stderr unless a filter says otherwise.

Lacks: where a warning came from, so that each text is shown once per category, and the classes of warnings by themselves:
without one it is a `UserWarning`, for which the action "error" raises RuntimeError. `catch_warnings(record=True)` collects what is warned of.
"""

import re
import sys

LACKS = {
    "showwarning": "catch_warnings(record=True) collects the warnings: show them as you like.",
    "warn_explicit": "Use warn(message).",
    "formatwarning": "f'{category.__name__}: {message}' is the text of one.",
}

_ACTIONS = ("default", "always", "ignore", "module", "once", "error", "all")
filters = []
_shown = []
_records = []


def _usual():
    """The class of what is warned of without one: Monty has none. It is no name of the module, as in CPython."""

    class UserWarning:
        def __init__(self, message):
            self.args = (message,)

        def __str__(self):
            return str(self.args[0])

        def __repr__(self):
            return f"UserWarning({self.args[0]!r})"

    return UserWarning


_USUAL = _usual()


class WarningMessage:
    def __init__(self, message, category):
        self.message, self.category = message, category
        self.filename, self.lineno, self.line = "?", 0, None


def _name(category):
    return str(category)[8:-2]


def _add(action, pattern, category, append):
    if action not in _ACTIONS:
        raise ValueError(f"invalid action: {action!r}")
    filters.insert(len(filters) if append else 0, (action, pattern, category))
    _shown.clear()


def filterwarnings(action, message="", category=None, module="", lineno=0, append=False):
    _add(action, re.compile(message, re.IGNORECASE) if message else None, category, append)


def simplefilter(action, category=None, lineno=0, append=False):
    _add(action, None, category, append)


def resetwarnings():
    filters.clear()


def _action(text, category):
    for action, pattern, wanted in filters:
        if (pattern is None or pattern.match(text)) and (
            wanted is None or _name(wanted) in (_name(category), "Warning")
        ):
            return action
    return "default"


def warn(message, category=None, stacklevel=1, source=None, **options):
    if type(message) is not str:
        category = type(message)
    category = category or _USUAL
    text = str(message)
    action = _action(text, category)
    if action == "ignore":
        return
    warning = category(text) if type(message) is str else message
    if action == "error":
        if category is _USUAL:
            raise RuntimeError(f"UserWarning: {text}")
        raise warning
    if action not in ("always", "all"):
        if (text, _name(category)) in _shown:
            return
        _shown.append((text, _name(category)))
    if _records and _records[-1] is not None:
        _records[-1].append(WarningMessage(warning, category))
    else:
        print(f"{_name(category)}: {text}", file=sys.stderr)


class catch_warnings:
    def __init__(self, *, record=False, module=None, action=None, category=None, lineno=0, append=False):
        self._record, self._new = record, (action, category)

    def __enter__(self):
        self._kept = filters[:]
        found = [] if self._record else None
        _records.append(found if self._record or not _records else _records[-1])
        if self._new[0] is not None:
            simplefilter(*self._new)
        _shown.clear()
        return found

    def __exit__(self, *exception):
        filters[:] = self._kept
        _records.pop()
        _shown.clear()
