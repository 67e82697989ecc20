"""What the kernels share is said in the words of a page: cells see files of a site there."""

from __future__ import annotations

import json

from browser.shared import TABLES
from browser.shared.words import of_a_site


def test_only_files_and_folders_are_a_sites() -> None:
    said = "files of this computer, no file of this computer, this computer's variables"
    assert of_a_site({"a": [said, 1, None]}) == {
        "a": ["files of this site, no file of this site, this computer's variables", 1, None]
    }


def test_no_shared_text_tells_of_files_of_a_computer() -> None:
    texts = {name: json.dumps(of_a_site(table())) for name, table in TABLES.items()}
    for name, text in texts.items():
        assert "file of this computer" not in text and "files of this computer" not in text, name
        assert "folders of this computer" not in text, name
    for name in ("errors", "magics", "prelude"):
        assert "of this site" in texts[name]
