"""Which folders are mounted, and which never are, however they are spelled."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from monty_kernel.grants.mount_spec import MountRefused, checked_folder, parse_mount


@pytest.mark.parametrize(
    ("text", "host", "place", "mode"),
    [
        ("/h:/d", "/h", "/d", "overlay"),
        ("/h:/d:ro", "/h", "/d", "ro"),
        ("/h:x:/d/e/:rw", "/h:x", "/d/e", "rw"),
        ("h h:/d:overlay", "h h", "/d", "overlay"),
    ],
)
def test_a_mount_is_parsed(text: str, host: str, place: str, mode: str) -> None:
    spec = parse_mount(text)
    assert (str(spec.host), str(spec.place), spec.mode) == (host, place, mode)


@pytest.mark.parametrize(
    "text", ["", "/h", "/h:d", "/h:/", "/h:/d:x", ":/d", "/h:/a/../b", "/h:/a\n", "/h://", "/h:" + "/x" * 400]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(MountRefused):
        parse_mount(text)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "users" / "me"
    for name in ("work", ".ssh/keys", ".jupyter", ".local/share/jupyter/runtime"):
        (home / name).mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    for name in ("JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    return home


def refusal(path: Path) -> str:
    with pytest.raises(MountRefused) as caught:
        checked_folder(path)
    return str(caught.value)


def test_a_folder_of_ones_own_is_mounted_by_its_real_path(home: Path) -> None:
    (home / "link").symlink_to("work")
    for path in (home / "work", home / "link", home / "work" / ".." / "link" / ".", Path("~/work")):
        real, fd = checked_folder(path)
        assert real == home / "work"
        os.close(fd)


def test_the_keys_are_never_mounted_however_they_are_reached(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "work" / "to-home").symlink_to("..")
    (home / "work" / "to-ssh").symlink_to(home / ".ssh")
    assert "is your home folder" in refusal(home)
    assert "is your home folder" in refusal(home / "work" / "to-home")
    assert "is your home folder" in refusal(home / "work" / ".." / "work" / "..")
    assert "holds your home folder" in refusal(home.parent)
    assert "holds your home folder" in refusal(Path("/"))
    assert "~/.ssh" in refusal(home / ".ssh")
    assert "~/.ssh" in refusal(home / ".ssh" / "keys")
    assert "~/.ssh" in refusal(home / "work" / "to-ssh")
    for folder in (".jupyter", ".local/share/jupyter", ".local/share/jupyter/runtime", ".local/share", ".local"):
        assert "Jupyter" in refusal(home / folder) or ".local" in refusal(home / folder)
    assert refusal(Path(sys.prefix))
    assert "running Python" in refusal(Path(sys.prefix) / "lib")
    assert "running Python" in refusal(Path(os.__file__).parent)
    monkeypatch.chdir(home)
    assert "is your home folder" in refusal(Path("."))
    for folder in ("/proc", "/proc/self", "/sys", "/dev"):
        assert "system" in refusal(Path(folder))


def test_what_is_no_folder_is_refused(home: Path) -> None:
    (home / "file").write_text("")
    os.mkfifo(home / "pipe")
    for name in ("file", "pipe", "nowhere", "a\0b", "x" * 5000):
        refusal(home / name)
