"""Which folders are mounted, and which never are, however they are spelled."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from monty_kernel.grants.mounting import MODES, Mode, MountRefused, folders_looked_into, open_folder, parse_mount


@pytest.mark.parametrize(
    ("text", "host", "place", "mode"),
    [
        ("/h:/d", "/h", "/d", "overlay"),
        ("/h:/d:ro", "/h", "/d", "ro"),
        ("/h:x:/d/e/:rw", "/h:x", "/d/e", "rw"),
        ("h h:/d:overlay", "h h", "/d", "overlay"),
        ("/h:/My data/für_2026.1", "/h", "/My data/für_2026.1", "overlay"),
    ],
)
def test_a_mount_is_parsed(text: str, host: str, place: str, mode: str) -> None:
    spec = parse_mount(text)
    assert (str(spec.host), str(spec.place), spec.mode) == (host, place, mode)


@pytest.mark.parametrize(
    "text", ["", "/h", "/h:d", "/h:/", "/h:/d:x", ":/d", "/h:/a/../b", "/h:/a\n", "/h://", "/h:" + "/x" * 400,
             "/h:/d? [y]es, [n]o", "/h:/mоnty kernel asks", "/h:/d  e", "/h:/ d", "/h:/d'", "/h:/\u3164", "/h:/d\u2800", "/h:/d\\n"]
)  # fmt: skip
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


def refusal(path: Path, mode: Mode = "overlay") -> str:
    with pytest.raises(MountRefused) as caught:
        open_folder(path, mode)
    return str(caught.value)


def test_a_folder_of_ones_own_is_mounted_by_its_real_path(home: Path) -> None:
    (home / "link").symlink_to("work")
    for path in (home / "work", home / "link", home / "work" / ".." / "link" / ".", Path("~/work")):
        with open_folder(path, "rw") as folder:
            assert folder.path == home / "work"


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
    for name in (".ipython/profile_default/startup", "bin", ".config/git", ".vscode"):
        (home / name).mkdir(parents=True, exist_ok=True)
        assert "programs start" in refusal(home / name)
    (home / "elsewhere").mkdir()
    monkeypatch.setenv("IPYTHONDIR", str(home / "elsewhere"))
    assert "IPython" in refusal(home / "elsewhere")
    for folder in ("/proc", "/proc/self", "/sys", "/dev", "/usr/bin", "/usr/lib", "/lib"):
        assert "system" in refusal(Path(folder))


def test_who_could_exchange_a_file_is_told(tmp_path: Path) -> None:
    """Each folder on the way counts, those that only hold a link too."""
    for name in ("a", "b", "c/d"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "c/d/file").write_text("")
    (tmp_path / "b/link").symlink_to("../c")
    (tmp_path / "a/file").symlink_to(tmp_path / "b/link/d/file")
    found = set(folders_looked_into(tmp_path / "a/file"))
    assert {tmp_path / name for name in ("a", "b", "c", "c/d")} < found and tmp_path / "b/link" not in found
    (tmp_path / "circle").symlink_to("circle")
    assert tmp_path in set(folders_looked_into(tmp_path / "circle" / "x"))
    assert tmp_path / "nowhere" in set(folders_looked_into(tmp_path / "nowhere" / "x"))


def test_what_is_no_folder_is_refused(home: Path) -> None:
    (home / "file").write_text("")
    os.mkfifo(home / "pipe")
    for name in ("file", "pipe", "nowhere", "a\0b", "x" * 5000):
        refusal(home / name)


def test_what_the_kernel_trusts_is_never_changed_by_a_cell(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import tempfile

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    for mode in MODES.values():
        assert "there is no folder" in refusal(home / ".cache", mode)
    (home / ".cache" / "other").mkdir(parents=True)
    for mode in MODES.values():
        assert "parsed modules" in refusal(home / ".cache", mode), "it is refused before the cache is there"
    for name in ("jedi", "parso/CPython-311"):
        (home / ".cache" / name).mkdir(parents=True)
        assert "parsed modules" in refusal(home / ".cache" / name, "rw")
    open_folder(home / ".cache" / "other", "rw").__exit__(None, None, None)
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "work"))
    assert "parsed modules" in refusal(home / "work", "rw")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr(tempfile, "tempdir", str(home / "work"))
    assert "temporary files" in refusal(home / "work", "rw")
    open_folder(home / "work", "ro").__exit__(None, None, None)
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.syspath_prepend(str(home / "work" / "lib"))
    assert "imports from" in refusal(home / "work", "rw"), "a folder of the import path could be made"
    import monty_kernel

    assert refusal(Path(monty_kernel.__file__).parent / "grants")
    assert refusal(Path(monty_kernel.__file__).parents[1], "rw")


@pytest.mark.slow
def test_a_refused_folder_leaves_no_descriptor_open(home: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        refusal(home)
        with open_folder(home / "work", "rw"):
            pass
    assert len(os.listdir("/proc/self/fd")) == before
