"""The links of the sample notebooks lead somewhere under `make lab`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
_LINK = re.compile(r"\]\(([^)\s]+)\)")


def root_of_lab() -> Path:
    """The folder that `make lab` serves: JupyterLab follows no link out of it."""
    found = re.search(r"jupyter lab --notebook-dir=(\S+)", (ROOT / "Makefile").read_text(encoding="utf-8"))
    assert found is not None
    return (ROOT / found[1]).resolve()


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_links_lead_to_files_that_are_served(notebook: Path) -> None:
    root = root_of_lab()
    assert notebook.is_relative_to(root)
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "markdown":
            continue
        for link in _LINK.findall("".join(cell["source"])):
            if not link.startswith(("http:", "https:", "mailto:", "#")):
                target = (notebook.parent / link.partition("#")[0]).resolve()
                assert target.is_file() and target.is_relative_to(root), link
