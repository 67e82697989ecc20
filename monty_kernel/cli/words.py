"""What a word on the command line may be. Each function gives its value; argparse says what is wrong with it."""

from __future__ import annotations

import argparse

from monty_kernel.engine.limits import read_size


def equation(word: str) -> str:
    """NAME=VALUE."""
    if "=" not in word:
        raise argparse.ArgumentTypeError(f"it takes NAME=VALUE, where NAME is a Python name, not {word!r}")
    return word


def seconds(word: str) -> float:
    """Seconds above 0."""
    try:
        number = float(word)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{word!r} is not a number of seconds above 0")
    return number


def jobs(word: str) -> int:
    """How many at once."""
    if not word.isdecimal() or not 1 <= int(word) <= 1000:
        raise argparse.ArgumentTypeError(f"{word!r} is not a number from 1 to 1000")
    return int(word)


def count(word: str, least: float) -> int:
    """A whole number."""
    if not word.isdecimal() or len(word) > 18 or int(word) < least:
        raise argparse.ArgumentTypeError(f"{word!r} is not a whole number{' above 0' if least else ''}")
    return int(word)


def size(word: str) -> int:
    """Bytes, as in 64M."""
    try:
        number = read_size(word)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{word!r} is not a size: {error}") from None
    if number == 0:
        raise argparse.ArgumentTypeError("it must be more than 0")
    return number
