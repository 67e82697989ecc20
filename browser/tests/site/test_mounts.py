"""Cells read a folder of the site's drive once the person has said yes, and change it only if they said so."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .apps import Lite, say_yes

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

_MADE = """async () => {
    const { contents } = window.jupyterapp.serviceManager;
    await contents.save('mounted', { type: 'directory', format: 'json', content: null });
    await contents.save('mounted/people.csv', { type: 'file', format: 'text', content: 'Ada,36' });
    await contents.save('mounted/raw.bin', { type: 'file', format: 'base64', content: 'AP8K' });
}"""
_READ = """async path => (await window.jupyterapp.serviceManager.contents.get(path, { content: true })).content"""


def test_a_folder_is_read_and_changed_as_the_person_says(lab: Lite) -> None:
    lab.page.evaluate(_MADE)
    notebook = lab.new_notebook()
    asking = notebook.start("%mount mounted")
    question = lab.page.locator(".jp-Stdin")
    expect(question).to_contain_text(
        "monty-kernel asks: let this notebook read '/mounted' as '/data'? Its changes stay in memory."
    )
    say_yes(notebook, "Allow")
    expect(notebook.outputs(asking).last).to_contain_text("Mounted at /data, changes stay in memory.")
    read = "open('/data/people.csv').read(), open('/data/raw.bin', 'rb').read()"
    expect(notebook.outputs(notebook.run(read))).to_have_text("('Ada,36', b'\\x00\\xff\\n')")
    notebook.run("with open('/data/people.csv', 'w') as file: file.write('changed')")
    assert lab.page.evaluate(_READ, "mounted/people.csv") == "Ada,36"

    changing = notebook.start("%unmount /data\n%mount mounted /data rw")
    expect(lab.page.locator(".jp-Stdin").last).to_contain_text("read and change '/mounted' as '/data'?")
    say_yes(notebook, "Allow")
    expect(notebook.outputs(changing).last).to_contain_text("changes are written to the drive of this site.")
    notebook.run("with open('/data/people.csv', 'a') as file: file.write(';Bob')")
    assert lab.page.evaluate(_READ, "mounted/people.csv") == "Ada,36;Bob"
