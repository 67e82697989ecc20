"""Parameters, with papermill's meaning of the tags `parameters` and `injected-parameters`."""

from __future__ import annotations

import datetime
import json
import keyword
import math
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from monty_kernel.engine.frontend import UsageError
from monty_kernel.outputs import finite

from .notebook_file import tags
from .notebook_shape import Node

Parameters = Mapping[str, Any]
"""Name -> plain data: None, bool, int, float, str, and lists, tuples and dicts of these. Dates become text."""


def inject(book: Node, parameters: Parameters, node: Callable[[Node], Node] = dict) -> None:
    """Put a cell that assigns the parameters into the notebook.

    It replaces the one injected before, or follows the cell tagged `parameters`, or is the first.

    Raises:
        ValueError, TypeError: a name is not a Python name, or a value is not plain data.
    """
    cell: Node = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {"tags": ["injected-parameters"]},
        "outputs": [],
        "source": source(parameters),
    }
    if book.get("nbformat_minor", 0) >= 5:
        cell["id"] = secrets.token_hex(4)
    cells: list[Node] = book["cells"]
    injected, declared = _first(cells, "injected-parameters"), _first(cells, "parameters")
    if injected is not None:
        cells[injected] = node(cell)
    else:
        cells.insert(0 if declared is None else declared + 1, node(cell))
    noted = book["metadata"].get("papermill")
    book["metadata"]["papermill"] = node(
        {
            **(noted if isinstance(noted, dict) else {}),
            "parameters": finite({k: _json(v) for k, v in parameters.items()}),
        }
    )


def source(parameters: Parameters) -> str:
    """The source of the cell that assigns them."""
    lines = ["# Parameters"]
    for name, value in parameters.items():
        if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
            raise ValueError(f"{name!r} cannot be the name of a parameter: it is not a Python name")
        lines.append(f"{name} = {_literal(value, name)}")
    return "\n".join(lines) + "\n"


def typed(text: str) -> Any:
    """The value of a parameter as typed on a command line: True, False, None, a number, or else text.

    Papermill does the same.
    """
    words = {"True": True, "False": False, "None": None}
    if text in words:
        return words[text]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def assignment(text: str) -> tuple[str, Any]:
    """The name and the value of `NAME=VALUE`.

    Raises:
        UsageError: the text is not of this form.
    """
    name, equals, value = text.partition("=")
    require_name(name if equals else "", "-p takes NAME=VALUE", text)
    return name, typed(value)


def require_name(name: str, form: str, text: str | None = None) -> None:
    """Do nothing if a name is Python's.

    Args:
        name: of a parameter.
        form: how it is to be given, for the error.
        text: how it was given, if that is more than the name.

    Raises:
        UsageError: it is none.
    """
    if not name.isidentifier() or keyword.iskeyword(name):
        raise UsageError(f"{form}, where NAME is a Python name, not {(name if text is None else text)!r}.")


def read_file(path: Path) -> dict[str, Any]:
    """The parameters in a JSON or YAML file.

    Raises:
        UsageError: it cannot be read, or does not hold names and values.
    """
    try:
        text = path.read_text(encoding="utf-8")
        found = json.loads(text) if path.suffix == ".json" else _yaml(text)
    except OSError as error:
        raise UsageError(f"cannot read the parameters in {path}: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"cannot read the parameters in {path}: {error}.") from error
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise UsageError(f"the parameters in {path} are not names and values.")
    try:
        source(found)
    except (ValueError, TypeError) as error:
        raise UsageError(f"in {path}, {error}.") from error
    return found


def _yaml(text: str) -> Any:
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from error


def _first(cells: list[Node], tag: str) -> int | None:
    return next((index for index, cell in enumerate(cells) if tag in tags(cell)), None)


def _literal(value: Any, name: str) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return f"float('{float(value)}')"
    if value is None or isinstance(value, bool):
        return repr(value)
    for kind in (int, float, str):
        if isinstance(value, kind):
            return kind.__repr__(value)  # a subclass (an enum, a NumPy number) may have a repr of its own
    if isinstance(value, list):
        return "[" + ", ".join(_literal(each, name) for each in value) + "]"
    if isinstance(value, tuple):
        return "(" + ", ".join(_literal(each, name) for each in value) + ("," if len(value) == 1 else "") + ")"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_literal(k, name)}: {_literal(v, name)}" for k, v in value.items()) + "}"
    if isinstance(value, (datetime.date, datetime.time)):
        return repr(str(value))
    raise TypeError(f"the parameter {name} is not plain data: it holds an object of type {type(value).__name__}")


def _json(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _json(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_json(each) for each in value]
    return str(value) if isinstance(value, (datetime.date, datetime.time)) else value
