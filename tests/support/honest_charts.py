"""Charts that people make, as Altair writes their specifications."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_SAID = json.loads(Path(__file__).with_suffix(".json").read_text())

CHARTS: dict[str, dict[str, Any]] = {
    name: {**chart, "datasets": {"rows": _SAID["rows"]}} for name, chart in _SAID["charts"].items()
}
"""By what they show. Each has its rows among its `datasets`."""
