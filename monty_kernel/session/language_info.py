"""The language of the cells, as `kernel_info_reply` and a notebook's metadata describe it."""

from __future__ import annotations

from typing import Any

LANGUAGE_INFO: dict[str, Any] = {
    "name": "python",
    "version": "3.14.0",  # of the language that Monty speaks; a test compares it with sys.version in the sandbox
    "mimetype": "text/x-python",
    "codemirror_mode": {"name": "ipython", "version": 3},
    "pygments_lexer": "ipython3",
    "nbconvert_exporter": "python",
    "file_extension": ".py",
}
