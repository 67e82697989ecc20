"""jedi's cache of parsed modules on disk, shared with every other program that uses jedi: whatever is wrong with it, the answers come.

parso writes these files in place. A program that is killed meanwhile, or a disk that is full, leaves half a file behind, and parso
fails on it each time from then on; so does one who reads while another is writing.
"""

from __future__ import annotations

import importlib
from typing import Any


def forgive_damage() -> None:
    """Have parso parse a module anew where its file cannot be read, and keep in memory what cannot be written."""
    grammar: Any = importlib.import_module("parso.grammar")
    cache: Any = importlib.import_module("parso.cache")

    def load_module(*args: Any, **options: Any) -> Any:
        try:
            return cache.load_module(*args, **options)
        except Exception:  # unpickling half a file fails in any way
            return None

    def try_to_save_module(*args: Any, **options: Any) -> None:
        try:
            cache.try_to_save_module(*args, **options)
        except OSError:  # it is in memory by now
            return

    grammar.load_module = load_module
    grammar.try_to_save_module = try_to_save_module
