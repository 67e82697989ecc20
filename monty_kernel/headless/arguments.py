"""What `run_notebook` is given for options: a value of the wrong kind is refused before anything runs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any

from monty_kernel.engine.limits import read_size
from monty_kernel.settings import OPTIONS, Option

_FLOATS = ("SECONDS", "DAYS", "SHARE")


def check_options(given: Mapping[str, Any]) -> None:
    """Check the values of options of the kernel, by their names.

    Raises:
        TypeError: a value is of another type than its option.
        ValueError: it is too small, or none of the option's choices.
    """
    for name, value in given.items():
        option = OPTIONS.get(name)
        if option is not None:
            _check(name, value, option)


def check_number(name: str, value: Any) -> None:
    """Check an argument that is a number or None. Raises TypeError."""
    if value is not None and not _is(Real, value):
        raise TypeError(f"{name} takes a number or None, not {value!r}")


def _check(name: str, value: Any, option: Option) -> None:
    if value is None and option.none:
        return
    if option.unit:
        _check_quantity(name, value, option)
    elif isinstance(option.default, bool):
        if not isinstance(value, bool):
            raise TypeError(f"{name} takes True or False, not {value!r}")
    elif isinstance(option.default, Mapping):
        if not isinstance(value, Mapping):
            raise TypeError(f"{name} takes a dict, not {value!r}")
        for each in value.values():
            _check_choice(name, each, option)
    elif option.choices:
        _check_choice(name, value, option)


def _check_choice(name: str, value: Any, option: Option) -> None:
    if not isinstance(value, str) or value not in option.choices:
        raise ValueError(f"{name} takes {' or '.join(map(repr, option.choices))}, not {value!r}")


def _check_quantity(name: str, value: Any, option: Option) -> None:
    whole = option.unit not in _FLOATS
    if not _is(Integral if whole else Real, value):
        what = f"{'a whole number' if whole else 'a number'} of {option.unit.lower()}{' or None' * bool(option.none)}"
        raise TypeError(f"{name} takes {what}, not {value!r}{_instead(value, option)}")
    if not math.isfinite(value):
        raise ValueError(f"{name} takes a finite number, not {value!r}")
    if option.least is not None and value < option.least:
        raise ValueError(f"{name} must be at least {option.least:g}, not {value!r}")


def _is(kind: type, value: Any) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


def _instead(value: Any, option: Option) -> str:
    """What to write for a size that was written as on the command line, or as a float."""
    if option.unit != "BYTES" or not isinstance(value, (str, float)):
        return ""
    try:
        return f"; write {read_size(value) if isinstance(value, str) else int(value)}"
    except (ValueError, OverflowError):
        return ""
